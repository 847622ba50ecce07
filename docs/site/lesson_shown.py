"""What the demonstrations of a lesson show, worked out as the facilitator's page does it, for the guides."""

from __future__ import annotations

from typing import Any

from docs.site.markdown import table
from sim.inputs.workshop_records import Workshop
from sim.ui import demonstrations
from sim.ui.lessons import NEIGHBOURHOODS
from sim.workshops import mixes
from sim.workshops.state import State, base_of, evidence_of, future_of

Plain = dict[str, Any]
NAMES = {
    "same_luck": "Same strategy, different luck",
    "who_was_found": "Who would you have found?",
    "dashboard": "Their dashboard and the truth",
}
#: What is kept of each.
_KEPT = {"same_luck": ("said",), "who_was_found": ("said", "rows"), "dashboard": ("said", "name")}


def run_shown(lesson: Workshop, pairs: int = NEIGHBOURHOODS) -> Plain:
    """What each demonstration that a round names shows there: ``{round: {demonstration: {said, ...}}}``."""
    found = {}
    for at, one in enumerate(lesson.file.rounds):
        if one.show:
            whole = _in_round(lesson, at, pairs)
            found[one.id] = {name: {key: whole[name][key] for key in _KEPT[name]} for name in one.show}
    return found


def _in_round(lesson: Workshop, at: int, pairs: int) -> Plain:
    """All demonstrations of a round: the mix that teams start from, in the world of the round."""
    from sim.experiments.compare import compare
    from sim.inputs import load_future

    base, setting = lesson.strategies[base_of(lesson, at)], lesson.file.setting
    strategy = mixes.strategy_of(lesson, base, mixes.starting_mix(lesson, base), mixes.Terms())
    found = compare(
        [strategy], lesson.place, replications=pairs, seed=setting.seed, years=setting.years,
        evidence=evidence_of(lesson, at), future=load_future(future_of(lesson, State(round=at))),
    )  # fmt: skip
    return demonstrations.all_of(lesson, found)


def shown_part(lesson: Workshop, kept: Plain) -> str:
    """What is kept as Markdown, a paragraph a demonstration, with a table where it is a picture of groups."""
    numbers = {one.id: at for at, one in enumerate(lesson.file.rounds, start=1)}
    return "\n\n".join(
        _told(numbers[round_], name, lesson, what)
        for round_, found in kept.items()
        for name, what in found.items()
    )  # fmt: skip


def _told(number: int, name: str, lesson: Workshop, what: Plain) -> str:
    mix = lesson.strategies[base_of(lesson, number - 1)].name
    about = f' of "{what["name"]}"' if what.get("name") else ""
    words = f'**Round {number}, *{NAMES[name]}*** ("{mix}", {NEIGHBOURHOODS} pairs){about}: {what["said"]}'
    if "rows" not in what:
        return words
    rows = [
        (row["name"], f"{row['twin']:.0f}", f"{row['more']:.0f}", f"{100 - row['value']:.0f}") for row in what["rows"]
    ]
    heads = ("Of 100 families", "Reached anyway", "Found by the zone in addition", "Found by nobody")
    return f"{words}\n\n{table(heads, rows)}"
