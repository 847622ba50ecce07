"""Command lines in a folder of their own, with a made comparison in place of the simulation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import sim.experiments
from sim.cli import main
from sim.outputs import StoredComparison
from sim.spec import Place, Strategy
from tests.report.made import made_comparison


@dataclass(frozen=True)
class Answer:
    """What a command line left behind."""

    code: int
    out: str
    err: str


Shell = Callable[..., Answer]


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Run ``zonesim`` with some arguments in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("ZONESIM_CACHE_DIR", str(tmp_path / "cache"))

    def call(*arguments: str) -> Answer:
        code = main(list(arguments))
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return call


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Replace the simulation by numbers made by hand; the list holds what was asked of it."""
    asked: list[dict[str, Any]] = []

    def compare(
        strategies: Sequence[Strategy], place: Place, *, threads: int | None, progress: Any, **options: Any
    ) -> StoredComparison:
        asked.append({"strategies": [s.id for s in strategies], "place": place.id, "threads": threads, **options})
        for done in range(3):
            progress(done, 2, "twin")
        return made_comparison(strategies, place, **options)

    monkeypatch.setattr(sim.experiments, "compare", compare)
    return asked


@pytest.fixture
def no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out figures and briefing, which take seconds, where a test is not about them."""
    monkeypatch.setattr("sim.report.briefing.write_report", lambda *_: [])
