"""The reference model as a Mesa tutorial would write it: an object for each agent, plain floats."""

from __future__ import annotations

import math

import mesa

from benchmarks.peers.population import AGES, PACES, SCHOOL_AGE, SECONDARY_AGE, people


def sig(x: float) -> float:
    """Logistic."""
    return 1.0 / (1.0 + math.exp(-x))


def held(x: float) -> float:
    """Within 0 and 1."""
    return min(max(x, 0.0), 1.0)


class School:
    """Its climate, and the skills of its children added up in the month."""

    def __init__(self, climate: float) -> None:
        self.climate, self.total, self.count = climate, 0.0, 0


class Household(mesa.Agent):
    """A family."""

    def __init__(self, model: Model, pressure: float, means: float, stress: float, home: float) -> None:
        super().__init__(model)
        self.pressure, self.means, self.stress, self.home = pressure, means, stress, home

    def step(self) -> None:
        u = self.random.random()
        target = sig(1.6 * self.pressure - 1.1 * self.home - 0.2)
        self.stress = held(self.stress + 0.10 * (target - self.stress) + 0.02 * (u - 0.5))
        self.home = held(self.home + 0.05 * (sig(1.2 * self.means - 1.4 * self.stress + 0.4) - self.home))


class Child(mesa.Agent):
    """A child of a household in a school."""

    def __init__(
        self, model: Model, household: Household, school: School, ability: float, age0: int, levels: tuple[float, ...]
    ) -> None:
        super().__init__(model)
        self.household, self.school, self.ability, self.age0 = household, school, ability, age0
        self.skill, self.wellbeing, self.health, self.social = levels

    def step(self) -> None:
        draw, stress, home, climate = (
            self.random.random,
            self.household.stress,
            self.household.home,
            self.school.climate,
        )
        age = (self.age0 + self.model.month) % AGES
        pace = PACES[0] if age < SCHOOL_AGE else PACES[1] if age < SECONDARY_AGE else PACES[2]
        target = sig(self.ability + 1.5 * home + 0.8 * climate - 1.2 * stress - 0.6)
        self.skill = held(self.skill + pace * (target - self.skill) + 0.01 * (draw() - 0.5))
        target = sig(2.4 * home - 3.0 * stress + 1.6 * climate - 0.6)
        self.wellbeing = held(self.wellbeing + 0.15 * (target - self.wellbeing) + 0.02 * (draw() - 0.5))
        chance = 1.0 - math.exp(-math.exp(1.5 * stress - self.wellbeing - 3.2))
        change = -0.1 if draw() < chance else 0.01 * (1.0 - self.health)
        self.health = held(self.health + change)
        self.social = held(self.social + 0.05 * (sig(2.0 * self.skill + self.wellbeing - 1.5) - self.social))
        self.school.total += self.skill
        self.school.count += 1


class Model(mesa.Model):
    """``step()`` is a month."""

    def __init__(self, children: int) -> None:
        super().__init__(seed=1)
        p = people(children)
        self.month = 0
        self.schools = [School(climate) for climate in p.climate.tolist()]
        columns = (p.pressure, p.means, p.stress, p.home)
        homes = [Household(self, *row) for row in zip(*(c.tolist() for c in columns), strict=True)]
        levels = zip(*(c.tolist() for c in (p.skill, p.wellbeing, p.health, p.social)), strict=True)
        fixed = zip(*(c.tolist() for c in (p.household, p.school, p.ability, p.age0)), strict=True)
        for (home, school, ability, age0), level in zip(fixed, levels, strict=True):
            Child(self, homes[home], self.schools[school], ability, age0, level)

    def step(self) -> None:
        self.agents_by_type[Household].do("step")
        self.agents_by_type[Child].do("step")
        for school in self.schools:
            school.climate += 0.1 * (school.total / max(school.count, 1) - school.climate)
            school.total, school.count = 0.0, 0
        self.month += 1

    def means(self) -> list[float]:
        """Mean skill, wellbeing, health and social of children."""
        children = self.agents_by_type[Child]
        columns = [children.get(name) for name in ("skill", "wellbeing", "health", "social")]
        return [sum(column) / len(column) for column in columns]
