"""Polynomial features of a point: linear, quadratic and products of two, orthonormal over the prior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.problem import Array

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Features:
    """Legendre polynomials of each parameter up to degree 2, then the products of ``pairs`` (pairs x 2).

    With points evenly spread over the unit cube every column has mean 0 and variance 1 and no two are
    correlated, so that a squared coefficient is a share of variance.
    """

    parameters: int
    pairs: Integers

    def of(self, unit: Array) -> Array:
        """Columns: linear, quadratic, products; points x (2 parameters + pairs)."""
        x = 2.0 * unit - 1.0
        linear = np.sqrt(3.0) * x
        quadratic = np.sqrt(5.0) * (1.5 * x * x - 0.5)
        return np.hstack([linear, quadratic, linear[:, self.pairs[:, 0]] * linear[:, self.pairs[:, 1]]])

    def columns_of(self, pairs: Integers) -> Integers:
        """Columns of products, by pair; each must be one of ``self.pairs``."""
        place = {(int(a), int(b)): index for index, (a, b) in enumerate(self.pairs)}
        return np.array([2 * self.parameters + place[int(a), int(b)] for a, b in pairs], dtype=np.int64)


def pairs_among(parameters: Integers) -> Integers:
    """All pairs of some parameters, each in ascending order: pairs x 2."""
    ordered = np.sort(parameters)
    first, second = np.triu_indices(len(ordered), 1)
    return np.stack([ordered[first], ordered[second]], axis=1).astype(np.int64)
