"""The command ``zonesim-calibrate``: fit, recover, report, write.

Exit codes as those of ``zonesim``: 0 done, 1 the fit could not be done, 2 a mistake in a command, file or folder,
130 stopped with Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from calibration.problem import CalibrationError, HoldOutError
from sim.cli.screen import Progress, err, out
from sim.inputs.problems import InputError
from sim.outputs.folders import OutputError, write_file

if TYPE_CHECKING:
    from calibration.problem import Problem
    from calibration.recovery import Recovery
    from calibration.store import Fit

EXIT_FAILED, EXIT_MISTAKE, EXIT_STOPPED = 1, 2, 130

#: Where ``write`` puts the posterior if nothing else is said, from the root of the repository.
PARAMETERS = Path("scenarios") / "parameters"

app = typer.Typer(
    name="zonesim-calibrate",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Fit the model's parameters to published statistics of England.",
    epilog="Start here:  zonesim-calibrate fit --quick",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a finished fit.")]
Workers = Annotated[int, typer.Option("--workers", min=1, max=1024, help="How many at a time; changes no result.")]

_WORKERS = os.cpu_count() or 1


@app.command()
def fit(
    folder: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder of the fit.")] = Path(
        "zonesim-fit"
    ),
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the fit in this folder.")] = False,
    bank: Annotated[
        Path | None,
        typer.Option("--bank", metavar="DIR", help="Simulations shared with other fits (default: DIR/bank)."),
    ] = None,
    waves: Annotated[int | None, typer.Option("--waves", min=1, max=20, help="Waves of simulations (3).")] = None,
    points: Annotated[int | None, typer.Option("--points", min=20, max=100_000, help="Points a wave (350).")] = None,
    seeds: Annotated[int | None, typer.Option("--seeds", min=1, max=1000, help="Seeds a point (3).")] = None,
    draws: Annotated[
        int | None, typer.Option("--draws", min=20, max=10_000, help="Draws of the posterior (200).")
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", min=0, max=2**31 - 1, help="Luck number that all seeds come from.")
    ] = 1,
    workers: Workers = _WORKERS,
    pool: Annotated[
        Literal["threads", "processes"], typer.Option("--pool", help="How they run side by side.")
    ] = "processes",
    quick: Annotated[bool, typer.Option("--quick", help="One small wave, to see that everything works.")] = False,
) -> None:
    """Fit in waves and write the posterior; whatever stops it, --resume goes on where it was."""
    from calibration.fit import fit as fit_problem
    from calibration.posterior import QUICK
    from calibration.store import Settings

    asked = {"waves": waves, "points": points, "seeds": seeds, "draws": draws}
    given = {name: value for name, value in asked.items() if value is not None}
    start = Settings(waves=1, points=60, seeds=1, draws=50, seed=seed) if quick else Settings(seed=seed)
    problem = _problem()
    with Progress(f"Fit of {len(problem.priors)} parameters to {len(problem.goals)} goals", cold=False) as progress:
        found = fit_problem(
            problem, folder, replace(start, **given), resume=resume, shared=bank, workers=workers, pool=pool,
            progress=progress, say=_say, effort=QUICK if quick else None,
        )  # fmt: skip
    _show(found, folder)


@app.command()
def recover(
    folder: Folder,
    truths: Annotated[
        int, typer.Option("--truths", min=2, max=1000, help="Simulated points taken for the truth.")
    ] = 20,
    workers: Workers = _WORKERS,
) -> None:
    """Find known truths again, with the simulations of the fit: ranks and coverage."""
    from calibration.recovery import recover as recover_truths
    from calibration.report import write_recovery
    from calibration.store import read_fit

    found = read_fit(folder)
    with Progress(f"Recovery of {truths} truths", cold=False) as progress:
        recovery = recover_truths(found, truths, workers, told=progress)
    write_recovery(folder, recovery)
    _show_recovery(recovery)


@app.command()
def report(folder: Folder) -> None:
    """Write report.md and figures: waves, emulators, what is informed, recovery, tolerances."""
    from calibration.report import write_report
    from calibration.store import read_fit

    _say(f"Everything is in {write_report(folder, read_fit(folder))}")


@app.command()
def write(
    folder: Folder,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Folder of the parameter files.")] = PARAMETERS,
    seeds: Annotated[int, typer.Option("--seeds", min=1, max=100, help="Englands for the marks of a draw.")] = 3,
    workers: Workers = _WORKERS,
) -> None:
    """Set lines and marks for every draw, then write the posterior that runs draw from and the central values."""
    if not (to / "reference.toml").is_file():
        raise OutputError(
            to, "there are no parameter files here", "Run this in the root of the repository, or give --to."
        )
    from calibration.adopt import central_values, marks_of, posterior_of, write_parameters
    from calibration.england import England, england_problem
    from calibration.store import read_fit

    found, england = read_fit(folder), england_problem().simulate
    assert isinstance(england, England)
    with Progress("Marks of the draws", cold=False) as progress:
        marks = marks_of(found, england, folder, seeds, workers, progress)
    write_parameters(to, found, posterior_of(found, marks), central_values(found, england, 4 * seeds), _say)


@app.command()
def rank(
    strategies: Annotated[list[str], typer.Argument(metavar="STRATEGY...", help="Two strategies or more.")],
    place: Annotated[str, typer.Option("--place", "-p", metavar="PLACE", help="A place.")] = "smallshaw_hurst",
    draws: Annotated[int, typer.Option("--draws", min=10, max=10_000, help="Draws of parameters and evidence.")] = 200,
    years: Annotated[int, typer.Option("--years", min=1, max=20, help="School years to run.")] = 10,
    to: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where every draw is kept.")] = Path("ranking.csv"),
    workers: Workers = _WORKERS,
) -> None:
    """Tell which uncertain numbers decide which strategy is better, and the publications they rest on."""
    from calibration.ranking import rank as rank_strategies
    from sim.inputs import load_place, load_strategy
    from sim.inputs.posterior import load_posterior

    posterior = load_posterior()
    if posterior is None or len(strategies) < 2:
        raise OutputError(Path(), "nothing to rank", "Name two strategies or more; a posterior must be packaged.")
    if to.exists():
        raise OutputError(to, "there is a file of that name", "Name another with --out, or move it away.")
    fitted = frozenset(_problem().names)
    with Progress(f"{len(strategies)} strategies on {draws} draws", cold=False) as progress:
        found = rank_strategies(
            [load_strategy(s) for s in strategies], load_place(place), posterior, fitted, draws, years,
            workers=workers, progress=progress,
        )  # fmt: skip
    write_file(to, found.table().to_csv(index_label="draw"))
    for output, wins in zip(found.outputs, found.wins, strict=True):
        _tell(f"{output}: the first is better in {wins:.0%} of draws")
    _tell(f"In doubt: {'; '.join(found.doubtful()) or 'nothing, so all differences are looked at'}")
    for name, share, source in found.most_important():
        _tell(f"{share:.1%}  {name}  <- {source}")
    _tell(f"(share of the variance each goes with on its own; by chance alone up to {found.found.chance:.1%})")
    _tell(f"Every draw is in {to}")


def _problem() -> Problem:
    # By name, as England alone needs the whole model.
    problem: Problem = import_module("calibration.england").england_problem()
    return problem


def _show(found: Fit, folder: Path) -> None:
    chi_square = found.waves[-1].chi_square
    for line in (
        f"Fit {found.run_id}: {found.settings.draws} draws, {len(found.priors)} parameters, {len(found.goals)} goals.",
        f"R-hat {found.r_hat:.3f}, effective draws {found.ess:.0f}, chi-square of the best point {chi_square:.1f}.",
        f"Next:  zonesim-calibrate recover {folder}  and  zonesim-calibrate report {folder}",
    ):
        _tell(line)


def _show_recovery(recovery: Recovery) -> None:
    inside_50, inside_90 = recovery.inside_50.mean(), recovery.inside_90.mean()
    counts = " ".join(f"{count:.0f}" for count in recovery.histogram())
    _tell(f"{inside_50:.0%} of truths in the 50 % intervals, {inside_90:.0%} in the 90 %")
    _tell(f"Ranks: {counts} (chi-square p {recovery.chi_square_p():.2f})")


def _tell(line: str) -> None:
    out().print(line, markup=False, highlight=False, soft_wrap=True)


def _say(line: str) -> None:
    err().print(line, markup=False, highlight=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return the exit code. ``arguments``: those after ``zonesim-calibrate``."""
    missing = [name for name in ("sklearn", "emcee") if find_spec(name) is None]
    if missing:
        _say(f"zonesim-calibrate: {' and '.join(missing)} missing. Remedy: pip install 'zonesim[calibrate]'")
        return EXIT_MISTAKE
    try:
        app(args=list(sys.argv[1:] if arguments is None else arguments), prog_name="zonesim-calibrate")
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        if code == EXIT_STOPPED:
            _say("zonesim-calibrate: stopped; what was simulated is kept. A fit goes on with --resume.")
        return code
    except (InputError, OutputError, HoldOutError) as error:
        _say(f"zonesim-calibrate: {error}")
        return EXIT_MISTAKE
    except CalibrationError as error:
        _say(f"zonesim-calibrate: {error}")
        return EXIT_FAILED
    return 0
