"""``sweep``: every run of a study, into a folder that can be gone on with."""

from __future__ import annotations

import json as json_text
import shlex
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import Json
from sim.cli.screen import Progress, complain, err, out

if TYPE_CHECKING:
    from sim.experiments.sweeps import Sweep
    from sim.spec import Study

EXIT_FAILED, EXIT_STOPPED = 1, 130

Workers = Annotated[
    int | None,
    typer.Option(
        "--workers", min=0, max=1024, help="Processes on this machine (default: one a core); 0: none, run here."
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", metavar="ADDRESS", help="Dask scheduler to use instead: tls://host:8786, or its file."),
]
Insecure = Annotated[bool, typer.Option("--insecure", help="Allow tcp:// to another machine, on a network you trust.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the sweep in the folder; what is done stays.")]
More = Annotated[
    int,
    typer.Option(
        "--add-replications", metavar="N", min=0, max=100_000, help="N more replications than the folder has."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be run and how long it takes; run nothing.")]


def sweep(
    study: Annotated[str, typer.Argument(help="Study: an id of `list studies` or a TOML file.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Folder of the sweep (default: zonesim-runs/ID).")
    ] = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    insecure: Insecure = False,
    resume: Resume = False,
    add_replications: More = 0,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Run a study: many points, places and futures, on one machine or a cluster. Exit code 1: some runs failed."""
    from sim.inputs import load_study

    if scheduler is not None and workers is not None:
        raise typer.BadParameter("a scheduler has workers of its own; give --workers or --scheduler, not both")
    asked = load_study(study)
    folder = out or Path("zonesim-runs") / f"sweep-{asked.id}"
    if dry_run:
        _show_plan(asked, folder, json)
        return
    words = ["zonesim", "sweep", study, "--out", str(folder)]
    words += [] if scheduler is None else ["--scheduler", scheduler]
    words += [] if workers is None else ["--workers", str(workers)]
    words += ["--insecure"] if insecure else []
    again = shlex.join([*words, "--resume"])
    done = _run(asked, folder, shlex.join(words), again, (workers, scheduler, insecure, resume, add_replications))
    _tell(done, again, json)
    if done.stopped and not done.complete:
        raise typer.Exit(EXIT_STOPPED)
    if done.failed:
        raise typer.Exit(EXIT_FAILED)


def _run(
    study: Study, folder: Path, command: str, again: str, how: tuple[int | None, str | None, bool, bool, int]
) -> Sweep:
    from sim._jit import is_cold
    from sim.experiments.sweeps import sweep as run_sweep

    workers, scheduler, insecure, resume, more = how
    progress = Progress(f"{study.name}", is_cold())
    with progress, _ctrl_c(again) as stopping:
        return run_sweep(
            study, folder, workers=workers, scheduler=scheduler, insecure=insecure, resume=resume,
            add_replications=more, progress=progress, stopping=stopping, command=command,
        )  # fmt: skip


@contextmanager
def _ctrl_c(again: str) -> Iterator[Any]:
    """Ctrl-C once lets what runs be finished; twice stops at once. What is finished is kept either way."""
    asked: list[bool] = []

    def stop(_number: int, _frame: FrameType | None) -> None:
        if asked:
            complain(f"stopped at once. What was finished is kept; go on with:  {again}")
            raise KeyboardInterrupt
        asked.append(True)
        complain("finishing what runs; press Ctrl-C again to stop at once ...")

    usual = signal.signal(signal.SIGINT, stop)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, usual)


def study_estimate(study: Study) -> dict[str, Any]:
    """Size of a study: points, runs, starts, and roughly the time and the disk that it takes."""
    import os

    from sim.experiments.sweeps import estimated_seconds, n_grounds, n_runs
    from sim.inputs.studies import n_points

    points = n_points(study.design, study.vary)
    runs = n_runs(study, points)
    grounds = n_grounds(study)
    seconds = estimated_seconds(study, runs, grounds)
    return {
        "points": points,
        "replications": study.replications,
        "runs": runs,
        "starts": grounds,
        "core_hours": round(seconds / 3600, 2),
        "hours_on_this_machine": round(seconds / 3600 / (os.cpu_count() or 1), 2),
        "megabytes": round(runs * (16 + 16 * len(study.outcomes)) * 1.2 / 1e6, 2),
    }


def _show_plan(study: Study, folder: Path, json: bool) -> None:
    estimate = study_estimate(study) | {"folder": str(folder)}
    if json:
        print(json_text.dumps(estimate))
        return
    console = out()
    console.print(study.name, markup=False, highlight=False)
    for key, value in estimate.items():
        console.print(f"  {key.replace('_', ' ')}: {value}", markup=False, highlight=False)


def _tell(done: Sweep, again: str, json: bool) -> None:
    timings = done.manifest["timings"]
    if json:
        keys = ("planned", "done", "failed", "made_now", "found")
        answer = {
            "study": done.study.id, "folder": str(done.folder), **{key: done.manifest["runs"][key] for key in keys},
            "complete": done.complete, "stopped": done.stopped, "timings": timings, "warnings": list(done.warnings),
        }  # fmt: skip
        print(json_text.dumps(answer))
    console = err() if json else out()
    made = done.manifest["runs"]["made_now"]
    rate = f", {made / timings['wall_s']:.2f} a second" if made and timings["wall_s"] > 0 else ""
    for line in (
        f"{done.done} of {done.planned} runs done ({made} now{rate}), {done.failed} failed",
        *(f"Warning: {warning}" for warning in done.warnings),
        f"Everything is in {done.folder}",
    ):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if not done.complete:
        why = "Failed runs are tried again" if done.failed and not done.stopped else "Go on"
        console.print(f"{why} with:  {again}", markup=False, highlight=False, soft_wrap=True)
