"""``python -m benchmarks.ui``: how soon the planner's browser answers, alone and with many visitors.

Starts the server as a user does. One visitor is a real Chromium: times are taken in the page, from the press of a
button to the next frame that is drawn after the table or the map is there. Many visitors are connections that send what
a page sends (``benchmarks.ui_visitors``): the time to draw, measured alone, is not in theirs. They share the machine's
cores with the server.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.ui_browser import alone, map_of
from benchmarks.ui_visitors import Change, Visitor

#: A place of 2,000 children, one ready strategy, ten years, twenty pairs of runs.
QUERY = "v=1&p=england_decile_1&s=early_start&y=10&n=20"
#: Children of a place of 5,000 homes.
MANY_CHILDREN = 9_300
#: Seconds between two changes of one visitor.
EVERY_S = 10.0


@contextmanager
def served(sessions: int) -> Iterator[tuple[str, int]]:
    """(address, process) of a server that was started from the command line."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = f"from sim.cli import main; main(['ui', '--no-open', '--port', '{port}', '--sessions', '{sessions}'])"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(480):
            try:
                health(url)
                break
            except OSError:
                time.sleep(0.25)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(timeout=60)


def health(url: str) -> dict[str, Any]:
    """What the server says of itself."""
    with urllib.request.urlopen(f"{url}/healthz", timeout=10) as answer:
        found: dict[str, Any] = json.loads(answer.read())
    return found


def memory_mb(process: int) -> float:
    """Resident memory of a process, MB."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1000
    return float("nan")


async def many(url: str, process: int, sessions: int, seconds: float) -> dict[str, Any]:
    """All visitors arrive, each changes something every ten seconds, all leave."""
    quiet = memory_mb(process)
    visitors = [Visitor(number, url, QUERY) for number in range(sessions)]
    arrivals = await asyncio.gather(*(visitor.arrive() for visitor in visitors))
    settled = memory_mb(process)
    until = time.perf_counter() + seconds
    await asyncio.gather(*(_changing(visitor, sessions, until) for visitor in visitors))
    busy = memory_mb(process)
    await asyncio.gather(*(visitor.leave() for visitor in visitors))
    for _ in range(120):
        if health(url)["sessions"] == 0:
            break
        await asyncio.sleep(0.25)
    await asyncio.sleep(2)
    changes = [change for visitor in visitors for change in visitor.changes]
    return {
        "sessions": sessions, "seconds": seconds, "changes": len(changes),
        "arrival_s": summary(arrivals),
        "acknowledged_s": summary([c.acknowledged for c in changes if c.acknowledged is not None]),
        "picture_s": summary([c.picture for c in changes if c.picture is not None]),
        "overtaken_by_the_next_change": sum(c.overtaken for c in changes),
        "lost": sum(c.acknowledged is None for c in changes),
        "trouble": sorted({words for visitor in visitors for words in visitor.trouble}),
        "order": order(changes),
        "memory_mb": {
            "before": round(quiet), "a_session": round((settled - quiet) / sessions, 2), "while_busy": round(busy),
            "after_all_left": round(memory_mb(process)), "sessions_left": health(url)["sessions"],
        },
    }  # fmt: skip


async def _changing(visitor: Visitor, sessions: int, until: float) -> None:
    """Changes of one visitor, the visitors evenly spread over the ten seconds; no two changes are alike."""
    due = time.perf_counter() + EVERY_S * visitor.number / sessions
    step = 0
    while due < until:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        due += EVERY_S
        await visitor.change((1 + visitor.number + sessions * step) / 10_000, due - time.perf_counter() - 0.5)
        step += 1


def order(changes: Sequence[Change]) -> dict[str, float]:
    """How fair the order is: share of neighbours in the line that were drawn in the order asked; waits by visitor."""
    drawn = sorted((c for c in changes if c.picture is not None), key=lambda c: c.sent)
    ends = [c.sent + float(c.picture or 0.0) for c in drawn]
    kept = [a <= b for a, b in itertools.pairwise(ends)]
    waits: dict[int, list[float]] = {}
    for change in drawn:
        waits.setdefault(change.visitor, []).append(float(change.picture or 0.0))
    medians = [statistics.median(found) for found in waits.values()]
    return {
        "drawn_in_the_order_asked": round(sum(kept) / max(len(kept), 1), 3),
        "least_median_wait_s": round(min(medians, default=float("nan")), 2),
        "greatest_median_wait_s": round(max(medians, default=float("nan")), 2),
    }


def summary(values: Sequence[float]) -> dict[str, float]:
    """Number, median, 95th percentile and greatest, seconds."""
    if not values:
        return {"n": 0}
    at = sorted(values)
    p95 = at[min(len(at) - 1, int(0.95 * len(at)))]
    return {"n": len(at), "median": round(statistics.median(at), 3), "p95": round(p95, 3), "greatest": round(at[-1], 3)}


def measured(sessions: int, seconds: float, changes: int) -> dict[str, Any]:
    """All measurements, with the machine and its load before they began."""
    machine = {
        "system": platform.platform(), "processor": _processor(), "cores": os.cpu_count(),
        "python": platform.python_version(), "load_before": [round(x, 2) for x in os.getloadavg()],
    }  # fmt: skip
    result: dict[str, Any] = {"machine": machine}
    with served(max(sessions + 5, 40)) as (url, _):
        found = alone(url, QUERY, changes)
        result["alone"] = {name: summary(times) for name, times in found.items()}
        result["map"] = map_of(url, MANY_CHILDREN)
    if sessions:
        with served(max(sessions + 5, 40)) as (url, process):
            result["many"] = asyncio.run(many(url, process, sessions, seconds))
    machine["load_after"] = [round(x, 2) for x in os.getloadavg()]
    return result


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def _show(result: dict[str, Any], screen: Console) -> None:
    machine = result["machine"]
    screen.print(", ".join(f"{name} {value}" for name, value in machine.items()), markup=False)
    table = Table(title="From a change to its answer, seconds")
    for at, name in enumerate(("what", "times", "median", "95th percentile", "greatest")):
        table.add_column(name, justify="left" if at == 0 else "right")
    rows = {f"alone: {name}": found for name, found in result["alone"].items()}
    if "many" in result:
        many_ = result["many"]
        rows |= {
            f"{many_['sessions']} visitors: {name}": many_[f"{name}_s"]
            for name in ("arrival", "acknowledged", "picture")
        }
    for name, found in rows.items():
        table.add_row(name, *(str(found.get(key, "")) for key in ("n", "median", "p95", "greatest")))
    screen.print(table)
    for name in ("map", "many"):
        if name in result:
            for key, value in result[name].items():
                if not key.endswith("_s"):
                    screen.print(f"{name}, {key.replace('_', ' ')}: {value}", markup=False)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ui", description=__doc__)
    parser.add_argument("--sessions", type=int, default=30, help="visitors at a time; 0: only one, in a real browser")
    parser.add_argument("--seconds", type=float, default=120.0, help="how long the many go on changing something")
    parser.add_argument("--changes", type=int, default=18, help="changes of the one in a real browser")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    result = measured(options.sessions, options.seconds, options.changes)
    if options.json:
        json.dump(result, sys.stdout, indent=1)
        print()
    else:
        _show(result, Console())


if __name__ == "__main__":
    main()
