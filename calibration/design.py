"""Which points are simulated, and with which seeds."""

from __future__ import annotations

import numpy as np
from scipy.stats import qmc

from calibration.problem import Array
from sim.draws import keys

#: Kinds of identity key: one for seeds of simulations, one for the sources of designs, chains and noise.
_SEED_KIND, _SOURCE_KIND = 0x5EED, 0x50CE

#: Seeds stay below this: every reader of a seed takes 31 bits.
_SEEDS = np.uint64(2**31)

#: A later wave is this much wider than the posterior it starts from, so that its edges are inside.
INFLATION = 1.5

#: Standard deviation of what is added to each coordinate, as a share of the prior's range.
JITTER = 0.05


def seeds_of(run_seed: int, wave: int, point: int, replicates: int) -> tuple[int, ...]:
    """Seeds of one design point, by address; no result can choose them.

    Points have seeds of their own, so that an emulator averages chance out instead of learning it.
    """
    found = keys(_SEED_KIND, run_seed, wave, point, np.arange(replicates))
    return tuple(int(seed) for seed in found % _SEEDS)


def source(run_seed: int, *parts: int) -> np.random.Generator:
    """Random numbers of one purpose of a fit, by address."""
    return np.random.default_rng(int(keys(_SOURCE_KIND, run_seed, *parts)[0]))


def first_wave(points: int, parameters: int, random: np.random.Generator) -> Array:
    """Latin hypercube over the whole prior: points x parameters in the unit cube."""
    return qmc.LatinHypercube(parameters, rng=random).random(points)


def next_wave(draws: Array, points: int, random: np.random.Generator) -> Array:
    """Draws of the present posterior (draws x parameters, unit cube), spread wider and kept in the cube."""
    chosen = draws[random.choice(len(draws), points, replace=len(draws) < points)]
    centre = draws.mean(axis=0)
    wide = centre + INFLATION * (chosen - centre) + JITTER * random.standard_normal(chosen.shape)
    return reflected(wide)


def reflected(points: Array) -> Array:
    """Coordinates beyond 0 or 1 folded back, which leaves no heap of points on the walls."""
    folded = np.mod(points, 2.0)
    return np.where(folded > 1.0, 2.0 - folded, folded)
