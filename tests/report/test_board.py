"""The board paper: what it says in plain words, who leads, and what it hides."""

from __future__ import annotations

import re
from dataclasses import astuple

import numpy as np
import pytest

from sim.experiments.pairs import pair
from sim.outcomes import INDICATORS
from sim.outputs import StoredComparison
from sim.report.board import board_paper
from sim.report.choice import leads, regrets, what_would_change_it
from sim.report.small_charts import Line, bands, strip
from sim.report.words import NOT_SHOWN, in_plain_words
from tests.report.made import made_comparison, made_strategies

KS2, SDQ = INDICATORS["ks2_expected"], INDICATORS["sdq_high"]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.014, 0.157, "1.4 to 15.7 better"), (-0.02, 0.03, "2.0 worse to 3.0 better"),
        (-0.03, -0.01, "1.0 to 3.0 worse"),
        (0.0, 0.04, "none to 4.0 better"), (-0.04, 0.0, "4.0 worse to none"), (0.0, 0.0, "none to speak of"),
    ],
)  # fmt: skip
def test_intervals_in_words(low: float, high: float, words: str) -> None:
    assert in_plain_words(KS2, low, high) == words


def test_fewer_difficulties_are_better() -> None:
    assert in_plain_words(SDQ, -0.03, 0.01) == "1.0 worse to 3.0 better"


def with_values(shift: float) -> StoredComparison:
    """Two strategies; the second is ``shift`` above the first in every pair, which differ by luck."""
    comparison, frame = made_comparison(), made_comparison().pairs
    luck = np.linspace(0.0, 0.95, 20)
    wanted = (frame["strategy"] == "strategy_0") & (frame["against"] == "strategy_1") & (frame["family"] != "pounds")
    for at, row in frame[wanted].iterrows():
        good = INDICATORS[row["indicator"]].direction
        told = pair(0.5 + luck, 0.5 + luck + shift * good, good)
        frame.loc[at, list(told.__dataclass_fields__)] = astuple(told)
        frame.loc[at, "suppressed"] = False
    object.__setattr__(comparison, "pairs", frame)
    return comparison


def test_the_lead_is_read_pair_by_pair() -> None:
    """Luck spreads each strategy over 0.95; the pairs differ by 0.03 without any spread."""
    shown = [lead for lead in leads(with_values(0.03)) if lead.family != "schools_services"]
    assert {lead.best for lead in shown} == {"strategy_1"}
    assert all(lead.clear and lead.chance == 1.0 for lead in shown)
    assert np.isclose(abs(shown[0].difference), 0.03)
    said = " ".join(what_would_change_it(with_values(0.03)))
    assert "leads, ahead of Schools only <i>: 3.0 percentage points" in said


def test_regret_leaves_out_what_is_spent() -> None:
    found = regrets(made_comparison())
    assert found["pounds", "strategy_0"] == 1e5
    assert ("educational_progress", "strategy_0") not in found


def test_equal_pairs_have_no_lead() -> None:
    assert all("no difference between the best two" in s for s in what_would_change_it(with_values(0.0)))


def test_one_strategy_is_read_against_none() -> None:
    said = " ".join(what_would_change_it(made_comparison(made_strategies(1))))
    assert "Luck and unknown effects decide" in said
    assert "no other option" in said


def test_small_numbers_are_hidden_and_texts_escaped() -> None:
    comparison = made_comparison()
    changed = comparison.changed
    changed.loc[:, ["better", "same", "worse"]] = 3.0
    paper = board_paper(comparison, "zonesim <run>")
    assert NOT_SHOWN in paper
    assert "Schools only &lt;i&gt;" in paper
    assert "zonesim &lt;run&gt;" in paper
    assert "<i>" not in paper
    gains = paper[paper.index("Who gains") : paper.index("What it costs")]
    assert not re.search(r"\b3 better", gains)


def test_judgement_is_marked() -> None:
    assert 'class="judgement"' in board_paper(made_comparison(), "x")


def test_pictures_have_a_text_and_survive_nothing_to_show() -> None:
    assert 'aria-label="a &lt;b&gt;"' in strip("a <b>", (0.0, 0.0, 0.0), (0.0, 0.0), 1, clear=False)
    assert "<svg" not in bands("not shown", "%", [Line(1, [], [], [], [])], ([], []))
    one_year = bands("words", "%", [Line(1, [1], [2.0], [1.0], [3.0])], ([1], [2.0]))
    assert "nan" not in one_year
