"""One implementation in a process of its own: ``python -m benchmarks.peers.worker NAME CHILDREN``.

Each line that comes in is a number of months; the line that goes out tells their wall and processor nanoseconds, the
means of the children, and the memory the process holds. Imports nothing of zonesim but what the implementation does.
"""

from __future__ import annotations

import importlib
import json
import sys
import time

from benchmarks.trials import peak_bytes


def main() -> None:
    """Step when told to, until nothing more is asked."""
    name, children = sys.argv[1], int(sys.argv[2])
    module = importlib.import_module(f"benchmarks.peers.with_{name}")
    before = peak_bytes()
    begun = time.perf_counter()
    model = module.Model(children)
    built = time.perf_counter() - begun
    model.step()
    print(json.dumps({"ready": True, "built_s": built, "bytes": peak_bytes() - before}), flush=True)
    for line in sys.stdin:
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        for _ in range(int(line)):
            model.step()
        told = {"wall_ns": time.perf_counter_ns() - wall, "cpu_ns": time.process_time_ns() - cpu}
        print(json.dumps(told | {"means": model.means()}), flush=True)


if __name__ == "__main__":
    main()
