"""The partnership of a strategy on its first day: partners and the zone as rows of their tables."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim import draws
from sim.kernel.partners import start_zone
from sim.outcomes import FAMILIES
from sim.parameters import PartnershipParameters
from sim.schema import GOVERNANCE_FORMS, NEVER, PARTNER_KINDS
from sim.science.partnership import start_trust
from sim.spec import Partner, PartnerKind, Partnership, Place, Strand, Strategy
from sim.state import Table

#: One partner of each usual kind, for a partnership that names none.
USUAL_KINDS: tuple[PartnerKind, ...] = ("school_trust", "council", "nhs", "housing", "charity", "community")
USUAL_PARTNERS = tuple(Partner(id=kind, kind=kind, lead=kind == "school_trust") for kind in USUAL_KINDS)


def partnership_of(strategy: Strategy, library: Mapping[str, Strand]) -> Partnership | None:
    """The strategy's partnership with its partners in order of their ids.

    A strategy that says nothing but plans a backbone team has the usual one from the month the team starts;
    one without either has none.
    """
    found = strategy.partnership
    if found is None:
        starts = [s.start_month for s in strategy.strands if library[s.strand].delivery.backbone]
        if not starts:
            return None
        found = Partnership(start_month=min(starts))
    partners = sorted(found.partners or USUAL_PARTNERS, key=lambda partner: partner.id)
    return found.model_copy(update={"partners": tuple(partners)})


def make_partnership(place: Place, partnership: Partnership | None, p: PartnershipParameters) -> tuple[Table, Table]:
    """Tables of the zones of a place on the first day, and of their partners: zone by zone, in order of their ids.

    A zone starts where the place's ``partnership_history`` puts it, with or without a partnership. Each zone of a
    place has partners of its own, alike on the first day.
    """
    history, n_zones = place.value("partnership_history"), int(place.value("zones"))
    one, zone = Table("zone", 1), Table("zone", n_zones)
    start_zone(history, one.real, p)
    zone.real[:] = one.real
    zone.governance_form = -1 if partnership is None else GOVERNANCE_FORMS.index(partnership.governance)
    members = () if partnership is None else partnership.partners
    partners = Table("partners", n_zones * len(members))
    partners.zone = np.repeat(np.arange(n_zones), len(members))
    names = [partner.id if z == 0 else f"{partner.id}@{z}" for z in range(n_zones) for partner in members]
    partners.key = np.array([draws.key_of(name) for name in names], dtype=np.uint64)
    partners.joined = partners.left = NEVER
    partners.leader_since, partners.pays = NEVER, 1.0
    partners.trust = start_trust(history, p)
    for i, partner in enumerate(members * n_zones):
        partners.kind[i], partners.lead[i] = PARTNER_KINDS.index(partner.kind), int(partner.lead)
        partners.commitment[i] = partners.commitment_own[i] = partner.commitment
        partners.capacity[i], partners.joins_month[i] = partner.capacity, partner.join_month
        partners.aligned[i] = _aligned(partner, members)
    return partners, zone


def usual_zone(p: PartnershipParameters) -> tuple[float, float]:
    """(coordination, shared data) of a place with the usual history and no partnership."""
    one = Table("zone", 1)
    start_zone(p.history_usual, one.real, p)
    return float(one.coordination[0]), float(one.data[0])


def _aligned(partner: Partner, members: tuple[Partner, ...]) -> float:
    """Share of a partner's own aims that the others share, 0..1: the mean over the others; 1 for one alone."""
    own = set(partner.aims or FAMILIES)
    others = [len(own & set(other.aims or FAMILIES)) / len(own) for other in members if other is not partner]
    return float(np.mean(others)) if others else 1.0
