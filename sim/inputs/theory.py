"""Check a theory of change against the strategy it belongs to, and bring its steps into order."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from sim.inputs.lines import KeyPath
from sim.inputs.problems import Findings, did_you_mean, show, show_number
from sim.outcomes import INDICATORS, groups_of
from sim.spec import Step, Strategy

#: Most steps of one theory: more cannot be read, let alone steered by.
MOST_STEPS = 40

#: Beginning of an indicator's unit -> no change in the place's mean can be larger.
LARGEST_CHANGE = (
    ("share", 1.0), ("SD", 5.0), ("0..1", 1.0), ("points of 40", 40.0), ("points", 90.0), ("months", 120.0),
    ("per 100 ", 1000.0), ("per 10,000", 10_000.0), ("partners", 100.0),
)  # fmt: skip

_STEPS: KeyPath = ("theory_of_change", "steps")
#: Fields that only an indicator has, with the value a step that counts a strand keeps.
_OF_INDICATORS = (("group", "all"), ("population", "residents"), ("direction", "up"), ("against", "twin"))


def steps_of(strategy: Strategy) -> tuple[Step, ...]:
    """Steps of the strategy's theory of change, none where it has no theory."""
    return strategy.theory_of_change.steps if strategy.theory_of_change else ()


def in_order(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Steps so that each comes after those it depends on; of those free to come next the one due first, then by id.

    Where the file puts them means nothing. Steps that rest on one another in a circle, and what rests on them, are
    left out; dependencies that are no step count as met.
    """
    by_id = {step.id: step for step in steps}
    waits = {step.id: {name for name in step.depends_on if name in by_id} for step in by_id.values()}
    free = [(by_id[name].by_month, name) for name, parents in waits.items() if not parents]
    heapq.heapify(free)
    order = []
    while free:
        _, done = heapq.heappop(free)
        order.append(by_id[done])
        for name, parents in waits.items():
            if done in parents:
                parents.remove(done)
                if not parents:
                    heapq.heappush(free, (by_id[name].by_month, name))
    return tuple(order)


def check_theory(strategy: Strategy, findings: Findings) -> None:
    """Add what is wrong with the theory of change of a strategy to ``findings``."""
    steps = steps_of(strategy)
    if len(steps) > MOST_STEPS:
        findings.add(_STEPS, f"there are {len(steps)} steps", f"keep the {MOST_STEPS} that matter most, or fewer")
        return
    ids = [step.id for step in steps]
    for index, step in enumerate(steps):
        path = (*_STEPS, index)
        if step.id in ids[:index]:
            findings.add((*path, "id"), f'"{step.id}" is the id of an earlier step', "give each step an id of its own")
        for position, name in enumerate(step.depends_on):
            if name not in ids:
                remedy = did_you_mean(name, ids, "steps")
                findings.add((*path, "depends_on", position), f"there is no step {show(name)}", remedy)
        if step.strand is None:
            _check_indicator(step, path, findings)
        else:
            _check_count(step, path, strategy, findings)
    _check_circle(steps, findings)


def _check_indicator(step: Step, path: KeyPath, findings: Findings) -> None:
    indicator = INDICATORS.get(str(step.indicator))
    if "measure" in step.model_fields_set:
        findings.add((*path, "measure"), "belongs to a step that counts a strand", "remove it, or name a strand")
    if indicator is None:
        remedy = did_you_mean(str(step.indicator), INDICATORS, "indicators")
        findings.add((*path, "indicator"), f"there is no indicator {show(step.indicator)}", remedy)
        return
    groups = groups_of(indicator.id)
    if step.group not in groups:
        problem = f'"{indicator.id}" is not read for the group {show(step.group)}'
        findings.add((*path, "group"), problem, did_you_mean(step.group, groups, "groups"))
    largest = next((most for unit, most in LARGEST_CHANGE if indicator.unit.startswith(unit)), float("inf"))
    if step.size is not None and step.size > largest:
        problem = f'{show_number(step.size)} is more than "{indicator.id}" can change'
        share = "; 2 percentage points are 0.02" if indicator.unit.startswith("share") else ""
        findings.add((*path, "size"), problem, f"give 0 to {show_number(largest)} ({indicator.unit}){share}")


def _check_count(step: Step, path: KeyPath, strategy: Strategy, findings: Findings) -> None:
    planned = {planned.strand for planned in strategy.strands}
    if step.strand not in planned:
        remedy = f"{did_you_mean(str(step.strand), planned, 'strands of the strategy')} (or plan it)"
        findings.add((*path, "strand"), f"{show(step.strand)} is not planned in this strategy", remedy)
    for field, kept in _OF_INDICATORS:
        if getattr(step, field) != kept:
            problem = "a count of a strand begins at 0, rises, and is not told by group"
            findings.add((*path, field), problem, f"remove {field}, or read an indicator instead of a strand")


def _check_circle(steps: Sequence[Step], findings: Findings) -> None:
    """One finding for one circle; ``in_order`` leaves out what is in it."""
    left = {step.id: step for step in steps} if len({step.id for step in steps}) == len(steps) else {}
    for step in in_order(steps):
        left.pop(step.id, None)
    if not left:
        return
    walk: list[str] = [min(left)]
    while walk[-1] not in walk[:-1]:
        walk.append(min(name for name in left[walk[-1]].depends_on if name in left))
    circle = sorted(walk[walk.index(walk[-1]) + 1 :])
    first = next(index for index, step in enumerate(steps) if step.id in circle)
    remedy = "remove one of them from depends_on of the other" if len(circle) > 1 else "remove it from its depends_on"
    names = ", ".join(f'"{name}"' for name in circle[:5]) + (", ..." if len(circle) > 5 else "")
    said = f"{names} rest on one another in a circle" if len(circle) > 1 else f"{names} rests on itself"
    findings.add((*_STEPS, first, "depends_on"), said, remedy)


def theory_notes(strategy: Strategy) -> tuple[str, ...]:
    """What is allowed but may be a slip: an aim at worse, a step due before what it rests on or before its strand."""
    notes, steps = [], in_order(steps_of(strategy))
    by_id = {step.id: step for step in steps}
    for step in steps:
        indicator = INDICATORS.get(str(step.indicator))
        if indicator is not None and (step.direction == "up") != (indicator.direction > 0):
            better, aim = ("more", "less") if indicator.direction > 0 else ("less", "more")
            notes.append(f'step "{step.id}" aims at {aim} of "{indicator.id}", where {better} is better')
        later = [name for name in sorted(step.depends_on) if by_id[name].by_month > step.by_month]
        notes += [f'step "{step.id}" is due before "{name}", on which it rests' for name in later]
        starts = [planned.start_month for planned in strategy.strands if planned.strand == step.strand]
        if starts and min(starts) >= step.by_month:
            notes.append(f'step "{step.id}" is due before its strand "{step.strand}" starts')
        if step.by_month < 12:
            notes.append(f'step "{step.id}" is due before the first reading, in August of year 1')
    return tuple(notes)
