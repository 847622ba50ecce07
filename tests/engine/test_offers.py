"""From evidence to offers: stances, draws, the direct part, lines of need, pounds and posts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from sim.kernel.pathway import course_totals
from sim.offers import NEEDS, Evidence, OfferPlan, compile_offers, direct_part, drawn_effect, kept_shares, pool_shares
from sim.parameters import EvidenceParameters, Register
from sim.schema import CHILD_OUTCOMES, HOUSEHOLD_OUTCOMES, N_POOLS
from sim.spec import Effect, Strand, StrandValues, Strategy
from tests.engine.worlds import library_of, made_strand, made_strategy, neighbourhood, planned
from tests.science.plain import only

RULES = only(
    EvidenceParameters, half_life_brief=3.0, half_life_fast=6.0, half_life_slow=36.0, between_site_share=0.5,
    sceptical_mean=0.06, sceptical_spread=0.1, hopeful_share=0.5,
)  # fmt: skip
OUTCOMES = CHILD_OUTCOMES + HOUSEHOLD_OUTCOMES


def effect_of(size: float, error: float = 0.1, outcome: str = "attainment") -> Effect:
    return Effect(outcome=outcome, effect_sd=size, se_sd=error)  # type: ignore[arg-type]


def compiled(
    register: Register,
    strategy: Strategy,
    *strands: Strand,
    evidence: Evidence | None = None,
    without: frozenset[str] = frozenset(),
) -> OfferPlan:
    return compile_offers(neighbourhood(100), strategy, library_of(*strands), register, evidence or Evidence(), without)


# --- stances and draws -------------------------------------------------------------------------------------


def test_stances_by_hand() -> None:
    strand = made_strand(scale_multiplier=0.8)
    effect = effect_of(0.3)
    # central 0.3 * 0.8; sceptical: weight 0.01 / (0.01 + 0.01), half of 0.24 and half of 0.06; hopeful 0.3 * 0.9
    assert drawn_effect(effect, strand, 0, Evidence("central"), RULES) == pytest.approx(0.24)
    assert drawn_effect(effect, strand, 0, Evidence("sceptical"), RULES) == pytest.approx(0.15)
    assert drawn_effect(effect, strand, 0, Evidence("hopeful"), RULES) == pytest.approx(0.27)
    # other outcomes shrink towards nought
    other = effect_of(0.3, outcome="health")
    assert drawn_effect(other, strand, 0, Evidence("sceptical"), RULES) == pytest.approx(0.12)


@pytest.mark.parametrize("size", [0.01, 0.05, 0.2, 0.6])
@pytest.mark.parametrize("multiplier", [0.1, 0.5, 1.0, 1.4])
@pytest.mark.parametrize("outcome", ["attainment", "social_emotional"])
def test_sceptical_is_never_above_central_nor_central_above_hopeful(
    size: float, multiplier: float, outcome: str
) -> None:
    strand = made_strand(scale_multiplier=multiplier)
    for error in (0.0, 0.02, 0.5):
        sceptical, central, hopeful = (
            drawn_effect(effect_of(size, error, outcome), strand, 0, Evidence(stance), RULES)
            for stance in ("sceptical", "central", "hopeful")
        )
        assert 0.0 <= sceptical <= central <= hopeful


def test_the_library_is_ordered_by_stance_too(register: Register, library: dict[str, Strand]) -> None:
    rules = register.parameters.evidence
    for strand in library.values():
        for which, effect in enumerate(strand.outcome_effects):
            if effect.effect_sd >= 0.0:
                sizes = [
                    drawn_effect(effect, strand, which, Evidence(s), rules) for s in ("sceptical", "central", "hopeful")
                ]
                assert sizes == sorted(sizes), strand.id


def test_draws_have_the_mean_and_the_predictive_spread() -> None:
    strand = made_strand(scale_multiplier=0.8)
    drawn = np.array([drawn_effect(effect_of(0.3), strand, 0, Evidence("central", d), RULES) for d in range(2000)])
    # error of the mean 0.1, spread between sites 0.5 * 0.3 = 0.15, both times 0.8
    spread = math.sqrt(0.1**2 + 0.15**2) * 0.8
    assert drawn.mean() == pytest.approx(0.24, abs=4 * spread / math.sqrt(2000))
    assert drawn.std() == pytest.approx(spread, rel=0.08)
    assert abs(((drawn - 0.24) / spread < 1.645).mean() - 0.95) < 0.02


def test_outcomes_of_one_strand_are_drawn_apart() -> None:
    strand = made_strand()
    pairs = np.array(
        [[drawn_effect(effect_of(0.3), strand, w, Evidence("central", d), RULES) for w in (0, 1)] for d in range(500)]
    )
    assert abs(np.corrcoef(pairs.T)[0, 1]) < 0.18


@pytest.mark.parametrize("stance", ["sceptical", "central", "hopeful"])
def test_a_null_strand_stays_a_null(stance: str) -> None:
    for draw in (None, 1, 2, 3):
        null = effect_of(0.0, 0.0)
        assert drawn_effect(null, made_strand(), 0, Evidence(stance, draw), RULES) == 0.0
    # an uncertain null has a mean of nought and no more
    assert drawn_effect(effect_of(0.0, 0.2), made_strand(), 0, Evidence(stance), RULES) == 0.0


def test_a_null_strand_moves_nothing(register: Register) -> None:
    null = made_strand("nothing", effects={"attainment": 0.0, "health": 0.0})
    plan = compiled(register, made_strategy(planned("nothing")), null)
    assert plan.arrays.n_moved[-1].tolist() == [0, 0]
    assert not plan.arrays.course[-1].any()
    assert not plan.arrays.keep[-1].any()


def test_another_strand_changes_no_draw(register: Register) -> None:
    one, two = made_strand("one"), made_strand("another", effects={"attainment": 0.2, "health": 0.1})
    for draw in range(5):
        evidence = Evidence("central", draw)
        alone = compiled(register, made_strategy(planned("one")), one, evidence=evidence)
        beside = compiled(register, made_strategy(planned("another"), planned("one")), one, two, evidence=evidence)
        assert np.array_equal(
            alone.arrays.course[alone.ids.index("one")], beside.arrays.course[beside.ids.index("one")]
        )
        assert alone.arrays.key[-1] == beside.arrays.key[beside.ids.index("one")]


# --- the direct part ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effects", "ages", "middle"),
    [
        ({"attainment": 0.25, "home_learning": 0.3}, (2, 6), 3.5),
        ({"attainment": 0.3, "social_emotional": 0.4}, (6, 10), 7.5),
        ({"social_emotional": 0.25, "parent_mental_health": 0.4}, (2, 6), 3.5),
        ({"attainment": 0.2, "social_emotional": 0.3, "attendance": 0.2}, (12, 16), 13.5),
    ],
)
def test_direct_part_and_pathways_give_the_published_totals(
    register: Register, effects: dict[str, float], ages: tuple[int, int], middle: float
) -> None:
    p = register.parameters
    strand = made_strand(effects=effects, ages=ages, duration_months=12, fade_half_life_months="none")
    names = {"social_emotional": "wellbeing", "parent_mental_health": "distress"}
    totals, sign = np.zeros(9), np.ones(9)
    for outcome, size in effects.items():
        at = OUTCOMES.index(names.get(outcome, outcome))
        sign[at] = -1.0 if outcome == "parent_mental_health" else 1.0
        totals[at] = size * sign[at]
    shares, kept = pool_shares("none", p.evidence), kept_shares(p.evidence)
    direct = direct_part(totals, shares, kept, strand, p)

    def brought(part: np.ndarray) -> np.ndarray:
        # a lasting pool: a twelfth of the effect every month
        increments = np.zeros((9, N_POOLS))
        increments[:, 3] = part * sign / 12
        return course_totals(increments, kept, 12, middle, 0.0, p.children, p.families, p.evidence)

    first = OUTCOMES.index(names.get(next(iter(effects)), next(iter(effects))))
    assert brought(totals)[first] > totals[first] * sign[first] * 1.002, "the pathways bring something"
    listed = totals != 0.0
    assert brought(direct)[listed] == pytest.approx((totals * sign)[listed], rel=1e-4)
    assert not direct[~listed].any()


def test_a_strand_with_one_outcome_that_nothing_feeds_is_all_direct(register: Register) -> None:
    p = register.parameters
    strand = made_strand(ages=(5, 8), fade_half_life_months="none")
    totals = np.zeros(9)
    totals[0] = 0.3
    direct = direct_part(totals, pool_shares("none", p.evidence), kept_shares(p.evidence), strand, p)
    assert direct.tolist() == pytest.approx(totals.tolist(), abs=1e-12)


def test_own_effect_multiplier_scales_the_course(register: Register) -> None:
    strand = made_strand(ages=(5, 8))
    plain = compiled(register, made_strategy(planned()), strand)
    double = compiled(register, made_strategy(planned(values=StrandValues(effect_multiplier=2.0))), strand)
    assert double.arrays.course[-1] == pytest.approx(2 * plain.arrays.course[-1])


# --- who is eligible, who accepts --------------------------------------------------------------------------


def test_need_lines_by_hand(register: Register) -> None:
    def line(need: str, share: float) -> float:
        plan = compiled(register, made_strategy(planned()), made_strand(need=need, need_share=share))
        assert plan.arrays.need[-1] == NEEDS.index(need)
        return float(plan.arrays.need_line[-1])

    assert line("low_attainment", 0.5) == pytest.approx(0.0, abs=1e-12)
    assert line("several_risks", 1 - norm.cdf(1.0)) == pytest.approx(1.0)
    assert line("distress", 0.1) == pytest.approx(1.2815515655)
    assert -1.0 < line("overcrowded", 0.05) <= 1.0
    assert line("absence", 0.2) == register.parameters.reference.persistent_absence_line


def test_acceptance_is_centred_on_the_uptake(register: Register) -> None:
    delivery = register.parameters.delivery._replace(accept_spread=2.0)
    at_two = register._replace(parameters=register.parameters._replace(delivery=delivery))
    strategy = made_strategy(planned())
    blind = compiled(at_two, strategy, made_strand(uptake=0.6), without=frozenset({"selective_take_up"}))
    assert blind.arrays.intercept[-1] == pytest.approx(math.log(1.5))
    spread = compiled(at_two, strategy, made_strand(uptake=0.6))
    assert spread.arrays.intercept[-1] == pytest.approx(math.log(1.5) * math.sqrt(1 + 0.346 * 4))
    # which is right to a percentage point: the mean of the logistic over a normal inclination
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    mean = (weights / weights.sum()) @ (1 / (1 + np.exp(-(spread.arrays.intercept[-1] + 2.0 * nodes))))
    assert mean == pytest.approx(0.6, abs=0.01)


def test_own_uptake_takes_the_place_of_the_librarys(register: Register) -> None:
    own = made_strategy(planned(values=StrandValues(uptake=0.5)))
    plan = compiled(register, own, made_strand(uptake=0.9), without=frozenset({"selective_take_up"}))
    assert plan.arrays.intercept[-1] == pytest.approx(0.0, abs=1e-12)


# --- pounds and posts --------------------------------------------------------------------------------------


def test_pounds_a_month_by_hand(register: Register) -> None:
    delivery = register.parameters.delivery._replace(staff_share=0.5, post_cost=50_000.0)
    prices = {2015: 80.0, 2025: 100.0}
    own = register._replace(parameters=register.parameters._replace(delivery=delivery), prices=prices)
    strategy = made_strategy(planned())
    # GBP 600 for six months: 100 a month; in prices of 2015: 125; 100 * 12 * 0.5 / 50,000 of a post
    plan = compiled(own, strategy, made_strand())
    assert plan.month_cost[-1] == pytest.approx(100.0)
    assert plan.posts_per_unit[-1] == pytest.approx(0.012)
    assert compiled(own, strategy, made_strand(price_year=2015)).month_cost[-1] == pytest.approx(125.0)
    yearly = made_strand(cost_unit="participant_year", unit_cost_gbp=1200.0, duration_months=3)
    assert compiled(own, strategy, yearly).month_cost[-1] == pytest.approx(100.0)
    dear = made_strategy(planned(values=StrandValues(unit_cost_gbp=1200.0)))
    assert compiled(own, dear, made_strand()).month_cost[-1] == pytest.approx(200.0)


@pytest.mark.parametrize(("own", "share"), [(None, 0.6), (0.25, 0.25), (0.0, 0.0)])
def test_an_area_strand_paid_by_use_costs_its_users(register: Register, own: float | None, share: float) -> None:
    strand = made_strand(unit="area", effect_basis="area_itt", cost_unit="participant_year", uptake=0.6)
    plan = compiled(register, made_strategy(planned(values=StrandValues(uptake=own))), strand)
    assert plan.cost_share_of_users[-1] == share


def test_a_strand_held_twice_has_draws_of_its_own_each_time(register: Register) -> None:
    twice = made_strategy(planned(start_month=0, stop_month=12), planned(start_month=24))
    plan = compiled(register, twice, made_strand())
    assert plan.ids[-2:] == ("made", "made")
    assert plan.arrays.key[-1] != plan.arrays.key[-2]


def test_school_effects_do_not_go_to_children_directly(register: Register) -> None:
    strand = made_strand(
        effects={"school_effectiveness": 0.4}, unit="school", effect_basis="area_itt", cost_unit="school_year",
        duration_months=4, fade_half_life_months="none", scale_multiplier=0.5,
    )  # fmt: skip
    plan = compiled(register, made_strategy(planned()), strand)
    assert plan.arrays.n_moved[-1].tolist() == [0, 0]
    # 0.4 * 0.5 over four months, lasting
    assert plan.school_course[-1].tolist() == pytest.approx([0.0, 0.0, 0.0, 0.05])
    assert plan.school_keep[-1].tolist() == [0.0] * 4
