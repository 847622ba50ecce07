"""Coordination, load, synergy, sustaining surroundings and the norm, worked out by hand."""

from __future__ import annotations

import math

import pytest

from sim.parameters import CoordinationParameters, DeliveryParameters, Register
from sim.science import coordination, services


@pytest.fixture
def p(register: Register) -> CoordinationParameters:
    return register.parameters.coordination._replace(
        fidelity_slope=0.2, fidelity_least=0.7, fidelity_most=1.3, referral_slope=0.3, duplication_slope=0.5,
        sight_data=0.5, load_stretch=0.4, load_slack=1.1, load_most=5.0, load_loss=0.5, load_turnover=2.0,
        sustaining_school=0.5, sustaining_home=0.25, tipping_reach=0.6, tipping_width=0.1,
    )  # fmt: skip


@pytest.fixture
def d(register: Register) -> DeliveryParameters:
    return register.parameters.delivery._replace(overlap_discount=0.4, recruitment_rate=0.25)


def test_fidelity_is_one_as_usual_and_held_within_bounds(p: CoordinationParameters) -> None:
    assert coordination.fidelity(0.3, 0.3, p) == 1.0
    assert coordination.fidelity(0.8, 0.3, p) == pytest.approx(1.1)
    assert coordination.fidelity(0.0, 0.5, p) == pytest.approx(0.9)
    assert coordination.fidelity(1.0, 0.0, p._replace(fidelity_slope=1.0)) == 1.3
    assert coordination.fidelity(0.0, 1.0, p._replace(fidelity_slope=1.0)) == 0.7


def test_referral_is_nought_as_usual(p: CoordinationParameters) -> None:
    assert coordination.referral(0.3, 0.3, p) == 0.0
    assert coordination.referral(0.8, 0.3, p) == pytest.approx(0.15)
    assert coordination.referral(0.1, 0.3, p) == pytest.approx(-0.06)


def test_need_is_seen_more_clearly_with_data_and_analysis(p: CoordinationParameters) -> None:
    assert coordination.sight_of_need(0.2, 0.2, 0.0, p) == 1.0
    assert coordination.sight_of_need(0.6, 0.2, 0.3, p) == pytest.approx(1.5)
    assert coordination.sight_of_need(0.0, 1.0, 0.0, p._replace(sight_data=3.0)) == 0.0


def test_duplication_adds_to_what_overlapping_strands_lose(d: DeliveryParameters, p: CoordinationParameters) -> None:
    assert coordination.overlap_discount(0.3, 0.3, d, p) == pytest.approx(0.4)
    assert coordination.overlap_discount(0.1, 0.3, d, p) == pytest.approx(0.5)
    assert coordination.overlap_discount(0.7, 0.3, d, p) == pytest.approx(0.2)
    assert coordination.overlap_discount(1.0, 0.0, d, p) == 0.0


@pytest.mark.parametrize(("ecologies", "factor"), [(0, 1.0), (1, 1.0), (2, 1.5), (3, 5 / 3), (4, 1.75)])
def test_synergy_grows_with_the_number_of_ecologies(ecologies: int, factor: float) -> None:
    assert coordination.synergy_factor(ecologies, 0.5) == pytest.approx(factor)
    assert coordination.synergy_factor(ecologies, 0.0) == 1.0


def test_average_surroundings_change_no_half_life(p: CoordinationParameters) -> None:
    assert coordination.sustaining(0.0, 0.0, 0.3, p) == 0.0
    # 0.5 x 1 + 0.25 x -2 = 0
    assert coordination.sustaining(1.0, -2.0, 0.3, p) == 0.0
    assert coordination.sustaining(1.0, 1.0, 0.2, p) == pytest.approx(0.15)
    assert coordination.sustaining(9.0, 9.0, 0.2, p) == pytest.approx(0.2)
    assert coordination.sustaining(-9.0, 0.0, 0.2, p) == pytest.approx(-0.2)


def test_the_norm_takes_hold_at_the_chosen_reach(p: CoordinationParameters) -> None:
    assert coordination.norm(0.0, 0.1, p) == 0.0
    assert coordination.norm(0.6, 0.1, p) == pytest.approx(0.05)
    assert coordination.norm(0.8, 0.1, p) == pytest.approx(0.1 / (1.0 + math.exp(-2.0)))
    assert coordination.norm(0.9, 0.0, p) == 0.0


def test_posts_fill_and_empty(d: DeliveryParameters) -> None:
    # 6 of 10 filled: 6 less a hundredth, and a quarter of the 4 vacant
    assert services.posts_next(6.0, 10.0, 0.12, d) == pytest.approx(6.94)
    assert services.posts_next(10.0, 4.0, 0.0, d) == 4.0
    assert services.posts_next(0.0, 0.0, 0.5, d) == 0.0


def test_load_is_people_by_caseload(p: CoordinationParameters) -> None:
    assert services.load(30.0, 25.0, p) == pytest.approx(1.2)
    assert services.load(300.0, 25.0, p) == 5.0
    assert services.load(7.0, 0.0, p) == 5.0
    assert services.load(0.0, 0.0, p) == 0.0


def test_staff_take_on_more_than_their_caseload_where_many_wait(p: CoordinationParameters) -> None:
    assert services.stretched(20.0, 0.0, 6.0, p) == 20.0
    assert services.stretched(20.0, 3.0, 6.0, p) == pytest.approx(24.0)
    assert services.stretched(20.0, 9.0, 6.0, p) == pytest.approx(28.0)
    assert services.stretched(20.0, 9.0, 0.0, p) == 20.0


def test_overloaded_staff_deliver_less_and_leave_more_often(p: CoordinationParameters) -> None:
    assert services.quality_under_load(1.1, p) == 1.0
    assert services.quality_under_load(3.1, p) == pytest.approx(0.5)
    assert services.overload_turnover(0.2, 1.0, p) == pytest.approx(0.2)
    assert services.overload_turnover(0.2, 1.6, p) == pytest.approx(0.4)
    assert services.overload_turnover(0.2, 5.0, p) == 1.0
