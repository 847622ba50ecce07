"""From the results of a sweep to what an analysis reads: one number per point for each strategy and difference.

``design``: a frame with one row per point and one float column per factor. ``results``: ``RESULT_COLUMNS``, one row per
point x place x future x evidence x replication x strategy x outcome. A *draw* is one place, future, evidence and
replication; every point should have lived through the same draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

TWIN = "no_zone"
DRAW = ["place", "future", "evidence", "replication"]
#: Ends of every interval, per cent.
LOW, HIGH = 5.0, 95.0
#: Beyond this share of points without a number an analysis is refused.
MOST_MISSING = 0.1


class AnalysisError(ValueError):
    """A sweep that cannot be analysed as asked; the message says what to do."""


@dataclass(frozen=True)
class Quantity:
    """An outcome of one strategy, or a difference: ``name`` and a frame of points x draws (NaN where a run failed)."""

    name: str
    draws: pd.DataFrame

    @property
    def means(self) -> Reals:
        """Mean over the draws at each point; NaN where any draw is missing, as other draws would be another mixture."""
        return np.asarray(self.draws.mean(axis=1, skipna=False), dtype=np.float64)

    @property
    def by_replication(self) -> Reals:
        """Points x replications: means over places, futures and evidence."""
        return np.asarray(self.draws.T.groupby(level="replication").mean().T, dtype=np.float64)


def quantities(design: pd.DataFrame, results: pd.DataFrame, outcome: str) -> tuple[Quantity, ...]:
    """Every strategy, every strategy minus the twin, every strategy minus another, in the order of their ids."""
    values, twin = wide(design, results, outcome, "value"), wide(design, results, outcome, "twin")
    single = [Quantity(name, frame) for name, frame in values.items()]
    against = [Quantity(f"{name} minus {TWIN}", frame - twin[name]) for name, frame in values.items()]
    pairs = [Quantity(f"{a} minus {b}", values[a] - values[b]) for a, b in combinations(values, 2)]
    return (*single, *against, *pairs)


def wide(design: pd.DataFrame, results: pd.DataFrame, outcome: str, column: str) -> dict[str, pd.DataFrame]:
    """Strategy -> points x draws of one column of an outcome; points without a run have NaN.

    Raises ``AnalysisError`` for an outcome that the results do not hold, and for points that the design does not.
    """
    mine = results[results["outcome"] == outcome]
    if mine.empty:
        told = ", ".join(sorted(results["outcome"].unique())) or "none"
        raise AnalysisError(f'no result for the outcome "{outcome}"; the sweep holds: {told}')
    if not set(mine["point"]) <= set(design.index):
        raise AnalysisError("the results hold points that the design does not; they belong to another design")
    draws = pd.MultiIndex.from_frame(mine[DRAW].drop_duplicates().sort_values(DRAW))
    tables = {}
    for strategy, rows in sorted(mine.groupby("strategy")):
        if rows.duplicated(["point", *DRAW]).any():
            raise AnalysisError(f'the results hold runs of "{strategy}" twice; keep one of each')
        table = rows.pivot(index="point", columns=DRAW, values=column)
        tables[str(strategy)] = table.reindex(index=design.index, columns=draws).astype(np.float64)
    return tables


def whole_blocks(values: Reals, size: int, what: str) -> tuple[Flags, str]:
    """(points kept, note): blocks of ``size`` points in a row of which every point has a number.

    The estimators of Sobol and Morris need whole blocks: a block with a failed run is left out as a whole, and said
    so; ``size`` 1 leaves out single points. Raises ``AnalysisError`` where more than a tenth would go.
    """
    good: Flags = np.asarray(np.isfinite(values).reshape(-1, size).all(axis=1))
    lost, blocks = int((~good).sum()), len(good)
    if lost == 0:
        return np.repeat(good, size), ""
    told = f"{lost} of {blocks} {what} hold a point without a number (a failed run, or fewer than 10 people)"
    if lost > MOST_MISSING * blocks:
        raise AnalysisError(f"{told}; run the sweep again with --resume before it is analysed")
    return np.repeat(good, size), f"{told} and are left out; --resume runs them again"


def outcomes_of(results: pd.DataFrame, asked: Sequence[str] | None = None) -> tuple[str, ...]:
    """The outcomes asked for, or all of the results, in alphabetical order."""
    return tuple(asked) if asked else tuple(sorted(results["outcome"].unique()))
