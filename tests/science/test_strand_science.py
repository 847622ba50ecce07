"""Who is found, who accepts, who stays; how effects accrue, overlap and fade: worked on paper."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.offers import kept_shares, pool_shares
from sim.parameters import DeliveryParameters, EvidenceParameters
from sim.science import strands as science
from tests.science.plain import only, plain

LIVES = only(EvidenceParameters, half_life_brief=3.0, half_life_fast=6.0, half_life_slow=36.0)


def delivery(**values: float) -> DeliveryParameters:
    return only(DeliveryParameters, **values)


def test_identify_by_hand_and_held_within_nought_and_one() -> None:
    p = delivery(identify_base=0.3, identify_need=0.2, identify_outreach=0.4)
    f = plain(science.identify_probability)
    assert f(0.5, 0.25, 0.0, 0.3, 1.0, p) == pytest.approx(0.5)
    assert f(1.0, 2.0, 0.0, 0.0, 1.0, p) == 1.0
    assert f(-9.0, 0.0, 0.0, 0.0, 1.0, p) == 0.0
    # met and passed on; need seen twice as clearly
    assert f(0.5, 0.25, 1.0, 0.3, 1.0, p) == pytest.approx(0.8)
    assert f(0.5, 0.25, 1.0, -0.1, 2.0, p) == pytest.approx(0.5)


def test_acceptance_by_hand() -> None:
    p = delivery(
        accept_trust=2.0, accept_trust_usual=0.5, accept_ses=0.4, accept_distress=0.3, accept_distance=0.1,
        accept_distance_usual=1.0, accept_outreach=0.8,
    )  # fmt: skip
    # 2 (0.6 - 0.5) + 0.4 * 1 - 0.3 * 1 - 0.1 (2 - 1) = 0.2
    assert plain(science.accept_inclination)(0.6, 1.0, 1.0, 2.0, p) == pytest.approx(0.2)
    # 0.4 + 0.2 + 0.8 * 0.5 = 1.0
    assert plain(science.accept_probability)(0.4, 0.2, 0.5, p) == pytest.approx(1 / (1 + math.exp(-1.0)))
    assert plain(science.accept_inclination)(0.5, 0.0, 0.0, 1.0, p) == 0.0


def test_risk_scores_by_hand() -> None:
    # (1 + 3 (0.52 - 0.35)) / 1.7 = 1.51 / 1.7
    p = delivery(
        risk_hardship=3.0, risk_hardship_usual=0.35, risk_scale=1.7, several_risks_scale=2.0, neet_risk_agency=2.0,
        neet_risk_scale=1.1,
    )  # fmt: skip
    assert plain(science.family_risk)(1.0, 0.52, p) == pytest.approx(1.51 / 1.7)
    assert plain(science.several_risks)(1.0, -1.0, -0.5, p) == pytest.approx(1.25)
    # (0.6 - 2 (0.3 - 0.5)) / 1.1
    assert plain(science.neet_risk)(-0.6, 0.3, p) == pytest.approx(1.0 / 1.1)


def test_queues_by_targeting() -> None:
    p = delivery(order_ses=0.5, order_trust=1.0, order_luck=0.25, order_waiting=10.0, order_waiting_need=0.5)
    f = plain(science.order_score)
    # organised = 0.5 * 2 + 1 * 0.4 = 1.4
    assert f(0, 2.0, 0.4, 3.0, 0.0, 0.2, p) == pytest.approx(1.6)
    assert f(1, 2.0, 0.4, 3.0, 0.0, 0.2, p) == pytest.approx(3.05)
    assert f(2, 2.0, 0.4, 3.0, 0.0, 0.2, p) == pytest.approx(0.2 + 0.7 + 1.5)
    assert f(3, 2.0, 0.4, 3.0, 0.0, 0.2, p) == 0.2
    # who waits comes first, but by need the worst off still do
    assert f(0, -2.0, 0.0, 0.0, 1.0, 0.0, p) > f(0, 2.0, 0.4, 3.0, 0.0, 0.9, p)
    assert f(1, 0.0, 0.0, 1.0, 1.0, 0.2, p) == pytest.approx(1.55)
    assert f(3, 0.0, 0.0, 0.0, 1.0, 0.1, p) == pytest.approx(10.1)


def test_drop_out_by_hand() -> None:
    p = delivery(drop_out_share=0.24, drop_out_distress=0.5)
    f = plain(science.drop_out_probability)
    assert f(12, 0.0, p) == pytest.approx(0.02)
    assert f(12, 2.0, p) == pytest.approx(0.02 * math.e)
    assert f(0, 0.0, p) == pytest.approx(0.24)
    assert f(1, 9.0, p) == 1.0


def test_a_single_strand_counts_in_full_whatever_its_sign() -> None:
    f = plain(science.overlap_factor)
    assert f(0.3, 0.3, 0.5) == 1.0
    assert f(-0.3, -0.3, 0.5) == 1.0
    assert f(0.0, 0.0, 0.5) == 1.0


def test_overlapping_strands_count_less_and_their_order_does_not_matter() -> None:
    f = plain(science.overlap_factor)
    # 0.2 + 0.1 + 0.1: the largest in full, 0.2 at 0.6 -> 0.32 of 0.40
    assert f(0.4, 0.2, 0.4) == pytest.approx(0.8)
    for sizes in ((0.2, 0.1, 0.1), (0.1, 0.2, 0.1), (0.1, 0.1, 0.2)):
        total = largest = 0.0
        for size in sizes:
            total, largest = total + size, max(largest, size)
        assert f(total, largest, 0.4) == pytest.approx(0.8)
    assert f(0.4, 0.2, 0.0) == pytest.approx(1.0)


@pytest.mark.parametrize("life", [0.5, 3.0, 6.0, 36.0, 240.0])
def test_half_of_a_pool_is_left_after_its_half_life(life: float) -> None:
    kept = plain(science.kept_each_month)(life)
    assert kept**life == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize("kept", [0.5, 0.5 ** (1 / 6), 0.5 ** (1 / 36), 1.0])
@pytest.mark.parametrize("months", [1, 2, 6, 12, 60, 240])
def test_a_full_course_leaves_the_full_effect(kept: float, months: int) -> None:
    increment = plain(science.course_increment)(0.3, kept, months)
    pool = 0.0
    for _ in range(months):
        pool = pool * kept + increment
    assert pool == pytest.approx(0.3, rel=1e-12)
    for _ in range(100):
        pool = pool * kept + 0.3 * (1.0 - kept)
    assert pool == pytest.approx(0.3, rel=1e-12)


@pytest.mark.parametrize("life", [3.0, 3.5, 4.0, 6.0, 7.0, 12.0, 24.0, 36.0, 37.0, 60.0, 120.0, 240.0])
def test_half_of_an_effect_is_left_at_the_stated_time(life: float) -> None:
    shares = pool_shares(life, LIVES)
    left = shares @ np.array([0.5 ** (life / 3), 0.5 ** (life / 6), 0.5 ** (life / 36), 1.0])
    assert left == pytest.approx(0.5, rel=1e-12)
    assert shares.sum() == pytest.approx(1.0)
    assert (shares >= 0.0).all()
    assert np.count_nonzero(shares) <= 2


def test_every_whole_month_has_a_split() -> None:
    for life in range(1, 241):
        shares = pool_shares(float(life), LIVES)
        left = shares @ np.array([0.5 ** (life / 3), 0.5 ** (life / 6), 0.5 ** (life / 36), 1.0])
        # up to three months all of it is brief, and a shorter life than that cannot be told from it
        assert left == pytest.approx(0.5 if life >= 3 else 0.5 ** (life / 3), rel=1e-12)


def test_no_fading_is_all_lasting() -> None:
    assert pool_shares("none", LIVES).tolist() == [0.0, 0.0, 0.0, 1.0]
    assert pool_shares(2.0, LIVES).tolist() == [1.0, 0.0, 0.0, 0.0]


def test_what_the_pools_keep() -> None:
    kept = kept_shares(LIVES)
    assert kept.tolist() == pytest.approx([0.5 ** (1 / 3), 0.5 ** (1 / 6), 0.5 ** (1 / 36), 1.0])
    assert kept_shares(LIVES, fade_out=False).tolist() == [1.0] * 4
