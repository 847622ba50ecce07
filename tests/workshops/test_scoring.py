"""Scores by hand, and that honesty pays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.workshops.scoring import BARS, Score, histogram, honest, interval_score, score


@pytest.mark.parametrize(("low", "high", "answer", "expected"), [
    (0, 10, 5, 10), (5, 5, 5, 0), (0, 10, 12, 10 + 10 * 2), (0, 10, -1, 10 + 10), (0, 10, 10, 10), (0, 10, 0, 10),
])  # fmt: skip
def test_interval_score_by_hand(low, high, answer, expected):
    assert interval_score(low, high, answer) == pytest.approx(expected)


def test_points_by_hand():
    assert score(4, 5, 6, 5, 60) == Score(5, 0, True, round(100 * (1 - 2 / 60)))
    assert score(-10, 5, 50, 5, 60).points == 0, "a range as wide as the scale scores nothing"
    assert score(40, 45, 50, 5, 60).points == 0
    assert score(5, 5, 5, 5, 60).points == 100


def test_stating_the_middle_four_fifths_of_what_one_believes_pays_most():
    beliefs = np.random.default_rng(1).normal(10, 4, 20_000)
    honest_range = np.quantile(beliefs, [0.1, 0.9])

    def expected(low, high):
        return np.mean([interval_score(low, high, y) for y in beliefs[:4000]])

    best = expected(*honest_range)
    for factor in (0.3, 0.6, 1.5, 2.5):
        middle, half = honest_range.mean(), np.diff(honest_range)[0] / 2 * factor
        assert expected(middle - half, middle + half) > best


@given(st.floats(-50, 50), st.floats(0, 50), st.floats(-60, 60))
def test_points_are_bounded_and_a_hit_beats_a_miss(low, width, answer):
    got = score(low, low, low + width, answer, 100)
    assert 0 <= got.points <= 100 and got.inside == (low <= answer <= low + width)
    assert interval_score(low, low + width, answer) >= width - 1e-9


@given(st.lists(st.floats(-10, 50), max_size=60))
def test_the_picture_holds_every_guess_once(values):
    bars = histogram(values, -10, 50)
    assert len(bars) == BARS and sum(n for _, _, n in bars) == len(values)


@pytest.mark.parametrize(("inside", "of", "said"), [
    (24, 30, "honest"), (10, 30, "surer"), (30, 30, "narrower"), (2, 3, "little"), (0, 0, ""),
])  # fmt: skip
def test_whether_a_class_was_honest(inside, of, said):
    scores = [Score(0, 0, n < inside, 1) for n in range(of)]
    assert said in honest(scores) and bool(honest(scores)) == bool(of)
