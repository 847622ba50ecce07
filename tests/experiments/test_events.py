"""What happened in the runs, in the tables of a comparison."""

from __future__ import annotations

import pandas as pd
import pytest

from sim.experiments import Comparison, compare
from sim.inputs import load_future
from sim.spec import Analysis, Partnership, PlannedStrand, Strategy
from tests.engine.worlds import neighbourhood

ZONE = Strategy(
    id="zone", name="Zone", money_gbp={"council": 4_000.0}, partnership=Partnership(), analysis=Analysis(months=6),
    strands=(PlannedStrand(strand="one_to_one_tuition", reach_share=0.5),),
)  # fmt: skip


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    future = load_future("austerity_hub_closed")
    return compare([ZONE], neighbourhood(80, 3), replications=2, seed=5, years=3, threads=1, future=future)


def test_every_event_is_told_with_its_replication_and_year(comparison: Comparison) -> None:
    events = comparison.events
    assert list(events.columns) == ["strategy", "replication", "seed", "month", "year", "kind", "who", "what"]
    assert (events["year"] == events["month"] // 12 + 1).all()
    assert (events["seed"] == 5 + events["replication"]).all()
    joined = events[events["kind"] == "joined"]
    assert joined.groupby("replication")["who"].nunique().tolist() == [6, 6]
    met = events[events["kind"] == "met"]
    assert len(met) > 0 and (met["month"] % 12 == 0).all()


def test_a_future_is_told_of_the_twin_as_well(comparison: Comparison) -> None:
    struck = comparison.events[comparison.events["kind"] == "future"]
    assert set(struck["month"]) == {24}
    assert struck.groupby(["strategy", "replication"]).size().to_dict() == {
        (name, r): 4 for name in ("no_zone", "zone") for r in (0, 1)
    }
    assert set(comparison.events.loc[comparison.events["strategy"] == "no_zone", "kind"]) == {"future"}


def test_the_truth_of_the_drivers_is_in_no_table(comparison: Comparison) -> None:
    assert set(comparison.analysis["month"]) == {2, 5}
    for name, frame in vars(comparison).items():
        if isinstance(frame, pd.DataFrame):
            assert "true" not in frame.columns, name


def test_books_say_how_far_money_reached(comparison: Comparison) -> None:
    mine = comparison.delivery[(comparison.delivery["strategy"] == "zone") & ~comparison.delivery["today"]]
    assert (mine["paid_for"] < 0.5).all()
    assert set(mine["short_of"]) == {"money"}
    today = comparison.delivery[comparison.delivery["today"]]
    assert (today["paid_for"] == 1.0).all() and set(today["short_of"]) == {""}
    assert any(w.startswith("zone: one to one tuition: money for ") for w in comparison.warnings)


def test_a_hub_that_is_closed_has_no_posts(comparison: Comparison) -> None:
    hub = comparison.delivery[comparison.delivery["strand"] == "family_hub"].set_index(["strategy", "year"])
    for name in ("no_zone", "zone"):
        wanted = [hub.loc[(name, year), "posts_wanted"] for year in (1, 2, 3)]
        assert wanted[0] > 0 and wanted[1] > 0 and wanted[2] == 0.0
