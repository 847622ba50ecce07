"""One bounded first-come queue for all long work of a server; no Solara here.

Work that somebody waits for goes first, then a look ahead of what may be asked, then refinements (``Turn``), each in
the order of arrival. What is running makes way at its next report for whatever goes before it, and goes on where it
stopped when nothing of that kind waits. Work runs in a thread of lower priority and must call ``report`` often: that is
where it can be cancelled, runs out of time or makes way.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Literal, Protocol, TypeVar

from sim.inputs import InputError

T = TypeVar("T")
Kind = Literal["queued", "running", "done", "failed", "cancelled"]
logger = logging.getLogger("zonesim.jobs")

#: How much lower the priority of work is than that of the pages (steps of ``nice``).
LOWER_PRIORITY = 10
#: Least time between two messages to the pages, seconds.
LEAST_PAUSE = 0.25


class Turn(IntEnum):
    """What goes before what: a first look, what may be asked for next, refinements of what is seen already."""

    NOW = 0
    AHEAD = 1
    LATER = 2


class Report(Protocol):
    """What work calls as it goes on: how much is done, of how much, of what."""

    def __call__(self, done: float, total: float, what: str) -> None:
        """Raises ``CancelledError`` or ``TimedOutError``."""


class CancelledError(Exception):
    """Nobody waits for the answer any more."""


class TimedOutError(Exception):
    """The work took longer than is allowed."""


@dataclass(frozen=True)
class State:
    """Where a job stands. ``position``: jobs before it. ``seconds_left``: ``None`` while it cannot be told."""

    kind: Kind
    position: int = 0
    done: float = 0.0
    total: float = 0.0
    what: str = ""
    seconds_left: float | None = None
    why: str = ""
    what_to_do: str = ""

    @property
    def active(self) -> bool:
        """Whether an answer may still come."""
        return self.kind in ("queued", "running")


@dataclass(eq=False)
class Job:
    """One piece of work of one user. ``result`` is what the work returned, once it is done."""

    user: str
    title: str
    key: str
    work: Callable[[Report], Any]
    turn: Turn
    queue: Queue
    changed: Callable[[Job], None] | None = None
    result: Any = None
    asked: float = field(default_factory=time.monotonic)
    _kind: Kind = "queued"
    _told: tuple[float, float, str] = (0.0, 0.0, "")
    _worked: float = 0.0
    _since: float | None = None
    _begun: bool = False
    _stop: bool = False
    _why: tuple[str, str] = ("", "")
    _spoken: float = 0.0

    @property
    def state(self) -> State:
        """Where the job stands now."""
        done, total, what = self._told
        if self._kind == "queued":
            return State("queued", self.queue.position(self), done, total, what)
        return State(self._kind, 0, done, total, what, self._left(), *self._why)

    def cancel(self) -> None:
        """Ask it to stop; a waiting job is cancelled at once, a running one at its next report."""
        self.queue.cancel(self)

    def seconds(self) -> float:
        """Time it has worked, without waiting."""
        return self._worked + (time.monotonic() - self._since if self._since is not None else 0.0)

    def _left(self) -> float | None:
        done, total, _ = self._told
        if self._kind != "running" or done <= 0 or total <= 0:
            return None
        return self.seconds() / done * max(total - done, 0.0)


class Queue:
    """First come, first served: at most ``slots`` jobs work at a time.

    ``per_user`` and ``in_all``: most jobs waiting or working. ``limit_s``: longest time a job may work; work that does
    not even report by twice that time is given up, and its slot is free again.
    """

    def __init__(self, slots: int, per_user: int = 4, in_all: int = 120, limit_s: float = 900.0) -> None:
        self.slots, self.per_user, self.in_all, self.limit_s = max(1, slots), per_user, in_all, limit_s
        self._ready = threading.Condition(threading.RLock())
        self._waiting: list[Job] = []
        self._working: list[Job] = []
        # Threads of a pool belong to no browser page; a refinement that makes way keeps its thread.
        self._threads = ThreadPoolExecutor(in_all, thread_name_prefix="zonesim-job")

    def close(self) -> None:
        """Stop everything; what works ends at its next report."""
        with self._ready:
            jobs = [*self._waiting, *self._working]
        for job in jobs:
            job.cancel()
        self._threads.shutdown(wait=False)

    def submit(
        self,
        user: str,
        title: str,
        key: str,
        work: Callable[[Report], T],
        *,
        turn: Turn = Turn.NOW,
        changed: Callable[[Job], None] | None = None,
        instead_of: Job | None = None,
    ) -> Job:
        """Put work into the queue; the same question of the same user is not put twice.

        ``instead_of``: a job that nobody waits for any more. It is cancelled, and if it was still waiting in the same
        line the new one takes its place there: who changes a plan again while waiting does not start from the end.

        ``key``: digest of what is asked. ``changed(job)`` is called in a thread of the queue when the state changes,
        at most four times a second while it works. A job beyond a limit comes back failed, with what to do.
        """
        job = Job(user, title, key, work, turn, self, changed)
        if instead_of is not None:
            if self._takes_place(job, instead_of):
                return job
            # Outside the lock: its page is told, and a page that is told may ask the queue.
            self.cancel(instead_of)
        with self._ready:
            active = [*self._waiting, *self._working]
            for other in active:
                if (other.user, other.key, other.turn) == (user, key, turn) and not other._stop:
                    return other
            refusal = self._refusal(user, active)
            if refusal:
                job._kind, job._why = "failed", refusal
                return job
            self._waiting.append(job)
            self._start_next()
        return job

    def position(self, job: Job) -> int:
        """Jobs that go before a waiting one: those working and those ahead of it in line."""
        with self._ready:
            if job not in self._waiting:
                return 0
            return len(self._working) + self._line().index(job)

    def cancel(self, job: Job) -> None:
        """Stop a job: at once while it waits, at its next report while it works."""
        with self._ready:
            if not job.state.active:
                return
            job._stop = True
            fresh = job in self._waiting and not job._begun
            if fresh:
                self._waiting.remove(job)
                job._kind = "cancelled"
            self._start_next()
            self._ready.notify_all()
        if fresh:
            self._tell(job)

    def hurry(self, job: Job) -> None:
        """What was begun ahead is asked for: it goes on, or begins, in the line of those who wait."""
        with self._ready:
            job.turn = Turn.NOW
            self._start_next()

    def waits_for_others(self, user: str) -> bool:
        """Whether work of anybody else waits or is under way."""
        with self._ready:
            return any(job.user != user and not job._stop for job in (*self._waiting, *self._working))

    def load(self) -> tuple[int, int]:
        """(working, waiting)."""
        with self._ready:
            return len(self._working), len(self._waiting)

    def _refusal(self, user: str, active: list[Job]) -> tuple[str, str] | None:
        if len(active) >= self.in_all:
            return f"{self.in_all} runs are waiting already", "try again in a minute; nothing you made is lost"
        if sum(job.user == user and not job._stop for job in active) >= self.per_user:
            return f"{self.per_user} of your runs are waiting already", "wait for one of them, or stop one"
        return None

    def _takes_place(self, job: Job, of: Job) -> bool:
        """Whether the new job now stands in line in the place of one that was waiting there, which is cancelled."""
        with self._ready:
            if of not in self._waiting or of._begun or of.turn != job.turn:
                return False
            of._stop, of._kind = True, "cancelled"
            self._waiting[self._waiting.index(of)] = job
            return True

    def _line(self) -> list[Job]:
        """Waiting jobs in the order in which they will start."""
        return sorted(self._waiting, key=lambda job: job.turn)

    def _start_next(self) -> None:
        """Give free slots to those who are next; the lock is held. Who was told to stop holds none any more."""
        while sum(not job._stop for job in self._working) < self.slots and self._waiting:
            job = self._line()[0]
            self._waiting.remove(job)
            self._working.append(job)
            job._since = time.monotonic()
            job._kind = "running"
            if job._begun:
                self._ready.notify_all()
            else:
                job._begun = True
                self._threads.submit(self._run, job)

    def _run(self, job: Job) -> None:
        """In a thread of its own: do the work and note how it ended."""
        _lower_priority()
        patience = threading.Timer(2 * self.limit_s, self._give_up, (job,))
        patience.daemon = True
        patience.start()
        # The page that asked is drawing just now, and whoever tells it waits for that: work begins first.
        job._spoken = time.monotonic()
        kind: Kind = "done"
        why = ("", "")
        try:
            job.result = job.work(lambda done, total, what: self._report(job, done, total, what))
        except CancelledError:
            kind = "cancelled"
        except TimedOutError:
            kind, why = "failed", _too_long(self.limit_s)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the slot is freed and the page says it plainly
            kind, why = "failed", explain(error)
        patience.cancel()
        self._end(job, kind, why)

    def _end(self, job: Job, kind: Kind, why: tuple[str, str]) -> None:
        with self._ready:
            if not job.state.active:
                return
            job._kind, job._why = kind, why
            for line in (self._working, self._waiting):
                if job in line:
                    line.remove(job)
            self._start_next()
        self._tell(job)

    def _give_up(self, job: Job) -> None:
        """Work that reports no more: its page is told, and its slot goes to the next."""
        if job.state.active:
            logger.error("job %s does not stop", job.title)
            job._stop = True
            self._end(job, "failed", _too_long(self.limit_s))

    def _report(self, job: Job, done: float, total: float, what: str) -> None:
        job._told = (done, total, what)
        if job._stop:
            raise CancelledError
        if job.seconds() > self.limit_s:
            raise TimedOutError
        if job.turn > Turn.NOW:
            self._make_way(job)
        if time.monotonic() - job._spoken >= LEAST_PAUSE:
            job._spoken = time.monotonic()
            self._tell(job)

    def _make_way(self, job: Job) -> None:
        """Let those go before whose turn it is: wait, without a slot, until it is this job's turn again."""
        with self._ready:
            if not any(other.turn < job.turn for other in self._waiting) or job not in self._working:
                return
            job._worked, job._since, job._kind = job.seconds(), None, "queued"
            self._working.remove(job)
            self._waiting.insert(0, job)
            self._start_next()
        self._tell(job)
        with self._ready:
            while job in self._waiting and not job._stop:
                self._ready.wait()
            if job in self._waiting:
                self._waiting.remove(job)
        if job._stop:
            raise CancelledError

    def _tell(self, job: Job) -> None:
        if job.changed is None:
            return
        try:
            job.changed(job)
        except Exception:  # a page that is gone must not stop the queue
            logger.exception("a page could not be told of %s", job.title)


def explain(error: BaseException) -> tuple[str, str]:
    """Why something failed and what to do, in plain words; details go to the server's log."""
    if isinstance(error, InputError):
        first = error.problems[0]
        return f"{first.field}: {first.problem}", first.remedy
    if isinstance(error, MemoryError):
        return "the computer ran out of memory", "ask for fewer replications or a smaller place"
    logger.exception("work failed", exc_info=error)
    if isinstance(error, ValueError):
        return str(error)[:300], "change the plan and run it again"
    return (
        "something went wrong inside zonesim",
        "run it again; if it happens again, the server's log holds the details",
    )


def _too_long(limit_s: float) -> tuple[str, str]:
    return (
        f"it took longer than {limit_s / 60:.0f} minutes",
        "ask for fewer replications, fewer years or a smaller place",
    )


def _lower_priority() -> None:
    """Pages stay quick while work is done (threads have a priority of their own on Linux)."""
    if hasattr(os, "setpriority") and hasattr(threading, "get_native_id"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWER_PRIORITY)


#: The queue of this process.
QUEUE = Queue(max(1, (os.cpu_count() or 2) - 1))
