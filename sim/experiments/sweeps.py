"""Sweeps: every run of a study, on one machine or many, in a folder that can be gone on with."""

from __future__ import annotations

import itertools
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from sim._jit import is_cold, note_prepared
from sim.experiments.batches import FAILED, Batch, Failure, Job, Receipt, packed, run_batch, write_failure
from sim.experiments.cluster import Cluster, ClusterError, WorkerLost, check_address
from sim.experiments.designs import design
from sim.experiments.dispatch import BATCH_S, Deal, Dealer, Pace
from sim.experiments.parts import write_part
from sim.experiments.points import RESULTS_VERSION, Keys, Where, model_digest, on_ground
from sim.experiments.sweep_folders import (
    GROUP_ROWS,
    LOG,
    RUNS,
    SCHEMA,
    Opened,
    all_answers,
    open_folder,
    read_runs,
    stored_design,
    stored_manifest,
    stored_study,
    write_runs,
)
from sim.outputs.folders import MANIFEST, OutputError, write_file
from sim.outputs.manifest import environment, source_commit, stamp
from sim.outputs.records import zonesim_version
from sim.spec import Study

Progress = Callable[[int, int, str], None]

#: Version of the folder of a sweep.
SCHEMA_VERSION = 1
#: Seconds to wait without any worker before giving up, and between looks at which workers there are.
NO_WORKER_S, LOOK_S = 180.0, 2.0
#: First guess at the seconds that a year takes, a child takes for a month, and how many runs a start and twin last.
_SECONDS_A_YEAR, _SECONDS_PER_CHILD_MONTH, _GROUND_IN_RUNS = 0.03, 3e-6, 0.6


@dataclass(frozen=True)
class Sweep:
    """A sweep as it stands in its folder.

    ``planned``: runs of the study, each beside its twin; ``done`` of them have results. ``complete``: all are done.
    ``stopped``: somebody stopped it. ``warnings``: damage that was found and put right.
    """

    folder: Path
    study: Study
    design: pd.DataFrame
    planned: int
    done: int
    failed: int
    stopped: bool
    warnings: tuple[str, ...]
    manifest: dict[str, Any] = field(repr=False, compare=False)

    @property
    def complete(self) -> bool:
        """Whether every run of the study has its results."""
        return self.done == self.planned

    @cached_property
    def results(self) -> pd.DataFrame:
        """Tidy results: one row a point, place, future, evidence, replication, strategy and outcome; what is done."""
        if (self.folder / RUNS).is_file() and self.complete:
            return read_runs(self.folder)
        tables = list(_sorted_tables(self.folder, self.study, self.design))
        return pa.concat_tables([SCHEMA.empty_table(), *tables]).to_pandas()


def sweep(
    study: Study,
    out: Path,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    insecure: bool = False,
    resume: bool = False,
    add_replications: int = 0,
    progress: Progress | None = None,
    stopping: Callable[[], bool] | None = None,
    command: str = "",
    batch_s: float = BATCH_S,
) -> Sweep:
    """Run a study into the folder ``out``, or go on with what is there.

    ``workers``: processes on this machine (default: one a processor; 0: in this process). ``scheduler``: address or
    file of a Dask scheduler instead. ``add_replications``: so many more than the folder has; no earlier row changes.
    ``batch_s``: seconds that a batch should last. ``stopping``: asked now and then; once true, what runs is finished
    and kept. ``progress(done, total, what)``.
    The results do not depend on workers, scheduler, or on how often it was stopped.

    Raises ``OutputError`` for a folder or a cluster that cannot be used (whatever was finished is kept) and
    ``InputError`` for a study that cannot be run. A run that fails is kept under ``failed/`` and counted.
    """
    started = datetime.now(UTC)
    if scheduler is not None:
        check_address(scheduler, insecure)
    opened = open_folder(Path(out), study, design(study), resume, add_replications)
    session = _Session(opened, progress, stopping or (lambda: False), batch_s)
    many = os.cpu_count() or 1 if workers is None else workers
    begun = time.perf_counter()

    def keep_manifest() -> None:
        manifest = session.manifest(started, time.perf_counter() - begun, command, many, scheduler)
        write_file(opened.path / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")

    keep_manifest()
    try:
        if session.anything_to_do():
            with Cluster(many, scheduler, insecure) as cluster:
                session.run(cluster)
        if session.skipped + session.finished == session.planned and not session.failed:
            write_runs(opened.path, _sorted_tables(opened.path, opened.study, opened.design))
    finally:
        keep_manifest()
    return load_sweep(opened.path)


def load_sweep(folder: Path) -> Sweep:
    """The sweep that stands in a folder, whole or not. Raises ``OutputError`` where there is none."""
    folder = Path(folder).absolute()
    study, manifest = stored_study(folder), stored_manifest(folder)
    runs = manifest["runs"]
    return Sweep(
        folder, study, stored_design(folder), runs["planned"], runs["done"], runs["failed"], manifest["stopped"],
        tuple(manifest["warnings"]), manifest,
    )  # fmt: skip


def n_runs(study: Study, points: int) -> int:
    """Runs of a study with so many points, twins aside."""
    return (
        points * len(study.places) * len(study.futures) * len(study.evidence) * study.replications
        * len(study.strategies)
    )  # fmt: skip


def n_grounds(study: Study) -> int:
    """Starts with twins that a study takes."""
    per_point = len(study.places) * len(study.futures) * len(study.evidence) * study.replications
    return len(_by_ground(study, design(study))) * per_point


def estimated_seconds(study: Study, runs: int, grounds: int) -> float:
    """About how many seconds of one core a study takes; machines differ by a factor of three."""
    return _seconds_a_run(study) * (runs + _GROUND_IN_RUNS * grounds)


def _seconds_a_run(study: Study) -> float:
    children = float(np.mean([place.value("children") for place in study.places]))
    return study.years * (_SECONDS_A_YEAR + children * 12 * _SECONDS_PER_CHILD_MONTH)


def _by_ground(study: Study, points: pd.DataFrame) -> list[list[int]]:
    """Points in groups that share a start and a twin, in the order of their first."""
    names = [entry.name for entry in study.vary if on_ground(entry.name)]
    groups: dict[tuple[float, ...], list[int]] = {}
    columns = points[names].to_numpy()
    for point in range(len(points)):
        groups.setdefault(tuple(columns[point].tolist()), []).append(point)
    return list(groups.values())


class _Session:
    """One call of ``sweep``: from what is on disk to as much as could be done."""

    def __init__(self, opened: Opened, progress: Progress | None, stopping: Callable[[], bool], batch_s: float) -> None:
        self.opened, self.study = opened, opened.study
        self._progress, self._stopping, self._batch_s = progress, stopping, batch_s
        self._names = [entry.name for entry in self.study.vary]
        self._points = opened.design.to_numpy()
        self._keys, self._known = Keys(self.study), set(opened.keys)
        self._study, self._model = packed(self.study), model_digest(self.study)
        self.planned = n_runs(self.study, len(self._points))
        self.skipped = self.finished = self.failed = 0
        self.stopped = False
        self._failed_before = {path.stem for path in (opened.path / FAILED).glob("*.json")}
        self._totals = {"batches": 0, "grounds": 0, "model_s": 0.0, "worker_wall_s": 0.0, "worker_cpu_s": 0.0}
        self._peaks: dict[str, int] = {}
        self._first: list[Job] | None = None
        self._grounds = self._all_grounds()

    def anything_to_do(self) -> bool:
        """Whether a run is missing; looks no further than to the first."""
        self._first = next(self._grounds, None)
        return self._first is not None

    def _all_grounds(self) -> Iterator[list[Job]]:
        """Runs that are not on disk, each key once, in lists that share a start, those of a ground side by side.

        Replications come outermost, so that the results of a sweep that was stopped can be read.
        """
        groups = _by_ground(self.study, self.opened.design)
        for replication, place in itertools.product(range(self.study.replications), range(len(self.study.places))):
            for group in groups:
                jobs = [
                    job
                    for future, evidence in itertools.product(range(len(self.study.futures)), self.study.evidence)
                    for point in group
                    for job in self._jobs(point, Where(place, future, evidence, replication))
                ]
                if jobs:
                    yield jobs

    def _jobs(self, point: int, where: Where) -> Iterator[Job]:
        values = tuple(self._points[point].tolist())
        named = dict(zip(self._names, values, strict=True))
        for strategy in range(len(self.study.strategies)):
            key = self._keys(named, where, strategy)
            if key in self._known:
                self.skipped += 1
            else:
                self._known.add(key)
                yield Job(key, where, values, strategy)

    def run(self, cluster: Cluster) -> None:
        """Deal out the runs and take in the receipts, until all are done or somebody stops it."""

        def grounds() -> Iterator[list[Job]]:
            if self._first is not None:
                yield self._first
            yield from self._grounds

        dealer = Dealer(grounds(), Pace(_seconds_a_run(self.study), self._batch_s))
        # The first batch compiles, if nothing is compiled yet: once, not in every worker at the same time.
        cold = is_cold()
        looked = alone = time.monotonic()
        dealer.meet(_only_one(cluster.workers()) if cold else cluster.workers())
        number = 0
        self._tell()
        while True:
            self.stopped = self.stopped or self._stopping()
            if not self.stopped:
                for deal in dealer.deals():
                    number += 1
                    dealer.under_way[str(number)] = deal
                    cluster.submit(run_batch, self._batch(deal), str(number), deal.worker)
            if not dealer.under_way:
                return
            for name, answer in cluster.answers(timeout=0.5):
                if cold:
                    cold = False
                    note_prepared()
                self._take(dealer, dealer.under_way.pop(name), answer)
                self._tell()
            if time.monotonic() - looked > LOOK_S and not cold:
                looked = time.monotonic()
                workers = cluster.workers()
                dealer.meet(workers)
                alone = looked if workers else alone
                if looked - alone > NO_WORKER_S:
                    raise ClusterError("workers", "all workers are gone", "Start some, then go on with --resume.")

    def _batch(self, deal: Deal) -> Batch:
        return Batch(self._study, self._model, str(self.opened.path), self.opened.token, deal.jobs)

    def _take(self, dealer: Dealer, deal: Deal, answer: Receipt | BaseException) -> None:
        """Book a receipt, or deal with what came instead."""
        if isinstance(answer, WorkerLost):
            job = dealer.lost(deal)
            if job is not None:
                self._fail(Failure(job.key.hex(), "the worker died while it made this run", str(answer), deal.worker))
            return
        if isinstance(answer, BaseException):
            for job in deal.jobs:
                self._fail(Failure(job.key.hex(), str(answer)[:500], repr(answer), deal.worker))
            return
        if answer.trouble:
            raise OutputError(self.opened.path, f"stopped: {answer.trouble}", "What is finished is kept; use --resume.")
        if answer.part is not None:
            if answer.done:
                write_part(self.opened.path, answer.name, answer.part)
            for failure in answer.failures:
                write_failure(self.opened.path, failure)
        self._forget_failures({job.key.hex() for job in deal.jobs} - {failure.key for failure in answer.failures})
        self.finished += answer.done
        self.failed += len(answer.failures)
        dealer.pace.learn(len(deal.jobs), answer.wall_s)
        self._book(answer)

    def _forget_failures(self, made: set[str]) -> None:
        """Runs that failed once and have been made now."""
        for key in made & self._failed_before:
            (self.opened.path / FAILED / f"{key}.json").unlink(missing_ok=True)

    def _fail(self, failure: Failure) -> None:
        write_failure(self.opened.path, failure)
        self.failed += 1

    def _book(self, receipt: Receipt) -> None:
        for total, amount in (
            ("batches", 1), ("grounds", receipt.grounds), ("model_s", receipt.model_s),
            ("worker_wall_s", receipt.wall_s), ("worker_cpu_s", receipt.cpu_s),
        ):  # fmt: skip
            self._totals[total] += amount
        self._peaks[receipt.worker] = max(receipt.peak_bytes, self._peaks.get(receipt.worker, 0))
        line = {
            "at": stamp(datetime.now(UTC)), "part": receipt.name, "runs": receipt.done,
            "failed": [failure.key for failure in receipt.failures], "found": receipt.found,
            "grounds": receipt.grounds, "wall_s": round(receipt.wall_s, 4), "cpu_s": round(receipt.cpu_s, 4),
            "model_s": round(receipt.model_s, 4), "worker": receipt.worker,
        }  # fmt: skip
        try:
            with (self.opened.path / LOG).open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(line) + "\n")
        except OSError as error:
            raise OutputError.from_os(self.opened.path, error) from error

    def _tell(self) -> None:
        if self._progress is not None:
            done = self.skipped + self.finished + self.failed
            self._progress(done, self.planned, "runs" + (f", {self.failed} failed" if self.failed else ""))

    def manifest(
        self, started: datetime, wall_s: float, command: str, workers: int, scheduler: str | None
    ) -> dict[str, Any]:
        """Everything needed to go on with the sweep, to repeat it, and to tell what it took."""
        study = self.study
        return {
            "schema": SCHEMA_VERSION,
            "kind": "sweep",
            "zonesim": zonesim_version(),
            "commit": source_commit(),
            "results_version": RESULTS_VERSION,
            "command": command,
            "study": study.id,
            "digests": {"model": self._model, "study": _digest(self._study)},
            "design": {"kind": study.design.kind, "points": len(self._points), "seed": study.seed},
            "seeds": [study.seed, study.seed + study.replications - 1],
            "runs": {
                "planned": self.planned,
                "done": self.skipped + self.finished,
                "failed": self.failed,
                "made_now": self.finished,
                "found": self.skipped,
            },
            "stopped": self.stopped,
            "warnings": list(self.opened.warnings),
            "started": stamp(started),
            "ended": stamp(datetime.now(UTC)),
            "timings": {
                "wall_s": round(wall_s, 3),
                **{name: round(total, 3) for name, total in self._totals.items()},
            },
            "workers": {
                "processes": None if scheduler else workers,
                "scheduler": scheduler,
                "peak_bytes": dict(sorted(self._peaks.items())),
            },
            "environment": environment(),
        }


def _only_one(workers: dict[str, int]) -> dict[str, int]:
    first = min(workers)
    return {first: workers[first]}


def _digest(content: bytes) -> str:
    import hashlib

    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _sorted_tables(folder: Path, study: Study, points: pd.DataFrame) -> Iterator[pa.Table]:
    """Results sorted by point, place, future, evidence, replication, strategy and outcome, some rows at a time."""
    at, values, twins = all_answers(folder, study.outcomes)
    keys, names, numbers = Keys(study), [entry.name for entry in study.vary], points.to_numpy()
    outcomes = sorted(range(len(study.outcomes)), key=lambda k: study.outcomes[k])
    rows: list[tuple[Any, ...]] = []
    for point in range(len(numbers)):
        named = dict(zip(names, numbers[point].tolist(), strict=True))
        for where, strategy in _in_order(study):
            run = at.get(keys(named, where, strategy))
            if run is None:
                continue
            head = (
                point, study.places[where.place].id, study.futures[where.future].id, where.evidence,
                where.replication, study.strategies[strategy].id,
            )  # fmt: skip
            for k in outcomes:
                value, twin = float(values[run, k]), float(twins[run, k])
                rows.append((*head, study.outcomes[k], study.seed + where.replication, value, twin, value - twin))
        if len(rows) >= GROUP_ROWS:
            yield _table(rows)
            rows = []
    if rows:
        yield _table(rows)


def _in_order(study: Study) -> list[tuple[Where, int]]:
    """Places, futures, evidence, replications and strategies of a point, by their names."""

    def by_id(records: tuple[Any, ...]) -> list[int]:
        return sorted(range(len(records)), key=lambda k: records[k].id)

    return [
        (Where(place, future, evidence, replication), strategy)
        for place in by_id(study.places)
        for future in by_id(study.futures)
        for evidence in sorted(study.evidence)
        for replication in range(study.replications)
        for strategy in by_id(study.strategies)
    ]


def _table(rows: list[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True))
    return pa.table([pa.array(column, kind.type) for column, kind in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)
