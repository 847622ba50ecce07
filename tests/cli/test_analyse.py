"""``sensitivity`` and ``discover`` on a sweep that is made up, so that the answers are known."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim.experiments.sweeps
from sim.experiments.designs import design
from sim.inputs import load_study
from tests.experiments.known import swept

STUDY = "schools_or_families"


@dataclass(frozen=True)
class MadeSweep:
    """What the commands read of a sweep."""

    folder: Path
    study: Any
    design: pd.DataFrame
    results: pd.DataFrame
    planned: int = 1
    done: int = 1
    failed: int = 0


def made(folder: Path, kind: str, points: int) -> MadeSweep:
    """Families first win unless effects fade fast (above 1.62) or, a little, places are few."""
    asked = load_study(STUDY)
    asked = asked.model_copy(update={"design": asked.design.model_copy(update={"kind": kind, "points": points})})
    frame = design(asked)

    def early(x):
        return 0.02 * (1.62 - x[:, 1]) + 0.004 * (x[:, 2] - 0.75)

    parts = [
        swept(frame, {"family_first": early, "schools_only": lambda x: 0.0 * x[:, 0]}, replications=2, outcome=text)
        for text in ("family_wellbeing", "child_wellbeing")
    ]
    for part in parts:  # Of distress and of difficulties, less is better.
        part["difference"] *= -1
    money = swept(frame, {"family_first": lambda x: 2e6 + 0 * x[:, 0], "schools_only": lambda x: 1e6 + 0 * x[:, 0]},
                  replications=2, outcome="gbp_total")  # fmt: skip
    folder.mkdir()
    return MadeSweep(folder, asked, frame, pd.concat([*parts, money], ignore_index=True))


@pytest.fixture
def sweeps(tmp_path, monkeypatch):
    """Put a made sweep in place of the running and of the loading; returns what was asked."""
    asked: dict[str, Any] = {}

    def use(kind: str, points: int) -> dict[str, Any]:
        sweep = made(tmp_path / "sweep", kind, points)

        def run(study, out, **options):
            asked.update(study=study.id, out=out, **options)
            return sweep

        monkeypatch.setattr(sim.experiments.sweeps, "sweep", run)
        monkeypatch.setattr(sim.experiments.sweeps, "load_sweep", lambda _folder: sweep)
        return asked

    return use


def test_discover_says_what_would_change_the_choice(shell, sweeps, tmp_path):
    asked = sweeps("latin_hypercube", 120)
    answer = shell("discover", STUDY, "--workers", "2", "--resume", "--outcome", "family_wellbeing")
    assert answer.code == 0, answer.err
    assert asked["workers"] == 2 and asked["resume"] and asked["study"] == STUDY
    assert "unless speed at which effects fade is more than 1.6" in answer.out
    assert "over the whole range tried of size of all effects" in answer.out
    assert "What it would be worth to know before choosing:" in answer.out and "£" in answer.out
    written = {path.name for path in (tmp_path / "sweep" / "analysis").iterdir()}
    assert {"tornado-family_wellbeing.png", "thresholds-family_wellbeing.csv", "box-family_wellbeing.png",
            "information-family_wellbeing.png", "thresholds-family_wellbeing.png"} <= written  # fmt: skip


def test_discover_as_json_has_all_of_it(shell, sweeps):
    sweeps("latin_hypercube", 120)
    answer = json.loads(shell("discover", "--from", "there", "--json", "--way", "cart").out)
    by_outcome = {found["outcome"]: found for found in answer["outcomes"]}
    assert list(by_outcome) == ["child_wellbeing", "family_wellbeing", "gbp_total"]
    progress = by_outcome["family_wellbeing"]
    assert progress["preferred"] == "family_first" and progress["box"]["way"] == "cart"
    assert any(limit["factor"] == "effects.fade" for limit in progress["box"]["limits"])
    tip = next(row for row in progress["thresholds"] if row["factor"] == "effects.fade")
    assert tip["value"] == pytest.approx(1.62, abs=0.02)
    assert by_outcome["child_wellbeing"]["preferred"] == "family_first"
    assert by_outcome["gbp_total"]["preferred"] == "schools_only" and by_outcome["gbp_total"]["gbp_per_unit"] == 1.0


def test_sensitivity_of_a_sobol_design(shell, sweeps, tmp_path):
    sweeps("sobol", 64)
    answer = json.loads(shell("sensitivity", STUDY, "--json").out)
    assert answer["method"] == "sobol" and answer["points"] == 384
    total = {
        row["factor"]: row["value"] for row in answer["results"]
        if row["quantity"] == "family_first minus schools_only" and row["index"] == "ST"
        and row["outcome"] == "family_wellbeing"
    }  # fmt: skip
    assert total["effects.fade"] == pytest.approx(1.0, abs=0.05) and total["effects.size"] == pytest.approx(
        0.0, abs=0.01
    )
    assert (tmp_path / "sweep" / "analysis" / "sensitivity-family_wellbeing.png").stat().st_size > 10_000


@pytest.mark.parametrize(("kind", "points", "method"), [("latin_hypercube", 60, "pawn"), ("morris", 8, "morris")])
def test_sensitivity_of_other_designs_in_words(shell, sweeps, kind, points, method):
    sweeps(kind, points)
    answer = shell("sensitivity", STUDY, "--outcome", "family_wellbeing")
    assert answer.code == 0, answer.err
    assert f"family_wellbeing: family_first minus schools_only ({method}," in answer.out
    assert "Speed at which effects fade (times the library's)" in answer.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sensitivity",), "--from"),
        (("discover", STUDY, "--from", "there"), "--from"),
        (("discover", STUDY, "--way", "magic"), "prim or cart"),
        (("discover", STUDY, "--prefer", "nobody"), "has no strategy"),
        (("discover", STUDY, "--outcome", "sdq_high:girls"), "the sweep holds"),
    ],
)
def test_mistakes_are_told_plainly(shell, sweeps, arguments, message):
    sweeps("latin_hypercube", 60)
    answer = shell(*arguments)
    assert answer.code == 2 and message in answer.err and "Traceback" not in answer.err


def test_a_grid_is_no_design_for_sensitivity(shell, sweeps):
    sweeps("grid", 2)
    answer = shell("sensitivity", STUDY)
    assert answer.code == 2 and "latin_hypercube" in answer.err
