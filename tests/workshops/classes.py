"""A small workshop and a class in it, for tests: four rounds that matter, two strands, one quantity."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.inputs import load_workshop
from sim.inputs.workshop_records import Workshop
from sim.workshops import codes, journal
from sim.workshops.room import Room

TEXT = """\
schema_version = 1
kind = "workshop"
id = "small"
name = "Small"
left_out = ["<b>Much</b>"]
[setting]
place = "pembury"
strategy = "early_start"
years = 2
replications = 1
controls = ["strands", "reach", "start"]
money_gbp = 200000
posts = 8
[[menu]]
strand = "neli"
text = "Talking"
[[menu]]
strand = "zone_link_worker"
reach = 0.1
[[quantities]]
id = "reached"
text = "How many more?"
indicator = "families_in_need_reached"
year = 2
low = -10
high = 50
[[rounds]]
id = "arrive"
kind = "briefing"
name = "Arrive"
minutes = 1
[[rounds]]
id = "guess"
kind = "predict"
name = "Guess"
minutes = 2
quantity = "reached"
[[rounds]]
id = "run"
kind = "run"
name = "Run"
minutes = 2
[[rounds]]
id = "score"
kind = "score"
name = "Score"
minutes = 2
show = ["same_luck", "who_was_found", "dashboard"]
questions = [{ text = "Why?", answer = "SECRET ANSWER" }]
[[rounds]]
id = "shock"
kind = "shock"
name = "Shock"
minutes = 1
notes = "SECRET NOTES"
future = "recession"
[[rounds]]
id = "revise"
kind = "revise"
name = "Revise"
minutes = 3
controls = ["strands", "reach", "start", "targeting", "money"]
[[rounds]]
id = "debrief"
kind = "debrief"
name = "Debrief"
minutes = 2
"""
ARRIVE, GUESS, RUN, SCORE, SHOCK, REVISE, DEBRIEF = range(7)


def small(folder: Path, text: str = TEXT) -> Workshop:
    """The small workshop, written into a folder and read again."""
    path = folder / "small.toml"
    path.write_text(text, encoding="utf-8")
    return load_workshop(path)


class Clock:
    """A clock that goes on by a second each time it is read."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        self.at += 1.0
        return self.at


def begin(folder: Path, workshop: Workshop | None = None, name: str = "class.jsonl") -> Room:
    """A class that has just begun."""
    workshop = workshop or small(folder)
    return Room(workshop, journal.begin(workshop, folder / name, 1000.0), Clock())


def join(room: Room, *names: str) -> list[str]:
    """Ids of teams that join."""
    return [room.join(room.heading.code, name)[0] for name in names]


def go(room: Room, at: int) -> None:
    """To a round."""
    room.act("facilitator", "go", round=at)


def guess(room: Room, team: str, low: float = 0, middle: float = 5, high: float = 10) -> None:
    """A guess with a range."""
    room.act(team, "guess", low=low, middle=middle, high=high)


def finish(room: Room, team: str, difference: float = 4.0, cost: float = 1000.0, **more: Any) -> None:
    """The run that a team waits for comes back."""
    wanted = room.state.teams[team].wanted
    assert wanted is not None
    readings = {"reached": [30.0 + difference, 30.0, difference, difference - 1, difference + 1]}
    told = {"readings": readings, "cost": cost, "series": [[1, 30.0, 30.0], [2, 30.0 + difference, 30.0]]}
    told |= {"budget": 2 * cost, "short": ["Talking: money for 40% of its plan (year 1)"]} | more
    room.act("server", "result", team=team, number=wanted.number, **told)


def known(room: Room) -> str:
    """Code of the class as somebody may type it."""
    return codes.as_code(room.heading.code.lower())
