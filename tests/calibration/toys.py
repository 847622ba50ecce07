"""Problems whose answer is known, small enough to be fitted in seconds."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from calibration.fit import fit
from calibration.posterior import Effort
from calibration.problem import Goal, Prior, Problem
from calibration.store import Settings

SMALL = Settings(waves=2, points=80, seeds=2, draws=60, seed=3)
SHORT = Effort(block=400, most=2000)

#: Truth in the unit cube; outputs do not depend on the last parameter.
TRUTH = np.array([0.3, 0.7, 0.45, 0.6, 0.25, 0.8, 0.5, 0.4])
NOISE = 0.05


def priors(count: int) -> tuple[Prior, ...]:
    """Parameters toy.p00, ... between -1 and 1."""
    return tuple(Prior(name=f"toy.p{i:02d}", low=-1.0, high=1.0, reason="toy", source="toy") for i in range(count))


def expected(x: np.ndarray) -> np.ndarray:
    """Twelve outputs of seven parameters between -1 and 1, gently curved, one with a product."""
    a = x[:7]
    single = a + 0.3 * a**2
    pairs = [a[0] * a[1] + a[2], np.tanh(2 * a[3]) + a[4], a[5] - a[6], a[0] + a[6], a[1] - 0.5 * a[3]]
    return np.concatenate([single, pairs])


def simulate(values, seeds):
    """Expected outputs and noise by seed; the same seed gives the same noise."""
    x = np.array([values[name] for name in sorted(values)])
    return np.stack([expected(x) + NOISE * np.random.default_rng(seed).standard_normal(12) for seed in seeds])


def slowly(values, seeds):
    """``simulate`` with time to be killed in."""
    time.sleep(0.02)
    return simulate(values, seeds)


def sometimes_missing(values, seeds):
    """The first output is often missing, the second once in a while."""
    outputs = simulate(values, seeds)
    outputs[:, 0] = np.where(values["toy.p00"] > 0.5, np.nan, outputs[:, 0])
    outputs[:, 1] = np.where(values["toy.p07"] > 0.97, np.nan, outputs[:, 1])
    return outputs


def toy(simulator=simulate, se=0.05) -> Problem:
    """Eight parameters, twelve goals met at ``TRUTH``."""
    values = expected(2 * TRUTH - 1)
    goals = tuple(Goal(f"g{i:02d}", float(value), se) for i, value in enumerate(values))
    return Problem(priors(8), goals, simulator, model="toy 1")


def england_problem() -> Problem:
    """What the command line finds in place of England."""
    return toy()


def main(folder: str, how: str) -> None:
    """Fit the slow toy in a process of its own."""
    fit(toy(slowly), Path(folder), SMALL, resume=how == "resume", workers=1, effort=SHORT)


if __name__ == "__main__":
    main(*sys.argv[1:])
