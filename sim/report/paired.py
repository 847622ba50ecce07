"""Paired differences of finished runs as cells of Markdown tables: for pages made from run folders."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.outcomes import HEADLINES, INDICATORS
from sim.outcomes.intervals import middle_90
from sim.report.words import NOT_SHOWN, Measure, measure, upper_first

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Change:
    """A change of one headline: mean and 5th to 95th percentile over pairs of runs on the same luck."""

    mean: float
    low: float
    high: float


def levels(yearly: pd.DataFrame, strategy: str, year: int) -> dict[str, Reals]:
    """Each headline indicator of residents by replication, in the order of the luck numbers."""
    found = {}
    here = yearly[(yearly["year"] == year) & (yearly["population"] == "residents") & (yearly["strategy"] == strategy)]
    seeds = sorted(yearly["seed"].unique())
    for indicator, group in HEADLINES.values():
        rows = here[(here["indicator"] == indicator) & (here["group"] == group)]
        # A cell in which nobody is counted has no row.
        found[indicator] = np.asarray(rows.set_index("seed")["value"].reindex(seeds), dtype=np.float64)
    return found


def differences(yearly: pd.DataFrame, strategy: str, year: int) -> dict[str, Reals]:
    """Strategy less twin by replication for each headline indicator, in the order of the luck numbers."""
    mine, twin = (levels(yearly, name, year) for name in (strategy, "no_zone"))
    return {indicator: mine[indicator] - twin[indicator] for indicator in mine}


def changes(on: dict[str, Reals], off: dict[str, Reals]) -> dict[str, Change]:
    """What something did to each headline difference, pair by pair (``off``, the runs with it changed, less ``on``).

    Not a number where a cell rests on fewer than ten people in any run.
    """
    return {name: summed_up(off[name] - with_it) for name, with_it in on.items()}


def summed_up(values: Reals) -> Change:
    """Mean and 5th to 95th percentile; not a number where any value is none."""
    low, high = middle_90(values)
    return Change(float(np.mean(values)), float(low), float(high))


def heading(indicator: str, group: str) -> str:
    """Plain name of an indicator with its group, and the unit of a difference."""
    named = INDICATORS[indicator]
    of = "" if group == "all" else f" ({group})"
    return f"{upper_first(named.plain_name)}{of}, {measure(named).difference_unit}"


def cell(shown: Measure, change: Change) -> str:
    """A change as it is shown: mean and, in brackets, the interval."""
    if math.isnan(change.mean):
        return NOT_SHOWN
    return f"{shown.bare(change.mean, signed=True)} ({shown.interval(change.low, change.high)})"


def plain_cell(shown: Measure, values: Reals) -> str:
    """Values of all replications as one cell."""
    return cell(shown, summed_up(values))


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
