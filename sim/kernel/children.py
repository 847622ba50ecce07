"""One month of every child: blocks of rows through short branch-free loops of scalar science.

Each loop reads and writes local scratch columns, so that the compiler vectorises it; the step is
written back only for rows that are in the model this month.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim._jit import jit, pjit, prange
from sim.draws import address, bits, shock, uniform
from sim.kernel.chunks import BLOCK, chunk_start, n_chunks
from sim.numerics import clip
from sim.schema import CW, N_POOLS, RECEPTION, YEAR_1, YEAR_6, YEAR_7, YEAR_11, YEAR_13, C, H, S, Stream
from sim.science import children as science
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
# Rows of the scratch array, one per local column.
(_AGE, _GRADE, _LIVE, _AT_SCHOOL, _SECONDARY, _SES, _HOME, _DISTRESS, _HARDSHIP, _HOUSING, _UNSAFE, _EFFECT, _CLIMATE,
 _LOW, _PEER, _RATE, _NOISE, _WEIGHT, _SEX, _TRANSITION, _RESIL, _A, _W, _HE, _AG, _SUP, _XA, _XW, _XH, _XT, _PA, _PW,
 _PH, _PT, _T1, _T2, _ATT, _GIRL, _EAL, _SEND, _U) = range(41)  # fmt: skip
_ROWS = 41
_LANE_0, _LANE_1, _LANE_2, _LANE_3 = (np.uint64(n) for n in range(4))


@jit
def _gather(start, size, month, real, whole, pools, hh, schools, ages, w):
    """Local columns of a block: ages, who is in the model, family, school and pools."""
    for j in range(size):
        i = start + j
        age = month.number - whole[CW.birth_month, i]
        live = whole[CW.first_month, i] <= month.number < whole[CW.last_month, i]
        w[_LIVE, j] = 1.0 if live else 0.0
        held = min(max(age, 0), N_AGES - 1)
        w[_AGE, j] = held / 12.0
        w[_RATE, j] = ages.rate[held]
        w[_NOISE, j] = ages.noise[held]
        w[_WEIGHT, j] = ages.home_weight[held]
        w[_SEX, j] = ages.wellbeing_sex_girl[held] if whole[CW.girl, i] == 1 else ages.wellbeing_sex_boy[held]
        w[_GIRL, j] = whole[CW.girl, i]
        w[_EAL, j] = whole[CW.eal, i]
        w[_SEND, j] = whole[CW.send, i]
        grade = month.year - whole[CW.cohort, i]
        w[_GRADE, j] = grade
        since = (grade - RECEPTION) * 12 + month.of_year
        since = since if grade < YEAR_7 else (grade - YEAR_7) * 12 + month.of_year
        w[_TRANSITION, j] = since
        pupil = RECEPTION <= grade <= YEAR_11 and whole[CW.school, i] >= 0
        w[_AT_SCHOOL, j] = 1.0 if pupil else 0.0
        w[_SECONDARY, j] = 1.0 if grade >= YEAR_7 else 0.0
        h = whole[CW.household, i]
        w[_SES, j] = hh[H.ses, h]
        w[_HOME, j] = hh[H.home_learning, h]
        w[_DISTRESS, j] = hh[H.distress, h]
        w[_HARDSHIP, j] = hh[H.hardship, h]
        w[_HOUSING, j] = hh[H.housing, h]
        w[_UNSAFE, j] = hh[H.unsafety, h]
        s = max(whole[CW.school, i], 0)
        w[_EFFECT, j] = schools[S.effectiveness, s]
        w[_CLIMATE, j] = schools[S.climate, s]
        w[_LOW, j] = schools[S.low_share, s]
        w[_PEER, j] = schools[S.mean_attainment, s]
    for k in range(4):
        for j in range(size):
            i = start + j
            at = k * N_POOLS
            w[_PA + k, j] = (pools[at, i] + pools[at + 1, i]) + (pools[at + 2, i] + pools[at + 3, i])


@jit
def _draw(start, size, month, keys, w, u_event):
    """Four shocks and one event draw for each child of a block."""
    where = address(month.seed, Stream.child_shock, month.number)
    for j in range(size):
        b = bits(keys[start + j], where)
        w[_XA, j] = shock(b, _LANE_0)
        w[_XW, j] = shock(b, _LANE_1)
        w[_XH, j] = shock(b, _LANE_2)
        w[_XT, j] = shock(b, _LANE_3)
    where = address(month.seed, Stream.suspension, month.number)
    for j in range(size):
        u_event[j] = uniform(bits(keys[start + j], where))


@jit
def _develop(size, real, start, w, p, wellbeing_noise, health_noise):
    """Attainment, wellbeing, health, agency and trusted adult of a block, one short loop per quantity."""
    for j in range(size):
        w[_A, j] = real[C.attainment_base, start + j]
    for j in range(size):
        w[_W, j] = real[C.wellbeing_base, start + j]
    for j in range(size):
        w[_HE, j] = real[C.health_base, start + j]
    for j in range(size):
        w[_AG, j] = real[C.agency, start + j]
    for j in range(size):
        w[_SUP, j] = real[C.support, start + j]
    for j in range(size):
        w[_RESIL, j] = science.resilience(w[_AG, j], w[_SUP, j], w[_W, j] + w[_PW, j], p)
    for j in range(size):
        w[_TRANSITION, j] = science.transition_presence(w[_TRANSITION, j], p)
    for j in range(size):
        w[_T1, j] = science.attainment_adversity(w[_HARDSHIP, j], w[_HOUSING, j], w[_UNSAFE, j], p)
    for j in range(size):
        family = science.family_pull(w[_SES, j], w[_HOME, j], w[_WEIGHT, j], p)
        school = science.school_pull(w[_EFFECT, j], w[_LOW, j], w[_ATT, j], p) * w[_AT_SCHOOL, j]
        person = science.personal_pull(w[_GIRL, j], w[_EAL, j], w[_AGE, j], w[_SEND, j], p)
        adversity = (1.0 - w[_RESIL, j]) * w[_T1, j]
        well = w[_W, j] + w[_PW, j]
        endowment = real[C.endow_attainment, start + j]
        target = science.attainment_target(endowment, family, school, person, well, w[_AG, j], adversity, p)
        w[_T2, j] = science.towards(w[_A, j], target, w[_RATE, j], w[_NOISE, j] * w[_XA, j])
    for j in range(size):
        adversity = (1.0 - w[_RESIL, j]) * science.wellbeing_adversity(w[_HARDSHIP, j], w[_UNSAFE, j], p)
        climate = w[_CLIMATE, j] * w[_AT_SCHOOL, j]
        endowment = real[C.endow_wellbeing, start + j]
        target = science.wellbeing_target(
            endowment, w[_HOME, j], w[_DISTRESS, j], climate, w[_TRANSITION, j], w[_SEX, j], adversity, p
        )
        w[_W, j] = science.towards(w[_W, j], target, p.wellbeing_rate, wellbeing_noise * w[_XW, j])
    for j in range(size):
        target = science.health_target(
            real[C.endow_health, start + j], w[_HOUSING, j], w[_HARDSHIP, j], w[_DISTRESS, j], p
        )
        w[_HE, j] = science.towards(w[_HE, j], target, p.health_rate, health_noise * w[_XH, j])
    for j in range(size):
        relative = (w[_A, j] + w[_PA, j] - w[_PEER, j]) * w[_AT_SCHOOL, j]
        moved = science.agency_step(w[_AG, j], relative, w[_CLIMATE, j] * w[_AT_SCHOOL, j], w[_SUP, j], p)
        w[_AG, j] = moved if w[_AGE, j] >= 11.0 else w[_AG, j]
    for j in range(size):
        w[_A, j] = w[_T2, j]


@jit
def _attend(size, real, start, month, w, u_event, p):
    """Attendance and suspensions of a block in this month; suspensions are drawn in teaching months only."""
    for j in range(size):
        child = real[C.endow_attendance, start + j] + w[_PT, j]
        w[_T1, j] = science.attendance_inclination(
            child, w[_HE, j] + w[_PH, j], w[_W, j] + w[_PW, j], w[_DISTRESS, j], w[_HARDSHIP, j], p
        )
    for j in range(size):
        w[_ATT, j] = science.attendance_share(
            w[_T1, j], w[_CLIMATE, j], w[_AG, j], w[_SECONDARY, j], w[_XT, j], month.season, p
        )
    for j in range(size):
        chance = science.suspension_probability(
            w[_W, j] + w[_PW, j], w[_CLIMATE, j], w[_SECONDARY, j], w[_GIRL, j], w[_HARDSHIP, j], p
        )
        w[_U, j] = 1.0 if u_event[j] < chance * month.teaching else 0.0


@jit
def _store(start, size, month, real, w):
    """Write the block back for rows that are in the model."""
    for j in range(size):
        i = start + j
        if w[_LIVE, j] == 1.0:
            real[C.attainment_base, i] = w[_A, j]
            real[C.wellbeing_base, i] = w[_W, j]
            real[C.health_base, i] = w[_HE, j]
            real[C.attainment, i] = w[_A, j] + w[_PA, j]
            real[C.wellbeing, i] = w[_W, j] + w[_PW, j]
            real[C.health, i] = w[_HE, j] + w[_PH, j]
            real[C.agency, i] = w[_AG, j]
            real[C.resilience, i] = w[_RESIL, j]
            pupil = w[_AT_SCHOOL, j]
            real[C.attendance, i] = w[_ATT, j] if pupil == 1.0 else real[C.attendance, i]
            counts = pupil * month.teaching
            real[C.absence_sum, i] += counts * (1.0 - w[_ATT, j])
            real[C.attended_months, i] += counts
            real[C.suspensions, i] += counts * w[_U, j]


@jit
def _count(start, size, whole, w, low_line, need_line, sums):
    """Add a block's pupils to the school sums of its chunk: roll, attainment, low attainers, in need, attendance."""
    for j in range(size):
        if w[_LIVE, j] == 1.0 and w[_AT_SCHOOL, j] == 1.0:
            s = whole[CW.school, start + j]
            attainment = w[_A, j] + w[_PA, j]
            sums[0, s] += 1.0
            sums[1, s] += attainment
            sums[2, s] += 1.0 if attainment < low_line else 0.0
            sums[3, s] += 1.0 if w[_W, j] + w[_PW, j] < need_line or w[_SEND, j] > 0.0 else 0.0
            sums[4, s] += w[_ATT, j]


@jit
def _any_live(start, stop, month, whole):
    for i in range(start, stop):
        if whole[CW.first_month, i] <= month.number < whole[CW.last_month, i]:
            return True
    return False


@jit
def advance_chunk(chunk, month, real, whole, pools, keys, hh, schools, ages, p, lines, sums):
    """One month of the rows of one chunk; ``sums`` (5 x schools) is this chunk's own."""
    rows = real.shape[1]
    w = np.empty((_ROWS, BLOCK))
    u_event = np.empty(BLOCK)
    wellbeing_noise = p.wellbeing_noise * np.sqrt(2.0 * p.wellbeing_rate * science.MONTH)
    health_noise = p.health_noise * np.sqrt(2.0 * p.health_rate * science.MONTH)
    for start in range(chunk_start(chunk, rows), chunk_start(chunk + 1, rows), BLOCK):
        size = min(BLOCK, rows - start)
        if not _any_live(start, start + size, month, whole):
            continue
        _gather(start, size, month, real, whole, pools, hh, schools, ages, w)
        for j in range(size):
            w[_ATT, j] = real[C.attendance, start + j]
        _draw(start, size, month, keys, w, u_event)
        _develop(size, real, start, w, p, wellbeing_noise, health_noise)
        _attend(size, real, start, month, w, u_event, p)
        _store(start, size, month, real, w)
        _count(start, size, whole, w, lines[0], lines[1], sums)


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
                whole[CW.send, i] = np.int32(science.send_level(liability, p))


@jit
def test_scores(month, real, whole, keys, noise, p):
    """June tests by grade: EYFSP, phonics, Key Stage 2, GCSE; score = attainment + relative age + noise (SD)."""
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
            elif grade == YEAR_6:
                real[C.score_ks2, i] = score
            elif grade == YEAR_11:
                real[C.score_gcse, i] = score


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
