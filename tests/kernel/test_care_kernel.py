"""The monthly loop of children's social care: each path through it, forced by parameters of nought and certainty."""

from __future__ import annotations

import numpy as np
import pytest

from sim import draws
from sim.kernel.care import CARE_COUNTS, advance_care
from sim.kernel.children import Month
from sim.parameters import CareParameters
from sim.schema import FOREVER, IN_NEED, LOOKED_AFTER, NEVER, NO_CASE, PROTECTION_PLAN, H
from sim.state import Table
from tests.science.plain import only

#: A yearly rate at which something happens this month for certain.
SURE = 1e5
START = 5


def made(n: int = 1, age_months: int = 8 * 12) -> Table:
    children = Table("children", n)
    children.birth_month, children.first_month, children.last_month = START - age_months, -300, FOREVER
    children.case_since = children.referral_last = NEVER
    children.key = draws.keys(1, np.arange(n))
    return children


def step(children: Table, month: int, seed: int = 1, homes: np.ndarray | None = None, **values: float) -> None:
    now = Month(month, month % 12, month // 12, seed, 0.0, 1.0)
    rows = np.zeros((len(H), 1)) if homes is None else homes
    p = only(CareParameters, teenager_from=13.0, **values)
    advance_care(now, children.real, children.whole, children.key, rows, p)


def counts(children: Table) -> dict[str, int]:
    return {name: int(getattr(children, name).sum()) for name in CARE_COUNTS if getattr(children, name).any()}


def test_nothing_happens_at_rates_of_nought() -> None:
    children = made(50)
    before = children.digest()
    step(children, START)
    assert children.digest() == before


def test_a_referral_opens_a_case_and_the_case_closes() -> None:
    children = made()
    step(children, START, referral_rate=SURE)
    assert (children.care_state[0], children.case_since[0], children.referral_last[0]) == (IN_NEED, START, START)
    assert (children.case_long[0], counts(children)) == (0, {"referrals": 1})
    # no second referral while a case is open
    step(children, START + 1, referral_rate=SURE)
    assert counts(children) == {"referrals": 1}
    step(children, START + 2, end_short=SURE)
    assert (children.care_state[0], children.case_since[0], children.referral_last[0]) == (NO_CASE, NEVER, START)
    assert counts(children) == {"referrals": 1, "cases_closed": 1, "cases_closed_soon": 1}


@pytest.mark.parametrize(("months", "soon"), [(3, 1), (4, 0)])
def test_soon_is_within_three_months(months: int, soon: int) -> None:
    children = made()
    children.care_state, children.case_since, children.case_long = IN_NEED, START, 1
    step(children, START + months, end_short=0.0, end_long=SURE)
    assert (children.cases_closed[0], children.cases_closed_soon[0], children.case_long[0]) == (1, soon, 0)


@pytest.mark.parametrize(("months", "again"), [(12, 1), (13, 0)])
def test_again_is_within_twelve_months_of_a_referral(months: int, again: int) -> None:
    children = made()
    children.referral_last = START - months
    step(children, START, referral_rate=SURE, referral_again=1.0, no_action_share=1.0)
    assert (children.care_state[0], children.referrals[0], children.referrals_again[0]) == (NO_CASE, 1, again)
    assert children.referral_last[0] == START


def test_the_hazard_is_another_after_a_recent_referral() -> None:
    children = made(2)
    children.referral_last = [START - 12, START - 13]
    step(children, START, referral_rate=SURE, referral_again=0.0)
    assert children.referrals.tolist() == [0, 1]


def test_found_not_in_need_is_counted_and_opens_nothing() -> None:
    children = made()
    step(children, START, referral_rate=SURE, no_need_share=1.0)
    assert (children.care_state[0], counts(children)) == (NO_CASE, {"referrals": 1, "referrals_no_need": 1})


def test_an_enquiry_leads_to_a_plan_and_a_second_one_is_a_repeat() -> None:
    children = made()
    plan = {"enquiry_first": 1.0, "enquiry_rate": SURE, "plan_share": 1.0}
    step(children, START, referral_rate=SURE, **plan)
    assert (children.care_state[0], children.case_long[0], children.plan_ever[0]) == (PROTECTION_PLAN, 1, 1)
    assert counts(children) == {"referrals": 1, "enquiries": 1, "plans": 1}
    # a plan draws no further enquiry; it ends in need, and the case is still the one opened first
    step(children, START + 1, enquiry_rate=SURE, end_plan=SURE, end_long=SURE)
    assert (children.care_state[0], children.case_since[0]) == (IN_NEED, START)
    step(children, START + 2, **plan)
    assert counts(children) == {"referrals": 1, "enquiries": 2, "plans": 2, "plans_again": 1}


def test_an_enquiry_without_a_plan_leaves_the_case_as_it_was() -> None:
    children = made()
    step(children, START, referral_rate=SURE, enquiry_first=1.0)
    assert (children.care_state[0], children.case_long[0], children.plan_ever[0]) == (IN_NEED, 0, 0)
    assert counts(children) == {"referrals": 1, "enquiries": 1}


@pytest.mark.parametrize("state", [IN_NEED, PROTECTION_PLAN])
def test_a_child_is_looked_after_and_comes_back_as_a_child_in_need(state: int) -> None:
    children = made()
    children.care_state, children.case_since = state, START - 3
    step(children, START, looked_after_rate=SURE, looked_after_plan=1.0, end_plan=SURE, end_short=SURE)
    assert (children.care_state[0], counts(children)) == (LOOKED_AFTER, {"looked_after_starts": 1})
    step(children, START + 1, looked_after_rate=SURE, end_looked_after=SURE)
    assert (children.care_state[0], children.case_since[0], children.case_long[0]) == (IN_NEED, START - 3, 1)
    assert counts(children) == {"looked_after_starts": 1, "looked_after_ends": 1}


@pytest.mark.parametrize("state", [IN_NEED, PROTECTION_PLAN, LOOKED_AFTER])
def test_every_case_ends_with_childhood(state: int) -> None:
    children = made(2, age_months=18 * 12)
    children.birth_month[1] += 1
    children.care_state, children.case_since, children.case_long = state, START - 30, 1
    step(children, START)
    assert children.care_state.tolist() == [NO_CASE, state]
    assert (children.case_since.tolist(), children.case_long.tolist()) == ([NEVER, START - 30], [0, 1])
    ended = {"looked_after_ends": 1} if state == LOOKED_AFTER else {}
    assert counts(children) == {**ended, "cases_closed": 1}
    step(children, START + 1, referral_rate=SURE)
    assert children.referrals.tolist() == [0, 0], "one is grown up, the other turned 18"


def test_only_those_in_the_model_are_stepped_and_counts_begin_anew_in_september() -> None:
    children = made(3)
    children.last_month[1], children.first_month[2] = 12, 13
    for name in CARE_COUNTS:
        setattr(children, name, 2)
    step(children, 11)
    assert all((getattr(children, name) == 2).all() for name in CARE_COUNTS)
    step(children, 12, referral_rate=SURE)
    assert children.referrals.tolist() == [1, 2, 2]
    assert all(getattr(children, name).tolist() == [0, 2, 2] for name in CARE_COUNTS if name != "referrals")


def test_hardship_distress_status_and_wellbeing_carry_risk() -> None:
    levers = {"risk_hardship": H.hardship, "risk_distress": H.distress, "risk_family": H.endow_distress}
    for name, column in levers.items():
        children, homes = made(2), np.zeros((len(H), 2))
        children.household, homes[column] = [0, 1], [0.0, 1.0]
        step(children, START, homes=homes, referral_rate=1e-9, **{name: 40.0})
        assert children.referrals.tolist() == [0, 1], name
    for name in ("risk_ses", "risk_wellbeing"):
        children, homes = made(2), np.zeros((len(H), 2))
        children.household, children.wellbeing = [0, 1], [0.0, -1.0 if name == "risk_wellbeing" else 0.0]
        homes[H.ses] = [0.0, -1.0 if name == "risk_ses" else 0.0]
        step(children, START, homes=homes, referral_rate=1e-9, **{name: 40.0})
        assert children.referrals.tolist() == [0, 1], name


def test_what_happens_to_a_child_does_not_rest_on_its_row() -> None:
    usual = {"referral_rate": 4.0, "no_need_share": 0.3, "long_share": 0.4, "end_short": 4.0, "end_long": 1.0,
             "enquiry_first": 0.4, "enquiry_rate": 1.0, "plan_share": 0.5, "end_plan": 2.0, "looked_after_rate": 0.5,
             "looked_after_plan": 2.0, "end_looked_after": 1.0}  # fmt: skip
    children, turned = made(200), made(200)
    order = np.random.default_rng(1).permutation(200)
    turned.take(order)
    for month in range(START, START + 24):
        step(children, month, **usual)
        step(turned, month, **usual)
    assert set(children.care_state) == {NO_CASE, IN_NEED, PROTECTION_PLAN, LOOKED_AFTER}
    assert np.array_equal(children.whole[:, order], turned.whole)
