"""What a strategy would need in a place, by plain arithmetic and without running anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.spec import Analysis, Place, PlannedStrand, Strand, Strategy

if TYPE_CHECKING:
    from sim.inputs.targets import Target
    from sim.parameters import Register

_AGE_BANDS = {
    "age_0_4_share": (0, 4),
    "age_5_10_share": (5, 10),
    "age_11_15_share": (11, 15),
    "age_16_18_share": (16, 18),
}
_TERMS = 3
_PHASES_TO_10 = ("primary", "all_through", "special")
_PHASES_FROM_11 = ("secondary", "all_through", "special")


def place_estimate(place: Place) -> dict[str, Any]:
    """Size of a place and how much of it was filled in."""
    return {
        "children": round(place.value("children")),
        "schools": len(place.schools),
        "service_posts": round(sum(service.posts for service in place.services), 1),
        "cells": len(place.cells),
        "cells_filled_in": sum(cell.kind == "filled_in" for cell in place.cells.values()),
    }


def target_estimate(targets: Sequence[Target]) -> dict[str, Any]:
    """How many published figures a file holds, and what the model would say of them."""
    scored = [target for target in targets if target.measure is not None]
    inputs = sum(target.input is not None for target in targets)
    return {
        "targets": len(targets),
        "scored": len(scored),
        "inputs": inputs,
        "not_modelled": len(targets) - len(scored) - inputs,
        "places": len({target.place for target in scored}),
    }


def strategy_estimate(
    strategy: Strategy, place: Place, library: Mapping[str, Strand], register: Register
) -> dict[str, Any]:
    """Size, money and posts of a strategy in a place.

    Money is pounds a year, in the strategy's prices, with every strand at full size and everybody
    offered a place taking it: what a run spends stays below. Running the partnership, its data agreement and the
    local analysis, in the school year that pays most of it, are part of what is needed. Posts are the staff that
    the strands' money buys.
    """
    children = place.value("children")
    per_child = children if strategy.money_per_child else 1.0
    strands = [
        _strand_estimate(planned, place, library[planned.strand], strategy.price_year, register.prices)
        for planned in strategy.strands
    ]
    overheads = _overheads(strategy, place, library, register)
    for_strands = sum(strand["gbp_a_year"] for strand in strands)
    delivery = register.parameters.delivery
    return {
        "place": place.id,
        "children": round(children),
        "child_months_per_year": round(children) * 12,
        "money_needed_gbp_a_year": for_strands + sum(overheads.values()),
        "strands_gbp_a_year": for_strands,
        **overheads,
        "money_given_gbp_a_year": round(sum(strategy.money_gbp.values()) * per_child),
        "posts_needed": round(for_strands * delivery.staff_share / delivery.post_cost, 1),
        "posts_given": strategy.posts,
        "strands": strands,
    }


def _overheads(
    strategy: Strategy, place: Place, library: Mapping[str, Strand], register: Register
) -> dict[str, int]:  # fmt: skip
    """Pounds a year for what is paid before any strand."""
    from sim.engine.context import cost_gbp
    from sim.engine.partnership import yearly_gbp
    from sim.engine.zone import partnership_of

    running = agreement = analysis = 0.0
    partnership = partnership_of(strategy, library)
    if partnership is not None:
        alone = partnership.model_copy(update={"data_sharing": False})
        running = yearly_gbp(alone, place, register, strategy.price_year)
        agreement = yearly_gbp(partnership, place, register, strategy.price_year) - running
    if strategy.analysis is not None:
        whole = cost_gbp(strategy.analysis, register, strategy.price_year)
        analysis = whole * _most_months_a_year(strategy.analysis) / strategy.analysis.months
    return {
        "partnership_gbp_a_year": round(running),
        "data_agreement_gbp_a_year": round(agreement),
        "local_analysis_gbp_a_year": round(analysis),
    }


def _most_months_a_year(analysis: Analysis) -> int:
    """Most months of an analysis that fall into one school year."""
    months = range(analysis.start_month, analysis.start_month + analysis.months)
    return max(Counter(month // 12 for month in months).values())


def _strand_estimate(
    planned: PlannedStrand, place: Place, strand: Strand, price_year: int, prices: Mapping[int, float]
) -> dict[str, Any]:
    from sim.offers import price_factor

    eligible = place.value("children") * share_in_ages(place, strand.ages) * strand.delivery.need_share
    if planned.places_per_term is not None:
        taking_part = min(float(planned.places_per_term * _TERMS), eligible)
    else:
        taking_part = eligible * (planned.reach_share or 1.0)
    cost = strand.unit_cost_gbp if planned.values.unit_cost_gbp is None else planned.values.unit_cost_gbp
    cost *= price_factor(dict(prices), strand.price_year, price_year)
    return {
        "strand": strand.id,
        "eligible": round(eligible),
        "taking_part": round(taking_part),
        "gbp_a_year": round(cost * _units(strand, place, taking_part)),
    }


def _units(strand: Strand, place: Place, taking_part: float) -> float:
    """Paid units a year: participants, participant-years, children in the area, schools or sites."""
    if strand.cost_unit == "participant_year":
        used = strand.uptake if strand.effect_basis == "area_itt" else 1.0
        return taking_part * used * (1.0 if strand.delivery.ongoing else min(1.0, strand.duration_months / 12))
    if strand.cost_unit == "school_year":
        return float(sum(_serves(strand, school.phase) for school in place.schools))
    if strand.cost_unit == "site_year":
        return taking_part / strand.delivery.site_children
    return taking_part


def _serves(strand: Strand, phase: str) -> bool:
    youngest, oldest = strand.ages
    return (youngest <= 10 and phase in _PHASES_TO_10) or (oldest >= 11 and phase in _PHASES_FROM_11)


def share_in_ages(place: Place, ages: tuple[int, int]) -> float:
    """Share of the place's children whose age lies in ``ages`` (years, both ends in)."""
    share = 0.0
    for cell, (first, last) in _AGE_BANDS.items():
        overlap = min(last, ages[1]) - max(first, ages[0]) + 1
        share += place.value(cell) * max(0, overlap) / (last - first + 1)
    return share
