"""Panels of the pages Compare, Decide, Evidence and Report: each is one element drawn in the browser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import solara

Event = Callable[..., None]


def nothing(*_: Any) -> None:
    """An event that nobody listens to."""


@solara.component_vue("datatable.vue", vuetify=False)
def DataTable(caption: str, columns: Sequence[str], rows: Sequence[Any], note: str = "") -> None:
    """A table with its download. ``rows``: as in ``sim.ui.comparing``."""


@solara.component_vue("chosen.vue", vuetify=False)
def Chosen(
    strategies: list[str], ready: list[dict[str, str]], most: int, words: str, stale: bool, busy: bool,
    event_add: Event = nothing, event_remove: Event = nothing, event_run: Event = nothing,
) -> None:  # fmt: skip
    """What stands side by side: ``add(id)``, ``remove(index)``, ``run()``."""


@solara.component_vue("pick.vue", vuetify=False)
def Pick(label: str, options: list[dict[str, str]], value: str, event_choose: Event = nothing) -> None:
    """One choice from a list: ``choose(id)``."""


@solara.component_vue("futures.vue", vuetify=False)
def Futures(
    futures: list[dict[str, str]], chosen: list[str], most: int, busy: bool, words: str, share: float,
    event_toggle: Event = nothing, event_run: Event = nothing, event_stop: Event = nothing,
) -> None:  # fmt: skip
    """Which futures to run the same comparison under: ``toggle(id)``, ``run()``, ``stop()``."""


@solara.component_vue("evidence.vue", vuetify=False)
def Cards(
    cards: list[dict[str, Any]], kinds: list[dict[str, str]], parts: list[dict[str, str]], wanted: str = "",
    serial: int = 0,
) -> None:  # fmt: skip
    """Cards of all numbers with search and filters; ``wanted`` is searched for whenever ``serial`` changes."""


@solara.component_vue("causalmap.vue", vuetify=False)
def CausalMap(
    nodes: list[dict[str, Any]], arrows: list[dict[str, Any]], size: list[float], event_open: Event = nothing
) -> None:
    """What acts on what: nodes and arrows that open their cards, ``open(search words)``."""


@solara.component_vue("briefing.vue", vuetify=False)
def Briefing(page: str, title: str) -> None:
    """A page shown inert: no script, form, link or plug-in of it works."""


@solara.component_vue("downloads.vue", vuetify=False)
def Downloads(
    items: list[dict[str, str]], command: str, link: str, words: str = "", file: dict[str, Any] | None = None,
    serial: int = 0, event_want: Event = nothing,
) -> None:  # fmt: skip
    """Buttons: ``want(id)`` asks for a file, which is saved in the browser when ``serial`` changes; two copy a text."""


@solara.component_vue("asking.vue", vuetify=False)
def Asking(
    title: str, words: str, families: list[dict[str, str]], family: str, pairs: list[str], chosen: str, busy: bool,
    said: str, share: float, event_set_family: Event = nothing, event_set_pairs: Event = nothing,
    event_run: Event = nothing, event_stop: Event = nothing,
) -> None:  # fmt: skip
    """What to look into: ``set_family(id)``, ``set_pairs(number)``, ``run()``, ``stop()``."""


@solara.component_vue("mixes.vue", vuetify=False)
def MixSearch(
    given: dict[str, str], families: list[dict[str, str]], efforts: list[dict[str, str]],
    problems: list[dict[str, str]], busy: bool, said: str, share: float, event_run: Event = nothing,
    event_stop: Event = nothing,
) -> None:  # fmt: skip
    """A form for a search, filled in with ``given`` at first: ``run(fields)``, ``stop()``."""
