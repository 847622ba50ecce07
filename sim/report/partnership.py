"""Partnerships in plain words: how they grew, what happened in them, lines for the screen."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.outputs.partnership import PARTNER_EVENTS, of_zone, strategies_with_partnership
from sim.outputs.records import ComparisonRecord
from sim.report.tables import names
from sim.report.words import level, number_a_run

if TYPE_CHECKING:
    from pandas import DataFrame

#: Years whose maturity is told on the screen, if the run reaches them.
_TOLD_YEARS = (3, 5, 10)
#: Lines on the screen, and their width.
MOST_LINES, WIDTH = 6, 80
_NAME_WIDTH = 26
#: What is half up to the last digits is half.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Happened:
    """How often one kind of event happened in a run: mean, fewest and most over the runs."""

    kind: str
    mean: float
    fewest: int
    most: int

    @property
    def words(self) -> str:
        """What is counted."""
        return PARTNER_EVENTS[self.kind]

    @property
    def range_words(self) -> str:
        """``0 to 3``."""
        return f"{self.fewest}" if self.fewest == self.most else f"{self.fewest} to {self.most}"


@dataclass(frozen=True)
class Grown:
    """A strategy's partnership: maturity (0 to 1) by year beside the twin's, and what happened.

    ``gone``: runs in which a partner left and was not back at the end.
    """

    strategy: str
    label: str
    maturity: dict[int, float]
    twin: float
    happened: tuple[Happened, ...]
    gone: int
    replications: int

    @property
    def half_year(self) -> int | None:
        """First year in which half of the rise of the whole run was reached; ``None`` without a rise."""
        last = self.maturity[max(self.maturity)]
        if last <= self.twin:
            return None
        half = (self.twin + last) / 2 - _ROUNDING
        return next(year for year, value in self.maturity.items() if value >= half)

    @property
    def sentence(self) -> str:
        """How it grew and whether partners left for good."""
        final = max(self.maturity)
        start = f"Partners began at {level(self.twin)} of 1, the level of the place without a zone, and "
        rose = f"stood at {level(self.maturity[final])} in year {final}"
        half = self.half_year
        if half is None:
            rose += "; the partnership did not grow"
        elif final > 1:
            rose += f"; half of the rise was reached in year {half}"
        if self.gone == 0:
            return f"{start}{rose}. No partner left for good in any run."
        runs = "the only run" if self.replications == 1 else f"{self.gone} of {self.replications} runs"
        return f"{start}{rose}. In {runs} a partner left for good."


def grown(comparison: ComparisonRecord) -> list[Grown]:
    """What became of each partnership, in the order of the strategies."""
    labels, maturity = names(comparison), of_zone(comparison, "partnership_maturity")
    found = []
    for strategy in strategies_with_partnership(comparison):
        mine = maturity[maturity["strategy"] == strategy]
        events = comparison.events[comparison.events["strategy"] == strategy]
        by_year = {int(year): float(value) for year, value in zip(mine["year"], mine["value"], strict=True)}
        found.append(
            Grown(
                strategy, labels[strategy], by_year, float(mine["twin"].iloc[0]),
                _happened(events, comparison.replications), _gone(events), comparison.replications,
            )
        )  # fmt: skip
    return found


def _happened(events: DataFrame, replications: int) -> tuple[Happened, ...]:
    """Kinds that happened at least once in some run, in the order of ``PARTNER_EVENTS``."""
    found = []
    for kind in PARTNER_EVENTS:
        counts = events.loc[events["kind"] == kind, "replication"].value_counts()
        if len(counts):
            fewest = int(counts.min()) if len(counts) == replications else 0
            found.append(Happened(kind, float(counts.sum()) / replications, fewest, int(counts.max())))
    return tuple(found)


def _gone(events: DataFrame) -> int:
    """Runs in which a partner's last coming or going was to leave."""
    moves = events[events["kind"].isin(["joined", "returned", "left"])].sort_values("month", kind="stable")
    last = moves.groupby(["replication", "who"])["kind"].last()
    return int(last[last == "left"].reset_index()["replication"].nunique())


def bands(comparison: ComparisonRecord, strategy: str, indicator: str) -> tuple[list[int], np.ndarray]:
    """Years, and an indicator of the zone by year (rows: mean, 5th and 95th percentile over replications)."""
    frame = comparison.yearly
    here = (frame["strategy"] == strategy) & (frame["indicator"] == indicator)
    here &= (frame["population"] == "residents") & (frame["group"] == "all")
    by_year = frame[here].groupby("year")["value"]
    mean = by_year.mean()
    return mean.index.tolist(), np.array([mean, by_year.quantile(0.05), by_year.quantile(0.95)])


def partnership_lines(comparison: ComparisonRecord) -> list[str]:
    """Two lines for each partnership, one each where they are many; no more than ``MOST_LINES`` of ``WIDTH``."""
    found = grown(comparison)
    if 2 * len(found) <= MOST_LINES:
        return [line for one in found for line in (_level_line(one), _events_line(one))]
    lines = [_level_line(one) for one in found]
    left = len(lines) - MOST_LINES
    return lines if left <= 0 else [*lines[: MOST_LINES - 1], f"and {left + 1} more partnerships, see the briefing"]


def _level_line(one: Grown) -> str:
    years = [year for year in _TOLD_YEARS if year in one.maturity] or [max(one.maturity)]
    told = ", ".join(level(one.maturity[year]) for year in years)
    when = f"{'years' if len(years) > 1 else 'year'} {', '.join(map(str, years))}"
    return f"{textwrap.shorten(one.label, _NAME_WIDTH, placeholder='…')}: partnership at {told} of 1 in {when}"


def _events_line(one: Grown) -> str:
    """What happened most often, as much as a line holds."""
    often = sorted(one.happened, key=lambda h: -h.mean)
    line = "  in a run: "
    told = [f"{number_a_run(h.mean)} {h.words}" for h in often if h.kind != "joined"]
    if not told:
        return "  nobody left, signed or cut back"
    kept = told[:1]
    for text in told[1:]:
        if len(line + ", ".join([*kept, text])) > WIDTH:
            break
        kept.append(text)
    return line + ", ".join(kept)
