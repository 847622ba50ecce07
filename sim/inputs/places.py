"""Load a place: read it, check its cells, fill its gaps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.inputs.documents import Document, open_document
from sim.inputs.filling import filled
from sim.inputs.library import Library, packaged
from sim.inputs.problems import Findings, did_you_mean, file_error, show, show_number, what_it_is
from sim.inputs.validation import validated
from sim.spec import CELL_PARTITIONS, PLACE_CELLS, REQUIRED_CELLS, CellRule, Place

#: How far shares of a whole may be from one.
TOLERANCE = 0.005

#: Cells that only whole numbers make sense for.
_WHOLE = ("children", "deprivation_decile", "zones")


def load_place(ref: str | Path, library: Library | None = None) -> Place:
    """A packaged place by its id, or a place file by its path, with every gap filled in and marked.

    Raises ``InputError`` naming file, line, field, problem and remedy.
    """
    library = library or packaged()
    return fill_place(place_of(open_document(library.find("place", ref), library, "place")), library)


def fill_place(place: Place, library: Library | None = None) -> Place:
    """``place`` with missing cells from the profile of its deprivation decile, and with schools.

    Filled-in cells and schools have ``kind = "filled_in"``. Needs the cells of ``REQUIRED_CELLS``;
    raises ``InputError`` where they or the profile are missing.
    """
    for name in REQUIRED_CELLS:
        if name not in place.cells:
            raise file_error(place.id, "is missing", f"add the cell {name}", field=f"cells.{name}")
    if all(name in place.cells for name in PLACE_CELLS):
        return filled(place, place)
    library = library or packaged()
    path = library.find("place", f"england_decile_{int(place.value('deprivation_decile'))}")
    return filled(place, place_of(open_document(path, library, "place")))


def place_of(document: Document) -> Place:
    """The place as its file states it, checked, with gaps. Raises ``InputError``."""
    findings = Findings(document.lines)
    data = dict(document.data)
    if isinstance(data.get("cells"), dict):
        data["cells"] = {name: _cell_table(name, cell, findings) for name, cell in data["cells"].items()}
        _check_sums(data["cells"], findings)
        for name in REQUIRED_CELLS:
            if name not in data["cells"]:
                findings.add(("cells", name), "is missing", f"add {name} = ... ({PLACE_CELLS[name].meaning})")
    place = validated("place", Place, data, findings)
    if place:
        _check_schools(place, findings)
    findings.raise_if_any()
    assert place is not None, "a place without findings is valid"
    return place


def _cell_table(name: str, cell: Any, findings: Findings) -> Any:
    """A cell as a table with its unit; a bare number is given its passport."""
    rule = PLACE_CELLS.get(name)
    if rule is None:
        findings.add(("cells", name), f"unknown cell {show(name)}", did_you_mean(name, PLACE_CELLS, "cells"))
        return cell
    table = dict(cell) if isinstance(cell, dict) else {"value": cell, "kind": "given"}
    path = ("cells", name, "value") if isinstance(cell, dict) else ("cells", name)
    if "value" in table:
        _check_value(name, table["value"], rule, path, findings)
    unit = table.setdefault("unit", rule.unit) or rule.unit
    if unit != rule.unit:
        findings.add(("cells", name, "unit"), f"the unit {show(unit)} is wrong", f'give it in "{rule.unit}"')
    return table | {"unit": unit}


def _check_value(name: str, value: Any, rule: CellRule, path: tuple[str, ...], findings: Findings) -> None:
    number = "a whole number" if name in _WHOLE else "a number"
    remedy = f"give {number} from {show_number(rule.low)} to {show_number(rule.high)} ({rule.unit})"
    if isinstance(value, bool) or not isinstance(value, int | float):
        findings.add(path, f"{show(value)} is {what_it_is(value)}", remedy)
    elif not rule.low <= value <= rule.high:
        hint = f"; {value:g} per cent is {value / 100:g}" if "share" in name and 1 < value <= 100 else ""
        findings.add(path, f"{show(value)} is out of range", remedy + hint)
    elif name in _WHOLE and value != int(value):
        findings.add(path, f"{show(value)} is not whole", remedy)


def _check_sums(cells: dict[str, Any], findings: Findings) -> None:
    """Shares of a whole must sum to one where all are given and must not exceed it before."""
    for group in (*CELL_PARTITIONS, ("parents_low_qualified_share", "parents_degree_share")):
        given = {name: cells[name].get("value") for name in group if isinstance(cells.get(name), dict)}
        if any(isinstance(value, bool) or not isinstance(value, int | float) for value in given.values()):
            continue
        total = sum(given.values())
        complete = group in CELL_PARTITIONS and len(given) == len(group)
        if total > 1 + TOLERANCE or (complete and total < 1 - TOLERANCE):
            problem = f"{' + '.join(given)} is {total:g}"
            wanted = "make them sum to 1, or leave one out to have it filled in" if complete else "make them at most 1"
            findings.add(("cells", next(iter(given))), problem, wanted)


def _check_schools(place: Place, findings: Findings) -> None:
    seen: set[str] = set()
    for index, school in enumerate(place.schools):
        if school.name in seen:
            path = ("schools", index, "name")
            findings.add(path, f"a second school {show(school.name)}", "give each school its own name")
        seen.add(school.name)
