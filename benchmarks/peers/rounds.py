"""Agent-updates a second of the reference model in every framework that is there, all of them taking turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.gcc import compiler
from benchmarks.trials import Say, digits, machine, ratio, spread

_ROOT = Path(__file__).parents[2]
#: Implementation -> what it is called, the package it needs, months of a trial at 2,000 and at 85,000 children.
PEERS = {
    "numba": ("numba, as zonesim's kernel is written", "numba"),
    "c": ("C, gcc -O3 -march=native -ffast-math", None),
    "numpy": ("numpy", "numpy"),
    "starsim": ("Starsim", "starsim"),
    "mesa_frames": ("mesa-frames", "mesa-frames"),
    "agentpy": ("AgentPy", "agentpy"),
    "mesa": ("plain Mesa", "mesa"),
}
SIZES, QUICK_SIZES = (2_000, 85_000), (300,)
_TRIALS = 9
_AGENTS_A_CHILD = 1.6
_WARM, _CHECK = 2, 24
#: A trial of about this many nanoseconds, as far as whole months allow.
_TRIAL_NS = 2e8


class Worker:
    """A process that steps one implementation when told to. Raises ``RuntimeError`` if it does not come up."""

    def __init__(self, python: str, name: str, children: int) -> None:
        # One thread each: libraries that would take more are told not to.
        alone = dict.fromkeys(
            ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS", "NUMBA_NUM_THREADS"), "1"
        )
        self._process = subprocess.Popen(
            [python, "-m", "benchmarks.peers.worker", name, str(children)], cwd=_ROOT, env=os.environ | alone,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.first = self._hear()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None and self._process.stderr is not None
        # A library may greet on standard output; what is ours is JSON.
        for line in self._process.stdout:
            if line.startswith("{"):
                told: dict[str, Any] = json.loads(line)
                return told
        raise RuntimeError(self._process.stderr.read().strip().splitlines()[-1:])

    def step(self, months: int) -> dict[str, Any]:
        """Step whole months and say what they took."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{months}\n")
        self._process.stdin.flush()
        return self._hear()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)


def _versions(python: str) -> dict[str, str]:
    """Version of each package that an interpreter has."""
    asked = [package for _, package in PEERS.values() if package]
    code = (
        "import json, sys\nfrom importlib.metadata import version, PackageNotFoundError as no\nfound = {}\n"
        "for name in sys.argv[1:]:\n    try: found[name] = version(name)\n    except no: pass\nprint(json.dumps(found))"
    )
    done = subprocess.run([python, "-c", code, *asked], capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def _own(package: str | None) -> str | None:
    if package is None:
        return compiler()
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _where(others: str | None) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """(python, version) of each implementation that is there, and what is said of those that are not."""
    elsewhere = _versions(others) if others else {}
    found, absent = {}, []
    for name, (title, package) in PEERS.items():
        own = _own(package)
        if own is not None:
            found[name] = (sys.executable, own)
        elif others and package in elsewhere:
            found[name] = (others, elsewhere[package])
        else:
            absent.append(f"{title} is not there" + (f": pip install {package}" if package else ": no gcc found"))
    return found, absent


def _row(name: str, title: str, of: str, children: int, first: dict[str, Any], trials: list[float]) -> dict[str, Any]:
    """Times of one implementation: nanoseconds of processor time per agent-update."""
    return {
        "implementation": name, "title": title, "version": of, "children": children,
        "ns_per_agent_update": spread(trials), "agent_updates_a_second": digits(1e9 / spread(trials)["median"]),
        "built_s": digits(first["built_s"]), "bytes_per_child": round(first["bytes"] / children),
    }  # fmt: skip


def _at(
    children: int, found: dict[str, tuple[str, str]], trials: int, say: Say
) -> tuple[list[dict[str, Any]], list[str]]:
    """All implementations at one size, in turn, and what went wrong with those that did not run."""
    workers: dict[str, Worker] = {}
    checked: dict[str, dict[str, Any]] = {}
    failed = []
    for name, (python, _) in found.items():
        try:
            worker = Worker(python, name, children)
            # After the same months the means stand side by side.
            checked[name] = worker.step(_CHECK - 1)
            workers[name] = worker
        except (RuntimeError, BrokenPipeError) as error:
            failed.append(f"{PEERS[name][0]} does not run here: {error}")
    # How many months a trial has follows from the time that those took.
    months = {
        name: max(1, min(240, round(_TRIAL_NS * (_CHECK - 1) / told["cpu_ns"]))) if trials > _WARM else 1
        for name, told in checked.items()
    }
    times: dict[str, list[float]] = {name: [] for name in workers}
    for _ in range(trials):
        for name, worker in workers.items():
            took = worker.step(months[name])["cpu_ns"]
            times[name].append(took / (months[name] * children * _AGENTS_A_CHILD))
    rows = []
    for name, worker in workers.items():
        row = _row(name, PEERS[name][0], found[name][1], children, worker.first, times[name])
        row["means"] = [digits(mean) for mean in checked[name]["means"]]
        row["to_numba"] = ratio(times[name], times["numba"])
        rows.append(row)
        say(f"{children:,} children, {PEERS[name][0]}: {row['ns_per_agent_update']['median']:,} ns an agent-update")
        worker.close()
    return rows, failed


def measure(quick: bool = False, others: str | None = None, say: Say = lambda _: None) -> dict[str, Any]:
    """The contest. ``others``: a Python interpreter that has frameworks which this one has not."""
    found, notes = _where(others)
    rows: list[dict[str, Any]] = []
    for children in QUICK_SIZES if quick else SIZES:
        some, failed = _at(children, found, _WARM if quick else _TRIALS, say)
        rows += some
        notes += [note for note in failed if note not in notes]
    return {"machine": machine(), "agents_a_child": _AGENTS_A_CHILD, "rows": rows, "notes": notes}
