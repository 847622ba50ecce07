"""All of England's Children's Zones for ten years: wall time by event, peak memory, child-months."""

from __future__ import annotations

import resource
import time
from collections import Counter
from typing import Any

from sim import engine
from sim.inputs import load_place, load_strands, load_strategy
from sim.inputs.register import load_register

STRATEGIES = ("no_zone", "cradle_to_career")


def _run(start: engine.Start, strategy: str, months: int) -> dict[str, Any]:
    """One run, event by event."""
    world = engine.create(start, load_strategy(strategy), load_strands())
    seconds: Counter[str] = Counter()
    child_months = 0
    for _ in range(months):
        for event in engine.EVENTS:
            if world.month % 12 in event.months:
                begun = time.perf_counter()
                event.act(world)
                seconds[event.name] += time.perf_counter() - begun
        c = world.children
        child_months += int(((c.first_month <= world.month) & (world.month < c.last_month)).sum())
        world.month += 1
    return {
        "strategy": strategy, "seconds": round(seconds.total(), 3), "child_months": child_months,
        "ns_per_child_month": round(seconds.total() / child_months * 1e9, 1),
        "by_event": {name: round(took, 3) for name, took in seconds.most_common()},
    }  # fmt: skip


def measure(place: str = "england_zones", months: int = 120) -> dict[str, Any]:
    """Start and runs of a place. Each strategy runs twice; the second, compiled and warm, is reported."""
    profile, register = load_place(place), load_register()
    engine.create_start(profile, register, 1, months)
    begun = time.perf_counter()
    start = engine.create_start(profile, register, 1, months)
    took = time.perf_counter() - begun
    runs = []
    for strategy in STRATEGIES:
        _run(start, strategy, months)
        runs.append(_run(start, strategy, months))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "place": place, "months": months, "children": int(profile.value("children")), "schools": len(profile.schools),
        "start_seconds": round(took, 3), "peak_memory_mib": round(peak), "runs": runs,
    }  # fmt: skip
