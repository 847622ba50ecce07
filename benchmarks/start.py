"""Start-up in fresh processes: cold to the first result, warm command line, demo, first page of the browser.

Wall seconds, everything warm in turn beside the import of numpy and numba that nothing here can do without.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from typing import Any

from benchmarks.trials import Say, digits, machine, ratio, spread

PLACE, STRATEGY = "bettws", "cradle_to_career"
_TRIALS = 5
_MAIN = "from sim.cli import main; main()"
BARE = "python -c 'import numpy, numba'"
_SMALL_DEMO = "zonesim demo, small"
_PAIR = (
    "from sim.experiments import compare\nfrom sim.inputs import load_place, load_strategy\n"
    f"compare([load_strategy('{STRATEGY}')], load_place('{PLACE}'), years=1, replications=1)"
)


def _seconds(command: list[str], cache: str) -> tuple[float, float]:
    """Wall time of one process, and after how long it said its first word. Raises ``CalledProcessError``."""
    begun = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=os.environ | {"ZONESIM_CACHE_DIR": cache}
    ) as process:
        assert process.stderr is not None
        process.stderr.read(1)
        spoke = time.perf_counter() - begun
        words = process.stderr.read()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, stderr=words)
    return time.perf_counter() - begun, spoke


def _page() -> float:
    """Seconds from the command ``zonesim ui`` to the first page that shows a plan."""
    from benchmarks.ui import QUERY, served
    from benchmarks.ui_visitors import Visitor

    async def arrive(url: str) -> float:
        visitor = Visitor(0, url, QUERY)
        took = await visitor.arrive()
        await visitor.leave()
        return took

    begun = time.perf_counter()
    with served(40) as (url, _):
        return time.perf_counter() - begun + asyncio.run(arrive(url))


def _commands(folder: str, quick: bool) -> dict[str, list[str]]:
    out = ["--out", f"{folder}/run"]
    run = [sys.executable, "-c", _MAIN, "run", STRATEGY, "--place", PLACE, "--years", "1", "-n", "1", *out]
    demo = [sys.executable, "-c", _MAIN, "demo", *out]
    small = [*demo, "--place", PLACE, "--years", "1", "-n", "1"]
    return {
        BARE: [sys.executable, "-c", "import numpy, numba"],
        "zonesim --help": [sys.executable, "-c", _MAIN, "--help"],
        "a pair of years of 2,000 children from Python, no files": [sys.executable, "-c", _PAIR],
        "zonesim run, a pair of years of 2,000 children": run,
        _SMALL_DEMO: small,
        "zonesim demo": small if quick else demo,
    }


def _row(name: str, times: list[float], bare: list[float] | None) -> dict[str, Any]:
    row = {"start": name, "seconds": spread(times)}
    return row if bare is None else row | {"to_bare": ratio(times, bare)}


def measure(quick: bool = False, say: Say = lambda _: None) -> dict[str, Any]:
    """Seconds of each start: the cold one and the demo once, the others in turn. ``quick``: each once, nothing cold."""
    trials = 1 if quick else _TRIALS
    with tempfile.TemporaryDirectory() as folder:
        commands = _commands(folder, quick)
        run = commands["zonesim run, a pair of years of 2,000 children"]
        demo, small = commands.pop("zonesim demo"), commands.pop(_SMALL_DEMO)
        cache = os.environ.get("ZONESIM_CACHE_DIR", folder) if quick else folder
        cold = _seconds(run, cache)
        say(f"cold: {cold[0]:.1f} s, first word after {cold[1]:.1f} s")
        for command in () if quick else (*commands.values(), small):
            # What is compiled for one command only is compiled before it is timed.
            _seconds(command, cache)
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(trials):
            for name, command in commands.items():
                times[name].append(_seconds(command, cache)[0])
        shown = _seconds(demo, cache)[0]
        pages = _timed_pages(trials if quick else 3, cache)
    rows = [_row(name, found, times[BARE]) for name, found in times.items()]
    rows.append(_row("zonesim demo", [shown], None))
    if pages:
        rows.append(_row("zonesim ui, to the first page", pages, None))
    for row in rows:
        say(f"{row['start']}: {row['seconds']['median']} s")
    return {
        "machine": machine(),
        "cold": {"seconds": digits(cold[0]), "first_word": digits(cold[1]), "measured": not quick},
        "rows": rows,
    }  # fmt: skip


def _timed_pages(trials: int, cache: str) -> list[float]:
    """First pages, where the browser's parts are installed."""
    if any(importlib.util.find_spec(part) is None for part in ("solara", "websockets")):
        return []
    before = os.environ.get("ZONESIM_CACHE_DIR")
    os.environ["ZONESIM_CACHE_DIR"] = cache
    try:
        return [_page() for _ in range(trials)]
    finally:
        os.environ.pop("ZONESIM_CACHE_DIR")
        if before is not None:
            os.environ["ZONESIM_CACHE_DIR"] = before
