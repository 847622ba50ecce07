"""The first day of a place (``Start``) and one neighbourhood that goes its own way from there (``World``)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim import _jit
from sim.engine.memory import keep_freed_memory
from sim.engine.zone import make_partnership, partnership_of, usual_zone
from sim.futures import NO_FUTURE, factor
from sim.kernel import children as child_kernel
from sim.kernel import uptake
from sim.kernel.chunks import n_chunks
from sim.offers import Evidence, OfferPlan, compile_offers, kept_shares
from sim.outcomes import Measurement, Reading, Screen, Use
from sim.parameters import Parameters, Register
from sim.population import Margin, Population
from sim.schema import ALL_THROUGH, N_CHILD_OUTCOMES, N_HOUSEHOLD_OUTCOMES, PRIMARY, SECONDARY, SPECIAL, YEAR_7
from sim.spec import Future, Partnership, Place, Strand, Strategy
from sim.state import Table

Reals = npt.NDArray[np.float64]
#: From this many children a world steps in parallel where more than one thread is allowed.
PARALLEL_FROM = 20_000
#: From this many rows of children a column is large enough for the C library to give it back when it is freed.
KEEP_FROM = 100_000
#: Months of age from which an offer works in secondary schools.
_YEAR_7_AGE = 12 * (YEAR_7 - 1)


@dataclass
class Start:
    """The first day of a place: tables after life histories, and the fixed relations between rows.

    ``drivers``: what drives disadvantage here, in the order of ``spec.DRIVERS``, SD between places. ``future``: what
    the world will do to every world that begins here.
    """

    place: Place
    register: Register
    without: frozenset[str]
    seed: int
    months: int
    population: Population
    drivers: Reals
    future: Future = NO_FUTURE

    @property
    def fit(self) -> tuple[Margin, ...]:
        """Asked margins of the place beside the synthetic ones."""
        return self.population.fit


class LogEntry(NamedTuple):
    """Something that happened in a month: kind, who it happened to, and what, in words."""

    month: int
    kind: str
    who: str
    what: str


class Estimate(NamedTuple):
    """What a local analysis says of a driver at the end of a month: estimate and its SD, SD between places."""

    month: int
    driver: str
    estimate: float
    sd: float


@dataclass
class Changes:
    """Rows that came or went in the last month, for views that follow the tables."""

    arrived_children: npt.NDArray[np.int64]
    departed_children: npt.NDArray[np.int64]
    arrived_households: npt.NDArray[np.int64]
    departed_households: npt.NDArray[np.int64]


@dataclass
class World:
    """One neighbourhood under one strategy. ``month`` is the next month to step.

    ``parameters``: those of this month, which a future may have changed. ``partners``, ``zone``: the partnership,
    ``partnership``: its terms, its partners in the order of the rows, ``None`` where there is none. ``meetings``:
    meetings each partner came to, and those held while it was in, since September. ``overheads``: school year ->
    pounds that running the partnership and the local analysis took. ``moneys``: pounds of each school year by payer.
    ``payers``: share paid by payers that are no partners, 1 where not told.
    ``analysis``: what the local analysis has said, quarter by quarter; ``analysis_months``: months of it done and paid.
    ``champions``: rows of the households drawn to speak for the zone, once there are any.
    ``fitted``: how well the place was known when the fits of the offers were last worked out, and those fits.
    ``right_phase``: offers x schools, whether a school of the place teaches ages that the offer is for.
    ``payers_outside``: payers of the strategy that are no partners, and the keys of their draws, once asked for.
    """

    start: Start
    strategy: Strategy
    plan: OfferPlan
    parameters: Parameters
    partners: Table
    zone: Table
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
    shares: Reals
    zone_of_school: npt.NDArray[np.int32]
    right_phase: npt.NDArray[np.bool_]
    use: Use
    usual_coordination: float = 0.0
    usual_data: float = 0.0
    next_tenant: int = 0
    history: bool = False
    readings: list[Reading] = field(default_factory=list)
    deliveries: list[Reals] = field(default_factory=list)
    measured: list[Measurement] = field(default_factory=list)
    screens: list[Screen] = field(default_factory=list)
    shortfalls: list[tuple[int, str, float, str]] = field(default_factory=list)
    money: Reals = field(default_factory=lambda: np.zeros(0))
    log: list[LogEntry] = field(default_factory=list)
    analysis: list[Estimate] = field(default_factory=list)
    analysis_months: float = 0.0
    fitted: tuple[float, Reals] | None = None
    champions: npt.NDArray[np.int64] | None = None
    partnership: Partnership | None = None
    meetings: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros((2, 0), dtype=np.int64))
    moneys: list[Reals] = field(default_factory=list)
    payers: dict[str, float] = field(default_factory=dict)
    payers_outside: tuple[list[str], npt.NDArray[np.uint64]] | None = None
    overheads: dict[int, tuple[float, float]] = field(default_factory=dict)

    @property
    def now(self) -> child_kernel.Month:
        """The month being stepped, as compiled code takes it."""
        calendar, of_year = self.start.register.calendar, self.month % 12
        teaching = calendar.teaching[of_year] * self.outside("teaching")
        return child_kernel.Month(
            self.month, of_year, self.month // 12, self.start.seed, calendar.season[of_year], teaching
        )

    def outside(self, kind: str, who: str = "") -> float:
        """Factor of the future on a kind of thing this month; 1 without a shock."""
        return factor(self.start.future, kind, self.month, who)

    @property
    def selective(self) -> float:
        """1 where the better-off and organised enrol first, 0 where that mechanism is off."""
        return 0.0 if "selective_take_up" in self.start.without else 1.0

    @property
    def nothing_fades(self) -> bool:
        """Whether the fading of effects is switched off."""
        return "fade_out" in self.start.without

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


def zone_at(table: Table, side: float, n_zones: int) -> npt.NDArray[np.int32]:
    """Row of the zone in which each row of a table with ``x`` and ``y`` lies: cells of a grid over the place (km).

    As many columns as the root of the number of zones, and rows of zones as needed; the last cells are joined.
    """
    across = int(np.ceil(np.sqrt(n_zones)))
    down = int(np.ceil(n_zones / across))
    column = np.clip((table.x / side * across).astype(np.int32), 0, across - 1)
    row = np.clip((table.y / side * down).astype(np.int32), 0, down - 1)
    return np.minimum(row * across + column, n_zones - 1).astype(np.int32)


def right_phase(offers: uptake.Offers, schools: Table) -> npt.NDArray[np.bool_]:
    """Offers x schools: whether a school of the place teaches ages that the offer is for."""
    primary = np.isin(schools.phase, [PRIMARY, ALL_THROUGH, SPECIAL]) & (schools.elsewhere == 0)
    secondary = np.isin(schools.phase, [SECONDARY, ALL_THROUGH, SPECIAL]) & (schools.elsewhere == 0)
    young, old = offers.age_low < _YEAR_7_AGE, offers.age_high > _YEAR_7_AGE
    right: npt.NDArray[np.bool_] = (young[:, None] & primary) | (old[:, None] & secondary)
    return right


def create(
    start: Start, strategy: Strategy, library: dict[str, Strand], evidence: Evidence | None = None, threads: int = 1,
    copy: bool = True,
) -> World:  # fmt: skip
    """A world at month 0: a copy of the start with the strategy's offers compiled. ``threads`` does not change bits."""
    population, register = start.population, start.register
    plan = compile_offers(
        start.place, strategy, library, register, evidence or Evidence(), start.without, start.drivers
    )
    tables = [population.children, population.households, population.schools]
    children, households, schools = (t.copy() for t in tables) if copy else tables
    services = Table("services", len(plan.ids))
    services.posts_filled[: plan.n_today] = (plan.places * plan.posts_per_unit)[: plan.n_today]
    services.baseline[: plan.n_today] = 1
    services.fidelity[: plan.n_today] = 1.0
    n, m, s = len(children), len(households), len(plan.ids)
    if n >= KEEP_FROM:
        keep_freed_memory()
    n_zones = int(start.place.value("zones"))
    side = float(np.sqrt(start.place.value("area_km2")))
    distance = np.sqrt((households.x - side / 2) ** 2 + (households.y - side / 2) ** 2)
    taking = uptake.Taking(
        np.zeros((s, max(n, m)), dtype=np.int8), np.zeros((s, max(n, m)), dtype=np.int16),
        np.zeros((s, max(n, m)), dtype=np.int32), np.zeros(s, dtype=np.int64),
        np.zeros((N_CHILD_OUTCOMES, n)), np.zeros((N_CHILD_OUTCOMES, n)),
        np.zeros((N_HOUSEHOLD_OUTCOMES, m)), np.zeros((N_HOUSEHOLD_OUTCOMES, m)), np.full(m, -1, dtype=np.int64),
        np.zeros(n, dtype=np.uint8), np.zeros(m, dtype=np.uint8),
    )  # fmt: skip
    people = uptake.People(
        children.real, children.whole, children.pools, children.key, households.real, households.whole,
        households.pools, households.key, population.kin_first, population.kin_rows, distance,
        np.full(n, -1, dtype=np.int32), np.zeros(m, dtype=np.uint32), np.zeros(m, dtype=np.int8),
        np.zeros((uptake.N_NEEDS, n)), np.zeros((uptake.N_NEEDS, m)), np.zeros(m),
        zone_at(households, side, n_zones),
    )  # fmt: skip
    partnership = partnership_of(strategy, library)
    partners, zone = make_partnership(start.place, partnership, register.parameters.partnership)
    usual = usual_zone(register.parameters.partnership)
    ages = child_kernel.age_tables(register.parameters.children)
    parallel = threads > 1 and n >= PARALLEL_FROM and not _jit.JIT_OFF
    if parallel:
        _jit.set_threads(threads)
    return World(
        start, strategy, plan, register.parameters, partners, zone, children, households, schools,
        services, taking, people, 0, threads if parallel else 1,
        np.arange(population.n_homes), child_kernel.AgeTables(*ages),
        kept_shares(register.parameters.evidence, "fade_out" not in start.without),
        np.zeros((n_chunks(n), 5, len(schools))), np.zeros(population.n_homes), np.zeros(len(schools), dtype=np.int64),
        np.ones(s), zone_at(schools, side, n_zones),
        right_phase(plan.arrays, schools), Use(np.zeros(n, dtype=np.int8), np.zeros(m, dtype=np.int8)),
        usual_coordination=usual[0], usual_data=usual[1], partnership=partnership,
        meetings=np.zeros((2, len(partners)), dtype=np.int64),
    )  # fmt: skip
