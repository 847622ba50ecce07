"""The three demonstrations by hand: what shared luck gains, who was found, and what a screen says."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.inputs.workshop_records import Quantity
from sim.ui import demonstrations

QUANTITY = Quantity(id="q", text="How many?", indicator="gld", year=2, low=-10, high=10)


def made(zone, twin, **frames):
    """A comparison of one mix with given values of each replication, in Year 2."""
    n = len(zone)
    rows = [
        (replication, name, "residents", "all", "gld", 2, value)
        for name, values in (("no_zone", twin), ("team_mix", zone))
        for replication, value in enumerate(values)
    ]
    columns = ["replication", "strategy", "population", "group", "indicator", "year", "value"]
    yearly = pd.DataFrame(rows, columns=columns).astype({"strategy": "category"})
    return SimpleNamespace(
        yearly=yearly, strategies=(SimpleNamespace(id="team_mix"),), replications=n, years=2, **frames
    )


def test_shared_luck_shows_the_difference_and_different_luck_hides_it():
    luck = np.random.default_rng(1).normal(0.5, 0.05, 20)
    found = demonstrations.same_luck(QUANTITY, made(luck + 0.03, luck))
    assert found["same"] == pytest.approx([3.0] * 20), "in percentage points"
    assert found["spread_same"] == pytest.approx(0, abs=1e-9) and found["spread_other"] > 3
    assert found["other"][0] == pytest.approx(100 * (luck[0] + 0.03 - luck[demonstrations.SHIFT]), abs=1e-3)
    assert found["mean"] == pytest.approx(3.0)


def test_how_many_times_the_runs_is_the_square_of_the_spreads():
    luck = np.tile([0.4, 0.6], 10)
    own = np.random.default_rng(2).permutation(np.tile([0.02, 0.04], 10))
    found = demonstrations.same_luck(QUANTITY, made(luck + own, luck))
    ratio = found["spread_other"] / found["spread_same"]
    assert f"{ratio:.1f} times as far" in found["said"] and f"{ratio**2:.0f} times the runs" in found["said"]


def test_neighbourhoods_that_may_not_be_shown_are_left_out():
    zone, twin = np.array([0.5, np.nan, 0.6]), np.array([0.4, 0.4, np.nan])
    found = demonstrations.same_luck(QUANTITY, made(zone, twin))
    assert len(found["same"]) == 1 and "too few" in found["said"]


def results(values):
    """Rows of families reached by fifth of need in Year 2: (with the zone, without)."""
    return pd.DataFrame(
        [
            {"indicator": demonstrations.REACHED, "population": "residents", "year": 2, "group": group, "value": value,
             "twin": twin, "suppressed": False}
            for group, (value, twin) in zip(demonstrations.FIFTHS, values, strict=True)
        ]
    )  # fmt: skip


NO_NAIVE = pd.DataFrame({"comparison": [], "suppressed": [], "year": [], "indicator": []})


def test_who_was_found_by_need():
    frame = results([(0.9, 0.3), (0.7, 0.3), (0.6, 0.3), (0.5, 0.3), (0.4, 0.3)])
    found = demonstrations.who_was_found(made([0.5], [0.5], results=frame, naive=NO_NAIVE))
    assert [round(row["more"]) for row in found["rows"]] == [60, 40, 30, 20, 10]
    assert "lowest need (90 of 100)" in found["said"] and "highest need (40 of 100)" in found["said"]
    assert "6 of 100 belong to the fifth in most need" in found["said"]
    frame.loc[4, "suppressed"] = True
    hidden = demonstrations.who_was_found(made([0.5], [0.5], results=frame, naive=NO_NAIVE))
    assert len(hidden["rows"]) == 4 and "too small" in hidden["said"]


def screen(indicator="gld"):
    """A screen a year late, and what reading it as before and after concludes."""
    dashboard = pd.DataFrame(
        [
            {"indicator": indicator, "group": "all", "year": year, "as_of": year - 1, "seen": 0.5, "truth": 0.6,
             "twin": 0.4, "suppressed": False}
            for year in (2, 3)
        ]
    )  # fmt: skip
    naive = pd.DataFrame([{"comparison": "before_after", "indicator": indicator, "year": 3, "naive": 0.02,
                           "truth": 0.2, "anyway": -0.05, "suppressed": False}])  # fmt: skip
    return {"dashboard": dashboard, "naive": naive}


def test_the_screen_beside_the_truth():
    found = demonstrations.dashboard((QUANTITY,), made([0.5], [0.5], **screen()))
    assert [row["seen"] for row in found["rows"]] == [50, 50] and found["rows"][0]["truth"] == 60
    assert "up to 1 year late" in found["said"] and "it says +2.0 percentage points by Year 3" in found["said"]
    assert "made +20.0 percentage points" in found["said"]


def test_another_figure_stands_in_for_one_that_is_not_on_the_screen():
    found = demonstrations.dashboard((QUANTITY,), made([0.5], [0.5], **screen("sdq_high")))
    assert "difficulties" in found["name"] and len(found["rows"]) == 2
    unseen, other = (QUANTITY.model_copy(update={"indicator": name}) for name in ("resilience_mean", "sdq_high"))
    frames = {name: pd.concat([screen()[name], screen("sdq_high")[name]]) for name in ("dashboard", "naive")}
    both = demonstrations.dashboard((unseen, other), made([0.5], [0.5], **frames))
    assert both["name"] == found["name"], "a quantity of the lesson comes before other figures of the screen"
    nothing = demonstrations.dashboard((QUANTITY,), made([0.5], [0.5], **screen("resilience_mean")))
    assert nothing["rows"] == [] and "Nothing" in nothing["said"]
