"""The first day: margins met, families that could exist, relations that hold, draws that stay."""

from __future__ import annotations

import numpy as np
import pytest

from sim.inputs import load_place
from sim.parameters import Register
from sim.population import Population, build
from sim.population.households import fit_joint
from sim.population.surroundings import N_TIES
from sim.schema import FOREVER, LAST_GRADE
from tests.conftest import TinyPlace

PLACES = ("england_decile_1", "england_decile_10", "wallsend", "bettws", "pembury")
MONTHS = 60


@pytest.fixture(scope="module", params=PLACES)
def population(request: pytest.FixtureRequest, register: Register) -> Population:
    return build(load_place(request.param), register.parameters, 3, MONTHS)


def test_iterative_fitting_meets_every_margin() -> None:
    rng = np.random.default_rng(1)
    margins = [(0, np.array([0.3, 0.7])), (1, np.array([0.2, 0.5, 0.3])), (2, np.array([0.25, 0.75]))]
    joint = fit_joint(rng.uniform(0.1, 1.0, (2, 3, 2)), margins)
    for axis, shares in margins:
        others = tuple(a for a in range(3) if a != axis)
        assert joint.sum(axis=others) == pytest.approx(shares, abs=1e-10)


def test_iterative_fitting_keeps_noughts_and_odds_ratios() -> None:
    joint = fit_joint(np.array([[1.0, 2.0], [3.0, 1.0]]), [(0, np.array([0.4, 0.6])), (1, np.array([0.5, 0.5]))])
    assert joint[0, 0] * joint[1, 1] / (joint[0, 1] * joint[1, 0]) == pytest.approx(1 / 6)
    joint = fit_joint(np.array([[0.0, 1.0], [1.0, 1.0]]), [(0, np.array([0.4, 0.6])), (1, np.array([0.5, 0.5]))])
    assert joint.tolist() == [pytest.approx([0.0, 0.4]), pytest.approx([0.5, 0.1])]


def test_the_margins_of_the_place_are_met(population: Population) -> None:
    margins = {m.margin: m for m in population.fit}
    assert margins["children"].asked == margins["children"].synthetic
    drawn = {"eal_share": 1.0, "unsafe_share": 0.5}
    for name, margin in margins.items():
        if name == "children":
            continue
        # drawn rather than fitted: families (not children) are the sample, three standard errors
        tolerance = max(0.01, 1 / np.sqrt(population.n_homes))
        tolerance = max(tolerance, drawn.get(name, 0.0) * 3 * np.sqrt(margin.asked * 2 / population.n_homes))
        assert margin.synthetic == pytest.approx(margin.asked, abs=tolerance), name


def test_the_reported_margins_are_those_of_the_tables(population: Population) -> None:
    c, h, n = population.children, population.households, population.n_homes
    made = {m.margin: m.synthetic for m in population.fit}
    assert made["children"] == (c.from_start == 1).sum()
    assert made["workless_share"] == pytest.approx((h.workers[:n] == 0).mean())
    assert made["lone_parent_share"] == pytest.approx((h.adults[:n] == 1).mean())
    ages = -c.birth_month[c.from_start == 1]
    assert made["age_0_4_share"] == pytest.approx((ages < 60).mean())


def test_everybody_of_the_first_day_is_a_child_of_the_model(population: Population) -> None:
    c = population.children
    first_day = c.from_start == 1
    assert (c.birth_month[first_day] <= 0).all()
    assert (c.last_month[first_day] > 0).all(), "already grown up on the first day"
    assert (-c.cohort[first_day] <= LAST_GRADE).all()


def test_nobody_is_followed_beyond_the_school_year_of_the_nineteenth_birthday(population: Population) -> None:
    c = population.children
    awake = c.last_month > 0
    assert (c.last_month[awake] <= 12 * (c.cohort[awake] + 20)).all()
    assert (c.first_month[awake] <= c.last_month[awake]).all()
    assert (c.birth_month[awake] <= np.maximum(c.first_month[awake], 0)).all()
    h = population.households
    assert (h.first_month <= np.maximum(h.last_month, 0) + FOREVER * (h.last_month == 0)).all()


def test_brothers_and_sisters_are_apart_by_the_stated_months(population: Population, register: Register) -> None:
    p, c = register.parameters.population, population.children
    together = np.lexsort((c.birth_month, c.household))
    household, birth = c.household[together], c.birth_month[together]
    gaps = np.diff(birth)[np.diff(household) == 0]
    assert gaps.min() >= np.floor(p.sibling_gap_low)
    # arrivals may have lost a brother or sister between two others, so only the lower end binds for them
    first_day = np.isin(household, np.arange(population.n_homes)) & (c.from_start[together] == 1)
    gaps = np.diff(birth[first_day])[np.diff(household[first_day]) == 0]
    assert gaps.max() <= p.sibling_gap_high


def test_every_home_always_has_one_family_with_a_child(population: Population) -> None:
    h, c = population.households, population.children
    for month in range(MONTHS):
        here = (h.home >= 0) & (h.first_month <= month) & (month < np.minimum(h.leaves_month, h.last_month))
        assert np.bincount(h.home[here], minlength=population.n_homes).tolist() == [1] * population.n_homes
        present = (c.first_month <= month) & (month < np.minimum(c.leaves_month, c.last_month))
        families = np.bincount(c.household[present], minlength=len(h)) > 0
        assert families[here].mean() > 0.995


def test_kin_is_the_inverse_of_the_household_column(population: Population) -> None:
    first, rows, c = population.kin_first, population.kin_rows, population.children
    assert sorted(rows.tolist()) == list(range(len(c)))
    assert np.array_equal(np.repeat(np.arange(len(population.households)), np.diff(first)), c.household[rows])


def test_keys_are_unique(population: Population) -> None:
    for table in (population.children, population.households, population.schools):
        assert len(np.unique(table.key)) == len(table)


def test_neighbours_are_homes(population: Population) -> None:
    assert population.ties.shape == (N_TIES, population.n_homes)
    assert population.ties.min() >= 0
    assert population.ties.max() < population.n_homes


def test_the_same_place_and_seed_give_the_same_bits(register: Register, tiny_place: TinyPlace) -> None:
    one, two, other = (build(tiny_place(90), register.parameters, seed, 24) for seed in (5, 5, 6))
    assert one.children.digest() == two.children.digest()
    assert one.households.digest() == two.households.digest()
    assert np.array_equal(one.ties, two.ties)
    assert one.children.digest() != other.children.digest()


def test_more_homes_do_not_change_the_draws_of_the_others(register: Register, tiny_place: TinyPlace) -> None:
    small, large = (build(tiny_place(n), register.parameters, 5, 24) for n in (90, 140))
    n = small.n_homes
    assert large.n_homes > n
    for column in ("endow_distress", "endow_home_learning"):
        assert np.array_equal(getattr(small.households, column)[:n], getattr(large.households, column)[:n])
    shared, at_small, at_large = np.intersect1d(small.children.key, large.children.key, return_indices=True)
    assert len(shared) > 60
    for column in ("girl", "endow_attainment", "endow_wellbeing", "endow_health", "endow_send"):
        assert np.array_equal(getattr(small.children, column)[at_small], getattr(large.children, column)[at_large])


def test_a_longer_run_starts_on_the_same_day(register: Register, tiny_place: TinyPlace) -> None:
    short, long = (build(tiny_place(90), register.parameters, 5, months) for months in (12, 120))
    _, at_short, at_long = np.intersect1d(short.children.key, long.children.key, return_indices=True)
    assert len(at_short) == len(short.children)
    for column in ("birth_month", "girl", "endow_attainment", "from_start", "original"):
        assert np.array_equal(getattr(short.children, column)[at_short], getattr(long.children, column)[at_long])


def test_without_churn_only_births_and_grown_children_change_who_is_there(
    register: Register, tiny_place: TinyPlace
) -> None:
    still = build(tiny_place(120), register.parameters, 2, 60, churn=False)
    late = (still.children.first_month > 0) & (still.children.last_month > 0)
    assert (still.children.birth_month[late] == still.children.first_month[late]).all()
