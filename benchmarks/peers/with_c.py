"""The reference model in C, ``gcc -O3 -march=native -ffast-math``."""

from __future__ import annotations

import ctypes

import numpy as np

from benchmarks.gcc import FAST, library
from benchmarks.peers.population import people

_REAL = ("pressure", "means", "stress", "home", "ability", "skill", "wellbeing", "health", "social", "climate")
_WHOLE = ("household", "school", "age0")


class Model:
    """``step()`` is a month."""

    def __init__(self, children: int) -> None:
        p = self.p = people(children)
        self.month = 0
        self._sums = [np.zeros(len(p.climate)) for _ in range(2)]
        real = [getattr(p, name).ctypes.data for name in _REAL] + [array.ctypes.data for array in self._sums]
        whole = [getattr(p, name).ctypes.data for name in _WHOLE]
        self._columns = (ctypes.c_void_p * len(real))(*real), (ctypes.c_void_p * len(whole))(*whole)
        self._sizes = [ctypes.c_int64(n) for n in (children, len(p.stress), len(p.climate))]
        self._advance = library("peers", FAST).month_of_all

    def step(self) -> None:
        self._advance(ctypes.c_int64(self.month), *self._sizes, *self._columns)
        self.month += 1

    def means(self) -> list[float]:
        """Mean skill, wellbeing, health and social of children."""
        return [float(getattr(self.p, name).mean()) for name in _REAL[5:9]]
