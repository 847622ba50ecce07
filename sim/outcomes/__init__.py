"""Outcomes: every indicator, its definition, and its value by group for residents and originals.

Indicators are read each August, when the school year is over. A cell that rests on fewer than ten
people in a replication is suppressed (``null``), everywhere.
"""

from sim.outcomes.dashboard import (
    SOURCES,
    USER_OUTCOMES,
    Measurement,
    Screen,
    Snapshot,
    Use,
    gather,
    is_due,
    read_dashboard,
)
from sim.outcomes.declaring import FAMILIES, GROUPS, HEADLINES, POPULATIONS, SEEN, Indicator, View
from sim.outcomes.reading import (
    INDICATOR_IDS,
    INDICATORS,
    SMALLEST_CELL,
    Reading,
    groups_of,
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
    "SEEN",
    "SMALLEST_CELL",
    "SOURCES",
    "USER_OUTCOMES",
    "Indicator",
    "Measurement",
    "Reading",
    "Screen",
    "Snapshot",
    "Use",
    "View",
    "gather",
    "groups_of",
    "is_due",
    "read_dashboard",
    "read_outcomes",
    "row_values",
    "who_counts",
]
