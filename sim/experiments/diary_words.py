"""What is told of a child's month: a look at the tables, and the words for what changed since the last look."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sim.engine import World
from sim.inputs.schemas import FIRST_SEPTEMBER
from sim.kernel.uptake import HOUSEHOLD
from sim.parameters import Parameters
from sim.schema import (
    COMPLETED,
    DROPPED,
    EXPOSED,
    RECEPTION,
    SEPTEMBER,
    TAKING_PART,
    WAITING,
    YEAR_7,
)
from sim.spec import Strand
from sim.state import row as plain_row

Told = tuple[int, str, str]
Row = dict[str, float | int]

#: Months that a family's circumstances must last to be told: what comes and goes sooner is noise to a reader.
LEAST_SPELL = 6
_MONTHS = (
    "September", "October", "November", "December", "January", "February", "March", "April", "May", "June", "July",
    "August",
)  # fmt: skip
_HOMES = ("a home of their own", "a privately rented home", "a home rented from the council or a housing association")
_CARE = (
    "children's social care closes the case", "children's social care: is now a child in need",
    "children's social care: has a child protection plan", "children's social care: is looked after by the council",
)  # fmt: skip


class Look(NamedTuple):
    """One child and its household after a month; ``stages``, ``spent``: stage in each offer and months of it."""

    month: int
    present: bool
    here: bool
    child: Row
    home: Row
    stages: tuple[int, ...]
    spent: tuple[int, ...]


class Names(NamedTuple):
    """What a world calls its offers and schools, and what its lines are."""

    offers: tuple[str, ...]
    today: int
    of_family: tuple[bool, ...]
    area: tuple[bool, ...]
    schools: tuple[str, ...]
    parameters: Parameters


def look(world: World, row: int) -> Look:
    """The child after the month just stepped. Copies what it looks at and touches nothing."""
    c, taking, month = world.children, world.taking, world.month - 1
    home = int(c.household[row])
    at = [home if unit == HOUSEHOLD else row for unit in world.plan.arrays.unit]
    present = bool(c.first_month[row] <= month < c.last_month[row] and c.birth_month[row] <= month)
    return Look(
        month, present, present and month < int(c.leaves_month[row]), plain_row(c, row),
        plain_row(world.households, home),
        tuple(int(taking.stage[s, i]) for s, i in enumerate(at)),
        tuple(int(taking.months[s, i]) for s, i in enumerate(at)),
    )  # fmt: skip


def names_of(world: World, library: Mapping[str, Strand]) -> Names:
    """Plain names of everything a diary speaks of."""
    start, plan = world.start, world.plan
    return Names(
        tuple(library[i].name if s >= plan.n_today else i.replace("_", " ") for s, i in enumerate(plan.ids)),
        plan.n_today, tuple(bool(unit == HOUSEHOLD) for unit in plan.arrays.unit),
        tuple(bool(area) for area in plan.arrays.area), tuple(school.name for school in start.place.schools),
        start.register.parameters,
    )  # fmt: skip


def month_words(month: int) -> str:
    """A month of the run (0 is the first September) as a date: ``"January 2027"``."""
    return f"{_MONTHS[month % 12]} {FIRST_SEPTEMBER + (month + 8) // 12}"


# --- the opening ---------------------------------------------------------------------------------------------


def opening(first: Look, names: Names) -> str:
    """Who the child is, in one sentence."""
    c, h = first.child, first.home
    age = (first.month - int(c["birth_month"])) // 12
    who = "a girl" if c["girl"] else "a boy"
    born = first.month == c["birth_month"]
    came = first.month == c["first_month"] and first.month > 0 and not born
    begins = f"{who} is born" if born else f"{who} of {age} {'moves here' if came else 'lives here'}"
    parents = "one parent" if h["adults"] == 1 else "two parents"
    others = int(h["children_here"]) - 1
    siblings = {0: "no other child", 1: "one other child"}.get(max(others, 0), f"{others} other children")
    school = f"; goes to {_school(int(c['school']), names)}" if c["school"] >= 0 else ""
    return (
        f"{begins}, with {parents} ({_work(int(h['workers']), int(h['adults']))}) and {siblings}, in "
        f"{_HOMES[int(h['tenure'])]}; income after housing costs £{h['income']:.0f} a week"
        f"{', in poverty' if _poor(first, names) else ''}{school}"
    )


# --- what changed ---------------------------------------------------------------------------------------------


def told(life: Sequence[Look], names: Names) -> list[Told]:
    """(month, kind, text) of everything that changed between one look and the next, in order of time.

    ``life``: the months in which the child is there. Circumstances that come and go within ``LEAST_SPELL`` months
    are not told.
    """
    found = list(_spells(life, names))
    for before, now in itertools.pairwise(life):
        for kind, text in _month(before, now, names):
            found.append((now.month, kind, text))
    return sorted(found, key=lambda one: one[0])


def _month(before: Look, now: Look, names: Names) -> Iterator[tuple[str, str]]:
    yield from _family(before, now)
    yield from _schooling(before, now, names)
    yield from _scores(before, now, names)
    yield from _needs(before, now)
    yield from _taking_part(before, now, names)


def _spells(life: Sequence[Look], names: Names) -> Iterator[Told]:
    """Circumstances of the family that last."""
    line = names.parameters.reference.distress_high_line
    adults = int(life[0].home["adults"])
    circumstances: tuple[tuple[str, Callable[[Look], int], Callable[[int, int], str]], ...] = (
        (
            "money",
            lambda one: _poor(one, names),
            lambda _, now: f"the family {'falls into' if now else 'leaves'} poverty",
        ),
        ("family", lambda one: int(one.home["workers"]), lambda _, now: f"{_work(now, adults)} now"),
        (
            "money",
            lambda one: int(one.home["fsm_now"]),
            lambda _, now: f"{'free school meals' if now else 'no longer free school meals'}",
        ),
        (
            "wellbeing",
            lambda one: int(one.home["distress"] >= line),
            lambda _, now: f"a parent is {'in high distress' if now else 'no longer in high distress'}",
        ),
    )
    for kind, read, words in circumstances:
        values = settled([read(one) for one in life])
        for at in range(1, len(life)):
            if values[at] != values[at - 1]:
                yield life[at].month, kind, words(values[at - 1], values[at])


def settled(values: Sequence[int]) -> list[int]:
    """The same without spells shorter than ``LEAST_SPELL`` after the first: the former value goes on."""
    out: list[int] = []
    for at, value in enumerate(values):
        lasts = len(set(values[at : at + LEAST_SPELL])) == 1 and at + LEAST_SPELL <= len(values)
        out.append(value if not out or lasts else out[-1])
    return out


def _family(before: Look, now: Look) -> Iterator[tuple[str, str]]:
    if before.here and not now.here:
        yield "move", "the family moves away; the diary follows them"
    more = int(now.home["children_here"]) - int(before.home["children_here"])
    if more > 0:
        yield "family", "a brother or sister is born"
    elif more < 0:
        yield "family", "a brother or sister has grown up"
    if now.home["adults"] != before.home["adults"]:
        yield "family", "one parent lives here now" if now.home["adults"] == 1 else "two parents live here now"


def _schooling(before: Look, now: Look, names: Names) -> Iterator[tuple[str, str]]:
    was, school = int(before.child["school"]), int(now.child["school"])
    grade = now.month // 12 - int(now.child["cohort"])
    if school != was:
        if school < 0:
            yield "school", "leaves school"
        elif grade < RECEPTION or (was >= 0 and grade not in (RECEPTION, YEAR_7)):
            yield "school", f"{'starts at' if was < 0 else 'moves to'} {_school(school, names)}"
        else:
            year = {RECEPTION: "Reception"}.get(grade, f"Year {grade - RECEPTION}")
            yield "school", f"starts {year} at {_school(school, names)}"
    fresh = now.month % 12 == SEPTEMBER
    if now.child["suspensions"] > (0.0 if fresh else before.child["suspensions"]):
        yield "school", "is suspended from school"
    missed = float(now.child["absence_year"])
    if fresh and missed >= names.parameters.reference.persistent_absence_line and was >= 0:
        yield "school", f"missed {missed:.0%} of school last year"


def _scores(before: Look, now: Look, names: Names) -> Iterator[tuple[str, str]]:
    r = names.parameters.reference
    marks = (
        ("score_eyfsp", r.pass_eyfsp, "the good level of development at the end of Reception"),
        ("score_phonics", r.pass_phonics, "the phonics standard"),
        ("score_ks2", r.pass_ks2, "the expected standard at 11"),
        ("score_gcse", r.pass_gcse4, "grade 4 in English and maths at 16"),
    )
    for column, line, standard in marks:
        score = float(now.child[column])
        if math.isnan(float(before.child[column])) and not math.isnan(score):
            yield "score", f"{'reaches' if score >= line else 'does not reach'} {standard} (score {score:+.2f} SD)"
    if math.isnan(float(before.child["eet"])) and not math.isnan(float(now.child["eet"])):
        yield "score", f"at 18 {'in' if now.child['eet'] else 'not in'} education, work or training"


def _needs(before: Look, now: Look) -> Iterator[tuple[str, str]]:
    if now.child["send"] != before.child["send"]:
        level = ("no special educational needs any more", "SEN support", "an education, health and care plan")
        yield "need", level[int(now.child["send"])]
    if now.child["care_state"] != before.child["care_state"]:
        yield "care", _CARE[int(now.child["care_state"])]


def _taking_part(before: Look, now: Look, names: Names) -> Iterator[tuple[str, str]]:
    for s, name in enumerate(names.offers):
        text = _stage(before.stages[s], now.stages[s], now.spent[s], name, names.of_family[s], names.area[s])
        if text:
            yield "service" if s < names.today else "strand", text


def _stage(was: int, now: int, months: int, name: str, family: bool, area: bool) -> str:
    """What a change of the stage in an offer means; empty where there is none."""
    if was == now:
        return ""
    who = "the family " if family else ""
    inside = was in (TAKING_PART, EXPOSED)
    if now == WAITING:
        return f"{who}waits for {name}"
    if now == TAKING_PART:
        return f"{who}{'begins to use' if area else 'starts'} {name}"
    if now == EXPOSED:
        return f"{name} works where they live"
    if area and inside:
        return f"{name} ends for them, after {_count(months)}"
    if now == COMPLETED:
        # A course of one month begins and ends between two looks.
        return f"{who}finishes {name}, after {_count(months)}" if inside else f"{who}takes part in {name}"
    if now == DROPPED:
        return f"{who}leaves {name} early, after {_count(months)}"
    return f"{who}no longer waits for {name}" if was == WAITING else f"{who}loses the place in {name}"


def _count(months: int) -> str:
    return "1 month" if months == 1 else f"{months} months"


def _poor(one: Look, names: Names) -> int:
    return int(one.home["income"] < names.parameters.families.poverty_line)


def _work(workers: int, adults: int) -> str:
    if adults == 1:
        return "in work" if workers else "out of work"
    return ("both out of work", "one in work", "both in work")[min(workers, 2)]


def _school(row: int, names: Names) -> str:
    return names.schools[row] if row < len(names.schools) else "a school outside the place"
