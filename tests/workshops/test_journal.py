"""The session's file: replayed to the same state, torn lines told, anything else refused; and any actions at all."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.inputs import InputError
from sim.workshops import journal
from sim.workshops.actions import RefusedError
from sim.workshops.room import Room
from tests.workshops.classes import GUESS, RUN, SCORE, begin, finish, go, guess, join, small

ROOT = Path(__file__).parents[2]


def played(folder: Path) -> Room:
    room = begin(folder)
    first, second = join(room, "Foxes", "Bädgers <b>")
    go(room, GUESS)
    guess(room, first)
    room.act(first, "change", mix={"entries": {"neli": {"reach": 0.4}}})
    go(room, RUN)
    room.act(first, "run")
    finish(room, first)
    guess(room, second)
    room.act(second, "run")
    room.act("facilitator", "fix", money=1000.0, posts=None)
    return room


def test_a_session_is_taken_up_where_it_stopped(tmp_path):
    room = played(tmp_path)
    room.close()
    again = journal.resume(room.workshop, tmp_path / "class.jsonl")
    assert again.state == room.state and again.heading == room.heading and again.told == ()
    assert again.state.teams["t2"].wanted is not None, "a run under way is asked for anew"
    taken_up = Room(room.workshop, again)
    go(taken_up, SCORE)
    taken_up.close()
    assert journal.resume(room.workshop, tmp_path / "class.jsonl").state == taken_up.state


def test_nothing_but_the_owner_can_read_it_and_tokens_are_not_in_it(tmp_path):
    room = begin(tmp_path)
    _, token = room.join(room.heading.code, "Foxes")
    room.close()
    path = tmp_path / "class.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and token not in path.read_text()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["class.jsonl", "small.toml"]


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_torn_last_line_is_cut_off_and_told(tmp_path, cut):
    room = played(tmp_path)
    before = room.state
    go(room, SCORE)
    room.close()
    path = tmp_path / "class.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    again = journal.resume(room.workshop, path)
    assert again.state == before and "not finished" in again.told[0]
    Room(room.workshop, again).act("facilitator", "go", round=SCORE)
    assert journal.resume(room.workshop, path).told == ()


def wrong_files(text: str) -> dict[str, tuple[str, int | None]]:
    lines = text.splitlines(keepends=True)
    return {
        "".join([lines[0], *lines[2:]]): ("cannot be read", 2),
        "".join([lines[0], "{]\n", *lines[1:]]): ("cannot be read", 2),
        "".join([*lines[:3], lines[2].replace('"t', '"x'), *lines[3:]]): ("cannot be read", 4),
        "": ("not a session", 1),
        "hello\n": ("not a session", 1),
        "[1]\n": ("not a session", 1),
        text.replace('"workshop": "small"', '"workshop": "other"', 1): ("another workshop", 1),
        text.replace('"zonesim_session": 1', '"zonesim_session": 9', 1): ("format 9", 1),
        text.replace('"zonesim_session": 1', '"zonesim_session": "\\u0000"', 1): (r"format \\x00", 1),
        text.replace('"workshop": "small"', '"workshop": null', 1): ("not a session", 1),
        text.replace('"began": ', '"began": "then", "was": ', 1): ("not a session", 1),
        json.dumps(json.loads(lines[0]) | {"key": None}) + "\n" + "".join(lines[1:]): ("not a session", 1),
    }


def test_anything_else_is_an_error_with_its_line(tmp_path):
    room = played(tmp_path)
    room.close()
    path = tmp_path / "class.jsonl"
    for content, (problem, line) in wrong_files(path.read_text()).items():
        path.write_text(content)
        with pytest.raises(InputError, match=problem) as caught:
            journal.resume(room.workshop, path)
        assert caught.value.problems[0].line == line
    with pytest.raises(InputError, match="cannot be read"):
        journal.resume(room.workshop, tmp_path / "gone.jsonl")


def test_a_session_is_never_written_over_and_belongs_to_its_file(tmp_path):
    room = begin(tmp_path)
    room.close()
    with pytest.raises(InputError, match="already"):
        begin(tmp_path, room.workshop)
    with pytest.raises(InputError, match="cannot be written"):
        journal.begin(room.workshop, tmp_path / "no" / "such.jsonl", 0.0)
    from tests.workshops.classes import TEXT

    changed = small(tmp_path, TEXT.replace("years = 2", "years = 3"))
    with pytest.raises(InputError, match="was changed"):
        journal.resume(changed, tmp_path / "class.jsonl")


def test_a_full_disk_changes_nothing_and_says_so(tmp_path, monkeypatch):
    room = begin(tmp_path)
    before, length = room.state, (tmp_path / "class.jsonl").stat().st_size

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(RefusedError, match="No space left"):
            join(room, "Foxes")
    assert room.state is before and (tmp_path / "class.jsonl").stat().st_size == length
    join(room, "Foxes")
    room.close()
    assert len(journal.resume(room.workshop, tmp_path / "class.jsonl").state.teams) == 1


KILLED = """
import sys, time
from pathlib import Path
from tests.workshops.classes import begin, join, go, guess, RUN
room = begin(Path(sys.argv[1]))
teams = join(room, *(f"Team {n}" for n in range(6)))
go(room, RUN)
n = 0
while True:
    for team in teams:
        guess(room, team, 0, n % 50, 50)
        n += 1
        print(room.state.actions, flush=True)
"""


def test_nothing_that_was_acknowledged_is_lost_when_the_process_is_killed(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    said = [process.stdout.readline() for _ in range(40)]
    time.sleep(0.05)
    process.kill()
    said += process.stdout.read().split()
    process.wait()
    from sim.inputs import load_workshop

    again = journal.resume(load_workshop(tmp_path / "small.toml"), tmp_path / "class.jsonl")
    acknowledged = max(int(line) for line in said if line.strip())
    assert acknowledged <= again.state.actions <= acknowledged + 1


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 60), st.floats(allow_nan=True), st.text(max_size=8),
    st.sampled_from(["t1", "t2", "neli", "recession", "run", "join", "same_luck", "targeted"]),
    st.just({"entries": {"neli": {"reach": 0.5}}}), st.just({"entries": {}}),
)  # fmt: skip
KEYS = ("low", "middle", "high", "mix", "round", "on", "what", "team", "number", "money", "posts", "future", "drivers",
        "open", "anonymous", "name", "device", "readings", "cost", "series", "budget", "short", "why")  # fmt: skip
DOES = ("join", "guess", "change", "run", "result", "failed", "go", "pause", "lock", "fix", "inject", "reveal", "board",
        "show", "reopen", "remove", "nonsense")  # fmt: skip
ACTIONS = st.tuples(
    st.sampled_from(["t1", "t2", "t3", "facilitator", "server", "door"]), st.sampled_from(DOES),
    st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ACTIONS, max_size=25))
def test_whatever_is_tried_is_done_or_refused_and_replays_to_the_same(tmp_path_factory, actions):
    from sim.workshops import views

    folder = tmp_path_factory.mktemp("any")
    room = begin(folder)
    join(room, "Foxes", "Badgers")
    for by, do, what in actions:
        before, others = room.state, {t: v for t, v in room.state.teams.items() if t != by}
        try:
            room.act(by, do, **what)
        except RefusedError as error:
            assert room.state is before and str(error).endswith((".", ")"))
        else:
            if by.startswith("t"):
                assert {t: v for t, v in room.state.teams.items() if t != by} == others, "no team changes another"
    for team in room.state.teams.values():
        json.dumps(views.learner_view(room.workshop, room.state, team, "s"), allow_nan=False)
    json.dumps(views.desk_view(room.workshop, room.state, "s"), allow_nan=False)
    room.close()
    assert journal.resume(room.workshop, folder / "class.jsonl").state == room.state
