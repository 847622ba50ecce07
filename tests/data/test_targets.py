"""Targets, marks and the places they belong to: complete, unaltered, and honest about what went into the model."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sim.inputs import load_place
from sim.outcomes.groups import MEMBERSHIPS
from sim.outcomes.measures import MEASURES

ROOT = Path(__file__).parents[2]
CALIBRATION = ROOT / "calibration"
TARGET_FILES = sorted((CALIBRATION / "targets").glob("*.toml"))
PLACE_FILES = sorted((CALIBRATION / "places").glob("*.toml"))

#: What was published; ``area_sd`` is known for some.
PUBLISHED = (
    "id", "name", "domain", "value", "unit", "se", "tolerance_basis", "group", "age_years", "year", "role", "source",
    "address", "retrieved", "derived",
)  # fmt: skip
ANSWERS = ("measure", "input", "reason")
WITH_MEASURE = ("statistic", "of", "against", "with", "place", "line", "quantile", "scale")
KEYS = {*PUBLISHED, "area_sd", "note", *ANSWERS, *WITH_MEASURE}

#: statistic -> keys it cannot do without.
NEEDS: dict[str, tuple[str, ...]] = {
    "mean": (), "share": (), "sd": (), "quantile": ("quantile",), "gap": ("of", "against"),
    "gap_sd": ("of", "against"), "gap_index": ("of", "against"), "gap_ratio": ("of", "against", "with"), "ratio": (),
    "relative_risk": (), "odds_ratio": (), "correlation": ("with",), "variance_share": (), "progress": ("with",),
    "gap_explained": ("of", "against", "with"), "gap_linked": ("of", "against", "with"),
    "gap_linked_share": ("of", "against", "with"),
}  # fmt: skip

#: The published keys of all figures, as they were taken over. A figure is changed on purpose or not at all.
FIGURES_DIGEST = "97cb4af39d7c853be5f0465c3094a1c2b6b59f141f67d49c42dcae0da184c29e"

#: Figures that a passport names as a target and that are scored all the same, and why.
NAMED_AND_SCORED = {
    "lt3yrs_owner": "the moves of a tenure are fitted to it",
    "lt3yrs_private": "the moves of a tenure are fitted to it",
    "lt3yrs_social": "the moves of a tenure are fitted to it",
    "distress_mother": "a line is set so that England meets it",
    "a8_all": "the mean of a scale is set so that England meets it",
}


def _tables(path: Path) -> list[dict[str, Any]]:
    return tomllib.loads(path.read_text(encoding="utf-8"))["target"]


TARGETS = [target for path in TARGET_FILES for target in _tables(path)]
BY_ID = {target["id"]: target for target in TARGETS}
FIGURES = [target for target in TARGETS if target["role"] != "define"]
SPOKEN = [target for target in TARGETS if "measure" in target]
MARKS = tomllib.loads((CALIBRATION / "marks.toml").read_text(encoding="utf-8"))["mark"]


def _named(text: str) -> set[str]:
    """Ids that a note or source names as ``target: <id>``."""
    return set(re.findall(r"\btarget: (\w+)", text))


def _by_id(targets: list[dict[str, Any]]) -> Any:
    return pytest.mark.parametrize("target", targets, ids=[target["id"] for target in targets])


# --- the published half ----------------------------------------------------------------------------------------


def test_ids_are_unique():
    assert [id_ for id_, count in Counter(target["id"] for target in TARGETS).items() if count > 1] == []


def test_all_published_figures_are_there_by_role():
    assert Counter(target["role"] for target in FIGURES) == {"calibrate": 204, "validate": 186}


def test_published_figures_are_as_they_were_taken_over():
    rows = sorted(([t[key] for key in PUBLISHED] + [t.get("area_sd")] for t in FIGURES), key=lambda row: row[0])
    assert hashlib.sha256(json.dumps(rows).encode()).hexdigest() == FIGURES_DIGEST


@_by_id(TARGETS)
def test_a_target_is_complete_and_has_one_answer(target: dict[str, Any]):
    assert set(PUBLISHED) <= set(target) <= KEYS
    assert target["role"] in {"calibrate", "validate", "define"}
    assert isinstance(target["value"], float) and target["se"] > 0
    low, high = target["age_years"]
    assert 0 <= low <= high
    assert len([answer for answer in ANSWERS if target.get(answer)]) == 1
    if "measure" not in target:
        assert not set(target) & set(WITH_MEASURE)


@pytest.mark.parametrize("path", TARGET_FILES, ids=lambda path: path.stem)
def test_a_file_holds_one_domain(path: Path):
    domains = {target["domain"] for target in _tables(path)}
    assert path.stem == "definitions" or domains == {path.stem}


# --- the half that speaks of the model -------------------------------------------------------------------------


@_by_id(SPOKEN)
def test_a_statistic_has_what_it_needs(target: dict[str, Any]):
    assert set(NEEDS[target["statistic"]]) <= set(target)
    if target["statistic"] in {"ratio", "relative_risk", "odds_ratio"}:
        assert ("against" in target) != ("with" in target)
    elif "against" in target:
        assert "against" in NEEDS[target["statistic"]]
    if target["statistic"] == "share" and target["unit"] in {"points", "count", "scaled_score", "sdq_points"}:
        assert "line" in target


@_by_id(SPOKEN)
def test_a_place_exists(target: dict[str, Any]):
    kind, _, name = target.get("place", "england").partition(":")
    if kind in {"la", "region"}:
        assert CALIBRATION / "places" / f"{name}.toml" in PLACE_FILES
    elif kind == "preset":
        assert (ROOT / "scenarios" / "places" / f"{name}.toml").is_file()
    else:
        assert (kind == "england" and not name) or re.fullmatch(r"decile:\d+|deciles:\d+-\d+", target["place"])


def test_measures_and_groups_are_known():
    asked = {target[key] for target in SPOKEN for key in ("measure", "with") if key in target}
    groups = {
        part for target in SPOKEN for key in ("of", "against") if key in target for part in target[key].split("+")
    }
    assert sorted((asked | {mark["measure"] for mark in MARKS}) - set(MEASURES)) == []
    assert sorted((groups | {mark["group"] for mark in MARKS}) - set(MEMBERSHIPS)) == []


def test_the_model_speaks_of_most():
    spoken = Counter(target["role"] for target in SPOKEN)
    assert spoken["calibrate"] >= 110
    assert spoken["validate"] >= 90


def test_another_period_points_to_a_figure_that_is_scored():
    for target in TARGETS:
        if target.get("reason", "").startswith("Another period"):
            other = BY_ID[re.findall(r"scored as (\w+)", target["reason"])[0]]
            assert target["year"] < 2020 <= 2022 <= other["year"] and "measure" in other


# --- what went into the model ----------------------------------------------------------------------------------


def test_what_a_scenario_names_as_a_target_is_input_or_an_exception_with_a_reason():
    named = {
        id_
        for path in (ROOT / "scenarios").rglob("*.toml")
        for table in _passports(tomllib.loads(path.read_text(encoding="utf-8")))
        if table.get("kind") != "calibrated"
        for key in ("source", "note")
        for id_ in _named(str(table.get(key, "")))
    }
    assert named
    assert sorted(id_ for id_ in named - set(NAMED_AND_SCORED) if "input" not in BY_ID[id_]) == []


def _passports(value: Any) -> list[dict[str, Any]]:
    """Every table in a file, however deep."""
    if isinstance(value, list):
        return [table for item in value for table in _passports(item)]
    if not isinstance(value, dict):
        return []
    return [value, *(table for item in value.values() for table in _passports(item))]


def test_inputs_say_into_which_file_they_went():
    for target in TARGETS:
        for part in target.get("input", "").split("; ") if "input" in target else ():
            file, _, cell = part.partition(": ")
            assert list(ROOT.glob(file)) and cell, target["id"]


def test_no_figure_held_back_went_into_a_place_or_a_line():
    of_places = {id_ for path in PLACE_FILES for id_ in _named(path.read_text(encoding="utf-8"))}
    of_marks = {id_ for mark in MARKS for id_ in mark["targets"]}
    assert {BY_ID[id_]["role"] for id_ in of_places | of_marks} == {"calibrate"}
    assert [id_ for id_ in sorted(of_places) if "input" not in BY_ID[id_]] == []
    assert [id_ for id_ in sorted(of_marks) if "measure" not in BY_ID[id_]] == []


def test_nothing_is_read_from_outside_the_repository():
    for path in CALIBRATION.rglob("*"):
        if path.suffix in {".toml", ".md", ".py"}:
            assert "../" + "shared" not in path.read_text(encoding="utf-8"), path


# --- definitions and marks -------------------------------------------------------------------------------------


def test_every_scale_is_defined_by_mean_and_spread():
    defined = [target for target in TARGETS if target["role"] == "define"]
    wanted = {"mean": 0.0, "sd": 1.0}
    assert {(t["statistic"], t["value"]) for t in defined} == set(wanted.items())
    # Attainment may spread a little more or less, so that inequality may grow with age.
    assert all(t["se"] == (0.05 if (t["statistic"], t["domain"]) == ("sd", "education") else 0.03) for t in defined)
    scales = Counter((t["measure"], *t["age_years"]) for t in defined)
    assert set(scales.values()) == {2}
    assert set(scales) >= {("attainment", age, age) for age in (5, 11, 16)} | {("wellbeing_mean", 0, 18)}


def test_marks_are_complete():
    assert len({mark["parameter"] for mark in MARKS}) == len(MARKS)
    for mark in MARKS:
        assert {"parameter", "measure", "targets", "side", "group", "ages"} <= set(mark)
        assert set(mark) <= {"parameter", "measure", "targets", "side", "group", "ages", "together", "note"}
        assert mark["side"] in {"above", "below", "mean", "spread", "factor"}
        assert mark.get("together", "sum") == "sum"


# --- places ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PLACE_FILES, ids=lambda path: path.stem)
def test_a_place_is_right_sourced_and_only_partly_given(path: Path):
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    place = load_place(path)
    assert place.id == path.stem
    assert place.value("children") == 2000
    for name, cell in given["cells"].items():
        assert cell["source"] and cell["note"], name
        assert place.cells[name].kind == cell["kind"] != "filled_in", name
    assert "filled_in" in {cell.kind for cell in place.cells.values()}


def test_cells_of_places_by_hand():
    cell = {path.stem: load_place(path).value for path in PLACE_FILES}
    assert cell["hackney"]("child_poverty_ahc_share") == 0.434 == BY_ID["preset_hackney_childpov_ahc"]["value"] / 100
    assert cell["tameside"]("child_poverty_ahc_share") == 0.361
    assert cell["bexley"]("child_poverty_ahc_share") == pytest.approx(0.114 * 43.4 / 21.2, abs=1e-4)
    assert cell["north_tyneside"]("child_poverty_ahc_share") == pytest.approx(0.192 * 36.1 / 27.0, abs=1e-4)
    assert cell["bexley"]("eal_share") == pytest.approx((26.8 * 7 + 18.3 * 5) / 1200, abs=1e-4)
    assert cell["north_east"]("eal_share") == pytest.approx((10.9 * 7 + 8.6 * 5) / 1200, abs=1e-4)
    deciles = {name: value("deprivation_decile") for name, value in cell.items()}
    assert deciles == {
        "hackney": 3, "tameside": 3, "north_east": 3, "waltham_forest": 4, "greenwich": 4, "north_tyneside": 4,
        "bexley": 6,
    }  # fmt: skip
