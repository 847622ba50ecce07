"""``sweep`` and what ``list``, ``show`` and ``check`` say of studies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.cli import main
from tests.robustness.test_bad_studies import GOOD

SMALL = GOOD.replace('"pembury"', '"small.toml"').replace("outcomes =", "years = 1\nparameters = 'central'\noutcomes =")
PLACE = (
    'schema_version = 1\nkind = "place"\nid = "small"\nname = "Small"\n[cells]\nchildren = 60\ndeprivation_decile = 3\n'
)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "small.toml").write_text(PLACE)
    (tmp_path / "mine.toml").write_text(SMALL)
    return tmp_path / "mine.toml"


def test_a_dry_run_runs_nothing(study: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["sweep", str(study), "--dry-run", "--json", "--out", str(study.parent / "out")]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["points"], answer["runs"], answer["starts"]) == (4, 4, 1)
    assert not (study.parent / "out").exists()


def test_a_sweep_from_the_command_line_and_again(study: Path, capsys: pytest.CaptureFixture[str]):
    words = ["sweep", str(study), "--out", str(study.parent / "out"), "--workers", "0", "--json"]
    assert main(words) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["planned"], answer["done"], answer["failed"], answer["complete"]) == (4, 4, 0, True)
    assert main(words) == 2
    assert "--resume" in capsys.readouterr().err
    assert main([*words, "--resume"]) == 0
    assert json.loads(capsys.readouterr().out)["made_now"] == 0
    assert main([*words, "--add-replications", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["made_now"] == 4


def test_runs_that_fail_give_exit_code_1(
    study: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    from sim.experiments import batches

    def poison(*_: object) -> object:
        raise ArithmeticError("too much")

    monkeypatch.setattr(batches, "answer_on", poison)
    assert main(["sweep", str(study), "--out", str(study.parent / "out"), "--workers", "0"]) == 1
    told = capsys.readouterr().out
    assert "0 of 4 runs done" in told and "4 failed" in told and "--resume" in told
    assert len(list((study.parent / "out" / "failed").iterdir())) == 4


def test_what_cannot_be_asked_together(study: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["sweep", str(study), "--workers", "1", "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert main(["sweep", str(study), "--scheduler", "tcp://10.1.1.1:8786", "--out", str(study.parent / "x")]) == 2
    assert "--insecure" in capsys.readouterr().err
    assert main(["sweep", "no_such_study"]) == 2


def test_studies_are_listed_shown_and_checked(study: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["list", "studies", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["studies"]
    assert {"quick", "what_decides", "mixes_by_place"} <= {row["id"] for row in rows}
    assert main(["show", "quick", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["kind"] == "study" and told["strategies"] == ["schools_only", "early_start"]
    assert main(["check", str(study), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["files"]
    assert found["ok"] and found["estimate"]["runs"] == 4
