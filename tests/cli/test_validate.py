"""``validate``: what it asks for, prints, writes and refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.experiments import scoring
from tests.cli.conftest import Shell
from tests.experiments.people import made_samples

Calls = list[dict[str, Any]]
TARGET = """[[target]]
id = "{id}"
name = "Figure [b]{id}[/b]"
domain = "{domain}"
value = {value}
unit = "share"
se = 0.01
tolerance_basis = "made up"
year = 2025
role = "{role}"
source = "nowhere"
{keys}
"""


def text(id_: str, value: float = 0.9, domain: str = "education", role: str = "calibrate", keys: str = "") -> str:
    return TARGET.format(id=id_, value=value, domain=domain, role=role, keys=keys or 'measure = "attendance"')


FILE = (
    text("met", 0.92)
    + text("missed", 0.5)
    + text("missed_more", -7.0, role="validate", keys='measure = "attainment"')
    + text("elsewhere", domain="family_wellbeing", keys='measure = "sdq_high"\nplace = "preset:pembury"')
    + text("put_in", keys='input = "places: the children"')
    + text("unknown", keys='reason = "nobody is born"')
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Made-up people in place of simulations; the list holds what was asked of the scoring."""
    calls: Calls = []
    real: Callable[..., Any] = scoring.validate

    def made(targets: Any, **options: Any) -> Any:
        calls.append({"targets": [t.id for t in targets], **options})
        return real(targets, **options, sampler=made_samples)

    monkeypatch.setattr(scoring, "validate", made)
    monkeypatch.setattr(scoring, "load_posterior", lambda: None)
    return calls


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "mine.toml"
    path.write_text(FILE, encoding="utf-8")
    return str(path)


def test_help_has_an_example(shell: Shell) -> None:
    answer = shell("validate", "--help")
    assert answer.code == 0
    assert "zonesim validate" in answer.out.split("Example:")[1]


def test_the_table_has_misses_first_by_size(shell: Shell, asked: Calls, file: str) -> None:
    answer = shell("validate", "--targets", file)
    assert answer.code == 0
    lines = answer.out.splitlines()
    order = [
        next(n for n, line in enumerate(lines) if f"{name} " in line) for name in ("missed_more", "missed ", "met")
    ]
    assert order == sorted(order)
    for words in (
        "no fitted sample of the", "Went into the model, so agreement proves nothing (1):",
        "places: the children: put_in", "nobody is born: unknown", "preset:pembury", "What it comes to", "50%",
    ):  # fmt: skip
        assert words in answer.out, words


def test_the_table_fits_an_ordinary_terminal(
    shell: Shell, asked: Calls, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert "…" not in shell("validate", "--targets", file).out


def test_every_option_reaches_the_scoring(shell: Shell, asked: Calls, file: str) -> None:
    options = f"--targets {file} --domain education --role calibrate --place england --seeds 3 --seed 9 --threads 1"
    assert shell("validate", *options.split()).code == 0
    (call,) = asked
    assert call["targets"] == ["met", "missed", "put_in", "unknown"]
    assert (call["seeds"], call["seed"], call["threads"], len(call["draws"])) == (3, 9, 1, 1)


def test_json_is_one_object_and_nothing_else(shell: Shell, asked: Calls, file: str) -> None:
    answer = json.loads(shell("validate", "--targets", file, "--json").out)
    assert list(answer) == [
        "schema", "version", "date", "place", "domain", "role", "draws", "seeds", "seed", "posterior", "targets",
        "summary",
    ]  # fmt: skip
    rows = {row["id"]: row for row in answer["targets"]}
    verdicts = {name: row["verdict"] for name, row in rows.items()}
    assert verdicts == {
        "met": "within", "missed": "outside", "missed_more": "outside", "elsewhere": "outside", "put_in": "input",
        "unknown": "not modelled",
    }  # fmt: skip
    assert rows["put_in"]["reason"] == "places: the children"
    assert answer["summary"]["by_domain"]["education"]["calibrate"]["share_within"] == 0.5
    assert (answer["draws"], answer["posterior"]) == (1, None)


def test_the_same_command_gives_the_same_answer(shell: Shell, asked: Calls, file: str) -> None:
    command = ("validate", "--targets", file, "--json")
    assert shell(*command).out == shell(*command).out


def test_the_folder_holds_page_figures_and_data(shell: Shell, asked: Calls, file: str, tmp_path: Path) -> None:
    answer = shell("validate", "--targets", file, "--out", "mine", "--domain", "education")
    assert answer.code == 0
    assert "mine" in answer.err
    names = {path.name for path in (tmp_path / "mine").iterdir()}
    assert names == {
        "manifest.json", "validation.json", "validation.md", "validation_education.png", "validation_education.svg",
        "run.log",
    }  # fmt: skip
    page = (tmp_path / "mine" / "validation.md").read_text(encoding="utf-8")
    assert "(validation_education.png)" in page
    assert shell("validate", "--targets", file, "--out", "mine", "--domain", "education").code == 0
    assert (tmp_path / "mine-2").is_dir()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--place", "la:hackney"], 'no published figure of place "la:hackney"'),
        (["--place", "pembury"], "preset:pembury"),
        (["--domain", "educatoin"], '"education"'),
        (["--role", "define"], 'no published figure of role "define"'),
        (["--role", "fit"], "calibrate"),
        (["--seeds", "1"], "--seeds"),
        (["--draws", "0"], "--draws"),
        (["--targets", "gone.toml"], "there is no such file"),
    ],
)
def test_mistakes_are_explained(shell: Shell, asked: Calls, file: str, arguments: list[str], words: str) -> None:
    answer = shell("validate", "--targets", file, *arguments)
    assert answer.code == 2
    assert words in answer.err
    assert "Traceback" not in answer.err
    assert (answer.out, asked) == ("", [])


def test_a_place_that_cannot_be_sampled_is_known_before_anything_is_run(
    shell: Shell, asked: Calls, tmp_path: Path
) -> None:
    path = tmp_path / "wet.toml"
    path.write_text(text("wet", keys='measure = "attendance"\nplace = "preset:atlantis"'), encoding="utf-8")
    answer = shell("validate", "--targets", str(path))
    assert answer.code == 2
    assert "wet.toml, line 13 (wet.place)" in answer.err
    assert asked == []


def test_a_folder_with_other_things_is_left_alone(shell: Shell, asked: Calls, file: str, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.doc").write_text("mine")
    answer = shell("validate", "--targets", file, "--out", "taken")
    assert answer.code == 2
    assert "not a run" in answer.err
    assert asked == []


def test_check_recognises_targets(shell: Shell, file: str) -> None:
    answer = shell("check", file, "--json")
    assert answer.code == 0
    (found,) = json.loads(answer.out)["files"]
    assert found["estimate"] == {"targets": 6, "scored": 4, "inputs": 1, "not_modelled": 1, "places": 2}
    assert "ok (targets)" in shell("check", file).out
