"""Start-up in fresh processes: cold to the first result, warm command line, beside importing numpy and numba."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

PLACE, STRATEGY = "bettws", "cradle_to_career"
_TRIALS = 5
_MAIN = "from sim.cli import main; main()"


def _seconds(command: list[str], cache: str) -> float:
    """Wall time of one process. Raises ``CalledProcessError`` if it fails."""
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=os.environ | {"ZONESIM_CACHE_DIR": cache})
    return time.perf_counter() - begun


def measure(trials: int = _TRIALS) -> dict[str, Any]:
    """Seconds of each start: the cold one once, the others least and median of ``trials`` in turn."""
    with tempfile.TemporaryDirectory() as folder:
        run = [sys.executable, "-c", _MAIN, "run", STRATEGY, "--place", PLACE, "--years", "1", "-n", "1", "--json"]
        run += ["--out", f"{folder}/run"]
        commands = {
            "python -c 'import numpy, numba'": [sys.executable, "-c", "import numpy, numba"],
            "zonesim --help, warm": [sys.executable, "-c", _MAIN, "--help"],
            "zonesim run, a pair of years of 2,000 children, warm": run,
        }
        cold = _seconds(run, folder)
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(trials):
            for name, command in commands.items():
                times[name].append(_seconds(command, folder))
    rows = [{"start": "zonesim run, nothing compiled", "seconds": round(cold, 2), "median": round(cold, 2)}]
    rows += [
        {"start": name, "seconds": round(min(took), 2), "median": round(statistics.median(took), 2)}
        for name, took in times.items()
    ]
    return {"rows": rows}
