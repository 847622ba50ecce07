"""Costs and value: present value, optimism bias, ratio. Never called by compiled code, so not compiled."""

from __future__ import annotations

from math import nan

from sim.parameters import CostParameters


def discount_factor(year: float, p: CostParameters) -> float:
    """Worth today of a pound of year ``year`` (0 = first school year), 1 at year 0.

    ``(1 + discount_rate)^-min(t, T) (1 + discount_rate_long)^-max(t - T, 0)`` with ``T = discount_years_short``
    (HM Treasury, Green Book 2022, annex 6).
    """
    short = min(year, p.discount_years_short)
    return (1.0 + p.discount_rate) ** -short * (1.0 + p.discount_rate_long) ** -(year - short)


def present_value(gbp: float, year: float, p: CostParameters) -> float:
    """Pounds of year ``year`` in pounds of year 0: ``gbp x discount_factor``."""
    return gbp * discount_factor(year, p)


def cost_uplift(gbp: float, p: CostParameters) -> float:
    """Factor for optimism bias on a cost: ``1 + optimism_costs``; 1 for a saving, which is not made larger."""
    return 1.0 + p.optimism_costs if gbp > 0.0 else 1.0


def benefit_correction(gain: float, p: CostParameters) -> float:
    """Factor for optimism bias on a benefit: ``1 - optimism_benefits``; 1 for a loss, which is not made smaller."""
    return 1.0 - p.optimism_benefits if gain > 0.0 else 1.0


def benefit_cost_ratio(benefits: float, costs: float) -> float:
    """Pounds of benefit for each pound of cost; NaN where nothing is spent."""
    return benefits / costs if costs > 0.0 else nan
