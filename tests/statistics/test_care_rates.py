"""Children's social care comes at about the rates of England 2025, and by its monthly chances exactly."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim import draws
from sim.engine import advance, create, create_start
from sim.inputs import load_place
from sim.inputs.register import load_register
from sim.kernel.care import CARE_COUNTS, advance_care
from sim.kernel.children import Month
from sim.parameters import CareParameters
from sim.schema import FOREVER, IN_NEED, LOOKED_AFTER, NEVER, NO_CASE, PROTECTION_PLAN, H
from sim.state import Table
from tests.engine.worlds import TWIN
from tests.science.plain import only
from tests.statistics.test_rates import REFUTED, bayes_factor

SEEDS = (1, 2, 3, 4)


@cache
def decile_5() -> dict[str, float]:
    """Rates per 10,000 children of a year, and stocks at its end, of four decile-5 places of 2,000 children."""
    totals = dict.fromkeys((*CARE_COUNTS, "in_need", "plan", "looked_after", "children"), 0.0)
    for seed in SEEDS:
        world = create(create_start(load_place("england_decile_5"), load_register(), seed, 12), TWIN, {})
        advance(world, 12)
        c = world.children
        here = (c.first_month <= 11) & (c.last_month > 11) & (c.leaves_month > 11)
        minor = here & (11 - c.birth_month < 18 * 12)
        totals["children"] += float(minor.sum())
        for name in CARE_COUNTS:
            totals[name] += float(getattr(c, name)[here].sum())
        totals["in_need"] += float((c.care_state[minor] != NO_CASE).sum())
        totals["plan"] += float((c.care_state[minor] == PROTECTION_PLAN).sum())
        totals["looked_after"] += float((c.care_state[minor] == LOOKED_AFTER).sum())
    return {name: 1e4 * total / totals["children"] for name, total in totals.items()}


@pytest.mark.parametrize(
    ("rate", "england", "tolerance"),
    [
        ("referrals", 519.4, 0.25), ("enquiries", 189.3, 0.3), ("in_need", 330.3, 0.3), ("plan", 40.6, 0.5),
        ("looked_after", 67.0, 0.5), ("looked_after_starts", 26.0, 0.5),
    ],
)  # fmt: skip
def test_rates_in_the_middle_of_england_are_near_englands(rate: str, england: float, tolerance: float) -> None:
    assert decile_5()[rate] == pytest.approx(england, rel=tolerance)


@pytest.mark.parametrize(
    ("part", "of", "share", "tolerance"),
    [
        ("referrals_no_need", "referrals", 0.308, 0.06), ("referrals_again", "referrals", 0.226, 0.07),
        ("cases_closed_soon", "cases_closed", 0.47, 0.09),
    ],
)  # fmt: skip
def test_shares_of_referrals_and_closures_are_near_englands(part: str, of: str, share: float, tolerance: float) -> None:
    assert decile_5()[part] / decile_5()[of] == pytest.approx(share, abs=tolerance)


def many(n: int, state: int) -> Table:
    children = Table("children", n)
    children.birth_month, children.first_month, children.last_month = -100, -300, FOREVER
    children.key, children.care_state = draws.keys(9, np.arange(n)), state
    children.referral_last = NEVER
    children.case_since = NEVER if state == NO_CASE else -50
    return children


def test_what_comes_of_a_month_comes_at_its_chances() -> None:
    n, now, homes = 200_000, Month(1, 1, 0, 7, 0.0, 1.0), np.zeros((len(H), 1))
    p = only(
        CareParameters, referral_rate=0.6, teenager_from=13.0, no_action_share=0.1, no_need_share=0.3, long_share=0.4,
        enquiry_first=0.35, plan_share=0.25, looked_after_rate=0.24, looked_after_plan=1.0, end_short=6.0,
        enquiry_rate=1.2,
    )  # fmt: skip
    new = many(n, NO_CASE)
    advance_care(now, new.real, new.whole, new.key, homes, p)
    referred, cases = int(new.referrals.sum()), int((new.care_state != NO_CASE).sum())
    assert bayes_factor(referred, n, 1 - np.exp(-0.05)) > 1.0
    assert bayes_factor(int(new.referrals_no_need.sum()), referred, 0.3) > 1.0
    assert bayes_factor(cases, referred, 0.6) > 1.0
    assert bayes_factor(cases, referred, 0.65) < REFUTED
    assert bayes_factor(int(new.enquiries.sum()), cases, 0.35) > 1.0
    assert bayes_factor(int(new.plans.sum()), int(new.enquiries.sum()), 0.25) > 1.0
    plain = new.care_state == IN_NEED
    assert bayes_factor(int(new.case_long[plain].sum()), int(plain.sum()), 0.4) > 1.0
    old = many(n, IN_NEED)
    advance_care(now, old.real, old.whole, old.key, homes, p)
    taken = int(old.looked_after_starts.sum())
    assert bayes_factor(taken, n, 1 - np.exp(-0.02)) > 1.0
    assert bayes_factor(int(old.cases_closed.sum()), n - taken, 1 - np.exp(-0.5)) > 1.0
    stayed = n - taken - int(old.cases_closed.sum())
    assert bayes_factor(int(old.enquiries.sum()), stayed, 1 - np.exp(-0.1)) > 1.0
