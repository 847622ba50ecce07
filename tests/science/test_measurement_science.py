"""Measurement, worked on paper."""

from __future__ import annotations

import pytest

from sim.parameters import DashboardParameters
from sim.science import measurement
from tests.science.plain import only, plain


def test_half_of_those_asked_answer_where_the_logit_is_nought() -> None:
    p = only(DashboardParameters, survey_share=0.4, response_level=-0.5, response_need=0.5)
    f = plain(measurement.response_probability)
    # logit -0.5 - 0.5 * -1 = 0
    assert f(-1.0, p) == pytest.approx(0.4 * 0.5)
    assert f(2.0, p) < f(0.0, p) < f(-1.0, p)


def test_an_answer_is_as_exact_as_its_reliability() -> None:
    f = plain(measurement.answer_error)
    # 1 / (1 + 0.5 ** 2) = 0.8
    assert f(only(DashboardParameters, reliability=0.8)) == pytest.approx(0.5)
    assert f(only(DashboardParameters, reliability=0.5)) == pytest.approx(1.0)
    assert f(only(DashboardParameters, reliability=1.0)) == 0.0


def test_coverage_grows_with_shared_data_and_stays_a_share() -> None:
    f = plain(measurement.record_coverage)
    p = only(DashboardParameters, coverage_base=0.5, coverage_data=0.4)
    assert [f(data, p) for data in (0.0, 0.5, 1.0)] == pytest.approx([0.5, 0.7, 0.9])
    assert f(1.0, p._replace(coverage_base=0.9)) == 1.0
