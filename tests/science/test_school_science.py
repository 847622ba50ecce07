"""Schools and milestones, worked on paper."""

from __future__ import annotations

import math

import pytest

from sim.parameters import ReferenceParameters, SchoolParameters
from sim.science import milestones, schools
from tests.science.plain import only, plain


def test_pastoral_load_is_one_at_the_usual_need() -> None:
    p = only(SchoolParameters, pupils_per_pastoral_post=100.0, need_share_usual=0.2)
    f = plain(schools.pastoral_load)
    # 300 pupils: 3 posts of 20 usual pupils in need each
    assert f(60.0, 300.0, p) == pytest.approx(1.0)
    assert f(90.0, 300.0, p) == pytest.approx(1.5)
    assert f(0.0, 0.0, p) == 0.0


def test_climate_step_by_hand() -> None:
    p = only(
        SchoolParameters, climate_rate=1.2, climate_load=0.5, turnover_climate=2.0, turnover_level=0.15,
        climate_noise=0.1,
    )  # fmt: skip
    # target 0.4 - 0.5 (1.2 - 1) - 2 (0.25 - 0.15) = 0.1; 0 + 0.1 (0.1 - 0) + 0.1 * -0.5 = -0.04
    assert plain(schools.climate_step)(0.0, 0.4, 1.2, 0.25, -0.5, p) == pytest.approx(-0.04)


def test_effectiveness_step_by_hand_and_a_new_head_only_adds_spread() -> None:
    p = only(
        SchoolParameters, effectiveness_return=0.5, effectiveness_turnover=1.0, turnover_level=0.1,
        effectiveness_pastoral=0.5, effectiveness_noise=0.2, leader_change_noise=0.3,
    )  # fmt: skip
    f = plain(schools.effectiveness_step)
    # target 1 - (0.2 - 0.1) - 0.5 (1.2 - 1) = 0.8; 0.4 + 0.5 * 0.4 = 0.6; + 0.2 * 1
    assert f(0.4, 1.0, 0.2, 1.2, 0.0, 1.0, p) == pytest.approx(0.8)
    assert f(0.4, 1.0, 0.2, 1.2, 1.0, 1.0, p) == pytest.approx(1.1)
    assert f(0.4, 1.0, 0.2, 1.2, 1.0, 0.0, p) == pytest.approx(0.6)


def test_turnover_by_hand() -> None:
    p = only(SchoolParameters, turnover_level=0.2, turnover_climate=0.5, turnover_rate=0.5, turnover_noise=0.02)
    f = plain(schools.turnover_next)
    # target 0.2 - 0.5 * 0.2 * -1 = 0.3; 0.1 + 0.5 * 0.2 + 0.02 = 0.22
    assert f(0.1, -1.0, 1.0, p) == pytest.approx(0.22)
    assert f(0.0, 50.0, -1.0, p) == 0.0


def test_milestones_by_hand() -> None:
    p = only(
        ReferenceParameters, eet_level=2.0, eet_attainment=0.5, eet_attendance=10.0, eet_hardship=1.0,
        attainment8_mean=46.0, attainment8_per_sd=20.0, attainment8_top=90.0, sdq_mean=9.0, sdq_per_sd=6.0,
    )  # fmt: skip
    # 2 + 0.5 * -1 + 10 (0.85 - 0.9) - 0.5 + 0.5 = 1.0
    assert plain(milestones.eet_probability)(-1.0, 0.85, 0.5, 0.5, p) == pytest.approx(1 / (1 + math.exp(-1.0)))
    assert [plain(milestones.attainment8)(x, p) for x in (0.5, 3.0, -3.0)] == [56.0, 90.0, 0.0]
    assert [plain(milestones.sdq_total)(x, p) for x in (0.0, -1.0, 5.0, -9.0)] == [9.0, 15.0, 0.0, 40.0]
