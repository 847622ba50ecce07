"""What a worker does with a batch of runs: make or find their grounds, run them, write one part, give a receipt.

A batch can be run again by another worker: the part is the same to the byte, and where it is there already nothing
is run. A worker that does not see the sweep's folder sends the bytes of the part back instead.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
import zlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, is_dataclass, replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

from sim.engine import Start
from sim.experiments.ensemble import Ground
from sim.experiments.parts import PARTS, part_bytes, part_name, write_part
from sim.experiments.points import Answer, Where, answer_on, ground_at, ground_key, model_digest, start_at, start_key
from sim.outputs.folders import OutputError, write_file
from sim.spec import Study
from sim.state import Table

FAILED = "failed"
#: File by which a worker knows that it sees the sweep's folder.
TOKEN = ".token"
#: Starts and grounds that a worker keeps, and bytes that either may take.
MOST_STARTS, MOST_GROUNDS, MOST_BYTES = 2, 8, 384 * 2**20
T = TypeVar("T")


class Job(NamedTuple):
    """One run: its key, where, the values of its point in the order of the study, the strategy by number."""

    key: bytes
    where: Where
    values: tuple[float, ...]
    strategy: int


@dataclass(frozen=True)
class Batch:
    """Runs that one worker makes in one go. ``study``: see ``packed``. ``token``: what the sweep's folder holds."""

    study: bytes
    model: str
    folder: str
    token: str
    jobs: tuple[Job, ...]


@dataclass(frozen=True)
class Failure:
    """A run that could not be made. ``details`` holds the traceback."""

    key: str
    error: str
    details: str
    worker: str


@dataclass(frozen=True)
class Receipt:
    """What a worker tells of a batch.

    ``grounds``: starts with twins it had to make. ``model_s``: seconds in starts and worlds; ``wall_s``, ``cpu_s``:
    seconds of the batch. ``peak_bytes``: most memory the worker has had. ``found``: the part was there already.
    ``part``: bytes of it, where the worker does not see the folder. ``trouble``: why it could not be written.
    """

    name: str
    done: int
    failures: tuple[Failure, ...] = ()
    grounds: int = 0
    model_s: float = 0.0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_bytes: int = 0
    found: bool = False
    part: bytes | None = None
    trouble: str = ""
    worker: str = ""


def packed(study: Study) -> bytes:
    """A study as it travels to the workers."""
    return zlib.compress(study.model_dump_json().encode())


@lru_cache(maxsize=4)
def _unpacked(content: bytes) -> tuple[Study, str]:
    study = Study.model_validate_json(zlib.decompress(content))
    return study, model_digest(study)


class Kept(Generic[T]):
    """Starts or grounds that a worker keeps: those last used, so many and so large (the last one whatever it takes)."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._kept: OrderedDict[tuple[object, ...], tuple[T, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[object, ...], make: Callable[[], T]) -> tuple[T, bool]:
        """(what is kept under the key, whether it had to be made)."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0], False
        made = make()
        with self._lock:
            self._kept[key] = made, size_of(made)
            while len(self._kept) > 1 and (
                len(self._kept) > self._most or sum(size for _, size in self._kept.values()) > self._most_bytes
            ):
                self._kept.popitem(last=False)
        return made, True

    def __len__(self) -> int:
        return len(self._kept)


def size_of(thing: object, seen: set[int] | None = None) -> int:
    """Bytes of the arrays that a record of records holds, each once."""
    seen = set() if seen is None else seen
    if id(thing) in seen:
        return 0
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        return thing.nbytes if thing.base is None else size_of(thing.base, seen)
    if isinstance(thing, Table):
        return sum(size_of(part, seen) for part in (thing.real, thing.whole, thing.key, thing.pools))
    if is_dataclass(thing):
        return sum(size_of(part, seen) for part in vars(thing).values())
    if isinstance(thing, (tuple, list)):
        return sum(size_of(part, seen) for part in thing)
    return 0


_STARTS: Kept[Start] = Kept(MOST_STARTS, MOST_BYTES)
_GROUNDS: Kept[Ground] = Kept(MOST_GROUNDS, MOST_BYTES)


def run_batch(batch: Batch) -> Receipt:
    """Run a batch. A run that fails is told of in the receipt, and the others go on."""
    study, model = _unpacked(batch.study)
    name, folder = part_name([job.key for job in batch.jobs]), Path(batch.folder)
    receipt = Receipt(name, 0, worker=_worker())
    if model != batch.model:
        return replace(receipt, trouble="this worker has another version of zonesim, of its numbers or its strands")
    sees = _sees(folder, batch.token)
    if sees and (folder / PARTS / name).exists():
        return replace(receipt, done=len(batch.jobs), found=True)
    started, cpu = time.perf_counter(), time.process_time()
    answers, failures, grounds, model_s = _run(study, batch)
    keys = [key for key in (job.key for job in batch.jobs) if key in answers]
    receipt = replace(
        receipt, done=len(keys), name=part_name(keys), failures=tuple(failures), grounds=grounds, model_s=model_s
    )
    content = part_bytes(keys, [answers[key] for key in keys], study.outcomes) if keys else b""
    try:
        if sees:
            if keys:
                write_part(folder, receipt.name, content)
            for failure in failures:
                write_failure(folder, failure)
    except OutputError as error:
        return replace(receipt, trouble=str(error))
    wall, spent = time.perf_counter() - started, time.process_time() - cpu
    part = None if sees else content
    return replace(receipt, wall_s=wall, cpu_s=spent, peak_bytes=_peak_bytes(), part=part)


def _run(study: Study, batch: Batch) -> tuple[dict[bytes, Answer], list[Failure], int, float]:
    """(answer by key, failures, grounds made, seconds in the model)."""
    names = [entry.name for entry in study.vary]
    answers: dict[bytes, Answer] = {}
    failures: list[Failure] = []
    grounds, model_s = 0, 0.0
    for job in batch.jobs:
        values = dict(zip(names, job.values, strict=True))
        try:
            base, made, start_s = _ground(study, batch.study, values, job.where)
            answer, seconds = answer_on(base, study, values, job.strategy)
        except Exception as error:  # noqa: BLE001 - one run of many: it is told of, and the others go on
            failures.append(Failure(job.key.hex(), _plain(error), traceback.format_exc(), _worker()))
            continue
        answers[job.key] = answer
        grounds += made
        model_s += seconds + start_s + made * base.twin_run.wall_s
    return answers, failures, grounds, model_s


def _ground(study: Study, of: bytes, values: Mapping[str, float], where: Where) -> tuple[Ground, bool, float]:
    """(ground of a run, whether it had to be made, seconds for a start)."""
    spent = 0.0

    def make() -> Ground:
        nonlocal spent
        begun = time.perf_counter()
        key = (of, *start_key(study, values, where))
        start, made = _STARTS.get(key, lambda: start_at(study, values, where))
        spent = made * (time.perf_counter() - begun)
        return ground_at(study, values, where, start)

    base, made = _GROUNDS.get((of, *ground_key(values, where)), make)
    return base, made, spent


def write_failure(folder: Path, failure: Failure) -> None:
    """Keep what is known of a run that failed, under its key. Raises ``OutputError``."""
    write_file(folder / FAILED / f"{failure.key}.json", json.dumps(asdict(failure), indent=2) + "\n")


def _plain(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:500]


def _sees(folder: Path, token: str) -> bool:
    try:
        return (folder / TOKEN).read_text(encoding="utf-8") == token
    except OSError:
        return False


def _worker() -> str:
    import socket

    return f"{socket.gethostname()}:{os.getpid()}"


def _peak_bytes() -> int:
    """Most memory that this process has had, where the system tells; what its parent had before it is left out."""
    status = Path("/proc/self/status")
    for line in status.read_text(encoding="utf-8").splitlines() if status.exists() else ():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    try:
        import resource
    except ImportError:
        return 0
    peak: Any = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak) * (1 if sys.platform == "darwin" else 1024)
