"""``docs/performance.md``, written from the results of one run: tables from the numbers, prose from ``page.md``."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.goals import goals_table, left_over
from benchmarks.shown import TABLES, Shown, machine_words

TEMPLATE = Path(__file__).with_name("page.md")
_ABSENT = "Not measured in this run."


def markdown(shown: Shown) -> str:
    """A table in Markdown, its title above it."""
    lines = [f"**{shown.title}**", "", f"| {' | '.join(shown.heads)} |", f"|{'---|' * len(shown.heads)}"]
    lines += [f"| {' | '.join(row)} |" for row in shown.rows]
    return "\n".join(lines)


def _notes(results: dict[str, Any]) -> str:
    """What could not be measured, a line each."""
    found = [
        f"- {name}: {note}."
        for name, result in results.items()
        for note in (*result.get("notes", ()), *result["machine"].get("notes", ()))
    ]
    return "\n".join(found) or "Everything could be measured."


def _loads(results: dict[str, Any]) -> str:
    """How busy the machine was after each benchmark: load average of a minute."""
    return ", ".join(f"{name} {result['machine']['load'][0]:g}" for name, result in results.items())


def page_of(results: dict[str, Any]) -> str:
    """The page as Markdown. ``results``: as ``python -m benchmarks all --json`` prints them."""
    parts = {
        "machine": machine_words(next(iter(results.values()))["machine"] | _gcc(results)),
        "loads": _loads(results), "notes": _notes(results), "goals": markdown(goals_table(results)),
        "left_over": left_over(results),
    }  # fmt: skip
    for name, tables in TABLES.items():
        for table, build in tables.items():
            parts[table] = markdown(build(results[name])) if name in results else _ABSENT
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found.group(1)], TEMPLATE.read_text(encoding="utf-8"))


def _gcc(results: dict[str, Any]) -> dict[str, Any]:
    kernel = results.get("kernel")
    return {"gcc": kernel["machine"]["gcc"]} if kernel else {}


def write(page: Path, files: Sequence[Path]) -> None:
    """Write the page from files of results; of a benchmark that is in several, the last file counts."""
    results: dict[str, Any] = {}
    for file in files:
        results |= json.loads(file.read_text(encoding="utf-8"))
    page.write_text(page_of(results), encoding="utf-8")
