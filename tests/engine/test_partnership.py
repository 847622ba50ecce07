"""The partnership in the engine: nothing without one, slow growth, partners who come and go, money, shocks."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from sim.engine import Start, World, advance, create, create_start
from sim.engine.partnership import (
    advance_partnership,
    backbone_share,
    lose_partner,
    money_paid,
    overheads_gbp,
)
from sim.engine.zone import USUAL_PARTNERS
from sim.inputs.register import load_register
from sim.schema import CONDITIONS, GOVERNANCE_FORMS
from sim.science.partnership import usual_coordination
from sim.spec import Partner, Partnership, PlannedStrand, Strategy
from tests.engine.worlds import TWIN, library_of, made_strand, made_strategy, neighbourhood, planned

YEARS = 15
BACKBONE = made_strand(
    "backbone", effects={"service_engagement": 0.0}, unit="area", effect_basis="area_itt", ages=(0, 19),
    cost_unit="site_year", unit_cost_gbp=250_000.0, site_children=4000.0, duration_months=120, ongoing=True,
    contact=False, backbone=True, payer="charity", context="partnership",
)  # fmt: skip
LIBRARY = library_of(BACKBONE, made_strand("alpha"))
KINDS = ("school_trust", "council", "nhs", "housing", "charity", "community", "police")
SEVEN = tuple(Partner(id=kind, kind=kind, commitment=0.75, lead=kind == "school_trust") for kind in KINDS)  # type: ignore[arg-type]


@cache
def start(seed: int = 1, history: float = 0.3, without: tuple[str, ...] = ()) -> Start:
    place = neighbourhood(60, 3, partnership_history=history)
    return create_start(place, load_register(without=without), seed, 12 * YEARS, frozenset(without))


def strategy(*strands: PlannedStrand, gbp: float = 60_000.0, **terms: object) -> Strategy:
    together = Partnership(**{"partners": SEVEN, "resident_voice": 0.5, "learning": 0.5, **terms})
    money = {"charity": gbp, "council": gbp, "government": gbp}
    return Strategy(id="zone", name="Zone", money_gbp=money, partnership=together, strands=strands)


def path(world: World, seed: int, months: int, posts: bool = True, stop: int = 10**6) -> npt.NDArray[np.float64]:
    """Coordination month by month, stepping the partnership alone; posts of the team are filled as the engine does."""
    world.start = Start(**{**vars(world.start), "seed": seed})
    filled, full = 0.0, 0.9 * 60 / 1000
    found = [float(world.zone.coordination[0])]
    for month in range(months):
        world.month = month
        if len(world.plan.ids) > world.plan.n_today:
            world.services.posts_filled[-1] = filled if month < stop else 0.0
        advance_partnership(world)
        found.append(float(world.zone.coordination[0]))
        wanted = full * min((month + 1) / 7, 1.0) if posts else 0.0
        filled += 0.25 * (wanted - filled) - 0.01 * filled
    return np.array(found)


def paths(seeds: int, months: int, history: float = 0.3, with_team: bool = True, stop: int = 10**6, **terms: object):
    strands = (planned("backbone"),) if with_team else ()
    made = [create(start(1, history), strategy(*strands, **terms), LIBRARY) for _ in range(seeds)]
    return np.array([path(world, seed, months, with_team, stop) for seed, world in enumerate(made)])


# --- nothing where there is none -------------------------------------------------------------------------------


def test_a_place_without_a_partnership_keeps_its_start() -> None:
    world = create(start(), TWIN, LIBRARY)
    before = world.zone.digest()
    advance(world, 24)
    assert world.zone.digest() == before
    assert len(world.partners) == 0
    assert world.log == [] and not any(sum(pounds) for pounds in world.overheads.values())
    usual = usual_coordination(load_register().parameters.partnership)
    assert world.zone.coordination[0] == usual


def test_more_history_is_a_better_start() -> None:
    low, high = (create(start(1, history), TWIN, LIBRARY).zone.coordination[0] for history in (0.3, 0.6))
    assert high > 1.5 * low


def test_a_zone_is_its_twin_before_it_starts() -> None:
    twin, later = create(start(), TWIN, LIBRARY), create(start(), strategy(start_month=12), LIBRARY)
    for world in (twin, later):
        advance(world, 12)
    assert later.digest() == twin.digest()
    assert (later.zone.real == twin.zone.real).all()
    assert later.zone.active[0] == 0 and later.log == []
    advance(later, 1)
    assert later.zone.active[0] == 1
    assert later.zone.coordination[0] != twin.zone.coordination[0]


def test_partners_alone_touch_no_family() -> None:
    twin, zone = create(start(), TWIN, LIBRARY), create(start(), strategy(), LIBRARY)
    for world in (twin, zone):
        advance(world, 24)
    assert zone.digest() == twin.digest()


def test_a_backbone_team_brings_the_usual_partners() -> None:
    plain = Strategy(
        id="team", name="Team", money_gbp={"charity": 60_000.0}, strands=(planned("backbone", start_month=4),)
    )
    world = create(start(), plain, LIBRARY)
    assert world.partnership is not None
    assert world.partnership.start_month == 4
    assert {p.kind for p in world.partnership.partners} == {p.kind for p in USUAL_PARTNERS}
    assert create(start(), plain.model_copy(update={"strands": (planned("alpha"),)}), LIBRARY).partnership is None


# --- invariants ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", GOVERNANCE_FORMS)
def test_everything_stays_within_its_range(form: str) -> None:
    world = create(start(), strategy(planned("backbone"), governance=form, handover_month=60), LIBRARY)
    for month in range(12 * YEARS):
        world.month = month
        world.services.posts_filled[-1] = 0.054 if month % 50 < 30 else 0.0
        advance_partnership(world)
        shares = np.array([getattr(world.zone, name)[0] for name in (*CONDITIONS, "coordination", "backbone_share")])
        assert ((shares >= 0) & (shares <= 1)).all()
        for column in ("commitment", "trust", "fatigue", "pays"):
            values = getattr(world.partners, column)
            assert ((values >= 0) & (values <= 1)).all(), column
        assert world.zone.partners_present[0] == world.partners.present.sum()
        assert not (world.partners.met & (1 - world.partners.present)).any()


def test_the_order_of_partners_means_nothing() -> None:
    one, two = (
        create(start(), strategy(planned("backbone"), partners=partners), LIBRARY) for partners in (SEVEN, SEVEN[::-1])
    )
    for world in (one, two):
        advance(world, 36)
    assert one.partners.digest() == two.partners.digest()
    assert one.zone.digest() == two.zone.digest()
    assert one.log == two.log


def test_one_more_partner_changes_nobodys_draws() -> None:
    """Without consequences (no event acts on others in the first month), the others do what they did."""
    few, many = (create(start(), strategy(partners=partners), LIBRARY) for partners in (SEVEN[:6], SEVEN))
    for world in (few, many):
        # the same load whoever else is there, so that the draw alone decides
        world.partners.capacity = 1000.0
        advance_partnership(world)
    shared = np.isin(many.partners.key, few.partners.key)
    assert (many.partners.met[shared] == few.partners.met).all()


# --- slow build ------------------------------------------------------------------------------------------------


def test_maturity_takes_about_three_years_and_is_near_its_top_by_five() -> None:
    mean = paths(20, 120).mean(axis=0)
    share = (mean - mean[0]) / (mean[120] - mean[0])
    half = int(np.argmax(share >= 0.5))
    assert 26 <= half <= 40
    assert 0.75 <= share[60] <= 0.97
    assert mean[120] > 0.6


def test_a_loose_network_without_a_team_builds_far_less() -> None:
    board = paths(10, 60).mean(axis=0)
    loose = paths(10, 60, with_team=False, governance="network").mean(axis=0)
    assert loose[60] - loose[0] < 0.4 * (board[60] - board[0])


def test_a_history_is_worth_one_to_two_years() -> None:
    usual, old = paths(20, 72).mean(axis=0), paths(20, 72, history=0.6).mean(axis=0)
    head_start = 48 - int(np.argmax(old >= usual[48]))
    assert 12 <= head_start <= 26


def test_a_backbone_taken_away_is_missed() -> None:
    stays, goes = paths(10, 84).mean(axis=0), paths(10, 84, stop=60).mean(axis=0)
    assert (stays[:61] == goes[:61]).all()
    assert goes[84] < 0.75 * stays[84]
    assert goes[84] < goes[60]


def test_a_handover_dips_and_recovers() -> None:
    without, handed = paths(10, 108).mean(axis=0), paths(10, 108, handover_month=60).mean(axis=0)
    assert (without[:61] == handed[:61]).all()
    assert handed[61] < handed[60] - 0.01
    assert handed[108] > without[108] - 0.02
    early = paths(10, 30, handover_month=24).mean(axis=0)
    assert early[25] / early[24] < handed[61] / handed[60], "mature governance softens it"


def test_slow_maturity_can_be_switched_off() -> None:
    slow = create(start(), strategy(planned("backbone")), LIBRARY)
    fast = create(start(1, 0.3, ("slow_maturity",)), strategy(planned("backbone")), LIBRARY)
    assert path(fast, 1, 36)[36] > 1.15 * path(slow, 1, 36)[36]


# --- partners --------------------------------------------------------------------------------------------------


def _happened(world: World) -> list[tuple[int, str, str]]:
    return [(entry.month, entry.kind, entry.who) for entry in world.log if entry.kind != "met"]


def test_two_lucks_differ_in_who_met_left_signed_and_paid() -> None:
    worlds = [create(start(), strategy(planned("backbone")), LIBRARY) for _ in range(2)]
    for seed, world in enumerate(worlds):
        path(world, seed, 180)
    assert _happened(worlds[0]) != _happened(worlds[1])
    kinds = Counter(kind for world in worlds for _, kind, _ in _happened(world))
    assert {"joined", "left", "leader", "signed", "cut_back", "restored"} <= set(kinds)
    assert [e for e in worlds[0].log if e.kind == "met"] != [e for e in worlds[1].log if e.kind == "met"]


def test_every_meeting_is_counted() -> None:
    world = create(start(), strategy(planned("backbone")), LIBRARY)
    path(world, 3, 13)
    counted = {entry.who: entry.what for entry in world.log if entry.kind == "met"}
    assert set(counted) == {partner.id for partner in SEVEN}
    assert all(entry.month == 12 for entry in world.log if entry.kind == "met")
    assert sum("of 12 meetings" in words for words in counted.values()) >= 4


def test_partner_events_can_be_switched_off() -> None:
    world = create(start(1, 0.3, ("partner_events",)), strategy(planned("backbone")), LIBRARY)
    path(world, 1, 180)
    assert {kind for _, kind, _ in _happened(world)} == {"joined", "signed"}
    assert (world.partners.fatigue == 0.0).all()
    assert world.partners.present.all()


def _fatigue(partners: tuple[Partner, ...], governance: str) -> float:
    found = []
    for seed in range(15):
        world = create(start(1, 0.3, ()), strategy(partners=partners, governance=governance), LIBRARY)
        path(world, seed, 36, posts=False)
        found.append(float(world.zone.fatigue[0]))
    return float(np.mean(found))


def test_more_meetings_and_more_partners_tire_more() -> None:
    def fit(n: int) -> tuple[Partner, ...]:
        return tuple(Partner(id=f"p{i}", kind="charity", commitment=0.7, capacity=1.0, lead=i == 0) for i in range(n))

    assert _fatigue(fit(6), "board") > _fatigue(fit(6), "network") + 0.03
    assert _fatigue(fit(10), "network") > _fatigue(fit(4), "network") + 0.01


def test_partners_with_other_aims_align_less() -> None:
    one = Partner(id="a", kind="charity", aims=("child_wellbeing",))
    two = Partner(id="b", kind="council", aims=("child_wellbeing", "educational_progress"))
    world = create(start(), strategy(partners=(one, two)), LIBRARY)
    assert world.partners.aligned.tolist() == [1.0, 0.5]


def test_who_joins_later_comes_later() -> None:
    late = SEVEN[0].model_copy(update={"id": "late", "join_month": 6, "lead": False})
    world = create(start(), strategy(partners=(*SEVEN, late)), LIBRARY)
    path(world, 1, 7)
    assert [e.month for e in world.log if e.who == "late" and e.kind == "joined"] == [6]


@pytest.mark.parametrize("who", ["lead", "council"])
def test_a_lost_partner_is_gone_for_good(who: str) -> None:
    world, other = (create(start(), strategy(planned("backbone")), LIBRARY) for _ in range(2))
    for w in (world, other):
        path(w, 2, 48)
    row = [p.id for p in world.partnership.partners].index("school_trust" if who == "lead" else who)  # type: ignore[union-attr]
    world.partners.present[row] = other.partners.present[row] = 1
    trust = world.partners.trust.copy()
    lose_partner(world, who)
    assert world.partners.present[row] == 0
    assert world.zone.vision[0] < other.zone.vision[0] and world.zone.relationships[0] < other.zone.relationships[0]
    others = (np.arange(len(trust)) != row) & (world.partners.present == 1)
    assert (world.partners.trust[others] < trust[others]).all()
    assert world.log[-1].kind == "left" and world.log[-1].who == world.partnership.partners[row].id  # type: ignore[union-attr]
    for month in range(48, 180):
        world.month = month
        advance_partnership(world)
    assert world.partners.present[row] == 0


def test_losing_nobody() -> None:
    world = create(start(), TWIN, LIBRARY)
    before = world.zone.digest()
    lose_partner(world, "lead")
    assert world.zone.digest() == before
    with pytest.raises(ValueError, match="no kind of partner 'mayor'"):
        lose_partner(world, "mayor")


# --- money -----------------------------------------------------------------------------------------------------


def test_what_partners_pay() -> None:
    world = create(start(), strategy(), LIBRARY)
    assert set(money_paid(world).values()) == {1.0}
    ids = [p.id for p in world.partnership.partners]  # type: ignore[union-attr]
    world.partners.pays[ids.index("council")] = 0.5
    assert money_paid(world) == {**dict.fromkeys(money_paid(world), 1.0), "council": 0.5}
    advance(world, 1)
    # charity, council, government, in this order
    assert world.money.tolist() == [60_000.0, 30_000.0, 60_000.0]
    assert set(money_paid(create(start(), TWIN, LIBRARY)).values()) == {1.0}


def test_running_costs_come_first() -> None:
    p = load_register().parameters.partnership
    world = create(start(), strategy(planned("alpha"), governance="board"), LIBRARY)
    yearly = (p.board_gbp + p.data_agreement_gbp) * 60 / 4000
    assert overheads_gbp(world) == pytest.approx(yearly)
    advance(world, 12)
    assert world.overheads == {0: (pytest.approx(yearly), 0.0)}
    late = create(start(), strategy(start_month=9, data_sharing=False), LIBRARY)
    assert overheads_gbp(late) == pytest.approx(p.board_gbp * 60 / 4000 * 3 / 12)
    assert overheads_gbp(create(start(), TWIN, LIBRARY)) == 0.0


def test_strands_shrink_where_running_costs_eat_the_money() -> None:
    allotted = []
    for form in ("network", "social_enterprise"):
        world = create(start(), strategy(planned("alpha"), gbp=400.0, governance=form, data_sharing=False), LIBRARY)
        advance(world, 12)
        allotted.append(float(world.services.allotted[-1]))
        assert world.services.spent.sum() + sum(world.overheads[0]) <= 1200.0 + 1e-9
    assert allotted[1] < allotted[0]


def test_the_team_is_what_its_posts_are() -> None:
    world = create(start(), strategy(planned("backbone")), LIBRARY)
    assert backbone_share(world) == 0.0
    advance(world, 24)
    assert 0.7 < backbone_share(world) <= 1.0
    assert world.zone.backbone[0] > 0.3


def test_payers_without_a_partner_cut_back_too() -> None:
    plain = made_strategy(planned("alpha", start_month=6))
    worlds = []
    for seed in range(12):
        world = create(start(seed=seed), plain, LIBRARY)
        advance(world, 6)
        assert world.payers == {} and world.log == []
        advance(world, 30)
        worlds.append(world)
    p = load_register().parameters.partnership
    cut = [world for world in worlds if any(entry.kind == "cut_back" for entry in world.log)]
    # 2.5 years at twice the rate of a partner who shares every aim
    assert 0 < len(cut) < 12
    assert {round(share, 9) for world in cut for share in world.payers.values()} <= {1.0, 1.0 - p.cut_size}
    assert {entry.who for world in cut for entry in world.log} == {"council"}
