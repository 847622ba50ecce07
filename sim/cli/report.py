"""``report``: figures and briefing of a run folder, made again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.screen import err, out


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder that run, compare or demo wrote.")],
    target: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Where to write [default: the run folder]")
    ] = None,
) -> None:
    """Write the figures and the briefing of a run: one self-contained HTML file, and a PDF of two to four pages."""
    from sim.outputs import OutputError, read_run_folder
    from sim.report.briefing import write_pdf, write_report
    from sim.report.pdf import PdfError

    comparison = read_run_folder(run)
    folder = target or run
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError.from_os(folder, error) from error
    for path in write_report(comparison, folder, comparison.command):
        out().print(str(path), markup=False, highlight=False, soft_wrap=True)
    try:
        out().print(str(write_pdf(folder)), markup=False, highlight=False, soft_wrap=True)
    except PdfError as error:
        err().print(str(error), markup=False, highlight=False, soft_wrap=True)
