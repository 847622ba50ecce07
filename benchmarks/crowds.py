"""Many visitors who come and go, and a class that lasts a day: memory, what is left open, and what is kept."""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
QUERY = "v=1&p=pembury&s=early_start"
#: Visitors who are on the pages at a time, and after how many of them memory is first looked at.
AT_A_TIME, SETTLED = 5, 0.3
#: Memory that may be gained after that, bytes a visitor: tables of the language runtime, not a page (which is 3 MB).
GAIN_BYTES = 300_000


@dataclass
class Crowd:
    """What a crowd left behind: pages open at the end, resident bytes when settled and at the end, what went wrong."""

    visitors: int
    left_open: int
    settled_bytes: int
    end_bytes: int
    trouble: list[str] = field(default_factory=list)

    @property
    def gain_bytes(self) -> float:
        """Memory gained for each visitor after things had settled."""
        return (self.end_bytes - self.settled_bytes) / max(self.visitors * (1 - SETTLED), 1)


class Server:
    """A server of the planner's browser in a process of its own."""

    def __init__(self, port: int = 0) -> None:
        self.port = port or _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        limits = "Limits(requests=1000000, sockets=1000000)"
        code = f"from sim.ui.guard import Limits; from sim.ui.server import serve; serve(port={self.port}, "
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"{code}limits={limits}, prepare=False)"],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        for _ in range(600):
            if self.process.poll() is not None:
                raise RuntimeError("the server ended before it was up")
            with suppress(OSError, urllib.error.URLError):
                self.health()
                return
            time.sleep(0.2)
        raise RuntimeError("the server did not come up")

    def health(self) -> dict[str, Any]:
        """What the server says of itself."""
        with urllib.request.urlopen(f"{self.url}/healthz", timeout=30) as answer:
            return dict(json.load(answer))

    def resident_bytes(self) -> int:
        """Memory of the server's process."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def stop(self) -> None:
        """Ask it to end."""
        self.process.terminate()
        self.process.wait(timeout=60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def come_and_go(server: Server, visitors: int, seed: int = 1) -> Crowd:
    """Visitors open a link on Plan and leave: most as a browser does, a third by a line that breaks."""
    return asyncio.run(_come_and_go(server, visitors, random.Random(seed)))


async def _come_and_go(server: Server, visitors: int, luck: random.Random) -> Crowd:
    found = Crowd(visitors, 0, 0, 0)
    waiting = list(range(visitors))
    while waiting:
        now, waiting = waiting[:AT_A_TIME], waiting[AT_A_TIME:]
        await asyncio.gather(*(_visit(server, number, luck.random() < 1 / 3, found) for number in now))
        if not found.settled_bytes and visitors - len(waiting) >= SETTLED * visitors:
            found.settled_bytes = server.resident_bytes()
    for _ in range(150):
        found.left_open = (await asyncio.to_thread(server.health))["sessions"]
        if not found.left_open:
            break
        await asyncio.sleep(0.2)
    found.end_bytes = server.resident_bytes()
    return found


async def _visit(server: Server, number: int, breaks: bool, found: Crowd) -> None:
    from benchmarks.ui_visitors import Visitor

    one = Visitor(number, server.url, QUERY)
    try:
        await one.arrive()
        found.trouble += one.trouble
        await one.leave()
    except (OSError, TimeoutError, RuntimeError, AssertionError) as error:
        found.trouble.append(f"visitor {number}: {type(error).__name__} {error}"[:200])
    if breaks:
        await _broken(server, number, found)


async def _broken(server: Server, number: int, found: Crowd) -> None:
    """A second page of the visitor, whose line breaks as soon as it is open; the browser still says that it closes."""
    from benchmarks.ui_visitors import Visitor

    one = Visitor(number, server.url, QUERY)
    try:
        await one.arrive()
        one.break_off()
        await one.leave()
    except (OSError, TimeoutError, RuntimeError, AssertionError) as error:
        found.trouble.append(f"visitor {number}, broken off: {type(error).__name__} {error}"[:200])


@dataclass(frozen=True)
class Day:
    """A class in accelerated time. ``lost``: in words. Seconds are real ones, of the slowest tenth of actions."""

    hours: float
    actions: int
    journal_bytes: int
    early_ms: float
    late_ms: float
    gain_bytes: int
    resume_s: float
    lost: list[str]


def a_day(folder: Path, hours: float = 24.0, teams: int = 12, seed: int = 1) -> Day:
    """A class that goes on for hours by its own clock: rounds, guesses, runs and their results, a change of heart.

    Every team does something every three minutes. The clock jumps; the actions are real, on the disk one by one.
    """
    from sim.inputs import load_workshop
    from sim.workshops import journal
    from sim.workshops.actions import RefusedError
    from sim.workshops.room import Room

    luck, now = random.Random(seed), [1_000_000.0]
    workshop = load_workshop("first_zone")
    file = folder / "day.jsonl"
    room = Room(workshop, journal.begin(workshop, file, now[0]), lambda: now[0])
    ids = [room.join(room.heading.code, f"Team {number}")[0] for number in range(teams)]
    took, memory, ends = list[float](), list[int](), now[0] + hours * 3600
    strange: set[str] = set()
    while now[0] < ends:
        now[0] += 180.0 / teams
        began = time.perf_counter()
        try:
            _something(room, luck, ids)
        except RefusedError as error:
            # What a page would send is refused with a reason, or this class tries next to nothing.
            strange |= {str(error)} if "not be understood" in str(error) else set()
        took.append(time.perf_counter() - began)
        if len(took) % 100 == 0:
            memory.append(_own_bytes())
    tenth = max(len(took) // 5, 1)
    room.close()
    began = time.perf_counter()
    again = journal.resume(workshop, file)
    resume_s = time.perf_counter() - began
    again.journal.close()
    lost = sorted(strange)
    if again.state != room.state:
        lost.append("the state that was taken up is not the one that was left")
    settled = memory[len(memory) // 3] if memory else _own_bytes()
    return Day(
        hours, room.state.actions, file.stat().st_size, _slow_ms(took[:tenth]), _slow_ms(took[-tenth:]),
        (memory[-1] if memory else settled) - settled, resume_s, lost,
    )  # fmt: skip


def _something(room: Any, luck: random.Random, ids: list[str]) -> None:
    rounds, team = room.workshop.file.rounds, luck.choice(ids)
    what = luck.choice(("go", "guess", "change", "run", "run", "pause", "board"))
    state = room.state
    wanted = state.teams[team].wanted
    if wanted is not None:
        readings = {one.id: [1.0, 0.5, 0.5, 0.1, 0.9] for one in room.workshop.file.quantities}
        series = [[year, 1.0, 0.5] for year in range(1, 6)]
        room.act(
            "server", "result", team=team, number=wanted.number, readings=readings, cost=1000.0, series=series,
            budget=2000.0, short=[],
        )  # fmt: skip
    elif what == "go" and luck.random() < 0.1:
        room.act("facilitator", "go", round=luck.randrange(len(rounds)))
    elif what == "guess":
        room.act(team, "guess", low=0, middle=luck.random(), high=1)
    elif what == "pause":
        room.act("facilitator", "pause", on=not state.paused)
    elif what == "board":
        room.act("facilitator", "board", open=luck.random() < 0.5, anonymous=False)
    elif what == "change":
        strand = next(iter(state.teams[team].mix.entries), None)
        room.act(team, "change", mix={"entries": {strand: {"reach": round(luck.random(), 2)}} if strand else {}})
    else:
        room.act(team, "run")


def _slow_ms(took: list[float]) -> float:
    return round(1000 * sorted(took)[int(0.9 * (len(took) - 1))], 3)


def _own_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
