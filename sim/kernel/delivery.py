"""Offers as places of work, month by month: posts, load, and what a month delivers of the published effect."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim._jit import jit
from sim.schema import V, Z
from sim.science import coordination as coordination_science
from sim.science import services as science

#: Keeps a whole number of places whole where it was reached by division.
ROUNDING = 1e-9


class Work(NamedTuple):
    """What is planned and paid of each offer: services of today, then strands of the strategy."""

    n_today: int
    places: np.ndarray  # people a service of today can take at a time
    ramp: np.ndarray  # months from the start to full size
    posts_per_unit: np.ndarray
    people_per_unit: np.ndarray
    by_size: np.ndarray  # whether the bill goes by size rather than by the head
    month_cost: np.ndarray  # pounds of a unit a month


@jit
def reached(month, s, offers, work):
    """Share of full size that an offer has reached, by months since its start."""
    return min(max((month - offers.start[s] + 1) / (work.ramp[s] + 1.0), 0.0), 1.0)


@jit
def fill_posts(month, services, offers, work, shares, cut, held, size, d, p):
    """Posts of every offer are advertised, filled and left; overloaded staff leave more often; places follow posts.

    ``shares``, ``cut``, ``held``: what of each strand money reached, of each offer and of its meetings a future leaves.
    ``size`` takes what each offer is meant to be this month. What needs no post is staffed as soon as it runs.
    """
    for s in range(size.size):
        runs = offers.start[s] <= month < offers.stop[s]
        strand = services[V.planned, s] * shares[s] * reached(month, s, offers, work) if runs else 0.0
        size[s] = (work.places[s] if s < work.n_today else strand) * cut[s]
        wanted = size[s] * work.posts_per_unit[s]
        services[V.posts_wanted, s] = wanted
        turnover = science.overload_turnover(d.turnover_rate, services[V.load, s], p)
        filled = science.posts_next(services[V.posts_filled, s], wanted, turnover, d)
        services[V.posts_filled, s] = filled
        unstaffed = 1.0 if size[s] > 0.0 else 0.0
        quality = filled / wanted if wanted > 0.0 else unstaffed
        services[V.quality, s] = quality
        meets = held if offers.contact[s] == 1 else 1.0
        services[V.capacity, s] = np.floor(quality * size[s] * work.people_per_unit[s] * meets + ROUNDING)


@jit
def bills(month, services, offers, work, shares, cut):
    """What each strand costs this month: (paid out of what it was allotted, owed for its full size, 1 if it is free).

    People's courses are paid by the head; area, school and site strands by their size.
    """
    n = shares.size
    paid, owed, free = np.zeros(n), np.zeros(n), np.zeros(n)
    for s in range(work.n_today, n):
        full = services[V.planned, s] * work.month_cost[s]
        runs = offers.start[s] <= month < offers.stop[s]
        bill = services[V.taking_part, s] * work.month_cost[s] if runs else 0.0
        if work.by_size[s]:
            size = full * shares[s] * reached(month, s, offers, work) * cut[s]
            bill = size * services[V.quality, s] if runs else 0.0
        paid[s] = min(bill, max(services[V.allotted, s] - services[V.spent, s], 0.0))
        owed[s] = full if offers.area[s] == 1 else bill
        free[s] = 1.0 if runs and work.month_cost[s] == 0.0 else 0.0
    return paid, owed, free


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
