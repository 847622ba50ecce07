"""Indicators that are means over children."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.outcomes.declaring import (
    ACCESS,
    CHILD_WELLBEING,
    FAMILY_WELLBEING,
    OFFICIAL,
    PROGRESS,
    SCHOOLS_SERVICES,
    SERVICE,
    SURVEY,
    Declarations,
    Reals,
    View,
)
from sim.schema import LOOKED_AFTER, NO_CASE, PROTECTION_PLAN, RECEPTION, YEAR_1, YEAR_6, YEAR_11, YEAR_13

CHILDREN = Declarations("children")


@CHILDREN.indicator(
    "EYFSP good level of development",
    "ready for school at 5",
    "share",
    (5, 5),
    1,
    PROGRESS,
    "DfE, Early years foundation stage profile",
    seen=OFFICIAL,
)
def gld(v: View) -> Reals:
    """Share of Reception children whose June score reaches the good level of development."""
    score = v.children.score_eyfsp
    return v.at_grade(RECEPTION, (score >= v.parameters.reference.pass_eyfsp).astype(float))


@CHILDREN.indicator(
    "Phonics expected standard",
    "can decode words at 6",
    "share",
    (6, 6),
    1,
    PROGRESS,
    "DfE, Phonics screening check",
    seen=OFFICIAL,
)
def phonics(v: View) -> Reals:
    """Share of Year 1 children whose June score reaches the expected standard of the phonics check."""
    return v.at_grade(YEAR_1, (v.children.score_phonics >= v.parameters.reference.pass_phonics).astype(float))


@CHILDREN.indicator(
    "Key Stage 2 expected standard (reading, writing, maths)",
    "ready for secondary school at 11",
    "share",
    (11, 11),
    1,
    PROGRESS,
    "DfE, Key stage 2 attainment",
    seen=OFFICIAL,
)
def ks2_expected(v: View) -> Reals:
    """Share of Year 6 children whose score reaches the expected standard in reading, writing and maths together."""
    return v.at_grade(YEAR_6, (v.children.score_ks2 >= v.parameters.reference.pass_ks2).astype(float))


@CHILDREN.indicator(
    "Attainment 8",
    "GCSE points at 16",
    "points",
    (16, 16),
    1,
    PROGRESS,
    "DfE, Key stage 4 performance",
    1,
    seen=OFFICIAL,
)
def attainment8(v: View) -> Reals:
    """Mean Attainment 8 points of Year 11: linear in the GCSE score, held within 0 and 90."""
    r = v.parameters.reference
    return v.at_grade(
        YEAR_11, np.clip(r.attainment8_mean + r.attainment8_per_sd * v.children.score_gcse, 0, r.attainment8_top)
    )


@CHILDREN.indicator(
    "English and maths GCSE grade 4+",
    "passes English and maths at 16",
    "share",
    (16, 16),
    1,
    PROGRESS,
    "DfE, Key stage 4 performance",
    seen=OFFICIAL,
)
def english_maths_4(v: View) -> Reals:
    """Share of Year 11 whose score reaches grade 4 in both English and maths."""
    return v.at_grade(YEAR_11, (v.children.score_gcse >= v.parameters.reference.pass_gcse4).astype(float))


@CHILDREN.indicator(
    "NEET at 18",
    "not in education, work or training at 18",
    "share",
    (18, 18),
    -1,
    PROGRESS,
    "DfE, NEET age 16 to 24",
    seen=OFFICIAL,
)
def neet(v: View) -> Reals:
    """Share of Year 13-age young people not in education, employment or training."""
    return v.at_grade(YEAR_13, 1.0 - v.children.eet)


def _absence(v: View) -> Reals:
    months = v.children.attended_months
    return np.divide(v.children.absence_sum, months, out=np.full(len(months), np.nan), where=months > 0)


@CHILDREN.indicator(
    "Persistent absence",
    "misses a tenth of school or more",
    "share",
    (5, 16),
    -1,
    PROGRESS,
    "DfE, Pupil absence in schools",
    seen=OFFICIAL,
)
def persistent_absence(v: View) -> Reals:
    """Share of pupils who missed 10 % or more of this year's sessions."""
    absence = _absence(v)
    return np.where(np.isnan(absence), np.nan, absence >= v.parameters.reference.persistent_absence_line)


@CHILDREN.indicator("Attainment at 5", "test score at 5", "SD", (5, 5), 1, PROGRESS, "score behind the EYFSP", 2)
def score_5(v: View) -> Reals:
    """Mean June score of Reception children, in national SD."""
    return v.at_grade(RECEPTION, v.children.score_eyfsp)


@CHILDREN.indicator("Attainment at 11", "test score at 11", "SD", (11, 11), 1, PROGRESS, "score behind Key Stage 2", 2)
def score_11(v: View) -> Reals:
    """Mean Key Stage 2 score of Year 6 children, in national SD."""
    return v.at_grade(YEAR_6, v.children.score_ks2)


@CHILDREN.indicator("Attainment at 16", "test score at 16", "SD", (16, 16), 1, PROGRESS, "score behind GCSEs", 2)
def score_16(v: View) -> Reals:
    """Mean GCSE score of Year 11, in national SD."""
    return v.at_grade(YEAR_11, v.children.score_gcse)


@CHILDREN.indicator(
    "Children reached",
    "children who used a service or strand this year",
    "share",
    (0, 18),
    1,
    ACCESS,
    "model definition",
    seen=SERVICE,
)
def children_reached(v: View) -> Reals:
    """Share of children who used a service or strand in the last twelve months."""
    return (v.month - v.children.last_reached < 12).astype(float)


@CHILDREN.indicator(
    "SDQ total difficulties",
    "difficulties score (SDQ)",
    "points of 40",
    (5, 16),
    -1,
    CHILD_WELLBEING,
    "Goodman 1997; parent report",
    2,
    seen=SURVEY,
)
def sdq_mean(v: View) -> Reals:
    """Mean SDQ total difficulties of children aged 5 to 16 (parent report)."""
    return np.where(_aged(v, 5, 16), _sdq(v), np.nan)


@CHILDREN.indicator(
    "High SDQ difficulties",
    "children with high difficulties",
    "share",
    (5, 16),
    -1,
    CHILD_WELLBEING,
    "SDQ scoring, 17 or more of 40",
    seen=SURVEY,
)
def sdq_high(v: View) -> Reals:
    """Share of children aged 5 to 16 with 17 or more points of total difficulties."""
    return np.where(_aged(v, 5, 16), _sdq(v) >= v.parameters.reference.sdq_high_line, np.nan)


@CHILDREN.indicator(
    "Wellbeing", "social and emotional wellbeing", "SD", (0, 18), 1, CHILD_WELLBEING, "model scale", 2, seen=SURVEY
)
def wellbeing_mean(v: View) -> Reals:
    """Mean wellbeing of all children, in national SD."""
    return v.children.wellbeing.copy()


@CHILDREN.indicator("Health", "children's health", "SD", (0, 18), 1, CHILD_WELLBEING, "model scale", 2)
def health_mean(v: View) -> Reals:
    """Mean health of all children, in national SD."""
    return v.children.health.copy()


@CHILDREN.indicator("Resilience", "protection against hardship", "0..1", (11, 18), 1, CHILD_WELLBEING, "model scale", 2)
def resilience_mean(v: View) -> Reals:
    """Mean share of adversity that young people aged 11 to 18 are buffered from."""
    return np.where(_aged(v, 11, 18), v.children.resilience, np.nan)


@CHILDREN.indicator(
    "Child poverty after housing costs",
    "children in poverty",
    "share",
    (0, 18),
    -1,
    FAMILY_WELLBEING,
    "DWP, Households Below Average Income",
)
def child_poverty(v: View) -> Reals:
    """Share of children in households whose income of the month is below 60 % of the median, after housing costs."""
    return (v.households.income_now[v.children.household] < v.parameters.families.poverty_line).astype(float)


@CHILDREN.indicator(
    "Children in need",
    "children in need of help from social care",
    "per 10,000 children",
    (0, 17),
    -1,
    FAMILY_WELLBEING,
    "DfE, Children in need census",
    1,
    seen=SERVICE,
)
def children_in_need(v: View) -> Reals:
    """Children under 18 with an open case of children's social care, those with a plan or looked after included."""
    return _per_10000(v, v.children.care_state > NO_CASE)


@CHILDREN.indicator(
    "Child protection plans",
    "children with a protection plan",
    "per 10,000 children",
    (0, 17),
    -1,
    FAMILY_WELLBEING,
    "DfE, Children in need census",
    1,
    seen=SERVICE,
)
def protection_plans(v: View) -> Reals:
    """Children under 18 who are the subject of a child protection plan."""
    return _per_10000(v, v.children.care_state == PROTECTION_PLAN)


@CHILDREN.indicator(
    "Looked-after children",
    "children looked after by the council",
    "per 10,000 children",
    (0, 17),
    -1,
    FAMILY_WELLBEING,
    "DfE, Children looked after in England (SSDA903)",
    1,
    seen=SERVICE,
)
def looked_after_children(v: View) -> Reals:
    """Children under 18 who are looked after by the council."""
    return _per_10000(v, v.children.care_state == LOOKED_AFTER)


@CHILDREN.indicator(
    "School value added",
    "progress beyond what earlier results predict",
    "SD",
    (11, 16),
    1,
    SCHOOLS_SERVICES,
    "after DfE progress measures",
    3,
    seen=OFFICIAL,
)
def school_value_added(v: View) -> Reals:
    """Mean of score less the national prediction from the stage before, Key Stage 2 and GCSE cohorts together."""
    r, c = v.parameters.reference, v.children
    ks2 = c.score_ks2 - r.value_added_ks2_slope * c.score_eyfsp
    gcse = c.score_gcse - r.value_added_gcse_slope * c.score_ks2
    return np.where(v.grade == YEAR_6, ks2, np.where(v.grade == YEAR_11, gcse, np.nan))


@CHILDREN.indicator(
    "Attendance",
    "share of school attended",
    "share",
    (5, 16),
    1,
    SCHOOLS_SERVICES,
    "DfE, Pupil absence in schools",
    seen=OFFICIAL,
)
def attendance(v: View) -> Reals:
    """Share of this year's sessions attended by pupils."""
    return 1.0 - _absence(v)


@CHILDREN.indicator(
    "Suspensions",
    "suspensions per 100 pupils",
    "per 100 pupils",
    (5, 16),
    -1,
    SCHOOLS_SERVICES,
    "DfE, Suspensions and permanent exclusions",
    1,
    seen=OFFICIAL,
)
def suspensions(v: View) -> Reals:
    """Suspensions in the school year per 100 pupils."""
    return np.where(v.children.attended_months > 0, 100.0 * v.children.suspensions, np.nan)


def _aged(v: View, low: int, high: int) -> npt.NDArray[np.bool_]:
    age = v.month - v.children.birth_month
    return (age >= 12 * low) & (age < 12 * (high + 1))


def _per_10000(v: View, members: npt.NDArray[np.bool_]) -> Reals:
    """10,000 for those children under 18 who are meant and 0 for the others, so that the mean is a rate."""
    return np.where(_aged(v, 0, 17), 10_000.0 * members, np.nan)


def _sdq(v: View) -> Reals:
    r = v.parameters.reference
    return np.clip(r.sdq_mean - r.sdq_per_sd * v.children.wellbeing, 0.0, 40.0)
