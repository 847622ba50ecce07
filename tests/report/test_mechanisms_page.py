"""The mechanisms page from run folders made by hand: what a switch did is off less on, pair by pair."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.outcomes import HEADLINES
from sim.outputs import OutputError, write_run_folder
from sim.report.mechanisms_page import main, mechanisms_page
from sim.report.paired import Change, changes, differences, levels
from tests.report.made import made_comparison, made_strategies

STARTED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SEEDS = (7, 8, 9)


def yearly(more: float, hidden: str = "") -> pd.DataFrame:
    """Twin 0.4, strategy ``more`` above it and 0.01 further with each luck number; rows in no useful order."""
    rows = []
    for (indicator, group), population, year, (n, seed), strategy in itertools.product(
        HEADLINES.values(), ("residents", "originals"), (1, 2), enumerate(SEEDS), ("strategy_0", "no_zone")
    ):
        gain = (more + 0.01 * n) * (year == 2) * (population == "residents")
        value = 0.4 + gain * (strategy != "no_zone")
        cells = (
            strategy,
            seed,
            population,
            group,
            indicator,
            year,
            np.nan if indicator == hidden and n == 0 else value,
        )
        rows += [cells, (*cells[:3], "girls", *cells[4:6], 99.0)]
    columns = ["strategy", "seed", "population", "group", "indicator", "year", "value"]
    return pd.DataFrame(rows[::-1], columns=columns)


def write(folder: Path, more: float, hidden: str = "", **asked: Any) -> None:
    """A run folder of two years and three pairs."""
    made = made_comparison(made_strategies(1), years=2, replications=3, seed=7, **asked)
    frames = {"yearly": yearly(more, hidden)}
    write_run_folder(type(made)(**(vars(made) | frames)), folder, "made by hand", STARTED)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """All on, one mechanism off that loses 2 points, and the one that is off unless asked for."""
    write(tmp_path / "all_on", 0.10)
    write(tmp_path / "churn", 0.08, "ks2_expected", without=("churn",))
    write(tmp_path / "tipping_point", 0.13, including=("tipping_point",))
    return tmp_path


def test_differences_are_those_of_the_last_year_in_the_order_of_the_luck_numbers() -> None:
    found = differences(yearly(0.10), "strategy_0", 2)
    assert list(found) == [indicator for indicator, _ in HEADLINES.values()]
    for values in found.values():
        assert values == pytest.approx([0.10, 0.11, 0.12])
    assert differences(yearly(0.10), "strategy_0", 1)["sdq_high"] == pytest.approx([0.0] * 3)
    assert levels(yearly(0.10), "no_zone", 2)["sdq_high"] == pytest.approx([0.4] * 3)


def test_changes_are_off_less_on_pair_by_pair() -> None:
    on = {"a": np.array([1.0, 2.0, 3.0]), "b": np.array([1.0, 1.0, 1.0])}
    off = {"a": np.array([0.5, 1.0, 1.5]), "b": np.array([np.nan, 1.0, 1.0])}
    found = changes(on, off)
    # -0.5, -1, -1.5: percentiles lie a tenth of a step from the ends
    assert found["a"] == Change(-1.0, pytest.approx(-1.5), pytest.approx(-0.5))
    assert np.isnan([found["b"].mean, found["b"].low, found["b"].high]).all()


def test_the_page_tells_what_each_switch_did(runs: Path) -> None:
    page = mechanisms_page(runs)
    seen = page.split("## What was seen on and off")[1]
    rows = {
        line.split("|")[1].strip(): [cell.strip() for cell in line.split("|")[2:-1]]
        for line in seen.splitlines()
        if line.startswith("|")
    }
    assert set(rows) == {"Switch", "---", "all on", "`churn`", "`tipping_point`"}
    assert all(len(cells) == len(HEADLINES) for cells in rows.values())
    at = [indicator for indicator, _ in HEADLINES.values()].index("sdq_high")
    # points: 10, 11, 12 with everything on; 2 fewer, 3 more
    assert rows["all on"][at].startswith("+11.0 (+10.0 to +12.0)")
    assert rows["`churn`"][at] == "\N{MINUS SIGN}2.0 (\N{MINUS SIGN}2.0 to \N{MINUS SIGN}2.0)"
    assert rows["`tipping_point`"][at] == "+3.0 (+3.0 to +3.0)"
    assert rows["`churn`"][0] == "not shown (fewer than 10)"
    assert "percentage points" in rows["Switch"][at]


def test_the_page_names_files_numbers_and_tests_of_every_switch(runs: Path) -> None:
    page = mechanisms_page(runs)
    where = page.split("## Where each stands")[1].split("## What was seen")[0]
    assert "| `synergy` | 2 |" in where
    assert "`sim/science/coordination.py`" in where and "`coordination.synergy`" in where
    assert "`tests/engine/test_coordination.py::test_strands_in_two_ecologies_reinforce_each_other`" in where
    assert "3 pairs of runs from luck number 7" in page and "Madeplace" in page


def test_the_file_is_written(runs: Path, tmp_path: Path) -> None:
    main([str(tmp_path / "page.md"), str(runs)])
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == mechanisms_page(runs) + "\n"


@pytest.mark.parametrize(
    ("name", "asked", "problem"),
    [
        ("synergy", {}, "not made with --without synergy alone"),
        ("synergy", {"without": ("synergy", "churn")}, "not made with --without synergy alone"),
        ("tipping_point", {"without": ("tipping_point",)}, "not made with --with tipping_point alone"),
        ("synergy", {"without": ("synergy",), "evidence": "hopeful"}, "differ in evidence"),
    ],
)
def test_a_run_that_is_not_its_pair_is_refused(runs: Path, name: str, asked: dict[str, Any], problem: str) -> None:
    (runs / name).rename(runs / "aside") if (runs / name).exists() else None
    write(runs / name, 0.1, **asked)
    with pytest.raises(OutputError, match=problem):
        mechanisms_page(runs)


def test_without_the_run_with_all_on_there_is_no_page(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        mechanisms_page(tmp_path)
