"""The same month with numpy alone: whole columns at a time, all processors' vector units left to numpy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmarks.tables import SEED, Reals, Tables, month_of, parameters
from sim.draws import _quiet_mix
from sim.schema import CW, HW, RECEPTION, YEAR_7, YEAR_11, C, H, S, Stream
from sim.science.children import MONTH

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_STEP = 3.4641016151377544 / 65536.0
_HALF = 3.4641016151377544 / 2.0 * (1.0 - 1.0 / 65536.0)


def _bits(who: npt.NDArray[np.uint64], stream: int, month: int) -> npt.NDArray[np.uint64]:
    with np.errstate(over="ignore"):
        key = _quiet_mix(np.array([SEED], dtype=np.uint64) + _GOLDEN)
        key = _quiet_mix(key + np.uint64(stream) * _GOLDEN)
        where = _quiet_mix(key + (np.uint64(month + 4096) + np.uint64(1)) * _GOLDEN)
        return _quiet_mix((who ^ where) + _GOLDEN)


def _uniform(bits: npt.NDArray[np.uint64]) -> Reals:
    return (bits >> np.uint64(33)).astype(np.float64) * 2.0**-31


def _shock(bits: npt.NDArray[np.uint64], lane: int) -> Reals:
    return ((bits >> np.uint64(16 * lane)) & np.uint64(0xFFFF)).astype(np.float64) * _STEP - _HALF


def _logistic(x: Reals) -> Reals:
    return 1.0 / (1.0 + np.exp(-x))


def _pool(pools: Reals, outcome: int) -> Reals:
    a, b, c, d = pools[4 * outcome : 4 * outcome + 4]
    return (a + b) + (c + d)


class NumpyVersion:
    """Families and children by numpy over the tables; every row is live, so nothing is masked."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    def step(self, month: int) -> None:
        """One month of families, then of children."""
        self._families(month)
        self._children(month)

    def _families(self, month: int) -> None:
        t, p = self.tables, parameters().families
        h, w = t.home_real, t.home_whole
        u = _uniform(_bits(t.home_key, Stream.work, month))
        adults, workers, kids = w[HW.adults], w[HW.workers], w[HW.children_here]
        share, rent = np.minimum(h[H.work_propensity] * p.work_factor, 1.0), h[H.rent] * p.rent_factor
        stop = workers * p.work_turnover * (1.0 - share) * MONTH
        start = (adults - workers) * p.work_turnover * share * MONTH
        workers += (u >= 1.0 - start).astype(np.int32) - (u < stop).astype(np.int32)
        b = _bits(t.home_key, Stream.household_shock, month)
        noise = p.pay_shift_noise * np.sqrt(2.0 * p.pay_shift_rate * MONTH)
        h[H.pay_shift] = np.maximum(
            h[H.pay_shift] * (1.0 - p.pay_shift_rate * MONTH) + noise * _shock(b, 2), p.pay_shift_least
        )
        pay = h[H.pay] * (1.0 + h[H.pay_shift])
        second = pay * p.couple_second_pay
        earned = np.where(workers >= 1, pay - p.tax_rate * np.maximum(pay - p.tax_allowance, 0.0), 0.0)
        earned += np.where(workers >= 2, second - p.tax_rate * np.maximum(second - p.tax_allowance, 0.0), 0.0)
        full = np.where(adults == 1, p.benefit_single, p.benefit_couple)
        full = full + p.benefit_child * np.minimum(kids, p.benefit_children_limit)
        full += (w[HW.tenure] > 0) * p.benefit_rent_share * rent
        paid = np.maximum(full - p.benefit_taper * np.maximum(earned - p.benefit_work_allowance, 0.0), 0.0)
        paid += p.child_benefit_first * (kids >= 1) + p.child_benefit_other * np.maximum(kids - 1.0, 0.0)
        scale = p.scale_first_adult + p.scale_other_adult * (adults - 1.0) + p.scale_child * kids
        paid += np.where(workers == 0, h[H.workless_income], 0.0)
        h[H.income_now] = ((earned + paid + _pool(t.home_pools, 3)) * p.income_factor - rent) / scale
        h[H.income] += p.income_smoothing * (h[H.income_now] - h[H.income])
        meals = earned < p.fsm_earnings_limit
        w[HW.fsm_last][meals] = month
        w[HW.fsm_now] = month - w[HW.fsm_last] <= p.fsm_protection_months
        self._cope(month)

    def _cope(self, month: int) -> None:
        t, p = self.tables, parameters().families
        h, w = t.home_real, t.home_whole
        b = _bits(t.home_key, Stream.household_shock, month)
        # Rows of kin are in household order here, and every household has a child.
        worst = np.minimum(np.minimum.reduceat(t.child_real[C.wellbeing], t.kin_first[:-1]), 0.0)
        hard = _logistic((p.poverty_line - h[H.income]) / p.hardship_scale)
        target = (
            p.distress_level + h[H.endow_distress] + p.distress_hardship * (hard - p.hardship_mean)
            + p.distress_housing * h[H.housing] + p.distress_lone * (w[HW.adults] == 1)
            + p.distress_workless * (w[HW.workers] == 0) + p.distress_child * np.maximum(-worst, 0.0)
        )  # fmt: skip
        base = h[H.distress_base]
        noise = p.distress_noise * np.sqrt(2.0 * p.distress_rate * MONTH)
        base += p.distress_rate * MONTH * (target - base) + noise * _shock(b, 0)
        h[H.hardship], h[H.distress] = hard, base + _pool(t.home_pools, 0)
        target = (
            p.home_level + h[H.endow_home_learning] + p.home_ses * h[H.ses] - p.home_distress * h[H.distress]
            - p.home_strain * (w[HW.workers] == w[HW.adults])
        )  # fmt: skip
        base = h[H.home_learning_base]
        base += p.home_rate * MONTH * (target - base) + p.home_noise * np.sqrt(2.0 * p.home_rate * MONTH) * _shock(b, 1)
        h[H.home_learning] = base + _pool(t.home_pools, 1)

    def _children(self, month: int) -> None:
        t, p, now = self.tables, parameters().children, month_of(month)
        c, w, h, s = t.child_real, t.child_whole, t.home_real, t.school_real
        at = np.clip(month - w[CW.birth_month], 0, 239)
        age, grade, girl = at / 12.0, now.year - w[CW.cohort], w[CW.girl]
        home, school = w[CW.household], np.maximum(w[CW.school], 0)
        distress, learning, hardship = h[H.distress][home], h[H.home_learning][home], h[H.hardship][home]
        housing, unsafety = h[H.housing][home], h[H.unsafety][home]
        pupil = ((grade >= RECEPTION) & (grade <= YEAR_11) & (w[CW.school] >= 0)).astype(float)
        secondary = (grade >= YEAR_7).astype(float)
        since = (grade - np.where(grade < YEAR_7, RECEPTION, YEAR_7)) * 12 + now.of_year
        transition = (since >= 0) * np.exp(-p.transition_decay * np.maximum(since, 0))
        b = _bits(t.child_key, Stream.child_shock, month)
        pa, pw, ph, pt = (_pool(t.child_pools, k) for k in range(4))
        well, agency, support = c[C.wellbeing_base] + pw, c[C.agency].copy(), c[C.support]
        climate = s[S.climate][school]
        buffer = _logistic(
            p.resilience_level + p.resilience_agency * (agency - 0.5) + p.resilience_support * support
            + p.resilience_wellbeing * well
        )  # fmt: skip
        away, hard = 1.0 - buffer, hardship - p.hardship_mean
        young = np.clip((11.0 - age) / 6.0, 0.0, 1.0)
        circumstances = 1.0 - p.attainment_eal_buffer * w[CW.eal]
        target = (
            p.attainment_level + c[C.endow_attainment] + t.ages[2][at] * learning
            + np.where(secondary == 1.0, p.attainment_ses_secondary, p.attainment_ses) * circumstances * h[H.ses][home]
            + (np.where(secondary == 1.0, p.attainment_school_secondary, p.attainment_school)
               * s[S.effectiveness][school] - p.attainment_low_peers * s[S.low_share][school]
               + p.attainment_attendance * (c[C.attendance] - p.attendance_usual)) * pupil
            + p.attainment_girl * (girl - 0.5) - p.attainment_eal_early * w[CW.eal] * young
            - p.attainment_need * np.maximum(c[C.endow_send] - p.need_line, 0.0)
            + p.attainment_wellbeing * well + p.attainment_agency * (agency - 0.5)
            - circumstances * away * (p.attainment_hardship * hardship + p.attainment_housing * housing
                      + p.attainment_unsafety * unsafety)
        )  # fmt: skip
        base = c[C.attainment_base]
        relative = (base + pa - s[S.mean_attainment][school]) * pupil
        base += t.ages[0][at] * MONTH * (target - base) + t.ages[1][at] * _shock(b, 0)
        target = (
            p.wellbeing_level + c[C.endow_wellbeing] + np.where(girl == 1, t.ages[3][at], t.ages[4][at])
            + p.wellbeing_home * learning - p.wellbeing_distress * distress + p.wellbeing_climate * climate * pupil
            - p.transition_shock * transition
            - away * (p.wellbeing_hardship * hardship + p.wellbeing_unsafety * unsafety)
        )  # fmt: skip
        base = c[C.wellbeing_base]
        noise = p.wellbeing_noise * np.sqrt(2.0 * p.wellbeing_rate * MONTH)
        base += p.wellbeing_rate * MONTH * (target - base) + noise * _shock(b, 1)
        target = (
            p.health_level + c[C.endow_health] - p.health_housing * housing - p.health_hardship * hard
            - p.health_distress * distress
        )  # fmt: skip
        base = c[C.health_base]
        base += p.health_rate * MONTH * (target - base)
        base += p.health_noise * np.sqrt(2.0 * p.health_rate * MONTH) * _shock(b, 2)
        around = climate * pupil
        level = np.clip(
            p.agency_level + p.agency_attainment * relative + p.agency_climate * around + p.agency_support * support,
            0.0, 1.0,
        )  # fmt: skip
        moved = np.clip(agency + p.agency_rate * MONTH * (level - agency), 0.0, 1.0)
        c[C.agency] = np.where(age >= 11.0, moved, agency)
        c[C.resilience] = buffer
        c[C.attainment], c[C.wellbeing] = c[C.attainment_base] + pa, c[C.wellbeing_base] + pw
        c[C.health] = base + ph
        latent = (
            c[C.endow_attendance] + pt + p.attendance_health * c[C.health] + p.attendance_wellbeing * c[C.wellbeing]
            - p.attendance_distress * distress - p.attendance_hardship * hard + p.attendance_climate * climate
            + p.attendance_agency * (c[C.agency] - 0.5) - p.attendance_secondary * secondary
            + p.attendance_noise * _shock(b, 3) + now.season
        )  # fmt: skip
        latent -= p.attendance_withdrawal * np.maximum(-p.attendance_withdrawal_line - latent, 0.0)
        share = _logistic(p.attendance_level + p.attendance_scale * latent)
        c[C.attendance] = np.where(pupil == 1.0, share, c[C.attendance])
        chance = _logistic(
            p.suspension_level - p.suspension_wellbeing * c[C.wellbeing] - p.suspension_climate * climate
            + p.suspension_secondary * secondary - p.suspension_girl * (girl - 0.5) + p.suspension_hardship * hard
            + p.suspension_absence * (1.0 - c[C.attendance])
        )  # fmt: skip
        counts = pupil * now.teaching
        c[C.absence_sum] += counts * (1.0 - c[C.attendance])
        c[C.attended_months] += counts
        c[C.suspensions] += counts * (_uniform(_bits(t.child_key, Stream.suspension, month)) < chance * now.teaching)
        self._count(school, pupil)

    def _count(self, school: npt.NDArray[np.int32], pupil: Reals) -> None:
        """Sums by school; numpy adds in one pass, so they stand in the first chunk."""
        t, lines = self.tables, parameters().schools
        c = t.child_real
        need = (c[C.wellbeing] < lines.need_line) | (t.child_whole[CW.send] > 0)
        t.sums[:] = 0.0
        low = c[C.attainment] < lines.low_attainment_line
        for k, value in enumerate((1.0, c[C.attainment], low, need, c[C.attendance])):
            t.sums[0, k] = np.bincount(school, weights=pupil * value, minlength=t.schools)
