"""Fill the gaps of a place from the profile of its deprivation decile, and mark what was filled in."""

from __future__ import annotations

import math

from sim.inputs.problems import file_error
from sim.inputs.register import driver_rules
from sim.parameters import DriverRule
from sim.spec import CELL_PARTITIONS, PLACE_CELLS, Cell, Phase, Place, School

#: Places of a typical state school of each phase, and the spare places that let parents choose.
_PRIMARY_PLACES, _PRIMARY_SPARE = 330, 0.12
_SECONDARY_PLACES, _SECONDARY_SPARE = 950, 0.10

#: Limits of ``School.places``.
_SMALLEST, _LARGEST = 5, 5000

_NO_MORE_THAN_ONE = ("parents_low_qualified_share", "parents_degree_share")


def filled(place: Place, profile: Place) -> Place:
    """``place`` with every cell of ``PLACE_CELLS``, missing ones from ``profile``, and with schools.

    Partly given shares of a whole: the rest is divided as in the profile. The area is taken at the
    profile's density. Services that are missing stay missing: the model has its own defaults. A driver that can
    be read from cells that are given is worked out from them; a hidden one stays unknown (value 0).
    Raises ``InputError`` where the profile lacks a cell.
    """
    decile = int(place.value("deprivation_decile"))
    values = _missing_values(place, profile)
    cells = {
        name: place.cells.get(name)
        or Cell(
            value=values[name],
            unit=rule.unit,
            kind="filled_in",
            source=f"profile of deprivation decile {decile}",
        )
        for name, rule in PLACE_CELLS.items()
    }
    for name, rule in driver_rules().items():
        if f"driver_{name}" not in place.cells:
            cells[f"driver_{name}"] = _driver_cell(f"driver_{name}", rule, place, profile)
    whole = place.model_copy(update={"cells": cells})
    return whole.model_copy(update={"schools": (*place.schools, *_missing_schools(whole))})


def _driver_cell(name: str, rule: DriverRule, place: Place, profile: Place) -> Cell:
    """A driver the place does not give: from the open cells it gives against the profile, else usual or unknown."""
    decile, limits = int(place.value("deprivation_decile")), PLACE_CELLS[name]
    given = [cell for cell in rule.cells if cell in place.cells]
    if not given:
        source = f"usual for deprivation decile {decile}" if rule.cells else "not known: drawn anew in each replication"
        return Cell(value=0.0, unit=limits.unit, kind="filled_in", source=source)
    beyond = rule.sign * sum(place.value(cell) - profile.value(cell) for cell in given) / rule.spread
    return Cell(
        value=min(max(beyond, limits.low), limits.high),
        unit=limits.unit,
        kind="derived",
        source=f"{' and '.join(given)} against the profile of deprivation decile {decile}",
    )


def _missing_values(place: Place, profile: Place) -> dict[str, float]:
    missing = [name for name in PLACE_CELLS if name not in place.cells]
    for name in missing:
        if name not in profile.cells:
            raise file_error(profile.id, f"the profile lacks the cell {name}", "add it", field=f"cells.{name}")
    values = {name: profile.value(name) for name in missing}
    if "area_km2" in values:
        area = profile.value("area_km2") * place.value("children") / profile.value("children")
        rule = PLACE_CELLS["area_km2"]
        values["area_km2"] = min(max(area, rule.low), rule.high)
    for group in CELL_PARTITIONS:
        values |= _rest_of(group, place, values)
    low, degree = _NO_MORE_THAN_ONE
    for name, other in ((low, degree), (degree, low)):
        if name in values and other in place.cells:
            values[name] = min(values[name], 1.0 - place.value(other))
    return values


def _rest_of(group: tuple[str, ...], place: Place, values: dict[str, float]) -> dict[str, float]:
    """What the given shares of a group leave over, divided as in the profile."""
    missing = [name for name in group if name in values]
    if not missing or len(missing) == len(group):
        return {}
    rest = max(0.0, 1.0 - sum(place.value(name) for name in group if name in place.cells))
    total = sum(values[name] for name in missing)
    return {name: rest * values[name] / total if total > 0 else rest / len(missing) for name in missing}


def _missing_schools(place: Place) -> list[School]:
    """Primaries and secondaries for the children, where the place names none of that phase.

    Primaries teach Reception (a fifth of the children aged 0 to 4) to Year 6, secondaries Years 7 to 11.
    """
    children = place.value("children")
    phases = {school.phase for school in place.schools}
    schools: list[School] = []
    if not phases & {"primary", "all_through"}:
        pupils = children * (place.value("age_5_10_share") + place.value("age_0_4_share") / 5)
        schools += _schools("primary", pupils * (1 + _PRIMARY_SPARE), _PRIMARY_PLACES)
    if not phases & {"secondary", "all_through"}:
        pupils = children * place.value("age_11_15_share")
        schools += _schools("secondary", pupils * (1 + _SECONDARY_SPARE), _SECONDARY_PLACES)
    return schools


def _schools(phase: Phase, places: float, typical: int) -> list[School]:
    if places <= 0:
        return []
    number = max(1, round(places / typical))
    size = min(max(math.ceil(places / number), _SMALLEST), _LARGEST)
    return [
        School(
            name=f"{phase.capitalize()} {index}",
            phase=phase,
            places=size,
            kind="filled_in",
            source="generated from the number of children",
        )
        for index in range(1, number + 1)
    ]
