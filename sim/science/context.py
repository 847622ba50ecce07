"""Local context: what drives disadvantage in a place, how strands fit it, and what a local analysis finds out.

A driver D is in SD between places of one deprivation decile: 0 is usual, plus is worse (``docs/model.md`` 3.9).
"""

from __future__ import annotations

import math

from sim._jit import jit
from sim.numerics import clip
from sim.parameters import ContextParameters


@jit
def fit(mean: float, mismatch: float, known: float, p: ContextParameters) -> float:
    """Effect of a strand here by its effect in a usual place: ``clip(1 + w (mean D + t k mean |D|), least, most)``.

    ``mean`` and ``mismatch``: means of D and of |D| over the drivers the strand works on, SD between places;
    ``known`` (k): how well they are known, 0..1. 1 exactly where every D is 0. A strand pays where what it works on is
    worse than usual; knowing the place lets its people tailor it, whichever way the place differs.
    Equally deprived places differ in what works (Raffo; Kerr, Dyson & Raffo 2014); size: judgement.
    """
    return clip(1.0 + p.fit_weight * (mean + p.tailoring * known * mismatch), p.fit_least, p.fit_most)


@jit
def acceptance_shift(
    access: float, stigma: float, meets: float, marks: float, outreach: float, p: ContextParameters
) -> float:
    """Shift of the logit of acceptance: ``-(a D_access [meets] + s D_stigma marks (1 - o outreach))``.

    ``access``, ``stigma``: drivers, SD between places; ``meets``: 1 if taking part means meeting somebody;
    ``marks``: how far it marks a family out, 0..1; ``outreach`` 0..1. Nought where both drivers are 0.
    """
    shame = p.stigma_accept * stigma * marks * (1.0 - p.stigma_outreach * outreach)
    return -(p.access_accept * access * meets + shame)


@jit
def information(progress: float, noise: float, shared_data: float, p: ContextParameters) -> float:
    """Information of an analysis about one driver, 1/SD^2: ``q (1 - l + l q) / (n (1 - g d))^2``.

    ``progress`` (q): share of the analysis done, 0..1; ``noise`` (n): SD of its error once done, SD between places;
    ``shared_data`` (d): maturity of shared data, 0..1.
    """
    error = noise * (1.0 - p.data_gain * shared_data)
    return progress * (1.0 - p.late_learning + p.late_learning * progress) / (error * error)


@jit
def estimate_sd(prior: float, progress: float, noise: float, shared_data: float, p: ContextParameters) -> float:
    """SD of what is not known of a driver: ``prior / sqrt(1 + prior^2 information)`` (normal prior and error).

    ``prior``: SD between places before the analysis; the other arguments as in ``information``.
    """
    return prior / math.sqrt(1.0 + prior * prior * information(progress, noise, shared_data, p))


@jit
def known_share(prior: float, sd: float) -> float:
    """How well a driver is known, 0..1: ``1 - sd / prior``."""
    return 1.0 - sd / prior
