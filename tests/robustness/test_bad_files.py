"""Broken files of every sort: each gives file, line, field, what is wrong and what would be right."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sim.inputs import InputError, check_files, load_future, load_place, load_strand, load_strategy, packaged
from tests.robustness.broken import BAD, FUTURE, PARTNERED, PLACE, STRAND, STRATEGY, check


@pytest.mark.parametrize("name", BAD)
def test_says_what_is_wrong_and_what_would_be_right(name: str, tmp_path: Path) -> None:
    contents, line, field, problem, remedy = BAD[name]
    path = tmp_path / "bad.toml"
    path.write_bytes(contents)
    found = check(path)
    assert not found.ok and found.record is None
    first = found.problems[0]
    assert (first.file, first.line, first.field) == (str(path), line, field), str(first)
    assert problem in first.problem
    assert remedy in first.remedy
    for said in found.problems:
        assert said.problem and said.remedy and "\n" not in str(said)
        assert str(said).isprintable()
        assert "pydantic" not in str(said) and "http" not in str(said)
        assert len(said.problem) < 300


@pytest.mark.parametrize(
    "text",
    [PLACE, STRATEGY, STRAND, PARTNERED, FUTURE],
    ids=["place", "strategy", "strand", "partnered", "future"],
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_the_unbroken_files_are_right(text: str, mark: bytes, tmp_path: Path) -> None:
    path = tmp_path / "good.toml"
    path.write_bytes(mark + text.replace("\n", "\r\n").encode())
    found = check(path)
    assert found.ok, found.problems
    assert found.record is not None and found.record.id in text


def test_files_that_are_none(tmp_path: Path) -> None:
    locked = tmp_path / "locked.toml"
    locked.write_text(PLACE)
    locked.chmod(0)
    expected = {
        tmp_path: "a folder",
        tmp_path / "gone.toml": "no such file",
        tmp_path / ("x" * 300 + ".toml"): "cannot be opened",
        tmp_path / "a\0b.toml": "cannot be opened",
    }
    if os.geteuid() != 0:
        expected[locked] = "may not be read"
    for path, words in expected.items():
        found = check(path)
        assert not found.ok and words in found.problems[0].problem
        assert "\0" not in str(found.problems[0])


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    assert "not an ordinary file" in check(tmp_path / "pipe.toml").problems[0].problem


def test_files_that_extend_each_other(tmp_path: Path) -> None:
    for own, other in (("a", "b"), ("b", "c"), ("c", "a")):
        (tmp_path / f"{own}.toml").write_text(
            f'schema_version = 1\nkind = "place"\nextends = "{other}.toml"\nid = "{own}"'
        )
    (problem,) = check(tmp_path / "a.toml").problems
    assert (problem.file, problem.line, problem.field) == (str(tmp_path / "c.toml"), 3, "extends")
    assert "in a circle" in problem.problem


def test_a_base_that_stands_elsewhere_through_a_link(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.toml").write_text(PLACE)
    (inside / "link.toml").symlink_to(tmp_path / "secret.toml")
    (inside / "mine.toml").write_text('schema_version = 1\nkind = "place"\nextends = "link.toml"\nid = "mine"')
    assert "leads out" in check(inside / "mine.toml").problems[0].problem


def test_a_mistake_in_the_base_is_shown_in_the_base(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_bytes(BAD["negative places"][0])
    (tmp_path / "mine.toml").write_text('\nschema_version = 1\nextends = "base.toml"\nid = "mine"\nkind = "place"')
    (problem,) = check(tmp_path / "mine.toml").problems
    assert (problem.file, problem.line) == (str(tmp_path / "base.toml"), 13)


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(STRATEGY)
    for load in (load_place, load_strand):
        with pytest.raises(InputError, match="this is a strategy file"):
            load(path)
    (tmp_path / "mine.toml").write_text('schema_version = 1\nextends = "plan.toml"\nid = "mine"\nkind = "place"')
    assert "a place cannot extend a strategy" in check(tmp_path / "mine.toml").problems[0].problem


@pytest.mark.parametrize("load", [load_place, load_strategy, load_strand, load_future])
def test_unknown_ids(load: object) -> None:
    for ref in ("no_such_thing", "", "a\x1b[31mb", "walls end", "x" * 1000, "..", "~"):
        with pytest.raises(InputError) as caught:
            load(ref)  # type: ignore[operator]
        assert "\x1b" not in str(caught.value)


def test_every_mistake_is_listed_but_not_a_thousand(tmp_path: Path) -> None:
    path = tmp_path / "many.toml"
    path.write_text(PLACE.replace("420", "-1").replace("1500", "true") + "\n[extra]\n")
    assert [problem.line for problem in check(path).problems] == [6, 13, 15]
    path.write_text("\n".join(f"x{number} = 1" for number in range(3000)) + "\n" + STRATEGY)
    found = check(path).problems
    assert len(found) <= 51 and "more problems" in found[-1].problem


def test_two_problems_make_two_readable_lines() -> None:
    with pytest.raises(InputError) as caught:
        load_place("wallsned")
    assert str(caught.value) == (
        'wallsned: place: there is no place with the id "wallsned"; did you mean "wallsend"? '
        "(a file of your own is named with .toml at the end)"
    )


def test_the_packaged_library_is_right() -> None:
    library = packaged()
    for kind in ("place", "strategy", "strand", "future"):
        paths = library.known(kind)
        assert len(paths) > 5
        for found, name in zip(check_files(paths.values()), paths, strict=True):
            assert found.ok, found.problems
            assert found.kind == kind
            assert found.record is not None and found.record.id == name
