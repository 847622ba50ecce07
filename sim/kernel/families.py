"""One month of every household: work, income, hardship, distress, home learning; and trust by word of mouth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim._jit import jit, pjit, prange
from sim.draws import address, bits, shock, uniform
from sim.kernel.chunks import BLOCK, chunk_start, n_chunks
from sim.schema import CW, HW, N_POOLS, C, H, Stream
from sim.science import children as child_science
from sim.science import families as science
from sim.science import trust as trust_science

N_TIES = 8
_LANE_0, _LANE_1 = np.uint64(0), np.uint64(1)
(_LIVE, _INCOME, _HARD, _HOUSING, _LONE, _WORKLESS, _STRAIN, _WORST, _D, _L, _PD, _PL, _PT, _PI, _XD, _XL, _SES,
 _ED, _EL) = range(19)  # fmt: skip
_ROWS = 19


class Kin(NamedTuple):
    """Children of each household: rows ``rows[first[h]:first[h + 1]]`` of the children's table."""

    first: np.ndarray
    rows: np.ndarray


@jit
def _worst_wellbeing(h, month, kin, child_real, child_whole):
    """Lowest wellbeing among the children present in a household; 0 if there is none."""
    worst = 0.0
    for at in range(kin.first[h], kin.first[h + 1]):
        i = kin.rows[at]
        if child_whole[CW.first_month, i] <= month.number < child_whole[CW.last_month, i]:
            worst = min(worst, child_real[C.wellbeing, i])
    return worst


@jit
def _work_and_income(i, month, real, whole, u, income_pool, p):
    """Work, income after housing costs and free school meals of one household."""
    adults = whole[HW.adults, i]
    workers = science.next_workers(whole[HW.workers, i], adults, real[H.work_propensity, i], u, p)
    whole[HW.workers, i] = workers
    earned = science.family_earnings(real[H.pay, i], workers, p)
    tenant = 1.0 if whole[HW.tenure, i] > 0 else 0.0
    paid = science.benefits(earned, adults, whole[HW.children_here, i], real[H.rent, i], tenant, p)
    scale = science.equivalence(adults, whole[HW.children_here, i], p)
    now = science.income_after_housing(earned + paid + income_pool, real[H.rent, i], scale)
    real[H.income, i] = science.smoothed(real[H.income, i], now, p.income_smoothing)
    meals = earned < p.fsm_earnings_limit
    whole[HW.fsm_last, i] = month.number if meals else whole[HW.fsm_last, i]
    whole[HW.fsm_now, i] = 1 if month.number - whole[HW.fsm_last, i] <= p.fsm_protection_months else 0


@jit
def advance_chunk(chunk, month, real, whole, pools, keys, kin, child_real, child_whole, p):
    """One month of the households of one chunk."""
    rows = real.shape[1]
    w = np.empty((_ROWS, BLOCK))
    distress_noise = p.distress_noise * np.sqrt(2.0 * p.distress_rate * child_science.MONTH)
    home_noise = p.home_noise * np.sqrt(2.0 * p.home_rate * child_science.MONTH)
    at_work = address(month.seed, Stream.work, month.number)
    at_shock = address(month.seed, Stream.household_shock, month.number)
    for start in range(chunk_start(chunk, rows), chunk_start(chunk + 1, rows), BLOCK):
        size = min(BLOCK, rows - start)
        anybody = False
        for j in range(size):
            i = start + j
            live = whole[HW.first_month, i] <= month.number < whole[HW.last_month, i]
            w[_LIVE, j] = 1.0 if live else 0.0
            anybody = anybody or live
        if not anybody:
            continue
        for k in range(4):
            for j in range(size):
                at, i = k * N_POOLS, start + j
                w[_PD + k, j] = (pools[at, i] + pools[at + 1, i]) + (pools[at + 2, i] + pools[at + 3, i])
        for j in range(size):
            if w[_LIVE, j] == 1.0:
                i = start + j
                _work_and_income(i, month, real, whole, uniform(bits(keys[i], at_work)), w[_PI, j], p)
                w[_WORST, j] = _worst_wellbeing(i, month, kin, child_real, child_whole)
        for j in range(size):
            i = start + j
            b = bits(keys[i], at_shock)
            w[_XD, j] = shock(b, _LANE_0)
            w[_XL, j] = shock(b, _LANE_1)
            w[_INCOME, j] = real[H.income, i]
            w[_HOUSING, j] = real[H.housing, i]
            adults = whole[HW.adults, i]
            workers = whole[HW.workers, i]
            w[_LONE, j] = 1.0 if adults == 1 else 0.0
            w[_WORKLESS, j] = 1.0 if workers == 0 else 0.0
            w[_STRAIN, j] = 1.0 if workers == adults else 0.0
            w[_D, j] = real[H.distress_base, i]
            w[_L, j] = real[H.home_learning_base, i]
            w[_SES, j] = real[H.ses, i]
            w[_ED, j] = real[H.endow_distress, i]
            w[_EL, j] = real[H.endow_home_learning, i]
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
        for j in range(size):
            if w[_LIVE, j] == 1.0:
                i = start + j
                real[H.hardship, i] = w[_HARD, j]
                real[H.distress_base, i] = w[_D, j]
                real[H.distress, i] = w[_D, j] + w[_PD, j]
                real[H.home_learning_base, i] = w[_L, j]
                real[H.home_learning, i] = w[_L, j] + w[_PL, j]


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
def first_incomes(pay, rent, workers, adults, tenure, children, p):
    """Equivalised income after housing costs of households on the first day, GBP a week."""
    out = np.empty(pay.size)
    for i in range(pay.size):
        earned = science.family_earnings(pay[i], workers[i], p)
        tenant = 1.0 if tenure[i] > 0 else 0.0
        paid = science.benefits(earned, adults[i], children[i], rent[i], tenant, p)
        scale = science.equivalence(adults[i], children[i], p)
        out[i] = science.income_after_housing(earned + paid, rent[i], scale)
    return out


@jit
def file_school_year(whole):
    """September: start a new count of use, completions and waiting for each household."""
    for i in range(whole.shape[1]):
        whole[HW.reached_months, i] = 0
        whole[HW.completed, i] = 0
