"""The page Decide: who leads and how surely, what would change the choice, what more knowledge is worth, best mixes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import solara

from sim.experiments.compare import Comparison
from sim.outcomes import FAMILIES
from sim.ui import answers, deciding, running
from sim.ui.choice import Question
from sim.ui.deciding import Decision
from sim.ui.jobs import Job, Report
from sim.ui.panels.charts import IntervalChart
from sim.ui.panels.pages import Asking, DataTable
from sim.ui.panels.shell import EmptyState

#: Pairs of runs from which the draws are read: fewer tell luck from cause too badly.
PAIRS = (40, 60, 100)


@dataclass(frozen=True)
class Told:
    """What is known: ``question`` and ``family`` asked, the decision, and the job at work."""

    question: Question | None = None
    decision: Decision | None = None
    job: Job | None = None
    words: str = ""
    share: float = 0.0


told: solara.Reactive[Told] = solara.reactive(Told())
family: solara.Reactive[str] = solara.reactive("educational_progress")
pairs: solara.Reactive[str] = solara.reactive(str(PAIRS[0]))


@solara.component
def Page() -> None:
    """What the choice hangs on, or what to do first."""
    answer = running.answer.value
    if answer.comparison is None or answer.question is None:
        EmptyState(
            title="Decide",
            words="There is nothing to decide on yet. Run what is chosen, with two strategies or more; then this page "
            "says what would change the choice.",
            action="Run what is chosen",
            event_act=lambda *_: running.ask(),
        )
        return
    comparison, question = answer.comparison, answer.question
    solara.v.Html(tag="h1", children=["Decide"])
    solara.v.Html(
        tag="p",
        class_="zs-lead",
        children=["Which choice is best, how sure that is, and what would turn it."],
    )
    _leads(comparison)
    _hangs_on(question)
    _mixes(comparison, question)


def _leads(comparison: Comparison) -> None:
    with solara.v.Html(tag="section", class_="zs-card zs-section"):
        solara.v.Html(tag="h2", children=["Who leads, from the runs at hand"])
        said = deciding.first_words(comparison)
        if not said:
            words = "With one strategy the choice is to do it or not: the table on Compare says how surely it helps."
            solara.v.Html(tag="p", children=[words])
        solara.v.Html(tag="ul", children=[solara.v.Html(tag="li", children=[text]) for text in said])


def _hangs_on(question: Question) -> None:
    now = told.value
    known = now.decision if now.question == question and now.decision and now.decision.family == family.value else None
    Asking(
        title="What would change the choice",
        words="Every pair of runs draws its own strengths of the strands and its own parameters of the model. Set "
        "beside who leads, they tell what the choice hangs on.",
        families=[{"id": i, "name": n} for i, n in FAMILIES.items()],
        family=family.value,
        pairs=[str(n) for n in PAIRS],
        chosen=pairs.value,
        busy=now.job is not None,
        said=now.words,
        share=now.share,
        event_set_family=lambda i, *_: family.set(i) if i in FAMILIES else None,
        event_set_pairs=lambda n, *_: pairs.set(n) if n in map(str, PAIRS) else None,
        event_run=lambda *_: _run(question),
        event_stop=lambda *_: now.job.cancel() if now.job is not None else None,
    )
    if known is None:
        return
    with solara.v.Html(tag="section", class_="zs-card zs-section"):
        IntervalChart(
            f"{known.preferred} ahead of the best other choice",
            f"{known.unit}, plus is better",
            known.bars,
            known.summary,
            columns=("Number", "Where", "Lead", "Low", "High"),
            table=[[b["group"], b["name"], b["value"], b["low"], b["high"]] for b in known.bars],
        )
        solara.v.Html(tag="h3", children=["Where it tips"])
        solara.v.Html(tag="ul", children=[solara.v.Html(tag="li", children=[text]) for text in known.sentences])
        DataTable(
            caption="What it would be worth to know more before choosing",
            columns=list(deciding.WORTH_COLUMNS),
            rows=known.worth,
            note=f"From {known.replications} pairs of runs. Nought: knowing it would not change the choice. Chance "
            "nobody can know beforehand.",
        )


def _run(question: Question) -> None:
    if told.value.job is not None:
        return
    asked, wanted = replace(question, replications=int(pairs.value)), family.value

    def work(report: Report) -> Decision:
        def tell(done: float, total: float, what: str) -> None:
            report(0.9 * done / max(total, 1), 1.0, what)

        comparison = answers.comparison(asked, tell)
        return deciding.decision(comparison, wanted, lambda d, t, what: report(0.9 + 0.1 * d / t, 1.0, what))

    key = answers.digest("decide", wanted, answers.key_of(asked, asked.replications))
    told.value = Told(question, None, None, "Waiting for a free place")
    job = running.run_job("what would change the choice", key, work, lambda job: _heard(question, job))
    if job.state.active:
        told.value = replace(told.value, job=job)
    else:
        _heard(question, job)


def _heard(question: Question, job: Job) -> None:
    at = job.state
    if at.kind == "done":
        told.value = Told(question, job.result, None, "Done.")
    elif at.kind == "failed":
        told.value = Told(question, words=f"Not finished: {at.why}. To do: {at.what_to_do}.")
    elif at.kind == "cancelled":
        told.value = Told(question, words="Stopped.")
    elif at.kind == "queued":
        told.value = Told(question, None, job, f"Waiting: {at.position} runs go first.")
    else:
        share = at.done / at.total if at.total else 0.0
        told.value = Told(question, None, job, f"Running: {at.what}", share)


def _mixes(comparison: Comparison, question: Question) -> None:
    yearly = comparison.costs.groupby("strategy")["gbp"].sum() / comparison.years
    most = float(yearly.max()) if len(yearly) else 0.0
    with solara.v.Html(tag="section", class_="zs-card zs-section"):
        solara.v.Html(tag="h2", children=["Best mixes under the same money"])
        words = (
            "A search over mixes of strands, places and starts takes longer than a page should keep you waiting, so it "
            "runs from the command line and ends in a strategy file that opens on Plan. For the yearly money of the "
            "dearest strategy here:"
        )
        solara.v.Html(tag="p", children=[words])
        command = deciding.search_command(question.place.id, most, question.years)
        solara.v.Html(tag="pre", class_="zs-command", attributes={"tabindex": "0"}, children=[command])
