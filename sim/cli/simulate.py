"""``run``, ``compare`` and ``demo``: simulate, save the run folder, show what came out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import (
    Evidence,
    EvidenceOption,
    FutureOption,
    Including,
    Json,
    Out,
    Parameters,
    ParametersOption,
    PlaceOption,
    Replications,
    Seed,
    Shares,
    Threads,
    Without,
    Years,
)
from sim.cli.screen import Progress, err, out

if TYPE_CHECKING:
    from sim.outputs import ComparisonRecord
    from sim.spec import Future, Place, Strategy

DEMO_PLACE = "wallsend"
DEMO_STRATEGIES = ("business_as_usual", "schools_only", "early_start", "cradle_to_career")


#: Warnings that are printed; all of them are in the manifest.
MOST_WARNINGS = 12


@dataclass(frozen=True)
class Job:
    """What the user asked for."""

    command: str
    strategies: tuple[str, ...]
    place: str
    replications: int
    seed: int
    years: int
    evidence: Evidence
    without: tuple[str, ...]
    including: tuple[str, ...]
    future: str | None
    parameters: Parameters
    shares: bool
    out: Path | None
    threads: int | None
    json: bool


def run(
    strategy: Annotated[str, typer.Argument(help="Strategy: an id of `list strategies` or a TOML file.")],
    place: PlaceOption = DEMO_PLACE,
    replications: Replications = 20,
    seed: Seed = 1,
    years: Years = 10,
    evidence: EvidenceOption = Evidence.CENTRAL,
    without: Without = None,
    including: Including = None,
    future: FutureOption = None,
    parameters: ParametersOption = Parameters.DRAWN,
    shares: Shares = False,
    out: Out = None,
    threads: Threads = None,
    json: Json = False,
) -> None:
    """Run one strategy beside its twin, the same neighbourhood without a zone."""
    off, on = tuple(without or ()), tuple(including or ())
    asked = (replications, seed, years, evidence, off, on, future, parameters, shares, out, threads, json)
    _do(Job("run", (strategy,), place, *asked))


def compare(
    strategies: Annotated[list[str], typer.Argument(help="Strategies: ids of `list strategies` or TOML files.")],
    place: PlaceOption = DEMO_PLACE,
    replications: Replications = 20,
    seed: Seed = 1,
    years: Years = 10,
    evidence: EvidenceOption = Evidence.CENTRAL,
    without: Without = None,
    including: Including = None,
    future: FutureOption = None,
    parameters: ParametersOption = Parameters.DRAWN,
    shares: Shares = False,
    out: Out = None,
    threads: Threads = None,
    json: Json = False,
) -> None:
    """Compare strategies side by side: same place, same luck, each against the twin."""
    names, off, on = tuple(strategies), tuple(without or ()), tuple(including or ())
    asked = (replications, seed, years, evidence, off, on, future, parameters, shares, out, threads, json)
    _do(Job("compare", names, place, *asked))


def demo(
    place: PlaceOption = DEMO_PLACE,
    replications: Replications = 20,
    seed: Seed = 1,
    years: Years = 10,
    evidence: EvidenceOption = Evidence.CENTRAL,
    future: FutureOption = None,
    parameters: ParametersOption = Parameters.DRAWN,
    out: Out = None,
    threads: Threads = None,
    json: Json = False,
) -> None:
    """The main job with no arguments: four strategies for one place, table, figures and briefing."""
    asked = (replications, seed, years, evidence, (), (), future, parameters, False, out, threads, json)
    _do(Job("demo", DEMO_STRATEGIES, place, *asked))


def _do(job: Job) -> None:
    started = datetime.now(UTC)
    # First of all, so that nobody waits before they are told why.
    with Progress(_title(job), _is_cold()) as progress:
        folder, comparison, shares = _simulated(job, started, progress)
    from sim.outputs import comparison_answer, write_run_folder
    from sim.report.briefing import write_report
    from sim.report.figures import figures_of

    command = command_of(job)

    def also(inside: Path) -> None:
        progress.save(inside)
        if shares is not None:
            (inside / "shares.json").write_text(json.dumps(shares, indent=2) + "\n", encoding="utf-8")
        write_report(comparison, inside, command)

    written = write_run_folder(comparison, folder, command, started, also)
    if job.json:
        answer = comparison_answer(comparison, written)
        if shares is not None:
            answer["shares"] = shares
        print(json.dumps(answer, allow_nan=False))
    else:
        _show(comparison, shares or [])
    _say_where(written, list(figures_of(comparison)))


def _simulated(
    job: Job, started: datetime, progress: Progress
) -> tuple[Path, ComparisonRecord, list[dict[str, Any]] | None]:
    """The folder that was claimed for it, the comparison and, where they were asked for, its shares of uncertainty."""
    from sim.inputs import load_future, load_place, load_strategy
    from sim.inputs.register import load_register
    from sim.outputs import claim_folder

    place = load_place(job.place)
    strategies = [load_strategy(name) for name in job.strategies]
    future = None if job.future is None else load_future(job.future)
    # Read here already, so that a mechanism that does not exist is known before anything is run.
    load_register(without=job.without, including=job.including)
    folder = claim_folder(job.out or _default_folder(job, place, started))
    return folder, *_compared(job, strategies, place, future, progress)


def _compared(
    job: Job, strategies: list[Strategy], place: Place, future: Future | None, progress: Progress
) -> tuple[ComparisonRecord, list[dict[str, Any]] | None]:
    """The comparison and, where they were asked for, its shares of uncertainty."""
    from sim.experiments import compare as compare_strategies

    comparison = compare_strategies(
        strategies,
        place,
        replications=job.replications,
        seed=job.seed,
        years=job.years,
        evidence=job.evidence.value,
        without=job.without,
        including=job.including,
        future=future,
        parameters=job.parameters.value,
        threads=job.threads,
        progress=progress,
    )
    if not job.shares:
        return comparison, None
    from sim.experiments.shares import share_rows, shares

    return comparison, share_rows(shares(comparison, future=future, threads=job.threads, progress=progress))


def _show(comparison: ComparisonRecord, shares: list[dict[str, Any]]) -> None:
    from sim.report.pairs import pair_lines
    from sim.report.partnership import partnership_lines
    from sim.report.shares import share_lines
    from sim.report.tables import cost_table, legend, names, outcome_table
    from sim.report.theory import theory_rows, theory_sentence, theory_table
    from sim.report.words import no_more_than

    console = out()
    console.print(outcome_table(comparison, console.width))
    console.print(legend(comparison), markup=False, highlight=False)
    for line in pair_lines(comparison):
        console.print(f"- {line}", markup=False, highlight=False, soft_wrap=True)
    for line in share_lines(comparison, shares):
        console.print(line, markup=False, highlight=False)
    console.print()
    console.print(cost_table(comparison))
    for line in partnership_lines(comparison):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    for strategy, rows in theory_rows(comparison).items():
        console.print()
        # Side by side one sentence each is enough; the steps stand in the briefing.
        if len(comparison.strategies) == 1:
            console.print(theory_table(comparison, strategy))
        told = theory_sentence(rows)
        one = told if len(comparison.strategies) == 1 else f"{names(comparison)[strategy]}: {told}"
        console.print(one, markup=False, highlight=False)
    for warning in no_more_than(comparison.warnings, MOST_WARNINGS, "delivery.parquet"):
        console.print(f"Warning: {warning}", markup=False, highlight=False, style="yellow")


def _say_where(folder: Path, figures: list[str]) -> None:
    console = err()
    for line in (
        f"Everything is in {folder}",
        f"  briefing  {folder / 'briefing.html'}",
        f"  figures   {', '.join(figures)} (.png and .svg)",
        "  data      results.parquet and others, explained in dictionary.json",
    ):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def command_of(job: Job) -> str:
    """The command line that repeats a job, every option spelled out."""
    from sim.report.briefing import command_line

    words = [job.command, *(job.strategies if job.command != "demo" else ()), "--place", job.place]
    words += ["--replications", str(job.replications), "--seed", str(job.seed), "--years", str(job.years)]
    words += ["--evidence", job.evidence.value, "--parameters", job.parameters.value]
    for mechanism in job.without:
        words += ["--without", mechanism]
    for mechanism in job.including:
        words += ["--with", mechanism]
    if job.future is not None:
        words += ["--future", job.future]
    if job.shares:
        words += ["--shares"]
    return command_line(words)


def _title(job: Job) -> str:
    future = "" if job.future is None else f" under {job.future}"
    return f"{', '.join(job.strategies)} in {job.place}{future}, {job.replications} replications, {job.years} years"


def _default_folder(job: Job, place: Place, started: datetime) -> Path:
    return Path("zonesim-runs") / f"{job.command}-{place.id}-{started:%Y%m%d-%H%M%S}"


def _is_cold() -> bool:
    from sim._jit import is_cold

    return is_cold()
