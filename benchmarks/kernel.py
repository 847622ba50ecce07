"""Nanoseconds per child-month of the events "families" and "children", this kernel beside C, numpy and plain Mesa.

All implementations step the same months of the same arrays in turn (round-robin), so that a busy machine
slows them alike. One thread: processor time of the thread, the least of the trials. Two threads: wall time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks import events, roofline
from benchmarks.compiled_c import CVersion
from benchmarks.gcc import compiler
from benchmarks.plain_mesa import Child, PlainModel
from benchmarks.tables import Tables, month_of, parameters, population
from benchmarks.trials import Say, digits, machine, ratio, spread
from benchmarks.vectorised import NumpyVersion
from sim import _jit
from sim.kernel import children as child_kernel
from sim.kernel import families as family_kernel
from sim.schema import C

SIZES = (2_000, 85_000, 1_000_000)
QUICK_SIZES = (500, 1_000)
MESA_CHILDREN = 2_000
TRIALS = 15
#: Agreement with the kernel after this many months is checked on a population of this many children.
CHECK_MONTHS, CHECK_CHILDREN = 12, 2_000
TOLERANCE = 1e-12
_CHILD_MONTHS_PER_TRIAL = 100_000
_FAST, _SAME, _KERNEL = "C, fastest (-ffast-math)", "C, same structure", "kernel"
_NUMPY, _MESA = "numpy", "plain Mesa"
_C_VERSIONS = {_SAME: "same", _FAST: "fastest", "C, fastest without fast-math": "fastest without fast-math"}


class KernelVersion:
    """The kernel over the tables, serial or parallel build."""

    def __init__(self, tables: Tables, threads: int = 1) -> None:
        self.tables = tables
        parallel = threads > 1
        self._families = family_kernel.advance_families_parallel if parallel else family_kernel.advance_families
        self._children = child_kernel.advance_children_parallel if parallel else child_kernel.advance_children
        if parallel:
            _jit.set_threads(threads)

    def step(self, month: int) -> None:
        """One month of families, then of children."""
        t, p, now = self.tables, parameters(), month_of(month)
        kin = family_kernel.Kin(t.kin_first, t.kin_rows)
        self._families(
            now, t.home_real, t.home_whole, t.home_pools, t.home_key, kin, t.child_real, t.child_whole, p.families
        )
        lines = (p.schools.low_attainment_line, p.schools.need_line)
        self._children(
            now, t.child_real, t.child_whole, t.child_pools, t.child_key, t.home_real, t.school_real,
            child_kernel.AgeTables(*t.ages), p.children, lines, t.sums,
        )  # fmt: skip


@dataclass
class Row:
    """Times of one implementation at one size: nanoseconds per child-month of each trial."""

    implementation: str
    children: int
    threads: int
    trials: list[float] = field(default_factory=list)

    def record(self) -> dict[str, Any]:
        """The row as in the JSON: the least of the trials, and median and quartiles beside it."""
        return {
            "implementation": self.implementation, "children": self.children, "threads": self.threads,
            "ns_per_child_month": digits(min(self.trials)), "spread": spread(self.trials),
        }  # fmt: skip


def _versions(tables: Tables, threads: int) -> dict[str, Callable[[int], None]]:
    """Each implementation on its own copy of the tables."""
    steps: dict[str, Callable[[int], None]] = {_KERNEL: KernelVersion(tables.copy(), threads).step}
    if compiler():
        steps |= {name: CVersion(tables.copy(), flags, threads).step for name, flags in _C_VERSIONS.items()}
    if threads == 1:
        steps[_NUMPY] = NumpyVersion(tables.copy()).step
        if tables.children <= MESA_CHILDREN:
            steps[_MESA] = PlainModel(tables).advance
    return steps


def time_size(children: int, threads: int, trials: int, say: Say) -> list[Row]:
    """All implementations at one size, in turn; every trial steps the months of one school year again."""
    tables = population(children)
    steps = _versions(tables, threads)
    clock = time.thread_time_ns if threads == 1 else time.perf_counter_ns
    rows = {name: Row(name, children, threads) for name in steps}
    for step in steps.values():
        step(0)
    for trial in range(trials):
        for name, step in steps.items():
            quick = name != _MESA
            months = max(1, min(12, _CHILD_MONTHS_PER_TRIAL // children)) if quick else 1
            start = clock()
            for month in range(months):
                step((trial + month) % 12)
            rows[name].trials.append((clock() - start) / (months * children))
    times = ", ".join(f"{row.implementation} {min(row.trials):.1f}" for row in rows.values())
    say(f"{children:,} children, {threads} thread(s): {times}")
    return list(rows.values())


def _apart(one: Tables, two: Tables) -> float:
    """Largest relative difference of two states (absolute below 1)."""
    largest = 0.0
    for name in ("child_real", "home_real", "home_whole"):
        a, b = getattr(one, name), getattr(two, name)
        gap = np.abs(a - b) / np.maximum(np.abs(a), 1.0)
        if not np.array_equal(np.isnan(a), np.isnan(b)):
            return float("inf")
        largest = max(largest, float(np.nanmax(gap)))
    a, b = one.sums.sum(axis=0), two.sums.sum(axis=0)
    return max(largest, float(np.max(np.abs(a - b) / np.maximum(np.abs(a), 1.0))))


def agreement(children: int = CHECK_CHILDREN) -> dict[str, float]:
    """Largest relative difference of each implementation's state from the kernel's after a year of months.

    The parallel build must have the same bits. Plain Mesa draws other random numbers: its figure is the
    difference of the means of attainment, SD.
    """
    tables = population(children)
    reference = KernelVersion(tables.copy())
    others: dict[str, Any] = {
        "kernel, parallel build": KernelVersion(tables.copy(), 2), _NUMPY: NumpyVersion(tables.copy())
    }  # fmt: skip
    if compiler():
        others |= {name: CVersion(tables.copy(), flags) for name, flags in _C_VERSIONS.items()}
    plain = PlainModel(tables)
    for month in range(CHECK_MONTHS):
        for other in (reference, *others.values()):
            other.step(month)
        plain.advance(month)
    found = {name: _apart(reference.tables, other.tables) for name, other in others.items()}
    means = [np.mean([agent.attainment for agent in plain.agents_by_type[Child]])]
    means.append(reference.tables.child_real[C.attainment].mean())
    found[f"{_MESA} (means only)"] = float(abs(means[0] - means[1]))
    return found


def ratios(rows: list[Row]) -> dict[str, dict[str, Any]]:
    """What the bars are about: quotients of neighbours in time, ``least`` that of the least times."""
    trials = {(r.implementation, r.children, r.threads): r.trials for r in rows}
    sizes = sorted({r.children for r in rows})
    small, middle, large = sizes[0], sizes[min(1, len(sizes) - 1)], sizes[-1]
    one = (_KERNEL, middle, 1)
    asked = {
        "kernel / C same structure": (one, (_SAME, middle, 1)),
        "kernel / C fastest": (one, (_FAST, middle, 1)),
        "Mesa / kernel": ((_MESA, small, 1), one),
        "Mesa / kernel, both at 2,000": ((_MESA, small, 1), (_KERNEL, small, 1)),
        "numpy / kernel": ((_NUMPY, middle, 1), one),
        "two threads at 85k": (one, (_KERNEL, middle, 2)),
        "two threads at 1M": ((_KERNEL, large, 1), (_KERNEL, large, 2)),
        "two threads at 85k, C fastest": ((_FAST, middle, 1), (_FAST, middle, 2)),
    }
    return {
        name: ratio(trials[over], trials[under])
        for name, (over, under) in asked.items()
        if over in trials and under in trials
    }


def measure(quick: bool = False, say: Say = lambda _: None) -> dict[str, Any]:
    """The whole benchmark. ``quick``: tiny sizes and two trials, to see that it works, not to measure."""
    differences = agreement(QUICK_SIZES[0] if quick else CHECK_CHILDREN)
    rows: list[Row] = []
    for children in QUICK_SIZES if quick else SIZES:
        for threads in (1, 2):
            rows += time_size(children, threads, 2 if quick else TRIALS, say)
    notes = [] if compiler() else ["no gcc found: the C rows are absent"]
    return {
        "machine": machine() | {"gcc": compiler() or "not found", "notes": notes},
        "rows": [r.record() for r in rows],
        "ratios": ratios(rows),
        "agreement": differences,
        "roofline": roofline.measure(quick),
        "events": events.measure(quick),
    }
