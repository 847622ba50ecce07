"""The validation page and its figures, from an answer made by hand; and whether the page in ``docs`` is of today."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.experiments.scoring import score, validation_answer
from sim.inputs import InputError
from sim.inputs.targets import load_targets
from sim.report.validation_figure import validation_figure, validation_figures
from sim.report.validation_page import (
    figure_text,
    listed_ids,
    load_answer,
    load_discussion,
    main,
    validation_page,
    z_text,
)
from tests.experiments.people import target

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "validation.md"


@pytest.fixture
def answer() -> dict[str, Any]:
    at = np.array([[0.0, 0.2], [0.4, 0.6]])
    scores = [
        score(target(id="met", value=0.2), at),
        score(target(id="small_miss", value=-2.0, role="validate"), at),
        score(target(id="large_miss", value=50.0, unit="percent", name="A | bar <b> [x](y)"), at),
        score(target(id="local", place="la:hackney", domain="family_wellbeing", value=0.3), at),
        score(target(None, id="put_in", input="places: the children"), at),
        score(target(None, id="unknown", reason="nobody is born", role="validate"), at),
        score(target(id="scale", role="define", value=0.3), at),
    ]
    about: dict[str, Any] = {"date": "2026-01-31", "place": None, "domain": None, "role": None}
    return json.loads(
        json.dumps(validation_answer(scores, **about, draws=2, seeds=2, seed=1, posterior="fit-7"), allow_nan=False)
    )


def part(page: str, heading: str) -> str:
    return page.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]


def test_every_target_is_listed_once_where_it_belongs(answer: dict[str, Any]) -> None:
    page = validation_page(answer, {})
    assert listed_ids(page) == {row["id"] for row in answer["targets"]}
    assert listed_ids(part(page, "Misses, by size")) == {"small_miss", "large_miss"}
    assert listed_ids(part(page, "Every figure the model speaks of")) == {
        "met", "small_miss", "large_miss", "local", "scale",
    }  # fmt: skip
    assert "places: the children" in part(page, "Went into the model")
    assert "nobody is born" in part(page, "Not modelled")


def test_misses_stand_by_size_with_their_mechanism(answer: dict[str, Any]) -> None:
    misses = part(validation_page(answer, {"large_miss": "rent | wages"}), "Misses, by size")
    assert misses.index("large_miss") < misses.index("small_miss")
    assert "rent \\| wages |" in misses
    assert misses.count("not discussed yet") == 1


def test_the_summary_counts_fit_and_validation_apart(answer: dict[str, Any]) -> None:
    summary = part(validation_page(answer, {}), "What it comes to")
    assert "| Fit | **All domains** | 3 | 2 | 1 | 67% | 1 | 0 |" in summary
    assert "| Validation | **All domains** | 1 | 0 | 1 | 0% | 0 | 1 |" in summary
    assert "| Definition of scales | education | 1 | 1 | 0 | 100% | 0 | 0 |" in summary


def test_the_page_says_how_it_was_made(answer: dict[str, Any]) -> None:
    page = validation_page(answer, {})
    assert "zonesim validate --seeds 2 --draws 2 --seed 1 --json" in page
    assert "run `fit-7`" in page
    assert "central parameters" in validation_page(answer | {"posterior": None, "draws": 1}, {})


def test_names_from_a_file_cannot_break_the_table(answer: dict[str, Any]) -> None:
    page = validation_page(answer, {})
    assert r"A \| bar \<b\> \[x\](y)" in page
    for row in (line for line in page.splitlines() if line.startswith("| `large_miss`")):
        assert row.replace(r"\|", "").count("|") in (8, 10)


def test_numbers_as_text() -> None:
    assert [figure_text(v) for v in (None, 0.0, 68.3, -1.23456, 12345.6, -0.0)] == [
        "", "0", "68.3", "−1.235", "12,346", "0",
    ]  # fmt: skip
    assert [z_text(z) for z in (1.25, -0.5)] == ["+1.2", "−0.5"]


# --- figures -------------------------------------------------------------------------------------------------


def test_one_figure_a_domain_one_panel_a_unit(answer: dict[str, Any]) -> None:
    assert sorted(validation_figures(answer)) == [
        "validation_education.png", "validation_education.svg", "validation_family_wellbeing.png",
        "validation_family_wellbeing.svg",
    ]  # fmt: skip
    figure = validation_figure(answer, "education")
    assert [ax.get_xlabel() for ax in figure.axes] == ["sd", "z", "percent", "z"]
    rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert rows == ["Made up", "Made up (v)", "Made up"]


def test_a_figure_made_twice_is_the_same(answer: dict[str, Any]) -> None:
    assert validation_figures(answer) == validation_figures(answer)


# --- files ---------------------------------------------------------------------------------------------------


def test_the_command_writes_page_and_pictures(answer: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text(json.dumps(answer), encoding="utf-8")
    main([str(tmp_path / "validation.md"), str(tmp_path / "answer.json")])
    page = (tmp_path / "validation.md").read_text(encoding="utf-8")
    assert "(pictures/validation_education.png)" in page
    assert (tmp_path / "pictures" / "validation_education.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("contents", ["", "[]", "{}", '{"targets": []}'])
def test_what_is_no_answer_is_refused(contents: str, tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text(contents, encoding="utf-8")
    with pytest.raises(InputError, match="zonesim validate"):
        load_answer(tmp_path / "answer.json")


def test_a_discussion_is_read_and_checked(tmp_path: Path) -> None:
    path = tmp_path / "discussion.toml"
    path.write_text('[miss.a]\nmechanism = "rent"\n', encoding="utf-8")
    assert load_discussion(path) == {"a": "rent"}
    for wrong in ('[miss.a]\nmechanisms = "x"\n', '[miss]\na = "x"\n', "[mis.a]\n", "[miss.a]\nmechanism = 3\n"):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(InputError):
            load_discussion(path)


# --- the page in docs ----------------------------------------------------------------------------------------


def test_every_discussed_miss_is_a_target() -> None:
    assert set(load_discussion()) <= {one.id for one in load_targets()}


def test_the_page_lists_the_targets_of_today_and_discusses_every_miss() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert listed_ids(page) == {one.id for one in load_targets()}, "run zonesim validate and write the page anew"
    assert "not discussed yet" not in page
    assert listed_ids(part(page, "Misses, by size")) == set(load_discussion()), "an entry for each miss, no more"
