"""The page Start: a place already chosen, and one button that sets something moving."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import solara

from sim.inputs import InputError, list_ids, load_workshop
from sim.inputs.problems import Problem
from sim.spec import Place, Strategy
from sim.ui import running, state
from sim.ui.choice import EXAMPLE_STRATEGY, find_place, is_ready, ready_strategy
from sim.ui.panels.start import Hero, Library, OwnPlace, Teach, Tour
from sim.ui.placecards import LABELS, card, made_place, ready_cards
from sim.ui.uploads import LARGEST_UPLOAD, checked_upload

#: The first visit in five steps.
TOUR = [
    {"title": title, "words": words}
    for title, words in (
        ("Start", "Choose a place and run the example. It takes a few seconds, and you can leave the page meanwhile."),
        (
            "Watch",
            "Ten years of the neighbourhood, month by month, beside its twin: the same children and the same luck "
            "without a zone.",
        ),
        (
            "Plan",
            "Change the mix: which strands (kinds of help), for whom, from when, with which partners, money and posts "
            "(staff). Undo takes everything back.",
        ),
        (
            "Compare and Decide",
            "Up to six mixes side by side, each difference with a range and a chance; then what would change the "
            "choice.",
        ),
        (
            "Evidence and Report",
            "Every number has a card with its source, and judgements are marked. The report is a briefing for a board.",
        ),
    )
]
_NOT_LISTED = ("no_zone",)


@solara.component
def Page() -> None:
    """Run the example; ready and saved strategies; a place of one's own; the teacher's door."""
    router = solara.use_router()
    form, set_form = solara.use_state(FormState())
    chosen, own = state.choice.value, state.places.value
    with solara.v.Html(tag="div", class_="zs-start"):
        Hero(
            places=[*({**card(place), "own": True} for place in own.values()), *_cards()],
            chosen=chosen.place,
            own_plan="" if is_ready(chosen.strategy) else chosen.strategy.name,
            event_choose=_choose,
            event_example=lambda *_: run(ready_strategy(EXAMPLE_STRATEGY), router.push),
            event_carry_on=lambda *_: router.push("/plan"),
        )
        Tour(steps=TOUR)
        Library(
            ready=_ready(of_sites=False),
            sites=_ready(of_sites=True),
            saved=[{"name": s.name, "facts": facts_of(s)} for s in state.saved.value],
            event_run=lambda name: (
                run(ready_strategy(str(name)), router.push) if name in list_ids("strategy") else None
            ),
            event_open=lambda at: open_saved(at, router.push),
            event_forget=forget,
        )
        OwnPlace(
            problems=form.problems,
            refused=form.refused,
            told=form.told,
            largest=LARGEST_UPLOAD,
            event_make=lambda data: set_form(make(data)),
            event_upload=lambda data: set_form(upload(data)),
            event_too_large=lambda name: set_form(too_large(str(name))),
        )
        Teach(lessons=_lessons())


class FormState:
    """What the form of an own place has to say: problems by field, lines about a file, and good news."""

    def __init__(
        self, problems: list[dict[str, str]] | None = None, refused: list[str] | None = None, told: str = ""
    ) -> None:
        self.problems, self.refused, self.told = problems or [], refused or [], told


def run(strategy: Strategy, go: Callable[[str], None]) -> None:
    """Run one ready strategy in the chosen place and show it."""
    now = state.choice.value
    state.change(replace(now, strategies=(strategy,), current=0), f"Strategy: {strategy.name}")
    running.ask()
    go("/watch")


def run_ready(name: Any, go: Callable[[str], None]) -> None:
    """Run a packaged strategy by its id."""
    if name in list_ids("strategy"):
        run(ready_strategy(str(name)), go)


def open_saved(at: Any, go: Callable[[str], None]) -> None:
    """Open a saved strategy on the page Plan."""
    if isinstance(at, int) and 0 <= at < len(state.saved.value):
        strategy = state.saved.value[at]
        state.change(replace(state.choice.value, strategies=(strategy,), current=0), f"Opened {strategy.name}")
        go("/plan")


def forget(at: Any) -> None:
    """Remove a saved strategy."""
    if isinstance(at, int) and 0 <= at < len(state.saved.value):
        state.forget_strategy(state.saved.value[at])


def make(data: Any) -> FormState:
    """An own place from the form, or what is to be put right in it."""
    try:
        place = made_place(data if isinstance(data, dict) else {})
    except InputError as error:
        return FormState(problems=[_shown(problem) for problem in error.problems])
    state.add_place(place)
    return FormState(told=f"{place.name} is chosen now. {_filled(place)}")


def upload(data: Any) -> FormState:
    """An own place or strategy from a file, or what ``zonesim check`` says of it."""
    sent = data if isinstance(data, dict) else {}
    found = checked_upload(str(sent.get("name", "")), str(sent.get("content", "")))
    if not found.ok:
        return FormState(refused=[str(problem) for problem in found.problems])
    if isinstance(found.record, Place):
        place = state.own_place(found.record)
        state.add_place(place)
        return FormState(told=f"{place.name} is chosen now. {_filled(place)}")
    assert isinstance(found.record, Strategy), "an upload is a place or a strategy"
    state.add_strategy(found.record, f"Opened {found.record.name}")
    return FormState(told=f"{found.record.name} is open on the page Plan.")


def too_large(name: str) -> FormState:
    """A file that was not even sent."""
    return FormState(refused=[f"{name[:120]}: the file is larger than 1 MB; a place or strategy file is far smaller"])


def facts_of(strategy: Strategy) -> str:
    """How many strands, and yearly money, in one line."""
    strands, money = len(strategy.strands), sum(strategy.money_gbp.values())
    per = "a child and year" if strategy.money_per_child else "a year"
    return f"{strands} {'strand' if strands == 1 else 'strands'}" + (f", £{money:,.0f} {per}" if money else "")


def _choose(name: Any) -> None:
    if name in state.places.value or name in list_ids("place"):
        state.change(replace(state.choice.value, place=str(name)), f"Place: {_place_name(str(name))}")


def _place_name(name: str) -> str:
    return find_place(name, state.places.value).name


def _shown(problem: Problem) -> dict[str, str]:
    return {
        "field": problem.field,
        "label": LABELS.get(problem.field, "Place"),
        "words": f"{problem.problem}; {problem.remedy}",
    }


def _filled(place: Place) -> str:
    n = len(card(place)["filled"])
    return f"{n} figures were filled in and are marked." if n else "No figure had to be filled in."


@lru_cache(maxsize=1)
def _cards() -> list[dict[str, Any]]:
    return [{**shown, "own": False} for shown in ready_cards()]


@lru_cache(maxsize=1)
def _lessons() -> list[dict[str, Any]]:
    """Lessons that come with the program, the shortest first."""
    known = [load_workshop(name) for name in list_ids("workshop")]
    return [
        {
            "id": one.id, "name": one.file.name, "asks": one.file.about.partition(". ")[0].rstrip(".") + ".",
            "minutes": f"{one.minutes:g}", "rounds": len(one.file.rounds), "audience": one.file.audience,
            "command": f"zonesim workshop {one.id}", "option": "--host 0.0.0.0",
        }
        for one in sorted(known, key=lambda one: (one.minutes, one.id))
    ]  # fmt: skip


@lru_cache(maxsize=2)
def _ready(of_sites: bool) -> list[dict[str, Any]]:
    """Ready strategies for any place, or those of one site each."""
    known = [ready_strategy(name) for name in list_ids("strategy") if name not in _NOT_LISTED]
    wanted = sorted(
        (s for s in known if (s.place != "any") == of_sites), key=lambda s: (s.id != EXAMPLE_STRATEGY, s.name)
    )
    return [{"id": s.id, "name": s.name, "question": s.question, "facts": facts_of(s)} for s in wanted]
