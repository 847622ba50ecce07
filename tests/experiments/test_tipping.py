"""Thresholds and tornado: what was planted comes back, and noise is not taken for knowledge."""

from __future__ import annotations

import numpy as np
import pytest

from sim.experiments.cases import Factor, cases
from sim.experiments.tipping import THRESHOLD_COLUMNS, lead_curve, threshold, threshold_frame, thresholds, tornado
from tests.experiments.known import latin, swept

NAMES = ("fade", "trust", "idle")
FADE = Factor("fade", "the share of effects that fades in a year", "%", 0.0, 100.0)


def asked(function, points: int = 300, noise: float = 0.0, others=None, futures=("none",)):
    """Cases of ``a``, whose gain is a function of the point, against ``b`` without any; fade runs from 0 to 100."""
    design = latin(points, NAMES)
    design["fade"] *= 100.0
    luck = noise * np.random.default_rng(4).standard_normal(points)
    strategies = {"a": lambda x: function(x) + luck, "b": lambda x: 0.0 * x[:, 0], **(others or {})}
    results = swept(design, strategies, futures=futures)
    return cases(design, results, "ks2_expected", 1, (FADE,), preferred="a")


def test_a_planted_threshold_is_derived_again():
    """The lead is lost at a fade of 40 %, under noise five times as large as what fade does on average."""
    known = asked(lambda x: 0.01 * (40.0 - x[:, 0]), points=600, noise=0.5)
    found = threshold(known, "fade")
    assert found.verdict == "tips"
    assert found.value == pytest.approx(40.0, abs=5.0)
    assert found.low < 40.0 < found.high and found.high - found.low < 20.0
    assert found.sentence.startswith("a wins unless the share of effects that fades in a year is more than")
    assert found.sentence.endswith("; b wins there.")


def test_the_interval_holds_the_planted_threshold_nine_times_of_ten():
    held = 0
    for repeat in range(40):
        design = latin(200, NAMES, seed=repeat)
        luck = 0.3 * np.random.default_rng(repeat).standard_normal(200)
        results = swept(design, {"a": lambda x, luck=luck: x[:, 0] - 0.5 + luck, "b": lambda x: 0.0 * x[:, 0]})
        found = threshold(cases(design, results, "ks2_expected", 1, preferred="a"), "fade")
        held += found.low <= 0.5 <= found.high
    assert 31 <= held <= 40


@pytest.mark.parametrize(
    "shape", [lambda u: np.where(u < 0.6, 1.0, -1.0), lambda u: np.tanh(20 * (0.6 - u)), lambda u: 0.36 - u**2]
)
def test_bent_and_broken_lines_tip_where_they_do(shape):
    found = threshold(asked(lambda x: shape(x[:, 0] / 100.0), points=500), "fade")
    assert found.verdict == "tips" and found.value == pytest.approx(60.0, abs=3.0)


def test_what_never_tips_wins_over_the_whole_range_tried():
    found = threshold(asked(lambda x: 2.0 - 0.01 * x[:, 0]), "fade")
    assert (found.verdict, np.isnan(found.value)) == ("always", True)
    assert (
        "a wins over the whole range tried of the share of effects that fades in a year (0 to 100 %)" in found.sentence
    )


def test_where_noise_hides_it_the_sentence_says_so():
    by_noise = thresholds(asked(lambda x: 0.0 * x[:, 0], points=100, noise=1.0))
    assert {found.verdict for found in by_noise} == {"unclear"}
    assert all("noise hides" in found.sentence for found in by_noise)


def test_a_lead_lost_and_won_again():
    found = threshold(asked(lambda x: ((x[:, 0] - 50.0) / 100.0) ** 2 - 0.04), "fade")
    assert found.verdict == "tips back"
    assert "from 0 to 30 % and from 70 to 100 %" in found.sentence


def test_the_line_moves_the_threshold():
    found = threshold(asked(lambda x: 0.01 * (40.0 - x[:, 0])), "fade", line=0.1)
    assert found.value == pytest.approx(30.0, abs=0.5) and "leads by 0.1 or more unless" in found.sentence


def test_the_best_rival_changes_along_the_way():
    """``c`` overtakes ``a`` at 70; ``b`` never does."""
    known = asked(lambda x: 1.0 + 0.0 * x[:, 0], others={"c": lambda x: (x[:, 0] - 20.0) / 50.0})
    curve = lead_curve(known, "fade")
    assert curve.rival[0] == "b" and curve.rival[-1] == "c"
    found = threshold(known, "fade")
    assert found.value == pytest.approx(70.0, abs=0.5) and found.sentence.endswith("; c wins there.")


def test_words_have_no_threshold_but_a_sentence():
    design = latin(100, NAMES)
    both = swept(design, {"a": lambda x: x[:, 0] + 0.1, "b": lambda x: x[:, 0]}, futures=("calm", "cuts"))
    both.loc[(both["future"] == "cuts") & (both["strategy"] == "a"), ["value", "difference"]] -= 0.15
    found = threshold(cases(design, both, "ks2_expected", 1, preferred="a"), "future")
    assert found.sentence == "a wins where future is calm; does not where it is cuts."
    assert found.verdict == "tips"


def test_the_tornado_ranks_factors_by_what_they_move():
    known = asked(lambda x: 0.02 * x[:, 0] - x[:, 1])
    frame = tornado(known)
    assert frame["factor"].tolist() == ["fade", "trust", "idle"]
    fade, trust = frame.iloc[0], frame.iloc[1]
    # Means of the outer fifths of a range lie four fifths of it apart.
    assert fade["swing"] == pytest.approx(1.6, abs=0.05) and trust["swing"] == pytest.approx(-0.8, abs=0.1)
    assert fade["low_at"] == "10" and fade["high_at"] == "90"
    assert (frame["at_low_low"] <= frame["at_low"]).all() and (frame["at_low"] <= frame["at_low_high"]).all()


def test_thresholds_as_a_frame():
    known = asked(lambda x: 0.01 * (40.0 - x[:, 0]))
    frame = threshold_frame(known, thresholds(known))
    assert tuple(frame.columns) == THRESHOLD_COLUMNS and frame["factor"].tolist() == sorted(NAMES)


def test_a_curve_that_dips_where_no_case_does_is_no_threshold():
    """The lead never goes below nought: nothing up to 10, then rising. A smooth curve dips below it."""
    found = threshold(asked(lambda x: np.maximum(x[:, 0] - 10.0, 0.0)), "fade")
    assert found.verdict in ("unclear", "always")
    assert "b wins" not in found.sentence


def test_ahead_in_every_case_is_ahead_everywhere():
    found = threshold(asked(lambda x: 0.001 + np.maximum(x[:, 0] - 50.0, 0.0)), "fade")
    assert found.verdict == "always" and "noise" not in found.sentence
