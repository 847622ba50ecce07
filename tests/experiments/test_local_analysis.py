"""The table of what local analyses said."""

from __future__ import annotations

import numpy as np
import pytest

from sim.experiments.ensemble import Run, replicate
from sim.experiments.local_analysis import analysis_frame
from sim.inputs.register import load_register
from sim.spec import DRIVERS, Analysis
from tests.engine.worlds import TWIN, neighbourhood

COLUMNS = ["strategy", "driver", "month", "estimate", "low", "high", "replications"]
BOUGHT = TWIN.model_copy(
    update={"id": "asks", "analysis": Analysis(months=8, depth="deep"), "money_gbp": {"council": 1e6}}
)


@pytest.fixture(scope="module")
def everything() -> list[list[Run]]:
    place = neighbourhood(80, 3, driver_stigma=1.2)
    return [replicate([BOUGHT], place, load_register(), {}, seed, 12, "central", frozenset()) for seed in (5, 6)]


def test_one_row_a_quarter_and_driver_with_all_replications_in_it(everything: list[list[Run]]) -> None:
    table = analysis_frame(["no_zone", "asks"], everything)
    assert list(table.columns) == COLUMNS
    assert set(table["strategy"]) == {"asks"}
    assert sorted(set(table["month"])) == [2, 5, 7]
    assert len(table) == 3 * len(DRIVERS)
    assert set(table["replications"]) == {2}
    told = [next(e for e in runs[1].analysis if (e.driver, e.month) == ("safety", 7)) for runs in everything]
    row = table[(table["driver"] == "safety") & (table["month"] == 7)].iloc[0]
    assert row["estimate"] == pytest.approx(np.mean([e.estimate for e in told]))
    assert row["low"] < min(e.estimate for e in told) < max(e.estimate for e in told) < row["high"]


def test_the_interval_of_one_replication_is_its_own(everything: list[list[Run]]) -> None:
    table = analysis_frame(["no_zone", "asks"], everything[:1])
    width = (table["high"] - table["low"]).groupby(table["month"]).mean()
    assert width.is_monotonic_decreasing
    last = everything[0][1].analysis[-1]
    assert (table["high"] - table["low"]).iloc[-1] == pytest.approx(2 * 1.6448536 * last.sd, rel=0.01)


def test_the_truth_only_on_request(everything: list[list[Run]]) -> None:
    assert "true" not in analysis_frame(["no_zone", "asks"], everything).columns
    told = analysis_frame(["no_zone", "asks"], everything, truth=True)
    assert told.loc[told["driver"] == "stigma", "true"].unique().tolist() == [1.2]


def test_without_an_analysis_there_is_nothing(everything: list[list[Run]]) -> None:
    table = analysis_frame(["no_zone"], [runs[:1] for runs in everything])
    assert table.empty and list(table.columns) == COLUMNS
