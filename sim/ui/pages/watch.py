"""The page Watch: the neighbourhood month by month in both worlds, five outcomes beside it, one child's diary."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import solara

from sim.experiments.compare import Comparison
from sim.experiments.diary import CHOICES, Diary
from sim.experiments.films import YEARLY, Film
from sim.outcomes import FAMILIES, HEADLINES, INDICATORS
from sim.outcomes.intervals import middle_90
from sim.report.words import clearly, finding, measure, month_name, short_name, upper_first, verdict
from sim.ui import answers, running, state
from sim.ui.choice import Question
from sim.ui.jobs import Job, Turn
from sim.ui.panels.charts import BandChart
from sim.ui.panels.diary import DiaryPanel
from sim.ui.panels.map import NeighbourhoodMap
from sim.ui.panels.shell import EmptyState

#: Channel on which the map tells its month to the charts.
CHANNEL = "watch"
TWIN_COLOUR, OWN_COLOUR = "var(--zs-twin)", "var(--zs-1)"
_CHART_HEIGHT = 210


@solara.component
def Page() -> None:
    """The film of the last answer, or what to do until there is one."""
    answer = running.answer.value
    # The first look comes first, wherever one is; whoever looks here is not kept waiting by the other replications.
    seen = bool(answer.look or answer.comparison)
    solara.use_effect(running.ask_film, [seen, answer.film is None, answer.question])
    if answer.film is not None and answer.question is not None:
        Watched(answer.question, answer.film, answer.comparison, running.stale())
    elif answer.busy or answer.comparison is not None:
        Waiting(answer.question)
    elif answer.state is not None and answer.state.kind == "failed":
        why, remedy = answer.state.why, answer.state.what_to_do
        EmptyState(
            title="The film could not be made",
            words=f"{upper_first(why)}. What to do: {remedy}. Nothing you planned is lost.",
            action="Try again",
            event_act=lambda *_: running.ask(),
        )
    else:
        chosen = state.choice.value.strategy.name
        EmptyState(
            title="Watch a neighbourhood month by month",
            words=f"Nothing has been run yet. Run “{chosen}” in {state.place_now().name} and its years play here "
            "beside its twin: the same children and the same luck without a zone. Or choose another mix on Plan.",
            action="Run it now",
            event_act=lambda *_: running.ask(),
        )


@solara.component
def Waiting(question: Question | None) -> None:
    """While the first picture is made; the line at the top tells how far it is."""
    place = question.place.name if question is not None else "The neighbourhood"
    with solara.v.Html(tag="section", class_="zs-card"):
        solara.v.Html(tag="h1", children=["The film is being made"])
        solara.v.Html(
            tag="p",
            children=[
                f"{place} is lived through twice, month by month: with the strategy and without a zone. It takes some "
                "seconds and starts to play here by itself; you can leave the page meanwhile."
            ],
        )


@solara.component
def Watched(question: Question, film: Film, comparison: Comparison | None, stale: bool) -> None:
    """Map, charts and diary of an answered question."""
    html = solara.v.Html
    html(tag="h1", children=[f"{film.place}: {film.strategy.name}"])
    html(tag="p", class_="zs-lead", children=[headline(comparison, question)])
    if stale:
        with html(tag="div", class_="zs-note zs-row"):
            html(tag="span", children=["You have changed something since: this film shows what was run before."])
            Again()
    with html(tag="div", class_="zs-card"):
        NeighbourhoodMap(film, CHANNEL)
    html(tag="h2", attributes={"style": "margin-top: 1.75rem"}, children=["The five headlines over the years"])
    html(tag="p", children=[how_to_read(comparison)])
    bands = solara.use_memo(lambda: yearly_bands(comparison, question), [comparison])
    with html(tag="div", class_="zs-grid zs-watch-charts"):
        for family in HEADLINES:
            with html(tag="div", class_="zs-card"):
                FamilyChart(family, film, bands.get(family), comparison, question)
    ChildDiary(question)


@solara.component
def Again() -> None:
    """A button that asks what is chosen now."""
    button = solara.v.Html(
        tag="button", class_="zs-button zs-small", attributes={"type": "button"}, children=["Run it again"]
    )
    solara.v.use_event(button, "click", lambda *_: running.ask())


def FamilyChart(
    family: str, film: Film, bands: dict[str, Any] | None, comparison: Comparison | None, question: Question
) -> solara.Element:
    """One headline in both worlds: the months of this film, and the range of all replications by year."""
    at = list(HEADLINES).index(family)
    indicator, group = HEADLINES[family]
    shown = measure(INDICATORS[indicator])
    months = list(range(film.frames))
    names = ("No zone", film.strategy.name)
    series: list[dict[str, Any]] = [
        {"name": name, "x": months, "y": take.headlines[:, at] * shown.scale, "color": colour, "dash": dash}
        for name, take, colour, dash in zip(
            names, (film.twin, film.strategy), (TWIN_COLOUR, OWN_COLOUR), ("7 4", ""), strict=True
        )
    ]
    if bands is not None:
        series += [
            {"name": f"{name}, 90 of 100", "x": bands["x"], "y": [None] * len(bands["x"]), "low": bands[which][0],
             "high": bands[which][1], "color": colour, "only_band": True}
            for name, which, colour in zip(names, ("twin", "own"), (TWIN_COLOUR, OWN_COLOUR), strict=True)
        ]  # fmt: skip
    ticks = [(12 * year, f"Year {year}") for year in range(1, film.frames // 12 + 1)]
    words = {frame: said_month(frame) for frame in months}
    return BandChart(
        f"{FAMILIES[family]}: {short_name(INDICATORS[indicator], group).lower()}",
        shown.unit,
        series,
        sentence(comparison, question, indicator, group) + (_HELD if indicator in YEARLY else ""),
        x_name="Month",
        ticks=ticks,
        names=words,
        follow=CHANNEL,
        height=_CHART_HEIGHT,
        decimals=max(shown.decimals, 1),
    )


_HELD = " Tested once a year: each value is held until the next August."


def said_month(frame: int) -> str:
    """A frame of a film: the first day, then the month that has passed."""
    return "First day" if frame == 0 else upper_first(month_name(frame - 1))


def sentence(comparison: Comparison | None, question: Question, indicator: str, group: str) -> str:
    """What the last year says of one headline; empty until a comparison is there."""
    row = _last_row(comparison, question, indicator, group)
    if comparison is None or row is None:
        return ""
    numbers = tuple(float(row[name]) for name in ("twin", "difference", "low", "high", "chance_better"))
    year = int(row["year"])
    return finding(question.strategy.name, INDICATORS[indicator], group, year, numbers, comparison.replications)  # type: ignore[arg-type]


def headline(comparison: Comparison | None, question: Question) -> str:
    """On how many of the five headlines the strategy is clearly better or worse at the end."""
    if comparison is None:
        return "The comparison with the twin follows."
    said = []
    for indicator, group in HEADLINES.values():
        row = _last_row(comparison, question, indicator, group)
        if row is not None and not bool(row["suppressed"]):
            said.append(verdict(INDICATORS[indicator], *(float(row[name]) for name in ("difference", "low", "high"))))
    better, worse = said.count("better"), said.count("worse")
    if comparison.replications < question.replications:
        return (
            f"First picture, from {comparison.replications} runs only; more follow: after {question.years} years "
            f"{question.strategy.name} is ahead of no zone in every run so far on {better} of {len(HEADLINES)} "
            f"headlines and behind on {worse}."
        )
    others, surely = len(HEADLINES) - better - worse, clearly(comparison.replications)
    rest = f"; no clear difference on {others}" if others else ""
    return (
        f"After {question.years} years {question.strategy.name} is {surely} better than no zone on {better} of "
        f"{len(HEADLINES)} headlines and worse on {worse}{rest} ({comparison.replications} runs with different luck)."
    )


def how_to_read(comparison: Comparison | None) -> str:
    """What lines and bands are."""
    lines = "Lines: the neighbourhood on the map, on one luck number; the upright line is the month of the map."
    if comparison is None:
        return lines
    return f"{lines} Bands: 90 of 100 outcomes lie inside, from {comparison.replications} runs with different luck."


def _last_row(comparison: Comparison | None, question: Question, indicator: str, group: str) -> pd.Series | None:
    if comparison is None:
        return None
    r = comparison.results
    # Numbers are compared many times quicker than texts, so the year goes first.
    r = r[r["year"] == comparison.years]
    rows = r[
        (r["strategy"] == _name_in(comparison, question)) & (r["indicator"] == indicator) & (r["group"] == group)
        & (r["population"] == "residents")
    ]  # fmt: skip
    return None if rows.empty else rows.iloc[0]


def _name_in(comparison: Comparison, question: Question) -> str:
    """How the results call the watched strategy: their order is that of the question."""
    names = comparison.results["strategy"].unique()
    return str(names[min(question.current, len(names) - 1)])


def yearly_bands(comparison: Comparison | None, question: Question) -> dict[str, dict[str, Any]]:
    """By family: frames of the Augusts, and (low, high) of all replications for the twin and the strategy."""
    if comparison is None:
        return {}
    y = comparison.yearly
    y = y[y["population"] == "residents"]
    twin = str(y["strategy"].cat.categories[0])
    found: dict[str, dict[str, Any]] = {}
    for family, (indicator, group) in HEADLINES.items():
        rows = y[(y["indicator"] == indicator) & (y["group"] == group)]
        scale = measure(INDICATORS[indicator]).scale
        years = np.arange(1, comparison.years + 1)
        ends = {
            which: _range_by_year(rows[rows["strategy"] == name], years, scale)
            for which, name in (("twin", twin), ("own", _name_in(comparison, question)))
        }
        found[family] = {"x": [int(12 * year) for year in years], **ends}
    return found


def _range_by_year(rows: pd.DataFrame, years: Any, scale: float) -> tuple[list[float], list[float]]:
    """5th and 95th percentile by year; not-a-number where any replication has fewer than ten people."""
    low, high = [], []
    for year in years:
        values = rows.loc[rows["year"] == year, "value"].to_numpy(dtype=float)
        ends = middle_90(values) if len(values) else (np.nan, np.nan)
        low.append(float(ends[0]) * scale)
        high.append(float(ends[1]) * scale)
    return low, high


@solara.component
def ChildDiary(question: Question) -> None:
    """A child's diary, written when it is asked for."""
    which, set_which = solara.use_state("typical")
    found, set_found = solara.use_state((None, ""))
    solara.use_effect(lambda: set_found((None, "")), [question])
    written, told = found

    def choose(asked: str) -> None:
        if asked not in CHOICES:
            return
        set_which(asked)
        set_found((None, "Waiting for its turn"))
        running.run_job(
            "a child's diary",
            f"diary {answers.key_of(question, 1)} {asked}",
            work_of(question, asked),
            heard,
            turn=Turn.NOW,
        )

    def heard(job: Job) -> None:
        set_found(_diary_state(job))

    DiaryPanel(
        strategy=question.strategy.name, which=which, diary=written, told=told, busy=bool(told) and written is None,
        choose=choose,
    )  # fmt: skip


def work_of(question: Question, which: str) -> Callable[..., Diary]:
    """The work of writing one diary."""
    return lambda report: answers.diary(question, which, report)


def _diary_state(job: Job) -> tuple[Diary | None, str]:
    at = job.state
    if at.kind == "done":
        return job.result, ""
    if at.kind == "failed":
        return None, f"The diary could not be written: {at.why}. What to do: {at.what_to_do}."
    if at.kind == "queued":
        return None, "Waiting for its turn" + (f": {at.position} before it" if at.position else "")
    return None, "" if at.kind == "cancelled" else "The diary is being written"
