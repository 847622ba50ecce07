"""A virtual randomised trial of one strand inside the model, to see whether it gives back the published effect.

People (strands that people take part in) or whole places (``area_itt``, work on schools) are compared
with and without the strand, and the effect is estimated from what can be measured of them: the outcome
columns of the tables, never the effect pools or the parameters of the strand.

*Randomised people.* One child in each eligible family is in the trial, or the family itself where families
take part; families are drawn into two halves by an addressed draw. The first world offers the strand to one
half and keeps the other out, the second world, on the same luck, the other way round. So everybody is once
offered it and once not, no baseline differs between the arms, and brothers and sisters are never in
different arms. The effect on those who take part is the mean difference by offer over the share of those
offered a chance who took part (complier effect).

*Matched places.* One start is run with and without the strand; everybody it reaches is measured.

Held still, so that a full course is measured: moves (``churn``), ``drop_out`` and ``recruitment_delay``.
Money and posts are not limited. Outcomes are read when the course ends and 6, 12 and 36 months later; a
strand without an end is stopped after its ``duration_months``. The same month and the same luck stand in both
worlds, so that one month of a noisy outcome such as attendance is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim import draws
from sim.engine import Start, World, advance, create, create_start
from sim.engine.delivery import served_schools
from sim.experiments.ensemble import parameters_used
from sim.experiments.readings import HOME_OUTCOMES, Flags, Reals, Sample, measure, measure_homes
from sim.experiments.verdicts import PLACE, OutcomeOfTrial, Trial, judged, not_measured
from sim.futures import NO_FUTURE
from sim.inputs import load_place
from sim.inputs.posterior import Posterior, posterior_register, source_of
from sim.kernel.uptake import HOUSEHOLD, NEED_NONE
from sim.offers import STANCES, Evidence, price_factor
from sim.parameters import Parameters, Register
from sim.schema import DROPPED, NOT_IN, Stream
from sim.spec import Effect, Future, Place, PlannedStrand, Strand, Strategy

Progress = Callable[[int, int, str], None]

#: Mechanisms a trial switches off, whatever else ``without`` says.
HELD_STILL = ("churn", "drop_out", "recruitment_delay")
#: Months after the end of the course at which outcomes are read.
READ_AFTER = (0, 6, 12, 36)
#: More pounds a year, and more takers per eligible person, than any trial needs.
_NO_LIMIT = 1e12
_MANY_TAKERS = 1e6
#: Logit of acceptance once recruitment is closed.
_CLOSED = -1e3


@dataclass
class _Books:
    """What the strand's books say: pounds, paid units, offers made and taken up."""

    spent: float = 0.0
    units: float = 0.0
    offered: float = 0.0
    started: float = 0.0

    def add(self, other: _Books) -> None:
        self.spent += other.spent
        self.units += other.units
        self.offered += other.offered
        self.started += other.started


#: (outcome, months after the end) -> clusters x (difference, took part), summed over the cluster.
_Readings = dict[tuple[str, int], Reals]


def trial(
    strand: Strand,
    place: Place | None = None,
    *,
    replications: int = 20,
    seed: int = 1,
    evidence: str = "central",
    without: Sequence[str] = (),
    future: Future | None = None,
    parameters: str = "drawn",
    posterior: Posterior | None = None,
    progress: Progress | None = None,
) -> Trial:
    """Try ``strand`` in ``place`` (default: the library's population) on ``replications`` luck numbers.

    Replication r uses luck number ``seed + r``; effects are the means of the evidence under the stance, not draws.
    ``parameters``, ``posterior``: as in ``compare``. They are drawn by default, because what has to give the published
    effect back is the model that runs use: the law that what its own pathways bring is taken off holds at every draw.
    ``future`` happens in both worlds. ``progress(done, total, what)`` is called after each. Raises ``ValueError`` for a
    stance, source of parameters or number of replications outside its range, ``InputError`` for an unknown mechanism.
    """
    if evidence not in STANCES:
        raise ValueError(f"evidence must be one of {', '.join(STANCES)}, not {evidence!r}")
    if replications < 1:
        raise ValueError("replications must be 1 or more")
    where, outside = place or load_place(PLACE), future or NO_FUTURE
    off = tuple(dict.fromkeys((*HELD_STILL, *without)))
    source = source_of(parameters, posterior)
    readings: dict[tuple[str, int], list[Reals]] = {}
    books, randomised = _Books(), 0
    for r in range(replications):
        register = posterior_register(source, seed + r, off)
        found, page, people = _replicate(strand, where, register, frozenset(off), seed + r, evidence, outside)
        randomised += people
        books.add(page)
        for key, clusters in found.items():
            readings.setdefault(key, []).append(clusters)
        if progress is not None:
            progress(r + 1, replications, "replications")
    outcomes = tuple(_outcome(effect, strand, readings, evidence) for effect in strand.outcome_effects)
    return Trial(
        strand=strand, place=where, evidence=evidence, replications=replications, seed=seed, without=off,
        future=outside.id, parameters=parameters_used(source),
        randomised=randomised, outcomes=outcomes,
        uptake=books.started / books.offered if books.offered > 0 else None,
        unit_cost_gbp=books.spent / books.units if books.units > 0 else None,
    )  # fmt: skip


def _outcome(
    effect: Effect, strand: Strand, readings: dict[tuple[str, int], list[Reals]], stance: str
) -> OutcomeOfTrial:
    outcome = effect.outcome
    published = effect.effect_sd * strand.scale_multiplier
    if outcome == "service_engagement" and strand.delivery.engagement_is_eet:
        return not_measured(outcome, published, "education, employment or training is decided once, at 18")
    means = {after: complier_effect(readings[outcome, after]) for after in READ_AFTER if (outcome, after) in readings}
    recovered, error = means.get(0, (None, None))
    later = {str(after): means.get(after, (None, None))[0] for after in READ_AFTER[1:]}
    if recovered is None or error is None:
        return not_measured(outcome, published, _why_nobody(outcome, strand), later)
    return judged(outcome, published, recovered, error, later, strand, stance)


def _why_nobody(outcome: str, strand: Strand) -> str:
    if strand.delivery.ongoing and strand.duration_months > 12 * (strand.ages[1] + 1 - strand.ages[0]):
        youngest, oldest = strand.ages
        return f"nobody can take part for {strand.duration_months} months between the ages of {youngest} and {oldest}"
    if outcome == "attendance":
        return "nobody who took the whole course is at school when it ends"
    return "nobody took part"


def complier_effect(replications: Sequence[Reals]) -> tuple[float | None, float | None]:
    """Effect on those who take part and its standard error, from clusters x (difference, took part) of each luck.

    Ratio of sums over all clusters (families, schools) of all replications, which are different populations;
    error by linearisation. ``None`` where nobody took part.
    """
    clusters = np.concatenate(list(replications))
    differences, took = clusters[:, 0], clusters[:, 1]
    total, n = float(took.sum()), len(clusters)
    if total <= 0.0 or n < 2:
        return None, None
    effect = float(differences.sum()) / total
    rest = differences - effect * took
    return effect, float(np.sqrt((rest**2).sum() * n / (n - 1))) / total


# --- one replication ---------------------------------------------------------------------------------------


def _replicate(
    strand: Strand, place: Place, register: Register, off: frozenset[str], seed: int, stance: str, future: Future
) -> tuple[_Readings, _Books, int]:
    """Readings, books and the number of people measured of one luck number."""
    start = create_start(
        place, register, seed, max(strand.duration_months + READ_AFTER[-1] + 1, 12), off, future=future
    )
    plan = PlannedStrand(strand=strand.id, reach_share=1.0, stop_month=strand.duration_months)
    strategy = Strategy(
        id="trial", name="Trial", price_year=max(strand.price_year, 2000),
        money_gbp={strand.delivery.payer: _NO_LIMIT}, strands=(plan,),
    )  # fmt: skip
    library, reading = {strand.id: strand}, Evidence(stance)
    scout = create(start, strategy, library, reading)
    advance(scout)
    measured = _eligible(scout)
    whole = measured & _can_take_all(scout, strand)
    worlds = [create(start, strategy, library, reading) for _ in range(2)]
    if strand.effect_basis == "area_itt":
        worlds[1] = create(start, Strategy(id="no_zone", name="No zone"), library, reading)
        sample = _place_sample(scout, whole)
        _recruit(worlds)
    else:
        sample = _randomise(start, scout, measured, whole, worlds)
    books = _Books()
    for world in worlds:
        books.add(_first_round(world, strand))
    found = _follow(worlds, sample, strand, register.parameters, books)
    books.spent *= price_factor(register.prices, strategy.price_year, strand.price_year)
    return found, books, len(sample.children)


def _offer(world: World) -> int:
    """Number of the strand among the world's offers; it is the only one beside the services of today."""
    return world.plan.n_today


def _eligible(world: World) -> Flags:
    """Children eligible at month 0 by the engine's own ages and need scores (in eligible families, by unit)."""
    s, offers, people = _offer(world), world.plan.arrays, world.people
    right_age = (people.child_age >= offers.age_low[s]) & (people.child_age < offers.age_high[s])
    if offers.need[s] == NEED_NONE:
        return right_age
    if offers.unit[s] == HOUSEHOLD:
        need = people.home_need[offers.need[s]][world.children.household]
    else:
        need = people.child_need[offers.need[s]]
    return right_age & (need >= offers.need_line[s])


def _can_take_all(world: World, strand: Strand) -> Flags:
    """Children who stay within the ages for the whole course, where being too old ends it."""
    s, offers = _offer(world), world.plan.arrays
    if not (strand.delivery.ongoing or offers.unit[s] == HOUSEHOLD):
        return np.ones(len(world.children), dtype=bool)
    return world.people.child_age + strand.duration_months <= offers.age_high[s]


def _randomise(start: Start, scout: World, eligible: Flags, whole: Flags, worlds: list[World]) -> Sample:
    """Draw families into two halves, recruit one half in each world, and note who took part."""
    s, c, h = _offer(scout), scout.children, scout.households
    by_home = scout.plan.arrays.unit[s] == HOUSEHOLD
    rows = np.flatnonzero(whole)
    if not by_home:
        # One child in each family, drawn: the others are kept out in both worlds.
        order = rows[np.lexsort((draws.uniforms(start.seed, Stream.trial, 1, c.key[rows]), c.household[rows]))]
        rows = order[np.unique(c.household[order], return_index=True)[1]]
    homes = np.unique(c.household[rows])
    drawn = draws.uniforms(start.seed, Stream.trial, 0, h.key) < 0.5
    units, home_of = (homes, homes) if by_home else (rows, c.household[rows])
    keep_out = np.unique(c.household[eligible]) if by_home else np.flatnonzero(eligible)
    for world, arm in zip(worlds, (True, False), strict=True):
        world.taking.stage[s, keep_out] = DROPPED
        world.taking.stage[s, units[drawn[home_of] == arm]] = NOT_IN
    _recruit(worlds)
    took = [world.taking.months[s, units] > 0 for world in worlds]
    took_when_offered = np.where(drawn[home_of], took[0], took[1]).astype(float)
    by_household = np.zeros(len(h))
    by_household[home_of] = took_when_offered
    return Sample(rows, homes, np.zeros(0, dtype=np.int64), drawn, by_household[c.household[rows]], by_household[homes])


def _recruit(worlds: list[World]) -> None:
    """Step month 0 with its enrolment; afterwards nobody else is taken on, and money follows every taker.

    Strands for everybody near by go on reaching those who grow into the age, as they would.
    """
    for world in worlds:
        s = _offer(world)
        if s == len(world.plan.ids):
            advance(world)
            continue
        world.plan.likely_share[s] = _MANY_TAKERS
        advance(world)
        if world.plan.arrays.area[s] == 0:
            world.plan.arrays.intercept[s] = _CLOSED


def _place_sample(scout: World, whole: Flags) -> Sample:
    """Everybody the strand reaches for its whole course, and the schools it works in."""
    rows = np.flatnonzero(whole)
    homes = np.unique(scout.children.household[rows])
    return Sample(
        rows, homes, np.flatnonzero(served_schools(scout, _offer(scout))),
        np.ones(len(scout.households), dtype=bool), np.ones(len(rows)), np.ones(len(homes)),
    )  # fmt: skip


# --- following and reading ---------------------------------------------------------------------------------


def _first_round(world: World, strand: Strand) -> _Books:
    """Offers made and taken up in the first enrolment round, and what month 0 cost."""
    s, v = _offer(world), world.services
    if s == len(world.plan.ids):
        return _Books()
    reached = v.taking_part[s] + v.exposed[s] if strand.effect_basis == "area_itt" else v.offered[s]
    return _Books(0.0, _paid_units(world, strand), float(reached), float(v.started[s]))


def _paid_units(world: World, strand: Strand) -> float:
    """Units of the library's price delivered in the month just stepped."""
    s, v = _offer(world), world.services
    if strand.cost_unit == "school_year":
        return float(served_schools(world, s).sum()) / 12.0
    if strand.cost_unit == "site_year":
        return float(v.eligible[s]) / strand.delivery.site_children / 12.0
    if strand.cost_unit == "participant":
        everybody = strand.effect_basis == "area_itt"
        return float(v.taking_part[s] + everybody * v.exposed[s]) / strand.duration_months
    if strand.cost_unit == "child_in_area_year":
        return float(v.taking_part[s] + v.exposed[s]) / 12.0
    return float(v.taking_part[s]) / 12.0


def _follow(worlds: list[World], sample: Sample, strand: Strand, p: Parameters, books: _Books) -> _Readings:
    """Step both worlds to each month of reading; fill the books on the way; return what was measured."""
    found: _Readings = {}
    outcomes = [e.outcome for e in strand.outcome_effects]
    for after in READ_AFTER:
        month = strand.duration_months + after
        for world in worlds:
            _advance_to(world, month, strand, books)
        for outcome in outcomes:
            if outcome not in HOME_OUTCOMES:
                found[outcome, after] = measure(worlds, sample, outcome, month, p)
        # Families' columns are written at the start of a month: the next month shows what this one left.
        for world in worlds:
            _advance_to(world, month + 1, strand, books)
        for outcome in outcomes:
            if outcome in HOME_OUTCOMES:
                found[outcome, after] = measure_homes(worlds, sample, outcome, month, p)
    return {key: clusters for key, clusters in found.items() if len(clusters)}


def _advance_to(world: World, month: int, strand: Strand, books: _Books) -> None:
    """Step a world to a month; each year's spending is booked before September opens the next."""
    s = _offer(world)
    offered = s < len(world.plan.ids)
    while world.month < month:
        if world.month % 12 == 0 and offered:
            books.spent += float(world.services.spent[s])
        advance(world)
        if offered and world.month <= strand.duration_months:
            books.units += _paid_units(world, strand)
    if offered and month == strand.duration_months + READ_AFTER[-1] + 1:
        books.spent += float(world.services.spent[s])
