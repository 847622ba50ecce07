"""Schools and milestones, worked on paper."""

from __future__ import annotations

import math

import pytest

from sim.parameters import ReferenceParameters, SchoolParameters
from sim.science import milestones, schools
from tests.science.plain import only, plain


def test_pastoral_load_is_one_at_the_usual_need() -> None:
    p = only(SchoolParameters, need_share_usual=0.2)
    f = plain(schools.pastoral_load)
    # of 300 pupils 60 are usual
    assert f(60.0, 300.0, p) == pytest.approx(1.0)
    assert f(90.0, 300.0, p) == pytest.approx(1.5)
    assert f(0.0, 0.0, p) == 0.0


def test_climate_step_by_hand() -> None:
    p = only(
        SchoolParameters, climate_rate=1.2, climate_load=0.5, climate_turnover=2.0, turnover_level=0.15,
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


def test_destinations_at_18_by_hand() -> None:
    p = only(
        ReferenceParameters, eet_level=2.0, eet_attainment=0.5, eet_attendance=10.0, eet_attendance_usual=0.9,
        eet_hardship=1.0,
    )  # fmt: skip
    # 2 + 0.5 * -1 + 10 (0.85 - 0.9) - 0.5 + 0.5 = 1.0
    assert plain(milestones.eet_probability)(-1.0, 0.85, 0.5, 0.5, p) == pytest.approx(1 / (1 + math.exp(-1.0)))
