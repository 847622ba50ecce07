"""Killed, starved of disk, doubled, its clock put back: whatever comes from outside, nothing that was kept is lost.

Each a little here; ``python -m benchmarks soak`` does the same a hundred times. A sweep and a fit killed in the middle
stand in ``tests/cli/test_sweep_interrupted.py`` and ``tests/calibration/test_fit.py``, a class in ``tests/workshops``.
"""

from __future__ import annotations

import errno
import itertools
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from benchmarks import crowds, kills
from sim.experiments.search import store as searches
from sim.experiments.sweeps import sweep
from sim.outputs import OutputError
from sim.workshops import journal
from sim.workshops.room import Room
from tests.experiments.studies import made_study
from tests.workshops.classes import GUESS, begin, go, guess, join, small

ROOT = Path(__file__).parents[2]
WORKS = {work.name: work for work in kills.WORKS}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The table of a study when nothing disturbs it."""
    found = sweep(made_study(), tmp_path_factory.mktemp("sweep") / "whole", workers=0)
    return (found.folder / "runs.parquet").read_bytes()


# --- kill -9 ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["register", "job of the browser", "compiled code"])
def test_what_is_killed_keeps_what_it_said_and_comes_to_the_same(name: str, tmp_path: Path) -> None:
    found = kills.killed(WORKS[name], tmp_path, 1)
    assert not found.lost and found.finished >= 1


@pytest.mark.parametrize("left", [(), ("parts",), ("parts", "failed", "design.parquet"), (".study.json.0a1b2c3d.tmp",)])
def test_a_sweep_killed_before_its_study_was_written_begins_anew(
    left: tuple[str, ...], tmp_path: Path, whole: bytes
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    for name in left:
        (folder / name).write_bytes(b"half") if "." in name else (folder / name).mkdir()
    again = sweep(made_study(), folder, workers=0, resume=True)
    assert (again.folder / "runs.parquet").read_bytes() == whole


def test_what_somebody_else_left_is_no_beginning(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="not a sweep"):
        sweep(made_study(), tmp_path, workers=0, resume=True)
    (tmp_path / "parts" / "mine.txt").unlink()
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(OutputError, match="not a sweep"):
        sweep(made_study(), tmp_path, workers=0, resume=True)


def test_a_search_killed_before_its_question_was_written_begins_anew(tmp_path: Path) -> None:
    (tmp_path / ".question.json.0a1b2c3d.tmp").write_text("{")
    searches.open_folder(tmp_path, {"place": "pembury"}, resume=False).close()
    assert searches.open_folder(tmp_path, {"place": "pembury"}, resume=True).get(("a", "none", 1)) is None


# --- a disk that takes no more ----------------------------------------------------------------------------------


def test_a_run_on_a_full_disk_says_so_and_leaves_nothing_half(tmp_path: Path) -> None:
    found = kills.starved(WORKS["run folder"], tmp_path, 1, seed=3)
    assert not found.lost and found.finished == 1


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_search_on_a_disk_that_refuses_keeps_what_is_done(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = searches.open_folder(tmp_path / "search", {"place": "pembury"}, resume=False)
    found.put(("a", "none", 1), [1.0])

    class Refusing:
        def __init__(self, stream: Any) -> None:
            self.stream = stream

        def write(self, text: str) -> int:
            return int(self.stream.write(text[:7]))

        def flush(self) -> None:
            self.stream.flush()
            raise OSError(code, os.strerror(code))

        def close(self) -> None:
            self.stream.close()
            raise OSError(code, os.strerror(code))

    monkeypatch.setattr(found, "_stream", Refusing(found._stream))
    with pytest.raises(OutputError):
        found.put(("a", "none", 2), [2.0])
    found.close()
    again = searches.open_folder(tmp_path / "search", {"place": "pembury"}, resume=True)
    assert again.get(("a", "none", 1)) == [1.0] and again.get(("a", "none", 2)) is None
    again.put(("a", "none", 2), [2.0])
    again.close()
    third = searches.open_folder(tmp_path / "search", {"place": "pembury"}, resume=True)
    assert (third.get(("a", "none", 1)), third.get(("a", "none", 2))) == ([1.0], [2.0])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("words", [["show", "neli", "--json"], ["--help"]])
def test_a_screen_that_takes_nothing_is_told_without_a_traceback(words: list[str]) -> None:
    code = f"import sys; from sim.cli import main; sys.exit(main({words!r}))"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120,
            check=False, env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""},
        )  # fmt: skip
    assert done.returncode == 2 and "No space left" in done.stderr, (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr and "inside zonesim" not in done.stderr and "Exception" not in done.stderr


# --- two at once ------------------------------------------------------------------------------------------------


def test_two_commands_that_fill_one_register_at_once(tmp_path: Path) -> None:
    first = kills._started(WORKS["register"], tmp_path)
    second = kills._started(WORKS["register"], tmp_path)
    said = [process.communicate(timeout=300)[0].split() for process in (first, second)]
    assert first.returncode == second.returncode == 0
    from sim.experiments.register import Shelf

    shelf = Shelf(tmp_path / "register")
    assert len(said[0]) + len(said[1]) == len(set(said[0] + said[1])) == len(shelf.names()), "no name was taken twice"
    assert all(shelf.load(name).id == name for name in shelf.names())


# --- the clock --------------------------------------------------------------------------------------------------


def test_a_clock_that_goes_backwards_changes_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: bytes
) -> None:
    ticks = itertools.count(2e9, -86_400.0)
    monkeypatch.setattr(time, "time", lambda: next(ticks))
    found = sweep(made_study(), tmp_path / "back", workers=0)
    assert (found.folder / "runs.parquet").read_bytes() == whole


def test_a_class_whose_clock_is_put_back_goes_on(tmp_path: Path) -> None:
    now = [1000.0]
    workshop = small(tmp_path)
    room = Room(workshop, journal.begin(workshop, tmp_path / "class.jsonl", now[0]), lambda: now[0])
    (team,) = join(room, "Foxes")
    go(room, GUESS)
    room.act("facilitator", "pause", on=True)
    now[0] = -5000.0
    room.act("facilitator", "pause", on=False)
    guess(room, team)
    room.close()
    assert journal.resume(workshop, tmp_path / "class.jsonl").state == room.state


# --- for long ---------------------------------------------------------------------------------------------------


def test_an_hour_of_a_class_is_kept_whole_and_stays_quick(tmp_path: Path) -> None:
    day = crowds.a_day(tmp_path, hours=1.0)
    assert not day.lost and day.actions > 40
    assert day.journal_bytes < 200_000 and day.gain_bytes < 30_000_000


def test_ten_visitors_leave_nothing_behind() -> None:
    pytest.importorskip("solara")
    server = crowds.Server()
    try:
        crowd = crowds.come_and_go(server, 10)
    finally:
        server.stop()
    assert not crowd.trouble and crowd.left_open == 0


def test_a_room_is_taken_up_by_one_command_at_a_time(tmp_path: Path) -> None:
    room = begin(tmp_path)
    join(room, "Foxes")
    with pytest.raises(Exception, match="already"):
        begin(tmp_path, room.workshop)
    room.close()
