"""Whatever is in a file, it is accepted or refused with an explanation: bytes, mutations and values at random."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.inputs import InputError, load_future, load_place, load_strand, load_strategy
from tests.robustness.broken import FUTURE, PARTNERED, PLACE, STRAND, STRATEGY, THEORY, check


def accepted_or_explained(path: Path) -> None:
    """Anything but an explained refusal is a bug."""
    found = check(path)
    assert found.ok == (not found.problems)
    for problem in found.problems:
        assert problem.field and problem.problem and problem.remedy
        assert problem.line is None or problem.line >= 1
    for load in (load_place, load_strategy, load_strand, load_future):
        try:
            load(path)
        except InputError as error:
            readable = all(line.isprintable() for line in str(error).split("\n"))
            assert readable, str(error)


@settings(deadline=None, max_examples=60)
@given(contents=st.binary(max_size=300))
def test_any_bytes(contents: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(contents)
    accepted_or_explained(path)


#: Right files of every kind and section.
RIGHT = (PLACE, STRATEGY, STRATEGY + THEORY, STRAND, PARTNERED, FUTURE)
PIECES = (
    b'"', b"'", b"[", b"]", b"[[", b"]]", b"{", b"}", b"=", b".", b",", b"\n", b"#", b"-", b"\\", b"nan", b"inf",
    b"true",
    b"1e400", b'"""', b"'''", b"\x00", b"\xff", b"0", b"99999999999999999999", b"1979-05-27", b"[]", b"{}", b"schools",
)  # fmt: skip


@settings(deadline=None, max_examples=250)
@given(
    text=st.sampled_from(RIGHT),
    edits=st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 12), st.sampled_from(PIECES) | st.binary(max_size=4)),
        min_size=1,
        max_size=4,
    ),
)
def test_any_mutation(text: str, edits: list[tuple[int, int, bytes]], tmp_path_factory: pytest.TempPathFactory) -> None:
    contents = text.encode()
    for start, removed, added in edits:
        contents = contents[:start] + added + contents[start + removed :]
    path = tmp_path_factory.getbasetemp() / "mutated.toml"
    path.write_bytes(contents)
    accepted_or_explained(path)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def as_toml(value: object) -> str:
    """A value written as TOML; ``None`` as an empty list."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)} = {as_toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    return "[]" if value is None else quoted(value) if isinstance(value, str) else str(value)


def quoted(text: str) -> str:
    """Text in quotes with everything unusual escaped."""
    return '"' + "".join(c if c.isalnum() and c.isascii() else f"\\U{ord(c):08x}" for c in text) + '"'


LINES = [(text, number) for text in RIGHT for number, line in enumerate(text.splitlines()) if " = " in line]


@settings(deadline=None, max_examples=200)
@given(where=st.sampled_from(LINES), value=VALUES)
def test_any_value_for_any_key(where: tuple[str, int], value: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    text, number = where
    lines = text.splitlines()
    lines[number] = lines[number].split(" = ")[0] + " = " + as_toml(value)
    path = tmp_path_factory.getbasetemp() / "value.toml"
    path.write_text("\n".join(lines))
    accepted_or_explained(path)
