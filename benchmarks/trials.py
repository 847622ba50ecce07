"""Times taken in turn: their median and spread, ratios of neighbours in time, and the machine they belong to."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

#: Told to whoever waits.
Say = Callable[[str], None]


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Median, quartiles, least and number of the trials, to four significant digits."""
    low, middle, high = np.percentile(values, [25, 50, 75])
    return {
        "median": digits(middle), "quartiles": [digits(low), digits(high)], "least": digits(min(values)),
        "trials": len(values),
    }  # fmt: skip


def ratio(over: Sequence[float], under: Sequence[float]) -> dict[str, Any]:
    """Quotients trial by trial, as ``spread``: two times of one round were taken while the machine was in one mood.

    ``least`` is the quotient of the least times, which is what the work costs where nobody disturbs it.
    """
    n = min(len(over), len(under))
    found = spread([a / b for a, b in zip(over[:n], under[:n], strict=True)])
    return found | {"least": digits(min(over) / min(under))}


def in_turn(
    trials: int, steps: Mapping[str, Callable[[], None]], clocks: Mapping[str, Callable[[], int]]
) -> dict[str, list[float]]:
    """Nanoseconds of each trial of each step: all of them once, then all of them again."""
    found: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(trials):
        for name, step in steps.items():
            clock = clocks[name]
            begun = clock()
            step()
            found[name].append(float(clock() - begun))
    return found


def digits(value: float, n: int = 4) -> float:
    """A number to ``n`` significant digits."""
    return float(f"{value:.{n}g}")


def peak_bytes() -> int:
    """Most memory that this process has held so far. Where Linux tells it, without what its parent held before it."""
    status = Path("/proc/self/status")
    for line in status.read_text(encoding="utf-8").splitlines() if status.exists() else ():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def machine() -> dict[str, Any]:
    """The machine and versions that times belong to, and how busy it was."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    named = (line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    return {
        "processor": next(named, platform.processor()), "processors": os.cpu_count(),
        "memory_gib": round(memory / 2**30), "system": platform.platform(),
        "python": platform.python_version(), "numba": version("numba"), "numpy": np.__version__,
        "load": [round(load, 2) for load in os.getloadavg()] if hasattr(os, "getloadavg") else [],
    }  # fmt: skip
