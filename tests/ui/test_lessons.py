"""A class on the server: teams' runs through the queue, shared by content; what is under way survives a stop."""

from __future__ import annotations

import time

import pytest

from sim.ui import lessons
from sim.ui.jobs import Queue
from sim.ui.lessons import Lesson
from sim.ui.store import Store
from sim.workshops import journal
from sim.workshops.room import Room
from tests.workshops.classes import GUESS, RUN, SCORE, begin, go, guess, join


def until(there, patience=240):
    ends = time.monotonic() + patience
    while not there():
        assert time.monotonic() < ends, "nothing came"
        time.sleep(0.02)


@pytest.fixture
def queue():
    queue = Queue(1)
    yield queue
    queue.close()


@pytest.fixture
def asked(monkeypatch):
    """Every comparison that was made, in place of the model: (strategy, future, replications)."""
    made = []

    def comparison(question, report, replications=None, store=None):
        report(0, 1, "a run")
        made.append((question.strategy, question.future.id, question.replications))
        return question

    told = {
        "readings": {"reached": [34.0, 30.0, 4.0, 3.0, 5.0]},
        "cost": 5.0,
        "series": [[1, 1.0, 1.0]],
        "budget": 9.0,
        "short": [],
    }
    monkeypatch.setattr(lessons.answers, "comparison", comparison)
    monkeypatch.setattr(lessons, "told_result", lambda *_: told)
    return made


def test_a_run_goes_through_the_queue_and_comes_back_to_its_team(tmp_path, queue, asked):
    host = Lesson(begin(tmp_path), "http://here", queue, Store(10**8))
    first, second = join(host.room, "Foxes", "Badgers")
    go(host.room, RUN)
    told = []
    stop = host.listen(first, lambda: told.append(1))
    for team in (first, second):
        guess(host.room, team)
        host.act(team, "run")
    until(lambda: all(team.results for team in host.room.state.teams.values()))
    assert asked[0][0] == asked[1][0], "two teams with one mix ask the same"
    assert host.learner(first)["results"][0]["cost"] == "£5" and host.learner(first)["run"]["busy"] is False
    until(lambda: told)
    stop()
    host.act("facilitator", "remove", team=first)
    assert host.learner(first) is None
    host.room.close()


def test_runs_under_way_are_asked_for_again_after_a_stop(tmp_path, queue, asked):
    room = begin(tmp_path)
    (team,) = join(room, "Foxes")
    go(room, RUN)
    guess(room, team)
    room.act(team, "run")
    room.close()
    again = journal.resume(room.workshop, tmp_path / "class.jsonl")
    host = Lesson(Room(room.workshop, again), "http://here", queue, Store(10**8))
    host.start()
    until(lambda: host.room.state.teams[team].results)
    host.room.close()


def test_a_stop_of_the_server_is_no_failure_of_the_run(tmp_path, asked, monkeypatch):
    queue = Queue(1)
    host = Lesson(begin(tmp_path), "http://here", queue, Store(10**8))
    (team,) = join(host.room, "Foxes")
    go(host.room, RUN)
    guess(host.room, team)

    def endless(question, report, replications=None, store=None):
        while True:
            report(0, 1, "a run")
            time.sleep(0.01)

    monkeypatch.setattr(lessons.answers, "comparison", endless)
    host.act(team, "run")
    until(lambda: queue.load()[0] == 1)
    queue.close()
    until(lambda: queue.load() == (0, 0))
    time.sleep(0.1)
    assert host.room.state.teams[team].wanted is not None and not host.room.state.teams[team].trouble
    host.room.close()


def test_a_run_that_fails_tells_its_team_why(tmp_path, queue, asked, monkeypatch):
    host = Lesson(begin(tmp_path), "http://here", queue, Store(10**8))
    (team,) = join(host.room, "Foxes")
    go(host.room, RUN)
    guess(host.room, team)

    def broken(*_, **__):
        raise MemoryError

    monkeypatch.setattr(lessons.answers, "comparison", broken)
    host.act(team, "run")
    until(lambda: host.room.state.teams[team].trouble)
    assert "out of memory" in host.learner(team)["run"]["trouble"]
    assert host.learner(team)["run"]["why"] == "", "it can be tried again"
    host.room.close()


def test_a_demonstration_is_worked_out_once_and_twenty_fold(tmp_path, queue, asked, monkeypatch):
    monkeypatch.setattr(lessons.demonstrations, "all_of", lambda *_: {"same_luck": {"said": "noise"}})
    host = Lesson(begin(tmp_path), "http://here", queue, Store(10**8))
    go(host.room, GUESS)
    host.act("facilitator", "go", round=SCORE)
    until(lambda: asked)
    for _ in range(2):
        host.act("facilitator", "show", what="same_luck")
    until(lambda: host.desk()["demonstration"].get("data"))
    assert host.desk()["demonstration"]["data"] == {"said": "noise"}
    assert [n for _, _, n in asked] == [20]
    host.room.close()


def test_hidden_drivers_are_read_off_the_place(tmp_path, queue, monkeypatch):
    from types import SimpleNamespace

    from sim.spec import DRIVERS

    drivers = [0.0] * len(DRIVERS)
    drivers[DRIVERS.index("stigma")] = 1.0
    monkeypatch.setattr(lessons.answers, "twin_run", lambda *_: SimpleNamespace(drivers=drivers))
    host = Lesson(begin(tmp_path), "http://here", queue, Store(10**8))
    (team,) = join(host.room, "Foxes")
    assert host.learner(team)["drivers"] == []
    host.act("facilitator", "reveal")
    until(lambda: host.learner(team)["drivers"])
    shown = {row["name"]: row["words"] for row in host.learner(team)["drivers"]}
    assert set(shown) == {"distress", "access", "stigma"} and shown["stigma"].startswith("clearly more")
    host.room.close()
