"""``sensitivity`` and ``discover``: what an outcome hangs on, and what would change the choice."""

from __future__ import annotations

import json as json_text
import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from sim.cli.options import Json
from sim.cli.screen import Progress, complain, out
from sim.cli.sweep import Resume, Workers

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.experiments.decision import Decision
    from sim.experiments.sensitivity import Sensitivity
    from sim.experiments.sweeps import Sweep

SCHEMA, EXIT_MISTAKE = 1, 2
#: Folder, inside that of the sweep, for tables and figures.
ANALYSIS = "analysis"

StudyArgument = Annotated[
    str | None, typer.Argument(help="Study: an id of `list studies` or a TOML file; not needed with --from.")
]
Folder = Annotated[
    Path | None, typer.Option("--out", "-o", metavar="DIR", help="Folder of the sweep (default: zonesim-runs/ID).")
]
From = Annotated[Path | None, typer.Option("--from", metavar="DIR", help="Analyse a sweep that is there; run nothing.")]
Outcomes = Annotated[
    list[str] | None, typer.Option("--outcome", metavar="OUTCOME", help="Only this outcome of the study (repeatable).")
]


def sensitivity(
    study: StudyArgument = None,
    out: Folder = None,
    from_: From = None,
    outcome: Outcomes = None,
    workers: Workers = None,
    resume: Resume = False,
    json: Json = False,
) -> None:
    """Run a study and say what its outcomes, and the differences between strategies, hang on.

    A Sobol or Morris design is analysed as such, a Latin hypercube with PAWN.
    """
    from sim.experiments.decision import labels_of
    from sim.experiments.responses import AnalysisError
    from sim.experiments.sensitivity import sensitivity as analyse
    from sim.outcomes.asked import asked
    from sim.report.sensitivity_figures import sensitivity_figure

    done = _sweep(study, out, from_, workers, resume)
    kind = done.study.design.kind
    try:
        ends = _ranges(done)
        found = analyse(done.study.id, kind, done.design, done.results, bounds=ends, outcomes=outcome)
    except AnalysisError as error:
        _refuse(error)
    labels, names = labels_of(done.study), {s.id: s.name for s in done.study.strategies}
    figures: dict[str, Callable[[], Figure]] = {}
    for text in found.frame["outcome"].unique():
        title = f"On what it hangs: {asked(text, done.study.years).in_words}"
        figures[f"sensitivity-{_file_name(text)}.png"] = lambda text=text, title=title: sensitivity_figure(
            found.frame, text, title, labels, names
        )
    folder = _write(done, {"sensitivity.csv": found.frame}, figures)
    if json:
        content = {"method": found.method, "points": found.points, "results": _records(found.frame)}
        _print_json(done, folder, content | {"notes": list(found.notes)})
        return
    _show_sensitivity(found, labels, folder)


def discover(
    study: StudyArgument = None,
    out: Folder = None,
    from_: From = None,
    outcome: Outcomes = None,
    prefer: Annotated[
        str | None, typer.Option("--prefer", metavar="STRATEGY", help="Preferred strategy (default: best by mean).")
    ] = None,
    line: Annotated[
        float, typer.Option("--line", help="Lead below which the preferred strategy fails, in the outcome's unit.")
    ] = 0.0,
    way: Annotated[str, typer.Option("--way", metavar="prim|cart", help="How the box of failure is found.")] = "prim",
    worth: Annotated[
        float | None, typer.Option("--worth", metavar="GBP", min=0.0, help="Worth of one unit of the outcome.")
    ] = None,
    workers: Workers = None,
    resume: Resume = False,
    json: Json = False,
) -> None:
    """Run a study and say what would change the choice: where the best strategy fails, thresholds, what to find out."""
    from sim.experiments.decision import decide, labels_of
    from sim.experiments.responses import AnalysisError, outcomes_of

    done = _sweep(study, out, from_, workers, resume)
    try:
        texts = outcomes_of(done.results, outcome)
        found = [
            decide(
                done.study, done.design, done.results, text, preferred=prefer, line=line, way=way, gbp_per_unit=worth
            )
            for text in texts
        ]
    except AnalysisError as error:
        _refuse(error)
    labels = labels_of(done.study)
    frames: dict[str, pd.DataFrame] = {}
    figures: dict[str, Callable[[], Figure]] = {}
    for decision in found:
        name = _file_name(decision.cases.outcome)
        frames |= {
            f"tornado-{name}.csv": decision.tornado,
            f"thresholds-{name}.csv": decision.thresholds,
            f"information-{name}.csv": decision.information.frame,
        }
        figures |= _decision_figures(decision, name, labels)
    folder = _write(done, frames, figures)
    if json:
        _print_json(done, folder, {"outcomes": [_decision_answer(decision) for decision in found]})
        return
    for decision in found:
        _show_decision(decision, labels)
    _say(f"Tables and figures: {folder}")


# --- the sweep underneath ------------------------------------------------------------------------------------------


def _sweep(study: str | None, folder: Path | None, from_: Path | None, workers: int | None, resume: bool) -> Sweep:
    """The finished sweep: that of a folder, or the study's, run now or gone on with."""
    from sim._jit import is_cold
    from sim.experiments.sweeps import load_sweep
    from sim.experiments.sweeps import sweep as run_sweep
    from sim.inputs import load_study

    if (study is None) == (from_ is None):
        raise typer.BadParameter("give a study, or --from with the folder of a sweep")
    if from_ is not None:
        return load_sweep(from_)
    asked = load_study(str(study))
    where = folder or Path("zonesim-runs") / f"sweep-{asked.id}"
    progress = Progress(asked.name, is_cold())
    with progress:
        return run_sweep(
            asked, where, workers=workers, resume=resume, progress=progress, command=f"zonesim sweep {study}"
        )


def _ranges(done: Sweep) -> dict[str, tuple[float, float]]:
    """Range of each factor as the study says it."""
    return {
        v.name: (min(v.values), max(v.values)) if v.values else (float(v.low or 0.0), float(v.high or 0.0))
        for v in done.study.vary
    }


def _refuse(error: Exception) -> NoReturn:
    complain(str(error))
    raise typer.Exit(EXIT_MISTAKE)


# --- what is written ------------------------------------------------------------------------------------------------


def _write(done: Sweep, frames: dict[str, pd.DataFrame], figures: dict[str, Callable[[], Figure]]) -> Path:
    from sim.outputs.folders import OutputError, write_file
    from sim.report.style import rendered

    folder = done.folder / ANALYSIS
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError.from_os(folder, error) from error
    for name, frame in frames.items():
        write_file(folder / name, frame.to_csv(index=False))
    for name, make in figures.items():
        write_file(folder / name, rendered(make(), "png"))
    return folder


def _decision_figures(decision: Decision, name: str, labels: Any) -> dict[str, Callable[[], Figure]]:
    from sim.report import sensitivity_figures as draw

    known, unit = decision.cases, f"lead in {decision.cases.outcome}, its own unit, better is right"
    best, box = known.chosen, [limit for limit in decision.discovery.box if not limit.words]
    numbers = [f for f in decision.tornado["factor"] if not known.categories(f)]
    across = [*(limit.factor for limit in box), *(f for f in numbers if f not in {limit.factor for limit in box})][:2]
    made: dict[str, Callable[[], Figure]] = {
        f"tornado-{name}.png": lambda: draw.tornado_figure(
            decision.tornado, float(known.lead.mean()), f"What moves the lead of “{best}”", unit, labels
        ),
        f"information-{name}.png": lambda: draw.information_figure(
            decision.information.frame, "What it would be worth to know before choosing", f"in {known.outcome}", labels
        ),
    }
    if len(decision.curves):
        made[f"thresholds-{name}.png"] = lambda: draw.threshold_figure(
            decision.curves, decision.thresholds, f"Where “{best}” loses its lead", "lead", labels
        )
    if box and len(across) == 2:
        made[f"box-{name}.png"] = lambda: draw.box_figure(
            known.varied, known.fails(decision.line), [(limit.factor, limit.low, limit.high) for limit in box],
            (across[0], across[1]), f"Where “{best}” fails", decision.discovery.words, labels,
        )  # fmt: skip
    return made


def _file_name(outcome: str) -> str:
    return outcome.replace(":", "-")


# --- what is shown -------------------------------------------------------------------------------------------------


def _show_sensitivity(found: Sensitivity, labels: Any, folder: Path) -> None:
    from sim.report.sensitivity_figures import SHOWN, panels_of

    large, small, _ = SHOWN[found.method]
    for outcome in found.frame["outcome"].unique():
        mine = found.frame[found.frame["outcome"] == outcome]
        for quantity in panels_of(mine["quantity"].unique()):
            _say(f"\n{outcome}: {quantity} ({found.method}, {found.points} points)")
            rows = mine[(mine["quantity"] == quantity) & (mine["index"] == large)]
            beside = mine[(mine["quantity"] == quantity) & (mine["index"] == small)].set_index("factor")["value"]
            for row in rows.sort_values("value", ascending=False, kind="stable").to_dict("records"):
                other = f", {small} {beside[row['factor']]:.3g}" if row["factor"] in beside.index else ""
                name = labels.get(row["factor"], row["factor"])
                _say(f"  {large} {row['value']:.3g} [{row['low']:.3g} to {row['high']:.3g}]{other}  {name}")
            for row in mine[(mine["quantity"] == quantity) & (mine["index"] == "of_one_run")].to_dict("records"):
                _say(f"  {row['value']:.0%} of the variance of a single run is between replications")
    for note in found.notes:
        _say(f"note: {note}")
    _say(f"\nTables and figures: {folder}")


def _show_decision(decision: Decision, labels: Any) -> None:
    from sim.report.words import pounds

    known = decision.cases
    _say(f"\n{known.outcome}: {known.chosen} is best on average over {len(known.varied)} cases")
    _say(f"  {decision.discovery.words}")
    for found in decision.found:
        _say(f"  {found.sentence}")
    _say("  What it would be worth to know before choosing:")
    for row in decision.information.frame.to_dict("records"):
        money = f", {pounds(row['gbp'])}" if math.isfinite(row["gbp"]) else ""
        interval = f"[{row['low']:.3g} to {row['high']:.3g}]"
        _say(f"    {row['value']:.3g} {interval}{money}  {labels.get(row['what'], row['what'])}")
    for note in (*known.notes, *decision.information.notes):
        _say(f"  note: {note}")


def _say(line: str) -> None:
    out().print(line, markup=False, highlight=False, soft_wrap=True)


def _decision_answer(decision: Decision) -> dict[str, Any]:
    from dataclasses import asdict

    known, box = decision.cases, decision.discovery
    return {
        "outcome": known.outcome,
        "preferred": known.preferred,
        "cases": len(known.varied),
        "failing": int(known.fails(decision.line).sum()),
        "line": decision.line,
        "box": {
            "way": box.way,
            "words": box.words,
            "limits": [_finite(asdict(limit)) for limit in box.box],
            "searched": None if box.searched is None else _finite(asdict(box.searched)),
            "held_out": None if box.held_out is None else _finite(asdict(box.held_out)),
            "quasi_p": box.quasi_p,
            "found_again": box.found_again,
            "trade_off": _records(box.trade_off),
        },
        "tornado": _records(decision.tornado),
        "thresholds": _records(decision.thresholds),
        "information": _records(decision.information.frame),
        "gbp_per_unit": decision.gbp_per_unit,
        "notes": [*known.notes, *decision.information.notes],
    }


def _print_json(done: Sweep, folder: Path, content: dict[str, Any]) -> None:
    from sim.outputs.records import zonesim_version

    head = {
        "schema": SCHEMA,
        "version": zonesim_version(),
        "study": done.study.id,
        "sweep_folder": str(done.folder),
        "analysis_folder": str(folder),
        "runs": {"planned": done.planned, "done": done.done, "failed": done.failed},
    }
    print(json_text.dumps(head | content, allow_nan=False))


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [_finite({str(key): value for key, value in row.items()}) for row in frame.to_dict("records")]


def _finite(row: dict[str, Any]) -> dict[str, Any]:
    """The row with ``None`` for what JSON has no number for."""
    return {key: None if isinstance(v, float) and not math.isfinite(v) else v for key, v in row.items()}
