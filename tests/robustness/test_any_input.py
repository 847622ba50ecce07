"""Whatever is in a file, it is accepted or refused with an explanation: bytes, mutations and values at random."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.inputs import InputError, load_future, load_place, load_strand, load_strategy, load_study, load_workshop
from tests.robustness.broken import FUTURE, PARTNERED, PLACE, STRAND, STRATEGY, THEORY, check
from tests.robustness.mutations import OTHER_VALUES, SAME_EACH_TIME, TRIES, Mutation
from tests.robustness.test_bad_studies import GOOD as STUDY
from tests.robustness.test_bad_workshops import GOOD as WORKSHOP


def accepted_or_explained(path: Path) -> None:
    """Anything but an explained refusal is a bug."""
    found = check(path)
    assert found.ok == (not found.problems)
    for problem in found.problems:
        assert problem.field and problem.problem and problem.remedy
        assert problem.line is None or problem.line >= 1
    for load in (load_place, load_strategy, load_strand, load_future, load_study, load_workshop):
        try:
            load(path)
        except InputError as error:
            readable = all(line.isprintable() for line in str(error).split("\n"))
            assert readable, str(error)


@settings(deadline=None, max_examples=max(TRIES, 60))
@given(contents=st.binary(max_size=300))
def test_any_bytes(contents: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(contents)
    accepted_or_explained(path)


#: Right files of every kind and section.
RIGHT = (PLACE, STRATEGY, STRATEGY + THEORY, STRAND, PARTNERED, FUTURE, STUDY, WORKSHOP)
PIECES = (
    b'"', b"'", b"[", b"]", b"[[", b"]]", b"{", b"}", b"=", b".", b",", b"\n", b"#", b"-", b"\\", b"nan", b"inf",
    b"true",
    b"1e400", b'"""', b"'''", b"\x00", b"\xff", b"0", b"99999999999999999999", b"1979-05-27", b"[]", b"{}", b"schools",
)  # fmt: skip


@settings(deadline=None, max_examples=max(TRIES, 250))
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


@settings(deadline=None, max_examples=max(TRIES, 200))
@given(where=st.sampled_from(LINES), value=VALUES)
def test_any_value_for_any_key(where: tuple[str, int], value: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    text, number = where
    lines = text.splitlines()
    lines[number] = lines[number].split(" = ")[0] + " = " + as_toml(value)
    path = tmp_path_factory.getbasetemp() / "value.toml"
    path.write_text("\n".join(lines))
    accepted_or_explained(path)


# --- what comes to the browser ----------------------------------------------------------------------------------


@settings(deadline=None, max_examples=2 * TRIES, derandomize=SAME_EACH_TIME)
@given(mutation=OTHER_VALUES, own_place=st.booleans())
def test_any_link_is_opened_as_far_as_it_goes(mutation: Mutation, own_place: bool) -> None:
    from sim.ui import links

    right = links.to_query(links.Choice(), {}).query if own_place else ""
    part = links.place_text(load_place("pembury")) if own_place else links.strategy_text(load_strategy("early_start"))
    content = links.unpack(part[1:]) if part.startswith("~") else {"set": _plain(load_strategy("early_start"))}
    try:
        changed = json.loads(mutation(json.dumps(content).encode()))
        packed = links.pack(changed)
    except (ValueError, UnicodeEncodeError):
        return
    found = links.from_query(f"{right}&p=~{packed}" if own_place else f"s=~{packed}")
    assert found.choice.strategies and all(message.isprintable() for message in found.messages)
    links.to_query(found.choice, found.own)


def _plain(record: object) -> dict[str, object]:
    return dict(record.model_dump(mode="json", exclude_defaults=True))  # type: ignore[attr-defined]


@settings(deadline=None, max_examples=TRIES, derandomize=SAME_EACH_TIME)
@given(text=st.sampled_from(RIGHT), edit=st.tuples(st.integers(0, 400), st.integers(0, 12), st.binary(max_size=4)),
       name=st.text(max_size=20), whole=st.booleans())  # fmt: skip
def test_any_upload_is_checked_and_forgotten(text: str, edit: tuple[int, int, bytes], name: str, whole: bool) -> None:
    from sim.ui.uploads import checked_upload

    at, out, added = edit
    content = base64.b64encode(text.encode()[:at] + added + text.encode()[at + out :]).decode()
    found = checked_upload(name, content if whole else content[:-3])
    assert found.ok == (not found.problems)
    for problem in found.problems:
        assert str(problem).isprintable() and "zonesim-upload" not in str(problem) and "upload.toml" not in str(problem)
