"""The page Report: the briefing as a preview, and everything to take along."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import Any

import solara

from sim.experiments.compare import Comparison
from sim.ui import answers, files, running, state
from sim.ui.choice import Question
from sim.ui.jobs import Job
from sim.ui.panels.pages import Briefing, Downloads
from sim.ui.panels.shell import EmptyState


@dataclass(frozen=True)
class Download:
    """A file on its way: ``words`` on how far it is, ``file`` once it is made, ``serial`` counts those made."""

    words: str = ""
    file: dict[str, Any] | None = None
    serial: int = 0


download: solara.Reactive[Download] = solara.reactive(Download())


@solara.component
def Page() -> None:
    """The briefing of the comparison asked last, or what to do first."""
    told = running.answer.value
    if told.comparison is None or told.question is None:
        EmptyState(
            title="Report",
            words="There is nothing to report yet. Run what is chosen; the briefing is made from its numbers.",
            action="Run what is chosen",
            event_act=lambda *_: running.ask(),
        )
        return
    comparison, question = told.comparison, told.question
    solara.v.Html(tag="h1", children=["Report"])
    solara.v.Html(tag="p", class_="zs-lead", children=[_words(comparison, told.complete)])
    Downloads(
        items=[{"id": kind, "name": words} for kind, (_, _, words) in files.FILES.items()],
        command=files.command_of(question),
        link=f"compare?{state.share_query()}",
        words=download.value.words,
        file=download.value.file,
        serial=download.value.serial,
        event_want=lambda kind, *_: _want(str(kind), comparison, question),
    )
    Preview(comparison, question)


@solara.component
def Preview(comparison: Comparison, question: Question) -> None:
    """The briefing, made once for a comparison."""
    page = solara.use_memo(lambda: files.preview(comparison, question), [id(comparison)])
    Briefing(page=page, title=f"Briefing: {comparison.place.name}")


def _words(comparison: Comparison, complete: bool) -> str:
    if complete:
        return (
            f"A briefing on {comparison.place.name} from {comparison.replications} pairs of runs, for a board: the "
            "question, what each option does, what it costs, what would change the choice, and what this cannot say."
        )
    return (
        f"Made from the first {comparison.replications} pairs of runs: wait for the rest before you use a number of it."
    )


def _want(kind: str, comparison: Comparison, question: Question) -> None:
    if kind not in files.FILES:
        return
    download.value = replace(download.value, words=f"Making: {files.FILES[kind][2]}", file=None)
    key = answers.digest("file", kind, comparison.replications, answers.key_of(question, question.replications))
    job = running.run_job(
        files.FILES[kind][2], key, lambda report: files.make(kind, comparison, question, report), _told
    )
    if job.state.kind == "failed":
        _told(job)


def _told(job: Job) -> None:
    at, now = job.state, download.value
    if at.kind == "done":
        made = job.result
        content = base64.b64encode(made.content).decode()
        file = {"name": made.name, "kind": made.kind, "content": content}
        download.value = Download("", file, now.serial + 1)
    elif at.kind == "failed":
        download.value = replace(now, words=f"Not made: {at.why}. To do: {at.what_to_do}.", file=None)
    elif at.kind == "queued":
        download.value = replace(now, words=f"Waiting: {at.position} runs go first.", file=None)
