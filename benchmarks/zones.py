"""Large places: all of England's Children's Zones in one world, and a hundred zones of 20,000 children, ten years."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.events import STRATEGY, TWIN, place_of, start_of, timed_run
from benchmarks.trials import digits, machine, peak_bytes, ratio, spread
from sim.inputs import load_place

_TRIALS = 3
_ZONES, _ZONE_CHILDREN, _WORKERS = 100, 20_000, 2


def measure(quick: bool = False) -> dict[str, Any]:
    """Both, one after the other. ``quick``: a year of small places."""
    england = _england("bettws" if quick else "england_zones", 12 if quick else 120, 1 if quick else _TRIALS)
    zones = _hundred(3, 200, 12) if quick else _hundred(_ZONES, _ZONE_CHILDREN, 120)
    return {"machine": machine(), "england": england, "hundred": zones}


def _england(place: str, months: int, trials: int) -> dict[str, Any]:
    """Start and runs of a place, one thread and two in turn; the first of each is not counted."""
    profile = load_place(place)
    start_of(profile, months)
    begun = time.perf_counter()
    start = start_of(profile, months)
    took = time.perf_counter() - begun
    ways = [(strategy, threads) for strategy in (TWIN, STRATEGY) for threads in (1, 2)]
    runs: dict[tuple[str, int], list[dict[str, Any]]] = {way: [] for way in ways}
    for trial in range(trials + 1):
        for strategy, threads in ways:
            done = timed_run(start, strategy, threads)
            if trial:
                runs[strategy, threads].append(done)
    rows = []
    for (strategy, threads), found in runs.items():
        seconds, months_lived = [run["wall"].total() / 1e9 for run in found], found[0]["child_months"]
        alone = [run["wall"].total() / 1e9 for run in runs[strategy, 1]]
        by_event = {
            name: digits(spread([run["wall"][name] / 1e9 for run in found])["median"], 3) for name in found[0]["wall"]
        }
        rows.append({
            "strategy": strategy, "threads": threads, "seconds": spread(seconds), "child_months": months_lived,
            "ns_per_child_month": digits(spread(seconds)["median"] / months_lived * 1e9),
            "speed_up": ratio(alone, seconds),
            "by_event_s": dict(sorted(by_event.items(), key=lambda pair: -pair[1])),
        })  # fmt: skip
    return {
        "place": place, "months": months, "children": int(profile.value("children")), "schools": len(profile.schools),
        "start_s": digits(took, 3), "peak_mib": round(peak_bytes() / 2**20), "runs": rows,
    }  # fmt: skip


def _hundred(zones: int, children: int, months: int) -> dict[str, Any]:
    """Zones that live side by side, two at a time, each with a luck number of its own; none is kept."""
    place = place_of(children)
    before = round(peak_bytes() / 2**20)

    def one(zone: int) -> tuple[float, int]:
        begun = time.perf_counter()
        found = timed_run(start_of(place, months, seed=1 + zone), STRATEGY)
        return time.perf_counter() - begun, found["child_months"]

    one(zones)
    begun = time.perf_counter()
    with ThreadPoolExecutor(_WORKERS) as pool:
        done = list(pool.map(one, range(zones)))
    took = time.perf_counter() - begun
    lived = sum(months_lived for _, months_lived in done)
    return {
        "zones": zones, "children": children, "months": months, "workers": _WORKERS, "seconds": digits(took),
        "seconds_a_zone": spread([seconds for seconds, _ in done]), "child_months": lived,
        "ns_per_child_month": digits(took / lived * 1e9), "peak_mib": round(peak_bytes() / 2**20),
        "peak_mib_before": before,
    }  # fmt: skip
