"""How good a guess with a range was, for one team and for a class.

A team says a value and a range [low, high] of which it is ``SURE`` (four-fifths) sure. With the model's answer y and
the width W of the scale on which the guess was made, the interval score is

    S = (high - low) + 2 / (1 - SURE) * max(0, low - y) + 2 / (1 - SURE) * max(0, y - high)

and the points are ``100 * max(0, 1 - S / W)``, rounded. The score is proper: whoever states the range between the 10th
and the 90th percentile of what they believe expects the most points, so that neither bragging nor hedging pays
(Gneiting and Raftery 2007, Strictly proper scoring rules, prediction, and estimation, JASA 102, section 6.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: How sure a team should be that its range holds the answer.
SURE = 0.8
#: Points of a range without width that holds the answer.
MOST_POINTS = 100
#: Bars of the picture of all guesses.
BARS = 12


@dataclass(frozen=True)
class Score:
    """``distance``: of the guess from the answer, without sign; ``inside``: whether the range held it."""

    answer: float
    distance: float
    inside: bool
    points: int


def interval_score(low: float, high: float, answer: float) -> float:
    """The interval score S of a range, in the unit of the answer: 0 is best."""
    beyond = 2.0 / (1.0 - SURE)
    return (high - low) + beyond * max(0.0, low - answer) + beyond * max(0.0, answer - high)


def score(low: float, middle: float, high: float, answer: float, scale: float) -> Score:
    """The score of one guess. ``scale``: width of the scale on which it was made, above 0."""
    points = round(MOST_POINTS * max(0.0, 1.0 - interval_score(low, high, answer) / scale))
    return Score(answer, abs(middle - answer), low <= answer <= high, points)


def histogram(values: Sequence[float], low: float, high: float, bars: int = BARS) -> list[tuple[float, float, int]]:
    """(from, to, how many) of each bar from ``low`` to ``high``; each bar holds its lower end, the last both."""
    width = (high - low) / bars
    counts = [0] * bars
    for value in values:
        if low <= value <= high:
            counts[min(bars - 1, int((value - low) / width))] += 1
    return [(low + at * width, low + (at + 1) * width, n) for at, n in enumerate(counts)]


def honest(scores: Sequence[Score]) -> str:
    """Whether the ranges of a class were honest, in a sentence; empty without scores."""
    if not scores:
        return ""
    inside, n = sum(one.inside for one in scores), len(scores)
    said = f"{inside} of {n} {'range' if n == 1 else 'ranges'} held the answer"
    due = f"about {round(SURE * n)} of {n} should have"
    if n < 5:
        return f"{said}. With so few teams that says little."
    if inside < SURE * n - 1.5 * (SURE * (1 - SURE) * n) ** 0.5:
        return f"{said}; {due}: the class was surer than it should be."
    if inside > SURE * n + 1.5 * (SURE * (1 - SURE) * n) ** 0.5:
        return f"{said}; {due}: the ranges could have been narrower."
    return f"{said}; {due}: on the whole the ranges were honest."
