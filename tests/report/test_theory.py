"""Theories of change in table, briefing, figure and sentence: plain words, and nothing from a file is markup."""

from __future__ import annotations

import re
from io import StringIO

import pandas as pd
import pytest
from rich.console import Console

from sim.outputs import StoredComparison
from sim.report.briefing import briefing_page
from sim.report.figures import FIGURES, figures_of
from sim.report.style import rendered
from sim.report.theory import StepRow, theory_rows, theory_sentence, theory_table
from sim.report.theory_section import theory_section
from sim.spec import Step
from tests.report.made import made_comparison, theory_strategies

HOSTILE = "Books <script>alert(1)</script> & [red]$x^2$ \"'"


@pytest.fixture(scope="module")
def stated() -> StoredComparison:
    """Two strategies, the first with a theory whose text is to stay inert."""
    return made_comparison(theory_strategies(HOSTILE))


def shown(table: object, width: int = 220) -> str:
    console = Console(file=StringIO(), width=width)
    console.print(table)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def row(verdict: str = "on_time", broken: float = 0.0, name: str = "a", **numbers: float) -> StepRow:
    step = Step(id="a", name=name, kind="step", indicator="gld", by_month=36, size=0.02)
    numbers = {"wanted": 0.02, "change": 0.006, "low": 0.001, "high": 0.012} | numbers
    return StepRow(step, verdict, 20, {verdict: 1.0}, first_broken=broken, **numbers)


def test_rows_are_in_order_and_only_where_a_theory_is(stated: StoredComparison) -> None:
    rows = theory_rows(stated)
    assert list(rows) == ["strategy_0"]
    assert [r.step.id for r in rows["strategy_0"]] == ["starts", "home", "ready"]
    assert [r.due for r in rows["strategy_0"]] == ["August, year 1", "August, year 3", "August, year 5"]


def test_what_is_wanted_and_reached_in_plain_words(stated: StoredComparison) -> None:
    starts, home, ready = theory_rows(stated)["strategy_0"]
    assert (starts.reads, starts.wanted_words, starts.change_words) == ("Mentoring: starts, in all", "5 or more", "60")
    assert home.reads.endswith("within six years), children of the first day, since the start")
    assert home.wanted_words == "\N{MINUS SIGN}1 percentage points or more"
    assert home.verdict_words == "late in 10 of 20 runs"
    assert home.broken_words == "first broken link in 10 of 20 runs"
    assert ready.change_words == "no reading"
    assert row(wanted=float("nan")).wanted_words == "any rise"
    assert row(wanted=0.0).wanted_words == "no fall"


def test_the_sentence_says_how_far_it_holds_and_where_it_breaks() -> None:
    chain = [row(name="one"), row(name="two"), row("missed", 0.6, "three"), row("missed", 0.1, "four")]
    assert theory_sentence(chain) == (
        'The theory of change holds up to "two" (August, year 3); the link that most often breaks first is "three" '
        "(in 12 of 20 runs): wanted by August, year 3: +2 percentage points or more; "
        "reached on average: +0.6 percentage points [+0.1 to +1.2]."
    )
    assert theory_sentence([row("late", 1.0)]).startswith("The theory of change does not hold from its first step")
    assert theory_sentence([row(), row()]).endswith("no link was seen to break in any run.")
    assert "holds to its last step" in theory_sentence([row(), row(broken=0.05)])
    assert theory_sentence([row("not_measurable")]).startswith("None of the steps")
    assert theory_sentence([row(), row("not_measurable"), row("missed", 1.0)]).endswith(
        "1 step of 3 could not be measured."
    )


def test_the_table_shows_text_from_files_as_it_is(stated: StoredComparison) -> None:
    text = " ".join(re.sub(r"[│┃\n]+", " ", shown(theory_table(stated, "strategy_0"), 400)).split())
    assert "[red]$x^2$" in text
    assert "Schools only <i>: theory of change, tested" in text
    for words in ("on time in 20 of 20 runs", "late in 10 of 20 runs", "August, year 3"):
        assert words in text


def test_the_briefing_has_the_five_columns_and_no_markup_from_files(stated: StoredComparison) -> None:
    drawn = {name: rendered(draw(stated), "svg").decode() for name, (_, draw) in figures_of(stated).items()}
    page = briefing_page(stated, "zonesim run x", drawn)
    for column in (
        "Starting situation, and why", "Strands of action", "Intended outputs", "Steps of change", "Intended outcomes",
    ):  # fmt: skip
        assert page.count(f'<th scope="col">{column}</th>') == 1
    assert "<script" not in page
    assert "Books &lt;script&gt;alert(1)&lt;/script&gt; &amp; [red]$x^2$ &quot;&#x27;" in page
    # Figures of the annex; strips and bands of the board paper are SVG of a class of their own.
    assert page.count("<svg role=") == len(FIGURES) + 1
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_without_a_theory_nothing_is_said_of_one(comparison: StoredComparison) -> None:
    assert theory_section(comparison, "") == ""
    assert theory_rows(comparison) == {}
    assert set(figures_of(comparison)) == set(FIGURES)


def test_a_starting_situation_without_steps_is_shown() -> None:
    first, second = theory_strategies("plain")
    assert first.theory_of_change is not None
    bare = first.model_copy(update={"theory_of_change": first.theory_of_change.model_copy(update={"steps": ()})})
    made = made_comparison((bare, second))
    assert isinstance(made.theory, pd.DataFrame) and made.theory.empty
    assert "Few plain" in theory_section(made, "")


def test_the_figure_is_the_same_twice_and_legible(stated: StoredComparison) -> None:
    draw = figures_of(stated)["theory"][1]
    assert rendered(draw(stated), "svg") == rendered(draw(stated), "svg")
    sizes = {
        text.get_fontsize() for text in draw(stated).findobj(lambda a: hasattr(a, "get_fontsize")) if text.get_text()
    }
    assert min(sizes) >= 11
