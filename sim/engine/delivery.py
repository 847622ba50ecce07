"""Delivery: the events in which money and posts are shared out, people are enrolled and take part."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.engine.context import analysis_gbp, fits
from sim.engine.coordination import links
from sim.engine.outside import cuts, meetings, release
from sim.engine.partnership import money_paid, overheads_gbp
from sim.engine.world import Reals, World
from sim.futures import money_share, touches
from sim.kernel import children as child_kernel
from sim.kernel import delivery as delivery_kernel
from sim.kernel import dose, uptake
from sim.kernel import places as place_kernel
from sim.offers import ECOLOGIES
from sim.schema import SEPTEMBER

_SCHOOL_ECOLOGY = np.uint8(1 << ECOLOGIES.index("school"))


def share_out_money(world: World) -> None:
    """Each term: count who is eligible, plan places, share what is left of the year's money and posts by priority.

    September files last year's books and opens the new year's money. What a strand did not spend in a term
    goes back into the pot for the next.
    """
    plan, v = world.plan, world.services
    if world.month % 12 == SEPTEMBER:
        for column in ("offered", "started", "completed", "dropped", "spent", "wait_months"):
            getattr(v, column)[:] = 0.0
        world.money = _year_money(world)
    _follow_money(world)
    uptake.measure_needs(world.people, world.parameters.delivery)
    uptake.count_eligible(plan.arrays, world.people, world.taking, v.eligible, v.open_to)
    money = float(world.money.sum())
    # The partnership and the local analysis are paid first; where money is short the strands shrink.
    running = min(overheads_gbp(world), money)
    world.overheads[world.month // 12] = running, analysis_gbp(world, money - running)
    left = _money_left(world)
    strands, running_months = range(plan.n_today, len(plan.ids)), _months_running(world)
    for s in strands:
        # A strand that does not run this year takes neither money nor posts.
        v.planned[s] = _wanted_people(world, s) if running_months[s] > 0 else 0.0
    posts_left, cut = _posts_limit(world), cuts(world)
    for s in sorted(strands, key=lambda s: (plan.priority[s], plan.ids[s], plan.arrays.start[s])):
        months = running_months[s]
        wanted = float(v.planned[s]) * cut[s]
        need = _person_months(world, s, wanted, months) * plan.month_cost[s]
        posts = wanted * plan.posts_per_unit[s]
        by_money, by_posts = left / need if need > 0 else 1.0, posts_left / posts if posts > 0 else 1.0
        share = min(1.0, by_money, by_posts)
        world.shares[s], v.allotted[s] = share, v.spent[s] + need * share
        left, posts_left = left - need * share, posts_left - posts * share
        if share < 0.995 and wanted > 0:
            short_of = "money" if by_money <= by_posts else "posts"
            world.shortfalls.append((world.month // 12, plan.ids[s], share, short_of))


def _year_money(world: World) -> Reals:
    """Pounds of this school year by payer, in the order of their names: less where partners or a future cut back."""
    strategy, future, paid = world.strategy, world.start.future, money_paid(world)
    people = float(world.start.place.value("children")) if strategy.money_per_child else 1.0
    return np.array(
        [
            pounds * people * paid.get(payer, 1.0) * money_share(future, world.month, payer)
            for payer, pounds in sorted(strategy.money_gbp.items())
        ]
    )


def _money_left(world: World) -> float:
    """Pounds of this school year that neither overheads nor strands have taken."""
    taken = sum(world.overheads.get(world.month // 12, (0.0, 0.0))) + float(world.services.spent.sum())
    return max(float(world.money.sum()) - taken, 0.0)


def _follow_money(world: World) -> None:
    """Where a future touches money, count again what can be relied on this school year."""
    if touches(world.start.future, "money"):
        world.money = _year_money(world)


def _posts_limit(world: World) -> float:
    """Most posts the strands may have this month; a cut of a strategy without a limit is one of what it wants."""
    plan, kept = world.plan, world.outside("posts")
    if world.strategy.posts is not None:
        return world.strategy.posts * kept
    if kept == 1.0:
        return np.inf
    return kept * float((world.services.planned * plan.posts_per_unit)[plan.n_today :].sum())


def _person_months(world: World, s: int, wanted: float, months: int) -> float:
    """Person-months a strand can use this year: full size all year, but no more than its takers' courses."""
    plan = world.plan
    if plan.by_size[s]:
        return wanted * months
    takers = float(world.services.open_to[s]) * plan.likely_share[s]
    course = months if plan.arrays.ongoing[s] == 1 else min(int(plan.arrays.duration[s]), months)
    return min(wanted * months, takers * course * world.parameters.delivery.planning_margin)


def _months_running(world: World) -> list[int]:
    """Months of the rest of this school year in which each offer runs."""
    offers, next_year = world.plan.arrays, world.month - world.month % 12 + 12
    months = np.minimum(next_year, offers.stop) - np.maximum(world.month, offers.start)
    return [int(n) for n in np.maximum(months, 0)]


def _wanted_people(world: World, s: int) -> float:
    """Size of a strand that its cost is paid for: places, people eligible, schools or share of a site."""
    plan = world.plan
    eligible = float(world.services.eligible[s])
    if plan.cost_unit[s] == "school_year":
        return float(served_schools(world, s).sum())
    if plan.cost_unit[s] == "site_year":
        in_strand = eligible if plan.reach[s] == 0.0 else eligible * plan.reach[s]
        return in_strand / plan.site_children[s]
    if plan.arrays.area[s] == 1:
        return eligible * plan.cost_share_of_users[s]
    # Who is in a course may finish it, even if fewer are eligible now; a plan grows with those eligible alone.
    inside = min(world.services.taking_part[s], world.services.planned[s])
    wanted = plan.places[s] if plan.reach[s] == 0.0 else max(plan.reach[s] * eligible, inside)
    return float(np.ceil(wanted))


def served_schools(world: World, s: int) -> npt.NDArray[np.bool_]:
    """Schools of the place a strand works in: phase by ages, only the weakest where it targets those."""
    served: npt.NDArray[np.bool_] = world.right_phase[s] & (
        world.schools.effectiveness_base <= world.plan.school_line[s]
    )
    return served


def _running(world: World) -> npt.NDArray[np.bool_]:
    """Offers that run this month."""
    offers = world.plan.arrays
    return (offers.start <= world.month) & (world.month < offers.stop)


def fill_posts(world: World) -> None:
    """Posts are advertised, filled and left; places follow posts."""
    plan, v, p = world.plan, world.services, world.parameters
    cut, size = _cut(world), np.zeros(len(plan.ids))
    delivery_kernel.fill_posts(
        world.month, v.real, plan.arrays, plan.work, world.shares, cut, world.outside("contact"), size, p.delivery,
        p.coordination,
    )  # fmt: skip
    release(world, cut, np.floor(size * plan.people_per_unit + delivery_kernel.ROUNDING))


def _cut(world: World) -> Reals:
    """Factor of the future on the size of each offer; between terms all strands bear a cut of posts alike."""
    plan, v, cut = world.plan, world.services, cuts(world)
    if touches(world.start.future, "posts") and world.outside("posts") < 1.0:
        strands = np.arange(len(plan.ids)) >= plan.n_today
        ramp = [delivery_kernel.reached(world.month, s, plan.arrays, plan.work) for s in range(len(plan.ids))]
        size = v.planned * world.shares * ramp * _running(world) * cut * strands
        total, limit = float((size * plan.posts_per_unit).sum()), _posts_limit(world)
        cut = np.where(strands & (total > limit), cut * (limit / max(total, delivery_kernel.ROUNDING)), cut)
    return cut


def enrol(world: World) -> None:
    """Each term: find candidates of every running offer, start as many as there are places, queue the next."""
    p = world.parameters
    uptake.enrol(
        world.month, world.start.seed, world.selective, links(world), world.plan.arrays,
        world.plan.posts_per_unit > 0.0, world.people, world.taking, world.services.real, p.delivery, p.coordination,
    )  # fmt: skip


def take_part(world: World) -> None:
    """Take-part, drop-out and completion; bills are paid; effects accrue and fade."""
    plan, v, c, h, p = world.plan, world.services, world.children, world.households, world.parameters
    child_kernel.relax_support(c.real, p.children.support_rate)
    uptake.take_part(
        world.month, world.start.seed, plan.arrays, world.people, world.taking, world.services.real, p.delivery, p.trust
    )
    _note_use(world)
    delivered = _pay(world)
    shares = np.zeros((len(plan.ids), len(world.zone)))
    delivery_kernel.deliver(
        v.real, plan.arrays.area, plan.n_today, world.zone.coordination, world.usual_coordination, fits(world),
        delivered, shares, p.coordination,
    )  # fmt: skip
    if len(plan.ids) > plan.n_today:
        _fade_children(world)
        child_kernel.fade(h.pools, world.kept)
        child_kernel.fade(world.schools.pools, world.kept)
        served = _school_work(world, shares)
        dose.add_dose(
            world.month, shares, links(world), served, _SCHOOL_ECOLOGY, plan.arrays, world.people, world.taking
        )
    uptake.finish_courses(plan.arrays, world.people, world.taking, world.services.real)


def _note_use(world: World) -> None:
    """Count this month for everybody who uses a strand of the strategy; September starts the count again.

    Using means taking part in what counts as contact. A household's use is its children's, and a child's its
    household's.
    """
    plan, use = world.plan, world.use
    if world.month % 12 == SEPTEMBER:
        use.children[:] = 0
        use.homes[:] = 0
    if len(plan.ids) > plan.n_today:
        uptake.note_use(plan.n_today, plan.arrays, world.people, world.taking, use.children, use.homes)


def _pay(world: World) -> Reals:
    """Pay for the month out of each strand's allotment; returns the delivered share of each offer (0..1).

    People's courses are paid by the head; area, school and site strands by their size, and what they
    deliver to everybody near by is the share of their full size that is paid for and staffed.
    """
    plan, v = world.plan, world.services
    paid, owed, free = delivery_kernel.bills(world.month, v.real, plan.arrays, plan.work, world.shares, _cut(world))
    if touches(world.start.future, "money"):
        _follow_money(world)
        left = _money_left(world)
        paid = paid * min(1.0, left / max(float(paid.sum()), delivery_kernel.ROUNDING))
    v.spent += paid
    shares: Reals = np.divide(paid, owed, out=free, where=owed > 0)
    return shares * meetings(world)


def _fade_children(world: World) -> None:
    """Effects on children fade; where the prior allows it, slower in good schools and homes."""
    c, strength = world.children, world.plan.strengths.sustaining
    if strength == 0.0 or world.nothing_fades:
        child_kernel.fade(c.pools, world.kept)
        return
    child_kernel.fade_in_surroundings(
        c.pools, world.kept, c.whole, world.households.real, world.schools.real, strength, world.parameters.coordination
    )


def _school_work(world: World, shares: Reals) -> npt.NDArray[np.bool_]:
    """Strands on whole schools add to the effectiveness pools of the schools they serve; returns those schools."""
    plan, everywhere = world.plan, np.zeros(len(world.schools), dtype=bool)
    for s in plan.on_schools:
        if not plan.arrays.start[s] <= world.month < plan.arrays.stop[s]:
            continue
        served = served_schools(world, s)
        in_course = world.month - plan.arrays.start[s] < plan.arrays.duration[s]
        if in_course or plan.arrays.ongoing[s] == 1:
            increments = plan.school_course[s] if in_course else plan.school_keep[s]
            place_kernel.add_school_effect(world.schools.pools, served, increments, shares[s], world.zone_of_school)
            everywhere |= served
    return everywhere
