"""A strategy as the TOML file that ``zonesim check`` accepts and ``load_strategy`` reads back to the bit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sim.inputs.schemas import SCHEMA_VERSION
from sim.spec import Place, Strategy


def strategy_toml(strategy: Strategy, notes: Sequence[str] = ()) -> str:
    """The file of a strategy: what it says beyond the defaults, under ``notes`` as comments, one a line."""
    return record_toml(strategy, "strategy", notes)


def record_toml(record: Strategy | Place, kind: str, notes: Sequence[str] = ()) -> str:
    """The file of a record of a ``kind`` of scenario file (``strategy``, ``place``): what it says beyond defaults."""
    content = record.model_dump(mode="json", exclude_defaults=True)
    lines = [
        *(f"# {' '.join(note.split())}" for note in notes),
        f"schema_version = {SCHEMA_VERSION}",
        f'kind = "{kind}"',
        "",
    ]
    return "\n".join([*lines, *_table(content, ())]).rstrip("\n") + "\n"


def _table(content: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    """Keys with plain values first, as TOML wants it, then the tables inside, each under its heading."""
    lines = [f"{key} = {_value(value)}" for key, value in content.items() if not _is_table(value)]
    for key, value in content.items():
        if not _is_table(value):
            continue
        here = (*path, key)
        heading = "[[{}]]" if isinstance(value, list) else "[{}]"
        for entry in value if isinstance(value, list) else [value]:
            lines += ["", heading.format(".".join(here)), *_table(entry, here)]
    return lines


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _value(value: Any) -> str:
    """A plain value; texts are written as in JSON, whose escapes TOML shares."""
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
