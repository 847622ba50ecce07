"""What a zone's coordination does to its strands, what sustains effects, and the neighbourhood norm."""

from __future__ import annotations

from sim._jit import jit
from sim.numerics import clip, logistic
from sim.parameters import CoordinationParameters, DeliveryParameters


@jit
def fidelity(coordination: float, usual: float, p: CoordinationParameters) -> float:
    """Effect of a strand by its effect at routine delivery: ``1 + slope (C - C_usual)``, held within bounds.

    Joint plans, shared training and one front door keep a strand to what was tested (collective impact: mutually
    reinforcing activities; docs/model.md 3.7). ``coordination``, ``usual``: 0..1.
    """
    return clip(1.0 + p.fidelity_slope * (coordination - usual), p.fidelity_least, p.fidelity_most)


@jit
def referral(coordination: float, usual: float, p: CoordinationParameters) -> float:
    """Chance a round that a family met by one partner is passed on to another's offer, against the usual chance.

    No wrong door: ``slope (C - C_usual)``, below 0 where partners know less of one another than usual.
    """
    return p.referral_slope * (coordination - usual)


@jit
def sight_of_need(data: float, usual: float, sharpness: float, p: CoordinationParameters) -> float:
    """How much more clearly need is seen than usual, a factor on its weight in finding people.

    ``1 + sight_data (data - usual) + sharpness``, never below 0. ``data``: shared-data condition (0..1) and its
    ``usual``; ``sharpness``: what knowing the place adds (``targeting_gain`` times how well it is known, 0..1).
    """
    return max(1.0 + p.sight_data * (data - usual) + sharpness, 0.0)


@jit
def overlap_discount(coordination: float, usual: float, d: DeliveryParameters, p: CoordinationParameters) -> float:
    """Share lost where strands for one outcome overlap: more where nobody knows what the others do (duplication)."""
    return clip(d.overlap_discount + p.duplication_slope * (usual - coordination), 0.0, 1.0)


@jit
def synergy_factor(ecologies: int, strength: float) -> float:
    """Effect of strands in several ecologies of one child by their effect apart: ``1 + 2 s (1 - 1 / n)``.

    ``ecologies``: how many of child, family, school, services and community are at work; ``strength``: the
    uncertain synergy (0 in its prior) times the zone's coordination. Two ecologies at full strength and
    coordination give ``1 + s``, the Head Start and school-money figure (Johnson & Jackson 2019) at 0.5.

    >>> round(synergy_factor(2, 0.5), 9)
    1.5
    """
    many = max(ecologies - 1.0, 0.0)
    return 1.0 + 2.0 * strength * many / (many + 1.0)


@jit
def sustaining(school: float, home: float, strength: float, p: CoordinationParameters) -> float:
    """Share of the monthly fade-out that a child's surroundings spare (below 0: add), ``strength x (-1..1)``.

    ``school``: effectiveness of its school (SD between schools, 0 where it goes to none); ``home``: home learning
    (SD). Average surroundings change nothing: published half-lives were seen in them (Bailey et al. 2017).
    """
    return strength * clip(p.sustaining_school * school + p.sustaining_home * home, -1.0, 1.0)


@jit
def norm(reach: float, strength: float, p: CoordinationParameters) -> float:
    """Shift of every child's attainment and wellbeing target by a new neighbourhood norm, SD.

    ``strength x logistic((reach - chosen reach) / width)``, 0 without any reach. ``reach``: share of families in
    which somebody takes part. Harlem's planners named 65 % and called it an educated guess.
    """
    there = 1.0 if reach > 0.0 else 0.0
    return there * strength * logistic((reach - p.tipping_reach) / p.tipping_width)
