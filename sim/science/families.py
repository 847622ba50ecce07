"""Families: work, income after housing costs, hardship, parental distress, home learning."""

from __future__ import annotations

from sim._jit import jit
from sim.numerics import logistic
from sim.parameters import FamilyParameters
from sim.science.children import MONTH


@jit
def next_workers(workers: int, adults: int, propensity: float, u: float, p: FamilyParameters) -> int:
    """Working adults next month (a birth-death chain whose mean is ``propensity`` per adult).

    A working adult stops with ``turnover (1 - propensity) / 12``, a workless one starts with
    ``turnover propensity / 12``; at most one changes a month. ``u``: uniform draw.
    """
    stop = workers * p.work_turnover * (1.0 - propensity) * MONTH
    start = (adults - workers) * p.work_turnover * propensity * MONTH
    fewer = 1 if u < stop else 0
    more = 1 if u >= 1.0 - start else 0
    return workers - fewer + more


@jit
def working_share(propensity: float, p: FamilyParameters) -> float:
    """Long-run share of time an adult works this month: ``min(propensity x work_factor, 1)``."""
    return min(propensity * p.work_factor, 1.0)


@jit
def rent_now(rent: float, p: FamilyParameters) -> float:
    """Housing cost this month, GBP a week in prices of the first day: ``rent x rent_factor``."""
    return rent * p.rent_factor


@jit
def real_money(money: float, p: FamilyParameters) -> float:
    """What the money coming in buys, GBP a week in prices of the first day: ``money x income_factor``."""
    return money * p.income_factor


@jit
def pay_now(pay: float, shift: float) -> float:
    """Full-time pay this month, GBP a week: ``pay (1 + shift)``; hours, overtime and better or worse jobs pass."""
    return pay * (1.0 + shift)


@jit
def pay_shift_step(shift: float, noise: float, p: FamilyParameters) -> float:
    """Passing part of pay next month, share of pay: towards 0, at least ``pay_shift_least``; noise already scaled."""
    return max(shift - p.pay_shift_rate * MONTH * shift + noise, p.pay_shift_least)


@jit
def net_earnings(gross: float, p: FamilyParameters) -> float:
    """Take-home pay of one adult, GBP a week: one rate of tax and insurance above one allowance."""
    return gross - p.tax_rate * max(gross - p.tax_allowance, 0.0)


@jit
def family_earnings(pay: float, workers: int, p: FamilyParameters) -> float:
    """Take-home pay of all working adults, GBP a week; a second earner is paid ``couple_second_pay`` of the first."""
    first = net_earnings(pay, p) if workers >= 1 else 0.0
    second = net_earnings(pay * p.couple_second_pay, p) if workers >= 2 else 0.0
    return first + second


@jit
def benefits(earnings: float, adults: int, children: int, rent: float, tenant: float, p: FamilyParameters) -> float:
    """Universal Credit plus child benefit, GBP a week: allowances and rent help less the taper on earnings."""
    allowance = p.benefit_single if adults == 1 else p.benefit_couple
    supported = min(children * 1.0, p.benefit_children_limit)
    full = allowance + p.benefit_child * supported + tenant * p.benefit_rent_share * rent
    credit = max(full - p.benefit_taper * max(earnings - p.benefit_work_allowance, 0.0), 0.0)
    first = 1.0 if children >= 1 else 0.0
    return credit + p.child_benefit_first * first + p.child_benefit_other * max(children - 1.0, 0.0)


@jit
def workless_income(other: float, workers: int) -> float:
    """Money of a family in which nobody works beyond standard benefits, GBP a week: ``other`` while nobody does.

    Benefits for ill health and carers, maintenance, pensions, redundancy pay: not all children of workless families are
    poor (DWP, Households Below Average Income).
    """
    return other if workers == 0 else 0.0


@jit
def equivalence(adults: int, children: int, p: FamilyParameters) -> float:
    """Modified OECD scale after housing costs (couple = 1; DWP, Households Below Average Income, annex)."""
    return p.scale_first_adult + p.scale_other_adult * (adults - 1.0) + p.scale_child * children


@jit
def income_after_housing(money: float, rent: float, scale: float) -> float:
    """Equivalised income after housing costs, GBP a week."""
    return (money - rent) / scale


@jit
def smoothed(state: float, now: float, share: float) -> float:
    """Exponential smoothing: ``state + share (now - state)``; savings and debts carry families over months."""
    return state + share * (now - state)


@jit
def hardship(income: float, p: FamilyParameters) -> float:
    """Material hardship, 0..1: one half at the poverty line, logistic in the distance from it."""
    return logistic((p.poverty_line - income) / p.hardship_scale)


@jit
def distress_target(
    endowment: float,
    hardship: float,
    housing: float,
    lone: float,
    workless: float,
    worst_child: float,
    p: FamilyParameters,
) -> float:
    """Target of parental distress, SD (higher is worse): hardship, housing, lone parenthood, work, hardest child."""
    return (
        p.distress_level
        + endowment
        + p.distress_hardship * (hardship - p.hardship_mean)
        + p.distress_housing * housing
        + p.distress_lone * lone
        + p.distress_workless * workless
        + p.distress_child * max(-worst_child, 0.0)
    )


@jit
def home_target(endowment: float, ses: float, distress: float, strain: float, p: FamilyParameters) -> float:
    """Target of the home learning environment, SD: parental education up, distress and work strain (0/1) down."""
    return p.home_level + endowment + p.home_ses * ses - p.home_distress * distress - p.home_strain * strain
