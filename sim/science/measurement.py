"""Measurement: who answers a survey, how exact an answer is, whose records can be joined."""

from __future__ import annotations

from math import sqrt

from sim._jit import jit
from sim.numerics import clip, logistic
from sim.parameters import DashboardParameters


@jit
def response_probability(risk: float, p: DashboardParameters) -> float:
    """Chance that a family is asked and answers, 0..1; less with risk (SD of the family risk score).

    ``survey_share * logistic(response_level - response_need * risk)``
    """
    return p.survey_share * logistic(p.response_level - p.response_need * risk)


@jit
def answer_error(p: DashboardParameters) -> float:
    """SD of the error of one answer, in SD of what is true.

    ``sqrt(1 / reliability - 1)``: reliability is true variance by all variance (classical test theory).
    """
    return sqrt(1.0 / p.reliability - 1.0)


@jit
def record_coverage(data: float, p: DashboardParameters) -> float:
    """Share of families whose records partners can join, 0..1; more with shared data (0..1).

    ``coverage_base + coverage_data * data``, held within 0 and 1.
    """
    return clip(p.coverage_base + p.coverage_data * data, 0.0, 1.0)
