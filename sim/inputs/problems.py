"""What can be wrong with a file, said so that its author can put it right."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sim.inputs.lines import KeyPath, LineMap

#: Longest stretch of an offending value that a message repeats.
SHOWN_CHARACTERS = 60

#: Problems listed for one file; a file with more is wrong in some general way.
SHOWN_PROBLEMS = 50

#: Whole numbers beyond this are refused: no quantity in the model comes near it.
LARGEST_NUMBER = 10**15


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    ``line`` counts from 1 and is ``None`` where no line can be blamed (a missing file or key).
    ``field`` is the key with its tables, list entries counted from 1 (``strands[2].start``), or
    ``"file"`` where the whole file is meant.
    """

    file: str
    line: int | None
    field: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.field}: {self.problem}; {self.remedy}"


class InputError(Exception):
    """Raised where a file cannot be used; holds every problem found, one readable line each."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class Findings:
    """Collects the problems of one file and finds the line of each."""

    def __init__(self, lines: LineMap) -> None:
        self._lines = lines
        self._found: dict[KeyPath, Problem] = {}
        self._around: set[KeyPath] = set()

    def add(self, path: KeyPath, problem: str, remedy: str) -> None:
        """Note a problem, unless this key, something in it or a table around it was already found wrong."""
        if path in self._around or any(path[:length] in self._found for length in range(len(path) + 1)):
            return
        self._around |= {path[:length] for length in range(len(path))}
        file, line = self._lines.at(path)
        self._found[path] = Problem(file, line, field_name(path), problem, remedy)

    def problems(self) -> tuple[Problem, ...]:
        """What was found, in the order of the lines (what has none comes last), cut to a readable number."""
        found = sorted(self._found.values(), key=lambda problem: (problem.line is None, problem.line or 0))
        if len(found) <= SHOWN_PROBLEMS:
            return tuple(found)
        more = Problem(
            found[0].file, None, "file", f"{len(found) - SHOWN_PROBLEMS} more problems", "put those above right first"
        )
        return (*found[:SHOWN_PROBLEMS], more)

    def raise_if_any(self) -> None:
        """Raise ``InputError`` if anything was found."""
        if self._found:
            raise InputError(self.problems())


def file_error(file: str, problem: str, remedy: str, line: int | None = None, field: str = "file") -> InputError:
    """An error that concerns the file as a whole."""
    return InputError((Problem(shorten(file, 300), line, field, problem, remedy),))


def field_name(path: KeyPath) -> str:
    """``("strands", 1, "start")`` as ``strands[2].start``; the empty path is ``file``."""
    name = ""
    for part in path:
        if isinstance(part, int):
            name += f"[{part + 1}]"
        else:
            name += ("." if name else "") + shorten(part)
    return name or "file"


def shorten(text: str, limit: int = SHOWN_CHARACTERS) -> str:
    """Text safe to print: control characters escaped, cut to ``limit`` characters."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 3] + "..."


def show(value: Any) -> str:
    """A value from a file as a message repeats it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{shorten(value)}"'
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        return "a number beyond all use"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return shorten(str(value))


def show_number(value: float) -> str:
    """A limit as a message states it: 0.005, 2026, 3,000,000."""
    return f"{value:,.10g}" if abs(value) >= 10_000 else f"{value:.10g}"


def what_it_is(value: Any) -> str:
    """The type of a value in plain words."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "text"
    if isinstance(value, int):
        return "a whole number"
    if isinstance(value, float):
        return "a number with decimals"
    if isinstance(value, dict):
        return "a table of keys"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dt.date | dt.time):
        return "a date or time"
    return "something else"


def did_you_mean(word: str, known: Iterable[str], what: str) -> str:
    """A remedy for an unknown name: the nearest known one, else the list of them."""
    names = sorted(known)
    near = difflib.get_close_matches(word[:80], names, n=1, cutoff=0.6)
    if near:
        return f'did you mean "{near[0]}"?'
    if not names:
        return f"there is no known {what} here"
    shown = ", ".join(names[:40]) + (", ..." if len(names) > 40 else "")
    return f"known {what}: {shown}"
