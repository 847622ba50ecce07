"""Whole: every household and child of the first day and of the calendar, in order of when they come and go."""

from __future__ import annotations

import numpy as np

from sim import draws
from sim.parameters import PopulationParameters
from sim.population.ages import HISTORY_MONTHS
from sim.population.calendar import Calendar
from sim.population.households import fill_attributes
from sim.population.keys import CHILD_KIND, HOUSEHOLD_KIND, Ints, Keys, Reals, Whole, normal
from sim.schema import FOREVER, LAST_GRADE, NEVER, Stream
from sim.spec import Place
from sim.state import Table


def lay_out(
    place: Place, p: PopulationParameters, seed: int, months: int, n_homes: int, n_donors: int,
    base: Keys, cells: Ints, size: Ints, ages: Reals, plan: Calendar, usual_attendance: float,
) -> tuple[Table, Table, Whole, Whole]:  # fmt: skip
    """Give every household and child of the plan its row, children in order of when they come and go."""
    n_base = n_homes + n_donors
    coming = plan.rows("household")
    households = Table("households", n_base + len(coming))
    households.key[:n_base] = base
    fill_attributes(households, slice(0, n_homes), cells[:n_homes], place, p, seed)
    fill_attributes(households, slice(n_homes, n_base), cells[n_homes:], place, p, seed)
    donor_of_household = np.full(len(households), -1, dtype=np.int32)
    households.home[:] = -1
    households.home[:n_homes] = np.arange(n_homes)
    households.original[:n_homes] = 1
    households.last_month[n_homes:n_base] = 0
    if len(coming):
        rows, donors, home, month, before = coming.T
        by_home = np.argsort(home, kind="stable")
        first = np.concatenate([[0], np.cumsum(np.bincount(home, minlength=n_homes))])
        numbers = np.empty(len(coming), dtype=np.int64)
        numbers[by_home] = np.arange(len(coming)) - first[home[by_home]] + 1
        households.real[:, rows], households.whole[:, rows] = households.real[:, donors], households.whole[:, donors]
        households.key[rows] = draws.keys(HOUSEHOLD_KIND, home, numbers)
        donor_of_household[rows] = donors
        households.home[rows], households.original[rows] = home, 0
        households.first_month[rows], households.leaves_month[rows] = month, FOREVER
        households.leaves_month[before] = month
        households.last_month[rows] = FOREVER
        late = households.original == 0
        households.last_month[late] = np.minimum(households.last_month[late], households.leaves_month[late])

    member = ~np.isnan(ages)
    first_household, slot = np.nonzero(member)
    birth_first = -ages[member].astype(np.int64)
    order_first = (size[first_household] - 1) - slot
    births, arrivals = plan.rows("birth"), plan.rows("arrive")
    household = np.concatenate([first_household, births[:, 1], arrivals[:, 1]])
    order = np.concatenate([order_first, births[:, 2], arrivals[:, 2]])
    birth = np.concatenate([birth_first, births[:, 0], arrivals[:, 3]])
    comes = np.concatenate([birth_first, births[:, 0], arrivals[:, 0]])
    table = Table("children", len(household))
    _add_children(
        table, slice(None), household, order, birth, households.key[household], seed, place, p, usual_attendance
    )
    table.first_month[:] = comes
    original = households.original[household] == 1
    table.original[:] = original
    table.leaves_month[:] = households.leaves_month[household]
    table.last_month[:] = np.minimum(table.last_month, np.where(original, FOREVER, households.last_month[household]))
    donors = (household >= n_homes) & (household < n_base)
    table.original[donors] = 0
    table.last_month[donors] = 0
    table.from_start[:] = (household < n_homes) & (comes <= 0)
    # Whole in bands of when they come and go, then by household: finished blocks are skipped whole.
    band_in, band_out = np.maximum(comes, 0) // 24, np.minimum(table.last_month, months + 24) // 24
    row_order = np.lexsort((order, household, band_out, band_in))
    table.take(row_order)
    donor_of_child = _donor_children(table, donor_of_household, household[row_order], n_homes, n_base)
    return households, table, donor_of_household, donor_of_child


def _add_children(
    table: Table, rows: slice, household: Ints, order: Ints, birth: Ints, key: Keys, seed: int,
    place: Place, p: PopulationParameters, usual_attendance: float,
) -> None:  # fmt: skip
    """Fill the columns of children that are fixed at birth."""
    table.key[rows] = draws.keys(CHILD_KIND, key, order)
    own = table.key[rows]
    table.household[rows], table.birth_month[rows] = household, birth
    table.cohort[rows] = birth // 12
    table.first_month[rows], table.last_month[rows] = birth, 12 * (birth // 12 + LAST_GRADE + 1)
    table.leaves_month[rows] = FOREVER
    table.girl[rows] = draws.uniforms(seed, Stream.child, 0, own) < p.girl_share
    family_language = draws.uniforms(seed, Stream.family, 20, key)
    table.eal[rows] = family_language < place.value("eal_share")
    for k, (name, sd) in enumerate(
        (
            ("endow_attainment", p.endow_attainment_sd),
            ("endow_wellbeing", p.endow_wellbeing_sd),
            ("endow_health", p.endow_health_sd),
            ("endow_attendance", p.endow_attendance_sd),
            ("endow_send", 1.0),
        )
    ):
        getattr(table, name)[rows] = sd * normal(seed, Stream.child, 1 + k, own)
    for name, source in (
        ("attainment", "endow_attainment"),
        ("wellbeing", "endow_wellbeing"),
        ("health", "endow_health"),
    ):
        getattr(table, name)[rows] = getattr(table, name + "_base")[rows] = getattr(table, source)[rows]
    table.agency[rows] = 0.5
    table.attendance[rows] = usual_attendance
    for name in (
        "score_eyfsp", "score_phonics", "score_ks1", "score_ks2", "score_gcse", "score_18", "eet", "absence_year",
        "suspensions_year",
    ):  # fmt: skip
        getattr(table, name)[rows] = np.nan
    for name in ("primary", "secondary", "school"):
        getattr(table, name)[rows] = -1
    for name in ("last_reached", "case_since", "referral_last"):
        getattr(table, name)[rows] = NEVER


def _donor_children(table: Table, donor_of_household: Whole, household: Ints, n_homes: int, n_base: int) -> Whole:
    """Row of the donor's child each arriving child takes its life history from (-1 if born here)."""
    result = np.full(len(table), -1, dtype=np.int32)
    donors = np.flatnonzero((household >= n_homes) & (household < n_base))
    arriving = np.flatnonzero((household >= n_base) & (table.birth_month < table.first_month))
    span = 4 * HISTORY_MONTHS
    known = household[donors] * span + table.birth_month[donors] + span // 2
    known_order = np.argsort(known, kind="stable")
    shift = 12 * (table.first_month[arriving].astype(np.int64) // 12)
    wanted = (
        donor_of_household[household[arriving]].astype(np.int64) * span
        + table.birth_month[arriving]
        - shift
        + span // 2
    )
    at = np.searchsorted(known[known_order], wanted).clip(0, max(len(donors) - 1, 0))
    if len(donors):
        found = donors[known_order[at]]
        result[arriving] = np.where(known[known_order[at]] == wanted, found, -1)
    return result
