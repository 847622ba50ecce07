"""Progress: a bar on a terminal, a plain line now and then elsewhere, a log in both cases."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sim.cli.screen import PREPARING, Progress
from sim.experiments.preparing import Preparing


def test_the_first_run_says_that_it_prepares(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("one in place", cold=True):
        pass
    captured = capsys.readouterr()
    assert PREPARING in captured.err
    assert captured.out == ""


def test_without_a_terminal_a_line_appears_every_thirty_seconds(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr("sim.cli.screen.time.monotonic", lambda: float(next(clock)))
    with Progress("one in place", cold=False) as progress:
        for done in range(1, 10):
            progress(done, 10, "replications")
    lines = capsys.readouterr().err.splitlines()
    assert 1 <= len(lines) < 9
    assert "of 10 replications" in lines[0]
    assert "s left" in lines[0]


def test_on_a_terminal_a_bar_counts(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "160")
    with Progress("one [bold]", cold=True) as progress:
        progress(0, 2, "replications")
        progress(1, 2, "replications")
        progress(2, 2, "replications")
    text = capsys.readouterr().err
    assert "2/2" in text
    assert "[bold]" in text


def test_the_log_keeps_every_step(tmp_path: Path) -> None:
    with Progress("one in place", cold=False) as progress:
        progress(1, 2, "replications")
    progress.save(tmp_path)
    lines = (tmp_path / "run.log").read_text().splitlines()
    assert len(lines) == 2
    assert lines[1].endswith("1 of 2 replications")


def test_a_first_run_tells_how_far_it_is_and_stops(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "kernel").mkdir()
    (tmp_path / "kernel" / "families._work_and_income-88.py311.nbi").touch()
    monkeypatch.setattr("sim.experiments.preparing.cache_folder", lambda: tmp_path)
    monkeypatch.setattr("sim.experiments.preparing.is_cold", lambda: False)
    monkeypatch.setattr("sim.cli.screen._SECONDS_PREPARING", {True: 0.01, False: 0.01})
    with Progress("one in place", cold=True) as progress:
        time.sleep(0.2)
        progress(1, 2, "replications")
        told = capsys.readouterr().err
        time.sleep(0.1)
        assert "parts ready" not in capsys.readouterr().err
    assert "1 of about" in told and "last: work and income" in told


def test_somebody_who_is_gone_is_told_no_more() -> None:
    told = []

    def tell(ready: int, parts: int, newest: str) -> None:
        told.append(ready)
        raise RuntimeError("gone")

    with Preparing(tell, 0.01, cold=True):
        time.sleep(0.1)
    assert len(told) == 1


def test_a_model_that_is_prepared_is_not_watched() -> None:
    with Preparing(lambda *_: pytest.fail("nobody asked"), 0.01, cold=False):
        time.sleep(0.05)
