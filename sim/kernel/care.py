"""One month of children's social care: referrals, and how open cases go on. Nothing else in the model reads it."""

from __future__ import annotations

from sim._jit import jit
from sim.draws import address, bits, uniform
from sim.schema import (
    CW,
    IN_NEED,
    LOOKED_AFTER,
    NEVER,
    NO_CASE,
    PROTECTION_PLAN,
    SEPTEMBER,
    C,
    H,
    Stream,
)
from sim.science import care as science

#: Columns that count within a school year, cleared each September.
CARE_COUNTS = (
    "referrals", "referrals_no_need", "referrals_again", "enquiries", "plans", "plans_again", "looked_after_starts",
    "looked_after_ends", "cases_closed", "cases_closed_soon",
)  # fmt: skip
_COUNTS = tuple(getattr(CW, name) for name in CARE_COUNTS)
#: Months of childhood in law, of a re-referral and of a case that closed soon.
_ADULT, _YEAR, _SOON = 18 * 12, 12, 3


@jit
def _close(i, now, whole):
    """Close the case of child ``i``, whatever its state."""
    if whole[CW.care_state, i] == LOOKED_AFTER:
        whole[CW.looked_after_ends, i] += 1
    whole[CW.cases_closed, i] += 1
    if now - whole[CW.case_since, i] <= _SOON:
        whole[CW.cases_closed_soon, i] += 1
    whole[CW.care_state, i] = NO_CASE
    whole[CW.case_since, i] = NEVER
    whole[CW.case_long, i] = 0


@jit
def _enquire(i, is_new, b, where, whole, p):
    """Perhaps a section 47 enquiry, and a protection plan after it. True if there is a plan now."""
    if uniform(b) >= science.enquiry_probability(is_new, p):
        return False
    whole[CW.enquiries, i] += 1
    if not science.leads_to_plan(uniform(bits(b, where)), p):
        return False
    whole[CW.plans, i] += 1
    whole[CW.plans_again, i] += whole[CW.plan_ever, i]
    whole[CW.plan_ever, i] = 1
    whole[CW.care_state, i] = PROTECTION_PLAN
    whole[CW.case_long, i] = 1
    return True


@jit
def _refer(i, now, b, where, whole, p):
    """Make a referral and what comes of it."""
    whole[CW.referrals, i] += 1
    if now - whole[CW.referral_last, i] <= _YEAR:
        whole[CW.referrals_again, i] += 1
    whole[CW.referral_last, i] = now
    b = bits(b, where)
    outcome = science.referral_outcome(uniform(b), p)
    if outcome == science.NO_NEED:
        whole[CW.referrals_no_need, i] += 1
    elif outcome == science.NEED:
        b = bits(b, where)
        whole[CW.care_state, i] = IN_NEED
        whole[CW.case_since, i] = now
        whole[CW.case_long, i] = 1 if science.is_long(uniform(b), p) else 0
        _enquire(i, True, bits(b, where), where, whole, p)


@jit
def _go_on(i, now, risk, b, where, whole, p):
    """Follow an open case: looked after, else an ending, else an enquiry; each draw is addressed by the one before."""
    state, long = whole[CW.care_state, i], whole[CW.case_long, i] == 1
    if state != LOOKED_AFTER and uniform(b) < science.looked_after_probability(state, risk, p):
        whole[CW.looked_after_starts, i] += 1
        whole[CW.care_state, i] = LOOKED_AFTER
        whole[CW.case_long, i] = 1
        return
    b = bits(b, where)
    if uniform(b) < science.ending_probability(state, long, p):
        if state == IN_NEED:
            _close(i, now, whole)
            return
        whole[CW.looked_after_ends, i] += 1 if state == LOOKED_AFTER else 0
        whole[CW.care_state, i] = IN_NEED
    elif state == IN_NEED:
        _enquire(i, False, bits(b, where), where, whole, p)


@jit
def advance_care(month, real, whole, keys, hh, p):
    """One month of all children under 18 in the model; a case ends with childhood.

    ``real``, ``whole``, ``keys``: children (columns x rows); ``hh``: real columns of the households. What happens this
    month rests on this month's hardship, distress and wellbeing.
    """
    now = month.number
    where = address(month.seed, Stream.care, now)
    for i in range(real.shape[1]):
        if not (whole[CW.first_month, i] <= now < whole[CW.last_month, i]):
            continue
        if month.of_year == SEPTEMBER:
            for column in _COUNTS:
                whole[column, i] = 0
        age = now - whole[CW.birth_month, i]
        if age >= _ADULT:
            if whole[CW.care_state, i] != NO_CASE:
                _close(i, now, whole)
            continue
        home = whole[CW.household, i]
        lasting, ses = hh[H.endow_distress, home], hh[H.ses, home]
        risk = science.care_risk(hh[H.hardship, home], hh[H.distress, home], lasting, ses, real[C.wellbeing, i], p)
        b = bits(keys[i], where)
        if whole[CW.care_state, i] != NO_CASE:
            _go_on(i, now, risk, b, where, whole, p)
        else:
            again = now - whole[CW.referral_last, i] <= _YEAR
            if uniform(b) < science.referral_probability(age / 12.0, risk, again, p):
                _refer(i, now, b, where, whole, p)
