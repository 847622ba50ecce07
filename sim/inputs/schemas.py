"""The JSON Schema of each kind of file.

A file may say some things more shortly than the record it becomes (a bare number for a cell, a date
for a month), and it may leave out what it takes from the file it ``extends``. The schema describes
the file; it serves editors and the messages about wrong values alike.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from sim.inputs.problems import show_number
from sim.inputs.study_records import StudyFile
from sim.inputs.target_records import TargetFile
from sim.inputs.workshop_records import WorkshopFile
from sim.spec import CELL_PARTITIONS, PLACE_CELLS, REQUIRED_CELLS, Future, Place, Strand, Strategy

#: Version of the file format; every file states it.
SCHEMA_VERSION = 1

#: First September of a strategy that gives dates without saying which year they count from.
FIRST_SEPTEMBER = 2026

#: Kind of file -> the record it becomes.
RECORDS: dict[str, type[BaseModel]] = {
    "place": Place, "strategy": Strategy, "strand": Strand, "future": Future, "study": StudyFile,
    "workshop": WorkshopFile, "targets": TargetFile,
}  # fmt: skip

Schema = dict[str, Any]

_ID = "^[a-z][a-z0-9_]{0,63}$"
_MONTH = {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"}


@lru_cache(maxsize=len(RECORDS))
def file_schema(kind: str) -> Schema:
    """JSON Schema (draft 2020-12) of a place, strategy, strand, future, study, workshop or target file."""
    schema = RECORDS[kind].model_json_schema()
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"zonesim {kind}"}
    if kind == "targets":
        # A file of figures is no scenario: it has no id, and extends nothing.
        own = {key: part for key, part in _heading(kind).items() if key != "extends"}
        return head | schema | {"title": head["title"], "properties": own | schema["properties"]}
    wanted = [name for name in schema["required"] if name != "id"]
    schema["properties"] = _heading(kind) | schema["properties"]
    schema["required"] = ["schema_version", "id"]
    schema["if"] = {"not": {"required": ["extends"]}}
    schema["then"] = {"required": wanted}
    if kind in _FURTHER:
        _FURTHER[kind](schema)
    return head | schema


def _heading(kind: str) -> Schema:
    return {
        "schema_version": {"const": SCHEMA_VERSION, "description": "version of the file format"},
        "kind": {"const": kind, "description": "what the file holds"},
        "extends": {"type": "string", "description": f"id of a {kind}, or a file in the same folder, to start from"},
    }


def _add_short_cells(schema: Schema) -> None:
    """A cell is a bare number or a table; its name and range come from ``PLACE_CELLS``."""
    cells = {}
    for name, rule in PLACE_CELLS.items():
        number = {"type": "number", "minimum": rule.low, "maximum": rule.high}
        table = {"allOf": [{"$ref": "#/$defs/Cell"}], "properties": {"value": number}}
        cells[name] = {"description": f"{rule.meaning} ({rule.unit})", "anyOf": [number, table]}
    groups = "; ".join(" + ".join(group) for group in CELL_PARTITIONS)
    schema["properties"]["cells"] = {
        "type": "object",
        "description": f"Shares that sum to 1: {groups}",
        "properties": cells,
        "additionalProperties": False,
    }
    schema["then"]["properties"] = {"cells": {"required": list(REQUIRED_CELLS)}}


def _add_dates(schema: Schema) -> None:
    """Strands start and stop, steps are due, partners join at a date or a month number; so start analysis and zone."""
    _add_first_september(schema)
    schema["$defs"]["PlannedStrand"]["properties"] |= {
        "start": _MONTH | {"description": "first month the strand runs; instead of start_month"},
        "stop": _MONTH | {"description": "last month the strand runs; instead of stop_month"},
    }
    schema["$defs"]["Analysis"]["properties"]["start"] = _MONTH | {
        "description": "first month of the analysis; instead of start_month"
    }
    schema["$defs"]["Partnership"]["properties"] |= {
        "start": _MONTH | {"description": "first month of the partnership; instead of start_month"},
        "handover": _MONTH | {"description": "month the backbone team is handed over; instead of handover_month"},
    }
    schema["$defs"]["Partner"]["properties"] |= {
        "join": _MONTH | {"description": "month the partner is asked to join; instead of join_month"},
    }
    step = schema["$defs"]["Step"]
    step["properties"]["by"] = _MONTH | {"description": "last month in time; instead of by_month"}
    step["required"].remove("by_month")
    step["oneOf"] = [{"required": ["by"]}, {"required": ["by_month"]}]


def _add_first_september(schema: Schema) -> None:
    schema["properties"]["first_september"] = {
        "type": "integer",
        "minimum": 2000,
        "maximum": 2100,
        "default": FIRST_SEPTEMBER,
        "description": "year whose September is month 0",
    }


def _add_shock_dates(schema: Schema) -> None:
    """Shocks start and stop at a date, or start at a month number and last some months; ids hold no plus sign."""
    _add_first_september(schema)
    schema["properties"]["id"]["pattern"] = _ID
    schema["$defs"]["Shock"]["properties"] |= {
        "start": _MONTH | {"description": "first month of the shock; instead of start_month"},
        "stop": _MONTH | {"description": "last month of the shock; instead of months"},
    }


def _loosen_delivery(schema: Schema) -> None:
    """A strand that extends another may change one key of its delivery."""
    schema["then"]["properties"] = {"delivery": {"required": schema["$defs"]["Delivery"].pop("required")}}


_FURTHER = {
    "place": _add_short_cells,
    "strategy": _add_dates,
    "strand": _loosen_delivery,
    "future": _add_shock_dates,
}


def node_at(kind: str, path: tuple[str | int, ...]) -> Schema:
    """Part of the schema that rules the value at ``path``; empty where nothing is known of it."""
    root = file_schema(kind)
    node: Schema = root
    for part in path:
        node = _child(resolved(root, node), root, part)
    return resolved(root, node)


def resolved(root: Schema, node: Schema) -> Schema:
    """A node with its ``$ref`` followed and its null alternative dropped."""
    while "$ref" in node:
        node = root["$defs"][node["$ref"].rsplit("/", 1)[1]]
    choices = [choice for choice in node.get("anyOf", ()) if choice.get("type") != "null"]
    return resolved(root, choices[0]) if len(choices) == 1 else node


def _child(node: Schema, root: Schema, part: str | int) -> Schema:
    tables = [node, *node.get("anyOf", ()), *node.get("allOf", ())]
    for table in (resolved(root, table) for table in tables):
        if isinstance(part, int):
            entries = table.get("prefixItems", ())
            if part < len(entries):
                return dict(entries[part])
            if "items" in table:
                return dict(table["items"])
        elif part in table.get("properties", {}):
            return dict(table["properties"][part])
        elif isinstance(table.get("additionalProperties"), dict):
            return dict(table["additionalProperties"])
        elif "allOf" in table:
            found = _child({"allOf": table["allOf"]}, root, part)
            if found:
                return found
    return {}


def keys_at(kind: str, path: tuple[str | int, ...]) -> tuple[str, ...]:
    """Keys that the table at ``path`` may hold."""
    node = node_at(kind, path)
    return tuple(node.get("properties", {})) or tuple(node.get("propertyNames", {}).get("enum", ()))


def expected(node: Schema) -> str:
    """What a value has to be, in plain words."""
    if "anyOf" in node:
        return " or ".join(expected(choice) for choice in node["anyOf"] if choice.get("type") != "null")
    if "enum" in node or "const" in node:
        choices = node.get("enum") or [node["const"]]
        one_of = "one of " if len(choices) > 1 else ""
        return one_of + ", ".join(f'"{choice}"' for choice in choices)
    if node.get("type") in ("number", "integer"):
        return ("a whole number" if node["type"] == "integer" else "a number") + _range(node)
    if node.get("type") == "string":
        return _text_words(node)
    words = {"boolean": "true or false (without quotes)", "array": "a list in [ ]"}
    if "prefixItems" in node:
        return f"a list of {len(node['prefixItems'])} entries in [ ]"
    return words.get(node.get("type", ""), "a table of keys")


def _range(node: Schema) -> str:
    end = f" to {show_number(node['maximum'])}" if "maximum" in node else ""
    if "minimum" in node:
        return f" from {show_number(node['minimum'])}" + (end or " upwards")
    return (f" above {show_number(node['exclusiveMinimum'])}" if "exclusiveMinimum" in node else "") + end


def _text_words(node: Schema) -> str:
    if node == _MONTH or node.get("pattern") == _MONTH["pattern"]:
        return 'a month such as "2027-09"'
    if "pattern" in node:
        return "an id: small letters a-z, digits and _ , a letter first, at most 64 characters"
    if "maxLength" in node:
        return f'text in "quotes" of at most {node["maxLength"]} characters'
    return 'text in "quotes"'
