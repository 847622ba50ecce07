"""Local context: places alike but for their drivers, and the analysis that finds out about them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sim.engine import Start, World, advance, create, create_start
from sim.engine.context import analyse, analysis_gbp, drivers_of, fits
from sim.engine.coordination import links
from sim.inputs.register import load_register
from sim.spec import DRIVERS, HIDDEN_DRIVERS, Analysis, Place, Strategy
from tests.engine.worlds import TWIN, library_of, made_strand, made_strategy, neighbourhood, planned

REGISTER = load_register()
CONTEXT = REGISTER.parameters.context
LIBRARY = library_of(
    made_strand("marked", stigma=1.0, drivers=("stigma", "distress")),
    made_strand("open_to_all", drivers=("housing",)),
    made_strand("remote", contact=False),
    made_strand("plain"),
)
MIX = made_strategy(*(planned(name) for name in LIBRARY))


@cache
def _start(seed: int = 1, **drivers: float) -> Start:
    place = neighbourhood(120, 3, **{f"driver_{name}": value for name, value in drivers.items()})
    return create_start(place, REGISTER, seed, 24)


def _unknown(place: Place) -> Place:
    """The place with hidden drivers that nobody has looked at."""
    cells = dict(place.cells)
    for name in HIDDEN_DRIVERS:
        cells[f"driver_{name}"] = cells[f"driver_{name}"].model_copy(update={"value": 0.0, "kind": "filled_in"})
    return place.model_copy(update={"cells": cells})


def _started(start: Start) -> dict[str, float]:
    """Starts of the first month by strand."""
    world = create(start, MIX, LIBRARY)
    advance(world, 1)
    return {name: float(world.services.started[s]) for s, name in enumerate(world.plan.ids) if name in LIBRARY}


def _analysed(strategy: Strategy, months: int, start: Start | None = None, gbp: float = 1e9) -> World:
    """A world in which nothing happens but the analysis."""
    world = create(start or _start(), strategy, LIBRARY)
    for _ in range(months):
        world.overheads[world.month // 12] = 0.0, analysis_gbp(world, gbp)
        analyse(world)
        world.month += 1
    return world


def _bought(depth: str = "survey", months: int = 12, start_month: int = 0) -> Strategy:
    analysis = Analysis(start_month=start_month, months=months, depth=depth)  # type: ignore[arg-type]
    return TWIN.model_copy(update={"analysis": analysis, "money_gbp": {"council": 1e6}})


# --- drivers ---------------------------------------------------------------------------------------------------


def test_given_drivers_are_taken_and_usual_ones_are_nought() -> None:
    assert not drivers_of(neighbourhood(80, 3), REGISTER, 1).any()
    given = drivers_of(neighbourhood(80, 3, driver_safety=0.5, driver_stigma=-1.0), REGISTER, 1)
    assert dict(zip(DRIVERS, given, strict=True)) == dict.fromkeys(DRIVERS, 0.0) | {"safety": 0.5, "stigma": -1.0}


def test_unknown_drivers_differ_between_replications_and_stay_the_same_in_one() -> None:
    place = _unknown(neighbourhood(80, 3, driver_housing=0.7))
    many = np.array([drivers_of(place, REGISTER, seed) for seed in range(400)])
    assert np.array_equal(many[7], drivers_of(place, REGISTER, 7))
    hidden = [DRIVERS.index(name) for name in HIDDEN_DRIVERS]
    assert (many[:, DRIVERS.index("housing")] == 0.7).all()
    assert np.abs(many).max() <= 2.0
    # a standard normal cut at 2 SD has an SD of 0.88
    assert np.abs(many[:, hidden].mean(axis=0)).max() < 4 * 0.88 / 20
    assert many[:, hidden].std(axis=0) == pytest.approx([0.88] * 3, abs=0.1)
    assert np.abs(np.corrcoef(many[:, hidden].T)[np.triu_indices(3, 1)]).max() < 0.2


def test_switched_off_every_driver_is_nought() -> None:
    place = _unknown(neighbourhood(80, 3, driver_housing=0.7))
    assert not drivers_of(place, REGISTER, 1, frozenset({"local_context"})).any()


# --- what drivers do -------------------------------------------------------------------------------------------


def test_stigma_keeps_families_from_what_marks_them_out() -> None:
    usual, ashamed = _started(_start()), _started(_start(stigma=2.0))
    assert ashamed["marked"] < usual["marked"]
    assert [ashamed[name] for name in ("open_to_all", "remote", "plain")] == [
        usual[name] for name in ("open_to_all", "remote", "plain")
    ]


def test_access_keeps_families_from_what_they_must_go_to() -> None:
    usual, far = _started(_start()), _started(_start(access=2.0))
    assert far["remote"] == usual["remote"]
    assert all(far[name] < usual[name] for name in ("marked", "open_to_all", "plain"))


def test_outreach_takes_shame_off_and_services_of_today_feel_it() -> None:
    reached = made_strategy(planned("marked", outreach=1.0))
    usual, ashamed = (create(_start(**d), reached, LIBRARY).plan for d in ({}, {"stigma": 1.0}))
    shift = ashamed.arrays.intercept - usual.arrays.intercept
    assert shift[-1] == pytest.approx(-CONTEXT.stigma_accept * (1 - CONTEXT.stigma_outreach))
    of_today = {kind.id: kind.stigma for kind in REGISTER.services}
    expected = [-CONTEXT.stigma_accept * of_today[name] for name in usual.ids[: usual.n_today]]
    assert shift[: usual.n_today] == pytest.approx(expected)


def test_distress_is_in_every_family_from_birth() -> None:
    usual, strained = _start().population, _start(distress=2.0).population
    shift = strained.households.endow_distress - usual.households.endow_distress
    assert shift == pytest.approx(2.0 * CONTEXT.distress_shift)
    residents = usual.households.original == 1
    assert strained.households.distress[residents].mean() > usual.households.distress[residents].mean() + 0.05


def test_fits_follow_what_a_strand_works_on() -> None:
    world = create(_start(stigma=1.0, distress=-0.5, housing=-2.0), MIX, LIBRARY)
    found = dict(zip(world.plan.ids, fits(world), strict=True))
    assert found["marked"] == pytest.approx(1 + CONTEXT.fit_weight * 0.25)
    assert found["open_to_all"] == pytest.approx(1 - CONTEXT.fit_weight * 2.0)
    assert found["plain"] == found["remote"] == 1.0
    assert (fits(world)[: world.plan.n_today] == 1.0).all()


def test_fits_are_worked_out_anew_only_where_more_is_known() -> None:
    world = create(_start(stigma=1.0, distress=-0.5), MIX, LIBRARY)
    before = fits(world)
    assert fits(world) is before
    world.zone.analysis[0] = 0.6
    after = dict(zip(world.plan.ids, fits(world), strict=True))
    assert after["marked"] == pytest.approx(1 + CONTEXT.fit_weight * (0.25 + CONTEXT.tailoring * 0.6 * 0.75))
    assert links(world).sight[0] == pytest.approx(1.0 + CONTEXT.targeting_gain * 0.6)


def test_usual_drivers_change_nothing_to_the_bit() -> None:
    bare = {name: made_strand(name, contact=strand.delivery.contact) for name, strand in LIBRARY.items()}
    digests = set()
    for library, start in ((LIBRARY, _start()), (bare, _start())):
        world = create(start, MIX, library)
        advance(world, 12)
        assert (fits(world) == 1.0).all()
        digests.add(world.digest())
    assert len(digests) == 1


# --- the analysis ----------------------------------------------------------------------------------------------


def test_an_analysis_alone_is_the_twin_and_is_known_from_its_first_month() -> None:
    start = _start(stigma=1.0)
    twin, world = create(start, TWIN, LIBRARY), create(start, _bought(start_month=4), LIBRARY)
    advance(twin, 4)
    advance(world, 4)
    assert world.zone.analysis[0] == 0.0
    assert not world.log and not world.analysis
    advance(twin, 14)
    advance(world, 14)
    assert world.digest() == twin.digest()
    assert 0.0 < world.zone.analysis[0] < 1.0
    assert [(entry.month, entry.kind) for entry in world.log] == [(4, "analysis"), (15, "analysis")]
    assert sorted({found.month for found in world.analysis}) == [6, 9, 12, 15]
    assert twin.zone.analysis[0] == 0.0


def test_no_analysis_no_knowledge_no_cost() -> None:
    world = _analysed(TWIN, 12)
    assert (world.zone.analysis[0], world.analysis, analysis_gbp(world, 1e9)) == (0.0, [], 0.0)


def test_estimates_come_closer_with_time_and_depth() -> None:
    place = _unknown(neighbourhood(80, 3))
    error: dict[tuple[str, int], list[float]] = {}
    inside = []
    for seed in range(40):
        start = replace(_start(), seed=seed, drivers=drivers_of(place, REGISTER, seed))
        for depth in ("desk", "survey", "deep"):
            for found in _analysed(_bought(depth), 12, start).analysis:
                miss = found.estimate - start.drivers[DRIVERS.index(found.driver)]
                error.setdefault((depth, found.month), []).append(miss**2)
                inside.append(abs(miss) < 1.645 * found.sd)
    size = {key: np.mean(values) for key, values in error.items()}
    for depth in ("desk", "survey", "deep"):
        assert size[depth, 11] < size[depth, 5] < size[depth, 2]
    assert size["deep", 11] < size["survey", 11] < size["desk", 11]
    assert np.mean(inside) == pytest.approx(0.9, abs=0.04)


def test_the_same_luck_shows_the_same_path_at_every_depth() -> None:
    start = _start()
    paths = [
        [found.estimate / found.sd for found in _analysed(_bought(depth), 12, start).analysis]
        for depth in ("desk", "deep")
    ]
    assert paths[0] == pytest.approx(paths[1])


def test_shared_data_sharpen_an_analysis() -> None:
    world = create(_start(), _bought(), LIBRARY)
    world.overheads[0], world.zone.data[0] = (0.0, analysis_gbp(world, 1e9)), 1.0
    analyse(world)
    assert world.zone.analysis[0] > _analysed(_bought(), 1).zone.analysis[0]


def test_its_cost_is_spread_over_its_months() -> None:
    world = create(_start(), _bought("survey", 12, 4), LIBRARY)
    assert analysis_gbp(world, 1e9) == pytest.approx(CONTEXT.cost_survey * 8 / 12)
    world.month = 12
    assert analysis_gbp(world, 1e9) == pytest.approx(CONTEXT.cost_survey * 4 / 12)
    world.month = 24
    assert analysis_gbp(world, 1e9) == 0.0


def test_short_money_buys_part_of_an_analysis() -> None:
    full, half = _analysed(_bought(), 12), _analysed(_bought(), 12, gbp=CONTEXT.cost_survey / 2)
    assert analysis_gbp(create(_start(), _bought(), LIBRARY), 0.0) == 0.0
    assert half.analysis_months == pytest.approx(full.analysis_months / 2)
    assert 0.0 < half.zone.analysis[0] < full.zone.analysis[0]
    nothing = _analysed(_bought(), 12, gbp=0.0)
    assert nothing.zone.analysis[0] == 0.0
