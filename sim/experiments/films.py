"""A film of one neighbourhood: what every child's month is like under a strategy and in its twin without a zone.

Both worlds are stepped again from the shared start, on the same luck, and looked at after each month; looking changes
nothing. Frame 0 is the first day, frame ``k`` the end of month ``k - 1`` (month 0 is the first September).

A child's month is one byte: 0 where it does not live here, else ``1 + wellbeing + 5 * attainment + 25 * work``.
Wellbeing and attainment are fifths of the country's children (0 = lowest, 4 = highest); work is what strands are at
work for the child: 0 none, 1 to 5 an ecology of ``ECOLOGIES``, 6 several of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.engine import World, advance, create
from sim.engine.delivery import served_schools
from sim.experiments.ensemble import Ground
from sim.kernel.sums import group_sums
from sim.offers import ECOLOGIES
from sim.outcomes import GROUPS, HEADLINES, INDICATOR_IDS, INDICATORS, SMALLEST_CELL, row_values, who_counts
from sim.outcomes.declaring import View
from sim.outcomes.reading import groups_of_children, groups_of_households
from sim.population import Population
from sim.schema import PHASES
from sim.spec import Strategy

Bytes = npt.NDArray[np.uint8]
Reals = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int32]
#: Called with (done, total, what); may raise to stop the work.
Report = Callable[[float, float, str], None]

FIFTHS = 5
SEVERAL = len(ECOLOGIES) + 1
#: Edges between fifths of the country's children, national SD.
EDGES = np.array([NormalDist().inv_cdf(k / FIFTHS) for k in range(1, FIFTHS)])
#: Headlines that rest on a June test: read each August, and held until the next.
YEARLY = frozenset({"ks2_expected", "school_value_added"})
#: What is counted each month: births, families' children who came, who left, who grew up.
FLOWS = ("births", "arrivals", "leavers", "grown_up")
_METRES = 1000.0
_SCHOOL_BIT = np.uint8(1 << ECOLOGIES.index("school"))
_GROUP = {name: number for number, name in enumerate(GROUPS)}


class Site(NamedTuple):
    """A school or a service of today: name, kind (phase of a school or ``service``), metres east and north."""

    name: str
    kind: str
    x: float
    y: float


@dataclass(frozen=True)
class Take:
    """What was seen of one world.

    ``months``: frames x children, one byte each. ``headlines``: frames x the headlines in their order, in units of the
    indicators, not-a-number where fewer than ten people count or no test was taken yet. ``reached``: frames x kinds of
    work (``ECOLOGIES``, then several), children. ``flows``: frames x ``FLOWS``, children; nought in frame 0.
    """

    name: str
    months: Bytes
    headlines: Reals
    reached: Whole
    flows: Whole


@dataclass(frozen=True, eq=False)
class Film:
    """One neighbourhood in both worlds. ``side``: metres of the square it lies in; ``homes``: homes x (east, north).

    ``home``: home of each child. Services of today stand around the middle of the place, from where the model measures
    distance: where exactly is the artist's choice.
    """

    place: str
    side: float
    homes: npt.NDArray[np.float32]
    home: Whole
    schools: tuple[Site, ...]
    services: tuple[Site, ...]
    twin: Take
    strategy: Take

    @property
    def frames(self) -> int:
        """Pictures: one more than months."""
        return len(self.strategy.months)


class Camera:
    """Takes a picture of one world on the first day and after each month; its ``look`` goes to ``run_on``.

    ``months``: of the run; ``told(share)`` is called after each year and may raise to stop the work.
    """

    def __init__(self, months: int, told: Callable[[float], None] | None = None) -> None:
        self._frame, self._name, self._told = 0, "", told
        self._rows: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._months: Bytes = np.zeros((months + 1, 0), dtype=np.uint8)
        self._headlines = np.full((months + 1, len(HEADLINES)), np.nan)
        self._reached: Whole = np.zeros((months + 1, SEVERAL), dtype=np.int32)
        self._flows: Whole = np.zeros((months + 1, len(FLOWS)), dtype=np.int32)

    def look(self, world: World) -> None:
        """The next picture of the world."""
        frame, last = self._frame, len(self._months) - 1
        if frame == 0:
            self._name, self._rows = world.strategy.name, _ever_here(world.start.population, last)
            self._months = np.zeros((last + 1, len(self._rows)), dtype=np.uint8)
        else:
            self._flows[frame] = _flows(world, self._rows)
        work, here = _work(world, self._rows), _here(world, self._rows)
        self._months[frame] = np.where(here, _byte(world, self._rows, work), 0)
        self._reached[frame] = np.bincount(work[here], minlength=SEVERAL + 1)[1:]
        self._headlines[frame] = list(_headlines(world))
        if self._told is not None and frame % 12 == 0:
            self._told(frame / last)
        self._frame += 1

    def take(self) -> Take:
        """What was seen."""
        return Take(self._name, self._months, self._headlines, self._reached, self._flows)


def film(ground: Ground, strategy: Strategy, report: Report | None = None) -> Film:
    """Watch the twin and a strategy from the first day to the last month of a ground, which it does not change.

    ``report`` is called after each year of each world.
    """
    takes = []
    for number, played in enumerate((ground.twin.strategy, strategy)):

        def told(share: float, name: str = played.name, number: int = number) -> None:
            if report is not None:
                report(number + share, 2.0, f"{name}, month by month")

        takes.append(take(ground, played, told))
    return put_together(ground, *takes)


def take(ground: Ground, strategy: Strategy, told: Callable[[float], None] | None = None) -> Take:
    """Live through a ground once more and look. ``told(share)`` is called after each year."""
    camera = Camera(ground.months, told)
    world = create(ground.start, strategy, ground.library, ground.evidence)
    camera.look(world)
    for _ in range(ground.months):
        advance(world)
        camera.look(world)
    return camera.take()


def put_together(ground: Ground, twin: Take, strategy: Take) -> Film:
    """The film of a twin and a strategy that were seen on a ground."""
    tables, place = ground.start.population, ground.start.place
    rows = _ever_here(tables, ground.months)
    home = tables.households.home[tables.children.household[rows]]
    n_homes = tables.n_homes
    homes = np.stack([tables.households.x[:n_homes], tables.households.y[:n_homes]], axis=1) * _METRES
    side = float(np.sqrt(place.value("area_km2"))) * _METRES
    return Film(
        place.name, side, homes.astype(np.float32), home.astype(np.int32), _schools(ground), _services(ground, side),
        twin, strategy,
    )  # fmt: skip


def _ever_here(tables: Population, months: int) -> npt.NDArray[np.int64]:
    """Rows of children who live here in at least one frame."""
    c = tables.children
    first, last = np.maximum(c.first_month, 0), np.minimum(c.last_month, c.leaves_month)
    return np.flatnonzero((first < last) & (first < months))


def _last_month(world: World) -> int:
    """The month that has been lived through; that of the first day before any has."""
    return max(world.month - 1, 0)


def _here(world: World, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    c, month = world.children, _last_month(world)
    first, last = c.first_month[rows], np.minimum(c.last_month, c.leaves_month)[rows]
    # On the first day only those are here who were here before it.
    came = first <= 0 if world.month == 0 else first <= month
    return np.asarray(came & (month < last))


def _byte(world: World, rows: npt.NDArray[np.int64], work: npt.NDArray[np.uint8]) -> Bytes:
    c = world.children
    wellbeing, attainment = (
        np.searchsorted(EDGES, values[rows], side="right") for values in (c.wellbeing, c.attainment)
    )
    return (1 + wellbeing + FIFTHS * attainment + FIFTHS**2 * work.astype(np.int64)).astype(np.uint8)


def _work(world: World, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """What is at work for each child this month: 0 none, the number of an ecology from 1, or ``SEVERAL``."""
    c = world.children
    flags = (world.taking.child_ecologies | world.taking.home_ecologies[c.household])[rows]
    flags[_pupils_served(world)[rows]] |= _SCHOOL_BIT
    number = np.zeros(256, dtype=np.uint8)
    for bits in range(1, 1 << len(ECOLOGIES)):
        number[bits] = SEVERAL if bits & (bits - 1) else bits.bit_length()
    return number[flags]


def _pupils_served(world: World) -> npt.NDArray[np.bool_]:
    """Pupils of schools in which a strand of the strategy works on the whole school."""
    plan, month, served = world.plan, _last_month(world), np.zeros(len(world.schools), dtype=bool)
    for s in plan.on_schools:
        if world.services.allotted[s] > 0 and plan.arrays.start[s] <= month < plan.arrays.stop[s]:
            served |= served_schools(world, s)
    school = world.children.school
    return (school >= 0) & served[np.maximum(school, 0)]


def _headlines(world: World) -> Iterator[float]:
    """The headline of each family as of now, as the yearly reading would give it."""
    v = View(world.children, world.households, _last_month(world), world.parameters)
    memberships = {"children": groups_of_children(v), "households": groups_of_households(v)}
    inside = dict(zip(memberships, who_counts(v)[0], strict=True))
    for indicator, group in HEADLINES.values():
        if indicator in YEARLY:
            yield _last_read(world, indicator, group)
            continue
        table = INDICATORS[indicator].table
        rows = np.flatnonzero(inside[table])
        total, number = np.zeros((1, len(GROUPS))), np.zeros((1, len(GROUPS)))
        values = np.ascontiguousarray(np.asarray(row_values(indicator, v), dtype=np.float64)[None, rows])
        group_sums(values, np.ascontiguousarray(memberships[table][:, rows]), total, number)
        g = _GROUP[group]
        yield float(total[0, g] / number[0, g]) if number[0, g] >= SMALLEST_CELL else np.nan


def _last_read(world: World, indicator: str, group: str) -> float:
    """Value of the last August of residents; not-a-number before the first and under the small-number rule."""
    if not world.readings:
        return np.nan
    reading, at = world.readings[-1], (0, _GROUP[group], INDICATOR_IDS.index(indicator))
    return float(reading.values[at]) if reading.counts[at] >= SMALLEST_CELL else np.nan


def _flows(world: World, rows: npt.NDArray[np.int64]) -> list[int]:
    """Births, arrivals, leavers and children grown up in the month just stepped."""
    c, month = world.children, _last_month(world)
    first, leaves, grown = c.first_month[rows], c.leaves_month[rows], c.last_month[rows]
    came = (first == month) & (c.from_start[rows] == 0)
    born = c.birth_month[rows] == first
    was_here = first < month
    left, grew = was_here & (leaves == month) & (leaves <= grown), was_here & (grown == month) & (grown < leaves)
    return [int(flags.sum()) for flags in (came & born, came & ~born, left, grew)]


def _schools(ground: Ground) -> tuple[Site, ...]:
    table, names = ground.start.population.schools, {number: phase for phase, number in PHASES.items()}
    return tuple(
        Site(school.name, names[int(table.phase[row])], float(table.x[row]) * _METRES, float(table.y[row]) * _METRES)
        for row, school in enumerate(ground.start.place.schools)
    )


def _services(ground: Ground, side: float) -> tuple[Site, ...]:
    """Services of today on a ring around the middle, at an eighth of the side."""
    plan, kinds = ground.twin.plan, {kind.id: kind.name for kind in ground.start.register.services}
    found = [kinds[id_] for id_, places in zip(plan.ids[: plan.n_today], plan.places, strict=False) if places > 0]
    turn = 2 * np.pi * np.arange(len(found)) / max(len(found), 1)
    east, north = side / 2 + side / 8 * np.cos(turn), side / 2 + side / 8 * np.sin(turn)
    return tuple(Site(name, "service", float(x), float(y)) for name, x, y in zip(found, east, north, strict=True))


def encode(seen: Film) -> tuple[dict[str, Any], bytes]:
    """A film as plain values and bytes for the browser.

    The bytes: homes (float32, east and north in turn), home of each child (int32), the bytes of the twin, then of the
    strategy, frame by frame; little-endian.
    """
    head = {
        "place": seen.place, "side": seen.side, "homes": len(seen.homes), "children": len(seen.home),
        "frames": seen.frames, "schools": [site._asdict() for site in seen.schools],
        "services": [site._asdict() for site in seen.services],
        "takes": [_head(take) for take in (seen.twin, seen.strategy)],
    }  # fmt: skip
    parts = (seen.homes.astype("<f4"), seen.home.astype("<i4"), seen.twin.months, seen.strategy.months)
    return head, b"".join(np.ascontiguousarray(part).tobytes() for part in parts)


def _head(take: Take) -> dict[str, Any]:
    values = [[None if np.isnan(v) else float(v) for v in frame] for frame in take.headlines]
    return {"name": take.name, "headlines": values, "reached": take.reached.tolist(), "flows": take.flows.tolist()}


def decode(head: Mapping[str, Any], data: bytes) -> Film:
    """The film that was encoded. Raises ``ValueError`` where the bytes are not those of the head."""
    n_homes, n, frames = head["homes"], head["children"], head["frames"]
    if len(data) != 8 * n_homes + 4 * n + 2 * frames * n:
        raise ValueError(f"{len(data)} bytes are not a film of {n_homes} homes, {n} children and {frames} pictures")
    homes = np.frombuffer(data, dtype="<f4", count=2 * n_homes).reshape(n_homes, 2)
    home = np.frombuffer(data, dtype="<i4", count=n, offset=8 * n_homes)
    months = np.frombuffer(data, dtype=np.uint8, offset=8 * n_homes + 4 * n).reshape(2, frames, n)
    takes = [
        Take(
            told["name"], months[k], np.array(told["headlines"], dtype=np.float64),
            np.array(told["reached"], dtype=np.int32), np.array(told["flows"], dtype=np.int32),
        )
        for k, told in enumerate(head["takes"])
    ]  # fmt: skip
    schools, services = (tuple(Site(**site) for site in head[kind]) for kind in ("schools", "services"))
    return Film(head["place"], head["side"], homes, home, schools, services, takes[0], takes[1])
