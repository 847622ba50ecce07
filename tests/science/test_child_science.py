"""The science of children against arithmetic on paper."""

from __future__ import annotations

import math

import pytest

from sim.parameters import ChildParameters
from sim.science import children as science
from tests.science.plain import only, plain


def child(**values: float) -> ChildParameters:
    return only(ChildParameters, **values)


def sigmoid(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


def test_attainment_rate_falls_exponentially_with_age_to_its_least() -> None:
    p = child(attainment_rate_birth=0.4, attainment_rate_decline=0.1, attainment_rate_least=0.05)
    rate = plain(science.attainment_rate)
    assert rate(0.0, p) == pytest.approx(0.4, rel=1e-14)
    assert rate(10.0, p) == pytest.approx(0.05 + 0.35 * math.exp(-1.0), rel=1e-14)


@pytest.mark.parametrize(("age", "weight"), [(0.0, 0.4), (3.0, 0.4), (4.0, 0.3), (5.0, 0.2), (17.0, 0.2)])
def test_home_weight_goes_from_early_to_later_between_three_and_five(age: float, weight: float) -> None:
    p = child(attainment_home_early=0.4, attainment_home_later=0.2)
    assert plain(science.home_weight)(age, p) == pytest.approx(weight, abs=1e-15)


def test_resilience_by_hand_and_never_less_for_more_of_anything() -> None:
    p = child(resilience_level=-1.0, resilience_agency=2.0, resilience_support=0.5, resilience_wellbeing=0.25)
    f = plain(science.resilience)
    # -1 + 2 (0.75 - 0.5) + 0.5 * 1 + 0.25 * 2 = 0.5
    assert f(0.75, 1.0, 2.0, p) == pytest.approx(sigmoid(0.5), rel=1e-14)
    base = f(0.5, 0.0, 0.0, p)
    assert base < min(f(0.6, 0.0, 0.0, p), f(0.5, 0.1, 0.0, p), f(0.5, 0.0, 0.1, p))
    assert 0.0 < f(0.0, 0.0, -9.0, p) < f(1.0, 1.0, 9.0, p) < 1.0


def test_attainment_adversity_by_hand() -> None:
    p = child(attainment_hardship=0.6, attainment_housing=0.2, attainment_unsafety=0.1)
    # 0.6 * 0.8 + 0.2 * 0.5 + 0.1 * 0.4 = 0.48 + 0.10 + 0.04
    assert plain(science.attainment_adversity)(0.8, 0.5, 0.4, p) == pytest.approx(0.62)
    assert plain(science.attainment_adversity)(0.0, 0.0, 0.0, p) == 0.0


def test_family_pull_by_hand() -> None:
    # 0.25 * 2 + 0.3 * -1 = 0.2
    p = child(attainment_ses=0.25, attainment_ses_secondary=0.6)
    assert plain(science.family_pull)(2.0, -1.0, 0.3, 0.0, p) == pytest.approx(0.2)
    # from Year 7: 0.6 * 2 + 0.3 * -1 = 0.9
    assert plain(science.family_pull)(2.0, -1.0, 0.3, 1.0, p) == pytest.approx(0.9)


def test_circumstances_weigh_less_with_another_first_language() -> None:
    p = child(attainment_eal_buffer=0.4)
    assert plain(science.circumstances_weight)(0.0, p) == 1.0
    assert plain(science.circumstances_weight)(1.0, p) == pytest.approx(0.6)


def test_school_pull_by_hand() -> None:
    p = child(
        attainment_school=0.3,
        attainment_low_peers=0.5,
        attainment_attendance=2.0,
        attendance_usual=0.94,
        attainment_school_secondary=0.5,
    )
    # 0.3 * 1 - 0.5 * 0.2 + 2 (0.89 - 0.94) = 0.3 - 0.1 - 0.1
    assert plain(science.school_pull)(1.0, 0.2, 0.89, 0.0, p) == pytest.approx(0.1)
    # At secondary school 0.5 a school SD instead of 0.3
    assert plain(science.school_pull)(1.0, 0.2, 0.89, 1.0, p) == pytest.approx(0.3)


def test_personal_pull_by_hand_and_the_language_pull_ends_at_eleven() -> None:
    p = child(attainment_girl=0.2, attainment_eal_early=0.3, attainment_need=0.8, need_line=1.0)
    f = plain(science.personal_pull)
    # 0.2 * 0.5 - 0.3 * (11 - 8) / 6 - 0 = 0.1 - 0.15
    assert f(1.0, 1.0, 8.0, 0.0, p) == pytest.approx(-0.05)
    # needs of 2 SD are 1 SD beyond the line; those of 1 SD or less hold nobody back
    assert f(0.0, 1.0, 2.0, 2.0, p) == pytest.approx(-0.1 - 0.3 - 0.8)
    assert f(0.0, 1.0, 2.0, 1.0, p) == f(0.0, 1.0, 2.0, -3.0, p) == pytest.approx(-0.1 - 0.3)
    assert f(1.0, 1.0, 11.0, 0.0, p) == f(1.0, 0.0, 11.0, 0.0, p) == pytest.approx(0.1)


def test_attainment_target_adds_up() -> None:
    p = child(attainment_level=0.05, attainment_wellbeing=0.4, attainment_agency=0.6)
    # 0.05 + 0.1 + 0.2 + 0.3 - 0.15 + 0.4 * 0.5 + 0.6 (0.75 - 0.5) - 0.25 = 0.6
    assert plain(science.attainment_target)(0.1, 0.2, 0.3, -0.15, 0.5, 0.75, 0.25, p) == pytest.approx(0.6)


def test_towards_moves_a_twelfth_of_the_yearly_rate() -> None:
    f = plain(science.towards)
    # 1 + 0.6 / 12 (3 - 1) + 0.02 = 1.12
    assert f(1.0, 3.0, 0.6, 0.02) == pytest.approx(1.12)
    assert f(1.0, 1.0, 0.6, 0.0) == 1.0
    state = 0.0
    for _ in range(12 * 40):
        state = f(state, 2.0, 0.5, 0.0)
    assert state == pytest.approx(2.0, abs=1e-8)


def test_wellbeing_adversity_and_target_by_hand() -> None:
    p = child(
        wellbeing_hardship=0.5, wellbeing_unsafety=0.2, wellbeing_level=0.1, wellbeing_home=0.2,
        wellbeing_distress=0.3, wellbeing_climate=0.1, transition_shock=0.4,
    )  # fmt: skip
    # 0.5 * 0.9 + 0.2 * 0.25 = 0.50
    assert plain(science.wellbeing_adversity)(0.9, 0.25, p) == pytest.approx(0.50)
    # 0.1 + 0.2 + 0.05 + 0.2 * 1 - 0.3 * 0.5 + 0.1 * 2 - 0.4 * 0.5 - 0.3 = 0.1
    target = plain(science.wellbeing_target)(0.2, 1.0, 0.5, 2.0, 0.5, 0.05, 0.3, p)
    assert target == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("girl", "age", "pull"),
    [
        (0.0, 6.0, -0.2),
        (0.0, 10.0, -0.2),
        (0.0, 12.5, -0.1),
        (0.0, 15.0, 0.0),
        (1.0, 10.0, 0.0),
        (1.0, 12.5, -0.2),
        (1.0, 18.0, -0.4),
    ],
)
def test_boys_are_lower_in_childhood_and_girls_in_adolescence(girl: float, age: float, pull: float) -> None:
    p = child(wellbeing_boy=0.2, wellbeing_adolescent_girl=0.4)
    assert plain(science.wellbeing_sex)(girl, age, p) == pytest.approx(pull, abs=1e-15)


def test_a_transition_is_felt_from_its_month_and_fades() -> None:
    p = child(transition_decay=0.25)
    f = plain(science.transition_presence)
    assert f(-1.0, p) == 0.0
    assert f(0.0, p) == 1.0
    assert f(4.0, p) == pytest.approx(math.exp(-1.0), rel=1e-14)


def test_health_target_by_hand() -> None:
    p = child(health_level=0.1, health_housing=0.4, health_hardship=0.5, health_distress=0.2, hardship_mean=0.3)
    # 0.1 - 0.2 - 0.4 * 0.5 - 0.5 (0.5 - 0.3) - 0.2 * 1 = -0.6
    assert plain(science.health_target)(-0.2, 0.5, 0.5, 1.0, p) == pytest.approx(-0.6)


def test_attendance_by_hand() -> None:
    p = child(
        attendance_health=0.2, attendance_wellbeing=0.3, attendance_distress=0.1, attendance_hardship=0.5,
        hardship_mean=0.3, attendance_level=3.0, attendance_scale=0.5, attendance_climate=0.2, attendance_agency=0.4,
        attendance_secondary=0.6, attendance_noise=0.25, attendance_withdrawal=0.5, attendance_withdrawal_line=1.0,
    )  # fmt: skip
    # 0.5 + 0.2 - 0.3 - 0.1 * 2 - 0.5 (0.7 - 0.3) = 0.0
    inclination = plain(science.attendance_inclination)(0.5, 1.0, -1.0, 2.0, 0.7, p)
    assert inclination == pytest.approx(0.0, abs=1e-15)
    # latent 0.5 + 0.2 + 0.4 * 0.25 - 0.6 + 0.25 * 2 + 0.1 = 0.8; 3 + 0.5 * 0.8 = 3.4
    share = plain(science.attendance_share)(0.5, 1.0, 0.75, 1.0, 2.0, 0.1, p)
    assert share == pytest.approx(sigmoid(3.4), rel=1e-14)
    # latent -1 - 0.6 = -1.6, 0.6 below the line: -1.6 - 0.5 * 0.6 = -1.9; 3 - 0.5 * 1.9 = 2.05
    assert plain(science.attendance_share)(-1.0, 0.0, 0.5, 1.0, 0.0, 0.0, p) == pytest.approx(sigmoid(2.05))


def test_agency_moves_to_a_target_held_within_its_range() -> None:
    p = child(agency_rate=1.2, agency_level=0.5, agency_attainment=0.1, agency_climate=0.05, agency_support=0.2)
    f = plain(science.agency_step)
    # target 0.5 + 0.1 + 0.05 + 0.2 = 0.85; 0.35 + 1.2 / 12 (0.85 - 0.35) = 0.40
    assert f(0.35, 1.0, 1.0, 1.0, p) == pytest.approx(0.40)
    # the target is held at 1: 0.9 + 0.1 (1 - 0.9)
    assert f(0.9, 100.0, 0.0, 0.0, p) == pytest.approx(0.91)
    assert f(0.0, -100.0, 0.0, 0.0, p) == 0.0


def test_special_needs_liability_and_levels() -> None:
    p = child(
        send_attainment=0.5,
        send_wellbeing=0.3,
        send_girl=0.4,
        send_support_threshold=1.0,
        send_plan_threshold=2.0,
        send_unfound=0.7,
    )
    # 0.2 - 0.5 * -1 - 0.3 * -2 - 0.4 * -0.5 = 1.5
    assert plain(science.send_liability)(0.2, -1.0, -2.0, 0.0, p) == pytest.approx(1.5)
    levels = plain(science.send_level)
    assert [levels(x, -4.0, p) for x in (0.9, 1.0, 1.5, 2.0, 2.1)] == [0.0, 0.0, 1.0, 1.0, 2.0]
    # Reception, seven years before Year 7: thresholds 1.7 and 2.7; Year 6, one year before: 1.1 and 2.1
    assert [levels(x, 7.0, p) for x in (1.6, 1.8, 2.6, 2.8)] == [0.0, 1.0, 1.0, 2.0]
    assert [levels(x, 1.0, p) for x in (1.05, 1.15, 2.05, 2.15)] == [0.0, 1.0, 1.0, 2.0]


def test_suspension_probability_by_hand() -> None:
    p = child(
        suspension_level=-4.0, suspension_wellbeing=0.5, suspension_climate=0.25, suspension_secondary=1.0,
        suspension_girl=0.5, suspension_hardship=2.0, hardship_mean=0.25, suspension_absence=4.0,
    )  # fmt: skip
    # -4 + 0.5 - 0.25 * 2 + 1 - 0.5 * -0.5 + 2 (0.5 - 0.25) + 4 * 0.125 = -1.75
    chance = plain(science.suspension_probability)(-1.0, 2.0, 1.0, 0.0, 0.5, 0.125, p)
    assert chance == pytest.approx(sigmoid(-1.75), rel=1e-14)


def test_relative_age_is_nought_for_the_middle_of_the_year_and_shrinks_with_grade() -> None:
    p = child(attainment_month_of_birth=0.6)
    f = plain(science.relative_age_effect)
    # September in Reception: 0.6 * 5.5 / 12 * 5 / 5 = 0.275; August the opposite; Year 5 (grade 10) half of it
    assert f(0, 5, p) == pytest.approx(0.275)
    assert f(11, 5, p) == pytest.approx(-0.275)
    assert f(0, 10, p) == pytest.approx(0.1375)
    assert sum(f(m, 5, p) for m in range(12)) == pytest.approx(0.0, abs=1e-15)
