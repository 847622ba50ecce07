"""The first day: a synthetic neighbourhood fitted to a place's margins, and who comes, goes and is born.

Everybody who will ever live in the place during the run has a row from the start: residents, babies to
come, families to arrive. Moves and births are addressed draws that no strategy changes, so every strategy
compared on a start shares the rows, and a block of rows whose people have all gone costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim import draws
from sim.parameters import Parameters
from sim.population.ages import HISTORY_MONTHS, draw_ages, family_sizes
from sim.population.calendar import draw_calendar
from sim.population.fit import Margin, fit_pay, fit_report, passing_pay
from sim.population.households import JOINT_SHAPE, association, fit_joint, margins, sample_cells
from sim.population.keys import DONOR_KIND, HOUSEHOLD_KIND, Reals, Whole
from sim.population.layout import lay_out
from sim.population.surroundings import N_TIES, locate, make_schools, tie_homes
from sim.schema import Stream
from sim.spec import Place
from sim.state import Table

__all__ = ["HISTORY_MONTHS", "Margin", "Population", "build"]


@dataclass
class Population:
    """Tables of the first day and the fixed relations between them."""

    children: Table
    households: Table
    schools: Table
    ties: Whole
    tenants: list[tuple[int, int, int]]
    kin_first: Whole
    kin_rows: Whole
    donor_of_household: Whole
    donor_of_child: Whole
    n_homes: int
    elsewhere: Whole
    outside: int
    fit: tuple[Margin, ...]
    pay_factor: float


def build(
    place: Place, parameters: Parameters, seed: int, months: int, churn: bool = True, distress: float = 0.0,
    moves: Reals | None = None,
) -> Population:  # fmt: skip
    """Synthetic population of a place with everybody who will live there during ``months`` months.

    ``churn``: families leave and arrive; without it only births and ageing change who is there. ``distress``: shift
    of every family's persistent distress, SD; what is beyond their means here. ``moves``: factor on the hazard of
    moving in each month, of the world outside.
    Deterministic in (place, parameters, seed); the strategy plays no part.
    """
    p = parameters.population
    children = round(place.value("children"))
    joint = fit_joint(association(p), margins(place, p))
    kids = np.indices(JOINT_SHAPE)[2] + 1
    large = 3 + p.family_four_share + 2 * p.family_five_share
    mean_size = float((joint * np.where(kids == 3, large, kids)).sum())
    n_homes = max(round(children / mean_size), N_TIES + 1)
    n_donors = max(round(p.donor_share * n_homes), 60)
    home_keys, donor_keys = (
        draws.keys(HOUSEHOLD_KIND, np.arange(n_homes), 0),
        draws.keys(DONOR_KIND, np.arange(n_donors)),
    )
    base = np.concatenate([home_keys, donor_keys])
    shuffle = np.argsort(draws.uniforms(seed, Stream.home, 1, home_keys), kind="stable")
    cells = np.empty(n_homes, dtype=np.int64)
    cells[shuffle] = sample_cells(joint, n_homes, 0.5)
    shuffle = np.argsort(draws.uniforms(seed, Stream.home, 1, donor_keys), kind="stable")
    donor_cells = np.empty(n_donors, dtype=np.int64)
    donor_cells[shuffle] = sample_cells(joint, n_donors, 0.5)
    size = family_sizes(cells, children, seed, home_keys, p)
    donor_size = family_sizes(donor_cells, round(n_donors * mean_size), seed, donor_keys, p)
    ages = np.concatenate(
        [draw_ages(size, home_keys, place, seed, p), draw_ages(donor_size, donor_keys, place, seed, p)]
    )
    all_cells, all_size = np.concatenate([cells, donor_cells]), np.concatenate([size, donor_size])

    plan = draw_calendar(place, p, seed, months, n_homes, n_donors, base, all_cells, all_size, ages, churn, moves)
    households, kids_table, donor_of_household, donor_of_child = lay_out(
        place,
        p,
        seed,
        months,
        n_homes,
        n_donors,
        base,
        all_cells,
        all_size,
        ages,
        plan,
        parameters.children.attendance_usual,
    )
    households.endow_distress[:] += distress
    households.pay_shift[:] = passing_pay(households.key, seed, parameters.families)
    side = np.sqrt(place.value("area_km2"))
    locate(households, n_homes, side, seed)
    schools, elsewhere, outside = make_schools(place, parameters, seed, side)
    ties = tie_homes(households, n_homes, schools, p, seed)
    factor = fit_pay(households, kids_table, n_homes + n_donors, place, parameters)
    return _finish(
        place, households, kids_table, schools, ties, donor_of_household, donor_of_child, n_homes, n_donors, elsewhere,
        outside, factor, parameters,
    )  # fmt: skip


def _finish(
    place: Place, households: Table, children: Table, schools: Table, ties: Whole,
    donor_of_household: Whole, donor_of_child: Whole, n_homes: int, n_donors: int,
    elsewhere: Whole, outside: int, factor: float, parameters: Parameters,
) -> Population:  # fmt: skip
    """Relations between rows and the report of the fit."""
    order = np.argsort(children.household, kind="stable").astype(np.int32)
    first = np.zeros(len(households) + 1, dtype=np.int32)
    np.cumsum(np.bincount(children.household, minlength=len(households)), out=first[1:])
    moves = np.argsort(households.first_month[n_homes + n_donors :], kind="stable") + n_homes + n_donors
    tenants = [(int(households.first_month[r]), int(households.home[r]), int(r)) for r in moves]
    return Population(
        children, households, schools, ties, tenants, first, order, donor_of_household, donor_of_child, n_homes,
        elsewhere, outside, fit_report(place, households, children, n_homes, parameters), factor,
    )  # fmt: skip
