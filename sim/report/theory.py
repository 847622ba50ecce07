"""Theories of change in plain words: a row for each step, a sentence for each strategy, a table for the screen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.inputs.theory import in_order, steps_of
from sim.outcomes import INDICATORS
from sim.outputs.records import ComparisonRecord
from sim.report.tables import names
from sim.report.words import count, measure, month_name, short_name, upper_first
from sim.spec import Step

if TYPE_CHECKING:
    from rich.table import Table

#: Verdict of the table ``theory`` -> in words.
VERDICT_WORDS = {"on_time": "on time", "late": "late", "missed": "missed", "not_measurable": "not measurable"}
KIND_WORDS = {"output": "Output", "step": "Step of change", "outcome": "Outcome"}
_STYLES = {"on_time": "green", "late": "yellow", "missed": "red", "not_measurable": "dim"}
_COUNTED = {
    "started": "starts, in all", "completed": "courses finished, in all", "taking_part": "people taking part",
    "posts_filled": "posts filled",
}  # fmt: skip
_MARKS = {"on_time": "●", "late": "◐", "missed": "○", "not_measurable": "–"}


@dataclass(frozen=True)
class StepRow:
    """One step of one strategy with what the runs said of it; numbers in the unit of what is read."""

    step: Step
    verdict: str
    replications: int
    shares: dict[str, float]
    wanted: float
    change: float
    low: float
    high: float
    first_broken: float

    @property
    def due(self) -> str:
        """Last month in time: ``August, year 3``."""
        return month_name(self.step.by_month - 1)

    @property
    def reads(self) -> str:
        """What is read, in words."""
        step = self.step
        if step.indicator is None:
            return f"{upper_first(str(step.strand).replace('_', ' '))}: {_COUNTED[step.measure]}"
        whom = ", children of the first day" if step.population == "originals" else ""
        since = ", since the start" if step.against == "start" else ""
        return short_name(INDICATORS[step.indicator], step.group) + whom + since

    @property
    def wanted_words(self) -> str:
        """What the step asks for, in words."""
        if math.isnan(self.wanted):
            return {"up": "any rise", "down": "any fall"}[self.step.direction] if self.step.indicator else "any at all"
        if self.wanted == 0:
            return {"up": "no fall", "down": "no rise"}[self.step.direction]
        if self.step.indicator is None:
            return f"{self.wanted:,g} or more"
        # As it was asked for: rounded like a result, a small size could look like another.
        shown = measure(INDICATORS[self.step.indicator])
        size = f"{round(self.wanted * shown.scale, 9):+g}".replace("-", "\N{MINUS SIGN}")
        return f"{size} {shown.difference_unit} or more"

    @property
    def change_words(self) -> str:
        """Mean change at the date, with where 90 of 100 outcomes lie."""
        if math.isnan(self.change):
            return "no reading"
        if self.step.indicator is None:
            return f"{self.change:,.1f}" if self.step.measure == "posts_filled" else count(self.change)
        shown = measure(INDICATORS[self.step.indicator])
        return f"{shown.difference(self.change)} [{shown.interval(self.low, self.high)}]"

    @property
    def verdict_words(self) -> str:
        """Verdict with the number of runs: ``late in 12 of 20 runs``."""
        return f"{VERDICT_WORDS[self.verdict]} in {self.runs(self.shares[self.verdict])}"

    @property
    def broken_words(self) -> str:
        """How often this was the first broken link, empty for never."""
        return f"first broken link in {self.runs(self.first_broken)}" if self.first_broken > 0 else ""

    def runs(self, share: float) -> str:
        """``12 of 20 runs``."""
        return f"{round(share * self.replications)} of {self.replications} runs"


def theory_rows(comparison: ComparisonRecord) -> dict[str, list[StepRow]]:
    """Strategy id of the tables -> its steps in order; only strategies that state steps."""
    rows: dict[str, list[StepRow]] = {}
    records = {(r["strategy"], r["step"]): r for r in comparison.theory.to_dict("records")}
    for identifier, strategy in zip(names(comparison), comparison.strategies, strict=True):
        steps = in_order(steps_of(strategy))
        if steps:
            rows[identifier] = [
                StepRow(
                    step=step,
                    verdict=str(found["verdict"]),
                    replications=comparison.replications,
                    shares={verdict: float(found[verdict]) for verdict in VERDICT_WORDS},
                    **{key: float(found[key]) for key in ("wanted", "change", "low", "high", "first_broken")},
                )
                for step in steps
                for found in (records[identifier, step.id],)
            ]
    return rows


def theory_sentence(rows: list[StepRow]) -> str:
    """How far the theory of change holds, and which link most often breaks first."""
    seen = [row for row in rows if row.verdict != "not_measurable"]
    if not seen:
        return "None of the steps of the theory of change could be measured in these runs."
    held = []
    for row in seen:
        if row.verdict != "on_time":
            break
        held.append(row)
    if len(held) == len(rows):
        said = f'The theory of change holds to its last step, "{held[-1].step.name}" ({held[-1].due})'
    elif held:
        said = f'The theory of change holds up to "{held[-1].step.name}" ({held[-1].due})'
    else:
        said = f'The theory of change does not hold from its first step, "{seen[0].step.name}" ({seen[0].due})'
    weakest = max(rows, key=lambda row: row.first_broken)
    if weakest.first_broken == 0:
        return f"{said}; no link was seen to break in any run.{_hidden(rows)}"
    return (
        f'{said}; the link that most often breaks first is "{weakest.step.name}" (in '
        f"{weakest.runs(weakest.first_broken)}): wanted by {weakest.due}: {weakest.wanted_words}; "
        f"reached on average: {weakest.change_words}.{_hidden(rows)}"
    )


def _hidden(rows: list[StepRow]) -> str:
    number = sum(row.verdict == "not_measurable" for row in rows)
    steps = "1 step" if number == 1 else f"{number} steps"
    return f" {steps} of {len(rows)} could not be measured." if number else ""


def theory_table(comparison: ComparisonRecord, strategy: str) -> Table:
    """Steps of one strategy (its id in the tables) with verdicts, for the screen."""
    from rich.table import Table
    from rich.text import Text

    # rich reads square brackets as markup: everything from files is shown as it is.
    title = Text(f"{names(comparison)[strategy]}: theory of change, tested", style="bold")
    table = Table(title=title, title_justify="left", show_lines=True)
    for column in ("Step", "Due", "Wanted", "Reached [90 of 100 in]", "Verdict"):
        table.add_column(column)
    for row in theory_rows(comparison)[strategy]:
        label = Text(f"{KIND_WORDS[row.step.kind]}: ", style="dim").append(row.step.name, style="bold not dim")
        label.append(f"\n{row.reads}", style="not bold not dim")
        said = Text(f"{_MARKS[row.verdict]} {row.verdict_words}", style=_STYLES[row.verdict])
        if row.broken_words:
            said.append(f"\n{row.broken_words}", style="not dim")
        table.add_row(label, row.due, row.wanted_words, row.change_words, said)
    return table
