"""How far a fit can be believed: what the targets inform, and what the answers hang on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.design import source
from calibration.emulate import Emulator
from calibration.fit import resampled
from calibration.posterior import MANY, Effort, Likelihood
from calibration.problem import Array, Goal
from calibration.store import Fit

#: Variance of a uniform prior on the unit interval.
PRIOR_VARIANCE = 1.0 / 12.0

#: Contraction below which a parameter is not informed, and above which it is well informed.
NOT_INFORMED, WELL_INFORMED = 0.1, 0.5

#: Step of the numerical derivatives, share of the prior's range.
_STEP = 1e-3

#: Purposes of the chains of this file, far from the numbers of waves, and of the shuffles that show what chance does.
_TOLERANCE, _SHUFFLE, _SHUFFLES = 101, 102, 200


def contraction(draws: Array) -> Array:
    """1 - posterior variance / prior variance, by parameter of draws in the unit cube; 0 = nothing learnt."""
    return 1.0 - draws.var(axis=0, ddof=1) / PRIOR_VARIANCE


@dataclass(frozen=True)
class Identifiability:
    """What the targets inform.

    ``contraction`` by parameter; ``eigenvalues`` (falling) and ``directions`` (columns) of the Fisher information
    in SD of the prior: an eigenvalue below 1 is a direction of which the prior says more than the targets;
    ``informed_by``: for each parameter the goals that speak of it most, with their share of its information.
    """

    names: tuple[str, ...]
    contraction: Array
    eigenvalues: Array
    directions: Array
    informed_by: tuple[tuple[tuple[str, float], ...], ...]


def identifiability(fit: Fit, emulator: Emulator, most: int = 3) -> Identifiability:
    """Contraction of the posterior, and Fisher information at its mean."""
    likelihood = Likelihood.of(emulator, fit.goals)
    centre = np.clip(fit.draws.mean(axis=0), _STEP, 1.0 - _STEP)
    steps = _STEP * np.eye(len(centre))
    slopes = (likelihood.misfit(centre + steps) - likelihood.misfit(centre - steps)) / (2.0 * _STEP)
    slopes = slopes.T * np.sqrt(PRIOR_VARIANCE)
    values, directions = np.linalg.eigh(slopes.T @ slopes)
    information = slopes**2
    share = information / np.maximum(information.sum(axis=0), 1e-300)
    informed_by = []
    for parameter in range(len(centre)):
        order = np.argsort(-share[:, parameter], kind="stable")[:most]
        informed_by.append(tuple((fit.goals[goal].id, float(share[goal, parameter])) for goal in order))
    return Identifiability(fit.names, contraction(fit.draws), values[::-1], directions[:, ::-1], tuple(informed_by))


def in_words(found: Identifiability) -> list[str]:
    """Sentences: which parameters the targets do not inform, which a little, and how many directions count."""
    groups = (
        ("The targets say nothing of", found.contraction < NOT_INFORMED),
        ("They say a little of", (found.contraction >= NOT_INFORMED) & (found.contraction < WELL_INFORMED)),
        ("They inform well", found.contraction >= WELL_INFORMED),
    )
    told = []
    for words, chosen in groups:
        names = [name for name, here in zip(found.names, chosen, strict=True) if here]
        told.append(
            f"{words} {len(names)} of {len(found.names)} parameters" + (f": {', '.join(names)}." if names else ".")
        )
    known = int((found.eigenvalues > 1.0).sum())
    told.append(
        f"Taken together, {known} of {len(found.names)} directions (combinations of parameters) are known better from "
        "the targets than from the priors."
    )
    return told


def direction_in_words(found: Identifiability, number: int, most: int = 4) -> str:
    """The largest parts of one direction, such as ``+0.71 a -0.69 b``."""
    parts = found.directions[:, number] * np.sign(
        found.directions[np.argmax(np.abs(found.directions[:, number])), number]
    )
    order = np.argsort(-np.abs(parts), kind="stable")[:most]
    return " ".join(f"{parts[index]:+.2f} {found.names[index]}" for index in order)


# --- tolerances ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ToleranceCheck:
    """The posterior with every standard error times ``factor``.

    By parameter: ``shift`` of the mean in SDs of the posterior as it stands, and ``spread``, its SD relative to
    that one's.
    """

    factor: float
    shift: Array
    spread: Array
    r_hat: float


def tolerance_checks(
    fit: Fit, emulator: Emulator, factors: Sequence[float] = (0.5, 2.0), effort: Effort | None = None
) -> tuple[ToleranceCheck, ...]:
    """How the posterior moves if the published tolerances are taken for smaller or larger."""
    mean, sd = fit.draws.mean(axis=0), fit.draws.std(axis=0, ddof=1)
    checks = []
    for number, factor in enumerate(factors):
        likelihood = Likelihood.of(emulator, fit.goals, factor)
        drawn = resampled(fit, likelihood, _TOLERANCE + number, fit.settings.draws, effort or MANY)
        shift = (drawn.draws.mean(axis=0) - mean) / sd
        checks.append(ToleranceCheck(factor, shift, drawn.draws.std(axis=0, ddof=1) / sd, drawn.r_hat))
    return tuple(checks)


# --- what came out -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Predicted:
    """One goal beside what the fitted model gives: mean, 5th and 95th percentile over draws, and z."""

    id: str
    value: float
    mean: float
    low: float
    high: float
    z: float


def predictive_table(goals: Sequence[Goal], outputs: Array, chance: Array | float = 0.0) -> tuple[Predicted, ...]:
    """Posterior predictive check of ``outputs`` (draws x goals, seed means of the real model or emulated).

    z = (mean - value) / sqrt(se^2 + discrepancy^2 + variance over draws + ``chance``), ``chance`` being the
    variance of the mean that is due to seeds.
    """
    rows = []
    noise = np.broadcast_to(chance, (len(goals),))
    for column, goal in enumerate(goals):
        values = outputs[:, column][np.isfinite(outputs[:, column])]
        low, high = np.percentile(values, [5.0, 95.0])
        variance = goal.se**2 + goal.discrepancy**2 + values.var(ddof=1) + noise[column]
        z = (values.mean() - goal.value) / np.sqrt(variance)
        rows.append(Predicted(goal.id, goal.value, float(values.mean()), float(low), float(high), float(z)))
    return tuple(rows)


@dataclass(frozen=True)
class Sensitivity:
    """Share of the variance of each output that goes with each number drawn on its own (outputs x names).

    ``chance``: the largest mean share over outputs that any name shows in 95 of 100 shuffles of the draws.
    """

    names: tuple[str, ...]
    shares: Array
    chance: float

    def most_important(self, count: int = 5) -> tuple[tuple[str, float], ...]:
        """Names by their mean share over outputs."""
        share = self.shares.mean(axis=0)
        order = np.argsort(-share, kind="stable")[:count]
        return tuple((self.names[index], float(share[index])) for index in order)


def sensitivity(names: Sequence[str], draws: Array, outputs: Array) -> Sensitivity:
    """Which numbers the differences between draws go with, by squared correlation.

    ``draws`` (draws x names, any units) and ``outputs`` (draws x outputs). Each number is looked at alone: a regression
    on all of them at once cannot tell apart those that the posterior ties together when draws are few. Numbers that are
    tied share their part, so the shares may add up to more than 1.
    """
    x, y = _standardised(draws), _standardised(outputs)
    luck = source(0, _SHUFFLE)
    shuffled = [_squared(x, luck.permutation(y)).mean(axis=0).max() for _ in range(_SHUFFLES)]
    return Sensitivity(tuple(names), _squared(x, y), float(np.percentile(shuffled, 95.0)))


def _squared(x: Array, y: Array) -> Array:
    """Squared correlations of standardised columns: columns of ``y`` x columns of ``x``."""
    return ((y.T @ x) / len(x)) ** 2


def _standardised(values: Array) -> Array:
    spread = values.std(axis=0)
    return (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
