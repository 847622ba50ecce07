"""``optimise``: the best mixes of strands for a place under yearly money and posts."""

from __future__ import annotations

import json as json_text
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.options import Evidence, EvidenceOption, Json, Parameters, ParametersOption, Seed, Threads, Years
from sim.cli.screen import Progress, complain, err, out

if TYPE_CHECKING:
    from rich.table import Table

    from sim.experiments.search import Answer, Question

#: Version of the answer of ``--json``.
SCHEMA = 1
_MISTAKE = 2


class Robust(StrEnum):
    """How several futures are put together."""

    MEAN = "mean"
    WORST = "worst"
    REGRET = "regret"


def optimise(
    place: Annotated[str, typer.Option("--place", "-p", help="Place: an id of `list places` or a TOML file.")],
    budget: Annotated[float, typer.Option("--budget", "-b", metavar="GBP_A_YEAR", help="Pounds a year there are.")],
    posts: Annotated[float | None, typer.Option("--posts", help="Most full-time posts [default: no limit]")] = None,
    outcome: Annotated[
        list[str] | None,
        typer.Option("--outcome", help="What counts: an indicator (indicator:group:year) or a family; repeatable."),
    ] = None,
    futures: Annotated[
        str, typer.Option("--futures", "-f", help="Futures the mix must stand up to, with commas between.")
    ] = "none",
    robust: Annotated[Robust, typer.Option("--robust", help="How several futures are put together.")] = Robust.MEAN,
    strands: Annotated[
        str | None, typer.Option("--strands", help="Strands to choose from, with commas between [default: all]")
    ] = None,
    starts: Annotated[
        str, typer.Option("--starts", help="Months in which strands may start, with commas between.")
    ] = "0,12,24",
    runs: Annotated[int, typer.Option("--runs", min=1, max=100_000, help="Mixes that each search tries.")] = 120,
    searches: Annotated[int, typer.Option("--searches", min=1, max=100, help="Searches, each with its seed.")] = 3,
    luck: Annotated[int, typer.Option("--luck", min=1, max=10_000, help="Luck numbers of each mix.")] = 4,
    fresh: Annotated[
        int, typer.Option("--fresh", min=1, max=100_000, help="Fresh luck numbers for the best mixes.")
    ] = 100,
    top: Annotated[int, typer.Option("--top", min=1, max=100, help="Mixes that are run again.")] = 5,
    against: Annotated[
        list[str] | None, typer.Option("--against", help="Strategy to run beside the best mixes; repeatable.")
    ] = None,
    screen: Annotated[bool, typer.Option("--screen/--no-screen", help="Try each strand alone first.")] = True,
    seed: Seed = 1,
    years: Years = 10,
    evidence: EvidenceOption = Evidence.CENTRAL,
    parameters: ParametersOption = Parameters.DRAWN,
    out_: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Folder [default: a new one in zonesim-runs]")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the search in the folder of --out.")] = False,
    threads: Threads = None,
    json: Json = False,
) -> None:
    """Find the best mixes for a place: strands, places and starts, under yearly money and posts."""
    from sim._jit import is_cold
    from sim.experiments.search import Question, QuestionError
    from sim.experiments.search import optimise as find
    from sim.inputs import load_future, load_place, load_strategy

    started = datetime.now(UTC)
    try:
        question = Question(
            load_place(place), budget, posts, tuple(outcome or ("educational_progress",)),
            tuple(load_future(name) for name in _parts(futures)), () if strands is None else _parts(strands),
            _months(starts), robust.value, runs, searches, seed, luck, fresh, top, years, evidence.value,
            parameters.value, screen=screen,
            beside=tuple(load_strategy(name) for name in against or ("business_as_usual",)),
        )  # fmt: skip
        folder = out_ or Path("zonesim-runs") / f"optimise-{question.place.id}-{started:%Y%m%d-%H%M%S}"
        title = f"Best mixes for {question.place.name}: {searches} searches of {runs} mixes, {luck} luck numbers each"
        with Progress(title, is_cold()) as progress:
            found = find(
                question, folder, resume=resume, workers=threads, command=_command(question, place),
                progress=progress,
            )  # fmt: skip
    except QuestionError as error:
        complain(str(error))
        raise typer.Exit(_MISTAKE) from None
    _finish(found, question, folder, json)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _months(text: str) -> tuple[int, ...]:
    from sim.experiments.search import QuestionError

    if not all(part.isdecimal() for part in _parts(text)):
        raise QuestionError(f"--starts must be months with commas between, such as 0,12,24, not {text!r}")
    return tuple(int(part) for part in _parts(text))


def _command(question: Question, place: str) -> str:
    """The command line that repeats a search."""
    from sim.experiments.search.question import words_of
    from sim.report.briefing import command_line

    return command_line(words_of(question, place, [strategy.id for strategy in question.beside]))


def _finish(found: Answer, question: Question, folder: Path, json: bool) -> None:
    from sim.experiments.search.question import ANSWER, answer_json
    from sim.outputs.folders import write_file
    from sim.report.search_figure import search_figure
    from sim.report.style import rendered

    for kind in ("png", "svg"):
        write_file(folder / f"front.{kind}", rendered(search_figure(found, question.place.name), kind))
    if json:
        print(json_text.dumps(answer_json(found, question, folder, SCHEMA), allow_nan=False))
    else:
        console = out()
        console.print("The best mixes, run again on luck numbers the search has not seen", soft_wrap=True)
        for label in found.outcomes_asked:
            console.print(_table(found, label))
        for line in _sentences(found):
            console.print(line, markup=False, highlight=False)
    for line in (
        f"Everything is in {folder}",
        f"  answer    {folder / ANSWER} (a strategy: zonesim run, compare and check take it)",
        "  figure    front.png and front.svg",
        "  data      mixes.parquet, fresh.parquet and others",
    ):
        err().print(line, markup=False, highlight=False, soft_wrap=True)


def _table(found: Answer, label: str) -> Table:
    """Promised and fresh gains in one outcome of the mixes that were run again, the best first."""
    from rich import box
    from rich.table import Table

    from sim.outcomes.asked import asked
    from sim.report.search_figure import measure_of
    from sim.report.words import pounds

    how = measure_of(asked(label, 20))
    title = f"{label}: gain over the twin, more is better, {how.difference_unit}".rstrip(", ")
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left")
    for name in ("Mix", "Promised", "Fresh", "90 % interval", "Pounds in all", "Tied"):
        table.add_column(name, overflow="fold")
    for row in found.fresh[found.fresh["outcome"] == label].to_dict("records"):
        table.add_row(
            row["mix"], how.bare(row["promised"], signed=True) if row["found"] else "",
            how.bare(row["fresh"], signed=True), how.interval(row["low"], row["high"]), pounds(row["gbp_total"]),
            "yes" if row["tied"] else "no",
        )  # fmt: skip
    return table


def _sentences(found: Answer) -> list[str]:
    """What the answer is, in words: the mix, what it is tied with, what the searches agree on."""
    mixes = dict(zip(found.mixes["mix"], found.mixes["what"], strict=True))
    best, agreement = found.strategies[0], found.agreement
    of = len(found.searches)
    agreed = agreement[agreement["agreed"]]
    told = ", ".join(f"{row.strand} ({row.searches} of {row.of})" for row in agreed.itertuples())
    lines = [f"Best of the mixes run again: {best.id}, {mixes[best.id] or 'nothing'}."]
    others = [name for name in found.tied if name != best.id]
    if others:
        lines.append(f"Cannot be told from it on these luck numbers: {', '.join(others)}.")
    lines += _beside(found)
    lines.append(f"In the answers of most of the {of} searches: {told or 'no strand'}.")
    values = ", ".join(f"{value:.3g}" for value in found.searches["hypervolume"])
    lines.append(f"Share of all that was found that each search found: {values}.")
    return lines


def _beside(found: Answer) -> list[str]:
    """A warning for each strategy run beside that brings more of some outcome than the best mix found."""
    fresh = found.fresh.set_index(["mix", "outcome"])["fresh"]
    lines = []
    for name in found.fresh.loc[~found.fresh["found"], "mix"].unique():
        more = [label for label in found.outcomes_asked if fresh[name, label] > fresh[found.strategies[0].id, label]]
        if more:
            told = f"{name} brings more {' and '.join(more)} than the best mix found"
            lines.append(f"{told}: search longer (--runs with --resume), or anew with more --luck.")
    return lines
