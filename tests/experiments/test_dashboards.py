"""Naive comparisons from the partners' screen: what they are made of, and that selective take-up makes them mislead."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from sim.engine import advance, create, create_start
from sim.experiments import Comparison, compare
from sim.experiments.dashboards import DASHBOARD_COLUMNS, NAIVE_COLUMNS, is_misleading, naive_frame
from sim.experiments.ensemble import Run, replicate
from sim.experiments.screens import effect_and_selection, seen_by_partners
from sim.inputs import load_strategy
from sim.inputs.register import load_register
from sim.outcomes import INDICATORS, USER_OUTCOMES, Snapshot
from tests.engine.worlds import TWIN, library_of, made_strand, made_strategy, neighbourhood, planned

YEARS = 3
#: A course for half of all children that lowers difficulties and teaches, open to whoever comes first.
LIBRARY = library_of(
    made_strand("open", effects={"social_emotional": 0.2}, duration_months=9, uptake=0.5, unit_cost_gbp=10.0)
)
OPEN = made_strategy(planned("open"), gbp=1e7)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare([load_strategy("family_first")], neighbourhood(300, 2), replications=3, seed=5, years=YEARS)


@cache
def replication(without: tuple[str, ...]) -> list[list[Run]]:
    register = load_register(without=without)
    return [
        replicate([OPEN], neighbourhood(250, 3), register, LIBRARY, seed, 24, "central", frozenset(without))
        for seed in (1, 2)
    ]


def snapshot(rows: list[int], values: list[float], users: list[bool]) -> Snapshot:
    return Snapshot(11, "sdq_mean", np.array(rows, np.int32), np.array(values, np.float32), np.array(users))


def test_effect_and_selection_by_hand() -> None:
    users, others = list(range(10)), list(range(20, 32))
    marks = [True] * 10 + [False] * 12
    # users have 5 and would have 4; others have 3 either way
    mine = snapshot(users + others, [5.0] * 10 + [3.0] * 12, marks)
    twin = snapshot([*users, 15, *others], [4.0] * 10 + [99.0] + [3.0] * 12, [False] * 23)
    assert effect_and_selection(mine, twin) == (1.0, 1.0)
    # nine users are too few
    few = snapshot(users + others, [5.0] * 10 + [3.0] * 12, [True] * 9 + [False] * 13)
    assert np.isnan(effect_and_selection(few, twin)).all()


def test_misleading_is_the_wrong_sign_or_more_than_twice() -> None:
    naive = np.array([1.0, -1.0, 2.0, 2.1, 0.0, 0.1, 0.0])
    truth = np.array([0.6, 0.5, 1.0, 1.0, 1.0, 0.0, 0.0])
    assert is_misleading(naive, truth).tolist() == [False, True, False, True, False, True, False]


def test_frames_have_their_columns_and_show_only_what_is_seen(comparison: Comparison) -> None:
    shown, naive = comparison.dashboard, comparison.naive
    assert list(shown.columns) == DASHBOARD_COLUMNS
    assert list(naive.columns) == NAIVE_COLUMNS
    assert {INDICATORS[i].seen for i in shown.indicator} == {"official", "survey", "service"}
    official = shown[shown.indicator.map(lambda i: INDICATORS[i].seen == "official")]
    assert (official.as_of == official.year - 1).all()
    others = shown.drop(official.index)
    assert (others.as_of == others.year).all()
    assert set(naive[naive.comparison == "users_nonusers"].indicator) == set(USER_OUTCOMES)
    assert (naive[naive.comparison == "before_after"].year > 1).all()


def test_hidden_numbers_are_hidden_everywhere(comparison: Comparison) -> None:
    shown, naive = comparison.dashboard, comparison.naive
    assert shown.suppressed.any()
    assert (shown.suppressed == (shown.share_suppressed > 0)).all()
    assert shown[shown.suppressed][["seen", "seen_low", "seen_high"]].isna().all(axis=None)
    numbers = ["naive", "truth", "anyway", "bias", "bias_low", "bias_high", "misleading"]
    assert naive[naive.suppressed][numbers].isna().all(axis=None)
    assert naive[~naive.suppressed][numbers].notna().all(axis=None)
    assert (~naive.suppressed).any()


def test_truth_and_twin_are_those_of_the_results(comparison: Comparison) -> None:
    keys = ["strategy", "indicator", "group", "year"]
    residents = comparison.results[comparison.results.population == "residents"]
    both = comparison.dashboard.merge(residents, on=keys, suffixes=("", "_results"))
    assert len(both) > 500
    told = both[~both.suppressed_results]
    np.testing.assert_allclose(told.truth, told.value)
    np.testing.assert_allclose(told.twin, told.twin_results)


def test_before_and_after_is_the_screen_now_less_the_first(comparison: Comparison) -> None:
    shown = comparison.dashboard.query("group == 'all' and indicator == 'sdq_mean'").set_index("year")
    naive = comparison.naive.query("comparison == 'before_after' and indicator == 'sdq_mean'").set_index("year")
    row = naive.loc[YEARS]
    assert row.naive == pytest.approx(shown.seen[YEARS] - shown.seen[1])
    assert row.truth == pytest.approx(shown.truth[YEARS] - shown.twin[YEARS])
    assert row.anyway == pytest.approx(shown.twin[YEARS] - shown.twin[1])
    assert row.bias == pytest.approx(row.naive - row.truth)


def test_measured_without_error_naive_is_truth_and_selection_less_what_others_gained() -> None:
    everything = replication(("imperfect_measurement", "selective_take_up"))
    for runs in everything:
        naive, effect, selection = runs[1].seen.users[:, USER_OUTCOMES.index("sdq_mean")].T
        assert np.isfinite(naive).all()
        # the strand lowers difficulties of users by about 0.2 SD of 5.8 points; siblings gain a little
        assert (effect < -0.2).all()
        assert naive[0] == pytest.approx(effect[0] + selection[0], abs=0.1)
        # in the second year last year's users, who kept some of it, stand among the others
        assert naive[1] > effect[1] + selection[1] + 0.1
    frame = naive_frame(["no_zone", "made"], everything)
    row = frame.query("comparison == 'users_nonusers' and indicator == 'sdq_mean' and year == 2").iloc[0]
    assert row.naive == pytest.approx(np.mean([runs[1].seen.users[1, 2, 0] for runs in everything]))


def test_numbers_hidden_in_one_replication_are_hidden_in_the_frame() -> None:
    everything = replication(("imperfect_measurement", "selective_take_up"))
    users = everything[0][1].seen.users.copy()
    users[1, USER_OUTCOMES.index("sdq_mean"), 0] = np.nan
    hurt = [[everything[0][0], replace(everything[0][1], seen=replace(everything[0][1].seen, users=users))],
            everything[1]]  # fmt: skip
    row = naive_frame(["no_zone", "made"], hurt).query("indicator == 'sdq_mean' and comparison == 'users_nonusers'")
    assert row.set_index("year").suppressed.tolist() == [False, True]


def test_the_twin_has_no_users_and_against_itself_nothing_is_true() -> None:
    against = compare([TWIN], neighbourhood(220, 2), replications=2, seed=5, years=2)
    assert (against.naive.dropna().truth == 0.0).all()
    assert against.naive.query("comparison == 'users_nonusers'").suppressed.all()


def test_threads_change_no_screen(comparison: Comparison) -> None:
    again = compare([load_strategy("family_first")], neighbourhood(300, 2), replications=3, seed=5, years=YEARS,
                    threads=1)  # fmt: skip
    pd.testing.assert_frame_equal(again.dashboard, comparison.dashboard, check_exact=True)
    pd.testing.assert_frame_equal(again.naive, comparison.naive, check_exact=True)


# --- selective take-up must make them mislead ---------------------------------------------------------------

#: Offered to families, so that having more children does not make a family a user.
FAMILIES = library_of(
    made_strand("open", unit="household", effects={"parent_mental_health": 0.1}, duration_months=9, uptake=0.5)
)
SEEDS = 24
#: Everybody is found at once: services look for need, which would pull the other way.
FOUND = {"delivery.identify_base": 1.0, "delivery.identify_need": 0.0}


@cache
def selection(*without: str) -> np.ndarray:
    """Users less others in the twin after one year: seeds x (SDQ points of children, distress of parents).

    Nobody moves, as families who come later have less time to become users; nobody drops out, as the distressed do
    so first.
    """
    found, off = [], (*without, "churn", "drop_out")
    for seed in range(100, 100 + SEEDS):
        start = create_start(neighbourhood(1000, 5), load_register(FOUND, off), seed, 12, frozenset(off))
        worlds = [create(start, strategy, FAMILIES) for strategy in (TWIN, OPEN)]
        for world in worlds:
            advance(world, 12)
        users = seen_by_partners(worlds[1], worlds[0]).users[0]
        found.append([users[USER_OUTCOMES.index(outcome), 2] for outcome in ("sdq_mean", "distress_mean")])
    return np.array(found)


def test_users_are_better_off_from_the_start_where_take_up_is_selective() -> None:
    found = selection()
    # fewer difficulties of children, less distress of parents, by no work of the strategy
    assert (found.mean(axis=0) < -2.5 * found.std(axis=0, ddof=1) / np.sqrt(SEEDS)).all()


def test_without_selective_take_up_the_difference_shrinks() -> None:
    with_it, without = selection(), selection("selective_take_up")
    more = with_it - without
    assert (more.mean(axis=0) < -2.5 * more.std(axis=0, ddof=1) / np.sqrt(SEEDS)).all()
    assert (np.abs(without.mean(axis=0)) < 2.5 * without.std(axis=0, ddof=1) / np.sqrt(SEEDS)).all()
    assert abs(without[:, 1].mean()) < 0.3 * abs(with_it[:, 1].mean())
