"""The reference model in numpy: whole columns at a time, addressed chance as in zonesim's own kernel."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmarks.peers.population import AGES, PACES, SCHOOL_AGE, SECONDARY_AGE, Reals, people

Bits = npt.NDArray[np.uint64]
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_CHILD, _HOUSEHOLD = 1, 2


def _mix(z: Bits) -> Bits:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def bits(rows: int, stream: int, month: int) -> Bits:
    """64 random bits for each row of a kind in a month."""
    with np.errstate(over="ignore"):
        where = _mix(np.array([stream * 4096 + month], dtype=np.uint64) * GOLDEN)
        return _mix((np.arange(rows, dtype=np.uint64) ^ where) + GOLDEN)


def lane(found: Bits, at: int) -> Reals:
    """Uniform of 16 bits: lane 0 or 1."""
    return ((found >> np.uint64(16 * at)) & np.uint64(0xFFFF)).astype(np.float64) * 2.0**-16


def high(found: Bits) -> Reals:
    """Uniform of the 31 high bits."""
    return (found >> np.uint64(33)).astype(np.float64) * 2.0**-31


def sig(x: Reals) -> Reals:
    """Logistic."""
    return 1.0 / (1.0 + np.exp(-x))


def held(x: Reals) -> Reals:
    """Within 0 and 1."""
    return np.minimum(np.maximum(x, 0.0), 1.0)


class Model:
    """``step()`` is a month."""

    def __init__(self, children: int) -> None:
        self.p, self.month = people(children), 0

    def step(self) -> None:
        p, month = self.p, self.month
        u = lane(bits(len(p.stress), _HOUSEHOLD, month), 0)
        p.stress += 0.10 * (sig(1.6 * p.pressure - 1.1 * p.home - 0.2) - p.stress) + 0.02 * (u - 0.5)
        p.stress = held(p.stress)
        p.home = held(p.home + 0.05 * (sig(1.2 * p.means - 1.4 * p.stress + 0.4) - p.home))
        drawn = bits(p.children, _CHILD, month)
        stress, home, climate = p.stress[p.household], p.home[p.household], p.climate[p.school]
        age = (p.age0 + month) % AGES
        pace = np.where(age < SCHOOL_AGE, PACES[0], np.where(age < SECONDARY_AGE, PACES[1], PACES[2]))
        target = sig(p.ability + 1.5 * home + 0.8 * climate - 1.2 * stress - 0.6)
        p.skill = held(p.skill + pace * (target - p.skill) + 0.01 * (lane(drawn, 0) - 0.5))
        target = sig(2.4 * home - 3.0 * stress + 1.6 * climate - 0.6)
        p.wellbeing = held(p.wellbeing + 0.15 * (target - p.wellbeing) + 0.02 * (lane(drawn, 1) - 0.5))
        chance = 1.0 - np.exp(-np.exp(1.5 * stress - p.wellbeing - 3.2))
        p.health = held(np.where(high(drawn) < chance, p.health - 0.1, p.health + 0.01 * (1.0 - p.health)))
        p.social = held(p.social + 0.05 * (sig(2.0 * p.skill + p.wellbeing - 1.5) - p.social))
        schools = len(p.climate)
        count = np.maximum(np.bincount(p.school, minlength=schools), 1)
        p.climate += 0.1 * (np.bincount(p.school, weights=p.skill, minlength=schools) / count - p.climate)
        self.month += 1

    def means(self) -> list[float]:
        """Mean skill, wellbeing, health and social of children."""
        return [float(x.mean()) for x in (self.p.skill, self.p.wellbeing, self.p.health, self.p.social)]
