"""The benchmark runs, says what it promises to say, and its implementations agree; no times are judged."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def result():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "kernel", "--quick", "--json"],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_rows_and_ratios_are_there(result):
    assert {"machine", "rows", "ratios"} <= set(result)
    assert all(
        set(row) == {"implementation", "children", "threads", "ns_per_child_month", "spread"} for row in result["rows"]
    )
    assert {"kernel", "numpy", "plain Mesa"} <= {row["implementation"] for row in result["rows"]}
    assert {"Mesa / kernel", "numpy / kernel", "1M / 2k"} <= set(result["ratios"])


def test_without_a_compiler_a_note_says_so(result):
    has_c = any(row["implementation"].startswith("C, ") for row in result["rows"])
    assert has_c != bool(result["machine"]["notes"])


def test_the_parallel_build_has_the_same_bits(result):
    assert result["agreement"]["kernel, parallel build"] == 0.0


def test_every_implementation_agrees_with_the_kernel(result):
    for name, largest in result["agreement"].items():
        # Plain Mesa draws other numbers: only its mean attainment (SD) can be compared.
        assert largest < (0.05 if name.startswith("plain Mesa") else 1e-12), name


def test_sweeps_stand_beside_the_bare_engine():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "sweep", "--quick", "--json"],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told["runs"] == 8 and told["bare_runs_per_second"] > 0
    assert [row["workers"] for row in told["rows"]] == [0, 1, 2] and all(row["efficiency"] > 0 for row in told["rows"])
