"""``list``, ``show`` and ``check``: what there is, what it says, and whether a file is right."""

from __future__ import annotations

import difflib
import json as json_text
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import Json
from sim.cli.screen import complain, err, out
from sim.cli.strategies import strategy_rows, told_strategy
from sim.cli.studies import study_rows, told_study
from sim.cli.workshops import told_workshop, workshop_estimate, workshop_rows

if TYPE_CHECKING:
    from sim.inputs import FileCheck, Problem
    from sim.spec import Place, Record

EXIT_MISTAKE = 2


class Kind(StrEnum):
    """What can be listed."""

    PLACES = "places"
    STRANDS = "strands"
    STRATEGIES = "strategies"
    FUTURES = "futures"
    STUDIES = "studies"
    WORKSHOPS = "workshops"
    INDICATORS = "indicators"
    MECHANISMS = "mechanisms"
    PARAMETERS = "parameters"


_SINGULAR = {
    Kind.PLACES: "place", Kind.STRANDS: "strand", Kind.STRATEGIES: "strategy", Kind.FUTURES: "future",
    Kind.STUDIES: "study", Kind.WORKSHOPS: "workshop",
}  # fmt: skip


def list_(kind: Annotated[Kind, typer.Argument(help="What to list.")], json: Json = False) -> None:
    """List places, strands, strategies, futures, studies, workshops, indicators, mechanisms or parameters."""
    rows = _rows(kind)
    if json:
        print(json_text.dumps({kind.value: rows}))
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=f"{len(rows)} {kind.value}", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in rows[0] if rows else ():
        # An id is there to be copied: it is never cut or folded.
        whole = column == "id"
        table.add_column(column.replace("_", " "), no_wrap=whole, min_width=max(map(_width, rows)) if whole else None)
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row.values()))
    out().print(table)


def show(identifier: Annotated[str, typer.Argument(metavar="ID", help="An id of `list`.")], json: Json = False) -> None:
    """Show a place, strand, strategy, future, study, workshop or indicator with values and sources (notes: --json)."""
    found = _find(identifier)
    if found is None:
        complain(_unknown(identifier))
        raise typer.Exit(EXIT_MISTAKE)
    kind, content = found
    if json:
        print(json_text.dumps({"kind": kind, **content}))
        return
    tellers = {"future": _told, "strategy": told_strategy}
    _print_record(kind, tellers[kind](content) if kind in tellers else content)


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Scenario files (TOML).")],
    place: Annotated[str | None, typer.Option("--place", "-p", help="Place in which to size a strategy.")] = None,
    json: Json = False,
) -> None:
    """Check files without running them, and say what they would need."""
    from sim.inputs import check_files, load_place

    where = None if place is None else load_place(place)
    checks = check_files(files)
    answers = [_answer(found, where) for found in checks]
    if json:
        print(json_text.dumps({"files": answers}))
    else:
        for found, answer in zip(checks, answers, strict=True):
            _print_check(found, answer)
    if not all(found.ok for found in checks):
        raise typer.Exit(EXIT_MISTAKE)


def complain_of(problems: Iterable[Problem]) -> None:
    """Print problems on standard error, each with its place, what is wrong and what would be right."""
    console = err()
    for problem in problems:
        where = problem.file if problem.line is None else f"{problem.file}, line {problem.line}"
        field = f" ({problem.field})" if problem.field and problem.field != "file" else ""
        console.print(f"{where}{field}: {problem.problem}", markup=False, highlight=False, soft_wrap=True, style="red")
        console.print(f"    {problem.remedy}", markup=False, highlight=False, soft_wrap=True)


def _rows(kind: Kind) -> list[dict[str, Any]]:
    """One row of plain values per thing; every row starts with its id."""
    makers: dict[Kind, Callable[[], list[dict[str, Any]]]] = {
        Kind.PLACES: _place_rows,
        Kind.STRANDS: _strand_rows,
        Kind.STRATEGIES: strategy_rows,
        Kind.FUTURES: _future_rows,
        Kind.STUDIES: study_rows,
        Kind.WORKSHOPS: workshop_rows,
        Kind.INDICATORS: _indicator_rows,
        Kind.MECHANISMS: _mechanism_rows,
        Kind.PARAMETERS: _parameter_rows,
    }
    return makers[kind]()


def _place_rows() -> list[dict[str, Any]]:
    from sim.inputs import list_ids, load_place

    places = [load_place(name) for name in list_ids("place")]
    return [
        {
            "id": p.id, "name": p.name, "children": round(p.value("children")),
            "deprivation_decile": round(p.value("deprivation_decile")), "region": p.region,
        }
        for p in places
    ]  # fmt: skip


def _strand_rows() -> list[dict[str, Any]]:
    from sim.inputs import load_strands

    return [
        {
            "id": s.id, "name": s.name, "ages": f"{s.ages[0]} to {s.ages[1]}", "evidence": f"{s.evidence_rating} of 5",
            "uptake": f"{s.uptake:.0%}", "cost": _unit_cost(s),
        }
        for s in load_strands().values()
    ]  # fmt: skip


def _future_rows() -> list[dict[str, Any]]:
    from sim.inputs import list_ids, load_future

    futures = [load_future(name) for name in list_ids("future")]
    return [{"id": f.id, "name": f.name, "shocks": len(f.shocks), "about": f.about} for f in futures]


def _indicator_rows() -> list[dict[str, Any]]:
    from sim.outcomes import FAMILIES, INDICATORS

    return [
        {
            "id": i.id, "name": i.plain_name, "unit": i.unit, "better": "higher" if i.direction > 0 else "lower",
            "family": FAMILIES[i.family],
        }
        for i in INDICATORS.values()
    ]  # fmt: skip


def _mechanism_rows() -> list[dict[str, Any]]:
    from sim.inputs.register import mechanisms, optional_mechanisms

    optional = optional_mechanisms()
    return [
        {
            "id": name, "meaning": meaning, "by_itself": "off" if name in optional else "on",
            "switch": "--with" if name in optional else "--without",
        }
        for name, meaning in mechanisms().items()
    ]  # fmt: skip


def _parameter_rows() -> list[dict[str, Any]]:
    from sim.inputs.register import passports

    return [
        {"id": p.name, "value": p.value, "unit": p.unit, "range": list(p.range), "kind": p.kind, "source": p.source}
        for p in passports().values()
    ]


def _width(row: dict[str, Any]) -> int:
    return len(row["id"])


def _unit_cost(strand: Any) -> str:
    return f"£{strand.unit_cost_gbp:,.0f} per {strand.cost_unit.replace('_', ' ')} ({strand.price_year})"


def _find(identifier: str) -> tuple[str, dict[str, Any]] | None:
    from dataclasses import asdict

    from sim.inputs import list_ids, load_future, load_place, load_strand, load_strategy, load_study, load_workshop
    from sim.inputs.workshop_records import Workshop
    from sim.outcomes import INDICATORS
    from sim.report.drivers import shown_place
    from sim.spec import Place, Study

    if identifier in INDICATORS:
        return "indicator", asdict(INDICATORS[identifier])
    loaders: dict[str, Any] = {"place": load_place, "strategy": load_strategy, "strand": load_strand}
    loaders |= {"future": load_future, "study": load_study, "workshop": load_workshop}
    for kind, load in loaders.items():
        if identifier in list_ids(kind):
            record: Record = load(identifier)
            if isinstance(record, Study):
                return kind, told_study(record)
            if isinstance(record, Workshop):
                return kind, told_workshop(record)
            return kind, shown_place(record) if isinstance(record, Place) else record.model_dump(mode="json")
    return None


def _unknown(identifier: str) -> str:
    from sim.inputs import list_ids
    from sim.outcomes import INDICATORS

    ids = [*INDICATORS, *(name for kind in _SINGULAR.values() for name in list_ids(kind))]
    near = difflib.get_close_matches(identifier, ids, n=3)
    kinds = "|".join(Kind)
    everything = f"zonesim list {kinds} shows all."
    hint = f"Did you mean {' or '.join(near)}?" if near else everything
    return f'there is nothing with the id "{identifier}". {hint}'


def _print_record(kind: str, content: dict[str, Any]) -> None:
    from rich.table import Table
    from rich.text import Text

    # The steps of a theory of change are a table of their own, beside the strands.
    content = {**content, **(content.get("theory_of_change") or {}), "theory_of_change": None}
    lists = {key: value for key, value in content.items() if _is_table(value)}
    table = Table(title=f"{content['name']} ({kind})", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    for key, value in content.items():
        if key not in lists and value not in ("", None, [], {}):
            table.add_row(key.replace("_", " "), Text(_cell(value)))
    out().print(table)
    for key, value in lists.items():
        rows = [{"what": name, **row} for name, row in value.items()] if isinstance(value, dict) else value
        columns = [c for c in rows[0] if c != "note" and any(row.get(c) not in ("", None, {}, []) for row in rows)]
        inner = Table(title=key.replace("_", " "), title_justify="left")
        for column in columns:
            inner.add_column(column.replace("_", " "), overflow="fold")
        for row in rows:
            inner.add_row(*(Text(_cell(row.get(column))) for column in columns))
        out().print(inner)


def _told(future: dict[str, Any]) -> dict[str, Any]:
    """A future with each shock in plain words, and where its size comes from."""
    from sim.futures import in_order, in_words
    from sim.spec import Shock

    rows = [
        {"shock": in_words(s), "size": s.size, "provenance": s.provenance, "source": s.source, "because": s.note}
        for s in in_order(Shock.model_validate(shock) for shock in future["shocks"])
    ]
    return future | {"shocks": rows}


def _is_table(value: Any) -> bool:
    rows = list(value.values()) if isinstance(value, dict) else value
    return isinstance(rows, (list, tuple)) and bool(rows) and all(isinstance(row, dict) for row in rows)


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {_cell(item)}" for key, item in value.items() if item is not None)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_cell, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return "" if value is None else str(value)


def _answer(found: FileCheck, place: Place | None) -> dict[str, Any]:
    return {
        "file": found.file,
        "ok": found.ok,
        "problems": [
            {"line": p.line, "field": p.field, "problem": p.problem, "remedy": p.remedy} for p in found.problems
        ],
        "notes": _notes(found),
        "estimate": _estimate(found, place),
    }


def _notes(found: FileCheck) -> list[str]:
    """What is allowed in a theory of change but may be a slip."""
    from sim.inputs.theory import theory_notes
    from sim.spec import Strategy

    return list(theory_notes(found.record)) if isinstance(found.record, Strategy) else []


def _estimate(found: FileCheck, place: Place | None) -> dict[str, Any] | None:
    from sim.cli.sweep import study_estimate
    from sim.experiments.estimate import place_estimate, strategy_estimate, target_estimate
    from sim.inputs import load_place, load_strands
    from sim.inputs.register import load_register
    from sim.inputs.workshop_records import Workshop
    from sim.spec import Place, Strategy, Study

    record = found.record
    if isinstance(record, Study):
        return study_estimate(record)
    if isinstance(record, Workshop):
        return workshop_estimate(record)
    if isinstance(record, tuple):
        return target_estimate(record)
    if isinstance(record, Place):
        return place_estimate(record)
    if not isinstance(record, Strategy):
        return None
    if place is None and record.place != "any":
        place = load_place(record.place)
    return None if place is None else strategy_estimate(record, place, load_strands(), load_register())


def _print_check(found: FileCheck, answer: dict[str, Any]) -> None:
    console = out()
    if not found.ok:
        count = len(found.problems)
        console.print(f"{found.file}: {count} problem{'s' if count > 1 else ''}", markup=False, highlight=False)
        complain_of(found.problems)
        return
    console.print(f"{found.file}: ok ({found.kind})", markup=False, highlight=False, soft_wrap=True)
    for note in answer["notes"]:
        console.print(f"  note: {note}", markup=False, highlight=False, soft_wrap=True)
    estimate = answer["estimate"]
    if estimate is None:
        if found.kind == "strategy":
            console.print("  Name a place to see what it would need: --place wallsend", markup=False, highlight=False)
        return
    for key, value in estimate.items():
        if key != "strands":
            shown = f"£{value:,}" if "_gbp_" in key else _cell(value) or "no limit"
            console.print(f"  {key.replace('_gbp_', '_').replace('_', ' ')}: {shown}", markup=False, highlight=False)
    for strand in estimate.get("strands", ()):
        console.print(
            f"  {strand['strand']}: {strand['taking_part']:,} of {strand['eligible']:,} eligible, "
            f"£{strand['gbp_a_year']:,} a year",
            markup=False, highlight=False, soft_wrap=True,
        )  # fmt: skip
