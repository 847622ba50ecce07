"""Samples of synthetic people to set beside published statistics: England, an authority, a preset.

The England reference is the ten decile profiles with equal weights. Each place lives through its life histories and
48 months without a zone, of which only the lives of children and families are stepped (services of today change none of
the measures); the Augusts of years 2, 3 and 4 are kept and pooled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sim import draws
from sim.engine import create, create_start
from sim.engine.month import LIVES, step
from sim.experiments.ensemble import TWIN
from sim.inputs import load_place
from sim.inputs.problems import InputError, Problem
from sim.outcomes.declaring import Reals
from sim.outcomes.groups import INCOME_FIFTHS, members
from sim.outcomes.measures import MEASURES
from sim.outcomes.snapshots import Flags, Snapshot
from sim.parameters import Parameters, Register
from sim.spec import Place
from sim.state import Table

#: Months lived after the first day, and the school years whose August is kept.
MONTHS = 48
KEPT_YEARS = (2, 3, 4)
N_DECILES = 10
#: Kind of key of a neighbourhood's luck number, which stays below 31 bits.
_LUCK_KIND, _LUCKS = 0x1DC5, np.uint64(2**31)


class Sample:
    """One neighbourhood or a set of equal weight, one luck number, three Augusts.

    Values and members are over resident children or families of all snapshots, in one fixed order; they are worked
    out once and kept.
    """

    def __init__(self, place: str, seed: int, snapshots: Sequence[Snapshot], wheres: Sequence[int]) -> None:
        self.place, self.seed = place, seed
        self._snapshots, self._wheres = tuple(snapshots), tuple(wheres)
        self._rows = {
            "children": [np.flatnonzero(s.resident_children) for s in self._snapshots],
            "households": [np.flatnonzero(s.resident_households) for s in self._snapshots],
        }
        self._kept: dict[tuple[str, ...], npt.NDArray[np.generic]] = {}

    def with_parameters(self, parameters: Parameters) -> Sample:
        """The same people read with other marks and lines."""
        return Sample(self.place, self.seed, [s._replace(parameters=parameters) for s in self._snapshots], self._wheres)

    def part(self, place: str, wheres: Sequence[int]) -> Sample:
        """The people of some of its neighbourhoods, by number from 0."""
        kept = [k for k, where in enumerate(self._wheres) if where in wheres]
        return Sample(place, self.seed, [self._snapshots[k] for k in kept], [self._wheres[k] for k in kept])

    def _over(self, table: str, of: Callable[[Snapshot], npt.NDArray[np.generic]]) -> npt.NDArray[np.generic]:
        return np.concatenate([of(s)[r] for s, r in zip(self._snapshots, self._rows[table], strict=True)])

    def values(self, measure: str) -> Reals:
        """Value of a measure for each row of its table. ``KeyError`` for an unknown measure."""
        key = ("values", measure)
        if key not in self._kept:
            m = MEASURES[measure]
            found = self._over(m.table, m.function).astype(np.float64)
            if m.lowest is not None:
                found = np.where(np.isnan(found), np.nan, found < np.nanquantile(found, m.lowest))
            self._kept[key] = found
        return self._kept[key]  # type: ignore[return-value]

    def members(self, group: str, table: str = "children") -> Flags:
        """Rows of a table that belong to a group, or to all of several joined by ``+``. ``KeyError`` if unknown."""
        key = ("members", group, table)
        if key not in self._kept:
            found = np.ones(sum(len(r) for r in self._rows[table]), dtype=bool)
            for one in group.split("+"):
                found &= self._in_fifth(one) if one in INCOME_FIFTHS else self._in(one, table)
            self._kept[key] = found
        return self._kept[key]  # type: ignore[return-value]

    def _in(self, group: str, table: str) -> Flags:
        return self._over(table, lambda s: members(group, table, s)).astype(bool)

    def _in_fifth(self, group: str) -> Flags:
        income = self.values("income")
        cuts = np.quantile(income, [0.2, 0.4, 0.6, 0.8])
        return np.searchsorted(cuts, income, side="right") == INCOME_FIFTHS.index(group)

    @property
    def ages(self) -> npt.NDArray[np.int64]:
        """Completed years of each child, at the end of August the number of its school year."""
        key = ("ages",)
        if key not in self._kept:
            self._kept[key] = self._over("children", lambda s: s.grade).astype(np.int64)
        return self._kept[key]  # type: ignore[return-value]

    def school(self, phase: str) -> npt.NDArray[np.int64]:
        """School of each child in a phase (``primary`` or ``secondary``), -1 for none or one outside the place."""
        key = ("school", phase)
        if key not in self._kept:
            found = []
            for s, rows, where in zip(self._snapshots, self._rows["children"], self._wheres, strict=True):
                at = getattr(s.children, phase)[rows]
                inside = (at >= 0) & (s.schools.elsewhere[np.maximum(at, 0)] == 0)
                found.append(np.where(inside, where * 10_000 + at, -1))
            self._kept[key] = np.concatenate(found).astype(np.int64)
        return self._kept[key]  # type: ignore[return-value]


def _before_housing(households: Table, p: Parameters) -> Reals:
    """Equivalised income before housing costs of every household, GBP a week, from that after housing costs."""
    r, f, h = p.reference, p.families, households
    after = f.scale_first_adult + f.scale_other_adult * (h.adults - 1) + f.scale_child * h.children_here
    before = r.bhc_first_adult + r.bhc_other_adult * (h.adults - 1) + r.bhc_child * h.children_here
    return (h.income_now * after + h.rent * f.rent_factor) / before


def observe(place: Place, register: Register, seed: int) -> list[Snapshot]:
    """The kept Augusts of one place and one luck number, without a zone."""
    start = create_start(place, register, seed, MONTHS)
    world = create(start, TWIN, {}, copy=False)
    p = register.parameters
    history: list[tuple[Reals, Reals, Reals]] = []
    kept = []
    for year in range(1, MONTHS // 12 + 1):
        for _ in range(12):
            step(world, LIVES)
        h = world.households
        here = (h.first_month < world.month) & (world.month <= h.last_month)
        august = (h.income_now < p.families.poverty_line, h.workers == 0, _before_housing(h, p))
        history.append(tuple(np.where(here, values, np.nan) for values in august))  # type: ignore[arg-type]
        if year in KEPT_YEARS:
            poor, workless, before_housing = (np.stack(values) for values in zip(*history, strict=True))
            kept.append(
                Snapshot(
                    world.children.copy(), world.households.copy(), world.schools.copy(), world.month - 1, p, poor,
                    workless, before_housing,
                )
            )  # fmt: skip
    return kept


def deciles_of(key: str) -> range | None:
    """Numbers of the decile profiles of a place key; ``None`` for one that is no part of England's ten."""
    kind, _, rest = key.partition(":")
    low, _, high = rest.partition("-")
    if key == "england":
        return range(1, N_DECILES + 1)
    if kind == "decile" and low.isdecimal() and not high:
        high = low
    if kind not in ("decile", "deciles") or not (low.isdecimal() and high.isdecimal()):
        return None
    found = range(int(low), int(high) + 1)
    return found if len(found) > 0 and found.start >= 1 and found.stop <= N_DECILES + 1 else None


@cache
def places_of(key: str) -> tuple[Place, ...]:
    """Places of a place key. ``InputError`` for an unknown one.

    ``england``, ``decile:K``, ``deciles:K-L``, ``preset:ID`` (a packaged place), ``la:NAME`` and ``region:NAME``
    (profiles kept beside the targets).
    """
    kind, _, rest = key.partition(":")
    deciles = deciles_of(key)
    if deciles is not None:
        return tuple(load_place(f"england_decile_{k}") for k in deciles)
    if kind == "preset" and rest.isidentifier():
        return (load_place(rest),)
    if kind in ("la", "region") and rest.isidentifier():
        path = Path(str(files("calibration").joinpath("places", f"{rest}.toml")))
        if path.is_file():
            return (load_place(str(path)),)
    raise InputError(
        (
            Problem(
                "targets", None, "place", f"there is no place {key!r}",
                "england, decile:K, deciles:K-L, preset:ID, or la:NAME or region:NAME of calibration/places",
            ),
        )
    )  # fmt: skip


def luck_of(seed: int, at: int, places: int) -> int:
    """Luck number of the neighbourhood number ``at`` of a sample: its own, so that ten of them average chance out.

    Of one luck number all neighbourhoods would have the same schools and the same shocks.
    """
    return seed if places == 1 else int(draws.keys(_LUCK_KIND, seed, at)[0] % _LUCKS)


def samples_of(key: str, register: Register, seeds: Sequence[int], threads: int = 1) -> list[Sample]:
    """One sample for each luck number."""
    places = places_of(key)
    jobs = [(place, register, luck_of(seed, at, len(places))) for seed in seeds for at, place in enumerate(places)]
    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            seen = list(pool.map(lambda job: observe(*job), jobs))
    else:
        seen = [observe(*job) for job in jobs]
    found = []
    for at, seed in enumerate(seeds):
        of_seed = seen[at * len(places) : (at + 1) * len(places)]
        found.append(
            Sample(
                key, seed, [s for kept in of_seed for s in kept],
                [where for where, kept in enumerate(of_seed) for _ in kept],
            )
        )  # fmt: skip
    return found
