"""Print one hash of a tiny run, to compare interpreters: ``fingerprint.py children [months [history]]``."""

from __future__ import annotations

import sys

import numpy as np

from sim.engine import advance, create, create_start, life_histories
from sim.inputs.register import load_register
from sim.kernel.children import Month
from sim.kernel.families import spread_trust
from sim.population import HISTORY_MONTHS, build
from tests.engine.worlds import library_of, made_strand, made_strategy, neighbourhood, planned

LIBRARY = library_of(
    made_strand("alpha", effects={"attainment": 0.3, "social_emotional": 0.2}),
    made_strand("beta", unit="household", effects={"parent_mental_health": 0.3, "income": 0.1}, ages=(0, 10)),
    made_strand("gamma", unit="area", effect_basis="area_itt", cost_unit="child_in_area_year", unit_cost_gbp=20.0,
                effects={"social_emotional": 0.1}, duration_months=12),
)  # fmt: skip
MIX = made_strategy(planned("alpha", outreach=0.5), planned("beta", targeting="targeted"), planned("gamma"))


def fingerprint(children: int, months: int, history_months: int = HISTORY_MONTHS) -> str:
    """Digest of every bit of a world after ``months``; a shorter life history makes plain Python bearable."""
    life_histories.HISTORY_MONTHS = history_months
    try:
        start = create_start(neighbourhood(children, 3), load_register(), 4, max(months, 12))
    finally:
        life_histories.HISTORY_MONTHS = HISTORY_MONTHS
    world = create(start, MIX, LIBRARY)
    advance(world, months)
    return world.digest()


def first_day(children: int) -> str:
    """Digest of the first day after one month of word of mouth, which compile in seconds."""
    register = load_register()
    people = build(neighbourhood(children, 3), register.parameters, 4, 24)
    homes = people.households
    month = Month(0, 0, 0, 4, 0.0, 1.0)
    trust, tenant = np.zeros(people.n_homes), np.arange(people.n_homes)
    spread_trust(month, homes.real, homes.whole, homes.pools, people.ties, tenant, trust, register.parameters.trust)
    return people.children.digest() + homes.digest()


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    print(first_day(*numbers) if len(numbers) == 1 else fingerprint(*numbers))
