"""Runs per second of a sweep of a 2,000-child place over ten years: here, and over two workers, beside the bare engine.

Bare: the seconds that starts, twins and strategies took in the engine when one process did nothing else. Efficiency is
what came out over what bare engines in as many processes would have made. All rows are of one run, taken in turn.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from benchmarks.trials import machine, spread
from sim.experiments.sweeps import Sweep, sweep
from sim.futures import NO_FUTURE
from sim.inputs import load_place, load_strategy
from sim.outcomes import HEADLINES
from sim.spec import Design, Study

PLACE, YEARS = "england_decile_2", 10
STRATEGIES = ("business_as_usual", "schools_only", "early_start", "cradle_to_career")
_REPLICATIONS, _TRIALS, _WORKERS = 60, 2, (0, 2)


def _study(place: str, years: int, replications: int) -> Study:
    return Study(
        id="benchmark", name="Benchmark", strategies=tuple(load_strategy(name) for name in STRATEGIES),
        places=(load_place(place),), years=years, replications=replications, design=Design(kind="grid"),
        futures=(NO_FUTURE,), outcomes=tuple(HEADLINES),
    )  # fmt: skip


def _rates(found: list[Sweep], seconds: str) -> list[float]:
    return [done.manifest["runs"]["made_now"] / done.manifest["timings"][seconds] for done in found]


def _record(workers: int, found: list[Sweep], bare: list[float]) -> dict[str, Any]:
    rates = _rates(found, "wall_s")
    peaks = [peak for done in found for peak in done.manifest["workers"]["peak_bytes"].values()]
    return {
        "workers": workers, "runs_per_second": spread(rates),
        # Trial by trial, the bare engine's own rate taken in the trial's first row.
        "efficiency": spread([rate / (alone * max(workers, 1)) for rate, alone in zip(rates, bare, strict=True)]),
        "peak_mib": round(max(peaks, default=0) / 2**20),
    }  # fmt: skip


def measure(quick: bool = False) -> dict[str, Any]:
    """Rates and efficiencies; ``quick``: a few runs of two years, to see that it works."""
    study = _study(PLACE, 1 if quick else YEARS, 2 if quick else _REPLICATIONS)
    found: dict[int, list[Sweep]] = {workers: [] for workers in _WORKERS}
    with tempfile.TemporaryDirectory() as folder:
        sweep(study.model_copy(update={"replications": 1}), Path(folder) / "warm", workers=0)
        for trial in range(1 if quick else _TRIALS):
            for workers, done in found.items():
                done.append(sweep(study, Path(folder) / f"{trial}-{workers}", workers=workers))
    bare = _rates(found[0], "model_s")
    return {
        "machine": machine(), "place": PLACE, "years": study.years, "runs": 4 * study.replications,
        "bare_runs_per_second": spread(bare), "rows": [_record(workers, done, bare) for workers, done in found.items()],
    }  # fmt: skip
