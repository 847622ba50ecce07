"""Rates that must come out of many draws, judged by Bayes factors rather than by eye.

The factor sets the exact rate against "any rate at all" (uniform). Below 1/100 the rate is refuted; a
sound rate gives a factor above 1 nearly always.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy import stats

from sim import draws
from sim.engine import Start, World, advance, create, create_start
from sim.inputs import load_place
from sim.inputs.register import load_register
from sim.kernel import children as child_kernel
from sim.kernel import places as place_kernel
from sim.parameters import Register
from sim.schema import COMPLETED, DROPPED, HW, NOT_IN, TAKING_PART
from sim.spec import Place
from sim.state import Table
from tests.engine.worlds import library_of, made_strand, made_strategy, planned

REFUTED = 0.01


def bayes_factor(successes: int, trials: int, rate: float) -> float:
    """Probability of the count under ``rate`` over its probability under a uniform rate, 1 / (trials + 1)."""
    return float(stats.binom.pmf(successes, trials, rate) * (trials + 1))


def test_the_factor_tells_right_from_wrong() -> None:
    assert bayes_factor(300, 1000, 0.3) > 10.0
    assert bayes_factor(300, 1000, 0.36) < REFUTED
    assert bayes_factor(5, 10, 0.5) == pytest.approx(252 / 1024 * 11)


def delivered_at_once(register: Register, **delivery: float) -> Register:
    own = {"recruitment_rate": 1.0, "turnover_rate": 0.0, "planning_margin": 10.0, "drop_out_distress": 0.0, **delivery}
    p = register.parameters
    return register._replace(parameters=p._replace(delivery=p.delivery._replace(**own)))


@cache
def decile_5() -> Place:
    return load_place("england_decile_5")


@cache
def _start(
    without: frozenset[str], identify_need: float, drop_out_share: float, identify_base: float, luck: int = 11
) -> Start:
    register = delivered_at_once(
        load_register(), identify_need=identify_need, drop_out_share=drop_out_share, identify_base=identify_base
    )
    return create_start(decile_5(), register, luck, 24, without)


def enrolled(
    months: int,
    *,
    without: tuple[str, ...] = (),
    drop_out: float = 0.0,
    found: float = 1.0,
    luck: int = 11,
    **changes: object,
) -> World:
    """A course open to everybody in decile 5, some months on."""
    strategy = made_strategy(planned(stop_month=changes.pop("stop", None)), gbp=1e9)  # type: ignore[arg-type]
    start = _start(frozenset(without), 0.0, drop_out, found, luck)
    world = create(start, strategy, library_of(made_strand(**changes)))
    advance(world, months)
    return world


def books(world: World) -> dict[str, int]:
    at = world.plan.ids.index("made")
    return {k: int(getattr(world.services, k)[at]) for k in ("eligible", "offered", "started", "completed", "dropped")}


@pytest.mark.parametrize("uptake", [0.2, 0.6, 0.93])
def test_uptake_is_the_librarys_where_take_up_is_not_selective(uptake: float) -> None:
    every = [books(enrolled(1, without=("selective_take_up",), uptake=uptake, luck=luck)) for luck in (11, 12, 13, 14)]
    assert all(found["offered"] == found["eligible"] == 2000 for found in every)
    started, offered = (sum(found[key] for found in every) for key in ("started", "offered"))
    assert bayes_factor(started, offered, uptake) > 1.0
    assert bayes_factor(started, offered, uptake + 0.06) < REFUTED


def test_selective_take_up_leaves_the_better_off_in_front() -> None:
    world = enrolled(1, uptake=0.5)
    inside = world.taking.stage[world.plan.ids.index("made"), : len(world.children)] == TAKING_PART
    here = world.children.from_start == 1
    ses, trust = (getattr(world.households, column)[world.children.household] for column in ("ses", "trust"))
    for column in (ses, trust):
        assert stats.ttest_ind(column[inside & here], column[~inside & here]).pvalue < 1e-6
        assert column[inside & here].mean() > column[~inside & here].mean()
    blind = enrolled(1, uptake=0.5, without=("selective_take_up",))
    inside = blind.taking.stage[blind.plan.ids.index("made"), : len(blind.children)] == TAKING_PART
    assert stats.ttest_ind(ses[inside & here], ses[~inside & here]).pvalue > 1e-3


def test_as_many_are_found_as_are_known() -> None:
    found = books(enrolled(1, found=0.35))
    assert bayes_factor(found["offered"], found["eligible"], 0.35) > 1.0


def test_a_no_is_for_life_while_nothing_else_changes() -> None:
    # everybody is offered in September and again in January: nobody new accepts
    world = enrolled(5, without=("selective_take_up", "churn"), uptake=0.5, ages=(2, 16))
    at = world.plan.ids.index("made")
    grown_in = (world.children.birth_month <= -24 + 4) & (world.children.birth_month > -24)
    late = (world.taking.months[at, : len(world.children)] == 1) & (world.children.birth_month <= -24)
    assert late[~grown_in].sum() == 0


@pytest.mark.parametrize("months", [3, 12])
def test_drop_out_over_a_course(months: int) -> None:
    world = enrolled(12, drop_out=0.24, without=("churn",), ages=(5, 10), uptake=0.9, duration_months=months)
    at = world.plan.ids.index("made")
    stage = world.taking.stage[at, : len(world.children)]
    first = (world.children.from_start == 1) & (stage != NOT_IN) & (stage != TAKING_PART)
    first &= (world.children.birth_month < -60) & (world.children.birth_month > -120)
    dropped, finished = int((stage[first] == DROPPED).sum()), int((stage[first] == COMPLETED).sum())
    # one chance of 0.24 / n in each of n months
    share = 1 - (1 - 0.24 / months) ** months
    assert dropped + finished > 400
    assert bayes_factor(dropped, dropped + finished, share) > 1.0


def test_families_move_at_the_places_rate() -> None:
    population = _start(frozenset(), 0.0, 0.0, 1.0).population
    h, c = population.households, population.children
    left = np.flatnonzero((h.home >= 0) & (h.leaves_month <= 23))
    # families whose children have all grown up make room too: they are not moves
    last = np.full(len(h), -1)
    np.maximum.at(last, c.household, 12 * (c.cohort + 20))
    moved = int((last[left] > h.leaves_month[left]).sum())
    home_months = population.n_homes * 23
    rate = decile_5().value("annual_move_share") / 12
    assert moved > 50
    assert bayes_factor(moved, home_months, rate) > 1.0


def test_girls_are_as_many_as_are_born() -> None:
    start = _start(frozenset(), 0.0, 0.0, 1.0)
    children, share = start.population.children, start.register.parameters.population.girl_share
    assert bayes_factor(int(children.girl.sum()), len(children), share) > 1.0


def test_heads_leave_at_their_yearly_rate(register: Register) -> None:
    n = 20_000
    schools = Table("schools", n)
    schools.key = draws.keys(4, np.arange(n))
    month = child_kernel.Month(12, 0, 1, 3, 0.0, 1.0)
    p = register.parameters.schools
    place_kernel.new_school_year(month, schools.real, schools.whole, schools.key, p)
    changed = int((schools.leader_since == 12).sum())
    assert bayes_factor(changed, n, p.leader_change_rate) > 1.0


def test_work_starts_and_stops_at_its_monthly_hazards(register: Register) -> None:
    start = _start(frozenset({"churn"}), 0.0, 0.0, 1.0)
    p = register.parameters.families
    world = create(start, made_strategy(), {})
    stopped = trials = 0
    expected = []
    for _ in range(24):
        before = world.households.workers.copy()
        live = (world.households.first_month <= world.month) & (world.month < world.households.last_month)
        advance(world)
        lone = live & (before == 1) & (world.households.adults == 1)
        stopped += int((world.households.workers[lone] == 0).sum())
        trials += int(lone.sum())
        expected.append(p.work_turnover * (1 - world.households.work_propensity[lone]) / 12)
    rate = float(np.concatenate(expected).mean())
    assert trials > 1000
    assert bayes_factor(stopped, trials, rate) > 1.0


def test_suspensions_come_at_their_monthly_chance(register: Register) -> None:
    """Children without feelings, at a school without climate: the level alone sets the rate."""
    start = _start(frozenset(), 0.0, 0.0, 1.0)
    p = start.register.parameters
    quiet = p.children._replace(
        suspension_level=-3.0, suspension_wellbeing=0.0, suspension_climate=0.0, suspension_secondary=0.0,
        suspension_girl=0.0, suspension_hardship=0.0, suspension_absence=0.0,
    )  # fmt: skip
    own = start.register._replace(parameters=p._replace(children=quiet))
    world = create(create_start(decile_5(), own, 11, 12), made_strategy(), {})
    advance(world, 11)
    c = world.children
    live = c.attended_months > 0
    months = round(float(c.attended_months[live].sum()))
    assert months > 5000
    assert bayes_factor(int(c.suspensions[live].sum()), months, 1 / (1 + np.exp(3.0))) > 1.0


def test_homes_hold_one_family_each_month() -> None:
    world = create(_start(frozenset(), 0.0, 0.0, 1.0), made_strategy(), {})
    advance(world, 24)
    h = world.households
    here = (h.home >= 0) & (h.first_month <= 23) & (h.leaves_month > 23)
    assert sorted(h.home[here].tolist()) == list(range(world.start.population.n_homes))
    assert np.array_equal(np.sort(world.tenant), np.flatnonzero(here))
    assert (h.whole[HW.children_here][here] > 0).mean() > 0.99
