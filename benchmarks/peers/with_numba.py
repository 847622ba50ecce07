"""The reference model written the way zonesim's kernel is: blocks of rows, short loops, a polynomial exponential."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.population import AGES, PACES, SCHOOL_AGE, SECONDARY_AGE, Reals, Wholes, people
from sim._jit import jit
from sim.draws import mix, uniform
from sim.kernel.chunks import BLOCK
from sim.numerics import clip, exp, logistic

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_LOW, _LANE = np.uint64(0xFFFF), np.uint64(16)
_UNIT = 2.0**-16
_CHILD, _HOUSEHOLD = 1, 2
_EARLY, _MIDDLE, _LATE = PACES
_PRESSURE, _MEANS, _STRESS, _HOME = range(4)
_ABILITY, _SKILL, _WELLBEING, _HEALTH, _SOCIAL = range(5)
_W_STRESS, _W_HOME, _W_CLIMATE, _W_PACE, _W_U0, _W_U1, _W_U2, _W_CHANCE, _W_ROWS = range(5, 14)


@jit
def _where(stream: int, month: int) -> np.uint64:
    return mix(np.uint64(stream * 4096 + month) * _GOLDEN)


@jit
def homes_month(month: int, homes: Reals) -> None:
    """A month of households: ``homes`` is (pressure, means, stress, home) x rows."""
    n, where = homes.shape[1], _where(_HOUSEHOLD, month)
    w = np.empty((5, BLOCK))
    for start in range(0, n, BLOCK):
        size = min(BLOCK, n - start)
        for k in range(4):
            for j in range(size):
                w[k, j] = homes[k, start + j]
        for j in range(size):
            b = mix((np.uint64(start + j) ^ where) + _GOLDEN)
            w[4, j] = np.float64(np.int32(b & _LOW)) * _UNIT
        for j in range(size):
            target = logistic(1.6 * w[_PRESSURE, j] - 1.1 * w[_HOME, j] - 0.2)
            moved = w[_STRESS, j] + (0.10 * (target - w[_STRESS, j]) + 0.02 * (w[4, j] - 0.5))
            w[_STRESS, j] = clip(moved, 0.0, 1.0)
        for j in range(size):
            target = logistic(1.2 * w[_MEANS, j] - 1.4 * w[_STRESS, j] + 0.4)
            w[_HOME, j] = clip(w[_HOME, j] + 0.05 * (target - w[_HOME, j]), 0.0, 1.0)
        for k in range(_STRESS, 4):
            for j in range(size):
                homes[k, start + j] = w[k, j]


@jit
def children_month(
    month: int, kids: Reals, household: Wholes, school: Wholes, age0: Wholes, homes: Reals, climate: Reals,
    total: Reals, count: Reals,
) -> None:  # fmt: skip
    """A month of children: ``kids`` is (ability, skill, wellbeing, health, social) x rows; sums by school."""
    n, where = kids.shape[1], _where(_CHILD, month)
    w = np.empty((_W_ROWS, BLOCK))
    for start in range(0, n, BLOCK):
        size = min(BLOCK, n - start)
        for k in range(5):
            for j in range(size):
                w[k, j] = kids[k, start + j]
        for j in range(size):
            row = np.uint64(household[start + j])
            w[_W_STRESS, j] = homes[_STRESS, row]
            w[_W_HOME, j] = homes[_HOME, row]
            w[_W_CLIMATE, j] = climate[np.uint64(school[start + j])]
        for j in range(size):
            age = (age0[start + j] + month) % AGES
            late = _MIDDLE if age < SECONDARY_AGE else _LATE
            w[_W_PACE, j] = _EARLY if age < SCHOOL_AGE else late
        for j in range(size):
            b = mix((np.uint64(start + j) ^ where) + _GOLDEN)
            w[_W_U0, j] = np.float64(np.int32(b & _LOW)) * _UNIT
            w[_W_U1, j] = np.float64(np.int32((b >> _LANE) & _LOW)) * _UNIT
            w[_W_U2, j] = uniform(b)
        for j in range(size):
            target = logistic(
                w[_ABILITY, j] + 1.5 * w[_W_HOME, j] + 0.8 * w[_W_CLIMATE, j] - 1.2 * w[_W_STRESS, j] - 0.6
            )
            moved = w[_SKILL, j] + w[_W_PACE, j] * (target - w[_SKILL, j]) + 0.01 * (w[_W_U0, j] - 0.5)
            w[_SKILL, j] = clip(moved, 0.0, 1.0)
        for j in range(size):
            target = logistic(2.4 * w[_W_HOME, j] - 3.0 * w[_W_STRESS, j] + 1.6 * w[_W_CLIMATE, j] - 0.6)
            moved = w[_WELLBEING, j] + 0.15 * (target - w[_WELLBEING, j]) + 0.02 * (w[_W_U1, j] - 0.5)
            w[_WELLBEING, j] = clip(moved, 0.0, 1.0)
        for j in range(size):
            w[_W_CHANCE, j] = 1.0 - exp(-exp(1.5 * w[_W_STRESS, j] - w[_WELLBEING, j] - 3.2))
        for j in range(size):
            worse, better = w[_HEALTH, j] - 0.1, w[_HEALTH, j] + 0.01 * (1.0 - w[_HEALTH, j])
            w[_HEALTH, j] = clip(worse if w[_W_U2, j] < w[_W_CHANCE, j] else better, 0.0, 1.0)
        for j in range(size):
            target = logistic(2.0 * w[_SKILL, j] + w[_WELLBEING, j] - 1.5)
            w[_SOCIAL, j] = clip(w[_SOCIAL, j] + 0.05 * (target - w[_SOCIAL, j]), 0.0, 1.0)
        for k in range(_SKILL, 5):
            for j in range(size):
                kids[k, start + j] = w[k, j]
        for j in range(size):
            row = np.uint64(school[start + j])
            total[row] += w[_SKILL, j]
            count[row] += 1.0


class Model:
    """``step()`` is a month."""

    def __init__(self, children: int) -> None:
        p = people(children)
        self.homes = np.stack([p.pressure, p.means, p.stress, p.home])
        self.kids = np.stack([p.ability, p.skill, p.wellbeing, p.health, p.social])
        self.p, self.month = p, 0
        self.total, self.count = np.zeros(len(p.climate)), np.zeros(len(p.climate))

    def step(self) -> None:
        p = self.p
        homes_month(self.month, self.homes)
        self.total[:] = self.count[:] = 0.0
        children_month(
            self.month, self.kids, p.household, p.school, p.age0, self.homes, p.climate, self.total, self.count
        )
        p.climate += 0.1 * (self.total / np.maximum(self.count, 1.0) - p.climate)
        self.month += 1

    def means(self) -> list[float]:
        """Mean skill, wellbeing, health and social of children."""
        return [float(row.mean()) for row in self.kids[1:]]
