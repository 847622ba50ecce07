"""The value of information of a two-action problem whose answer is known in closed form, and of noise: none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, qmc

from sim.experiments.cases import cases
from sim.experiments.information import (
    EVERYTHING,
    WITH_CHANCE,
    groups_of,
    information,
    informed_gain,
    perfect_gain,
)
from tests.experiments.known import latin, swept

MEAN, SPREADS = 0.3, {"effects.size": 1.0, "care.rate": 0.5, "future.size": 0.0}


def closed_form(spread: float) -> float:
    """E max(0, X) - max(0, mean) for X normal around ``MEAN``."""
    return spread * norm.pdf(MEAN / spread) - MEAN * norm.cdf(-MEAN / spread)


def gaussian(points: int = 1500, seed: int = 1, noise: float = 0.0):
    """Strategy ``a`` gains nought; ``b`` gains ``MEAN`` plus the sum of independent normal factors, plus luck."""
    cube = qmc.LatinHypercube(len(SPREADS), rng=seed).random(points)
    design = pd.DataFrame(norm.ppf(cube), columns=list(SPREADS)).rename_axis("point")
    luck = noise * np.random.default_rng(seed).standard_normal(points)
    both = {"a": lambda x: 0.0 * x[:, 0], "b": lambda x: MEAN + x @ list(SPREADS.values()) + luck}
    return cases(design, swept(design, both), "ks2_expected", 1)


@pytest.fixture(scope="module")
def found():
    return information(gaussian(), gbp_per_unit=1000.0).frame.set_index(["kind", "what"])


@pytest.mark.parametrize(
    ("key", "spread"),
    [
        (("factor", "effects.size"), 1.0),
        (("factor", "care.rate"), 0.5),
        (("group", "evidence on the strands"), 1.0),
        (("group", "how the model works"), 0.5),
        (("all", EVERYTHING), 1.25**0.5),
    ],
)
def test_a_linear_problem_with_normal_factors_has_its_closed_form(found, key, spread):
    row = found.loc[key]
    assert row["value"] == pytest.approx(closed_form(spread), abs=0.02)
    assert row["low"] <= closed_form(spread) <= row["high"]
    assert row["gbp"] == pytest.approx(1000.0 * row["value"])


def test_what_does_nothing_is_worth_nothing(found):
    assert found.loc[("factor", "future.size"), "value"] < 0.01
    assert found.loc[("group", "what the world does"), "value"] < 0.01


def test_luck_that_nobody_can_know_earns_nothing():
    """Noise inflates the plain mean of maxima, but not the value of knowing what is varied."""
    noisy = gaussian(noise=1.0)
    exact = closed_form(1.25**0.5)
    assert perfect_gain(noisy).mean() > exact + 0.1
    assert informed_gain(noisy, list(SPREADS)).mean() == pytest.approx(exact, abs=0.06)


def test_pure_noise_between_equals_is_worth_about_nothing():
    design = latin(300, ("x", "y"))
    rng = np.random.default_rng(3)
    noise = {"a": rng.standard_normal(300), "b": rng.standard_normal(300)}
    both = {name: lambda x, name=name: noise[name] + 0.0 * x[:, 0] for name in noise}
    known = cases(design, swept(design, both), "ks2_expected", 1)
    assert perfect_gain(known).mean() > 0.4
    assert informed_gain(known, ["x", "y"]).mean() < 0.1


def test_factors_that_matter_only_together_are_worth_something_only_together():
    design = latin(800, ("x", "y"))
    both = {"a": lambda x: np.sign(x[:, 0] - 0.5) * np.sign(x[:, 1] - 0.5), "b": lambda x: 0.0 * x[:, 0]}
    known = cases(design, swept(design, both), "ks2_expected", 1)
    assert informed_gain(known, ["x"]).mean() < 0.05
    assert informed_gain(known, ["x", "y"]).mean() == pytest.approx(0.5, abs=0.08)


def test_a_factor_of_words():
    design = latin(60, ("x",))
    results = swept(
        design, {"a": lambda x: 0.0 * x[:, 0], "b": lambda x: 0.0 * x[:, 0] + 1.0}, futures=("calm", "cuts")
    )
    results.loc[(results["future"] == "cuts") & (results["strategy"] == "b"), "difference"] = -3.0
    known = cases(design, results, "ks2_expected", 1)
    assert known.preferred == "a"
    assert informed_gain(known, ["future"]).mean() == pytest.approx(0.5)


def test_groups_and_order():
    names = ("strategy.money", "effects.size", "mechanism.peers", "future", "evidence", "place")
    assert groups_of(dict.fromkeys(names)) == {
        "evidence on the strands": ("effects.size", "evidence"), "how the model works": ("mechanism.peers",),
        "how the strategies are carried out": ("strategy.money",), "the place": ("place",),
        "what the world does": ("future",),
    }  # fmt: skip


def test_most_valuable_first_and_without_a_price_no_pounds():
    frame = information(gaussian(300)).frame
    assert frame["what"].iloc[0] == WITH_CHANCE and frame["gbp"].isna().all()
    assert frame.loc[frame["kind"] == "factor", "what"].tolist()[0] == "effects.size"
