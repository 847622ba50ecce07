"""Meetings, fatigue, trust, events, conditions and coordination of the partnership, worked on paper."""

from __future__ import annotations

import math

import pytest

from sim.numerics import log
from sim.parameters import PartnershipParameters
from sim.science import partnership as science
from tests.science.plain import only, plain


def zone(**values: float) -> PartnershipParameters:
    return only(PartnershipParameters, **values)


WEIGHTS = {
    f"weight_{k}": 1.0 for k in ("vision", "relationships", "governance", "backbone", "voice", "data", "learning")
}


@pytest.mark.parametrize("x", [0.001, 0.01, 0.05, 0.3, 0.999, 1.0, 2.0, 1000.0])
def test_the_portable_logarithm(x: float) -> None:
    assert plain(log)(x) == pytest.approx(math.log(x), abs=2e-15, rel=2e-15)


def test_a_yearly_rate_as_a_chance_in_a_month() -> None:
    f = plain(science.chance)
    assert f(0.0) == 0.0
    # exp(-12 ln 2 / 12) = 1/2
    assert f(12.0 * math.log(2.0)) == pytest.approx(0.5)


def test_meetings_load_more_with_more_partners_and_less_with_a_backbone() -> None:
    p = zone(partners_full=6.0, load_partners=0.5, load_relief=0.4)
    f = plain(science.meeting_load)
    assert f(1.0, 6.0, 0.0, p) == pytest.approx(1.0)
    assert f(1.0, 12.0, 0.0, p) == pytest.approx(1.5)
    assert f(0.5, 6.0, 1.0, p) == pytest.approx(0.3)


def test_who_comes_to_a_meeting() -> None:
    f = plain(science.attend_chance)
    assert f(0.8, 0.5, 0.5, 0.0) == pytest.approx(0.8)
    # half of the time asked can be spared, and a quarter is lost to tiredness
    assert f(0.8, 0.5, 1.0, 0.25) == pytest.approx(0.8 * 0.5 * 0.75)
    assert f(0.8, 0.0, 1.0, 0.0) == 0.0
    assert f(0.8, 0.5, 0.0, 0.0) == pytest.approx(0.8)
    assert f(1.0, 1.0, 1.0, 1.0) == 0.0


def test_fatigue_rises_with_a_meeting_and_falls_with_rest() -> None:
    p = zone(fatigue_gain=1.2, fatigue_rest=0.6)
    f = plain(science.fatigue_step)
    # 0.5 + (1.2 * 1 * 0.5 - 0.6 * 0.5) / 12
    assert f(0.5, 1.0, 1.0, p) == pytest.approx(0.5 + 0.3 / 12)
    assert f(0.5, 1.0, 0.0, p) == pytest.approx(0.5 - 0.3 / 12)
    assert f(0.5, 2.0, 1.0, p) > f(0.5, 1.0, 1.0, p)


def test_trust_grows_in_shared_meetings_and_drifts_back() -> None:
    p = zone(trust_start=0.3, trust_history=0.4, trust_gain=1.2, trust_drift=0.12)
    assert plain(science.start_trust)(0.5, p) == pytest.approx(0.5)
    f = plain(science.trust_step)
    # 0.6 + (1.2 * 0.5 * 0.4 + 0.12 * (0.3 - 0.6)) / 12
    assert f(0.6, 0.3, 1.0, 0.5, p) == pytest.approx(0.6 + (0.24 - 0.036) / 12)
    assert f(0.6, 0.3, 0.0, 0.5, p) == pytest.approx(0.6 - 0.003)


def test_what_one_partner_does_costs_trust_by_its_weight() -> None:
    p = zone(lead_weight=2.0)
    weight = plain(science.partner_weight)
    assert weight(0.0, 5.0, p) == pytest.approx(0.2)
    assert weight(1.0, 5.0, p) == pytest.approx(0.4)
    assert weight(1.0, 1.0, p) == 1.0
    assert plain(science.harm)(0.5, 0.4) == pytest.approx(0.2)
    assert plain(science.harm)(3.0, 0.5) == 1.0
    assert plain(science.less)(0.5, 0.2) == pytest.approx(0.4)


def test_commitment_goes_back_to_its_own_level() -> None:
    assert plain(science.commitment_step)(0.4, 0.6, zone(commitment_rate=1.2)) == pytest.approx(0.42)


def test_cover_softens_the_loss_of_a_leader() -> None:
    p = zone(leader_loss=0.5, succession_cover=0.5, zone_loss=0.6)
    cover = plain(science.covered)
    assert cover(0.4, 0.0, p) == pytest.approx(0.4)
    assert cover(0.4, 1.0, p) == pytest.approx(1 - 0.6 * 0.5)
    assert plain(science.after_leader)(0.8, 0.0, p) == pytest.approx(0.4)
    assert plain(science.after_leader)(0.8, 0.5, p) == pytest.approx(0.6)
    assert plain(science.shaken)(0.5, 0.5, 0.0, p) == pytest.approx(0.35)
    assert plain(science.shaken)(0.5, 0.5, 1.0, p) == pytest.approx(0.5)


def test_rates_of_leaving_signing_and_cutting_back() -> None:
    p = zone(leave_rate=0.4, leave_fatigue=2.0, leave_commitment=1.0, leave_trust=1.0, sign_rate=3.0, cut_rate=0.1,
             cut_aims=2.0)  # fmt: skip
    leave = plain(science.leave_rate)
    assert leave(0.0, 0.0, 0.0, p) == pytest.approx(0.4)
    assert leave(0.5, 0.6, 0.4, p) == pytest.approx(0.4)
    assert leave(0.9, 0.6, 0.4, p) > leave(0.1, 0.6, 0.4, p) > leave(0.1, 0.9, 0.4, p) > leave(0.1, 0.9, 0.8, p)
    assert plain(science.sign_rate)(0.5, 0.5, p) == pytest.approx(0.75)
    assert plain(science.cut_rate)(1.0, p) == pytest.approx(0.1)
    assert plain(science.cut_rate)(0.5, p) == pytest.approx(0.2)


def test_what_is_put_into_each_condition() -> None:
    p = zone(partners_full=6.0, voice_alone=0.4, learning_alone=0.5)
    meeting = plain(science.meeting_input)
    assert meeting(3.0, 3.0, p) == pytest.approx(0.5)
    assert meeting(4.0, 8.0, p) == pytest.approx(0.5)
    assert plain(science.vision_input)(0.5, 0.8, 0.5) == pytest.approx(0.2)
    assert plain(science.voice_input)(0.5, 0.8, 0.0, p) == pytest.approx(0.16)
    assert plain(science.voice_input)(0.5, 0.8, 1.0, p) == pytest.approx(0.4)
    assert plain(science.learning_input)(0.6, 0.0, p) == pytest.approx(0.3)
    assert plain(science.learning_input)(0.6, 1.0, p) == pytest.approx(0.6)
    assert plain(science.drive)(2.0, 0.5, 0.3) == pytest.approx(0.3)


def test_decay_is_faster_where_partners_are_tired_or_the_team_is_gone() -> None:
    p = zone(maturity_decay=0.1, backbone_decay=1.0, fatigue_decay=1.0)
    f = plain(science.decay_rate)
    assert f(0.0, 0.0, p) == pytest.approx(0.1)
    assert f(0.0, 0.5, p) == pytest.approx(0.15)
    assert f(1.0, 0.0, p) == pytest.approx(1.1)


def test_a_condition_goes_to_where_growth_and_decay_meet() -> None:
    f, p = plain(science.condition_step), zone(maturity_pace=1.0)
    # (0.9 + 0.1 * 0.2) / 1.0 = 0.92
    assert f(0.92, 0.9, 0.1, 0.2, p) == pytest.approx(0.92)
    assert f(0.2, 0.9, 0.1, 0.2, p) == pytest.approx(0.92 - 0.72 * math.exp(-1 / 12))
    assert f(0.5, 0.0, 0.0, 0.2, p) == 0.5
    # for small rates this is Euler's step
    assert f(0.2, 0.012, 0.0, 0.2, p) == pytest.approx(0.2 + 0.012 * 0.8 / 12, rel=1e-5)
    # nothing put in: what history left stays
    assert f(0.24, 0.0, 0.1, 0.24, p) == pytest.approx(0.24)
    assert f(0.2, 0.9, 0.1, 0.2, zone(maturity_pace=1000.0)) == pytest.approx(0.92)


def test_a_handover_costs_less_with_mature_governance() -> None:
    p = zone(handover_loss=0.5)
    f = plain(science.handed_over)
    assert f(0.8, 0.0, p) == pytest.approx(0.4)
    assert f(0.8, 0.5, p) == pytest.approx(0.6)
    assert f(0.8, 1.0, p) == pytest.approx(0.8)


def test_coordination_is_the_geometric_mean_held_at_the_floor() -> None:
    p = zone(**WEIGHTS, condition_floor=0.01)
    f = plain(science.coordination)
    assert f(*[0.5] * 7, p) == pytest.approx(0.5)
    assert f(1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, p) == pytest.approx(0.01 ** (1 / 7))
    heavy = p._replace(weight_data=3.0)
    assert f(1.0, 1.0, 1.0, 1.0, 1.0, 0.25, 1.0, heavy) == pytest.approx(0.25 ** (3 / 9))


def test_the_usual_place_has_the_usual_coordination() -> None:
    p = zone(**WEIGHTS, condition_floor=0.05, history_usual=0.5, start_vision=0.4, start_relationships=0.8)
    assert plain(science.start_level)(0.5, 0.8) == 0.4
    by_hand = (0.2 * 0.4 * 0.05**5) ** (1 / 7)
    assert plain(science.usual_coordination)(p) == pytest.approx(by_hand)
    assert plain(science.coordination_at_start)(0.5, p) == plain(science.usual_coordination)(p)
