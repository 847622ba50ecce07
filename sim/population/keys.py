"""Kinds of keys, standard normal draws addressed by key, and the shapes of arrays of the first day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from sim import draws

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Keys = npt.NDArray[np.uint64]
Whole = npt.NDArray[np.int32]
HOUSEHOLD_KIND, DONOR_KIND, CHILD_KIND, SCHOOL_KIND = 1, 2, 3, 4


def normal(seed: int, stream: int, attribute: int, keys: Keys) -> Reals:
    """Standard normal by inverse distribution, addressed by attribute."""
    return ndtri(draws.uniforms(seed, stream, attribute, keys) * (1 - 2**-31) + 2**-32)
