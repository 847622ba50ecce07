"""The bank of simulations: one small file a design point, so that nothing is ever simulated twice.

A file is named by the digest of everything in it that could differ: simulator, point and seeds. It is written
under another name, flushed and renamed, so that after a sudden end each file is whole or absent.
"""

from __future__ import annotations

import io
import multiprocessing
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from calibration.problem import Array, Booleans, CalibrationError, Problem, digest
from sim.outputs.folders import DAMAGED, write_file

Pool = Literal["threads", "processes"]

#: (done, all, of what): told after each point.
Progress = Callable[[int, int, str], None]

#: Points handed to the workers ahead of time, for each worker.
_AHEAD = 2


class SimulationError(CalibrationError):
    """The simulator failed or answered something unusable at one point."""


@dataclass(frozen=True)
class Job:
    """One design point: its wave and number (from 0), parameters in their own units, and seeds."""

    wave: int
    point: int
    values: tuple[float, ...]
    seeds: tuple[int, ...]


class Bank:
    """Simulations of one problem in a folder of their own."""

    def __init__(self, folder: Path, problem: Problem) -> None:
        self.folder, self.problem = folder, problem
        self._simulator = problem.simulator_digest()

    def path_of(self, job: Job) -> Path:
        """File of a point, there or not."""
        name = digest([self._simulator, [repr(value) for value in job.values], job.seeds])
        return self.folder / name[:2] / f"{name}.npz"

    def kept(self, job: Job) -> Array | None:
        """Outputs of a point (seeds x goals), or ``None`` where it must (again) be simulated."""
        try:
            with np.load(self.path_of(job), allow_pickle=False) as part:
                outputs: Array = part["outputs"]
        except DAMAGED:
            return None
        return outputs if outputs.shape == (len(job.seeds), len(self.problem.goals)) else None

    def run(
        self,
        jobs: Sequence[Job],
        workers: int = 2,
        pool: Pool = "threads",
        progress: Progress | None = None,
    ) -> Array:
        """Outputs of all points (points x seeds x goals), simulating those that are not kept.

        Ctrl-C lets the points in work end and be kept, then goes on up. Raises ``SimulationError`` for a point
        that fails; the others that were in work are kept.
        """
        self._sweep()
        missing = [job for job in jobs if self.kept(job) is None]
        if missing:
            self._simulate(missing, len(jobs) - len(missing), workers, pool, progress or _silent)
        found = [self.kept(job) for job in jobs]
        return np.stack([outputs for outputs in found if outputs is not None])

    def _simulate(self, jobs: list[Job], kept: int, workers: int, pool: Pool, progress: Progress) -> None:
        what = f"points of wave {jobs[0].wave}" + (f" ({kept} kept from before)" if kept else "")
        progress(0, len(jobs), what)
        executor = _executor(pool, workers, self.problem)
        queue, running, done = iter(jobs), set[Future[None]](), 0
        try:
            while True:
                while len(running) < _AHEAD * workers and (job := next(queue, None)) is not None:
                    problem = None if pool == "processes" else self.problem
                    running.add(executor.submit(_make_part, problem, job, self.path_of(job)))
                if not running:
                    return
                ended, running = wait(running, return_when=FIRST_COMPLETED)
                for future in ended:
                    future.result()
                    done += 1
                    progress(done, len(jobs), what)
        finally:
            executor.shutdown(wait=True, cancel_futures=True)

    def _sweep(self) -> None:
        """Remove what a sudden end left half written."""
        for path in self.folder.glob("*/.*.tmp"):
            path.unlink(missing_ok=True)


def _silent(done: int, total: int, what: str) -> None:
    """Tell nobody."""


def _executor(pool: Pool, workers: int, problem: Problem) -> Executor:
    if pool == "threads":
        return ThreadPoolExecutor(workers)
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker, initargs=(problem,))


#: The problem of a worker process, handed over once.
_held: list[Problem] = []


def _start_worker(problem: Problem) -> None:
    # Ctrl-C reaches every process of a terminal; only the first one decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _held[:] = [problem]


def _make_part(problem: Problem | None, job: Job, path: Path) -> None:
    """Simulate one point and write its file. The worker writes, so that nothing done waits in memory."""
    outputs = _outputs(problem or _held[0], job)
    buffer = io.BytesIO()
    np.savez(buffer, outputs=outputs, values=np.array(job.values), seeds=np.array(job.seeds))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, buffer.getvalue())


def _outputs(problem: Problem, job: Job) -> Array:
    where = f"point {job.point} of wave {job.wave}"
    try:
        answer = problem.simulate(dict(zip(problem.names, job.values, strict=True)), job.seeds)
        outputs = np.asarray(answer, dtype=np.float64)
    except Exception as error:
        raise SimulationError(f"{where} failed: {type(error).__name__}: {error}") from error
    wanted = (len(job.seeds), len(problem.goals))
    if outputs.shape != wanted:
        raise SimulationError(f"{where} answered {outputs.shape} numbers instead of seeds x goals {wanted}")
    outputs[~np.isfinite(outputs)] = np.nan
    return outputs


# --- from single seeds to what an emulator learns from ----------------------------------------------------------

#: A goal without a value at more of the points than this is dropped.
MOST_MISSING = 0.05


@dataclass(frozen=True)
class Runs:
    """Simulated points: ``unit`` (points x parameters, unit cube), ``wave`` and seed means (points x goals).

    ``chance``: variance of a seed mean that is due to the seeds, by goal (0 with one seed: unknown).
    A mean is NaN where fewer than half of the seeds have a value.
    """

    unit: Array
    wave: Array
    means: Array
    chance: Array

    def only(self, rows: Booleans) -> Runs:
        """Some of the points."""
        return Runs(self.unit[rows], self.wave[rows], self.means[rows], self.chance)

    def goals(self, columns: Booleans) -> Runs:
        """Some of the goals."""
        return Runs(self.unit, self.wave, self.means[:, columns], self.chance[columns])


def runs_of(unit: Array, wave: Array, outputs: Array) -> Runs:
    """Seed means and the variance that is left in them, of ``outputs`` (points x seeds x goals)."""
    there = np.isfinite(outputs)
    count = there.sum(axis=1)
    enough = 2 * count >= outputs.shape[1]
    filled = np.where(there, outputs, 0.0)
    means = np.where(enough, filled.sum(axis=1) / np.maximum(count, 1), np.nan)
    squares = np.where(there, (outputs - means[:, None, :]) ** 2, 0.0).sum(axis=1)
    usable = enough & (count > 1)
    variance = np.where(usable, squares / np.maximum(count - 1, 1) / np.maximum(count, 1), 0.0)
    return Runs(unit, wave, means, variance.sum(axis=0) / np.maximum(usable.sum(axis=0), 1))


def missing_share(runs: Runs) -> Array:
    """Share of points without a value, by goal."""
    return np.isnan(runs.means).mean(axis=0)
