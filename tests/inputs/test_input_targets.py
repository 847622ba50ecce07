"""Target files: what is read, what is filled in, and what packaged files promise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.inputs import InputError, check_files
from sim.inputs.targets import UNIT_SCALES, load_targets, target_files

TARGET: dict[str, Any] = {
    "id": '"gld_all"', "name": '"Good level of development"', "domain": '"education"', "value": "68.3",
    "unit": '"percent"', "se": "0.7", "tolerance_basis": '"census"', "year": "2025", "role": '"calibrate"',
    "source": '"DfE"',
}  # fmt: skip


def text(**keys: str | None) -> str:
    """One target as TOML; ``None`` takes a key out."""
    lines = (f"{key} = {value}" for key, value in (TARGET | keys).items() if value is not None)
    return "\n".join(("[[target]]", *lines, ""))


def load(tmp_path: Path, *targets: str) -> Any:
    path = tmp_path / "mine.toml"
    path.write_text("\n".join(targets), encoding="utf-8")
    return load_targets(path)


def refused(tmp_path: Path, *targets: str) -> list[tuple[int | None, str, str, str]]:
    with pytest.raises(InputError) as caught:
        load(tmp_path, *targets)
    return [(p.line, p.field, p.problem, p.remedy) for p in caught.value.problems]


def test_what_a_target_says_and_what_goes_without_saying(tmp_path: Path) -> None:
    (one,) = load(tmp_path, text(measure='"gld"'))
    assert (one.id, one.value, one.se, one.year, one.role) == ("gld_all", 68.3, 0.7, 2025, "calibrate")
    assert (one.statistic, one.place, one.group, one.age_years, one.note) == ("mean", "england", "all", (0, 120), "")
    assert one.file.endswith("mine.toml")


def test_with_is_a_key_though_a_word_of_python(tmp_path: Path) -> None:
    (one,) = load(tmp_path, text(measure='"score_16"', statistic='"correlation"', **{"with": '"score_11"'}))
    assert one.with_ == "score_11"


@pytest.mark.parametrize("unit", [*UNIT_SCALES, "points"])
def test_the_factor_follows_the_unit_unless_it_is_given(unit: str, tmp_path: Path) -> None:
    (one,) = load(tmp_path, text(unit=f'"{unit}"'))
    assert one.factor == UNIT_SCALES.get(unit, 1.0)
    (own,) = load(tmp_path, text(unit=f'"{unit}"', measure='"gld"', scale="12.5"))
    assert own.factor == 12.5


def test_a_target_knows_its_lines(tmp_path: Path) -> None:
    targets = load(tmp_path, text(), text(id='"second"', measure='"gld"'))
    assert targets[1].problem("se", "p", "r").line == 19
    assert targets[1].problem("of", "p", "r").line == 13, "a key that is not there is at its target"
    assert targets[1].problem("of", "p", "r").field == "second.of"


def test_an_id_stands_once(tmp_path: Path) -> None:
    ((line, field, problem, remedy),) = refused(tmp_path, text(), text())
    assert (line, field) == (14, "gld_all.id")
    assert "twice" in problem
    assert "its own" in remedy


def test_a_heading_is_allowed_and_checked(tmp_path: Path) -> None:
    assert len(load(tmp_path, 'schema_version = 1\nkind = "targets"\n', text())) == 1
    ((line, field, *_),) = refused(tmp_path, "schema_version = 2\n", text())
    assert (line, field) == (1, "schema_version")


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    found = refused(tmp_path, text(se="-1"), text(id='"second"', role='"fit"'))
    assert [(line, field) for line, field, *_ in found] == [(7, "target[1] gld_all.se"), (22, "target[2] second.role")]


def test_check_recognises_a_target_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text(measure='"gld"') + text(id='"b"', input='"a cell"') + text(id='"c"'), encoding="utf-8")
    (found,) = check_files([path])
    assert (found.kind, found.ok, found.problems) == ("targets", True, ())
    assert isinstance(found.record, tuple)
    assert [one.id for one in found.record] == ["gld_all", "b", "c"]


@pytest.mark.parametrize("path", target_files(), ids=lambda path: path.stem)
def test_packaged_target_files_are_right(path: Path) -> None:
    assert load_targets(path)


def test_packaged_ids_stand_once_in_all_files() -> None:
    ids = [one.id for one in load_targets()]
    assert len(ids) == len(set(ids))


def test_a_strand_with_a_target_is_no_target_file(tmp_path: Path) -> None:
    path = tmp_path / "strand.toml"
    path.write_text('schema_version = 1\nid = "mine"\nextends = "neli"\ntarget = "everybody"\n', encoding="utf-8")
    (found,) = check_files([path])
    assert found.kind == "strand"
