"""Panels of the pages of a class: each is one element drawn in the browser with native controls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

Event = Callable[..., None]
Plain = dict[str, Any]


def nothing(*_: Any) -> None:
    """An event that nobody listens to."""


@solara.component_vue("lesson_join.vue", vuetify=False)
def Join(title: str, code: str = "", said: str = "", event_enter: Event = nothing) -> None:
    """The learners' door: ``enter({code, name})``."""


@solara.component_vue("lesson_round.vue", vuetify=False)
def Round(
    round: Plain, left: float, serial: int, place: str, future: Plain, drivers: list[Plain], left_out: list[str],  # noqa: A002
    team: str = "", points: int | None = None, paused: bool = False, said: str = "", wall: bool = False,
    event_dismiss: Event = nothing,
) -> None:  # fmt: skip
    """Which round it is, what to do in it, and how long it still takes; ``wall``: for a projector."""


@solara.component_vue("lesson_guess.vue", vuetify=False)
def Guess(guess: Plain, event_set: Event = nothing) -> None:
    """A value and a range on a scale: ``set({low, middle, high})``."""


@solara.component_vue("lesson_mix.vue", vuetify=False)
def Mix(mix: Plain, event_change: Event = nothing) -> None:
    """The strands of a team: ``change({entries, money, posts})``."""


@solara.component_vue("lesson_run.vue", vuetify=False)
def Run(run: Plain, event_go: Event = nothing) -> None:
    """The button that runs a mix, and how far the run is: ``go()``."""


@solara.component_vue("lesson_results.vue", vuetify=False)
def Results(results: list[Plain], score: Plain, pairs: int) -> None:
    """What the runs of a team gave, and its score."""


@solara.component_vue("lesson_bars.vue", vuetify=False)
def Bars(score: Plain) -> None:
    """The picture of all guesses."""


@solara.component_vue("lesson_board.vue", vuetify=False)
def Board(board: Plain) -> None:
    """Cost against outcome, all teams."""


@solara.component_vue("lesson_key.vue", vuetify=False)
def Key(said: str = "", event_open: Event = nothing) -> None:
    """The facilitator's door: ``open({key})``."""


@solara.component_vue("lesson_door.vue", vuetify=False)
def Door(address: str, code: str, told: str, teams: list[Plain], own: bool, qr: str = "", large: bool = True) -> None:
    """How to join: address, QR code, class code; ``own``: only this computer can."""


@solara.component_vue("lesson_steer.vue", vuetify=False)
def Steer(rounds: list[Plain], paused: bool, event_go: Event = nothing, event_pause: Event = nothing) -> None:
    """From round to round: ``go(number)``, ``pause(on)``."""


@solara.component_vue("lesson_desk.vue", vuetify=False)
def Desk(desk: Plain, file: Plain, event_act: Event = nothing, event_want: Event = nothing) -> None:
    """Everything a facilitator can do: ``act({do, ...})``, ``want("csv" | "page")``."""


@solara.component_vue("lesson_luck.vue", vuetify=False)
def Luck(luck: Plain) -> None:
    """Twenty neighbourhoods side by side, on the same luck or on different luck."""


@solara.component_vue("lesson_found.vue", vuetify=False)
def Found(found: Plain) -> None:
    """Who was reached, by need."""
