"""The only door to Dask: workers on this machine, or those of a scheduler elsewhere; both the same to the caller."""

from __future__ import annotations

import json
import os
import queue
import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from sim.outputs.folders import OutputError

#: How long to wait for a scheduler to answer, and for its first worker, in seconds.
CONNECT_S, FIRST_WORKER_S = 20.0, 120.0
#: One numba thread a worker; work is queued where it will run, so that a dying worker takes little down with it; a task
#: whose worker died this often is given back.
SETTINGS = {
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.scheduler.allowed-failures": 1,
    "distributed.nanny.pre-spawn-environ.NUMBA_NUM_THREADS": 1,
    "distributed.worker.memory.terminate": 0.95,
    "distributed.admin.log-format": "%(message)s",
}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class ClusterError(OutputError):
    """A scheduler that cannot be reached, may not be used, or is gone."""

    def __init__(self, address: str, problem: str, remedy: str) -> None:
        super().__init__(Path(address), problem, remedy)
        self.args = (f"{address}: {problem}. {remedy}",)


class WorkerLost(Exception):  # noqa: N818 - what happened, not a mistake
    """The worker of a batch died, more than once or with nobody to take over."""


def check_address(scheduler: str, insecure: bool) -> str:
    """Address of a scheduler, or of the scheduler whose file this is.

    Raises ``ClusterError`` for a file that cannot be read, and for an open ``tcp://`` to another machine: whoever
    reaches such a port can run anything there.
    """
    address = scheduler
    if (not scheduler.startswith(("tcp://", "tls://", "ucx://")) and "/" in scheduler) or scheduler.endswith(".json"):
        try:
            address = str(json.loads(Path(scheduler).read_text(encoding="utf-8"))["address"])
        except (OSError, ValueError, KeyError, TypeError):
            raise ClusterError(
                scheduler, "this is no scheduler file", "Give an address such as tls://host:8786, or the file that "
                "dask scheduler --scheduler-file writes."
            ) from None  # fmt: skip
    if "://" not in address:
        address = f"tcp://{address}"
    if address.startswith("tcp://") and urlsplit(address).hostname not in _LOOPBACK and not insecure:
        raise ClusterError(
            address,
            "tcp:// to another machine is open to everybody who reaches it",
            "Use tls:// (docs/how-to/cluster.md), or add --insecure on a network that you trust.",
        )
    return address


class Cluster(AbstractContextManager["Cluster"]):
    """Workers that take tasks. ``submit`` gives a task to a worker, ``answers`` what has come back since.

    ``workers``: processes on this machine; 0 is one thread of this process. ``scheduler``: address of a scheduler
    instead. Raises ``ClusterError`` where there is none, or no worker with it.
    """

    def __init__(self, workers: int = 1, scheduler: str | None = None, insecure: bool = False) -> None:
        self._workers, self._scheduler, self._insecure = workers, scheduler, insecure
        self._came: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._tasks: dict[str, Any] = {}
        self._local: Any = None
        self._client: Any = None
        self._settings: Any = None
        self._environment: dict[str, str] = {}

    def __enter__(self) -> Cluster:
        import dask
        import distributed  # noqa: F401 - its own settings must be there before ours are put over them

        _hush()
        # What workers are to find in their environment is put into that of this process, and left there.
        self._environment = dict(os.environ)
        self._settings = dask.config.set(SETTINGS)
        self._settings.__enter__()
        try:
            self._client = self._connect() if self._scheduler is not None else self._start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for part in (self._client, self._local):
            if part is not None:
                part.close(timeout=5)
        self._settings.__exit__(None, None, None)
        for name in set(os.environ) - set(self._environment):
            del os.environ[name]
        os.environ.update(self._environment)

    def _start(self) -> Any:
        from distributed import Client, LocalCluster

        here = self._workers == 0
        usual = None
        if threading.current_thread() is threading.main_thread():
            # Ctrl-C is for the command: workers, which inherit this, finish what they run.
            usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            where = {} if here else {"host": "127.0.0.1"}
            self._local = LocalCluster(
                n_workers=max(1, self._workers), threads_per_worker=1, processes=not here,
                dashboard_address="127.0.0.1:0",
                silence_logs=50, **where,
            )  # fmt: skip
        finally:
            if usual is not None:
                signal.signal(signal.SIGINT, usual)
        return Client(self._local, set_as_default=False)

    def _connect(self) -> Any:
        from distributed import Client

        assert self._scheduler is not None, "a cluster elsewhere has an address"
        address = check_address(self._scheduler, self._insecure)
        try:
            client = Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError, TypeError, TimeoutError) as error:
            remedy = "Start one with: dask scheduler (docs/how-to/cluster.md)."
            raise ClusterError(address, f"no scheduler answers there ({_short(error)})", remedy) from error
        try:
            client.wait_for_workers(1, timeout=FIRST_WORKER_S)
        except TimeoutError as error:
            client.close(timeout=5)
            remedy = f"Start one with: dask worker {address} --nthreads 1"
            raise ClusterError(address, "the scheduler has no worker", remedy) from error
        return client

    def workers(self) -> dict[str, int]:
        """Address -> threads of each worker that is there now. Raises ``ClusterError`` where the scheduler is gone."""
        if self._client.status in ("closed", "closing"):
            raise ClusterError(str(self._scheduler or "this machine"), "the scheduler is gone", "Start it again.")
        known = self._client.scheduler_info(n_workers=-1)["workers"]
        return {address: int(worker["nthreads"]) for address, worker in known.items()}

    def submit(self, work: Callable[[Any], Any], task: Any, name: str, worker: str) -> None:
        """Give a task to a worker; if that one is gone, to any. ``name`` comes back with the answer."""
        known = worker in self.workers()
        future = self._client.submit(
            work, task, key=f"{name}-{len(self._tasks)}-{id(task):x}", pure=False, retries=0,
            workers=[worker] if known else None, allow_other_workers=known,
        )  # fmt: skip
        self._tasks[future.key] = name, future
        future.add_done_callback(self._came.put)

    def answers(self, timeout: float) -> list[tuple[str, Any]]:
        """(name, answer or exception) of tasks that came back, after at most ``timeout`` seconds."""
        came = []
        try:
            came.append(self._came.get(timeout=timeout))
            while True:
                came.append(self._came.get_nowait())
        except queue.Empty:
            pass
        return [self._answer(future) for future in came]

    def _answer(self, future: Any) -> tuple[str, Any]:
        name, _ = self._tasks.pop(future.key)
        if future.status == "finished":
            return name, future.result()
        if future.status == "error":
            error = future.exception()
            if type(error).__name__ == "KilledWorker":
                return name, WorkerLost("the worker died while it ran this")
            return name, error
        return name, WorkerLost(f"the task was {future.status}")


def _hush() -> None:
    """Dask and numba speak up only where something is wrong."""
    import logging

    for name in ("distributed", "numba", "tornado", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
