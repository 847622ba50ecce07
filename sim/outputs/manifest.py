"""The manifest: what was asked, what was run, with what, when, and how to run it again."""

from __future__ import annotations

import platform
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sim.outputs.records import SCHEMA_VERSION, ComparisonRecord, zonesim_version

_LIBRARIES = ("numpy", "numba", "pandas", "pyarrow", "pydantic", "mesa", "matplotlib", "scipy", "typer")


def manifest(comparison: ComparisonRecord, command: str, started: datetime) -> dict[str, Any]:
    """Everything needed to repeat a run and to tell two runs apart, as plain JSON values."""
    ended = datetime.now(UTC)
    return {
        "schema": SCHEMA_VERSION,
        "zonesim": zonesim_version(),
        "commit": source_commit(),
        "command": command,
        "digest": comparison.digest,
        "asked": {
            "replications": comparison.replications,
            "seed": comparison.seed,
            "seeds": _seeds(comparison),
            "years": comparison.years,
            "evidence": comparison.evidence,
            "without": list(comparison.without),
            "including": list(comparison.including),
        },
        "parameters": asdict(comparison.parameters),
        "scenario": {
            "place": comparison.place.model_dump(mode="json"),
            "strategies": [strategy.model_dump(mode="json") for strategy in comparison.strategies],
            "future": comparison.future,
            "shocks": list(comparison.shocks),
            "warnings": list(comparison.warnings),
        },
        "started": stamp(started),
        "ended": stamp(ended),
        "timings": {
            "total_s": round((ended - started).total_seconds(), 3),
            "runs_s": round(float(comparison.runs["wall_s"].sum()), 3),
            "runs": len(comparison.runs),
        },
        "environment": environment(),
    }


def _seeds(comparison: ComparisonRecord) -> list[int]:
    return [int(seed) for seed in comparison.runs["seed"].drop_duplicates()]


def stamp(moment: datetime) -> str:
    """A moment in UTC to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def environment() -> dict[str, str | None]:
    """Python, the machine, and the version of each library that results may depend on."""
    found: dict[str, str | None] = {"python": platform.python_version(), "platform": platform.platform()}
    for library in _LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = None
    return found


def source_commit() -> str | None:
    """Commit of the source if it stands in a git checkout of its own, with ``+changes`` if edited."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return None
    try:
        head = _git(root, "rev-parse", "HEAD")
        return head + ("+changes" if _git(root, "status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError):
        return None


def _git(root: Path, *arguments: str) -> str:
    answer = subprocess.run(
        ["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=10, check=True
    )
    return answer.stdout.strip()
