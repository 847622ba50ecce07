"""What drives disadvantage in a place, in words; hidden drivers stay hidden until an analysis is bought."""

from __future__ import annotations

from typing import Any

from sim.spec import DRIVERS, HIDDEN_DRIVERS, Place

UNKNOWN = "not known until a local analysis is bought"

#: Cells whose values nobody in the place knows beforehand.
HIDDEN_CELLS = tuple(f"driver_{name}" for name in HIDDEN_DRIVERS)

#: A driver within the first is as usual, within the second somewhat beyond it (SD between places).
_USUAL, _SOMEWHAT = 0.25, 0.75


def driver_words(value: float) -> str:
    """How a driver (SD between places of a decile, plus is worse) compares with places as deprived."""
    if abs(value) < _USUAL:
        return "about as usual for places as deprived"
    how = "somewhat" if abs(value) < _SOMEWHAT else "clearly"
    return f"{how} {'more' if value > 0 else 'less'} than usual for places as deprived"


def shown_drivers(place: Place) -> dict[str, str]:
    """Driver -> what is told of it: open ones in words, of hidden ones that they are not known."""
    return {
        name: UNKNOWN if name in HIDDEN_DRIVERS else driver_words(place.value(f"driver_{name}")) for name in DRIVERS
    }


def shown_place(place: Place) -> dict[str, Any]:
    """A place as plain values for an answer, without the cells of hidden drivers, with all drivers in words."""
    content = place.model_dump(mode="json")
    content["cells"] = {name: cell for name, cell in content["cells"].items() if name not in HIDDEN_CELLS}
    return content | {"drivers": [{"driver": name, "here": words} for name, words in shown_drivers(place).items()]}
