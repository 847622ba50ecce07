"""Sensitivity analysis gives back what is known of known functions, and never hides a failed run."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from SALib.sample import morris, sobol

from sim.experiments.pawn import pawn_index, slice_of_each
from sim.experiments.responses import AnalysisError, quantities
from sim.experiments.sensitivity import COLUMNS, DUMMY, chance_shares, saltelli, sensitivity
from tests.experiments.known import ISHIGAMI_S1, ISHIGAMI_ST, ishigami, latin, swept

NAMES = ("x1", "x2", "x3")
PROBLEM = {"num_vars": 3, "names": list(NAMES), "bounds": [[-np.pi, np.pi]] * 3}


def framed(x: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(x, columns=list(NAMES)).rename_axis("point")


@pytest.fixture(scope="module", params=[False, True], ids=["first order", "second order"])
def sobol_design(request):
    return framed(sobol.sample(PROBLEM, 1024, calc_second_order=request.param, seed=1))


def indices(found, quantity: str, index: str) -> np.ndarray:
    frame = found.frame[(found.frame["quantity"] == quantity) & (found.frame["index"] == index)]
    return frame.set_index("factor").loc[list(NAMES), "value"].to_numpy()


def test_sobol_indices_of_ishigami_are_the_published_ones(sobol_design):
    found = sensitivity("s", "sobol", sobol_design, swept(sobol_design, {"a": ishigami}))
    assert tuple(found.frame.columns) == COLUMNS
    np.testing.assert_allclose(indices(found, "a", "S1"), ISHIGAMI_S1, atol=0.02)
    np.testing.assert_allclose(indices(found, "a", "ST"), ISHIGAMI_ST, atol=0.02)
    np.testing.assert_allclose(indices(found, "a", "ST_half"), ISHIGAMI_ST, atol=0.04)
    rows = found.frame[found.frame["index"].isin(["S1", "ST"])]
    assert (rows["low"] <= rows["value"]).all() and (rows["value"] <= rows["high"]).all()
    truth = dict(zip(NAMES, ISHIGAMI_ST, strict=True))
    total = found.frame[(found.frame["index"] == "ST") & (found.frame["quantity"] == "a")]
    assert all(r.low - 0.01 <= truth[r.factor] <= r.high + 0.01 for r in total.itertuples())
    assert found.notes == ()


def test_the_difference_of_two_strategies_has_indices_of_its_own(sobol_design):
    both = {"a": lambda x: ishigami(x) + x[:, 2], "b": ishigami}
    found = sensitivity("s", "sobol", sobol_design, swept(sobol_design, both))
    np.testing.assert_allclose(indices(found, "a minus b", "ST"), (0.0, 0.0, 1.0), atol=0.01)
    assert {"a", "b", "a minus no_zone", "b minus no_zone", "a minus b"} == set(found.frame["quantity"])


def test_the_same_at_every_point_has_indices_of_nought(sobol_design):
    found = sensitivity("s", "sobol", sobol_design, swept(sobol_design, {"a": ishigami, "b": ishigami}))
    assert (indices(found, "a minus b", "ST") == 0.0).all()
    assert any("a minus b" in note and "same at every point" in note for note in found.notes)


def test_too_few_blocks_are_said_not_to_have_settled():
    design = framed(sobol.sample(PROBLEM, 16, calc_second_order=False, seed=3))
    assert any(
        "not settled" in note for note in sensitivity("s", "sobol", design, swept(design, {"a": ishigami})).notes
    )


def test_a_failed_run_takes_its_whole_block_with_it_and_is_told(sobol_design):
    results = swept(sobol_design, {"a": ishigami})
    without = results[results["point"] != 7]
    found = sensitivity("s", "sobol", sobol_design, without)
    np.testing.assert_allclose(indices(found, "a", "ST"), ISHIGAMI_ST, atol=0.02)
    assert any("1 of 1024 blocks" in note and "--resume" in note for note in found.notes)
    wrong = results.assign(value=results["value"].where(results["point"] != 7, np.nan))
    pd.testing.assert_frame_equal(found.frame, sensitivity("s", "sobol", sobol_design, wrong).frame)


def test_many_failed_runs_are_refused(sobol_design):
    results = swept(sobol_design, {"a": ishigami})
    with pytest.raises(AnalysisError, match="--resume"):
        sensitivity("s", "sobol", sobol_design, results[results["point"] % 20 != 0])


def test_rows_in_another_order_are_refused(sobol_design):
    shuffled = sobol_design.sample(frac=1.0, random_state=1).reset_index(drop=True).rename_axis("point")
    with pytest.raises(AnalysisError, match="own order"):
        saltelli(shuffled.to_numpy())
    with pytest.raises(AnalysisError, match="own order"):
        sensitivity("s", "morris", sobol_design, swept(sobol_design, {"a": ishigami}))


def test_a_point_that_lacks_one_draw_is_no_mean_of_the_others():
    design = latin(50, NAMES)
    results = swept(design, {"a": ishigami}, replications=2)
    missing = results[(results["point"] != 3) | (results["replication"] != 1)]
    assert np.isnan(quantities(design, missing, "ks2_expected")[0].means[3])


def test_morris_of_a_linear_function_is_its_slopes():
    problem = {"num_vars": 3, "names": list(NAMES), "bounds": [[0.0, 2.0], [0.0, 1.0], [0.0, 1.0]]}
    design = framed(morris.sample(problem, 10, num_levels=4, seed=1))
    found = sensitivity("s", "morris", design, swept(design, {"a": lambda x: 3.0 * x[:, 0] - x[:, 1]}))
    np.testing.assert_allclose(indices(found, "a", "mu_star"), (6.0, 1.0, 0.0), atol=1e-9)
    np.testing.assert_allclose(indices(found, "a", "mu"), (6.0, -1.0, 0.0), atol=1e-9)
    np.testing.assert_allclose(indices(found, "a", "sigma"), 0.0, atol=1e-9)


def test_pawn_tells_a_factor_that_works_from_one_that_does_not():
    design = latin(600, NAMES, -np.pi, np.pi)
    found = sensitivity("s", "latin_hypercube", design, swept(design, {"a": lambda x: np.exp(x[:, 0]) + 0.2 * x[:, 1]}))
    rows = found.frame[found.frame["quantity"] == "a"].set_index("factor")
    floor = rows.loc[DUMMY]
    assert 0.0 < floor["low"] < floor["value"] < floor["high"] < 0.2
    assert rows.loc["x1", "low"] > 3 * floor["high"]
    assert rows.loc["x3", "value"] < floor["high"] * 1.2


def test_pawn_under_even_weights_is_that_of_salib():
    design = latin(200, NAMES, -np.pi, np.pi)
    found = sensitivity("s", "latin_hypercube", design, swept(design, {"a": ishigami}))
    y = ishigami(design.to_numpy())
    order = np.argsort(y)
    mine = [pawn_index(slice_of_each(design[n].to_numpy(), 10)[order], y[order], np.ones(200), 10) for n in NAMES]
    np.testing.assert_allclose(mine, indices(found, "a", "median"), atol=1e-12)


def test_shares_of_chance_are_those_of_the_variances_put_in():
    rng = np.random.default_rng(5)
    point, luck, mixed = (
        2.0 * rng.standard_normal((3000, 1)),
        rng.standard_normal((1, 400)),
        rng.standard_normal((3000, 400)),
    )
    (_, _, run, _, _), (_, _, mean, _, _) = chance_shares(point + luck + mixed, 1)
    assert run == pytest.approx(2 / 6, abs=0.03)
    assert mean == pytest.approx((1 / 400) / (4 + 1 / 400), rel=0.1)
    assert chance_shares(point, 1) == []


def test_a_grid_and_an_unknown_outcome_are_refused():
    design = latin(50, NAMES)
    results = swept(design, {"a": ishigami})
    with pytest.raises(AnalysisError, match="latin_hypercube"):
        sensitivity("s", "grid", design, results)
    with pytest.raises(AnalysisError, match="the sweep holds: ks2_expected"):
        sensitivity("s", "latin_hypercube", design, results, outcomes=["sdq_high"])


@pytest.mark.parametrize("points", [40, 50, 70, 90, 100, 140, 200])
def test_pawn_works_at_every_number_of_points(points):
    design = latin(points, NAMES)
    frame = sensitivity("s", "latin_hypercube", design, swept(design, {"a": ishigami})).frame
    assert np.isfinite(frame["value"]).all()
