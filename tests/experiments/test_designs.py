"""Designs of studies: their points, by hand and against the samplers' own."""

from __future__ import annotations

import numpy as np
import pytest
from SALib.sample import morris, sobol

from sim.experiments.designs import design, problem_of
from sim.inputs.studies import n_points
from sim.spec import Design, Varied
from tests.experiments.studies import made_study

TWO = (Varied(name="effects.size", low=1.0, high=2.0), Varied(name="strategy.money", low=0.0, high=10.0))


def test_a_grid_has_every_combination_the_last_name_fastest():
    vary = (Varied(name="effects.size", values=(3.0, 1.0)), TWO[1])
    found = design(made_study(design=Design(kind="grid", points=3), vary=vary))
    assert found.columns.tolist() == ["effects.size", "strategy.money"] and found.index.name == "point"
    assert found.to_numpy().tolist() == [[3, 0], [3, 5], [3, 10], [1, 0], [1, 5], [1, 10]]


def test_a_study_that_varies_nothing_has_one_point():
    assert design(made_study(design=Design(), vary=())).shape == (1, 0)


def test_a_latin_hypercube_has_one_point_in_each_slice_of_each_range():
    study = made_study(design=Design(kind="latin_hypercube", points=20), vary=TWO)
    found = design(study).to_numpy()
    for column, (low, width) in enumerate(((1.0, 1.0), (0.0, 10.0))):
        slices = np.floor((found[:, column] - low) / width * 20).astype(int)
        assert sorted(slices.tolist()) == list(range(20))
    assert np.array_equal(found, design(study).to_numpy())
    assert not np.array_equal(found, design(study.model_copy(update={"seed": 2})).to_numpy())


@pytest.mark.parametrize("second", [False, True])
def test_sobol_rows_are_those_of_the_sampler_in_its_order(second: bool):
    found = design(made_study(design=Design(kind="sobol", points=8, second_order=second), vary=TWO, seed=5))
    unit = sobol.sample(problem_of(TWO), 8, calc_second_order=second, seed=5)
    assert np.array_equal(found.to_numpy(), np.stack([1.0 + unit[:, 0], 10.0 * unit[:, 1]], axis=1))


def test_morris_steps_change_one_thing_at_a_time():
    found = design(made_study(design=Design(kind="morris", points=4), vary=TWO, seed=5)).to_numpy()
    unit = morris.sample(problem_of(TWO), 4, num_levels=4, seed=5)
    assert np.array_equal(found, np.stack([1.0 + unit[:, 0], 10.0 * unit[:, 1]], axis=1))
    for trajectory in found.reshape(4, 3, 2):
        assert ((np.diff(trajectory, axis=0) != 0).sum(axis=1) == 1).all()


def test_listed_values_get_equal_shares_of_a_sample():
    vary = (Varied(name="mechanism.fade_out", values=(0.0, 1.0)), TWO[1])
    found = design(made_study(design=Design(kind="latin_hypercube", points=40), vary=vary))
    assert found["mechanism.fade_out"].value_counts().to_dict() == {0.0: 20, 1.0: 20}


def test_rows_are_taken_as_they_are():
    rows = ((1.0, 2.0), (1.0, 2.0), (0.5, 7.0))
    assert design(made_study(design=Design(kind="rows", rows=rows), vary=TWO)).to_numpy().tolist() == [*map(list, rows)]


@pytest.mark.parametrize(
    "made",
    [
        Design(kind="grid", points=4), Design(kind="latin_hypercube", points=7), Design(kind="sobol", points=4),
        Design(kind="sobol", points=4, second_order=True), Design(kind="morris", points=3),
        Design(kind="rows", rows=((1.0, 2.0),)),
    ],
    ids=lambda made: made.kind,
)  # fmt: skip
def test_the_size_of_a_design_is_known_before_it_is_made(made: Design):
    assert n_points(made, TWO) == len(design(made_study(design=made, vary=TWO)))
