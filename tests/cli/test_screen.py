"""Progress: a bar on a terminal, a plain line now and then elsewhere, a log in both cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.cli.screen import PREPARING, Progress


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
