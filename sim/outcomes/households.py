"""Indicators that are means over families."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.outcomes.declaring import ACCESS, FAMILY_WELLBEING, SERVICE, SURVEY, Declarations, Reals, View
from sim.science.strands import family_risk

HOUSEHOLDS = Declarations("households")


@HOUSEHOLDS.indicator(
    "Families reached",
    "families who used a service or strand this year",
    "share",
    (0, 18),
    1,
    ACCESS,
    "model definition",
    seen=SERVICE,
)
def families_reached(v: View) -> Reals:
    """Share of families in which anybody used a service or strand in the last twelve months."""
    return (v.month - v.households.last_reached < 12).astype(float)


@HOUSEHOLDS.indicator(
    "Families in need reached",
    "families in need who were reached this year",
    "share",
    (0, 18),
    1,
    ACCESS,
    "model definition",
    seen=SERVICE,
)
def families_in_need_reached(v: View) -> Reals:
    """Share of families in need (upper part of the family risk score) reached in the last twelve months."""
    return np.where(_in_need(v), v.month - v.households.last_reached < 12, np.nan)


@HOUSEHOLDS.indicator(
    "Sustained engagement", "families who kept coming", "share", (0, 18), 1, ACCESS, "model definition", seen=SERVICE
)
def families_sustained(v: View) -> Reals:
    """Share of families with use in three or more months of the school year."""
    return (v.households.reached_months >= 3).astype(float)


@HOUSEHOLDS.indicator(
    "Courses completed",
    "families who finished a course",
    "share",
    (0, 18),
    1,
    ACCESS,
    "model definition",
    seen=SERVICE,
)
def families_completed(v: View) -> Reals:
    """Share of families in which a course was completed in the school year."""
    return (v.households.completed > 0).astype(float)


@HOUSEHOLDS.indicator(
    "Unmet need", "families in need without help", "share", (0, 18), -1, ACCESS, "model definition", seen=SERVICE
)
def unmet_need(v: View) -> Reals:
    """Share of all families who are in need and were not reached in the last twelve months."""
    return (_in_need(v) & (v.month - v.households.last_reached >= 12)).astype(float)


@HOUSEHOLDS.indicator(
    "Families waiting", "families on a waiting list", "share", (0, 18), -1, ACCESS, "model definition", seen=SERVICE
)
def families_waiting(v: View) -> Reals:
    """Share of families in which somebody waited for a place this month."""
    return (v.households.waiting_last == v.month).astype(float)


@HOUSEHOLDS.indicator(
    "Parental distress", "parents' distress", "SD", (0, 18), -1, FAMILY_WELLBEING, "model scale", 2, seen=SURVEY
)
def distress_mean(v: View) -> Reals:
    """Mean parental distress, in national SD (higher is worse)."""
    return v.households.distress.copy()


@HOUSEHOLDS.indicator(
    "High parental distress",
    "parents in high distress",
    "share",
    (0, 18),
    -1,
    FAMILY_WELLBEING,
    "Understanding Society, GHQ-12 threshold",
    seen=SURVEY,
)
def distress_high(v: View) -> Reals:
    """Share of families with parental distress above the national threshold."""
    return (v.households.distress >= v.parameters.reference.distress_high_line).astype(float)


@HOUSEHOLDS.indicator("Hardship", "material hardship", "0..1", (0, 18), -1, FAMILY_WELLBEING, "model scale", 2)
def hardship_mean(v: View) -> Reals:
    """Mean hardship of families; one half is the poverty line."""
    return v.households.hardship.copy()


@HOUSEHOLDS.indicator(
    "Home learning environment",
    "learning at home",
    "SD",
    (0, 18),
    1,
    FAMILY_WELLBEING,
    "after EPPSE home learning index",
    2,
    seen=SURVEY,
)
def home_learning_mean(v: View) -> Reals:
    """Mean home learning environment, in national SD."""
    return v.households.home_learning.copy()


@HOUSEHOLDS.indicator(
    "Trust in services", "trust in services", "0..1", (0, 18), 1, FAMILY_WELLBEING, "model scale", 2, seen=SURVEY
)
def trust_mean(v: View) -> Reals:
    """Mean trust of families in local services."""
    return v.households.trust.copy()


def _in_need(v: View) -> npt.NDArray[np.bool_]:
    h = v.households
    risk: Reals = family_risk(h.distress, h.hardship, v.parameters.delivery)  # type: ignore[assignment]
    return risk >= v.parameters.reference.in_need_line
