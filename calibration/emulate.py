"""Emulators: what the simulator would answer at a point that was never simulated, and how sure that is.

For each goal a sparse Bayesian regression on polynomials, then one Gaussian process over what is left for all
goals together (one measure of distance, own amplitude and noise). Sharing the distance makes the posterior
affordable: one eigenvalue problem serves all goals, where a process of its own for each would take hours.
References: Kennedy & O'Hagan 2001 (JRSS B 63); Rasmussen & Williams 2006, sections 2.7 and 5.4.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.gaussian_process.kernels import RBF
from sklearn.linear_model import BayesianRidge, RidgeCV
from threadpoolctl import threadpool_limits

from calibration.bank import Runs
from calibration.features import Features, Integers, pairs_among
from calibration.problem import Array

#: Parameters of which products of two are tried, for each goal.
INTERACTING = 8

#: Weight of a parameter that seems to matter nothing, relative to the one that matters most.
LEAST_WEIGHT = 0.05

#: Length scales that are tried, relative to the median distance between points.
LENGTHS = (0.5, 1.0, 2.0)

#: Variances of the process that are tried, relative to the noise; 0 is no process.
RATIOS = np.concatenate([[0.0], np.logspace(-2.0, 2.0, 9)])

#: Parts of the points that are left out in turn.
FOLDS = 5

_ALPHAS = np.logspace(-1.0, 4.0, 11)


@dataclass(frozen=True)
class Polynomial:
    """Regressions of all goals: mean and diagonal variance of the coefficients, features x goals."""

    features: Features
    intercept: Array
    coefficients: Array
    variances: Array

    def predict(self, unit: Array) -> tuple[Array, Array]:
        """Mean and variance of the mean, points x goals."""
        columns = self.features.of(unit)
        return self.intercept + columns @ self.coefficients, (columns * columns) @ self.variances


@dataclass(frozen=True)
class Process:
    """Gaussian process over the residuals of all goals, in the eigenbasis of one kernel matrix.

    ``points``: training points scaled by ``metric``; ``basis``: eigenvectors (points x points);
    ``weights``: points x goals; ``gains``: what each eigenvector takes off the variance, relative to the
    ``amplitude`` (variance by goal).
    """

    metric: Array
    length: float
    points: Array
    basis: Array
    weights: Array
    gains: Array
    amplitude: Array

    def predict(self, unit: Array) -> tuple[Array, Array]:
        """Mean and variance, points x goals."""
        seen = RBF(self.length)(unit * self.metric, self.points) @ self.basis
        variance = self.amplitude * np.maximum(1.0 - (seen * seen) @ self.gains, 0.0)
        return seen @ self.weights, variance


@dataclass(frozen=True)
class Emulator:
    """Emulators of all goals. ``chance``: variance of a training mean due to its seeds, by goal.

    ``lack``: variance that neither predicted doubt nor chance explains, by goal; ``left_out``: mean and variance
    predicted for each training point by emulators fitted without it (points x goals).
    """

    polynomial: Polynomial
    process: Process | None
    lack: Array
    chance: Array
    left_out: tuple[Array, Array]

    def predict(self, unit: Array) -> tuple[Array, Array]:
        """Expected outputs and the variance of that expectation, points x goals; chance is not in it."""
        mean, variance = _predict(self.polynomial, self.process, unit)
        return mean, variance + self.lack


def emulator_of(runs: Runs) -> Emulator:
    """Fit emulators to simulated points; the same points give the same bits.

    Left out in turn, each fifth of the points shows how far the doubt that the emulators state falls short.
    """
    with threadpool_limits(1):
        mean, variance = np.empty_like(runs.means), np.empty_like(runs.means)
        fold = np.arange(len(runs.unit)) % FOLDS
        for number in range(FOLDS):
            held = fold == number
            mean[held], variance[held] = _predict(*_fit(runs.only(~held)), runs.unit[held])
        polynomial, process = _fit(runs)
    there = np.isfinite(runs.means)
    spare = np.where(there, (runs.means - mean) ** 2 - variance, 0.0).sum(axis=0) / there.sum(axis=0)
    lack = np.maximum(spare - runs.chance, 0.0)
    return Emulator(polynomial, process, lack, runs.chance, (mean, variance + lack))


def _fit(runs: Runs) -> tuple[Polynomial, Process | None]:
    polynomial, relevance, left = _polynomial(runs)
    return polynomial, _process(runs, relevance, left)


def _predict(polynomial: Polynomial, process: Process | None, unit: Array) -> tuple[Array, Array]:
    mean, variance = polynomial.predict(unit)
    if process is None:
        return mean, variance
    more, doubt = process.predict(unit)
    return mean + more, variance + doubt


# --- regression ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Fitted:
    """Regression of one goal: columns used, intercept, coefficients with variances, error at each point left out."""

    pairs: Integers
    intercept: float
    coefficients: Array
    variances: Array
    left: Array


def _polynomial(runs: Runs) -> tuple[Polynomial, Array, Array]:
    """Regressions, relevance (goals x parameters), and the error at each point left out (points x goals)."""
    d = runs.unit.shape[1]
    plain = Features(d, np.empty((0, 2), dtype=np.int64)).of(runs.unit)
    goals = range(runs.means.shape[1])
    relevance = np.stack([_relevance(plain, runs.means[:, goal], d) for goal in goals])
    fitted = [_fitted(runs, plain, goal, relevance[goal]) for goal in goals]
    used = np.unique(np.concatenate([one.pairs for one in fitted]), axis=0)
    features = Features(d, used)
    coefficients = np.zeros((2 * d + len(used), len(fitted)))
    variances = np.zeros_like(coefficients)
    for goal, one in enumerate(fitted):
        columns = np.concatenate([np.arange(2 * d), features.columns_of(one.pairs)])
        coefficients[columns, goal], variances[columns, goal] = one.coefficients, one.variances
    polynomial = Polynomial(features, np.array([one.intercept for one in fitted]), coefficients, variances)
    return polynomial, relevance, np.stack([one.left for one in fitted], axis=1)


def _relevance(plain: Array, y: Array, d: int) -> Array:
    """Standard deviation of a goal over the prior that goes with each parameter alone."""
    there = np.isfinite(y)
    if np.ptp(y[there]) == 0.0:
        return np.zeros(d)
    found = RidgeCV(_ALPHAS).fit(plain[there], y[there] / y[there].std()).coef_ * y[there].std()
    return np.hypot(found[:d], found[d:])


def _fitted(runs: Runs, plain: Array, goal: int, relevance: Array) -> _Fitted:
    """Bayesian ridge on features weighted by how much their parameters seem to matter."""
    y = runs.means[:, goal]
    there = np.isfinite(y)
    weight = relevance / max(float(relevance.max()), 1e-300) + LEAST_WEIGHT
    pairs = pairs_among(np.argsort(-relevance, kind="stable")[:INTERACTING])
    products = plain[:, pairs[:, 0]] * plain[:, pairs[:, 1]]
    scale = np.concatenate([weight, weight, weight[pairs[:, 0]] * weight[pairs[:, 1]]])
    columns = np.hstack([plain, products]) * scale
    spread = float(y[there].std()) or 1.0
    model = BayesianRidge().fit(columns[there], (y[there] - y[there].mean()) / spread)
    covariance = model.sigma_ * spread**2
    # Only the diagonal can be afforded at every step of a chain; its level is set to the exact mean.
    exact = np.einsum("ik,kl,il->i", columns, covariance, columns)
    diagonal = np.diag(covariance) * exact.mean() / max(float((columns**2 @ np.diag(covariance)).mean()), 1e-300)
    error = y - y[there].mean() - spread * model.predict(columns)
    # What a point adds to its own prediction (its leverage); the mean takes its share too.
    leverage = np.minimum(exact * model.alpha_ / spread**2 + 1.0 / there.sum(), 0.95)
    return _Fitted(
        pairs,
        float(y[there].mean() + spread * model.intercept_),
        model.coef_ * scale * spread,
        diagonal * scale**2,
        error / (1.0 - leverage),
    )


# --- process ---------------------------------------------------------------------------------------------------


def _process(runs: Runs, relevance: Array, left: Array) -> Process | None:
    """Process over the errors ``left`` (points x goals); ``None`` where they show no pattern in any goal."""
    there = np.isfinite(left)
    scale = np.maximum(np.sqrt(np.where(there, left**2, 0.0).mean(axis=0)), 1e-300)
    y = np.where(there, left / scale, 0.0)
    metric = _metric(relevance)
    points = runs.unit * metric
    lengths = [share * _median_distance(points) for share in LENGTHS]
    bases = [_eigen(RBF(length)(points)) for length in lengths]
    evidence = [_evidence(values, basis.T @ y) for values, basis in bases]
    # One length for all goals: the one under which the errors of all are likeliest.
    best = int(np.argmax([found.max(axis=0).sum() for found in evidence]))
    ratio = RATIOS[np.argmax(evidence[best], axis=0)]
    if not ratio.any():
        return None
    values, basis = bases[best]
    seen = basis.T @ y
    gains = ratio / (values[:, None] * ratio + 1.0)
    noise = (seen**2 / (values[:, None] * ratio + 1.0)).mean(axis=0) * scale**2
    return Process(metric, lengths[best], points, basis, gains * seen * scale, gains, ratio * noise)


def _metric(relevance: Array) -> Array:
    """Scale of each parameter in distances: how much it matters over all goals, the most relevant 1."""
    total = np.maximum((relevance**2).sum(axis=1, keepdims=True), 1e-300)
    share = np.sqrt((relevance**2 / total).mean(axis=0))
    return share / max(float(share.max()), 1e-300) + LEAST_WEIGHT


def _median_distance(points: Array) -> float:
    square = (points**2).sum(axis=1)
    distance = np.sqrt(np.maximum(square[:, None] + square - 2.0 * points @ points.T, 0.0))
    return float(np.median(distance[np.triu_indices(len(points), 1)]))


def _eigen(matrix: Array) -> tuple[Array, Array]:
    values, basis = np.linalg.eigh(matrix)
    return np.maximum(values, 0.0), basis


def _evidence(values: Array, seen: Array) -> Array:
    """Log marginal likelihood (ratios x goals), the noise at its best value for each ratio."""
    n = len(values)
    total = values[:, None] * RATIOS + 1.0
    noise = (1.0 / total).T @ seen**2 / n
    return -0.5 * (n * np.log(np.maximum(noise, 1e-300)) + np.log(total).sum(axis=0)[:, None])


# --- how good they are -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Diagnosis:
    """How emulators did at points they had not seen, by goal.

    ``r2``: share of the variance of simulated means that is predicted; ``rmse`` in the goal's unit;
    ``beyond``: share of points where the error is over three of its standard deviations (chance included).
    """

    r2: Array
    rmse: Array
    beyond: Array
    points: int


def left_one_out(emulator: Emulator, runs: Runs) -> Diagnosis:
    """Diagnosis on the training points, each predicted without itself."""
    return _diagnosis(*emulator.left_out, runs)


def fresh_points(emulator: Emulator, runs: Runs) -> Diagnosis:
    """Diagnosis on points that the emulators were not fitted to."""
    with threadpool_limits(1):
        mean, variance = emulator.predict(runs.unit)
    return _diagnosis(mean, variance, runs)


def _diagnosis(mean: Array, variance: Array, runs: Runs) -> Diagnosis:
    there = np.isfinite(runs.means)
    error = np.where(there, runs.means - mean, np.nan)
    square = np.nanmean(error**2, axis=0)
    spread = np.nanvar(runs.means, axis=0)
    z = np.abs(error) / np.sqrt(np.maximum(variance + runs.chance, 1e-300))
    beyond = np.where(there, z > 3.0, False).sum(axis=0) / there.sum(axis=0)
    r2 = 1.0 - square / np.where(spread > 0, spread, np.inf)
    return Diagnosis(r2, np.sqrt(square), beyond, len(mean))
