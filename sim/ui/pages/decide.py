"""The page Decide: who leads and how surely, what would change the choice, what more knowledge is worth, best mixes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import solara

from sim.experiments.compare import Comparison
from sim.experiments.search import Answer
from sim.experiments.search import Question as Search
from sim.inputs import InputError
from sim.outcomes import FAMILIES
from sim.ui import answers, deciding, mixes, running, state
from sim.ui.choice import Question
from sim.ui.deciding import Decision
from sim.ui.jobs import Report
from sim.ui.panels.charts import IntervalChart
from sim.ui.panels.pages import Asking, DataTable, MixSearch
from sim.ui.panels.shell import EmptyState
from sim.ui.running import Work

#: Pairs of runs from which the draws are read: fewer tell luck from cause too badly.
PAIRS = (40, 60, 100)
#: Pounds a year that a search is offered where what is chosen costs nothing.
_SOME_MONEY = 100_000.0


@dataclass(frozen=True)
class Hangs:
    """What would change the choice, asked: of which question, in which family."""

    question: Question
    family: str


@dataclass(frozen=True)
class Sought:
    """A search that was asked: of which question, and what."""

    question: Question
    search: Search


told: solara.Reactive[Work] = solara.reactive(Work())
family: solara.Reactive[str] = solara.reactive("educational_progress")
pairs: solara.Reactive[str] = solara.reactive(str(PAIRS[0]))
sought: solara.Reactive[Work] = solara.reactive(Work())
refused: solara.Reactive[tuple[dict[str, str], ...]] = solara.reactive(())


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
    Leads(comparison)
    HangsOn(question)
    Mixes(comparison, question)


@solara.component
def Leads(comparison: Comparison) -> None:
    """Who leads in each family."""
    with solara.v.Html(tag="section", class_="zs-card zs-section"):
        solara.v.Html(tag="h2", children=["Who leads, from the runs at hand"])
        said = deciding.first_words(comparison)
        if not said:
            words = "With one strategy the choice is to do it or not: the table on Compare says how surely it helps."
            solara.v.Html(tag="p", children=[words])
        solara.v.Html(tag="ul", children=[solara.v.Html(tag="li", children=[text]) for text in said])


@solara.component
def HangsOn(question: Question) -> None:
    """What the choice hangs on, where asked."""
    with solara.v.Html(tag="div"):
        _hangs_on(question)


def _hangs_on(question: Question) -> None:
    now = told.value
    known = now.found if now.asked == Hangs(question, family.value) else None
    Asking(
        title="What would change the choice",
        words="Every pair of runs draws its own strengths of the strands and its own parameters of the model. Set "
        "beside who leads, they tell what the choice hangs on.",
        families=_families(),
        family=family.value,
        pairs=[str(n) for n in PAIRS],
        chosen=pairs.value,
        busy=now.busy,
        said=now.words,
        share=now.share,
        event_set_family=lambda i, *_: family.set(i) if i in FAMILIES else None,
        event_set_pairs=lambda n, *_: pairs.set(n) if n in map(str, PAIRS) else None,
        event_run=lambda *_: _run(question),
        event_stop=lambda *_: now.stop(),
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


def _families() -> list[dict[str, str]]:
    return [{"id": i, "name": n} for i, n in FAMILIES.items()]


def _run(question: Question) -> None:
    asked, wanted = replace(question, replications=int(pairs.value)), family.value

    def work(report: Report) -> Decision:
        def tell(done: float, total: float, what: str) -> None:
            report(0.9 * done / max(total, 1), 1.0, what)

        comparison = answers.comparison(asked, tell)
        return deciding.decision(comparison, wanted, lambda d, t, what: report(0.9 + 0.1 * d / t, 1.0, what))

    key = answers.digest("decide", wanted, answers.key_of(asked, asked.replications))
    running.work_on(told, Hangs(question, wanted), "what would change the choice", key, work)


@solara.component
def Mixes(comparison: Comparison, question: Question) -> None:
    """A search for the best mixes: its form, and its answer once there is one."""
    with solara.v.Html(tag="div"):
        _mixes(comparison, question)


def _mixes(comparison: Comparison, question: Question) -> None:
    now = sought.value
    MixSearch(
        given={"budget": f"{_dearest(comparison):.0f}", "posts": "", "family": family.value, "effort": "quick"},
        families=_families(),
        efforts=[{"id": i, "name": effort.name} for i, effort in mixes.EFFORTS.items()],
        problems=list(refused.value),
        busy=now.busy,
        said=now.words,
        share=now.share,
        event_run=lambda form, *_: _search(question, form),
        event_stop=lambda *_: now.stop(),
    )
    if now.found is not None and now.asked.question == question:
        _found(now.found, now.asked.search, question)


def _dearest(comparison: Comparison) -> float:
    """Pounds a year of the dearest strategy at hand."""
    yearly = comparison.costs.groupby("strategy")["gbp"].sum() / comparison.years
    return max(float(yearly.max()) if len(yearly) else 0.0, 0.0) or _SOME_MONEY


_LABELS = {
    "budget": "Pounds a year", "posts": "Most full-time posts", "family": "What counts", "effort": "How long to look",
}  # fmt: skip


def _search(question: Question, form: Any) -> None:
    try:
        search = mixes.search_of(question, form if isinstance(form, dict) else {})
    except InputError as error:
        refused.value = tuple(
            {"field": p.field, "label": _LABELS[p.field], "words": f"{p.problem}; {p.remedy}."} for p in error.problems
        )
        return
    refused.value = ()
    key = answers.key_of_search(search)
    running.work_on(
        sought, Sought(question, search), "the best mixes", key, lambda report: answers.best_mixes(search, report)
    )


def _found(found: Answer, search: Search, question: Question) -> None:
    with solara.v.Html(tag="section", class_="zs-card zs-section"):
        solara.v.Html(tag="h2", children=["What the search found"])
        for text in mixes.sentences(found, search):
            solara.v.Html(tag="p", children=[text])
        DataTable(
            caption=f"The best mixes again, on {search.fresh} luck numbers that the search has not seen",
            columns=list(mixes.COLUMNS),
            rows=mixes.table(found, search),
            note=f"{FAMILIES[search.outcomes[0]]}: gain over no zone after {search.years} years, more is better.",
        )
        OpenInPlan(found, search)
        solara.v.Html(tag="p", children=["The same search from the command line:"])
        command = mixes.command(search, question)
        solara.v.Html(tag="pre", class_="zs-command", attributes={"tabindex": "0"}, children=[command])


@solara.component
def OpenInPlan(found: Answer, search: Search) -> None:
    """A button that puts the best mix beside the strategies chosen, and opens it."""
    router = solara.use_router()
    with solara.v.Html(tag="p", class_="zs-row", attributes={"style": "margin-top: 1rem"}):
        button = solara.v.Html(
            tag="button",
            class_="zs-button zs-primary",
            attributes={"type": "button"},
            children=["Open the best mix in Plan"],
        )
    solara.v.use_event(button, "click", lambda *_: _open(found, search, router.push))


def _open(found: Answer, search: Search, go: Callable[[str], None]) -> None:
    """Put the best mix beside the strategies chosen, and edit it."""
    strategy = mixes.best(found, search)
    state.add_strategy(strategy, f"Opened {strategy.name}")
    go("/plan")
