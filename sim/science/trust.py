"""Trust in services and word of mouth."""

from __future__ import annotations

from sim._jit import jit
from sim.numerics import clip
from sim.parameters import TrustParameters
from sim.science.children import MONTH


@jit
def trust_step(trust: float, neighbours: float, start: float, experience: float, p: TrustParameters) -> float:
    """Trust next month, 0..1: towards the neighbours' mean, plus own experience, drifting back to its start.

    DeGroot averaging with own experience (DeGroot 1974, JASA 69); ``experience`` in trust units a month.
    """
    talk = p.word_of_mouth_rate * MONTH * (neighbours - trust)
    drift = p.drift_rate * MONTH * (start - trust)
    return clip(trust + talk + drift + experience, 0.0, 1.0)
