"""The page across places and futures, from run folders made by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.outcomes import HEADLINES
from sim.outputs import OutputError, StoredComparison, read_run_folder, write_run_folder
from sim.report.across_page import DRAWN, across_page, main, read_runs
from sim.report.shock_figure import shock_figure
from tests.report.made import made_comparison, made_strategies
from tests.report.test_mechanisms_page import STARTED, write, yearly


def write_ranking(folder: Path, first: float, second: float) -> None:
    """Two strategies, the one so much above the twin, the other so much."""
    two = yearly(second)
    _write(folder, 2, yearly(first), two[two["strategy"] == "strategy_0"].assign(strategy="strategy_1"))


def write_future(folder: Path, more: float) -> None:
    """A run folder that knows a partnership as well."""
    rows = yearly(more)
    _write(folder, 1, rows, rows[rows["indicator"] == "sdq_high"].assign(indicator="partnership_maturity"))


def _write(folder: Path, strategies: int, *rows: pd.DataFrame) -> None:
    made = made_comparison(made_strategies(strategies), years=2, replications=3, seed=7)
    frames = {"yearly": pd.concat(rows, ignore_index=True)}
    write_run_folder(type(made)(**(vars(made) | frames)), folder, "made by hand", STARTED)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    write(tmp_path / "places" / "here", 0.10)
    write_future(tmp_path / "futures" / "none", 0.10)
    write_future(tmp_path / "futures" / "posts_halved", 0.04)
    write_ranking(tmp_path / "ranking" / "one", 0.10, 0.20)
    write_ranking(tmp_path / "ranking" / "other", 0.20, 0.10)
    return tmp_path


def page(runs: Path) -> str:
    return across_page(*(read_runs(runs / name) for name in ("places", "futures", "ranking")))


def row(text: str, begins: str) -> list[str]:
    found = [line for line in text.splitlines() if line.startswith(begins)]
    return [cell.strip() for cell in found[0].strip("|").split("|")]


def test_a_future_is_told_as_what_it_does_to_the_difference(runs: Path) -> None:
    text = page(runs)
    assert row(text, "| nothing strikes")[1] == "+11.0 (+10.0 to +12.0)"
    assert row(text, "| `none`")[1] == "\u22126.0 (\u22126.0 to \u22126.0)"
    assert "pictures/shock_posts_halved.png" in text
    assert "backbone" not in text.split("year by year")[1]


def test_the_twin_is_told_by_itself(runs: Path) -> None:
    table = page(runs).split("with no zone at all")[1]
    assert row(table, "| `none`")[1:] == ["0.0 (0.0 to 0.0)"] * 4 + ["0.000 (0.000 to 0.000)"]


def test_strategies_stand_in_the_order_of_what_they_do(runs: Path) -> None:
    text = page(runs)
    outcomes = [line for line in text.split("different best plan")[1].splitlines() if line.startswith("| ")][2:]
    assert len(outcomes) == len(HEADLINES)
    more = outcomes[0].split("|")
    assert more[2].index("strategy_1") < more[2].index("strategy_0") and "(100)" in more[2]
    assert more[3].index("strategy_0") < more[3].index("strategy_1")
    # high difficulties: the smaller rise is better
    less = outcomes[2].split("|")
    assert less[2].index("strategy_0") < less[2].index("strategy_1")


def test_page_and_pictures_are_written(runs: Path, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    main([str(tmp_path / "docs" / "across.md"), str(runs)])
    assert (tmp_path / "docs" / "across.md").read_text(encoding="utf-8").startswith("# Across places and futures")
    assert [path.name for path in (tmp_path / "docs" / "pictures").iterdir()] == ["shock_posts_halved.png"]


def test_a_figure_has_the_calm_and_the_struck_run(runs: Path) -> None:
    calm, struck = (read_run_folder(runs / "futures" / name) for name in ("none", "posts_halved"))
    assert isinstance(calm, StoredComparison)
    figure = shock_figure(calm, struck, DRAWN["posts_halved"])
    assert len(figure.axes) == 6
    drawn = figure.axes[3].get_lines()[:2]
    assert [np.round(line.get_ydata()[-1], 6) for line in drawn] == [11.0, 5.0]


def test_a_folder_without_runs_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no run folders"):
        read_runs(tmp_path / "nothing")
