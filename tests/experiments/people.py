"""A few hundred made-up people in place of a simulation, and targets about them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.inputs.targets import Target
from sim.outcomes.groups import MEMBERSHIPS
from sim.outcomes.measures import MEASURES
from sim.parameters import Register

NAN = float("nan")
TARGET: dict[str, Any] = {
    "id": "made_up", "name": "Made up", "domain": "education", "value": 0.0, "unit": "sd", "se": 0.1,
    "tolerance_basis": "made up", "year": 2025, "role": "calibrate", "source": "a test",
}  # fmt: skip


def target(measure: str | None = "attendance", statistic: str = "mean", **keys: Any) -> Target:
    """A target with what matters to a test; ``with_`` stands for ``with``."""
    if "with_" in keys:
        keys["with"] = keys.pop("with_")
    return Target(**TARGET | {"measure": measure, "statistic": statistic} | keys)


class People:
    """Made-up children and families: the seam of ``sim.experiments.samples.Sample``."""

    def __init__(self, children: int = 400, seed: int = 1, place: str = "england", shift: float = 0.0) -> None:
        luck = random.Random(f"{place} {seed}")
        self.place, self.seed = place, seed
        self.ages = np.array([luck.randrange(0, 19) for _ in range(children)])
        girl = [luck.random() < 0.5 for _ in range(children)]
        poor = [luck.random() < 0.3 for _ in range(children)]
        self._schools = {
            "primary": np.array([luck.randrange(6) if 5 <= age <= 11 else -1 for age in self.ages]),
            "secondary": np.array([10 + luck.randrange(3) if age >= 12 else -1 for age in self.ages]),
        }
        lift = [0.5 * (s % 3) for s in np.maximum(self._schools["primary"], self._schools["secondary"])]
        ability = [luck.gauss(shift - 0.6 * p + up, 1.0) for p, up in zip(poor, lift, strict=True)]
        present = [min(1.0, luck.gauss(0.93 - 0.03 * p, 0.04)) for p in poor]

        def tested(values: list[float], noise: float, first: int, last: int = 18) -> list[float]:
            known = [first <= age <= last for age in self.ages]
            return [v + luck.gauss(0, noise) if has else NAN for v, has in zip(values, known, strict=True)]

        self._values = {
            "attendance": tested(present, 0.0, 5, 16),
            "attainment": ability,
            "score_11": tested(ability, 0.4, 11),
            "score_5": tested(ability, 0.6, 5),
            "score_16": tested([0.8 * a for a in ability], 0.6, 16),
            "fsm": [float(p) for p in poor],
            "sdq_high": [float(luck.random() < 0.1 + 0.15 * p) for p in poor],
            "sdq_mean": [float(round(luck.gauss(8 + 2 * p, 4))) for p in poor],
            "lone_parent": [float(luck.random() < 0.25) for _ in range(children // 2)],
            "distress_high": [float(luck.random() < 0.2) for _ in range(children // 2)],
        }  # fmt: skip
        # What a second measure is read from: these people keep their scores whatever their age.
        self._values |= {f"earlier_{name}": self._values[name] for name in ("score_5", "score_11")}
        self._groups = {
            "all": [True] * children, "girls": girl, "boys": [not g for g in girl], "fsm": poor,
            "non_fsm": [not p for p in poor], "ehcp": [n < 9 for n in range(children)],
        }  # fmt: skip
        self._family_groups = {"all": [True] * (children // 2), "couple": [n % 3 == 0 for n in range(children // 2)]}

    def values(self, measure: str) -> Any:
        return np.array(self._values[measure])

    def members(self, group: str, table: str = "children") -> Any:
        known = self._groups if table == "children" else self._family_groups
        return np.all([known[one] for one in group.split("+")], axis=0)

    def school(self, phase: str) -> Any:
        return self._schools[phase]

    def rows(self, group: str, *measures: str, ages: tuple[int, int] | None = None) -> list[tuple[float, ...]]:
        """Plain tuples: the measures of everybody who counts, then the school of either phase."""
        found = []
        for n in range(len(self.ages)):
            values = tuple(self._values[m][n] for m in measures)
            old = ages is None or ages[0] <= self.ages[n] <= ages[1]
            if old and all(self._groups[g][n] for g in group.split("+")) and all(v == v for v in values):
                found.append((*values, max(self._schools["primary"][n], self._schools["secondary"][n])))
        return found


def made_samples(place: str, register: Register, seeds: Sequence[int], threads: int) -> list[People]:
    """In place of ``samples_of``: what the parameters move is attainment, by ``children.attainment_noise``."""
    return [People(seed=seed, place=place, shift=register.parameters.children.attainment_noise) for seed in seeds]


assert set(People(20)._values) <= set(MEASURES), "made-up people have measures of the model"
assert set(People(20)._groups) <= set(MEMBERSHIPS), "and its groups"
