"""The same month as a textbook Mesa model: one Python object per child and per household, plain floats, ``math.exp``.

The equations are the science functions' own, in Python. Random numbers come from ``Model.random`` in
sequence, so the work is the same but the numbers are not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import mesa

from benchmarks.tables import Tables, month_of, parameters
from sim.schema import CHILDREN, CW, HOUSEHOLDS, RECEPTION, YEAR_7, YEAR_11, S
from sim.science.children import MONTH

_WIDTH = 3.4641016151377544


def _logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


def _clip(x: float) -> float:
    return min(max(x, 0.0), 1.0)


@dataclass
class School:
    """What a child sees of its school, and the sums over pupils."""

    effectiveness: float
    climate: float
    low_share: float
    mean_attainment: float
    sums: list[float]


class Household(mesa.Agent):
    """A family: columns of the households' table as attributes."""

    def __init__(self, model: PlainModel, columns: dict[str, Any], pools: list[float]) -> None:
        super().__init__(model)
        self.__dict__.update(columns)
        self.pools = pools
        self.children: list[Child] = []

    def step(self) -> None:
        """Work, income, hardship, distress, home learning."""
        p, draw = self.model.families, self.model.random.random
        u, adults, kids = draw(), self.adults, self.children_here
        propensity, rent = min(self.work_propensity * p.work_factor, 1.0), self.rent * p.rent_factor
        stop = self.workers * p.work_turnover * (1.0 - propensity) * MONTH
        start = (adults - self.workers) * p.work_turnover * propensity * MONTH
        self.workers += int(u >= 1.0 - start) - int(u < stop)
        noise = self.model.pay_noise * _WIDTH * (draw() - 0.5)
        self.pay_shift = max(self.pay_shift * (1.0 - p.pay_shift_rate * MONTH) + noise, p.pay_shift_least)
        pay, earned = self.pay * (1.0 + self.pay_shift), 0.0
        if self.workers >= 1:
            earned += pay - p.tax_rate * max(pay - p.tax_allowance, 0.0)
        if self.workers >= 2:
            pay *= p.couple_second_pay
            earned += pay - p.tax_rate * max(pay - p.tax_allowance, 0.0)
        full = p.benefit_single if adults == 1 else p.benefit_couple
        full += p.benefit_child * min(kids, p.benefit_children_limit)
        if self.tenure > 0:
            full += p.benefit_rent_share * rent
        paid = max(full - p.benefit_taper * max(earned - p.benefit_work_allowance, 0.0), 0.0)
        if kids >= 1:
            paid += p.child_benefit_first + p.child_benefit_other * (kids - 1.0)
        scale = p.scale_first_adult + p.scale_other_adult * (adults - 1.0) + p.scale_child * kids
        q = self.pools
        paid += self.workless_income if self.workers == 0 else 0.0
        self.income_now = ((earned + paid + (q[12] + q[13]) + (q[14] + q[15])) * p.income_factor - rent) / scale
        self.income += p.income_smoothing * (self.income_now - self.income)
        if earned < p.fsm_earnings_limit:
            self.fsm_last = self.model.month.number
        self.fsm_now = int(self.model.month.number - self.fsm_last <= p.fsm_protection_months)
        self.hardship = _logistic((p.poverty_line - self.income) / p.hardship_scale)
        worst = min(0.0, min((child.wellbeing for child in self.children), default=0.0))
        target = (
            p.distress_level + self.endow_distress + p.distress_hardship * (self.hardship - p.hardship_mean)
            + p.distress_housing * self.housing + p.distress_lone * (adults == 1)
            + p.distress_workless * (self.workers == 0) + p.distress_child * -worst
        )  # fmt: skip
        self.distress_base += p.distress_rate * MONTH * (target - self.distress_base)
        self.distress_base += self.model.distress_noise * _WIDTH * (draw() - 0.5)
        self.distress = self.distress_base + (q[0] + q[1]) + (q[2] + q[3])
        target = (
            p.home_level + self.endow_home_learning + p.home_ses * self.ses - p.home_distress * self.distress
            - p.home_strain * (self.workers == adults)
        )  # fmt: skip
        self.home_learning_base += p.home_rate * MONTH * (
            target - self.home_learning_base
        ) + self.model.home_noise * _WIDTH * (draw() - 0.5)
        self.home_learning = self.home_learning_base + (q[4] + q[5]) + (q[6] + q[7])


class Child(mesa.Agent):
    """A child: columns of the children's table as attributes."""

    def __init__(
        self, model: PlainModel, columns: dict[str, Any], pools: list[float], home: Household, school: School | None
    ) -> None:
        super().__init__(model)
        self.__dict__.update(columns)
        self.pools, self.home, self.at = pools, home, school
        home.children.append(self)

    def step(self) -> None:
        """Attainment, wellbeing, health, agency, attendance, suspensions; the school's sums."""
        model, home, q = self.model, self.home, self.pools
        p, month, draw = model.children, model.month, model.random.random
        at = min(max(month.number - self.birth_month, 0), 239)
        rate, noise, weight, girls, boys = model.ages[at]
        age, grade = at / 12.0, month.year - self.cohort
        pupil = RECEPTION <= grade <= YEAR_11 and self.at is not None
        secondary = 1.0 if grade >= YEAR_7 else 0.0
        since = (grade - (RECEPTION if grade < YEAR_7 else YEAR_7)) * 12 + month.of_year
        transition = math.exp(-p.transition_decay * since) if since >= 0 else 0.0
        school = self.at or model.nowhere
        pa, pw, ph, pt = ((q[k] + q[k + 1]) + (q[k + 2] + q[k + 3]) for k in (0, 4, 8, 12))
        well, hard = self.wellbeing_base + pw, home.hardship - p.hardship_mean
        self.resilience = _logistic(
            p.resilience_level + p.resilience_agency * (self.agency - 0.5) + p.resilience_support * self.support
            + p.resilience_wellbeing * well
        )  # fmt: skip
        away, climate = 1.0 - self.resilience, school.climate if pupil else 0.0
        circumstances = 1.0 - p.attainment_eal_buffer * self.eal
        target = (
            p.attainment_level + self.endow_attainment + weight * home.home_learning
            + (p.attainment_ses_secondary if secondary else p.attainment_ses) * circumstances * home.ses
            + p.attainment_girl * (self.girl - 0.5) - p.attainment_need * max(self.endow_send - p.need_line, 0.0)
            - p.attainment_eal_early * self.eal * _clip((11.0 - age) / 6.0)
            + p.attainment_wellbeing * well + p.attainment_agency * (self.agency - 0.5)
            - circumstances * away * (p.attainment_hardship * home.hardship + p.attainment_housing * home.housing
                      + p.attainment_unsafety * home.unsafety)
        )  # fmt: skip
        relative = 0.0
        if pupil:
            target += (
                (p.attainment_school_secondary if secondary else p.attainment_school) * school.effectiveness
                - p.attainment_low_peers * school.low_share
                + p.attainment_attendance * (self.attendance - p.attendance_usual)
            )  # fmt: skip
            relative = self.attainment_base + pa - school.mean_attainment
        self.attainment_base += rate * MONTH * (target - self.attainment_base) + noise * _WIDTH * (draw() - 0.5)
        target = (
            p.wellbeing_level + self.endow_wellbeing + (girls if self.girl else boys)
            + p.wellbeing_home * home.home_learning - p.wellbeing_distress * home.distress
            + p.wellbeing_climate * climate - p.transition_shock * transition
            - away * (p.wellbeing_hardship * home.hardship + p.wellbeing_unsafety * home.unsafety)
        )  # fmt: skip
        self.wellbeing_base += p.wellbeing_rate * MONTH * (
            target - self.wellbeing_base
        ) + model.wellbeing_noise * _WIDTH * (draw() - 0.5)
        target = (
            p.health_level + self.endow_health - p.health_housing * home.housing - p.health_hardship * hard
            - p.health_distress * home.distress
        )  # fmt: skip
        self.health_base += p.health_rate * MONTH * (target - self.health_base)
        self.health_base += model.health_noise * _WIDTH * (draw() - 0.5)
        if age >= 11.0:
            level = _clip(
                p.agency_level + p.agency_attainment * relative + p.agency_climate * climate
                + p.agency_support * self.support
            )  # fmt: skip
            self.agency = _clip(self.agency + p.agency_rate * MONTH * (level - self.agency))
        self.attainment, self.wellbeing = self.attainment_base + pa, self.wellbeing_base + pw
        self.health = self.health_base + ph
        if pupil:
            self._attend(school, secondary, hard, pt)

    def _attend(self, school: School, secondary: float, hard: float, pool: float) -> None:
        """Attendance and suspensions of a pupil, and the school's sums."""
        model, draw = self.model, self.model.random.random
        p, month = model.children, model.month
        latent = (
            self.endow_attendance + pool + p.attendance_health * self.health + p.attendance_wellbeing * self.wellbeing
            - p.attendance_distress * self.home.distress - p.attendance_hardship * hard
            + p.attendance_climate * school.climate + p.attendance_agency * (self.agency - 0.5)
            - p.attendance_secondary * secondary + p.attendance_noise * _WIDTH * (draw() - 0.5) + month.season
        )  # fmt: skip
        latent -= p.attendance_withdrawal * max(-p.attendance_withdrawal_line - latent, 0.0)
        self.attendance = _logistic(p.attendance_level + p.attendance_scale * latent)
        chance = _logistic(
            p.suspension_level - p.suspension_wellbeing * self.wellbeing - p.suspension_climate * school.climate
            + p.suspension_secondary * secondary - p.suspension_girl * (self.girl - 0.5) + p.suspension_hardship * hard
            + p.suspension_absence * (1.0 - self.attendance)
        )  # fmt: skip
        self.absence_sum += month.teaching * (1.0 - self.attendance)
        self.attended_months += month.teaching
        self.suspensions += month.teaching * (draw() < chance * month.teaching)
        sums, lines = school.sums, model.lines
        sums[0] += 1.0
        sums[1] += self.attainment
        sums[2] += self.attainment < lines[0]
        sums[3] += self.wellbeing < lines[1] or self.send > 0
        sums[4] += self.attendance


def _rows(table: Any, real: Any, whole: Any) -> list[dict[str, Any]]:
    """Columns of every row as plain Python values."""
    names = [c.name for c in table.real] + [c.name for c in table.whole]
    columns = [column.tolist() for column in (*real, *whole)]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


class PlainModel(mesa.Model):
    """The model a Mesa tutorial would write; ``advance(month)`` is one month of families, then of children."""

    def __init__(self, tables: Tables, seed: int = 1) -> None:
        super().__init__(seed=seed)
        p = parameters()
        self.families, self.children = p.families, p.children
        self.lines = (p.schools.low_attainment_line, p.schools.need_line)
        self.distress_noise = p.families.distress_noise * math.sqrt(2.0 * p.families.distress_rate * MONTH)
        self.home_noise = p.families.home_noise * math.sqrt(2.0 * p.families.home_rate * MONTH)
        self.pay_noise = p.families.pay_shift_noise * math.sqrt(2.0 * p.families.pay_shift_rate * MONTH)
        self.wellbeing_noise = p.children.wellbeing_noise * math.sqrt(2.0 * p.children.wellbeing_rate * MONTH)
        self.health_noise = p.children.health_noise * math.sqrt(2.0 * p.children.health_rate * MONTH)
        self.ages = [tuple(row) for row in tables.ages.T.tolist()]
        self.nowhere = School(0.0, 0.0, 0.0, 0.0, [0.0] * 5)
        columns = [tables.school_real[k].tolist() for k in (S.effectiveness, S.climate, S.low_share, S.mean_attainment)]
        self.places = [School(*values, [0.0] * 5) for values in zip(*columns, strict=True)]
        rows = _rows(HOUSEHOLDS, tables.home_real, tables.home_whole)
        pools = tables.home_pools.T.tolist()
        homes = [Household(self, row, q) for row, q in zip(rows, pools, strict=True)]
        where, school = tables.child_whole[CW.household].tolist(), tables.child_whole[CW.school].tolist()
        rows, pools = _rows(CHILDREN, tables.child_real, tables.child_whole), tables.child_pools.T.tolist()
        for row, q, home, place in zip(rows, pools, where, school, strict=True):
            Child(self, row, q, homes[home], self.places[place] if place >= 0 else None)
        self.month = month_of(0)

    def advance(self, month: int) -> None:
        """One month of families, then of children."""
        self.month = month_of(month)
        for place in self.places:
            place.sums = [0.0] * 5
        self.agents_by_type[Household].do("step")
        self.agents_by_type[Child].do("step")
