"""What the zone does to the neighbourhood beside its strands: referral, champions, a new norm."""

from __future__ import annotations

import numpy as np

from sim import draws
from sim.engine.world import World
from sim.kernel import delivery as delivery_kernel
from sim.kernel import uptake
from sim.schema import TAKING_PART, H, Stream
from sim.science import coordination as science


def links(world: World) -> uptake.Links:
    """What coordination, shared data and a local analysis do this month, by zone."""
    p, strength = world.parameters, world.plan.strengths.synergy
    referral, sight, discount, synergy = delivery_kernel.link(
        world.zone.real, world.usual_coordination, world.usual_data, strength, p.context.targeting_gain, p.delivery,
        p.coordination,
    )  # fmt: skip
    return uptake.Links(referral, sight, discount, synergy, p.coordination.referral_memory_months)


def neighbourhood(world: World) -> None:
    """Champions speak for the zone, and where enough families take part a new norm lifts every child."""
    _champions_speak(world)
    if world.plan.strengths.tipping > 0.0:
        reach = _reach(world)
        world.zone.reach[:] = reach
        p = world.parameters
        shift = science.norm(reach, world.plan.strengths.tipping, p.coordination)
        children = p.children._replace(
            attainment_level=p.children.attainment_level + shift, wellbeing_level=p.children.wellbeing_level + shift
        )
        world.parameters = p._replace(children=children)


def _champions_speak(world: World) -> None:
    """Each resident family drawn as a champion grows in trust, which word of mouth carries on."""
    partnership = world.strategy.partnership
    if partnership is None or partnership.champions_per_100_families == 0.0 or world.month < partnership.start_month:
        return
    h = world.households
    if world.champions is None:
        u = draws.uniforms(world.start.seed, Stream.champion, 0, h.key)
        world.champions = np.flatnonzero(u < partnership.champions_per_100_families / 100.0)
    rows = world.champions
    here = (h.first_month[rows] <= world.month) & (world.month < np.minimum(h.last_month, h.leaves_month)[rows])
    h.real[H.experience, rows[here]] += world.parameters.coordination.champion_gain


def _reach(world: World) -> float:
    """Share of resident families in which somebody takes part in a strand of the strategy."""
    plan, taking, people = world.plan, world.taking, world.people
    families = people.home_ages != 0
    reached = np.zeros(len(families), dtype=bool)
    for s in range(plan.n_today, len(plan.ids)):
        members = taking.members[s, : taking.n_members[s]]
        members = members[taking.stage[s, members] == TAKING_PART]
        household = plan.arrays.unit[s] == uptake.HOUSEHOLD
        reached[members if household else world.children.household[members]] = True
    total = int(families.sum())
    return float((reached & families).sum()) / total if total else 0.0
