"""How partnerships grew, what analyses found and what fell short, in words, figures and sections."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from sim.inputs import load_future
from sim.outputs import StoredComparison
from sim.outputs.delivery import Shortfall, shortfall_sentences, shortfalls
from sim.report.analysis_section import analysis_section
from sim.report.briefing import MOST_WARNINGS, briefing_page
from sim.report.delivery_section import delivery_section
from sim.report.figures import FIGURES, figures_of
from sim.report.partnership import MOST_LINES, WIDTH, bands, grown, partnership_lines
from sim.report.partnership_figure import partnership_figure
from sim.report.partnership_section import partnership_section
from sim.report.style import rendered
from sim.report.words import level, no_more_than, number_a_run, spread_sd
from sim.spec import Partnership, PlannedStrand, Strategy
from tests.report.made import made_comparison, made_strategies, maturity, together_strategies


@pytest.fixture(scope="module")
def together() -> StoredComparison:
    return made_comparison(together_strategies())


def test_a_partnership_is_told_by_hand(together: StoredComparison) -> None:
    (one,) = grown(together)
    assert (one.strategy, one.twin, one.maturity[10]) == ("strategy_0", 0.1, maturity(10))
    # 0.1 + 0.05 a year rises by 0.5 in ten years: half of it is reached in year 5.
    assert one.half_year == 5
    # The council left in two runs of twenty and came back in one of them.
    assert one.gone == 1
    told = {h.kind: (h.mean, h.range_words) for h in one.happened}
    assert told == {"joined": (1.0, "1"), "left": (0.1, "0 to 1"), "returned": (0.05, "0 to 1")}
    assert "half of the rise was reached in year 5" in one.sentence
    assert "In 1 of 20 runs a partner left for good." in one.sentence


def test_a_partnership_that_does_not_grow_says_so(together: StoredComparison) -> None:
    (one,) = grown(together)
    flat = one.__class__(one.strategy, one.label, {1: 0.1, 2: 0.1}, 0.1, (), 0, 20)
    assert flat.half_year is None
    assert "did not grow" in flat.sentence
    assert "No partner left for good" in flat.sentence


def test_bands_are_mean_and_percentiles_of_the_runs(together: StoredComparison) -> None:
    years, (mean, low, high) = bands(together, "strategy_0", "partnership_maturity")
    assert years == list(range(1, 11))
    np.testing.assert_allclose(mean, [maturity(year) for year in years])
    spread = np.percentile(0.01 * (np.arange(20) - 9.5), [5, 95])
    np.testing.assert_allclose(low - mean, spread[0])
    np.testing.assert_allclose(high - mean, spread[1])


@pytest.mark.parametrize("number", [1, 3, 4, 9])
def test_the_screen_gets_few_and_short_lines(number: int) -> None:
    name = "A partnership of very many willing partners in the place"
    strategies = [
        Strategy(id=f"s{n}", name=name, partnership=Partnership(), strands=(PlannedStrand(strand="mentoring"),))
        for n in range(number)
    ]
    lines = partnership_lines(made_comparison(strategies))
    assert 0 < len(lines) <= MOST_LINES
    assert all(len(line) <= WIDTH for line in lines)
    assert lines[0].endswith("partnership at 0.25, 0.35, 0.60 of 1 in years 3, 5, 10")
    if number == 1:
        assert lines[1] == "  in a run: 0.1 partners left, 0.1 partners came back"


def test_without_a_partnership_nothing_is_said() -> None:
    made = made_comparison()
    assert partnership_lines(made) == []
    assert partnership_section(made, "") == analysis_section(made) == ""
    assert "partnership" not in figures_of(made)
    with pytest.raises(ValueError, match="no strategy"):
        partnership_figure(made)


def test_the_figure_is_the_same_twice_and_legible(together: StoredComparison) -> None:
    assert set(figures_of(together)) == {*FIGURES, "partnership"}
    first, second = (rendered(partnership_figure(together), "svg") for _ in range(2))
    assert first == second
    figure = partnership_figure(together)
    texts = [text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text()]
    assert min(float(text.get_fontsize()) for text in texts) >= 11
    told = " ".join(text.get_text() for text in texts)
    assert "Shared vision" in told and "0.60\nwith the zone" in told
    lines = figure.axes[1].lines
    looks = {(line.get_color(), str(line.get_linestyle())) for line in lines if line.get_linewidth() == 1.6}
    assert len(looks) == 7


def test_sections_are_in_the_page_and_escaped(together: StoredComparison) -> None:
    drawn = {"partnership": rendered(partnership_figure(together), "svg").decode()}
    page = briefing_page(together, "zonesim", drawn)
    assert "<h2>How the partnership grew</h2>" in page and page.count('<svg role="img"') == 1
    assert "<h2>What the analysis found</h2>" in page and "<h2>What was delivered</h2>" in page
    assert "Zone &lt;b&gt;of&lt;/b&gt; trust" in page
    assert "<b>" not in page


def test_what_an_analysis_found_is_told_at_its_end_as_an_estimate(together: StoredComparison) -> None:
    told = analysis_section(together)
    assert "February, year 1" in told
    assert "estimates, not the truth" in told
    assert told.count("+0.50 [\N{MINUS SIGN}0.50 to +1.50]") == 7
    assert "clearly less than usual" in told and "\N{MINUS SIGN}1.00" in told
    assert "0.90" not in told, "the first quarter is over"


def test_the_delivery_section_tells_shocks_and_what_fell_short() -> None:
    told = delivery_section(made_comparison(future=load_future("austerity_hub_closed")))
    assert "What came from outside" in told and "September of year 3" in told
    assert "0 of 1 strands ran as planned" in told
    assert "money for 80% of its plan (years 3 to 4)" in told
    assert "75% of its posts filled by its first August (year 1)" in told
    assert "What came from outside" not in delivery_section(made_comparison())


# --- what fell short, by hand ----------------------------------------------------------------------------


def books(**changes: list[object]) -> pd.DataFrame:
    """Four years of one strand with all it needs, and ``changes``."""
    columns: dict[str, object] = {
        "strategy": "a", "strand": "neli", "year": [1, 2, 3, 4], "posts_wanted": 2.0, "posts": 2.0, "paid_for": 1.0,
        "short_of": "", "today": False,
    }  # fmt: skip
    return pd.DataFrame(columns | changes)


PLAN = {"a": Strategy(id="a", name="A", strands=(PlannedStrand(strand="neli", stop_month=36),))}


def found(**changes: list[object]) -> list[str]:
    return [s.words for s in shortfalls(books(**changes), PLAN)]


def test_what_fell_short_by_hand() -> None:
    assert found() == []
    money = {"paid_for": [1.0, 0.5, 0.97, 0.7], "short_of": ["", "money", "money", "money"]}
    assert found(**money) == ["money for 60% of its plan (2 of the years 2 to 4)"]
    posts = {"paid_for": [1.0, 0.5, 0.7, 1.0], "short_of": ["", "posts", "posts", ""]}
    assert found(**posts) == ["the limit on posts allows 60% of its plan (years 2 to 3)"]
    assert found(posts=[1.0, 2.0, 2.0, 2.0]) == ["50% of its posts filled by its first August (year 1)"]
    assert found(posts=[1.0, 1.5, 2.0, 2.0]) == ["62% of its posts filled by August (years 1 to 2)"]
    assert found(posts=[1.8, 2.0, 2.0, 2.0]) == []


def test_closed_is_without_posts_while_planned_and_paid() -> None:
    none_in_two = {"posts_wanted": [2.0, 0.0, 2.0, 0.0], "posts": [2.0, 0.0, 2.0, 0.0]}
    # It stops after year 3: having no posts in year 4 is as planned.
    assert found(**none_in_two) == ["closed (year 2)"]
    assert found(**none_in_two, paid_for=[1.0, 0.0, 1.0, 1.0], short_of=["", "money", "", ""]) == [
        "money for 0% of its plan (year 2)"
    ]
    assert found(posts_wanted=[0.0] * 4, posts=[0.0] * 4) == []
    assert found(**none_in_two, today=[True] * 4) == ["closed (2 of the years 2 to 4)"]
    assert found(posts=[0.5] * 4, today=[True] * 4) == []


def test_one_sentence_a_strand_the_shortest_first() -> None:
    said = shortfall_sentences(
        [
            Shortfall("a", "neli", "money", (1,), 0.6),
            Shortfall("a", "neli", "staff", (1,), 0.8),
            Shortfall("b", "book_gifting", "money", (2, 3), 0.2),
        ]
    )
    assert said == [
        "b: book gifting: money for 20% of its plan (years 2 to 3)",
        "a: neli: money for 60% of its plan (year 1); 80% of its posts filled by August (year 1)",
    ]


def test_many_warnings_are_cut_short_on_the_page() -> None:
    made = made_comparison()
    many = StoredComparison(**(made.__dict__ | {"warnings": tuple(f"warning {n}." for n in range(20))}))
    page = briefing_page(many, "zonesim", {})
    assert page.count("warning ") == MOST_WARNINGS
    assert f"and {20 - MOST_WARNINGS} more, see What was delivered" in page


def test_words() -> None:
    assert (level(0.307), level(float("nan"))) == ("0.31", "not shown (fewer than 10)")
    assert number_a_run(2.25) == "2.2"
    assert spread_sd(-0.3, -1.0, 0.4) == "\N{MINUS SIGN}0.30 [\N{MINUS SIGN}1.00 to +0.40]"
    assert no_more_than(["a", "b"], 2, "x") == ["a", "b"]
    assert no_more_than(["a", "b", "c"], 2, "x") == ["a", "b", "and 1 more, see x"]


def test_two_partnerships_have_a_row_each() -> None:
    both = made_comparison(tuple(s.model_copy(update={"partnership": Partnership()}) for s in made_strategies(2)))
    assert len(partnership_figure(both).axes) == 4
