"""Tables: rows of plain numbers, made once, and their look on the screen (rich)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.inputs.register import load_register
from sim.outcomes import FAMILIES, HEADLINES, INDICATORS, Indicator
from sim.outputs.records import ComparisonRecord
from sim.report.words import (
    FEW_PAIRS,
    NO_CLEAR_DIFFERENCE,
    NO_DIFFERENCE,
    NOT_SHOWN,
    chance,
    count,
    measure,
    pounds,
    short_name,
    upper_first,
    verdict,
)
from sim.science.costs import present_value
from sim.spec import Strategy

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text


#: What the twin is called wherever people read.
TWIN_NAME = "Without a zone (twin)"


@dataclass(frozen=True)
class Cell:
    """One strategy's outcome against the twin, in the indicator's unit; NaN where suppressed."""

    value: float
    twin: float
    difference: float
    low: float
    high: float
    chance_better: float

    @property
    def shown(self) -> bool:
        """False under the small-number rule."""
        return math.isfinite(self.difference)


@dataclass(frozen=True)
class OutcomeRow:
    """The headline of one family: the twin's value and a cell per strategy id."""

    family: str
    indicator: Indicator
    group: str
    twin: float
    cells: dict[str, Cell]

    def verdict(self, strategy: str) -> str:
        """``better``, ``worse``, no clear difference, no difference or not shown."""
        cell = self.cells.get(strategy, EMPTY)
        return verdict(self.indicator, cell.difference, cell.low, cell.high) if cell.shown else NOT_SHOWN


EMPTY = Cell(*[math.nan] * 6)


def outcome_rows(comparison: ComparisonRecord, year: int | None = None) -> list[OutcomeRow]:
    """Headlines of the five families for residents in a year (default: the last)."""
    frame = comparison.results
    # Numbers are compared many times quicker than texts, so the year goes first.
    wanted = frame[frame["year"] == (year or comparison.years)]
    wanted = wanted[wanted["population"] == "residents"]
    rows = []
    for family, (indicator, group) in HEADLINES.items():
        part = wanted[(wanted["indicator"] == indicator) & (wanted["group"] == group)]
        cells = {}
        for record in part.to_dict("records"):
            numbers = (record[key] for key in Cell.__dataclass_fields__)
            cells[record["strategy"]] = EMPTY if record["suppressed"] else Cell(*map(float, numbers))
        twins = [cell.twin for cell in cells.values() if math.isfinite(cell.twin)]
        rows.append(OutcomeRow(family, INDICATORS[indicator], group, twins[0] if twins else math.nan, cells))
    return rows


def names(comparison: ComparisonRecord) -> dict[str, str]:
    """Strategy id of the tables -> name, in the order asked; a strategy given twice has another id the second time."""
    ids = [str(i) for i in comparison.results["strategy"].drop_duplicates()]
    return dict(zip(ids, called(comparison.strategies), strict=True))


def called(strategies: Sequence[Strategy]) -> list[str]:
    """The name of each strategy; one given twice says so the second time."""
    found: list[str] = []
    seen: Counter[str] = Counter()
    for strategy in strategies:
        seen[strategy.id] += 1
        again = seen[strategy.id]
        found.append(strategy.name if again == 1 else f"{strategy.name} ({again})")
    return found


def outcome_table(comparison: ComparisonRecord, width: int = 200) -> Table:
    """Five families of outcomes by strategies: the twin's value, then differences from it.

    Where ``width`` characters are too few for a column per strategy, each has a line of its own.
    """
    from rich.table import Table

    table = Table(
        title=f"{comparison.place.name}, year {comparison.years}: difference from the same place without a zone",
        title_justify="left",
        title_style="bold",
    )
    if width >= 40 + 22 * len(comparison.strategies):
        _fill_wide(table, comparison)
    else:
        _fill_narrow(table, comparison)
    return table


def _fill_wide(table: Table, comparison: ComparisonRecord) -> None:
    from rich.text import Text

    table.show_lines = True
    table.add_column("Outcome", min_width=22, max_width=34)
    table.add_column("Without\na zone", justify="right")
    for name in names(comparison).values():
        # rich reads square brackets as markup: names come from files and are shown as they are.
        table.add_column(Text(name), justify="right", min_width=19)
    for row in outcome_rows(comparison):
        cells = (_wide_cell(row, strategy, comparison.replications) for strategy in names(comparison))
        table.add_row(_row_label(row), _twin_text(row), *cells)


def _wide_cell(row: OutcomeRow, strategy: str, pairs: int) -> Text:
    from rich.text import Text

    cell, shown = row.cells.get(strategy, EMPTY), measure(row.indicator)
    if not cell.shown:
        return Text(NOT_SHOWN, style="dim")
    numbers = f"{shown.bare(cell.difference, signed=True)} [{shown.interval(cell.low, cell.high)}]"
    said = row.verdict(strategy)
    text = f"{numbers}\n{said}"
    if said != NO_DIFFERENCE:
        text += f"\nchance {chance(cell.chance_better, pairs)}"
    return Text(text, style=_style(row, strategy))


def _fill_narrow(table: Table, comparison: ComparisonRecord) -> None:
    from rich.text import Text

    table.add_column("Outcome", ratio=1)
    table.add_column("Difference [90 of 100 in]", justify="right")
    table.add_column("Chance better", justify="right", max_width=20)
    for row in outcome_rows(comparison):
        shown = measure(row.indicator)
        table.add_row(_row_label(row), "without a zone:", _twin_text(row))
        for strategy, name in names(comparison).items():
            cell = row.cells.get(strategy, EMPTY)
            texts = (NOT_SHOWN, "")
            if cell.shown:
                ends = f"{shown.bare(cell.difference, signed=True)} [{shown.interval(cell.low, cell.high)}]"
                said = row.verdict(strategy)
                likely = "" if said == NO_DIFFERENCE else f"{chance(cell.chance_better, comparison.replications)}\n"
                texts = (ends, likely + said)
            table.add_row(Text(f"- {name}"), *(Text(text, style=_style(row, strategy)) for text in texts))
        table.add_section()


def _row_label(row: OutcomeRow) -> Text:
    from rich.text import Text

    label = Text(FAMILIES[row.family], style="bold")
    unit = measure(row.indicator).difference_unit
    return label.append(f"\n{short_name(row.indicator, row.group)}, {unit}", style="not bold")


def _twin_text(row: OutcomeRow) -> str:
    return measure(row.indicator).value(row.twin) if math.isfinite(row.twin) else NOT_SHOWN


def _style(row: OutcomeRow, strategy: str) -> str:
    return {"better": "green", "worse": "red"}.get(row.verdict(strategy), "dim")


@dataclass(frozen=True)
class CostRow:
    """What one strategy costs beyond the twin, over the whole run."""

    strategy: str
    total_gbp: float
    present_gbp: float
    yearly_gbp: float
    per_child_gbp: float
    posts: float


def cost_rows(comparison: ComparisonRecord) -> list[CostRow]:
    """Money and posts per strategy; present value in the first school year; per resident child of month 0."""
    costs, runs, rates = comparison.costs, comparison.runs, load_register().parameters.costs
    rows = []
    for strategy in names(comparison):
        part = costs[costs["strategy"] == strategy]
        total = float(part["gbp"].sum())
        years = zip(part["gbp"], part["year"], strict=True)
        present = float(sum(present_value(float(gbp), float(year - 1), rates) for gbp, year in years))
        children = float(runs.loc[runs["strategy"] == strategy, "children_start"].mean())
        posts = float(part.groupby("year")["posts"].sum().max()) if len(part) else 0.0
        per_child = total / children if children > 0 else math.nan
        rows.append(CostRow(strategy, total, present, total / comparison.years, per_child, posts))
    return rows


def cost_table(comparison: ComparisonRecord) -> Table:
    """Money and posts per strategy."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title="What it costs", title_justify="left", title_style="bold")
    table.add_column("Strategy")
    columns = (f"Over {comparison.years} years", "Present value", "A year", "Per child at the start")
    for column in (*columns, "Most posts at a time"):
        table.add_column(column, justify="right")
    for row in cost_rows(comparison):
        money = map(pounds, (row.total_gbp, row.present_gbp, row.yearly_gbp, row.per_child_gbp))
        numbers = (*money, f"{row.posts:,.1f}")
        table.add_row(Text(names(comparison)[row.strategy]), *numbers)
    return table


@dataclass(frozen=True)
class ChangedRow:
    """Children better off, the same and worse off than in the twin, on one outcome."""

    strategy: str
    outcome: str
    better: str
    same: str
    worse: str


def changed_rows(comparison: ComparisonRecord) -> list[ChangedRow]:
    """Who changed against the twin, all children; a row resting on fewer than 10 children is not shown."""
    frame = comparison.changed
    rows = []
    against_twin = ~frame["against"].isin(comparison.results["strategy"].unique())
    for record in frame[against_twin & (frame["group"] == "all")].to_dict("records"):
        numbers = [float(record[key]) for key in ("better", "same", "worse")]
        small = not sum(numbers) >= 10
        texts = [NOT_SHOWN] * 3 if small else [count(number) for number in numbers]
        rows.append(ChangedRow(str(record["strategy"]), str(record["outcome"]), *texts))
    return rows


def legend(comparison: ComparisonRecord) -> str:
    """How to read the outcome table, in plain words."""
    rough = ""
    if comparison.replications < FEW_PAIRS:
        rough = f" With fewer than {FEW_PAIRS} pairs brackets and chances are rough: ask for more with --replications."
    return (
        "How to read this. Every strategy is run in the same synthetic neighbourhood with the same luck as a twin "
        f"without a zone ({comparison.replications} pairs, luck number {comparison.seed}). A cell gives the mean "
        "difference from the twin; in brackets where 90 of 100 outcomes lie in one place; then the chance that this "
        f"place ends up better than its twin. {upper_first(NO_CLEAR_DIFFERENCE)}: the brackets contain 0. "
        f"Evidence setting: {comparison.evidence}." + rough
    )
