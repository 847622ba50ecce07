"""The page Plan: strategies, what runs when, money and posts, who works together, why it should work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from sim.inputs import list_ids
from sim.ui import desk, plan_view, running, state
from sim.ui.choice import is_ready, ready_strategy
from sim.ui.panels.plan import PlanHead, PlanMoney, PlanStrands, PlanTheory, PlanZone

#: Longest change log that is shown, lines.
SHOWN_LINES = 60


@solara.component
def Page() -> None:
    """Five panels, drawn anew from the chosen strategy after each change."""
    router = solara.use_router()
    choice, place, answered = state.choice.value, state.place_now(), desk.answered.value
    strategy, choices = choice.strategy, plan_view.choices()
    drawn = plan_view.timeline(strategy, place, choice.years)
    with solara.v.Html(tag="div", class_="zsp-page"):
        _head(router.push)
        PlanStrands(
            rows=drawn["rows"],
            years=choice.years,
            catalogue=plan_view.catalogue(),
            choices=choices,
            problem=answered.of("strands"),
            event_edit=desk.edit,
        )
        PlanMoney(
            years=drawn["years"],
            envelope=plan_view.money(strategy, place),
            summary=plan_view.summary(drawn["years"]),
            problem=answered.of("money"),
            event_edit=desk.edit,
        )
        PlanZone(
            zone=plan_view.zone(strategy, place), choices=choices, problem=answered.of("zone"), event_edit=desk.edit
        )
        PlanTheory(
            theory=plan_view.theory(strategy),
            indicators=plan_view.indicators(),
            choices=choices,
            problem=answered.of("theory"),
            answered=answered.number,
            event_edit=desk.edit,
        )


def _head(go: Callable[[str], None]) -> solara.Element:
    choice, history, place = state.choice.value, state.history.value, state.place_now()

    def run(path: str) -> None:
        running.ask()
        go(path)

    return PlanHead(
        strategies=[{"name": one.name, "ready": is_ready(one)} for one in choice.strategies],
        current=choice.current,
        name=choice.strategy.name,
        question=choice.strategy.question,
        place_name=place.name,
        children=round(place.value("children")),
        years=choice.years,
        ready=[{"value": name, "text": ready_strategy(name).name} for name in list_ids("strategy")],
        can_undo=state.can_undo(),
        can_redo=state.can_redo(),
        log=_log(history),
        last=history.steps[history.now].words if history.steps else "",
        problems=list(desk.answered.value.problems) if desk.answered.value.panel == "head" else [],
        file=vars(desk.file.value),
        event_edit=desk.edit,
        event_pick=desk.pick,
        event_add=desk.add,
        event_copy=desk.copy,
        event_remove=desk.remove,
        event_keep=desk.keep,
        event_download=desk.download,
        event_upload=desk.upload,
        event_undo=lambda *_: state.undo(),
        event_redo=lambda *_: state.redo(),
        event_run=lambda *_: run("/watch"),
        event_run_compare=lambda *_: run("/compare"),
        event_go=go,
    )


def _log(history: state.History) -> list[dict[str, Any]]:
    """Changes, the latest first."""
    steps = [*enumerate(history.steps)][1:][-SHOWN_LINES:]
    return [
        {"number": number, "words": step.words, "at": step.at, "undone": number > history.now}
        for number, step in reversed(steps)
    ]
