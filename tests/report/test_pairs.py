"""Sentences and section of strategies against one another, from a comparison made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.outputs import StoredComparison
from sim.report.pairs import NO_ZONE, narrowing_lines, pair_lines, pairs_section
from sim.report.words import NOT_SHOWN
from tests.report.made import made_comparison, made_strategies


@pytest.fixture(scope="module")
def comparison() -> StoredComparison:
    return made_comparison()


def test_a_sentence_for_every_outcome_says_who_is_ahead_and_what_a_wrong_choice_costs(
    comparison: StoredComparison,
) -> None:
    lines = pair_lines(comparison)
    assert len(lines) == 5 + 1 + 1
    hidden = [line for line in lines if NOT_SHOWN in line]
    assert len(hidden) == 1 and "11" in hidden[0]
    told = next(line for line in lines if line.startswith("Children with high difficulties") or "difficult" in line)
    # The second made strategy is a step (0.4 points) ahead of the first and two ahead of the twin.
    assert "Cradle to career does best on average: ahead of" in told
    assert "ahead of Schools only <i> in" in told and f"ahead of {NO_ZONE}" not in told
    assert any(f"ahead of {NO_ZONE} in" in line for line in pair_lines(comparison, everybody=True))
    assert "Cradle to career 0.0, Schools only <i> 0.4, no zone 0.8" in told


def test_pounds_have_a_sentence_of_their_own(comparison: StoredComparison) -> None:
    told = pair_lines(comparison)[-2]
    assert told.startswith("Valued benefits less costs") and "£" in told


def test_what_pairing_gains_is_said_once(comparison: StoredComparison) -> None:
    lines = narrowing_lines(comparison)
    assert len(lines) == 1 and "times narrower than with independent runs" in lines[0]
    assert pair_lines(comparison)[-1] == lines[0]


def test_a_single_strategy_has_nobody_to_be_ahead_of() -> None:
    alone = made_comparison(made_strategies(1))
    assert pair_lines(alone) == narrowing_lines(alone)


def test_nothing_apart_is_said_to_be_the_same(comparison: StoredComparison) -> None:
    numbers = ["difference", "low", "high", "regret", "regret_against"]
    flat = comparison.pairs.copy()
    flat.loc[~flat.suppressed, numbers] = 0.0
    flat["narrowing"] = float("nan")
    same = replace(comparison, pairs=flat)
    assert sum("all are the same" in line for line in pair_lines(same)) == 5
    assert narrowing_lines(same) == []


def test_the_section_is_escaped_and_has_a_column_for_every_option(comparison: StoredComparison) -> None:
    page = pairs_section(comparison)
    assert "<i>" not in page and "Schools only &lt;i&gt;" in page
    assert page.count('scope="row"') == 6
    assert NO_ZONE in page and "Against one another" in page
