"""What each strand would take in a place, read off the model's own books on the first day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.engine import World, advance, create
from sim.engine.partnership import yearly_gbp
from sim.engine.zone import partnership_of
from sim.experiments.ensemble import Ground
from sim.experiments.search.space import Need, Space
from sim.inputs.strategies import is_enrolled
from sim.spec import PlannedStrand, Strand, Strategy

#: Money of a strategy that never goes short.
_PLENTY = 1e12


def space_of(
    grounds: Sequence[Ground], strands: Sequence[str], budget: float, posts: float | None = None,
    starts: Sequence[int] = (0,), price_year: int = 2025,
) -> Space:  # fmt: skip
    """The space of mixes of ``strands`` in the place of some grounds; needs are means over them."""
    library, place = grounds[0].library, grounds[0].start.place
    found = [_needs(ground, sorted(set(strands)), price_year) for ground in grounds]
    needs = {name: _mean([one[name] for one in found]) for name in found[0]}
    backbone = [name for name in needs if library[name].delivery.backbone]
    overhead = 0.0
    if backbone:
        team = _everything(library, backbone, price_year)
        partnership = partnership_of(team, library)
        assert partnership is not None, "a backbone team brings a partnership"
        overhead = yearly_gbp(partnership, place, grounds[0].start.register, price_year)
    return Space(library, needs, budget, posts, tuple(sorted(set(starts))), overhead, price_year)


def _needs(ground: Ground, strands: Sequence[str], price_year: int) -> dict[str, Need]:
    """Needs of strands that all run at full size in the first month, with money for all."""
    world = create(ground.start, _everything(ground.library, strands, price_year), ground.library, ground.evidence)
    advance(world, 1)
    at = {name: s for s, name in enumerate(world.plan.ids) if s >= world.plan.n_today}
    margin = world.parameters.delivery.planning_margin
    return {name: _need(world, at[name], ground.library[name], margin) for name in strands}


def _everything(library: Mapping[str, Strand], strands: Sequence[str], price_year: int) -> Strategy:
    planned = (
        PlannedStrand(strand=name, reach_share=1.0 if _in_parts(library[name]) else None, priority=1)
        for name in strands
    )
    return Strategy(
        id="needs", name="Needs", price_year=price_year, money_gbp={"council": _PLENTY}, strands=tuple(planned)
    )


def _in_parts(strand: Strand) -> bool:
    """Whether a strand can be bought for some of those eligible."""
    return is_enrolled(strand) or strand.cost_unit == "site_year"


def _need(world: World, s: int, strand: Strand, margin: float) -> Need:
    """Money and posts of one offer at full size.

    What was allotted in the first term is what the whole year takes. Places beyond those who would come, with the
    margin that money is set aside by, would stay empty.
    """
    plan, v = world.plan, world.services
    most, posts = float(v.allotted[s]), float(v.planned[s] * plan.posts_per_unit[s])
    if not _in_parts(strand):
        return Need(None, most, most, posts)
    comes = 1.0 if plan.by_size[s] else min(1.0, float(plan.likely_share[s]) * margin)
    whole_year = float(v.planned[s] * plan.month_cost[s] * 12.0) * comes
    return Need(comes, max(whole_year, most), most, posts * comes)


def _mean(needs: Sequence[Need]) -> Need:
    """Mean over luck numbers; the reach is that of the strand and, but for drawn parameters, the same in all."""
    gbp, most, posts = (float(np.mean([getattr(need, key) for need in needs])) for key in ("gbp", "most_gbp", "posts"))
    reach = None if needs[0].reach is None else float(np.mean([need.reach for need in needs]))
    return Need(reach, gbp, most, posts)
