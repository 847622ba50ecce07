"""Schools: sums over their pupils, climate by month, staff and effectiveness in September, admissions."""

from __future__ import annotations

import numpy as np

from sim._jit import jit
from sim.draws import address, bits, shock, uniform
from sim.schema import (
    ALL_THROUGH,
    CW,
    N_POOLS,
    PRIMARY,
    RECEPTION,
    SECONDARY,
    SPECIAL,
    SW,
    YEAR_7,
    YEAR_11,
    H,
    S,
    Stream,
)
from sim.science import schools as science

_LANE_0, _LANE_1, _LANE_2 = (np.uint64(n) for n in range(3))


@jit
def advance_schools(month, real, whole, pools, keys, sums, p):
    """One month of all schools: pupil sums in chunk order, then load and climate; averages elsewhere stay put."""
    where = address(month.seed, Stream.school_month, month.number)
    for s in range(real.shape[1]):
        pooled = (pools[0, s] + pools[1, s]) + (pools[2, s] + pools[3, s])
        real[S.effectiveness, s] = real[S.effectiveness_base, s] + pooled
        if whole[SW.elsewhere, s] > 0:
            continue
        total = np.zeros(5)
        for chunk in range(sums.shape[0]):
            for k in range(5):
                total[k] += sums[chunk, k, s]
        roll = total[0]
        real[S.roll, s] = roll
        if roll > 0.0:
            real[S.mean_attainment, s] = total[1] / roll
            real[S.low_share, s] = total[2] / roll
            real[S.attendance, s] = total[4] / roll
            load = science.pastoral_load(total[3], roll, p)
            real[S.pastoral_load, s] = load
            noise = shock(bits(keys[s], where), _LANE_0)
            real[S.climate, s] = science.climate_step(
                real[S.climate, s], real[S.climate_own, s], load, real[S.turnover, s], noise, p
            )


@jit
def new_school_year(month, real, whole, keys, p):
    """September: teachers and heads change, effectiveness moves."""
    where = address(month.seed, Stream.school_year, month.number)
    for s in range(real.shape[1]):
        if whole[SW.elsewhere, s] > 0:
            continue
        b = bits(keys[s], where)
        changed = uniform(bits(keys[s] ^ np.uint64(1), where)) < p.leader_change_rate
        whole[SW.leader_since, s] = month.number if changed else whole[SW.leader_since, s]
        real[S.turnover, s] = science.turnover_next(real[S.turnover, s], real[S.climate, s], shock(b, _LANE_1), p)
        real[S.effectiveness_base, s] = science.effectiveness_step(
            real[S.effectiveness_base, s],
            real[S.effectiveness_own, s],
            real[S.turnover, s],
            real[S.pastoral_load, s],
            1.0 if changed else 0.0,
            shock(b, _LANE_0),
            p,
        )


@jit
def _suits(phase, secondary, special):
    if special:
        return phase == SPECIAL
    if secondary:
        return phase == SECONDARY or phase == ALL_THROUGH
    return phase == PRIMARY or phase == ALL_THROUGH


@jit
def _open(step, at):
    """The first open position from ``at`` on, in the direction of ``step``; shortens the way for those who follow."""
    while step[at] != at:
        step[at] = step[step[at]]
        at = step[at]
    return at


@jit
def _doors(real, whole, rolls, across):
    """(east, west), each 3 kinds of schools x positions: where to go on from a position that is not open.

    Kinds: primary, secondary, special. Position 0 lies west of all schools, position k + 1 is school ``across[k]``, the
    last one lies east of all; the outermost are always open.
    """
    n = across.size
    east, west = np.empty((3, n + 2), dtype=np.int64), np.empty((3, n + 2), dtype=np.int64)
    for kind in range(3):
        for at in range(n + 2):
            east[kind, at] = west[kind, at] = at
        for k in range(n):
            s = across[k]
            suits = _suits(whole[SW.phase, s], kind == 1, kind == 2)
            if not suits or whole[SW.elsewhere, s] != 0 or rolls[s] >= real[S.places, s]:
                east[kind, k + 1], west[kind, k + 1] = k + 2, k
    return east, west


@jit
def _nearest(x, y, real, across, east, west):
    """Position of the nearest open school, the first row of those equally near; -1 if none is open.

    Open schools are looked at by their distance to the east and west, until no nearer one can follow.
    """
    low, high = 0, across.size
    while low < high:
        middle = (low + high) // 2
        if real[S.x, across[middle]] < x:
            low = middle + 1
        else:
            high = middle
    left, right = _open(west, low), _open(east, low + 1)
    best, best_distance = -1, 1e30
    while left > 0 or right <= across.size:
        to_west = x - real[S.x, across[left - 1]] if left > 0 else np.inf
        to_east = real[S.x, across[right - 1]] - x if right <= across.size else np.inf
        dx = min(to_west, to_east)
        if dx * dx > best_distance:
            break
        if to_west < to_east:
            at = left
            left = _open(west, left - 1)
        else:
            at = right
            right = _open(east, right + 1)
        dy = real[S.y, across[at - 1]] - y
        distance = dx * dx + dy * dy
        if distance < best_distance or (distance == best_distance and across[at - 1] < across[best - 1]):
            best, best_distance = at, distance
    return best


@jit
def count_rolls(month, whole, rolls):
    """Pupils on roll by school, from the school each child attends this month."""
    rolls[:] = 0
    for i in range(whole.shape[1]):
        if whole[CW.first_month, i] <= month.number < whole[CW.last_month, i] and whole[CW.school, i] >= 0:
            rolls[whole[CW.school, i]] += 1


@jit
def admit(month, order, child_whole, household, school_real, school_whole, rolls, outside, across):
    """Give a school to each child of ``order`` (rows) that needs one: the nearest suitable with a free place.

    Children with a plan are offered a special school first. Without any free place the child goes to the
    school outside the place (row ``outside``). ``rolls`` is kept up to date. ``across``: rows of schools from
    west to east.
    """
    east, west = _doors(school_real, school_whole, rolls, across)
    for turn in range(order.size):
        i = order[turn]
        secondary = month.year - child_whole[CW.cohort, i] >= YEAR_7
        h = child_whole[CW.household, i]
        x, y = household[H.x, h], household[H.y, h]
        at = -1
        if child_whole[CW.send, i] == 2:
            at = _nearest(x, y, school_real, across, east[2], west[2])
        if at < 0:
            kind = 1 if secondary else 0
            at = _nearest(x, y, school_real, across, east[kind], west[kind])
        s = across[at - 1] if at > 0 else outside
        rolls[s] += 1
        if at > 0 and rolls[s] >= school_real[S.places, s]:
            for kind in range(3):
                east[kind, at], west[kind, at] = at + 1, at - 1
        child_whole[CW.school, i] = s
        child_whole[CW.secondary if secondary else CW.primary, i] = s


@jit
def place_pupils(month, child_whole, school_whole, elsewhere):
    """Who needs a school this month: marks -2 in ``school``; sets school of leavers, ends it after Year 11.

    Returns the number of children marked. ``elsewhere``: row of the average school of the place's quintile.
    """
    marked = 0
    for i in range(child_whole.shape[1]):
        live = child_whole[CW.first_month, i] <= month.number < child_whole[CW.last_month, i]
        grade = month.year - child_whole[CW.cohort, i]
        pupil = live and RECEPTION <= grade <= YEAR_11
        school = child_whole[CW.school, i]
        if not pupil:
            child_whole[CW.school, i] = -1
        elif month.number >= child_whole[CW.leaves_month, i]:
            child_whole[CW.school, i] = elsewhere
        else:
            phase = school_whole[SW.phase, school] if school >= 0 else -1
            wrong = phase == (PRIMARY if grade >= YEAR_7 else SECONDARY)
            if school < 0 or (wrong and month.of_year == 0):
                child_whole[CW.school, i] = -2
                marked += 1
    return marked


@jit
def add_school_effect(pools, eligible, increments, shares, zone):
    """Add one month's increments (one per pool) to the effectiveness pools of the eligible schools.

    ``shares``: delivered share by zone; ``zone``: row of the zone of each school.
    """
    for s in range(pools.shape[1]):
        if eligible[s]:
            for k in range(N_POOLS):
                pools[k, s] += increments[k] * shares[zone[s]]
