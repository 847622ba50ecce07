"""A sweep that is killed or stopped in the middle, as a user has it: one command with worker processes of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.kills import PLACE, STUDY
from sim.experiments.sweeps import load_sweep

ROOT = Path(__file__).parents[2]
COMMAND = "import sys\nfrom sim.cli import main\nif __name__ == '__main__':\n    sys.exit(main(sys.argv[1:]))\n"
LARGER = PLACE.replace("children = 60", "children = 250")
LONGER = STUDY.replace("years = 2", "years = 4").replace("replications = 30", "replications = 45")
#: Runs of the study, and how many of them make a third.
RUNS, THIRD = 90, 30


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("killed")
    (folder / "small.toml").write_text(LARGER)
    (folder / "killed.toml").write_text(LONGER)
    (folder / "zonesim.py").write_text(COMMAND)
    return folder / "killed.toml"


def start(study: Path, out: Path, *more: str) -> subprocess.Popen[str]:
    words = [sys.executable, str(study.with_name("zonesim.py")), "sweep", str(study), "--out", str(out), *more]
    settings = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(words, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.fixture(scope="module")
def whole(study: Path) -> bytes:
    """The table of the study when nothing disturbs it."""
    command = start(study, study.with_name("whole"), "--workers", "0")
    told, _ = command.communicate(timeout=300)
    assert command.returncode == 0, told
    return (study.with_name("whole") / "runs.parquet").read_bytes()


def parts(out: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted((out / "parts").glob("part-*.parquet"))}


def runs(found: dict[Path, bytes]) -> list[bytes]:
    return [bytes(key) for path in found for key in pd.read_parquet(path, columns=["run"])["run"].unique()]


def wait_for(out: Path, least: int, command: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 300
    while len(runs(parts(out))) < least:
        assert command.poll() is None and time.monotonic() < until, "it ended too early, or not at all"
        time.sleep(0.02)


def go_on(study: Path, out: Path, kept: dict[Path, bytes], whole: bytes) -> None:
    """What was there is as it was, nothing of it is run again, and the table is that of the undisturbed sweep."""
    command = start(study, out, "--workers", "2", "--resume")
    told, _ = command.communicate(timeout=300)
    assert command.returncode == 0, told
    assert (out / "runs.parquet").read_bytes() == whole and load_sweep(out).complete
    after = parts(out)
    assert all(after[path] == content for path, content in kept.items())
    later = runs({path: content for path, content in after.items() if path not in kept})
    assert not set(runs(kept)) & set(later) and len(runs(kept)) + len(later) == RUNS


def children_of(process: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=False)
    own = [int(word) for word in found.stdout.split()]
    return own + [grandchild for child in own for grandchild in children_of(child)]


def test_killed_at_a_third(study: Path, whole: bytes, tmp_path: Path) -> None:
    command = start(study, tmp_path / "out", "--workers", "2")
    wait_for(tmp_path / "out", THIRD, command)
    helpers = children_of(command.pid)
    command.send_signal(signal.SIGKILL)
    command.communicate(timeout=60)
    until = time.monotonic() + 60
    while any(Path(f"/proc/{helper}").exists() for helper in helpers):
        assert time.monotonic() < until, "workers live on without their command"
        time.sleep(0.1)
    kept = parts(tmp_path / "out")
    assert THIRD <= len(runs(kept)) < RUNS
    go_on(study, tmp_path / "out", kept, whole)


def test_stopped_with_ctrl_c(study: Path, whole: bytes, tmp_path: Path) -> None:
    command = start(study, tmp_path / "out", "--workers", "2")
    wait_for(tmp_path / "out", 1, command)
    command.send_signal(signal.SIGINT)
    told, _ = command.communicate(timeout=120)
    assert command.returncode == 130, told
    assert "finishing what runs" in told and "--resume" in told and "Traceback" not in told
    kept = parts(tmp_path / "out")
    assert 0 < len(runs(kept)) < RUNS
    go_on(study, tmp_path / "out", kept, whole)
