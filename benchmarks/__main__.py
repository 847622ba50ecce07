"""``python -m benchmarks kernel | zones | start | sweep | soak``: tables for people, ``--json`` for machines."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import kernel, soak, start, sweep, zones


def _table(title: str, heads: list[str], rows: list[list[str]]) -> Table:
    table = Table(title=title)
    for at, head in enumerate(heads):
        table.add_column(head, justify="left" if at == 0 else "right")
    for row in rows:
        table.add_row(*row)
    return table


def _show_kernel(result: dict[str, Any], screen: Console) -> None:
    machine = result["machine"]
    screen.print(", ".join(f"{k} {v}" for k, v in machine.items() if k != "notes"))
    for note in machine["notes"]:
        screen.print(f"Note: {note}.")
    rows = [
        [r["implementation"], f"{r['children']:,}", str(r["threads"]), f"{r['ns_per_child_month']:,.1f}",
         f"{r['spread']['median']:,.1f}", " - ".join(f"{q:,.1f}" for q in r["spread"]["quartiles"])]
        for r in result["rows"]
    ]  # fmt: skip
    heads = ["implementation", "children", "threads", "ns per child-month", "median", "quartiles"]
    screen.print(_table("Families and children, one month", heads, rows))
    shown = [[name, "-" if value is None else f"{value:.2f}"] for name, value in result["ratios"].items()]
    screen.print(_table("Ratios of least times", ["ratio", "value"], shown))
    apart = [[name, f"{value:.1e}"] for name, value in result["agreement"].items()]
    title = f"Difference from the kernel after {kernel.CHECK_MONTHS} months"
    screen.print(_table(title, ["implementation", "largest"], apart))


def _show_zones(result: dict[str, Any], screen: Console) -> None:
    screen.print(
        f"{result['place']}: {result['children']:,} children, {result['schools']} schools, {result['months']} months; "
        f"first day {result['start_seconds']} s; peak memory {result['peak_memory_mib']:,} MiB"
    )
    for run in result["runs"]:
        rows = [[name, f"{took:.2f}"] for name, took in run["by_event"].items()]
        title = f"{run['strategy']}: {run['seconds']:.2f} s, {run['child_months']:,} child-months"
        rows.append(["ns per child-month", f"{run['ns_per_child_month']}"])
        screen.print(_table(title, ["event", "seconds"], rows))


def _show_start(result: dict[str, Any], screen: Console) -> None:
    rows = [[r["start"], f"{r['seconds']:.2f}", f"{r['median']:.2f}"] for r in result["rows"]]
    screen.print(_table("Start-up, wall seconds", ["process", "least", "median"], rows))


def _show_sweep(result: dict[str, Any], screen: Console) -> None:
    rows = [
        [str(r["workers"]), f"{r['runs_per_second']:.2f}", " - ".join(f"{rate:.2f}" for rate in r["spread"]),
         f"{r['efficiency']:.0%}", f"{r['peak_mib']:,}"]
        for r in result["rows"]
    ]  # fmt: skip
    title = f"{result['runs']} runs, {result['place']}, {result['years']} years"
    screen.print(f"The bare engine alone: {result['bare_runs_per_second']} runs a second")
    screen.print(_table(title, ["workers", "runs a second", "least - most", "of the bare engine", "peak MiB"], rows))


def _show_soak(result: dict[str, Any], screen: Console) -> None:
    rows = [[r["name"], str(r["tries"]), str(r["failures"]), f"{r['seconds']:.0f}", r["note"]] for r in result["rows"]]
    heads = ["what was done", "tries", "failures", "seconds", "note"]
    screen.print(_table(f"{result['tries']} tries, {result['failures']} failures", heads, rows))


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", choices=["kernel", "zones", "start", "sweep", "soak"])
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: does it work, not how fast")
    asked = parser.parse_args()
    screen = Console()
    if asked.what == "kernel":
        result = kernel.measure(asked.quick, say=lambda text: print(text, file=sys.stderr))
        show = _show_kernel
    elif asked.what == "zones":
        result = zones.measure("bettws", 24) if asked.quick else zones.measure()
        show = _show_zones
    elif asked.what == "sweep":
        result, show = sweep.measure(asked.quick), _show_sweep
    elif asked.what == "soak":
        result = soak.measure(asked.quick, say=lambda text: print(text, file=sys.stderr))
        show = _show_soak
    else:
        result, show = start.measure(1 if asked.quick else 5), _show_start
    if asked.json:
        print(json.dumps(result, indent=1))
    else:
        show(result, screen)


if __name__ == "__main__":
    main()
