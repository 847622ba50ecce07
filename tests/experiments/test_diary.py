"""A diary tells what the tables say and changes nothing."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from sim.engine import create
from sim.engine.month import advance
from sim.experiments.changed import ends_of, lived_here
from sim.experiments.diary import Diary, chosen, diary, observed
from sim.experiments.diary_words import month_words, settled
from sim.experiments.ensemble import Ground, ground
from sim.inputs import load_strands, load_strategy
from sim.inputs.register import load_register
from sim.offers import Evidence
from sim.spec import Strategy
from tests.engine.worlds import TWIN, neighbourhood

MONTHS = 36


@pytest.fixture(scope="module")
def shared() -> Ground:
    return ground(neighbourhood(150, 2), load_register(), load_strands(), 5, MONTHS, Evidence("central", 5))


@pytest.fixture(scope="module")
def strategy() -> Strategy:
    return load_strategy("cradle_to_career")


@pytest.fixture(scope="module")
def typical(shared: Ground, strategy: Strategy) -> Diary:
    return diary(shared, strategy, "typical")


def test_looking_changes_no_bit(shared: Ground, strategy: Strategy) -> None:
    before = shared.twin.digest()
    watched = create(shared.start, strategy, shared.library, shared.evidence)
    looks = observed(watched, MONTHS, 3)
    alone = create(shared.start, strategy, shared.library, shared.evidence)
    advance(alone, MONTHS)
    assert watched.digest() == alone.digest()
    assert watched.services.digest() == alone.services.digest()
    assert [one.month for one in looks] == list(range(MONTHS))
    assert shared.twin.digest() == before
    diary(shared, strategy, 3)
    assert shared.twin.digest() == before


def test_a_diary_can_be_written_again(shared: Ground, strategy: Strategy, typical: Diary) -> None:
    assert diary(shared, strategy, typical.child) == typical
    assert json.loads(json.dumps(typical.as_dict(), allow_nan=False))["label"] == f"child {typical.child}"


def test_entries_are_in_order_and_dated(typical: Diary) -> None:
    assert typical.entries[0].kind == "start"
    months = [entry.month for entry in typical.entries]
    assert months == sorted(months) and months[0] >= 0 and months[-1] < MONTHS
    assert all(entry.date == month_words(entry.month) for entry in typical.entries)
    assert {entry.world for entry in typical.entries} <= {"both", "twin", "zone"}
    assert not [entry for entry in typical.entries if entry.kind == "strand" and entry.world != "zone"]
    assert [entry for entry in typical.entries if entry.kind == "strand"], "typical: of those whom a strand reached"


def test_the_end_is_what_the_tables_hold(shared: Ground, strategy: Strategy, typical: Diary) -> None:
    world = create(shared.start, strategy, shared.library, shared.evidence)
    advance(world, MONTHS)
    ends = {end.name: end for end in typical.endings}
    for name in ("attainment", "wellbeing", "health"):
        assert ends[name].zone == round(float(getattr(world.children, name)[typical.child]), 2)
        assert ends[name].twin == round(float(getattr(shared.twin.children, name)[typical.child]), 2)
    for end in typical.endings:
        assert math.isclose(end.difference, end.zone - end.twin, abs_tol=1e-9)
        assert (end.better == 0) == (end.difference == 0)


def test_without_a_zone_there_is_nothing_to_tell_apart(shared: Ground) -> None:
    same = diary(shared, TWIN, 3)
    assert {entry.world for entry in same.entries} <= {"both"}
    assert all(end.difference == 0 and end.better == 0 for end in same.endings)


def test_who_gained_most_and_least(shared: Ground, strategy: Strategy) -> None:
    world = create(shared.start, strategy, shared.library, shared.evidence)
    advance(world, MONTHS)
    mine, twin = ends_of(world, shared.twin), ends_of(shared.twin, shared.twin)
    change = (mine.outcomes - twin.outcomes)[:3].mean(axis=0)
    long = np.full(len(mine.rows), MONTHS)
    assert change[list(mine.rows).index(chosen("gained", mine, twin, long))] == change.max()
    assert change[list(mine.rows).index(chosen("lost", mine, twin, long))] == change.min()
    stays = long.copy()
    stays[np.argmax(change)] = 1
    assert chosen("gained", mine, twin, stays) != chosen("gained", mine, twin, long), "a visitor has no diary"
    with pytest.raises(ValueError, match="more years"):
        chosen("gained", mine, twin, np.full(len(long), -1))


@pytest.mark.parametrize("child", ["anybody", 10**6, -1, True, 2.5])
def test_wrong_children_are_refused(shared: Ground, strategy: Strategy, child: object) -> None:
    with pytest.raises(ValueError, match=r"child"):
        diary(shared, strategy, child)  # type: ignore[arg-type]


def test_a_row_that_never_lived_here_is_refused(shared: Ground, strategy: Strategy) -> None:
    nobody = int(np.flatnonzero(~lived_here(shared.twin))[0])
    with pytest.raises(ValueError, match=f"no child {nobody}"):
        diary(shared, strategy, nobody)


def test_dates_by_hand() -> None:
    assert [month_words(m) for m in (0, 3, 4, 12, 35)] == [
        "September 2026", "December 2026", "January 2027", "September 2027", "August 2029",
    ]  # fmt: skip


def test_short_spells_are_not_told() -> None:
    assert settled([0, 0, 1, 1, 0, 0, 0, 0, 0, 0]) == [0] * 10
    assert settled([0, 1, 1, 1, 1, 1, 1, 0, 0]) == [0, 1, 1, 1, 1, 1, 1, 1, 1]
    assert settled([1]) == [1]
