"""Answers in the guides of the lessons that rest on runs: run them, keep them, and write them as a table.

``python -m docs.site answers`` runs every case of ``lesson_cases`` as a class would (same place, luck numbers, pairs
and years), keeps what came out in ``docs/workshops/answers.json`` and rewrites the guides. It says which sentences of
the guides the new numbers do not bear out any more; those are for a person to rewrite.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from docs.site.lesson_cases import CASES, CLAIMS, HEADS, TWINS, WORLDS, Case, strategy_of
from docs.site.lesson_shown import run_shown, shown_part
from docs.site.markdown import table
from sim.inputs.workshop_records import Workshop
from sim.inputs.workshops import load_workshop
from sim.report.words import pounds
from sim.workshops.readings import shown_number, told_result

KEPT = Path(__file__).parents[1] / "workshops" / "answers.json"
Plain = dict[str, Any]


def made_with() -> Plain:
    """What the answers hang on besides the lesson: version of the results, digest of the fitted parameters."""
    from sim.experiments.points import RESULTS_VERSION
    from sim.inputs.posterior import source_of

    source = source_of("drawn", None)
    return {"results": RESULTS_VERSION, "posterior": "" if source is None else source.digest}


def run_answers(name: str) -> Plain:
    """All answers, those of one lesson run anew; the others stay as they are kept."""
    old = kept()["lessons"] if KEPT.exists() else {}
    return {"lessons": {**old, name: {"made_with": made_with(), **_run_lesson(name)}}}


def _run_lesson(name: str) -> Plain:
    lesson = load_workshop(name)
    rows: dict[str, Plain] = {}
    setting, cases = lesson.file.setting, CASES[name]
    for world in dict.fromkeys(case.world for case in cases):
        here = [case for case in cases if case.world == world]
        rows |= dict(zip((case.id for case in here), run_cases(lesson, here, setting.replications), strict=True))
    return {
        "pairs": setting.replications, "seed": setting.seed, "rows": {case.id: rows[case.id] for case in cases},
        "shown": run_shown(lesson),
    }  # fmt: skip


def run_cases(lesson: Workshop, cases: Sequence[Case], pairs: int) -> list[Plain]:
    """What each case gave, all of one world: ``readings`` by quantity (value, twin, difference, low, high), pounds."""
    from sim.experiments.compare import compare
    from sim.inputs import load_future

    setting, (future, evidence, without) = lesson.file.setting, cases[0].world
    strategies = [strategy_of(case, lesson) for case in cases]
    found = compare(
        strategies, lesson.place, replications=pairs, seed=setting.seed, years=setting.years, evidence=evidence,
        without=without, future=load_future(future),
    )  # fmt: skip
    told = []
    for strategy in strategies:
        results, costs, delivery = (
            frame[frame["strategy"] == strategy.id] for frame in (found.results, found.costs, found.delivery)
        )
        alone = replace(found, strategies=(strategy,), results=results, costs=costs, delivery=delivery)
        said = told_result(lesson, alone)
        told.append({key: said[key] for key in ("readings", "cost", "budget")})
    return told


@lru_cache(maxsize=1)
def kept() -> Plain:
    """The answers that are kept."""
    return dict(json.loads(KEPT.read_text(encoding="utf-8")))


def write(answers: Plain) -> None:
    """Keep answers."""
    KEPT.write_text(json.dumps(answers, indent=1) + "\n", encoding="utf-8")
    kept.cache_clear()


def answers_part(lesson: Workshop) -> str:
    """The answers of a lesson as a table, a row a case, a column a quantity."""
    here = kept()["lessons"][lesson.id]
    setting, quantities = lesson.file.setting, lesson.file.quantities
    rows = [
        (
            case.words,
            *(_cell(lesson, here["rows"][case.id], one.id) for one in quantities),
            _spent(here["rows"][case.id]),
        )
        for case in CASES[lesson.id]
    ]
    heads = ("Run", *(HEADS[one.id] for one in quantities), "Spent, of what was planned")
    return (
        f"Mean of the {here['pairs']} pairs that the class runs too, {setting.years} years, with the lowest and the "
        "highest of them in brackets. A team that runs the same mix in the same world sees these numbers to the last "
        f"digit. Written by `python -m docs.site answers`.\n\n{table(heads, rows)}\n\n{_twins(lesson, here['rows'])}"
    )


def _twins(lesson: Workshop, rows: Plain) -> str:
    """Where the differences start from: the twin in each world, whose luck all mixes of a world share."""
    lines: dict[str, list[str]] = {}
    for world in dict.fromkeys(case.world for case in CASES[lesson.id]):
        case = next(case for case in CASES[lesson.id] if case.world == world)
        readings = rows[case.id]["readings"]
        said = [
            f"{shown_number(one.model_copy(update={'of': 'value'}), readings[one.id][1])} {TWINS[one.id]}"
            for one in lesson.file.quantities
            if one.of == "difference" and one.id in readings
        ]
        lines.setdefault(", ".join(said), []).append(_world(world))
    told = "\n".join(f"- {'; '.join(dict.fromkeys(worlds))}: {said}." for said, worlds in lines.items())
    return f"The twin, without any zone:\n\n{told}"


def _world(world: tuple[str, str, tuple[str, ...]]) -> str:
    future, evidence, without = world
    words = [WORLDS[future]]
    words += ["read by a sceptic"] if evidence == "sceptical" else []
    words += ["fade-out switched off"] if without else []
    return ", ".join(words)


def demonstrations_part(lesson: Workshop) -> str:
    """What the demonstrations of a lesson show, as the facilitator's page does."""
    return shown_part(lesson, kept()["lessons"][lesson.id]["shown"])


def _cell(lesson: Workshop, row: Plain, name: str) -> str:
    quantity = lesson.quantity(name)
    if name not in row["readings"]:
        return "not shown"
    value, _, difference, low, high = row["readings"][name]
    if quantity.of == "value":
        return shown_number(quantity, value)
    return f"{shown_number(quantity, difference)} ({shown_number(quantity, low)} to {shown_number(quantity, high)})"


def _spent(row: Plain) -> str:
    return f"{pounds(row['cost'])} of {pounds(row['budget'])}"


def not_borne_out(name: str) -> list[str]:
    """Sentences of a guide that the answers that are kept do not bear out."""
    lesson, rows = load_workshop(name), kept()["lessons"][name]["rows"]
    found = {
        (case, one.id): rows[case]["readings"][one.id][0 if one.of == "value" else 2]
        for case in rows
        for one in lesson.file.quantities
        if one.id in rows[case]["readings"]
    }
    for round_, shown in kept()["lessons"][name]["shown"].items():
        for at, row in enumerate(shown.get("who_was_found", {}).get("rows", ()), start=1):
            found |= {(f"{round_}, fifth {at}", key): row[key] for key in ("more", "value")}
    return [claim.words for claim in CLAIMS[name] if not claim.holds(found)]


def stale(names: Iterable[str]) -> list[str]:
    """Why the answers that are kept are not those of this version; empty if they are."""
    none: dict[str, dict[str, Any]] = {"made_with": {}, "rows": {}}
    here = {name: kept()["lessons"].get(name, none) for name in names}
    return [
        *(f"{name}: of another version of the results, or another fit" for name in here
          if here[name]["made_with"] != made_with()),
        *(f"{name}: other cases" for name in here if list(here[name]["rows"]) != [case.id for case in CASES[name]]),
    ]  # fmt: skip
