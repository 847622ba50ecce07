"""Small places, strands and strategies made for tests; nothing here is taken from the tuned library."""

from __future__ import annotations

from typing import Any

from sim.inputs import fill_place, load_place
from sim.spec import Delivery, Effect, Place, PlannedStrand, Strand, Strategy

TWIN = Strategy(id="no_zone", name="No zone")


def neighbourhood(children: int = 80, decile: int = 5, **cells: float) -> Place:
    """The profile of a decile with another number of children and other cells, schools filled in to fit."""
    profile = load_place(f"england_decile_{decile}")
    changed = {name: cell for name, cell in profile.cells.items() if name != "area_km2"}
    for name, value in {"children": float(children), **cells}.items():
        changed[name] = profile.cells[name].model_copy(update={"value": value})
    return fill_place(profile.model_copy(update={"cells": changed, "schools": (), "services": ()}))


def made_strand(id_: str = "made", *, effects: dict[str, float] | None = None, **changes: Any) -> Strand:
    """A course of six months for children of any age, 0.3 SD of attainment, half-life of a year, GBP 600 a head.

    ``effects``: outcome -> SD (standard error 0.1). ``changes``: fields of ``Strand`` or of its ``Delivery``.
    """
    delivery: dict[str, Any] = {"unit": "child", "payer": "council"}
    for name in list(changes):
        if name in Delivery.model_fields:
            delivery[name] = changes.pop(name)
    fields: dict[str, Any] = {
        "id": id_,
        "name": id_,
        "stage": "any",
        "context": "child",
        "ages": (0, 18),
        "outcome_effects": tuple(
            Effect(outcome=outcome, effect_sd=size, se_sd=0.1)  # type: ignore[arg-type]
            for outcome, size in (effects if effects is not None else {"attainment": 0.3}).items()
        ),
        "effect_basis": "participant",
        "effect_provenance": "judgement",
        "scale_multiplier": 1.0,
        "duration_months": 6,
        "fade_half_life_months": 12.0,
        "uptake": 0.6,
        "uptake_provenance": "judgement",
        "unit_cost_gbp": 600.0,
        "cost_basis": "made for a test",
        "cost_unit": "participant",
        "cost_provenance": "judgement",
        "price_year": 2025,
        "delivered_by": "nobody",
        "evidence_rating": 1,
        "sources": ("made for a test",),
        "delivery": Delivery(**delivery),
    }
    return Strand(**(fields | changes))


def library_of(*strands: Strand) -> dict[str, Strand]:
    """Strands by id."""
    return {strand.id: strand for strand in strands}


def made_strategy(*planned: PlannedStrand, gbp: float = 1e6, posts: float | None = None, id_: str = "made") -> Strategy:
    """A strategy with its strands, the council's money and a limit of posts."""
    return Strategy(id=id_, name=id_, money_gbp={"council": gbp}, posts=posts, strands=planned)


def planned(strand: str = "made", **changes: Any) -> PlannedStrand:
    """A strand for everybody eligible, unless ``changes`` say otherwise."""
    if "places_per_term" not in changes and "reach_share" not in changes:
        changes["reach_share"] = 1.0
    return PlannedStrand(strand=strand, **changes)
