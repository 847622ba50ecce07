"""Every replication takes its parameters from its own draw, and everything that reads them reads that draw."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.experiments import Comparison, compare
from sim.experiments.ensemble import replicate
from sim.experiments.trials import trial
from sim.inputs import load_strands, load_strategy
from sim.inputs.posterior import posterior_register
from sim.inputs.register import load_register
from sim.outcomes import GROUPS, INDICATOR_IDS, POPULATIONS
from sim.spec import Place, Strategy
from tests.engine.worlds import made_strand, neighbourhood
from tests.inputs.made_posterior import made_posterior

YEARS, SEED, PAIRS = 2, 5, 3
POSTERIOR = made_posterior(6)
OPTIONS = {"seed": SEED, "years": YEARS, "threads": 1}


@pytest.fixture(scope="module")
def place() -> Place:
    return neighbourhood(220, 2)


@pytest.fixture(scope="module")
def strategy() -> Strategy:
    return load_strategy("family_first")


@pytest.fixture(scope="module")
def drawn(place: Place, strategy: Strategy) -> Comparison:
    return compare([strategy], place, replications=PAIRS, seed=SEED, years=YEARS, threads=2, posterior=POSTERIOR)


@pytest.fixture(scope="module")
def central(place: Place, strategy: Strategy) -> Comparison:
    return compare([strategy], place, replications=PAIRS, parameters="central", posterior=POSTERIOR, **OPTIONS)


def untimed(runs: pd.DataFrame) -> pd.DataFrame:
    return runs.drop(columns="wall_s").reset_index(drop=True)


def cells(frame: pd.DataFrame, replication: int, at: int) -> pd.DataFrame:
    rows = frame[frame["run"] == 2 * replication + at]
    return rows.dropna(subset="value")


def test_the_draws_in_use_differ() -> None:
    assert len({POSTERIOR.number(SEED + r) for r in range(PAIRS)}) > 1


def test_each_replication_is_the_engine_on_its_own_draw(drawn: Comparison, place: Place, strategy: Strategy) -> None:
    for r in range(PAIRS):
        own = load_register(POSTERIOR.values(POSTERIOR.number(SEED + r)))
        by_hand = replicate(
            [strategy], place, own, load_strands(), SEED + r, 12 * YEARS, "central", frozenset()
        )  # fmt: skip
        for at, run in enumerate(by_hand):
            rows = cells(drawn.yearly, r, at)
            assert len(rows) > 100
            index = [
                rows["year"].to_numpy() - 1,
                [POPULATIONS.index(name) for name in rows["population"]],
                [list(GROUPS).index(name) for name in rows["group"]],
                [INDICATOR_IDS.index(name) for name in rows["indicator"]],
            ]
            np.testing.assert_array_equal(run.values[tuple(index)], rows["value"].to_numpy())


def test_runs_say_which_draw_and_the_record_which_posterior(drawn: Comparison, central: Comparison) -> None:
    assert drawn.runs["draw"].tolist() == [POSTERIOR.number(SEED + r) for r in range(PAIRS) for _ in range(2)]
    assert (drawn.parameters.mode, drawn.parameters.posterior) == ("drawn", "made-1")
    assert (drawn.parameters.digest, drawn.parameters.draws) == (POSTERIOR.digest, 6)
    assert (central.runs["draw"] == -1).all()
    assert (central.parameters.mode, central.parameters.draws) == ("central", 0)


def test_more_replications_never_change_earlier_ones(drawn: Comparison, place: Place, strategy: Strategy) -> None:
    fewer = compare([strategy], place, replications=2, posterior=POSTERIOR, **OPTIONS)
    pd.testing.assert_frame_equal(
        fewer.yearly, drawn.yearly[drawn.yearly.replication < 2].reset_index(drop=True), check_exact=True
    )
    pd.testing.assert_frame_equal(untimed(fewer.runs), untimed(drawn.runs[drawn.runs.replication < 2]))


def test_central_values_are_those_of_the_passports(central: Comparison, place: Place, strategy: Strategy) -> None:
    run = replicate([strategy], place, load_register(), load_strands(), SEED, 12 * YEARS, "central", frozenset())[1]
    rows = cells(central.yearly, 0, 1)
    rows = rows[(rows["population"] == "residents") & (rows["group"] == "all") & (rows["year"] == YEARS)]
    at = [INDICATOR_IDS.index(name) for name in rows["indicator"]]
    np.testing.assert_array_equal(run.values[-1, POPULATIONS.index("residents"), 0, at], rows["value"].to_numpy())


def test_drawing_moves_results_and_the_digest_knows(drawn: Comparison, central: Comparison, place: Place) -> None:
    assert (drawn.yearly["value"].dropna().to_numpy()[:200] != central.yearly["value"].dropna().to_numpy()[:200]).any()
    other = compare([load_strategy("family_first")], place, replications=1, posterior=made_posterior(5), **OPTIONS)
    assert len({drawn.digest, central.digest, other.digest}) == 3


def test_a_against_a_is_nought_exactly_under_drawn_parameters(place: Place, strategy: Strategy) -> None:
    against = compare([strategy, strategy], place, replications=2, posterior=POSTERIOR, **OPTIONS)
    shown = against.results[~against.results.suppressed]
    assert (shown["difference"] == 0.0).all() and len(shown) > 100


def test_a_drawn_mark_moves_the_reading_of_the_test_and_nothing_else(place: Place) -> None:
    """Two draws of the pass mark of Key Stage 2: the same world, read with its own line each time."""
    marks = made_posterior(2, ("reference.pass_ks2",))
    low, high = sorted(marks.draws[:, 0])
    found = {}
    for mark in (low, high):
        from sim.inputs.posterior import Posterior

        one = Posterior("m", "2026-11-22", {}, "t", "p", "hand", marks.names, np.array([[mark]]))
        made = compare([], neighbourhood(600, 2), replications=1, posterior=one, **OPTIONS)
        rows = made.yearly[(made.yearly["population"] == "residents") & (made.yearly["group"] == "all")]
        found[mark] = rows.set_index(["indicator", "year"])["value"]
    assert found[low]["ks2_expected"].mean() > found[high]["ks2_expected"].mean()
    others = [name for name in found[low].index.get_level_values(0).unique() if not name.startswith("ks2_")]
    for name in ("phonics", "sdq_mean", "distress_mean", "attendance"):
        if name in others:
            pd.testing.assert_series_equal(found[low][name], found[high][name], check_exact=True)


def test_switches_win_over_the_draw(place: Place, strategy: Strategy) -> None:
    register = posterior_register(POSTERIOR, SEED, ["fade_out", "synergy"])
    assert register.parameters.coordination.synergy == 0.0
    made = compare([strategy], place, replications=1, without=["synergy"], posterior=POSTERIOR, **OPTIONS)
    assert made.without == ("synergy",) and made.parameters.mode == "drawn"


def test_another_source_of_parameters_is_refused(place: Place) -> None:
    with pytest.raises(ValueError, match="drawn, central"):
        compare([], place, replications=1, parameters="guessed", **OPTIONS)


def test_a_trial_draws_too_and_gives_back_the_published_effect_at_every_draw() -> None:
    strand = made_strand(effects={"attainment": 0.3}, ages=(4, 11), uptake=1.0)
    options = {"place": neighbourhood(300, 5), "seed": 3}
    found = trial(strand, replications=2, posterior=POSTERIOR, **options)
    assert found.parameters.mode == "drawn"
    (outcome,) = found.outcomes
    assert outcome.recovered == pytest.approx(0.3, abs=0.03)
    own = trial(strand, replications=2, parameters="central", posterior=POSTERIOR, **options)
    assert own.parameters.mode == "central"
    assert own.outcomes[0].recovered != outcome.recovered
