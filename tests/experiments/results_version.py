"""What the present code makes of the present inputs, on record: ``python -m tests.experiments.results_version``.

Run it after inputs (parameters, posterior, strands) have changed, or after ``RESULTS_VERSION`` was raised because code
gives other numbers. It writes ``results_version.json``, which the test beside it holds the code to.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from sim.experiments.points import RESULTS_VERSION, model_digest, run_point
from sim.outcomes import INDICATORS
from tests.experiments.studies import made_study

RECORD = Path(__file__).with_name("results_version.json")
STUDY = made_study(outcomes=tuple(sorted(INDICATORS)), years=2)


def now() -> dict[str, str | int]:
    """Version, digest of the inputs, digest of every indicator of two strategies to the last bit."""
    rows = run_point(STUDY, {"effects.size": 1.0}, STUDY.places[0].id, "none", "central", 1)
    told = [
        f"{row['strategy']} {row['outcome']} {float(row['value']).hex()} {float(row['twin']).hex()}" for row in rows
    ]
    numbers = hashlib.blake2b("\n".join(told).encode(), digest_size=16).hexdigest()
    return {"version": RESULTS_VERSION, "inputs": model_digest(STUDY), "numbers": numbers}


if __name__ == "__main__":
    RECORD.write_text(json.dumps(now(), indent=1) + "\n", encoding="utf-8")
