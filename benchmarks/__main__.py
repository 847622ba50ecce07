"""What the model costs, beside other ways to do the same: tables for people, ``--json`` for machines.

``python -m benchmarks kernel | scale | zones | sweep | start | peers | all`` measures; ``python -m benchmarks page
docs/performance.md results.json ...`` writes the page on speed from what ``--json`` printed. ``soak`` is no measure of
speed: it tries for hours to break what can be broken.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import kernel, page, scale, shown, soak, start, sweep, zones
from benchmarks.peers import rounds
from benchmarks.shown import TABLES, Shown, machine_words


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


#: In the order of ``all``: what needs the quietest machine first.
MEASURES = {
    "kernel": lambda asked: kernel.measure(asked.quick, _say),
    "scale": lambda asked: scale.measure(asked.quick, _say),
    "peers": lambda asked: rounds.measure(asked.quick, asked.peers_python, _say),
    "sweep": lambda asked: sweep.measure(asked.quick),
    "start": lambda asked: start.measure(asked.quick, _say),
    "zones": lambda asked: zones.measure(asked.quick),
}


def _table(shown: Shown) -> Table:
    table = Table(title=shown.title)
    for at, head in enumerate(shown.heads):
        table.add_column(head, justify="left" if at == 0 else "right")
    for row in shown.rows:
        table.add_row(*row)
    return table


def show(results: dict[str, Any], screen: Console) -> None:
    """Print every table of the results, with the machine and what could not be measured."""
    for name, result in results.items():
        screen.print(machine_words(result["machine"]), markup=False)
        for note in (*result.get("notes", ()), *result["machine"].get("notes", ())):
            screen.print(f"Note: {note}.", markup=False)
        for build in (TABLES | {"soak": {"soak": shown.soak}})[name].values():
            screen.print(_table(build(result)))


def _all(asked: argparse.Namespace) -> dict[str, Any]:
    """Every benchmark, each in a process of its own, so that none inherits the memory of another."""
    results: dict[str, Any] = {}
    for name in MEASURES:
        begun = time.perf_counter()
        command = [sys.executable, "-m", "benchmarks", name, "--json", *["--quick"] * asked.quick]
        if asked.peers_python:
            command += ["--peers-python", asked.peers_python]
        results |= json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
        _say(f"-- {name} took {time.perf_counter() - begun:.0f} s")
    return results


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", choices=[*MEASURES, "all", "soak", "page"])
    parser.add_argument("files", nargs="*", type=Path, help="of page: the page to write, then results")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: does it work, not how fast")
    parser.add_argument("--peers-python", help="a Python that has the frameworks which this one has not")
    asked = parser.parse_args()
    if asked.what == "page":
        if len(asked.files) < 2:
            parser.error("page needs the page to write and at least one file of results")
        page.write(asked.files[0], asked.files[1:])
        return
    if asked.what == "soak":
        results = {"soak": soak.measure(asked.quick, _say)}
    else:
        results = _all(asked) if asked.what == "all" else {asked.what: MEASURES[asked.what](asked)}
    if asked.json:
        print(json.dumps(results, indent=1))
    else:
        show(results, Console())


if __name__ == "__main__":
    main()
