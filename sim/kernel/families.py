"""One month of every household: work, income, hardship, distress, home learning; and trust by word of mouth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim._jit import jit, jit_within, pjit, prange
from sim.draws import address, bits, shock, uniform
from sim.kernel.blocks import read, read_live, read_pools, write, write_whole
from sim.kernel.chunks import BLOCK, chunk_start, n_chunks
from sim.schema import CW, HW, N_POOLS, C, H, Stream
from sim.science import children as child_science
from sim.science import families as science
from sim.science import trust as trust_science

N_TIES = 8
_LANE_0, _LANE_1, _LANE_2 = np.uint64(0), np.uint64(1), np.uint64(2)
# Rows of the scratch array, one per local column; row 0 marks who is live.
(_LIVE, _INCOME, _HARD, _HOUSING, _LONE, _WORKLESS, _STRAIN, _WORST, _D, _L, _PD, _PL, _PI, _XD, _XL, _SES, _ED,
 _EL, _ADULTS, _WORKERS, _CHILDREN, _TENANT, _PAY, _RENT, _PROPENSITY, _EARNED, _U, _FSM,
 _FSM_LAST, _SHIFT, _XP, _NOW, _OTHER) = (np.int64(n) for n in range(33))  # fmt: skip
_ROWS = 33


class Kin(NamedTuple):
    """Children of each household: rows ``rows[first[h]:first[h + 1]]`` of the children's table."""

    first: np.ndarray
    rows: np.ndarray


@jit_within
def _worst_wellbeing(start, size, month, kin, child_real, child_whole, w):
    """Lowest wellbeing among the children present in each household of a block; 0 if there is none."""
    wellbeing = child_real[C.wellbeing]
    first_month, last_month = child_whole[CW.first_month], child_whole[CW.last_month]
    for j in range(size):
        worst = 0.0
        for at in range(kin.first[start + j], kin.first[start + j + 1]):
            i = np.uint32(kin.rows[at])
            here = (first_month[i] <= month.number) & (month.number < last_month[i])
            worst = min(worst, wellbeing[i]) if here else worst
        w[_WORST, j] = worst


@jit_within
def _gather(start, size, real, whole, pools, w):
    """Local columns of a block: who the families are, what they have."""
    read(real, H.income, start, size, w, _INCOME)
    read(real, H.housing, start, size, w, _HOUSING)
    read(real, H.distress_base, start, size, w, _D)
    read(real, H.home_learning_base, start, size, w, _L)
    read(real, H.ses, start, size, w, _SES)
    read(real, H.endow_distress, start, size, w, _ED)
    read(real, H.endow_home_learning, start, size, w, _EL)
    read(real, H.pay, start, size, w, _PAY)
    read(real, H.pay_shift, start, size, w, _SHIFT)
    read(real, H.rent, start, size, w, _RENT)
    read(real, H.work_propensity, start, size, w, _PROPENSITY)
    read(real, H.workless_income, start, size, w, _OTHER)
    read(whole, HW.adults, start, size, w, _ADULTS)
    read(whole, HW.workers, start, size, w, _WORKERS)
    read(whole, HW.children_here, start, size, w, _CHILDREN)
    read(whole, HW.tenure, start, size, w, _TENANT)
    read(whole, HW.fsm_last, start, size, w, _FSM_LAST)
    read_pools(pools, 0, start, size, w, _PD)
    read_pools(pools, N_POOLS, start, size, w, _PL)
    read_pools(pools, 3 * N_POOLS, start, size, w, _PI)


@jit_within
def _draw(start, size, month, keys, w):
    """Draw a uniform for work and two shocks for each household of a block."""
    who = keys[start : start + size]
    at_work = address(month.seed, Stream.work, month.number)
    at_shock = address(month.seed, Stream.household_shock, month.number)
    for j in range(size):
        w[_U, j] = uniform(bits(who[j], at_work))
    for j in range(size):
        b = bits(who[j], at_shock)
        w[_XD, j] = shock(b, _LANE_0)
        w[_XL, j] = shock(b, _LANE_1)
        w[_XP, j] = shock(b, _LANE_2)


@jit_within
def _work_and_income(size, month, w, p, pay_noise):
    """Work, income after housing costs and free school meals of a block."""
    for j in range(size):
        share = science.working_share(w[_PROPENSITY, j], p)
        w[_WORKERS, j] = science.next_workers(w[_WORKERS, j], w[_ADULTS, j], share, w[_U, j], p)
        w[_RENT, j] = science.rent_now(w[_RENT, j], p)
        w[_TENANT, j] = 1.0 if w[_TENANT, j] > 0.0 else 0.0
    for j in range(size):
        w[_SHIFT, j] = science.pay_shift_step(w[_SHIFT, j], pay_noise * w[_XP, j], p)
    for j in range(size):
        w[_EARNED, j] = science.family_earnings(science.pay_now(w[_PAY, j], w[_SHIFT, j]), w[_WORKERS, j], p)
    for j in range(size):
        paid = science.benefits(w[_EARNED, j], w[_ADULTS, j], w[_CHILDREN, j], w[_RENT, j], w[_TENANT, j], p)
        scale = science.equivalence(w[_ADULTS, j], w[_CHILDREN, j], p)
        other = science.workless_income(w[_OTHER, j], w[_WORKERS, j])
        money = science.real_money(w[_EARNED, j] + paid + other + w[_PI, j], p)
        w[_NOW, j] = science.income_after_housing(money, w[_RENT, j], scale)
        w[_INCOME, j] = science.smoothed(w[_INCOME, j], w[_NOW, j], p.income_smoothing)
    for j in range(size):
        meals = w[_EARNED, j] < p.fsm_earnings_limit
        w[_FSM_LAST, j] = month.number if meals else w[_FSM_LAST, j]
        w[_FSM, j] = 1.0 if month.number - w[_FSM_LAST, j] <= p.fsm_protection_months else 0.0


@jit_within
def _cope(size, w, p, distress_noise, home_noise):
    """Hardship, distress and home learning of a block."""
    for j in range(size):
        w[_LONE, j] = 1.0 if w[_ADULTS, j] == 1.0 else 0.0
        w[_WORKLESS, j] = 1.0 if w[_WORKERS, j] == 0.0 else 0.0
        w[_STRAIN, j] = 1.0 if w[_WORKERS, j] == w[_ADULTS, j] else 0.0
    for j in range(size):
        w[_HARD, j] = science.hardship(w[_INCOME, j], p)
    for j in range(size):
        target = science.distress_target(
            w[_ED, j], w[_HARD, j], w[_HOUSING, j], w[_LONE, j], w[_WORKLESS, j], w[_WORST, j], p
        )
        w[_D, j] = child_science.towards(w[_D, j], target, p.distress_rate, distress_noise * w[_XD, j])
    for j in range(size):
        target = science.home_target(w[_EL, j], w[_SES, j], w[_D, j] + w[_PD, j], w[_STRAIN, j], p)
        w[_L, j] = child_science.towards(w[_L, j], target, p.home_rate, home_noise * w[_XL, j])


@jit_within
def _store(start, size, real, whole, w):
    """Write the block back for households that are in the model."""
    for j in range(size):
        w[_PD, j] += w[_D, j]
        w[_PL, j] += w[_L, j]
    write(w, _SHIFT, size, real, H.pay_shift, start)
    write(w, _INCOME, size, real, H.income, start)
    write(w, _NOW, size, real, H.income_now, start)
    write(w, _HARD, size, real, H.hardship, start)
    write(w, _D, size, real, H.distress_base, start)
    write(w, _PD, size, real, H.distress, start)
    write(w, _L, size, real, H.home_learning_base, start)
    write(w, _PL, size, real, H.home_learning, start)
    write_whole(w, _WORKERS, size, whole, HW.workers, start)
    write_whole(w, _FSM, size, whole, HW.fsm_now, start)
    write_whole(w, _FSM_LAST, size, whole, HW.fsm_last, start)


@jit
def advance_chunk(chunk, month, real, whole, pools, keys, kin, child_real, child_whole, p):
    """One month of the households of one chunk."""
    rows = real.shape[1]
    w = np.empty((_ROWS, BLOCK))
    distress_noise = p.distress_noise * np.sqrt(2.0 * p.distress_rate * child_science.MONTH)
    home_noise = p.home_noise * np.sqrt(2.0 * p.home_rate * child_science.MONTH)
    pay_noise = p.pay_shift_noise * np.sqrt(2.0 * p.pay_shift_rate * child_science.MONTH)
    stop = chunk_start(chunk + 1, rows)
    for start in range(chunk_start(chunk, rows), stop, BLOCK):
        size = min(BLOCK, stop - start)
        if not read_live(whole, HW.first_month, HW.last_month, month.number, start, size, w):
            continue
        _gather(start, size, real, whole, pools, w)
        _worst_wellbeing(start, size, month, kin, child_real, child_whole, w)
        _draw(start, size, month, keys, w)
        _work_and_income(size, month, w, p, pay_noise)
        _cope(size, w, p, distress_noise, home_noise)
        _store(start, size, real, whole, w)


@jit
def advance_families(month, real, whole, pools, keys, kin, child_real, child_whole, p):
    """One month of all households, one thread."""
    for chunk in range(n_chunks(real.shape[1])):
        advance_chunk(chunk, month, real, whole, pools, keys, kin, child_real, child_whole, p)


@pjit
def advance_families_parallel(month, real, whole, pools, keys, kin, child_real, child_whole, p):
    """``advance_families`` over threads, to the same bits."""
    for chunk in prange(n_chunks(real.shape[1])):
        advance_chunk(chunk, month, real, whole, pools, keys, kin, child_real, child_whole, p)


@jit
def spread_trust(month, real, whole, pools, ties, tenant, home_trust, p):
    """Trust of every household next month: neighbours' mean (over homes), own experience, drift.

    ``ties`` (8 x homes): neighbouring homes. ``tenant``: household living in each home. ``home_trust``:
    scratch, last month's trust by home, so that the order of households does not matter.
    """
    for home in range(tenant.size):
        home_trust[home] = real[H.trust, tenant[home]]
    at = 2 * N_POOLS
    for i in range(real.shape[1]):
        if whole[HW.first_month, i] <= month.number < whole[HW.last_month, i]:
            resident = month.number < whole[HW.leaves_month, i]
            home = whole[HW.home, i]
            mean = real[H.trust, i]
            if resident and home >= 0:
                total = 0.0
                for k in range(N_TIES):
                    total += home_trust[ties[k, home]]
                mean = total / N_TIES
            base = real[H.trust_base, i]
            # Talk moves the base by the gap between the neighbours' trust and one's own whole trust.
            base = trust_science.trust_step(
                base, mean - (real[H.trust, i] - base), real[H.trust_start, i], real[H.experience, i], p
            )
            pooled = (pools[at, i] + pools[at + 1, i]) + (pools[at + 2, i] + pools[at + 3, i])
            real[H.trust_base, i] = base
            real[H.trust, i] = min(max(base + pooled, 0.0), 1.0)
            real[H.experience, i] = 0.0


@jit
def first_incomes(pay, shift, rent, other, workers, adults, tenure, children, p):
    """Equivalised income after housing costs of households on the first day, GBP a week."""
    out = np.empty(pay.size)
    for i in range(pay.size):
        earned = science.family_earnings(science.pay_now(pay[i], shift[i]), workers[i], p)
        tenant = 1.0 if tenure[i] > 0 else 0.0
        cost = science.rent_now(rent[i], p)
        paid = science.benefits(earned, adults[i], children[i], cost, tenant, p)
        scale = science.equivalence(adults[i], children[i], p)
        extra = science.workless_income(other[i], workers[i])
        out[i] = science.income_after_housing(science.real_money(earned + paid + extra, p), cost, scale)
    return out


@jit
def file_school_year(whole):
    """September: start a new count of use, completions and waiting for each household."""
    for i in range(whole.shape[1]):
        whole[HW.reached_months, i] = 0
        whole[HW.completed, i] = 0
