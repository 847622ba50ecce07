"""A whole lesson replayed: one facilitator and many learners against a real server, which is killed in round 3.

    python -m benchmarks.workshop [--workshop first_zone] [--teams 30] [--port 8939] [--no-kill]

Prints one JSON object: how long actions took until the page that did them showed their effect, whether anything that
was acknowledged was lost, and whether any page was ever sent something of another team.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.pages import Page

ROOT = Path(__file__).parents[1]
#: Round that is being played when the server is killed (1 is the first).
KILLED_IN = 3


class Server:
    """The command ``zonesim workshop`` in a process of its own."""

    def __init__(self, workshop: str, port: int, folder: Path) -> None:
        self.workshop, self.port, self.session = workshop, port, folder / "class.jsonl"
        self.url = f"http://127.0.0.1:{port}"
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> float:
        """Start it, or start it again on the same session; seconds until it answers."""
        how = ["--resume" if self.session.exists() else "--session", str(self.session)]
        given = ["workshop", self.workshop, "--port", str(self.port), "--no-open", *how]
        code = f"from sim.cli import main; raise SystemExit(main({given!r}))"
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        while time.perf_counter() - began < 300:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5):
                    return time.perf_counter() - began
            except (OSError, urllib.error.URLError):
                if self.process.poll() is not None:
                    raise RuntimeError("the server ended before it was up") from None
                time.sleep(0.2)
        raise RuntimeError("the server did not come up")

    def kill(self) -> None:
        """End it without a warning, as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ask it to end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=60)

    def heading(self) -> dict[str, Any]:
        """Codes of the class, from the first line of its session."""
        return dict(json.loads(self.session.read_text(encoding="utf-8").splitlines()[0]))

    def actions(self) -> list[dict[str, Any]]:
        """Whole lines of the session after its first."""
        lines = self.session.read_text(encoding="utf-8").split("\n")[1:-1]
        return [json.loads(line) for line in lines]


class Learner:
    """One team. ``said``: what was acknowledged to it, by what it did."""

    def __init__(self, number: int, server: Server, times: dict[str, list[float]]) -> None:
        self.number, self.server, self.times = number, server, times
        self.name = f"Team-{number:02d}-{random.Random(number).randrange(16**6):06x}"
        self.page = Page(server.url)
        self.heard: list[str] = []
        self.token = ""
        self.said: dict[str, Any] = {}
        low = -10 + number % 20
        self.guess = {"low": low, "middle": low + 5 + number / 100, "high": low + 10 + number % 7}

    async def join(self) -> None:
        """Open the page, give code and name, and wait for the first round."""
        await self.page.open()
        await self.page.until(lambda: self.page.find("title", "code"))
        data = {"code": self.server.heading()["code"].lower(), "name": self.name}
        await self._do("join", "enter", data, ("title", "code"), lambda: self.page.read("round"))
        self.token = self._keeper()["value"]

    async def come_back(self) -> None:
        """After the server was killed: load the page again, with the token that the browser kept."""
        self.heard += self.page.heard
        await self.page.close()
        self.page = Page(self.server.url)
        await self.page.open()
        await self.page.until(lambda: self.page.find("title", "code"))
        began = time.perf_counter()
        assert self._keeper()["name"].startswith("zonesim.class.")
        await self.page.press("opened", {"search": "", "kept": self.token}, "name", "value")
        await self.page.until(lambda: self.page.read("round"))
        self.times["(page loaded again)"].append(time.perf_counter() - began)

    def _keeper(self) -> dict[str, Any]:
        """The panel that keeps the team's token in the browser."""
        found = self.page.find("name", "value")
        assert found is not None, "the page keeps its token"
        return found[1]

    async def set_guess(self) -> None:
        """Set a guess of its own and wait until the page says it is set."""
        await self.page.until(lambda: self.page.read("guess"))
        await self._do("guess", "set", self.guess, ("guess",), lambda: (self.page.read("guess") or {}).get("mine"))
        self.said["guess"] = self.page.read("guess")["mine"]

    async def change(self, reach: float) -> None:
        """Change the reach of one strand of its mix, the same for every third team."""
        await self.page.until(lambda: self.page.read("mix"))
        kept = {
            row["id"]: {key: row[key] for key in ("reach", "start", "targeting")}
            for row in self.page.read("mix")["rows"]
            if row["on"]
        }
        strand = next(name for name in kept if kept[name]["reach"] is not None)
        kept[strand]["reach"] = reach

        def done() -> bool:
            rows = {row["id"]: row for row in self.page.read("mix")["rows"]}
            return bool(rows[strand]["reach"] == reach)

        await self._do("change", "change", {"entries": kept}, ("mix",), done)
        self.said["change"] = (strand, reach)

    async def run(self) -> None:
        """Press Run and wait until the page says that the run is on its way, or is done."""
        await self.page.until(lambda: self.page.read("run") and not self.page.read("run")["why"])
        before = len(self.page.read("results") or [])

        def done() -> bool:
            run = self.page.read("run") or {}
            return bool(run.get("busy")) or len(self.page.read("results") or []) > before

        await self._do("run", "go", None, ("run",), done)

    async def finished(self, runs: int) -> None:
        """Wait until that many runs have come back."""
        began = time.perf_counter()
        await self.page.until(lambda: len(self.page.read("results") or []) >= runs, 600.0)
        self.times["(run finished)"].append(time.perf_counter() - began)

    async def _do(self, what: str, event: str, data: Any, keys: tuple[str, ...], there: Any) -> None:
        began = time.perf_counter()
        await self.page.press(event, data, *keys)
        await self.page.until(there)
        self.times[what].append(time.perf_counter() - began)


class Facilitator:
    """The facilitator's page."""

    def __init__(self, server: Server, times: dict[str, list[float]]) -> None:
        self.server, self.times, self.page = server, times, Page(server.url, "/facilitator")

    async def open(self) -> None:
        """Open the desk with the key."""
        self.page = Page(self.server.url, "/facilitator")
        await self.page.open()
        await self.page.until(lambda: self.page.find("said", "events"))
        await self.page.press("open", {"key": self.server.heading()["key"]}, "said")
        await self.page.until(lambda: self.page.read("desk"))

    async def do(self, there: Any, **what: Any) -> None:
        """Steer, and wait until the desk shows the effect."""
        began = time.perf_counter()
        await self.page.press("act", what, "desk")
        await self.page.until(lambda: there(self.page.read("desk")))
        self.times[f"facilitator: {what['do']}"].append(time.perf_counter() - began)

    async def go(self, at: int) -> None:
        """To a round."""
        await self.do(lambda desk: desk["round"]["number"] == at + 1, do="go", round=at)


async def lesson(server: Server, teams: int, kill: bool, spread_s: float) -> dict[str, Any]:
    """The lesson; what is reported of it."""
    times: dict[str, list[float]] = defaultdict(list)
    desk, learners = Facilitator(server, times), [Learner(n, server, times) for n in range(teams)]
    await desk.open()
    kinds = [one["kind"] for one in desk.page.read("rounds")]
    told: dict[str, Any] = {"teams": teams, "killed": kill}
    began = time.perf_counter()
    await asyncio.gather(*(_after(n * spread_s / teams, one.join()) for n, one in enumerate(learners)))
    told["joined_within_s"] = round(time.perf_counter() - began, 1)
    runs = 0
    for at, kind in enumerate(kinds):
        if at:
            await desk.go(at)
        if kind == "predict":
            await _all(learners, lambda one: one.set_guess(), 5.0)
        if kind in ("run", "revise"):
            runs += 1
            changed = [0.1 + 0.05 * (runs + n % 3) for n in range(teams)]
            await _all(learners, lambda one, reach=changed: one.change(round(reach[one.number], 2)), 5.0)
            await _all(learners, lambda one: one.run(), 5.0)
            if kill and at + 1 == KILLED_IN:
                told["resume"] = await _kill(server, desk, learners)
            await asyncio.gather(*(one.finished(runs) for one in learners))
        if kind == "score":
            await asyncio.gather(
                *(one.page.until(lambda one=one: (one.page.read("score") or {}).get("mine")) for one in learners)
            )
        if kind == "debrief":
            await desk.do(lambda seen: seen["board"]["open"], do="board", open=True, anonymous=True)
            await asyncio.gather(*(one.page.until(lambda one=one: one.page.find("board")) for one in learners))
    told |= _told_of(server, learners, times)
    for page in (desk.page, *(one.page for one in learners)):
        await page.close()
    return told


async def _kill(server: Server, desk: Facilitator, learners: list[Learner]) -> dict[str, Any]:
    """Kill the server while runs wait; start it again; everybody loads the page again."""
    before = server.actions()
    server.kill()
    up = server.start()
    began = time.perf_counter()
    await desk.open()
    await asyncio.gather(*(one.come_back() for one in learners))
    after = server.actions()
    return {
        "actions_before": len(before), "actions_kept": int(after[: len(before)] == before) * len(before),
        "up_again_s": round(up, 1), "all_back_s": round(time.perf_counter() - began, 1),
    }  # fmt: skip


async def _all(learners: list[Learner], do: Any, spread_s: float) -> None:
    """All teams do something within a few seconds."""
    await asyncio.gather(*(_after(random.Random(one.number).uniform(0, spread_s), do(one)) for one in learners))


async def _after(pause: float, work: Any) -> None:
    await asyncio.sleep(pause)
    await work


def _told_of(server: Server, learners: list[Learner], times: dict[str, list[float]]) -> dict[str, Any]:
    """Times, and what was lost or crossed, from the session's file and from all that pages were ever sent."""
    actions = server.actions()
    ids = {one["name"]: f"t{n + 1}" for n, one in enumerate(a for a in actions if a["do"] == "join")}
    lost = [one.name for one in learners if one.name not in ids]
    for one in learners:
        mine = [a for a in actions if a["by"] == ids.get(one.name)]
        guess = [a for a in mine if a["do"] == "guess"][-1:]
        kept = guess and all(guess[0][key] == one.guess[key] for key in ("low", "middle", "high"))
        shown = one.said.get("guess") == one.guess
        if not (kept and shown and [a for a in mine if a["do"] == "change"]):
            lost.append(one.name)
    others = re.compile(r"Team-\d\d-[0-9a-f]{6}")
    crossed = [
        one.name
        for one in learners
        if {found for text in (*one.heard, *one.page.heard) for found in others.findall(text)} - {one.name}
    ]
    acting = [t for what, found in times.items() if not what.startswith("(") for t in found]
    by_kind = {what: {"n": len(t), "median_s": _q(t, 0.5), "p95_s": _q(t, 0.95)} for what, t in sorted(times.items())}
    return {
        "actions": len(acting), "median_s": _q(acting, 0.5), "p95_s": _q(acting, 0.95), "worst_s": _q(acting, 1.0),
        "by_action": by_kind, "lost": lost, "crossed": crossed, "in_the_file": len(actions),
        "runs": sum(a["do"] == "result" for a in actions), "failed_runs": sum(a["do"] == "failed" for a in actions),
    }  # fmt: skip


def _q(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3) if ordered else 0.0


def replay(workshop: str, teams: int, port: int, kill: bool = True, spread_s: float = 50.0) -> dict[str, Any]:
    """Play a lesson from start to end; the session is kept in a folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="zonesim-class-") as folder:
        server = Server(workshop, port, Path(folder))
        try:
            up = server.start()
            began = time.perf_counter()
            told = asyncio.run(lesson(server, teams, kill, spread_s))
            return {
                "workshop": workshop,
                "start_s": round(up, 1),
                "lesson_s": round(time.perf_counter() - began, 1),
                **told,
            }
        finally:
            server.stop()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Replay a lesson with many learners against a real server.")
    parser.add_argument("--workshop", default="first_zone")
    parser.add_argument("--teams", type=int, default=30)
    parser.add_argument("--port", type=int, default=8939)
    parser.add_argument("--spread", type=float, default=50.0, help="seconds within which all teams join")
    parser.add_argument("--no-kill", action="store_true", help="leave the server alone in round 3")
    given = parser.parse_args()
    print(json.dumps(replay(given.workshop, given.teams, given.port, not given.no_kill, given.spread), indent=2))


if __name__ == "__main__":
    main()
