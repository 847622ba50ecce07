"""Discovery finds a planted box and a planted threshold again, and says so where there is nothing to find."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.experiments.cases import Factor, cases
from sim.experiments.discovery import Limit, cart_boxes, discover, inside, prim_boxes
from sim.experiments.responses import AnalysisError
from tests.experiments.known import latin, swept

NAMES = ("fade", "trust", "idle", "posts")
FACTORS = (Factor("fade", "yearly fade", "%", 0.0, 100.0), Factor("trust", "trust"), Factor("idle", "idle"))


def planted(noise: float = 0.0, points: int = 800):
    """``a`` beats ``b`` but where fade is above 60 and trust below 0.4 (a tenth and a half of the space)."""
    design = latin(points, NAMES)
    design["fade"] *= 100.0

    def a(x: np.ndarray) -> np.ndarray:
        box = (x[:, 0] > 60.0) & (x[:, 1] < 0.4)
        return np.where(box, -1.0, 1.0) + noise * np.random.default_rng(3).standard_normal(len(x))

    return design, swept(design, {"a": a, "b": lambda x: np.zeros(len(x))})


@pytest.fixture(scope="module")
def known():
    design, results = planted()
    return cases(design, results, "ks2_expected", 1, FACTORS)


@pytest.mark.parametrize(("way", "near"), [("prim", 0.05), ("cart", 0.02)])
def test_a_planted_box_is_found_again(known, way, near):
    assert known.preferred == "a" and known.rivals == ("b",)
    found = discover(known, way=way)
    assert {limit.factor for limit in found.box} == {"fade", "trust"}
    limits = {limit.factor: limit for limit in found.box}
    assert limits["fade"].low == pytest.approx(60.0, abs=100 * near) and np.isinf(limits["fade"].high)
    assert limits["trust"].high == pytest.approx(0.4, abs=near) and np.isinf(limits["trust"].low)
    assert found.held_out.coverage > 0.9 and found.held_out.density > 0.9
    assert found.held_out.base == pytest.approx(0.16, abs=0.03)
    assert max(found.quasi_p.values()) < 1e-6
    assert found.found_again["fade"] == found.found_again["trust"] == 1.0
    assert found.found_again["idle"] == found.found_again["posts"] == 0.0
    assert found.words.startswith(
        f"a fails more often where yearly fade is {limits['fade'].low:.0f} % or more and trust is 0."
    )


def test_where_failures_are_scattered_nothing_is_found():
    design = latin(400, NAMES)
    luck = np.random.default_rng(2).standard_normal(400)
    found = discover(
        cases(
            design,
            swept(design, {"a": lambda x: 0.8 + 0 * x[:, 0] + luck, "b": lambda x: 0 * x[:, 0]}),
            "ks2_expected",
            1,
        )
    )
    assert found.box == () or found.held_out.density < 2 * found.held_out.base


def test_too_few_failures_are_told_in_words():
    design = latin(100, NAMES)
    found = discover(
        cases(design, swept(design, {"a": lambda x: x[:, 0] + 1, "b": lambda x: x[:, 0]}), "ks2_expected", 1)
    )
    assert found.box == () and found.words == "a fails in 0 of 100 cases, too few to say where."


def test_less_is_better_where_it_is():
    design = latin(100, NAMES)
    results = swept(design, {"a": lambda x: x[:, 0] + 1, "b": lambda x: x[:, 0]})
    assert cases(design, results, "ks2_expected", -1).preferred == "b"


def test_a_strategy_alone_is_held_against_the_twin():
    design = latin(100, NAMES)
    alone = cases(design, swept(design, {"a": lambda x: x[:, 0] - 0.3}), "ks2_expected", 1)
    assert alone.rivals == ("no_zone",)
    assert alone.fails().sum() == 30
    assert alone.fails(line=0.2).sum() == 50


@pytest.mark.parametrize("boxes", [prim_boxes, cart_boxes])
def test_whole_numbers_and_words_can_be_limits(boxes):
    rng = np.random.default_rng(1)
    varied = pd.DataFrame({"count": rng.integers(0, 10, 600).astype(float), "idle": rng.random(600)})
    varied["future"] = pd.Categorical(rng.choice(["calm", "cuts", "storm"], 600))
    fails = np.asarray((varied["count"] >= 6) & (varied["future"] == "cuts"))
    best = max(boxes(varied, fails), key=lambda box: (inside(box, varied) == fails).mean())
    assert (inside(best, varied) == fails).all()
    assert {limit.factor for limit in best} >= {"count", "future"}


def test_futures_become_a_factor():
    design = latin(60, NAMES)
    results = swept(design, {"a": lambda x: x[:, 0]}, futures=("calm", "storm"))
    both = cases(design, results, "ks2_expected", 1)
    assert both.categories("future") == ("calm", "storm") and both.categories("fade") == ()
    assert len(both.varied) == 120 and (np.bincount(both.point) == 2).all()


def test_limits_in_words():
    fade = FACTORS[0]
    assert Limit("fade", 40.0).in_words(fade) == "yearly fade is 40 % or more"
    assert Limit("fade", high=12.345).in_words(fade) == "yearly fade is 12 % or less"
    assert Limit("fade", 10.0, 20.0).in_words(fade) == "yearly fade is from 10 to 20 %"
    assert Limit("future", words=("cuts",)).in_words(Factor("future", "the future")) == "the future is cuts"


def test_bad_questions_are_refused():
    design = latin(40, NAMES)
    results = swept(design, {"a": lambda x: x[:, 0]})
    with pytest.raises(AnalysisError, match='no strategy "c"'):
        cases(design, results, "ks2_expected", 1, preferred="c")
    with pytest.raises(AnalysisError, match="too few"):
        cases(design.head(20), results[results["point"] < 20], "ks2_expected", 1)
    with pytest.raises(AnalysisError, match="prim or cart"):
        discover(cases(design, results, "ks2_expected", 1), way="magic")


def test_replications_that_disagree_are_told():
    design = latin(60, NAMES)
    results = swept(design, {"a": lambda x: x[:, 0] + 1.0, "b": lambda x: x[:, 0]}, replications=2)
    assert cases(design, results, "ks2_expected", 1).notes == ()
    second = (results["replication"] == 1) & (results["strategy"] == "a")
    results.loc[second, "difference"] -= 1.5
    (note,) = cases(design, results, "ks2_expected", 1).notes
    assert note.startswith("in 1 of 2 replications another strategy is ahead")
