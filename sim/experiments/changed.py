"""Who changed: the same child in two worlds that share their luck, and what reached those who gained."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.engine import Start, World
from sim.kernel.sums import count_combinations
from sim.kernel.uptake import HOUSEHOLD
from sim.outcomes import SMALLEST_CELL
from sim.state import Table

Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]

#: Outcomes of "who changed", and the groups it is told for.
CHANGED_OUTCOMES = ("attainment", "wellbeing", "health", "milestones")
CHANGED_GROUPS = ("all", "disadvantaged", "other", "girls", "boys")
#: Strands that a combination may have; ``count_combinations`` loops over as many.
MOST_STRANDS = 3
#: What stands for children whom no strand reached.
NOTHING = "none"

CHANGED_COLUMNS = ("strategy", "against", "outcome", "group", "better", "same", "worse")
GAINER_COLUMNS = (
    "strategy", "against", "outcome", "strands", "n_strands", "children", "gainers", "share_of_gainers",
    "share_gained", "dose_months", "suppressed",
)  # fmt: skip


@dataclass(frozen=True)
class Ends:
    """How the children of one world ended up: everybody who lived in the place during the run.

    outcomes: outcomes x children, in SD, and milestones reached. edges: outcomes, from where on a difference counts.
    members: groups x children. doses: strands x children, months in which a strand of ``strands`` was there for them.
    """

    rows: Whole
    outcomes: Reals
    edges: Reals
    members: Flags
    strands: tuple[str, ...]
    doses: npt.NDArray[np.int32]


@dataclass(frozen=True)
class Reached:
    """Combinations of ``strands`` in one replication, and what they rest on.

    children: combinations. gainers, months: combinations x outcomes; ``months`` is the sum over the gainers of the
    months of all strands of the combination. all_gainers: outcomes.
    """

    strands: tuple[str, ...]
    children: Reals
    gainers: Reals
    months: Reals
    all_gainers: Reals


@dataclass(frozen=True)
class Told:
    """Who changed in one replication: pairs (of positions, the twin is 0) -> counts, position -> combinations."""

    changed: dict[tuple[int, int], Reals]
    reached: dict[int, Reached]


def passes(children: Table, start: Start) -> Reals:
    """Milestones reached by each child (0 to 5); not-yet counts as nothing."""
    r = start.register.parameters.reference
    marks = (
        (children.score_eyfsp, r.pass_eyfsp), (children.score_phonics, r.pass_phonics),
        (children.score_ks2, r.pass_ks2), (children.score_gcse, r.pass_gcse4), (children.eet, 0.5),
    )  # fmt: skip
    return np.sum([np.nan_to_num(score, nan=-99.0) >= line for score, line in marks], axis=0).astype(float)


def lived_here(world: World) -> Flags:
    """Children who lived in the place in some month that was stepped."""
    c = world.children
    return (
        (c.first_month < world.month) & (c.last_month > 0) & (c.first_month < np.minimum(c.last_month, c.leaves_month))
    )


def ends_of(world: World, twin: World) -> Ends:
    """How a world ended for everybody who lived in the place; groups are those of the twin, so that they are shared."""
    c, r = world.children, world.start.register.parameters.reference
    rows = np.flatnonzero(lived_here(world))
    poor = (world.month - twin.households.fsm_last[c.household] <= r.fsm_memory_months)[rows]
    girl = c.girl[rows] == 1
    everybody = np.ones(len(rows), dtype=bool)
    outcomes = [passes(c, world.start) if name == "milestones" else getattr(c, name) for name in CHANGED_OUTCOMES]
    edges = [0.5 if name == "milestones" else r.better_worse_line for name in CHANGED_OUTCOMES]
    strands = tuple(sorted(set(world.plan.ids[world.plan.n_today :])))
    return Ends(
        rows, np.array(outcomes)[:, rows], np.array(edges), np.array([everybody, poor, ~poor, girl, ~girl]), strands,
        doses_of(world, strands, rows),
    )  # fmt: skip


def doses_of(world: World, strands: Sequence[str], rows: Whole) -> npt.NDArray[np.int32]:
    """Months in which each strand was there for each child: strands x rows.

    Of a strand for families the months in which the family took part, but no more than the child has lived; of an
    area-wide strand also those in which the family only lived where it works.
    """
    c, plan, taking = world.children, world.plan, world.taking
    out = np.zeros((len(strands), len(rows)), dtype=np.int32)
    age = np.maximum(np.minimum(world.month, c.last_month) - np.maximum(c.first_month, c.birth_month), 0)[rows]
    for s in range(plan.n_today, len(plan.ids)):
        of_family = plan.arrays.unit[s] == HOUSEHOLD
        months = taking.months[s, c.household[rows] if of_family else rows].astype(np.int32)
        out[strands.index(plan.ids[s])] += np.minimum(months, age).astype(np.int32)
    return out


def who_changed(mine: Ends, other: Ends) -> Reals:
    """Children better, the same and worse off than in the other world: outcomes x groups x 3, child by child.

    Better or worse: a difference beyond ``better_worse_line`` SD, or more or fewer milestones. Everybody who
    lived in the place during the run counts, at the end of the run or of their childhood.
    """
    out = np.zeros((len(CHANGED_OUTCOMES), len(CHANGED_GROUPS), 3))
    difference = mine.outcomes - other.outcomes
    for o, edge in enumerate(mine.edges):
        for g, members in enumerate(mine.members):
            d = difference[o, members]
            out[o, g] = (d > edge).sum(), (np.abs(d) <= edge).sum(), (d < -edge).sum()
    return out


def combinations_of(strands: Sequence[object]) -> list[tuple[int, ...]]:
    """Every combination of one to ``MOST_STRANDS`` strands, and first of all none of them."""
    sizes = range(MOST_STRANDS + 1)
    return [chosen for size in sizes for chosen in itertools.combinations(range(len(strands)), size)]


def reached(mine: Ends, twin: Ends) -> Reached:
    """How many children each combination of strands reached, and how many of them gained."""
    gained = (mine.outcomes - twin.outcomes) > mine.edges[:, None]
    places = _places(len(mine.strands))
    n = places.max() + 1
    children, gainers, months = np.zeros(n), np.zeros((n, len(gained))), np.zeros((n, len(gained)))
    count_combinations(mine.doses, gained, places, children, gainers, months)
    return Reached(mine.strands, children, gainers, months, gained.sum(axis=1).astype(float))


@cache
def _places(n: int) -> Whole:
    """Place of each combination of ``n`` strands in the list; ``n`` stands where a smaller one leaves a number free."""
    places = np.full((n + 1,) * MOST_STRANDS, -1)
    for k, combo in enumerate(combinations_of(range(n))):
        places[(*combo, *[n] * (MOST_STRANDS - len(combo)))] = k
    return places


def told(ends: Sequence[Ends]) -> Told:
    """Who changed in one replication: every pair of worlds, and what reached whom. The twin comes first."""
    pairs = [(i, j) for i in range(1, len(ends)) for j in (0, *range(i + 1, len(ends)))]
    return Told(
        {(i, j): who_changed(ends[i], ends[j]) for i, j in pairs},
        {i: reached(ends[i], ends[0]) for i in range(1, len(ends))},
    )


def changed_frame(names: Sequence[str], everything: Sequence[Told]) -> pd.DataFrame:
    """Children better, the same and worse, mean over replications: ``CHANGED_COLUMNS``; the twin is named first."""
    rows: list[tuple[object, ...]] = []
    for i, j in everything[0].changed:
        mean = np.mean([one.changed[i, j] for one in everything], axis=0)
        for o, outcome in enumerate(CHANGED_OUTCOMES):
            rows += [(names[i], names[j], outcome, group, *mean[o, g]) for g, group in enumerate(CHANGED_GROUPS)]
    return pd.DataFrame(rows, columns=list(CHANGED_COLUMNS))


def gainers_frame(names: Sequence[str], everything: Sequence[Told]) -> pd.DataFrame:
    """What reached those who gained against the twin, mean over replications: ``GAINER_COLUMNS``.

    Numbers of a row are blank where it rests on fewer than ten children in a replication, or one to nine of them gained
    in one. Combinations of two strands or more of which nothing could be shown are left out, and so is what reached
    nobody.
    """
    rows: list[tuple[object, ...]] = []
    for at in range(1, len(names)):
        found = [one.reached[at] for one in everything]
        strands = found[0].strands
        children = np.array([one.children for one in found])
        gainers, months = np.array([one.gainers for one in found]), np.array([one.months for one in found])
        everybody = np.array([one.all_gainers for one in found])
        few = np.any((gainers > 0) & (gainers < SMALLEST_CELL), axis=0)
        rare = np.min(children, axis=0)[:, None] < SMALLEST_CELL
        hidden = few | rare
        numbers = _gainer_numbers(children, gainers, everybody, months)
        numbers[hidden] = np.nan
        combos = combinations_of(strands)
        single = np.array([len(combo) < 2 for combo in combos])
        shown = np.any(children, axis=0)[:, None] & (single[:, None] | ~hidden)
        for k, o in np.argwhere(shown).tolist():
            called = " + ".join(strands[s] for s in combos[k]) or NOTHING
            what = (names[at], names[0], CHANGED_OUTCOMES[o], called, len(combos[k]))
            rows.append((*what, *numbers[k, o].tolist(), bool(hidden[k, o])))
    return pd.DataFrame(rows, columns=list(GAINER_COLUMNS)).astype({"suppressed": bool})


def _gainer_numbers(children: Reals, gainers: Reals, everybody: Reals, months: Reals) -> Reals:
    """Combinations x outcomes x (children, gainers, share of gainers, share gained, months), over replications."""
    total, all_gainers, people = gainers.sum(axis=0), everybody.sum(axis=0), children.sum(axis=0)[:, None]
    return np.stack(
        [
            np.broadcast_to(children.mean(axis=0)[:, None], total.shape),
            gainers.mean(axis=0),
            np.divide(total, all_gainers, out=np.zeros_like(total), where=all_gainers > 0),
            np.divide(total, people, out=np.full_like(total, np.nan), where=people > 0),
            np.divide(months.sum(axis=0), total, out=np.full_like(total, np.nan), where=total > 0),
        ],
        axis=-1,
    )
