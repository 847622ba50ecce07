"""A whole lesson replayed: one facilitator and many learners against a real server, which is killed in round 3.

    python -m benchmarks.workshop [LESSON] [--teams 30] [--port 8939] [--mixes 3] [--no-kill] [--quick]
        [--offline]

LESSON is an id of ``zonesim list workshops`` or a workshop file. Every round is played: guesses on the scale that is
asked for, mixes changed where teams may change them, runs, scores, what happens, the board. Prints one JSON object: how
long actions took until the page that did them showed their effect, whether anything that was acknowledged was lost, and
whether any page was ever sent something of another team. ``--quick``: a place of 300 made-up children and one pair a
run. ``--offline``: in a network of its own that has nothing but this computer (Linux).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.offline import alone, in_a_network_of_its_own
from benchmarks.pages import Page

ROOT = Path(__file__).parents[1]
#: First round in which the server may be killed, as soon as runs wait (1 is the first).
KILLED_IN = 3
#: The place of a quick replay.
QUICK_PLACE = """\
schema_version = 1
kind = "place"
id = "small_place"
name = "Small place"
[cells]
children = 300
deprivation_decile = 2
"""


def quick(workshop: str, folder: Path) -> Path:
    """A copy of a packaged lesson in a small place with one pair a run; everything else as it is."""
    from sim.inputs.library import packaged

    source = packaged().find("workshop", workshop)
    shutil.copytree(source.parent / "mixes", folder / "mixes")
    (folder / "small_place.toml").write_text(QUICK_PLACE, encoding="utf-8")
    text = re.sub(r"^place = .*$", 'place = "small_place.toml"', source.read_text(encoding="utf-8"), flags=re.MULTILINE)
    made = folder / source.name
    made.write_text(re.sub(r"^replications = .*$", "replications = 1", text, flags=re.MULTILINE), encoding="utf-8")
    return made


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
    """One team. ``guesses``: what was acknowledged to it, in its order; ``changed``: how often its mix was.

    ``mixes``: how many different mixes there are in a round where teams may change theirs.
    """

    def __init__(self, number: int, server: Server, times: dict[str, list[float]], mixes: int) -> None:
        self.number, self.server, self.times, self.mixes = number, server, times, mixes
        self.name = f"Team-{number:02d}-{random.Random(number).randrange(16**6):06x}"
        self.page = Page(server.url)
        self.heard: list[str] = []
        self.token = ""
        self.guesses: list[dict[str, float]] = []
        self.changed = 0

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

    async def arrive(self, at: int) -> None:
        """Wait until the page shows round ``at``."""
        await self.page.until(lambda: (self.page.read("round") or {}).get("number") == at + 1)

    async def set_guess(self) -> None:
        """Set a guess of its own on the scale that is asked for, and wait until the page says it is set."""
        await self.page.until(lambda: (self.page.read("guess") or {}).get("asked_now"))
        asked = self.page.read("guess")
        chance, width = random.Random(f"{self.number} {asked['key']}"), asked["high"] - asked["low"]
        low, middle, high = sorted(round(asked["low"] + width * chance.random(), 4) for _ in range(3))
        guess = {"low": low, "middle": middle, "high": high}
        await self._do("guess", "set", guess, ("guess",), lambda: (self.page.read("guess") or {}).get("mine") == guess)
        self.guesses.append(guess)

    async def change(self, run: int) -> None:
        """Where teams may: put in the next strand of the menu, and offer one strand to more or fewer."""
        mix = self.page.read("mix")
        if not mix or not {"strands", "reach"} <= set(mix["controls"]):
            return
        kept = {
            row["id"]: {key: row[key] for key in ("reach", "start", "targeting", "turn")}
            for row in mix["rows"]
            if row["on"]
        }
        kept |= {row["id"]: {"start": row["start"]} for row in [one for one in mix["rows"] if not one["on"]][:1]}
        strand = next(name for name, entry in kept.items() if entry.get("reach") is not None)
        kept[strand]["reach"] = reach = round(0.1 + 0.02 * (run + self.number % self.mixes), 2)

        def done() -> bool:
            rows = {row["id"]: row for row in (self.page.read("mix") or {"rows": []})["rows"] if row["on"]}
            return set(rows) == set(kept) and bool(rows[strand]["reach"] == reach)

        await self._do("change", "change", {"entries": kept}, ("mix",), done)
        self.changed += 1

    def runs(self) -> int:
        """How many runs have come back, as the page has it."""
        return int(([0] + [one["number"] for one in self.page.read("results") or []])[-1])

    async def run(self) -> None:
        """Press Run and wait until the page says that the run is on its way, or is done."""
        await self.page.until(lambda: self.page.read("run") and not self.page.read("run")["why"])
        before = self.runs()

        def done() -> bool:
            run = self.page.read("run") or {}
            return bool(run.get("busy")) or self.runs() > before

        await self._do("run", "go", None, ("run",), done)

    async def finished(self, runs: int) -> None:
        """Wait until that many runs have come back."""
        began = time.perf_counter()
        await self.page.until(lambda: self.runs() >= runs, 600.0)
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


async def lesson(server: Server, teams: int, kill: bool, spread_s: float, mixes: int) -> dict[str, Any]:
    """The lesson; what is reported of it. In a round all teams act within a tenth of ``spread_s``."""
    times: dict[str, list[float]] = defaultdict(list)
    desk, learners = Facilitator(server, times), [Learner(n, server, times, mixes) for n in range(teams)]
    await desk.open()
    kinds = [one["kind"] for one in desk.page.read("rounds")]
    told: dict[str, Any] = {"teams": teams, "rounds": len(kinds), "killed": kill}
    began = time.perf_counter()
    await asyncio.gather(*(_after(n * spread_s / teams, one.join()) for n, one in enumerate(learners)))
    told["joined_within_s"] = round(time.perf_counter() - began, 1)
    runs, hurry = 0, spread_s / 10
    for at, kind in enumerate(kinds):
        if at:
            await desk.go(at)
            await asyncio.gather(*(one.arrive(at) for one in learners))
        if kind == "predict":
            await _all(learners, lambda one: one.set_guess(), hurry)
        if kind in ("run", "revise"):
            runs += 1
            await _all(learners, lambda one, n=runs: one.change(n), hurry)
            await _all(learners, lambda one: one.run(), hurry)
            if kill and at + 1 >= KILLED_IN and "resume" not in told:
                told["resume"] = await _kill(server, desk, learners)
            await asyncio.gather(*(one.finished(runs) for one in learners))
        if kind == "score":
            await asyncio.gather(
                *(one.page.until(lambda one=one: (one.page.read("score") or {}).get("mine")) for one in learners)
            )
        if kind == "shock":
            await asyncio.gather(
                *(one.page.until(lambda one=one: (one.page.read("future") or {}).get("name")) for one in learners)
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
        guesses = [{key: a[key] for key in ("low", "middle", "high")} for a in mine if a["do"] == "guess"]
        if guesses != one.guesses or sum(a["do"] == "change" for a in mine) != one.changed:
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
        "guesses": sum(len(one.guesses) for one in learners), "changes": sum(one.changed for one in learners),
        "runs": sum(a["do"] == "result" for a in actions), "failed_runs": sum(a["do"] == "failed" for a in actions),
    }  # fmt: skip


def _q(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3) if ordered else 0.0


def replay(
    workshop: str, teams: int, port: int, kill: bool = True, spread_s: float = 50.0, small: bool = False, mixes: int = 3
) -> dict[str, Any]:
    """Play a lesson from start to end; the session is kept in a folder that goes away.

    ``spread_s``: seconds within which all teams join; ``small``: a packaged lesson in a small place; ``mixes``:
    different mixes in a round in which teams may change theirs.
    """
    with tempfile.TemporaryDirectory(prefix="zonesim-class-") as folder:
        played = str(quick(workshop, Path(folder))) if small else workshop
        server = Server(played, port, Path(folder))
        try:
            up = server.start()
            began = time.perf_counter()
            told = asyncio.run(lesson(server, teams, kill, spread_s, mixes))
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
    parser.add_argument("workshop", nargs="?", default="first_zone", metavar="LESSON")
    parser.add_argument("--teams", type=int, default=30)
    parser.add_argument("--port", type=int, default=8939)
    parser.add_argument("--spread", type=float, default=50.0, help="seconds within which all teams join")
    parser.add_argument("--mixes", type=int, default=3, help="different mixes in a round in which they may be changed")
    parser.add_argument("--no-kill", action="store_true", help="leave the server alone in round 3")
    parser.add_argument("--quick", action="store_true", help="a place of 300 children and one pair a run")
    parser.add_argument("--offline", action="store_true", help="in a network that has nothing but this computer")
    given = parser.parse_args()
    if given.offline and not alone():
        raise SystemExit(in_a_network_of_its_own([sys.executable, "-m", "benchmarks.workshop", *sys.argv[1:]]))
    told = replay(given.workshop, given.teams, given.port, not given.no_kill, given.spread, given.quick, given.mixes)
    print(json.dumps({"network": "this computer only" if given.offline else "as it is"} | told, indent=2))


if __name__ == "__main__":
    main()
