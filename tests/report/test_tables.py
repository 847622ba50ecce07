"""Tables on the screen: five families, suppressed cells hidden, names shown as they are."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.table import Table

from sim.outcomes import FAMILIES
from sim.outputs import StoredComparison
from sim.report.tables import changed_rows, cost_rows, cost_table, legend, names, outcome_rows, outcome_table
from tests.report.made import made_comparison, made_strategies


def printed(table: Table, width: int) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width).print(table)
    return stream.getvalue()


@pytest.mark.parametrize("width", [80, 200])
def test_every_family_and_strategy_is_in_the_table(comparison: StoredComparison, width: int) -> None:
    text = printed(outcome_table(comparison, width), width)
    assert all(name.split()[0] in text for name in FAMILIES.values())
    assert "Schools only <i>" in text
    assert "no clear difference" in text
    assert "not shown (fewer" in text
    assert "…" not in text


def test_brackets_in_names_are_not_markup(crowded: StoredComparison) -> None:
    assert "[bold]" in printed(outcome_table(crowded, 80), 80)


def test_rows_hold_the_numbers_of_the_last_year(comparison: StoredComparison) -> None:
    rows = {row.indicator.id: row for row in outcome_rows(comparison)}
    assert len(rows) == len(FAMILIES)
    first, second = (s.id for s in comparison.strategies)
    assert not rows["ks2_expected"].cells[first].shown
    cell = rows["sdq_high"].cells[second]
    assert rows["sdq_high"].verdict(second) == "better"
    assert cell.value == pytest.approx(cell.twin + cell.difference)
    assert rows["sdq_high"].verdict(first) == "no clear difference"


def test_costs_add_up(comparison: StoredComparison) -> None:
    row = cost_rows(comparison)[0]
    by_hand = 270_000 * sum(1 + 0.05 * year for year in range(1, 11))
    assert row.total_gbp == pytest.approx(by_hand)
    assert row.per_child_gbp == pytest.approx(by_hand / 2000)
    assert row.posts == pytest.approx(7.5)
    assert "£3.44 million" in printed(cost_table(comparison), 100)


def test_who_changed_hides_small_numbers(comparison: StoredComparison) -> None:
    row = next(r for r in changed_rows(comparison) if r.strategy == "strategy_1")
    assert (row.better, row.same, row.worse) == ("200", "1,700", "fewer than 10")


def test_the_legend_names_replications_and_seed(comparison: StoredComparison) -> None:
    assert "20 pairs" in legend(comparison)
    assert "luck number 1" in legend(comparison)


def test_a_strategy_given_twice_can_be_told_from_itself() -> None:
    strategy = made_strategies(1)[0]
    twice = made_comparison([strategy, strategy])
    assert list(names(twice)) == ["strategy_0", "strategy_0#2"]
    assert "(2)" in printed(outcome_table(twice), 200)
