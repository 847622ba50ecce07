"""Worlds that must be equal to the last bit, and why they must."""

from __future__ import annotations

from functools import cache

import pytest

from sim.engine import Start, World, advance, create, create_start
from sim.inputs.register import load_register
from sim.offers import Evidence
from sim.spec import Strategy
from tests.engine.worlds import TWIN, library_of, made_strand, made_strategy, neighbourhood, planned

MONTHS = 24
LIBRARY = library_of(
    made_strand("alpha", effects={"attainment": 0.3, "social_emotional": 0.2}),
    made_strand("beta", unit="household", effects={"parent_mental_health": 0.3, "attainment": 0.1}, ages=(0, 10)),
    made_strand("gamma", unit="area", effect_basis="area_itt", cost_unit="child_in_area_year", unit_cost_gbp=20.0,
                effects={"social_emotional": 0.1}, duration_months=12),
    made_strand("elders", ages=(40, 60)),
    made_strand("schools", unit="school", effect_basis="area_itt", cost_unit="school_year", unit_cost_gbp=9000.0,
                duration_months=12, effects={"school_effectiveness": 0.3}, ages=(5, 16)),
)  # fmt: skip


@cache
def _start(seed: int = 1, children: int = 150) -> Start:
    return create_start(neighbourhood(children, 3), load_register(), seed, MONTHS)


def _world(strategy: Strategy, months: int = MONTHS, evidence: Evidence | None = None) -> World:
    world = create(_start(), strategy, LIBRARY, evidence)
    advance(world, months)
    return world


FULL = made_strategy(planned("alpha"), planned("beta", priority=10), planned("gamma"), planned("schools"))


def test_a_strategy_moves_something() -> None:
    assert _world(FULL).digest() != _world(TWIN).digest()


def test_a_strand_nobody_is_eligible_for_is_the_twin() -> None:
    nobody = made_strategy(planned("elders", outreach=1.0))
    world = _world(nobody)
    assert world.digest() == _world(TWIN).digest()
    strand = world.plan.ids.index("elders")
    # nobody eligible, nothing offered, paid or staffed
    assert not world.services.real[:, strand].any()
    assert sum(delivered[:, strand].sum() for delivered in world.deliveries) == 0.0


def test_adding_a_strand_nobody_is_eligible_for_changes_nothing_for_the_others() -> None:
    with_elders = made_strategy(*FULL.strands, planned("elders", priority=1))
    assert _world(with_elders).digest() == _world(FULL).digest()


@pytest.mark.parametrize("strand", ["alpha", "beta", "gamma", "schools"])
def test_any_strategy_is_the_twin_before_its_first_month(strand: str) -> None:
    later = made_strategy(planned(strand, start_month=12))
    assert _world(later, 12).digest() == _world(TWIN, 12).digest()
    assert _world(later).digest() != _world(TWIN).digest()


def test_a_stopped_strand_was_there() -> None:
    short = made_strategy(planned("alpha", stop_month=6))
    assert _world(short).digest() not in (_world(TWIN).digest(), _world(made_strategy(planned("alpha"))).digest())


def test_the_order_of_strands_means_nothing() -> None:
    turned = made_strategy(*reversed(FULL.strands))
    assert _world(turned).digest() == _world(FULL).digest()


def test_the_order_means_nothing_where_money_is_short() -> None:
    few = made_strategy(*FULL.strands, gbp=20_000.0)
    assert _world(made_strategy(*few.strands[::-1], gbp=20_000.0)).digest() == _world(few).digest()
    assert _world(few).digest() != _world(FULL).digest()


def test_a_world_does_not_touch_its_start() -> None:
    before = [
        t.digest() for t in (_start().population.children, _start().population.households, _start().population.schools)
    ]
    _world(FULL)
    after = [
        t.digest() for t in (_start().population.children, _start().population.households, _start().population.schools)
    ]
    assert before == after


def test_the_same_again_is_the_same() -> None:
    evidence = Evidence("central", 7)
    assert _world(FULL, evidence=evidence).digest() == _world(FULL, evidence=evidence).digest()
    assert _world(FULL, evidence=evidence).digest() != _world(FULL, evidence=Evidence("central", 8)).digest()


def test_the_draw_of_the_evidence_does_not_touch_the_twin() -> None:
    assert _world(TWIN, evidence=Evidence("central", 7)).digest() == _world(TWIN).digest()


def test_one_and_two_threads_give_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    place, register = neighbourhood(700, 3), load_register()
    serial_start = create_start(place, register, 1, 13)
    serial = create(serial_start, FULL, LIBRARY)
    advance(serial, 13)
    monkeypatch.setattr("sim.engine.world.PARALLEL_FROM", 0)
    for threads in (2, 1):
        start = create_start(place, register, 1, 13, threads=threads)
        world = create(start, FULL, LIBRARY, threads=threads)
        assert world.threads == threads
        advance(world, 13)
        assert world.digest() == serial.digest()


def test_a_run_cannot_go_beyond_its_start() -> None:
    world = _world(TWIN)
    with pytest.raises(ValueError, match="beyond"):
        advance(world)
    with pytest.raises(ValueError, match="months must be from 12 to 240"):
        create_start(neighbourhood(60), load_register(), 1, 11)


def test_who_comes_and_goes_is_reported_month_by_month() -> None:
    world = create(_start(), TWIN, {})
    came = left = 0
    for _ in range(MONTHS):
        advance(world)
        changes = world.changes()
        came, left = came + len(changes.arrived_children), left + len(changes.departed_children)
        assert (world.children.first_month[changes.arrived_children] == world.month - 1).all()
    assert came > 0
    assert left > 0
