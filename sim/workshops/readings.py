"""What a run says about what was predicted: numbers of a comparison in the units in which people see them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from sim.experiments.compare import Comparison
from sim.inputs.workshop_records import Quantity, Workshop
from sim.outcomes import INDICATORS
from sim.outputs.delivery import shortfalls
from sim.report.words import Measure, measure
from sim.workshops.mixes import strands
from sim.workshops.state import Reading


def measure_of(quantity: Quantity) -> Measure:
    """How numbers of a quantity are shown; the words after them are the file's, if it has any."""
    usual = measure(INDICATORS[quantity.indicator])
    scale, decimals = usual.scale, usual.decimals
    if quantity.times is not None:
        scale, decimals = quantity.times, max(0, decimals - round(math.log10(quantity.times / usual.scale)))
    decimals = decimals if quantity.decimals is None else quantity.decimals
    unit, difference_unit = (quantity.unit,) * 2 if quantity.unit else (usual.unit, usual.difference_unit)
    return Measure(scale, decimals, unit, difference_unit)


def answer_of(quantity: Quantity, reading: Reading) -> float:
    """The number that was to be predicted."""
    return reading.difference if quantity.of == "difference" else reading.value


def shown_answer(quantity: Quantity, number: float, signed: bool = True) -> str:
    """A number of a quantity with its unit; a difference carries its sign."""
    shown = measure_of(quantity)
    plain = Measure(1.0, shown.decimals, shown.unit, shown.difference_unit)
    if quantity.of == "difference" and signed:
        return plain.difference(number)
    return plain.value(number)


def shown_number(quantity: Quantity, number: float) -> str:
    """A number of a quantity without its unit."""
    return Measure(1.0, measure_of(quantity).decimals, "", "").bare(number, signed=quantity.of == "difference")


def board_quantity(workshop: Workshop) -> Quantity | None:
    """What the board sets against cost."""
    quantities = workshop.file.quantities
    if not quantities:
        return None
    return workshop.quantity(workshop.file.setting.board) if workshop.file.setting.board else quantities[0]


def told_result(workshop: Workshop, comparison: Comparison) -> dict[str, Any]:
    """What is kept of a run of one mix.

    ``readings`` by quantity, ``cost`` and ``budget`` (pounds over all years), ``series`` of the board's quantity, and
    ``short``: what money, posts or staff did not reach.
    """
    readings = {}
    for quantity in workshop.file.quantities:
        row = _rows(comparison, quantity).query(f"year == {quantity.year}")
        if len(row) == 1 and not bool(row["suppressed"].iloc[0]):
            scale = measure_of(quantity).scale
            five = row.iloc[0][["value", "twin", "difference", "low", "high"]].to_numpy(dtype=float) * scale
            if np.isfinite(five).all():
                readings[quantity.id] = [round(float(number), 6) for number in five]
    return {
        "readings": readings,
        "cost": round(float(comparison.costs["gbp"].sum()), 2),
        "series": _series(workshop, comparison),
        "budget": round(_budget(comparison), 2),
        "short": _short(comparison),
    }


def _budget(comparison: Comparison) -> float:
    """Pounds that the mix was given over all years, before anything happened to them."""
    mix = comparison.strategies[0]
    children = comparison.place.value("children") if mix.money_per_child else 1.0
    return sum(mix.money_gbp.values()) * children * comparison.years


def _short(comparison: Comparison) -> list[str]:
    """What fell short, a sentence a strand, the shortest first."""
    mix = comparison.strategies[0]
    ours = comparison.delivery[~comparison.delivery["today"].astype(bool)]
    said: dict[str, list[str]] = {}
    for one in shortfalls(ours, {mix.id: mix}):
        said.setdefault(strands()[one.strand].name, []).append(one.words)
    return [f"{name}: {'; '.join(words)}" for name, words in said.items()]


def _series(workshop: Workshop, comparison: Comparison) -> list[list[float]]:
    quantity = board_quantity(workshop)
    if quantity is None:
        return []
    rows, scale = _rows(comparison, quantity), measure_of(quantity).scale
    shown = rows[~rows["suppressed"].astype(bool)].sort_values("year")
    return [
        [int(year), round(float(value) * scale, 6), round(float(twin) * scale, 6)]
        for year, value, twin in zip(shown["year"], shown["value"], shown["twin"], strict=True)
    ]


def _rows(comparison: Comparison, quantity: Quantity) -> pd.DataFrame:
    found = comparison.results
    here = (
        (found["indicator"] == quantity.indicator)
        & (found["group"] == quantity.group)
        & (found["population"] == quantity.population)
    )
    return found[here]
