"""What is kept of the partners' screens of one world, with the truth about users from its twin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.engine import World
from sim.outcomes import SMALLEST_CELL, USER_OUTCOMES, Snapshot

Reals = npt.NDArray[np.float64]
_NOTHING = (np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Seen:
    """Screens of one world, a year at a time.

    values, counts: years x groups x indicators, NaN where nothing is shown. as_of: years x indicators, the school
    year (1, 2, ...) a figure is about. users: years x user outcomes x (what the screen says users have more than
    others, what taking part really gave them, how they differ from others in the twin); users_as_of: the school year.
    """

    values: Reals
    counts: Reals
    as_of: Reals
    users: Reals
    users_as_of: Reals


def seen_by_partners(world: World, twin: World) -> Seen:
    """Every screen of a world, and what the twin knows about its users (rows are shared)."""
    mine, other = _snapshots(world), _snapshots(twin)
    users = np.array(
        [
            [
                _users(screen.users[k], mine.get((as_of, outcome)), other.get((as_of, outcome)))
                for k, (outcome, as_of) in enumerate(zip(USER_OUTCOMES, screen.users_as_of, strict=True))
            ]
            for screen in world.screens
        ]
    )
    return Seen(
        values=np.stack([screen.values for screen in world.screens]),
        counts=np.stack([screen.counts for screen in world.screens]),
        as_of=_school_year(np.stack([screen.as_of for screen in world.screens])),
        users=users,
        users_as_of=_school_year(np.stack([screen.users_as_of for screen in world.screens])),
    )


def _school_year(months: Reals) -> Reals:
    return np.asarray(months // 12 + 1)


def _snapshots(world: World) -> dict[tuple[float, str], Snapshot]:
    return {(float(s.month), s.outcome): s for measured in world.measured for s in measured.snapshots}


def _users(shown: Reals, mine: Snapshot | None, other: Snapshot | None) -> tuple[float, float, float]:
    """(naive difference, effect on users, selection) of one outcome; NaN where either side has fewer than ten."""
    if mine is None or other is None:
        return _NOTHING
    return (float(shown[0, 0] - shown[1, 0]), *effect_and_selection(mine, other))


def effect_and_selection(mine: Snapshot, other: Snapshot) -> tuple[float, float]:
    """Users' mean difference from themselves in the twin, and users less others in the twin.

    NaN where fewer than ten are users, or fewer than ten are not.
    """
    _, here, there = np.intersect1d(mine.rows, other.rows, assume_unique=True, return_indices=True)
    users = mine.users[here]
    if min(users.sum(), (~users).sum()) < SMALLEST_CELL:
        return np.nan, np.nan
    with_zone, without = mine.values[here].astype(np.float64), other.values[there].astype(np.float64)
    effect = (with_zone - without)[users].mean()
    return float(effect), float(without[users].mean() - without[~users].mean())
