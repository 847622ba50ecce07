"""``optimise`` and ``register``: what they print, keep and refuse."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sim.outputs import write_run_folder
from tests.cli.conftest import Shell
from tests.report.made import made_comparison, made_place, made_strategies


@pytest.fixture
def run(tmp_path: Path) -> Path:
    comparison = made_comparison(made_strategies(1), made_place(), replications=5, years=4)
    return write_run_folder(comparison, tmp_path / "run", "zonesim run x", datetime.now(UTC))


def test_a_projection_is_kept_listed_and_scored(shell: Shell, run: Path, tmp_path: Path) -> None:
    kept = json.loads(shell("register", "save", str(run), "--name", "Our [bold] zone", "--json").out)
    assert kept["projections"] > 0
    listed = json.loads(shell("register", "list", "--json").out)["entries"]
    assert [(row["entry"], row["name"], row["scores"]) for row in listed] == [(kept["entry"], "Our [bold] zone", 0)]
    (tmp_path / "actuals.csv").write_text("indicator,year,value,n\nsdq_high,4,0.21,300\n")
    answer = shell("register", "score", kept["entry"], "actuals.csv")
    assert answer.code == 0
    assert "1 figures are few" in answer.out
    assert "90 % band: 1 of 1 figures inside" in answer.out
    scored = json.loads(shell("register", "score", kept["entry"], "actuals.csv", "--json").out)
    assert scored["readings"][0]["in90"] is True
    assert json.loads(shell("register", "list", "--json").out)["entries"][0]["scores"] == 2


def test_bad_figures_and_entries_are_told(shell: Shell, run: Path, tmp_path: Path) -> None:
    kept = json.loads(shell("register", "save", str(run), "--json").out)["entry"]
    (tmp_path / "actuals.csv").write_text("indicator,year,value\nsdq_hihg,4,0.21\n")
    answer = shell("register", "score", kept, "actuals.csv")
    assert answer.code == 2
    assert "actuals.csv, line 2" in answer.err
    assert 'did you mean "sdq_high"' in answer.err
    assert shell("register", "score", "nobody", "actuals.csv").code == 2
    assert shell("register", "save", str(tmp_path / "nowhere")).code == 2
    assert "holds nothing yet" in shell("register", "list", "--registry", "empty").out


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--budget", "0"), "more than 0 pounds"),
        (("--budget", "1000", "--starts", "now"), "such as 0,12,24"),
        (("--budget", "1000", "--outcome", "atainment8"), "did you mean 'attainment8'"),
        (("--budget", "1000", "--strands", "mentorign"), 'did you mean "mentoring"'),
        (("--budget", "1000", "--futures", "recesion"), 'did you mean "recession"'),
        (("--budget", "1000", "--out", "nothing", "--resume"), "no search to go on with"),
    ],
)
def test_a_question_that_cannot_be_asked_is_told_before_anything_is_run(
    shell: Shell, options: tuple[str, ...], told: str
) -> None:
    answer = shell("optimise", "--place", "wallsend", *options)
    assert answer.code == 2
    assert told in answer.err
    assert "Traceback" not in answer.err
