"""Schools: effectiveness, leadership, turnover, climate and pastoral load."""

from __future__ import annotations

from sim._jit import jit
from sim.numerics import clip
from sim.parameters import SchoolParameters
from sim.science.children import MONTH


@jit
def pastoral_load(pupils_in_need: float, roll: float, p: SchoolParameters) -> float:
    """Pupils in need as a share of the roll against the usual share, 1 = national mean; 0 for an empty school.

    Pastoral posts follow the roll, so this is also the load of a post.
    """
    return pupils_in_need / (roll * p.need_share_usual) if roll >= 1.0 else 0.0


@jit
def climate_step(climate: float, own: float, load: float, turnover: float, noise: float, p: SchoolParameters) -> float:
    """Climate next month, SD between schools: to its own level, less the load above the usual and teacher turnover."""
    target = own - p.climate_load * (load - 1.0) - p.climate_turnover * (turnover - p.turnover_level)
    return climate + p.climate_rate * MONTH * (target - climate) + p.climate_noise * noise


@jit
def effectiveness_step(
    effectiveness: float, own: float, turnover: float, load: float, new_head: float, noise: float, p: SchoolParameters
) -> float:
    """Effectiveness next September, SD between schools: mean reversion, turnover, load, and a new head's shock.

    A head moved from the 16th to the 84th percentile is worth 3 months in primary (EPI 2023).
    """
    target = own - p.effectiveness_turnover * (turnover - p.turnover_level) - p.effectiveness_pastoral * (load - 1.0)
    moved = effectiveness + p.effectiveness_return * (target - effectiveness)
    return moved + p.effectiveness_noise * noise + new_head * p.leader_change_noise * noise


@jit
def turnover_next(turnover: float, climate: float, noise: float, p: SchoolParameters) -> float:
    """Teachers who leave this year as a share: mean-reverting, higher where the climate is poor."""
    target = p.turnover_level * (1.0 - p.turnover_climate * climate)
    return clip(turnover + p.turnover_rate * (target - turnover) + p.turnover_noise * noise, 0.0, 1.0)
