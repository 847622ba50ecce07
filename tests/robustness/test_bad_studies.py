"""Study files that are wrong: each gives the line, what is wrong and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.inputs import InputError, list_ids, load_study
from tests.robustness.broken import check

GOOD = """\
schema_version = 1
id = "mine"
[study]
name = "Mine"
strategies = ["schools_only"]
places = ["pembury"]
outcomes = ["gld"]
[design]
kind = "latin_hypercube"
points = 4
[[vary]]
name = "effects.size"
low = 0.5
high = 1.5
"""
#: What is changed in the good file -> (line, field, part of the problem, part of the remedy).
BAD: dict[tuple[str, str], tuple[int | None, str, str, str]] = {
    ('"gld"', '"gdl"'): (7, "study.outcomes[1]", "no outcome 'gdl'", "'gld'"),
    ('"gld"', '"gld:all:11"'): (7, "study.outcomes[1]", "year must be from 1 to 10", "gld:all:10"),
    ('"gld"', '"gld:cats"'): (7, "study.outcomes[1]", "no such group", "disadvantaged"),
    ('["gld"]', '["gld", "gld"]'): (7, "study.outcomes[2]", "stands twice", "once"),
    ('["pembury"]', "[]"): (6, "study.places", "list", "list"),
    ('["pembury"]', '["pembury", "pembury"]'): (6, "study.places[2]", "stands twice", "once"),
    ('["pembury"]', '["../pembury.toml"]'): (6, "study.places[1]", "leads out", "beside"),
    ('["pembury"]', '["/etc/pembury.toml"]'): (6, "study.places[1]", "leads out", "beside"),
    ("effects.size", "effects.sise"): (12, "vary[1].name", "none of the strands", "known strands"),
    ("effects.size", "efects.size"): (12, "vary[1].name", "nothing called", "effects.size"),
    ("effects.size", "trust.drift_rat"): (12, "vary[1].name", "none of the parameters", "trust.drift_rate"),
    ("effects.size", "strategy.strands.neli.speed"): (12, "vary[1].name", "none of the", "known"),
    ("effects.size", "mechanism.gravity"): (12, "vary[1].name", "none of the mechanisms", "churn"),
    ("effects.size", "mechanism.churn"): (12, "vary[1].name", "outside the range", "0 to 1"),
    ("effects.size", "place.children"): (12, "vary[1].name", "cells of a place", "known"),
    ("high = 1.5", "high = 4"): (12, "vary[1].name", "4 is outside", "from 0 to 3"),
    ("high = 1.5", "high = 0.5"): (13, "vary[1].low", "below high", "exchange"),
    ("high = 1.5", ""): (11, "vary[1]", "no range", "values"),
    ("high = 1.5", "values = [1.0]"): (11, "vary[1]", "no range", "values"),
    ('"latin_hypercube"\npoints = 4', '"sobol"\npoints = 5'): (10, "design.points", "power of 2", "4 or points = 8"),
    ('"latin_hypercube"\npoints = 4', '"grid"'): (None, "design.points", "two levels", "points = 5"),
    ("points = 4", "points = 2000000"): (10, "design.points", "out of range", "1,000,000"),
    ("points = 4", "pionts = 4"): (10, "design.pionts", "unknown key", "points"),
    ("points = 4", 'rows = "points.csv"'): (10, "design.rows", "makes its own points", "rows"),
    ('"latin_hypercube"', '"rows"'): (8, "design", "needs a file of rows", "points.csv"),
    ('"latin_hypercube"', '"lhs"'): (9, "design.kind", "not one of the choices", "latin_hypercube"),
    ("[study]", '[study]\nwithout = ["gravity"]'): (4, "study.without[1]", "no mechanism", "churn"),
    ("[study]", "[study]\nreplications = 0"): (4, "study.replications", "out of range", "1"),
}


def test_the_good_file_is_good(tmp_path: Path):
    (tmp_path / "mine.toml").write_text(GOOD)
    found = check(tmp_path / "mine.toml")
    assert found.ok and found.kind == "study", found.problems


@pytest.mark.parametrize("change", BAD, ids=lambda change: change[1][:30])
def test_says_what_is_wrong_and_what_would_be_right(change: tuple[str, str], tmp_path: Path):
    assert change[0] in GOOD
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace(*change))
    line, field, problem, remedy = BAD[change]
    first = check(path).problems[0]
    assert (first.field, problem in first.problem, remedy in first.remedy) == (field, True, True), str(first)
    assert line is None or first.line == line


def test_names_of_the_library_are_checked_by_their_own_rules(tmp_path: Path):
    (tmp_path / "mine.toml").write_text(GOOD.replace("pembury", "pembry"))
    (problem,) = check(tmp_path / "mine.toml").problems
    assert "pembry" in problem.problem and "pembury" in problem.remedy


ROWS = GOOD.replace("latin_hypercube", "rows").replace("points = 4", 'rows = "points.csv"')
ROWS = ROWS[: ROWS.index("[[vary]]")]


def test_rows_of_a_csv(tmp_path: Path):
    (tmp_path / "mine.toml").write_text(ROWS)
    (tmp_path / "points.csv").write_text("\ufeffeffects.size, trust.drift_rate\n0.5,0.01\r\n1.5,0.02\n\n")
    study = load_study(tmp_path / "mine.toml")
    assert study.design.rows == ((0.5, 0.01), (1.5, 0.02))
    assert [entry.name for entry in study.vary] == ["effects.size", "trust.drift_rate"]
    assert study.vary[0].values == (0.5, 1.5)


@pytest.mark.parametrize(
    "text",
    ["", "effects.size\n", "effects.size\nabc\n", "effects.size\n1,2\n", "effects.size\nnan\n", "effects.size\n9\n",
     "effects.size,effects.size\n1,1\n", "nothing\n1\n"],
)  # fmt: skip
def test_rows_that_are_none(text: str, tmp_path: Path):
    (tmp_path / "mine.toml").write_text(ROWS)
    (tmp_path / "points.csv").write_text(text)
    with pytest.raises(InputError):
        load_study(tmp_path / "mine.toml")


def test_the_packaged_studies_are_right():
    assert {load_study(name).id for name in list_ids("study")} == set(list_ids("study"))
