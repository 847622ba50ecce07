"""How sure a PAWN index is, and how large it is for a factor that does nothing.

The index itself comes from SALib; here it is worked out again under weights, which is what a bootstrap needs and takes
milliseconds instead of minutes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
RESAMPLES = 200
#: Points in each slice, at the least.
IN_A_SLICE = 15
#: Numbers of slices, the usual one first (Pianosi and Wagener 2018). SALib stops at 6 and 9, whose shares of 1 do not
#: add up to 1 in floating point.
SLICES = (10, 8, 5, 4, 3, 2)


def slices_for(points: int) -> int:
    """The most slices of a factor's range with at least ``IN_A_SLICE`` points each."""
    return next((slices for slices in SLICES if points >= slices * IN_A_SLICE), SLICES[-1])


def pawn_index(slice_of: Whole, y: Reals, weights: Reals, slices: int) -> float:
    """Median over slices of the largest distance between the two cumulative distributions.

    ``slice_of``, ``y``, ``weights``: one entry per point, in rising order of ``y``; weights are counts. A point with
    slice -1 counts among all points only.
    """
    inside = np.zeros((len(y), slices))
    held = slice_of >= 0
    inside[held, slice_of[held]] = weights[held]
    totals = inside.sum(axis=0)
    last = np.append(np.diff(y) > 0, True)  # Equal values step together.
    whole = np.cumsum(weights)[last] / weights.sum()
    parts = np.cumsum(inside, axis=0)[last][:, totals > 0] / totals[totals > 0]
    return float(np.median(np.abs(parts - whole[:, None]).max(axis=0)))


def slice_of_each(x: Reals, slices: int) -> Whole:
    """Slice of each point: between quantiles of the factor, as SALib cuts them; the largest value is in none (-1)."""
    edges = np.quantile(x, np.arange(1, slices) / slices)
    return np.where(x < x.max(), np.searchsorted(edges, x, side="right"), -1).astype(np.int64)


def pawn_interval(x: Reals, y: Reals, slices: int, value: float, seed: int) -> tuple[float, float]:
    """90 % interval of an index by the basic bootstrap, which takes off what resampling itself adds; 0 to 1."""
    order, rng = np.argsort(y, kind="stable"), np.random.default_rng(seed)
    slice_of, sorted_y = slice_of_each(x, slices)[order], y[order]
    even = np.full(len(y), 1 / len(y), dtype=np.float64)
    again = [
        pawn_index(slice_of, sorted_y, rng.multinomial(len(y), even).astype(np.float64), slices)
        for _ in range(RESAMPLES)
    ]
    low, high = np.percentile(again, [5.0, 95.0])
    return float(np.clip(2 * value - high, 0.0, value)), float(np.clip(2 * value - low, value, 1.0))


def pawn_floor(y: Reals, slices: int, seed: int) -> tuple[float, float, float]:
    """(mean, 5th, 95th percentile) of the index of a factor drawn at random, which does nothing."""
    rng, sorted_y = np.random.default_rng(seed), np.sort(y)
    even = np.arange(len(y)) * slices // len(y)
    found = [pawn_index(rng.permutation(even), sorted_y, np.ones(len(y)), slices) for _ in range(RESAMPLES)]
    low, high = np.percentile(found, [5.0, 95.0])
    return float(np.mean(found)), float(low), float(high)
