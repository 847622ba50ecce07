"""What an indicator is and how one is declared; families of outcomes, groups and headlines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.state import Part, Table

Reals = npt.NDArray[np.float64]

#: What strands act on, as ids of their effects and in words.
OUTCOME_WORDS = {
    "attainment": "attainment",
    "social_emotional": "social-emotional wellbeing",
    "health": "health",
    "attendance": "attendance",
    "service_engagement": "engagement with services",
    "parent_mental_health": "parents' mental health",
    "home_learning": "home learning",
    "income": "household income",
    "school_effectiveness": "school effectiveness",
}

FAMILIES = {
    "educational_progress": "Children's educational progress",
    "access_engagement": "Families' access to and engagement with services",
    "child_wellbeing": "Children's wellbeing",
    "family_wellbeing": "Family wellbeing",
    "schools_services": "Effectiveness of schools and services",
}
PROGRESS, ACCESS, CHILD_WELLBEING, FAMILY_WELLBEING, SCHOOLS_SERVICES = FAMILIES

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
POPULATIONS = ("residents", "originals")
HEADLINES = {
    "educational_progress": ("ks2_expected", "disadvantaged"),
    "access_engagement": ("families_in_need_reached", "all"),
    "child_wellbeing": ("sdq_high", "all"),
    "family_wellbeing": ("distress_high", "all"),
    "schools_services": ("school_value_added", "all"),
}
#: How partners come to see an indicator.
SEEN = {
    "official": "official figures of the place's schools, published about a year late",
    "survey": "a yearly survey of a sample of families",
    "service": "partners' own records, as far as they can be joined",
    "unseen": "nobody sees it",
}
OFFICIAL, SURVEY, SERVICE, UNSEEN = SEEN
_HEADLINE_IDS = {indicator for indicator, _ in HEADLINES.values()}


@dataclass(frozen=True)
class Indicator:
    """What an outcome indicator means.

    ``direction``: +1 if higher is better, -1 if lower is. ``seen``: how partners come to see it, a key of ``SEEN``.
    """

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
    seen: str


class View(NamedTuple):
    """What an indicator function sees: tables, month, parameters.

    Either table may be a part of its rows for functions of that table; a child's ``household`` is a row of the whole.
    """

    children: Table | Part
    households: Table | Part
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


class Declarations:
    """Indicators of one table, in the order of their declaration.

    ``functions`` holds those that are means over people: a value for each row, NaN where it does not apply.
    """

    def __init__(self, table: str) -> None:
        self.table = table
        self.indicators: dict[str, Indicator] = {}
        self.functions: dict[str, IndicatorFunction] = {}

    def declare(
        self, id_: str, name: str, plain: str, unit: str, ages: tuple[int, int], direction: int, family: str,
        source: str, decimals: int, definition: str, seen: str = UNSEEN,
    ) -> None:  # fmt: skip
        """Add an indicator that is not a mean over people."""
        self.indicators[id_] = Indicator(
            id_, name, plain, unit, ages, direction, family, definition, source, decimals, id_ in _HEADLINE_IDS,
            self.table, seen,
        )  # fmt: skip

    def indicator(
        self, name: str, plain: str, unit: str, ages: tuple[int, int], direction: int, family: str, source: str,
        decimals: int = 3, seen: str = UNSEEN,
    ) -> Callable[[IndicatorFunction], IndicatorFunction]:  # fmt: skip
        """Declare an indicator; its function's name is the id, the docstring the definition."""

        def register(function: IndicatorFunction) -> IndicatorFunction:
            definition = (function.__doc__ or "").strip()
            self.declare(
                function.__name__, name, plain, unit, ages, direction, family, source, decimals, definition, seen
            )  # fmt: skip
            self.functions[function.__name__] = function
            return function

        return register
