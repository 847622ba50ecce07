"""Milestones: the points, passes and destinations that official statistics count."""

from __future__ import annotations

from sim._jit import jit
from sim.numerics import clip, logistic
from sim.parameters import ReferenceParameters


@jit
def eet_probability(
    attainment: float, attendance: float, hardship: float, engagement: float, p: ReferenceParameters
) -> float:
    """Chance of being in education, employment or training at 18: attainment, attendance, hardship, engagement (SD)."""
    return logistic(
        p.eet_level
        + p.eet_attainment * attainment
        + p.eet_attendance * (attendance - 0.9)
        - p.eet_hardship * hardship
        + engagement
    )


@jit
def attainment8(score: float, p: ReferenceParameters) -> float:
    """Attainment 8 points from a GCSE score in SD, held within 0 and the most that ten slots allow."""
    return clip(p.attainment8_mean + p.attainment8_per_sd * score, 0.0, p.attainment8_top)


@jit
def sdq_total(wellbeing: float, p: ReferenceParameters) -> float:
    """SDQ total difficulties (0 to 40 points, higher is worse) from wellbeing in SD."""
    return clip(p.sdq_mean - p.sdq_per_sd * wellbeing, 0.0, 40.0)
