"""Find on which line of a TOML file a key stands.

The standard reader (``tomllib``) gives values without their places. This scanner walks over text
that ``tomllib`` has already accepted, so it need not find errors, only keys and line numbers.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

#: A key with the tables and list positions around it, e.g. ``("strands", 0, "start")``.
KeyPath = tuple[str | int, ...]

_TOKEN = re.compile(
    r'(?P<string>"""(?:[^\\]|\\.)*?"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*')"
    r"|(?P<mark>[\[\]{}=,.\n])"
    r"|(?P<skip>[ \t\r]+|\#[^\n]*)"
    r"|(?P<bare>[^\s\[\]{}=,.#\"']+)",
    re.DOTALL,
)


@dataclass(frozen=True)
class LineMap:
    """Key path -> (file, line). Layers of an extended file keep the file each key came from.

    ``known``: places that are told; ``text``: valid TOML whose places are looked for when one is asked, for most
    files are right and nobody asks.
    """

    file: str
    known: dict[KeyPath, tuple[str, int]] = field(default_factory=dict)
    text: str = ""

    @cached_property
    def entries(self) -> dict[KeyPath, tuple[str, int]]:
        """All key paths with their file and line."""
        return self.known | {path: (self.file, line) for path, line in _Scanner(self.text).scan().items()}

    def at(self, path: KeyPath) -> tuple[str, int | None]:
        """File and line of a key, or of the nearest table around it; line ``None`` for the file."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.entries:
                return self.entries[path[:length]]
        return self.file, None


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


def scan_lines(file: str, text: str) -> LineMap:
    """Line map of valid TOML ``text``; ``file`` is the name that messages show."""
    return LineMap(file, text=text)


def _tokens(text: str) -> list[_Token]:
    tokens, line = [], 1
    for match in _TOKEN.finditer(text):
        kind, piece = match.lastgroup or "bare", match.group()
        if kind != "skip":
            tokens.append(_Token(kind, piece, line))
        line += piece.count("\n")
    tokens.append(_Token("mark", "\n", line))
    return tokens


class _Scanner:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = 0
        self._lines: dict[KeyPath, int] = {}
        #: Position of the current entry in each array of tables.
        self._entry: dict[KeyPath, int] = {}

    def scan(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        while self._next < len(self._tokens):
            if self._is("\n"):
                self._next += 1
            elif self._is("["):
                table = self._header()
            else:
                self._assignment(table)
        return self._lines

    def _is(self, text: str) -> bool:
        token = self._tokens[self._next]
        return token.kind == "mark" and token.text == text

    def _header(self) -> KeyPath:
        """``[table]`` or ``[[table]]``; answers the path of the table it opens."""
        line = self._tokens[self._next].line
        self._next += 1
        many = self._is("[")
        self._next += many
        parts = self._key()
        self._next += 1 + many
        path: KeyPath = ()
        for depth, part in enumerate(parts, start=1):
            path = (*path, part)
            self._lines.setdefault(path, line)
            if many and depth == len(parts):
                self._entry[path] = self._entry.get(path, -1) + 1
            if path in self._entry:
                path = (*path, self._entry[path])
        self._lines[path] = line
        return path

    def _key(self) -> list[str]:
        """Dotted key up to ``=`` or ``]``."""
        parts = []
        while not (self._is("=") or self._is("]")):
            token = self._tokens[self._next]
            if token.kind == "string":
                parts.append(next(iter(tomllib.loads(f"{token.text}=0"))))
            elif token.kind == "bare":
                parts.append(token.text)
            self._next += 1
        return parts

    def _assignment(self, table: KeyPath) -> None:
        line = self._tokens[self._next].line
        path = table
        for part in self._key():
            path = (*path, part)
            self._lines.setdefault(path, line)
        self._next += 1
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        if self._is("["):
            self._array(path)
        elif self._is("{"):
            self._inline_table(path)
        else:
            while not any(self._is(mark) for mark in (",", "]", "}", "\n")):
                self._next += 1

    def _array(self, path: KeyPath) -> None:
        self._next += 1
        index = 0
        while not self._is("]"):
            if self._is("\n"):
                self._next += 1
            elif self._is(","):
                index += 1
                self._next += 1
            else:
                self._lines[(*path, index)] = self._tokens[self._next].line
                self._value((*path, index))
        self._next += 1

    def _inline_table(self, path: KeyPath) -> None:
        self._next += 1
        while not self._is("}"):
            if self._is(",") or self._is("\n"):
                self._next += 1
            else:
                self._assignment(path)
        self._next += 1
