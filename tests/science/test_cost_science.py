"""Discounting against the published Green Book factors; optimism bias and ratio by hand."""

from __future__ import annotations

import math

import pytest

from sim.inputs.register import load_register
from sim.science.costs import benefit_correction, benefit_cost_ratio, cost_uplift, discount_factor, present_value

P = load_register().parameters.costs

#: HM Treasury, Green Book 2022, annex 6: declining long-term discount rate, factors to four decimals.
PUBLISHED = {0: 1.0, 1: 0.9662, 2: 0.9335, 5: 0.8420, 10: 0.7089, 20: 0.5026, 30: 0.3563, 31: 0.3459, 75: 0.0942}


@pytest.mark.parametrize(("year", "factor"), PUBLISHED.items())
def test_factors_are_the_published_ones(year: int, factor: float) -> None:
    assert discount_factor(float(year), P) == pytest.approx(factor, abs=5e-5)


def test_the_long_rate_starts_after_the_thirtieth_year_only() -> None:
    assert discount_factor(30.0, P) / discount_factor(31.0, P) == pytest.approx(1.03)
    assert discount_factor(29.0, P) / discount_factor(30.0, P) == pytest.approx(1.035)


def test_present_value_by_hand() -> None:
    assert present_value(1035.0, 1.0, P) == pytest.approx(1000.0)
    assert present_value(-207.0, 0.0, P) == -207.0


def test_optimism_bias_makes_nothing_look_better() -> None:
    p = P._replace(optimism_costs=0.2, optimism_benefits=0.3)
    assert cost_uplift(100.0, p) == 1.2
    assert benefit_correction(100.0, p) == 0.7
    # A loss is not made smaller, a saving not made larger.
    assert benefit_correction(-100.0, p) == cost_uplift(-100.0, p) == 1.0
    assert benefit_correction(0.0, p) == cost_uplift(0.0, p) == 1.0


def test_ratio_of_nothing_spent_is_no_number() -> None:
    assert benefit_cost_ratio(50.0, 200.0) == 0.25
    assert benefit_cost_ratio(-50.0, 200.0) == -0.25
    assert math.isnan(benefit_cost_ratio(50.0, 0.0))
