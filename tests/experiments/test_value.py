"""Costs and value of comparisons made by hand: every number here is worked out on paper."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.experiments.ensemble import GROUP_IDS, Run
from sim.experiments.value import COUNTED, PERSPECTIVES, READINGS, gained_units, value_frames
from sim.inputs.register import load_register
from sim.outcomes import GROUPS, INDICATOR_IDS, POPULATIONS
from sim.parameters import Register, UnitValue
from sim.schema import SERVICES, V
from sim.spec import DRIVERS, Strategy

YEARS = 3
SPENT = (100_000.0, 50_000.0, 20_000.0)
PRESENT = 100_000 + 50_000 / 1.035 + 20_000 / 1.035**2
TWIN = Strategy(id="no_zone", name="No zone")
STRATEGY = Strategy(id="made", name="Made", price_year=2024, money_gbp={"nhs": 30_000, "council": 90_000})
NAMES = ["no_zone", "made"]
NOTHING_SEEN: Any = None

ABSENCE = UnitValue(
    "absence", "persistent_absence", "residents", "Absence", 1000.0, "GBP per pupil", 2024, (500.0, 2000.0),
    "each_year", (("council", 600.0), ("nhs", 400.0)), "evidence", "retrieved", "made", "http://made", "made",
)  # fmt: skip
NEET = ABSENCE._replace(id="neet", indicator="neet", gains=(("families", -1000.0), ("government", 1000.0)))


def register(*entries: UnitValue) -> Register:
    """The model's numbers with unit values of our own."""
    return load_register()._replace(unit_values=entries)


def made_run(shares: dict[str, float], n: float = 200.0, spent: tuple[float, ...] = (0.0,) * YEARS) -> Run:
    """A run in which indicators stand at ``shares`` of ``n`` residents each year."""
    shape = (YEARS, len(POPULATIONS), len(GROUPS), len(INDICATOR_IDS))
    values, counts = np.full(shape, np.nan), np.zeros(shape)
    for indicator, share in shares.items():
        cell = (slice(None), 0, GROUP_IDS.index("all"), INDICATOR_IDS.index(indicator))
        values[cell], counts[cell] = share, n
    delivered = np.zeros((YEARS, len(SERVICES.real), 1))
    delivered[:, V.spent, 0] = spent
    payers = tuple(sorted(STRATEGY.money_gbp))
    money = np.tile([STRATEGY.money_gbp[payer] for payer in payers], (YEARS, 1)) if any(spent) else np.zeros((YEARS, 2))
    return Run(
        "made", ("strand",), 0, values, counts, delivered, np.zeros((4, 5, 3)), {}, payers, money,
        np.zeros((YEARS, 2)), (), (), 0.0, NOTHING_SEEN, (), (), np.zeros(len(DRIVERS)), (),
    )  # fmt: skip


def valued(
    pairs: list[tuple[Run, Run]], entries: tuple[UnitValue, ...] = (ABSENCE,)
) -> tuple[pd.DataFrame, pd.DataFrame]:
    return value_frames(NAMES, [list(pair) for pair in pairs], (TWIN, STRATEGY), register(*entries))


def total(summary: pd.DataFrame, measure: str, item: str = "society", reading: str = "central") -> pd.Series:
    rows = summary.query("measure == @measure and item == @item and reading == @reading")
    assert len(rows) == 1
    return rows.iloc[0]


def gbp(value: pd.DataFrame, item: str, who: str, column: str = "gbp", year: int = 0) -> float:
    rows = value.query("item == @item and payer_or_gainer == @who and year == @year")
    assert len(rows) == 1
    return float(rows[column].iloc[0])


# --- costs ---------------------------------------------------------------------------------------------------


def test_costs_are_shared_by_payer_and_discounted() -> None:
    value, summary = valued([(made_run({}), made_run({}, spent=SPENT))])
    assert gbp(value, "strands", "council") == pytest.approx(0.75 * 170_000)
    assert gbp(value, "strands", "nhs", year=2) == pytest.approx(0.25 * 50_000)
    assert gbp(value, "strands", "nhs", "discounted", 2) == pytest.approx(0.25 * 50_000 / 1.035)
    assert gbp(value, "strands", "council", "discounted") == pytest.approx(0.75 * PRESENT)
    assert total(summary, "costs")["value"] == pytest.approx(PRESENT)


def test_payers_sum_to_what_was_spent_to_the_penny() -> None:
    odd = (33_333.33, 0.01, 77_777.77)
    value, _ = valued([(made_run({}), made_run({}, spent=odd)), (made_run({}), made_run({}, spent=SPENT))])
    years = value[(value["kind"] == "cost") & (value["year"] > 0)].groupby("year")["gbp"].sum()
    for year in range(YEARS):
        assert years[year + 1] == pytest.approx((odd[year] + SPENT[year]) / 2, abs=0.005)


def test_the_order_of_payers_in_the_file_means_nothing() -> None:
    runs = [[made_run({}), made_run({}, spent=SPENT)]]
    turned = STRATEGY.model_copy(update={"money_gbp": dict(reversed(STRATEGY.money_gbp.items()))})
    one = value_frames(NAMES, runs, (TWIN, STRATEGY), register(ABSENCE))
    two = value_frames(NAMES, runs, (TWIN, turned), register(ABSENCE))
    for mine, other in zip(one, two, strict=True):
        pd.testing.assert_frame_equal(mine, other, check_exact=True)


# --- benefits ------------------------------------------------------------------------------------------------


def test_fewer_absent_pupils_are_counted_valued_and_discounted() -> None:
    pairs = [(made_run({"persistent_absence": 0.30}), made_run({"persistent_absence": 0.25}, spent=SPENT))]
    value, summary = valued(pairs)
    present = 10_000 * (1 + 1 / 1.035 + 1 / 1.035**2)
    assert gbp(value, "absence", "council", "units") == pytest.approx(30.0)
    assert gbp(value, "absence", "council", year=3) == pytest.approx(6_000)
    assert gbp(value, "absence", "nhs", "discounted", 3) == pytest.approx(4_000 / 1.035**2)
    assert total(summary, "benefits")["value"] == pytest.approx(present)
    assert total(summary, "net")["value"] == pytest.approx(present - PRESENT)
    assert total(summary, "ratio")["value"] == pytest.approx(present / PRESENT)
    assert total(summary, "benefits", reading="values_low")["value"] == pytest.approx(present / 2)
    assert total(summary, "benefits", reading="values_high")["value"] == pytest.approx(2 * present)


def test_ranges_are_over_replications() -> None:
    twin = made_run({"persistent_absence": 0.30})
    pairs = [(twin, made_run({"persistent_absence": share})) for share in (0.30, 0.25)]
    value, _ = valued(pairs)
    # Nothing in one replication, 30 x GBP 600 in the other: with two draws the range is least to greatest.
    assert gbp(value, "absence", "council") == pytest.approx(9_000)
    assert gbp(value, "absence", "council", "gbp_low") == 0.0
    assert gbp(value, "absence", "council", "gbp_high") == pytest.approx(18_000)


def test_values_are_brought_to_the_strategys_prices() -> None:
    pairs = [(made_run({"persistent_absence": 0.30}), made_run({"persistent_absence": 0.25}))]
    value, _ = valued(pairs, (ABSENCE._replace(price_year=2014),))
    prices = load_register().prices
    assert gbp(value, "absence", "council", year=1) == pytest.approx(6_000 * prices[2024] / prices[2014])


def test_a_harm_is_a_negative_benefit_and_not_made_smaller() -> None:
    pairs = [(made_run({"persistent_absence": 0.25}), made_run({"persistent_absence": 0.30}))]
    value, summary = valued(pairs)
    assert gbp(value, "absence", "council", year=1) == pytest.approx(-6_000)
    assert gbp(value, "absence", "council", "optimism_adjusted") == gbp(value, "absence", "council", "discounted") < 0
    assert total(summary, "benefits")["value"] < 0


def test_a_transfer_gains_the_public_purse_and_not_society() -> None:
    pairs = [(made_run({"neet": 0.20}), made_run({"neet": 0.10}, spent=SPENT))]
    _, summary = valued(pairs, (NEET,))
    for reading in READINGS:
        assert total(summary, "benefits", "society", reading)["value"] == pytest.approx(0.0)
        assert total(summary, "benefits", "public", reading)["value"] > 0


def test_what_comes_after_the_run_can_be_left_out() -> None:
    pairs = [(made_run({"persistent_absence": 0.30}), made_run({"persistent_absence": 0.25}, spent=SPENT))]
    for counts, left in (("each_year", 1.0), ("once", 1.0), ("lifetime", 0.0)):
        _, summary = valued(pairs, (ABSENCE._replace(counts=counts),))
        central = total(summary, "benefits")["value"]
        assert central > 0
        assert total(summary, "benefits", reading="within_run")["value"] == pytest.approx(left * central)
        assert total(summary, "costs", reading="within_run")["value"] == pytest.approx(PRESENT)


def test_charities_and_families_are_not_the_public_purse() -> None:
    run = made_run({}, spent=SPENT)
    run = replace(run, payers=("charity", "housing", "police"), money=np.tile([100.0, 100.0, 200.0], (YEARS, 1)))
    _, summary = value_frames(NAMES, [[made_run({}), run]], (TWIN, STRATEGY), register())
    assert total(summary, "costs", "public")["value"] == pytest.approx(PRESENT / 2)


def test_optimism_bias_stands_beside_and_changes_no_central_number() -> None:
    pairs = [(made_run({"persistent_absence": 0.30}), made_run({"persistent_absence": 0.25}, spent=SPENT))]
    given = register(ABSENCE)
    bare = given._replace(
        parameters=given.parameters._replace(
            costs=given.parameters.costs._replace(optimism_costs=0.0, optimism_benefits=0.0)
        )
    )
    runs = [list(pair) for pair in pairs]
    with_bias, without = (value_frames(NAMES, runs, (TWIN, STRATEGY), r) for r in (given, bare))
    pd.testing.assert_frame_equal(
        with_bias[0].drop(columns="optimism_adjusted"), without[0].drop(columns="optimism_adjusted"), check_exact=True
    )
    p = given.parameters.costs
    central, biased = (total(with_bias[1], "ratio", reading=r)["value"] for r in ("central", "optimism_bias"))
    assert biased == pytest.approx(central * (1 - p.optimism_benefits) / (1 + p.optimism_costs))
    assert total(with_bias[1], "costs", reading="optimism_bias")["value"] == pytest.approx(
        PRESENT * (1 + p.optimism_costs)
    )


# --- nothing and nobody --------------------------------------------------------------------------------------


def test_no_difference_is_no_benefit_exactly() -> None:
    same = made_run({"persistent_absence": 0.3, "gld": 0.7})
    value, summary = valued([(same, same)])
    assert (value["discounted"] == 0.0).all()
    assert (summary.query("measure in ('costs', 'benefits', 'net')")["value"] == 0.0).all()
    assert summary.query("measure == 'ratio'")["value"].isna().all()
    assert total(summary, "extra", "gld")["value"] == 0.0
    assert math.isnan(total(summary, "cost_per_extra", "gld")["value"])


def test_a_strategy_against_itself_costs_and_brings_nothing() -> None:
    run = made_run({"persistent_absence": 0.3}, spent=SPENT)
    value, summary = value_frames(NAMES, [[run, run]], (STRATEGY, STRATEGY), register(ABSENCE))
    assert len(value) > 0
    assert (value["gbp"] == 0.0).all()
    assert (summary.query("measure == 'net'")["value"] == 0.0).all()


def test_a_cell_under_ten_in_any_replication_is_not_valued() -> None:
    twin, run = made_run({"persistent_absence": 0.5}, n=9), made_run({"persistent_absence": 0.0}, n=9)
    plenty = (made_run({"persistent_absence": 0.5}), made_run({"persistent_absence": 0.0}))
    value, summary = valued([(twin, run), plenty])
    rows = value[value["item"] == "absence"]
    assert rows["suppressed"].all()
    assert rows[["units", "gbp", "gbp_low", "gbp_high", "discounted", "optimism_adjusted"]].isna().all(axis=None)
    assert total(summary, "benefits")["value"] == 0.0
    assert math.isnan(total(summary, "extra", "persistent_absence")["value"])


def test_only_the_years_under_ten_are_left_out() -> None:
    twin, run = made_run({"persistent_absence": 0.30}), made_run({"persistent_absence": 0.25})
    cell = (1, 0, GROUP_IDS.index("all"), INDICATOR_IDS.index("persistent_absence"))
    run.counts[cell] = 9.0
    value, _ = valued([(twin, run)])
    assert gbp(value, "absence", "council", "units") == pytest.approx(20.0)
    assert list(value.query("item == 'absence' and payer_or_gainer == 'nhs'")["suppressed"]) == [
        False,
        False,
        True,
        False,
    ]


def test_nobody_counted_is_nobody_valued() -> None:
    units, hidden = gained_units([made_run({})], [made_run({})], "neet", "residents")
    assert hidden.all()
    assert (units == 0.0).all()


# --- cost of one ---------------------------------------------------------------------------------------------


def test_cost_of_one_more_child_is_told_where_the_gain_is_clear() -> None:
    pairs = [
        (made_run({"ks2_expected": 0.5, "gld": 0.5}), made_run({"ks2_expected": share, "gld": other}, spent=SPENT))
        for share, other in ((0.55, 0.45), (0.65, 0.65))
    ]
    _, summary = valued(pairs)
    # 3 years x 200 children x 5 and 15 points: 30 and 90 more children, 60 in the mean.
    assert total(summary, "extra", "ks2_expected")["value"] == pytest.approx(60)
    assert total(summary, "cost_per_extra", "ks2_expected")["value"] == pytest.approx(PRESENT / 60)
    assert total(summary, "extra", "gld")["value"] == pytest.approx(30)
    assert math.isnan(total(summary, "cost_per_extra", "gld")["value"]), "one pair lost children"


def test_every_total_and_counted_benefit_has_its_row() -> None:
    _, summary = valued([(made_run({}), made_run({}))])
    assert len(summary) == 4 * len(PERSPECTIVES) * len(READINGS) + 2 * len(COUNTED)
