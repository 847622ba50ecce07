"""Mesa's own tools work on the model: agent sets, data collection, batch runs, the page in a browser."""

from __future__ import annotations

import inspect

import mesa
import numpy as np
import pandas as pd
import pytest

from sim.agents import ChildAgent, HouseholdAgent, SchoolAgent, ServiceAgent
from sim.model import REPORTERS, ZoneModel
from sim.outcomes import HEADLINES


@pytest.fixture(scope="module")
def model(street):
    model = ZoneModel(place=street, years=2, views="all")
    for _ in range(13):
        model.step()
    return model


# --- agent sets ----------------------------------------------------------------------------------------------


def test_select_and_count(model):
    children, table = model.agents_by_type[ChildAgent], model.world.children
    rows = model.residents()["children"]
    girls = children.select(lambda child: child.girl == 1)
    assert len(girls) == int((table.girl[rows] == 1).sum())
    assert len(children.select(at_most=5)) == 5
    assert len(model.agents.select(agent_type=SchoolAgent)) == len(model.spec.place.schools)


def test_get_and_aggregate(model):
    schools, table = model.agents_by_type[SchoolAgent], model.world.schools
    assert schools.get("climate") == table.climate[: len(schools)].tolist()
    assert schools.agg("roll", sum) == pytest.approx(table.roll[: len(schools)].sum())
    services = model.agents_by_type[ServiceAgent]
    assert services.agg("taking_part", max) == model.world.services.taking_part.max()
    assert len(services.get(["name", "quality"])) == len(services)


def test_group_by(model):
    by_kind = model.agents_by_type[ServiceAgent].groupby("baseline")
    assert by_kind.count() == {1: model.world.plan.n_today, 0: len(model.world.plan.ids) - model.world.plan.n_today}
    by_phase = model.agents_by_type[SchoolAgent].groupby("phase").agg("roll", sum)
    assert set(by_phase) == set(model.world.schools.phase[: len(model.spec.place.schools)].tolist())
    by_quintile = model.agents_by_type[ChildAgent].groupby("need_quintile", result_type="list")
    assert sum(len(group) for _, group in by_quintile) == len(model.agents_by_type[ChildAgent])


def test_set_writes_to_the_tables(street):
    model = ZoneModel(place=street, years=1, views="all")
    model.agents_by_type[SchoolAgent].set("climate", 0.25)
    assert set(model.agents_by_type[SchoolAgent].get("climate")) == {0.25}
    poor = model.agents_by_type[HouseholdAgent].select(lambda h: h.tenure == 2)
    poor.set("trust_base", 0.9)
    rows = [household.row for household in poor]
    assert (model.world.households.trust_base[rows] == 0.9).all()


def test_sort_and_do(model):
    ordered = model.agents_by_type[SchoolAgent].sort("roll", ascending=True).get("roll")
    assert ordered == sorted(ordered)
    assert len(model.agents_by_type[ServiceAgent].map("as_row")) == len(model.world.services)


# --- data collection -----------------------------------------------------------------------------------------


def test_model_reporters_give_a_frame(model):
    frame = model.datacollector.get_model_vars_dataframe()
    assert list(frame.columns) == ["month", "date", *(indicator for indicator, _ in HEADLINES.values())]
    assert frame.month.tolist() == list(range(13))
    assert frame.date.iloc[-1] == "September, Year 2"
    assert all(type(value) is float for value in frame.distress_high.tolist())


def test_agent_reporters_can_be_added(street):
    model = ZoneModel(place=street, years=1, views="places")
    model.datacollector = mesa.DataCollector(
        model_reporters=REPORTERS,
        agenttype_reporters={SchoolAgent: {"name": "name", "roll": "roll"}, ServiceAgent: {"quality": "quality"}},
    )
    for _ in range(3):
        model.step()
    schools = model.datacollector.get_agenttype_vars_dataframe(SchoolAgent)
    assert len(schools) == 3 * len(street.schools)
    assert schools.roll.iloc[-1] == model.world.schools.roll[len(street.schools) - 1]
    assert len(model.datacollector.get_agenttype_vars_dataframe(ServiceAgent)) == 3 * len(model.world.services)
    assert len(model.datacollector.get_model_vars_dataframe()) == 3


def test_agent_reporters_follow_people_who_come_and_go(corner):
    model = ZoneModel(place=corner, years=2, views="all")
    model.datacollector = mesa.DataCollector(agenttype_reporters={ChildAgent: {"row": "row", "wellbeing": "wellbeing"}})
    present = []
    while model.running:
        model.step()
        present.append(len(model.residents()["children"]))
    frame = model.datacollector.get_agenttype_vars_dataframe(ChildAgent)
    assert frame.groupby("Step").size().tolist() == present


# --- batch runs ----------------------------------------------------------------------------------------------


def _batch(parameters, seeds, **options):
    """Mesa 3.5 takes the seeds beside the parameters, Mesa 3.3 among them."""
    if "rng" in inspect.signature(mesa.batch_run).parameters:
        options["rng"] = seeds
    else:
        parameters = {**parameters, "rng": seeds}
    return pd.DataFrame(mesa.batch_run(ZoneModel, parameters, number_processes=1, display_progress=False, **options))


def test_batch_runs_over_strategies_and_luck(street):
    frame = _batch({"strategy": ["no_zone", "cradle_to_career"], "place": [street], "years": 1}, [1, 2])
    assert frame.groupby(["strategy", "rng"]).size().to_dict() == {
        (strategy, rng): 1 for strategy in ("no_zone", "cradle_to_career") for rng in (1, 2)
    }
    assert set(frame.month) == {11}
    one = ZoneModel(strategy="no_zone", place=street, years=1, rng=2)
    while one.running:
        one.step()
    last = one.datacollector.get_model_vars_dataframe().iloc[-1]
    told = frame[(frame.strategy == "no_zone") & (frame.rng == 2)].iloc[0]
    for indicator, _ in HEADLINES.values():
        np.testing.assert_equal(told[indicator], last[indicator])


def test_a_batch_can_keep_every_month(street):
    frame = _batch({"strategy": "no_zone", "place": [street], "years": 1}, [1], data_collection_period=1)
    assert frame.month.tolist() == list(range(12))


def test_mechanisms_in_a_batch_are_single_names_or_lists_of_lists(street):
    frame = _batch({"place": [street], "years": 1, "without": [(), ("churn",), "fade_out"]}, [1])
    assert len(frame) == 3
