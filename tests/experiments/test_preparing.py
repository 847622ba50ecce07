"""Helpers that compile while a first run waits: what they compile, and when they end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim import _jit
from sim.engine import EVENTS
from sim.experiments import preparing
from sim.experiments.preparing import Preparing

_PATIENCE_S = 60.0


def _ended(helper: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + _PATIENCE_S
    while helper.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    return helper.poll() is not None


def test_a_helper_goes_through_every_event_and_begins_where_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "_end_with_its_command", lambda: None)
    seen: list[str] = []
    failed: list[str] = []

    def watched(event: object) -> object:
        def act(world: object) -> None:
            seen.append(event.name)
            try:
                event.act(world)
            except Exception:
                failed.append(event.name)
                raise

        return event._replace(act=act)

    monkeypatch.setattr("sim.engine.EVENTS", tuple(map(watched, EVENTS)))
    preparing.help_compile(0, 2)
    first, seen[:] = list(seen), []
    preparing.help_compile(1, 2)
    assert sorted(first) == sorted(seen) == sorted(event.name for event in EVENTS)
    assert first[0] == EVENTS[-1].name and first[:9] == seen[-9:], "they begin at other ends"
    assert set(failed) <= {"local analysis"}, "of these nothing is compiled ahead"


def test_helpers_end_with_the_block(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(preparing, "_HELPER", "import time; time.sleep(600)")
    monkeypatch.setattr(preparing, "is_cold", lambda: True)
    monkeypatch.setattr(preparing, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(3)), raising=False)
    with Preparing(lambda *_: None, cold=True) as at_work:
        helpers = list(at_work._helpers)
        assert len(helpers) == 2, "one processor is the run's own"
        assert all(helper.poll() is None for helper in helpers)
    assert all(helper.poll() is not None for helper in helpers)


@pytest.mark.parametrize(("cores", "helpers"), [(1, 0), (2, 1), (64, preparing.MOST_HELPERS)])
def test_one_helper_for_each_processor_that_would_stand_idle(
    cores: int, helpers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "_HELPER", "")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)), raising=False)
    started = preparing._start_helpers()
    assert len(started) == helpers and all(map(_ended, started))


def test_a_helper_compiles_for_the_package_that_runs_and_for_no_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "sim").mkdir()
    (tmp_path / "sim" / "__init__.py").write_text("raise SystemExit(7)")
    told = "import sim, pathlib; pathlib.Path('told').write_text(f'{sim.__file__} {sys.argv[2:]}')"
    code = preparing._HELPER.replace("from sim.experiments.preparing import help_compile", told).split("help_compile")[
        0
    ]
    monkeypatch.setattr(preparing, "_HELPER", code)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(2)), raising=False)
    monkeypatch.chdir(tmp_path)
    (helper,) = preparing._start_helpers()
    assert _ended(helper) and helper.returncode == 0
    assert (tmp_path / "told").read_text() == f"{_jit.__file__.replace('_jit', '__init__')} ['0', '1']"


def test_a_helper_ends_when_its_command_is_gone() -> None:
    code = "from sim.experiments import preparing as p; import time; "
    code += "import threading; threading.Thread(target=p._end_with_its_command).start(); time.sleep(600)"
    helper = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    assert helper.stdin is not None
    time.sleep(0.5)
    assert helper.poll() is None
    helper.stdin.close()
    assert _ended(helper) and helper.returncode == 0


def test_a_first_run_that_was_stopped_is_no_first_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(_jit, "_FOLDER", tmp_path)
    monkeypatch.setattr(preparing, "_start_helpers", list)
    (tmp_path / "half.nbi").touch()
    with pytest.raises(KeyboardInterrupt), Preparing(lambda *_: None):
        raise KeyboardInterrupt
    assert _jit.is_cold(), "half of it is still to be compiled"
    with Preparing(lambda *_: None):
        pass
    assert not _jit.is_cold()


def test_where_nothing_can_be_kept_every_run_is_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_jit, "_FOLDER", None)
    _jit.note_prepared()
    assert _jit.is_cold()


def test_without_processes_the_run_compiles_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(subprocess, "Popen", refused)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(4)), raising=False)
    assert preparing._start_helpers() == []
