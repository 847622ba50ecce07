"""Read a TOML file that may be anything at all: a photograph, a folder, a million brackets."""

from __future__ import annotations

import math
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from sim.inputs.lines import KeyPath, LineMap, scan_lines
from sim.inputs.problems import LARGEST_NUMBER, Findings, field_name, file_error, shorten

LARGEST_FILE_BYTES = 2_000_000
DEEPEST_NESTING = 32

# A key of very many dotted parts costs the parser quadratic time, so it is refused before parsing.
# A part always matches, closed or not, and a run is taken whole: the search stays linear.
_PART = r"(?:\"(?:[^\"\\\n]|\\.)*+\"?|'[^'\n]*+'?|[\w-]++)"
_DOT_PART = rf"(?:[ \t]*+\.[ \t]*+{_PART})"
_DOTTED = re.compile(rf"(?P<long>{_PART}{_DOT_PART}{{{DEEPEST_NESTING + 1}}})|{_PART}{_DOT_PART}*+")

_WHERE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")

#: Words in the parser's message -> what would be right.
_SYNTAX_REMEDIES = (
    ("overwrite", "this key or table stands twice: keep one of them"),
    ("twice", "this key or table stands twice: keep one of them"),
    ("mutate", "this key or table stands twice: keep one of them"),
    ("Invalid value", 'write text in "quotes", numbers bare (12.5), and true or false in small letters'),
    ("after a key", "write key = value, one to a line"),
    ("initial character", "write key = value, one to a line"),
    ("Invalid statement", "write key = value, one to a line, and [table] for a new table"),
    ("Expected newline", "start a new line after each value"),
    ("Unclosed", 'close the list with ] or the table with } or the text with "'),
    ("Unterminated", 'close the text with "'),
    ("Expected", "close the bracket or quote that was opened"),
    ("character", "remove this character, or write it as an escape such as \\n"),
    ("escape", "write a backslash as \\\\"),
)


def read_toml(path: str | Path) -> tuple[dict[str, Any], LineMap]:
    """Contents of a TOML file and the line of each key.

    Raises ``InputError`` for anything that is not a usable file: missing, a folder, unreadable,
    empty, over 2 MB, binary, not TOML, nested deeper than 32, or holding a number that is not
    finite or beyond 10^15, or a text with control characters.
    """
    file = shorten(str(path), 300)
    text = read_text(path)
    data = _parsed(text, file)
    _check_depth(data, file)
    lines = scan_lines(file, text)
    findings = Findings(lines)
    check_values(data, (), findings)
    findings.raise_if_any()
    return data, lines


def read_text(path: str | Path) -> str:
    """Contents of a text file in UTF-8 of at most 2 MB. Raises ``InputError`` for anything else."""
    file = shorten(str(path), 300)
    return _text(_content(Path(path), file), file)


def _content(path: Path, file: str) -> bytes:
    too_large = file_error(
        file, "the file is larger than 2 MB", "give a place, strategy or strand file; data tables do not belong in it"
    )
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise file_error(file, "this is a folder, not a file", "name one .toml file in it")
        if not stat.S_ISREG(status.st_mode):
            raise file_error(file, "this is not an ordinary file", "give a .toml file")
        if status.st_size > LARGEST_FILE_BYTES:
            raise too_large
        with path.open("rb") as stream:
            content = stream.read(LARGEST_FILE_BYTES + 1)
    except FileNotFoundError:
        raise file_error(file, "there is no such file", "check the name and the folder") from None
    except PermissionError:
        raise file_error(file, "the file may not be read", "give yourself the right to read it") from None
    except (OSError, ValueError):
        raise file_error(file, "the file cannot be opened", "check the name and the folder") from None
    if len(content) > LARGEST_FILE_BYTES:
        raise too_large
    return content


def _text(content: bytes, file: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise file_error(file, "the text is stored as UTF-16", "save the file as UTF-8")
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise file_error(file, "this is not a text file (it holds a NUL byte)", "give a text file in TOML", line)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise file_error(file, "this is not text in UTF-8", "save the file as UTF-8", line) from None
    if not text.strip():
        raise file_error(file, "the file is empty", "start it with: schema_version = 1")
    return text.replace("\r\n", "\n")


def _parsed(text: str, file: str) -> dict[str, Any]:
    long_key = next((match for match in _DOTTED.finditer(text) if match["long"]), None)
    if long_key:
        raise _too_deep(file, text.count("\n", 0, long_key.start()) + 1)
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise _too_deep(file) from None
    except ValueError as error:
        raise _syntax_error(str(error), text, file) from None


def _syntax_error(message: str, text: str, file: str) -> Exception:
    where = _WHERE.search(message)
    line = None
    if where:
        line = int(where.group(1)) if where.group(1) else text.rstrip("\n").count("\n") + 1
        message = message[: where.start()]
    if "integer string conversion" in message:
        return file_error(file, "a number has thousands of digits", "write a number of at most 15 digits")
    remedy = next((remedy for words, remedy in _SYNTAX_REMEDIES if words in message), "write key = value")
    return file_error(file, f"this is not valid TOML: {shorten(message, 120)}", remedy, line)


def _too_deep(file: str, line: int | None = None) -> Exception:
    return file_error(
        file, f"tables or lists are nested deeper than {DEEPEST_NESTING}", "a scenario file needs three or four", line
    )


def _check_depth(data: dict[str, Any], file: str) -> None:
    """Without recursion: the nesting may be as deep as the file is long."""
    level: list[Any] = [data]
    for _ in range(DEEPEST_NESTING + 1):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
        if not level:
            return
    raise _too_deep(file)


def check_values(node: Any, path: KeyPath, findings: Findings) -> None:
    """Refuse numbers and texts that no field of any file may hold."""
    if isinstance(node, dict):
        for key, value in node.items():
            check_values(value, (*path, key), findings)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            check_values(value, (*path, index), findings)
    elif isinstance(node, float) and not math.isfinite(node):
        findings.add(path, f"{node} is not a number that can be used", "give an ordinary number")
    elif isinstance(node, int | float) and abs(node) > LARGEST_NUMBER:
        findings.add(path, "the number is larger than 10^15", "give a number of at most 15 digits")
    elif isinstance(node, str) and any((ord(c) < 32 and c not in "\n\t") or ord(c) == 127 for c in node):
        findings.add(path, f"the text {shorten(node)} holds a control character", f"remove it from {field_name(path)}")
