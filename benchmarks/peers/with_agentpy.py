"""The reference model in AgentPy: lists of agents whose method is called for all of them."""

from __future__ import annotations

import math
from typing import Any

import agentpy

from benchmarks.peers.population import AGES, PACES, SCHOOL_AGE, SECONDARY_AGE, people


def sig(x: float) -> float:
    """Logistic."""
    return 1.0 / (1.0 + math.exp(-x))


def held(x: float) -> float:
    """Within 0 and 1."""
    return min(max(x, 0.0), 1.0)


class School(agentpy.Agent):
    """Its climate, and the skills of its children added up in the month."""

    def setup(self) -> None:
        self.climate, self.total, self.count = 0.5, 0.0, 0

    def month(self) -> None:
        """A month."""
        self.climate += 0.1 * (self.total / max(self.count, 1) - self.climate)
        self.total, self.count = 0.0, 0


class Household(agentpy.Agent):
    """A family."""

    def month(self) -> None:
        """A month."""
        u = self.model.random.random()
        target = sig(1.6 * self.pressure - 1.1 * self.home - 0.2)
        self.stress = held(self.stress + 0.10 * (target - self.stress) + 0.02 * (u - 0.5))
        self.home = held(self.home + 0.05 * (sig(1.2 * self.means - 1.4 * self.stress + 0.4) - self.home))


class Child(agentpy.Agent):
    """A child of a household in a school."""

    def month(self) -> None:
        """A month."""
        draw, at, school = self.model.random.random, self.household, self.school
        age = (self.age0 + self.model.number) % AGES
        pace = PACES[0] if age < SCHOOL_AGE else PACES[1] if age < SECONDARY_AGE else PACES[2]
        target = sig(self.ability + 1.5 * at.home + 0.8 * school.climate - 1.2 * at.stress - 0.6)
        self.skill = held(self.skill + pace * (target - self.skill) + 0.01 * (draw() - 0.5))
        target = sig(2.4 * at.home - 3.0 * at.stress + 1.6 * school.climate - 0.6)
        self.wellbeing = held(self.wellbeing + 0.15 * (target - self.wellbeing) + 0.02 * (draw() - 0.5))
        chance = 1.0 - math.exp(-math.exp(1.5 * at.stress - self.wellbeing - 3.2))
        change = -0.1 if draw() < chance else 0.01 * (1.0 - self.health)
        self.health = held(self.health + change)
        self.social = held(self.social + 0.05 * (sig(2.0 * self.skill + self.wellbeing - 1.5) - self.social))
        school.total += self.skill
        school.count += 1


class _Towns(agentpy.Model):
    """Agents of the first day; ``step`` is a month."""

    def setup(self) -> None:
        p, self.number = people(self.p.children), 0
        self.schools = agentpy.AgentList(self, len(p.climate), School)
        self.homes = _filled(self, Household, pressure=p.pressure, means=p.means, stress=p.stress, home=p.home)
        self.children = _filled(
            self, Child, ability=p.ability, age0=p.age0, skill=p.skill, wellbeing=p.wellbeing, health=p.health,
            social=p.social,
        )  # fmt: skip
        homes, schools = list(self.homes), list(self.schools)
        for child, home, school in zip(self.children, p.household.tolist(), p.school.tolist(), strict=True):
            child.household, child.school = homes[home], schools[school]

    def step(self) -> None:
        self.homes.month()
        self.children.month()
        self.schools.month()
        self.number += 1


def _filled(model: _Towns, kind: type[Any], **columns: Any) -> Any:
    agents = agentpy.AgentList(model, len(next(iter(columns.values()))), kind)
    for agent, row in zip(agents, zip(*(column.tolist() for column in columns.values()), strict=True), strict=True):
        agent.__dict__.update(zip(columns, row, strict=True))
    return agents


class Model:
    """``step()`` is a month."""

    def __init__(self, children: int) -> None:
        self._model = _Towns({"children": children, "seed": 1})
        self._model.sim_setup()
        self.step = self._model.step

    def means(self) -> list[float]:
        """Mean skill, wellbeing, health and social of children."""
        columns = [list(getattr(self._model.children, name)) for name in ("skill", "wellbeing", "health", "social")]
        return [sum(column) / len(column) for column in columns]
