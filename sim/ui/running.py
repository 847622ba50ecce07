"""How a page asks for an answer and sees it come: a first look at one replication, then two, then all and the film.

``ask()`` puts the chosen question into the queue, one question of a page at a time; ``answer`` is what any page draws
from. A question that is asked again, or was asked by anybody since the server started, is answered at once.
``look_ahead()`` begins with the first look while the plan is still being changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import solara
from solara.server import kernel_context

from sim.experiments.compare import Comparison
from sim.experiments.pairs import Outcome
from sim.experiments.preparing import Preparing
from sim.inputs import InputError
from sim.ui import answers, state
from sim.ui.choice import Question
from sim.ui.jobs import QUEUE, Job, Report, State, Turn


@dataclass(frozen=True)
class Answer:
    """What is known of a question.

    ``question``: what was asked. ``comparison``: the answer so far; ``complete``: with all replications. ``film``: the
    monthly pictures of the current strategy. ``state``: of the job at work, ``None`` when nothing is under way.
    ``look``: the headlines of one replication, without ranges, until there is a comparison.
    """

    question: Question | None = None
    comparison: Comparison | None = None
    complete: bool = False
    film: Any = None
    state: State | None = None
    look: tuple[Outcome, ...] = ()

    @property
    def busy(self) -> bool:
        """Whether more is to come."""
        return self.state is not None and self.state.active


answer: solara.Reactive[Answer] = solara.reactive(Answer())
#: The job at work for this page; read it only to stop it.
_job: solara.Reactive[Job | None] = solara.reactive(None)


@dataclass(frozen=True)
class _Ahead:
    """A first look that was begun before anybody asked for it."""

    question: Question
    job: Job


#: Most children of a place that is looked at before anybody asks; a run of a larger one takes seconds.
MOST_AHEAD = 12_000
#: What this page has begun ahead.
_ahead: solara.Reactive[_Ahead | None] = solara.reactive(None)


def ask() -> None:
    """Ask what is chosen now. What was asked before and is not answered yet is stopped."""
    before, _job.value = _job.value, None
    try:
        question = state.question_now()
    except InputError as error:
        _cancel(before)
        first = error.problems[0]
        told = State("failed", why=f"{first.field}: {first.problem}", what_to_do=first.remedy)
        answer.value = Answer(state=told)
        return
    known = answers.known_comparison(question)
    if known is not None:
        _cancel(before)
        answer.value = Answer(question, known, True, answers.known_film(question))
        return
    ahead, _ahead.value = _ahead.value, None
    if ahead is not None and ahead.question == question and _of_use(ahead.job):
        _cancel(before)
        answer.value, _job.value = Answer(ahead.question, state=ahead.job.state), ahead.job
        QUEUE.hurry(ahead.job)
        _told(ahead.question, ahead.job)
        return
    if ahead is not None:
        ahead.job.cancel()
    answer.value = Answer(question, state=State("queued"))
    _submit(question, "first look", first_look, Turn.NOW, instead_of=before)


def look_ahead() -> None:
    """Begin with the first look at what is chosen now: whoever changes a plan will run it.

    Not while anybody else waits for anything, and not for large places.
    """
    before = _ahead.value
    try:
        question = state.question_now()
    except InputError:
        question = None
    if before is not None and before.question == question:
        return
    _ahead.value = None
    _cancel(None if before is None else before.job)
    if question is None or not state.can_undo() or question == answer.value.question:
        return
    large = question.place.value("children") > MOST_AHEAD
    if large or answers.known_comparison(question) is not None or QUEUE.waits_for_others(user_id()):
        return
    key = _of_page(f"ahead:{answers.key_of(question, 1)}")
    told = _within_page(lambda job: _told(question, job))
    job = QUEUE.submit(
        user_id(), "look ahead", key, lambda report: first_look(question, report), turn=Turn.AHEAD, changed=told
    )
    if _of_use(job):
        _ahead.value = _Ahead(question, job)


def _of_use(job: Job) -> bool:
    return job.state.active or job.state.kind == "done"


def stop() -> None:
    """Stop what is under way for this page."""
    _cancel(_job.value)
    _job.value = None


def _cancel(job: Job | None) -> None:
    if job is not None:
        job.cancel()


def stale() -> bool:
    """Whether the answer shown is to another question than what is chosen now."""
    try:
        return answer.value.question != state.question_now()
    except InputError:
        return True


@dataclass(frozen=True)
class Work:
    """Other long work of a page, as the page shows it. ``asked``: what for; ``found``: its answer, once there is one.

    ``words``, ``share``: how far it is. ``job``: the job at work.
    """

    asked: Any = None
    found: Any = None
    job: Job | None = None
    words: str = ""
    share: float = 0.0

    @property
    def busy(self) -> bool:
        """Whether a job is under way."""
        return self.job is not None

    def stop(self) -> None:
        """Stop the job, if there is one."""
        if self.job is not None:
            self.job.cancel()


def work_on(shown: solara.Reactive[Work], asked: Any, title: str, key: str, work: Callable[[Report], Any]) -> None:
    """Put long work into the queue, behind first pictures, and show in ``shown`` how far it is; one at a time."""
    if shown.value.busy:
        return

    def heard(job: Job) -> None:
        if shown.value.asked is asked:
            shown.value = _after(asked, job)

    shown.value = Work(asked, words="Waiting for a free place")
    job = run_job(title, key, work, heard)
    if shown.value.words == "Waiting for a free place":
        heard(job)


def _after(asked: Any, job: Job) -> Work:
    at = job.state
    if at.kind == "done":
        return Work(asked, job.result, words="Done.")
    if at.kind == "failed":
        return Work(asked, words=f"Not finished: {at.why}. To do: {at.what_to_do}.")
    if at.kind == "cancelled":
        return Work(asked, words="Stopped.")
    if at.kind == "queued":
        goes = "Waiting for a free place" if not at.position else f"Waiting: {_runs(at.position)} first"
        return Work(asked, job=job, words=f"{goes}.")
    left = "" if at.seconds_left is None else f", about {max(1, round(at.seconds_left))} s left"
    return Work(asked, job=job, words=f"Running: {at.what}{left}", share=at.done / at.total if at.total else 0.0)


def _runs(number: int) -> str:
    return "1 run goes" if number == 1 else f"{number} runs go"


def run_job(
    title: str, key: str, work: Callable[[Report], Any], told: Callable[[Job], None], turn: Turn = Turn.LATER
) -> Job:
    """Other long work of a page (a search, a tornado): ``told(job)`` is called within the page's context.

    ``turn``: whether it makes way for first looks; not for what somebody sits and waits for.
    """
    return QUEUE.submit(user_id(), title, _of_page(key), work, turn=turn, changed=_within_page(told))


def user_id() -> str:
    """Who asks, for the limits of the queue: the browser's cookie."""
    return solara.get_session_id()


def ask_film() -> None:
    """Ask for the film of the question that is answered, ahead of its other replications, if there is none yet."""
    question, found = answer.value.question, answer.value
    if question is None or found.film is not None or not (found.look or found.comparison):
        return

    def heard(job: Job) -> None:
        if answer.value.question is question and job.state.kind == "done":
            answer.value = replace(answer.value, film=job.result)

    key = f"film:{answers.key_of(question, 1, (question.strategy,))}"
    run_job("film", key, lambda report: answers.film(question, report), heard, Turn.NOW)


def first_look(question: Question, report: Report) -> Answer:
    """What one replication shows, which everybody who asks is given before anybody is given more."""
    with Preparing(lambda ready, parts, _: report(ready, parts, "the model is prepared for this computer, once")):
        return Answer(question, look=answers.look(question, report))


def first_picture(question: Question, report: Report) -> Answer:
    """Comparison with the first replications that give ranges, and the film if anybody has asked for it before."""
    return _answered(question, answers.comparison(question, report, answers.FIRST_REPLICATIONS))


def whole_picture(question: Question, report: Report) -> Answer:
    """Comparison with all replications, and the film."""
    found = answers.comparison(question, report)
    answers.film(question, report)
    return _answered(question, found)


def _answered(question: Question, comparison: Comparison) -> Answer:
    complete = comparison.replications == question.replications
    return Answer(question, comparison, complete, answers.known_film(question))


def _submit(
    question: Question,
    title: str,
    work: Callable[[Question, Report], Answer],
    turn: Turn,
    instead_of: Job | None = None,
) -> None:
    key = _of_page(answers.key_of(question, question.replications))
    told = _within_page(lambda job: _told(question, job))
    job = QUEUE.submit(
        user_id(), title, key, lambda report: work(question, report), turn=turn, changed=told, instead_of=instead_of
    )
    _job.value = job
    if not job.state.active and job.state.kind == "failed":
        answer.value = replace(answer.value, state=job.state)


def _told(question: Question, job: Job) -> None:
    """In a thread of the queue, within the page: show how far the job is, or its answer."""
    if answer.value.question is not question:
        return
    at = job.state
    if at.kind != "done":
        answer.value = replace(answer.value, state=at)
        return
    found: Answer = job.result
    if found.comparison is None and (answer.value.look or answer.value.comparison):
        return  # a look that was begun ahead is told twice where it ends while it is asked for
    film = answer.value.film if found.film is None else found.film
    answer.value = replace(found, film=film, state=None if found.complete else State("queued"))
    if found.comparison is None:
        _submit(question, "first picture", first_picture, Turn.LATER)
    elif not found.complete:
        _submit(question, "more replications", whole_picture, Turn.LATER)


def _of_page(key: str) -> str:
    """Two pages of one browser that ask the same are told each for itself."""
    return f"{solara.get_kernel_id()}:{key}"


def _within_page(told: Callable[[Job], None]) -> Callable[[Job], None]:
    """Call back within the page that asks; a page that was closed is told nothing, and its job is stopped.

    The page's lock keeps what is told and what is pressed apart: a change during a drawing would not be drawn.
    """
    context = kernel_context.get_current_context()

    def call(job: Job) -> None:
        if context.closed_event.is_set():
            job.cancel()
            return
        with context.lock, context:
            told(job)

    return call
