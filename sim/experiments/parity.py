"""Whether this version still gives the released numbers: pinned scenarios beside what a released version stored.

A stored file (``scenarios/parity/VERSION.json``) holds, for every scenario, indicator, group (all, disadvantaged) and
reading (the twin's value, the difference from it) in the last year, mean, SD and number over the seeds. The same
scenarios are run again and each cell gets z = difference of the two means over its standard error.

*What chance allows.* Cells go together (points and months, all and disadvantaged), so their number says little. When
a file is saved, pairs of ensembles are drawn with replacement from the replications, whole replications at a time,
and the share of cells with z beyond 3 is counted in each: its 99.5th percentile is stored as ``allowed``. A single
cell is beyond chance from the z that Student's t exceeds once in 100 over all cells together (Bonferroni). With the
same seeds unchanged code gives the same bits; where at least half of the cells that vary do so, the luck is the same,
and no cell with z beyond 3 is put down to it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from sim.experiments.compare import Comparison, compare
from sim.inputs import fill_place, load_place, load_strategy, packaged
from sim.inputs.posterior import Posterior
from sim.inputs.problems import file_error, shorten
from sim.outcomes import INDICATOR_IDS
from sim.outputs.folders import write_file
from sim.outputs.records import zonesim_version
from sim.spec import Place

Reals = npt.NDArray[np.float64]
Progress = Callable[[int, int, str], None]

GROUPS = ("all", "disadvantaged")
READINGS = ("twin", "difference")
SEEDS, FIRST_SEED = 30, 1
#: |z| beyond which a cell is told of.
LINE = 3.0
#: z is cut at this: where neither ensemble varies, any difference is beyond every line.
LARGEST_Z = 99.0
#: Pairs of ensembles drawn to see what chance allows, the percentile taken, and the error of the rule for one cell.
PAIRS, PERCENTILE, CELL_ERROR = 1000, 99.5, 0.01
#: Means that differ by less than this share of their size are the same: other machines round otherwise.
ROUNDING = 1e-9
#: Share of cells that must be the same for the luck to be the same.
SAME_LUCK = 0.5
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,39}")


@dataclass(frozen=True)
class Pinned:
    """One scenario: ``children`` of 0 leaves the place as it is, else it is run at that size."""

    id: str
    place: str
    strategy: str
    years: int
    children: int = 0


PINNED = (
    Pinned("wallsend_whole", "wallsend", "cradle_to_career", 5, 2000),
    Pinned("pembury_early", "pembury", "early_start", 5),
    Pinned("decile_schools", "england_decile_3", "schools_only", 5, 1000),
)


@dataclass(frozen=True)
class Cell:
    """Mean, SD and number of replications of one number of one scenario; in the indicator's unit."""

    scenario: str
    indicator: str
    group: str
    reading: str
    mean: float
    sd: float
    n: int


@dataclass(frozen=True)
class Stored:
    """Numbers of a released version. ``allowed``: share of cells beyond ``LINE`` that chance allows."""

    version: str
    date: str
    seed: int
    seeds: int
    posterior: str | None
    scenarios: tuple[Pinned, ...]
    allowed: float
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Compared:
    """One cell then and now. ``z``: NaN where only one of the two versions has the number."""

    then: Cell | None
    now: Cell | None
    z: float

    @property
    def cell(self) -> Cell:
        """Whichever there is, for its names."""
        found = self.now or self.then
        assert found is not None
        return found


@dataclass(frozen=True)
class Parity:
    """The verdict. ``beyond``: share of cells with |z| > 3; ``line``: z beyond chance for a single cell.

    ``reasons``: why the numbers differ by more than chance, empty where they agree. ``largest``: the cells furthest
    from the stored ones, first the furthest. ``gone``: cells that only one of the two versions has.
    """

    version: str
    seed: int
    same_luck: bool
    cells: int
    same: int
    beyond: float
    allowed: float
    line: float
    reasons: tuple[str, ...]
    largest: tuple[Compared, ...]
    gone: tuple[Compared, ...]
    notes: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether nothing differs by more than chance allows."""
        return not self.reasons


def folder() -> Path:
    """Where the stored numbers are."""
    return packaged().root / "parity"


def versions(where: Path | None = None) -> tuple[str, ...]:
    """Versions whose numbers are stored."""
    return tuple(sorted(path.stem for path in (where or folder()).glob("*.json")))


def load_stored(version: str, where: Path | None = None) -> Stored:
    """Numbers of a version. Raises ``InputError`` where there are none, naming those there are."""
    known = versions(where)
    if version not in known:
        there = f"there are: {', '.join(known)}" if known else "none is stored yet: zonesim parity --save VERSION"
        raise file_error(shorten(version), "no numbers of this version are stored", there, field="version")
    path = (where or folder()) / f"{version}.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        scenarios = tuple(Pinned(**entry) for entry in data.pop("scenarios"))
        columns, rows = data.pop("columns"), data.pop("cells")
        cells = tuple(Cell(**dict(zip(columns, row, strict=True))) for row in rows)
        return Stored(**data, scenarios=scenarios, cells=cells)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise file_error(
            str(path), f"the stored numbers cannot be read ({error})", "install this version anew"
        ) from None


def save(
    version: str, *, where: Path | None = None, pinned: Sequence[Pinned] = PINNED, seeds: int = SEEDS,
    posterior: Posterior | None = None, threads: int | None = None, progress: Progress | None = None,
) -> Path:  # fmt: skip
    """Run the pinned scenarios and store their numbers under a version, once.

    Raises ``InputError`` for a name that is no version or has numbers already, ``OutputError`` where the folder
    cannot be written.
    """
    path = (where or folder()) / f"{version}.json"
    if not VERSION.fullmatch(version):
        raise file_error(shorten(version), "this is no version", "write it like 0.1.0", field="version")
    if path.exists():
        raise file_error(
            str(path), "the numbers of this version are stored already", "released numbers never change: take another",
            field="version",
        )  # fmt: skip
    values, used = _run(pinned, FIRST_SEED, seeds, posterior, threads, progress)
    stored = Stored(
        version, f"{datetime.now(UTC):%Y-%m-%d}", FIRST_SEED, seeds, used, tuple(pinned), allowed(values),
        tuple(_cells(values)),
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, _text(stored))
    return path


def parity(
    version: str, *, where: Path | None = None, seed: int | None = None, posterior: Posterior | None = None,
    threads: int | None = None, progress: Progress | None = None,
) -> Parity:  # fmt: skip
    """Run the scenarios of a stored version again and judge. ``seed``: first luck number, the stored one by default."""
    stored = load_stored(version, where)
    first = stored.seed if seed is None else seed
    values, used = _run(stored.scenarios, first, stored.seeds, posterior, threads, progress)
    notes = () if used == stored.posterior else (_other_posterior(stored.posterior, used),)
    return judge(stored, _cells(values), first, notes)


def judge(stored: Stored, now: Sequence[Cell], seed: int, notes: tuple[str, ...] = ()) -> Parity:
    """Compare cells with the stored ones; the rule stands at the head of the file."""
    compared = _compared(stored.cells, now)
    both = [c for c in compared if not math.isnan(c.z)]
    gone = tuple(c for c in compared if math.isnan(c.z))
    same, far = sum(c.z == 0.0 for c in both), sum(abs(c.z) > LINE for c in both)
    share, count = far / max(len(both), 1), max(len(both), 1)
    line = float(stats.t.isf(CELL_ERROR / (2 * count), 2 * max(stored.seeds - 1, 1)))
    largest = sorted((c for c in both if c.z != 0.0), key=lambda c: -abs(c.z))
    vary = [c for c in both if any(cell is not None and cell.sd > 0.0 for cell in (c.then, c.now))]
    same_luck = seed == stored.seed and sum(c.z == 0.0 for c in vary) >= SAME_LUCK * len(vary)
    reasons = []
    if same_luck and far:
        reasons.append(f"{far} of {count} cells moved by more than {LINE:g} standard errors on the same luck")
    if not same_luck and share > stored.allowed:
        reasons.append(
            f"{share:.1%} of {count} cells lie beyond {LINE:g} standard errors, chance allows {stored.allowed:.1%}"
        )
    if not same_luck and largest and abs(largest[0].z) > line:
        reasons.append(
            f"the largest z is {largest[0].z:+.1f}, beyond {line:.1f}, which chance allows once in 100 times"
        )
    lost = sum(c.now is None for c in gone)
    if same_luck and lost:
        reasons.append(f"{lost} cells are not there any more")
    elif gone:
        # A new indicator changes no released number, and other luck leaves other cells under ten people.
        notes = (*notes, f"{len(gone)} cells are in one of the two versions only and were not compared")
    return Parity(
        stored.version, seed, same_luck, len(both), same, share, stored.allowed, line, tuple(reasons),
        tuple(largest[:10]), gone, notes,
    )  # fmt: skip


def answer(found: Parity) -> dict[str, Any]:
    """The JSON object of ``zonesim parity --json``."""
    return {
        "version": found.version, "running": zonesim_version(), "agrees": found.agrees,
        "reasons": list(found.reasons), "notes": list(found.notes), "seed": found.seed, "cells": found.cells,
        "same": found.same, "beyond_3": found.beyond, "allowed": found.allowed, "line": found.line,
        "largest": [_named(c) | {"z": c.z} for c in found.largest], "only_in_one": [_named(c) for c in found.gone],
    }  # fmt: skip


# --- running and reading ------------------------------------------------------------------------------------


def _run(
    pinned: Sequence[Pinned], seed: int, seeds: int, posterior: Posterior | None, threads: int | None,
    progress: Progress | None,
) -> tuple[dict[tuple[str, str, str, str], Reals], str | None]:  # fmt: skip
    """Values of every cell by replication, and the run id of the posterior they were drawn from."""
    found: dict[tuple[str, str, str, str], Reals] = {}
    used: str | None = None
    for at, scenario in enumerate(pinned):

        def told(done: int, total: int, what: str, before: int = at) -> None:
            if progress is not None:
                progress(before * total + done, len(pinned) * total, what)

        made = compare(
            [load_strategy(scenario.strategy)], sized(load_place(scenario.place), scenario.children),
            replications=seeds, seed=seed, years=scenario.years, posterior=posterior, threads=threads, progress=told,
        )  # fmt: skip
        used = made.parameters.posterior
        found |= _values(scenario.id, made)
    return found, used


def sized(place: Place, children: int) -> Place:
    """A place at another number of children, with schools, services and area to fit; 0 leaves it as it is."""
    if children == 0:
        return place
    cells = {name: cell for name, cell in place.cells.items() if name != "area_km2"}
    cells["children"] = cells["children"].model_copy(update={"value": float(children)})
    return fill_place(place.model_copy(update={"cells": cells, "schools": (), "services": ()}))


def _values(scenario: str, made: Comparison) -> dict[tuple[str, str, str, str], Reals]:
    """Twin's value and difference of the last year by replication, for residents; cells under ten people left out."""
    frame = made.yearly
    frame = frame[(frame["year"] == made.years) & (frame["population"] == "residents")]
    twin, name = (str(n) for n in made.runs["strategy"].iloc[:2])
    found = {}
    for indicator in INDICATOR_IDS:
        for group in GROUPS:
            part = frame[(frame["indicator"] == indicator) & (frame["group"] == group)]
            before, after = (
                part[part["strategy"] == which].sort_values("replication")["value"].to_numpy() for which in (twin, name)
            )
            if len(before) == len(after) == made.replications and np.isfinite([before, after]).all():
                found[scenario, indicator, group, "twin"] = before
                found[scenario, indicator, group, "difference"] = after - before
    return found


def _cells(values: dict[tuple[str, str, str, str], Reals]) -> list[Cell]:
    return [Cell(*key, float(v.mean()), float(v.std(ddof=1)), len(v)) for key, v in sorted(values.items())]


def allowed(values: dict[tuple[str, str, str, str], Reals]) -> float:
    """Share of cells beyond ``LINE`` that chance allows: see the head of the file. Drawn from a fixed generator."""
    y = np.array([values[key] for key in sorted(values)])
    n, generator = y.shape[1], np.random.default_rng(0)
    shares = np.zeros(PAIRS)
    for pair in range(PAIRS):
        one, two = (y[:, generator.integers(0, n, n)] for _ in range(2))
        error = np.sqrt((one.var(axis=1, ddof=1) + two.var(axis=1, ddof=1)) / n)
        gap = np.abs(one.mean(axis=1) - two.mean(axis=1))
        shares[pair] = (gap > LINE * error + ROUNDING * np.abs(one.mean(axis=1))).mean()
    return float(np.percentile(shares, PERCENTILE))


# --- judging ------------------------------------------------------------------------------------------------


def z_score(then: Cell, now: Cell) -> float:
    """(now - then) / sqrt(SD_then^2 / n_then + SD_now^2 / n_now); 0 where they differ by rounding only."""
    gap = now.mean - then.mean
    if abs(gap) <= ROUNDING * max(abs(now.mean), abs(then.mean)):
        return 0.0
    error = math.sqrt(then.sd**2 / then.n + now.sd**2 / now.n)
    z = gap / error if error > 0.0 else math.copysign(math.inf, gap)
    return max(-LARGEST_Z, min(LARGEST_Z, z))


def _compared(then: Sequence[Cell], now: Sequence[Cell]) -> list[Compared]:
    old, new = ({(c.scenario, c.indicator, c.group, c.reading): c for c in cells} for cells in (then, now))
    found = []
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        z = z_score(before, after) if before is not None and after is not None else math.nan
        found.append(Compared(before, after, z))
    return found


def _other_posterior(then: str | None, now: str | None) -> str:
    names = [f"the posterior {name}" if name else "the central values" for name in (then, now)]
    return f"parameters came from {names[0]} then and come from {names[1]} now: differences are to be expected"


def _named(c: Compared) -> dict[str, Any]:
    row: dict[str, Any] = {key: getattr(c.cell, key) for key in ("scenario", "indicator", "group", "reading")}
    return row | {"then": c.then and c.then.mean, "now": c.now and c.now.mean}


def _text(stored: Stored) -> str:
    """The file: one line a cell, so that a reader and a version control can look at it."""
    head = {key: value for key, value in asdict(stored).items() if key not in ("cells", "scenarios")}
    head |= {
        "scenarios": [asdict(scenario) for scenario in stored.scenarios],
        "columns": list(Cell.__dataclass_fields__),
    }
    rows = ",\n".join(json.dumps(list(asdict(cell).values())) for cell in stored.cells)
    return json.dumps(head, indent=1)[:-2] + ',\n "cells": [\n' + rows + "\n ]\n}\n"
