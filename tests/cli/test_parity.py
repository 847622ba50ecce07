"""``parity`` and ``--shares``: what they ask for, print and refuse."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim.experiments.parity as module
import sim.experiments.shares
from sim.experiments.parity import Pinned
from sim.outcomes import HEADLINES
from sim.outputs import StoredComparison
from sim.report.shares import share_lines
from tests.cli.conftest import Shell
from tests.report.made import made_comparison

SMALL = (Pinned("one", "england_decile_2", "schools_only", 1, 150),)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A small pinned set whose numbers are stored in a folder of the test."""
    folder = tmp_path / "stored"
    monkeypatch.setattr(module, "folder", lambda: folder)
    monkeypatch.setattr(module.save, "__kwdefaults__", module.save.__kwdefaults__ | {"pinned": SMALL, "seeds": 4})
    return folder


def test_saving_is_one_command_and_comparing_another(shell: Shell, small: Path) -> None:
    saved = shell("parity", "0.0.1", "--save")
    assert saved.code == 0, saved.err
    assert (small / "0.0.1.json").exists() and "0.0.1.json" in saved.out
    same = shell("parity", "0.0.1")
    assert same.code == 0
    assert "Version 0.0.1: the numbers agree." in same.out
    told = shell("parity", "0.0.1", "--json")
    answer = json.loads(told.out)
    assert answer["agrees"] and answer["same"] == answer["cells"] > 50
    again = shell("parity", "0.0.1", "--save")
    assert again.code == 2 and "stored already" in again.err


def test_numbers_that_differ_are_told_and_are_no_success(shell: Shell, small: Path) -> None:
    assert shell("parity", "0.0.1", "--save").code == 0
    path = small / "0.0.1.json"
    data = json.loads(path.read_text())
    mean, sd = data["columns"].index("mean"), data["columns"].index("sd")
    for row in data["cells"]:
        row[mean] += 4.0 * row[sd]
    path.write_text(json.dumps(data))
    answer = shell("parity", "0.0.1")
    assert answer.code == 1
    assert "the numbers differ by more than chance allows" in answer.out
    assert "Largest differences:" in answer.out and "Traceback" not in answer.err


def test_an_unknown_version_names_those_there_are(shell: Shell, small: Path) -> None:
    assert shell("parity", "0.0.1", "--save").code == 0
    answer = shell("parity", "7.7.7")
    assert answer.code == 2
    assert "there are: 0.0.1" in answer.err


def test_what_is_stored_has_one_luck(shell: Shell, small: Path) -> None:
    answer = shell("parity", "0.0.1", "--save", "--seed", "7")
    assert answer.code == 2 and "--seed" in answer.err
    assert not small.exists()


# --- shares --------------------------------------------------------------------------------------------------


def rows(**changes: Any) -> list[dict[str, Any]]:
    made = []
    for family, (indicator, group) in HEADLINES.items():
        made.append(
            {
                "strategy": "strategy_0", "family": family, "indicator": indicator, "group": group, "year": 10,
                "sd": 1.5, "chance": 0.4, "evidence": 0.62, "model": -0.02, "chance_se": 0.08, "evidence_se": 0.1,
                "model_se": 0.02, **changes,
            }
        )  # fmt: skip
    return made


def test_a_line_a_headline() -> None:
    comparison = made_comparison()
    lines = share_lines(comparison, rows())
    assert len(lines) == 2 + len(HEADLINES)
    assert lines[2].startswith("- Schools only <i>, ")
    assert all("of the range chance 40%, evidence 62%, model 0% (give or take 10%)" in line for line in lines[2:])
    assert "nothing differs" in share_lines(comparison, rows(sd=0.0, chance=None, evidence=None, model=None))[2]
    assert "cannot be split" in share_lines(comparison, rows(sd=None, chance=None, evidence=None, model=None))[2]
    assert share_lines(comparison, []) == []


@pytest.mark.parametrize("json_too", [False, True])
def test_shares_are_printed_stored_and_in_the_answer(
    shell: Shell, calls: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, json_too: bool
) -> None:
    monkeypatch.setattr("sim.report.briefing.write_report", lambda *_: [])
    asked = []

    def made(comparison: StoredComparison, **options: Any) -> pd.DataFrame:
        asked.append(options)
        return pd.DataFrame([row | {"strategy": "early_start", "chance": math.nan} for row in rows()])

    monkeypatch.setattr(sim.experiments.shares, "shares", made)
    arguments = ["run", "early_start", "--shares", "--out", "here", *(["--json"] if json_too else [])]
    answer = shell(*arguments)
    assert answer.code == 0, answer.err
    assert len(asked) == 1 and asked[0]["future"] is None
    stored = json.loads((tmp_path / "here" / "shares.json").read_text())
    assert len(stored) == len(HEADLINES) and stored[0]["chance"] is None
    if json_too:
        assert json.loads(answer.out)["shares"] == stored
    else:
        assert "What the ranges are made of" in answer.out
    assert json.loads((tmp_path / "here" / "manifest.json").read_text())["command"].endswith("--shares")


def test_without_asking_nothing_is_split(shell: Shell, calls: list[dict[str, Any]], tmp_path: Path) -> None:
    answer = shell("run", "early_start", "--json", "--out", "here")
    assert "shares" not in json.loads(answer.out)
    assert not (tmp_path / "here" / "shares.json").exists()
