"""Frames of what partners see: the dashboard beside truth and twin, and how naive comparisons mislead.

A naive comparison is made from the screen alone: a figure now less the first one, or users less others.
In each replication

    naive = truth + what would be there anyway + noise

where *truth* is the strategy less its twin (or users less themselves in the twin), and *anyway* is the twin's own
change (or how the same users differ from others in the twin: selection).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.experiments.ensemble import GROUP_IDS, Run
from sim.outcomes import INDICATOR_IDS, SMALLEST_CELL, USER_OUTCOMES
from sim.outcomes.intervals import middle_90

Reals = npt.NDArray[np.float64]
BEFORE_AFTER, USERS = "before_after", "users_nonusers"
DASHBOARD_COLUMNS = [
    "strategy", "indicator", "group", "year", "seen", "seen_low", "seen_high", "as_of", "truth", "twin",
    "share_suppressed", "suppressed",
]  # fmt: skip
NAIVE_COLUMNS = [
    "strategy", "comparison", "indicator", "year", "naive", "truth", "anyway", "bias", "bias_low", "bias_high",
    "misleading", "suppressed",
]  # fmt: skip


def dashboard_frame(names: Sequence[str], everything: Sequence[Sequence[Run]]) -> pd.DataFrame:
    """Every figure on a screen: mean and spread over replications, beside truth and twin of the same year."""
    frames = []
    twin, twin_hidden = _true(everything, 0)
    for at, name in enumerate(names[1:], start=1):
        seen = np.stack([runs[at].seen.values for runs in everything])
        published = np.stack([runs[at].seen.counts for runs in everything]).max(axis=0) > 0
        cell = years, groups, indicators = np.nonzero(published)
        shown = seen[:, years, groups, indicators]
        small = np.isnan(shown)
        hidden = np.asarray(small.any(axis=0))
        truth, truth_hidden = _true(everything, at)
        low, high = middle_90(np.where(hidden, 0.0, shown))
        frames.append(
            pd.DataFrame(
                {
                    "strategy": name,
                    "indicator": np.array(INDICATOR_IDS)[indicators],
                    "group": np.array(GROUP_IDS)[groups],
                    "year": years + 1,
                    "seen": _blank(shown.mean(axis=0), hidden),
                    "seen_low": _blank(low, hidden),
                    "seen_high": _blank(high, hidden),
                    "as_of": everything[0][at].seen.as_of[years, indicators].astype(np.int64),
                    "truth": _blank(truth[cell], truth_hidden[cell]),
                    "twin": _blank(twin[cell], twin_hidden[cell]),
                    "share_suppressed": small.mean(axis=0),
                    "suppressed": hidden,
                }
            )
        )
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=DASHBOARD_COLUMNS)


def naive_frame(names: Sequence[str], everything: Sequence[Sequence[Run]]) -> pd.DataFrame:
    """Naive comparisons from the screen beside the truth; one row a strategy, comparison, indicator and year."""
    rows: list[tuple[object, ...]] = []
    for at, name in enumerate(names[1:], start=1):
        for indicator, parts in _before_after(everything, at):
            rows += _rows(name, BEFORE_AFTER, indicator, parts)
        users = np.stack([runs[at].seen.users for runs in everything])
        published = np.isfinite(everything[0][at].seen.users_as_of)
        for k, indicator in enumerate(USER_OUTCOMES):
            parts = np.where(published[None, :, k, None], users[:, :, k], np.inf)
            rows += _rows(name, USERS, indicator, parts)
    return pd.DataFrame(rows, columns=NAIVE_COLUMNS)


def _true(everything: Sequence[Sequence[Run]], at: int) -> tuple[Reals, npt.NDArray[np.bool_]]:
    """(mean over replications, hidden) of residents' true values: years x groups x indicators."""
    values = np.stack([runs[at].values[:, 0] for runs in everything])
    fewest: Reals = np.stack([runs[at].counts[:, 0] for runs in everything]).min(axis=0)
    return values.mean(axis=0), fewest < SMALLEST_CELL


def _blank(values: Reals, hidden: npt.NDArray[np.bool_]) -> Reals:
    return np.where(hidden, np.nan, values)


def _before_after(everything: Sequence[Sequence[Run]], at: int) -> list[tuple[str, Reals]]:
    """(indicator, replications x years x (naive, truth, anyway)) of each indicator on the screen, for everybody.

    Infinite where there is nothing to compare yet, NaN where a number is hidden.
    """
    seen = np.stack([runs[at].seen.values[:, 0] for runs in everything])
    published = np.max([runs[at].seen.counts[:, 0] for runs in everything], axis=0) > 0
    about = everything[0][at].seen.as_of
    true, twin = (_residents(everything, n) for n in (at, 0))
    found = []
    for i, indicator in enumerate(INDICATOR_IDS):
        years = np.flatnonzero(published[:, i])
        if len(years) < 2:
            continue
        then, later = years[0], years[1:]
        first, now = int(about[then, i]) - 1, about[later, i].astype(np.int64) - 1
        parts = np.full((len(everything), seen.shape[1], 3), np.inf)
        parts[:, later, 0] = seen[:, later, i] - seen[:, [then], i]
        parts[:, later, 1] = true[:, now, i] - twin[:, now, i]
        parts[:, later, 2] = twin[:, now, i] - twin[:, [first], i]
        found.append((indicator, parts))
    return found


def _residents(everything: Sequence[Sequence[Run]], at: int) -> Reals:
    """True values of all residents, replications x years x indicators; NaN under ten."""
    values = np.stack([runs[at].values[:, 0, 0] for runs in everything])
    counts = np.stack([runs[at].counts[:, 0, 0] for runs in everything])
    return np.where(counts < SMALLEST_CELL, np.nan, values)


def _rows(name: str, comparison: str, indicator: str, parts: Reals) -> list[tuple[object, ...]]:
    """Rows of the frame from replications x years x (naive, truth, anyway)."""
    rows: list[tuple[object, ...]] = []
    for year in range(parts.shape[1]):
        here = parts[:, year]
        if np.isinf(here).any():
            continue
        hidden = bool(np.isnan(here).any())
        numbers: tuple[float, ...] = (np.nan,) * 7
        if not hidden:
            naive, truth, anyway = here.T
            low, high = middle_90(naive - truth)
            wrong = float(is_misleading(naive, truth).mean())
            means = (naive.mean(), truth.mean(), anyway.mean(), (naive - truth).mean())
            numbers = (*map(float, means), float(low), float(high), wrong)
        rows.append((name, comparison, indicator, year + 1, *numbers, hidden))
    return rows


def is_misleading(naive: Reals, truth: Reals) -> npt.NDArray[np.bool_]:
    """True where the naive difference has the wrong sign or is more than twice the truth.

    >>> is_misleading(np.array([1.0, -1.0, 2.5]), np.array([0.6, 0.5, 1.0])).tolist()
    [False, True, True]
    """
    return np.asarray((naive * truth < 0.0) | (np.abs(naive) > 2.0 * np.abs(truth)))
