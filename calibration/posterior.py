"""The posterior on the emulators: likelihood, best point, and draws by an affine-invariant ensemble.

A parameter u, uniform on the unit interval, is sampled as z with u = Phi(z): then the prior is standard normal, there
are no walls to run into, and in 60 dimensions moves are still accepted.
References: Goodman & Weare 2010 (CAMCoS 5); ter Braak & Vrugt 2008 (Statistics and Computing 18); Foreman-Mackey et
al. 2013 (PASP 125); Gelman et al., Bayesian Data Analysis, 3rd ed., 11.4 (R-hat).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import emcee
import numpy as np
from scipy.optimize import least_squares
from scipy.special import ndtr, ndtri
from threadpoolctl import threadpool_limits

from calibration.emulate import Emulator
from calibration.problem import Array, Goal

#: Step of the numerical derivatives, in SD of the prior.
_STEP = 1e-3

#: Coordinates farther out are as good as the end of the range.
_FARTHEST = 5.0

#: Share of steps at the start of a chain that are thrown away.
BURN_IN = 1 / 3

#: One step in so many is kept: neighbours say the same, and a long chain must fit into memory.
THIN = 10

#: Independent draws wanted for each draw that is kept.
ESS_PER_DRAW = 4

#: Largest R-hat at which walkers are taken to have seen the same.
MOST_R_HAT = 1.05


@dataclass(frozen=True)
class Effort:
    """How long to sample: blocks of ``block`` steps (tens) until R-hat and ESS suffice, at most ``most`` steps."""

    block: int = 2000
    most: int = 40000


#: For checks that need many chains and look at all of them together.
MANY = Effort(block=2000, most=6000)

#: For the design of the next wave, where the neighbourhood of the posterior is enough.
ROUGH = Effort(block=600, most=600)

#: To see that everything works.
QUICK = Effort(block=300, most=1200)


@dataclass(frozen=True)
class Likelihood:
    """Gaussian, by goal, with variance = ``variance`` (of the published value) + variance of the emulator."""

    emulator: Emulator
    values: Array
    variance: Array

    @classmethod
    def of(cls, emulator: Emulator, goals: Sequence[Goal], tolerance: float = 1.0) -> Likelihood:
        """Published values with (se x ``tolerance``)^2 + discrepancy^2."""
        values = np.array([goal.value for goal in goals])
        variance = np.array([(goal.se * tolerance) ** 2 + goal.discrepancy**2 for goal in goals])
        return cls(emulator, values, variance)

    def misfit(self, unit: Array) -> Array:
        """Standardised misfit (emulated - published) / SD, points x goals."""
        mean, variance = self.emulator.predict(unit)
        return (mean - self.values) / np.sqrt(variance + self.variance)

    def log_posterior(self, z: Array) -> Array:
        """Log posterior density up to a constant, by point (points x parameters, in SD of the prior)."""
        mean, variance = self.emulator.predict(ndtr(z))
        total = variance + self.variance
        inner = ((mean - self.values) ** 2 / total + np.log(total)).sum(axis=1)
        return -0.5 * (inner + (z * z).sum(axis=1))

    def residuals(self, z: Array) -> Array:
        """What ``best_point`` makes small: misfits and the distance from the middle of the prior."""
        z = np.atleast_2d(z)
        return np.hstack([self.misfit(ndtr(z)), z])

    def slopes(self, z: Array) -> Array:
        """Derivative of the residuals at one point: (goals + parameters) x parameters, by central differences."""
        steps = _STEP * np.eye(len(z))
        return ((self.residuals(z + steps) - self.residuals(z - steps)) / (2.0 * _STEP)).T


@dataclass(frozen=True)
class Best:
    """The best point (in SD of the prior) and the covariance of the normal posterior around it."""

    z: Array
    covariance: Array
    chi_square: float

    @property
    def unit(self) -> Array:
        return ndtr(self.z)


def best_point(likelihood: Likelihood, starts: Array) -> Best:
    """Best fit by least squares from several starts (starts x parameters, unit cube): a first look."""
    with threadpool_limits(1):
        found: list[tuple[float, Array]] = []
        for start in np.clip(ndtri(starts), -2.0, 2.0):
            answer = least_squares(lambda z: likelihood.residuals(z)[0], start, jac=likelihood.slopes, max_nfev=60)
            end: Array = np.clip(answer.x, -_FARTHEST, _FARTHEST)
            found.append((float(likelihood.log_posterior(end[None])[0]), end))
        z = max(found, key=lambda pair: pair[0])[1]
        slopes = likelihood.slopes(z)
        misfit = likelihood.misfit(ndtr(z)[None])[0]
        covariance = np.linalg.inv(slopes.T @ slopes).astype(np.float64)
        return Best(z, covariance, float((misfit**2).sum()))


@dataclass(frozen=True)
class Sample:
    """Draws of a posterior in the unit cube (draws x parameters) and how good the chain was.

    ``r_hat``: largest over the parameters; ``ess``: smallest effective number of draws.
    """

    draws: Array
    r_hat: float
    ess: float
    steps: int
    acceptance: float

    @property
    def converged(self) -> bool:
        return self.r_hat < MOST_R_HAT


def sample(
    likelihood: Likelihood, best: Best, draws: int, random: np.random.Generator, effort: Effort | None = None
) -> Sample:
    """Draws by an ensemble of walkers that starts around the best point; the same inputs give the same bits."""
    effort = effort or Effort()
    d = len(best.z)
    walkers = max(2 * d + 8, 48)
    start = best.z + random.standard_normal((walkers, d)) @ np.linalg.cholesky(best.covariance).T
    # Differences between walkers as steps: of the ensemble moves the one that tires least in many dimensions.
    moves = [(emcee.moves.DEMove(), 0.9), (emcee.moves.DESnookerMove(), 0.1)]
    sampler = emcee.EnsembleSampler(walkers, d, likelihood.log_posterior, moves=moves, vectorize=True)
    generator = np.random.RandomState(random.integers(2**32))
    state = emcee.State(start, random_state=generator.get_state())
    steps = 0
    with threadpool_limits(1):
        while True:
            state = sampler.run_mcmc(state, effort.block // THIN, thin_by=THIN)
            steps, kept = steps + effort.block, sampler.get_chain()
            chain = kept[int(BURN_IN * len(kept)) :]
            r_hat, ess = float(r_hats(chain).max()), float(effective(chain).min())
            enough = r_hat < MOST_R_HAT and ess >= ESS_PER_DRAW * draws
            if enough or steps >= effort.most:
                break
    flat = chain.reshape(-1, d)
    chosen = np.sort(random.choice(len(flat), draws, replace=len(flat) < draws))
    acceptance = float(np.mean(sampler.acceptance_fraction))
    return Sample(ndtr(flat[chosen]), r_hat, ess, steps, acceptance)


def r_hats(chain: Array) -> Array:
    """Split R-hat by parameter of a chain (steps x walkers x parameters), each walker a chain."""
    half = len(chain) // 2
    parts = np.concatenate([chain[:half], chain[half : 2 * half]], axis=1)
    within = parts.var(axis=0, ddof=1).mean(axis=0)
    between = parts.mean(axis=0).var(axis=0, ddof=1)
    return np.sqrt((half - 1) / half + between / np.maximum(within, 1e-300))


def effective(chain: Array) -> Array:
    """Effective number of draws by parameter of a chain (steps x walkers x parameters)."""
    time = emcee.autocorr.integrated_time(chain, tol=0, quiet=True)
    return chain.shape[0] * chain.shape[1] / np.maximum(time, 1.0)


def implausibility(likelihood: Likelihood, unit: Array, rank: int = 3) -> Array:
    """The ``rank``-th largest standardised misfit of each point: beyond 3 a point is ruled out (history matching)."""
    with threadpool_limits(1):
        misfit = np.sort(np.abs(likelihood.misfit(unit)), axis=1)
    return misfit[:, -min(rank, misfit.shape[1])]
