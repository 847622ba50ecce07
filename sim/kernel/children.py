"""One month of every child: blocks of rows through short branch-free loops of scalar science.

Each loop reads and writes local scratch columns, so that the compiler vectorises it; the step is
written back only for rows that are in the model this month.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim._jit import jit, jit_within, pjit, prange
from sim.draws import address, bits, shock, uniform
from sim.kernel.blocks import look_up, read, read_live, read_pools, write
from sim.kernel.chunks import BLOCK, chunk_start, n_chunks
from sim.numerics import clip
from sim.schema import CW, N_POOLS, RECEPTION, YEAR_1, YEAR_2, YEAR_6, YEAR_7, YEAR_11, YEAR_13, C, H, S, Stream
from sim.science import children as science
from sim.science import coordination as coordination_science
from sim.science import milestones as outcome_science


class AgeTables(NamedTuple):
    """Quantities of age in months alone, worked out once (arrays of length 240)."""

    rate: np.ndarray
    noise: np.ndarray
    home_weight: np.ndarray
    wellbeing_sex_girl: np.ndarray
    wellbeing_sex_boy: np.ndarray


class Month(NamedTuple):
    """The month being stepped: number since the first September, month and number of the school year."""

    number: int
    of_year: int
    year: int
    seed: int
    season: float
    teaching: float


N_AGES = 240
# Rows of the scratch array, one per local column; row 0 marks who is live.
(_LIVE, _AGE, _GRADE, _AT_SCHOOL, _SECONDARY, _SES, _HOME, _DISTRESS, _HARDSHIP, _HOUSING, _UNSAFE, _EFFECT, _CLIMATE,
 _LOW, _PEER, _RATE, _NOISE, _WEIGHT, _SEX, _TRANSITION, _RESIL, _A, _W, _HE, _AG, _SUP, _XA, _XW, _XH, _XT, _PA, _PW,
 _PH, _PT, _T1, _T2, _ATT, _GIRL, _EAL, _SEND, _U, _SCHOOL, _EA, _EW, _EH, _ET, _ABSENT, _MONTHS,
 _SUSPENDED, _NEED) = (np.int64(n) for n in range(50))  # fmt: skip
_ROWS = 50
_LANE_0, _LANE_1, _LANE_2, _LANE_3 = (np.uint64(n) for n in range(4))


@jit_within
def _gather_self(start, size, real, whole, pools, w):
    """Read a block's own columns."""
    read(real, C.attainment_base, start, size, w, _A)
    read(real, C.wellbeing_base, start, size, w, _W)
    read(real, C.health_base, start, size, w, _HE)
    read(real, C.agency, start, size, w, _AG)
    read(real, C.support, start, size, w, _SUP)
    read(real, C.attendance, start, size, w, _ATT)
    read(real, C.endow_attainment, start, size, w, _EA)
    read(real, C.endow_wellbeing, start, size, w, _EW)
    read(real, C.endow_health, start, size, w, _EH)
    read(real, C.endow_attendance, start, size, w, _ET)
    read(real, C.endow_send, start, size, w, _NEED)
    read(real, C.absence_sum, start, size, w, _ABSENT)
    read(real, C.attended_months, start, size, w, _MONTHS)
    read(real, C.suspensions, start, size, w, _SUSPENDED)
    read(whole, CW.girl, start, size, w, _GIRL)
    read(whole, CW.eal, start, size, w, _EAL)
    read(whole, CW.send, start, size, w, _SEND)
    read(whole, CW.school, start, size, w, _SCHOOL)
    read(whole, CW.birth_month, start, size, w, _AGE)
    read(whole, CW.cohort, start, size, w, _GRADE)
    for k in range(4):
        read_pools(pools, k * N_POOLS, start, size, w, _PA + k)


@jit_within
def _gather_age(size, month, ages, w, at):
    """Turn months into age and grade, and look up the age tables at each child's age."""
    for j in range(size):
        w[_AGE, j] = clip(month.number - w[_AGE, j], 0.0, N_AGES - 1.0)
        at[j] = np.uint32(np.int32(w[_AGE, j]))
        grade = month.year - w[_GRADE, j]
        w[_GRADE, j] = grade
        entered = RECEPTION if grade < YEAR_7 else YEAR_7
        w[_TRANSITION, j] = (grade - entered) * 12.0 + month.of_year
        pupil = (grade >= RECEPTION) & (grade <= YEAR_11) & (w[_SCHOOL, j] >= 0.0)
        w[_AT_SCHOOL, j] = 1.0 if pupil else 0.0
        w[_SECONDARY, j] = 1.0 if grade >= YEAR_7 else 0.0
    for j in range(size):
        w[_RATE, j] = ages.rate[at[j]]
    for j in range(size):
        w[_NOISE, j] = ages.noise[at[j]]
    for j in range(size):
        w[_WEIGHT, j] = ages.home_weight[at[j]]
    for j in range(size):
        girl, boy = ages.wellbeing_sex_girl[at[j]], ages.wellbeing_sex_boy[at[j]]
        w[_SEX, j] = girl if w[_GIRL, j] == 1.0 else boy
    for j in range(size):
        w[_AGE, j] = w[_AGE, j] / 12.0


@jit_within
def _gather_others(start, size, whole, hh, schools, w, at):
    """Look up what a block's families and schools are like."""
    households = whole[CW.household, start : start + size]
    for j in range(size):
        at[j] = np.uint32(households[j])
    look_up(hh, H.ses, at, size, w, _SES)
    look_up(hh, H.home_learning, at, size, w, _HOME)
    look_up(hh, H.distress, at, size, w, _DISTRESS)
    look_up(hh, H.hardship, at, size, w, _HARDSHIP)
    look_up(hh, H.housing, at, size, w, _HOUSING)
    look_up(hh, H.unsafety, at, size, w, _UNSAFE)
    for j in range(size):
        at[j] = np.uint32(np.int32(max(w[_SCHOOL, j], 0.0)))
    look_up(schools, S.effectiveness, at, size, w, _EFFECT)
    look_up(schools, S.climate, at, size, w, _CLIMATE)
    look_up(schools, S.low_share, at, size, w, _LOW)
    look_up(schools, S.mean_attainment, at, size, w, _PEER)


@jit_within
def _draw(start, size, month, keys, w, u_event):
    """Draw four shocks and one event for each child of a block."""
    who = keys[start : start + size]
    where = address(month.seed, Stream.child_shock, month.number)
    for j in range(size):
        b = bits(who[j], where)
        w[_XA, j] = shock(b, _LANE_0)
        w[_XW, j] = shock(b, _LANE_1)
        w[_XH, j] = shock(b, _LANE_2)
        w[_XT, j] = shock(b, _LANE_3)
    where = address(month.seed, Stream.suspension, month.number)
    for j in range(size):
        u_event[j] = uniform(bits(who[j], where))


@jit_within
def _develop(size, w, p, wellbeing_noise, health_noise):
    """Attainment, wellbeing, health, agency and trusted adult of a block, one short loop per quantity."""
    for j in range(size):
        w[_RESIL, j] = science.resilience(w[_AG, j], w[_SUP, j], w[_W, j] + w[_PW, j], p)
    for j in range(size):
        w[_TRANSITION, j] = science.transition_presence(w[_TRANSITION, j], p)
    for j in range(size):
        w[_T1, j] = science.attainment_adversity(w[_HARDSHIP, j], w[_HOUSING, j], w[_UNSAFE, j], p)
    for j in range(size):
        weight = science.circumstances_weight(w[_EAL, j], p)
        family = science.family_pull(weight * w[_SES, j], w[_HOME, j], w[_WEIGHT, j], w[_SECONDARY, j], p)
        school = science.school_pull(w[_EFFECT, j], w[_LOW, j], w[_ATT, j], w[_SECONDARY, j], p) * w[_AT_SCHOOL, j]
        person = science.personal_pull(w[_GIRL, j], w[_EAL, j], w[_AGE, j], w[_NEED, j], p)
        adversity = weight * (1.0 - w[_RESIL, j]) * w[_T1, j]
        well = w[_W, j] + w[_PW, j]
        target = science.attainment_target(w[_EA, j], family, school, person, well, w[_AG, j], adversity, p)
        w[_T2, j] = science.towards(w[_A, j], target, w[_RATE, j], w[_NOISE, j] * w[_XA, j])
    for j in range(size):
        adversity = (1.0 - w[_RESIL, j]) * science.wellbeing_adversity(w[_HARDSHIP, j], w[_UNSAFE, j], p)
        climate = w[_CLIMATE, j] * w[_AT_SCHOOL, j]
        target = science.wellbeing_target(
            w[_EW, j], w[_HOME, j], w[_DISTRESS, j], climate, w[_TRANSITION, j], w[_SEX, j], adversity, p
        )
        w[_W, j] = science.towards(w[_W, j], target, p.wellbeing_rate, wellbeing_noise * w[_XW, j])
    for j in range(size):
        target = science.health_target(w[_EH, j], w[_HOUSING, j], w[_HARDSHIP, j], w[_DISTRESS, j], p)
        w[_HE, j] = science.towards(w[_HE, j], target, p.health_rate, health_noise * w[_XH, j])
    for j in range(size):
        relative = (w[_A, j] + w[_PA, j] - w[_PEER, j]) * w[_AT_SCHOOL, j]
        moved = science.agency_step(w[_AG, j], relative, w[_CLIMATE, j] * w[_AT_SCHOOL, j], w[_SUP, j], p)
        w[_AG, j] = moved if w[_AGE, j] >= 11.0 else w[_AG, j]
    for j in range(size):
        w[_A, j] = w[_T2, j]


@jit_within
def _attend(size, month, w, u_event, p):
    """Attendance and suspensions of a block in this month; suspensions are drawn in teaching months only."""
    for j in range(size):
        w[_T1, j] = science.attendance_inclination(
            w[_ET, j] + w[_PT, j], w[_HE, j] + w[_PH, j], w[_W, j] + w[_PW, j], w[_DISTRESS, j], w[_HARDSHIP, j], p
        )
    for j in range(size):
        share = science.attendance_share(
            w[_T1, j], w[_CLIMATE, j], w[_AG, j], w[_SECONDARY, j], w[_XT, j], month.season, p
        )
        w[_ATT, j] = share if w[_AT_SCHOOL, j] == 1.0 else w[_ATT, j]
    for j in range(size):
        chance = science.suspension_probability(
            w[_W, j] + w[_PW, j], w[_CLIMATE, j], w[_SECONDARY, j], w[_GIRL, j], w[_HARDSHIP, j], 1.0 - w[_ATT, j], p
        )
        w[_U, j] = 1.0 if u_event[j] < chance * month.teaching else 0.0


@jit_within
def _store(start, size, month, real, w):
    """Write the block back for rows that are in the model."""
    for j in range(size):
        counts = w[_AT_SCHOOL, j] * month.teaching
        w[_ABSENT, j] += counts * (1.0 - w[_ATT, j])
        w[_MONTHS, j] += counts
        w[_SUSPENDED, j] += counts * w[_U, j]
    write(w, _A, size, real, C.attainment_base, start)
    write(w, _W, size, real, C.wellbeing_base, start)
    write(w, _HE, size, real, C.health_base, start)
    write(w, _AG, size, real, C.agency, start)
    write(w, _RESIL, size, real, C.resilience, start)
    write(w, _ATT, size, real, C.attendance, start)
    write(w, _ABSENT, size, real, C.absence_sum, start)
    write(w, _MONTHS, size, real, C.attended_months, start)
    write(w, _SUSPENDED, size, real, C.suspensions, start)
    for j in range(size):
        w[_PA, j] += w[_A, j]
        w[_PW, j] += w[_W, j]
        w[_PH, j] += w[_HE, j]
    write(w, _PA, size, real, C.attainment, start)
    write(w, _PW, size, real, C.wellbeing, start)
    write(w, _PH, size, real, C.health, start)


@jit_within
def _count(size, w, at, low_line, need_line, sums):
    """Add a block's pupils to the school sums of its chunk: roll, attainment, low attainers, in need, attendance."""
    for j in range(size):
        w[_T1, j] = w[_LIVE, j] * w[_AT_SCHOOL, j]
        w[_T2, j] = 1.0 if w[_PA, j] < low_line else 0.0
        w[_U, j] = 1.0 if (w[_PW, j] < need_line) | (w[_SEND, j] > 0.0) else 0.0
    for j in range(size):
        if w[_T1, j] == 1.0:
            s = at[j]
            sums[0, s] += 1.0
            sums[1, s] += w[_PA, j]
            sums[2, s] += w[_T2, j]
            sums[3, s] += w[_U, j]
            sums[4, s] += w[_ATT, j]


@jit
def advance_chunk(chunk, month, real, whole, pools, keys, hh, schools, ages, p, lines, sums):
    """One month of the rows of one chunk; ``sums`` (5 x schools) is this chunk's own."""
    rows = real.shape[1]
    w = np.empty((_ROWS, BLOCK))
    u_event = np.empty(BLOCK)
    at = np.empty(BLOCK, dtype=np.uint32)
    wellbeing_noise = p.wellbeing_noise * np.sqrt(2.0 * p.wellbeing_rate * science.MONTH)
    health_noise = p.health_noise * np.sqrt(2.0 * p.health_rate * science.MONTH)
    stop = chunk_start(chunk + 1, rows)
    for start in range(chunk_start(chunk, rows), stop, BLOCK):
        size = min(BLOCK, stop - start)
        if not read_live(whole, CW.first_month, CW.last_month, month.number, start, size, w):
            continue
        _gather_self(start, size, real, whole, pools, w)
        _gather_age(size, month, ages, w, at)
        _gather_others(start, size, whole, hh, schools, w, at)
        _draw(start, size, month, keys, w, u_event)
        _develop(size, w, p, wellbeing_noise, health_noise)
        _attend(size, month, w, u_event, p)
        _store(start, size, month, real, w)
        _count(size, w, at, lines[0], lines[1], sums)


@jit
def advance_children(month, real, whole, pools, keys, hh, schools, ages, p, lines, sums):
    """One month of all children, one thread; fills ``sums`` (chunks x 5 x schools)."""
    sums[:] = 0.0
    for chunk in range(n_chunks(real.shape[1])):
        advance_chunk(chunk, month, real, whole, pools, keys, hh, schools, ages, p, lines, sums[chunk])


@pjit
def advance_children_parallel(month, real, whole, pools, keys, hh, schools, ages, p, lines, sums):
    """``advance_children`` over threads, to the same bits."""
    sums[:] = 0.0
    for chunk in prange(n_chunks(real.shape[1])):
        advance_chunk(chunk, month, real, whole, pools, keys, hh, schools, ages, p, lines, sums[chunk])


@jit
def fade_in_surroundings(pools, kept, whole, home_real, school_real, strength, p):
    """``fade`` for children whose school and home slow or hasten it (sustaining environments)."""
    household, school = whole[CW.household], whole[CW.school]
    goes_on = np.empty(pools.shape[1])
    for i in range(goes_on.size):
        effectiveness = school_real[S.effectiveness, school[i]] if school[i] >= 0 else 0.0
        home = home_real[H.home_learning, household[i]]
        goes_on[i] = 1.0 - coordination_science.sustaining(effectiveness, home, strength, p)
    for row in range(pools.shape[0]):
        lost = 1.0 - kept[row % N_POOLS]
        if lost > 0.0:
            for i in range(goes_on.size):
                pools[row, i] *= 1.0 - lost * goes_on[i]


@jit
def fade(pools, kept):
    """One month of fading: each pool keeps its share (``kept``: one number per pool)."""
    for row in range(pools.shape[0]):
        share = kept[row % N_POOLS]
        if share < 1.0:
            for i in range(pools.shape[1]):
                pools[row, i] *= share


@jit
def age_tables(p):
    """Fill the ``AgeTables`` for the parameters."""
    out = np.empty((5, N_AGES))
    for a in range(N_AGES):
        years = (a + 0.5) / 12.0
        out[0, a] = science.attainment_rate(years, p)
        out[1, a] = p.attainment_noise * np.sqrt(2.0 * out[0, a] * science.MONTH)
        out[2, a] = science.home_weight(years, p)
        out[3, a] = science.wellbeing_sex(1.0, years, p)
        out[4, a] = science.wellbeing_sex(0.0, years, p)
    return out


@jit
def new_school_year(month, real, whole, p):
    """September: file last year's absence and suspensions, identify special needs."""
    for i in range(real.shape[1]):
        if whole[CW.first_month, i] <= month.number < whole[CW.last_month, i]:
            months = real[C.attended_months, i]
            real[C.absence_year, i] = real[C.absence_sum, i] / months if months > 0.0 else np.nan
            real[C.suspensions_year, i] = real[C.suspensions, i] if months > 0.0 else np.nan
            real[C.absence_sum, i] = 0.0
            real[C.attended_months, i] = 0.0
            real[C.suspensions, i] = 0.0
            grade = month.year - whole[CW.cohort, i]
            if RECEPTION <= grade <= YEAR_11:
                liability = science.send_liability(
                    real[C.endow_send, i], real[C.attainment, i], real[C.wellbeing, i], whole[CW.girl, i], p
                )
                whole[CW.send, i] = np.int32(science.send_level(liability, YEAR_7 - grade, p))


@jit
def test_scores(month, real, whole, keys, noise, p):
    """June tests: EYFSP, phonics, Key Stages 1 and 2, GCSE, 18; score = attainment + relative age + noise (SD)."""
    where = address(month.seed, Stream.test, month.number)
    for i in range(real.shape[1]):
        if whole[CW.first_month, i] <= month.number < whole[CW.last_month, i]:
            grade = month.year - whole[CW.cohort, i]
            born = whole[CW.birth_month, i] - 12 * whole[CW.cohort, i]
            older = science.relative_age_effect(born, grade, p)
            score = real[C.attainment, i] + older + noise * shock(bits(keys[i], where), _LANE_0)
            if grade == RECEPTION:
                real[C.score_eyfsp, i] = score
            elif grade == YEAR_1:
                real[C.score_phonics, i] = score
            elif grade == YEAR_2:
                real[C.score_ks1, i] = score
            elif grade == YEAR_6:
                real[C.score_ks2, i] = score
            elif grade == YEAR_11:
                real[C.score_gcse, i] = score
            elif grade == YEAR_13:
                real[C.score_18, i] = score


@jit
def settle_at_18(month, real, whole, pools, keys, hh, reference):
    """June of Year 13: whether the young person is in education, employment or training."""
    where = address(month.seed, Stream.child_event, month.number)
    for i in range(real.shape[1]):
        live = whole[CW.first_month, i] <= month.number < whole[CW.last_month, i]
        if live and month.year - whole[CW.cohort, i] == YEAR_13:
            at = 4 * N_POOLS
            pooled = (pools[at, i] + pools[at + 1, i]) + (pools[at + 2, i] + pools[at + 3, i])
            hardship = hh[H.hardship, whole[CW.household, i]]
            chance = outcome_science.eet_probability(
                real[C.attainment, i], real[C.attendance, i], hardship, pooled, reference
            )
            real[C.eet, i] = 1.0 if uniform(bits(keys[i], where)) < chance else 0.0


@jit
def relax_support(real, rate):
    """Trusted adults fade when nobody renews them: ``support`` loses ``rate`` of itself a month."""
    for i in range(real.shape[1]):
        real[C.support, i] = clip(real[C.support, i] * (1.0 - rate), 0.0, 1.0)
