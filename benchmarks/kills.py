"""Work that is killed at random instants and gone on with until it is done, beside the same work left alone.

Each ``Work`` is a command in a process of its own and a folder. ``kill -9`` takes the whole process group, as a power
cut takes a computer: nothing is said, nothing is closed.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: Kills of one piece of work before it is let through.
MOST_KILLS = 3
_LIMIT_S = 600.0

PLACE = """
schema_version = 1
kind = "place"
id = "small"
name = "Small"
[cells]
children = 60
deprivation_decile = 3
"""
STUDY = """
schema_version = 1
kind = "study"
id = "killed"
[study]
name = "Killed"
places = ["small.toml"]
strategies = ["schools_only", "early_start"]
outcomes = ["attendance", "gbp_total"]
years = 2
replications = 30
[design]
kind = "grid"
"""
_COMMAND = "import sys; from sim.cli import main; sys.exit(main(sys.argv[1:]))"
#: Runs a command whose writes fail once a file is larger than the first word says.
_STARVED = """
import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
os.execv(sys.argv[2], sys.argv[2:])
"""
#: Saves thirty entries and says each once it is kept; what is there already is not saved again.
_REGISTER = """
import sys
from pathlib import Path
from dataclasses import replace
from sim.experiments.register import Shelf
from benchmarks.kills import made_entry
shelf = Shelf(Path(sys.argv[1]) / "register")
for number in range(30):
    wanted = made_entry(number)
    if wanted.id not in shelf.names():
        print(shelf.save(wanted).id, flush=True)
"""
#: A class of six teams that guess two hundred times; what is in the session's file is not done again.
_JOURNAL = """
import sys
from pathlib import Path
from sim.inputs import load_workshop
from sim.workshops import journal
from sim.workshops.room import Room
folder = Path(sys.argv[1])
file, workshop = folder / "class.jsonl", load_workshop("first_zone")
whole = file.exists() and b"\\n" in file.read_bytes()
if file.exists() and not whole:
    file.unlink()
session = journal.resume(workshop, file) if whole else journal.begin(workshop, file, 0.0)
room = Room(workshop, session, lambda: 1.0)
while room.state.actions < 6:
    number = room.state.actions
    room.act("door", "join", name=f"Team {number}", device=f"{number:032d}")
    print(room.state.actions, flush=True)
while room.state.actions < 206:
    room.act("facilitator", "board", open=bool(room.state.actions % 2), anonymous=False)
    print(room.state.actions, flush=True)
room.close()
"""
#: A question of the browser, worked on by its queue; the answer's digest stands in a file.
_JOB = """
import sys, time
from dataclasses import replace
from pathlib import Path
from sim.outputs.folders import write_file
from sim.ui.choice import Choice, question_of
from sim.ui.jobs import QUEUE
from sim.ui.running import first_picture
question = question_of(Choice(place="bettws", years=1, replications=2))
job = QUEUE.submit("one", "a question", "key", lambda report: first_picture(question, report))
while job.state.active:
    time.sleep(0.01)
assert job.state.kind == "done", job.state
write_file(Path(sys.argv[1]) / "answer", job.result.comparison.results.to_json())
QUEUE.close()
"""
#: Twelve small functions of two signatures each, compiled into a cache folder of their own.
_COMPILE = """
import os, sys
from pathlib import Path
folder = Path(sys.argv[1])
os.environ["ZONESIM_CACHE_DIR"] = str(folder / "cache")
source = "from sim._jit import jit\\n" + "".join(
    f"@jit\\ndef f{n}(x):\\n    return x * {n} + 1\\n" for n in range(12))
(folder / "many.py").write_text(source) if not (folder / "many.py").exists() else None
sys.path.insert(0, str(folder))
import many
found = [getattr(many, f"f{n}")(x) for n in range(12) for x in (2, 0.5)]
(folder / "answer").write_text(repr(found))
"""


def made_entry(number: int) -> object:
    """Entry ``number`` of a register: the same each time."""
    from sim.experiments.register.entries import Entry, projection

    values = [0.6 + 0.001 * (number + at) for at in range(20)]
    return Entry(
        id=f"small-early_start-20260101-{number:06d}", name="Made", saved="2026-01-01T00:00:00Z", place="small",
        strategy="early_start", future="none", evidence="central", years=3, first_september=2026,
        seeds=tuple(range(20)), about={"digest": "d"},
        projections=tuple(projection("gld", "all", year, values, 2026) for year in (1, 2, 3)), draws={},
    )  # fmt: skip


@dataclass(frozen=True)
class Work:
    """A command and its folder.

    ``words(folder)``: the command; ``answer(folder)``: what it came to; ``kept(folder, said)``: what was lost of what
    the command had acknowledged, in words (empty: nothing).
    """

    name: str
    words: Callable[[Path], list[str]]
    answer: Callable[[Path], bytes]
    kept: Callable[[Path, list[str]], str] = lambda _folder, _said: ""


def _python(code: str) -> Callable[[Path], list[str]]:
    return lambda folder: [sys.executable, "-c", code, str(folder)]


def _sweep(folder: Path) -> list[str]:
    (folder / "small.toml").write_text(PLACE)
    (folder / "killed.toml").write_text(STUDY)
    out = folder / "out"
    more = ["--resume"] if out.exists() else []
    return [
        sys.executable,
        "-c",
        _COMMAND,
        "sweep",
        str(folder / "killed.toml"),
        "--out",
        str(out),
        "--workers",
        "0",
        *more,
    ]


def _fit(folder: Path) -> list[str]:
    how = "resume" if (folder / "fit" / "asked.json").exists() else "new"
    return [sys.executable, "-m", "tests.calibration.toys", str(folder / "fit"), how]


def _search(folder: Path) -> list[str]:
    (folder / "larger.toml").write_text(PLACE.replace("60", "300"))
    out = folder / "out"
    more = ["--resume"] if (out / "question.json").exists() else []
    return [
        sys.executable, "-c", _COMMAND, "optimise", "--place", str(folder / "larger.toml"), "--budget", "200000",
        "--starts", "0",
        "--years", "1", "--runs", "8", "--searches", "1", "--luck", "2", "--fresh", "2", "--top", "2", "--threads", "1",
        "--strands", "neli,mentoring,book_gifting", "--no-screen", "--outcome", "attendance", "--out", str(out), *more,
    ]  # fmt: skip


def _run(folder: Path) -> list[str]:
    (folder / "small.toml").write_text(PLACE)
    return [
        sys.executable, "-c", _COMMAND, "run", "early_start", "--place", str(folder / "small.toml"), "--years", "1",
        "--replications", "2", "--threads", "1", "--json", "--out", str(folder / "run"),
    ]  # fmt: skip


def _entries(folder: Path) -> bytes:
    """What is kept, once each: two that save the same at a time keep it twice, under two numbers."""
    kept = sorted(path for path in (folder / "register").glob("[a-z]*.json") if path.stem[-7] == "-")
    return b"".join(path.read_bytes() for path in kept)


def _unlisted(folder: Path, said: list[str]) -> str:
    from sim.experiments.register import Shelf

    shelf = Shelf(folder / "register")
    lost = [name for name in said if shelf.load(name).id != name]
    return f"{len(lost)} entries that were said to be kept" if lost else ""


def _session(folder: Path) -> bytes:
    """The actions of the class; its first line holds codes that are new each time."""
    return (folder / "class.jsonl").read_bytes().split(b"\n", 1)[1]


def _unsaid(folder: Path, said: list[str]) -> str:
    content = (folder / "class.jsonl").read_bytes() if (folder / "class.jsonl").exists() else b""
    kept, told = max(content.count(b"\n") - 1, 0), max(map(int, said), default=0)
    return f"{told - kept} actions that were acknowledged" if kept < told else ""


def _run_answer(folder: Path) -> bytes:
    from sim.outputs import read_run_folder

    landed = [read_run_folder(one) for one in folder.glob("run*")]
    answers = {one.results.to_json() + one.yearly.to_json() for one in landed}
    return "".join(sorted(answers)).encode()


def _partly(folder: Path, said: list[str]) -> str:  # noqa: ARG001 - all are called alike
    """A run folder is there whole, or not at all."""
    from sim.outputs import OutputError, read_run_folder

    for one in folder.glob("run*"):
        try:
            read_run_folder(one)
        except OutputError as error:
            return str(error)
    return ""


WORKS = (
    Work("sweep", _sweep, lambda f: (f / "out" / "runs.parquet").read_bytes()),
    Work("fit", _fit, lambda f: (f / "fit" / "fit.npz").read_bytes() + (f / "fit" / "posterior.toml").read_bytes()),
    Work("search", _search, lambda f: (f / "out" / "runs.jsonl").read_bytes()),
    Work("run folder", _run, _run_answer, _partly),
    Work("job of the browser", _python(_JOB), lambda f: (f / "answer").read_bytes()),
    Work("register", _python(_REGISTER), _entries, _unlisted),
    Work("session of a class", _python(_JOURNAL), _session, _unsaid),
    Work("compiled code", _python(_COMPILE), lambda f: (f / "answer").read_bytes()),
)


@dataclass
class Found:
    """What became of one kind of work. ``lost``: in words, one for each failure."""

    name: str
    kills: int
    finished: int
    lost: list[str]


def killed(work: Work, folder: Path, kills: int, seed: int = 1) -> Found:
    """Kill a piece of work ``kills`` times in all, finishing it after every few, and compare with the undisturbed."""
    luck = random.Random(f"{work.name} {seed}")
    whole = _fresh(folder / "whole")
    began = time.monotonic()
    _finish(work, whole)
    took = time.monotonic() - began
    right = work.answer(whole)
    found = Found(work.name, 0, 0, [])
    while found.kills < kills:
        here = _fresh(folder / "killed")
        for _ in range(min(luck.randint(1, MOST_KILLS), kills - found.kills)):
            said, dead = _killed_once(work, here, luck.uniform(0.02, 1.05) * took)
            found.kills += dead
            if lost := work.kept(here, said):
                found.lost.append(lost)
        _compare(work, here, right, found)
    return found


def starved(work: Work, folder: Path, tries: int, seed: int = 1) -> Found:
    """Let work run on a disk that takes no file larger than some bytes, then on a whole one, and compare."""
    luck = random.Random(f"{work.name} {seed}")
    whole = _fresh(folder / "whole")
    _finish(work, whole)
    right = work.answer(whole)
    largest = max(path.stat().st_size for path in whole.rglob("*") if path.is_file())
    found = Found(work.name, 0, 0, [])
    for _ in range(tries):
        here = _fresh(folder / "starved")
        limit = int(luck.uniform(0, 1) ** 3 * largest)
        process = _started(work, here, subprocess.PIPE, limit)
        said, errors = process.communicate(timeout=_LIMIT_S)
        found.kills += 1
        # A command says it in a sentence; a script of this file passes on what it was told.
        if process.returncode not in (0, 2) and _COMMAND in process.args:  # type: ignore[operator]
            found.lost.append(f"at {limit} bytes it ended with {process.returncode}: {errors.strip()[-200:]}")
        if lost := work.kept(here, said.split()):
            found.lost.append(lost)
        _compare(work, here, right, found)
    return found


def doubled(work: Work, folder: Path, tries: int) -> Found:
    """Start the same work twice at once in one folder; one may give way, and the answer is that of one alone."""
    whole = _fresh(folder / "whole")
    _finish(work, whole)
    right = work.answer(whole)
    found = Found(work.name, 0, 0, [])
    for number in range(tries):
        here = _fresh(folder / "doubled")
        first = _started(work, here)
        time.sleep(0.3 * number)
        second = _started(work, here)
        for process in (first, second):
            process.communicate(timeout=_LIMIT_S)
        found.kills += 1
        _compare(work, here, right, found)
    return found


def _compare(work: Work, folder: Path, right: bytes, found: Found) -> None:
    """Finish the work, and note where it cannot be, or comes to something else."""
    try:
        _finish(work, folder)
        found.finished += 1
        if (answer := work.answer(folder)) != right:
            found.lost.append(f"another answer ({_digest(answer)} for {_digest(right)})")
    except (RuntimeError, OSError) as error:
        found.lost.append(str(error)[-300:])


def _killed_once(work: Work, folder: Path, after_s: float) -> tuple[list[str], bool]:
    """(lines it said, whether it was still at work)."""
    process = _started(work, folder)
    try:
        told, _ = process.communicate(timeout=after_s)
        return told.split(), False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        told, _ = process.communicate()
        return told[: told.rfind("\n") + 1].split(), True


def _finish(work: Work, folder: Path) -> None:
    process = _started(work, folder, errors=subprocess.PIPE)
    _, errors = process.communicate(timeout=_LIMIT_S)
    if process.returncode:
        raise RuntimeError(f"it ended with {process.returncode}: {errors.strip()}")


def _started(
    work: Work, folder: Path, errors: int = subprocess.DEVNULL, file_bytes: int | None = None
) -> subprocess.Popen[str]:
    """Start the work; ``file_bytes``: the largest file that the disk takes."""
    words = work.words(folder)
    if file_bytes is not None:
        words = [sys.executable, "-c", _STARVED, str(file_bytes), *words]
    return subprocess.Popen(
        words, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=errors,
    )  # fmt: skip


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=4).hexdigest()
