"""A team's mix: what it changed of the mix it started from, and the strategy that makes of it.

Two teams with the same mix have the same strategy, name and all, so that it is run once for both.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, get_args

from sim.inputs import load_strands
from sim.inputs.strategies import is_enrolled
from sim.inputs.workshop_records import Control, MenuEntry, Workshop
from sim.spec import PlannedStrand, Strand, Strategy, Targeting

#: Who pays, where the mix that teams start from says nothing.
USUAL_PAYER = "council"
#: Most that a team may ask for, pounds a year and posts; the last turn there is.
MOST_MONEY, MOST_POSTS = 1e9, 10_000.0
LAST_TURN = 99
TARGETINGS: tuple[str, ...] = get_args(Targeting)


@dataclass(frozen=True)
class Entry:
    """A strand of a mix. ``reach``: share of those eligible, ``None`` as the starting mix has it; ``start``: year.

    ``turn``: when money is set aside for it, 1 first; strands of a mix follow one another by their turns.
    """

    reach: float | None
    start: int
    targeting: str
    turn: int = 1


@dataclass(frozen=True)
class Mix:
    """``entries`` by strand of the menu; ``money``, ``posts``: ``None`` for what all teams have."""

    entries: Mapping[str, Entry]
    money: float | None = None
    posts: float | None = None


@dataclass(frozen=True)
class Terms:
    """What holds for all teams: the facilitator's word on money (pounds a year) and posts, ``None`` for none."""

    money: float | None = None
    posts: float | None = None


@lru_cache(maxsize=1)
def strands() -> dict[str, Strand]:
    """Every packaged strand, read once."""
    return load_strands()


def starting_mix(workshop: Workshop, strategy: Strategy) -> Mix:
    """The mix a team starts from: strands of the strategy that are on the menu."""
    menu = {entry.strand for entry in workshop.file.menu}
    planned = {one.strand: (turn, one) for turn, one in _in_turn(strategy) if one.strand in menu}
    entries = {
        name: Entry(one.reach_share, one.start_month // 12 + 1, one.targeting, turn)
        for name, (turn, one) in sorted(planned.items())
    }
    return Mix(entries)


def _in_turn(strategy: Strategy) -> list[tuple[int, PlannedStrand]]:
    """Strands of a strategy with their turns, in the order in which money is set aside for them."""
    ordered = sorted(strategy.strands, key=lambda one: (one.priority, one.strand, one.start_month))
    return list(enumerate(ordered, start=1))


def money_of(workshop: Workshop, mix: Mix, terms: Terms) -> float | None:
    """Pounds a year of a team: the facilitator's word, else its own, else the file's; ``None`` as the strategy has."""
    return next((m for m in (terms.money, mix.money, workshop.file.setting.money_gbp) if m is not None), None)


def usual_money(workshop: Workshop, base: Strategy) -> float:
    """Pounds a year of the starting mix as its file has them."""
    children = workshop.place.value("children") if base.money_per_child else 1.0
    return sum(base.money_gbp.values()) * children


def strategy_of(workshop: Workshop, base: Strategy, mix: Mix, terms: Terms) -> Strategy:
    """The strategy that a mix makes of the strategy it started from."""
    menu = {entry.strand: entry for entry in workshop.file.menu}
    kept = [(turn, one) for turn, one in _in_turn(base) if one.strand not in menu]
    before = {one.strand: one for one in base.strands}
    chosen = [(entry.turn, _planned(menu[name], entry, before.get(name))) for name, entry in mix.entries.items()]
    queue = sorted((*kept, *chosen), key=lambda pair: (pair[0], pair[1].strand, pair[1].start_month))
    ordered = tuple(
        one.model_copy(update={"priority": min(at, LAST_TURN)}) for at, (_, one) in enumerate(queue, start=1)
    )
    setting = workshop.file.setting
    money = money_of(workshop, mix, terms)
    posts = next((p for p in (terms.posts, mix.posts, setting.posts) if p is not None), base.posts)
    changes: dict[str, Any] = {
        "id": "team_mix", "name": "Your zone", "question": "", "about": "", "strands": ordered, "posts": posts,
        "theory_of_change": None,
    }  # fmt: skip
    if money is not None:
        whole = sum(base.money_gbp.values())
        shares = {payer: part / whole for payer, part in base.money_gbp.items()} if whole else {USUAL_PAYER: 1.0}
        changes |= {"money_gbp": {payer: money * part for payer, part in shares.items()}, "money_per_child": False}
    return base.model_copy(update=changes)


def _planned(entry: MenuEntry, chosen: Entry, before: PlannedStrand | None) -> PlannedStrand:
    start = 12 * (chosen.start - 1)
    enrolled = is_enrolled(strands()[entry.strand])
    if before is None:
        reach = (chosen.reach or entry.reach) if enrolled else None
        return PlannedStrand(
            strand=entry.strand, start_month=start, ramp_months=6, reach_share=reach, targeting=_who(chosen)
        )
    changes: dict[str, Any] = {"start_month": before.start_month if start == _year(before) else start}
    changes["targeting"] = chosen.targeting
    if chosen.reach is not None and enrolled:
        changes |= {"reach_share": chosen.reach, "places_per_term": None}
    if before.stop_month is not None and before.stop_month <= changes["start_month"]:
        changes["stop_month"] = None
    return before.model_copy(update=changes)


def _year(planned: PlannedStrand) -> int:
    return 12 * (planned.start_month // 12)


def _who(chosen: Entry) -> Targeting:
    return next(one for one in get_args(Targeting) if one == chosen.targeting)


def changed_mix(workshop: Workshop, mix: Mix, asked: Any, allowed: frozenset[Control]) -> Mix:
    """The mix after what a team asks for; what it may not change stays as it is.

    ``asked``: from a browser, so anything at all. Raises ``ValueError`` in plain words for what cannot be meant.
    """
    if not isinstance(asked, dict):
        raise ValueError("a mix is a table of strands")
    menu = {entry.strand: entry for entry in workshop.file.menu}
    wanted = asked.get("entries", {})
    if not isinstance(wanted, dict) or len(wanted) > len(menu) or not set(wanted) <= set(menu):
        raise ValueError("a strand is not on the menu")
    names = set(wanted) if "strands" in allowed else set(mix.entries)
    entries, last = {}, _last_turn(workshop, mix)
    for name in sorted(names):
        if name not in mix.entries:
            last = min(last + 1, LAST_TURN)
        fresh = Entry(menu[name].reach if is_enrolled(strands()[name]) else None, 1, menu[name].targeting, last)
        before = mix.entries.get(name, fresh)
        entries[name] = _entry(before, wanted.get(name), allowed, workshop.file.setting.years)
    changed = replace(mix, entries=entries)
    if "money" in allowed and asked.get("money") is not None:
        changed = replace(changed, money=_number(asked["money"], 0.0, MOST_MONEY, "pounds a year"))
    if "posts" in allowed and asked.get("posts") is not None:
        changed = replace(changed, posts=_number(asked["posts"], 0.0, MOST_POSTS, "posts"))
    return changed


def _last_turn(workshop: Workshop, mix: Mix) -> int:
    """The last turn of a mix and of what is agreed besides it: what is added comes after."""
    return max(
        (*(entry.turn for entry in mix.entries.values()), *(len(one.strands) for one in workshop.strategies.values())),
        default=0,
    )


def _entry(entry: Entry, asked: Any, allowed: frozenset[Control], years: int) -> Entry:
    if not isinstance(asked, dict):
        return entry
    if "strands" in allowed and asked.get("turn") is not None:
        entry = replace(entry, turn=int(_number(asked["turn"], 1, LAST_TURN, "turn")))
    if "reach" in allowed and entry.reach is not None and asked.get("reach") is not None:
        entry = replace(entry, reach=_number(asked["reach"], 0.01, 1.0, "share of those eligible"))
    if "start" in allowed and asked.get("start") is not None:
        entry = replace(entry, start=int(_number(asked["start"], 1, years, "year")))
    if "targeting" in allowed and asked.get("targeting") is not None:
        if asked["targeting"] not in TARGETINGS:
            raise ValueError("nobody can be asked in that order")
        entry = replace(entry, targeting=str(asked["targeting"]))
    return entry


def _number(value: Any, low: float, high: float, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{what}: a number is needed")
    if not low <= value <= high:
        raise ValueError(f"{what}: a number from {low:g} to {high:g} is needed")
    return float(value)
