"""``trial``: what it asks for, prints and refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

import sim.experiments.trials
from sim.cli.trial import TRIAL_PLACE
from sim.experiments.verdicts import PLACE, Trial, judged, not_measured
from sim.inputs import load_strands
from sim.spec import Place, Strand
from tests.cli.conftest import Shell

Calls = list[dict[str, Any]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Replace the trial by numbers made by hand; the list holds what was asked of it."""
    calls: Calls = []

    def made(strand: Strand, place: Place, *, progress: Any, **options: Any) -> Trial:
        calls.append({"strand": strand.id, "place": place.id, **options})
        progress(1, 1, "replications")
        later: dict[str, float | None] = {"6": 0.2, "12": 0.1, "36": None}
        outcomes = (
            judged("attainment", 0.26, 0.2601, 0.0004, later, strand, "central"),
            judged("service_engagement", 0.1, 0.4, 0.01, later, strand, "central"),
            not_measured("attendance", 0.1, "nobody is at school"),
        )
        return Trial(
            strand=strand, place=place, evidence=options["evidence"], replications=options["replications"],
            seed=options["seed"], without=("churn",), future="none", randomised=1234, outcomes=outcomes, uptake=0.6123,
            unit_cost_gbp=None,
        )  # fmt: skip

    monkeypatch.setattr(sim.experiments.trials, "trial", made)
    return calls


def test_the_default_place_is_the_librarys_population() -> None:
    assert TRIAL_PLACE == PLACE


def test_help_has_an_example(shell: Shell) -> None:
    answer = shell("trial", "--help")
    assert answer.code == 0
    assert "zonesim trial" in answer.out.split("Example:")[1]


def test_the_table_says_what_came_back_and_why_not(shell: Shell, asked: Calls) -> None:
    answer = shell("trial", "neli")
    assert answer.code == 0
    assert asked == [
        {
            "strand": "neli",
            "place": PLACE,
            "replications": 20,
            "seed": 1,
            "evidence": "central",
            "without": (),
            "future": None,
            "parameters": "drawn",
        }
    ]
    for words in (
        "0.260 ± 0.000", "gives it back", "differs", "not measured: nobody is at school", "1,234 children",
        "Held still: churn", "61% of those offered (published 67%)", "half of it is left 24 months later",
        "move trust too",
    ):  # fmt: skip
        assert words in " ".join(answer.out.split()), words


def test_the_table_fits_an_ordinary_terminal(shell: Shell, asked: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = shell("trial", "neli").out
    assert "…" not in shown
    assert "service engagement" in shown


def test_every_option_reaches_the_trial(shell: Shell, asked: Calls) -> None:
    options = "--place pembury --replications 3 --seed 9 --evidence sceptical --without fade_out --parameters central"
    assert shell("trial", "neli", *options.split()).code == 0
    assert asked == [
        {
            "strand": "neli", "place": "pembury", "replications": 3, "seed": 9, "evidence": "sceptical",
            "without": ["fade_out"], "future": None, "parameters": "central",
        }
    ]  # fmt: skip


def test_json_is_one_object_and_nothing_else(shell: Shell, asked: Calls) -> None:
    answer = shell("trial", "neli", "--json")
    found = json.loads(answer.out)
    assert list(found) == ["strand", "outcomes", "uptake", "unit_cost_gbp", "future", "parameters"]
    assert found["outcomes"][0] == {
        "outcome": "attainment", "published": 0.26, "recovered": 0.2601, "standard_error": 0.0004,
        "after_months": {"6": 0.2, "12": 0.1, "36": None},
    }  # fmt: skip
    assert found["outcomes"][2]["recovered"] is None
    assert found["uptake"] == {"published": 0.67, "recovered": 0.6123}
    assert found["unit_cost_gbp"] == {"published": 300.0, "recovered": None}


def test_a_real_trial_from_the_command_line(shell: Shell) -> None:
    answer = shell("trial", "neli", "--replications", "1", "--json")
    assert answer.code == 0
    (one,) = json.loads(answer.out)["outcomes"]
    assert one["recovered"] == pytest.approx(load_strands()["neli"].outcome_effects[0].effect_sd, abs=0.01)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["trial", "nely"], "neli"),
        (["trial", "missing.toml"], "missing.toml"),
        (["trial", "neli", "--place", "nowhere"], "nowhere"),
        (["trial", "neli", "--replications", "0"], "--replications"),
        (["trial", "neli", "--evidence", "certain"], "sceptical"),
        (["trial", "neli", "--without", "magic"], "fade_out"),
        (["trial"], "Missing argument"),
    ],
)
def test_mistakes_are_explained(shell: Shell, asked: Calls, arguments: list[str], words: str) -> None:
    answer = shell(*arguments)
    assert answer.code == 2
    assert words in answer.err
    assert "Traceback" not in answer.err
    assert (answer.out, asked) == ("", [])
