"""A search for the best mixes, as the page Decide asks for it: checked, bounded, told in rows; no Solara here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.experiments.search import Answer, Question, optimise
from sim.experiments.search.question import notes_of, words_of
from sim.inputs import InputError
from sim.inputs.problems import Problem, show
from sim.outcomes import FAMILIES, HEADLINES, INDICATORS
from sim.report.briefing import command_line
from sim.report.words import measure, pounds
from sim.spec import Strategy
from sim.ui import files
from sim.ui.choice import Question as Chosen
from sim.ui.comparing import Row
from sim.ui.jobs import Report

#: Most pounds a year and posts that can be asked for.
LARGEST_BUDGET, MOST_POSTS = 1e9, 10_000.0
#: School years into a run in which a found mix may start its strands.
_STARTS = (0, 12, 24)


@dataclass(frozen=True)
class Effort:
    """How long to look: ``searches`` of ``runs`` mixes on ``luck`` luck numbers, the ``top`` again on ``fresh``."""

    name: str
    runs: int
    searches: int
    luck: int
    fresh: int
    top: int


EFFORTS = {
    "quick": Effort("A quick look: 24 mixes", 24, 1, 2, 10, 3),
    "longer": Effort("Longer: two searches of 48 mixes", 48, 2, 4, 20, 5),
}


def search_of(chosen: Chosen, form: Mapping[str, Any]) -> Question:
    """What a filled-in form asks: ``budget``, ``posts`` (empty: no limit), ``family``, ``effort``.

    Raises ``InputError`` with a problem for each field that is wrong.
    """
    problems: list[Problem] = []
    budget = _number(form, "budget", 1.0, LARGEST_BUDGET, "pounds a year", problems)
    posts = _number(form, "posts", 0.1, MOST_POSTS, "posts", problems) if str(form.get("posts") or "").strip() else None
    family, effort = str(form.get("family", "")), str(form.get("effort", ""))
    for field, said, known in (("family", family, tuple(FAMILIES)), ("effort", effort, tuple(EFFORTS))):
        if said not in known:
            problems.append(Problem("form", None, field, f"there is no {show(said[:60])}", "choose from the list"))
    if problems:
        raise InputError(tuple(problems))
    size, months = EFFORTS[effort], 12 * chosen.years
    return Question(
        chosen.place, budget, posts, (family,), (chosen.future,), starts=tuple(m for m in _STARTS if m < months),
        runs=size.runs, searches=size.searches, seed=chosen.seed, luck=size.luck, fresh=size.fresh, top=size.top,
        years=chosen.years, evidence=chosen.evidence, beside=chosen.strategies,
    )  # fmt: skip


def _number(
    form: Mapping[str, Any], field: str, least: float, most: float, what: str, problems: list[Problem]
) -> float:
    said = str(form.get(field) or "").strip()
    try:
        number = float(said.replace(",", "").removeprefix("£"))
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        problem = f"{show(said[:60])} is no number of {what}" if said else "is missing"
        problems.append(Problem("form", None, field, problem, f"give a number from {least:g} to {most:,.0f}"))
    return number


def searched(asked: Question, report: Report) -> Answer:
    """The answer of a search; ``report`` is called before each month of every run and may raise to stop it."""
    told = _Told(report)
    return optimise(asked, workers=1, progress=told.phase, watch=told.month)


#: Parts of a search as it tells them: where each begins, its length, and its words.
_PARTS = {
    "twins": (0.0, 0.05, "the place without a zone"),
    "mixes": (0.05, 0.7, "trying mixes"),
    "fresh luck numbers": (0.75, 0.25, "the best again, on fresh luck"),
}


class _Told:
    """How far a search is: twins, then mixes, then the best again, each a part of the whole.

    Only the thread that runs the model reports: it is the one that has to stop or to make way.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self.phase(0, 1, "twins")

    def phase(self, done: int, total: int, what: str) -> None:
        """As the search tells it."""
        start, length, words = _PARTS[what]
        count = f", {done} of {total}" if what == "mixes" else ""
        self._at, self._words = start + length * done / max(total, 1), f"{words}{count}"

    def month(self, _: int) -> None:
        """Before each month of a run."""
        self._report(self._at, 1.0, self._words)


def best(found: Answer, asked: Question) -> Strategy:
    """The best mix, with what was promised of it and what was left of that, as it goes to the page Plan."""
    strategy = found.strategies[0]
    return strategy.model_copy(update={"about": " ".join(notes_of(found, asked, strategy, ""))})


COLUMNS = ("Mix", "Promised by the search", "On fresh luck", "The mean lies between", "A year", "Against the best")


def table(found: Answer, asked: Question) -> list[Row]:
    """The mixes that were run again, the best first, and beside them the strategies chosen."""
    shown = measure(INDICATORS[HEADLINES[found.outcomes_asked[0]][0]])
    called = {strategy.id: strategy.name or strategy.id for strategy in (*found.strategies, *asked.beside)}
    rows: list[Row] = []
    for at, row in enumerate(found.fresh.to_dict("records")):
        tied = "the best of these" if at == 0 else "cannot be told apart" if row["tied"] else "behind it"
        texts = (
            f"{shown.bare(row['promised'], signed=True)} {shown.difference_unit}".rstrip() if row["found"] else "",
            f"{shown.bare(row['fresh'], signed=True)} {shown.difference_unit}".rstrip(),
            shown.interval(row["low"], row["high"]),
            pounds(row["gbp_total"] / asked.years),
        )
        rows.append([{"text": called[str(row["mix"])]}, *({"text": text} for text in texts), {"text": tied}])
    return rows


def sentences(found: Answer, asked: Question) -> list[str]:
    """What the table means: which mix, how many are as good, and whether what is chosen already does better."""
    first, rows = found.strategies[0], found.fresh.to_dict("records")
    said = [f"{first.name} did best of {len(found.mixes)} mixes tried."]
    ties = sum(1 for name in found.tied if name != first.id)
    if ties:
        said.append(f"{ties} more cannot be told from it: choose among them on other grounds.")
    called = {strategy.id: strategy.name or strategy.id for strategy in asked.beside}
    more = [called[str(row["mix"])] for row in rows if not row["found"] and row["fresh"] > rows[0]["fresh"]]
    if more:
        said.append(f"More than the best mix found: {' and '.join(more)}. Search longer, or keep what you have.")
    return said


def command(asked: Question, chosen: Chosen) -> str:
    """The command line that searches the same; own strategies and places by the names of their files."""
    return command_line(words_of(asked, files.place_name(chosen), files.strategy_names(chosen)))
