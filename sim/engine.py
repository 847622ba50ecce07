"""One world, one month, in order. ``EVENTS`` is the order; a run is its start and 120 times the table.

A *start* is the neighbourhood on the first day, with life histories behind it; it depends on place,
parameters and seed alone and is shared by every strategy compared. A *world* is a copy of it that goes
its own way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from sim import _jit
from sim.kernel import children as child_kernel
from sim.kernel import families as family_kernel
from sim.kernel import places as place_kernel
from sim.kernel import sums as sum_kernel
from sim.kernel import uptake
from sim.kernel.chunks import n_chunks
from sim.offers import Evidence, OfferPlan, compile_offers, kept_shares
from sim.outcomes import Reading, read_outcomes
from sim.parameters import Register
from sim.population import HISTORY_MONTHS, Margin, Population, build
from sim.schema import (
    AUGUST,
    ENROLMENT_MONTHS,
    HW,
    JUNE,
    N_CHILD_OUTCOMES,
    N_HOUSEHOLD_OUTCOMES,
    NEVER,
    RECEPTION,
    SEPTEMBER,
    YEAR_7,
    YEAR_11,
)
from sim.science.strands import family_risk
from sim.spec import Place, Strand, Strategy
from sim.state import Table

Reals = npt.NDArray[np.float64]
Step = Callable[..., None]
LONGEST_MONTHS = 240
_EVERY_MONTH = tuple(range(12))
#: Keeps a whole number of places whole where it was reached by division.
_ROUNDING = 1e-9
#: From this many children a world steps in parallel where more than one thread is allowed.
PARALLEL_FROM = 20_000


@dataclass
class Start:
    """The first day of a place: tables after life histories, and the fixed relations between rows."""

    place: Place
    register: Register
    without: frozenset[str]
    seed: int
    months: int
    population: Population

    @property
    def fit(self) -> tuple[Margin, ...]:
        """Asked margins of the place beside the synthetic ones."""
        return self.population.fit


@dataclass
class Changes:
    """Rows that came or went in the last month, for views that follow the tables."""

    arrived_children: npt.NDArray[np.int64]
    departed_children: npt.NDArray[np.int64]
    arrived_households: npt.NDArray[np.int64]
    departed_households: npt.NDArray[np.int64]


@dataclass
class World:
    """One neighbourhood under one strategy. ``month`` is the next month to step."""

    start: Start
    strategy: Strategy
    plan: OfferPlan
    children: Table
    households: Table
    schools: Table
    services: Table
    taking: uptake.Taking
    people: uptake.People
    month: int
    threads: int
    tenant: npt.NDArray[np.int64]
    ages: child_kernel.AgeTables
    kept: Reals
    sums: Reals
    home_trust: Reals
    rolls: npt.NDArray[np.int64]
    distance: Reals
    allotment: Reals
    shares: Reals
    next_tenant: int = 0
    history: bool = False
    readings: list[Reading] = field(default_factory=list)
    deliveries: list[Reals] = field(default_factory=list)
    shortfalls: list[tuple[int, str, float]] = field(default_factory=list)
    money: Reals = field(default_factory=lambda: np.zeros(0))

    @property
    def now(self) -> child_kernel.Month:
        """The month being stepped, as compiled code takes it."""
        calendar, of_year = self.start.register.calendar, self.month % 12
        return child_kernel.Month(
            self.month, of_year, self.month // 12, self.start.seed, calendar.season[of_year], calendar.teaching[of_year]
        )

    @property
    def selective(self) -> float:
        """1 where the better-off and organised enrol first, 0 where that mechanism is off."""
        return 0.0 if "selective_take_up" in self.start.without else 1.0

    def digest(self) -> str:
        """Hash of every bit of the state."""
        return "".join(t.digest() for t in (self.children, self.households, self.schools))

    def changes(self) -> Changes:
        """Who came and went in the month just stepped."""
        month = self.month - 1
        found = []
        for table in (self.children, self.households):
            gone = np.minimum(table.last_month, table.leaves_month)
            stays = table.last_month > table.first_month
            found += [np.flatnonzero((table.first_month == month) & stays), np.flatnonzero((gone == month) & stays)]
        return Changes(*found)


class Event(NamedTuple):
    """One line of the month: its name, the months of the school year it happens in, what it does, in words."""

    name: str
    months: tuple[int, ...]
    act: Callable[[World], None]
    meaning: str


# --- the events ----------------------------------------------------------------------------------------------


def _who_is_here(world: World) -> None:
    tenants = world.start.population.tenants
    while world.next_tenant < len(tenants) and tenants[world.next_tenant][0] <= world.month:
        _, home, row = tenants[world.next_tenant]
        world.tenant[home] = row
        world.next_tenant += 1
    h, p = world.households, world.start.register.parameters.population
    # A family that leaves lives in an average neighbourhood of the place's deprivation quintile.
    left = h.leaves_month == world.month
    h.unsafety[left] = p.elsewhere_unsafety - p.elsewhere_unsafety_slope * (_quintile(world) - 2)
    c = world.children
    sum_kernel.count_children(world.month, c.whole, h.whole[HW.children_here])
    if not world.history:
        uptake.look_around(world.month, world.start.register.parameters.reference.fsm_memory_months, world.people)


def _quintile(world: World) -> int:
    """Deprivation quintile of the place, 0 = most deprived."""
    return (int(world.start.place.value("deprivation_decile")) - 1) // 2


def _new_school_year(world: World) -> None:
    c, s, p = world.children, world.schools, world.start.register.parameters
    child_kernel.new_school_year(world.now, c.real, c.whole, p.children)
    if not world.history:
        family_kernel.file_school_year(world.households.whole)
        place_kernel.new_school_year(world.now, s.real, s.whole, s.key, p.schools)


def _admissions(world: World) -> None:
    c, h, s, now = world.children, world.households, world.schools, world.now
    population = world.start.population
    if place_kernel.place_pupils(now, c.whole, s.whole, population.elsewhere[_quintile(world)]) == 0:
        return
    rows = np.flatnonzero(c.school == -2)
    # Brothers and sisters apply together, the youngest grade first; the key breaks ties for good.
    order = rows[np.lexsort((c.key[rows], world.month // 12 - c.cohort[rows]))]
    place_kernel.count_rolls(now, c.whole, world.rolls)
    place_kernel.admit(now, order, c.whole, h.real, s.real, s.whole, world.rolls, population.outside)


def _families(world: World) -> None:
    c, h, p = world.children, world.households, world.start.register.parameters
    kin = family_kernel.Kin(world.start.population.kin_first, world.start.population.kin_rows)
    step: Step = family_kernel.advance_families_parallel if world.threads > 1 else family_kernel.advance_families
    step(world.now, h.real, h.whole, h.pools, h.key, kin, c.real, c.whole, p.families)


def _trust(world: World) -> None:
    h = world.households
    family_kernel.spread_trust(
        world.now, h.real, h.whole, h.pools, world.start.population.ties, world.tenant, world.home_trust,
        world.start.register.parameters.trust,
    )  # fmt: skip


def _share_out_money(world: World) -> None:
    """Each term: count who is eligible, plan places, share what is left of the year's money and posts by priority.

    September files last year's books and opens the new year's money. What a strand did not spend in a term
    goes back into the pot for the next.
    """
    plan, v = world.plan, world.services
    if world.month % 12 == SEPTEMBER:
        for column in ("offered", "started", "completed", "dropped", "spent", "wait_months"):
            getattr(v, column)[:] = 0.0
        world.money = _year_money(world)
    uptake.measure_needs(world.people, world.start.register.parameters.delivery)
    uptake.count_eligible(plan.arrays, world.people, world.taking, v.eligible, v.open_to)
    left = max(float(world.money.sum()) - float(v.spent.sum()), 0.0)
    posts_left = np.inf if world.strategy.posts is None else world.strategy.posts
    strands = range(plan.n_today, len(plan.ids))
    for s in sorted(strands, key=lambda s: (plan.priority[s], plan.ids[s], plan.arrays.start[s])):
        wanted, months = _wanted_people(world, s), _months_running(world, s)
        need = _person_months(world, s, wanted, months) * plan.month_cost[s]
        posts = wanted * plan.posts_per_unit[s]
        share = min(1.0, left / need if need > 0 else 1.0, posts_left / posts if posts > 0 else 1.0)
        world.shares[s], v.allotted[s], v.planned[s] = share, v.spent[s] + need * share, wanted
        left, posts_left = left - need * share, posts_left - posts * share
        if share < 0.995 and months > 0 and wanted > 0:
            world.shortfalls.append((world.month // 12, plan.ids[s], share))


def _year_money(world: World) -> Reals:
    """Pounds of this school year by payer, in the order of the strategy's payers."""
    strategy = world.strategy
    people = float(world.start.place.value("children")) if strategy.money_per_child else 1.0
    return np.array([pounds * people for _, pounds in sorted(strategy.money_gbp.items())])


def _person_months(world: World, s: int, wanted: float, months: int) -> float:
    """Person-months a strand can use this year: full size all year, but no more than its takers' courses."""
    plan = world.plan
    if plan.by_size[s]:
        return wanted * months
    takers = float(world.services.open_to[s]) * plan.likely_share[s]
    course = months if plan.arrays.ongoing[s] == 1 else min(int(plan.arrays.duration[s]), months)
    return min(wanted * months, takers * course * world.start.register.parameters.delivery.planning_margin)


def _months_running(world: World, s: int) -> int:
    """Months of the rest of this school year in which an offer runs."""
    rest = range(world.month, world.month - world.month % 12 + 12)
    return sum(1 for m in rest if world.plan.arrays.start[s] <= m < world.plan.arrays.stop[s])


def _wanted_people(world: World, s: int) -> float:
    """Size of a strand that its cost is paid for: places, people eligible, schools or share of a site."""
    plan = world.plan
    eligible = float(world.services.eligible[s])
    if plan.cost_unit[s] == "school_year":
        return float(_served_schools(world, s).sum())
    if plan.cost_unit[s] == "site_year":
        in_strand = eligible if plan.reach[s] == 0.0 else eligible * plan.reach[s]
        return in_strand / plan.site_children[s]
    if plan.arrays.area[s] == 1:
        return eligible * plan.cost_share_of_users[s]
    return _places_wanted(world, s)


def _places_wanted(world: World, s: int) -> float:
    plan = world.plan
    running = float(_months_running(world, s) > 0)
    asked = plan.places[s] if plan.reach[s] == 0.0 else plan.reach[s] * float(world.services.eligible[s])
    return max(float(np.ceil(asked)), 0.0) * running


def _served_schools(world: World, s: int) -> npt.NDArray[np.bool_]:
    """Schools of the place a strand works in: phase by ages, only the weakest where it targets those."""
    plan, schools = world.plan, world.schools
    low, high = plan.arrays.age_low[s], plan.arrays.age_high[s]
    primary = (low < 132) & np.isin(schools.phase, [1, 3, 4])
    secondary = (high > 132) & np.isin(schools.phase, [2, 3, 4])
    return (schools.elsewhere == 0) & (primary | secondary) & (schools.effectiveness_base <= plan.school_line[s])


def _running(world: World) -> npt.NDArray[np.bool_]:
    """Offers that run this month."""
    offers = world.plan.arrays
    return (offers.start <= world.month) & (world.month < offers.stop)


def _ramp(world: World) -> Reals:
    """Share of full size each offer has reached, by months since its start."""
    months = world.month - world.plan.arrays.start + 1
    return np.clip(months / (world.plan.ramp + 1.0), 0.0, 1.0)


def _posts(world: World) -> None:
    """Posts are advertised, filled and left; places follow posts."""
    plan, v, d = world.plan, world.services, world.start.register.parameters.delivery
    today = np.arange(len(plan.ids)) < plan.n_today
    size = np.where(today, plan.places, v.planned * world.shares * _ramp(world) * _running(world))
    v.posts_wanted[:] = size * plan.posts_per_unit
    kept = np.minimum(v.posts_filled, v.posts_wanted)
    filled = kept * (1.0 - d.turnover_rate / 12.0) + (v.posts_wanted - kept) * d.recruitment_rate
    v.posts_filled[:] = np.minimum(filled, v.posts_wanted)
    # What needs no post is staffed as soon as it runs.
    unstaffed = np.where(size > 0, 1.0, 0.0)
    v.quality[:] = np.divide(v.posts_filled, v.posts_wanted, out=unstaffed, where=v.posts_wanted > 0)
    v.capacity[:] = np.floor(v.quality * size * plan.people_per_unit + _ROUNDING)


def _enrolment(world: World) -> None:
    plan, v = world.plan, world.services
    p = world.start.register.parameters.delivery
    for s in range(len(plan.ids)):
        if not plan.arrays.start[s] <= world.month < plan.arrays.stop[s]:
            continue
        if plan.arrays.area[s] == 1:
            v.started[s] += uptake.expose(
                s, world.start.seed, world.selective, plan.arrays, world.people, world.taking, p
            )
            continue
        household = plan.arrays.unit[s] == uptake.HOUSEHOLD
        rows = len(world.households) if household else len(world.children)
        score = np.empty(rows)
        _, offered = uptake.find_candidates(
            s, world.month, world.start.seed, world.selective, plan.arrays, world.people, world.taking, score, p
        )
        key = world.households.key if household else world.children.key
        candidates = np.flatnonzero(score > -1e8)
        order = candidates[np.lexsort((key[candidates], -score[candidates]))]
        inside = int((world.taking.stage[s, :rows] == 2).sum())
        places, queue = max(int(v.capacity[s]) - inside, 0), int(v.capacity[s] * p.waiting_list_limit)
        started = uptake.enrol(s, order, places, queue, world.taking)
        # Members in order of rows, so that the monthly loops walk through memory.
        world.taking.members[s, : world.taking.n_members[s]].sort()
        v.offered[s] += offered
        v.started[s] += started


def _taking_part(world: World) -> None:
    plan, c, h, p = world.plan, world.children, world.households, world.start.register.parameters
    child_kernel.relax_support(c.real, p.children.support_rate)
    uptake.take_part(
        world.month, world.start.seed, plan.arrays, world.people, world.taking, world.services.real, p.delivery, p.trust
    )
    delivered = _pay(world)
    if len(plan.ids) > plan.n_today:
        child_kernel.fade(c.pools, world.kept)
        child_kernel.fade(h.pools, world.kept)
        child_kernel.fade(world.schools.pools, world.kept)
        uptake.add_dose(world.month, delivered, plan.arrays, world.people, world.taking, p.delivery)
        _school_work(world, delivered)
    uptake.finish_courses(plan.arrays, world.people, world.taking, world.services.real)


def _pay(world: World) -> Reals:
    """Pay for the month out of each strand's allotment; returns the delivered share of each offer (0..1).

    People's courses are paid by the head; area, school and site strands by their size, and what they
    deliver to everybody near by is the share of their full size that is paid for and staffed.
    """
    plan, v = world.plan, world.services
    running = _running(world) & (np.arange(len(plan.ids)) >= plan.n_today)
    full = v.planned * plan.month_cost
    bill = (
        np.where(plan.by_size, full * world.shares * _ramp(world) * v.quality, v.taking_part * plan.month_cost)
        * running
    )
    paid = np.minimum(bill, np.maximum(v.allotted - v.spent, 0.0))
    v.spent += paid
    owed = np.where(plan.arrays.area == 1, full, bill)
    return np.divide(paid, owed, out=np.where(running & (plan.month_cost == 0.0), 1.0, 0.0), where=owed > 0)


def _school_work(world: World, delivered: Reals) -> None:
    """Strands that work on whole schools add to the effectiveness pools of the schools they serve."""
    plan = world.plan
    for s in range(plan.n_today, len(plan.ids)):
        running = plan.arrays.start[s] <= world.month < plan.arrays.stop[s]
        if not running or not plan.school_course[s].any():
            continue
        served = _served_schools(world, s)
        in_course = world.month - plan.arrays.start[s] < plan.arrays.duration[s]
        if in_course or plan.arrays.ongoing[s] == 1:
            increments = plan.school_course[s] if in_course else plan.school_keep[s]
            place_kernel.add_school_effect(world.schools.pools, served, increments, delivered[s])


def _children(world: World) -> None:
    c, p = world.children, world.start.register.parameters
    lines = (p.schools.low_attainment_line, p.schools.need_line)
    step: Step = child_kernel.advance_children_parallel if world.threads > 1 else child_kernel.advance_children
    step(
        world.now, c.real, c.whole, c.pools, c.key, world.households.real, world.schools.real, world.ages, p.children,
        lines, world.sums,
    )  # fmt: skip


def _schools(world: World) -> None:
    s = world.schools
    place_kernel.advance_schools(
        world.now, s.real, s.whole, s.pools, s.key, world.sums, world.start.register.parameters.schools
    )


def _tests(world: World) -> None:
    c, h, p = world.children, world.households, world.start.register.parameters
    child_kernel.test_scores(world.now, c.real, c.whole, c.key, p.reference.test_noise, p.children)
    child_kernel.settle_at_18(world.now, c.real, c.whole, c.pools, c.key, h.real, p.reference)


def _yearly_record(world: World) -> None:
    world.readings.append(
        read_outcomes(
            world.children,
            world.households,
            world.schools,
            world.services,
            world.month,
            world.start.register.parameters,
        )
    )
    world.deliveries.append(world.services.real.copy())


EVENTS: tuple[Event, ...] = (
    Event("who is here", _EVERY_MONTH, _who_is_here, "families leave and arrive, children are born and grow up"),
    Event("new school year", (SEPTEMBER,), _new_school_year, "staff and heads change, special needs are identified"),
    Event(
        "admissions",
        _EVERY_MONTH,
        _admissions,
        "children without the right school are admitted to the nearest with room",
    ),
    Event("families", _EVERY_MONTH, _families, "work, income, hardship, distress, home learning"),
    Event("trust", _EVERY_MONTH, _trust, "word of mouth and experience move trust in services"),
    Event(
        "money",
        ENROLMENT_MONTHS,
        _share_out_money,
        "what is left of the year's money and posts is shared out by priority",
    ),
    Event("posts", _EVERY_MONTH, _posts, "posts are filled and left; places follow"),
    Event(
        "enrolment", ENROLMENT_MONTHS, _enrolment, "those eligible are found, offered a place, accept, start or wait"
    ),
    Event(
        "taking part",
        _EVERY_MONTH,
        _taking_part,
        "take-part, drop-out, completion; effects accrue and fade; bills are paid",
    ),
    Event("children", _EVERY_MONTH, _children, "attainment, wellbeing, health, attendance, agency"),
    Event("schools", _EVERY_MONTH, _schools, "rolls, peers, pastoral load and climate follow the pupils"),
    Event("tests", (JUNE,), _tests, "EYFSP, phonics, Key Stage 2, GCSE; destinations at 18"),
    Event("yearly record", (AUGUST,), _yearly_record, "every indicator is read"),
)
#: What happens in life histories before the first day: development only, no services, moves or staff changes.
_HISTORY = frozenset({"who is here", "new school year", "families", "children", "schools", "tests"})


# --- create, advance, run --------------------------------------------------------------------------------------


def create_start(
    place: Place,
    register: Register,
    seed: int,
    months: int = 120,
    without: frozenset[str] = frozenset(),
    threads: int = 1,
) -> Start:
    """The first day of a place: synthetic population, then life histories by the model's own equations.

    ``months``: longest run this start will serve, 12 to 240. Raises ``ValueError`` outside.
    """
    if not 12 <= months <= LONGEST_MONTHS:
        raise ValueError(f"months must be from 12 to {LONGEST_MONTHS}, not {months}")
    population = build(place, register.parameters, seed, months, "churn" not in without)
    start = Start(place, register, without, seed, months, population)
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
    sampled = world.households.workers.copy(), world.households.income.copy()
    # Donors live their histories too; they go back to sleep on the first day.
    donors = (world.households.last_month == 0) & (world.households.home < 0)
    asleep = c.last_month == 0
    c.last_month[asleep] = 12 * (c.cohort[asleep] + 20)
    world.households.last_month[donors] = 1
    while world.month < 0:
        _attend_past_schools(world, first_schools)
        _step(world, _HISTORY)
    c.last_month[asleep] = 0
    world.households.last_month[donors] = 0
    # The first day has the work and income that were fitted to the place.
    world.households.workers, world.households.income = sampled
    _need_quintiles(world)
    _copy_donors(population)
    for column in ("primary", "secondary", "school"):
        getattr(c, column)[:] = -1


def _first_schools(world: World) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """(primary, secondary) each child attended before the first day: its school of today, else the nearest."""
    c = world.children
    world.month = 0
    _admissions(world)
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
    came = np.flatnonzero((population.donor_of_household >= 0) & (h.fsm_last > NEVER))
    h.fsm_last[came] += h.first_month[came]
    c.need_quintile[late] = h.need_quintile[c.household[late]]


def create(
    start: Start, strategy: Strategy, library: dict[str, Strand], evidence: Evidence | None = None, threads: int = 1,
    copy: bool = True,
) -> World:  # fmt: skip
    """A world at month 0: a copy of the start with the strategy's offers compiled. ``threads`` does not change bits."""
    population, register = start.population, start.register
    plan = compile_offers(start.place, strategy, library, register, evidence or Evidence(), start.without)
    tables = [population.children, population.households, population.schools]
    children, households, schools = (t.copy() for t in tables) if copy else tables
    services = Table("services", len(plan.ids))
    services.posts_filled[: plan.n_today] = (plan.places * plan.posts_per_unit)[: plan.n_today]
    services.whole[0, : plan.n_today] = 1
    n, m, s = len(children), len(households), len(plan.ids)
    side = float(np.sqrt(start.place.value("area_km2")))
    distance = np.sqrt((households.x - side / 2) ** 2 + (households.y - side / 2) ** 2)
    taking = uptake.Taking(
        np.zeros((s, max(n, m)), dtype=np.int8), np.zeros((s, max(n, m)), dtype=np.int16),
        np.zeros((s, max(n, m)), dtype=np.int32), np.zeros(s, dtype=np.int64),
        np.zeros((N_CHILD_OUTCOMES, n)), np.zeros((N_CHILD_OUTCOMES, n)),
        np.zeros((N_HOUSEHOLD_OUTCOMES, m)), np.zeros((N_HOUSEHOLD_OUTCOMES, m)), np.full(m, -1, dtype=np.int64),
    )  # fmt: skip
    people = uptake.People(
        children.real, children.whole, children.pools, children.key, households.real, households.whole,
        households.pools, households.key, population.kin_first, population.kin_rows, distance,
        np.full(n, -1, dtype=np.int32), np.zeros(m, dtype=np.uint32), np.zeros(m, dtype=np.int8),
        np.zeros((uptake.N_NEEDS, n)), np.zeros((uptake.N_NEEDS, m)), np.zeros(m),
    )  # fmt: skip
    ages = child_kernel.age_tables(register.parameters.children)
    parallel = threads > 1 and n >= PARALLEL_FROM and not _jit.JIT_OFF
    if parallel:
        _jit.set_threads(threads)
    return World(
        start, strategy, plan, children, households, schools, services, taking, people, 0, threads if parallel else 1,
        np.arange(population.n_homes), child_kernel.AgeTables(*ages),
        kept_shares(register.parameters.evidence, "fade_out" not in start.without),
        np.zeros((n_chunks(n), 5, len(schools))), np.zeros(population.n_homes), np.zeros(len(schools), dtype=np.int64),
        distance, np.zeros(s), np.ones(s),
    )  # fmt: skip


def _step(world: World, only: frozenset[str] | None = None) -> None:
    of_year = world.month % 12
    for event in EVENTS:
        if of_year in event.months and (only is None or event.name in only):
            event.act(world)
    world.month += 1


def advance(world: World, months: int = 1) -> None:
    """Step a world by whole months. Raises ``ValueError`` beyond the months its start was made for."""
    if world.month + months > world.start.months:
        raise ValueError(
            f"the start was made for {world.start.months} months; month {world.month + months} is beyond it"
        )
    for _ in range(months):
        _step(world)


def run(
    start: Start, strategy: Strategy, library: dict[str, Strand], evidence: Evidence | None = None, threads: int = 1
) -> World:
    """A world stepped to the end of its start's months."""
    world = create(start, strategy, library, evidence, threads)
    advance(world, start.months)
    return world
