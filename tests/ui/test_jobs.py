"""The queue: order, limits, making way, stopping, running out of time, crashing, and leaving the pages quick."""

from __future__ import annotations

import threading
import time

import pytest

from sim.inputs import InputError, Problem
from sim.ui.jobs import CancelledError, Queue, Turn

LONG = 30.0


def until(true, seconds: float = LONG) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)


class Gate:
    """Work that reports until it is let go."""

    def __init__(self, name: str, log: list[str]) -> None:
        self.name, self.log, self.open = name, log, threading.Event()

    def __call__(self, report):
        self.log.append(self.name)
        while not self.open.wait(0.005):
            report(1, 4, f"{self.name} works")
        return self.name


@pytest.fixture
def queue():
    queue = Queue(slots=1, per_user=3, in_all=6, limit_s=LONG)
    yield queue
    queue.close()


def test_first_come_first_served_with_positions_and_results(queue):
    log: list[str] = []
    gates = [Gate(f"job {i}", log) for i in range(4)]
    jobs = [queue.submit(f"user {i % 2}", g.name, g.name, g) for i, g in enumerate(gates)]
    until(lambda: log == ["job 0"])
    assert [job.state.kind for job in jobs] == ["running", "queued", "queued", "queued"]
    assert [job.state.position for job in jobs] == [0, 1, 2, 3]
    until(lambda: jobs[0].state.seconds_left is not None)
    assert jobs[0].state.what == "job 0 works" and jobs[0].state.seconds_left > 0
    for gate, job in zip(gates, jobs, strict=True):
        gate.open.set()
        until(lambda job=job: job.state.kind == "done")
        assert job.result == gate.name
    assert log == [f"job {i}" for i in range(4)]
    assert queue.load() == (0, 0)


def test_limits_of_a_user_and_of_the_queue_refuse_with_what_to_do(queue):
    log: list[str] = []
    gates = {name: Gate(name, log) for name in "abcdefgh"}
    mine = [queue.submit("me", name, name, gates[name]) for name in "abcd"]
    assert [job.state.kind for job in mine][3] == "failed"
    assert "3 of your runs" in mine[3].state.why and mine[3].state.what_to_do
    others = [queue.submit(name, name, name, gates[name]) for name in "efgh"]
    assert [job.state.kind for job in others] == ["queued", "queued", "queued", "failed"]
    assert "6 runs" in others[3].state.why


def test_the_same_question_of_the_same_user_is_one_job(queue):
    gate = Gate("a", [])
    first = queue.submit("me", "a", "key", gate)
    assert queue.submit("me", "a", "key", gate) is first
    assert queue.submit("you", "a", "key", gate) is not first
    first.cancel()
    until(lambda: first.state.kind == "cancelled")
    assert queue.submit("me", "a", "key", gate) is not first


def test_cancel_waiting_and_running(queue):
    log: list[str] = []
    a, b, c = (Gate(name, log) for name in "abc")
    told: list[str] = []
    running = queue.submit("me", "a", "a", a, changed=lambda job: told.append(job.state.kind))
    waiting = queue.submit("me", "b", "b", b)
    last = queue.submit("me", "c", "c", c)
    until(lambda: log == ["a"])
    waiting.cancel()
    assert waiting.state.kind == "cancelled"
    running.cancel()
    until(lambda: running.state.kind == "cancelled" and log == ["a", "c"])
    until(lambda: told[-1:] == ["cancelled"])
    assert last.state.kind == "running"
    running.cancel()
    assert running.state.kind == "cancelled", "stopping twice is stopping once"


def test_a_job_that_was_told_to_stop_keeps_nobody_waiting_until_it_notices():
    queue, release = Queue(slots=1), threading.Event()
    deaf = queue.submit("me", "deaf", "deaf", lambda report: (release.wait(10), report(1, 1, ""))[0])
    next_one = queue.submit("me", "next", "next", lambda _: 7)
    until(lambda: deaf.state.kind == "running")
    deaf.cancel()
    until(lambda: next_one.state.kind == "done")
    assert deaf.state.kind == "running", "it has not reported since"
    release.set()
    until(lambda: deaf.state.kind == "cancelled")
    queue.close()


def test_a_job_that_takes_too_long_fails_and_frees_its_slot():
    queue = Queue(slots=1, limit_s=0.1)
    slow = queue.submit("me", "slow", "slow", Gate("slow", []))
    quick = queue.submit("you", "quick", "quick", lambda _: 7)
    until(lambda: slow.state.kind == "failed" and quick.state.kind == "done")
    assert "longer than" in slow.state.why and "fewer" in slow.state.what_to_do
    queue.close()


def test_work_that_does_not_even_report_is_given_up():
    queue = Queue(slots=1, limit_s=0.1)
    release = threading.Event()
    stuck = queue.submit("me", "stuck", "stuck", lambda _: release.wait(LONG))
    after = queue.submit("you", "after", "after", lambda _: 7)
    until(lambda: after.state.kind == "done")
    assert stuck.state.kind == "failed"
    release.set()
    queue.close()
    assert stuck.state.kind == "failed"


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (InputError((Problem("f", 1, "strands[1]", "no posts", "add posts"),)), "strands[1]: no posts"),
        (MemoryError(), "memory"),
        (ValueError("years must be 1 to 20"), "years must be 1 to 20"),
        (ZeroDivisionError("secret /path"), "inside zonesim"),
        (SystemExit(3), "inside zonesim"),
    ],
)
def test_a_crash_is_told_in_plain_words_and_the_next_job_runs(queue, error, why):
    def crash(report):
        raise error

    failed = queue.submit("me", "crash", "crash", crash)
    after = queue.submit("me", "after", "after", lambda _: 7)
    until(lambda: after.state.kind == "done")
    assert failed.state.kind == "failed" and why in failed.state.why and failed.state.what_to_do
    assert "/path" not in failed.state.why


def test_a_page_that_fails_when_told_does_not_stop_the_queue(queue):
    def broken(job):
        raise RuntimeError("the page is gone")

    job = queue.submit("me", "a", "a", lambda _: 7, changed=broken)
    until(lambda: job.state.kind == "done")
    assert job.result == 7


def test_a_refinement_makes_way_for_a_first_picture_and_goes_on(queue):
    log: list[str] = []
    refine, first = Gate("refine", log), Gate("first", log)
    later = queue.submit("me", "refine", "refine", refine, turn=Turn.LATER)
    until(lambda: log == ["refine"])
    now = queue.submit("you", "first", "first", first)
    until(lambda: log == ["refine", "first"])
    assert (later.state.kind, now.state.kind) == ("queued", "running")
    first.open.set()
    until(lambda: now.state.kind == "done" and later.state.kind == "running")
    refine.open.set()
    until(lambda: later.state.kind == "done")
    assert log == ["refine", "first"], "it went on where it stopped"


def test_a_refinement_that_made_way_can_be_stopped(queue):
    log: list[str] = []
    later = queue.submit("me", "refine", "refine", Gate("refine", log), turn=Turn.LATER)
    until(lambda: log == ["refine"])
    queue.submit("you", "first", "first", Gate("first", log))
    until(lambda: later.state.kind == "queued")
    later.cancel()
    until(lambda: later.state.kind == "cancelled")
    assert queue.load() == (1, 0)


def test_a_look_ahead_goes_before_refinements_and_makes_way_for_who_waits(queue):
    log: list[str] = []
    gates = {name: Gate(name, log) for name in ("refine", "ahead", "first")}
    later = queue.submit("me", "refine", "refine", gates["refine"], turn=Turn.LATER)
    until(lambda: log == ["refine"])
    ahead = queue.submit("me", "ahead", "ahead", gates["ahead"], turn=Turn.AHEAD)
    until(lambda: log == ["refine", "ahead"])
    now = queue.submit("you", "first", "first", gates["first"])
    until(lambda: log == ["refine", "ahead", "first"])
    assert [job.state.kind for job in (later, ahead, now)] == ["queued", "queued", "running"]
    gates["first"].open.set()
    until(lambda: ahead.state.kind == "running")
    assert later.state.kind == "queued"
    for gate in gates.values():
        gate.open.set()
    until(lambda: later.state.kind == "done")
    assert log == ["refine", "ahead", "first"]


def test_a_look_ahead_that_is_asked_for_makes_way_no_more(queue):
    log: list[str] = []
    gates = {name: Gate(name, log) for name in ("ahead", "first")}
    ahead = queue.submit("me", "ahead", "ahead", gates["ahead"], turn=Turn.AHEAD)
    until(lambda: log == ["ahead"])
    queue.hurry(ahead)
    first = queue.submit("you", "first", "first", gates["first"])
    time.sleep(0.1)
    assert (ahead.state.kind, first.state.kind) == ("running", "queued")
    # And one that had made way stands in the line of those who wait, before those who came after it.
    waiting = queue.submit("me", "waiting", "waiting", Gate("waiting", log), turn=Turn.LATER)
    queue.hurry(waiting)
    assert waiting.state.position == 2


def test_whose_work_is_under_way(queue):
    assert not queue.waits_for_others("me")
    job = queue.submit("me", "mine", "mine", Gate("mine", []))
    assert queue.waits_for_others("you") and not queue.waits_for_others("me")
    job.cancel()
    assert not queue.waits_for_others("you"), "who was told to stop keeps nobody waiting"


def test_who_asks_anew_while_waiting_keeps_the_place_in_line(queue):
    log: list[str] = []
    gates = {name: Gate(name, log) for name in ("working", "mine", "theirs", "mine again", "mine at last")}
    first = queue.submit("a", "working", "working", gates["working"])
    mine = queue.submit("b", "mine", "mine", gates["mine"])
    queue.submit("c", "theirs", "theirs", gates["theirs"])
    again = queue.submit("b", "mine", "mine again", gates["mine again"], instead_of=mine)
    assert mine.state.kind == "cancelled" and again.state.position == 1
    for gate in gates.values():
        gate.open.set()
    until(lambda: queue.load() == (0, 0))
    assert log == ["working", "mine again", "theirs"] and first.state.kind == again.state.kind == "done"
    # One that is at work, or done, leaves no place: the new one is last.
    at_last = queue.submit("b", "mine", "mine at last", gates["mine at last"], instead_of=again)
    until(lambda: at_last.state.kind == "done")


def test_a_refinement_that_waits_gives_no_place_among_first_pictures(queue):
    log: list[str] = []
    gates = {name: Gate(name, log) for name in ("working", "refinement", "theirs", "mine")}
    queue.submit("a", "working", "working", gates["working"])
    refinement = queue.submit("b", "refinement", "refinement", gates["refinement"], turn=Turn.LATER)
    queue.submit("c", "theirs", "theirs", gates["theirs"])
    mine = queue.submit("b", "mine", "mine", gates["mine"], instead_of=refinement)
    assert refinement.state.kind == "cancelled" and mine.state.position == 2
    for gate in gates.values():
        gate.open.set()
    until(lambda: mine.state.kind == "done")
    assert log == ["working", "theirs", "mine"]


def test_fair_order_for_thirty_users():
    queue = Queue(slots=2, in_all=60)
    gates = [Gate(f"job {i}", []) for i in range(30)]
    jobs = [queue.submit(f"user {i}", g.name, g.name, g) for i, g in enumerate(gates)]
    for i, gate in enumerate(gates):
        assert [job.state.kind for job in jobs[i:]] == ["running"] * min(2, 30 - i) + ["queued"] * max(28 - i, 0)
        gate.open.set()
        until(lambda i=i: jobs[i].state.kind == "done")
    assert [job.result for job in jobs] == [gate.name for gate in gates], "none lost"
    queue.close()


def test_closing_stops_everything():
    queue = Queue(slots=1)
    jobs = [queue.submit("me", str(i), str(i), Gate(str(i), [])) for i in range(3)]
    queue.close()
    until(lambda: all(job.state.kind == "cancelled" for job in jobs))


def test_report_raises_where_the_work_is(queue):
    caught: list[type] = []

    def work(report):
        try:
            while True:
                report(0, 1, "x")
                time.sleep(0.001)
        except CancelledError as error:
            caught.append(type(error))
            raise

    job = queue.submit("me", "a", "a", work)
    until(lambda: job.state.kind == "running")
    job.cancel()
    until(lambda: caught == [CancelledError])
