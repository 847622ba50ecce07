"""Names of what a study may vary, and which values each may take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sim.inputs.problems import did_you_mean, show_number
from sim.inputs.register import mechanisms, optional_mechanisms, passports
from sim.parameters import GROUPS
from sim.spec import CELL_PARTITIONS, PLACE_CELLS, REQUIRED_CELLS, Strategy

#: Key of a planned strand as a name says it -> (field of the record, least, greatest).
STRAND_FIELDS: dict[str, tuple[str, float, float]] = {
    "places": ("places_per_term", 1, 1_000_000),
    "reach": ("reach_share", 0.001, 1),
    "start": ("start_month", 0, 239),
    "stop": ("stop_month", 1, 240),
    "ramp": ("ramp_months", 0, 60),
    "outreach": ("outreach", 0, 1),
    "priority": ("priority", 1, 99),
    "uptake": ("uptake", 0, 1),
    "unit_cost": ("unit_cost_gbp", 0, 1e6),
}
#: Names that stand alone -> (least, greatest, meaning).
ALONE: dict[str, tuple[float, float, str]] = {
    "effects.size": (0, 3, "factor on the effects of all strands"),
    "effects.fade": (
        0,
        10,
        "factor on the speed at which effects fade: 2 halves every half-life, 0 keeps them for good",
    ),
    "effects.fade_share": (0, 0.99, "share of an effect that is gone a year after it ends, alike for all strands"),
    "strategy.money": (0, 10, "factor on the yearly money of every payer"),
    "strategy.places": (0.01, 10, "factor on the places, or the share reached, of all strands"),
    "strategy.start_delay_months": (0, 120, "months by which everything in a strategy starts later"),
    "future.size": (0, 3, "factor on the sizes of the shocks: 0 none of them, 1 as they are written"),
}
#: Cells of a place that cannot be varied by themselves: they must sum to one, or other cells follow from them.
_BOUND_CELLS = frozenset(cell for group in CELL_PARTITIONS for cell in group) | frozenset((*REQUIRED_CELLS, "zones"))
FREE_CELLS = tuple(cell for cell in PLACE_CELLS if cell not in _BOUND_CELLS)


@dataclass(frozen=True)
class Range:
    """Values that a varied name may take, and what it means. ``whole``: values are rounded."""

    low: float
    high: float
    meaning: str
    whole: bool = False


def range_of(name: str, strategies: Sequence[Strategy], strands: Iterable[str]) -> Range:
    """Range of a name that can be varied. Raises ``ValueError`` for any other, in words with a remedy."""
    head, _, rest = name.partition(".")
    if name in ALONE:
        low, high, meaning = ALONE[name]
        return Range(low, high, meaning, name == "strategy.start_delay_months")
    if head == "effects":
        known = {planned.strand for strategy in strategies for planned in strategy.strands}
        return _among(
            rest, known & set(strands), "strands of these strategies", f"effect of {rest}, as a factor", (0, 3)
        )
    if head == "mechanism":
        return _among(rest, mechanisms(), "mechanisms", f"{rest}: 1 on, 0 off", (0, 1), whole=True)
    if head == "place":
        _among(rest, FREE_CELLS, "cells of a place that can be varied", "", (0, 0))
        rule = PLACE_CELLS[rest]
        return Range(rule.low, rule.high, rule.meaning)
    if name.startswith("strategy.strands."):
        return _of_strand(name, strategies)
    if head in GROUPS:
        _among(name, passports(), "parameters", "", (0, 0))
        page = passports()[name]
        return Range(*page.range, page.unit)
    kinds = ["place.CELL", "mechanism.NAME", "effects.STRAND", "strategy.strands.STRAND.FIELD", "FILE.PARAMETER"]
    raise ValueError(
        f"there is nothing called {name!r} to vary; {did_you_mean(name, [*ALONE, *kinds, *passports()], 'names')}"
    )


def _among(
    word: str, known: Iterable[str], what: str, meaning: str, ends: tuple[float, float], whole: bool = False
) -> Range:
    names = sorted(known)
    if word not in names:
        raise ValueError(f"{word!r} is none of the {what}; {did_you_mean(word, names, what)}")
    return Range(*ends, meaning, whole)


def _of_strand(name: str, strategies: Sequence[Strategy]) -> Range:
    strand, _, key = name.removeprefix("strategy.strands.").partition(".")
    known = {planned.strand for strategy in strategies for planned in strategy.strands}
    _among(strand, known, "strands of these strategies", "", (0, 0))
    _among(key, STRAND_FIELDS, "fields of a strand that can be varied", "", (0, 0))
    field, low, high = STRAND_FIELDS[key]
    whole = field in ("places_per_term", "start_month", "stop_month", "ramp_months", "priority")
    return Range(low, high, f"{key} of {strand}", whole)


def problem_of(name: str, values: Sequence[float], strategies: Sequence[Strategy], strands: Iterable[str]) -> str:
    """What is wrong with varying a name over values, in words with a remedy; empty where nothing is."""
    try:
        found = range_of(name, strategies, strands)
    except ValueError as error:
        return str(error)
    outside = [value for value in values if not found.low <= value <= found.high]
    if outside:
        return (
            f"{show_number(outside[0])} is outside the range of {name}; "
            f"give numbers from {show_number(found.low)} to {show_number(found.high)}"
        )
    if name.startswith("mechanism.") and any(value not in (0, 1) for value in values):
        return f"{name} is 0 (off) or 1 (on); write values = [0, 1]"
    return ""


def switches(values: Mapping[str, float]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(mechanisms switched off, mechanisms asked for) by values of ``mechanism.NAME``."""
    given = {name.removeprefix("mechanism."): v for name, v in values.items() if name.startswith("mechanism.")}
    optional = optional_mechanisms()
    off = tuple(sorted(name for name, value in given.items() if value < 1 and name not in optional))
    return off, tuple(sorted(name for name, value in given.items() if value >= 1 and name in optional))
