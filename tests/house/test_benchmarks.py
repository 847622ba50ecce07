"""Every benchmark runs, says what it promises to say, and its implementations agree; no times are judged."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import goals, page, shown
from benchmarks.counted import bytes_per_child_month, flops_per_child_month
from benchmarks.start import BARE
from benchmarks.tables import population
from benchmarks.trials import ratio, spread
from sim.schema import CW

ROOT = Path(__file__).parents[2]


def measured(name):
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", name, "--quick", "--json"],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def results():
    """Everything, quickly."""
    found = {}
    for name in ("kernel", "scale", "zones", "sweep", "peers", "start"):
        found |= measured(name)
    return found


@pytest.fixture(scope="module")
def kernel(results):
    return results["kernel"]


def test_rows_and_ratios_are_there(kernel):
    assert {"machine", "rows", "ratios", "roofline", "events"} <= set(kernel)
    assert all(
        set(row) == {"implementation", "children", "threads", "ns_per_child_month", "spread"} for row in kernel["rows"]
    )
    assert {"kernel", "numpy", "plain Mesa"} <= {row["implementation"] for row in kernel["rows"]}
    assert {"Mesa / kernel", "numpy / kernel"} <= set(kernel["ratios"])


def test_without_a_compiler_a_note_says_so(kernel):
    has_c = any(row["implementation"].startswith("C, ") for row in kernel["rows"])
    assert has_c != bool(kernel["machine"]["notes"])
    assert has_c == bool(kernel["roofline"]["limits"])


def test_the_parallel_build_has_the_same_bits(kernel):
    assert kernel["agreement"]["kernel, parallel build"] == 0.0


def test_every_implementation_agrees_with_the_kernel(kernel):
    for name, largest in kernel["agreement"].items():
        # Plain Mesa draws other numbers: only its mean attainment (SD) can be compared.
        assert largest < (0.05 if name.startswith("plain Mesa") else 1e-12), name


def test_shares_of_the_events_make_up_the_month(kernel):
    for month in kernel["events"]["months_of"].values():
        assert sum(row["share"] for row in month["events"]) == pytest.approx(1.0, abs=0.05)
        assert {"families", "children", "taking part"} <= {row["event"] for row in month["events"]}


def test_children_of_the_population_go_to_school():
    """About two in three of those under 19; without pupils a month would leave out half of its work."""
    assert 0.5 < (population(2_000).child_whole[CW.school] >= 0).mean() < 0.8


def test_work_of_a_child_month_is_counted():
    few, more = bytes_per_child_month(0.0), bytes_per_child_month(1.0)
    assert 100 < few["read"] < more["read"] and 50 < few["written"] < more["written"]
    assert 100 < flops_per_child_month(100, 2) < 1_000


def test_sizes_stand_beside_one_another(results):
    scale = results["scale"]
    assert {(row["children"], row["threads"]) for row in scale["families_and_children"]} == {
        (children, threads) for children in (300, 600) for threads in (1, 2)
    }
    assert [row["children"] for row in scale["whole_month"]] == [200, 400]
    # A place this small may fit into what the process held before: bytes a child may be none.
    assert all(row["bytes_per_child"] >= 0 and row["peak_mib"] > 0 < row["start_s"] for row in scale["whole_month"])


def test_large_places_are_timed_by_event(results):
    england, hundred = results["zones"]["england"], results["zones"]["hundred"]
    assert {(run["strategy"], run["threads"]) for run in england["runs"]} == {
        (strategy, threads) for strategy in ("no_zone", "cradle_to_career") for threads in (1, 2)
    }
    assert len({run["child_months"] for run in england["runs"]}) == 1
    assert hundred["child_months"] > 12 * hundred["zones"] * hundred["children"] * 0.9


def test_sweeps_stand_beside_the_bare_engine(results):
    told = results["sweep"]
    assert told["runs"] == 8 and told["bare_runs_per_second"]["median"] > 0
    assert [row["workers"] for row in told["rows"]] == [0, 2]
    assert all(row["efficiency"]["median"] > 0 for row in told["rows"])


def test_frameworks_do_the_same_and_those_that_are_absent_are_named(results):
    peers = results["peers"]
    means = {row["implementation"]: row["means"] for row in peers["rows"]}
    assert {"numba", "numpy", "mesa"} <= set(means)
    for name, found in means.items():
        # Those that draw the same numbers agree; the others within chance.
        assert found == pytest.approx(means["numpy"], rel=1e-3 if name in ("numba", "c") else 0.1), name
    absent = {name for name in ("starsim", "agentpy") if importlib.util.find_spec(name) is None}
    assert all(any(name in note for note in peers["notes"]) for name in absent)


def test_starts_stand_beside_the_import_of_numba(results):
    told = results["start"]
    rows = {row["start"]: row for row in told["rows"]}
    assert rows[BARE]["to_bare"]["median"] == 1.0 and rows[goals.RUN]["to_bare"]["median"] > 1.0
    assert not told["cold"]["measured"] and "zonesim demo" in rows


def test_the_page_is_written_from_results(results, tmp_path):
    (tmp_path / "some.json").write_text(json.dumps({k: v for k, v in results.items() if k != "start"}))
    page.write(tmp_path / "page.md", [tmp_path / "some.json"])
    text = (tmp_path / "page.md").read_text()
    assert "{{" not in text and "# Speed" in text
    assert "Asked and reached" in text and page._ABSENT in text
    assert all(goal.words in text for goal in goals.GOALS)
    assert len(shown.TABLES) == 6


def test_a_goal_that_is_missed_says_by_how_much_and_why():
    slow = {"kernel": {"ratios": {"Mesa / kernel": {"median": 40.0}}}}
    rows = {row[0]: row for row in goals.goals_table(slow).rows}
    assert rows["plain Mesa over the kernel"][-1] == "missed, 50% of what was asked"
    assert "plain Mesa over the kernel" in goals.left_over(slow)
    assert rows["sweep on two workers, of two bare engines"][-1] == "not measured"


def test_a_ratio_is_taken_within_rounds():
    # The machine is twice as slow in the second round: no ratio notices.
    assert ratio([2.0, 4.0, 2.0], [1.0, 2.0, 1.0]) == {
        "median": 2.0,
        "quartiles": [2.0, 2.0],
        "least": 2.0,
        "trials": 3,
    }
    assert spread([1.0, 2.0, 3.0, 4.0])["median"] == 2.5
