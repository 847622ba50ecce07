"""The reference model in Starsim: children are its people, their levels its states; households are arrays."""

from __future__ import annotations

import numpy as np
import starsim as ss

from benchmarks.peers.population import AGES, PACES, SCHOOL_AGE, SECONDARY_AGE, Reals, people

#: Months that the calendar of a simulation is made for.
_LONGEST = 5000


def sig(x: Reals) -> Reals:
    """Logistic."""
    return 1.0 / (1.0 + np.exp(-x))


class Growing(ss.Module):
    """What happens to children and families in a month."""

    def __init__(self, children: int) -> None:
        super().__init__()
        self.first = people(children)
        self.define_states(*(ss.FloatArr(name) for name in ("ability", "skill", "wellbeing", "health", "social")))
        self.u0, self.u1, self.u2 = (ss.random(name=f"u{k}") for k in range(3))
        self.rng = np.random.default_rng(1)

    def init_post(self) -> None:
        """The first day."""
        super().init_post()
        for name in ("ability", "skill", "wellbeing", "health", "social"):
            getattr(self, name)[:] = getattr(self.first, name)

    def step(self) -> None:
        p = self.first
        u = self.rng.random(len(p.stress))
        p.stress = p.stress + 0.10 * (sig(1.6 * p.pressure - 1.1 * p.home - 0.2) - p.stress) + 0.02 * (u - 0.5)
        p.stress = np.clip(p.stress, 0.0, 1.0)
        p.home = np.clip(p.home + 0.05 * (sig(1.2 * p.means - 1.4 * p.stress + 0.4) - p.home), 0.0, 1.0)
        uids = self.sim.people.auids
        stress, home, climate = p.stress[p.household], p.home[p.household], p.climate[p.school]
        age = (p.age0 + self.ti) % AGES
        pace = np.where(age < SCHOOL_AGE, PACES[0], np.where(age < SECONDARY_AGE, PACES[1], PACES[2]))
        skill, well, health, social = (getattr(self, n).values for n in ("skill", "wellbeing", "health", "social"))
        target = sig(self.ability.values + 1.5 * home + 0.8 * climate - 1.2 * stress - 0.6)
        skill = np.clip(skill + pace * (target - skill) + 0.01 * (self.u0.rvs(uids) - 0.5), 0.0, 1.0)
        target = sig(2.4 * home - 3.0 * stress + 1.6 * climate - 0.6)
        well = np.clip(well + 0.15 * (target - well) + 0.02 * (self.u1.rvs(uids) - 0.5), 0.0, 1.0)
        chance = 1.0 - np.exp(-np.exp(1.5 * stress - well - 3.2))
        health = np.where(self.u2.rvs(uids) < chance, health - 0.1, health + 0.01 * (1.0 - health))
        self.skill[:], self.wellbeing[:], self.health[:] = skill, well, np.clip(health, 0.0, 1.0)
        self.social[:] = np.clip(social + 0.05 * (sig(2.0 * skill + well - 1.5) - social), 0.0, 1.0)
        schools = len(p.climate)
        count = np.maximum(np.bincount(p.school, minlength=schools), 1)
        p.climate += 0.1 * (np.bincount(p.school, weights=skill, minlength=schools) / count - p.climate)


class Model:
    """``step()`` is a month."""

    def __init__(self, children: int) -> None:
        self._sim = ss.Sim(n_agents=children, modules=Growing(children), start=0, stop=_LONGEST, dt=1, verbose=0)
        self._sim.init()
        self.step = self._sim.run_one_step

    def means(self) -> list[float]:
        """Mean skill, wellbeing, health and social of children."""
        growing = next(module for module in self._sim.modules if isinstance(module, Growing))
        return [float(getattr(growing, name).values.mean()) for name in ("skill", "wellbeing", "health", "social")]
