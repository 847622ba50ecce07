"""Virtual trials: the published effect comes back, and does not where published effects are not read as totals."""

from __future__ import annotations

import ast
import inspect

import numpy as np
import pytest

import sim.offers
from sim.experiments import readings, trials, verdicts
from sim.experiments.trials import HELD_STILL, complier_effect, trial
from sim.experiments.verdicts import DIFFERS, GIVES_BACK, NOT_MEASURED, OutcomeOfTrial, Trial, gives_back, trial_answer
from sim.inputs import InputError
from sim.spec import Place, Strand
from tests.engine.worlds import made_strand, neighbourhood

Library = dict[str, Strand]


@pytest.fixture(scope="module")
def place() -> Place:
    return neighbourhood(500, 5)


def outcome(found: Trial, name: str) -> OutcomeOfTrial:
    (one,) = (o for o in found.outcomes if o.outcome == name)
    return one


# --- the estimate, by hand -----------------------------------------------------------------------------------


def test_the_effect_on_those_who_take_part_by_hand() -> None:
    first, second = np.array([[0.3, 1.0], [0.0, 0.0]]), np.array([[0.1, 1.0]])
    effect, error = complier_effect([first, second])
    # 0.4 gained by two; left over 0.1, 0 and -0.1: sqrt(0.02 * 3 / 2) / 2
    assert effect == pytest.approx(0.2)
    assert error == pytest.approx(0.0866025, abs=1e-6)


def test_where_nobody_took_part_there_is_no_effect_to_tell() -> None:
    assert complier_effect([np.zeros((5, 2))]) == (None, None)


@pytest.mark.parametrize(
    ("recovered", "error", "verdict"),
    [(0.1, 0.0, True), (0.109, 0.0, True), (0.111, 0.0, False), (0.14, 0.021, True), (0.06, 0.019, False)],
)
def test_given_back_within_two_standard_errors_or_a_hundredth(recovered: float, error: float, verdict: bool) -> None:
    assert gives_back(0.1, recovered, error) is verdict


def test_outcomes_are_read_from_what_can_be_measured_and_never_from_pools() -> None:
    for module in (trials, readings, verdicts):
        nodes = ast.walk(ast.parse(inspect.getsource(module)))
        read = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        assert not {name for name in read if "pool" in name or "course" in name or name in ("keep", "kept", "moved")}


# --- the published effects come back -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "book_gifting", "home_learning_coaching", "neli", "summer_school", "welfare_advice_income_max",
        "breakfast_club", "teacher_cpd",
    ],
)  # fmt: skip
def test_the_published_effects_come_back(library: Library, name: str) -> None:
    found = trial(library[name], replications=2)
    for o in found.outcomes:
        assert o.recovered is not None
        assert o.verdict == GIVES_BACK, (o, found.randomised)
    assert found.randomised > 50


def test_an_outcome_of_school_age_may_show_only_later(library: Library) -> None:
    one = outcome(trial(library["sure_start_style_centre"], replications=2), "attendance")
    assert one.recovered is None and "school" in one.reason
    assert one.after_months["12"] == pytest.approx(one.published, abs=0.01)


def test_a_trial_fails_where_published_effects_are_not_read_as_totals(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    hit = outcome(trial(library["book_gifting"], replications=2), "attainment")
    monkeypatch.setattr(sim.offers, "direct_part", lambda totals, *_: totals)
    missed = outcome(trial(library["book_gifting"], replications=2), "attainment")
    assert hit.verdict == GIVES_BACK
    assert missed.verdict == DIFFERS
    assert missed.recovered is not None and missed.standard_error is not None
    assert missed.recovered - missed.published > max(0.01, 2 * missed.standard_error)


@pytest.mark.parametrize("unit", ["child", "household"])
def test_take_part_by_child_and_by_family_give_the_same_effect(place: Place, unit: str) -> None:
    strand = made_strand(ages=(5, 9), uptake=0.5, unit=unit, effects={"attainment": 0.2})
    one = outcome(trial(strand, place, replications=2), "attainment")
    assert one.recovered == pytest.approx(0.2, abs=0.005)


def test_half_is_left_after_the_half_life(place: Place) -> None:
    strand = made_strand(ages=(5, 9), fade_half_life_months=12.0, effects={"attainment": 0.2})
    later = outcome(trial(strand, place, replications=2), "attainment").after_months
    assert list(later) == ["6", "12", "36"]
    # what a better score changes in turn (agency, from 11) is a hundredth of it at most
    assert later["12"] == pytest.approx(0.1, abs=0.004)


def test_harm_comes_back_as_harm_and_nothing_as_nothing(place: Place) -> None:
    effects = {"social_emotional": -0.2, "parent_mental_health": 0.0}
    found = trial(made_strand(ages=(5, 9), effects=effects), place, replications=2)
    assert outcome(found, "social_emotional").recovered == pytest.approx(-0.2, abs=0.01)
    null = trial(made_strand(effects={"health": 0.0}), place, replications=1)
    assert outcome(null, "health").recovered == 0.0


def test_the_evidence_may_be_read_otherwise_and_the_verdict_says_so(place: Place) -> None:
    found = trial(made_strand(ages=(5, 9)), place, replications=2, evidence="sceptical")
    one = outcome(found, "attainment")
    assert one.published == pytest.approx(0.3)
    assert one.recovered is not None and one.recovered < 0.25
    assert (one.verdict, "sceptical" in one.reason) == (DIFFERS, True)


# --- take-up, costs, who is in it ----------------------------------------------------------------------------


@pytest.mark.parametrize("uptake", [0.3, 0.8])
def test_take_up_is_the_share_of_those_offered(uptake: float) -> None:
    found = trial(made_strand(uptake=uptake), replications=1, without=("selective_take_up",))
    assert found.uptake == pytest.approx(uptake, abs=0.06)


@pytest.mark.parametrize(
    ("unit", "months"), [("participant", 6), ("participant_year", 6), ("participant_year", 15), ("site_year", 6)]
)
def test_the_books_give_the_unit_cost_back(place: Place, unit: str, months: int) -> None:
    strand = made_strand(cost_unit=unit, unit_cost_gbp=720.0, duration_months=months, price_year=1998)
    assert trial(strand, place, replications=1).unit_cost_gbp == pytest.approx(720.0, rel=1e-3)


def test_another_seed_is_another_population_and_the_same_seed_the_same_trial(place: Place) -> None:
    strand = made_strand(ages=(5, 9))
    one, two = (trial(strand, place, replications=1, seed=seed) for seed in (4, 5))
    both, again = (trial(strand, place, replications=2, seed=4) for _ in range(2))
    assert both.randomised == one.randomised + two.randomised
    assert trial_answer(both) == trial_answer(again)
    assert trial_answer(one) != trial_answer(two)


def test_what_is_held_still_is_said(place: Place) -> None:
    found = trial(made_strand(), place, replications=1, without=("word_of_mouth", "churn"))
    assert found.without == (*HELD_STILL, "word_of_mouth")


# --- what cannot be measured ---------------------------------------------------------------------------------


def test_what_cannot_be_measured_has_a_reason_and_no_number(library: Library, place: Place) -> None:
    settled = outcome(trial(library["careers_gatsby"], place, replications=1), "service_engagement")
    too_long = made_strand(ages=(0, 2), duration_months=48, ongoing=True, effect_basis="area_itt", unit="area")
    nobody = made_strand(ages=(20, 24))
    found = [settled, *(trial(strand, place, replications=1).outcomes[0] for strand in (too_long, nobody))]
    for one in found:
        assert (one.verdict, one.recovered, one.standard_error) == (NOT_MEASURED, None, None)
        assert set(one.after_months.values()) == {None}
        assert one.reason


def test_the_answer_has_the_keys_of_the_contract(place: Place) -> None:
    answer = trial_answer(trial(made_strand(ages=(5, 9)), place, replications=1))
    assert list(answer) == ["strand", "outcomes", "uptake", "unit_cost_gbp", "future", "parameters"]
    (one,) = answer["outcomes"]
    assert list(one) == ["outcome", "published", "recovered", "standard_error", "after_months"]
    assert list(answer["uptake"]) == list(answer["unit_cost_gbp"]) == ["published", "recovered"]


def test_nonsense_is_refused(place: Place) -> None:
    with pytest.raises(ValueError, match="sceptical"):
        trial(made_strand(), place, evidence="certain")
    with pytest.raises(ValueError, match="replications"):
        trial(made_strand(), place, replications=0)
    with pytest.raises(InputError):
        trial(made_strand(), place, without=("gravity",))
