"""Panels of the page Start."""

from __future__ import annotations

from typing import Any

import solara

from sim.ui.panels.shell import Event, nothing


@solara.component_vue("hero.vue")
def Hero(
    places: list[dict[str, Any]] = [],
    chosen: str = "",
    own_plan: str = "",
    event_choose: Event = nothing,
    event_example: Event = nothing,
    event_carry_on: Event = nothing,
) -> None:
    """One sentence, a place with three facts, and the button that sets something moving.

    ``places``: cards of ``sim.ui.placecards``; ``own_plan``: name of the draft that can be carried on with.
    """


@solara.component_vue("library.vue")
def Library(
    ready: list[dict[str, Any]] = [],
    sites: list[dict[str, Any]] = [],
    saved: list[dict[str, str]] = [],
    event_run: Event = nothing,
    event_open: Event = nothing,
    event_forget: Event = nothing,
) -> None:
    """Ready strategies, and those saved in this browser."""


@solara.component_vue("ownplace.vue")
def OwnPlace(
    problems: list[dict[str, str]] = [],
    refused: list[str] = [],
    told: str = "",
    largest: int = 1_000_000,
    event_make: Event = nothing,
    event_upload: Event = nothing,
    event_too_large: Event = nothing,
) -> None:
    """An own place by a short form or by a file. ``problems``: ``{field, label, words}`` of the form."""


@solara.component_vue("teach.vue")
def Teach(lessons: list[dict[str, Any]] = []) -> None:
    """The teacher's door: lessons that a class can hold, each with its command.

    ``lessons``: ``{id, name, asks, minutes, rounds, audience, command, option}``.
    """


@solara.component_vue("tour.vue")
def Tour(steps: list[dict[str, str]] = []) -> None:
    """One minute on the first visit; whether it was seen is kept in the browser."""
