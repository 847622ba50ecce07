"""The Mesa model is the engine, bit for bit, and says what it was made with and what came out."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from dataclasses import replace

import mesa
import numpy as np
import pytest

from sim import engine
from sim.agents import SchoolAgent
from sim.experiments.ensemble import replicate
from sim.inputs import InputError, load_strands, load_strategy
from sim.inputs.posterior import load_posterior, posterior_register
from sim.model import STARTS_KEPT, Spec, ZoneModel, _start
from sim.offers import Evidence
from sim.outcomes import GROUPS, HEADLINES, INDICATOR_IDS, SMALLEST_CELL
from sim.parameters import Register
from sim.spec import Future, Shock
from tests.inputs.made_posterior import made_posterior

TWO_YEARS = 24


def stepped(months: int, **arguments) -> ZoneModel:
    model = ZoneModel(**arguments)
    for _ in range(months):
        model.step()
    return model


def drawn(luck: int, without: tuple[str, ...] = ()) -> Register:
    """The parameters a run with this luck number takes, whether there is a packaged posterior or none."""
    return posterior_register(load_posterior(), luck, without)


# --- the model is the engine -------------------------------------------------------------------------------


@pytest.mark.parametrize("without", [(), ("churn", "word_of_mouth")])
def test_stepped_it_is_the_engine_bit_for_bit(street, without):
    start = engine.create_start(street, drawn(5, without), 5, TWO_YEARS, frozenset(without))
    world = engine.run(start, load_strategy("cradle_to_career"), load_strands(), Evidence("sceptical", 5))
    for views in ("none", "places", "all"):
        model = stepped(
            TWO_YEARS, place=street, years=2, rng=5, evidence="sceptical", without=without, views=views
        )  # fmt: skip
        assert model.world.digest() == world.digest()
        assert model.world.services.digest() == world.services.digest()


def test_it_takes_the_draw_of_its_luck_and_so_does_its_twin(street):
    posterior = made_posterior(6)
    register = posterior_register(posterior, 5)
    start = engine.create_start(street, register, 5, 12)
    world = engine.run(start, load_strategy("cradle_to_career"), load_strands(), Evidence("central", 5))
    model = stepped(12, place=street, years=1, rng=5, posterior=posterior)
    assert model.world.digest() == world.digest()
    assert model.twin().world.start.register == register == model.world.start.register
    central = stepped(12, place=street, years=1, rng=5, posterior=posterior, parameters="central")
    assert central.world.digest() != world.digest()
    assert central.spec.posterior is None is central.twin().spec.posterior
    with pytest.raises(ValueError, match="drawn, central"):
        ZoneModel(place=street, parameters="guessed")


def test_a_future_reaches_the_model_and_its_twin(street):
    model = stepped(4, place=street, years=1, rng=5, future="good_years+posts_halved")
    assert model.spec.future.id == "good_years+posts_halved" == model.twin().spec.future.id
    crash = Future(id="crash", name="Crash", shocks=(Shock(kind="work", size=0.3, start_month=1),))
    usual, struck = (stepped(4, place=street, years=1, rng=5, future=f) for f in (None, crash))
    assert usual.world.digest() == stepped(4, place=street, years=1, rng=5, future="none").world.digest()
    assert struck.world.digest() != usual.world.digest()
    start = engine.create_start(street, drawn(5), 5, 12, future=crash)
    world = engine.create(start, load_strategy("cradle_to_career"), load_strands(), Evidence("central", 5))
    engine.advance(world, 4)
    assert struck.world.digest() == world.digest()
    with pytest.raises(InputError):
        ZoneModel(place=street, future="recesion")


def test_it_is_the_replication_of_a_comparison_on_the_same_luck(street):
    strategy, library = load_strategy("cradle_to_career"), load_strands()
    twin, run = replicate([strategy], street, drawn(7), library, 7, TWO_YEARS, "central", frozenset())
    model = stepped(TWO_YEARS, place=street, years=2, rng=7)
    np.testing.assert_array_equal([reading.values for reading in model.world.readings], run.values)
    other = model.twin()
    while other.running:
        other.step()
    np.testing.assert_array_equal([reading.values for reading in other.world.readings], twin.values)


def test_mesa_and_its_generators_decide_nothing(street):
    left, played = ZoneModel(place=street, years=1, views="all"), ZoneModel(place=street, years=1, views="all")
    while left.running:
        left.step()
        played.agents.shuffle_do("as_row")
        played.rng.random(10)
        played.random.random()
        played.step()
    assert left.world.digest() == played.world.digest()


def test_luck_follows_from_rng_alone(street):
    months = {"place": street, "years": 1}
    first, again, other = (stepped(12, rng=rng, **months) for rng in (3, 3, 4))
    assert first.world.digest() == again.world.digest() != other.world.digest()


def test_no_number_of_the_luck_takes_a_new_one_and_tells_it(street):
    first, second = (ZoneModel(place=street, years=1, rng=None) for _ in range(2))
    assert first.spec.rng != second.spec.rng
    assert ZoneModel(place=street, years=1, rng=first.spec.rng).world.digest() == first.world.digest()


# --- the calendar ------------------------------------------------------------------------------------------


def test_a_step_is_a_month_and_the_run_ends(street):
    model = ZoneModel(place=street, years=1)
    assert (model.month, model.date, model.running) == (0, "September, Year 1", True)
    seen = []
    while model.running:
        model.step()
        seen.append((model.month, model.date))
    assert [month for month, _ in seen] == list(range(12))
    assert (seen[0][1], seen[4][1], seen[-1][1]) == ("September, Year 1", "January, Year 1", "August, Year 1")


def test_a_step_after_the_last_changes_nothing(street):
    model = stepped(12, place=street, years=1)
    digest, frame = model.world.digest(), model.datacollector.get_model_vars_dataframe()
    model.step()
    assert not model.running
    assert model.world.digest() == digest
    assert len(model.datacollector.get_model_vars_dataframe()) == len(frame)


# --- what it was made with ---------------------------------------------------------------------------------


def test_ids_paths_and_records_are_the_same_thing(street, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('schema_version = 1\nid = "mine"\nname = "Mine"\nkind = "strategy"\nextends = "no_zone"\n')
    by_path = ZoneModel(place=street, years=1, strategy=path)
    by_record = ZoneModel(place=street, years=1, strategy=load_strategy(path))
    by_id = ZoneModel(place=street, years=1, strategy="no_zone")
    assert by_path.spec == by_record.spec
    assert by_path.world.digest() == by_id.world.digest()


def test_the_spec_tells_all(street):
    model = ZoneModel(place=street, years=2, evidence="hopeful", without="churn", rng=9, strategy="no_zone")
    expected = Spec(load_strategy("no_zone"), street, 2, "hopeful", ("churn",), (), "none", 9, 1)
    assert model.spec == replace(expected, posterior=load_posterior())


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"years": 0}, "years must be from 1 to 20"),
        ({"years": 21}, "years must be from 1 to 20"),
        ({"evidence": "rosy"}, "sceptical, central, hopeful"),
        ({"views": "some"}, "none, places, all"),
        ({"rng": -1}, "rng must be 0 or more"),
        ({"threads": 0}, "threads 1 or more"),
    ],
)
def test_a_wrong_argument_is_named(street, wrong, says):
    with pytest.raises(ValueError, match=says):
        ZoneModel(**{"place": street, **wrong})


@pytest.mark.parametrize("wrong", [{"place": "narnia"}, {"strategy": "magic"}, {"without": ("gravity",)}])
def test_an_unknown_name_is_an_input_error(street, wrong):
    with pytest.raises(InputError):
        ZoneModel(**{"place": street, **wrong})


@pytest.mark.parametrize("wrong", [{"years": 1.5}, {"rng": "luck"}])
def test_a_broken_number_is_refused(street, wrong):
    with pytest.raises(TypeError):
        ZoneModel(**{"place": street, **wrong})


def test_arguments_are_given_by_name(street):
    with pytest.raises(TypeError):
        ZoneModel("cradle_to_career", street)


def test_names_of_ours_do_not_hide_names_of_mesa(street):
    class Bare(mesa.Model):
        pass

    ours = (set(vars(ZoneModel)) - set(vars(Bare))) | (set(vars(ZoneModel(place=street, years=1))) - set(vars(Bare())))
    assert ours & set(dir(Bare())) <= {"__init__", "__annotations__", "step"}


# --- views, twins, starts ----------------------------------------------------------------------------------


def test_views_are_as_many_as_asked(street):
    none, places, everything = (ZoneModel(place=street, years=1, views=v) for v in ("none", "places", "all"))
    n_places = len(street.schools) + len(places.world.services) + len(places.world.partners) + 1
    people = sum(len(rows) for rows in everything.residents().values())
    assert [len(m.agents) for m in (none, places, everything)] == [0, n_places, n_places + people]


def test_the_twin_is_the_same_first_day_with_no_zone(street):
    model = stepped(3, place=street, years=2, rng=4, without=("fade_out",), views="places")
    twin, first = model.twin(), ZoneModel(place=street, years=2, rng=4, without=("fade_out",))
    assert twin.spec.strategy.strands == ()
    assert twin.world.digest() == first.world.digest()
    assert len(twin.agents) > 0


def test_a_start_is_made_once_and_few_are_kept(street):
    _start.cache_clear()
    for strategy in ("no_zone", "cradle_to_career", "no_zone"):
        ZoneModel(place=street, years=1, strategy=strategy)
    assert (_start.cache_info().misses, _start.cache_info().hits) == (1, 2)
    for rng in range(STARTS_KEPT + 2):
        ZoneModel(place=street, years=1, rng=rng)
    assert _start.cache_info().currsize == STARTS_KEPT


def test_models_that_share_a_start_do_not_touch_each_other(street):
    before = ZoneModel(place=street, years=1).world.digest()
    stepped(12, place=street, years=1)
    assert ZoneModel(place=street, years=1).world.digest() == before


# --- what came out -----------------------------------------------------------------------------------------


def test_results_are_the_readings_of_each_august(street):
    model = stepped(30, place=street, years=3)
    frame = model.results()
    assert list(frame.columns) == ["strategy", "year", "population", "group", "indicator", "value", "n"]
    assert set(frame.year) == {1, 2}
    assert set(frame.indicator) <= set(INDICATOR_IDS)
    cell = frame[(frame.year == 2) & (frame.population == "residents") & (frame.group == "all")]
    cell = cell.set_index("indicator")
    reading = model.world.readings[1]
    for indicator in ("distress_high", "sdq_high", "school_effectiveness"):
        at = INDICATOR_IDS.index(indicator)
        assert cell.value[indicator] == reading.values[0, 0, at]
        assert cell.n[indicator] == reading.counts[0, 0, at]
    few = frame.n.isna()
    assert few.any()
    assert frame.value[few].isna().all()
    assert (frame.n[~few] >= SMALLEST_CELL).all()


def test_before_the_first_august_there_are_no_results(street):
    assert stepped(11, place=street, years=1).results().empty


def test_headlines_of_an_august_are_the_reading(street):
    model = stepped(24, place=street, years=2)
    collected = model.datacollector.get_model_vars_dataframe()
    for year, reading in enumerate(model.world.readings):
        for indicator, group in HEADLINES.values():
            cell = (0, list(GROUPS).index(group), INDICATOR_IDS.index(indicator))
            told = collected[indicator][12 * year + 11]
            if reading.counts[cell] < SMALLEST_CELL:
                assert np.isnan(told)
            else:
                assert told == pytest.approx(reading.values[cell], rel=1e-9)


def test_headlines_tell_something_sensible_each_month():
    model = stepped(18, place="england_decile_2", years=2)
    collected = model.datacollector.get_model_vars_dataframe()
    for indicator in ("ks2_expected", "families_in_need_reached", "sdq_high", "distress_high"):
        assert collected[indicator].between(0, 1).all()
    assert collected.school_value_added.abs().max() < 2
    # Between two Junes test results do not fall to nothing because nobody has sat the next test yet.
    assert collected.ks2_expected.min() > 0
    assert collected.ks2_expected.diff().abs().max() < 0.5


# --- a model no longer needed --------------------------------------------------------------------------------


@pytest.mark.parametrize("views", ["none", "places", "all"])
def test_a_discarded_model_is_let_go_of(street, views):
    model = stepped(2, place=street, years=1, views=views)
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None


def test_ids_of_views_are_counted_from_one_in_each_model(street):
    for _ in range(2):
        model = ZoneModel(place=street, years=1, views="all")
        assert sorted(agent.unique_id for agent in model.agents) == list(range(1, len(model.agents) + 1))


def test_a_model_can_be_copied_and_the_copy_goes_its_own_way(street):
    model = stepped(3, place=street, years=1, views="places")
    twin, same = copy.deepcopy(model), copy.deepcopy(model)
    twin.world.schools.climate[:] = 3.0
    assert all(school.climate < 3.0 for school in model.agents_by_type[SchoolAgent])
    model.step()
    same.step()
    assert (model.month, twin.month) == (3, 2)
    assert same.world.digest() == model.world.digest()


def test_a_model_can_be_pickled(street):
    model = stepped(3, place=street, years=1)
    twin = pickle.loads(pickle.dumps(model))
    for m in (model, twin):
        m.step()
    assert twin.world.digest() == model.world.digest()
