"""The page Compare: up to six strategies side by side; the end table first, then who, when, who pays, other futures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import solara

from sim.experiments.compare import Comparison
from sim.experiments.pairs import Outcome
from sim.inputs import list_ids
from sim.report.tables import names
from sim.ui import answers, comparing, running, state
from sim.ui.choice import MOST_STRATEGIES, Question, ready_future, ready_strategy
from sim.ui.jobs import Report
from sim.ui.panels.charts import BandChart, IntervalChart, StackedBars
from sim.ui.panels.pages import Chosen, DataTable, Futures, Pick
from sim.ui.panels.shell import EmptyState
from sim.ui.running import Answer, Work

#: Most futures at a time, and the pairs of runs under each.
MOST_FUTURES, FUTURE_REPLICATIONS = 4, 5
FIRST_FUTURES = ("recession", "funding_cliff")


under: solara.Reactive[Work] = solara.reactive(Work())
futures: solara.Reactive[tuple[str, ...]] = solara.reactive(FIRST_FUTURES)
outcome: solara.Reactive[str] = solara.reactive("")
changed: solara.Reactive[str] = solara.reactive("attainment")


@solara.component
def Page() -> None:
    """The comparison asked last, or what to do first."""
    told = running.answer.value
    if told.comparison is None:
        if told.busy:
            _head(_under_way(told))
            Choosing()
            if told.look and told.question is not None:
                FirstLook(told.look, told.question)
            return
        EmptyState(
            title="Compare",
            words="Nothing has been run yet. Run the example: its table stands here, and you can set up to six "
            "strategies beside it.",
            action="Run what is chosen",
            event_act=lambda *_: running.ask(),
        )
        Choosing()
        return
    _head(_where(told.comparison, told.complete))
    Choosing()
    Compared(told.comparison, told.question)


@solara.component
def FirstLook(look: tuple[Outcome, ...], question: Question) -> None:
    """What the first pair of runs shows, until there are enough for ranges."""
    with solara.v.Html(tag="section", class_="zs-card zs-section"):
        solara.v.Html(tag="h2", children=[f"A first look: year {question.years}"])
        DataTable(
            caption="One pair of runs: difference from the same place without a zone",
            columns=list(comparing.LOOK_COLUMNS),
            rows=comparing.look_table(look, question.strategies),
            note="One place on one draw of luck and evidence. Conclude nothing from it: ranges follow.",
        )


@solara.component
def Compared(comparison: Comparison, question: Question | None) -> None:
    """All tables and charts; a component of its own, so that how far a run is draws none of them anew."""
    with solara.v.Html(tag="div"):
        _ends(comparison)
        _between(comparison)
        WhoChanged(comparison)
        _money(comparison)
        if question is not None:
            OtherFutures(question)
        Years(comparison)
        solara.v.Html(tag="p", class_="zs-muted", children=[LIMITS])


LIMITS = (
    "The people are synthetic. Differences follow from the evidence and the assumptions put in; they do not prove "
    "that a strategy works. Results that rest on fewer than 10 children are not shown, in downloads neither."
)


def _head(words: str) -> None:
    solara.v.Html(tag="h1", children=["Compare"])
    solara.v.Html(tag="p", class_="zs-lead", children=[words])


def _under_way(told: Answer) -> str:
    if told.look:
        return "The first pair of runs is done; ranges, charts and what it costs follow."
    return "The first pair of runs is under way; what it shows appears here as soon as it is done."


def _where(comparison: Comparison, complete: bool) -> str:
    future = "no shock from outside" if comparison.future == "none" else ready_future(comparison.future).name.lower()
    years = f"{comparison.years} school {'year' if comparison.years == 1 else 'years'}"
    more = "" if complete else " These are the first of the pairs asked for; more are on their way."
    return (
        f"{comparison.place.name}, {years}, {comparison.replications} pairs of runs from luck "
        f"number {comparison.seed}, {comparison.evidence} reading of the evidence, future: {future}.{more}"
    )


@solara.component
def Choosing() -> None:
    """What stands side by side."""
    now = state.choice.value
    ready = [*map(ready_strategy, list_ids("strategy")), *state.saved.value]
    Chosen(
        strategies=[s.name for s in now.strategies],
        ready=[{"id": str(at), "name": s.name} for at, s in enumerate(ready)],
        most=MOST_STRATEGIES,
        words="Every strategy runs in the same place, with the same children and the same luck.",
        stale=running.answer.value.comparison is None or running.stale(),
        busy=running.answer.value.busy,
        event_add=lambda at, *_: _add(ready[int(at)]) if str(at).isdigit() and int(at) < len(ready) else None,
        event_remove=lambda at, *_: _remove(int(at)),
        event_run=lambda *_: running.ask(),
    )


def _add(strategy: Any) -> None:
    now = state.choice.value
    if len(now.strategies) < MOST_STRATEGIES:
        state.change(replace(now, strategies=(*now.strategies, strategy)), f"Added {strategy.name} to compare")


def _remove(at: int) -> None:
    now = state.choice.value
    if len(now.strategies) > 1 and 0 <= at < len(now.strategies):
        left = (*now.strategies[:at], *now.strategies[at + 1 :])
        current = min(now.current, len(left) - 1)
        state.change(
            replace(now, strategies=left, current=current), f"Took {now.strategies[at].name} out of the comparison"
        )


def _ends(comparison: Comparison) -> None:
    with solara.v.Html(tag="section", class_="zs-card zs-section"):
        solara.v.Html(tag="h2", children=[f"Where it ends: year {comparison.years}"])
        DataTable(
            caption="Difference from the same place without a zone",
            columns=list(comparing.END_COLUMNS),
            rows=comparing.end_table(comparison),
            note="No clear difference: 0 lies between the two ends, so the strategy may help or harm.",
        )
        with solara.v.Html(tag="div", class_="zs-charts"):
            for chart in comparing.interval_rows(comparison):
                IntervalChart(
                    chart["title"], chart["unit"], chart["rows"], chart["summary"], decimals=chart["decimals"]
                )


def _between(comparison: Comparison) -> None:
    with solara.v.Html(tag="section", class_="zs-card zs-section"):
        solara.v.Html(tag="h2", children=["Which beats which"])
        if len(comparison.strategies) < 2:
            solara.v.Html(tag="p", children=["Add a second strategy above to see which beats which, and how surely."])
            return
        DataTable(
            caption="Every two strategies on the same luck, the better one first",
            columns=list(comparing.DUEL_COLUMNS),
            rows=comparing.duel_table(comparison),
        )
        columns, rows = comparing.regret_table(comparison)
        DataTable(
            caption="What is lost on average by choosing each (expected regret)",
            columns=columns,
            rows=rows,
            note="How much more the best of these strategies, or doing nothing, gains pair by pair than the one "
            "chosen. 0: it is always the best.",
        )


@solara.component
def WhoChanged(comparison: Comparison) -> None:
    """Children better and worse off than in the twin."""
    with solara.v.Html(tag="section", class_="zs-card zs-section"):
        solara.v.Html(tag="h2", children=["Who changed"])
        Pick(
            label="In what",
            options=[{"id": i, "name": n} for i, n in comparing.CHANGED_NAMES.items()],
            value=changed.value,
            event_choose=lambda i, *_: changed.set(i) if i in comparing.CHANGED_NAMES else None,
        )
        DataTable(
            caption="Children compared with themselves in the twin, mean of the runs",
            columns=list(comparing.CHANGED_COLUMNS),
            rows=comparing.changed_table(comparison, changed.value),
            note="Better or worse: more than 0.02 standard deviations apart, or a milestone gained or lost.",
        )


def _money(comparison: Comparison) -> None:
    with solara.v.Html(tag="section", class_="zs-card zs-section"):
        solara.v.Html(tag="h2", children=["Who pays and who gains"])
        DataTable(
            caption="What it costs, mean of the runs",
            columns=list(comparing.COST_COLUMNS),
            rows=comparing.cost_table(comparison),
            note="Prices of the strategies, not discounted.",
        )
        with solara.v.Html(tag="div", class_="zs-charts"):
            for chart in comparing.payer_charts(comparison):
                StackedBars(chart["title"], "pounds a year", chart["labels"], chart["series"], chart["summary"])
        columns, rows = comparing.gains_table(comparison)
        if rows:
            DataTable(
                caption="Benefits that have a published value, by who gains and year",
                columns=columns,
                rows=rows,
                note="Most of what a zone is for has no price: a child's wellbeing is not in this table.",
            )


@solara.component
def OtherFutures(question: Question) -> None:
    """The same under other futures, where asked."""
    with solara.v.Html(tag="div"):
        _futures(question)


def _futures(question: Question) -> None:
    now = under.value
    known = [i for i in list_ids("future") if i != question.future.id]
    Futures(
        futures=[{"id": i, "name": ready_future(i).name} for i in known],
        chosen=[i for i in futures.value if i in known],
        most=MOST_FUTURES,
        busy=now.busy,
        words=now.words,
        share=now.share,
        event_toggle=lambda i, *_: _toggle(str(i), known),
        event_run=lambda *_: _run_futures(question, [i for i in futures.value if i in known]),
        event_stop=lambda *_: now.stop(),
    )
    if now.found and now.asked == question:
        columns, rows = comparing.futures_table(
            dict(now.found), {i: ready_future(i).name if i != "none" else "No shock from outside" for i, _ in now.found}
        )
        DataTable(
            caption="Difference from no zone under each future, last year",
            columns=columns,
            rows=rows,
            note=f"{now.found[-1][1].replications} pairs of runs under each: enough for the order, rough for the ends.",
        )


def _toggle(future: str, known: list[str]) -> None:
    chosen = [i for i in futures.value if i in known]
    if future in chosen:
        futures.value = tuple(i for i in chosen if i != future)
    elif future in known and len(chosen) < MOST_FUTURES:
        futures.value = (*chosen, future)


def _run_futures(question: Question, chosen: list[str]) -> None:
    if not chosen:
        return
    order = [question.future.id, *chosen]
    asked = [replace(question, future=ready_future(i), replications=FUTURE_REPLICATIONS) for i in order]
    asked[0] = replace(asked[0], future=question.future)

    def work(report: Report) -> list[tuple[str, Comparison]]:
        found = []
        for at, (future, one) in enumerate(zip(order, asked, strict=True)):

            def tell(done: float, total: float, what: str, at: int = at, future: str = future) -> None:
                report(at + done / max(total, 1), len(order), f"{ready_future(future).name}, {what}")

            found.append((future, answers.comparison(one, tell)))
        return found

    key = answers.digest("futures", order, answers.key_of(question, FUTURE_REPLICATIONS))
    running.work_on(under, question, "other futures", key, work)


@solara.component
def Years(comparison: Comparison) -> None:
    """One outcome, or the five headlines, year by year."""
    options = comparing.outcome_choices(comparison)
    known = {o["id"] for o in options}
    with solara.v.Html(tag="section", class_="zs-card zs-section"):
        solara.v.Html(tag="h2", children=["Year by year"])
        Pick(
            label="Outcome",
            options=[{"id": "", "name": "The five families"}, *options],
            value=outcome.value if outcome.value in known else "",
            event_choose=lambda i, *_: outcome.set(i if i in known else ""),
        )
        wanted = [outcome.value] if outcome.value in known else [o["id"] for o in options[:5]]
        with solara.v.Html(tag="div", class_="zs-charts"):
            for one in wanted:
                indicator, _, group = one.partition(":")
                chart = comparing.band_chart(comparison, indicator, group)
                BandChart(chart["title"], chart["unit"], chart["series"], chart["summary"], decimals=chart["decimals"])
        solara.v.Html(tag="p", class_="zs-muted", children=[f"Strategies: {', '.join(names(comparison).values())}."])
