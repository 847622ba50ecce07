"""Costs and value in words and tables: who pays, what is valued, and what is left."""

from __future__ import annotations

import math
import re

import pytest

from sim.inputs.register import load_register, not_valued
from sim.outputs import StoredComparison
from sim.report.briefing import briefing_page
from sim.report.tables import cost_rows
from sim.report.value_tables import (
    benefit_rows,
    break_even,
    effect_rows,
    net_words,
    payer_rows,
    ratio_words,
    sources,
    total_rows,
    without_a_value,
)


def test_payers_stand_in_the_order_of_what_they_pay(comparison: StoredComparison) -> None:
    first = [row for row in payer_rows(comparison) if row.strategy == "strategy_0"]
    assert [(row.payer, row.gbp) for row in first] == [("Council", 120_000), ("Schools", 90_000), ("NHS", 60_000)]
    assert first[0].present == pytest.approx(108_000)
    assert first[0].after_optimism_bias == pytest.approx(124_200)


def test_present_value_in_the_cost_table_is_discounted_by_year(comparison: StoredComparison) -> None:
    row = cost_rows(comparison)[0]
    by_hand = sum(270_000 * (1 + 0.05 * year) / 1.035 ** (year - 1) for year in range(1, 11))
    assert row.present_gbp == pytest.approx(by_hand)
    assert row.present_gbp < row.total_gbp


def test_benefits_add_up_over_gainers_and_transfers_cancel(comparison: StoredComparison) -> None:
    rows = {(row.strategy, row.name): row for row in benefit_rows(comparison)}
    named = {entry.id: entry.name for entry in load_register().unit_values}
    absence = rows["strategy_1", named["persistent_absence"]]
    assert absence.present == pytest.approx(900.0, rel=0.01)
    assert "Council" in absence.gainers
    transfer = rows["strategy_1", named["neet_benefits"]]
    assert transfer.present == transfer.low == transfer.high == 0.0
    assert "Families \N{MINUS SIGN}£450" in transfer.gainers
    assert math.isnan(rows["strategy_1", named["child_mental_health"]].present)


def test_break_even_says_what_the_rest_would_have_to_be_worth(comparison: StoredComparison) -> None:
    # GBP 242,100 left over among 2,000 children.
    assert "£242,100 (£121 for each child at the start)" in break_even(comparison, "strategy_1")
    assert "pay back nothing (£0)" in break_even(comparison, "strategy_0")


def test_break_even_where_benefits_exceed_costs_or_nothing_is_spent(comparison: StoredComparison) -> None:
    def with_totals(costs: float, benefits: float) -> StoredComparison:
        summary = comparison.value_summary.copy()
        for measure, value in (("costs", costs), ("benefits", benefits), ("net", benefits - costs)):
            summary.loc[summary["measure"] == measure, "value"] = value
        return StoredComparison(**{**vars(comparison), "value_summary": summary})

    assert "breaks even on valued benefits alone" in break_even(with_totals(100.0, 250.0), "strategy_0")
    assert "costs nothing" in break_even(with_totals(0.0, 0.0), "strategy_0")


def test_totals_have_a_row_for_each_purse(comparison: StoredComparison) -> None:
    rows = total_rows(comparison, "central")
    assert [(row.strategy, row.perspective) for row in rows][:2] == [
        ("strategy_0", "public"),
        ("strategy_0", "society"),
    ]
    assert ratio_words(rows[0]) == "0.00"
    assert net_words(rows[0]).startswith("\N{MINUS SIGN}£243,000")


def test_a_cost_apiece_only_where_the_gain_is_clear(comparison: StoredComparison) -> None:
    rows = {(row.strategy, row.name): row for row in effect_rows(comparison)}
    name = "Ready for secondary school at 11: more"
    assert math.isnan(rows["strategy_0", name].cost)
    assert rows["strategy_1", name].cost == pytest.approx(24_300)


def test_the_briefing_tells_sources_and_what_is_not_valued(comparison: StoredComparison) -> None:
    page = re.sub(r"<[^>]+>", "", briefing_page(comparison, "zonesim", {}))
    assert "What it costs, who pays and what can be valued" in page
    for text in (
        "The same after optimism bias",
        "Not valued, and why",
        "Unit Cost Database",
        "WELLBY",
        "To break even",
    ):
        assert text in page, text
    assert len(sources()) == len(load_register().unit_values)
    assert len(without_a_value()) == len(not_valued())
