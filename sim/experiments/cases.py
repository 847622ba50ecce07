"""The cases of a sweep: what was tried, what each strategy gained there, and which strategy is preferred.

A case is one point of the design in one place, future and evidence: the mean over its replications. Gains are
differences from the twin, turned so that more is better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.experiments.responses import TWIN, AnalysisError, Flags, Reals, whole_blocks, wide

#: Columns of the results that become factors where a sweep has more than one of them.
SETTINGS = ("place", "future", "evidence")
FEWEST_CASES = 30


@dataclass(frozen=True)
class Factor:
    """Something varied, as people call it. ``low``, ``high``: range tried (of numbers only)."""

    name: str
    label: str
    unit: str = ""
    low: float = 0.0
    high: float = 1.0

    @property
    def called(self) -> str:
        """The label as it stands inside a sentence."""
        return self.label[:1].lower() + self.label[1:] if self.label[1:2].islower() else self.label

    def say(self, value: float, *more: float) -> str:
        """A value with its unit, or several joined by ``to``, with as many decimals as the range calls for."""
        return f"{' to '.join(self.bare(number) for number in (value, *more))} {self.unit}".rstrip()

    def bare(self, value: float) -> str:
        """A value without its unit."""
        return _rounded(value, self.high - self.low)


@dataclass(frozen=True)
class Cases:
    """Cases of one outcome.

    ``varied``: cases x factors, numbers as float64 and words as categories. ``point``: point of each case; cases of one
    point are no independent tries. ``gains``: cases x strategies, better is more. ``preferred``: best by mean.
    """

    outcome: str
    varied: pd.DataFrame
    point: npt.NDArray[np.int64]
    gains: pd.DataFrame
    preferred: str
    factors: Mapping[str, Factor]
    names: Mapping[str, str]
    notes: tuple[str, ...]

    def called(self, strategy: str) -> str:
        """A strategy as people call it."""
        return self.names.get(strategy, strategy)

    @property
    def chosen(self) -> str:
        """The preferred strategy as people call it."""
        return self.called(self.preferred)

    @property
    def rivals(self) -> tuple[str, ...]:
        """The other strategies, best by mean first."""
        others = self.gains.drop(columns=self.preferred).mean().sort_values(ascending=False, kind="stable")
        return tuple(str(name) for name in others.index)

    @property
    def lead(self) -> Reals:
        """Gain of the preferred strategy over the best other one, by case."""
        others = self.gains.drop(columns=self.preferred).max(axis=1)
        return np.asarray(self.gains[self.preferred] - others, dtype=np.float64)

    def fails(self, line: float = 0.0) -> Flags:
        """Cases in which the preferred strategy leads by less than ``line``, or another is better."""
        return np.asarray(self.lead < line)

    def categories(self, name: str) -> tuple[str, ...]:
        """Words that a factor takes; none for a number."""
        column = self.varied[name]
        return tuple(column.cat.categories) if isinstance(column.dtype, pd.CategoricalDtype) else ()


def cases(
    design: pd.DataFrame, results: pd.DataFrame, outcome: str, direction: int,
    factors: Sequence[Factor] = (), preferred: str | None = None, names: Mapping[str, str] | None = None,
) -> Cases:  # fmt: skip
    """Cases of an outcome. ``direction``: +1 where more of it is better, -1 where less is.

    With one strategy only, the twin is its rival. ``preferred`` (default: best by mean). ``names``: what people call
    the strategies. Raises ``AnalysisError`` for too few cases, or a preferred strategy that the results do not hold.
    """
    tables = wide(design, results, outcome, "difference")
    long = {name: _by_case(table, direction) for name, table in tables.items()}
    first = next(iter(long.values()))
    gains = pd.DataFrame({name: frame["gain"] for name, frame in long.items()})
    if len(tables) == 1:
        gains[TWIN] = 0.0
    keep, note = whole_blocks(gains.sum(axis=1, skipna=False).to_numpy(), 1, "cases")
    if keep.sum() < FEWEST_CASES:
        raise AnalysisError(f"{keep.sum()} cases are too few; take {FEWEST_CASES} points or more")
    gains = gains[keep].reset_index(drop=True)
    best = preferred or str(gains[sorted(tables)].mean().idxmax())
    if best not in tables:
        raise AnalysisError(f'the sweep has no strategy "{best}"; it has: {", ".join(tables)}')
    told = {factor.name: factor for factor in factors}
    varied = design.loc[first["point"]].reset_index(drop=True).astype(np.float64)
    for name in SETTINGS:
        if first[name].nunique() > 1:
            varied[name] = pd.Categorical(first[name].astype(str), categories=sorted(first[name].astype(str).unique()))
    varied = varied.loc[keep, [name for name in varied if varied[name].nunique() > 1]].reset_index(drop=True)
    named = {str(name): told.get(str(name)) or _plain_factor(varied[name]) for name in varied}
    called = {TWIN: "no zone", **(names or {})}
    point = first["point"].to_numpy(dtype=np.int64)[keep]
    return Cases(
        outcome,
        varied,
        point,
        gains,
        best,
        named,
        called,
        tuple(filter(None, (note, _few_replications(tables, best, direction)))),
    )


def _few_replications(tables: Mapping[str, pd.DataFrame], best: str, direction: int) -> str:
    """A note where the replications do not agree on who is ahead: what is found then hangs on their luck."""
    means = pd.DataFrame({name: direction * frame.mean() for name, frame in tables.items()})
    means = means.groupby(level="replication").mean()
    rival = means.drop(columns=best).max(axis=1) if len(tables) > 1 else 0.0
    behind, count = int((means[best] < rival).sum()), len(means)
    if not behind:
        return ""
    return (
        f"in {behind} of {count} replications another strategy is ahead on average; intervals tell of the points and "
        f"hold for these {count} only: add replications before relying on them"
    )


def _by_case(table: pd.DataFrame, direction: int) -> pd.DataFrame:
    """One row per point and setting, with the mean over replications; NaN where one is missing."""
    turned, missing = (direction * table).T, table.isna().T
    levels = list(SETTINGS)
    means = turned.groupby(level=levels).mean().mask(missing.groupby(level=levels).any()).T
    return means.melt(ignore_index=False, value_name="gain").reset_index(names="point")


def _plain_factor(column: pd.Series) -> Factor:
    name = str(column.name)
    if isinstance(column.dtype, pd.CategoricalDtype):
        return Factor(name, name)
    return Factor(name, name, "", float(column.min()), float(column.max()))


def _rounded(value: float, span: float) -> str:
    """A number with as many decimals as tell apart about hundredths of its range."""
    decimals = 0 if span <= 0 else int(np.clip(2 - np.round(np.log10(span)), 0, 6))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
