"""Load a study: find its strategies, places and futures, read its rows, check what it varies and asks for."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from sim.inputs.documents import Document, open_document
from sim.inputs.futures import load_future
from sim.inputs.library import Library, is_path, leads_out, packaged
from sim.inputs.lines import KeyPath
from sim.inputs.places import load_place
from sim.inputs.problems import Findings, did_you_mean, show
from sim.inputs.reading import read_text
from sim.inputs.register import mechanisms, optional_mechanisms
from sim.inputs.strands import load_strands
from sim.inputs.strategies import load_strategy
from sim.inputs.study_records import AskedVariation, StudyFile
from sim.inputs.validation import validated
from sim.inputs.varied import problem_of
from sim.spec import Design, Future, Place, Strategy, Study, Varied

T = TypeVar("T", Place, Strategy, Future)

#: Points of a design; more are several studies.
MOST_POINTS = 1_000_000
_Rows = tuple[tuple[float, ...], ...]


def load_study(ref: str | Path, library: Library | None = None) -> Study:
    """A packaged study by its id, or a study file by its path. Raises ``InputError``."""
    library = library or packaged()
    return study_of(open_document(library.find("study", ref), library, "study"), library)


def study_of(document: Document, library: Library) -> Study:
    """The study a document holds, with everything it names read in. Raises ``InputError``, also for what it names."""
    findings = Findings(document.lines)
    asked = validated("study", StudyFile, document.data, findings)
    findings.raise_if_any()
    assert asked is not None, "a file without findings is valid"
    of, folder = asked.study, document.path.parent
    places = _read(of.places, "places", load_place, folder, library, findings)
    strategies = _read(of.strategies, "strategies", load_strategy, folder, library, findings)
    futures = _read(of.futures, "futures", load_future, folder, library, findings)
    findings.raise_if_any()
    names, rows = _rows(asked, folder, findings)
    findings.raise_if_any()
    vary = _variations(_entries(asked, names, rows, findings), strategies, library, findings)
    _check_asked(asked, findings)
    _check_design(asked, vary, findings)
    findings.raise_if_any()
    given = of.model_dump(exclude={"places", "strategies", "futures"})
    design = Design(**asked.design.model_dump(exclude={"rows"}), rows=rows)
    return Study(
        id=asked.id, about=asked.about, design=design, vary=vary, places=places, strategies=strategies,
        futures=futures, **given,
    )  # fmt: skip


def _read(
    refs: Sequence[str], key: str, load: Callable[..., T], folder: Path, library: Library, findings: Findings
) -> tuple[T, ...]:
    """Records that the study names, each once: by id of the library, or a file in or under the folder of the study."""
    found: dict[str, T] = {}
    for at, ref in enumerate(refs):
        path: KeyPath = ("study", key, at)
        if is_path(ref) and leads_out(ref):
            findings.add(path, f"{show(ref)} leads out of the folder of this file", "put the file beside the study")
            continue
        record: T = load(folder / ref if is_path(ref) else ref, library)
        if record.id in found:
            findings.add(path, f'"{record.id}" stands twice', "name each once")
        found[record.id] = record
    return tuple(found.values())


def _rows(asked: StudyFile, folder: Path, findings: Findings) -> tuple[tuple[str, ...], _Rows]:
    """(names, points) of the CSV of a design of rows; nothing for the other designs."""
    here, name = ("design", "rows"), asked.design.rows
    if asked.design.kind != "rows":
        if name is not None:
            findings.add(
                here, f"a {asked.design.kind} design makes its own points", 'take it out, or write kind = "rows"'
            )
        return (), ()
    remedy = 'name a CSV file beside this one, rows = "points.csv"'
    if name is None:
        findings.add(("design",), "a design of rows needs a file of rows", remedy)
        return (), ()
    if leads_out(name):
        findings.add(here, f"{show(name)} leads out of the folder of this file", remedy)
        return (), ()
    lines = [line for line in csv.reader(io.StringIO(read_text(folder / name))) if any(cell.strip() for cell in line)]
    if len(lines) < 2:
        findings.add(here, f"{show(name)} holds no rows", "give a line of names and a line for each point")
        return (), ()
    names = tuple(cell.strip() for cell in lines[0])
    points = []
    for number, line in enumerate(lines[1:], start=2):
        values = [_number(cell) for cell in line]
        if len(line) != len(names) or None in values:
            findings.add(
                here, f"line {number} of {show(name)} is not {len(names)} numbers", "give one number to a column"
            )
            return (), ()
        points.append(tuple(value for value in values if value is not None))
    return names, tuple(points)


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _entries(
    asked: StudyFile, names: Sequence[str], rows: _Rows, findings: Findings
) -> list[tuple[KeyPath, AskedVariation]]:
    """(place in the file, entry) of what is varied, in the order of the file, or of the columns of the CSV."""
    told = {entry.name: (at, entry) for at, entry in enumerate(asked.vary)}
    if len(told) < len(asked.vary) or len(set(names)) < len(names):
        findings.add(("vary",), "a name is varied twice", "name each once")
    if asked.design.kind != "rows":
        return [(("vary", at), entry) for at, entry in enumerate(asked.vary)]
    for name, (at, _) in told.items():
        if name not in names:
            remedy = did_you_mean(name, names, "columns")
            findings.add(("vary", at, "name"), f"the CSV has no column {show(name)}", remedy)
    found: list[tuple[KeyPath, AskedVariation]] = []
    for column, name in enumerate(names):
        own = told.get(name, (0, AskedVariation(name=name)))[1]
        values = tuple(sorted({row[column] for row in rows}))
        path = ("vary", told[name][0]) if name in told else ("design", "rows")
        found.append((path, own.model_copy(update={"low": None, "high": None, "values": values})))
    return found


def _variations(
    entries: Sequence[tuple[KeyPath, AskedVariation]], strategies: Sequence[Strategy], library: Library,
    findings: Findings,
) -> tuple[Varied, ...]:  # fmt: skip
    """What is varied, each with a range or a list of values that it may take."""
    strands, found = load_strands(library), []
    for path, entry in entries:
        ends = [end for end in (entry.low, entry.high) if end is not None]
        if bool(ends) == bool(entry.values) or len(ends) == 1:
            findings.add(path, f"{show(entry.name)} has no range", "give low = and high =, or values = [ ]")
            continue
        if ends and ends[0] >= ends[1]:
            findings.add((*path, "low"), "low must be below high", "exchange them, or write values = [ ]")
            continue
        problem, _, remedy = problem_of(entry.name, ends or entry.values, strategies, strands).partition("; ")
        if problem:
            findings.add((*path, "name"), problem, remedy)
            continue
        found.append(Varied(**entry.model_dump()))
    return tuple(found)


def _check_asked(asked: StudyFile, findings: Findings) -> None:
    """Outcomes and mechanisms have to exist, each named once."""
    from sim.outcomes.asked import asked as outcome

    for at, text in enumerate(asked.study.outcomes):
        path: KeyPath = ("study", "outcomes", at)
        try:
            outcome(text, asked.study.years)
        except ValueError as error:
            problem, _, remedy = str(error).partition("; ")
            findings.add(path, problem, remedy)
        if text in asked.study.outcomes[:at]:
            findings.add(path, f"{show(text)} stands twice", "ask for each once")
    for key, names, known in (
        ("without", asked.study.without, mechanisms()), ("including", asked.study.including, optional_mechanisms()),
    ):  # fmt: skip
        for at, name in enumerate(names):
            if name not in known:
                findings.add(
                    ("study", key, at), f"there is no mechanism {show(name)}", did_you_mean(name, known, "mechanisms")
                )


def _check_design(asked: StudyFile, vary: Sequence[Varied], findings: Findings) -> None:
    """The design must fit what is varied, and must not be beyond use."""
    design, here = asked.design, ("design", "points")
    if design.kind in ("latin_hypercube", "sobol", "morris") and not asked.vary:
        findings.add(("vary",), f"a {design.kind} design varies nothing", "add [[vary]] with a name, low and high")
    if design.kind == "sobol" and design.points & (design.points - 1):
        above = 2 ** design.points.bit_length()
        findings.add(here, "a sobol design needs a power of 2", f"write points = {above // 2} or points = {above}")
    if design.kind == "grid" and design.points < 2 and any(entry.low is not None for entry in vary):
        findings.add(
            here,
            "a grid needs at least two levels of a range",
            "write points = 5, or values = [ ] instead of low, high",
        )
    size = n_points(Design(**design.model_dump(exclude={"rows"})), vary)
    if size > MOST_POINTS:
        findings.add(here, f"the design has {size:,} points", f"vary less at a time; a study may have {MOST_POINTS:,}")


def n_points(design: Design, vary: Sequence[Varied]) -> int:
    """Number of points of a design."""
    if design.kind == "rows":
        return len(design.rows)
    if design.kind == "sobol":
        return design.points * ((2 if design.second_order else 1) * len(vary) + 2)
    if design.kind == "morris":
        return design.points * (len(vary) + 1)
    if design.kind == "latin_hypercube":
        return design.points
    return math.prod(len(entry.values) or design.points for entry in vary)
