"""The table of what local analyses said."""

from __future__ import annotations

import pytest

from sim.engine import advance, create, create_start
from sim.experiments.local_analysis import analysis_frame
from sim.inputs.register import load_register
from sim.spec import DRIVERS, Analysis
from tests.engine.worlds import TWIN, neighbourhood


def test_one_row_a_quarter_and_driver_and_the_truth_only_on_request() -> None:
    start = create_start(neighbourhood(80, 3, driver_stigma=1.2), load_register(), 5, 12)
    bought = TWIN.model_copy(
        update={"id": "asks", "analysis": Analysis(months=8, depth="deep"), "money_gbp": {"council": 1e6}}
    )
    worlds = [create(start, strategy, {}) for strategy in (TWIN, bought)]
    for world in worlds:
        advance(world, 12)
    table = analysis_frame(worlds)
    assert list(table.columns) == ["strategy", "seed", "month", "driver", "estimate", "low", "high"]
    assert set(table["strategy"]) == {"asks"}
    assert sorted(set(table["month"])) == [2, 5, 7]
    assert len(table) == 3 * len(DRIVERS)
    assert (table["low"] < table["estimate"]).all()
    width = (table["high"] - table["low"]).groupby(table["month"]).mean()
    assert width.is_monotonic_decreasing
    last = worlds[1].analysis[-1]
    assert (table["high"] - table["low"]).iloc[-1] == pytest.approx(2 * 1.6448536 * last.sd)
    told = analysis_frame(worlds, truth=True)
    assert told.loc[told["driver"] == "stigma", "true"].unique().tolist() == [1.2]
    assert analysis_frame([worlds[0]]).empty
