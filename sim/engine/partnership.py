"""The partnership month by month: who meets, leaves, signs and pays, what it costs, and the log of it all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sim import draws
from sim.engine.world import LogEntry, World
from sim.kernel import partners as kernel
from sim.offers import price_factor
from sim.parameters import PartnershipParameters, Register
from sim.schema import FOREVER, PARTNER_KINDS, SEPTEMBER, Stream
from sim.science import partnership as science
from sim.spec import Partnership, Place
from sim.state import Table

#: Payer that each kind of partner pays as; community groups pay nothing.
PAYER_OF = {
    "school_trust": "schools", "council": "council", "nhs": "nhs", "housing": "housing", "charity": "charity",
    "police": "police",
}  # fmt: skip
#: What each event of the kernel is called in the log, and says.
_EVENTS = (
    (kernel.JOINED, "joined", "joined the partnership"),
    (kernel.RETURNED, "returned", "came back under a new leader"),
    (kernel.LEADER_LEFT, "leader", "lost its leader"),
    (kernel.SIGNED, "signed", "signed the data agreement"),
    (kernel.CUT_BACK, "cut_back", "cut back what it pays"),
    (kernel.RESTORED, "restored", "pays in full again"),
    (kernel.LEFT, "left", "left the partnership"),
)


def _traits(form: str, p: PartnershipParameters) -> tuple[float, float, float, float, float]:
    """(pace, meeting load, cover, openness, pounds a year of a standard zone) of a form of governance."""
    return {
        "network": (p.network_pace, p.network_load, p.network_cover, p.network_openness, p.network_gbp),
        "board": (p.board_pace, p.board_load, p.board_cover, p.board_openness, p.board_gbp),
        "lead_agency": (
            p.lead_agency_pace, p.lead_agency_load, p.lead_agency_cover, p.lead_agency_openness, p.lead_agency_gbp,
        ),
        "social_enterprise": (
            p.social_enterprise_pace, p.social_enterprise_load, p.social_enterprise_cover,
            p.social_enterprise_openness, p.social_enterprise_gbp,
        ),
    }[form]  # fmt: skip


def backbone_share(world: World) -> float:
    """Filled posts of the backbone team by those of a full team for the place, 0..1."""
    p, plan = world.parameters.partnership, world.plan
    full = p.backbone_posts_per_1000 * world.start.place.value("children") / 1000.0
    running = plan.backbone & (plan.arrays.start <= world.month) & (world.month < plan.arrays.stop)
    return min(1.0, float(world.services.posts_filled[running].sum()) / full)


@lru_cache(maxsize=64)
def _covered(cover: float, succession: float, p: PartnershipParameters) -> float:
    """As the science says; a month asks what the last one asked."""
    found: float = science.covered(cover, succession, p)
    return found


def _terms(world: World, partnership: Partnership) -> kernel.Terms:
    p = world.parameters.partnership
    pace, load, cover, openness, _ = _traits(partnership.governance, p)
    return kernel.Terms(
        pace, load, _covered(cover, float(partnership.succession), p), openness, partnership.resident_voice,
        partnership.learning, float(partnership.data_sharing), float(partnership.handover_month == world.month),
        world.start.place.value("partnership_history"), backbone_share(world),
    )  # fmt: skip


def advance_partnership(world: World) -> None:
    """One month of partners and zone, and the log of what happened. Nothing before the partnership starts."""
    _payers_outside(world)
    partnership = world.partnership
    if partnership is None or world.month < partnership.start_month:
        return
    if world.month % 12 == SEPTEMBER:
        _log_meetings(world, partnership)
    terms, partners = _terms(world, partnership), world.partners
    events = np.zeros(len(partners), dtype=np.int64)
    for z in range(len(world.zone)):
        with _of_zone(world, z) as (rows, own, zone):
            kernel.advance_partners(
                world.month, world.start.seed, own.real, own.whole, own.key, zone.real, zone.whole, terms,
                events[rows], world.parameters.partnership,
            )  # fmt: skip
    world.zone.active = 1
    world.meetings += np.stack([partners.met, partners.present | (events & kernel.LEFT > 0)])
    if terms.handover:
        _log(world, "handover", "backbone", "the backbone team passed to another body")
    for i, name in enumerate(_names(world, partnership)):
        for bit, kind, words in _EVENTS:
            if events[i] & bit:
                _log(world, kind, name, words)


@contextmanager
def _of_zone(world: World, z: int) -> Iterator[tuple[slice, Table, Table]]:
    """Rows of a zone's partners, and tables of these and of the zone; copies, written back, where there are several."""
    if len(world.zone) == 1:
        yield slice(0, len(world.partners)), world.partners, world.zone
        return
    first, last = (int(n) for n in np.searchsorted(world.partners.zone, [z, z + 1]))
    own, zone = Table("partners", last - first), Table("zone", 1)
    pairs = ((own, world.partners, slice(first, last)), (zone, world.zone, slice(z, z + 1)))
    for copy, table, rows in pairs:
        copy.real[:], copy.whole[:], copy.key[:] = table.real[:, rows], table.whole[:, rows], table.key[rows]
    yield slice(first, last), own, zone
    for copy, table, rows in pairs:
        table.real[:, rows], table.whole[:, rows] = copy.real, copy.whole


def _names(world: World, partnership: Partnership) -> list[str]:
    """Name of each partner's row: its id, with the number of its zone where a place has several."""
    names = [partner.id for partner in partnership.partners]
    zones = range(1, len(world.zone) + 1)
    return names if len(world.zone) == 1 else [f"{name} of zone {z}" for z in zones for name in names]


def _log(world: World, kind: str, who: str, what: str) -> None:
    world.log.append(LogEntry(world.month, kind, who, what))


def _log_meetings(world: World, partnership: Partnership) -> None:
    """September: how many of the last twelve months' meetings each partner came to; a new count begins."""
    for i, name in enumerate(_names(world, partnership)):
        came, held = (int(n) for n in world.meetings[:, i])
        if held:
            _log(world, "met", name, f"came to {came} of {held} meetings")
    world.meetings[:] = 0


def lose_partner(world: World, who: str) -> None:
    """Partners of a kind, or the ``"lead"``, leave every zone at once and for good. Nothing happens without any.

    Raises ``ValueError`` for a name that is neither.
    """
    if who != "lead" and who not in PARTNER_KINDS:
        raise ValueError(f"there is no kind of partner {who!r}; one of: lead, {', '.join(PARTNER_KINDS)}")
    partnership, p = world.partnership, world.parameters.partnership
    if partnership is None:
        return
    names = _names(world, partnership)
    cover = _covered(_traits(partnership.governance, p)[2], float(partnership.succession), p)
    for z in range(len(world.zone)):
        with _of_zone(world, z) as (rows, own, zone):
            meant = own.lead == 1 if who == "lead" else own.kind == PARTNER_KINDS.index(who)
            weights = np.zeros(len(own))
            kernel.weigh(own.real, own.whole, weights, p)
            kernel.lose_trust(own.real, own.whole, np.where(meant, np.minimum(p.trust_left * weights, 1.0), 0.0))
            for i in np.flatnonzero(meant).tolist():
                if own.present[i] == 1:
                    kernel.leave(i, world.month, weights[i], own.real, own.whole, zone.real, cover, p)
                    _log(world, "left", names[rows.start + i], "left the partnership for good")
                own.joins_month[i] = FOREVER
            zone.partners_present = kernel.count_present(own.whole)


def _payers_outside(world: World) -> None:
    """Payers that are no partners cut back and restore what they pay, as partners with aims of their own would."""
    if world.month < world.plan.first_month:
        return
    if world.payers_outside is None:
        world.payers_outside = _who_pays_outside(world)
    p, (outside, keys) = world.parameters.partnership, world.payers_outside
    cut, restored = science.chance(science.cut_rate(0.0, p)), science.chance(p.restore_rate)
    u = draws.uniforms(world.start.seed, Stream.partner_event, world.month, keys)
    for i, payer in enumerate(outside):
        pays = world.payers.get(payer, 1.0)
        if pays == 1.0 and u[2 * i] < cut:
            world.payers[payer] = science.less(pays, p.cut_size)
            _log(world, "cut_back", payer, "cut back what it pays")
        elif pays < 1.0 and u[2 * i + 1] < restored:
            world.payers[payer] = 1.0
            _log(world, "restored", payer, "pays in full again")


def _who_pays_outside(world: World) -> tuple[list[str], npt.NDArray[np.uint64]]:
    """Payers of the strategy that are no partners, by name, and two keys of each: cutting back, restoring."""
    partners = {PARTNER_KINDS[kind] for kind in world.partners.kind.tolist()}
    inside = {PAYER_OF[kind] for kind in partners if kind in PAYER_OF}
    outside: list[str] = sorted(
        payer for payer, pounds in world.strategy.money_gbp.items() if pounds > 0 and payer not in inside
    )
    keys = [draws.key_of(f"{what}:{payer}") for payer in outside for what in ("cuts", "restores")]
    return outside, np.array(keys, dtype=np.uint64)


def money_paid(world: World) -> dict[str, float]:
    """Share of each payer's promised money that is paid this year, by partners or, without one, by the payer itself."""
    paid = dict.fromkeys(PAYER_OF.values(), 1.0) | world.payers
    for kind, payer in PAYER_OF.items():
        rows = world.partners.kind == PARTNER_KINDS.index(kind)
        if rows.any():
            paid[payer] = float(world.partners.pays[rows].mean())
    return paid


def overheads_gbp(world: World) -> float:
    """Pounds of this school year for running the partnership and its data agreement, before any strand is paid."""
    partnership = world.partnership
    if partnership is None:
        return 0.0
    first = world.month - world.month % 12
    months = min(max(first + 12 - partnership.start_month, 0), 12)
    yearly = yearly_gbp(partnership, world.start.place, world.start.register, world.strategy.price_year)
    return yearly * months / 12.0


def yearly_gbp(partnership: Partnership, place: Place, register: Register, price_year: int) -> float:
    """Pounds of ``price_year`` that a partnership and its data agreement cost in a whole year in a place."""
    p = register.parameters.partnership
    yearly = _traits(partnership.governance, p)[4] + float(partnership.data_sharing) * p.data_agreement_gbp
    size = place.value("children") / p.standard_zone_children
    return yearly * price_factor(register.prices, int(register.parameters.context.cost_year), price_year) * size
