"""Sweeps: the same table to the byte however it was made, and nothing made twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from sim.experiments.batches import Kept, size_of
from sim.experiments.points import COLUMNS, run_point
from sim.experiments.sweeps import Sweep, load_sweep, sweep
from sim.spec import Design, Study, Varied
from tests.experiments.studies import made_study

ROOT = Path(__file__).parents[2]
ADDRESS = "tcp://127.0.0.1:8841"
#: Batches of a single run, so that few runs make many.
BATCH_S = 0.001

#: A study with two places' worth of everything small: twenty runs.
STUDY = made_study(replications=2, design=Design(kind="grid", points=5))


def table(folder: Path) -> bytes:
    return (folder / "runs.parquet").read_bytes()


def log(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """The study, run in this process and never disturbed."""
    return sweep(STUDY, tmp_path_factory.mktemp("sweep") / "whole", workers=0, batch_s=BATCH_S)


def test_results_are_those_of_the_points_sorted(whole: Sweep):
    assert whole.complete and (whole.planned, whole.done, whole.failed) == (20, 20, 0)
    rows = [
        {"point": point, **row}
        for point, values in whole.design.to_dict("index").items()
        if point in (0, 4)
        for seed in (1, 2)
        for row in run_point(STUDY, values, STUDY.places[0].id, "none", "central", seed)
    ]
    expected = pd.DataFrame(rows)[list(COLUMNS)].sort_values(list(COLUMNS[:7]), ignore_index=True)
    found = whole.results[whole.results["point"].isin([0, 4])].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected, check_exact=True, check_dtype=False)
    assert list(whole.results.columns) == list(COLUMNS)
    keys = list(COLUMNS[:7])
    assert whole.results[keys].equals(whole.results[keys].sort_values(keys, ignore_index=True))


def test_the_folder_says_what_was_done(whole: Sweep):
    manifest = json.loads((whole.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["runs"] == {"planned": 20, "done": 20, "failed": 0, "made_now": 20, "found": 0}
    assert manifest["timings"]["grounds"] == 2, "one start for each replication"
    assert manifest["environment"]["numba"] and len(manifest["digests"]["model"]) == 32
    assert sum(line["runs"] for line in log(whole.folder)) == 20  # type: ignore[misc]
    assert not list(whole.folder.rglob("*.tmp"))


def test_a_finished_sweep_has_nothing_left_to_do(whole: Sweep):
    before = table(whole.folder)
    again = sweep(STUDY, whole.folder, workers=0, resume=True)
    assert again.manifest["runs"]["made_now"] == 0 and table(whole.folder) == before


def test_stopped_and_gone_on_with_makes_the_same_table(whole: Sweep, tmp_path: Path):
    seen: list[int] = []
    out = tmp_path / "stopped"
    first = sweep(
        STUDY, out, workers=0, batch_s=BATCH_S, stopping=lambda: seen[-1] >= 6 if seen else False,
        progress=lambda done, _total, _what: seen.append(done),
    )  # fmt: skip
    assert first.stopped and not first.complete and 6 <= first.done < 20 and not (out / "runs.parquet").exists()
    partial = first.results
    expected = whole.results.merge(partial[list(COLUMNS[:7])])
    pd.testing.assert_frame_equal(partial, expected, check_exact=True)
    second = sweep(STUDY, out, workers=0, resume=True)
    assert second.complete and second.manifest["runs"]["made_now"] == 20 - first.done
    assert table(out) == table(whole.folder)


def test_more_replications_change_no_old_row(whole: Sweep, tmp_path: Path):
    one = STUDY.model_copy(update={"replications": 1})
    first = sweep(one, tmp_path / "more", workers=0)
    before = first.results
    second = sweep(one, tmp_path / "more", workers=0, add_replications=1)
    assert (first.planned, second.planned, second.manifest["runs"]["made_now"]) == (10, 20, 10)
    assert table(tmp_path / "more") == table(whole.folder)
    old = second.results[second.results["replication"] == 0].reset_index(drop=True)
    pd.testing.assert_frame_equal(old, before, check_exact=True)
    assert load_sweep(tmp_path / "more").study.replications == 2


def test_the_same_point_twice_is_run_once(tmp_path: Path):
    twice = made_study(design=Design(kind="rows", rows=((0.5,), (1.0,), (0.5,))))
    found = sweep(twice, tmp_path / "twice", workers=0)
    assert found.complete and (found.planned, found.manifest["runs"]["made_now"]) == (6, 4)
    first, last = (found.results[found.results["point"] == point].drop(columns="point") for point in (0, 2))
    assert first.reset_index(drop=True).equals(last.reset_index(drop=True))


def test_a_run_that_fails_is_kept_and_the_others_go_on(tmp_path: Path):
    beyond = made_study(vary=(Varied(name="trust.drift_rate", values=(0.01, 99.0)),), design=Design(kind="grid"))
    found = sweep(beyond, tmp_path / "failing", workers=0)
    assert (found.planned, found.done, found.failed, found.complete) == (4, 2, 2, False)
    assert set(found.results["point"]) == {0} and not (found.folder / "runs.parquet").exists()
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in (found.folder / "failed").iterdir()]
    assert len(kept) == 2 and all("outside the range" in failure["error"] for failure in kept)
    assert "Traceback" in kept[0]["details"]
    assert sweep(beyond, tmp_path / "failing", workers=0, resume=True).manifest["runs"]["made_now"] == 0


def test_workers_of_their_own_make_the_same_table(whole: Sweep, tmp_path: Path):
    before = dict(os.environ)
    found = sweep(STUDY, tmp_path / "own", workers=1, batch_s=BATCH_S)
    assert table(found.folder) == table(whole.folder)
    assert dict(os.environ) == before


# --- a scheduler and workers started on their own --------------------------------------------------------------


def start(*words: str) -> subprocess.Popen[bytes]:
    settings = os.environ | {"NUMBA_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def worker(address: str) -> subprocess.Popen[bytes]:
    return start("-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")


@contextmanager
def cluster(workers: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    scheduler = start("-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "8841", "--no-dashboard")
    processes = [worker(ADDRESS) for _ in range(workers)]
    try:
        yield processes
    finally:
        for process in (*processes, scheduler):
            process.kill()
            process.wait()


SCRIPT = """
import sys
from pathlib import Path
from sim.experiments.sweeps import sweep
from sim.spec import Study
study = Study.model_validate_json(Path(sys.argv[1]).read_text())
sweep(study, Path(sys.argv[2]), scheduler=sys.argv[3], resume=Path(sys.argv[2]).exists(), batch_s=0.001)
"""


def parts(folder: Path) -> list[Path]:
    return sorted((folder / "parts").glob("part-*.parquet")) if folder.exists() else []


def wait_for_runs(folder: Path, runs: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until so many runs are on disk, while the command still goes on."""
    until = time.monotonic() + 240
    while sum(pd.read_parquet(path, columns=["run"]).shape[0] for path in parts(folder)) < runs:
        assert process.poll() is None and time.monotonic() < until, "the sweep ended too early, or not at all"
        time.sleep(0.02)


def test_kill_the_command_then_a_worker_and_go_on(whole: Sweep, tmp_path: Path):
    study, out = tmp_path / "study.json", tmp_path / "killed"
    study.write_text(STUDY.model_dump_json(), encoding="utf-8")
    with cluster(2) as workers:
        words = "-c", SCRIPT, str(study), str(out), ADDRESS
        command = start(*words)
        wait_for_runs(out, 6, command)
        command.send_signal(signal.SIGKILL)
        command.wait()
        time.sleep(0.5)
        after_kill = {path: path.read_bytes() for path in parts(out)}
        command = start(*words)
        wait_for_runs(out, 13, command)
        workers[0].send_signal(signal.SIGKILL)
        assert command.wait(timeout=240) == 0
    assert table(out) == table(whole.folder)
    assert load_sweep(out).complete
    assert all(path.read_bytes() == content for path, content in after_kill.items())
    known = {bytes(key) for content in map(pd.read_parquet, after_kill) for key in content["run"]}
    later = [bytes(key) for path in parts(out) if path not in after_kill for key in pd.read_parquet(path)["run"]]
    assert not known & set(later), "what had finished was run again"


# --- what workers keep -----------------------------------------------------------------------------------------


def test_workers_keep_what_was_used_last_within_bounds():
    made: list[int] = []
    kept: Kept[list[int]] = Kept(most=2, most_bytes=10**9)
    for key in (1, 2, 1, 3, 1, 2):
        kept.get((key,), lambda key=key: made.append(key) or [key])  # type: ignore[misc]
    assert made == [1, 2, 3, 2] and len(kept) == 2


def test_a_thing_that_is_too_large_is_kept_alone():
    import numpy as np

    kept: Kept[tuple[object, ...]] = Kept(most=9, most_bytes=1000)
    for key in range(3):
        kept.get((key,), lambda: (np.zeros(1000),))
    assert len(kept) == 1
    whole = np.zeros(100)
    assert size_of((whole, whole[:10], [whole])) == 800


def test_a_study_travels_whole():
    from sim.experiments.batches import _unpacked, packed

    assert _unpacked(packed(STUDY))[0] == STUDY
    assert isinstance(STUDY, Study)
