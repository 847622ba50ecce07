"""Panels of the Plan page: what is planned, strands in time, money and posts, partners, theory of change.

Each passes changes on as ``edit({what, ...})`` with the names of ``sim.ui.changes``; ``problem`` says why the last one
was refused.
"""

from __future__ import annotations

from typing import Any

import solara

from sim.ui.panels.shell import Event, nothing

Rows = list[dict[str, Any]]


@solara.component_vue("plan_head.vue")
def PlanHead(
    strategies: Rows,
    current: int,
    name: str,
    question: str,
    place_name: str,
    children: int,
    years: int,
    ready: Rows,
    can_undo: bool,
    can_redo: bool,
    log: Rows,
    last: str,
    problems: list[str],
    file: dict[str, Any],
    event_edit: Event = nothing,
    event_pick: Event = nothing,
    event_add: Event = nothing,
    event_copy: Event = nothing,
    event_remove: Event = nothing,
    event_keep: Event = nothing,
    event_download: Event = nothing,
    event_upload: Event = nothing,
    event_undo: Event = nothing,
    event_redo: Event = nothing,
    event_run: Event = nothing,
    event_run_compare: Event = nothing,
    event_go: Event = nothing,
) -> None:
    """Which strategies are compared, which is edited, undo, files, and the buttons that run it.

    ``file``: ``{name, text, number}``, saved by the browser whenever ``number`` changes.
    """


@solara.component_vue("plan_strands.vue")
def PlanStrands(
    rows: Rows,
    years: int,
    catalogue: Rows,
    choices: dict[str, Any],
    problem: str = "",
    event_edit: Event = nothing,
) -> None:
    """Strands as bars over the months, each with its fields, and the list to add from."""


@solara.component_vue("plan_money.vue")
def PlanMoney(
    years: Rows, envelope: dict[str, Any], summary: str, problem: str = "", event_edit: Event = nothing
) -> None:
    """Need and envelope of each year as bars and sentences, and the envelope's fields."""


@solara.component_vue("plan_zone.vue")
def PlanZone(zone: dict[str, Any], choices: dict[str, Any], problem: str = "", event_edit: Event = nothing) -> None:
    """Partnership, partners, backbone team and local analysis."""


@solara.component_vue("plan_theory.vue")
def PlanTheory(
    theory: dict[str, Any],
    indicators: Rows,
    choices: dict[str, Any],
    problem: str = "",
    answered: int = 0,
    event_edit: Event = nothing,
) -> None:
    """Steps of the theory of change; ``answered`` counts the changes that were answered."""
