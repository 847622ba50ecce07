"""Offers as places of work, month by month: posts, load, and what a month delivers of the published effect."""

from __future__ import annotations

from sim._jit import jit
from sim.schema import V
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
def deliver(services, area, first_strand, coordination, usual, fits, p):
    """Load of every offer people enrol in, and the effect of every strand by its published one (``V.fidelity``).

    ``fits``: fit of each offer to the place. Strands for everybody near by have no caseload.
    """
    together = coordination_science.fidelity(coordination, usual, p)
    for s in range(services.shape[1]):
        load = 0.0 if area[s] == 1 else science.load(services[V.taking_part, s], services[V.capacity, s], p)
        services[V.load, s] = load
        if s >= first_strand:
            runs = 1.0 if services[V.quality, s] > 0.0 else 0.0
            services[V.fidelity, s] = runs * together * fits[s] * science.quality_under_load(load, p)
