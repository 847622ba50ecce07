"""Outcomes: every indicator, its definition, and its value by group for residents and originals.

Indicators are read each August, when the school year is over. A cell that rests on fewer than ten
people in a replication is suppressed (``null``), everywhere.
"""

from sim.outcomes.declaring import FAMILIES, GROUPS, HEADLINES, POPULATIONS, Indicator, View
from sim.outcomes.reading import (
    INDICATOR_IDS,
    INDICATORS,
    SMALLEST_CELL,
    Reading,
    read_outcomes,
    row_values,
    who_counts,
)

__all__ = [
    "FAMILIES",
    "GROUPS",
    "HEADLINES",
    "INDICATORS",
    "INDICATOR_IDS",
    "POPULATIONS",
    "SMALLEST_CELL",
    "Indicator",
    "Reading",
    "View",
    "read_outcomes",
    "row_values",
    "who_counts",
]
