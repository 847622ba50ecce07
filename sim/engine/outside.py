"""The world outside: what a future does to the place this month, the same for the twin and every strategy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim import draws
from sim.engine.partnership import lose_partner
from sim.engine.world import LogEntry, World
from sim.futures import in_order, in_words, parameters_in, touches
from sim.kernel import uptake
from sim.schema import NOT_IN, PHASES, TAKING_PART, Stream
from sim.spec import Shock

TENURES = {"owner": 0, "private": 1, "social": 2}
#: Kind of the identity keys of homes, beside those of people and schools in ``sim.population.keys``.
_HOME_KIND = 5


def world_outside(world: World) -> None:
    """Set this month's parameters; let what begins or ends this month happen; write it into the log."""
    future = world.start.future
    world.parameters = parameters_in(future, world.month, world.start.register.parameters)
    for shock in in_order(future.shocks):
        if shock.start_month == world.month:
            _strike(world, shock, 1.0)
            world.log.append(LogEntry(world.month, "future", shock.who or "everybody", in_words(shock)))
        elif shock.months is not None and shock.start_month + shock.months == world.month:
            _strike(world, shock, -1.0)
            world.log.append(LogEntry(world.month, "future", shock.who or "everybody", f"over: {in_words(shock)}"))


def _strike(world: World, shock: Shock, sign: float) -> None:
    """What happens once, when a shock begins (``sign`` 1) or ends (-1); factors and shifts act by being asked for."""
    if shock.kind == "school":
        _change_schools(world, shock, sign)
    elif shock.kind == "housing" and sign > 0:
        _put_homes_right(world, shock)
    elif shock.kind == "partner_leaves" and sign > 0:
        lose_partner(world, shock.who or "lead")


def _change_schools(world: World, shock: Shock, sign: float) -> None:
    """Own levels of effectiveness and climate of a share of the place's schools; they begin with a new head.

    At least one school, those with the lowest addressed draw of the month in which the shock begins.
    """
    s = world.schools
    of_phase = np.ones(len(s), dtype=bool) if not shock.who else s.phase == PHASES[shock.who]
    rows = np.flatnonzero((s.elsewhere == 0) & of_phase)
    if len(rows) == 0:
        return
    u = draws.uniforms(world.start.seed, Stream.future, shock.start_month, s.key[rows])
    struck = rows[np.argsort(u, kind="stable")[: max(round(shock.share * len(rows)), 1)]]
    s.effectiveness_own[struck] += sign * shock.size
    s.climate_own[struck] += sign * shock.size
    if sign > 0:
        s.leader_since[struck] = world.month


def _put_homes_right(world: World, shock: Shock) -> None:
    """Poor homes drawn with probability ``size`` are put right for whoever lives there from this month on.

    They are neither overcrowded nor damp any more; families that have moved away live elsewhere and gain nothing.
    """
    h = world.households
    lives_there = (h.home >= 0) & (h.leaves_month > world.month) & (h.last_month > world.month)
    of_tenure = np.ones(len(h), dtype=bool) if not shock.who else h.tenure == TENURES[shock.who]
    rows = np.flatnonzero(lives_there & of_tenure & (h.housing > 0.0))
    keys = draws.keys(_HOME_KIND, h.home[rows])
    drawn = rows[draws.uniforms(world.start.seed, Stream.future, world.month, keys) < shock.size]
    h.overcrowded[drawn] = h.damp[drawn] = 0
    h.housing[drawn] = 0.0


def cuts(world: World) -> npt.NDArray[np.float64]:
    """Factor of the future on the posts of each offer this month: services of today, then strands."""
    today = world.plan.n_today
    if not touches(world.start.future, "service_posts", "strand_posts"):
        return np.ones(len(world.plan.ids))
    return np.array(
        [world.outside("service_posts" if s < today else "strand_posts", i) for s, i in enumerate(world.plan.ids)]
    )


def meetings(world: World) -> npt.NDArray[np.float64]:
    """Share of this month's meetings of each offer that are held; 1 where nobody is met.

    People take turns: where fewer can be met than take part, each is met by so much less often.
    """
    held, v = world.outside("contact"), world.services
    ones = np.ones(len(world.plan.ids))
    if held == 1.0:
        return ones
    staffed = v.taking_part * v.quality
    turns = np.minimum(np.divide(v.capacity, staffed, out=ones.copy(), where=staffed > 0), 1.0)
    meets = world.plan.arrays.contact == 1
    return np.where(meets, np.where(world.plan.arrays.area == 1, held, turns), 1.0)


def release(world: World, cut: npt.NDArray[np.float64], places: npt.NDArray[np.float64]) -> None:
    """End take-part where posts were cut below those inside: who began last leaves first, and may come back.

    ``cut``: factor of the future on each offer; ``places``: people it is now meant to serve at a time. Leaving
    counts as dropping out in the books but, like the end of a strand, costs no trust.
    """
    taking, v = world.taking, world.services
    for s in np.flatnonzero((cut < 1.0) & (world.plan.arrays.area == 0)):
        members = taking.members[s, : taking.n_members[s]]
        inside = members[taking.stage[s, members] == TAKING_PART]
        over = len(inside) - int(places[s])
        if over <= 0:
            continue
        household = world.plan.arrays.unit[s] == uptake.HOUSEHOLD
        key = (world.households if household else world.children).key[inside]
        out = inside[np.lexsort((key, taking.months[s, inside]))[:over]]
        taking.stage[s, out] = NOT_IN
        kept = members[taking.stage[s, members] != NOT_IN].copy()
        taking.members[s, : len(kept)], taking.n_members[s] = kept, len(kept)
        v.dropped[s] += over
