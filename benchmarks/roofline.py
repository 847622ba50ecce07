"""The least time a child-month could take on this machine: its bytes at full bandwidth, its flops at full speed."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.counted import EXP_FLOPS, bytes_per_child_month, flops_per_child_month
from benchmarks.gcc import SAFE, compiler, library
from benchmarks.tables import population
from benchmarks.trials import digits, spread

#: Numbers in each of the three arrays: 6 MiB together stay in a cache, 1.5 GiB do not.
NEAR, FAR = 2**18, 2**26
QUICK_FAR = 2**20
_TRIALS = 7
_SECONDS = 0.1


def _rates(once: Callable[[int], float], trials: int) -> list[float]:
    """Units a second of each trial. ``once(times)`` does that many turns and says how many units they were."""
    times = 1
    while True:
        begun = time.perf_counter()
        once(times)
        took = time.perf_counter() - begun
        if took > _SECONDS / 4:
            break
        times *= 4
    times = max(1, round(times * _SECONDS / took))
    found = []
    for _ in range(trials):
        begun = time.perf_counter()
        done = once(times)
        found.append(done / (time.perf_counter() - begun))
    return found


def _triad(c: ctypes.CDLL, arrays: list[np.ndarray], n: int, threads: int) -> Callable[[int], float]:
    where = [ctypes.c_void_p(array.ctypes.data) for array in arrays]

    def once(times: int) -> float:
        c.triad(*where, ctypes.c_int64(n), ctypes.c_int64(times), ctypes.c_int(threads))
        return 24.0 * n * times

    return once


def _fma(c: ctypes.CDLL, threads: int) -> Callable[[int], float]:
    c.fma_chains.restype = ctypes.c_double
    flops = ctypes.c_double()

    def once(times: int) -> float:
        c.fma_chains(ctypes.c_int64(1000 * times), ctypes.c_int(threads), ctypes.byref(flops))
        return flops.value

    return once


def limits(quick: bool = False) -> list[dict[str, Any]]:
    """Bandwidth in memory and in cache and the peak of multiply-adds, on one thread and on two."""
    c, far = library("roofline", SAFE), QUICK_FAR if quick else FAR
    arrays = [np.full(far, float(k)) for k in range(3)]
    rows = []
    for threads in (1, 2):
        for name, unit, once in (
            ("triad, memory", "bytes", _triad(c, arrays, far, threads)),
            ("triad, cache", "bytes", _triad(c, arrays, min(NEAR, far), threads)),
            ("multiply-add", "flops", _fma(c, threads)),
        ):
            rates = _rates(once, 2 if quick else _TRIALS)
            row = {"limit": name, "unit": f"{unit} a second", "threads": threads, "rate": spread(rates)}
            rows.append(row | {"greatest": digits(max(rates))})
    return rows


def measure(quick: bool = False) -> dict[str, Any]:
    """Limits of the machine, work of a child-month, and the least nanoseconds that follow (one thread)."""
    tables = population(400)
    moved = bytes_per_child_month(tables.households / tables.children)
    flops = flops_per_child_month(100, 2) if quick else flops_per_child_month()
    work = {"bytes_read": round(moved["read"]), "bytes_written": round(moved["written"]), "flops": round(flops),
            "flops_of_an_exp": EXP_FLOPS}  # fmt: skip
    if compiler() is None:
        return {"work": work, "limits": [], "floors_ns": {}}
    found = limits(quick)
    peak = {row["limit"]: row["greatest"] for row in found if row["threads"] == 1}
    size = moved["read"] + moved["written"]
    floors = {
        "memory": digits(size / peak["triad, memory"] * 1e9), "cache": digits(size / peak["triad, cache"] * 1e9),
        "arithmetic": digits(flops / peak["multiply-add"] * 1e9),
    }  # fmt: skip
    return {"work": work, "limits": found, "floors_ns": floors}
