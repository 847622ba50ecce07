"""Shares of uncertainty: known shares come back, and each design draws anew what it says and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from sim.experiments import Comparison, compare
from sim.experiments import shares as module
from sim.experiments.shares import FRESH, share_rows, shares, split
from sim.inputs import load_strategy
from sim.offers import Evidence
from sim.outcomes import HEADLINES
from tests.engine.worlds import neighbourhood
from tests.inputs.made_posterior import made_posterior

POSTERIOR = made_posterior(6)
PAIRS, SEED = 4, 5


def designs(model, n: int, seed: int = 1) -> np.ndarray:
    """Four designs of ``model(chance, evidence, parameters)``: as it was, then each factor drawn anew."""
    generator = np.random.default_rng(seed)
    first, fresh = generator.standard_normal((2, 3, n))
    rows = [model(*first)]
    for factor in range(3):
        values = [fresh[f] if f == factor else first[f] for f in range(3)]
        rows.append(model(*values))
    return np.array(rows)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        # Variances 4, 9 and 1 of 14 in all.
        ((2.0, 3.0, 1.0), (4 / 14, 9 / 14, 1 / 14)),
        ((1.0, 0.0, 0.0), (1.0, 0.0, 0.0)),
        ((0.0, 1.0, 1.0), (0.0, 0.5, 0.5)),
    ],
)
def test_known_shares_of_a_sum_come_back(weights, expected):
    y = designs(lambda c, e, m: weights[0] * c + weights[1] * e + weights[2] * m, 20_000)
    sd, parts, errors = split(y)
    assert sd == pytest.approx(np.hypot(np.hypot(*weights[:2]), weights[2]), rel=0.03)
    assert parts == pytest.approx(expected, abs=0.02)
    assert sum(parts) == pytest.approx(1.0)
    assert max(errors) < 0.02


def test_an_interaction_is_divided_evenly():
    """c + c e m: Var = 1 + 1; c has 1 + 1/3, the others 1/3 each: shares 2/3, 1/6, 1/6."""
    _, parts, _ = split(designs(lambda c, e, m: c + c * e * m, 60_000))
    assert parts == pytest.approx((2 / 3, 1 / 6, 1 / 6), abs=0.03)
    _, parts, _ = split(designs(lambda c, e, _: c * e, 60_000))
    assert parts == pytest.approx((0.5, 0.5, 0.0), abs=0.03)


def test_the_standard_error_is_that_of_repeated_designs():
    found = [split(designs(lambda c, e, m: c + e + 0.5 * m, 40, seed)) for seed in range(200)]
    spread = np.std([parts for _, parts, _ in found], axis=0)
    told = np.mean([errors for _, _, errors in found], axis=0)
    np.testing.assert_allclose(told, spread, rtol=0.25)
    np.testing.assert_allclose(np.mean([parts for _, parts, _ in found], axis=0), [4 / 9, 4 / 9, 1 / 9], atol=0.03)


def test_nothing_is_split_where_nothing_differs_or_a_cell_is_hidden_or_pairs_are_few():
    sd, parts, _ = split(np.full((4, 10), 0.1))
    assert sd == 0.0 and np.isnan(parts).all()
    hidden = designs(lambda *factors: factors[0], 10)
    hidden[2, 3] = np.nan
    assert np.isnan(split(hidden)[0])
    assert np.isnan(split(designs(lambda *factors: factors[0], 2))[0])


# --- in the model --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def place():
    return neighbourhood(300, 2)


@pytest.fixture(scope="module")
def base(place) -> Comparison:
    return compare(
        [load_strategy("family_first")], place, replications=PAIRS, seed=SEED, years=2, threads=1, posterior=POSTERIOR
    )


def test_each_design_draws_one_thing_anew(base, monkeypatch):
    asked = []
    inner = module.replicate

    def spied(strategies, place, register, library, seed, months, stance, off, threads, twin, future, evidence):
        asked.append((seed, evidence, register.parameters.reference.pass_ks2))
        return inner(strategies, place, register, library, seed, months, stance, off, threads, twin, future, evidence)

    monkeypatch.setattr(module, "replicate", spied)
    told = []
    shares(base, posterior=POSTERIOR, threads=1, progress=lambda *what: told.append(what))

    def mark(luck: int) -> float:
        return POSTERIOR.values(POSTERIOR.number(luck))["reference.pass_ks2"]

    expected = []
    for s in range(SEED, SEED + PAIRS):
        f = s + FRESH
        expected.append((f, Evidence("central", s, s), mark(s)))
        expected.append((s, Evidence("central", f, s), mark(s)))
        expected.append((s, Evidence("central", s, f), mark(f)))
    assert sorted(asked, key=repr) == sorted(expected, key=repr)
    assert told[-1][:2] == (3 * PAIRS, 3 * PAIRS)


def test_the_base_is_the_comparison_itself(base):
    """The mean of what is split is the difference that the results tell."""
    found = module._base(base, ["no_zone", "family_first"])
    rows = base.results[(base.results["year"] == 2) & (base.results["population"] == "residents")]
    for h, (indicator, group) in enumerate(HEADLINES.values()):
        row = rows[(rows["indicator"] == indicator) & (rows["group"] == group)].iloc[0]
        if not row["suppressed"]:
            assert found[:, 0, h].mean() == pytest.approx(row["difference"], abs=1e-12)


def test_every_headline_has_a_row_and_shares_add_up(base):
    rows = share_rows(shares(base, posterior=POSTERIOR, threads=2))
    assert [row["family"] for row in rows] == list(HEADLINES)
    split_rows = [row for row in rows if row["chance"] is not None]
    assert split_rows
    for row in split_rows:
        assert row["chance"] + row["evidence"] + row["model"] == pytest.approx(1.0)
        assert row["strategy"] == "family_first" and row["sd"] > 0.0


def test_a_strategy_that_is_its_own_twin_has_nothing_to_split(place):
    one = load_strategy("family_first")
    against = compare([one, one], place, replications=3, seed=SEED, years=1, threads=1)
    frame = shares(against, threads=1)
    assert frame["chance"].isna().all()
    assert set(frame["sd"].dropna()) <= {0.0}


def test_another_posterior_than_that_of_the_comparison_is_refused(base):
    with pytest.raises(ValueError, match="another posterior"):
        shares(base, posterior=made_posterior(5))
