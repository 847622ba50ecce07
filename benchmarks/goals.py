"""What was asked of the speed of the model, beside what one run reached, and why what was missed was missed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks.shown import Shown, number
from benchmarks.start import BARE

Results = dict[str, Any]
RUN = "zonesim run, a pair of years of 2,000 children"


class Goal(NamedTuple):
    """A bar: in words, its number, whether less is better, how to read what was reached, and why it was missed."""

    words: str
    bar: float
    less: bool
    read: Callable[[Results], float | None]
    why: str = ""


def _of_kernel(name: str) -> Callable[[Results], float | None]:
    def read(results: Results) -> float | None:
        found = results.get("kernel", {}).get("ratios", {}).get(name)
        return None if found is None else float(found["median"])

    return read


def _of_scale(children: int, threads: int, what: str) -> Callable[[Results], float | None]:
    def read(results: Results) -> float | None:
        for row in results.get("scale", {}).get("families_and_children", ()):
            if (row["children"], row["threads"]) == (children, threads):
                return float(row[what]["median"])
        return None

    return read


def _whole_month(children: int) -> Callable[[Results], float | None]:
    def read(results: Results) -> float | None:
        rows = results.get("scale", {}).get("whole_month", ())
        return next((float(row["to_base"]) for row in rows if row["children"] == children), None)

    return read


def _whole_speed_up(results: Results) -> float | None:
    runs = results.get("zones", {}).get("england", {}).get("runs", ())
    found = [float(run["speed_up"]["median"]) for run in runs if run["threads"] > 1]
    return min(found, default=None)


def _of_sweep(workers: int) -> Callable[[Results], float | None]:
    def read(results: Results) -> float | None:
        rows = results.get("sweep", {}).get("rows", ())
        return next((float(row["efficiency"]["median"]) for row in rows if row["workers"] == workers), None)

    return read


def _of_start(name: str) -> Callable[[Results], float | None]:
    def read(results: Results) -> float | None:
        rows = results.get("start", {}).get("rows", ())
        return next((float(row["to_bare"]["median"]) for row in rows if row["start"] == name), None)

    return read


def _cold(what: str) -> Callable[[Results], float | None]:
    def read(results: Results) -> float | None:
        cold = results.get("start", {}).get("cold", {})
        return float(cold[what]) if cold.get("measured") else None

    return read


_FAR_FROM_WHOLE = (
    "Families and children run on both threads; the other events, taking part before all, run on one, so that the "
    "whole month gains less than its largest loops."
)
_FILES = (
    "A run is more than its start: more than half of its time goes into drawing seven figures as PNG and SVG, a fifth "
    "into loading matplotlib, pandas and scipy, the rest into life histories, months, files and briefing."
)
GOALS = (
    Goal("families and children over the fastest C (reach for 1.4), 85,000 children", 1.6, True,
         _of_kernel("kernel / C fastest"),
         "The fastest C contracts multiplications with additions and reorders sums (`-ffast-math`); the kernel does "
         "neither, so that its bits are the same on every machine."),
    Goal("plain Mesa over the kernel", 80.0, False, _of_kernel("Mesa / kernel"),
         "Read at 2,000 children for Mesa and at 85,000 for the kernel, which pays for its caches there."),
    Goal("second thread, families and children, 85,000", 1.7, False, _of_scale(85_000, 2, "speed_up"),
         "A barrier waits for the slower thread; on a machine that does other things it waits long."),
    Goal("second thread, families and children, 1,000,000", 1.7, False, _of_scale(1_000_000, 2, "speed_up"),
         "A barrier waits for the slower thread; on a machine that does other things it waits long."),
    Goal("second thread, whole month, all of England's zones", 1.7, False, _whole_speed_up, _FAR_FROM_WHOLE),
    Goal("families and children, 1,000,000 children over 10,000", 1.5, True, _of_scale(1_000_000, 1, "to_base"),
         "A million children do not fit into any cache."),
    Goal("whole month, 1,000,000 children over 10,000", 1.5, True, _whole_month(1_000_000),
         "A million children do not fit into any cache, and events that look people up by household or service read "
         "memory in no order."),
    Goal("sweep in this process, of the bare engine", 0.85, False, _of_sweep(0), "Reading and writing take the rest."),
    Goal("sweep on two workers, of two bare engines", 0.85, False, _of_sweep(2),
         "Starting the workers is in the time, and two engines share the memory of one machine; a longer sweep comes "
         "nearer."),
    Goal("`zonesim run`, warm, over `" + BARE + "`", 2.0, True, _of_start(RUN), _FILES),
    Goal("seconds of the first run on a fresh machine", 20.0, True, _cold("seconds"),
         "Compiling cannot be shipped, for it is made for the processor it runs on; helpers share it among processors, "
         "and the user is told what is done and how much is left."),
    Goal("seconds until that run says what it does", 2.0, True, _cold("first_word"),
         "Python, numpy and numba are loaded before anything can be said of what must be compiled."),
)  # fmt: skip


def reached(goal: Goal, results: Results) -> bool | None:
    """Whether a bar was reached; ``None`` where it was not measured."""
    found = goal.read(results)
    return None if found is None else (found <= goal.bar if goal.less else found >= goal.bar)


def goals_table(results: Results) -> Shown:
    """Each bar beside what was reached."""
    rows = []
    for goal in GOALS:
        found, there = goal.read(results), reached(goal, results)
        bar = f"{'at most' if goal.less else 'at least'} {goal.bar:g}"
        verdict = "not measured" if there is None else "reached" if there else f"missed, {_by(goal, found)}"
        rows.append([goal.words, bar, number(found), verdict])
    return Shown("Asked and reached (medians)", ["what", "asked", "reached", "verdict"], rows)


def _by(goal: Goal, found: float | None) -> str:
    """By how much a bar was missed."""
    assert found is not None
    return (
        f"{number(found / goal.bar)} times what was asked" if goal.less else f"{found / goal.bar:.0%} of what was asked"
    )


def left_over(results: Results) -> str:
    """Why what was missed was missed, a line each."""
    lines = [f"- **{goal.words}**: {goal.why}" for goal in GOALS if reached(goal, results) is False and goal.why]
    return "\n".join(lines) or "Nothing was missed."
