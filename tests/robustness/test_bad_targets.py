"""Broken target files: line, target, field, what is wrong, what would be right; never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.cli import main
from sim.inputs import InputError
from sim.inputs.reading import LARGEST_FILE_BYTES
from sim.inputs.targets import load_targets
from tests.robustness.broken import check

TARGET = """[[target]]
id = "gld_all"
name = "Good level of development"
domain = "education"
value = 68.3
unit = "percent"
se = 0.7
tolerance_basis = "census"
age_years = [5, 5]
year = 2025
role = "calibrate"
source = "DfE"
measure = "gld"
"""

HERE = "target[1] gld_all"
#: Name -> what is changed, into what, then line, field, problem and remedy.
BAD: dict[str, tuple[str, str, int | None, str, str, str]] = {
    "no id": ('id = "gld_all"\n', "", 1, "target[1].id", "is missing", "add id"),
    "no value": ("value = 68.3\n", "", 1, f"{HERE}.value", "is missing", "a number"),
    "no se": ("se = 0.7\n", "", 1, f"{HERE}.se", "is missing", "above 0"),
    "no role": ('role = "calibrate"\n', "", 1, f"{HERE}.role", "is missing", '"validate"'),
    "no source": ('source = "DfE"\n', "", 1, f"{HERE}.source", "is missing", "text"),
    "an empty source": ('"DfE"', '""', 12, f"{HERE}.source", "text", "text"),
    "a text for the value": ("68.3", '"68.3"', 5, f"{HERE}.value", "is text", "a number"),
    "true for the value": ("68.3", "true", 5, f"{HERE}.value", "true or false", "a number"),
    "nan": ("68.3", "nan", 5, "target[1].value", "nan", "number"),
    "infinity": ("0.7", "inf", 7, "target[1].se", "inf", "number"),
    "a number beyond all use": ("68.3", "1e40", 5, "target[1].value", "larger than 10^15", "number"),
    "a negative se": ("0.7", "-0.7", 7, f"{HERE}.se", "-0.7 is out of range", "above 0"),
    "an se of 0": ("0.7", "0", 7, f"{HERE}.se", "0 is out of range", "above 0"),
    "no such role": ('"calibrate"', '"fit"', 11, f"{HERE}.role", "not one of the choices", '"calibrate"'),
    "a number for the id": ('"gld_all"', "7", 2, "target[1].id", "a whole number", "an id"),
    "an id with a space": ('"gld_all"', '"gld all"', 2, "target[1] gld all.id", "cannot be an id", "an id"),
    "one age": ("[5, 5]", "[5]", 9, f"{HERE}.age_years", "1 entries", "2 entries"),
    "an age for ages": ("[5, 5]", "5", 9, f"{HERE}.age_years", "5 is a whole number", "2 entries"),
    "half an age": ("[5, 5]", "[5, 5.5]", 9, f"{HERE}.age_years[2]", "5.5", "a whole number"),
    "ages turned round": ("[5, 5]", "[11, 5]", 9, f"{HERE}.age_years", "from 11 down to 5", "lower age first"),
    "a year of text": ("2025", '"2024/25"', 10, f"{HERE}.year", "is text", "a whole number"),
    "an unknown key": ("year = 2025", "year = 2025\nmeassure = 1", 11, f"{HERE}.meassure", "unknown key", '"measure"'),
    "an unknown measure": ('"gld"', '"gdl"', 13, f"{HERE}.measure", 'no measure "gdl"', '"gld"'),
    "a measure and an input": (
        'measure = "gld"', 'measure = "gld"\ninput = "x"', 14, f"{HERE}.input", "input exclude", "keep measure",
    ),
    "a measure and a reason": (
        'measure = "gld"', 'reason = "x"\nmeasure = "gld"', 13, f"{HERE}.reason", "exclude each other", "keep measure",
    ),
    "an input and a reason": (
        'measure = "gld"', 'input = "x"\nreason = "x"', 14, f"{HERE}.reason", "input and reason exclude", "keep",
    ),
    "a statistic of nothing": (
        'measure = "gld"', 'statistic = "sd"', 13, f"{HERE}.statistic", "there is none", "add measure",
    ),
    "no such statistic": (
        'measure = "gld"', 'measure = "gld"\nstatistic = "median"', 14, f"{HERE}.statistic", "not one of the choices",
        '"quantile"',
    ),
    "a gap of one group": (
        'measure = "gld"', 'measure = "gld"\nstatistic = "gap"', 14, f"{HERE}.statistic", "compares two groups",
        "add against",
    ),
    "a mean of two groups": (
        'measure = "gld"', 'measure = "gld"\nagainst = "fsm"', 14, f"{HERE}.against", "of one group", "statistic",
    ),
    "a correlation with nothing": (
        'measure = "gld"', 'measure = "gld"\nstatistic = "correlation"', 14, f"{HERE}.statistic", "second", "with",
    ),
    "a mean with something": (
        'measure = "gld"', 'measure = "gld"\nwith = "fsm"', 14, f"{HERE}.with", "of one measure", "leave with out",
    ),
    "a ratio of both sorts": (
        'measure = "gld"', 'measure = "gld"\nstatistic = "ratio"\nwith = "fsm"\nagainst = "boys"', 15, f"{HERE}.with",
        "two ways", "keep one",
    ),
    "a quantile without one": (
        'measure = "gld"', 'measure = "gld"\nstatistic = "quantile"', 1, f"{HERE}.quantile", "missing", "= 0.1",
    ),
    "a quantile of 50": (
        'measure = "gld"', 'measure = "gld"\nstatistic = "quantile"\nquantile = 50', 15, f"{HERE}.quantile", "50",
        "a number above 0",
    ),
    "a quantile of a mean": (
        'measure = "gld"', 'measure = "gld"\nquantile = 0.5', 14, f"{HERE}.quantile", "not a quantile", "together",
    ),
    "a group that is none": (
        'measure = "gld"', 'measure = "gld"\nof = "girls+fms"', 14, f"{HERE}.of", 'no group "fms"', '"fsm"',
    ),
    "measures of different people": (
        'measure = "gld"', 'measure = "gld"\nstatistic = "correlation"\nwith = "lone_parent"', 15, f"{HERE}.with",
        "of households", "same people",
    ),
    "progress in one place": (
        'measure = "gld"', 'measure = "gld"\nstatistic = "progress"\nwith = "score_5"\nplace = "decile:1"', 16,
        f"{HERE}.place", "national mean", "england",
    ),
    "a place that is no key": (
        'measure = "gld"', 'measure = "gld"\nplace = "Hackney"', 14, f"{HERE}.place", "Hackney", "la:hackney",
    ),
    "a decile of 11": (
        'measure = "gld"', 'measure = "gld"\nplace = "decile:11"', 14, f"{HERE}.place", "decile:11", "decile:1",
    ),
    "one table": ("[[target]]", "[target]", 1, "target", "not a list of tables", "[[target]]"),
    "targets in the plural": ("[[target]]", "[[targets]]", None, "file", "no target in it", "[[target]]"),
    "a table beside": ("[[target]]", "[author]\nname = 1\n[[target]]", 1, "author", "unknown key", "target"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_says_what_is_wrong_and_what_would_be_right(name: str, tmp_path: Path) -> None:
    old, new, line, field, problem, remedy = BAD[name]
    assert TARGET.count(old) == 1
    path = tmp_path / "bad.toml"
    path.write_text(TARGET.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_targets(path)
    first = caught.value.problems[0]
    assert (first.file, first.line, first.field) == (str(path), line, field), str(first)
    assert problem in first.problem
    assert remedy in first.remedy
    found = check(path)
    assert (found.kind, found.ok, found.record) == ("targets", False, None) or "number" in remedy
    for said in caught.value.problems:
        assert said.problem
        assert said.remedy
        assert "\n" not in str(said)
        assert str(said).isprintable()
        assert "pydantic" not in str(said)


def test_the_unbroken_file_is_right(tmp_path: Path) -> None:
    path = tmp_path / "good.toml"
    path.write_bytes(b"\xef\xbb\xbf" + TARGET.replace("\n", "\r\n").encode())
    assert check(path).ok


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        (b"", "empty"),
        (b"[[target]\n", "not valid TOML"),
        (b"\0\1\2", "not a text file"),
        (b"\xff\xfe[", "UTF-16"),
        (b'id = "\xe9"\n', "UTF-8"),
        (TARGET.encode() + b"#" * LARGEST_FILE_BYTES, "larger than 2 MB"),
        (b"target = []\n", "0 entries"),
        (b"target = [3]\n", "3 is a whole number"),
    ],
)
def test_what_is_no_target_file_at_all(contents: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(contents)
    with pytest.raises(InputError, match=words):
        load_targets(path)


@pytest.mark.parametrize("path", ["gone.toml", ".", "a\0b.toml"])
def test_files_that_are_none(path: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        load_targets(tmp_path / path)


def test_a_file_of_very_many_mistakes_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("".join(TARGET.replace('"gld_all"', f'"t{n}"').replace("0.7", "-1") for n in range(400)))
    with pytest.raises(InputError) as caught:
        load_targets(path)
    assert len(caught.value.problems) == 51
    assert "more problems" in caught.value.problems[-1].problem


def test_the_command_says_it_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(TARGET.replace("0.7", "-0.7"), encoding="utf-8")
    assert main(["validate", "--targets", str(path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "line 7 (target[1] gld_all.se): -0.7 is out of range" in captured.err
    assert "Traceback" not in captured.err
