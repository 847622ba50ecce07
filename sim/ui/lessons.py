"""A class on the server: its room, the runs of its teams, and what is shown on the projector; no Solara here.

Runs of teams go through the queue and the store of the planner's browser: all teams share the grounds of the place,
and a mix that any team has run is not run again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sim.inputs import load_future
from sim.inputs.workshop_records import Demonstration, Workshop
from sim.report.drivers import driver_words
from sim.spec import DRIVERS, HIDDEN_DRIVERS
from sim.ui import answers, demonstrations
from sim.ui.choice import Question
from sim.ui.jobs import QUEUE, Job, Queue, Report, State, Turn
from sim.ui.store import STORE, Store
from sim.workshops import mixes, views
from sim.workshops.actions import FACILITATOR, SERVER, RefusedError
from sim.workshops.readings import told_result
from sim.workshops.room import Room
from sim.workshops.state import Wanted, base_of, evidence_of, future_of, round_now

logger = logging.getLogger("zonesim.workshop")

#: Pairs of runs of a demonstration: twenty neighbourhoods that differ in luck alone.
NEIGHBOURHOODS = 20


@dataclass
class Shown:
    """A demonstration: what is under way, and what there is to see."""

    job: Job | None = None
    data: dict[str, Any] | None = None


class Lesson:
    """A class and the work done for it. ``address``: what learners type; ``queue``, ``store``: those of the server."""

    def __init__(self, room: Room, address: str, queue: Queue = QUEUE, store: Store = STORE) -> None:
        self.room, self.address = room, address
        self._queue, self._store = queue, store
        self._jobs: dict[str, Job] = {}
        self._shown: dict[tuple[Any, ...], Shown] = {}
        self._lock = threading.Lock()
        self._progress: dict[int, tuple[str, Callable[[], None]]] = {}
        self._numbers = 0

    @property
    def workshop(self) -> Workshop:
        """The workshop that is being played."""
        return self.room.workshop

    def start(self) -> None:
        """Ask again for runs that a stop of the server cut off, and prepare the grounds before anybody waits."""
        for team in list(self.room.state.teams.values()):
            if team.wanted is not None:
                self._submit(team.id, team.wanted)
        question = self._question_of_round(self.workshop.file.setting.replications)
        self._queue.submit(
            "server", "preparing the place", "prepare", lambda report: self._compare(question, report), turn=Turn.LATER
        )
        if self.room.state.shown is not None:
            self._prepare(self.room.state.shown)

    def act(self, by: str, do: str, **what: Any) -> None:
        """Do something in the room, and what follows from it. Raises ``RefusedError``."""
        if by == FACILITATOR and do == "reveal":
            self._reveal()
            return
        state = self.room.act(by, do, **what)
        if do == "run":
            wanted = state.teams[by].wanted
            assert wanted is not None, "a run that was let through is waited for"
            self._submit(by, wanted)
        if do == "show" and state.shown is not None:
            self._prepare(state.shown)
        if do == "go":
            for what_next in round_now(self.workshop, state).show[:1]:
                self._prepare(what_next, Turn.LATER)
        if do == "remove" and what.get("team") in self._jobs:
            self._jobs.pop(what["team"]).cancel()

    def listen(self, team: str, told: Callable[[], None]) -> Callable[[], None]:
        """Call ``told()`` after changes of the class and of the run of ``team``; what is returned ends it."""
        with self._lock:
            self._numbers += 1
            number = self._numbers
            self._progress[number] = (team, told)
        stop = self.room.listen(told)

        def end() -> None:
            stop()
            with self._lock:
                self._progress.pop(number, None)

        return end

    def learner(self, team: str) -> dict[str, Any] | None:
        """What the page of a team shows; ``None`` for a team that is not in the class any more."""
        state = self.room.state
        if team not in state.teams:
            return None
        view = views.learner_view(self.workshop, state, state.teams[team], self.room.heading.salt)
        view["run"] |= self._told_run(team)
        return view

    def desk(self) -> dict[str, Any]:
        """What the facilitator's page shows."""
        state = self.room.state
        view = views.desk_view(self.workshop, state, self.room.heading.salt)
        view |= {"code": self.room.heading.code, "address": self.address, "file": self.room.path}
        return view | {"demonstration": self._demonstration(state.shown)}

    def seconds_left(self) -> float:
        """Of the round that is being played."""
        return views.seconds_left(self.workshop, self.room.state, self.room.now())

    def _told_run(self, team: str) -> dict[str, Any]:
        job = self._jobs.get(team)
        if job is None or not job.state.active:
            return {"words": "", "share": 0.0}
        return _words(job.state)

    def _submit(self, team: str, wanted: Wanted) -> None:
        question = self._question(wanted)
        key = answers.key_of(question, question.replications)

        def changed(job: Job) -> None:
            self._told(team, wanted.number, job)

        job = self._queue.submit(
            f"team {team}", "a team's run", key, lambda r: self._result(question, r), changed=changed
        )
        self._jobs[team] = job
        if job.state.kind == "failed":
            self._told(team, wanted.number, job)

    def _result(self, question: Question, report: Report) -> dict[str, Any]:
        return told_result(self.workshop, self._compare(question, report))

    def _compare(self, question: Question, report: Report) -> Any:
        return answers.comparison(question, report, store=self._store)

    def _told(self, team: str, number: int, job: Job) -> None:
        """In a thread of the queue: the run goes on, or is done. A cancelled one is asked for at the next start."""
        try:
            if job.state.kind == "done":
                self.room.act(SERVER, "result", team=team, number=number, **job.result)
            elif job.state.kind == "failed":
                why = f"The run failed: {job.state.why}. What to do: {job.state.what_to_do}."
                self.room.act(SERVER, "failed", team=team, number=number, why=why)
        except RefusedError as error:
            logger.warning("the run of team %s was dropped: %s", team, error)
        with self._lock:
            calls = [told for owner, told in self._progress.values() if owner == team]
        for told in calls:
            told()

    def _question(self, wanted: Wanted) -> Question:
        setting, base = self.workshop.file.setting, self.workshop.strategies[wanted.strategy]
        strategy = mixes.strategy_of(self.workshop, base, wanted.mix, wanted.terms)
        known = self.workshop.futures
        future = known[wanted.future] if wanted.future in known else load_future(wanted.future)
        return Question(
            self.workshop.place, (strategy,), 0, future, wanted.evidence, setting.seed, setting.replications,
            setting.years,
        )  # fmt: skip

    def _question_of_round(self, replications: int) -> Question:
        """The mix that teams start from, in the world of now."""
        state = self.room.state
        base = base_of(self.workshop, state.round)
        mix = mixes.starting_mix(self.workshop, self.workshop.strategies[base])
        wanted = Wanted(
            0, state.round, mix, base, future_of(self.workshop, state), evidence_of(self.workshop, state.round),
            state.terms,
        )  # fmt: skip
        asked = self._question(wanted)
        return Question(
            asked.place, asked.strategies, 0, asked.future, asked.evidence, asked.seed, replications, asked.years
        )

    def _prepare(self, what: Demonstration, turn: Turn = Turn.NOW) -> None:
        """Begin the work of a demonstration, unless it is there or under way."""
        question = self._question_of_round(NEIGHBOURHOODS)
        shown, key = self._shown_of(question), answers.key_of(question, question.replications)
        if shown.data is not None or (shown.job is not None and shown.job.state.active):
            return

        def work(report: Report) -> dict[str, Any]:
            return demonstrations.all_of(self.workshop, self._compare(question, report))

        def changed(job: Job) -> None:
            if job.state.kind == "done":
                shown.data = job.result
            self.room.touch()

        shown.job = self._queue.submit("facilitator", f"demonstration {what}", key, work, turn=turn, changed=changed)

    def _shown_of(self, question: Question) -> Shown:
        key = (answers.key_of(question, question.replications),)
        return self._shown.setdefault(key, Shown())

    def _demonstration(self, what: Demonstration | None) -> dict[str, Any]:
        """What the projector shows of a demonstration: its data, or how far it is."""
        if what is None:
            return {}
        shown = self._shown_of(self._question_of_round(NEIGHBOURHOODS))
        if shown.data is not None:
            return {"what": what, "words": "", "share": 1.0, "data": shown.data[what]}
        at = None if shown.job is None else shown.job.state
        if at is None or at.kind in ("failed", "cancelled"):
            return {"what": what, "words": "It could not be worked out. Show it again.", "share": 0.0, "data": {}}
        return {"what": what, "data": {}} | _words(at)

    def _reveal(self) -> None:
        """Read the hidden drivers off the place, as the first luck number has it, and show them to all."""
        question = self._question_of_round(1)

        def work(report: Report) -> dict[str, str]:
            truth = dict(zip(DRIVERS, answers.twin_run(question, report, self._store).drivers, strict=True))
            return {name: driver_words(float(truth[name])) for name in HIDDEN_DRIVERS}

        def changed(job: Job) -> None:
            if job.state.kind == "done":
                self.room.act(FACILITATOR, "reveal", drivers=job.result)

        self._queue.submit("facilitator", "hidden drivers", "drivers", work, changed=changed)


def _words(at: State) -> dict[str, Any]:
    """Where a job stands, for a page."""
    if at.kind == "queued":
        before = f"Waiting: {at.position} {'run' if at.position == 1 else 'runs'} before yours"
        return {"words": before if at.position else "Starting", "share": 0.0}
    return {"words": f"Running {at.what}", "share": at.done / at.total if at.total else 0.0}


#: The class of this process, set before the server starts.
LESSON: Lesson | None = None


def lesson() -> Lesson:
    """The class of this process."""
    assert LESSON is not None, "the pages of a class are served with a class"
    return LESSON
