"""Workshop files that are wrong: each gives the line, what is wrong and what would be right."""

from __future__ import annotations

import tomllib
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from sim.inputs import InputError, known, list_ids, load_workshop
from sim.inputs.schemas import file_schema
from tests.robustness.broken import check

GOOD = """\
schema_version = 1
id = "mine"
name = "Mine"
[setting]
place = "pembury"
strategy = "early_start"
years = 3
[[menu]]
strand = "neli"
[[quantities]]
id = "reached"
text = "How many more?"
indicator = "families_in_need_reached"
year = 3
low = -10
high = 50
[[rounds]]
id = "guess"
kind = "predict"
name = "Guess"
minutes = 5
quantity = "reached"
[[rounds]]
id = "run"
kind = "run"
name = "Run"
minutes = 5
[[rounds]]
id = "score"
kind = "score"
name = "Score"
minutes = 5
show = ["same_luck"]
[[rounds]]
id = "shock"
kind = "shock"
name = "Shock"
minutes = 5
future = "recession"
"""
#: What is changed in the good file -> (line, field, part of the problem, part of the remedy).
BAD: dict[tuple[str, str], tuple[int | None, str, str, str]] = {
    ('"neli"', '"nelly"'): (9, "menu[1].strand", "no strand", "neli"),
    ('strand = "neli"', 'strand = "neli"\n[[menu]]\nstrand = "neli"'): (11, "menu[2].strand", "twice", "once"),
    ("[[menu]]", "[[menu]]\nreach = 1.5"): (9, "menu[1].reach", "out of range", "1"),
    ("families_in_need_reached", "families_in_need"): (13, "quantities[1].indicator", "no indicator", "families_in_"),
    ("\nyear = 3", '\nyear = 3\ngroup = "cats"'): (15, "quantities[1].group", "no group", "girls"),
    ("\nyear = 3", "\nyear = 4"): (14, "quantities[1].year", "end after Year 3", "years"),
    ("low = -10", "low = 60"): (15, "quantities[1].low", "empty", "exchange"),
    ('quantity = "reached"\n', ""): (None, "rounds[1].quantity", "what is to be predicted", "quantities"),
    ('quantity = "reached"', 'quantity = "richt"'): (22, "rounds[1].quantity", "no quantity", "reached"),
    ('kind = "run"', 'kind = "task"'): (30, "rounds[3].kind", "nothing to score", "run"),
    ('kind = "run"', 'kind = "walk"'): (25, "rounds[2].kind", "not one of the choices", "debrief"),
    ('id = "run"', 'id = "guess"'): (24, "rounds[2].id", "twice", "its own"),
    ('future = "recession"\n', ""): (None, "rounds[4].future", "what happens", "list futures"),
    ("minutes = 5\nfuture", "minutes = 0\nfuture"): (38, "rounds[4].minutes", "out of range", "above 0"),
    ('"same_luck"', '"same_lucks"'): (33, "rounds[3].show[1]", "not one of the choices", "dashboard"),
    ('"pembury"', '"../pembury.toml"'): (5, "setting.place", "leads out", "beside"),
    ("[setting]", "[setting]\nboard = 'cost'"): (5, "setting.board", "no quantity", "reached"),
    ("[setting]", "[setting]\nmony_gbp = 5"): (5, "setting.mony_gbp", "unknown key", "money_gbp"),
}


def test_the_good_file_is_good(tmp_path: Path):
    (tmp_path / "mine.toml").write_text(GOOD)
    found = check(tmp_path / "mine.toml")
    assert found.ok and found.kind == "workshop", found.problems


@pytest.mark.parametrize("change", BAD, ids=lambda change: change[1][:30])
def test_says_what_is_wrong_and_what_would_be_right(change: tuple[str, str], tmp_path: Path):
    assert change[0] in GOOD
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace(*change, 1))
    line, field, problem, remedy = BAD[change]
    first = check(path).problems[0]
    assert (first.field, problem in first.problem, remedy in first.remedy) == (field, True, True), str(first)
    assert line is None or first.line == line


def test_what_it_names_is_checked_by_its_own_rules(tmp_path: Path):
    (tmp_path / "mine.toml").write_text(GOOD.replace('"pembury"', '"pembry"'))
    with pytest.raises(InputError, match="pembury"):
        load_workshop(tmp_path / "mine.toml")


@pytest.mark.parametrize("name", list_ids("workshop"))
def test_packaged_workshops_load_and_fit_their_schema(name: str):
    workshop = load_workshop(name)
    assert workshop.id == name and workshop.minutes > 0
    assert workshop.file.setting.strategy in workshop.strategies
    data = tomllib.loads(known("workshop")[name].read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(file_schema("workshop")).validate(data)
