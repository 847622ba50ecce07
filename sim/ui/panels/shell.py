"""Panels of the frame around every page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

Event = Callable[..., None]


def nothing(*_: Any) -> None:
    """An event that nobody listens to."""


@solara.component_vue("topbar.vue")
def TopBar(pages: list[dict[str, str]], here: str = "/", event_go: Event = nothing) -> None:
    """Links to all pages, ``{path, name}`` each; ``go(path)`` when one is followed."""


@solara.component_vue("status.vue")
def StatusLine(
    words: str = "",
    busy: bool = False,
    failed: bool = False,
    share: float = 0.0,
    notes: list[str] = [],
    event_stop: Event = nothing,
    event_again: Event = nothing,
    event_dismiss: Event = nothing,
) -> None:
    """How far the run is, and sentences to be read once."""


@solara.component_vue("trouble.vue")
def Trouble(event_carry_on: Event = nothing) -> None:
    """What stands in place of a page that failed."""


@solara.component_vue("empty.vue")
def EmptyState(title: str, words: str, action: str, event_act: Event = nothing) -> None:
    """A page that has nothing to show yet: says what to do, with a button that does it."""


@solara.component_vue("keep.vue")
def Keep(name: str, value: str = "", event_opened: Event = nothing, event_full: Event = nothing) -> None:
    """A text kept in the browser under ``name``; ``opened({search, kept})`` once, when the page opens."""
