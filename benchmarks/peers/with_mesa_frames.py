"""The reference model in mesa-frames: agents as a polars table for each kind, expressions over whole columns."""

from __future__ import annotations

import numpy as np
import polars as pl
from mesa_frames import AgentSetPolars, ModelDF

from benchmarks.peers.population import AGES, PACES, SCHOOL_AGE, SECONDARY_AGE, people


def sig(x: pl.Expr) -> pl.Expr:
    """Logistic."""
    return 1.0 / (1.0 + (-x).exp())


def held(x: pl.Expr) -> pl.Expr:
    """Within 0 and 1."""
    return x.clip(0.0, 1.0)


class Households(AgentSetPolars):
    """Families."""

    def step(self) -> None:
        c = pl.col
        u = pl.Series("u", self.model.random.random(len(self.agents)))
        target = sig(1.6 * c("pressure") - 1.1 * c("home") - 0.2)
        moved = self.agents.with_columns(
            stress=held(c("stress") + 0.10 * (target - c("stress")) + 0.02 * (u - 0.5))
        ).with_columns(home=held(c("home") + 0.05 * (sig(1.2 * c("means") - 1.4 * c("stress") + 0.4) - c("home"))))
        self.agents = moved


class Children(AgentSetPolars):
    """Children, with the rows of their household and school."""

    def step(self) -> None:
        c, model, n = pl.col, self.model, len(self.agents)
        u0, u1, u2 = (pl.Series(name, model.random.random(n)) for name in ("u0", "u1", "u2"))
        homes = model.homes.agents
        at = self.agents["household"]
        stress, home = homes["stress"].gather(at).rename("stress"), homes["home"].gather(at).rename("home")
        climate = model.climate.gather(self.agents["school"]).rename("climate")
        age = (c("age0") + model.month) % AGES
        late = pl.when(age < SECONDARY_AGE).then(PACES[1]).otherwise(PACES[2])
        pace = pl.when(age < SCHOOL_AGE).then(PACES[0]).otherwise(late)
        skill = sig(c("ability") + 1.5 * c("home") + 0.8 * c("climate") - 1.2 * c("stress") - 0.6)
        well = sig(2.4 * c("home") - 3.0 * c("stress") + 1.6 * c("climate") - 0.6)
        chance = 1.0 - (-(1.5 * c("stress") - c("wellbeing") - 3.2).exp()).exp()
        worse, better = c("health") - 0.1, c("health") + 0.01 * (1.0 - c("health"))
        moved = (
            self.agents.with_columns(stress, home, climate, u0, u1, u2)
            .with_columns(
                skill=held(c("skill") + pace * (skill - c("skill")) + 0.01 * (c("u0") - 0.5)),
                wellbeing=held(c("wellbeing") + 0.15 * (well - c("wellbeing")) + 0.02 * (c("u1") - 0.5)),
            )
            .with_columns(
                health=held(pl.when(c("u2") < chance).then(worse).otherwise(better)),
                social=held(c("social") + 0.05 * (sig(2.0 * c("skill") + c("wellbeing") - 1.5) - c("social"))),
            )
        )
        means = moved.group_by("school").agg(c("skill").mean()).sort("school")
        model.settle(means["school"], means["skill"])
        self.agents = moved.drop("stress", "home", "climate", "u0", "u1", "u2")


class Model(ModelDF):
    """``step()`` is a month."""

    def __init__(self, children: int) -> None:
        super().__init__(seed=1)
        p = people(children)
        self.month, self.climate = 0, pl.Series("climate", p.climate)
        homes = {name: getattr(p, name) for name in ("pressure", "means", "stress", "home")}
        names = ("household", "school", "age0", "ability", "skill", "wellbeing", "health", "social")
        kids = {name: getattr(p, name) for name in names}
        self.homes, self.kids = Households(self), Children(self)
        self.homes.add(pl.DataFrame({"unique_id": np.arange(len(p.stress))} | homes))
        self.kids.add(pl.DataFrame({"unique_id": np.arange(len(p.stress), len(p.stress) + children)} | kids))
        self.agents.add([self.homes, self.kids])
        self.homes, self.kids = self.get_agents_of_type(Households), self.get_agents_of_type(Children)

    def settle(self, schools: pl.Series, skills: pl.Series) -> None:
        """Move the climate of schools towards the mean skill of their children."""
        held_now = self.climate.to_numpy().copy()
        at = schools.to_numpy()
        held_now[at] += 0.1 * (skills.to_numpy() - held_now[at])
        self.climate = pl.Series("climate", held_now)

    def step(self) -> None:
        self.homes.step()
        self.kids.step()
        self.month += 1

    def means(self) -> list[float]:
        """Mean skill, wellbeing, health and social of children."""
        return [float(self.kids.agents[name].mean()) for name in ("skill", "wellbeing", "health", "social")]
