"""Children's social care, worked on paper."""

from __future__ import annotations

import math

import pytest

from sim.parameters import CareParameters
from sim.schema import IN_NEED, LOOKED_AFTER, NO_CASE, PROTECTION_PLAN
from sim.science import care as science
from tests.science.plain import only, plain


def care(**values: float) -> CareParameters:
    return only(CareParameters, **values)


def test_risk_adds_up_what_weighs_on_a_family() -> None:
    p = care(risk_hardship=2.0, risk_distress=0.5, risk_family=0.25, risk_ses=0.4, risk_wellbeing=0.3)
    # 2 * 0.6 + 0.5 * 1 + 0.25 * 0.8 - 0.4 * -1 - 0.3 * -2 = 1.2 + 0.5 + 0.2 + 0.4 + 0.6
    assert plain(science.care_risk)(0.6, 1.0, 0.8, -1.0, -2.0, p) == pytest.approx(2.9)
    assert plain(science.care_risk)(0.0, 0.0, 0.0, 0.0, 0.0, p) == 0.0


def test_babies_and_teenagers_are_referred_at_rates_of_their_own() -> None:
    p = care(referral_baby=2.0, referral_teenager=1.5, teenager_from=13.0)
    rates = [plain(science.age_factor)(age, p) for age in (0.0, 0.99, 1.0, 12.99, 13.0, 17.9)]
    assert rates == [2.0, 2.0, 1.0, 1.0, 1.5, 1.5]


def test_referrals_come_at_a_hazard_of_risk_and_of_an_earlier_one() -> None:
    p = care(referral_rate=0.06, referral_again=3.0, teenager_from=13.0)
    f = plain(science.referral_probability)
    # 0.06 / 12 = 0.005 a month; twice that at a risk of log 2; six times that after an earlier referral
    assert f(8.0, 0.0, False, p) == pytest.approx(1 - math.exp(-0.005))
    assert f(8.0, math.log(2.0), False, p) == pytest.approx(1 - math.exp(-0.01))
    assert f(8.0, math.log(2.0), True, p) == pytest.approx(1 - math.exp(-0.03))
    assert f(8.0, 500.0, True, p) == 1.0


def test_a_referral_comes_to_nothing_to_no_need_or_to_help() -> None:
    p = care(no_action_share=0.1, no_need_share=0.3)
    outcomes = [plain(science.referral_outcome)(u, p) for u in (0.0, 0.099, 0.1, 0.399, 0.401, 0.999)]
    assert outcomes == [
        science.NO_ACTION, science.NO_ACTION, science.NO_NEED, science.NO_NEED, science.NEED, science.NEED,
    ]  # fmt: skip


def test_cases_are_of_two_kinds_and_end_by_kind_and_state() -> None:
    p = care(long_share=0.4, end_short=6.0, end_long=0.6, end_plan=1.2, end_looked_after=0.24)
    assert [plain(science.is_long)(u, p) for u in (0.39, 0.4)] == [True, False]
    f = plain(science.ending_probability)
    assert f(NO_CASE, False, p) == 0.0
    assert f(IN_NEED, False, p) == pytest.approx(1 - math.exp(-0.5))
    assert f(IN_NEED, True, p) == pytest.approx(1 - math.exp(-0.05))
    assert f(PROTECTION_PLAN, True, p) == pytest.approx(1 - math.exp(-0.1))
    assert f(LOOKED_AFTER, True, p) == pytest.approx(1 - math.exp(-0.02))


def test_enquiries_come_with_a_new_case_and_later_and_some_lead_to_a_plan() -> None:
    p = care(enquiry_first=0.35, enquiry_rate=0.6, plan_share=0.25)
    assert plain(science.enquiry_probability)(True, p) == 0.35
    assert plain(science.enquiry_probability)(False, p) == pytest.approx(1 - math.exp(-0.05))
    assert [plain(science.leads_to_plan)(u, p) for u in (0.24, 0.25)] == [True, False]


def test_a_plan_and_risk_make_being_looked_after_likelier() -> None:
    p = care(looked_after_rate=0.12, looked_after_risk=0.5, looked_after_plan=3.0)
    f = plain(science.looked_after_probability)
    assert f(IN_NEED, 0.0, p) == pytest.approx(1 - math.exp(-0.01))
    # a risk of log 4 doubles it
    assert f(IN_NEED, math.log(4.0), p) == pytest.approx(1 - math.exp(-0.02))
    assert f(PROTECTION_PLAN, math.log(4.0), p) == pytest.approx(1 - math.exp(-0.06))
