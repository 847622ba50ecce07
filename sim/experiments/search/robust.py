"""From runs to what a mix is worth: over luck numbers, then over futures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]

#: How the futures are put together.
ROBUST = ("mean", "worst", "regret")


def over_futures(gains: Reals, how: str, best: Reals) -> Reals:
    """What gains (... x futures x outcomes, more is better) are worth (... x outcomes).

    mean: of all futures; worst: in the future that is worst for the mix; regret: less the largest shortfall against
    ``best`` (futures x outcomes), the best that any mix reached in a future. Raises ``ValueError`` for another word.
    """
    if how == "mean":
        return gains.mean(axis=-2)
    if how == "worst":
        return gains.min(axis=-2)
    if how == "regret":
        return -(best - gains).max(axis=-2)
    raise ValueError(f"robust must be one of {', '.join(ROBUST)}, not {how!r}")


def best_of(gains: Reals) -> Reals:
    """Best gain of any mix (rows) in each future and outcome; what is not a number does not count."""
    return np.nanmax(gains, axis=0)


def balanced(worth: Reals, gains: Reals) -> Reals:
    """One number a mix: its worth in each outcome over the largest mean gain found in it, averaged over outcomes.

    ``worth``: mixes x outcomes; ``gains``: mixes x futures x outcomes. With one outcome the order is that outcome's.
    """
    scale = np.nanmax(np.abs(gains.mean(axis=1)), axis=0)
    return (worth / np.where(scale > 0.0, scale, 1.0)).mean(axis=1)


def resampled(gains: Reals, how: str, seed: int, times: int = 2000) -> Reals:
    """Worth (times x mixes x outcomes) on luck numbers drawn again with replacement, the same for all mixes.

    ``gains``: mixes x futures x luck numbers x outcomes.
    """
    rng = np.random.default_rng(seed)
    n = gains.shape[2]
    weights = rng.multinomial(n, np.full(n, 1.0 / n), size=times) / n
    means = np.einsum("mflo,tl->tmfo", gains, weights)
    best = means.max(axis=1, keepdims=True)
    return over_futures(means, how, best)


def spread(values: Reals, percent: Sequence[float] = (5.0, 95.0)) -> Reals:
    """Percentiles over the first axis, one row each."""
    return np.percentile(values, percent, axis=0)
