"""The file of priors and the command line."""

from __future__ import annotations

import sys
import tomllib

import pytest

from calibration.cli import main
from calibration.problem import HoldOutError, load_priors
from sim.inputs import InputError
from tests.calibration import toys

GOOD = """schema_version = 1
[[prior]]
name = "children.b"
low = 0
high = 2.5
reason = "why"
source = "where"
[[prior]]
name = "children.a"
low = -1.0
high = 1.0
reason = "why"
source = "where"
"""


def test_priors_are_read_in_the_order_of_their_names(tmp_path):
    file = tmp_path / "priors.toml"
    file.write_text(GOOD)
    found = load_priors(file)
    assert [(prior.name, prior.low, prior.high) for prior in found] == [
        ("children.a", -1.0, 1.0),
        ("children.b", 0.0, 2.5),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("high = 2.5", "high = -3", 2, "prior[1]: low 0 is not below high -3"),
        ("low = 0\n", "", 2, "prior[1].low: is missing; add low"),
        ("low = 0\n", 'low = "0"\n', 4, 'prior[1].low: "0" is not a number'),
        ("low = 0\n", "low = true\n", 4, "prior[1].low: true is not a number"),
        ("low = 0\n", "lowest = 0\nlow = 0\n", 4, 'unknown key "lowest"; did you mean "low"?'),
        ('"children.b"', '"children.a"', 9, 'prior[2].name: "children.a" stands twice'),
        ('"children.b"', '"Nonsense!"', 3, "cannot be a parameter"),
        ('reason = "why"', "reason = 3", 6, "3 is not a text"),
        ("schema_version = 1", "priors = 3", 1, 'unknown key "priors"'),
        ("low = 0", "low = nan", 4, "not a number that can be used"),
        ("low = 0", "low = = 0", 4, "not valid TOML"),
    ],
)
def test_what_is_wrong_with_priors_is_told_with_its_line(tmp_path, old, new, line, words):
    file = tmp_path / "priors.toml"
    file.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(InputError) as raised:
        load_priors(file)
    assert f"priors.toml:{line}: " in str(raised.value) and words in str(raised.value)


@pytest.mark.parametrize("text", ["", "schema_version = 1\n", "prior = 3\n", "prior = [1, 2]\n", "\0"])
def test_a_file_without_priors_is_refused(tmp_path, text):
    file = tmp_path / "priors.toml"
    file.write_text(text)
    with pytest.raises(InputError):
        load_priors(file)


# --- commands --------------------------------------------------------------------------------------------------


@pytest.fixture
def toy_england(monkeypatch):
    monkeypatch.setitem(sys.modules, "calibration.england", toys)


def test_fit_and_where_it_is_written(toy_england, tmp_path, capsys):
    folder = tmp_path / "fit"
    arguments = ["fit", "--out", str(folder), "--quick", "--draws", "40", "--workers", "1"]
    assert main(arguments) == 0
    told = capsys.readouterr()
    assert "8 parameters, 12 goals" in told.out and "R-hat" in told.out and "wave 1" in told.err
    assert len(tomllib.loads((folder / "posterior.toml").read_text())["draws"]["toy.p00"]) == 40
    assert main(["write", str(folder), "--to", str(tmp_path)]) == 2
    assert "no parameter files here" in capsys.readouterr().err
    assert main(arguments) == 2
    assert "already holds a fit" in capsys.readouterr().err
    assert main([*arguments, "--resume"]) == 0


@pytest.mark.parametrize("command", ["recover", "report", "write"])
def test_a_folder_without_a_fit_is_told(command, tmp_path, capsys):
    assert main([command, str(tmp_path)]) == 2
    assert "no finished fit here" in capsys.readouterr().err


def test_ctrl_c_is_told_with_what_to_do(monkeypatch, tmp_path, capsys):
    class Stopped:
        @staticmethod
        def england_problem():
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "calibration.england", Stopped)
    assert main(["fit", "--out", str(tmp_path / "fit")]) == 130
    assert "--resume" in capsys.readouterr().err


def test_a_target_held_out_is_told(monkeypatch, tmp_path, capsys):
    class Wrong:
        @staticmethod
        def england_problem():
            raise HoldOutError("target x is held out")

    monkeypatch.setitem(sys.modules, "calibration.england", Wrong)
    assert main(["fit", "--out", str(tmp_path / "fit")]) == 2
    assert "held out" in capsys.readouterr().err


def test_missing_libraries_are_told(monkeypatch, capsys):
    monkeypatch.setattr("calibration.cli.find_spec", lambda name: None if name == "emcee" else name)
    assert main(["fit"]) == 2
    assert "emcee missing" in capsys.readouterr().err
