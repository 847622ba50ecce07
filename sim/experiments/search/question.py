"""A search put to the model: which place, money, outcomes and futures; the answer in tables and strategy files."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiments.ensemble import Watch
from sim.experiments.search.answer import Answer, answer
from sim.experiments.search.loop import Plan, search
from sim.experiments.search.needs import space_of
from sim.experiments.search.robust import ROBUST
from sim.experiments.search.runs import ModelRuns
from sim.experiments.search.space import QuestionError
from sim.experiments.search.store import Store, open_folder
from sim.futures import NO_FUTURE
from sim.inputs import load_strands
from sim.inputs.posterior import Posterior, source_of
from sim.inputs.problems import did_you_mean, file_error
from sim.inputs.strategies import HORIZON_MONTHS
from sim.inputs.writing import strategy_toml
from sim.offers import STANCES
from sim.outcomes.asked import GBP_TOTAL, asked
from sim.outputs.folders import OutputError, write_file
from sim.outputs.records import zonesim_version
from sim.spec import Future, Place, Strategy

if TYPE_CHECKING:
    from pandas import DataFrame

Progress = Callable[[int, int, str], None]
#: Tables of an answer, each a Parquet file of the search folder.
TABLES = ("mixes", "outcomes", "searches", "agreement", "alone", "fresh")
ANSWER = "answer.toml"
#: What a search that is taken up again may have more of.
_MAY_GROW = ("runs", "searches", "fresh", "top")


@dataclass(frozen=True)
class Question:
    """What is asked. ``budget``: pounds a year; ``posts``: most full-time posts; ``strands``: to choose from (or all).

    ``outcomes``: as ``sim.outcomes.asked`` reads them; ``starts``: months in which strands may start; ``luck``: luck
    numbers of the search, from ``seed``; ``fresh``: luck numbers after those, on which the ``top`` mixes are run again
    beside the strategies ``beside``, whose strands are among the first mixes tried.
    """

    place: Place
    budget: float
    posts: float | None = None
    outcomes: tuple[str, ...] = ("educational_progress",)
    futures: tuple[Future, ...] = (NO_FUTURE,)
    strands: tuple[str, ...] = ()
    starts: tuple[int, ...] = (0, 12, 24)
    robust: str = "mean"
    runs: int = 120
    searches: int = 3
    seed: int = 1
    luck: int = 4
    fresh: int = 100
    top: int = 5
    years: int = 10
    evidence: str = "central"
    parameters: str = "drawn"
    pool: int = 20
    screen: bool = True
    method: str = "tpe"
    beside: tuple[Strategy, ...] = ()

    @property
    def lucks(self) -> tuple[int, ...]:
        """Luck numbers of the search."""
        return tuple(range(self.seed, self.seed + self.luck))

    @property
    def fresh_lucks(self) -> tuple[int, ...]:
        """Luck numbers that the search has not seen."""
        return tuple(range(self.seed + self.luck, self.seed + self.luck + self.fresh))


def optimise(
    question: Question, folder: Path | None = None, *, resume: bool = False, workers: int | None = None,
    posterior: Posterior | None = None, command: str = "", progress: Progress | None = None,
    watch: Watch | None = None,
) -> Answer:  # fmt: skip
    """Search, run the best again, and write everything into ``folder`` where one is given.

    ``resume``: go on with a search that was stopped; nothing that was finished is run again, and the answer is the
    one it would have had. ``workers`` runs at a time; it changes no number. ``posterior``: as in ``compare``.
    ``watch(month)`` is called before each month of every run and may raise to stop the search.

    Raises
    ------
    InputError
        For an unknown strand.
    QuestionError
        For an outcome there is not or that rests on too few people, and for numbers out of range.
    OutputError
        For a folder that holds something else, or cannot be written.
    """
    _check(question)
    source = source_of(question.parameters, posterior)
    runs = ModelRuns(
        question.place, tuple(asked(text, question.years) for text in question.outcomes), question.futures,
        question.years, question.evidence, source, workers or os.cpu_count() or 1, progress=progress, watch=watch,
    )  # fmt: skip
    about = runs.about() | _asked_of(question)
    runs.store = Store() if folder is None else open_folder(folder, about, resume)
    try:
        found_answer = _answered(question, runs, progress)
    finally:
        runs.store.close()
    if folder is not None:
        write_answer(found_answer, question, folder, command)
    return found_answer


def _answered(question: Question, runs: ModelRuns, progress: Progress | None) -> Answer:
    library = load_strands()
    strands = question.strands or tuple(library)
    space = space_of(runs.grounds(question.lucks), strands, question.budget, question.posts, question.starts)
    plan = Plan(
        question.runs, question.searches, question.seed, question.lucks, question.robust, pool=question.pool,
        screen=question.screen, method=question.method,
    )  # fmt: skip
    # While mixes are counted, the runs inside a batch are not told.
    runs.progress = None
    found = search(space, runs, plan, progress, question.beside)
    runs.progress = progress
    return answer(found, question.outcomes, runs, question.fresh_lucks, question.top, question.beside)


def words_of(question: Question, place: str, beside: Sequence[str]) -> list[str]:
    """Arguments of the command line that repeats a search, every option that matters spelled out.

    ``place``, ``beside``: how the command names the place and the strategies run beside, ids or files.
    """
    q = question
    words = ["optimise", "--place", place, "--budget", f"{q.budget:.15g}"]
    words += [] if q.posts is None else ["--posts", f"{q.posts:.15g}"]
    for name in q.outcomes:
        words += ["--outcome", name]
    words += ["--futures", ",".join(future.id for future in q.futures), "--robust", q.robust]
    words += ["--strands", ",".join(q.strands)] if q.strands else []
    words += ["--starts", ",".join(map(str, q.starts)), "--runs", str(q.runs), "--searches", str(q.searches)]
    words += ["--luck", str(q.luck), "--fresh", str(q.fresh), "--top", str(q.top), "--seed", str(q.seed)]
    words += ["--years", str(q.years), "--evidence", q.evidence, "--parameters", q.parameters]
    for name in beside:
        words += ["--against", name]
    return words if q.screen else [*words, "--no-screen"]


def _asked_of(question: Question) -> dict[str, Any]:
    """What a search must not change while it goes on, beside what single runs depend on."""
    content = asdict(question)
    for key in ("place", "futures", "beside", *_MAY_GROW):
        content.pop(key)
    content["beside"] = [strategy.model_dump(mode="json") for strategy in question.beside]
    return json.loads(json.dumps(content | {"zonesim": zonesim_version()}))


def _check(question: Question) -> None:
    if find_spec("optuna") is None:
        raise QuestionError('the search needs Optuna; install it with: pip install "zonesim[analysis]"')
    if not 0.0 < question.budget < float("inf"):
        raise QuestionError("the budget must be more than 0 pounds a year; without money only the twin is left")
    if question.posts is not None and question.posts <= 0.0:
        raise QuestionError("posts must be more than 0; leave it out for no limit")
    if question.robust not in ROBUST:
        raise QuestionError(f"robust must be one of {', '.join(ROBUST)}, not {question.robust!r}")
    if question.evidence not in STANCES:
        raise QuestionError(f"evidence must be one of {', '.join(STANCES)}, not {question.evidence!r}")
    if not 1 <= question.years <= HORIZON_MONTHS // 12:
        raise QuestionError(f"years must be from 1 to {HORIZON_MONTHS // 12}, not {question.years}")
    for name in ("runs", "searches", "luck", "fresh", "top", "pool"):
        if getattr(question, name) < 1:
            raise QuestionError(f"{name} must be 1 or more")
    for name in ("outcomes", "futures", "starts"):
        if not getattr(question, name):
            raise QuestionError(f"{name} must name at least one")
    if any(not 0 <= month < 12 * question.years for month in question.starts):
        raise QuestionError(f"starts must be months from 0 to {12 * question.years - 1}")
    for text in question.outcomes:
        try:
            what = asked(text, question.years)
        except ValueError as error:
            raise QuestionError(str(error)) from None
        if what.indicator == GBP_TOTAL:
            raise QuestionError(f"{GBP_TOTAL} is the cost, which is in every answer; name another outcome")
    known = load_strands()
    for name in question.strands:
        if name not in known:
            remedy = did_you_mean(name, known, "strands")
            raise file_error("--strands", f'there is no strand "{name}"', remedy, field=name)


def notes_of(found: Answer, question: Question, strategy: Strategy, command: str) -> list[str]:
    """What the file of a found strategy says about its search, one comment a line."""
    rows = found.fresh[found.fresh["mix"] == strategy.id].to_dict("records")
    numbers = [
        f"{row['outcome']}: promised {row['promised']:.6g}, on {row['luck_numbers']} fresh luck numbers "
        f"{row['fresh']:.6g} ({row['low']:.6g} to {row['high']:.6g})"
        for row in rows
    ]
    futures = ", ".join(future.id for future in question.futures)
    return [
        f"Found by a search for {question.place.id}: {question.budget:,.0f} pounds a year, "
        f"{'no limit of' if question.posts is None else format(question.posts, 'g')} posts, futures {futures} "
        f"({question.robust}), luck numbers {question.lucks[0]} to {question.lucks[-1]}, zonesim {zonesim_version()}.",
        *([command] if command else []),
        "Difference to the twin, better is more, in the last year unless told:",
        *numbers,
        f"Not to be told from the best: {', '.join(found.tied)}.",
    ]


def write_answer(found: Answer, question: Question, folder: Path, command: str = "") -> None:
    """The answer and the others run again as strategy files, and the tables. Raises ``OutputError``."""
    for at, strategy in enumerate(found.strategies):
        text = strategy_toml(strategy, notes_of(found, question, strategy, command))
        write_file(folder / f"{strategy.id}.toml", text)
        if at == 0:
            write_file(folder / ANSWER, text)
    for name in TABLES:
        _write_table(getattr(found, name), folder / f"{name}.parquet")


def _write_table(frame: DataFrame, path: Path) -> None:
    import io

    stream = io.BytesIO()
    try:
        frame.to_parquet(stream, index=False, compression="zstd")
    except OSError as error:
        raise OutputError.from_os(path.parent, error) from error
    write_file(path, stream.getvalue())


def answer_json(found: Answer, question: Question, folder: Path | None, schema: int) -> dict[str, Any]:
    """The JSON object of ``zonesim optimise --json``."""
    return {
        "schema": schema,
        "version": zonesim_version(),
        "place": question.place.id,
        "budget_gbp_a_year": question.budget,
        "posts": question.posts,
        "futures": [future.id for future in question.futures],
        "robust": question.robust,
        "outcomes": list(question.outcomes),
        "folder": None if folder is None else str(folder),
        "answer": found.strategies[0].model_dump(mode="json", exclude_defaults=True),
        "tied": list(found.tied),
        "fresh": _records(found.fresh),
        "front": _records(found.mixes[found.mixes["on_front"]]),
        "searches": _records(found.searches),
        "agreement": _records(found.agreement),
    }


def _records(frame: DataFrame) -> Sequence[dict[str, Any]]:
    return json.loads(frame.to_json(orient="records", double_precision=15))
