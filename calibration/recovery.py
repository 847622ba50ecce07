"""Known truths: simulated points are taken for the real world, and the fit must find their parameters again.

Simulation-based calibration (Talts et al. 2018, arXiv:1804.06788) from the one bank of a fit: points of the first
wave are draws of the prior, so that the ranks of the truths among the draws of their posteriors are uniform if
emulators, likelihood and chains are right. An uninformed parameter passes always: read beside the contraction.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy import stats

from calibration.credibility import WELL_INFORMED, contraction
from calibration.design import source
from calibration.emulate import emulator_of
from calibration.fit import resampled
from calibration.posterior import MANY, Effort, Likelihood
from calibration.problem import Array, Booleans
from calibration.store import Fit

#: Purposes of random numbers: choice of truths, noise of each, chain of each.
_CHOICE, _NOISE, _CHAIN = 4, 5, 1000

#: Draws among which a truth is ranked: ranks 0 to 199, twenty to a bin of ten.
RANKED = 199

#: Variance of a goal of which a truth has no value: it says nothing.
_UNKNOWN = 1e30


@dataclass(frozen=True)
class Recovery:
    """What came back, truths x parameters.

    ``ranks`` (0 to RANKED), whether the truth lies in the central 50 % and 90 % intervals (1 or 0), and the
    contraction; ``r_hats`` by truth.
    """

    ranks: Array
    inside_50: Array
    inside_90: Array
    contraction: Array
    r_hats: Array

    def informed(self) -> Booleans:
        """Parameters that are well informed in most truths."""
        return np.median(self.contraction, axis=0) >= WELL_INFORMED

    def histogram(self, bins: int = 10) -> Array:
        """Number of ranks in each of ``bins`` equal bins, over all truths and parameters."""
        return np.histogram(self.ranks, bins=bins, range=(-0.5, RANKED + 0.5))[0].astype(float)

    def chi_square_p(self) -> float:
        """P of evenly filled bins. Parameters of one truth are not independent, so it is only roughly right."""
        return float(stats.chisquare(self.histogram()).pvalue)

    def ks_p(self) -> Array:
        """P of the Kolmogorov-Smirnov test of uniform ranks, by parameter."""
        even = (self.ranks + 0.5) / (RANKED + 1)
        return np.array([stats.kstest(column, "uniform").pvalue for column in even.T])


def recover(
    fit: Fit,
    truths: int = 20,
    workers: int = 1,
    effort: Effort | None = None,
    told: Callable[[int, int, str], None] | None = None,
) -> Recovery:
    """Recover ``truths`` simulated points of the first wave with emulators fitted without them."""
    rows = np.flatnonzero(fit.runs.wave == 1)
    chosen = np.sort(source(fit.settings.seed, _CHOICE).choice(rows, min(truths, len(rows) // 3), replace=False))
    held = np.zeros(len(fit.runs.unit), dtype=bool)
    held[chosen] = True
    without = replace(fit, runs=fit.runs.only(~held))
    base = Likelihood.of(emulator_of(without.runs), fit.goals)
    work = partial(_recovered, without, effort or MANY)
    tasks = [(number, _as_published(fit, base, int(row), number)) for number, row in enumerate(chosen)]
    found = []
    for done, answer in enumerate(_mapped(work, tasks, workers), start=1):
        found.append(answer)
        if told:
            told(done, len(tasks), "truths")
    return _ranked(fit.runs.unit[chosen], found)


def _as_published(fit: Fit, base: Likelihood, row: int, number: int) -> Likelihood:
    """The likelihood of one truth: its outputs, with noise of the size of the published errors."""
    means = fit.runs.means[row]
    noise = source(fit.settings.seed, _NOISE, number).standard_normal(len(means)) * np.sqrt(base.variance)
    there = np.isfinite(means)
    values = np.where(there, means + noise, 0.0)
    # The outputs of the point hold the chance of its few seeds, which published values do not.
    return replace(base, values=values, variance=np.where(there, base.variance + fit.runs.chance, _UNKNOWN))


def _recovered(fit: Fit, effort: Effort, task: tuple[int, Likelihood]) -> tuple[Array, float]:
    number, likelihood = task
    drawn = resampled(fit, likelihood, _CHAIN + number, RANKED, effort)
    return drawn.draws, drawn.r_hat


def _mapped(
    work: Callable[[tuple[int, Likelihood]], tuple[Array, float]], tasks: list[tuple[int, Likelihood]], workers: int
) -> Iterator[tuple[Array, float]]:
    if workers == 1:
        yield from map(work, tasks)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as executor:
        yield from executor.map(work, tasks)


def _ranked(truths: Array, found: list[tuple[Array, float]]) -> Recovery:
    draws = np.stack([one for one, _ in found])
    below = (draws < truths[:, None, :]).sum(axis=1).astype(float)
    inside = [_inside(draws, truths, share) for share in (0.5, 0.9)]
    return Recovery(
        below, inside[0], inside[1], np.stack([contraction(one) for one in draws]), np.array([r for _, r in found])
    )


def _inside(draws: Array, truths: Array, share: float) -> Array:
    low, high = np.quantile(draws, [(1.0 - share) / 2.0, (1.0 + share) / 2.0], axis=1)
    return ((truths >= low) & (truths <= high)).astype(float)
