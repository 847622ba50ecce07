"""What a course leaves behind in the pools of those who took part, followed through the engine."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engine import World, advance, create, create_start
from sim.parameters import Register
from sim.schema import COMPLETED, N_POOLS
from sim.spec import Strategy
from tests.engine.worlds import library_of, made_strand, made_strategy, neighbourhood, planned


def everybody(register: Register, **delivery: float) -> Register:
    """Everybody is found, accepts and stays; posts are filled at once."""
    own = {
        "identify_base": 1.0, "drop_out_share": 0.0, "recruitment_rate": 1.0, "turnover_rate": 0.0,
        "accept_outreach": 50.0, "planning_margin": 10.0, **delivery,
    }  # fmt: skip
    p = register.parameters
    average = p.coordination._replace(sustaining=0.0)
    return register._replace(parameters=p._replace(delivery=p.delivery._replace(**own), coordination=average))


def stepped(register: Register, strategy: Strategy, *strands: object, months: int = 6, children: int = 120) -> World:
    start = create_start(neighbourhood(children, 4), register, 2, 24, frozenset({"churn"}))
    world = create(start, strategy, library_of(*strands))  # type: ignore[arg-type]
    advance(world, months)
    return world


def pooled(world: World, table: str, outcome: str) -> np.ndarray:
    owner = getattr(world, table)
    at = owner.schema.pooled.index(outcome) * N_POOLS
    return owner.pools[at : at + N_POOLS].sum(axis=0)


def completers(world: World, strand: str) -> np.ndarray:
    return world.taking.stage[world.plan.ids.index(strand)] == COMPLETED


def test_those_who_complete_have_the_published_effect(register: Register) -> None:
    strand = made_strand(ages=(5, 8), fade_half_life_months="none", uptake=0.99)
    world = stepped(everybody(register), made_strategy(planned(outreach=1.0)), strand)
    done = completers(world, "made")[: len(world.children)]
    age = 0 - world.children.birth_month
    assert done.sum() == ((age >= 60) & (age < 108) & (world.children.from_start == 1)).sum() > 10
    assert pooled(world, "children", "attainment")[done] == pytest.approx(0.3)
    assert not pooled(world, "children", "attainment")[~done].any()


def test_half_is_left_after_the_half_life(register: Register) -> None:
    strand = made_strand(ages=(5, 8), fade_half_life_months=12.0, uptake=0.99)
    strategy = made_strategy(planned(outreach=1.0, stop_month=6))
    done = completers(stepped(everybody(register), strategy, strand), "made")
    later = stepped(everybody(register), strategy, strand, months=18)
    assert pooled(later, "children", "attainment")[done[: len(later.children)]] == pytest.approx(0.15)


def test_half_way_through_a_lasting_course_half_is_there(register: Register) -> None:
    strand = made_strand(ages=(5, 8), fade_half_life_months="none", uptake=0.99)
    world = stepped(everybody(register), made_strategy(planned(outreach=1.0)), strand, months=3)
    reached = pooled(world, "children", "attainment")
    assert set(np.round(reached, 9)) == {0.0, 0.15}


def test_two_strands_for_one_outcome_have_diminishing_returns(register: Register) -> None:
    strands = [made_strand(name, ages=(5, 8), fade_half_life_months="none", uptake=0.99) for name in ("a", "b")]
    strategy = made_strategy(planned("a", outreach=1.0), planned("b", outreach=1.0))
    world = stepped(everybody(register, overlap_discount=0.4), strategy, *strands)
    both = (completers(world, "a") & completers(world, "b"))[: len(world.children)]
    # 0.3 in full and 0.3 at 0.6
    assert pooled(world, "children", "attainment")[both] == pytest.approx(0.48)
    free = stepped(everybody(register, overlap_discount=0.0), strategy, *strands)
    assert pooled(free, "children", "attainment")[both] == pytest.approx(0.6)


def test_brothers_and_sisters_move_their_home_once(register: Register) -> None:
    strand = made_strand(ages=(0, 10), fade_half_life_months="none", uptake=0.99, effects={"parent_mental_health": 0.2})
    world = stepped(everybody(register), made_strategy(planned(outreach=1.0)), strand)
    done = completers(world, "made")[: len(world.children)]
    homes, siblings = np.unique(world.children.household[done], return_counts=True)
    assert (siblings > 1).any()
    moved = pooled(world, "households", "distress")
    assert (moved[homes] < 0.0).all(), "better is less distress"
    assert moved[homes].std() == pytest.approx(0.0, abs=1e-12)


def test_a_household_strand_reaches_its_children_of_the_right_age(register: Register) -> None:
    strand = made_strand(ages=(0, 4), unit="household", fade_half_life_months="none", uptake=0.99)
    world = stepped(everybody(register), made_strategy(planned(outreach=1.0)), strand, months=1)
    moved = pooled(world, "children", "attainment") != 0.0
    c = world.children
    age = 0 - c.birth_month
    young = (age >= 0) & (age < 60) & (c.from_start == 1)
    assert moved.sum() > 10
    assert np.array_equal(moved, young)


def test_without_money_or_posts_nothing_happens(register: Register) -> None:
    strand = made_strand(ages=(5, 8), uptake=0.99)
    for short_of, limits in (("money", {"gbp": 0.0}), ("posts", {"posts": 0.0})):
        strategy = made_strategy(planned(outreach=1.0), **limits)
        world = stepped(everybody(register), strategy, strand)
        assert not pooled(world, "children", "attainment").any()
        assert world.services.started[world.plan.ids.index("made")] == 0
        assert world.shortfalls[0] == (0, "made", 0.0, short_of)


def test_money_goes_by_priority(register: Register) -> None:
    strands = [made_strand(name, ages=(5, 8), uptake=0.99) for name in ("a", "b")]
    few = made_strategy(planned("a", priority=50, outreach=1.0), planned("b", priority=10, outreach=1.0), gbp=6_000.0)
    world = stepped(everybody(register), few, *strands)
    at = {name: world.plan.ids.index(name) for name in ("a", "b")}
    assert world.services.allotted[at["b"]] == pytest.approx(6_000.0)
    assert world.services.allotted[at["a"]] == 0.0


def test_what_is_spent_is_heads_times_price(register: Register) -> None:
    strand = made_strand(ages=(5, 8), uptake=0.99)
    world = stepped(everybody(register), made_strategy(planned(outreach=1.0, stop_month=6)), strand, months=12)
    at = world.plan.ids.index("made")
    taken = world.taking.months[at].sum()
    # GBP 100 for each month anybody took part
    assert taken > 60
    assert world.services.spent[at] == pytest.approx(100.0 * taken)
