"""Strategies and places as the text of files that open again: dates for months, only what differs from the usual."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sim.inputs.schemas import FIRST_SEPTEMBER, SCHEMA_VERSION
from sim.spec import Place, Strategy

#: Where a date stands in a file: table -> (key of the record, key of the file, months to take off).
_STRAND = (("start_month", "start", 0), ("stop_month", "stop", 1))
_ANALYSIS = (("start_month", "start", 0),)
_PARTNERSHIP = (("start_month", "start", 0), ("handover_month", "handover", 0))
_PARTNER = (("join_month", "join", 0),)
_STEP = (("by_month", "by", 1),)
#: Keys that are always written: a file shall mean the same when usual values change.
_ALWAYS = ("id", "name", "place", "price_year", "money_per_child")


def strategy_data(strategy: Strategy) -> dict[str, Any]:
    """The record as plain values, with what is as usual left out; months stay numbers."""
    return strategy.model_dump(mode="json", exclude_defaults=True)


def strategy_toml(strategy: Strategy, notes: Sequence[str] = (), first_september: int = FIRST_SEPTEMBER) -> str:
    """Text of a strategy file that ``load_strategy`` turns into the same record; ``notes`` are comments at its head."""
    data = strategy_data(strategy)
    data |= {key: getattr(strategy, key) for key in _ALWAYS}
    partnership, theory = data.pop("partnership", None), data.pop("theory_of_change", None)
    strands, analysis = data.pop("strands", []), data.pop("analysis", None)
    lines = [f"# {' '.join(note.split())}" for note in notes]
    lines += [f"schema_version = {SCHEMA_VERSION}", 'kind = "strategy"', f"first_september = {first_september}", ""]
    order = (*_ALWAYS[:2], "question", "about", "authors", *_ALWAYS[2:], "money_gbp", "posts", "sources")
    lines += [f"{key} = {_value(data[key])}" for key in order if key in data]
    if analysis is not None:
        lines += _table("[analysis]", _dated(analysis, _ANALYSIS, first_september))
    if partnership is not None:
        partners = partnership.pop("partners", [])
        lines += _table("[partnership]", _dated(partnership, _PARTNERSHIP, first_september))
        for partner in partners:
            lines += _table("[[partnership.partners]]", _dated(partner, _PARTNER, first_september))
    for planned in strands:
        lines += _table("[[strands]]", _dated(planned, _STRAND, first_september))
    if theory is not None:
        steps = theory.pop("steps", [])
        lines += _table("[theory_of_change]", theory)
        for step in steps:
            lines += _table("[[theory_of_change.steps]]", _dated(step, _STEP, first_september))
    return "\n".join(lines) + "\n"


def place_toml(place: Place) -> str:
    """Text of a place file that ``load_place`` turns into the same record."""
    data = place.model_dump(mode="json", exclude_defaults=True)
    cells, schools, services, facts = (data.pop(key, None) for key in ("cells", "schools", "services", "facts"))
    lines = [f"schema_version = {SCHEMA_VERSION}", 'kind = "place"', ""]
    lines += [f"{key} = {_value(value)}" for key, value in data.items()]
    for name, cell in (cells or {}).items():
        lines += _table(f"[cells.{name}]", cell)
    for head, rows in (("schools", schools), ("services", services), ("facts", facts)):
        for row in rows or ():
            lines += _table(f"[[{head}]]", row)
    return "\n".join(lines) + "\n"


def month_text(month: int, first_september: int = FIRST_SEPTEMBER) -> str:
    """A month of the run as a date of a file: month 0 is ``2026-09``."""
    return f"{first_september + (month + 8) // 12}-{(month + 8) % 12 + 1:02d}"


def _dated(table: dict[str, Any], dates: tuple[tuple[str, str, int], ...], year: int) -> dict[str, Any]:
    """Each month of a table as a date, in the place where the month stood."""
    names = {key: (name, less) for key, name, less in dates}
    return {
        names[key][0] if key in names else key: month_text(value - names[key][1], year) if key in names else value
        for key, value in table.items()
    }


def _table(head: str, table: dict[str, Any]) -> list[str]:
    return ["", head, *(f"{key} = {_value(value)}" for key, value in table.items())]


def _value(value: Any) -> str:
    """A value in TOML. JSON's text is TOML's, but for the character DEL."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + " }" if value else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
