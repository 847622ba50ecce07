"""How much of a range is chance, how much evidence, how much the model itself.

In a comparison one luck number decides three things at once: chance (whatever the draws of the run decide), evidence
(the effects of strands within their error) and the model (its parameters from the posterior, and the strengths whose
prior includes nought). To tell them apart every replication is run three times more, each time with *one* of the
three drawn anew and the two others as they were (pick-freeze; Sobol 2001, Mathematics and Computers in Simulation
55:271). Two of the four runs then share two factors, one or none that was drawn anew, so that half the mean square of
their difference estimates the variance due to what they do *not* share (Jansen 1999, Computer Physics Communications
117:35): from the six pairs come the variances of every set of factors. A share is the Shapley effect (Owen 2014,
SIAM/ASA Journal on Uncertainty Quantification 2:245): what a factor adds, averaged over the orders in which factors
can be added. Interactions are so divided fairly and the three shares add up to 1. Standard errors by the jackknife
over replications; with few replications they are large, and a small share may be estimated below 0.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.experiments.compare import Comparison
from sim.experiments.ensemble import GROUP_IDS, TWIN, Run, replicate, side_by_side
from sim.futures import NO_FUTURE
from sim.inputs import load_strands
from sim.inputs.posterior import Posterior, posterior_register, source_of
from sim.offers import Evidence
from sim.outcomes import HEADLINES, INDICATOR_IDS, POPULATIONS, SMALLEST_CELL
from sim.spec import Future

Reals = npt.NDArray[np.float64]
Progress = Callable[[int, int, str], None]

FACTORS = ("chance", "evidence", "model")
COLUMNS = ("strategy", "family", "indicator", "group", "year", "sd", *FACTORS, *(f"{f}_se" for f in FACTORS))
#: Added to a luck number where a factor is drawn anew; beyond every luck number that can be asked for.
FRESH = 2**32
#: Fewest replications from which a variance and its error can be estimated.
FEWEST = 3


def shares(
    comparison: Comparison,
    *,
    future: Future | None = None,
    posterior: Posterior | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Shares of the variance of every headline's difference in the last year: ``COLUMNS``, a row a headline.

    ``future`` and ``posterior`` as ``comparison`` was made with. Three runs more for each of its pairs. ``sd``: of
    the paired difference, in the indicator's unit. Not-a-number where a cell rests on fewer than ten people in a
    replication, nothing differs, or there are fewer than ``FEWEST`` replications.
    """
    drawn = comparison.parameters.draws > 0
    source = source_of("drawn" if drawn else "central", posterior)
    if source is not None and source.digest != comparison.parameters.digest:
        raise ValueError("the comparison drew its parameters from another posterior")
    names = list(dict.fromkeys(comparison.runs["strategy"].astype(str)))
    anew = _drawn_anew(comparison, names, future or NO_FUTURE, source, threads, progress)
    base = _base(comparison, names)
    rows: list[tuple[object, ...]] = []
    for at, name in enumerate(names[1:]):
        for h, (family, (indicator, group)) in enumerate(HEADLINES.items()):
            sd, parts, errors = split(np.vstack([base[None, :, at, h], anew[:, :, at, h]]))
            rows.append((name, family, indicator, group, comparison.years, sd, *parts, *errors))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def share_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as JSON values; no number is ``None``."""
    rows = [dict(zip(map(str, frame.columns), row, strict=True)) for row in frame.itertuples(index=False)]
    return [{k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()} for row in rows]


def split(y: Reals) -> tuple[float, tuple[float, ...], tuple[float, ...]]:
    """SD, shares of ``FACTORS`` and their standard errors, from one quantity under four designs.

    ``y``: 4 x replications; as it was, then with chance, evidence and model drawn anew.
    """
    n, nothing = y.shape[1], (math.nan,) * len(FACTORS)
    if n < FEWEST or not np.isfinite(y).all():
        return math.nan, nothing, nothing
    deviations = (y - y.mean(axis=1, keepdims=True)) ** 2
    halves = 0.5 * (y[:, None, :] - y[None, :, :]) ** 2
    squares, sums = deviations.sum(axis=1), halves.sum(axis=2)
    variance = float(squares.mean()) / (n - 1)
    # Equal to the last digits: what is left is rounding.
    if variance <= (1e-12 * float(np.abs(y).max())) ** 2:
        return 0.0, nothing, nothing
    parts = _shapley(np.array(variance), sums / n)
    # Jackknife: the same without each replication in turn.
    variances = (squares[:, None] - deviations * n / (n - 1)).mean(axis=0) / (n - 2)
    without = _shapley(variances, (sums[:, :, None] - halves) / (n - 1))
    errors = np.sqrt((n - 1) / n * ((without - without.mean(axis=1, keepdims=True)) ** 2).sum(axis=1))
    return math.sqrt(variance), tuple(parts.tolist()), tuple(errors.tolist())


def _shapley(variance: Reals, d: Reals) -> Reals:
    """Shapley effects of the three factors as shares of the variance; see the head of the file.

    ``d``: designs x designs, and further axes as ``variance``. With D(i, j) half the mean square of the difference of
    two designs, V the variance, a a factor and b, c the others:
    a V = V / 3 - D(b, c) / 3 + (D(a, c) - D(0, c) + D(a, b) - D(0, b)) / 6 + D(0, a) / 3.
    """
    parts = [
        (variance - d[b, c] + d[0, a]) / 3.0 + (d[a, c] - d[0, c] + d[a, b] - d[0, b]) / 6.0
        for a, b, c in ((1, 2, 3), (2, 1, 3), (3, 1, 2))
    ]
    # Left out one by one, a sample may be without any variance: nothing is shared then.
    return np.array(parts) / np.where(variance > 0.0, variance, 1.0)


def _base(comparison: Comparison, names: list[str]) -> Reals:
    """Paired differences of the comparison itself: replications x strategies x headlines."""
    frame = comparison.yearly
    frame = frame[(frame["year"] == comparison.years) & (frame["population"] == "residents")]
    out = np.full((comparison.replications, len(names), len(HEADLINES)), np.nan)
    for h, (indicator, group) in enumerate(HEADLINES.values()):
        part = frame[(frame["indicator"] == indicator) & (frame["group"] == group)]
        at = np.array([names.index(str(name)) for name in part["strategy"]], dtype=np.int64)
        out[part["replication"].to_numpy(), at, h] = part["value"].to_numpy()
    return out[:, 1:] - out[:, :1]


def _drawn_anew(
    comparison: Comparison, names: list[str], future: Future, source: Posterior | None, threads: int | None,
    progress: Progress | None,
) -> Reals:  # fmt: skip
    """Paired differences with one factor drawn anew: factors x replications x strategies x headlines."""
    off, library, months = frozenset(comparison.without), load_strands(), 12 * comparison.years
    twin = TWIN if names[0] == TWIN.id else comparison.strategies[0]
    n, total = comparison.replications, len(FACTORS) * comparison.replications
    workers = max(1, min(threads or os.cpu_count() or 1, total))

    def one(factor: int, r: int) -> Reals:
        luck = comparison.seed + r
        number = [luck + (FRESH if factor == f else 0) for f in range(len(FACTORS))]
        register = posterior_register(source, number[2], comparison.without, comparison.including)
        evidence = Evidence(comparison.evidence, number[1], number[2])
        runs = replicate(
            comparison.strategies, comparison.place, register, library, number[0], months, comparison.evidence, off, 1,
            twin, future, evidence,
        )  # fmt: skip
        return np.array([_headlines(run) for run in runs[1:]]).reshape(-1, len(HEADLINES)) - _headlines(runs[0])

    tasks = [partial(one, factor, r) for factor in range(len(FACTORS)) for r in range(n)]
    found = side_by_side(tasks, workers, progress, "runs that split the range")
    return np.array(found).reshape(len(FACTORS), n, len(names) - 1, len(HEADLINES))


def _headlines(run: Run) -> Reals:
    """Headlines of the last year among residents, NaN under the small-number rule."""
    residents, out = POPULATIONS.index("residents"), np.zeros(len(HEADLINES))
    for h, (indicator, group) in enumerate(HEADLINES.values()):
        cell = (-1, residents, GROUP_IDS.index(group), INDICATOR_IDS.index(indicator))
        out[h] = run.values[cell] if run.counts[cell] >= SMALLEST_CELL else np.nan
    return out
