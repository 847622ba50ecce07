"""One month, in order: ``EVENTS`` is the order, and a run is its start and 120 times the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sim.engine.context import analyse
from sim.engine.coordination import neighbourhood
from sim.engine.delivery import enrol, fill_posts, share_out_money, take_part
from sim.engine.outside import world_outside
from sim.engine.partnership import advance_partnership
from sim.engine.world import Start, World, create
from sim.kernel import care as care_kernel
from sim.kernel import children as child_kernel
from sim.kernel import families as family_kernel
from sim.kernel import places as place_kernel
from sim.kernel import sums as sum_kernel
from sim.kernel import uptake
from sim.offers import Evidence
from sim.outcomes import SOURCES, gather, is_due, read_dashboard, read_outcomes
from sim.schema import AUGUST, ENROLMENT_MONTHS, HW, JUNE, SEPTEMBER
from sim.spec import Strand, Strategy

Step = Callable[..., None]
_EVERY_MONTH = tuple(range(12))


class Event(NamedTuple):
    """One line of the month: its name, the months of the school year it happens in, what it does, in words."""

    name: str
    months: tuple[int, ...]
    act: Callable[[World], None]
    meaning: str


def _who_is_here(world: World) -> None:
    tenants = world.start.population.tenants
    while world.next_tenant < len(tenants) and tenants[world.next_tenant][0] <= world.month:
        _, home, row = tenants[world.next_tenant]
        world.tenant[home] = row
        world.next_tenant += 1
    h, p = world.households, world.parameters.population
    # A family that leaves lives in an average neighbourhood of the place's deprivation quintile.
    left = h.leaves_month == world.month
    h.unsafety[left] = p.elsewhere_unsafety - p.elsewhere_unsafety_slope * (_quintile(world) - 2)
    c = world.children
    sum_kernel.count_children(world.month, c.whole, h.whole[HW.children_here])
    if not world.history:
        uptake.look_around(world.month, world.parameters.reference.fsm_memory_months, world.people)


def _quintile(world: World) -> int:
    """Deprivation quintile of the place, 0 = most deprived."""
    return (int(world.start.place.value("deprivation_decile")) - 1) // 2


def _new_school_year(world: World) -> None:
    c, s, p = world.children, world.schools, world.parameters
    child_kernel.new_school_year(world.now, c.real, c.whole, p.children)
    if not world.history:
        family_kernel.file_school_year(world.households.whole)
        place_kernel.new_school_year(world.now, s.real, s.whole, s.key, p.schools)


def admissions(world: World) -> None:
    """Children without the right school for their age are admitted to the nearest with room."""
    c, h, s, now = world.children, world.households, world.schools, world.now
    population = world.start.population
    if place_kernel.place_pupils(now, c.whole, s.whole, population.elsewhere[_quintile(world)]) == 0:
        return
    rows = np.flatnonzero(c.school == -2)
    # Brothers and sisters apply together, the youngest grade first; the key breaks ties for good.
    order = rows[np.lexsort((c.key[rows], world.month // 12 - c.cohort[rows]))]
    place_kernel.count_rolls(now, c.whole, world.rolls)
    across = np.argsort(s.x, kind="stable")
    place_kernel.admit(now, order, c.whole, h.real, s.real, s.whole, world.rolls, population.outside, across)


def _families(world: World) -> None:
    c, h, p = world.children, world.households, world.parameters
    kin = family_kernel.Kin(world.start.population.kin_first, world.start.population.kin_rows)
    step: Step = family_kernel.advance_families_parallel if world.threads > 1 else family_kernel.advance_families
    step(world.now, h.real, h.whole, h.pools, h.key, kin, c.real, c.whole, p.families)


def _trust(world: World) -> None:
    h = world.households
    family_kernel.spread_trust(
        world.now, h.real, h.whole, h.pools, world.start.population.ties, world.tenant, world.home_trust,
        world.parameters.trust,
    )  # fmt: skip


def _children(world: World) -> None:
    c, p = world.children, world.parameters
    lines = (p.schools.low_attainment_line, p.schools.need_line)
    step: Step = child_kernel.advance_children_parallel if world.threads > 1 else child_kernel.advance_children
    step(
        world.now, c.real, c.whole, c.pools, c.key, world.households.real, world.schools.real, world.ages, p.children,
        lines, world.sums,
    )  # fmt: skip


def _social_care(world: World) -> None:
    c = world.children
    care_kernel.advance_care(world.now, c.real, c.whole, c.key, world.households.real, world.parameters.care)


def _schools(world: World) -> None:
    s = world.schools
    place_kernel.advance_schools(world.now, s.real, s.whole, s.pools, s.key, world.sums, world.parameters.schools)


def _tests(world: World) -> None:
    c, h, p = world.children, world.households, world.parameters
    child_kernel.test_scores(world.now, c.real, c.whole, c.key, p.reference.test_noise, p.children)
    child_kernel.settle_at_18(world.now, c.real, c.whole, c.pools, c.key, h.real, p.reference)


def _measurement(world: World) -> None:
    for source in SOURCES:
        if is_due(source, world.month, world.parameters.dashboard):
            world.measured.append(
                gather(
                    source, world.children, world.households, world.schools, world.services, world.month,
                    world.start.seed, world.use, float(world.zone.data.mean()), world.parameters,
                )
            )  # fmt: skip


def _yearly_record(world: World) -> None:
    world.readings.append(
        read_outcomes(
            world.children,
            world.households,
            world.schools,
            world.services,
            world.partners,
            world.zone,
            world.month,
            world.parameters,
        )
    )
    world.moneys.append(world.money.copy())
    world.deliveries.append(world.services.real.copy())
    world.screens.append(read_dashboard(world.measured, world.month, world.parameters.dashboard))


EVENTS: tuple[Event, ...] = (
    Event("the world outside", _EVERY_MONTH, world_outside, "shocks of the future begin and end"),
    Event("who is here", _EVERY_MONTH, _who_is_here, "families leave and arrive, children are born and grow up"),
    Event("new school year", (SEPTEMBER,), _new_school_year, "staff and heads change, special needs are identified"),
    Event(
        "admissions",
        _EVERY_MONTH,
        admissions,
        "children without the right school are admitted to the nearest with room",
    ),
    Event("neighbourhood", _EVERY_MONTH, neighbourhood, "champions speak for the zone; a new norm may take hold"),
    Event("families", _EVERY_MONTH, _families, "work, income, hardship, distress, home learning"),
    Event("trust", _EVERY_MONTH, _trust, "word of mouth and experience move trust in services"),
    Event(
        "partnership",
        _EVERY_MONTH,
        advance_partnership,
        "partners join, meet, tire, sign, cut back, leave; the zone matures",
    ),
    Event(
        "money",
        ENROLMENT_MONTHS,
        share_out_money,
        "what is left of the year's money and posts is shared out by priority",
    ),
    Event(
        "local analysis",
        _EVERY_MONTH,
        analyse,
        "what drives disadvantage here becomes better known while an analysis is paid for",
    ),
    Event("posts", _EVERY_MONTH, fill_posts, "posts are filled and left; places follow"),
    Event("enrolment", ENROLMENT_MONTHS, enrol, "those eligible are found, offered a place, accept, start or wait"),
    Event(
        "taking part",
        _EVERY_MONTH,
        take_part,
        "take-part, drop-out, completion; effects accrue and fade; bills are paid",
    ),
    Event("children", _EVERY_MONTH, _children, "attainment, wellbeing, health, attendance, agency"),
    Event(
        "children's social care",
        _EVERY_MONTH,
        _social_care,
        "referrals; children in need, protection plans and looked-after children",
    ),
    Event("schools", _EVERY_MONTH, _schools, "rolls, peers, pastoral load and climate follow the pupils"),
    Event("tests", (JUNE,), _tests, "EYFSP, phonics, Key Stages 1 and 2, GCSE, scores at 18; destinations"),
    Event("measurement", _EVERY_MONTH, _measurement, "figures that partners will see are gathered when they are due"),
    Event("yearly record", (AUGUST,), _yearly_record, "every indicator is read, and the partners' screen"),
)


#: The part of a month that makes children and families what they are: everything but services, partners and money.
LIVES = frozenset(
    {
        "who is here", "new school year", "admissions", "families", "children", "children's social care", "schools",
        "tests",
    }
)  # fmt: skip


def step(world: World, only: frozenset[str] | None = None) -> None:
    """Step a world by one month: every event that is due, or those named in ``only``."""
    of_year = world.month % 12
    for event in EVENTS:
        if of_year in event.months and (only is None or event.name in only):
            event.act(world)
    world.month += 1


def advance(world: World, months: int = 1, only: frozenset[str] | None = None) -> None:
    """Step a world by whole months, as ``step``. Raises ``ValueError`` beyond the months its start was made for."""
    if world.month + months > world.start.months:
        raise ValueError(
            f"the start was made for {world.start.months} months; month {world.month + months} is beyond it"
        )
    for _ in range(months):
        step(world, only)


def run(
    start: Start, strategy: Strategy, library: dict[str, Strand], evidence: Evidence | None = None, threads: int = 1
) -> World:
    """A world stepped to the end of its start's months."""
    world = create(start, strategy, library, evidence, threads)
    advance(world, start.months)
    return world
