"""Children's social care: who is referred, what comes of it, how a case goes on and ends.

Rates are per child and year, turned into chances of a month by ``chance``. Duties of the council under the Children
Act 1989: section 17 (children in need), section 47 (enquiries, protection plans), sections 20 and 31 (looked after).
Levels: DfE, Local Authority Interactive Tool, England 2025.
"""

from __future__ import annotations

from sim._jit import jit
from sim.numerics import exp
from sim.parameters import CareParameters
from sim.schema import IN_NEED, LOOKED_AFTER, NO_CASE, PROTECTION_PLAN
from sim.science.partnership import chance

#: What comes of a referral.
NO_ACTION, NO_NEED, NEED = range(3)


@jit
def care_risk(
    hardship: float, distress: float, liability: float, ses: float, wellbeing: float, p: CareParameters
) -> float:
    """Log of a child's rate of referral relative to a child with nothing for or against it.

    ``hardship`` 0..1; the parents' ``distress``, their lasting ``liability`` to it and status ``ses``, the child's
    ``wellbeing`` (SD): ``risk_hardship h + risk_distress d + risk_family l - risk_ses s - risk_wellbeing w``.
    """
    family = p.risk_hardship * hardship + p.risk_distress * distress + p.risk_family * liability
    return family - p.risk_ses * ses - p.risk_wellbeing * wellbeing


@jit
def age_factor(age: float, p: CareParameters) -> float:
    """Rate of referral against school age: another under 1 and from ``teenager_from`` (``age`` in years)."""
    if age < 1.0:
        return p.referral_baby
    return p.referral_teenager if age >= p.teenager_from else 1.0


@jit
def referral_probability(age: float, risk: float, again: bool, p: CareParameters) -> float:
    """Chance that a child without a case is referred this month.

    ``1 - exp(-referral_rate age exp(risk) dt)``, ``referral_again`` times the rate within twelve months of a referral.
    """
    rate = p.referral_rate * age_factor(age, p) * exp(risk)
    return chance(rate * p.referral_again if again else rate)


@jit
def referral_outcome(u: float, p: CareParameters) -> int:
    """What comes of a referral (``u``: uniform draw): nothing, assessed and not in need, or in need."""
    if u < p.no_action_share:
        return NO_ACTION
    return NO_NEED if u < p.no_action_share + p.no_need_share else NEED


@jit
def is_long(u: float, p: CareParameters) -> bool:
    """Whether a new case is of the long kind (``u``: uniform draw)."""
    return u < p.long_share


@jit
def enquiry_probability(is_new: bool, p: CareParameters) -> float:
    """Chance of a section 47 enquiry: ``enquiry_first`` with a new case, then at ``enquiry_rate`` a year."""
    return p.enquiry_first if is_new else chance(p.enquiry_rate)


@jit
def leads_to_plan(u: float, p: CareParameters) -> bool:
    """Whether an enquiry ends in a child protection plan (``u``: uniform draw)."""
    return u < p.plan_share


@jit
def looked_after_probability(state: int, risk: float, p: CareParameters) -> float:
    """Chance that a child with an open case begins to be looked after this month.

    Rate ``looked_after_rate exp(looked_after_risk risk)``, ``looked_after_plan`` times that with a protection plan.
    """
    rate = p.looked_after_rate * exp(p.looked_after_risk * risk)
    return chance(rate * p.looked_after_plan if state == PROTECTION_PLAN else rate)


@jit
def ending_probability(state: int, long: bool, p: CareParameters) -> float:
    """Chance that a case (in need) closes this month, or that a plan or being looked after ends; 0 without a case."""
    if state == NO_CASE:
        return 0.0
    if state == IN_NEED:
        return chance(p.end_long if long else p.end_short)
    return chance(p.end_looked_after if state == LOOKED_AFTER else p.end_plan)
