"""The film of a neighbourhood: it changes nothing, says what the run says, and survives its way to the browser."""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache

import numpy as np
import pytest

from sim.experiments.ensemble import Ground, flows, ground, run_on
from sim.experiments.films import EDGES, FLOWS, SEVERAL, YEARLY, Camera, Film, Take, decode, encode, film, put_together
from sim.inputs import load_strands
from sim.inputs.register import load_register
from sim.offers import ECOLOGIES, Evidence
from sim.outcomes import GROUPS, HEADLINES, INDICATOR_IDS, SMALLEST_CELL
from sim.schema import AUGUST
from sim.spec import Strategy
from tests.engine.worlds import library_of, made_strand, made_strategy, neighbourhood, planned

MONTHS = 36


@lru_cache(maxsize=1)
def _ground() -> Ground:
    strands = library_of(
        made_strand(
            "lessons", effects={"attainment": 0.3, "social_emotional": 0.3}, context="child", duration_months=12
        ),
        made_strand("visits", effects={"parent_mental_health": 0.3}, context="family", unit="household"),
    )
    return ground(
        neighbourhood(150, deprivation_decile=1), load_register(), load_strands() | strands, 3, MONTHS, Evidence()
    )


@lru_cache(maxsize=1)
def _strategy() -> Strategy:
    return made_strategy(planned("lessons", start_month=12), planned("visits", start_month=24), gbp=5e6)


@lru_cache(maxsize=1)
def _film() -> Film:
    return film(_ground(), _strategy())


def test_a_run_that_is_looked_at_is_the_same_run_and_gives_the_same_film() -> None:
    here, seen = _ground(), _film()
    cameras = Camera(MONTHS), Camera(MONTHS)
    looked = run_on(here, _strategy(), look=cameras[1].look)
    again = ground(here.start.place, here.start.register, here.library, 3, MONTHS, here.evidence, look=cameras[0].look)
    assert again.twin.digest() == here.twin.digest()
    np.testing.assert_array_equal(looked.values, run_on(here, _strategy()).values)
    made = put_together(here, *(camera.take() for camera in cameras))
    np.testing.assert_array_equal(made.homes, seen.homes)
    for one, other in ((made.twin, seen.twin), (made.strategy, seen.strategy)):
        for part in fields(Take):
            np.testing.assert_array_equal(getattr(one, part.name), getattr(other, part.name), err_msg=part.name)


def test_filming_changes_nothing_and_sees_the_same_run() -> None:
    here = _ground()
    before, start = here.twin.digest(), here.start.population.children.digest()
    run = run_on(here, _strategy())
    seen = film(here, _strategy())
    again = run_on(here, _strategy())
    assert here.twin.digest() == before
    assert here.start.population.children.digest() == start
    np.testing.assert_array_equal(run.values, again.values)
    for take, lived in ((seen.twin, here.twin_run), (seen.strategy, run)):
        for h, (indicator, group) in enumerate(HEADLINES.values()):
            at = (slice(None), 0, list(GROUPS).index(group), INDICATOR_IDS.index(indicator))
            said = np.where(lived.counts[at] >= SMALLEST_CELL, lived.values[at], np.nan)
            np.testing.assert_array_equal(take.headlines[AUGUST + 1 :: 12, h], said, err_msg=indicator)


def test_a_test_of_june_is_held_from_august_to_august() -> None:
    take = _film().strategy
    for h, (indicator, _) in enumerate(HEADLINES.values()):
        if indicator in YEARLY:
            assert np.isnan(take.headlines[: AUGUST + 1, h]).all()
            for year in range(1, MONTHS // 12):
                assert len(np.unique(take.headlines[12 * year : 12 * year + 12, h])) == 1


def test_nothing_is_at_work_before_a_strand_starts_and_both_worlds_are_the_same_until_then() -> None:
    seen = _film()
    assert seen.twin.reached.sum() == 0
    np.testing.assert_array_equal(seen.strategy.months[:13], seen.twin.months[:13])
    assert seen.strategy.reached[:13].sum() == 0
    child, family = ECOLOGIES.index("child"), ECOLOGIES.index("family")
    assert seen.strategy.reached[14:25, child].min() > 0
    assert seen.strategy.reached[:25, family].sum() == 0
    assert seen.strategy.reached[26:, [family, SEVERAL - 1]].sum(axis=1).min() > 0
    assert (seen.strategy.months != seen.twin.months).any()


def test_every_byte_says_one_thing_and_the_counts_follow_from_the_bytes() -> None:
    seen = _film()
    for take in (seen.twin, seen.strategy):
        assert take.months.max() <= 25 * (SEVERAL + 1)
        work = np.where(take.months > 0, (take.months.astype(int) - 1) // 25, 0)
        for kind in range(1, SEVERAL + 1):
            np.testing.assert_array_equal((work == kind).sum(axis=1), take.reached[:, kind - 1])


def test_who_is_here_follows_from_who_comes_and_goes() -> None:
    here, seen = _ground(), _film()
    for take, world in ((seen.twin, here.twin),):
        present = (take.months > 0).sum(axis=1)
        signs = np.array([1, 1, -1, -1])
        np.testing.assert_array_equal(np.diff(present), take.flows[1:] @ signs)
        told = flows(world)
        assert present[0] == told["children_start"]
        assert take.flows[:, FLOWS.index("births")].sum() == told["births"]
        assert take.flows[:, FLOWS.index("arrivals")].sum() == told["arrivals"]


def test_classes_are_fifths_of_the_country_by_hand() -> None:
    here, seen = _ground(), _film()
    c = here.twin.children
    last = seen.twin.months[-1].astype(int) - 1
    rows = np.flatnonzero(
        (np.maximum(c.first_month, 0) < np.minimum(c.last_month, c.leaves_month)) & (c.first_month < MONTHS)
    )
    shown = np.flatnonzero(last >= 0)
    assert list(np.round(EDGES, 2)) == [-0.84, -0.25, 0.25, 0.84]
    for at in shown[:50]:
        assert last[at] % 5 == sum(c.wellbeing[rows[at]] >= edge for edge in EDGES)
        assert last[at] // 5 % 5 == sum(c.attainment[rows[at]] >= edge for edge in EDGES)


def test_a_film_survives_its_way_to_the_browser() -> None:
    seen = _film()
    head, data = encode(seen)
    back = decode(head, data)
    assert back.place == seen.place and back.schools == seen.schools and back.services == seen.services
    for got, was in ((back.homes, seen.homes), (back.home, seen.home)):
        np.testing.assert_array_equal(got, was)
    for got, was in ((back.twin, seen.twin), (back.strategy, seen.strategy)):
        for name in ("months", "headlines", "reached", "flows"):
            np.testing.assert_array_equal(getattr(got, name), getattr(was, name))
    with pytest.raises(ValueError, match="are not a film"):
        decode(head, data[:-1])


def test_homes_schools_and_services_lie_in_the_place() -> None:
    seen = _film()
    spots = [*seen.homes.tolist(), *((s.x, s.y) for s in (*seen.schools, *seen.services))]
    assert all(0 <= x <= seen.side and 0 <= y <= seen.side for x, y in spots)
    assert seen.home.max() < len(seen.homes)
    assert seen.schools and seen.services


def test_the_work_tells_how_far_it_is_and_can_be_stopped() -> None:
    told: list[tuple[float, float, str]] = []

    def report(done: float, total: float, what: str) -> None:
        told.append((done, total, what))
        if len(told) == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        film(_ground(), _strategy(), report)
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    assert told[-1][1] == 2.0 and "made" in told[-1][2]


def test_a_place_of_two_thousand_children_stays_under_four_megabytes() -> None:
    # Bytes by the row: two worlds of 121 pictures and a home; rows ever present are under four times those present.
    seen = _film()
    now = int((seen.twin.months[0] > 0).sum())
    by_child = len(seen.home) / now
    assert 2_000 * by_child * (2 * 121 + 4) < 4e6
