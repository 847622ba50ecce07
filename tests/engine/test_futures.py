"""Each shock does what it says to twin and strategy alike, moves nothing else, and is nothing where it is absent."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.engine import Start, World, advance, create, create_start
from sim.futures import NO_FUTURE, combine, factor, in_order, in_words, money_share, moves_by_month, parameters_in
from sim.inputs import list_ids, load_future
from sim.inputs.register import load_register
from sim.schema import TAKING_PART, V
from sim.spec import Future, Partnership, Shock, Strategy
from tests.engine.worlds import TWIN, library_of, made_strand, made_strategy, neighbourhood, planned

MONTHS = 36
REGISTER = load_register()
LIBRARY = library_of(
    made_strand("course", ongoing=True, cost_unit="participant_year"),
    made_strand("near_by", unit="area", effect_basis="area_itt", cost_unit="child_in_area_year", unit_cost_gbp=50.0,
                duration_months=12, effects={"social_emotional": 0.2}),
    made_strand("letters", contact=False, effects={"attendance": 0.2}, ages=(5, 15)),
    made_strand("second", effects={"health": 0.2}, ages=(4, 12)),
)  # fmt: skip
MIX = made_strategy(planned("course", priority=1), planned("near_by"), planned("letters"), planned("second"))


def shock(kind: str, size: float, start: int = 12, months: int | None = None, **more: Any) -> Shock:
    return Shock(kind=kind, size=size, start_month=start, months=months, **more)  # type: ignore[arg-type]


def future(*shocks: Shock, id_: str = "made") -> Future:
    return Future(id=id_, name=id_, shocks=shocks)


@cache
def _start(*shocks: Shock) -> Start:
    return create_start(neighbourhood(150, 3), REGISTER, 2, MONTHS, future=future(*shocks))


def world_of(*shocks: Shock, strategy: Strategy = TWIN, months: int = MONTHS) -> World:
    world = create(_start(*shocks), strategy, LIBRARY)
    advance(world, months)
    return world


# --- a future that is not there --------------------------------------------------------------------------------


def test_no_future_and_a_future_without_shocks_are_the_same_bits() -> None:
    start = create_start(neighbourhood(150, 3), REGISTER, 2, MONTHS)
    assert start.future is NO_FUTURE
    world = create(start, MIX, LIBRARY)
    advance(world, MONTHS)
    assert world.digest() == world_of(strategy=MIX).digest()
    assert world.parameters is REGISTER.parameters
    assert world.log == []


@pytest.mark.parametrize("strategy", [TWIN, MIX], ids=["twin", "strategy"])
def test_a_shock_to_come_changes_nothing_yet(strategy: Strategy) -> None:
    everything = [shock(kind, 0.5) for kind in _CHANGES if kind != "moves"]
    assert (
        world_of(*everything, strategy=strategy, months=12).digest() == world_of(strategy=strategy, months=12).digest()
    )


#: Kind of shock -> a size that must change the twin.
_CHANGES = {
    "work": 0.5, "income": 0.7, "rent": 1.5, "learning": -0.5, "wellbeing": -0.5, "distress": 0.5,
    "home_learning": -0.5, "attendance": -0.5, "teaching": 0.3, "service_posts": 0.0, "contact": 0.2, "moves": 3.0,
    "housing": 1.0, "school": -1.0,
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(_CHANGES))
def test_the_twin_gets_it_too(kind: str) -> None:
    assert world_of(shock(kind, _CHANGES[kind])).digest() != world_of().digest()


@pytest.mark.parametrize("kind", ["money", "posts", "strand_posts", "partner_leaves"])
def test_what_concerns_the_zone_leaves_the_twin_alone(kind: str) -> None:
    assert world_of(shock(kind, 0.0 if kind != "partner_leaves" else 1.0)).digest() == world_of().digest()


def test_a_strategy_is_the_twin_before_its_first_month_under_a_future() -> None:
    later = made_strategy(planned("course", start_month=24), planned("near_by", start_month=24))
    blows = (shock("income", 0.8), shock("learning", -1.0), shock("money", 0.5), shock("contact", 0.4))
    assert world_of(*blows, strategy=later, months=24).digest() == world_of(*blows, months=24).digest()
    assert world_of(*blows, strategy=later).digest() != world_of(*blows).digest()


# --- parameters ------------------------------------------------------------------------------------------------


def test_factors_multiply_and_shifts_add() -> None:
    both = future(shock("work", 0.9), shock("work", 0.5), shock("distress", 0.2), shock("distress", 0.3))
    p = parameters_in(both, 12, REGISTER.parameters)
    assert p.families.work_factor == pytest.approx(0.45)
    assert p.families.distress_level == pytest.approx(REGISTER.parameters.families.distress_level + 0.5)
    assert parameters_in(both, 11, REGISTER.parameters) is REGISTER.parameters
    unchanged = p.families._replace(work_factor=1.0, distress_level=REGISTER.parameters.families.distress_level)
    assert p._replace(families=unchanged) == REGISTER.parameters


def test_attendance_is_shifted_on_its_latent_scale() -> None:
    p = REGISTER.parameters.children
    now = parameters_in(future(shock("attendance", -0.5)), 12, REGISTER.parameters).children
    assert now.attendance_level == pytest.approx(p.attendance_level - 0.5 * p.attendance_scale)


def test_a_shock_ends() -> None:
    world = world_of(shock("income", 0.6, 12, 6), months=18)
    assert world.parameters.families.income_factor == 0.6
    advance(world)
    assert world.parameters is REGISTER.parameters
    assert [(entry.month, entry.kind) for entry in world.log] == [(12, "future"), (18, "future")]
    assert world.log[1].what.startswith("over: ")


@pytest.mark.parametrize(
    ("kind", "size", "table", "column", "sign"),
    [
        ("work", 0.3, "households", "workers", -1), ("income", 0.7, "households", "hardship", 1),
        ("rent", 1.5, "households", "hardship", 1), ("learning", -2.0, "children", "attainment", -1),
        ("wellbeing", 2.0, "children", "wellbeing", 1), ("distress", 1.0, "households", "distress", 1),
        ("home_learning", -2.0, "households", "home_learning", -1), ("attendance", -1.0, "children", "attendance", -1),
    ],
)  # fmt: skip
def test_a_shock_moves_its_quantity_its_way(kind: str, size: float, table: str, column: str, sign: int) -> None:
    struck, usual = world_of(shock(kind, size)), world_of()
    mean = [float(getattr(getattr(world, table), column).mean()) for world in (struck, usual)]
    assert sign * (mean[0] - mean[1]) > 0.005


def test_a_shifted_level_is_approached_at_the_pace_of_the_process() -> None:
    struck, usual = world_of(shock("distress", 1.0, 12), months=13), world_of(months=13)
    seen = (struck.households.distress_base - usual.households.distress_base)[usual.households.home >= 0]
    assert seen.max() == pytest.approx(REGISTER.parameters.families.distress_rate / 12)


def test_lessons_that_are_not_held_do_not_count() -> None:
    struck = world_of(shock("teaching", 0.0, 13, 6), months=22)
    pupils = (struck.children.school >= 0) & (struck.children.last_month > 21)
    assert struck.children.attended_months[pupils].max() == pytest.approx(4.0)


def test_families_move_more_often_and_the_first_day_is_the_same() -> None:
    often, usual = _start(shock("moves", 4.0, 6, 12)), _start()
    assert len(often.population.tenants) > 1.5 * len(usual.population.tenants)
    early = [[t for t in start.population.tenants if t[0] < 6] for start in (often, usual)]
    assert early[0] == early[1]
    homes = often.population.n_homes
    assert (often.population.households.pay[:homes] == usual.population.households.pay[:homes]).all()
    assert moves_by_month(NO_FUTURE, 12) is None


# --- homes, schools, partners ----------------------------------------------------------------------------------


def test_homes_are_put_right_for_whoever_lives_there() -> None:
    world, usual = world_of(shock("housing", 1.0, 12, who="social")), world_of()
    h = world.households
    lives_there = (h.home >= 0) & (h.leaves_month > 12) & (h.last_month > 12)
    social = lives_there & (h.tenure == 2)
    assert (h.housing[social] == 0).all() and (h.damp[social] == 0).all() and (h.overcrowded[social] == 0).all()
    assert (usual.households.housing[social] > 0).any()
    assert (h.housing[~social] == usual.households.housing[~social]).all()


def test_half_of_the_homes_are_put_right() -> None:
    start = create_start(neighbourhood(900, 1), REGISTER, 2, 12, future=future(shock("housing", 0.5, 3)))
    world = create(start, TWIN, {})
    bad = world.households.housing > 0
    bad &= (world.households.home >= 0) & (world.households.leaves_month > 3)
    advance(world, 4)
    assert (world.households.housing[bad] == 0).mean() == pytest.approx(0.5, abs=0.1)


def test_schools_of_a_phase_change_and_change_back() -> None:
    world, usual = world_of(shock("school", -1.0, 12, 12, who="primary"), months=13), world_of(months=13)
    primary = (usual.schools.elsewhere == 0) & (usual.schools.phase == 1)
    moved = world.schools.effectiveness_own - usual.schools.effectiveness_own
    assert moved[primary] == pytest.approx(-1.0)
    assert (moved[~primary] == 0.0).all()
    assert (world.schools.climate_own - usual.schools.climate_own)[primary] == pytest.approx(-1.0)
    assert (world.schools.leader_since[primary] == 12).all()
    advance(world, 12)
    assert world.schools.effectiveness_own == pytest.approx(usual.schools.effectiveness_own)


def test_a_share_of_the_schools_is_at_least_one() -> None:
    world, usual = world_of(shock("school", 0.5, share=0.01)), world_of()
    assert (world.schools.effectiveness_own != usual.schools.effectiveness_own).sum() == 1


def test_a_partner_leaves_for_good() -> None:
    together = TWIN.model_copy(update={"partnership": Partnership()})
    world = create(_start(shock("partner_leaves", 1.0, 2)), together, {})
    advance(world, 2)
    lead = int(np.flatnonzero(world.partners.lead == 1)[0])
    assert world.partners.present[lead] == 1
    advance(world, 1)
    assert world.partners.present[lead] == 0 and world.partners.left[lead] == 2
    advance(world, 20)
    assert world.partners.present[lead] == 0
    assert [entry.who for entry in world.log if entry.what == "left the partnership for good"] == ["school_trust"]


def test_no_partner_leaves_where_there_is_no_partnership() -> None:
    world = create(_start(shock("partner_leaves", 1.0, 2)), TWIN, {})
    advance(world, 4)
    assert len(world.partners) == 0


# --- money and posts -------------------------------------------------------------------------------------------


def test_money_that_can_be_counted_on() -> None:
    late = future(shock("money", 0.0, 0, 18))
    assert [money_share(late, month, "nhs") for month in (0, 12, 16, 19, 24)] == [0, 0, 0, pytest.approx(0.5), 1]
    cut = future(shock("money", 0.5, 16, who="nhs"))
    assert money_share(cut, 12, "nhs") == 1.0 == money_share(cut, 20, "council")
    assert money_share(cut, 23, "nhs") == pytest.approx((4 + 8 * 0.5) / 12)


@pytest.mark.parametrize("who", ["", "council"])
def test_no_money_no_strands(who: str) -> None:
    world = world_of(shock("money", 0.0, 12, who=who), strategy=MIX)
    spent = [books[V.spent].sum() for books in world.deliveries]
    assert spent[0] > 0 and spent[1:] == [0.0, 0.0]
    assert world_of(shock("money", 0.0, 12, who="nhs"), strategy=MIX).digest() == world_of(strategy=MIX).digest()


@pytest.mark.parametrize("start", [12, 14, 17])
@pytest.mark.parametrize("size", [0.0, 0.3, 1.5])
def test_money_is_never_overspent(start: int, size: float) -> None:
    poor = made_strategy(*MIX.strands, gbp=30_000.0)
    world = create(_start(shock("money", size, start)), poor, LIBRARY)
    before = 0.0
    for month in range(MONTHS):
        advance(world)
        v, spent = world.services, float(world.services.spent.sum())
        assert (v.spent <= v.allotted + 1e-6).all()
        # What was spent before a cut that nobody announced is spent.
        before = 0.0 if month % 12 == 0 else before
        assert spent <= max(30_000.0 * money_share(world.start.future, month, "council"), before) + 1e-6
        before = spent


@pytest.mark.parametrize("limit", [None, 3.5])
def test_posts_keep_within_the_cut_limit(limit: float | None) -> None:
    mix = made_strategy(*MIX.strands, posts=limit)
    world, usual = (create(_start(*blows), mix, LIBRARY) for blows in ((shock("posts", 0.5, 14),), ()))
    today = world.plan.n_today
    for month in range(MONTHS):
        advance(world)
        advance(usual)
        posts, before = (float(w.services.posts_filled[today:].sum()) for w in (world, usual))
        if limit is not None:
            assert posts <= limit * (0.5 if month >= 14 else 1.0) + 1e-9
        if month >= 14:
            assert 0.0 < posts < 0.75 * before
    assert (world.services.posts_filled[:today] == usual.services.posts_filled[:today]).all()


def test_cut_posts_of_a_strand_deliver_less_and_free_its_money() -> None:
    few, none, usual = (
        world_of(*blows, strategy=MIX)
        for blows in ((shock("strand_posts", 0.1, who="course"),), (shock("strand_posts", 0.0, who="course"),), ())
    )
    s = usual.plan.ids.index("course")
    people = [float(w.services.taking_part[s]) for w in (none, few, usual)]
    assert people[0] == 0.0 < people[1] < people[2]
    assert [float(w.services.spent[s]) for w in (none, few, usual)] == sorted(
        float(w.services.spent[s]) for w in (none, few, usual)
    )
    other = usual.plan.ids.index("near_by")
    assert none.services.posts_filled[other] == usual.services.posts_filled[other]
    poor = made_strategy(*MIX.strands, gbp=20_000.0)
    freed, short = world_of(shock("strand_posts", 0.0, who="course"), strategy=poor), world_of(strategy=poor)
    others = [n for n, i in enumerate(usual.plan.ids) if i in ("letters", "second")]
    assert freed.services.allotted[others].sum() > short.services.allotted[others].sum()


def test_cut_posts_of_an_area_strand_deliver_less() -> None:
    alone = made_strategy(*(planned for planned in MIX.strands if planned.strand == "near_by"))
    world, usual = world_of(shock("strand_posts", 0.4, 0, who="near_by"), strategy=alone), world_of(strategy=alone)
    s = usual.plan.ids.index("near_by")
    assert world.services.spent[s] == pytest.approx(0.4 * usual.services.spent[s], rel=0.1)
    pools = [w.children.pools.sum() for w in (world, usual)]
    assert pools[0] == pytest.approx(0.4 * pools[1], rel=0.15)


@pytest.mark.parametrize("who", ["", "family_hub"])
def test_a_closed_service_serves_nobody_and_opens_again(who: str) -> None:
    world = world_of(shock("service_posts", 0.0, 12, 12, who=who), months=13)
    v, today = world.services, world.plan.n_today
    closed = [s for s in range(today) if who in ("", world.plan.ids[s])]
    assert (v.taking_part[closed] == 0).all() and (v.posts_filled[closed] == 0).all()
    usual = world_of(months=13).services
    rest = [s for s in range(today) if s not in closed]
    assert (v.posts_filled[rest] == usual.posts_filled[rest]).all()
    advance(world, 20)
    assert (v.posts_filled[closed] > 0).all() and (v.capacity[closed] > 0).all()
    assert (v.taking_part[closed] > 0).mean() > 0.5


def test_released_people_leave_whole_books() -> None:
    world = create(_start(shock("service_posts", 0.3, 10, 8), shock("strand_posts", 0.3, 14)), MIX, LIBRARY)
    started, ended = np.zeros(len(world.plan.ids)), np.zeros(len(world.plan.ids))
    for month in range(MONTHS):
        advance(world)
        for s in range(len(world.plan.ids)):
            members = world.taking.members[s, : world.taking.n_members[s]]
            assert sorted(members) == np.flatnonzero(np.isin(world.taking.stage[s], (1, 2, 5))).tolist()
        if month % 12 == 11:
            started += world.services.started
            ended += world.services.completed + world.services.dropped
    still = np.array([(stage == TAKING_PART).sum() for stage in world.taking.stage])
    assert (started == ended + still).all()


def test_meetings_that_are_not_held_bring_less() -> None:
    world, usual = world_of(shock("contact", 0.3, 1), strategy=MIX), world_of(strategy=MIX)
    letters, course = (usual.plan.ids.index(i) for i in ("letters", "course"))
    assert world.services.capacity[letters] == usual.services.capacity[letters]
    assert world.services.capacity[course] == pytest.approx(0.3 * usual.services.capacity[course], abs=1.5)
    wellbeing = [w.children.pools[4:8].sum() for w in (world, usual)]
    assert 0 < wellbeing[0] < 0.6 * wellbeing[1]


# --- together --------------------------------------------------------------------------------------------------


def test_combinations_commute() -> None:
    a = future(shock("income", 0.9), shock("school", 0.3), shock("distress", 0.1), id_="a")
    b = future(shock("income", 0.7), shock("school", -0.7), shock("distress", 0.2, 3), shock("money", 0.5), id_="b")
    assert combine([a, b]) == combine([b, a])
    assert combine([a, NO_FUTURE]) == a == combine([NO_FUTURE, a])
    start = [create_start(neighbourhood(100, 3), REGISTER, 2, 24, future=combine(pair)) for pair in ([a, b], [b, a])]
    worlds = [create(s, MIX, LIBRARY) for s in start]
    for world in worlds:
        advance(world, 24)
    assert worlds[0].digest() == worlds[1].digest()


def test_products_and_sums_do_not_depend_on_the_order() -> None:
    for sizes in itertools.product((0.7, 0.93, 0.31, 0.1, 0.57), repeat=3):
        blows = [shock("work", size) for size in sizes]
        assert factor(future(*blows), "work", 12) == factor(future(*blows[::-1]), "work", 12)


def test_the_order_of_shocks_means_nothing() -> None:
    blows = (
        shock("work", 0.7),
        shock("work", 0.93),
        shock("work", 0.31),
        shock("housing", 0.3, 14),
        shock("rent", 1.1),
    )
    assert world_of(*blows).digest() == world_of(*blows[::-1]).digest()


@pytest.mark.parametrize("name", list_ids("future"))
def test_every_packaged_future_runs_and_is_told(name: str) -> None:
    asked = load_future(name)
    start = create_start(neighbourhood(60, 3), REGISTER, 2, 60, future=asked)
    world = create(start, MIX, LIBRARY)
    advance(world, 60)
    begun = [s for s in asked.shocks if s.start_month < 60]
    assert len([entry for entry in world.log if not entry.what.startswith("over")]) == len(begun)
    for told in map(in_words, in_order(asked.shocks)):
        assert "{" not in told and "of year" in told
