"""Offers as places of work, month by month: posts, load, and what a month delivers of the published effect."""

from __future__ import annotations

import numpy as np

from sim._jit import jit
from sim.schema import V, Z
from sim.science import coordination as coordination_science
from sim.science import services as science


@jit
def fill_posts(services, d, p):
    """Posts of every offer are filled and left; overloaded staff leave more often."""
    for s in range(services.shape[1]):
        turnover = science.overload_turnover(d.turnover_rate, services[V.load, s], p)
        filled = science.posts_next(services[V.posts_filled, s], services[V.posts_wanted, s], turnover, d)
        services[V.posts_filled, s] = filled


@jit
def link(zone, usual, usual_data, strength, sharpness, d, p):
    """What coordination does this month, by zone: (referral, sight of need, overlap discount, synergy).

    ``sharpness``: how much more clearly need is seen where the drivers of the place are fully known.
    """
    n = zone.shape[1]
    referral, sight, discount, synergy = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for z in range(n):
        coordination = zone[Z.coordination, z]
        referral[z] = coordination_science.referral(coordination, usual, p)
        sight[z] = coordination_science.sight_of_need(zone[Z.data, z], usual_data, sharpness * zone[Z.analysis, z], p)
        discount[z] = coordination_science.overlap_discount(coordination, usual, d, p)
        synergy[z] = strength * coordination
    return referral, sight, discount, synergy


@jit
def deliver(services, area, first_strand, coordination, usual, fits, delivered, shares, p):
    """Load of every offer people enrol in, and what it brings by zone: ``shares`` (offers x zones), filled here.

    ``delivered``: share of each offer that is paid for and staffed; ``fits``: its fit to the place;
    ``coordination``: by zone. ``V.fidelity`` is the mean over the zones of the effect by the published one.
    Strands for everybody near by have no caseload.
    """
    for s in range(services.shape[1]):
        load = 0.0 if area[s] == 1 else science.load(services[V.taking_part, s], services[V.capacity, s], p)
        services[V.load, s] = load
        if s >= first_strand:
            runs = 1.0 if services[V.quality, s] > 0.0 else 0.0
            own = runs * fits[s] * science.quality_under_load(load, p)
            total = 0.0
            for z in range(coordination.size):
                fidelity = own * coordination_science.fidelity(coordination[z], usual, p)
                shares[s, z] = delivered[s] * fidelity
                total += fidelity
            services[V.fidelity, s] = total / coordination.size
