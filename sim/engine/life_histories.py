"""The first day: a synthetic population whose people have lived up to it by the model's own equations."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from sim.engine.context import drivers_of
from sim.engine.month import admissions, step
from sim.engine.world import Reals, Start, World, create
from sim.futures import NO_FUTURE, moves_by_month
from sim.kernel.care import CARE_COUNTS
from sim.parameters import Register
from sim.population import HISTORY_MONTHS, Population, build
from sim.schema import NEVER, RECEPTION, SEPTEMBER, YEAR_7, YEAR_11
from sim.science.strands import family_risk
from sim.spec import DRIVERS, Future, Place, Strategy

LONGEST_MONTHS = 240
#: What happens in life histories before the first day: development only, no services, moves or staff changes.
_HISTORY = frozenset(
    {"who is here", "new school year", "families", "children", "children's social care", "schools", "tests"}
)


def create_start(
    place: Place,
    register: Register,
    seed: int,
    months: int = 120,
    without: frozenset[str] = frozenset(),
    threads: int = 1,
    future: Future | None = None,
) -> Start:
    """The first day of a place: synthetic population, then life histories by the model's own equations.

    ``months``: longest run this start will serve, 12 to 240. ``future``: what the world does after the first day;
    of the first day itself it changes only who will come and go, by its shocks to moves. Raises ``ValueError``
    outside the range of months.
    """
    if not 12 <= months <= LONGEST_MONTHS:
        raise ValueError(f"months must be from 12 to {LONGEST_MONTHS}, not {months}")
    future, drivers = future or NO_FUTURE, drivers_of(place, register, seed, without)
    distress = register.parameters.context.distress_shift * float(drivers[DRIVERS.index("distress")])
    moves = moves_by_month(future, months)
    population = build(place, register.parameters, seed, months, "churn" not in without, distress, moves)
    start = Start(place, register, without, seed, months, population, drivers, future)
    _history(start, threads)
    return start


def _history(start: Start, threads: int) -> None:
    """Run children and households from birth to the first day, then freeze what the first day fixes."""
    population = start.population
    nobody = Strategy(id="no_zone", name="No zone")
    world = create(start, nobody, {}, threads=threads, copy=False)
    world.history, world.month = True, -HISTORY_MONTHS
    c = world.children
    first_schools = _first_schools(world)
    h = world.households
    sampled = h.workers.copy(), h.pay_shift.copy(), h.income.copy(), h.income_now.copy()
    # Donors live their histories too; they go back to sleep on the first day.
    donors = (world.households.last_month == 0) & (world.households.home < 0)
    asleep = c.last_month == 0
    c.last_month[asleep] = 12 * (c.cohort[asleep] + 20)
    world.households.last_month[donors] = 1
    while world.month < 0:
        _attend_past_schools(world, first_schools)
        step(world, _HISTORY)
    c.last_month[asleep] = 0
    world.households.last_month[donors] = 0
    # The first day has the work and income that were fitted to the place.
    h.workers, h.pay_shift, h.income, h.income_now = sampled
    _need_quintiles(world)
    _copy_donors(population)
    for column in ("primary", "secondary", "school"):
        getattr(c, column)[:] = -1


def _first_schools(world: World) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """(primary, secondary) each child attended before the first day: its school of today, else the nearest."""
    c = world.children
    world.month = 0
    admissions(world)
    chosen = c.primary.copy(), c.secondary.copy()
    world.month = -HISTORY_MONTHS
    outside = world.start.population.outside
    return tuple(  # type: ignore[return-value]
        np.where(now >= 0, now, _nearest_schools(world, phases, outside)).astype(np.int32)
        for now, phases in zip(chosen, ((1, 3), (2, 3)), strict=True)
    )


def _nearest_schools(world: World, phases: tuple[int, int], outside: int) -> npt.NDArray[np.int64]:
    """Row of the nearest school of the phases for each child; the school outside where there is none."""
    schools, h = world.schools, world.children.household
    rows = np.flatnonzero((schools.elsewhere == 0) & np.isin(schools.phase, phases))
    if len(rows) == 0:
        return np.full(len(h), outside, dtype=np.int64)
    spots = np.stack([schools.x[rows], schools.y[rows]], axis=1)
    _, nearest = cKDTree(spots).query(np.stack([world.households.x[h], world.households.y[h]], axis=1))
    return rows[nearest]


def _attend_past_schools(world: World, schools: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]) -> None:
    """Each September of a life history children go to their primary or secondary school."""
    if world.month % 12 != SEPTEMBER:
        return
    grade = world.month // 12 - world.children.cohort
    now = np.where(grade < YEAR_7, schools[0], schools[1])
    world.children.school[:] = np.where((grade >= RECEPTION) & (grade <= YEAR_11), now, -1)


def _need_quintiles(world: World) -> None:
    """Quintile of need by the family risk score on the first day, among residents; the same cuts for everybody."""
    h, c = world.households, world.children
    risk: Reals = family_risk(h.distress, h.hardship, world.start.register.parameters.delivery)  # type: ignore[assignment]
    residents = np.flatnonzero(h.original == 1)
    cuts = np.quantile(risk[residents], [0.2, 0.4, 0.6, 0.8])
    h.need_quintile[:] = np.searchsorted(cuts, risk, side="right") + 1
    c.need_quintile[:] = h.need_quintile[c.household]


def _copy_donors(population: Population) -> None:
    """Families and children who will arrive take over their donor's life history."""
    h, c = population.households, population.children
    keep = ("home", "first_month", "last_month", "leaves_month", "original", "x", "y", "unsafety")
    rows = np.flatnonzero(population.donor_of_household >= 0)
    donors = population.donor_of_household[rows]
    for name in h.columns:
        if name not in keep:
            getattr(h, name)[rows] = getattr(h, name)[donors]
    rows = np.flatnonzero(population.donor_of_child >= 0)
    donors = population.donor_of_child[rows]
    keep_child = (
        "household", "birth_month", "cohort", "first_month", "last_month", "leaves_month", "original", "from_start",
    )  # fmt: skip
    for name in c.columns:
        if name not in keep_child:
            getattr(c, name)[rows] = getattr(c, name)[donors]
    late = np.flatnonzero(c.first_month > 0)
    c.absence_sum[late] = c.attended_months[late] = c.suspensions[late] = 0.0
    for name in CARE_COUNTS:
        getattr(c, name)[late] = 0
    for name in ("case_since", "referral_last"):
        stamp = getattr(c, name)
        known = rows[stamp[rows] > NEVER]
        stamp[known] += c.first_month[known]
    came = np.flatnonzero((population.donor_of_household >= 0) & (h.fsm_last > NEVER))
    h.fsm_last[came] += h.first_month[came]
    c.need_quintile[late] = h.need_quintile[c.household[late]]
