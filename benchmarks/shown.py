"""Results as tables: one for the screen and for the page alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Result = dict[str, Any]


class Shown(NamedTuple):
    """A table: its title, the heads of its columns (the first is text, the others numbers), its rows."""

    title: str
    heads: list[str]
    rows: list[list[str]]


def number(value: float | None) -> str:
    """Three significant digits, whole numbers with their commas."""
    if value is None:
        return "-"
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) < 0.001:
        return f"{value:.1e}"
    return f"{value:.3g}"


def spread_text(found: dict[str, Any] | None) -> str:
    """Median and quartiles."""
    if found is None:
        return "-"
    low, high = found["quartiles"]
    return f"{number(found['median'])} ({number(low)} to {number(high)})"


def machine_words(machine: dict[str, Any]) -> str:
    """The machine in a line."""
    gcc = f", {machine['gcc']}" if "gcc" in machine else ""
    return (
        f"{machine['processor']}, {machine['processors']} processors, {machine['memory_gib']} GiB; "
        f"{machine['system']}; Python {machine['python']}, numba {machine['numba']}, numpy {machine['numpy']}{gcc}"
    )


def _kernel_times(result: Result) -> Shown:
    found = {(r["implementation"], r["children"], r["threads"]): r for r in result["rows"]}
    cells = sorted({(threads, children) for _, children, threads in found})
    names = dict.fromkeys(r["implementation"] for r in result["rows"])
    heads = [
        "implementation",
        *(f"{children:,} children, {threads} thread{'s' * (threads > 1)}" for threads, children in cells),
    ]
    rows = []
    for name in names:
        asked = [found.get((name, children, threads)) for threads, children in cells]
        rows.append(
            [
                name,
                *(
                    "-" if r is None else f"{number(r['ns_per_child_month'])} ({number(r['spread']['median'])})"
                    for r in asked
                ),
            ]
        )
    return Shown("Families and children, ns per child-month: least of the trials (median)", heads, rows)


def _ratios(result: Result) -> Shown:
    rows = [[name, spread_text(found), number(found["least"])] for name, found in result["ratios"].items()]
    return Shown("Ratios within a round", ["ratio", "median (quartiles)", "of the least times"], rows)


def _agreement(result: Result) -> Shown:
    rows = [[name, f"{apart:.1e}"] for name, apart in result["agreement"].items()]
    return Shown("Difference from the kernel after twelve months", ["implementation", "largest"], rows)


def _limits(result: Result) -> Shown:
    rows = []
    for row in result["roofline"]["limits"]:
        unit = "GB/s" if row["unit"].startswith("bytes") else "Gflop/s"
        rate = {
            k: (v / 1e9 if k in ("median", "least") else [q / 1e9 for q in v] if k == "quartiles" else v)
            for k, v in row["rate"].items()
        }
        rows.append([f"{row['limit']}, {unit}", str(row["threads"]), spread_text(rate), number(row["greatest"] / 1e9)])
    return Shown("Limits of the machine", ["limit", "threads", "median (quartiles)", "greatest"], rows)


def _floors(result: Result) -> Shown:
    work, floors = result["roofline"]["work"], result["roofline"]["floors_ns"]
    moved = f"{work['bytes_read']} bytes read, {work['bytes_written']} written"
    rows = [
        ["memory", moved, number(floors.get("memory"))],
        ["cache", "the same bytes", number(floors.get("cache"))],
        ["arithmetic", f"{work['flops']} flops ({work['flops_of_an_exp']} an exp)", number(floors.get("arithmetic"))],
    ]  # fmt: skip
    return Shown("Least nanoseconds of a child-month, one thread", ["bound by", "a child-month", "ns"], rows)


def _events(result: Result) -> Shown:
    months = result["events"]["months_of"]
    tables = {name: {row["event"]: row for row in found["events"]} for name, found in months.items()}
    first = next(iter(tables))
    rows = []
    for event in tables[first]:
        cells = []
        for table in tables.values():
            row = table.get(event)
            cells += ["-", "-"] if row is None else [spread_text(row["ns_per_child_month"]), f"{row['share']:.1%}"]
        rows.append([event, *cells])
    totals = [cell for found in months.values() for cell in (spread_text(found["ns_per_child_month"]), "100%")]
    heads = ["event", *(head for name in months for head in (f"{name}, ns per child-month", "share"))]
    children, stepped = result["events"]["children"], result["events"]["months"]
    title = f"The whole month, event by event: {children:,} children, {stepped} months"
    return Shown(title, heads, [*rows, ["whole month", *totals]])


def _scale_kernel(result: Result) -> Shown:
    rows = [
        [f"{row['children']:,}", str(row["threads"]), spread_text(row["ns_per_child_month"]),
         spread_text(row["to_base"]), spread_text(row["speed_up"]) if row["threads"] > 1 else "-",
         f"{row['table_bytes_per_child']:,}"]
        for row in result["families_and_children"]
    ]  # fmt: skip
    heads = [
        "children",
        "threads",
        "ns per child-month",
        f"over {result['base']:,} children",
        "speed-up",
        "bytes a child",
    ]
    return Shown("Families and children by size, wall time", heads, rows)


def _scale_whole(result: Result) -> Shown:
    rows = [
        [f"{row['children']:,}", *(spread_text(row["ns_per_child_month"][threads]) for threads in ("1", "2")),
         number(row["to_base"]), spread_text(row["speed_up"]), number(row["start_s"]), f"{row['bytes_per_child']:,}",
         f"{row['peak_mib']:,}"]
        for row in result["whole_month"]
    ]  # fmt: skip
    heads = ["children", "ns per child-month, 1 thread", "2 threads", f"over {result['base']:,} children", "speed-up",
             "first day, s", "bytes a child", "peak MiB"]  # fmt: skip
    return Shown("The whole month by size, wall time", heads, rows)


def _england(result: Result) -> Shown:
    runs = result["england"]["runs"]
    names = dict.fromkeys(event for run in runs for event in run["by_event_s"])
    order = sorted(names, key=lambda name: -runs[-2]["by_event_s"].get(name, 0.0))
    rows = [[name, *(number(run["by_event_s"].get(name, 0.0)) for run in runs)] for name in order]
    rows.append(["whole run", *(spread_text(run["seconds"]) for run in runs)])
    rows.append(["child-months", *(f"{run['child_months']:,}" for run in runs)])
    rows.append(["ns per child-month", *(number(run["ns_per_child_month"]) for run in runs)])
    rows.append(
        [
            "speed-up by the second thread",
            *(spread_text(run["speed_up"]) if run["threads"] > 1 else "-" for run in runs),
        ]
    )
    heads = ["seconds", *(f"{run['strategy']}, {run['threads']} thread{'s' * (run['threads'] > 1)}" for run in runs)]
    at = result["england"]
    title = (
        f"{at['place']}: {at['children']:,} children, {at['schools']} schools, {at['months']} months; "
        f"first day {at['start_s']} s, peak memory {at['peak_mib']:,} MiB"
    )
    return Shown(title, heads, rows)


def _hundred(result: Result) -> Shown:
    at = result["hundred"]
    rows = [
        ["all of them, s", number(at["seconds"])], ["a zone with its first day, s", spread_text(at["seconds_a_zone"])],
        ["child-months", f"{at['child_months']:,}"], ["ns per child-month, wall", number(at["ns_per_child_month"])],
        ["peak MiB (before)", f"{at['peak_mib']:,} ({at['peak_mib_before']:,})"],
    ]  # fmt: skip
    return Shown(
        f"{at['zones']} zones of {at['children']:,} children, {at['months']} months, {at['workers']} at a time",
        ["what", "value"], rows,
    )  # fmt: skip


def _sweep(result: Result) -> Shown:
    rows = [["the bare engine", spread_text(result["bare_runs_per_second"]), "100%", "-"]]
    for row in result["rows"]:
        share = row["efficiency"]
        low, high = share["quartiles"]
        name = f"{row['workers']} worker{'s' * (row['workers'] > 1)} (Dask)" if row["workers"] else "this process"
        rows.append(
            [
                name,
                spread_text(row["runs_per_second"]),
                f"{share['median']:.0%} ({low:.0%} to {high:.0%})",
                f"{row['peak_mib']:,}",
            ]
        )
    title = f"{result['runs']} runs of {result['years']} years, {result['place']}, 2,000 children"
    return Shown(title, ["made by", "runs a second", "of the bare engine", "peak MiB"], rows)


def _start(result: Result) -> Shown:
    cold = result["cold"]
    rows = [["zonesim run, nothing compiled", number(cold["seconds"]), "-"]] if cold["measured"] else []
    rows += [
        [f"{row['start']}", spread_text(row["seconds"]), spread_text(row.get("to_bare"))] for row in result["rows"]
    ]
    return Shown("Start-up of fresh processes, wall seconds", ["process", "seconds", "over numpy and numba"], rows)


def _peers(result: Result) -> Shown:
    heads = ["implementation", "version", "children", "ns per agent-update", "agent-updates a second", "over numba",
             "bytes a child"]  # fmt: skip
    rows = [
        [row["title"], row["version"], f"{row['children']:,}", spread_text(row["ns_per_agent_update"]),
         f"{row['agent_updates_a_second']:,.0f}", spread_text(row["to_numba"]), f"{row['bytes_per_child']:,}"]
        for row in result["rows"]
    ]  # fmt: skip
    return Shown("The reference model, processor time of one thread", heads, rows)


def _peer_means(result: Result) -> Shown:
    heads = ["implementation", "children", "skill", "wellbeing", "health", "social"]
    rows = [[row["title"], f"{row['children']:,}", *(f"{mean:.4f}" for mean in row["means"])] for row in result["rows"]]
    return Shown("Means of the children after 24 months", heads, rows)


def soak(result: Result) -> Shown:
    """What a long run tried and lost."""
    rows = [[r["name"], str(r["tries"]), str(r["failures"]), f"{r['seconds']:.0f}", r["note"]] for r in result["rows"]]
    heads = ["what was done", "tries", "failures", "seconds", "note"]
    return Shown(f"{result['tries']} tries, {result['failures']} failures", heads, rows)


#: Benchmark -> its tables by name, those of the page.
TABLES: dict[str, dict[str, Callable[[Result], Shown]]] = {
    "kernel": {
        "kernel_times": _kernel_times, "ratios": _ratios, "agreement": _agreement, "limits": _limits,
        "floors": _floors, "events": _events,
    },
    "scale": {"scale_kernel": _scale_kernel, "scale_whole": _scale_whole},
    "zones": {"england": _england, "hundred": _hundred},
    "sweep": {"sweep": _sweep},
    "start": {"start": _start},
    "peers": {"peers": _peers, "peer_means": _peer_means},
}  # fmt: skip
