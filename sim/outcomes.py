"""Outcomes: every indicator, its definition, and its value by group for residents and originals.

Indicators are read each August, when the school year is over. A cell that rests on fewer than ten
people in a replication is suppressed (``null``), everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.kernel.sums import group_sums
from sim.parameters import Parameters
from sim.schema import RECEPTION, YEAR_1, YEAR_6, YEAR_11, YEAR_13, V
from sim.science.strands import family_risk
from sim.state import Table

Reals = npt.NDArray[np.float64]
SMALLEST_CELL = 10

FAMILIES = {
    "educational_progress": "Children's educational progress",
    "access_engagement": "Families' access to and engagement with services",
    "child_wellbeing": "Children's wellbeing",
    "family_wellbeing": "Family wellbeing",
    "schools_services": "Effectiveness of schools and services",
}

GROUPS = {
    "all": "everybody",
    "disadvantaged": "eligible for free school meals within six years",
    "other": "not eligible within six years",
    "girls": "girls",
    "boys": "boys",
    "send": "with special educational needs",
    "need_quintile_1": "lowest need",
    "need_quintile_2": "second lowest need",
    "need_quintile_3": "middle need",
    "need_quintile_4": "second highest need",
    "need_quintile_5": "highest need",
    "low_qualified_parents": "parents with low qualifications",
    "other_parents": "parents with higher qualifications",
}
_GROUP = {name: i for i, name in enumerate(GROUPS)}
POPULATIONS = ("residents", "originals")


@dataclass(frozen=True)
class Indicator:
    """What an outcome indicator means. ``direction``: +1 if higher is better, -1 if lower is."""

    id: str
    name: str
    plain_name: str
    unit: str
    ages: tuple[int, int]
    direction: int
    family: str
    definition: str
    source: str
    decimals: int
    headline: bool
    table: str


class View(NamedTuple):
    """What an indicator function sees: tables, month, parameters."""

    children: Table
    households: Table
    month: int
    parameters: Parameters

    @property
    def grade(self) -> npt.NDArray[np.int32]:
        """School year minus cohort: Reception 5, Year 6 11, Year 11 16."""
        return self.month // 12 - self.children.cohort

    def at_grade(self, grade: int, values: Reals) -> Reals:
        """``values`` for children of one grade, NaN for the others."""
        return np.where(self.grade == grade, values, np.nan)


IndicatorFunction = Callable[[View], Reals]
INDICATORS: dict[str, Indicator] = {}
_FUNCTIONS: dict[str, IndicatorFunction] = {}
HEADLINES = {
    "educational_progress": ("ks2_expected", "disadvantaged"),
    "access_engagement": ("families_in_need_reached", "all"),
    "child_wellbeing": ("sdq_high", "all"),
    "family_wellbeing": ("distress_high", "all"),
    "schools_services": ("school_value_added", "all"),
}
_HEADLINE_IDS = {indicator for indicator, _ in HEADLINES.values()}


def _declare(
    id_: str, name: str, plain: str, unit: str, ages: tuple[int, int], direction: int, family: str, source: str,
    decimals: int, table: str, definition: str,
) -> None:  # fmt: skip
    INDICATORS[id_] = Indicator(
        id_, name, plain, unit, ages, direction, family, definition, source, decimals, id_ in _HEADLINE_IDS, table
    )


def indicator(
    name: str, plain: str, unit: str, ages: tuple[int, int], direction: int, family: str, source: str, decimals: int = 3,
    table: str = "children",
) -> Callable[[IndicatorFunction], IndicatorFunction]:  # fmt: skip
    """Declare an indicator; its function's docstring is the definition."""

    def declare(function: IndicatorFunction) -> IndicatorFunction:
        id_ = function.__name__
        _declare(
            id_, name, plain, unit, ages, direction, family, source, decimals, table, (function.__doc__ or "").strip()
        )
        _FUNCTIONS[id_] = function
        return function

    return declare


_EDU, _ACC, _CHI, _FAM, _SCH = FAMILIES
_SHARE = "share"


@indicator(
    "EYFSP good level of development",
    "ready for school at 5",
    _SHARE,
    (5, 5),
    1,
    _EDU,
    "DfE, Early years foundation stage profile",
)
def gld(v: View) -> Reals:
    """Share of Reception children whose June score reaches the good level of development."""
    score = v.children.score_eyfsp
    return v.at_grade(RECEPTION, (score >= v.parameters.reference.pass_eyfsp).astype(float))


@indicator(
    "Phonics expected standard", "can decode words at 6", _SHARE, (6, 6), 1, _EDU, "DfE, Phonics screening check"
)
def phonics(v: View) -> Reals:
    """Share of Year 1 children whose June score reaches the expected standard of the phonics check."""
    return v.at_grade(YEAR_1, (v.children.score_phonics >= v.parameters.reference.pass_phonics).astype(float))


@indicator(
    "Key Stage 2 expected standard (reading, writing, maths)",
    "ready for secondary school at 11",
    _SHARE,
    (11, 11),
    1,
    _EDU,
    "DfE, Key stage 2 attainment",
)
def ks2_expected(v: View) -> Reals:
    """Share of Year 6 children whose score reaches the expected standard in reading, writing and maths together."""
    return v.at_grade(YEAR_6, (v.children.score_ks2 >= v.parameters.reference.pass_ks2).astype(float))


@indicator("Attainment 8", "GCSE points at 16", "points", (16, 16), 1, _EDU, "DfE, Key stage 4 performance", 1)
def attainment8(v: View) -> Reals:
    """Mean Attainment 8 points of Year 11: linear in the GCSE score, held within 0 and 90."""
    r = v.parameters.reference
    return v.at_grade(
        YEAR_11, np.clip(r.attainment8_mean + r.attainment8_per_sd * v.children.score_gcse, 0, r.attainment8_top)
    )


@indicator(
    "English and maths GCSE grade 4+",
    "passes English and maths at 16",
    _SHARE,
    (16, 16),
    1,
    _EDU,
    "DfE, Key stage 4 performance",
)
def english_maths_4(v: View) -> Reals:
    """Share of Year 11 whose score reaches grade 4 in both English and maths."""
    return v.at_grade(YEAR_11, (v.children.score_gcse >= v.parameters.reference.pass_gcse4).astype(float))


@indicator(
    "NEET at 18", "not in education, work or training at 18", _SHARE, (18, 18), -1, _EDU, "DfE, NEET age 16 to 24"
)
def neet(v: View) -> Reals:
    """Share of Year 13-age young people not in education, employment or training."""
    return v.at_grade(YEAR_13, 1.0 - v.children.eet)


def _absence(v: View) -> Reals:
    months = v.children.attended_months
    return np.divide(v.children.absence_sum, months, out=np.full(len(months), np.nan), where=months > 0)


@indicator(
    "Persistent absence", "misses a tenth of school or more", _SHARE, (5, 16), -1, _EDU, "DfE, Pupil absence in schools"
)
def persistent_absence(v: View) -> Reals:
    """Share of pupils who missed 10 % or more of this year's sessions."""
    absence = _absence(v)
    return np.where(np.isnan(absence), np.nan, absence >= v.parameters.reference.persistent_absence_line)


@indicator("Attainment at 5", "test score at 5", "SD", (5, 5), 1, _EDU, "score behind the EYFSP", 2)
def score_5(v: View) -> Reals:
    """Mean June score of Reception children, in national SD."""
    return v.at_grade(RECEPTION, v.children.score_eyfsp)


@indicator("Attainment at 11", "test score at 11", "SD", (11, 11), 1, _EDU, "score behind Key Stage 2", 2)
def score_11(v: View) -> Reals:
    """Mean Key Stage 2 score of Year 6 children, in national SD."""
    return v.at_grade(YEAR_6, v.children.score_ks2)


@indicator("Attainment at 16", "test score at 16", "SD", (16, 16), 1, _EDU, "score behind GCSEs", 2)
def score_16(v: View) -> Reals:
    """Mean GCSE score of Year 11, in national SD."""
    return v.at_grade(YEAR_11, v.children.score_gcse)


@indicator(
    "Children reached", "children who used a service or strand this year", _SHARE, (0, 18), 1, _ACC, "model definition"
)
def children_reached(v: View) -> Reals:
    """Share of children who used a service or strand in the last twelve months."""
    return (v.month - v.children.last_reached < 12).astype(float)


@indicator(
    "SDQ total difficulties",
    "difficulties score (SDQ)",
    "points of 40",
    (5, 16),
    -1,
    _CHI,
    "Goodman 1997; parent report",
    2,
)
def sdq_mean(v: View) -> Reals:
    """Mean SDQ total difficulties of children aged 5 to 16 (parent report)."""
    return np.where(_aged(v, 5, 16), _sdq(v), np.nan)


@indicator(
    "High SDQ difficulties",
    "children with high difficulties",
    _SHARE,
    (5, 16),
    -1,
    _CHI,
    "SDQ scoring, 17 or more of 40",
)
def sdq_high(v: View) -> Reals:
    """Share of children aged 5 to 16 with 17 or more points of total difficulties."""
    return np.where(_aged(v, 5, 16), _sdq(v) >= v.parameters.reference.sdq_high_line, np.nan)


@indicator("Wellbeing", "social and emotional wellbeing", "SD", (0, 18), 1, _CHI, "model scale", 2)
def wellbeing_mean(v: View) -> Reals:
    """Mean wellbeing of all children, in national SD."""
    return v.children.wellbeing.copy()


@indicator("Health", "children's health", "SD", (0, 18), 1, _CHI, "model scale", 2)
def health_mean(v: View) -> Reals:
    """Mean health of all children, in national SD."""
    return v.children.health.copy()


@indicator("Resilience", "protection against hardship", "0..1", (11, 18), 1, _CHI, "model scale", 2)
def resilience_mean(v: View) -> Reals:
    """Mean share of adversity that young people aged 11 to 18 are buffered from."""
    return np.where(_aged(v, 11, 18), v.children.resilience, np.nan)


@indicator(
    "Child poverty after housing costs",
    "children in poverty",
    _SHARE,
    (0, 18),
    -1,
    _FAM,
    "DWP, Households Below Average Income",
)
def child_poverty(v: View) -> Reals:
    """Share of children in households below 60 % of median income after housing costs."""
    return (v.households.income[v.children.household] < v.parameters.families.poverty_line).astype(float)


@indicator(
    "School value added",
    "progress beyond what earlier results predict",
    "SD",
    (11, 16),
    1,
    _SCH,
    "after DfE progress measures",
    3,
)
def school_value_added(v: View) -> Reals:
    """Mean of score less the national prediction from the stage before, Key Stage 2 and GCSE cohorts together."""
    r, c = v.parameters.reference, v.children
    ks2 = c.score_ks2 - r.value_added_ks2_slope * c.score_eyfsp
    gcse = c.score_gcse - r.value_added_gcse_slope * c.score_ks2
    return np.where(v.grade == YEAR_6, ks2, np.where(v.grade == YEAR_11, gcse, np.nan))


@indicator("Attendance", "share of school attended", _SHARE, (5, 16), 1, _SCH, "DfE, Pupil absence in schools")
def attendance(v: View) -> Reals:
    """Share of this year's sessions attended by pupils."""
    return 1.0 - _absence(v)


@indicator(
    "Suspensions",
    "suspensions per 100 pupils",
    "per 100 pupils",
    (5, 16),
    -1,
    _SCH,
    "DfE, Suspensions and permanent exclusions",
    1,
)
def suspensions(v: View) -> Reals:
    """Suspensions in the school year per 100 pupils."""
    return np.where(v.children.attended_months > 0, 100.0 * v.children.suspensions, np.nan)


@indicator(
    "Families reached",
    "families who used a service or strand this year",
    _SHARE,
    (0, 18),
    1,
    _ACC,
    "model definition",
    table="households",
)
def families_reached(v: View) -> Reals:
    """Share of families in which anybody used a service or strand in the last twelve months."""
    return (v.month - v.households.last_reached < 12).astype(float)


@indicator(
    "Families in need reached",
    "families in need who were reached this year",
    _SHARE,
    (0, 18),
    1,
    _ACC,
    "model definition",
    table="households",
)
def families_in_need_reached(v: View) -> Reals:
    """Share of families in need (upper part of the family risk score) reached in the last twelve months."""
    return np.where(_in_need(v), v.month - v.households.last_reached < 12, np.nan)


@indicator(
    "Sustained engagement", "families who kept coming", _SHARE, (0, 18), 1, _ACC, "model definition", table="households"
)
def families_sustained(v: View) -> Reals:
    """Share of families with use in three or more months of the school year."""
    return (v.households.reached_months >= 3).astype(float)


@indicator(
    "Courses completed",
    "families who finished a course",
    _SHARE,
    (0, 18),
    1,
    _ACC,
    "model definition",
    table="households",
)
def families_completed(v: View) -> Reals:
    """Share of families in which a course was completed in the school year."""
    return (v.households.completed > 0).astype(float)


@indicator(
    "Unmet need", "families in need without help", _SHARE, (0, 18), -1, _ACC, "model definition", table="households"
)
def unmet_need(v: View) -> Reals:
    """Share of all families who are in need and were not reached in the last twelve months."""
    return (_in_need(v) & (v.month - v.households.last_reached >= 12)).astype(float)


@indicator(
    "Families waiting", "families on a waiting list", _SHARE, (0, 18), -1, _ACC, "model definition", table="households"
)
def families_waiting(v: View) -> Reals:
    """Share of families in which somebody waited for a place this month."""
    return (v.households.waiting_last == v.month).astype(float)


@indicator("Parental distress", "parents' distress", "SD", (0, 18), -1, _FAM, "model scale", 2, "households")
def distress_mean(v: View) -> Reals:
    """Mean parental distress, in national SD (higher is worse)."""
    return v.households.distress.copy()


@indicator(
    "High parental distress",
    "parents in high distress",
    _SHARE,
    (0, 18),
    -1,
    _FAM,
    "Understanding Society, GHQ-12 threshold",
    table="households",
)
def distress_high(v: View) -> Reals:
    """Share of families with parental distress above the national threshold."""
    return (v.households.distress >= v.parameters.reference.distress_high_line).astype(float)


@indicator("Hardship", "material hardship", "0..1", (0, 18), -1, _FAM, "model scale", 2, "households")
def hardship_mean(v: View) -> Reals:
    """Mean hardship of families; one half is the poverty line."""
    return v.households.hardship.copy()


@indicator(
    "Home learning environment",
    "learning at home",
    "SD",
    (0, 18),
    1,
    _FAM,
    "after EPPSE home learning index",
    2,
    "households",
)
def home_learning_mean(v: View) -> Reals:
    """Mean home learning environment, in national SD."""
    return v.households.home_learning.copy()


@indicator("Trust in services", "trust in services", "0..1", (0, 18), 1, _FAM, "model scale", 2, "households")
def trust_mean(v: View) -> Reals:
    """Mean trust of families in local services."""
    return v.households.trust.copy()


def _aged(v: View, low: int, high: int) -> npt.NDArray[np.bool_]:
    age = v.month - v.children.birth_month
    return (age >= 12 * low) & (age < 12 * (high + 1))


def _sdq(v: View) -> Reals:
    r = v.parameters.reference
    return np.clip(r.sdq_mean - r.sdq_per_sd * v.children.wellbeing, 0.0, 40.0)


def _in_need(v: View) -> npt.NDArray[np.bool_]:
    h = v.households
    risk: Reals = family_risk(h.distress, h.hardship, v.parameters.delivery)  # type: ignore[assignment]
    return risk >= v.parameters.reference.in_need_line


_CHILD_IDS = tuple(k for k in INDICATORS if INDICATORS[k].table == "children")
_HOUSEHOLD_IDS = tuple(k for k in INDICATORS if INDICATORS[k].table == "households")

# --- indicators that are not means over people: gaps, schools and services ----------------------------------

for _age, _score in ((5, "score_5"), (11, "score_11"), (16, "score_16")):
    _declare(
        f"gap_{_age}_sd", f"Disadvantage gap at {_age}", f"gap between poorer and other children at {_age}", "SD", (_age, _age),
        -1, _EDU, "after DfE gap measures", 2, "children",
        f"Mean score at {_age} of other children less that of disadvantaged children, in national SD.",
    )  # fmt: skip
    _declare(
        f"gap_{_age}_months", f"Disadvantage gap at {_age} in months", f"months of learning behind at {_age}", "months",
        (_age, _age), -1, _EDU, "after Education Policy Institute", 1, "children",
        f"The gap at {_age} in SD times the months of development one SD stands for.",
    )  # fmt: skip
for _id, _name, _unit, _direction, _text in (
    ("school_effectiveness", "School effectiveness", "SD between schools", 1, "Mean effectiveness of the place's schools, weighted by roll."),
    ("school_climate", "School climate", "SD between schools", 1, "Mean climate of the place's schools, weighted by roll."),
    ("teacher_turnover", "Teacher turnover", "share a year", -1, "Share of teachers who leave in a year, weighted by roll."),
):  # fmt: skip
    _declare(_id, _name, _name.lower(), _unit, (4, 16), _direction, _SCH, "model scale", 3, "schools", _text)
for _id, _name, _unit, _direction, _text in (
    ("service_vacancies", "Vacant posts", "share of posts", -1, "Posts paid for but not filled, services and strands together."),
    ("service_quality", "Delivery as planned", "share", 1, "Mean delivered share of what was planned, services and strands together."),
    ("waiting_months", "Waiting", "months a starter", -1, "Months waited in the school year for each start."),
):  # fmt: skip
    _declare(
        _id,
        _name,
        _name.lower(),
        _unit,
        (0, 18),
        _direction,
        _SCH if _id != "waiting_months" else _ACC,
        "model scale",
        3,
        "services",
        _text,
    )

INDICATOR_IDS = tuple(INDICATORS)
_AT = {name: i for i, name in enumerate(INDICATOR_IDS)}


class Reading(NamedTuple):
    """Values and numbers of people: populations x groups x indicators; NaN where nobody is counted."""

    values: Reals
    counts: Reals


def _child_groups(v: View) -> npt.NDArray[np.int64]:
    c, h = v.children, v.households
    disadvantaged = v.month - h.fsm_last[c.household] <= v.parameters.reference.fsm_memory_months
    return np.stack(
        [
            np.zeros(len(c), dtype=np.int64),
            np.where(disadvantaged, _GROUP["disadvantaged"], _GROUP["other"]),
            np.where(c.girl == 1, _GROUP["girls"], _GROUP["boys"]),
            np.where(c.send > 0, _GROUP["send"], -1),
            _GROUP["need_quintile_1"] - 1 + c.need_quintile,
            np.where(h.education[c.household] == 0, _GROUP["low_qualified_parents"], _GROUP["other_parents"]),
        ]
    )


def _household_groups(v: View) -> npt.NDArray[np.int64]:
    h = v.households
    disadvantaged = v.month - h.fsm_last <= v.parameters.reference.fsm_memory_months
    return np.stack(
        [
            np.zeros(len(h), dtype=np.int64),
            np.where(disadvantaged, _GROUP["disadvantaged"], _GROUP["other"]),
            _GROUP["need_quintile_1"] - 1 + h.need_quintile,
            np.where(h.education == 0, _GROUP["low_qualified_parents"], _GROUP["other_parents"]),
        ]
    )


def who_counts(v: View) -> tuple[tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]], ...]:
    """(children, households) counted for each population: residents, then originals wherever they live."""
    c, h, m = v.children, v.households, v.month
    child_here = (c.first_month <= m) & (m < c.last_month)
    home_here = (h.first_month <= m) & (m < h.last_month)
    return (
        (child_here & (m < c.leaves_month), home_here & (m < h.leaves_month)),
        (child_here & (c.original == 1), home_here & (h.original == 1)),
    )


def read_outcomes(
    children: Table, households: Table, schools: Table, services: Table, month: int, parameters: Parameters
) -> Reading:
    """Every indicator by population and group at the end of ``month`` (an August)."""
    v = View(children, households, month, parameters)
    n_groups = len(GROUPS)
    sums = np.zeros((len(POPULATIONS), n_groups, len(INDICATOR_IDS)))
    counts = np.zeros_like(sums)
    child_values = np.stack([np.asarray(_FUNCTIONS[k](v), dtype=np.float64) for k in _CHILD_IDS])
    home_values = np.stack([np.asarray(_FUNCTIONS[k](v), dtype=np.float64) for k in _HOUSEHOLD_IDS])
    child_groups, home_groups = _child_groups(v), _household_groups(v)
    for pop, (child_in, home_in) in enumerate(who_counts(v)):
        for ids, values, groups, inside in (
            (_CHILD_IDS, child_values, child_groups, child_in),
            (_HOUSEHOLD_IDS, home_values, home_groups, home_in),
        ):
            columns = [_AT[k] for k in ids]
            rows = np.flatnonzero(inside)
            total, number = np.zeros((len(ids), n_groups)), np.zeros((len(ids), n_groups))
            group_sums(np.ascontiguousarray(values[:, rows]), np.ascontiguousarray(groups[:, rows]), total, number)
            sums[pop][:, columns], counts[pop][:, columns] = total.T, number.T
    values = np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
    _add_gaps(values, counts, parameters)
    _add_places(values, counts, schools, services)
    return Reading(values, counts)


def _add_gaps(values: Reals, counts: Reals, parameters: Parameters) -> None:
    r = parameters.reference
    for age, per_sd in ((5, r.months_per_sd_5), (11, r.months_per_sd_11), (16, r.months_per_sd_16)):
        score = _AT[f"score_{age}"]
        gap = values[:, _GROUP["other"], score] - values[:, _GROUP["disadvantaged"], score]
        fewest = np.minimum(counts[:, _GROUP["other"], score], counts[:, _GROUP["disadvantaged"], score])
        for name, factor in ((f"gap_{age}_sd", 1.0), (f"gap_{age}_months", per_sd)):
            values[:, 0, _AT[name]], counts[:, 0, _AT[name]] = gap * factor, fewest


def _add_places(values: Reals, counts: Reals, schools: Table, services: Table) -> None:
    """Schools weighted by roll, services by posts; both populations share them."""
    here = schools.elsewhere == 0
    roll = np.where(here, schools.roll, 0.0)
    pupils = float(roll.sum())
    if pupils > 0:
        for name, column in (
            ("school_effectiveness", schools.effectiveness),
            ("school_climate", schools.climate),
            ("teacher_turnover", schools.turnover),
        ):
            values[:, 0, _AT[name]], counts[:, 0, _AT[name]] = float((roll * column).sum() / pupils), pupils
    wanted, people = float(services.posts_wanted.sum()), float(services.taking_part.sum())
    if wanted > 0:
        filled = float(np.minimum(services.posts_filled, services.posts_wanted).sum())
        values[:, 0, _AT["service_vacancies"]], counts[:, 0, _AT["service_vacancies"]] = 1.0 - filled / wanted, people
    if people > 0:
        quality = float((services.quality * services.taking_part).sum() / people)
        values[:, 0, _AT["service_quality"]], counts[:, 0, _AT["service_quality"]] = quality, people
    started = float(services.started.sum())
    if started > 0:
        waited = float(services.real[V.wait_months].sum())
        values[:, 0, _AT["waiting_months"]], counts[:, 0, _AT["waiting_months"]] = waited / started, started
