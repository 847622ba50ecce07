"""Trust in services and word of mouth."""

from __future__ import annotations

from sim._jit import jit
from sim.numerics import clip
from sim.parameters import TrustParameters
from sim.science.children import MONTH


@jit
def contact_gain(outreach: float, p: TrustParameters) -> float:
    """What a month of meeting somebody adds to a family's trust, 0..1 a month; more with outreach (0..1)."""
    return p.taking_part_gain + p.outreach_gain * outreach


@jit
def trust_from_contact(months: int, p: TrustParameters) -> float:
    """Trust a family has gained from contact by the end of a course, neighbours untouched: gain less talk and drift."""
    gained = 0.0
    for _ in range(months):
        gained += contact_gain(0.0, p) - (p.word_of_mouth_rate + p.drift_rate) * MONTH * gained
    return gained


@jit
def trust_step(trust: float, neighbours: float, start: float, experience: float, p: TrustParameters) -> float:
    """Trust next month, 0..1: towards the neighbours' mean, plus own experience, drifting back to its start.

    DeGroot averaging with own experience (DeGroot 1974, JASA 69); ``experience`` in trust units a month.
    """
    talk = p.word_of_mouth_rate * MONTH * (neighbours - trust)
    drift = p.drift_rate * MONTH * (start - trust)
    return clip(trust + talk + drift + experience, 0.0, 1.0)
