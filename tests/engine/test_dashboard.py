"""What partners see: lag, rolls, response, error, coverage and small numbers, by hand; the world is not touched."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy import stats

from sim import draws
from sim.engine import EVENTS, Start, World, advance, create, create_start
from sim.engine.month import step
from sim.inputs.register import load_register
from sim.outcomes import GROUPS, INDICATOR_IDS, INDICATORS, Measurement, Use, gather, is_due, read_dashboard
from sim.outcomes.dashboard import USER_OUTCOMES, Screen, lag_months
from sim.outcomes.declaring import OFFICIAL, SEEN, SERVICE, SURVEY
from sim.parameters import Parameters
from sim.schema import FOREVER, NEVER
from sim.science.strands import family_risk
from sim.state import Table
from tests.engine.worlds import TWIN, library_of, made_strand, made_strategy, neighbourhood, planned

MONTH = 23  # the second August
N = 400  # children, one in each home
MONTHS = 24
LIBRARY = library_of(
    made_strand("alpha", effects={"attainment": 0.3, "social_emotional": 0.3}, duration_months=12, uptake=0.5),
    made_strand("beta", unit="household", effects={"parent_mental_health": 0.3}, ages=(0, 10)),
)
STRATEGY = made_strategy(planned("alpha"), planned("beta"))
Tables = tuple[Table, Table, Table, Table]


@pytest.fixture
def exact() -> Parameters:
    """Nothing late, hidden or wrong; tests change what they are about."""
    return load_register(without=["imperfect_measurement"]).parameters


def changed(parameters: Parameters, **values: float) -> Parameters:
    return parameters._replace(dashboard=parameters.dashboard._replace(**values))


@pytest.fixture
def tables() -> Tables:
    children, households = Table("children", N), Table("households", N)
    schools, services = Table("schools", 3), Table("services", 2)
    children.household = np.arange(N)
    children.last_month, children.leaves_month, children.first_month = FOREVER, FOREVER, -300
    children.birth_month, children.cohort, children.need_quintile = MONTH - 10 * 12, -10, 3
    children.key, households.key = draws.keys(1, np.arange(N)), draws.keys(2, np.arange(N))
    for name in ("score_eyfsp", "score_phonics", "score_gcse", "eet"):
        getattr(children, name)[:] = np.nan
    children.attended_months, children.absence_sum = 11.0, 0.55
    children.last_reached = NEVER
    households.last_month, households.leaves_month, households.first_month = FOREVER, FOREVER, -300
    households.need_quintile, households.education, households.fsm_last = 3, 1, NEVER
    households.last_reached, households.waiting_last = NEVER, NEVER
    return children, households, schools, services


def unused() -> Use:
    return Use(np.zeros(N, dtype=np.int8), np.zeros(N, dtype=np.int8))


def gathered(source: str, tables: Tables, p: Parameters, *, month: int = MONTH, seed: int = 1, data: float = 0.0,
             use: Use | None = None) -> Measurement:  # fmt: skip
    return gather(source, *tables, month, seed, use or unused(), data, p)


def value(m: Measurement | Screen, indicator: str, group: str = "all") -> float:
    return float(m.values[list(GROUPS).index(group), INDICATOR_IDS.index(indicator)])


def count(m: Measurement | Screen, indicator: str, group: str = "all") -> float:
    return float(m.counts[list(GROUPS).index(group), INDICATOR_IDS.index(indicator)])


# --- what is seen how ----------------------------------------------------------------------------------------


def test_every_indicator_is_seen_somehow_and_scores_are_not() -> None:
    assert {i.seen for i in INDICATORS.values()} == set(SEEN)
    for name in ("score_5", "score_11", "gap_11_sd", "resilience_mean", "school_effectiveness"):
        assert INDICATORS[name].seen == "unseen"
    assert all(INDICATORS[name].seen in (OFFICIAL, SURVEY) for name in USER_OUTCOMES)


def test_a_source_holds_its_own_indicators_and_no_other(tables: Tables, exact: Parameters) -> None:
    for source in (OFFICIAL, SURVEY, SERVICE):
        found = gathered(source, tables, exact)
        shown = {INDICATOR_IDS[i] for i in np.flatnonzero(np.isfinite(found.values).any(axis=0))}
        assert shown
        assert {INDICATORS[name].seen for name in shown} == {source}


# --- lag -----------------------------------------------------------------------------------------------------


def test_sources_are_gathered_so_long_before_august(exact: Parameters) -> None:
    p = changed(exact, official_lag=12.0, survey_lag=3.0, service_lag=1.0).dashboard
    # May is month 8 of the school year, July 10, August 11
    assert [m for m in range(12) if is_due(SURVEY, m, p)] == [8]
    assert [m for m in range(12) if is_due(SERVICE, m, p)] == [10]
    assert [m for m in range(12) if is_due(OFFICIAL, m, p)] == [11]
    assert is_due(OFFICIAL, 11, p._replace(official_lag=7.0))
    assert [lag_months(source, p) for source in (OFFICIAL, SURVEY, SERVICE)] == [12, 3, 1]


def test_the_screen_shows_the_last_published(tables: Tables, exact: Parameters) -> None:
    p = changed(exact, official_lag=12.0, survey_lag=3.0)
    tables[0].attended_months = 10.0
    measured = []
    for month, absence in ((11, 1.0), (23, 2.0), (35, 3.0)):
        tables[0].absence_sum = absence
        tables[0].wellbeing = -absence
        measured += [gathered(OFFICIAL, tables, p, month=month), gathered(SURVEY, tables, p, month=month - 3)]
    assert np.isnan(value(read_dashboard(measured, 11, p.dashboard), "attendance"))
    for august, shown, about in ((23, 0.9, 11), (34, 0.9, 11), (35, 0.8, 23), (47, 0.7, 35)):
        screen = read_dashboard(measured, august, p.dashboard)
        assert value(screen, "attendance") == pytest.approx(shown)
        assert screen.as_of[INDICATOR_IDS.index("attendance")] == about
    # 8.4 + 5.8 points for each SD below the mean; the survey of this May
    screen = read_dashboard(measured, 23, p.dashboard)
    assert value(screen, "sdq_mean") == pytest.approx(8.4 + 5.8 * 2.0)
    assert screen.as_of[INDICATOR_IDS.index("sdq_mean")] == 20


# --- official figures ----------------------------------------------------------------------------------------


def test_official_figures_count_those_on_the_rolls_of_the_place(tables: Tables, exact: Parameters) -> None:
    children, schools = tables[0], tables[2]
    children.cohort, children.score_ks2 = 1 - 11, 1.0
    schools.elsewhere = [0, 3, 6]
    children.school[:] = np.repeat([0, 1, 2], [200, 100, 100])
    # the last fifty on a roll of the place have moved away
    children.leaves_month[150:200] = MONTH
    assert count(gathered(OFFICIAL, tables, exact), "ks2_expected") == 350
    rolls = changed(exact, official_rolls=1.0)
    assert count(gathered(OFFICIAL, tables, rolls), "ks2_expected") == 200
    # those who have left school are followed where they live
    children.school, children.cohort, children.eet = -1, 1 - 18, 1.0
    assert count(gathered(OFFICIAL, tables, rolls), "neet") == 350


def test_small_numbers_are_hidden_and_ten_are_not(tables: Tables, exact: Parameters) -> None:
    children = tables[0]
    children.score_ks2, children.cohort = 1.0, -30
    children.cohort[:9] = 1 - 11
    found = gathered(OFFICIAL, tables, exact)
    assert count(found, "ks2_expected") == 9
    assert np.isnan(value(found, "ks2_expected"))
    children.cohort[9] = 1 - 11
    assert value(gathered(OFFICIAL, tables, exact), "ks2_expected") == 1.0


# --- the survey ----------------------------------------------------------------------------------------------


def test_families_in_more_need_answer_less(tables: Tables, exact: Parameters) -> None:
    households = tables[1]
    households.hardship = 0.35
    households.distress[: N // 2] = 2.0
    p = changed(exact, survey_share=1.0, response_level=0.0, response_need=1.0)
    answers = [gathered(SURVEY, tables, p, seed=seed) for seed in range(30)]
    risk = float(family_risk(2.0, 0.35, p.delivery))
    base = float(family_risk(0.0, 0.35, p.delivery))
    mean = [count(a, "distress_mean") for a in answers]
    expected = N / 2 / (1 + np.exp(risk)) + N / 2 / (1 + np.exp(base))
    assert np.mean(mean) == pytest.approx(expected, abs=4 * np.sqrt(N * 0.25 / 30))
    # 1 is true; those who answer are better off
    assert np.mean([value(a, "distress_mean") for a in answers]) < 0.8


def test_answers_scatter_by_their_reliability_around_the_truth(tables: Tables, exact: Parameters) -> None:
    p = changed(exact, reliability=0.5)
    means = [value(gathered(SURVEY, tables, p, seed=seed), "distress_mean") for seed in range(60)]
    # one SD of error a family, 400 families
    assert np.mean(means) == pytest.approx(0.0, abs=4 / np.sqrt(400 * 60))
    assert 0.001 < stats.chi2(60).cdf(float(np.sum(np.square(means))) * 400) < 0.999
    # every child of a home that answers is in it, with an error of its own
    assert value(gathered(SURVEY, tables, p), "wellbeing_mean") != value(gathered(SURVEY, tables, p), "distress_mean")
    assert count(gathered(SURVEY, tables, p), "wellbeing_mean") == N


# --- records -------------------------------------------------------------------------------------------------


def test_who_cannot_be_joined_counts_as_not_reached(tables: Tables, exact: Parameters) -> None:
    households = tables[1]
    households.last_reached, households.distress = MONTH, 3.0
    p = changed(exact, coverage_base=0.25, coverage_data=0.5)
    shares = []
    for data in (0.0, 0.5, 1.0):
        found = gathered(SERVICE, tables, p, data=data)
        shares.append(value(found, "families_reached"))
        assert count(found, "families_reached") == N
        # of those known to be in need all are known to be reached
        assert value(found, "families_in_need_reached") == 1.0
        assert count(found, "families_in_need_reached") == round(shares[-1] * N)
    assert shares == pytest.approx([0.25, 0.5, 0.75], abs=4 * np.sqrt(0.25 / N))
    households.last_reached = NEVER
    assert value(gathered(SERVICE, tables, p), "unmet_need") == shares[0]


def test_users_are_known_from_joined_records_and_others_are_everybody_else(tables: Tables, exact: Parameters) -> None:
    children, schools = tables[0], tables[2]
    children.attended_months = 10.0
    children.absence_sum = np.where(np.arange(N) < 200, 1.0, 2.0)
    use = unused()
    use.children[:200], use.children[200:] = 3, 2
    at = USER_OUTCOMES.index("attendance")
    full = gathered(OFFICIAL, tables, changed(exact, user_months=3.0), use=use)
    assert full.users[at].tolist() == [[pytest.approx(0.9), 200], [pytest.approx(0.8), 200]]
    (snapshot,) = [s for s in full.snapshots if s.outcome == "attendance"]
    assert snapshot.users.tolist() == [True] * 200 + [False] * 200
    assert snapshot.values[[0, 399]] == pytest.approx([0.9, 0.8])
    half = gathered(OFFICIAL, tables, changed(exact, coverage_base=0.5), use=use)
    (_, known), (others, rest) = half.users[at].tolist()
    assert 60 < known < 140
    assert rest == 400 - known
    # users who are not known stand among the others
    assert others == pytest.approx((200 * 0.8 + (200 - known) * 0.9) / rest)
    assert schools.elsewhere[0] == 0


# --- worlds --------------------------------------------------------------------------------------------------


@cache
def start(without: tuple[str, ...] = (), children: int = 200) -> Start:
    return create_start(neighbourhood(children, 3), load_register(without=without), 4, MONTHS, frozenset(without))


def run(without: tuple[str, ...] = (), unwatched: bool = False) -> World:
    world = create(start(without), STRATEGY, LIBRARY)
    if not unwatched:
        advance(world, MONTHS)
    names = frozenset(event.name for event in EVENTS) - {"measurement", "yearly record"}
    while world.month < MONTHS:
        step(world, names)
    return world


def test_looking_changes_nothing() -> None:
    watched, blind = run(), run(unwatched=True)
    assert not blind.measured
    assert watched.measured
    assert watched.digest() == blind.digest()
    assert watched.services.real.tobytes() == blind.services.real.tobytes()
    assert watched.taking.stage.tobytes() == blind.taking.stage.tobytes()


def same_screens(one: World, two: World) -> bool:
    return all(
        np.array_equal(a, b, equal_nan=True)
        for x, y in zip(one.screens, two.screens, strict=True)
        for a, b in zip(x, y, strict=True)
    )


def test_the_same_luck_gives_the_same_screen() -> None:
    assert len(run().screens) == MONTHS // 12
    assert same_screens(run(), run())


def test_switched_off_the_screen_is_the_truth_and_nothing_else_changes() -> None:
    usual, exact_world = run(), run(("imperfect_measurement",))
    assert usual.digest() == exact_world.digest()
    assert not same_screens(usual, exact_world)
    for screen, reading in zip(exact_world.screens, exact_world.readings, strict=True):
        seen = np.array([INDICATORS[name].seen != "unseen" for name in INDICATOR_IDS])
        truth, number = reading.values[0][:, seen], reading.counts[0][:, seen]
        assert np.array_equal(screen.counts[:, seen], number)
        assert np.array_equal(screen.values[:, seen], np.where(number < 10, np.nan, truth), equal_nan=True)
        assert np.isnan(screen.values[:, ~seen]).all()
        assert (screen.as_of[seen] == screen.month).all()


def test_use_is_counted_by_the_school_year_and_by_the_family() -> None:
    world = create(start(), STRATEGY, LIBRARY)
    advance(world, 6)
    at = world.plan.ids.index("beta")
    homes = np.flatnonzero(world.use.homes)
    assert 0 < world.use.homes.max() <= 6
    assert set(world.taking.members[at, : world.taking.n_members[at]]) & set(homes)
    child = world.use.children > 0
    assert set(world.children.household[child]) <= set(homes)
    advance(world, 7)
    assert world.use.homes.max() <= 1
    twin = create(start(), TWIN, LIBRARY)
    advance(twin, 6)
    assert not twin.use.homes.any()


def test_one_more_child_moves_no_other_draw(tables: Tables, exact: Parameters) -> None:
    p = changed(exact, survey_share=0.6, response_level=0.0, reliability=0.8, coverage_base=0.5)
    children, households = tables[0], tables[1]
    children.wellbeing, children.girl = np.linspace(-1, 1, N), 1
    households.last_reached = MONTH
    # the boy in the first row comes last or not at all
    children.girl[0] = 0
    asked = []
    for rows in (np.arange(N), np.arange(1, N), np.roll(np.arange(N), -1)):
        kids, homes = children.copy(), households.copy()
        kids.take(rows)
        homes.take(rows)
        kids.household = np.arange(len(rows))
        use = Use(np.zeros(len(rows), dtype=np.int8), np.zeros(len(rows), dtype=np.int8))
        survey, records = (
            gathered(source, (kids, homes, tables[2], tables[3]), p, use=use) for source in (SURVEY, SERVICE)
        )
        asked.append((
            value(survey, "wellbeing_mean", "girls"), count(survey, "wellbeing_mean", "girls"),
            value(records, "children_reached", "girls"),
        ))  # fmt: skip
    assert 60 < asked[0][1] < 180
    assert asked[0] == asked[1] == asked[2]
