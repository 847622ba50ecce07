"""What a month of taking part adds to the effect pools: increments, diminishing returns, synergy between ecologies.

Two passes over the members of every offer: the first adds up what each person would get, the second puts the share
that counts into the pools.
"""

from __future__ import annotations

from sim._jit import jit
from sim.kernel.uptake import HOUSEHOLD
from sim.schema import CW, N_CHILD_OUTCOMES, N_POOLS, WAITING
from sim.science import coordination as coordination_science
from sim.science import strands as science


@jit
def _dose_pass(month, shares, offers, people, taking, second):
    """Walk over everybody who takes part or is exposed: add up increments, or put their counted share into pools."""
    home_of, child_age, group, zone = people.child_whole[CW.household], people.child_age, people.group, people.zone
    child_pools, home_pools = people.child_pools, people.home_pools
    child_total, child_largest = taking.child_total, taking.child_largest
    home_total, home_largest, mark = taking.home_total, taking.home_largest, taking.home_mark
    child_ecologies, home_ecologies = taking.child_ecologies, taking.home_ecologies
    for s in range(offers.key.size):
        n_child, n_home = offers.n_moved[s, 0], offers.n_moved[s, 1]
        if shares[s].max() <= 0.0 or n_child + n_home == 0:
            continue
        child_moved, home_moved = offers.moved[s, 0], offers.moved[s, 1]
        is_home = offers.unit[s] == HOUSEHOLD
        stages, months, members = taking.stage[s], taking.months[s], taking.members[s]
        low, high, duration = offers.age_low[s], offers.age_high[s], offers.duration[s]
        this = (month * 4096 + s) * 2 + (1 if second else 0)
        ecology, course, keep = offers.ecology[s], offers.course[s], offers.keep[s]
        for at in range(taking.n_members[s]):
            row = members[at]
            if stages[row] == WAITING:
                continue
            h = row if is_home else home_of[row]
            share, g = shares[s, zone[h]], group[h]
            table = course if months[row] <= duration else keep
            low_at = people.first[h] if is_home else 0
            high_at = people.first[h + 1] if is_home else 1
            for k in range(low_at, high_at):
                i = people.rows[k] if is_home else row
                if is_home and not low <= child_age[i] < high:
                    continue
                if not second:
                    child_ecologies[i] |= ecology
                for m in range(n_child):
                    o = child_moved[m]
                    if second:
                        for k4 in range(N_POOLS):
                            child_pools[o * N_POOLS + k4, i] += share * child_largest[o, i] * table[g, o, k4]
                    else:
                        amount = abs(share * ((table[g, o, 0] + table[g, o, 1]) + (table[g, o, 2] + table[g, o, 3])))
                        child_total[o, i] += amount
                        child_largest[o, i] = max(child_largest[o, i], amount)
            if n_home > 0 and mark[h] != this:
                mark[h] = this
                if not second:
                    home_ecologies[h] |= ecology
                for m in range(n_home):
                    o = home_moved[m]
                    q = N_CHILD_OUTCOMES + o
                    if second:
                        for k4 in range(N_POOLS):
                            home_pools[o * N_POOLS + k4, h] += share * home_largest[o, h] * table[g, q, k4]
                    else:
                        amount = abs(share * ((table[g, q, 0] + table[g, q, 1]) + (table[g, q, 2] + table[g, q, 3])))
                        home_total[o, h] += amount
                        home_largest[o, h] = max(home_largest[o, h], amount)


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
