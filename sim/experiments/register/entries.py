"""What is kept of a run: its projections with bands, dates and single replications, and what it was made with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from pandas import DataFrame

from sim.inputs.posterior import Posterior
from sim.outcomes import INDICATORS, SMALLEST_CELL
from sim.outputs.folders import OutputError
from sim.outputs.records import StoredComparison

#: Version of an entry; older ones open through ``sim.experiments.register.migrations``.
SCHEMA = 2
#: Ends of the two bands, percentiles of the replications.
BANDS = {"low90": 5.0, "low50": 25.0, "high50": 75.0, "high90": 95.0}
_TEXTS = ("id", "name", "saved", "place", "strategy", "future", "evidence")
#: Half the width of a 90 % interval, in standard deviations.
_TO_90 = 1.6448536269514722
#: Significant digits of the values of single replications.
_DIGITS = 9


@dataclass(frozen=True)
class Projection:
    """One figure foretold: an indicator of a group at the end of a school year.

    ``ends``: "2031-08". ``values``: one for each replication, empty in entries of version 1, which kept bands alone.
    """

    indicator: str
    group: str
    year: int
    ends: str
    mean: float
    low90: float
    low50: float | None
    high50: float | None
    high90: float
    values: tuple[float, ...]


@dataclass(frozen=True)
class Entry:
    """A projection of one strategy in one place. ``draws``: fitted parameter -> its value in each replication.

    ``first_september``: calendar year of month 0. ``about``: versions, digests, run folder and command, as texts.
    """

    id: str
    name: str
    saved: str
    place: str
    strategy: str
    future: str
    evidence: str
    years: int
    first_september: int
    seeds: tuple[int, ...]
    about: Mapping[str, Any]
    projections: tuple[Projection, ...]
    draws: Mapping[str, tuple[float, ...]]

    def at(self, indicator: str, group: str, year: int) -> Projection | None:
        """The projection of a figure, or ``None`` where there is none."""
        return next((p for p in self.projections if (p.indicator, p.group, p.year) == (indicator, group, year)), None)


def entry_of(
    run: StoredComparison, folder: Path, *, strategy: str | None = None, name: str = "",
    first_september: int = 2026, posterior: Posterior | None = None, manifest: Mapping[str, Any] | None = None,
    saved: datetime | None = None,
) -> Entry:  # fmt: skip
    """An entry of a run folder's ``strategy`` (the twin is ``no_zone``); of its only one unless told.

    ``posterior``: what the run's parameters were drawn from; without it, or with another one, no draws are kept.
    Raises ``OutputError`` where the run has several strategies and none is named, or not the one that is.
    """
    chosen = _strategy(run, folder, strategy)
    rows = run.yearly
    rows = rows[(rows["strategy"] == chosen) & (rows["population"] == "residents")]
    moment, manifest = saved or datetime.now(UTC), manifest or {}
    fitting = posterior if posterior is not None and posterior.digest == run.parameters.digest else None
    about = {
        "digest": run.digest, "command": run.command, "run_folder": str(folder),
        "zonesim": str(manifest.get("zonesim", "")), "commit": str(manifest.get("commit") or ""),
        "parameters": run.parameters.mode, "posterior": run.parameters.posterior or "",
        "posterior_digest": run.parameters.digest or "",
    }  # fmt: skip
    return Entry(
        id=f"{run.place.id}-{chosen}-{moment:%Y%m%d-%H%M%S}"[:100],
        name=name or f"{chosen} in {run.place.name}",
        saved=moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        place=run.place.id, strategy=chosen, future=run.future, evidence=run.evidence, years=run.years,
        first_september=first_september, seeds=tuple(range(run.seed, run.seed + run.replications)), about=about,
        projections=_projections(rows, run.replications, first_september), draws=_draws(run, chosen, fitting),
    )  # fmt: skip


def _strategy(run: StoredComparison, folder: Path, wanted: str | None) -> str:
    known = list(dict.fromkeys(run.runs["strategy"].astype(str)))
    own = [name for name in known if name != "no_zone"]
    names = ", ".join(known)
    if wanted is None and len(own) == 1:
        return own[0]
    if wanted is None:
        raise OutputError(folder, "the run holds several strategies", f"Say which by --strategy, one of {names}.")
    if wanted not in known:
        raise OutputError(folder, f'the run holds no strategy "{wanted}"', f"Give one of {names}.")
    return wanted


def _projections(rows: DataFrame, replications: int, first_september: int) -> tuple[Projection, ...]:
    """Every cell that at least ten people stand behind in every replication."""
    kept = []
    rows = rows.sort_values("replication")
    for key, cell in rows.groupby(["indicator", "group", "year"], observed=True):
        indicator, group, year = map(str, key)
        values = cell["value"].to_numpy(dtype=float)
        if len(values) < replications or np.isnan(values).any() or not (cell["n"] >= SMALLEST_CELL).all():
            continue
        kept.append(projection(indicator, group, int(year), values.tolist(), first_september))
    return tuple(kept)


def projection(indicator: str, group: str, year: int, values: Sequence[float], first_september: int) -> Projection:
    """A projection from the values of its replications."""
    short = tuple(float(f"{value:.{_DIGITS}g}") for value in values)
    ends = dict(zip(BANDS, np.percentile(short, list(BANDS.values())).tolist(), strict=True))
    return Projection(
        indicator, group, year, year_end(first_september, year), float(np.mean(short)), **ends, values=short
    )


def spread_of(one: Projection) -> float:
    """Standard deviation of a projection over its replications, or as its 90 % band has it."""
    if len(one.values) > 1:
        return float(np.std(one.values, ddof=1))
    return (one.high90 - one.low90) / (2.0 * _TO_90)


def year_end(first_september: int, year: int) -> str:
    """Month in which a school year of the run, from 1, is over."""
    return f"{first_september + year}-08"


def _draws(run: StoredComparison, strategy: str, posterior: Posterior | None) -> dict[str, tuple[float, ...]]:
    if posterior is None:
        return {}
    rows = run.runs[run.runs["strategy"] == strategy].sort_values("replication")
    numbers = rows["draw"].to_numpy(dtype=int)
    return {name: tuple(posterior.draws[numbers, at].tolist()) for at, name in enumerate(posterior.names)}


def entry_json(entry: Entry) -> dict[str, Any]:
    """An entry as JSON values, in the newest version."""
    content = {key: getattr(entry, key) for key in Entry.__dataclass_fields__}
    content["projections"] = [
        {key: getattr(p, key) for key in Projection.__dataclass_fields__} for p in entry.projections
    ]
    return {"kind": "zonesim.projection", "schema": SCHEMA} | content


def entry_from(content: Mapping[str, Any]) -> Entry:
    """An entry from JSON values of the newest version. Raises ``ValueError``, ``KeyError`` or ``TypeError``."""
    fields = {key: content[key] for key in Entry.__dataclass_fields__}
    projections = tuple(
        Projection(**{key: one[key] for key in Projection.__dataclass_fields__} | {"values": tuple(one["values"])})
        for one in content["projections"]
    )
    for one in projections:
        _check_projection(one)
    draws = {str(name): tuple(map(float, values)) for name, values in content["draws"].items()}
    found = Entry(**fields | {"projections": projections, "draws": draws, "seeds": tuple(map(int, content["seeds"]))})
    _check_entry(found)
    return found


def _check_entry(found: Entry) -> None:
    """Refuse what no run has: texts that are none, and rows of replications of unequal length."""
    for key in _TEXTS:
        if not isinstance(getattr(found, key), str):
            raise ValueError(f"{key} is not a text")
    for key in ("years", "first_september"):
        if not isinstance(getattr(found, key), int):
            raise ValueError(f"{key} is not a whole number")
    if not isinstance(found.about, dict):
        raise ValueError("about is not a table")
    rows = [*(one.values for one in found.projections if one.values), *found.draws.values()]
    if any(len(row) != len(found.seeds) for row in rows):
        raise ValueError("a row holds more or fewer replications than there are luck numbers")


def _check_projection(one: Projection) -> None:
    if one.indicator not in INDICATORS:
        raise ValueError(f"there is no indicator {one.indicator!r} any more")
    if not isinstance(one.group, str) or not isinstance(one.ends, str) or not isinstance(one.year, int):
        raise ValueError(f"{one.indicator} does not say of whom or when")
    middle = () if one.low50 is None and one.high50 is None and not one.values else (one.low50, one.high50)
    numbers = (one.mean, one.low90, one.high90, *middle, *one.values)
    if not all(isinstance(number, int | float) and math.isfinite(number) for number in numbers):
        raise ValueError(f"{one.indicator} in year {one.year} holds what is not a number")
