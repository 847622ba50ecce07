"""What the Start page tells of a place, and places made by a short form; no Solara here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.inputs import InputError, LineMap, Problem, fill_place, list_ids
from sim.inputs.documents import Document
from sim.inputs.places import place_of
from sim.inputs.problems import show
from sim.report.drivers import HIDDEN_CELLS
from sim.spec import PLACE_CELLS, Cell, Place
from sim.ui.choice import ready_place

_ORDINALS = ("most", "second most", "third most", "fourth most", "fifth most", "fifth least", "fourth least",
             "third least", "second least", "least")  # fmt: skip
#: Field of the form -> cell; shares are asked for in per cent.
FORM_CELLS = {
    "children": "children",
    "decile": "deprivation_decile",
    "poverty": "child_poverty_ahc_share",
    "lone": "lone_parent_share",
    "social": "tenure_social_share",
    "eal": "eal_share",
    "area": "area_km2",
}
_PER_CENT = ("poverty", "lone", "social", "eal")
#: Field of the form -> its label, for messages.
LABELS = {
    "name": "Name", "children": "Children", "decile": "Deprivation", "poverty": "Children in poverty",
    "lone": "Lone-parent families", "social": "Families in social housing", "eal": "Another first language",
    "area": "Area",
}  # fmt: skip


def ready_cards() -> list[dict[str, Any]]:
    """All packaged places as cards: the sites first, the general profiles after them."""
    names = sorted(list_ids("place"), key=lambda name: (name.startswith("england_"), _decile_of(name), name))
    return [card(ready_place(name)) for name in names]


def card(place: Place) -> dict[str, Any]:
    """What is shown of a place: three facts with where they come from, what was filled in, what is not known."""
    filled = [name for name, cell in place.cells.items() if cell.kind == "filled_in" and name not in HIDDEN_CELLS]
    unknown = [name for name in HIDDEN_CELLS if place.cells[name].kind in ("filled_in", "derived")]
    return {
        "id": place.id,
        "name": place.name,
        "region": place.region,
        "about": place.about,
        "general": place.id.startswith("england_"),
        "facts": [
            _fact("Children and young people", f"{place.value('children'):,.0f}", place.cells["children"]),
            _fact("Deprivation", deprivation_words(place), place.cells["deprivation_decile"]),
            _fact("Children in poverty", f"{place.value('child_poverty_ahc_share'):.0%}",
                  place.cells["child_poverty_ahc_share"]),
        ],
        "given": len(PLACE_CELLS) - len(filled) - len(HIDDEN_CELLS),
        "filled": [PLACE_CELLS[name].meaning for name in filled],
        "unknown": [PLACE_CELLS[name].meaning.removesuffix(" (hidden)") for name in unknown],
    }  # fmt: skip


def deprivation_words(place: Place) -> str:
    """The decile in words: 2 is "second most deprived tenth"."""
    return f"{_ORDINALS[int(place.value('deprivation_decile')) - 1]} deprived tenth"


def made_place(form: Mapping[str, Any]) -> Place:
    """The place a form describes, gaps filled in from its decile and marked. Raises ``InputError`` by field."""
    problems: list[Problem] = []
    name = _plain(form.get("name", ""))
    if not name:
        problems.append(Problem("form", None, "name", "is missing", "give the place a name"))
    cells: dict[str, float] = {}
    for field, cell in FORM_CELLS.items():
        said = str(form.get(field, "") or "").strip().replace(",", "")
        if said:
            number = _number(said)
            if number is None:
                problems.append(Problem("form", None, field, f"{show(said)} is not a number", "give a number"))
            else:
                cells[cell] = number / 100 if field in _PER_CENT else number
        elif field in ("children", "decile"):
            problems.append(Problem("form", None, field, "is missing", "give a number"))
    if problems:
        raise InputError(tuple(problems))
    data = {"id": own_id(name), "name": name, "about": "A place of your own.", "cells": _whole(cells)}
    try:
        return fill_place(place_of(Document(Path("form"), "place", data, LineMap("form"))))
    except InputError as error:
        raise InputError(tuple(_for_form(problem) for problem in error.problems)) from None


def own_id(name: str) -> str:
    """An id for an own place, which no packaged place can have."""
    words = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return f"own_{words or 'place'}"[:64].rstrip("_")


def _fact(label: str, value: str, cell: Cell) -> dict[str, str]:
    year = f" {cell.year}" if cell.year else ""
    marks = {"judgement": "judgement", "filled_in": "filled in", "given": "given", "assumption": "assumption"}
    return {"label": label, "value": value, "mark": marks.get(cell.kind, f"{cell.kind}{year}"), "source": cell.source}


def _decile_of(name: str) -> int:
    last = name.rsplit("_", 1)[-1]
    return int(last) if last.isdigit() else 0


def _plain(text: Any) -> str:
    """Text of one line that can be shown: no control characters, no marks that turn the reading direction."""
    shown = "".join(c if c.isprintable() else " " for c in str(text)[:160])
    return " ".join(shown.split())


def _number(said: str) -> float | None:
    try:
        value = float(said.rstrip("%"))
    except ValueError:
        return None
    return value if abs(value) < 1e15 else None


def _whole(cells: dict[str, float]) -> dict[str, float]:
    """Whole numbers without decimals, as a message repeats them."""
    return {name: int(value) if float(value).is_integer() else round(value, 6) for name, value in cells.items()}


def _for_form(problem: Problem) -> Problem:
    """A problem of a cell as one of the field that asked for it."""
    cell = problem.field.removeprefix("cells.").split(".")[0]
    field = next((field for field, name in FORM_CELLS.items() if name == cell), "name")
    if field not in _PER_CENT:
        return Problem("form", None, field, problem.problem, problem.remedy)
    return Problem("form", None, field, "this cannot be", "give a number from 0 to 100 (per cent)")
