"""Work, money, hardship, distress and trust of families, worked on paper."""

from __future__ import annotations

import math

import pytest

from sim.offers import price_factor
from sim.parameters import FamilyParameters, TrustParameters
from sim.science import families as science
from sim.science import trust as trust_science
from tests.science.plain import only, plain


def family(**values: float) -> FamilyParameters:
    return only(FamilyParameters, **values)


MONEY = family(
    tax_rate=0.28, tax_allowance=240.0, couple_second_pay=0.5, benefit_single=90.0, benefit_couple=140.0,
    benefit_child=65.0, benefit_children_limit=2.0, benefit_taper=0.55, benefit_work_allowance=95.0,
    benefit_rent_share=0.8, child_benefit_first=26.0, child_benefit_other=17.0,
)  # fmt: skip


def test_take_home_pay_is_taxed_above_the_allowance_only() -> None:
    f = plain(science.net_earnings)
    assert f(200.0, MONEY) == 200.0
    assert f(240.0, MONEY) == 240.0
    # 540 - 0.28 * 300 = 456
    assert f(540.0, MONEY) == pytest.approx(456.0)


def test_a_second_earner_is_taxed_alone() -> None:
    f = plain(science.family_earnings)
    assert f(540.0, 0, MONEY) == 0.0
    assert f(540.0, 1, MONEY) == pytest.approx(456.0)
    # second: 270 gross, 270 - 0.28 * 30 = 261.6
    assert f(540.0, 2, MONEY) == pytest.approx(456.0 + 261.6)


def test_benefits_of_a_lone_parent_without_work() -> None:
    # 90 + 65 * 2 + 0.8 * 150 = 340 of credit; 26 + 17 of child benefit
    assert plain(science.benefits)(0.0, 1, 2, 150.0, 1.0, MONEY) == pytest.approx(383.0)


def test_benefits_taper_above_the_work_allowance() -> None:
    # full 340, less 0.55 (295 - 95) = 110 -> 230; plus 43
    assert plain(science.benefits)(295.0, 1, 2, 150.0, 1.0, MONEY) == pytest.approx(273.0)


def test_benefits_end_and_child_benefit_stays_for_every_child() -> None:
    # credit gone; 26 + 2 * 17
    assert plain(science.benefits)(2000.0, 2, 3, 150.0, 1.0, MONEY) == pytest.approx(60.0)


def test_the_third_child_adds_child_benefit_only_and_an_owner_gets_no_rent() -> None:
    # couple 140 + 65 * 2 + 0 = 270; 26 + 34 = 60
    assert plain(science.benefits)(0.0, 2, 3, 150.0, 0.0, MONEY) == pytest.approx(330.0)
    assert plain(science.benefits)(0.0, 1, 0, 100.0, 1.0, MONEY) == pytest.approx(90.0 + 80.0)


def test_equivalence_scale_after_housing_costs() -> None:
    # HBAI after housing costs: first adult 0.58, spouse 0.42, child under 14 0.20
    p = family(scale_first_adult=0.58, scale_other_adult=0.42, scale_child=0.20)
    f = plain(science.equivalence)
    assert f(2, 0, p) == pytest.approx(1.0)
    assert f(2, 2, p) == pytest.approx(1.4)
    assert f(1, 3, p) == pytest.approx(1.18)


def test_the_world_outside_multiplies_work_money_and_rent() -> None:
    p = family(work_factor=1.5, income_factor=0.9, rent_factor=1.1)
    assert plain(science.working_share)(0.6, p) == pytest.approx(0.9)
    assert plain(science.working_share)(0.8, p) == 1.0
    assert plain(science.real_money)(500.0, p) == pytest.approx(450.0)
    assert plain(science.rent_now)(100.0, p) == pytest.approx(110.0)


def test_equivalised_income_after_housing() -> None:
    assert plain(science.income_after_housing)(560.0, 140.0, 1.4) == pytest.approx(300.0)


def test_smoothing_goes_the_stated_share_of_the_way() -> None:
    assert plain(science.smoothed)(100.0, 200.0, 0.25) == 125.0


def test_hardship_is_a_half_at_the_poverty_line_and_falls_with_income() -> None:
    p = family(poverty_line=300.0, hardship_scale=60.0)
    f = plain(science.hardship)
    assert f(300.0, p) == 0.5
    assert f(240.0, p) == pytest.approx(1 / (1 + math.exp(-1.0)), rel=1e-14)
    assert 1.0 > f(0.0, p) > f(200.0, p) > f(400.0, p) > 0.0


def test_work_is_a_birth_and_death_chain() -> None:
    p = family(work_turnover=0.6)
    f = plain(science.next_workers)
    # one of two adults works, propensity 0.75: stop 1 * 0.6 * 0.25 / 12 = 0.0125; start 1 * 0.6 * 0.75 / 12 = 0.0375
    assert f(1, 2, 0.75, 0.0124, p) == 0
    assert f(1, 2, 0.75, 0.0126, p) == 1
    assert f(1, 2, 0.75, 0.9624, p) == 1
    assert f(1, 2, 0.75, 0.9626, p) == 2
    for u in (0.0, 0.5, 0.999999):
        assert 0 <= f(0, 1, 0.5, u, p) <= 1
        assert 0 <= f(2, 2, 0.5, u, p) <= 2
    assert f(0, 2, 0.75, 0.0, p) == 0
    assert f(2, 2, 0.75, 0.999999, p) == 2


def test_distress_target_by_hand() -> None:
    p = family(
        distress_level=-0.1, distress_hardship=1.0, hardship_mean=0.3, distress_housing=0.2, distress_lone=0.15,
        distress_workless=0.25, distress_child=0.1,
    )  # fmt: skip
    f = plain(science.distress_target)
    # -0.1 + 0.2 + 1 (0.5 - 0.3) + 0.2 * 0.5 + 0.15 + 0.25 + 0.1 * 2 = 1.0
    assert f(0.2, 0.5, 0.5, 1.0, 1.0, -2.0, p) == pytest.approx(1.0)
    # a happy child does not count against distress
    assert f(0.2, 0.5, 0.5, 1.0, 1.0, 2.0, p) == pytest.approx(0.8)


def test_home_target_by_hand() -> None:
    p = family(home_level=0.1, home_ses=0.5, home_distress=0.2, home_strain=0.05)
    # 0.1 + 0.3 + 0.5 * 1 - 0.2 * 2 - 0.05 = 0.45
    assert plain(science.home_target)(0.3, 1.0, 2.0, 1.0, p) == pytest.approx(0.45)


def test_trust_by_hand() -> None:
    p = only(TrustParameters, word_of_mouth_rate=1.2, drift_rate=0.6)
    f = plain(trust_science.trust_step)
    # 0.5 + 0.1 (0.7 - 0.5) + 0.05 (0.4 - 0.5) + 0.03 = 0.545
    assert f(0.5, 0.7, 0.4, 0.03, p) == pytest.approx(0.545)
    assert f(0.99, 1.0, 1.0, 0.5, p) == 1.0
    assert f(0.01, 0.0, 0.0, -0.5, p) == 0.0


def test_prices_are_uprated_by_the_deflator() -> None:
    prices = {2010: 60.0, 2014: 80.0, 2024: 100.0}
    assert price_factor(prices, 2014, 2024) == pytest.approx(1.25)
    assert price_factor(prices, 2024, 2014) == pytest.approx(0.8)
    assert price_factor(prices, 2014, 2014) == 1.0
    # 2012 lies half way: 70
    assert price_factor(prices, 2012, 2024) == pytest.approx(100 / 70)


def test_other_income_comes_only_while_nobody_works() -> None:
    assert [plain(science.workless_income)(80.0, workers) for workers in (0, 1, 2)] == [80.0, 0.0, 0.0]
