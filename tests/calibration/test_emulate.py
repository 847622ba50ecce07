"""Emulators: right on what can be worked out, useful in sixty dimensions, honest about their doubt."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel

from calibration.bank import Runs, runs_of
from calibration.design import first_wave, next_wave, reflected, seeds_of, source
from calibration.emulate import _process, emulator_of, fresh_points, left_one_out
from calibration.features import Features, pairs_among


def test_features_are_orthonormal_over_the_prior():
    features = Features(3, pairs_among(np.array([2, 0, 1])))
    nodes, weights = np.polynomial.legendre.leggauss(5)
    grid = np.stack(np.meshgrid(*[(nodes + 1) / 2] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    weight = np.prod(np.stack(np.meshgrid(*[weights / 2] * 3, indexing="ij"), axis=-1).reshape(-1, 3), axis=1)
    columns = features.of(grid)
    assert np.allclose(columns.T @ (columns * weight[:, None]), np.eye(9))
    assert np.allclose(weight @ columns, 0.0)


def test_the_process_is_that_of_the_library():
    random = source(1, 50)
    unit = random.random((60, 2))
    left = np.stack([np.sin(8 * unit[:, 0]), np.cos(7 * unit[:, 1])], axis=1) + 0.05 * random.standard_normal((60, 2))
    runs = Runs(unit, np.ones(60), left, np.full(2, 0.05**2))
    process = _process(runs, np.ones((2, 2)), left)
    new = random.random((20, 2))
    mean, variance = process.predict(new)
    for goal in range(2):
        noise = _noise(process, goal)
        kernel = ConstantKernel(process.amplitude[goal], "fixed") * RBF(process.length, "fixed")
        judge = GaussianProcessRegressor(kernel, alpha=noise, optimizer=None).fit(unit * process.metric, left[:, goal])
        there, doubt = judge.predict(new * process.metric, return_std=True)
        assert np.allclose(mean[:, goal], there, atol=1e-6)
        assert np.allclose(variance[:, goal], doubt**2, atol=1e-6)


def _noise(process, goal):
    """Noise from the gain of the smallest eigenvalue, which is ratio = amplitude / noise."""
    return process.amplitude[goal] / process.gains[0, goal]


def test_a_curved_function_is_learnt_by_the_process():
    unit, new = source(1, 51).random((200, 3)), source(1, 52).random((200, 3))

    def truth(u):
        return np.stack([np.sin(9 * u[:, 0]) + u[:, 1], u[:, 2]], axis=1)

    runs = Runs(unit, np.ones(200), truth(unit), np.zeros(2))
    emulator = emulator_of(runs)
    found = fresh_points(emulator, Runs(new, np.ones(200), truth(new), np.full(2, 1e-8)))
    assert emulator.process is not None and found.r2.min() > 0.97 and found.beyond.max() < 0.05


def test_sixty_parameters_from_three_hundred_points():
    random = source(1, 53)
    slopes = np.zeros((60, 20))
    for goal in range(20):
        slopes[random.choice(55, 8, replace=False), goal] = 1.5 * 0.8 ** np.arange(8) * random.choice([-1, 1], 8)

    def truth(u):
        x = 2 * u - 1
        return x @ slopes + 0.3 * (x**2) @ np.abs(slopes) + 0.5 * np.roll(x, 1, axis=1)[:, :20] * x[:, :20]

    def runs(u, noise):
        return Runs(u, np.ones(len(u)), truth(u) + noise, np.full(20, 0.1**2))

    unit, new = first_wave(300, 60, random), first_wave(200, 60, random)
    emulator = emulator_of(runs(unit, 0.1 * random.standard_normal((300, 20))))
    fresh = fresh_points(emulator, runs(new, 0.1 * random.standard_normal((200, 20))))
    assert np.median(fresh.r2) > 0.85 and fresh.r2.min() > 0.7 and fresh.beyond.mean() < 0.01
    mean, variance = emulator.predict(new)
    assert 0.7 < ((mean - truth(new)) ** 2 / variance).mean() < 1.4
    # What is told of points left out is what fresh points show.
    assert abs(np.median(left_one_out(emulator, runs(unit, 0.0)).r2) - np.median(fresh.r2)) < 0.08


def test_a_constant_goal_is_emulated_as_constant():
    unit = source(1, 54).random((50, 3))
    emulator = emulator_of(Runs(unit, np.ones(50), np.stack([np.full(50, 4.0), unit[:, 0]], axis=1), np.zeros(2)))
    assert np.allclose(emulator.predict(unit)[0][:, 0], 4.0) and np.isfinite(emulator.predict(unit)[1]).all()


def test_means_over_seeds_by_hand():
    nan = np.nan
    outputs = np.array([[[1.0, nan], [3.0, nan]], [[2.0, 5.0], [nan, nan]], [[nan, 1.0], [nan, 1.0]]])
    runs = runs_of(np.zeros((3, 1)), np.ones(3), outputs)
    assert np.array_equal(runs.means, [[2.0, nan], [2.0, 5.0], [nan, 1.0]], equal_nan=True)
    # Goal 0: only the first point has two seeds: variance 2 of one seed, 1 of their mean. Goal 1: no spread.
    assert runs.chance.tolist() == [1.0, 0.0]


def test_seeds_come_by_address_and_differ_everywhere():
    found = {seed for wave in (1, 2) for point in range(200) for seed in seeds_of(1, wave, point, 4)}
    assert len(found) == 1600 and max(found) < 2**31
    assert seeds_of(1, 2, 3, 4)[:2] == seeds_of(1, 2, 3, 2) and seeds_of(2, 2, 3, 4) != seeds_of(1, 2, 3, 4)


def test_later_waves_stay_in_the_cube_around_the_posterior():
    draws = 0.1 + 0.05 * source(1, 55).random((100, 4))
    points = next_wave(draws, 300, source(1, 56))
    assert points.min() >= 0 and points.max() <= 1 and abs(points.mean() - 0.125) < 0.02
    assert points.std() > 1.5 * draws.std()
    assert reflected(np.array([-0.1, 1.2, 0.5])) == pytest.approx([0.1, 0.8, 0.5])
