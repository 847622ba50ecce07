"""One point of a study: what its values change, and that sharing and looking away change nothing."""

from __future__ import annotations

import numpy as np
import pytest

from sim.experiments.asked import value_in
from sim.experiments.ensemble import replicate
from sim.experiments.points import (
    Keys,
    Where,
    answer_on,
    changed_future,
    changed_place,
    changed_strands,
    changed_strategy,
    ground_at,
    register_at,
    run_point,
    start_at,
    start_key,
)
from sim.futures import NO_FUTURE
from sim.inputs import InputError, load_future, load_strands, load_strategy
from sim.outcomes import INDICATORS
from sim.outcomes.asked import asked
from sim.spec import Future, PlannedStrand, Shock, StrandValues, Varied
from tests.engine.worlds import made_strategy, neighbourhood
from tests.experiments.studies import made_study

HERE = Where(0, 0, "central", 0)
NO_WORK = Future(id="no_work", name="No work", shocks=(Shock(kind="work", size=0.5),))


def test_a_point_without_values_is_an_ordinary_replication_bit_for_bit():
    study = made_study(vary=(), seed=3)
    rows = run_point(study, {}, study.places[0].id, "none", "central", 3)
    runs = replicate(
        study.strategies, study.places[0], register_at(study, {}, 3), load_strands(), 3, 12, "central", frozenset()
    )
    expected = [
        (strategy.id, text, value_in(run, asked(text, 1)), value_in(runs[0], asked(text, 1)))
        for strategy, run in zip(study.strategies, runs[1:], strict=True)
        for text in study.outcomes
    ]
    found = [(row["strategy"], row["outcome"], row["value"], row["twin"]) for row in rows]
    assert found == sorted(expected)
    assert all(row["difference"] == row["value"] - row["twin"] for row in rows)
    assert any(row["difference"] > 0 for row in rows if row["outcome"] == "gbp_total")


def test_a_start_that_is_shared_by_futures_and_stances_is_as_good_as_their_own():
    futures = (NO_FUTURE, NO_WORK, load_future("regeneration_churn"))
    study = made_study(futures=futures, evidence=("central", "sceptical"), vary=())
    keys = [start_key(study, {}, HERE._replace(future=f)) for f in range(3)]
    assert keys[0] == keys[1] != keys[2], "families come and go otherwise in one of the futures only"
    start = start_at(study, {}, HERE)
    where = Where(0, 1, "sceptical", 0)
    shared, own = (ground_at(study, {}, where, given) for given in (start, None))
    assert shared.twin.digest() == own.twin.digest() != ground_at(study, {}, HERE, start).twin.digest()
    assert answer_on(shared, study, {}, 0)[0] == answer_on(own, study, {}, 0)[0]


def test_effects_work_through_the_strategy_only():
    study = made_study()
    base = ground_at(study, {}, HERE)
    none, usual, twice = (answer_on(base, study, {"effects.size": size}, 0)[0] for size in (0.0, 1.0, 2.0))
    assert usual == answer_on(base, study, {}, 0)[0]
    assert none.twin == usual.twin == twice.twin
    assert len({none.value, usual.value, twice.value}) == 3


def test_strategies_are_changed_as_their_names_say():
    strategy = made_strategy(
        PlannedStrand(strand="mentoring", places_per_term=10, start_month=6, stop_month=30),
        PlannedStrand(strand="book_gifting", reach_share=0.6, values=StrandValues(effect_multiplier=1.5)),
    )
    found = changed_strategy(
        strategy,
        {
            "strategy.money": 0.5, "strategy.places": 2.0, "strategy.start_delay_months": 5.6, "effects.size": 0.5,
            "effects.book_gifting": 3.0, "strategy.strands.mentoring.ramp": 3.0,
            "strategy.strands.mentoring.uptake": 0.25, "trust.drift_rate": 0.1,
        },
    )  # fmt: skip
    mentors, books = found.strands
    assert found.money_gbp == {"council": 5e5}
    assert (mentors.places_per_term, mentors.start_month, mentors.stop_month, mentors.ramp_months) == (20, 12, 36, 3)
    assert mentors.values == StrandValues(effect_multiplier=0.5, uptake=0.25)
    assert (books.reach_share, books.start_month, books.stop_month) == (1.0, 6, None)
    assert books.values.effect_multiplier == 1.5 * 0.5 * 3.0
    assert changed_strategy(strategy, {"effects.size": 1.0, "place.annual_move_share": 0.1}) is strategy


def test_places_of_a_strand_replace_its_reach_and_the_other_way_round():
    strategy = made_strategy(PlannedStrand(strand="mentoring", reach_share=0.4))
    (found,) = changed_strategy(strategy, {"strategy.strands.mentoring.places": 7.4}).strands
    assert (found.places_per_term, found.reach_share) == (7, None)
    (found,) = changed_strategy(
        strategy.model_copy(update={"strands": (found,)}), {"strategy.strands.mentoring.reach": 0.2}
    ).strands
    assert (found.places_per_term, found.reach_share) == (None, 0.2)


def test_a_delayed_strategy_takes_its_partnership_and_analysis_along():
    strategy = load_strategy("bettws_own_mix")
    found = changed_strategy(strategy, {"strategy.start_delay_months": 12})
    assert [s.start_month for s in found.strands] == [s.start_month + 12 for s in strategy.strands]
    assert found.partnership is not None and strategy.partnership is not None
    assert found.partnership.start_month == strategy.partnership.start_month + 12
    assert [p.join_month for p in found.partnership.partners] == [
        p.join_month + 12 for p in strategy.partnership.partners
    ]


@pytest.mark.parametrize(
    ("kind", "size", "factor", "expected"),
    [
        ("money", 0.6, 0.5, 0.8), ("money", 0.6, 3.0, 0.0), ("teaching", 0.5, 3.0, 0.0), ("teaching", 0.5, 0.0, 1.0),
        ("learning", -0.2, 2.0, -0.4), ("housing", 0.3, 2.0, 0.6), ("housing", 0.6, 2.0, 1.0), ("moves", 1.5, 2.0, 2.0),
        ("school", -0.5, 0.5, -0.25), ("partner_leaves", 1.0, 0.4, None), ("partner_leaves", 1.0, 0.6, 1.0),
    ],
)  # fmt: skip
def test_shocks_grow_and_shrink(kind: str, size: float, factor: float, expected: float | None):
    future = Future(id="made", name="Made", shocks=(Shock(kind=kind, size=size),))  # type: ignore[arg-type]
    found = changed_future(future, {"future.size": factor}).shocks
    assert [shock.size for shock in found] == pytest.approx([] if expected is None else [expected])


def test_a_future_of_size_nought_is_no_future():
    study = made_study(futures=(NO_WORK, NO_FUTURE), vary=())
    grounds = [ground_at(study, {"future.size": 0.0}, HERE), ground_at(study, {}, HERE._replace(future=1))]
    assert grounds[0].twin.digest() == grounds[1].twin.digest() != ground_at(study, {}, HERE).twin.digest()


def test_half_lives_follow_speed_or_the_share_lost_in_a_year():
    strands = {name: strand for name, strand in load_strands().items() if name in ("mentoring", "book_gifting")}
    usual = {name: strand.fade_half_life_months for name, strand in strands.items()}
    assert changed_strands(strands, {"effects.size": 2.0}) == strands
    for name, found in changed_strands(strands, {"effects.fade": 2.0}).items():
        assert found.fade_half_life_months == (usual[name] if usual[name] == "none" else float(usual[name]) / 2)
    for name, found in changed_strands(strands, {"effects.fade_share": 0.75}).items():
        assert found.fade_half_life_months == (usual[name] if usual[name] == "none" else pytest.approx(6.0))
    assert {s.fade_half_life_months for s in changed_strands(strands, {"effects.fade": 0.0}).values()} == {"none"}


def test_cells_parameters_and_switches_reach_the_model():
    study = made_study(vary=())
    place = changed_place(study.places[0], {"place.driver_distress": 1.5})
    assert place.value("driver_distress") == 1.5 and place.cells["driver_distress"].source == "varied"
    assert register_at(study, {"trust.drift_rate": 0.01}, 1).parameters.trust.drift_rate == 0.01
    assert register_at(study, {"mechanism.word_of_mouth": 0.0}, 1).parameters.trust.word_of_mouth_rate == 0.0
    off = made_study(vary=(), without=("word_of_mouth",))
    assert register_at(off, {"mechanism.word_of_mouth": 1.0}, 1).parameters.trust.word_of_mouth_rate > 0.0
    assert start_at(study, {"mechanism.fade_out": 0.0}, HERE).without == frozenset({"fade_out"})
    with pytest.raises(InputError, match="outside the range"):
        register_at(study, {"trust.drift_rate": 99.0}, 1)


def test_a_key_is_of_what_decides_the_numbers_and_of_nothing_else():
    study = made_study()
    key = Keys(study)({"effects.size": 0.5, "strategy.money": 1.0}, HERE, 0)
    turned = study.model_copy(
        update={
            "id": "other", "name": "Other", "outcomes": study.outcomes[::-1], "replications": 9,
            "vary": (Varied(name="effects.size", low=0.0, high=3.0),),
        }
    )  # fmt: skip
    assert Keys(turned)({"strategy.money": 1.0, "effects.size": 0.5}, HERE, 0) == key
    again = study.model_copy(update={"strategies": study.strategies[::-1]})
    assert Keys(again)({"effects.size": 0.5, "strategy.money": 1.0}, HERE, 1) == key
    others = [
        Keys(study)({"effects.size": float(np.nextafter(0.5, 1.0)), "strategy.money": 1.0}, HERE, 0),
        Keys(study)({"effects.size": 0.5, "strategy.money": 1.0}, HERE, 1),
        Keys(study)({"effects.size": 0.5, "strategy.money": 1.0}, HERE._replace(replication=1), 0),
        Keys(study)({"effects.size": 0.5, "strategy.money": 1.0}, HERE._replace(evidence="hopeful"), 0),
        *(
            Keys(study.model_copy(update=change))({"effects.size": 0.5, "strategy.money": 1.0}, HERE, 0)
            for change in (
                {"years": 2}, {"parameters": "central"}, {"without": ("churn",)}, {"outcomes": ("gbp_total",)},
                {"places": (neighbourhood(61),)}, {"futures": (load_future("recession"),)},
            )
        ),
    ]  # fmt: skip
    assert len({key, *others}) == len(others) + 1
    assert Keys(study.model_copy(update={"seed": 2}))({"effects.size": 0.5, "strategy.money": 1.0}, HERE, 0) == (
        Keys(study)({"effects.size": 0.5, "strategy.money": 1.0}, HERE._replace(replication=1), 0)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gld", ("gld", "all", 10)), ("gld:girls", ("gld", "girls", 10)), ("gld:boys:3", ("gld", "boys", 3)),
        ("educational_progress", ("ks2_expected", "disadvantaged", 10)), ("gbp_total", ("gbp_total", "all", 10)),
    ],
)  # fmt: skip
def test_outcomes_are_asked_for_in_words(text: str, expected: tuple[str, str, int]):
    assert asked(text, 10) == (*expected, text)


@pytest.mark.parametrize(
    "text", ["gdl", "gld:cats", "distress_high:girls", "gld:all:11", "gld:all:0", "gbp_total:all", "", "gld:all:3:4"]
)
def test_outcomes_that_there_are_not(text: str):
    with pytest.raises(ValueError, match="; "):
        asked(text, 10)


def test_an_outcome_is_named_in_plain_words():
    assert asked("gld:girls:3", 10).in_words == f"{INDICATORS['gld'].plain_name} (girls)"
    assert asked("educational_progress", 10).in_words.endswith("(eligible for free school meals within six years)")
    assert asked("gbp_total", 10).in_words == "pounds over the whole run"
