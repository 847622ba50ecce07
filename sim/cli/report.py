"""``report``: figures and briefing of a run folder, made again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.screen import out


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder that run, compare or demo wrote.")],
    target: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Where to write [default: the run folder]")
    ] = None,
) -> None:
    """Write the figures and the briefing (one self-contained HTML file) of a run."""
    from sim.outputs import OutputError, read_run_folder
    from sim.report.briefing import write_report

    comparison = read_run_folder(run)
    folder = target or run
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError.from_os(folder, error) from error
    for path in write_report(comparison, folder, comparison.command):
        out().print(str(path), markup=False, highlight=False, soft_wrap=True)
