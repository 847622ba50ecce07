"""Measures by which a synthetic population is set beside published statistics.

A measure gives one value for every child or family of a snapshot, not-a-number where it does not apply. Every
indicator that is a mean over people is a measure, but for those of services and trust: a sample steps the lives of
children and families alone. Those declared here are read for scoring only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from sim.outcomes.children import CHILDREN
from sim.outcomes.declaring import ACCESS, Reals, View
from sim.outcomes.households import HOUSEHOLDS
from sim.outcomes.snapshots import Snapshot
from sim.schema import (
    FOREVER,
    LOOKED_AFTER,
    NO_CASE,
    PROTECTION_PLAN,
    RECEPTION,
    YEAR_1,
    YEAR_2,
    YEAR_6,
    YEAR_11,
    YEAR_13,
)  # fmt: skip

#: Age in completed years up to which somebody is a child in law.
OLDEST_MINOR = 17


MeasureFunction = Callable[[Snapshot], Reals]


@dataclass(frozen=True)
class Measure:
    """What can be set beside a published statistic.

    ``fixed_age``: the test or event has an age of its own. ``lowest``: the measure is whether the value lies in this
    lowest share of everybody in the sample. ``earlier``: the measure that tells the same of everybody who has had the
    test, whatever their age now. ``ageless``: ages of a target are not those of the children it is read from.
    """

    id: str
    table: str
    name: str
    definition: str
    fixed_age: int | None
    function: MeasureFunction
    lowest: float | None = None
    earlier: str | None = None
    ageless: bool = False


MEASURES: dict[str, Measure] = {}
#: Ages of indicators that are taken at one age only.
_TEST_AGES = {
    "gld": 5, "phonics": 6, "ks2_expected": 11, "attainment8": 16, "english_maths_4": 16, "neet": 18, "score_5": 5,
    "score_11": 11, "score_16": 16,
}  # fmt: skip


def _from_indicators() -> None:
    for declared in (CHILDREN, HOUSEHOLDS):
        for name, function in declared.functions.items():
            indicator = declared.indicators[name]
            if indicator.family == ACCESS or name == "trust_mean":
                continue

            def values(s: Snapshot, function: Callable[[View], Reals] = function) -> Reals:
                return np.asarray(function(s.view), dtype=np.float64)

            MEASURES[name] = Measure(
                name, declared.table, indicator.name, indicator.definition, _TEST_AGES.get(name), values
            )


_from_indicators()


def _measure(
    name: str, fixed_age: int | None = None, table: str = "children", lowest: float | None = None
) -> Callable[[MeasureFunction], MeasureFunction]:
    """Declare a measure; its function's name is the id, the docstring the definition."""

    def register(function: MeasureFunction) -> MeasureFunction:
        id_ = function.__name__
        definition = (function.__doc__ or "").strip()
        MEASURES[id_] = Measure(id_, table, name, definition, fixed_age, function, lowest)
        return function

    return register


def _at(s: Snapshot, grade: int, values: Reals) -> Reals:
    return np.where((s.grade == grade) & ~np.isnan(values), values, np.nan)


def _reaches(s: Snapshot, grade: int, score: Reals, mark: float) -> Reals:
    return _at(s, grade, np.where(np.isnan(score), np.nan, (score >= mark).astype(float)))


def _pupils(s: Snapshot, values: npt.ArrayLike) -> Reals:
    return np.where((s.grade >= RECEPTION) & (s.grade <= YEAR_11), values, np.nan)


# --- tests -------------------------------------------------------------------------------------------------


@_measure("Key Stage 1 expected standard, one subject", 7)
def ks1_expected(s: Snapshot) -> Reals:
    """Share of Year 2 children whose June score reaches the expected standard of Key Stage 1."""
    return _reaches(s, YEAR_2, s.children.score_ks1, s.parameters.reference.pass_ks1)


@_measure("Key Stage 2 higher standard (reading, writing, maths)", 11)
def ks2_higher(s: Snapshot) -> Reals:
    """Share of Year 6 children whose score reaches the higher standard."""
    return _reaches(s, YEAR_6, s.children.score_ks2, s.parameters.reference.pass_ks2_higher)


@_measure("English and maths GCSE grade 5+", 16)
def english_maths_5(s: Snapshot) -> Reals:
    """Share of Year 11 whose score reaches grade 5 in both English and maths."""
    return _reaches(s, YEAR_11, s.children.score_gcse, s.parameters.reference.pass_gcse5)


@_measure("Level 3 by 19", 18)
def level_3(s: Snapshot) -> Reals:
    """Share of Year 13 age whose score at 18 reaches Level 3 (two A levels or as much)."""
    return _reaches(s, YEAR_13, s.children.score_18, s.parameters.reference.pass_level3)


@_measure("Phonics check score", 6)
def score_6(s: Snapshot) -> Reals:
    """June score of the phonics check in Year 1, national SD."""
    return _at(s, YEAR_1, s.children.score_phonics)


@_measure("Key Stage 1 score", 7)
def score_7(s: Snapshot) -> Reals:
    """June score of Year 2, national SD."""
    return _at(s, YEAR_2, s.children.score_ks1)


@_measure("Score at 18", 18)
def score_18(s: Snapshot) -> Reals:
    """June score of Year 13 age, national SD."""
    return _at(s, YEAR_13, s.children.score_18)


@_measure("Key Stage 2 average scaled score", 11)
def ks2_scaled(s: Snapshot) -> Reals:
    """Scaled score of Year 6: linear in the Key Stage 2 score (the model has one attainment for all subjects)."""
    r = s.parameters.reference
    return _at(s, YEAR_6, r.ks2_scaled_mean + r.ks2_scaled_per_sd * s.children.score_ks2)


@_measure("Score at 5 in months", 5)
def score_5_months(s: Snapshot) -> Reals:
    """June score of Reception in months of learning: SD times the months one SD stands for."""
    return _at(s, RECEPTION, s.parameters.reference.months_per_sd_5 * s.children.score_eyfsp)


@_measure("Score at 11 in months", 11)
def score_11_months(s: Snapshot) -> Reals:
    """Key Stage 2 score in months of learning: SD times the months one SD stands for."""
    return _at(s, YEAR_6, s.parameters.reference.months_per_sd_11 * s.children.score_ks2)


@_measure("Score at 16 in months", 16)
def score_16_months(s: Snapshot) -> Reals:
    """GCSE score in months of learning: SD times the months one SD stands for."""
    return _at(s, YEAR_11, s.parameters.reference.months_per_sd_16 * s.children.score_gcse)


@_measure("Earlier test scores", 5)
def earlier_score_5(s: Snapshot) -> Reals:
    """EYFSP score of every child who has one, whatever its age now; for correlations with later tests."""
    return s.children.score_eyfsp.copy()


@_measure("Earlier score at 7", 7)
def earlier_score_7(s: Snapshot) -> Reals:
    """Key Stage 1 score of every child who has one, whatever its age now; for correlations with later tests."""
    return s.children.score_ks1.copy()


@_measure("Earlier score at 11", 11)
def earlier_score_11(s: Snapshot) -> Reals:
    """Key Stage 2 score of every child who has one, whatever its age now; for correlations with later tests."""
    return s.children.score_ks2.copy()


@_measure("In the lowest fifth at 5", 5, lowest=0.2)
def lowest_fifth_5(s: Snapshot) -> Reals:
    """Share whose EYFSP score lies in the lowest fifth of everybody."""
    return earlier_score_5(s)


@_measure("In the lowest fifth at 7", 7, lowest=0.2)
def lowest_fifth_7(s: Snapshot) -> Reals:
    """Share of Year 2 whose Key Stage 1 score lies in the lowest fifth of everybody."""
    return score_7(s)


@_measure("Early learning goals, communication and language", 5)
def elg_communication(s: Snapshot) -> Reals:
    """Share of Reception children whose June score reaches the goals of communication and language."""
    return _reaches(s, RECEPTION, s.children.score_eyfsp, s.parameters.reference.elg_communication_line)


@_measure("Early learning goals, literacy", 5)
def elg_literacy(s: Snapshot) -> Reals:
    """Share of Reception children whose June score reaches the goals of literacy."""
    return _reaches(s, RECEPTION, s.children.score_eyfsp, s.parameters.reference.elg_literacy_line)


@_measure("Early learning goals, mathematics", 5)
def elg_maths(s: Snapshot) -> Reals:
    """Share of Reception children whose June score reaches the goals of mathematics."""
    return _reaches(s, RECEPTION, s.children.score_eyfsp, s.parameters.reference.elg_maths_line)


@_measure("Early learning goals, personal, social and emotional", 5)
def elg_personal(s: Snapshot) -> Reals:
    """Share of Reception children whose wellbeing reaches the personal, social and emotional goals."""
    return _reaches(s, RECEPTION, s.children.wellbeing, s.parameters.reference.elg_personal_line)


@_measure("Attainment")
def attainment(s: Snapshot) -> Reals:
    """True attainment, national SD, without the noise of a test."""
    return s.children.attainment.copy()


#: Tests that a later one is set against, and the measure that remembers them.
for _now, _then in (
    ("score_5", "earlier_score_5"), ("score_5_months", "earlier_score_5"), ("score_7", "earlier_score_7"),
    ("score_11", "earlier_score_11"), ("score_11_months", "earlier_score_11"), ("ks2_scaled", "earlier_score_11"),
):  # fmt: skip
    MEASURES[_now] = replace(MEASURES[_now], earlier=_then)


# --- school ------------------------------------------------------------------------------------------------


@_measure("Absence")
def absence(s: Snapshot) -> Reals:
    """Share of this year's sessions missed by pupils."""
    return 1.0 - MEASURES["attendance"].function(s)


@_measure("Unauthorised absence")
def unauthorised_absence(s: Snapshot) -> Reals:
    """Share of this year's sessions that pupils missed beyond what is taken as authorised."""
    return np.maximum(absence(s) - s.parameters.reference.authorised_absence_line, 0.0)


@_measure("Permanent exclusions")
def exclusions(s: Snapshot) -> Reals:
    """Permanent exclusions per 100 pupils: a fixed share of suspensions."""
    return s.parameters.reference.exclusions_per_suspension * MEASURES["suspensions"].function(s)


@_measure("Severe absence")
def severe_absence(s: Snapshot) -> Reals:
    """Share of pupils who missed half of this year's sessions or more."""
    missed = absence(s)
    return np.where(np.isnan(missed), np.nan, missed >= s.parameters.reference.severe_absence_line)


@_measure("Pupils suspended")
def suspended(s: Snapshot) -> Reals:
    """Share of pupils with at least one suspension in the school year."""
    return np.where(s.children.attended_months > 0, s.children.suspensions > 0, np.nan)


@_measure("Free school meals")
def fsm(s: Snapshot) -> Reals:
    """Share of pupils eligible for free school meals now, protection included."""
    return _pupils(s, s.households.fsm_now[s.home])


@_measure("Free school meals within six years")
def fsm6(s: Snapshot) -> Reals:
    """Share of pupils eligible for free school meals at any time within six years."""
    return _pupils(s, s.disadvantaged)


@_measure("SEN support")
def sen_support(s: Snapshot) -> Reals:
    """Share of pupils on SEN support."""
    return _pupils(s, s.children.send == 1)


@_measure("Education, health and care plan")
def plan(s: Snapshot) -> Reals:
    """Share of pupils with an education, health and care plan."""
    return _pupils(s, s.children.send == 2)


@_measure("English as an additional language")
def eal(s: Snapshot) -> Reals:
    """Share of pupils whose first language is other than English."""
    return _pupils(s, s.children.eal)


@_measure("Teacher turnover")
def teacher_turnover(s: Snapshot) -> Reals:
    """Share of teachers who left the pupil's school in a year."""
    inside = (s.children.school >= 0) & (s.schools.elsewhere[np.maximum(s.children.school, 0)] == 0)
    return np.where(inside, s.schools.turnover[np.maximum(s.children.school, 0)], np.nan)


# --- wellbeing ---------------------------------------------------------------------------------------------


@_measure("Probable mental disorder")
def probable_disorder(s: Snapshot) -> Reals:
    """Share of children whose wellbeing lies below the line of a probable disorder."""
    return (s.children.wellbeing < s.parameters.reference.disorder_probable_line).astype(float)


@_measure("Possible mental disorder")
def possible_disorder(s: Snapshot) -> Reals:
    """Share of children whose wellbeing lies between the lines of a possible and a probable disorder."""
    r, w = s.parameters.reference, s.children.wellbeing
    return ((w >= r.disorder_probable_line) & (w < r.disorder_possible_line)).astype(float)


@_measure("Low overall wellbeing")
def low_wellbeing(s: Snapshot) -> Reals:
    """Share of children whose wellbeing lies below the line of low overall wellbeing."""
    return (s.children.wellbeing < s.parameters.reference.wellbeing_low_line).astype(float)


# --- children's social care ----------------------------------------------------------------------------------


def _minor(s: Snapshot, values: npt.ArrayLike) -> Reals:
    return np.where((s.grade >= 0) & (s.grade <= OLDEST_MINOR), values, np.nan)


def _care(name: str, title: str, definition: str, column: str) -> None:
    def values(s: Snapshot) -> Reals:
        return _minor(s, getattr(s.children, column))

    MEASURES[name] = Measure(name, "children", title, definition, None, values)


for _id, _title, _text, _column in (
    ("referrals", "Referrals", "Referrals of a child in the school year.", "referrals"),
    ("assessed_no_need", "Referrals without need", "Referrals assessed and found not in need.", "referrals_no_need"),
    ("rereferred", "Re-referrals", "Referrals within twelve months of an earlier one.", "referrals_again"),
    ("section_47", "Section 47 enquiries", "Section 47 enquiries about a child in the school year.", "enquiries"),
    ("plans_started", "Protection plans started", "Protection plans started in the school year.", "plans"),
    ("looked_after_start", "Starts of care", "Times a child began to be looked after.", "looked_after_starts"),
    (
        "closed_within_3_months",
        "Cases closed within three months",
        "Of these, within three months.",
        "cases_closed_soon",
    ),
):
    _care(_id, _title, _text, _column)


@_measure("Ends of care")
def looked_after_end(s: Snapshot) -> Reals:
    """Times a child ceased to be looked after in the school year, those who came of age in it included."""
    ends = s.children.looked_after_ends
    return np.where((s.grade >= 0) & (s.grade <= OLDEST_MINOR) | (ends > 0), ends, np.nan)


@_measure("Repeat protection plans")
def repeat_plan(s: Snapshot) -> Reals:
    """Share of the protection plans started in the school year that are second or later ones of the child."""
    return _share_of(s.children.plans_again, s.children.plans)


@_measure("Cases closed within three months")
def closed_within_3_months(s: Snapshot) -> Reals:
    """Share of the cases closed in the school year that were closed within three months of the referral."""
    return _share_of(s.children.cases_closed_soon, s.children.cases_closed)


def _share_of(some: npt.NDArray[np.int32], all_of: npt.NDArray[np.int32]) -> Reals:
    return np.divide(some, all_of, out=np.full(len(all_of), np.nan), where=all_of > 0)


@_measure("Referred")
def referred(s: Snapshot) -> Reals:
    """Share of children under 18 referred at least once in the school year."""
    return _minor(s, s.children.referrals > 0)


@_measure("In need")
def in_need(s: Snapshot) -> Reals:
    """Share of children under 18 with an open case of children's social care, whatever its state."""
    return _minor(s, s.children.care_state > NO_CASE)


@_measure("Protection plan")
def protection_plan(s: Snapshot) -> Reals:
    """Share of children under 18 with a child protection plan."""
    return _minor(s, s.children.care_state == PROTECTION_PLAN)


@_measure("Looked after")
def looked_after(s: Snapshot) -> Reals:
    """Share of children under 18 who are looked after by the council."""
    return _minor(s, s.children.care_state == LOOKED_AFTER)


@_measure("In need for two years")
def in_need_2_years(s: Snapshot) -> Reals:
    """Share of children under 18 whose open case began two years ago or earlier; 0 without a case."""
    return _minor(s, (s.children.care_state > NO_CASE) & (s.month - s.children.case_since >= 24))


#: Teachers' ages are not their pupils', and who came of age in the year is no longer a minor in August.
for _ageless in ("teacher_turnover", "looked_after_end", "closed_within_3_months"):
    MEASURES[_ageless] = replace(MEASURES[_ageless], ageless=True)


# --- families, by child -------------------------------------------------------------------------------------


def _family(name: str, title: str, definition: str, column: str) -> None:
    def values(s: Snapshot) -> Reals:
        return np.asarray(getattr(s.households, column)[s.home], dtype=np.float64)

    MEASURES[name] = Measure(name, "children", title, definition, None, values)


_family("hardship", "Hardship", "Hardship of the child's family, 0..1.", "hardship")
_family("income", "Income", "Income of the child's family, equivalised, after housing costs, GBP a week.", "income")
_family("distress", "Parental distress", "Distress of the child's parents, national SD.", "distress")
_family("home_learning", "Home learning", "Home learning environment of the child, national SD.", "home_learning")
_family("overcrowded", "Overcrowded home", "Share of children in homes below the bedroom standard.", "overcrowded")


@_measure("Read to daily at 3", 3)
def reads_daily(s: Snapshot) -> Reals:
    """Share of children aged 3 whose home learning environment lies above the line of being read to daily."""
    home = s.households.home_learning[s.home]
    return np.where(s.grade == 3, home >= s.parameters.reference.reads_daily_line, np.nan)


@_measure("Parent in distress")
def parent_distress_high(s: Snapshot) -> Reals:
    """Share of children with parental distress above the national threshold (one parent figure a family)."""
    return (s.households.distress[s.home] >= s.parameters.reference.distress_high_line).astype(float)


def _second_parent(s: Snapshot) -> Reals:
    """Chance that the second parent of each household is in distress, by the first one's; not-a-number without one.

    Two parents' distress goes together by ``second_parent_correlation``; the rest is normal.
    """
    r, h = s.parameters.reference, s.households
    own = np.sqrt(1.0 - r.second_parent_correlation**2)
    chance = ndtr((r.second_parent_correlation * h.distress - r.second_parent_line) / own)
    return np.where(h.adults == 2, chance, np.nan)


@_measure("Second parent in distress")
def second_parent_distress(s: Snapshot) -> Reals:
    """Share of children of couples whose second parent is in distress."""
    return _second_parent(s)[s.home]


@_measure("Any parent in distress")
def any_parent_distress(s: Snapshot) -> Reals:
    """Share of children with at least one parent in distress."""
    first = parent_distress_high(s)
    return np.maximum(first, np.nan_to_num(second_parent_distress(s)))


@_measure("Both parents in distress")
def both_parents_distress(s: Snapshot) -> Reals:
    """Share of children of couples with both parents in distress."""
    return parent_distress_high(s) * second_parent_distress(s)


@_measure("Low income before housing costs")
def low_income(s: Snapshot) -> Reals:
    """Share of children in families below the line of relative low income before housing costs."""
    return (s.before_housing[-1] < s.parameters.reference.bhc_line).astype(float)[s.home]


@_measure("Income before housing costs")
def income_before_housing(s: Snapshot) -> Reals:
    """Income of the child's family, equivalised, before housing costs, GBP a week."""
    return s.before_housing[-1][s.home]


@_measure("Low income before housing costs in three of four years")
def low_income_3_of_4(s: Snapshot) -> Reals:
    """Share of children whose family was below that line in at least three of the last four Augusts."""
    low = np.where(np.isnan(s.before_housing), np.nan, s.before_housing < s.parameters.reference.bhc_line)
    return _three_of_four(low)[s.home]


@_measure("Workless household")
def workless(s: Snapshot) -> Reals:
    """Share of children in families with no working adult."""
    return (s.households.workers[s.home] == 0).astype(float)


@_measure("Poor in three of four years")
def poor_3_of_4(s: Snapshot) -> Reals:
    """Share of children whose family was poor in at least three of the last four Augusts and lived here in all."""
    return _three_of_four(s.poor)[s.home]


def _three_of_four(yes: Reals) -> Reals:
    """By household: 1 if at least three of the last four Augusts are, not-a-number without four."""
    years: Reals = yes[-4:].sum(axis=0) if len(yes) >= 4 else np.full(yes.shape[1], np.nan)
    return np.where(np.isnan(years), np.nan, years >= 3)


def _moved_into(s: Snapshot, was: float) -> Reals:
    """1 where poverty this August is not what it was a year ago (``was``), 0 where it is, else not-a-number."""
    if len(s.poor) < 2:
        return np.full(len(s.children), np.nan)
    before, now = s.poor[-2], s.poor[-1]
    return np.where((before == was) & ~np.isnan(now), now != before, np.nan)[s.home]


@_measure("Entered poverty")
def entered_poverty(s: Snapshot) -> Reals:
    """Share of children not poor a year ago who are now, after housing costs."""
    return _moved_into(s, 0.0)


@_measure("Left poverty")
def left_poverty(s: Snapshot) -> Reals:
    """Share of children poor a year ago who are not now, after housing costs."""
    return _moved_into(s, 1.0)


@_measure("Fell into poverty when workless")
def fell_into_poverty_when_workless(s: Snapshot) -> Reals:
    """Share poor now among children not poor a year ago whose family worked then and does not now."""
    if len(s.poor) < 2:
        return np.full(len(s.children), np.nan)
    lost = ((s.workless[-2] == 0) & (s.workless[-1] == 1))[s.home]
    return np.where(lost, entered_poverty(s), np.nan)


# --- families -----------------------------------------------------------------------------------------------


@_measure("At this address for less than three years", table="households")
def moved_within_3_years(s: Snapshot) -> Reals:
    """Share of families who moved here with a child in the last 36 months; not-a-number before a run is that long."""
    if s.month < 36:
        return np.full(len(s.households), np.nan)
    eldest = np.full(len(s.households), FOREVER)
    np.minimum.at(eldest, s.home, s.children.birth_month)
    came = s.households.first_month
    return ((came > s.month - 36) & (eldest < came)).astype(float)


@_measure("Lone parent", table="households")
def lone_parent(s: Snapshot) -> Reals:
    """Share of families with one adult."""
    return (s.households.adults == 1).astype(float)
