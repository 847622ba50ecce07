"""What one browser page holds: the choice, its history, own places, saved strategies. Each is per page (Solara kernel).

Change the choice with ``change`` so that it can be undone and is told in the log; nothing else may set ``choice``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime

import solara

from sim.inputs import InputError
from sim.spec import Place, Strategy
from sim.ui import links
from sim.ui.choice import MOST_STRATEGIES, Choice, Question, find_place, question_of

#: Most steps that can be undone.
MOST_STEPS = 200
#: Most saved strategies, and most own places, that a browser keeps; and most characters of them.
MOST_SAVED, MOST_KEPT = 40, 1_000_000


@dataclass(frozen=True)
class Step:
    """One change: what was chosen after it, and what was done, in plain words, at which clock time."""

    choice: Choice
    words: str
    at: str


@dataclass(frozen=True)
class History:
    """All steps, of which the one at ``now`` is what is chosen; those after it can be done again."""

    steps: tuple[Step, ...] = ()
    now: int = 0


@dataclass(frozen=True)
class Notice:
    """A sentence for the top of the page; ``number`` tells two of the same words apart."""

    words: tuple[str, ...] = ()
    number: int = 0


choice: solara.Reactive[Choice] = solara.reactive(Choice())
history: solara.Reactive[History] = solara.reactive(History())
places: solara.Reactive[dict[str, Place]] = solara.reactive({})
saved: solara.Reactive[tuple[Strategy, ...]] = solara.reactive(())
notice: solara.Reactive[Notice] = solara.reactive(Notice())


def change(new: Choice, words: str) -> None:
    """Choose something else. ``words``: what was done, such as "Mentoring starts in Year 3"."""
    if new == choice.value:
        return
    clock = datetime.now().astimezone().strftime("%H:%M")
    old = history.value
    before = old.steps[: old.now + 1] or (Step(choice.value, "Start", clock),)
    steps = (*before, Step(new, words, clock))[-MOST_STEPS:]
    history.value = History(steps, len(steps) - 1)
    choice.value = new


def undo() -> None:
    """Go back one step."""
    _go_to(history.value.now - 1)


def redo() -> None:
    """Go forward one step that was undone."""
    _go_to(history.value.now + 1)


def can_undo() -> bool:
    """Whether there is a step to go back to."""
    return history.value.now > 0


def can_redo() -> bool:
    """Whether a step was undone."""
    return history.value.now + 1 < len(history.value.steps)


def _go_to(step: int) -> None:
    old = history.value
    if 0 <= step < len(old.steps):
        history.value = History(old.steps, step)
        choice.value = old.steps[step].choice


def place_now() -> Place:
    """The chosen place; the example's if the chosen one is gone."""
    known = places.value
    name = choice.value.place
    return find_place(name, known)


def question_now() -> Question:
    """The chosen question with place and future looked up. Raises ``InputError``."""
    return question_of(choice.value, places.value)


own_place = links.own_place


def add_place(place: Place) -> None:
    """Keep an own place and choose it."""
    places.value = {**places.value, place.id: place}
    change(_with_place(place.id), f"Place: {place.name}")


def _with_place(name: str) -> Choice:
    return replace(choice.value, place=name)


def say(*words: str) -> None:
    """Show sentences at the top of the page, in place of those before."""
    notice.value = Notice(words, notice.value.number + 1)


def add_strategy(strategy: Strategy, words: str) -> None:
    """Put a strategy beside those chosen and make it the current one; with six already, it takes the current place."""
    now = choice.value
    if strategy in now.strategies:
        change(replace(now, current=now.strategies.index(strategy)), words)
    elif len(now.strategies) < MOST_STRATEGIES:
        change(replace(now, strategies=(*now.strategies, strategy), current=len(now.strategies)), words)
    else:
        change(now.with_strategy(strategy), words)


def save_strategy(strategy: Strategy) -> None:
    """Keep a strategy in this browser; one of the same name is replaced."""
    others = tuple(kept for kept in saved.value if kept.name != strategy.name)
    saved.value = (strategy, *others)[:MOST_SAVED]


def forget_strategy(strategy: Strategy) -> None:
    """Remove a strategy that was kept."""
    saved.value = tuple(kept for kept in saved.value if kept != strategy)


def kept_text() -> str:
    """Saved strategies and own places as the browser keeps them."""
    words = [links.strategy_text(strategy) for strategy in saved.value]
    return json.dumps({"v": 1, "s": words, "p": [links.place_text(place) for place in places.value.values()]})


def read_kept(text: str) -> None:
    """Take back what the browser kept; what cannot be read is left out, with a message."""
    try:
        kept = json.loads(text[:MOST_KEPT])
        words, own = [str(word) for word in kept["s"]], [str(word) for word in kept["p"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        say("What this browser had saved could not be read.")
        return
    messages: list[str] = []
    found: list[Strategy] = []
    for word in words[:MOST_SAVED]:
        try:
            found.append(links.read_strategy(word)[0])
        except (ValueError, InputError) as error:
            messages.append(f"A saved strategy could not be read: {links.because(error)}.")
    known = dict(places.value)
    for word in own[:MOST_SAVED]:
        try:
            place = links.read_place(word)
            known.setdefault(place.id, place)
        except (ValueError, InputError) as error:
            messages.append(f"A place of yours could not be read: {links.because(error)}.")
    saved.value, places.value = tuple(found), known
    if messages:
        say(*messages)


def share_query() -> str:
    """Query of the link that opens what is chosen now."""
    return links.to_query(choice.value, places.value).query


def open_query(query: str) -> None:
    """Open a link, or a draft, which is a link kept in the browser; tell what was dropped of it."""
    opened = links.from_query(query)
    places.value = {**places.value, **opened.own}
    change(opened.choice, "Opened a link")
    if opened.messages:
        say(*opened.messages)
