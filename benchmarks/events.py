"""One run event by event: what each event of the month costs, with all mechanisms on."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from benchmarks.trials import digits, spread
from sim import engine
from sim.inputs import fill_place, load_place, load_strands, load_strategy
from sim.inputs.register import load_register
from sim.spec import Place

STRATEGY, TWIN, PROFILE = "cradle_to_career", "no_zone", "england_decile_2"
_CHILDREN, _QUICK_CHILDREN = 11_500, 200
_TRIALS = 5


def place_of(children: int) -> Place:
    """A neighbourhood of a typical disadvantaged profile with this many children; schools are filled in to fit."""
    profile = load_place(PROFILE)
    cells = {name: cell for name, cell in profile.cells.items() if name != "area_km2"}
    cells["children"] = profile.cells["children"].model_copy(update={"value": float(children)})
    return fill_place(profile.model_copy(update={"cells": cells, "schools": (), "services": ()}))


def start_of(place: Place, months: int, seed: int = 1, threads: int = 1) -> engine.Start:
    """First day of a place with every mechanism on."""
    return engine.create_start(place, load_register(), seed, months, threads=threads)


def timed_run(start: engine.Start, strategy: str, threads: int = 1) -> dict[str, Any]:
    """Step a world to its end. Nanoseconds of wall and processor time by event, and the child-months stepped."""
    world = engine.create(start, load_strategy(strategy), load_strands(), threads=threads)
    wall: Counter[str] = Counter()
    cpu: Counter[str] = Counter()
    child_months = 0
    for _ in range(start.months):
        for event in engine.EVENTS:
            if world.month % 12 in event.months:
                begun, worked = time.perf_counter_ns(), time.process_time_ns()
                event.act(world)
                cpu[event.name] += time.process_time_ns() - worked
                wall[event.name] += time.perf_counter_ns() - begun
        c = world.children
        child_months += int(((c.first_month <= world.month) & (world.month < c.last_month)).sum())
        world.month += 1
    return {"wall": wall, "cpu": cpu, "child_months": child_months}


def _table(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Each event's nanoseconds of processor time per child-month and its share of the month."""
    months = runs[0]["child_months"]
    totals = [run["cpu"].total() / months for run in runs]
    rows = [
        {
            "event": name, "ns_per_child_month": spread([run["cpu"][name] / months for run in runs]),
            "share": digits(spread([run["cpu"][name] / run["cpu"].total() for run in runs])["median"], 3),
        }
        for name in runs[0]["cpu"]
    ]  # fmt: skip
    rows.sort(key=lambda row: -row["share"])
    return {"child_months": months, "ns_per_child_month": spread(totals), "events": rows}


def measure(quick: bool = False) -> dict[str, Any]:
    """The whole month of a strategy that uses everything, and of its twin, in turn; one thread."""
    children, months = (_QUICK_CHILDREN, 12) if quick else (_CHILDREN, 120)
    start = start_of(place_of(children), months)
    runs: dict[str, list[dict[str, Any]]] = {STRATEGY: [], TWIN: []}
    for strategy in runs:
        timed_run(start, strategy)
    for _ in range(2 if quick else _TRIALS):
        for strategy, done in runs.items():
            done.append(timed_run(start, strategy))
    return {"children": children, "months": months, "months_of": {s: _table(done) for s, done in runs.items()}}
