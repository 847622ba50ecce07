"""What a virtual trial reads off two worlds: differences of outcomes in the SD they are published in.

Only columns of the tables that stand for something measurable are read. Two of them are inverted: attendance,
a share, by its logit over ``attendance_scale``, and income, which is smoothed over months and equivalised, to
the pounds a week of one month over ``income_sd``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.engine import World
from sim.parameters import Parameters
from sim.science.families import equivalence

Reals = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

HOME_OUTCOMES = ("parent_mental_health", "home_learning", "service_engagement", "income")
_CHILD_COLUMNS = {"attainment": "attainment", "social_emotional": "wellbeing", "health": "health"}


@dataclass(frozen=True)
class Sample:
    """Who is measured: rows of children, of homes and of schools; ``first``: homes offered in the first world.

    ``child_took`` and ``home_took``: 1 where the offer was taken up (places: everybody, 1).
    """

    children: Ints
    homes: Ints
    schools: Ints
    first: Flags
    child_took: Reals
    home_took: Reals


def measure(worlds: list[World], sample: Sample, outcome: str, month: int, p: Parameters) -> Reals:
    """Clusters x (difference, took part) of an outcome of children or of schools."""
    if outcome == "school_effectiveness":
        rows = sample.schools
        gain = worlds[0].schools.effectiveness[rows] - worlds[1].schools.effectiveness[rows]
        return np.stack([gain, np.ones(len(rows))], axis=1)
    c, rows = worlds[0].children, sample.children
    follow = c.last_month[rows] > month
    if outcome == "attendance":
        follow &= c.school[rows] >= 0
        levels = [_logit(world.children.attendance[rows]) / p.children.attendance_scale for world in worlds]
    else:
        levels = [getattr(world.children, _CHILD_COLUMNS[outcome])[rows] for world in worlds]
    homes = c.household[rows]
    gain = np.where(sample.first[homes], 1.0, -1.0) * (levels[0] - levels[1])
    return _clusters(homes[follow], gain[follow], sample.child_took[follow])


def measure_homes(worlds: list[World], sample: Sample, outcome: str, month: int, p: Parameters) -> Reals:
    """Clusters x (difference, took part) of an outcome of families, benefit positive, in its published SD."""
    rows = sample.homes
    follow = worlds[0].households.last_month[rows] > month + 1
    if outcome == "income":
        levels = [_money(world, p)[rows] for world in worlds]
    elif outcome == "parent_mental_health":
        levels = [-world.households.distress[rows] for world in worlds]
    elif outcome == "home_learning":
        levels = [world.households.home_learning[rows] for world in worlds]
    else:
        levels = [world.households.trust[rows] / p.delivery.trust_sd for world in worlds]
    gain = np.where(sample.first[rows], 1.0, -1.0) * (levels[0] - levels[1])
    return np.stack([gain[follow], sample.home_took[follow]], axis=1)


def _money(world: World, p: Parameters) -> Reals:
    """Money of the month after housing costs, not equivalised, in SD of income."""
    h = world.households
    scale: Reals = equivalence(h.adults, h.children_here, p.families)  # type: ignore[assignment]
    return h.income_now * scale / p.delivery.income_sd


def _logit(share: Reals) -> Reals:
    return np.log(share / (1.0 - share))


def _clusters(homes: Ints, gain: Reals, took: Reals) -> Reals:
    """Sums of gain and take-part by family."""
    _, at = np.unique(homes, return_inverse=True)
    n = int(at.max()) + 1 if len(at) else 0
    return np.stack([np.bincount(at, gain, n), np.bincount(at, took, n)], axis=1)
