"""SALib, the EMA Workbench and Mesa each drive the model; a problem gives the numbers that a sweep gives."""

from __future__ import annotations

import inspect

import mesa
import numpy as np
import pandas as pd
import pytest
from ema_workbench import SequentialEvaluator
from SALib import ProblemSpec
from SALib.analyze import morris as morris_analysis
from SALib.sample import morris

from sim.experiments.points import run_point
from sim.experiments.problem import as_problem
from sim.experiments.responses import AnalysisError
from sim.model import ZoneModel
from sim.spec import Varied
from tests.engine.worlds import neighbourhood

OUTCOMES = ("distress_high", "gbp_total")
VARY = {"strategy.money": (0.1, 1.0), "effects.size": (0.5, 1.5)}


@pytest.fixture(scope="module")
def problem():
    return as_problem(
        ["schools_only", "family_first"], neighbourhood(80), VARY, outcomes=OUTCOMES, years=1, parameters="central"
    )


def test_answers_are_those_of_a_point_of_a_study(problem):
    values = {"strategy.money": 0.5, "effects.size": 1.25}
    rows = run_point(problem.study, values, problem.study.places[0].id, "none", "central", 1)
    told = {(row["strategy"], row["outcome"]): row["difference"] for row in rows}
    assert problem.columns == (
        ("family_first", "distress_high"), ("family_first", "gbp_total"), ("schools_only", "distress_high"),
        ("schools_only", "gbp_total"),
    )  # fmt: skip
    np.testing.assert_array_equal(problem([[0.5, 1.25]])[0], [told[column] for column in problem.columns])


def test_salib_drives_the_model(problem):
    rows = morris.sample(problem.salib, 2, num_levels=4, seed=1)
    answers = problem(rows)
    assert answers.shape == (6, 4) and np.isfinite(answers).all()
    spent = answers[:, problem.columns.index(("family_first", "gbp_total"))]
    found = morris_analysis.analyze(problem.salib, rows, spent, num_resamples=10)
    assert found["mu_star"][0] > found["mu_star"][1]  # Money decides what is spent, the size of effects hardly.


def test_salib_s_own_way_of_evaluating(problem):
    spec = ProblemSpec({**problem.salib, "outputs": [f"{s}: {o}" for s, o in problem.columns]})
    spec.set_samples(np.array([[0.5, 1.0], [1.0, 1.0]])).evaluate(problem)
    assert spec.results.shape == (2, 4)


def test_the_ema_workbench_drives_the_model(problem):
    model = problem.ema()
    with SequentialEvaluator(model) as evaluator:
        experiments, outcomes = evaluator.perform_experiments(scenarios=2, policies=2)
    assert len(experiments) == 4 and set(outcomes) == set(OUTCOMES)
    first = experiments.iloc[0]
    expected = dict(zip(problem.columns, problem.at({name: float(first[name]) for name in VARY}), strict=True))
    for outcome in OUTCOMES:
        assert outcomes[outcome][0] == expected[first["strategy"], outcome]


def test_mesa_drives_the_model(problem):
    """Batch runs over the same records at two amounts of money; what is spent is what the problem says."""
    for money in (0.2, 1.0):
        values = {"strategy.money": money, "effects.size": 1.0}
        parameters = {**problem.mesa(values), "rng": [1]}
        if "rng" in inspect.signature(mesa.batch_run).parameters:
            frame = pd.DataFrame(mesa.batch_run(ZoneModel, problem.mesa(values), rng=[1], display_progress=False))
        else:
            frame = pd.DataFrame(mesa.batch_run(ZoneModel, parameters, number_processes=1, display_progress=False))
        assert [s.id for s in frame["strategy"]] == ["family_first", "schools_only"]
        assert [s.money_gbp for s in frame["strategy"]] == [s.money_gbp for s in problem.mesa(values)["strategy"]]
        by_hand = ZoneModel(**{**problem.mesa(values), "strategy": frame["strategy"][0], "rng": 1,
                               "place": problem.study.places[0], "future": None})  # fmt: skip
        while by_hand.running:
            by_hand.step()
        last = by_hand.datacollector.get_model_vars_dataframe().iloc[-1]
        assert frame["distress_high"][0] == last["distress_high"]


def test_the_mesa_model_at_a_row_gives_the_problem_s_value():
    values = {"strategy.money": 0.4}
    drawn = as_problem(["family_first"], neighbourhood(80), {"strategy.money": (0.1, 1.0)}, outcomes=("distress_high",),
                       years=1, quantity="value")  # fmt: skip
    told = drawn.mesa(values)
    model = ZoneModel(**{name: value[0] if isinstance(value, list) else value for name, value in told.items()}, rng=1)
    while model.running:
        model.step()
    yearly = model.results().set_index(["population", "group", "indicator"])
    assert yearly.loc[("residents", "all", "distress_high"), "value"] == drawn.at(values)[0]


def test_lists_of_values_are_taken_in_equal_parts():
    vary = [Varied(name="mechanism.peers", values=(0, 1)), Varied(name="strategy.money", low=0.5, high=1.0)]
    problem = as_problem(["schools_only"], neighbourhood(80), vary)
    assert problem.salib["bounds"] == [[0.0, 2.0], [0.5, 1.0]]
    assert [problem.values([x, 0.7])["mechanism.peers"] for x in (0.0, 0.99, 1.0, 2.0)] == [0.0, 0.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"vary": {"effects.sise": (0.5, 1.0)}}, "none of the strands"),
        ({"vary": {"effects.size": (0.5, 99.0)}}, "outside the range"),
        ({"vary": {"effects.size": (0.5,)}}, "two ends"),
        ({"outcomes": ("happiness",)}, "no outcome 'happiness'"),
        ({"quantity": "ratio"}, "difference or value"),
    ],
)
def test_bad_questions_are_refused(changes, message):
    given = {"strategies": ["schools_only"], "place": neighbourhood(80), "vary": VARY} | changes
    with pytest.raises(AnalysisError, match=message):
        as_problem(**given)


def test_what_mesa_cannot_take_is_refused(problem):
    with pytest.raises(AnalysisError, match="cannot be handed to ZoneModel"):
        problem.mesa({"delivery.turnover_rate": 0.1})
