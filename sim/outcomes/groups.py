"""Groups of children and families of which a measure can be read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.outcomes.measures import poor_3_of_4, probable_disorder
from sim.outcomes.snapshots import Flags, Snapshot
from sim.schema import LOOKED_AFTER, NO_CASE, RECEPTION, YEAR_6, YEAR_7, YEAR_11


def _youngest(s: Snapshot, low: int, high: int) -> Flags:
    """Children of families whose youngest resident child is of these ages."""
    here = np.where(s.resident_children, s.grade, 99)
    youngest = np.full(len(s.households), 99)
    np.minimum.at(youngest, s.home, here)
    return ((youngest >= low) & (youngest <= high))[s.home]


def _born(s: Snapshot, low: int, high: int) -> Flags:
    month = s.children.birth_month % 12
    return (month >= low) & (month <= high)


def _poor(s: Snapshot) -> Flags:
    return (s.households.income_now < s.parameters.families.poverty_line)[s.home]


GroupFunction = Callable[[Snapshot], Flags]
#: Groups of children: meaning and rule.
CHILD_GROUPS: dict[str, tuple[str, GroupFunction]] = {
    "all": ("everybody", lambda s: np.ones(len(s.children), dtype=bool)),
    "disadvantaged": ("free school meals within six years", lambda s: s.disadvantaged),
    "other": ("no free school meals within six years", lambda s: ~s.disadvantaged),
    "fsm": ("free school meals now", lambda s: s.households.fsm_now[s.home] == 1),
    "non_fsm": ("no free school meals now", lambda s: s.households.fsm_now[s.home] == 0),
    "girls": ("girls", lambda s: s.children.girl == 1),
    "boys": ("boys", lambda s: s.children.girl == 0),
    "send": ("with special educational needs", lambda s: s.children.send > 0),
    "sen_support": ("on SEN support", lambda s: s.children.send == 1),
    "ehcp": ("with an education, health and care plan", lambda s: s.children.send == 2),
    "no_sen": ("without special educational needs", lambda s: s.children.send == 0),
    "autumn_born": ("born September to December", lambda s: _born(s, 0, 3)),
    "summer_born": ("born May to August", lambda s: _born(s, 8, 11)),
    "eal": ("first language other than English", lambda s: s.children.eal == 1),
    "english_first_language": ("first language English", lambda s: s.children.eal == 0),
    "primary": ("pupils of Reception to Year 6", lambda s: (s.grade >= RECEPTION) & (s.grade <= YEAR_6)),
    "secondary": ("pupils of Years 7 to 11", lambda s: (s.grade >= YEAR_7) & (s.grade <= YEAR_11)),
    "youngest_0_4": ("youngest child of the family 0 to 4", lambda s: _youngest(s, 0, 4)),
    "youngest_5_10": ("youngest child of the family 5 to 10", lambda s: _youngest(s, 5, 10)),
    "youngest_11_15": ("youngest child of the family 11 to 15", lambda s: _youngest(s, 11, 15)),
    "strained": ("in poverty after housing costs", _poor),
    "not_strained": ("not in poverty after housing costs", lambda s: ~_poor(s)),
    "persistently_poor": ("poor in three of the last four Augusts", lambda s: poor_3_of_4(s) == 1.0),
    "probable_disorder": ("probable mental disorder", lambda s: probable_disorder(s) == 1.0),
    "no_disorder": ("no probable mental disorder", lambda s: probable_disorder(s) == 0.0),
    "in_need": ("with an open case of children's social care", lambda s: s.children.care_state > NO_CASE),
    "looked_after": ("looked after by the council", lambda s: s.children.care_state == LOOKED_AFTER),
    **{
        f"need_quintile_{k}": (f"need quintile {k} of the place", lambda s, k=k: s.children.need_quintile == k)
        for k in range(1, 6)
    },
}
#: Groups of families, which their children belong to as well.
FAMILY_GROUPS: dict[str, tuple[str, GroupFunction]] = {
    "lone_parent": ("one adult", lambda s: s.households.adults == 1),
    "couple": ("two adults", lambda s: s.households.adults == 2),
    "one_child": ("one child", lambda s: s.households.children_here == 1),
    "two_children": ("two children", lambda s: s.households.children_here == 2),
    "three_plus_children": ("three children or more", lambda s: s.households.children_here >= 3),
    "owner_tenure": ("owners", lambda s: s.households.tenure == 0),
    "private_tenure": ("private renters", lambda s: s.households.tenure == 1),
    "social_tenure": ("social renters", lambda s: s.households.tenure == 2),
    "low_qualified_parents": ("parents with low qualifications", lambda s: s.households.education == 0),
    "degree_parents": ("parents with a degree", lambda s: s.households.education == 2),
    "workless": ("no working adult", lambda s: s.households.workers == 0),
}
#: Fifths of children by the income of their family, 1 poorest; they need everybody, so a sample makes them.
INCOME_FIFTHS = tuple(f"income_fifth_{k}" for k in range(1, 6))
#: Every group by id, with what it means.
MEMBERSHIPS: dict[str, str] = {
    **{name: meaning for name, (meaning, _) in (CHILD_GROUPS | FAMILY_GROUPS).items()},
    **{name: f"income fifth {name[-1]} of children, 1 poorest" for name in INCOME_FIFTHS},
}


def members(group: str, table: str, s: Snapshot) -> Flags:
    """Who of a table belongs to a group of ``CHILD_GROUPS`` or ``FAMILY_GROUPS``. ``KeyError`` for others."""
    if group in FAMILY_GROUPS:
        of_family = FAMILY_GROUPS[group][1](s)
        return of_family if table == "households" else of_family[s.home]
    if table == "households" and group == "all":
        return np.ones(len(s.households), dtype=bool)
    if table == "households":
        raise KeyError(group)
    return CHILD_GROUPS[group][1](s)
