"""From strands and services of today to compiled offers: effects into pools, costs, eligibility lines.

An offer's effect on an outcome is ``effect_sd x scale_multiplier``, drawn once a run from its predictive
error, less what the model's own pathways bring (published effects are totals). Its stated half-life
splits it over the two neighbouring pools so that half is left at that time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import logit, ndtri

from sim import draws
from sim.kernel import uptake
from sim.kernel.delivery import Work
from sim.kernel.pathway import N_OUTCOMES, course_totals
from sim.parameters import CoordinationParameters, EvidenceParameters, Parameters, Register
from sim.schema import CHILD_OUTCOMES, FOREVER, HOUSEHOLD_OUTCOMES, N_POOLS, Stream
from sim.science import strands as science
from sim.science.context import acceptance_shift
from sim.science.trust import trust_from_contact
from sim.spec import DRIVERS, Effect, Place, PlannedStrand, ServiceKind, Strand, Strategy

STANCES = ("sceptical", "central", "hopeful")
NEEDS = (
    "none", "low_attainment", "low_wellbeing", "poor_health", "absence", "distress", "hardship", "overcrowded", "damp",
    "several_risks", "neet_risk", "weak_school", "young_parent",
)  # fmt: skip
TARGETING = ("first_come", "targeted", "proportionate", "lottery")
UNITS = ("child", "household", "school", "area")
#: Contexts of strands that count as an ecology of the child; a partnership works through the others.
ECOLOGIES = ("child", "family", "school", "service", "community")
_OUTCOMES = CHILD_OUTCOMES + HOUSEHOLD_OUTCOMES
_LIBRARY_TO_MODEL = {
    "attainment": "attainment",
    "social_emotional": "wellbeing",
    "health": "health",
    "attendance": "attendance",
    "parent_mental_health": "distress",
    "home_learning": "home_learning",
    "service_engagement": "trust",
    "income": "income",
}
#: Flags of a household count as need from this score; graded needs use the normal quantile of their share.
_FLAG_LINE = 0.5


@dataclass(frozen=True)
class Evidence:
    """Which values of the evidence a run uses: a stance, and whether (and how) they are drawn.

    ``draw``: number of the draw, or ``None`` for the means. ``model``: number of the draw of the model's own
    strengths, as ``draw`` unless told.
    """

    stance: str = "central"
    draw: int | None = None
    model: int | None = None


class Strengths(NamedTuple):
    """Sizes of the mechanisms whose prior includes nought: synergy, sustaining surroundings, tipping point."""

    synergy: float
    sustaining: float
    tipping: float


def drawn_strengths(evidence: Evidence, p: CoordinationParameters) -> Strengths:
    """Strengths under a stance and a draw.

    central: evenly from nought to twice the parameter, its value where nothing is drawn; sceptical: nought;
    hopeful: the hopeful value (the tipping point: twice its value).
    """
    if evidence.stance == "sceptical":
        return Strengths(0.0, 0.0, 0.0)
    if evidence.stance == "hopeful":
        return Strengths(p.synergy_hopeful, p.sustaining_hopeful, 2.0 * p.tipping_effect)
    means = Strengths(p.synergy, p.sustaining, p.tipping_effect)
    number = evidence.draw if evidence.model is None else evidence.model
    if number is None:
        return means
    who = np.array([draws.key_of(name) for name in Strengths._fields], dtype=np.uint64)
    u = draws.uniforms(number, Stream.model, 0, who)
    return Strengths(*(2.0 * mean * float(x) for mean, x in zip(means, u, strict=True)))


@dataclass
class OfferPlan:
    """Compiled offers with what stays outside the loops: names, money, posts, school effects.

    ``works_on``: offers x drivers, which drivers of disadvantage each works on.
    """

    ids: tuple[str, ...]
    arrays: uptake.Offers
    planned: tuple[PlannedStrand | None, ...]
    priority: npt.NDArray[np.int64]
    month_cost: npt.NDArray[np.float64]
    cost_unit: tuple[str, ...]
    cost_share_of_users: npt.NDArray[np.float64]
    site_children: npt.NDArray[np.float64]
    posts_per_unit: npt.NDArray[np.float64]
    people_per_unit: npt.NDArray[np.float64]
    places: npt.NDArray[np.float64]
    reach: npt.NDArray[np.float64]
    ramp: npt.NDArray[np.int64]
    by_size: npt.NDArray[np.bool_]
    backbone: npt.NDArray[np.bool_]
    likely_share: npt.NDArray[np.float64]
    school_line: npt.NDArray[np.float64]
    school_course: npt.NDArray[np.float64]
    school_keep: npt.NDArray[np.float64]
    strengths: Strengths
    works_on: npt.NDArray[np.bool_]
    warnings: list[str] = field(default_factory=list)

    @cached_property
    def first_month(self) -> int:
        """First month in which a strand of the strategy runs."""
        return int(self.arrays.start[self.n_today :].min()) if len(self.ids) > self.n_today else FOREVER

    @cached_property
    def n_today(self) -> int:
        """Number of services of today among the offers."""
        return sum(1 for plan in self.planned if plan is None)

    @cached_property
    def work(self) -> Work:
        """What the loops of delivery read of the offers."""
        return Work(
            self.n_today, self.places, self.ramp, self.posts_per_unit, self.people_per_unit, self.by_size,
            self.month_cost,
        )  # fmt: skip

    @cached_property
    def on_schools(self) -> list[int]:
        """Strands of the strategy that work on whole schools."""
        return [s for s in range(self.n_today, len(self.ids)) if self.school_course[s].any()]


def drawn_effect(effect: Effect, strand: Strand, which: int, evidence: Evidence, e: EvidenceParameters) -> float:
    """Effect of a strand on one outcome in SD at routine delivery, under a stance and a draw.

    central: ``effect x multiplier``. sceptical: shrunk towards the mean of large trials (attainment) or
    nought by ``spread^2 / (spread^2 + se^2)``, never above central. hopeful: the multiplier goes half way to 1.
    The draw adds a normal error with ``sqrt(se^2 + (share x effect)^2) x multiplier`` (error of the mean and
    spread between sites), one per strand, outcome and draw.
    """
    multiplier = strand.scale_multiplier
    mean = effect.effect_sd * multiplier
    if evidence.stance == "sceptical":
        weight = e.sceptical_spread**2 / (e.sceptical_spread**2 + effect.se_sd**2)
        anchor = e.sceptical_mean if effect.outcome == "attainment" else 0.0
        mean = min(mean, weight * mean + (1.0 - weight) * min(anchor, mean))
    elif evidence.stance == "hopeful":
        multiplier = multiplier + e.hopeful_share * max(1.0 - multiplier, 0.0)
        mean = effect.effect_sd * multiplier
    if evidence.draw is None:
        return mean
    spread = float(np.hypot(effect.se_sd, e.between_site_share * effect.effect_sd)) * multiplier
    u = draws.uniforms(evidence.draw, Stream.effect, which, np.array([draws.key_of(strand.id)], dtype=np.uint64))[0]
    return mean + spread * float(ndtri(u * (1 - 2**-31) + 2**-32))


def pool_shares(half_life: float | str, e: EvidenceParameters) -> npt.NDArray[np.float64]:
    """Shares of an effect put into the four pools so that half of it is left after ``half_life`` months.

    "none": all lasting; up to the brief pool's half-life: all brief; beyond the slow pool's: slow and lasting.
    """
    lives = (e.half_life_brief, e.half_life_fast, e.half_life_slow)
    shares = np.zeros(N_POOLS)
    if half_life == "none":
        shares[3] = 1.0
        return shares
    life = float(half_life)
    if life <= lives[0]:
        shares[0] = 1.0
        return shares
    for k in range(3):
        longer = 0.5 ** (life / lives[k + 1]) if k < 2 else 1.0
        if k == 2 or life <= lives[k + 1]:
            shorter = 0.5 ** (life / lives[k])
            shares[k] = (longer - 0.5) / (longer - shorter)
            shares[k + 1] = 1.0 - shares[k]
            return shares
    raise AssertionError("unreachable: every half-life has a pool")


def kept_shares(e: EvidenceParameters, fade_out: bool = True) -> npt.NDArray[np.float64]:
    """Share of each pool left after a month; all ones when nothing fades."""
    if not fade_out:
        return np.ones(N_POOLS)
    lives = (e.half_life_brief, e.half_life_fast, e.half_life_slow)
    return np.array([*(science.kept_each_month(life) for life in lives), 1.0])


def _increments(
    effects: npt.NDArray[np.float64], shares: npt.NDArray[np.float64], kept: npt.NDArray[np.float64], months: int
) -> npt.NDArray[np.float64]:
    """Monthly increments (outcomes x pools) that give ``effects`` by the end of a course."""
    unit = np.array([science.course_increment(1.0, kept[k], months) for k in range(N_POOLS)])
    return effects[:, None] * (shares * unit)[None, :]


def _model_outcome(outcome: str, strand: Strand) -> str:
    """Column of the model an outcome of the library moves; empty for school effectiveness, which schools hold."""
    if outcome == "service_engagement" and strand.delivery.engagement_is_eet:
        return "eet"
    return _LIBRARY_TO_MODEL.get(outcome, "")


def _to_units(
    strand: Strand, group: int, evidence: Evidence, parameters: Parameters
) -> tuple[npt.NDArray[np.float64], float]:
    """Published total effects of a strand in model units (9 outcomes), and on school effectiveness."""
    totals, school = np.zeros(N_OUTCOMES), 0.0
    other = {o.outcome: o for o in strand.other_effects if o.effect_sd is not None}
    for which, effect in enumerate(strand.outcome_effects):
        own = other.get("attainment_fsm_children" if group == 0 else "attainment_non_fsm_children")
        if effect.outcome == "attainment" and own is not None and own.effect_sd is not None:
            effect = Effect(outcome="attainment", effect_sd=own.effect_sd, se_sd=own.se_sd or effect.se_sd)
        size = drawn_effect(effect, strand, which, evidence, parameters.evidence)
        if effect.outcome == "school_effectiveness":
            school += size
            continue
        name = _model_outcome(effect.outcome, strand)
        scale = {"trust": parameters.delivery.trust_sd, "income": parameters.delivery.income_sd, "distress": -1.0}
        totals[_OUTCOMES.index(name)] += size * scale.get(name, 1.0)
    return totals, school


def direct_part(
    totals: npt.NDArray[np.float64], shares: npt.NDArray[np.float64], kept: npt.NDArray[np.float64], strand: Strand,
    parameters: Parameters,
) -> npt.NDArray[np.float64]:  # fmt: skip
    """Direct effects such that direct plus pathways give the published totals at the end of the course.

    Only outcomes the strand lists are corrected; what a listed context brings beyond them stays an indirect
    effect. Solved by repeated correction (the pathways are nearly linear). An area effect is averaged over
    everybody near by, so what only users get (a trusted adult, contact) counts at the library's uptake.
    """
    months = strand.duration_months
    age = float(np.clip(0.5 * (strand.ages[0] + min(strand.ages[1], 18)) - months / 24.0, 0.0, 17.0))
    users = strand.uptake if strand.effect_basis == "area_itt" else 1.0
    support = users if strand.delivery.trusted_adult else 0.0
    contact = users * trust_from_contact(months, parameters.trust) if strand.delivery.contact else 0.0
    sign = np.ones(N_OUTCOMES)
    sign[_OUTCOMES.index("distress")] = -1.0
    listed = {_model_outcome(e.outcome, strand) for e in strand.outcome_effects}
    corrected = np.array([name in listed for name in _OUTCOMES])
    direct = totals.copy()
    for _ in range(6):
        made = course_totals(
            _increments(direct * sign, shares, kept, months), kept, months, age, support, parameters.children,
            parameters.families, parameters.evidence,
        )  # fmt: skip
        made[_OUTCOMES.index("trust")] += contact
        direct = np.where(corrected, direct + (totals * sign - made) * sign, direct)
    return direct


def _need_line(need: str, share: float, parameters: Parameters) -> float:
    """Need score from which a person is eligible, so that ``share`` of the national age group is."""
    if need in ("overcrowded", "damp"):
        return _FLAG_LINE
    if need == "hardship":
        return _FLAG_LINE
    if need == "absence":
        return parameters.reference.persistent_absence_line
    if need == "young_parent":
        return 1.0 - min(share / 0.17, 1.0)
    return float(-ndtri(min(share, 1.0 - 1e-9)))


def _intercept(uptake_share: float, selective: bool, parameters: Parameters) -> float:
    """Logit of acceptance centred so that the mean over the library's population is ``uptake_share``.

    With a normal inclination of spread s the mean of the logistic is about ``logistic(a / sqrt(1 + 0.346 s^2))``
    (probit approximation, Zeger, Liang & Albert 1988), so the intercept is stretched by that root.
    """
    spread = parameters.delivery.accept_spread if selective else 0.0
    stretch = np.sqrt(1.0 + 0.346 * spread**2)
    return float(logit(np.clip(uptake_share, 0.005, 0.995)) * stretch)


def _service_row(kind: ServiceKind, parameters: Parameters, selective: bool) -> dict[str, float]:
    return {
        "unit": UNITS.index(kind.unit), "area": 0, "age_low": kind.ages[0] * 12, "age_high": (kind.ages[1] + 1) * 12,
        "need": NEEDS.index(kind.need), "need_line": _need_line(kind.need, kind.need_share, parameters),
        "intercept": _intercept(kind.uptake, selective, parameters), "duration": kind.duration_months,
        "ongoing": int(kind.ongoing), "start": -FOREVER, "stop": FOREVER, "targeting": 1, "outreach": 0.0,
        "trusted_adult": 0, "contact": 1, "ecology": 0,
    }  # fmt: skip


def _strand_row(strand: Strand, plan: PlannedStrand, parameters: Parameters, selective: bool) -> dict[str, float]:
    delivery = strand.delivery
    share = strand.uptake if plan.values.uptake is None else plan.values.uptake
    weak = delivery.need == "weak_school"
    return {
        "unit": UNITS.index(delivery.unit), "area": int(strand.effect_basis == "area_itt"),
        "age_low": strand.ages[0] * 12, "age_high": (strand.ages[1] + 1) * 12,
        "need": 0 if weak else NEEDS.index(delivery.need),
        "need_line": 0.0 if weak else _need_line(delivery.need, delivery.need_share, parameters),
        "intercept": _intercept(share, selective, parameters), "duration": strand.duration_months,
        "ongoing": int(delivery.ongoing), "start": plan.start_month, "stop": plan.stop_month or FOREVER,
        "targeting": TARGETING.index(plan.targeting), "outreach": plan.outreach,
        "trusted_adult": int(delivery.trusted_adult), "contact": int(delivery.contact),
        "ecology": 1 << ECOLOGIES.index(strand.context) if strand.context in ECOLOGIES else 0,
    }  # fmt: skip


def _shift_acceptance(
    rows: list[dict[str, float]], stigma: list[float], drivers: npt.NDArray[np.float64], parameters: Parameters
) -> None:
    """Access and stigma of the place move the acceptance of every offer; nothing where both are usual."""
    access, shame = (float(drivers[DRIVERS.index(name)]) for name in ("access", "stigma"))
    for row, marks in zip(rows, stigma, strict=True):
        row["intercept"] += acceptance_shift(access, shame, row["contact"], marks, row["outreach"], parameters.context)


def compile_offers(
    place: Place, strategy: Strategy, library: dict[str, Strand], register: Register, evidence: Evidence,
    without: frozenset[str] = frozenset(), drivers: npt.NDArray[np.float64] | None = None,
) -> OfferPlan:  # fmt: skip
    """Compile the services of today and the strategy's strands; the order in the file means nothing.

    ``drivers``: those of the place in the order of ``spec.DRIVERS``, SD between places; ``None`` for a usual place.
    """
    parameters, selective = register.parameters, "selective_take_up" not in without
    kept = kept_shares(parameters.evidence, "fade_out" not in without)
    planned = sorted(strategy.strands, key=lambda s: (s.strand, s.start_month, s.priority))
    rows = [_service_row(kind, parameters, selective) for kind in register.services]
    rows += [_strand_row(library[s.strand], s, parameters, selective) for s in planned]
    if drivers is not None:
        stigma = [k.stigma for k in register.services] + [library[s.strand].delivery.stigma for s in planned]
        _shift_acceptance(rows, stigma, drivers, parameters)
    n, today = len(rows), len(register.services)
    works_on = np.zeros((n, len(DRIVERS)), dtype=bool)
    course, keep = np.zeros((n, 2, N_OUTCOMES, N_POOLS)), np.zeros((n, 2, N_OUTCOMES, N_POOLS))
    school_course, school_keep = np.zeros((n, N_POOLS)), np.zeros((n, N_POOLS))
    warnings: list[str] = []
    for s, plan in enumerate(planned, start=today):
        strand = library[plan.strand]
        works_on[s] = [driver in strand.delivery.drivers for driver in DRIVERS]
        shares, months = pool_shares(strand.fade_half_life_months, parameters.evidence), strand.duration_months
        for group in range(2):
            totals, school = _to_units(strand, group, evidence, parameters)
            totals, school = totals * plan.values.effect_multiplier, school * plan.values.effect_multiplier
            direct = direct_part(totals, shares, kept, strand, parameters)
            for name, want, got in zip(_OUTCOMES, totals, direct, strict=True):
                if want > 0.0 > got and evidence.draw is None and group == 0:
                    warnings.append(
                        f"{strand.id}: the model's own pathways bring more {name} than was published; "
                        "its direct part is negative"
                    )
            course[s, group] = _increments(direct, shares, kept, months)
            keep[s, group] = direct[:, None] * (shares * (1.0 - kept))[None, :]
            school_course[s] = _increments(np.array([school]), shares, kept, months)[0]
            school_keep[s] = school * shares * (1.0 - kept)
    arrays = _arrays(rows, [k.id for k in register.services] + [_address(p, planned) for p in planned], course, keep)
    money = _money(place, strategy, planned, library, register, today)
    ids = tuple(k.id for k in register.services) + tuple(p.strand for p in planned)
    return OfferPlan(
        ids=ids, arrays=arrays, planned=(None,) * today + tuple(planned), school_course=school_course,
        school_keep=school_keep, works_on=works_on, warnings=warnings,
        strengths=drawn_strengths(evidence, parameters.coordination), **money,
    )  # fmt: skip


def _address(plan: PlannedStrand, planned: list[PlannedStrand]) -> str:
    """Name of an offer's draws: the strand, or strand and start where a strategy holds it twice."""
    twice = sum(1 for other in planned if other.strand == plan.strand) > 1
    return f"{plan.strand}@{plan.start_month}" if twice else plan.strand


def _arrays(
    rows: list[dict[str, float]], names: list[str], course: npt.NDArray[np.float64], keep: npt.NDArray[np.float64]
) -> uptake.Offers:
    """Columns of the compiled offers; whole numbers as int64, lines and logits as float64."""
    types: dict[str, Any] = {
        "need_line": np.float64, "intercept": np.float64, "outreach": np.float64, "ecology": np.uint8,
    }  # fmt: skip
    columns = {
        name: np.array([row[name] for row in rows], dtype=types.get(name, np.int64))
        for name in (rows[0] if rows else ())
    }
    key = np.array([draws.key_of(name) for name in names], dtype=np.uint64)
    any_effect: npt.NDArray[np.bool_] = np.any(course != 0.0, axis=(1, 3))
    split = (any_effect[:, : len(CHILD_OUTCOMES)], any_effect[:, len(CHILD_OUTCOMES) :])
    n_moved = np.stack([part.sum(axis=1) for part in split], axis=1).astype(np.int64)
    moved = np.zeros((len(rows), 2, len(CHILD_OUTCOMES)), dtype=np.int64)
    for k, part in enumerate(split):
        for s in range(len(rows)):
            moved[s, k, : n_moved[s, k]] = np.flatnonzero(part[s])
    return uptake.Offers(key=key, n_moved=n_moved, moved=moved, course=course, keep=keep, **columns)


def _money(
    place: Place,
    strategy: Strategy,
    planned: list[PlannedStrand],
    library: dict[str, Strand],
    register: Register,
    today: int,
) -> dict[str, Any]:
    """Cost of a person-month (or of the whole strand a month), posts, planned places and reach of every offer."""
    n = today + len(planned)
    d = register.parameters.delivery
    cost, sites, users = np.zeros(n), np.ones(n), np.ones(n)
    per_unit, people, places, reach = np.zeros(n), np.ones(n), np.zeros(n), np.zeros(n)
    line, likely = np.full(n, np.inf), np.ones(n)
    ramp, priority, units = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64), ["none"] * n
    given = {service.kind_of_service: service.posts for service in place.services}
    for s, kind in enumerate(register.services):
        posts = given.get(kind.id, kind.posts_per_1000 * place.value("children") / 1000.0)
        per_unit[s], places[s] = 1.0 / kind.caseload, posts * kind.caseload
    for s, plan in enumerate(planned, start=today):
        strand = library[plan.strand]
        pounds = strand.unit_cost_gbp if plan.values.unit_cost_gbp is None else plan.values.unit_cost_gbp
        pounds *= price_factor(register.prices, strand.price_year, strategy.price_year)
        months = strand.duration_months if strand.cost_unit == "participant" else 12
        cost[s], units[s], sites[s] = pounds / months, strand.cost_unit, strand.delivery.site_children
        by_use = strand.effect_basis == "area_itt" and strand.cost_unit == "participant_year"
        likely[s] = strand.uptake if plan.values.uptake is None else plan.values.uptake
        users[s] = likely[s] if by_use else 1.0
        per_unit[s] = cost[s] * 12.0 * d.staff_share / d.post_cost
        people[s] = sites[s] if strand.cost_unit == "site_year" else 1.0
        places[s], reach[s] = plan.places_per_term or 0.0, plan.reach_share or 0.0
        ramp[s], priority[s] = plan.ramp_months, plan.priority
        if strand.delivery.need == "weak_school":
            line[s] = float(ndtri(strand.delivery.need_share))
    by_size = np.array([u in ("site_year", "school_year", "child_in_area_year") for u in units])
    backbone = np.array([False] * today + [library[p.strand].delivery.backbone for p in planned], dtype=bool)
    by_size[today:] |= np.array([library[p.strand].effect_basis == "area_itt" for p in planned], dtype=bool)
    return {
        "by_size": by_size, "backbone": backbone, "likely_share": likely, "month_cost": cost, "cost_unit": tuple(units),
        "cost_share_of_users": users, "site_children": sites,
        "posts_per_unit": per_unit, "people_per_unit": people, "places": places, "reach": reach, "ramp": ramp,
        "priority": priority, "school_line": line,
    }  # fmt: skip


def price_factor(prices: dict[int, float], year_from: int, year_to: int) -> float:
    """Factor that takes pounds of one year to pounds of another by the GDP deflator (linear between years)."""
    years = sorted(prices)
    index = [prices[y] for y in years]
    return float(np.interp(year_to, years, index) / np.interp(year_from, years, index))
