"""``run``, ``compare``, ``demo`` and ``report``: what they ask for, print and leave behind."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

import sim.experiments
from sim.outputs import read_run_folder
from tests.cli.conftest import Shell

Calls = list[dict[str, Any]]


def only_folder(root: Path) -> Path:
    (folder,) = (root / "zonesim-runs").iterdir()
    return folder


def test_demo_needs_no_arguments(shell: Shell, calls: Calls, tmp_path: Path) -> None:
    answer = shell("demo")
    assert answer.code == 0
    assert calls[0]["strategies"] == ["business_as_usual", "schools_only", "early_start", "cradle_to_career"]
    assert calls[0]["place"] == "wallsend"
    assert "How to read this" in answer.out
    folder = only_folder(tmp_path)
    assert folder.name.startswith("demo-wallsend-")
    assert str(folder.name) in answer.err
    names = {path.name for path in folder.iterdir()}
    assert {"briefing.html", "outcomes.png", "reach.svg", "run.log", "results.parquet", "manifest.json"} <= names


@pytest.mark.usefixtures("no_figures")
def test_every_option_reaches_the_simulation(shell: Shell, calls: Calls, tmp_path: Path) -> None:
    options = "--place pembury --replications 3 --seed 9 --years 4 --evidence sceptical --threads 2 --out here"
    answer = shell(
        "run",
        "early_start",
        *options.split(),
        "--parameters",
        "central",
        "--without",
        "fade_out",
        "--without",
        "churn",
        "--with",
        "tipping_point",
    )
    assert answer.code == 0
    assert calls == [
        {
            "strategies": ["early_start"], "place": "pembury", "threads": 2, "replications": 3, "seed": 9, "years": 4,
            "evidence": "sceptical", "without": ("fade_out", "churn"), "including": ("tipping_point",),
            "future": None, "parameters": "central",
        }
    ]  # fmt: skip
    stored = read_run_folder(tmp_path / "here")
    assert stored.command == (
        "zonesim run early_start --place pembury --replications 3 --seed 9 --years 4 --evidence sceptical "
        "--parameters central --without fade_out --without churn --with tipping_point"
    )


@pytest.mark.parametrize("command", [("run", "early_start"), ("compare", "early_start", "schools_only"), ("demo",)])
@pytest.mark.usefixtures("no_figures")
def test_a_future_reaches_simulation_manifest_and_command(
    shell: Shell, calls: Calls, tmp_path: Path, command: tuple[str, ...]
) -> None:
    answer = shell(*command, "--future", "recession+funding_cliff", "--out", "here", "--json")
    assert answer.code == 0
    assert calls[0]["future"].id == "funding_cliff+recession"
    assert json.loads(answer.out)["future"] == "funding_cliff+recession"
    stored = read_run_folder(tmp_path / "here")
    assert stored.command.endswith("--future recession+funding_cliff")
    assert stored.future == "funding_cliff+recession"
    assert any("96 %" in told for told in stored.shocks)


def test_a_future_that_is_not_there_is_a_mistake(shell: Shell, calls: Calls, tmp_path: Path) -> None:
    answer = shell("run", "early_start", "--future", "recesion")
    assert answer.code == 2
    assert 'did you mean "recession"?' in answer.err
    assert calls == [] and not (tmp_path / "zonesim-runs").exists()


@pytest.mark.usefixtures("no_figures")
def test_json_is_one_object_and_nothing_else(shell: Shell, calls: Calls) -> None:
    answer = shell("compare", "schools_only", "early_start", "--json", "--years", "2", "--replications", "4")
    assert answer.code == 0
    found = json.loads(answer.out)
    assert found["place"] == "wallsend"
    assert found["replications"] == 4
    assert {row["strategy"] for row in found["results"]} == {"schools_only", "early_start"}
    assert Path(found["run_folder"]).is_dir()
    assert any(row.get("suppressed") for row in found["results"])


@pytest.mark.usefixtures("no_figures")
def test_a_strategy_may_stand_beside_itself(shell: Shell, calls: Calls) -> None:
    assert shell("compare", "early_start", "early_start", "--years", "2").code == 0
    assert calls[0]["strategies"] == ["early_start", "early_start"]


@pytest.mark.usefixtures("no_figures")
def test_a_second_run_never_overwrites_the_first(shell: Shell, calls: Calls, tmp_path: Path) -> None:
    for _ in range(2):
        assert shell("run", "early_start", "--years", "2", "--out", "mine").code == 0
    assert (tmp_path / "mine-2" / "manifest.json").is_file()


def test_report_makes_figures_and_briefing_again(shell: Shell, calls: Calls, tmp_path: Path) -> None:
    shell("run", "early_start", "--years", "2", "--out", "mine")
    first = (tmp_path / "mine" / "briefing.html").read_bytes()
    answer = shell("report", "mine", "--out", "again")
    assert answer.code == 0
    assert (tmp_path / "again" / "briefing.html").read_bytes() == first
    # the briefing, its PDF, and six figures of two kinds: early_start states a theory of change
    assert len(answer.out.splitlines()) == 14
    assert (tmp_path / "again" / "briefing.pdf").read_bytes().startswith(b"%PDF-")


def test_report_of_something_else_is_explained(shell: Shell, tmp_path: Path) -> None:
    answer = shell("report", str(tmp_path))
    assert answer.code == 2
    assert "not a run folder" in answer.err


def test_a_folder_in_the_way_is_known_before_the_run(shell: Shell, calls: Calls, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("")
    answer = shell("run", "early_start", "--out", "full")
    assert answer.code == 2
    assert "already holds something" in answer.err
    assert calls == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "erly_start"], "early_start"),
        (["run", "early_start", "--place", "nowhere"], "nowhere"),
        (["compare", "missing.toml"], "missing.toml"),
        (["run", "early_start", "--replications", "0"], "--replications"),
        (["run", "early_start", "--years", "99"], "--years"),
        (["run", "early_start", "--evidence", "certain"], "sceptical"),
        (["run", "early_start", "--without", "magic"], "fade_out"),
        (["run"], "Missing argument"),
        (["fly"], "No such command"),
    ],
)
def test_mistakes_are_explained_and_leave_nothing(
    shell: Shell, calls: Calls, tmp_path: Path, arguments: list[str], words: str
) -> None:
    answer = shell(*arguments)
    assert answer.code == 2
    assert words in answer.err
    assert "Traceback" not in answer.err
    assert answer.out == ""
    assert calls == []
    assert not (tmp_path / "zonesim-runs").exists()


def test_a_fault_shows_a_log_file_and_no_traceback(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("kaboom [bold]")

    monkeypatch.setattr(sim.experiments, "compare", fail)
    answer = shell("run", "early_start", "--out", "mine")
    assert answer.code == 70
    assert "something went wrong inside zonesim" in answer.err
    assert "Traceback" not in answer.err
    (log,) = (tmp_path / "cache" / "zonesim" / "logs").iterdir()
    assert log.name in answer.err
    assert "kaboom" in log.read_text()
    assert not (tmp_path / "mine").exists()


def test_stopping_leaves_nothing(shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sim.experiments, "compare", stop)
    answer = shell("run", "early_start", "--out", "mine")
    assert answer.code == 130
    assert not (tmp_path / "mine").exists()


@pytest.mark.usefixtures("no_figures")
def test_a_theory_of_change_is_told_on_the_screen_and_in_json(shell: Shell, calls: Calls) -> None:
    answer = shell("run", "early_start")
    assert "Early start: theory of change, tested" in answer.out
    assert "The theory of change holds up to" in answer.out
    assert "reach, screen, theory" in answer.err
    rows = json.loads(shell("run", "early_start", "--json").out)["theory"]
    assert [row["step"] for row in rows][-1] == "eleven"
    plain = shell("run", "business_as_usual")
    assert "theory of change" not in plain.out
    assert "screen, theory" not in plain.err


@pytest.mark.usefixtures("no_figures")
def test_a_partnership_is_told_under_the_table(shell: Shell, calls: Calls) -> None:
    answer = shell("run", "cradle_to_career")
    assert "Cradle to career: partnership at 0.25, 0.35, 0.60 of 1 in years 3, 5, 10\n  in a run: " in answer.out
    assert "screen, partnership, theory" in answer.err
    assert json.loads(shell("run", "cradle_to_career", "--json").out)["partnership"][0]["events"] == {"joined": 1.0}
    plain = shell("run", "schools_only")
    assert "partnership at" not in plain.out


@pytest.mark.usefixtures("no_figures")
def test_no_more_than_a_dozen_warnings_are_printed(
    shell: Shell, calls: Calls, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    many = tuple(f"strand {n}: money for 10% of its plan (year 1)" for n in range(30))
    made = sim.experiments.compare

    def with_warnings(*arguments: Any, **options: Any) -> Any:
        return dataclasses.replace(made(*arguments, **options), warnings=many)

    monkeypatch.setattr(sim.experiments, "compare", with_warnings)
    answer = shell("run", "schools_only", "--out", "here")
    assert answer.out.count("Warning: strand") == 12
    assert "Warning: and 18 more, see delivery.parquet" in answer.out
    assert read_run_folder(tmp_path / "here").warnings == many, "the manifest keeps them all"


def test_show_lists_the_steps(shell: Shell) -> None:
    answer = shell("show", "early_start")
    assert answer.code == 0
    for words in ("starting situation", "why", "depends on"):
        assert words in answer.out


def test_check_notes_what_may_be_a_slip(shell: Shell, tmp_path: Path) -> None:
    step = 'id = "worse"\nname = "Worse"\nkind = "step"\nindicator = "gld"\ndirection = "down"\nby_month = 24\n'
    head = 'schema_version = 1\nid = "slip"\nname = "Slip"\nmoney_gbp = {council = 1000}\n'
    (tmp_path / "slip.toml").write_text(f"{head}[[theory_of_change.steps]]\n{step}")
    answer = shell("check", "slip.toml")
    assert answer.code == 0
    assert 'note: step "worse" aims at less of "gld", where more is better' in answer.out


@pytest.mark.usefixtures("no_figures")
def test_strategies_side_by_side_have_one_sentence_of_theory_each(shell: Shell, calls: Calls) -> None:
    answer = shell("compare", "early_start", "schools_only", "--out", "here")
    assert answer.code == 0
    assert "theory of change, tested" not in answer.out
    assert "Early start: The theory of change" in answer.out
    assert "Schools only: The theory of change" in answer.out
