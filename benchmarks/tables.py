"""The population of the kernel benchmark: a real first day, its residents laid side by side until there are enough.

All implementations read and write identical arrays, every row of which is live in every month, so that
the number of child-months is rows times months.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache

import numpy as np
import numpy.typing as npt

from sim import draws, engine
from sim.inputs import load_place
from sim.inputs.register import load_register
from sim.kernel.children import Month, age_tables
from sim.kernel.chunks import n_chunks
from sim.parameters import Parameters
from sim.schema import CW, FOREVER, HW
from sim.spec import Strategy

Reals = npt.NDArray[np.float64]
PLACE = "bettws"
SEED = 1
_FIRST_MONTH = -240
_CHILD_KEYS, _HOUSEHOLD_KEYS = 101, 102


@dataclass
class Tables:
    """Everything the events "families" and "children" read and write; arrays as in ``sim.state.Table``."""

    child_real: Reals
    child_whole: npt.NDArray[np.int32]
    child_pools: Reals
    child_key: npt.NDArray[np.uint64]
    home_real: Reals
    home_whole: npt.NDArray[np.int32]
    home_pools: Reals
    home_key: npt.NDArray[np.uint64]
    kin_first: npt.NDArray[np.int32]
    kin_rows: npt.NDArray[np.int32]
    school_real: Reals
    ages: Reals
    sums: Reals

    @property
    def children(self) -> int:
        """Number of children, all live."""
        return self.child_real.shape[1]

    @property
    def households(self) -> int:
        """Number of households."""
        return self.home_real.shape[1]

    @property
    def schools(self) -> int:
        """Number of schools."""
        return self.school_real.shape[1]

    def copy(self) -> Tables:
        """Independent arrays."""
        return replace(self, **{f.name: getattr(self, f.name).copy() for f in fields(self)})


@cache
def parameters() -> Parameters:
    """Parameters of the model, from the register."""
    return load_register().parameters


@cache
def month_of(number: int) -> Month:
    """Calendar of a month, as compiled code takes it."""
    calendar, of_year = load_register().calendar, number % 12
    return Month(number, of_year, number // 12, SEED, calendar.season[of_year], calendar.teaching[of_year])


@cache
def _residents() -> Tables:
    """Residents of the place on its first day, after life histories, with row numbers closed up."""
    register = load_register()
    start = engine.create_start(load_place(PLACE), register, SEED, 12)
    population = start.population
    c, h = population.children, population.households
    home_rows = np.flatnonzero((h.first_month <= 0) & (h.last_month > 0) & (h.home >= 0))
    new_home = np.full(len(h), -1, dtype=np.int32)
    new_home[home_rows] = np.arange(len(home_rows))
    here = (c.first_month <= 0) & (c.last_month > 0) & (new_home[c.household] >= 0)
    rows = np.flatnonzero(here)
    rows = rows[np.argsort(new_home[c.household[rows]], kind="stable")]
    c, h = c.copy(), h.copy()
    c.school[:] = _schools_today(start)
    c.household[:] = new_home[c.household]
    c.take(rows)
    h.take(home_rows)
    c.first_month[:] = h.first_month[:] = _FIRST_MONTH
    c.last_month[:] = h.last_month[:] = FOREVER
    count = np.bincount(c.household, minlength=len(home_rows))
    h.children_here[:] = count
    ages = np.array(age_tables(parameters().children))
    return Tables(
        c.real, c.whole, c.pools, c.key, h.real, h.whole, h.pools, h.key,
        np.concatenate([[0], np.cumsum(count)]).astype(np.int32), np.arange(len(rows), dtype=np.int32),
        population.schools.real.copy(), ages, np.zeros((0, 5, 0)),
    )  # fmt: skip


def _schools_today(start: engine.Start) -> npt.NDArray[np.int32]:
    """School of each child in the first month, by the model's own admissions."""
    world = engine.create(start, Strategy(id="no_zone", name="No zone"), {})
    for event in engine.EVENTS:
        event.act(world)
        if event.name == "admissions":
            break
    return world.children.school.copy()


def population(children: int, seed: int = 1) -> Tables:
    """``children`` children: the residents repeated, each copy with its own households, schools, kin and keys.

    Effect pools hold small random numbers (``seed``), as under a strategy, so that sums over pools are not
    sums of zeros.
    """
    base = _residents()
    copies = -(-children // base.children)
    child_real, home_real = np.tile(base.child_real, copies), np.tile(base.home_real, copies)
    school_real = np.tile(base.school_real, copies)
    child_whole, home_whole = np.tile(base.child_whole, copies), np.tile(base.home_whole, copies)
    copy_of = np.repeat(np.arange(copies), base.children).astype(np.int32)
    child_whole[CW.household] += copy_of * np.int32(base.households)
    school = child_whole[CW.school]
    child_whole[CW.school] = np.where(school >= 0, school + copy_of * np.int32(base.schools), school)
    households = int(child_whole[CW.household, children - 1]) + 1
    first = np.searchsorted(child_whole[CW.household, :children], np.arange(households + 1)).astype(np.int32)
    home_whole = np.ascontiguousarray(home_whole[:, :households])
    home_whole[HW.children_here] = np.diff(first)
    rng = np.random.default_rng(seed)
    return Tables(
        np.ascontiguousarray(child_real[:, :children]), np.ascontiguousarray(child_whole[:, :children]),
        rng.normal(0.0, 0.01, (base.child_pools.shape[0], children)), draws.keys(_CHILD_KEYS, np.arange(children)),
        np.ascontiguousarray(home_real[:, :households]), home_whole,
        rng.normal(0.0, 0.01, (base.home_pools.shape[0], households)),
        draws.keys(_HOUSEHOLD_KEYS, np.arange(households)),
        first, np.arange(children, dtype=np.int32), school_real, base.ages,
        np.zeros((n_chunks(children), 5, school_real.shape[1])),
    )  # fmt: skip
