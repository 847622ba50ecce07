"""The long run: everything that can go wrong from outside, many times over, and what was lost (hopefully nothing).

Random files and commands, ``kill -9`` at random instants, a full disk, two commands in one folder, visitors who come
and go, a class that lasts a day. The test suite does each of them a few times (``tests/robustness``).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks import crowds, kills, trials

ROOT = Path(__file__).parents[1]
#: Kills of each work in the long run, a hundred in all; the quick one kills once.
KILLS = {
    "sweep": 20, "fit": 20, "search": 10, "run folder": 10, "job of the browser": 15, "register": 10,
    "session of a class": 10, "compiled code": 5,
}  # fmt: skip
#: Work that goes on in a folder, and so may meet a full disk or another command there.
IN_A_FOLDER = ("sweep", "search", "run folder", "register")
TRIES, VISITORS, HOURS = 400, 200, 24.0
#: How much slower a late action of a class may be than an early one, and a day's session file, bytes.
SLOWER, LARGEST_DAY = 3.0, 20_000_000

Say = Callable[[str], None]


def measure(quick: bool = False, say: Say = lambda _: None) -> dict[str, Any]:
    """Rows with name, tries, failures, seconds and a note each; ``quick``: each a little, to see that it works."""
    rows = []
    for part in (_files_and_commands, _kills, _in_folders, _visitors, _day):
        began = time.monotonic()
        for row in part(quick):
            took, began = time.monotonic() - began, time.monotonic()
            rows.append(row | {"seconds": round(took, 1)})
            say(f"{row['name']}: {row['tries']} tries, {row['failures']} failures ({row['note']})")
    tries, failures = (sum(row[what] for row in rows) for what in ("tries", "failures"))
    return {"machine": trials.machine(), "rows": rows, "tries": tries, "failures": failures}


def _row(name: str, tries: int, failed: list[str], note: str = "") -> dict[str, Any]:
    return {"name": name, "tries": tries, "failures": len(failed), "note": "; ".join(failed)[:600] or note}


def _files_and_commands(quick: bool) -> Iterable[dict[str, Any]]:
    """The random part of ``tests/robustness``, with other files and commands each time."""
    given = os.environ | {"ZONESIM_TRIES": str(20 if quick else TRIES)}
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--hypothesis-show-statistics"]
    done = subprocess.run(
        [*words, "tests/robustness/test_any_input.py", "tests/robustness/test_any_folder.py",
         "tests/robustness/test_any_command.py"],
        cwd=ROOT, env=given, capture_output=True, text=True, check=False,
    )  # fmt: skip
    # Versions of hypothesis say "40 passing examples" or "40 passing, 0 failing".
    tries = sum(int(number) for number in re.findall(r"(\d+) passing(?: examples)?,", done.stdout))
    failed = re.findall(r"^(?:FAILED|ERROR) (.+)$", done.stdout, re.MULTILINE)
    if not failed and (done.returncode or not tries):
        failed = [f"not tried: {done.stdout[-300:]}{done.stderr[-300:]}"]
    yield _row("random files and commands", tries, failed)


def _kills(quick: bool) -> Iterable[dict[str, Any]]:
    for work in kills.WORKS:
        with tempfile.TemporaryDirectory() as folder:
            found = kills.killed(work, Path(folder), 1 if quick else KILLS[work.name])
        yield _row(f"kill -9: {work.name}", found.kills, found.lost, f"finished {found.finished} times")


def _in_folders(quick: bool) -> Iterable[dict[str, Any]]:
    """Folders that work goes on in: the disk is full, then two do the same there at once."""
    for name, how, times in (("full disk", kills.starved, 8), ("two at once", kills.doubled, 4)):
        for work in kills.WORKS:
            if work.name in IN_A_FOLDER:
                with tempfile.TemporaryDirectory() as folder:
                    found = how(work, Path(folder), 1 if quick else times)
                yield _row(f"{name}: {work.name}", found.kills, found.lost)


def _visitors(quick: bool) -> Iterable[dict[str, Any]]:
    server = crowds.Server()
    try:
        crowd = crowds.come_and_go(server, 10 if quick else VISITORS)
    finally:
        server.stop()
    failed = list(crowd.trouble)
    if crowd.left_open:
        failed.append(f"{crowd.left_open} pages left open")
    if not quick and crowd.gain_bytes > crowds.GAIN_BYTES:
        failed.append(f"{crowd.gain_bytes / 1000:.0f} kB gained a visitor")
    note = f"{crowd.gain_bytes / 1000:.0f} kB a visitor, {crowd.end_bytes / 1e6:.0f} MB at the end, none left open"
    yield _row("visitors who come and go", crowd.visitors, failed, note)


def _day(quick: bool) -> Iterable[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        day = crowds.a_day(Path(folder), 1.0 if quick else HOURS)
    failed = list(day.lost)
    if day.journal_bytes > LARGEST_DAY:
        failed.append(f"the session's file is {day.journal_bytes / 1e6:.0f} MB")
    if not quick and day.late_ms > SLOWER * day.early_ms:
        failed.append(f"actions became slower: {day.early_ms} ms, then {day.late_ms} ms")
    note = (
        f"{day.actions} actions, {day.journal_bytes / 1e6:.1f} MB, {day.early_ms} then {day.late_ms} ms, "
        f"{day.gain_bytes / 1e6:.1f} MB gained, taken up in {day.resume_s:.1f} s"
    )
    yield _row(f"a class of {day.hours:g} hours", day.actions, failed, note)
