"""Likelihood, chains and their diagnostics against what can be worked out."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from calibration.posterior import Effort, Likelihood, best_point, effective, implausibility, r_hats, sample
from calibration.problem import Goal


def emulator(function, variance):
    """Stands in for emulators: outputs by ``function`` of the unit cube, one variance for all."""

    def predict(unit):
        mean = function(unit)
        return mean, np.full_like(mean, variance)

    return SimpleNamespace(predict=predict)


def test_the_likelihood_by_hand():
    likelihood = Likelihood.of(emulator(lambda u: u[:, :1] + 0.5, 7.0), (Goal("g", 3.0, 3.0, discrepancy=4.0),))
    # At z = 0 the output is 1; variance 9 + 16 + 7 = 32; at z the prior adds z^2.
    assert likelihood.log_posterior(np.array([[0.0]]))[0] == pytest.approx(-0.5 * (4 / 32 + np.log(32)))
    there = 0.5 + stats.norm.cdf(2.0)
    assert likelihood.log_posterior(np.array([[2.0]]))[0] == pytest.approx(
        -0.5 * ((there - 3) ** 2 / 32 + np.log(32) + 4)
    )
    assert Likelihood.of(likelihood.emulator, (Goal("g", 3.0, 3.0, 4.0),), tolerance=2.0).variance == [52.0]


def test_a_point_is_ruled_out_by_its_third_largest_misfit():
    goals = tuple(Goal(f"g{i}", 0.0, 1.0) for i in range(4))
    likelihood = Likelihood.of(emulator(lambda u: u[:, :1] * np.array([9.0, -8.0, 4.0, 1.0]), 0.0), goals)
    assert implausibility(likelihood, np.array([[1.0]])) == [4.0]
    assert implausibility(likelihood, np.array([[1.0]]), rank=1) == [9.0]


def test_the_chain_draws_what_the_posterior_is():
    # Output u of one parameter, published 0.5 with se 0.05: normal around 0.5; the other is uniform.
    likelihood = Likelihood.of(emulator(lambda u: u[:, :1], 0.0), (Goal("g", 0.5, 0.05),))
    best = best_point(likelihood, np.array([[0.2, 0.2]]))
    assert best.unit == pytest.approx([0.5, 0.5], abs=1e-6)
    drawn = sample(likelihood, best, 400, np.random.default_rng(4), Effort(500, 4000)).draws
    assert stats.kstest(drawn[:, 0], stats.norm(0.5, 0.05).cdf).pvalue > 0.005
    assert stats.kstest(drawn[:, 1], "uniform").pvalue > 0.005


def test_r_hat_and_effective_draws():
    noise = np.random.default_rng(3).standard_normal((2000, 20, 2))
    assert r_hats(noise) == pytest.approx(1.0, abs=0.01)
    assert effective(noise) == pytest.approx(40_000, rel=0.1)
    apart = noise + np.arange(20)[:, None] * np.array([0.0, 1.0])
    assert r_hats(apart)[0] < 1.01 < 3.0 < r_hats(apart)[1]
    # An autoregression of 0.9 has an autocorrelation time of 19.
    slow = np.zeros_like(noise)
    for step in range(1, 2000):
        slow[step] = 0.9 * slow[step - 1] + noise[step]
    assert effective(slow) == pytest.approx(40_000 / 19, rel=0.25)
