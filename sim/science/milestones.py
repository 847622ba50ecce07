"""Milestones: destinations at 18."""

from __future__ import annotations

from sim._jit import jit
from sim.numerics import logistic
from sim.parameters import ReferenceParameters


@jit
def eet_probability(
    attainment: float, attendance: float, hardship: float, engagement: float, p: ReferenceParameters
) -> float:
    """Chance of being in education, employment or training at 18: attainment, attendance, hardship, engagement (SD)."""
    return logistic(
        p.eet_level
        + p.eet_attainment * attainment
        + p.eet_attendance * (attendance - p.eet_attendance_usual)
        - p.eet_hardship * hardship
        + engagement
    )
