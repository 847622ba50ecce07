"""Strategies against one another on paired draws: by hand, against themselves, and how often the intervals hold."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from sim.experiments import Comparison, compare
from sim.experiments.ensemble import ground, run_on
from sim.experiments.pairs import APART, KEYS, POUNDS, expected_regrets, pair, regret_frame, unpaired_range
from sim.inputs import load_strands, load_strategy
from sim.inputs.register import load_register
from sim.offers import Evidence
from sim.outcomes import GROUPS, HEADLINES, INDICATOR_IDS, INDICATORS, POPULATIONS
from sim.outcomes.intervals import middle_90
from tests.engine.worlds import neighbourhood

RUNS, REPEATS, DRAWS = 160, 200, 20


# --- by hand -------------------------------------------------------------------------------------------------


def test_a_pair_by_hand() -> None:
    mine, other = np.array([5.0, 7.0, 6.0, 9.0]), np.array([4.0, 7.0, 8.0, 6.0])
    found = pair(mine, other)
    # Differences 1, 0, -2, 3: one tie, two wins of four; with four draws the range is least to greatest.
    assert (found.difference, found.low, found.high) == (0.5, -2.0, 3.0)
    assert found.chance == (2 + 0.5) / 4
    sd = math.sqrt((0.5**2 + 0.5**2 + 2.5**2 + 2.5**2) / 3)
    half = 2.353363 * sd / 2  # t(3, 95 %)
    assert (found.mean_low, found.mean_high) == pytest.approx((0.5 - half, 0.5 + half), abs=1e-5)
    assert pair(mine, other, -1).chance == 1 - found.chance


def test_independent_luck_by_hand() -> None:
    # The other's replications moved on by one, then by two: 1-3, 2-1, 3-2 and 1-2, 2-3, 3-1.
    low, high = unpaired_range(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0]))
    assert (low, high) == (pytest.approx((-2 - 1) / 2), pytest.approx((1 + 2) / 2))


def test_nobody_meets_its_own_luck() -> None:
    luck = np.arange(6.0)
    low, high = unpaired_range(luck * 100, luck * 100)
    assert low < 0 < high
    assert pair(luck * 100 + luck, luck * 100).narrowing == pytest.approx((high - low) / 5.0, rel=0.2)


def test_pairing_narrows_by_what_correlation_says() -> None:
    luck = np.random.default_rng(3)
    shared, own = luck.normal(size=4000), luck.normal(size=(2, 4000))
    found = pair(shared + 0.25 * own[0] + 0.1, shared + 0.25 * own[1])
    # Variances 2 (1 + 1/16) apart and 2/16 paired.
    assert found.narrowing_mean == pytest.approx(math.sqrt(17.0), rel=0.05)
    assert found.narrowing == pytest.approx(math.sqrt(17.0), rel=0.08)


def test_regret_by_hand() -> None:
    values = np.array([[1.0, 5.0], [3.0, 3.0], [2.0, 6.0]])
    assert expected_regrets(values).tolist() == [1.5, 1.5, 0.5]
    assert expected_regrets(values, -1).tolist() == [1.0, 1.0, 2.0]


def test_one_replication_has_no_interval_of_the_mean_and_no_luck_to_swap() -> None:
    found = pair(np.array([2.0]), np.array([1.0]))
    assert (found.difference, found.low, found.high, found.chance) == (1.0, 1.0, 1.0, 1.0)
    assert all(math.isnan(getattr(found, name)) for name in ("mean_low", "mean_high", *APART))


def test_what_is_hidden_stays_hidden() -> None:
    assert math.isnan(pair(np.array([1.0, math.nan]), np.array([1.0, 1.0])).difference)


# --- coverage ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("draws", [20, 30, 100])
def test_ranges_hold_90_of_100_further_draws_whatever_the_distribution(draws: int) -> None:
    luck = np.random.default_rng(7)
    sample, fresh = luck.exponential(size=(4000, draws)), luck.exponential(size=(4000, 50))
    low, high = middle_90(sample, axis=1)
    inside = ((fresh >= low[:, None]) & (fresh <= high[:, None])).mean()
    # Two ranks less than n + 1 lie between ranks 0.05 (n + 1) and 0.95 (n + 1): 90 of 100.
    assert inside == pytest.approx(0.90, abs=0.01)


def test_with_few_draws_the_range_is_least_to_greatest() -> None:
    low, high = middle_90(np.array([3.0, 1.0, 2.0]))
    assert (low, high) == (1.0, 3.0)
    luck = np.random.default_rng(7)
    for draws in range(1, 25):
        sample = luck.normal(size=(5, draws, 4))
        sample[0, 0, 0] = math.nan
        usual = np.percentile(sample, [5.0, 95.0], axis=1, method="weibull")
        np.testing.assert_array_equal(np.array(middle_90(sample, axis=1)), usual)


def differences() -> dict[str, np.ndarray]:
    """Paired differences of a strategy and its twin in a small place on 160 luck numbers, by indicator.

    Of 80 children a strategy reaches so few that differences are skewed (2.8), and Student's interval of the mean of 20
    holds it 86 times in 100; places have a thousand and more.
    """
    place, register, library = neighbourhood(200, 2), load_register(), load_strands()
    strategy, runs = load_strategy("schools_only"), []
    for luck in range(RUNS):
        shared = ground(place, register, library, luck, 24, Evidence("central", luck))
        runs.append((run_on(shared, strategy), shared.twin_run))
    found = {}
    for indicator in ("wellbeing_mean", "attendance", "school_effectiveness"):
        cell = (-1, POPULATIONS.index("residents"), list(GROUPS).index("all"), INDICATOR_IDS.index(indicator))
        found[indicator] = np.array([one.values[cell] - other.values[cell] for one, other in runs])
    return found


def test_the_90_per_cent_intervals_of_a_difference_hold_over_200_repeats() -> None:
    """Of 200 samples of 20 pairs: the interval of the mean holds the mean, the range holds further draws."""
    luck = np.random.default_rng(11)
    for indicator, d in differences().items():
        held, inside = [], []
        for _ in range(REPEATS):
            sample = luck.permutation(len(d))
            mine, rest = d[luck.integers(len(d), size=DRAWS)], d[sample[DRAWS:]]
            found = pair(mine, np.zeros(DRAWS))
            held.append(found.mean_low <= d.mean() <= found.mean_high)
            range_ = pair(d[sample[:DRAWS]], np.zeros(DRAWS))
            inside.append(((rest >= range_.low) & (rest <= range_.high)).mean())
        # Standard error of a coverage of 0.90 over 200 repeats: 0.021.
        assert np.mean(held) == pytest.approx(0.90, abs=0.08), indicator
        assert np.mean(inside) == pytest.approx(0.90, abs=0.03), indicator
        print(f"{indicator}: mean {np.mean(held):.3f}, range {np.mean(inside):.3f}")


# --- in a comparison -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    both = [load_strategy(name) for name in ("family_first", "schools_only")]
    return compare(both, neighbourhood(220, 2), replications=3, seed=5, years=2, threads=1)


def test_every_two_meet_once_on_every_headline_and_pounds(comparison: Comparison) -> None:
    found = comparison.pairs
    met = list(dict.fromkeys(zip(found.strategy, found.against, strict=True)))
    assert met == [("family_first", "no_zone"), ("family_first", "schools_only"), ("schools_only", "no_zone")]
    assert len(found) == 3 * (len(HEADLINES) + 2)
    assert list(found.indicator[-2:]) == ["gbp_total", "net_gbp"]


def test_against_the_twin_they_say_what_the_results_say(comparison: Comparison) -> None:
    keys = ["strategy", "indicator", "group"]
    last = comparison.results.query("year == 2 and population == 'residents'").set_index(keys)
    mine = comparison.pairs.query("against == 'no_zone' and family != 'pounds'").set_index(keys)
    for column in ("difference", "low", "high", "suppressed"):
        pd.testing.assert_series_equal(mine[column], last.loc[mine.index, column])


def test_pairs_are_worked_out_run_by_run(comparison: Comparison) -> None:
    yearly = comparison.yearly.query("year == 2 and population == 'residents' and group == 'all'")
    by_run = yearly[yearly.indicator == "families_in_need_reached"].pivot(
        index="replication", columns="strategy", values="value"
    )
    row = comparison.pairs.query(
        "strategy == 'family_first' and against == 'schools_only' and indicator == 'families_in_need_reached'"
    ).iloc[0]
    d = by_run["family_first"] - by_run["schools_only"]
    assert row.difference == pytest.approx(d.mean())
    assert row.chance == pytest.approx(((d > 0) + 0.5 * (d == 0)).mean())
    best = by_run[["no_zone", "family_first", "schools_only"]].max(axis=1)
    assert row.regret == pytest.approx((best - by_run["family_first"]).mean())
    assert row.regret_against == pytest.approx((best - by_run["schools_only"]).mean())


def test_pounds_are_those_of_the_value_tables(comparison: Comparison) -> None:
    net = comparison.value_summary.query("measure == 'net' and item == 'society' and reading == 'central'")
    told = net.set_index("strategy")["value"]
    mine = comparison.pairs.query("against == 'no_zone' and indicator == 'net_gbp'").set_index("strategy")
    for name in told.index:
        assert mine.difference[name] == pytest.approx(told[name])
    spent = comparison.runs.groupby("strategy")["gbp_total"].mean()
    both = comparison.pairs.query("against == 'schools_only' and indicator == 'gbp_total'").iloc[0]
    assert both.difference == pytest.approx(spent["family_first"] - spent["schools_only"])
    # Net pounds are differences from the twin on the same luck already.
    assert mine[list(APART)].isna().all(axis=None)


def test_somebody_is_always_best_somewhere_and_regret_is_never_negative(comparison: Comparison) -> None:
    regret = regret_frame(comparison.pairs)
    assert len(regret) == 3 * (len(HEADLINES) + 2)
    assert (regret.regret.dropna() >= 0).all()
    assert {"no_zone", "family_first", "schools_only"} == set(regret.strategy)


def test_small_cells_are_hidden(comparison: Comparison) -> None:
    hidden = comparison.pairs[comparison.pairs.suppressed]
    assert set(hidden.indicator) == {"ks2_expected"}
    assert hidden.drop(columns=[*KEYS, "suppressed"]).isna().all(axis=None)


def test_a_against_a_is_nought_in_every_table() -> None:
    one = load_strategy("family_first")
    same = compare([one, one], neighbourhood(220, 2), replications=2, seed=5, years=2, threads=1)
    shown = same.pairs[~same.pairs.suppressed]
    noughts = ["difference", "low", "high", "mean_low", "mean_high", "regret", "regret_against"]
    assert (shown[noughts] == 0.0).all(axis=None)
    assert (shown.chance == 0.5).all()
    assert shown[["narrowing", "narrowing_mean"]].isna().all(axis=None)
    assert (same.changed[["better", "worse"]] == 0.0).all(axis=None)
    gained = same.gainers[~same.gainers.suppressed]
    assert (gained[["gainers", "share_of_gainers", "share_gained"]] == 0.0).all(axis=None) and len(gained) > 0
    beside = compare([one, one, load_strategy("no_zone")], neighbourhood(220, 2), replications=2, seed=5, years=2)
    met = beside.pairs.query("strategy == 'family_first' and against == 'family_first#2' and not suppressed")
    assert (met[["difference", "low", "high"]] == 0.0).all(axis=None) and (met.chance == 0.5).all()
    swap = beside.changed.query("against == 'family_first#2'")
    assert (swap[["better", "worse"]] == 0.0).all(axis=None) and len(swap) > 0


def test_families_are_those_of_the_outcomes(comparison: Comparison) -> None:
    assert set(comparison.pairs.family) == {*HEADLINES, POUNDS}
    assert all(i in INDICATORS for i in comparison.pairs.query("family != 'pounds'").indicator)
