"""The value of every indicator by group, for residents and originals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.kernel.sums import group_sums
from sim.outcomes.children import CHILDREN
from sim.outcomes.declaring import GROUPS, POPULATIONS, Declarations, Reals, View
from sim.outcomes.households import HOUSEHOLDS
from sim.outcomes.places import GAPS, SCHOOLS, SERVICES, ZONE
from sim.parameters import Parameters
from sim.schema import CONDITIONS, V
from sim.state import Part, Table

SMALLEST_CELL = 10
#: Every indicator, in the order of a reading.
INDICATORS = {
    name: indicator
    for declared in (CHILDREN, HOUSEHOLDS, GAPS, SCHOOLS, SERVICES, ZONE)
    for name, indicator in declared.indicators.items()
}
INDICATOR_IDS = tuple(INDICATORS)
_AT = {name: i for i, name in enumerate(INDICATOR_IDS)}
_GROUP = {name: i for i, name in enumerate(GROUPS)}
#: A family is neither a girl nor a boy, nor has it special needs.
_OF_CHILDREN_ONLY = ("girls", "boys", "send")


class Reading(NamedTuple):
    """Values and numbers of people: populations x groups x indicators; NaN where nobody is counted."""

    values: Reals
    counts: Reals


def groups_of_children(v: View) -> npt.NDArray[np.int64]:
    """Memberships x children: numbers of the groups a child belongs to, -1 for none."""
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


def groups_of_households(v: View) -> npt.NDArray[np.int64]:
    """Memberships x households: numbers of the groups a family belongs to, -1 for none."""
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


#: Children, then households: what is said of them, and the groups they belong to.
TABLES, GROUPS_OF = (CHILDREN, HOUSEHOLDS), (groups_of_children, groups_of_households)


def who_counts(v: View) -> tuple[tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]], ...]:
    """(children, households) counted for each population: residents, then originals wherever they live."""
    c, h, m = v.children, v.households, v.month
    child_here = (c.first_month <= m) & (m < c.last_month)
    home_here = (h.first_month <= m) & (m < h.last_month)
    return (
        (child_here & (m < c.leaves_month), home_here & (m < h.leaves_month)),
        (child_here & (c.original == 1), home_here & (h.original == 1)),
    )


def groups_of(indicator: str) -> tuple[str, ...]:
    """Groups for which an indicator is read. ``KeyError`` for an unknown indicator."""
    if indicator in CHILDREN.functions:
        return tuple(GROUPS)
    if indicator in HOUSEHOLDS.functions:
        return tuple(group for group in GROUPS if group not in _OF_CHILDREN_ONLY)
    if indicator not in INDICATORS:
        raise KeyError(indicator)
    return (next(iter(GROUPS)),)


def part_of(v: View, declared: Declarations, rows: npt.NDArray[np.int64]) -> View:
    """The view in which the table of these indicators has only these rows."""
    if declared is CHILDREN:
        return v._replace(children=Part(v.children, rows))
    return v._replace(households=Part(v.households, rows))


def row_values(indicator: str, v: View) -> Reals:
    """Value of a mean over people for each row of its table, NaN where it does not apply. ``KeyError`` for others."""
    return (CHILDREN.functions | HOUSEHOLDS.functions)[indicator](v)


def read_outcomes(
    children: Table, households: Table, schools: Table, services: Table, partners: Table, zone: Table, month: int,
    parameters: Parameters,
) -> Reading:  # fmt: skip
    """Every indicator by population and group at the end of ``month`` (an August)."""
    v = View(children, households, month, parameters)
    n_groups = len(GROUPS)
    sums = np.zeros((len(POPULATIONS), n_groups, len(INDICATOR_IDS)))
    counts = np.zeros_like(sums)
    populations = who_counts(v)
    for at, (declared, groups_of_rows) in enumerate(zip(TABLES, GROUPS_OF, strict=True)):
        columns = [_AT[k] for k in declared.functions]
        # Only rows that anybody counts are looked at.
        counted = np.flatnonzero(np.logical_or.reduce([inside[at] for inside in populations]))
        part = part_of(v, declared, counted)
        found = np.stack([np.asarray(f(part), dtype=np.float64) for f in declared.functions.values()])
        groups = groups_of_rows(part)
        for pop, inside in enumerate(populations):
            rows = np.flatnonzero(inside[at][counted])
            total, number = np.zeros((len(columns), n_groups)), np.zeros((len(columns), n_groups))
            group_sums(np.ascontiguousarray(found[:, rows]), np.ascontiguousarray(groups[:, rows]), total, number)
            sums[pop][:, columns], counts[pop][:, columns] = total.T, number.T
    values = np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
    _add_gaps(values, counts, parameters)
    add_places(values, counts, schools, services)
    _add_zone(values, counts, partners, zone)
    return Reading(values, counts)


def _add_gaps(values: Reals, counts: Reals, parameters: Parameters) -> None:
    r = parameters.reference
    for age, per_sd in ((5, r.months_per_sd_5), (11, r.months_per_sd_11), (16, r.months_per_sd_16)):
        score = _AT[f"score_{age}"]
        gap = values[:, _GROUP["other"], score] - values[:, _GROUP["disadvantaged"], score]
        fewest = np.minimum(counts[:, _GROUP["other"], score], counts[:, _GROUP["disadvantaged"], score])
        for name, factor in ((f"gap_{age}_sd", 1.0), (f"gap_{age}_months", per_sd)):
            values[:, 0, _AT[name]], counts[:, 0, _AT[name]] = gap * factor, fewest


def add_places(values: Reals, counts: Reals, schools: Table, services: Table) -> None:
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


def _add_zone(values: Reals, counts: Reals, partners: Table, zone: Table) -> None:
    """The partnership, the mean over the zones of the place. It is no person: small numbers keep nothing of it back."""
    present = partners.present == 1
    found = {
        "partnership_maturity": float(zone.coordination.mean()),
        "partners_present": float(present.sum()) / len(zone),
        "partners_trust": float(partners.trust[present].mean()) if present.any() else 0.0,
        **{f"maturity_{condition}": float(getattr(zone, condition).mean()) for condition in CONDITIONS},
    }
    for name, value in found.items():
        values[:, 0, _AT[name]], counts[:, 0, _AT[name]] = value, SMALLEST_CELL
