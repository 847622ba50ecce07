"""A plain-words diary of one synthetic child in two worlds that share their luck: with the strategy and without."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.engine import World, advance, create
from sim.experiments.changed import Ends, ends_of, lived_here, passes
from sim.experiments.diary_words import Look, Names, look, month_words, names_of, opening, told
from sim.experiments.ensemble import Ground
from sim.spec import Strategy

Reals = npt.NDArray[np.float64]

#: Children that can be asked for by what became of them.
CHOICES = ("typical", "gained", "lost")
#: Least months in the place of a child that is picked; half of a shorter run.
LEAST_MONTHS = 36
BOTH, TWIN_ONLY, ZONE_ONLY = "both", "twin", "zone"
#: What is compared at the end: table, column, plain name, unit, decimals told, +1 if more is better.
_ENDINGS = (
    ("children", "attainment", "attainment", "SD", 2, 1),
    ("children", "wellbeing", "wellbeing", "SD", 2, 1),
    ("children", "health", "health", "SD", 2, 1),
    ("children", "attendance", "share of school attended", "share", 3, 1),
    ("households", "distress", "parents' distress", "SD", 2, -1),
    ("households", "income", "family income after housing costs", "GBP a week", 0, 1),
)


@dataclass(frozen=True)
class Entry:
    """Something that happened in a month (0 is the first September), in ``both`` worlds, the ``twin`` or the ``zone``.

    ``kind``: start, family, money, school, score, need, care, wellbeing, strand, service, move or end.
    """

    month: int
    date: str
    world: str
    kind: str
    text: str


@dataclass(frozen=True)
class Ending:
    """One outcome at the end of the run or of childhood.

    ``better``: +1 or -1 where it is better or worse with the strategy, 0 where the two are told alike.
    """

    name: str
    unit: str
    twin: float
    zone: float
    difference: float
    better: int


@dataclass(frozen=True)
class Diary:
    """The diary of ``child`` (its row in the tables of this place and luck number), entries in order of time."""

    place: str
    strategy: str
    strategy_name: str
    seed: int
    child: int
    label: str
    entries: tuple[Entry, ...]
    endings: tuple[Ending, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


def diary(ground: Ground, strategy: Strategy, child: int | str = "typical") -> Diary:
    """The life of one synthetic child with the strategy beside its life without.

    ``child``: a row of the children's table, or ``"typical"`` (of those reached by a strand the one closest to the
    median change), ``"gained"`` (gained most) or ``"lost"`` (lost most, or gained least where nobody lost); change is
    the mean of attainment, wellbeing and health in SD. The two worlds are lived again month by month and looked at in
    between, which changes nothing. Raises ``ValueError`` for another word, a row without a child in the place, or a
    run in which nobody stays long enough.
    """
    row = _picked(ground, strategy, child)
    lives: list[list[Look]] = []
    worlds: list[World] = []
    for lived in (ground.twin.strategy, strategy):
        world = create(ground.start, lived, ground.library, ground.evidence)
        lives.append(observed(world, ground.months, row))
        worlds.append(world)
    twin, zone = (_happenings(life, names_of(world, ground.library)) for life, world in zip(lives, worlds, strict=True))
    return Diary(
        place=ground.start.place.id,
        strategy=strategy.id,
        strategy_name=strategy.name,
        seed=ground.start.seed,
        child=row,
        label=f"child {row}",
        entries=tuple(_merged(twin, zone)),
        endings=tuple(_endings(worlds[0], worlds[1], row)),
    )


def observed(world: World, months: int, row: int) -> list[Look]:
    """Live ``months`` months and look at one child after each; nothing in the world is changed by looking."""
    looks = []
    for _ in range(months):
        advance(world, 1)
        looks.append(look(world, row))
    return looks


def _happenings(life: list[Look], names: Names) -> list[tuple[int, str, str]]:
    """(month, kind, text) of one life, from the first month in which the child is there to the last."""
    here = [one for one in life if one.present]
    if not here:
        return []
    found = [(here[0].month, "start", opening(here[0], names)), *told(here, names)]
    if here[-1].month < life[-1].month:
        found.append((here[-1].month, "end", "childhood is over; the diary ends"))
    return found


def _merged(twin: list[tuple[int, str, str]], zone: list[tuple[int, str, str]]) -> list[Entry]:
    """Entries of both lives by month; what happens in both in the same month and words is told once."""
    both = set(twin) & set(zone)
    rows = [(item, BOTH if item in both else TWIN_ONLY) for item in dict.fromkeys(twin)]
    rows += [(item, ZONE_ONLY) for item in dict.fromkeys(zone) if item not in both]
    # Stable: within a month in the order in which it is told, the twin first.
    rows.sort(key=lambda row: row[0][0])
    return [Entry(month, month_words(month), world, kind, text) for (month, kind, text), world in rows]


def _endings(twin: World, zone: World, row: int) -> list[Ending]:
    home = int(twin.children.household[row])
    found = []
    for table, column, name, unit, decimals, good in _ENDINGS:
        at = row if table == "children" else home
        ends = [float(getattr(getattr(world, table), column)[at]) for world in (twin, zone)]
        found.append(_ending(name, unit, decimals, good, *ends))
    marks = (float(passes(world.children, world.start)[row]) for world in (twin, zone))
    return [*found, _ending("milestones reached", "of 5", 0, 1, *marks)]


def _ending(name: str, unit: str, decimals: int, good: int, twin: float, zone: float) -> Ending:
    twin, zone = round(twin, decimals), round(zone, decimals)
    return Ending(name, unit, twin, zone, round(zone - twin, decimals), int(np.sign(zone - twin)) * good)


# --- picking a child -----------------------------------------------------------------------------------------


def _picked(ground: Ground, strategy: Strategy, child: int | str) -> int:
    if isinstance(child, str) and child in CHOICES:
        world = create(ground.start, strategy, ground.library, ground.evidence)
        advance(world, ground.months)
        return chosen(child, ends_of(world, ground.twin), ends_of(ground.twin, ground.twin), _stays(ground))
    if isinstance(child, bool) or not isinstance(child, int):
        raise ValueError(f"a child is {', '.join(CHOICES)} or the number of one, not {child!r}")
    lived = lived_here(ground.twin)
    if not 0 <= child < len(lived) or not lived[child]:
        rows = np.flatnonzero(lived)
        raise ValueError(
            f"there is no child {child} in this place; {len(rows)} children live here in these years, the first is "
            f"{rows[0]} and the last {rows[-1]}"
        )
    return child


def _stays(ground: Ground) -> npt.NDArray[np.int64]:
    """Months of the run that each child who lived in the place spent there."""
    c, months = ground.twin.children, ground.months
    gone = np.minimum(np.minimum(c.last_month, c.leaves_month), months)
    stay: npt.NDArray[np.int64] = (gone - np.maximum(c.first_month, 0))[lived_here(ground.twin)]
    return stay


def chosen(which: str, mine: Ends, twin: Ends, stays: npt.NDArray[np.int64]) -> int:
    """Row of the child of one of ``CHOICES``, of equals the first. ``stays``: months in the place, as in ``mine``."""
    change = (mine.outcomes - twin.outcomes)[:3].mean(axis=0)
    known = stays >= min(LEAST_MONTHS, int(stays.max(initial=0)) // 2)
    touched = known & (mine.doses > 0).any(axis=0)
    if which == "typical" and touched.any():
        known = touched
    if not known.any():
        raise ValueError("nobody lives in this place long enough for a diary; ask for more years")
    at = np.flatnonzero(known)
    score = {"gained": -change[at], "lost": change[at], "typical": np.abs(change[at] - np.median(change[at]))}[which]
    return int(mine.rows[at[int(np.argmin(score))]])
