"""From 2,000 to 2,000,000 children: cost per child-month and bytes per child, on one thread and on two.

The month of families and children is timed for all sizes in turn, over made populations as in ``benchmarks.kernel``.
The whole month, all mechanisms on, is timed over real first days, each size in a process of its own, so that its peak
memory is its own; sizes that would need more memory than is allowed are left out and named.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.events import STRATEGY, place_of, start_of, timed_run
from benchmarks.kernel import KernelVersion
from benchmarks.tables import Tables, population
from benchmarks.trials import Say, digits, in_turn, machine, peak_bytes, ratio, spread

SIZES = (2_000, 10_000, 85_000, 300_000, 1_000_000, 2_000_000)
QUICK_SIZES = (300, 600)
WHOLE_SIZES, QUICK_WHOLE_SIZES = (2_000, 10_000, 85_000, 300_000, 1_000_000, 2_000_000), (200, 400)
#: The size that the others are compared with.
BASE = 10_000
#: Memory that one process may take.
LIMIT_GIB = 7.0
_TRIALS = 11
_CHILD_MONTHS_PER_TRIAL = 200_000
#: Children of all trials of a whole year, about: small places are soon done, and short times are uncertain.
_CHILDREN_STEPPED = 500_000
_YEAR = 12
_ROOT = Path(__file__).parents[1]


def _bytes(tables: Tables) -> int:
    return sum(array.nbytes for array in vars(tables).values())


def _stepping(version: KernelVersion, months: int) -> Any:
    def step() -> None:
        for month in range(months):
            version.step(month)

    return step


def kernel_rows(sizes: tuple[int, ...], trials: int) -> list[dict[str, Any]]:
    """Families and children: wall nanoseconds per child-month on one thread and on two."""
    steps, clocks, work, size_of = {}, {}, {}, {}
    for children in sizes:
        tables = population(children)
        size_of[children] = _bytes(tables) / children
        months = max(1, min(12, _CHILD_MONTHS_PER_TRIAL // children))
        for threads in (1, 2):
            version = KernelVersion(tables, threads)
            version.step(0)
            name = f"{children} {threads}"
            steps[name], clocks[name], work[name] = _stepping(version, months), time.perf_counter_ns, months * children
    times = {name: [t / work[name] for t in found] for name, found in in_turn(trials, steps, clocks).items()}
    base = BASE if BASE in sizes else sizes[0]
    return [
        {
            "children": children, "threads": threads, "ns_per_child_month": spread(times[f"{children} {threads}"]),
            "to_base": ratio(times[f"{children} {threads}"], times[f"{base} {threads}"]),
            "speed_up": ratio(times[f"{children} 1"], times[f"{children} {threads}"]),
            "table_bytes_per_child": round(size_of[children]),
        }
        for children in sizes
        for threads in (1, 2)
    ]  # fmt: skip


def whole_row(children: int, trials: int) -> dict[str, Any]:
    """A year of a place of this size, all mechanisms on, in this process; the first of each is not counted."""
    place = place_of(300)
    timed_run(start_of(place, _YEAR), STRATEGY, 1)
    before = peak_bytes()
    place = place_of(children)
    begun = time.perf_counter()
    start = start_of(place, _YEAR)
    built = time.perf_counter() - begun
    times: dict[int, list[float]] = {1: [], 2: []}
    for trial in range(trials + 1):
        for threads, found in times.items():
            run = timed_run(start, STRATEGY, threads)
            if trial:
                found.append(run["wall"].total() / run["child_months"])
    return {
        "children": children, "start_s": digits(built, 3), "peak_mib": round(peak_bytes() / 2**20),
        "bytes_per_child": round((peak_bytes() - before) / children), "speed_up": ratio(times[1], times[2]),
        "ns_per_child_month": {str(threads): spread(found) for threads, found in times.items()},
    }  # fmt: skip


def whole_rows(sizes: tuple[int, ...], quick: bool, say: Say) -> tuple[list[dict[str, Any]], list[str]]:
    """Each size in a fresh process, until the next would need more memory than is allowed."""
    rows: list[dict[str, Any]] = []
    notes: list[str] = []
    for children in sizes:
        need = rows[-1]["bytes_per_child"] * children / 2**30 if rows else 0.0
        if need > LIMIT_GIB:
            notes.append(f"{children:,} children left out: about {need:.1f} GiB, {LIMIT_GIB:.0f} allowed")
            continue
        trials = 1 if quick or children > 500_000 else max(3, min(_TRIALS, _CHILDREN_STEPPED // children))
        command = [sys.executable, "-m", "benchmarks.scale", str(children), str(trials)]
        done = subprocess.run(command, cwd=_ROOT, env=os.environ | {"PYTHONPATH": str(_ROOT)}, capture_output=True,
                              text=True, check=True)  # fmt: skip
        rows.append(json.loads(done.stdout))
        say(f"{children:,} children, whole month: {rows[-1]['ns_per_child_month']['1']['median']:,} ns a child-month")
    base = next((row for row in rows if row["children"] == BASE), rows[0])
    for row in rows:
        row["to_base"] = digits(row["ns_per_child_month"]["1"]["median"] / base["ns_per_child_month"]["1"]["median"])
    return rows, notes


def measure(quick: bool = False, say: Say = lambda _: None) -> dict[str, Any]:
    """Both tables."""
    rows = kernel_rows(QUICK_SIZES if quick else SIZES, 2 if quick else _TRIALS)
    for row in rows:
        say(f"{row['children']:,} children, {row['threads']} thread(s): {row['ns_per_child_month']['median']} ns")
    whole, notes = whole_rows(QUICK_WHOLE_SIZES if quick else WHOLE_SIZES, quick, say)
    return {
        "machine": machine(), "base": BASE, "memory_limit_gib": LIMIT_GIB, "families_and_children": rows,
        "whole_month": whole, "notes": notes,
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(whole_row(int(sys.argv[1]), int(sys.argv[2]))))
