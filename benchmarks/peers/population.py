"""The first day of the reference model, the same for every framework; numpy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]
Wholes = npt.NDArray[np.int32]
#: Ages in months from which the pace of learning changes, and the ages there are.
SCHOOL_AGE, SECONDARY_AGE, AGES = 60, 132, 216
PACES = (0.030, 0.020, 0.012)
_CHILDREN_A_SCHOOL = 200


@dataclass
class People:
    """Columns: households x 4, children x 4 and what is fixed of them, schools. Rows of children by household."""

    pressure: Reals
    means: Reals
    stress: Reals
    home: Reals
    ability: Reals
    household: Wholes
    school: Wholes
    age0: Wholes
    skill: Reals
    wellbeing: Reals
    health: Reals
    social: Reals
    climate: Reals

    @property
    def children(self) -> int:
        """Number of children."""
        return len(self.skill)


def people(children: int, seed: int = 1) -> People:
    """A first day: levels spread evenly, chance from ``seed``."""
    rng = np.random.default_rng(seed)
    homes, schools = max(1, 3 * children // 5), max(1, children // _CHILDREN_A_SCHOOL)
    household = np.sort(rng.integers(0, homes, children)).astype(np.int32)
    levels = [rng.uniform(0.2, 0.8, homes) for _ in range(2)]
    return People(
        rng.uniform(-1.0, 1.0, homes), rng.uniform(-1.0, 1.0, homes), *levels,
        rng.uniform(-1.0, 1.0, children), household, rng.integers(0, schools, children).astype(np.int32),
        rng.integers(0, AGES, children).astype(np.int32), *(rng.uniform(0.2, 0.8, children) for _ in range(4)),
        np.full(schools, 0.5),
    )  # fmt: skip
