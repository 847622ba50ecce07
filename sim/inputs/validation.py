"""Turn the contents of a file into a record, and what pydantic objects to into plain words."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sim.inputs.lines import KeyPath
from sim.inputs.problems import SHOWN_PROBLEMS, Findings, did_you_mean, field_name, show, what_it_is
from sim.inputs.schemas import expected, keys_at, node_at

R = TypeVar("R", bound=BaseModel)

#: Keys people look for where they do not belong -> what to do instead.
_MISPLACED = {
    "ages": "the ages are set in the strand's own file; plan another strand, or write one that extends it",
    "uptake": "own values of a strand stand under values = { uptake = ... }",
    "unit_cost_gbp": "own values of a strand stand under values = { unit_cost_gbp = ... }",
    "effect_multiplier": "own values of a strand stand under values = { effect_multiplier = ... }",
}


def validated(kind: str, record: type[R], data: dict[str, Any], findings: Findings) -> R | None:
    """The record, or ``None`` with the reasons added to ``findings``.

    Values are taken strictly: no text for a number, no true/false for 1/0. They pass through JSON
    because pydantic's strict mode takes a list for a tuple only there.
    """
    try:
        return record.model_validate_json(json.dumps(data, default=str), strict=True)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True, include_input=False)
    for detail in details[: 2 * SHOWN_PROBLEMS]:
        path, value = _place_of(detail["loc"], data)
        is_key = detail["loc"][-1:] == ("[key]",) and len(path) < len(detail["loc"])
        error_type = "extra_forbidden" if is_key else detail["type"]
        problem, remedy = _in_words(kind, path, value, error_type, detail.get("ctx", {}))
        findings.add(path, problem, remedy)
    return None


def _place_of(location: tuple[str | int, ...], data: Any) -> tuple[KeyPath, Any]:
    """Path in the file and value of an error; pydantic adds parts that are not in the file."""
    path: KeyPath = ()
    node = data
    for part in location:
        in_table = isinstance(node, dict) and part in node
        in_list = isinstance(node, list) and isinstance(part, int) and part < len(node)
        if in_table or in_list:
            path, node = (*path, part), node[part]
        elif isinstance(node, dict) and part != "[key]":
            return (*path, part), None
        else:
            break
    return path, node


def _in_words(kind: str, path: KeyPath, value: Any, error: str, context: dict[str, Any]) -> tuple[str, str]:
    name = str(path[-1]) if path else "file"
    if error == "missing" and value is None:
        return "is missing", f"add {_example(kind, path, name)}"
    if error == "extra_forbidden" or (path and not node_at(kind, path)):
        return f"unknown key {show(name)}", unknown_key_remedy(kind, path)
    if error == "value_error":
        return str(context.get("error", "the values do not fit together")), f"change the keys of {field_name(path)}"
    wanted = f"give {expected(node_at(kind, path))}"
    if error == "literal_error":
        return f"{show(value)} is not one of the choices", wanted
    if error.startswith(("greater_than", "less_than")):
        return f"{show(value)} is out of range", wanted
    if error == "string_too_long":
        return f"the text is too long ({len(value):,} characters)", wanted
    if error == "string_pattern_mismatch":
        return f"{show(value)} cannot be an id", wanted
    if isinstance(value, list) and error in ("missing", "too_long", "too_short"):
        return f"the list has {len(value)} entries", wanted
    shown = f"{show(value)} is {what_it_is(value)}" if not isinstance(value, dict | list) else f"is {show(value)}"
    return shown, wanted


def _example(kind: str, path: KeyPath, name: str) -> str:
    node = node_at(kind, path)
    what = expected(node)
    if node.get("type") == "object":
        return f"the table [{'.'.join(str(part) for part in path)}]"
    return f"{name} = ... ({what})"


def unknown_key_remedy(kind: str, path: KeyPath) -> str:
    """What may have been meant by the unknown key at the end of ``path``."""
    key = str(path[-1])
    known = keys_at(kind, path[:-1])
    if key in _MISPLACED and kind == "strategy" and len(path) > 1:
        return _MISPLACED[key]
    return did_you_mean(key, known, "keys")
