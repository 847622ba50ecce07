"""What a month of taking part adds to the effect pools: increments, diminishing returns, synergy between ecologies.

Two passes over the members of every offer: the first adds up what each person would get, the second puts the share
that counts into the pools.
"""

from __future__ import annotations

import numpy as np

from sim._jit import jit, jit_within
from sim.kernel.uptake import HOUSEHOLD
from sim.schema import CW, N_CHILD_OUTCOMES, N_POOLS, WAITING
from sim.science import coordination as coordination_science
from sim.science import strands as science


@jit
def _what_moves(course, keep, outcomes, first, count, width, at_outcome, at_pool, sums, increments):
    """What one offer moves, laid out for the loops over its members.

    ``first``: row of ``course`` and ``keep`` of the first outcome of children or of homes; ``width``: people in a row
    of totals and pools. Filled: where the row of each outcome begins in the totals (``at_outcome``) and that of each
    pool that is moved at all in pools and totals (``at_pool``); ``sums`` over pools and ``increments``, each by
    2 * (0 course, 1 keep) + group. Returns how many pools are moved.
    """
    found = 0
    for m in range(count):
        q = first + outcomes[m]
        at_outcome[m] = outcomes[m] * width
        for k in range(N_POOLS):
            if course[0, q, k] != 0.0 or course[1, q, k] != 0.0 or keep[0, q, k] != 0.0 or keep[1, q, k] != 0.0:
                at_pool[0, found], at_pool[1, found] = (outcomes[m] * N_POOLS + k) * width, outcomes[m] * width
                for g in range(2):
                    increments[g, found], increments[2 + g, found] = course[g, q, k], keep[g, q, k]
                found += 1
        for g in range(2):
            sums[g, m] = (course[g, q, 0] + course[g, q, 1]) + (course[g, q, 2] + course[g, q, 3])
            sums[2 + g, m] = (keep[g, q, 0] + keep[g, q, 1]) + (keep[g, q, 2] + keep[g, q, 3])
    return found


@jit_within
def _add_up(i, share, sums, at_outcome, count, total, largest):
    """Add what one person would get to the totals, and note the largest increment of each outcome."""
    for m in range(count):
        amount, at = abs(share * sums[m]), at_outcome[m] + np.uint64(i)
        total[at] += amount
        largest[at] = max(largest[at], amount)


@jit_within
def _put(i, share, increments, at_pool, count, factors, pools):
    """Put the share that counts of what one person gets into the pools."""
    for f in range(count):
        pools[at_pool[0, f] + np.uint64(i)] += share * factors[at_pool[1, f] + np.uint64(i)] * increments[f]


@jit
def _dose_pass(month, shares, offers, people, taking, second):
    """Walk over everybody who takes part or is exposed: add up increments, or put their counted share into pools."""
    home_of, child_age, group, zone = people.child_whole[CW.household], people.child_age, people.group, people.zone
    child_total, child_largest = taking.child_total.ravel(), taking.child_largest.ravel()
    home_total, home_largest, mark = taking.home_total.ravel(), taking.home_largest.ravel(), taking.home_mark
    child_pools, home_pools = people.child_pools.ravel(), people.home_pools.ravel()
    child_ecologies, home_ecologies = taking.child_ecologies, taking.home_ecologies
    first, kin, n_children, n_homes = people.first, people.rows, child_age.size, mark.size
    most = offers.moved.shape[2]
    child_at, home_at = np.empty(most, dtype=np.uint64), np.empty(most, dtype=np.uint64)
    child_in, home_in = np.empty((2, most * N_POOLS), dtype=np.uint64), np.empty((2, most * N_POOLS), dtype=np.uint64)
    child_sums, home_sums = np.empty((4, most)), np.empty((4, most))
    child_steps, home_steps = np.empty((4, most * N_POOLS)), np.empty((4, most * N_POOLS))
    for s in range(offers.key.size):
        n_child, n_home = offers.n_moved[s, 0], offers.n_moved[s, 1]
        if shares[s].max() <= 0.0 or n_child + n_home == 0:
            continue
        course, keep, moved = offers.course[s], offers.keep[s], offers.moved[s]
        child_pooled = _what_moves(
            course, keep, moved[0], 0, n_child, n_children, child_at, child_in, child_sums, child_steps
        )
        home_pooled = _what_moves(
            course, keep, moved[1], N_CHILD_OUTCOMES, n_home, n_homes, home_at, home_in, home_sums, home_steps
        )
        is_home, ecology = offers.unit[s] == HOUSEHOLD, offers.ecology[s]
        stages, months, members = taking.stage[s], taking.months[s], taking.members[s]
        low, high, duration = offers.age_low[s], offers.age_high[s], offers.duration[s]
        this = (month * 4096 + s) * 2 + (1 if second else 0)
        for at in range(taking.n_members[s]):
            row = members[at]
            if stages[row] == WAITING:
                continue
            h = row if is_home else home_of[row]
            share = shares[s, zone[h]]
            which = group[h] if months[row] <= duration else 2 + group[h]
            low_at, high_at = (first[h], first[h + 1]) if is_home else (0, 1)
            for k in range(low_at, high_at):
                i = kin[k] if is_home else row
                if is_home and not low <= child_age[i] < high:
                    continue
                if second:
                    _put(i, share, child_steps[which], child_in, child_pooled, child_largest, child_pools)
                else:
                    child_ecologies[i] |= ecology
                    _add_up(i, share, child_sums[which], child_at, n_child, child_total, child_largest)
            if n_home > 0 and mark[h] != this:
                mark[h] = this
                if second:
                    _put(h, share, home_steps[which], home_in, home_pooled, home_largest, home_pools)
                else:
                    home_ecologies[h] |= ecology
                    _add_up(h, share, home_sums[which], home_at, n_home, home_total, home_largest)


@jit
def _count_bits(flags):
    """Number of bits set in a small whole number."""
    count = 0
    while flags > 0:
        count += flags & 1
        flags = flags >> 1
    return count


@jit
def _to_factors(total, largest, ecologies, home_of, zone, links):
    """Turn totals and largest increments into the share that counts, in place: diminishing returns, synergy.

    ``home_of``: household of each row; empty where the rows are households.
    """
    for o in range(total.shape[0]):
        for i in range(total.shape[1]):
            if total[o, i] != 0.0:
                z = zone[home_of[i] if home_of.size > 0 else i]
                counted = science.overlap_factor(total[o, i], largest[o, i], links.discount[z])
                n = _count_bits(ecologies[i]) if links.synergy[z] > 0.0 else 1
                largest[o, i] = counted * coordination_science.synergy_factor(n, links.synergy[z])
                total[o, i] = 0.0


@jit
def _school_ecology(served, ecology, people, taking):
    """Mark the ecology of school work on the pupils (and their homes) of the schools it serves."""
    school, household = people.child_whole[CW.school], people.child_whole[CW.household]
    for i in range(school.size):
        if people.child_age[i] >= 0 and school[i] >= 0 and served[school[i]]:
            taking.child_ecologies[i] |= ecology
            taking.home_ecologies[household[i]] |= ecology


@jit
def add_dose(month, shares, links, served, school_ecology, offers, people, taking):
    """Add this month's effects to the pools. ``shares`` (offers x zones): what is delivered of the published effect.

    ``served``: schools in which strands work on the whole school, ``school_ecology`` their bit.
    """
    taking.child_largest[:] = 0.0
    taking.home_largest[:] = 0.0
    taking.child_ecologies[:] = 0
    taking.home_ecologies[:] = 0
    if links.synergy.max() > 0.0:
        _school_ecology(served, school_ecology, people, taking)
    _dose_pass(month, shares, offers, people, taking, False)
    home_of, nobody = people.child_whole[CW.household], people.child_whole[CW.household, :0]
    _to_factors(taking.child_total, taking.child_largest, taking.child_ecologies, home_of, people.zone, links)
    _to_factors(taking.home_total, taking.home_largest, taking.home_ecologies, nobody, people.zone, links)
    _dose_pass(month, shares, offers, people, taking, True)
