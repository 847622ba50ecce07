"""Every key of a TOML file has its line."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from sim.inputs import packaged, read_toml
from sim.inputs.lines import KeyPath, scan_lines

TEXT = '''# a remark with = and [brackets]
top = 1
"quoted key" = 2          # line 3
'single.quoted' = 3
a.b.c = 4
a . d = 5
when = 1979-05-27 07:32:00
half = 0.5

[table]
text = """
first [x]
y = "not a key" \\"""
"""                       # ends on line 14
raw = \'\'\'
z = 1\'\'\'\'
after = true

[ table . "in ner" ]
list = [
  1, # one
  [2, 3],

  {x = "}", y = [4,
  5]},
]
next = {p = {q = 1}, r.s = 2}

[[many]]
name = "first"
  [[many.inner]]
  n = 1
  [[many.inner]]
  n = 2
  [many.inner.deep]
  k = 1
[[many]]
name = "second"
[many.inner]
n = "\\u0041 # no remark"
["\\u0061b"]
last = []'''

LINES: dict[KeyPath, int] = {
    ("top",): 2,
    ("quoted key",): 3,
    ("single.quoted",): 4,
    ("a", "b", "c"): 5,
    ("a", "d"): 6,
    ("when",): 7,
    ("half",): 8,
    ("table",): 10,
    ("table", "text"): 11,
    ("table", "raw"): 15,
    ("table", "after"): 17,
    ("table", "in ner"): 19,
    ("table", "in ner", "list", 0): 21,
    ("table", "in ner", "list", 1, 1): 22,
    ("table", "in ner", "list", 2, "x"): 24,
    ("table", "in ner", "list", 2, "y", 1): 25,
    ("table", "in ner", "next"): 27,
    ("table", "in ner", "next", "p", "q"): 27,
    ("table", "in ner", "next", "r", "s"): 27,
    ("many",): 29,
    ("many", 0): 29,
    ("many", 0, "inner", 0): 31,
    ("many", 0, "inner", 1): 33,
    ("many", 0, "inner", 1, "n"): 34,
    ("many", 0, "inner", 1, "deep", "k"): 36,
    ("many", 1): 37,
    ("many", 1, "inner"): 39,
    ("many", 1, "inner", "n"): 40,
    ("ab", "last"): 42,
}


def paths(node: Any, path: KeyPath = ()) -> list[KeyPath]:
    """Every path of parsed TOML."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [found for key, value in children for found in ((*path, key), *paths(value, (*path, key)))]


@pytest.mark.parametrize("path", LINES, ids=str)
def test_line_of_each_sort_of_key(path: KeyPath) -> None:
    assert scan_lines("it.toml", TEXT).at(path) == ("it.toml", LINES[path])


def test_no_key_is_without_a_line() -> None:
    assert set(paths(tomllib.loads(TEXT))) == set(scan_lines("", TEXT).entries)


def test_no_key_of_the_library_is_without_its_line() -> None:
    for kind in ("place", "strategy", "strand"):
        for file in packaged().known(kind).values():
            data, lines = read_toml(file)
            text = file.read_text(encoding="utf-8").splitlines()
            assert set(paths(data)) == set(lines.entries)
            for path, (_, line) in lines.entries.items():
                names = [part for part in path if isinstance(part, str)]
                if isinstance(path[-1], str):
                    assert names[-1] in text[line - 1]


def test_a_missing_key_is_shown_at_its_table() -> None:
    lines = scan_lines("it.toml", TEXT)
    assert lines.at(("many", 1, "inner", "missing")) == ("it.toml", 39)
    assert lines.at(("missing",)) == ("it.toml", None)


def test_windows_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "dos.toml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    data, lines = read_toml(path)
    assert data["top"] == 1
    assert {key: lines.at(key)[1] for key in LINES} == LINES
