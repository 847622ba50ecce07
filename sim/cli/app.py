"""The command ``zonesim``: its commands, and what happens when something goes wrong.

Exit codes: 0 done, 1 numbers differ from those of a released version (``parity``) or runs failed (``sweep``), 2 a
mistake in a command or file or a folder that cannot be written, 70 a fault of zonesim itself, 130 stopped with Ctrl-C.
"""

from __future__ import annotations

import errno
import io
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sim.cli import (
    analyse,
    diary,
    docs,
    look,
    optimise,
    parity,
    register,
    report,
    simulate,
    sweep,
    trial,
    ui,
    validate,
    workshop,
)
from sim.cli.screen import complain

EXIT_MISTAKE, EXIT_FAULT, EXIT_STOPPED = 2, 70, 130

app = typer.Typer(
    name="zonesim",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Plan Children's Zones: try a mix of strands in a synthetic neighbourhood beside its twin without a zone.",
    epilog="Start here:  zonesim demo",
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command(epilog="Example:  zonesim demo --replications 10")(simulate.demo)
app.command(epilog="Example:  zonesim run early_start --place pembury --years 10")(simulate.run)
app.command(epilog="Example:  zonesim compare schools_only cradle_to_career --place wallsend")(simulate.compare)
app.command(epilog="Example:  zonesim diary cradle_to_career --child gained")(diary.diary)
app.command(epilog="Example:  zonesim sweep quick --workers 2")(sweep.sweep)
app.command(epilog="Example:  zonesim sensitivity what_decides --workers 2")(analyse.sensitivity)
app.command(epilog="Example:  zonesim discover --from zonesim-runs/sweep-what_decides")(analyse.discover)
app.command(epilog="Example:  zonesim optimise --place wallsend --budget 300000 --posts 6")(optimise.optimise)
app.command(epilog="Example:  zonesim trial book_gifting --replications 10")(trial.trial)
app.command(epilog="Example:  zonesim validate --domain education --role validate")(validate.validate)
app.command(epilog="Example:  zonesim parity 0.1.0")(parity.parity)
app.command(epilog="Example:  zonesim report zonesim-runs/demo-wallsend")(report.report)
app.command(name="list", epilog="Example:  zonesim list strands")(look.list_)
app.command(epilog="Example:  zonesim show mentoring")(look.show)
app.command(epilog="Example:  zonesim ui --port 8765")(ui.ui)
app.command(epilog="Example:  zonesim workshop first_zone --host 0.0.0.0")(workshop.workshop)
app.command(epilog="Example:  zonesim check my_strategy.toml --place wallsend")(look.check)
app.command(epilog="Example:  zonesim docs")(docs.docs)
app.add_typer(register.app, name="register")


def _print_version(asked: bool) -> None:
    if asked:
        from sim.outputs.records import zonesim_version

        typer.echo(f"zonesim {zonesim_version()}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Options before the command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return the exit code; nobody ever sees a traceback.

    ``arguments`` are those after ``zonesim`` (default: of this process).
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        # A terminal without these signs shows a question mark instead of stopping the program.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app(args=given, prog_name="zonesim")
    except SystemExit as stop:
        return _flushed(stop.code if isinstance(stop.code, int) else int(stop.code is not None))
    except KeyboardInterrupt:
        complain("stopped.")
        return EXIT_STOPPED
    except Exception as error:  # noqa: BLE001 - the last door: whatever it is, say it plainly
        return _explain(error, given)
    return _flushed(0)


def _flushed(code: int) -> int:
    """The exit code, once everything printed has been taken: a full disk is often met here for the first time."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _print_no_more()
    except OSError as error:
        return _unwritten(error)
    return code


def _unwritten(error: OSError) -> int:
    complain(f"the answer could not be written ({error.strerror}). Free some space, or send it somewhere else.")
    _print_no_more()
    return EXIT_MISTAKE


def _print_no_more() -> None:
    """Python flushes once more when it ends, and would show a traceback of it."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _explain(error: Exception, arguments: list[str]) -> int:
    if _is_a(error, "sim.inputs.problems", "InputError"):
        look.complain_of(error.problems)  # type: ignore[attr-defined]
        return EXIT_MISTAKE
    if _is_a(error, "sim.outputs.folders", "OutputError"):
        complain(str(error))
        return EXIT_MISTAKE
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _unwritten(error)
    complain(f"something went wrong inside zonesim. Details: {_save_log(error, arguments)}")
    return EXIT_FAULT


def _is_a(error: Exception, module: str, name: str) -> bool:
    """Whether an error is of a class, without importing its module: it was imported if it was raised."""
    return module in sys.modules and isinstance(error, getattr(sys.modules[module], name))


def _save_log(error: Exception, arguments: list[str]) -> str:
    """Write the traceback to a file of the user's and return its name."""
    root = os.environ.get("ZONESIM_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    now = datetime.now(UTC)
    text = f"{now.isoformat()} zonesim {arguments}\n\n{''.join(traceback.format_exception(error))}"
    for folder in (Path(root) / "zonesim" / "logs", Path(tempfile.gettempdir())):
        path = folder / f"zonesim-{now:%Y%m%d-%H%M%S}-{os.getpid()}.log"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError:
            continue
        return str(path)
    return "no log could be written"
