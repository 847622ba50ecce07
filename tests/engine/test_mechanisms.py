"""Switches of mechanisms whose own tests are elsewhere by hand only: each seen on and off in a running world."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engine import Start, World, advance, create, create_start
from sim.inputs.register import load_register
from sim.parameters import Register
from sim.schema import RECEPTION
from sim.spec import Strategy
from tests.engine.test_dose import completers, everybody, pooled
from tests.engine.worlds import TWIN, library_of, made_strand, made_strategy, neighbourhood, planned


def start_without(*off: str, children: int = 120, own: Register | None = None, months: int = 24) -> Start:
    """The first day of a place of decile 3 without some mechanisms."""
    register = own or load_register(without=off)
    return create_start(neighbourhood(children, 3), register, 4, months, frozenset(off))


def twin_after(months: int, *off: str) -> World:
    """A place without strands some months on, nobody moving."""
    world = create(start_without("churn", *off), TWIN, {})
    advance(world, months)
    return world


def course_after(months: int, *off: str, strategy: Strategy, own: Register | None = None, **changes: object) -> World:
    """A world with one course some months on, nobody moving."""
    start = start_without("churn", *off, own=own)
    world = create(start, strategy, library_of(made_strand(ages=(5, 9), uptake=0.99, **changes)))
    advance(world, months)
    return world


def test_effects_fade_unless_switched_off(register: Register) -> None:
    def left(*off: str) -> float:
        plan = made_strategy(planned(outreach=1.0, stop_month=6))
        world = course_after(18, *off, strategy=plan, own=everybody(register), fade_half_life_months=12.0)
        done = completers(world, "made")[: len(world.children)]
        return float(pooled(world, "children", "attainment")[done].mean())

    assert left() == pytest.approx(0.15)
    assert left("fade_out") == pytest.approx(0.3)


def test_families_leave_and_arrive_unless_switched_off() -> None:
    def arrived(*off: str) -> int:
        c = start_without(*off).population.children
        return int(((c.first_month > 0) & (c.last_month > c.first_month) & (c.birth_month < c.first_month)).sum())

    assert arrived() > 10
    # without moves whoever comes is born here
    assert arrived("churn") == 0


def test_some_drop_out_unless_switched_off() -> None:
    def dropped(*off: str) -> float:
        world = course_after(10, *off, strategy=made_strategy(planned(outreach=1.0)), duration_months=10)
        return float(world.services.dropped[world.plan.ids.index("made")])

    assert dropped() > 0.0
    assert dropped("drop_out") == 0.0


def test_posts_take_time_to_fill_unless_switched_off() -> None:
    def filled(*off: str) -> float:
        world = course_after(1, *off, strategy=made_strategy(planned(outreach=1.0)))
        at = world.plan.ids.index("made")
        return float(world.services.posts_filled[at] / world.services.posts_wanted[at])

    assert filled() == pytest.approx(load_register().parameters.delivery.recruitment_rate)
    assert filled("recruitment_delay") == 1.0


def test_overloaded_staff_deliver_less_unless_switched_off(register: Register) -> None:
    def load_and_effect(*off: str) -> tuple[float, float]:
        own = everybody(register)
        own = own._replace(
            parameters=own.parameters._replace(coordination=load_register(without=off).parameters.coordination)
        )
        plan = made_strategy(planned(outreach=1.0, reach_share=None, places_per_term=10))
        world = course_after(5, *off, strategy=plan, own=own, duration_months=12)
        at = world.plan.ids.index("made")
        return float(world.services.load[at]), float(world.services.fidelity[at])

    # ten places and a full list of three: 1.3 of the caseload, of which 1.1 is carried with ease
    assert load_and_effect() == pytest.approx((1.3, 1.0 / (1.0 + 0.5 * 0.2)))
    assert load_and_effect("service_load") == pytest.approx((1.0, 1.0))


def test_trust_goes_from_neighbour_to_neighbour_unless_switched_off() -> None:
    def heard(*off: str) -> int:
        start, told = start_without("churn", *off), np.zeros(0)
        trusts = []
        for more in (0.0, 0.3):
            world = create(start, TWIN, {})
            told = np.arange(len(world.households)) % 2 == 0
            world.households.trust[told] += more
            world.households.trust_base[told] += more
            advance(world)
            trusts.append(world.households.trust.copy())
        return int((trusts[1] != trusts[0])[~told].sum())

    assert heard() > 10
    assert heard("word_of_mouth") == 0


def test_resilience_buffers_adversity_unless_switched_off() -> None:
    with_it, without = twin_after(6), twin_after(6, "resilience")
    here = (with_it.children.first_month <= 0) & (with_it.children.last_month > 6)
    assert with_it.children.resilience[here].min() > 0.05
    assert without.children.resilience[here].max() < 1e-9
    # a place of decile 3 has more hardship than the nation, and now all of it comes through
    assert without.children.wellbeing[here].mean() < with_it.children.wellbeing[here].mean() - 0.005


def test_starting_school_shakes_wellbeing_unless_switched_off() -> None:
    with_it, without = twin_after(3), twin_after(3, "transitions")
    gained = without.children.wellbeing - with_it.children.wellbeing
    c = with_it.children
    here = (c.first_month <= 0) & (c.last_month > 3)
    assert gained[here & (-c.cohort == RECEPTION)].mean() > 0.005
    # who has not started school is touched through brothers and sisters alone
    at_home = here & (-c.cohort < RECEPTION - 1)
    assert abs(gained[at_home].mean()) < 0.3 * gained[here & (-c.cohort >= RECEPTION)].mean()


def test_very_low_attaining_peers_hurt_unless_switched_off() -> None:
    with_it, without = twin_after(12), twin_after(12, "peers")
    c = with_it.children
    gained = without.children.attainment - c.attainment
    pupils = (c.first_month <= 0) & (c.last_month > 12) & (c.school >= 0)
    assert gained[pupils].mean() > 0.003
    babies = (c.first_month <= 0) & (1 - c.cohort < RECEPTION - 1)
    assert abs(gained[babies].mean()) < 0.3 * gained[pupils].mean()
