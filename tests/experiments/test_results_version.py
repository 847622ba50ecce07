"""Numbers that change without their version would be mixed with old ones in a sweep that is gone on with."""

from __future__ import annotations

import json

from tests.experiments.results_version import RECORD, now

AGAIN = "python -m tests.experiments.results_version"


def test_other_numbers_have_another_version() -> None:
    before, after = json.loads(RECORD.read_text(encoding="utf-8")), now()
    if before["inputs"] == after["inputs"] and before["version"] == after["version"]:
        assert before["numbers"] == after["numbers"], (
            f"the same inputs give other numbers: raise RESULTS_VERSION in sim/experiments/points.py, then run {AGAIN}"
        )
    assert before == after, f"inputs or RESULTS_VERSION have changed: run {AGAIN} and commit the record"
