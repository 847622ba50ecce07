"""Who runs what: runs are dealt out so that those which share a start stay with one worker."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sim.experiments.batches import Job

#: Seconds that a batch should last: long against the cost of a task, short against what is lost with one.
BATCH_S = 2.0
#: Batches that wait at a worker, so that it never stands idle.
WAITING = 1
_MOST_JOBS = 2000
_WEIGHT = 0.3


@dataclass
class Pace:
    """Seconds that a run takes, learnt from those that came back."""

    seconds: float
    batch_s: float = BATCH_S

    def learn(self, runs: int, seconds: float) -> None:
        """Take what a batch took into account."""
        if runs > 0 and seconds > 0:
            self.seconds += _WEIGHT * (seconds / runs - self.seconds)

    @property
    def jobs(self) -> int:
        """Runs that make a batch of the right length."""
        return max(1, min(_MOST_JOBS, round(self.batch_s / max(self.seconds, 1e-6))))


@dataclass(frozen=True)
class Deal:
    """A batch for a worker. ``alone``: runs whose worker died; nothing else is given to the worker meanwhile."""

    worker: str
    jobs: tuple[Job, ...]
    alone: bool = False


class Dealer:
    """Deals out lists of runs that share a start to workers that come and go.

    A worker keeps the list it is on until its runs are used up; where no list is left, an idle worker takes half
    of what the busiest still has to do.
    """

    def __init__(self, lists: Iterable[list[Job]], pace: Pace) -> None:
        self._lists: Iterator[list[Job]] = iter(lists)
        self._back: deque[deque[Job]] = deque()
        self._suspects: deque[Job] = deque()
        self._rest: dict[str, deque[Job]] = {}
        self._threads: dict[str, int] = {}
        self.pace = pace
        #: Batches under way, by name.
        self.under_way: dict[str, Deal] = {}

    def meet(self, workers: Mapping[str, int]) -> None:
        """Take note of which workers there are; what is left of the list of one that is gone is dealt out again.

        Batches under way come back by themselves, as the answer of another worker or as lost.
        """
        for address in [a for a in self._rest if a not in workers]:
            rest = self._rest.pop(address)
            if rest:
                self._back.append(rest)
        for address in workers:
            self._rest.setdefault(address, deque())
        self._threads = dict(workers)

    def deals(self) -> Iterator[Deal]:
        """Batches for whoever has room now."""
        for address, threads in self._threads.items():
            mine = [deal for deal in self.under_way.values() if deal.worker == address]
            if any(deal.alone for deal in mine):
                continue
            if not mine and self._suspects:
                yield Deal(address, (self._suspects.popleft(),), alone=True)
                continue
            for _ in range(threads + WAITING - len(mine)):
                jobs = self._cut(address)
                if jobs:
                    yield Deal(address, jobs)

    def lost(self, deal: Deal) -> Job | None:
        """A batch whose worker died: its runs are tried one by one. The run itself, if it was alone."""
        if deal.alone:
            return deal.jobs[0]
        self._suspects.extend(deal.jobs)
        return None

    def _cut(self, address: str) -> tuple[Job, ...]:
        """Whole lists, as many as make a batch: cut in two, a list's start might be made twice. Long ones are cut."""
        rest, jobs = self._rest[address], list[Job]()
        while len(jobs) < self.pace.jobs:
            if not rest:
                found = self._next_list()
                if found is None and not jobs:
                    found = self._half_of_the_busiest()
                if found is None:
                    break
                rest.extend(found)
            if jobs and len(jobs) + len(rest) > self.pace.jobs:
                break
            whole = len(rest) <= 2 * self.pace.jobs
            jobs.extend(rest.popleft() for _ in range(len(rest) if whole else self.pace.jobs))
        return tuple(jobs)

    def _next_list(self) -> Iterable[Job] | None:
        return self._back.popleft() if self._back else next(self._lists, None)

    def _half_of_the_busiest(self) -> Iterable[Job] | None:
        busiest = max(self._rest.values(), key=len, default=None)
        if not busiest:
            return None
        return [busiest.pop() for _ in range((len(busiest) + 1) // 2)][::-1]
