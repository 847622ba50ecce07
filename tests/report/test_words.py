"""Numbers as words: worked by hand from the rules, not from the code."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from sim.outcomes import INDICATORS
from sim.report.words import (
    chance,
    count,
    finding,
    is_clear,
    measure,
    month_name,
    plain_value,
    pounds,
    verdict,
)

SHARE = replace(INDICATORS["ks2_expected"], unit="share of children", decimals=3)
PER_CENT = replace(SHARE, unit="%", decimals=1)
LOWER = replace(INDICATORS["sdq_high"], unit="%", decimals=1)
SD = replace(SHARE, unit="SD", decimals=2)


@pytest.mark.parametrize(
    ("gbp", "words"),
    [(0, "£0"), (9_999, "£9,999"), (12_345, "£12,300"), (999_499, "£999,500"), (1_240_000, "£1.24 million"),
     (-500, "\N{MINUS SIGN}£500"), (math.nan, "not shown (fewer than 10)")],
)  # fmt: skip
def test_pounds(gbp: float, words: str) -> None:
    assert pounds(gbp) == words


def test_shares_are_per_cent_and_their_differences_percentage_points() -> None:
    assert measure(SHARE).value(0.4531) == "45.3%"
    assert measure(SHARE).difference(-0.021) == "\N{MINUS SIGN}2.1 percentage points"
    assert measure(PER_CENT).value(45.31) == "45.3%"
    assert measure(PER_CENT).difference(2.1) == "+2.1 percentage points"
    assert measure(SD).difference(0.1) == "+0.10 SD"


def test_a_rounded_zero_has_no_sign() -> None:
    assert measure(SD).bare(-0.001, signed=True) == "0.00"


def test_clear_means_the_interval_leaves_out_zero() -> None:
    assert is_clear(0.1, 0.2)
    assert is_clear(-0.2, -0.1)
    assert not is_clear(-0.1, 0.1)
    assert not is_clear(0.0, 0.0)


def test_a_sample_shows_no_certain_chance() -> None:
    assert chance(1.0, 20) == "over 95 in 100"
    assert chance(0.0, 20) == "under 5 in 100"
    assert chance(1.0, 1000) == "over 99 in 100"
    assert chance(0.95, 20) == "95 in 100"
    assert chance(0.5, 4) == "2 of 4 pairs"


def test_small_counts_are_not_told_apart() -> None:
    assert count(3) == "fewer than 10"
    assert count(0) == "0"
    assert count(1234.4) == "1,234"


def test_findings_follow_the_direction_of_the_indicator() -> None:
    numbers = (30.0, -2.0, -3.0, -1.0, 0.97)
    assert "it is better" in finding("A", LOWER, "all", 10, numbers, 20)
    assert "it is worse" in finding("A", PER_CENT, "disadvantaged", 10, numbers, 20)


def test_findings_admit_when_nothing_is_clear_changed_or_shown() -> None:
    assert "no clear difference" in finding("A", LOWER, "all", 10, (30.0, -1.0, -3.0, 1.0, 0.8), 20)
    assert "changes nothing" in finding("A", LOWER, "all", 10, (30.0, 0.0, 0.0, 0.0, 0.0), 20)
    assert "not shown" in finding("A", LOWER, "all", 10, (math.nan,) * 5, 20)
    assert verdict(SD, 0.001, 0.0005, 0.002) == "no clear difference"


def test_months_have_names_and_school_years() -> None:
    assert month_name(0) == "September, year 1"
    assert month_name(31) == "April, year 3"


def test_numbers_of_a_profile_read_plainly() -> None:
    assert plain_value(11_500, "children") == "11,500 children"
    assert plain_value(0.2737, "share of children") == "27.4% of children"
    assert plain_value(2, "decile") == "2 decile"
