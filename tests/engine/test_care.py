"""Children's social care in whole worlds: books that agree, first days, arrivals, and that nothing rests on it."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engine import Start, World, advance, create, create_start
from sim.inputs.register import load_register
from sim.kernel.care import CARE_COUNTS
from sim.outcomes import INDICATOR_IDS, SMALLEST_CELL
from sim.schema import CHILDREN, IN_NEED, LOOKED_AFTER, NEVER, NO_CASE, PROTECTION_PLAN
from sim.state import Table
from tests.engine.worlds import TWIN, library_of, made_strand, made_strategy, neighbourhood, planned

MONTHS = 24
#: Four times as many referrals as in England, so that a small place shows every state.
BUSY = {"care.referral_rate": 0.04, "care.looked_after_rate": 0.03}
COLUMNS = ("care_state", "case_since", "case_long", "referral_last", "plan_ever", *CARE_COUNTS)
LIBRARY = library_of(
    made_strand("parents", unit="household", ages=(0, 18), effects={"parent_mental_health": 1.5, "income": 1.0}),
    made_strand("lessons", effects={"attainment": 0.4}),
)


@pytest.fixture(scope="module")
def start() -> Start:
    return create_start(neighbourhood(300, 2, annual_move_share=0.2), load_register(BUSY), 5, MONTHS)


def stepped(start: Start, *strands: object, months: int = MONTHS) -> World:
    world = create(start, made_strategy(*strands, gbp=1e9) if strands else TWIN, LIBRARY)  # type: ignore[arg-type]
    advance(world, months)
    return world


def care_of(world: World) -> dict[str, list[int]]:
    return {name: getattr(world.children, name).tolist() for name in COLUMNS}


def check_books(c: Table, month: int) -> None:
    """What must hold of every child's case at the end of ``month``."""
    here = (c.first_month <= month) & (month < c.last_month)
    state, age = c.care_state[here], month - c.birth_month[here]
    assert np.isin(state, (NO_CASE, IN_NEED, PROTECTION_PLAN, LOOKED_AFTER)).all()
    assert (state[age >= 18 * 12] == NO_CASE).all()
    opened = c.case_since[here]
    assert ((opened > NEVER) == (state > NO_CASE)).all()
    assert (opened <= month).all()
    assert (c.referral_last[here] <= month).all()
    assert ((opened == NEVER) | (opened == c.referral_last[here])).all(), "no referral while a case is open"
    assert (c.plan_ever[here][state == PROTECTION_PLAN] == 1).all()
    assert (c.case_long[here][state >= PROTECTION_PLAN] == 1).all()
    assert (c.case_long[here][state == NO_CASE] == 0).all()
    for part, whole in (
        ("referrals_no_need", "referrals"), ("referrals_again", "referrals"), ("plans_again", "plans"),
        ("plans", "enquiries"), ("cases_closed_soon", "cases_closed"),
    ):  # fmt: skip
        assert (getattr(c, part) <= getattr(c, whole)).all(), part
    for name in CARE_COUNTS:
        assert (getattr(c, name) >= 0).all(), name


def test_the_books_of_every_child_agree_in_every_month(start: Start) -> None:
    world = create(start, TWIN, LIBRARY)
    seen = set()
    for month in range(MONTHS):
        before = {name: getattr(world.children, name).copy() for name in COLUMNS}
        advance(world)
        c = world.children
        check_books(c, month)
        seen |= set(c.care_state.tolist())
        if month % 12:
            here = (c.first_month < month) & (month < c.last_month)
            turned = c.care_state.astype(int) == LOOKED_AFTER
            was = before["care_state"] == LOOKED_AFTER
            moved = (c.looked_after_starts - before["looked_after_starts"]) - (
                c.looked_after_ends - before["looked_after_ends"]
            )
            assert np.array_equal((turned.astype(int) - was)[here], moved[here])
    assert seen == {NO_CASE, IN_NEED, PROTECTION_PLAN, LOOKED_AFTER}


def test_the_first_day_has_cases_from_before_and_clear_counts_from_september(start: Start) -> None:
    c = start.population.children
    check_books(c, -1)
    open_now = (c.care_state > NO_CASE) & (c.from_start == 1)
    assert open_now.sum() > 10
    assert (c.case_since[open_now] < 0).all()
    assert (c.case_since[open_now] < -24).any(), "some have lasted two years"
    assert (c.referrals[c.from_start == 1]).sum() > 0, "the year before is still on the books"
    world = stepped(start, months=1)
    resident = (world.children.first_month <= 0) & (world.children.last_month > 0)
    assert (world.children.referrals[resident] <= 1).all()


def test_arrivals_bring_the_case_of_their_donor_with_its_months_shifted(start: Start) -> None:
    population = start.population
    c = population.children
    rows = np.flatnonzero(population.donor_of_child >= 0)
    donors = population.donor_of_child[rows]
    assert np.array_equal(c.care_state[rows], c.care_state[donors])
    assert (c.care_state[rows] > NO_CASE).any()
    for name in ("case_since", "referral_last"):
        stamp = getattr(c, name)
        expected = np.where(stamp[donors] > NEVER, stamp[donors] + c.first_month[rows], NEVER)
        assert np.array_equal(stamp[rows], expected), name
    for name in CARE_COUNTS:
        assert (getattr(c, name)[c.first_month > 0] == 0).all(), name
    born = (c.first_month > 0) & (population.donor_of_child < 0)
    assert (c.care_state[born] == NO_CASE).all()
    assert (c.referral_last[born] == NEVER).all()


def test_nothing_else_rests_on_social_care(start: Start) -> None:
    other = load_register({"care.referral_rate": 0.001, "care.end_long": 1.9})
    calm = create_start(start.place, other, start.seed, MONTHS)
    busy_world = stepped(start, planned("lessons"))
    calm_world = stepped(calm, planned("lessons"))
    assert care_of(busy_world) != care_of(calm_world)
    assert busy_world.children.real.tobytes() == calm_world.children.real.tobytes()
    assert busy_world.households.digest() == calm_world.households.digest()
    assert busy_world.schools.digest() == calm_world.schools.digest()
    for column in CHILDREN.whole:
        if column.name not in COLUMNS:
            mine, theirs = (getattr(w.children, column.name) for w in (busy_world, calm_world))
            assert np.array_equal(mine, theirs), column.name


def test_a_strategy_reaches_social_care_only_through_families_and_wellbeing(start: Start) -> None:
    twin = care_of(stepped(start))
    assert care_of(stepped(start, planned("lessons"))) == twin
    assert care_of(stepped(start, planned("parents"))) != twin
    assert care_of(stepped(start, planned("parents", start_month=12), months=12)) == care_of(stepped(start, months=12))


def test_the_three_duties_are_read_and_hidden_where_few_are_counted(start: Start) -> None:
    world = stepped(start, months=12)
    c, reading = world.children, world.readings[-1]
    here = (c.first_month <= 11) & (c.last_month > 11) & (c.leaves_month > 11) & (11 - c.birth_month < 18 * 12)
    for name, states in (
        ("children_in_need", (IN_NEED, PROTECTION_PLAN, LOOKED_AFTER)),
        ("protection_plans", (PROTECTION_PLAN,)),
        ("looked_after_children", (LOOKED_AFTER,)),
    ):
        at = INDICATOR_IDS.index(name)
        expected = 1e4 * np.isin(c.care_state[here], states).mean()
        assert reading.values[0, 0, at] == pytest.approx(expected)
        assert reading.counts[0, 0, at] == here.sum() >= SMALLEST_CELL
