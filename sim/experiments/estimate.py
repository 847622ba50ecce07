"""What a strategy would need in a place, by plain arithmetic and without running anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class YearOfPlan:
    """What a plan needs and has in one school year (1 is the first), by plain arithmetic.

    ``needs_gbp``, ``has_gbp``: pounds in the strategy's prices; ``needs_posts``: most full-time posts in any month;
    ``has_posts``: ``None`` without a limit. ``by_strand``: entry of the strategy -> (pounds, posts, share kept).
    """

    year: int
    needs_gbp: float
    has_gbp: float
    overheads_gbp: float
    needs_posts: float
    has_posts: float | None
    by_strand: tuple[tuple[float, float, float], ...]

    @property
    def share(self) -> float:
        """Share of the money needed that there is, 0 to 1."""
        return min(1.0, self.has_gbp / self.needs_gbp) if self.needs_gbp > 0 else 1.0

    @property
    def posts_share(self) -> float:
        """Share of the posts needed that there are, 0 to 1."""
        if self.has_posts is None or self.needs_posts <= 0:
            return 1.0
        return min(1.0, self.has_posts / self.needs_posts)


def strategy_years(
    strategy: Strategy, place: Place, library: Mapping[str, Strand], register: Register, years: int = 10
) -> tuple[YearOfPlan, ...]:
    """Need against envelope year by year: a strand counts while it runs, and less while it is built up.

    Overheads are paid first, then strands by priority, as in a run; who comes last is cut first. No future, partner
    that leaves, or place nobody takes is foreseen: a run spends somewhat less.
    """
    whole = strategy_estimate(strategy, place, library, register)
    costs = [row["gbp_a_year"] for row in whole["strands"]]
    money, overheads = (
        float(whole["money_given_gbp_a_year"]),
        _overheads_by_year(strategy, place, library, register, years),
    )
    per_post = register.parameters.delivery.post_cost / register.parameters.delivery.staff_share
    found = []
    for year in range(years):
        sizes = [[_size(planned, month) for month in range(12 * year, 12 * year + 12)] for planned in strategy.strands]
        gbp = [cost * sum(size) / 12 for cost, size in zip(costs, sizes, strict=True)]
        posts = [cost * max(size) / per_post for cost, size in zip(costs, sizes, strict=True)]
        most = max(sum(cost * size[m] for cost, size in zip(costs, sizes, strict=True)) for m in range(12)) / per_post
        kept = _kept(strategy, gbp, posts, max(money - overheads[year], 0.0))
        rows = tuple(zip(gbp, posts, kept, strict=True))
        found.append(
            YearOfPlan(year + 1, sum(gbp) + overheads[year], money, overheads[year], most, strategy.posts, rows)
        )
    return tuple(found)


def _kept(strategy: Strategy, gbp: Sequence[float], posts: Sequence[float], money: float) -> list[float]:
    """Share of each strand that money and posts allow, the strands served in their order of priority."""
    kept = [1.0] * len(gbp)
    posts_left = float("inf") if strategy.posts is None else strategy.posts
    for i in sorted(range(len(gbp)), key=lambda i: _queue(strategy.strands[i])):
        by_money = money / gbp[i] if gbp[i] > 0 else 1.0
        by_posts = posts_left / posts[i] if posts[i] > 0 else 1.0
        kept[i] = min(1.0, by_money, by_posts)
        money, posts_left = money - gbp[i] * kept[i], posts_left - posts[i] * kept[i]
    return kept


def _queue(planned: PlannedStrand) -> tuple[int, str, int]:
    """Who is paid first: by priority, as in a run."""
    return planned.priority, planned.strand, planned.start_month


def _size(planned: PlannedStrand, month: int) -> float:
    """Share of full size that a strand has in a month: 0 while it does not run, less than 1 while it is built up."""
    stop = planned.stop_month
    if month < planned.start_month or (stop is not None and month >= stop):
        return 0.0
    return min(1.0, (month - planned.start_month + 1) / (planned.ramp_months + 1))


def _overheads_by_year(
    strategy: Strategy, place: Place, library: Mapping[str, Strand], register: Register, years: int
) -> list[float]:
    """Pounds of each school year for the partnership and the local analysis."""
    from sim.engine.context import cost_gbp
    from sim.engine.partnership import yearly_gbp
    from sim.engine.zone import partnership_of

    partnership, analysis = partnership_of(strategy, library), strategy.analysis
    yearly = 0.0 if partnership is None else yearly_gbp(partnership, place, register, strategy.price_year)
    whole = 0.0 if analysis is None else cost_gbp(analysis, register, strategy.price_year)
    found = []
    for first in range(0, 12 * years, 12):
        running = 0 if partnership is None else min(max(first + 12 - partnership.start_month, 0), 12)
        months = [] if analysis is None else range(analysis.start_month, analysis.start_month + analysis.months)
        analysed = sum(first <= month < first + 12 for month in months)
        found.append(yearly * running / 12 + whole * analysed / max(len(months), 1))
    return found


def _most_months_a_year(analysis: Analysis) -> int:
    """Most months of an analysis that fall into one school year."""
    months = range(analysis.start_month, analysis.start_month + analysis.months)
    return max(Counter(month // 12 for month in months).values())


def _strand_estimate(
    planned: PlannedStrand, place: Place, strand: Strand, price_year: int, prices: Mapping[int, float]
) -> dict[str, Any]:
    from sim.offers import price_factor

    eligible = eligible_now(place, strand)
    taking_part = _people_a_year(planned, strand, eligible)
    cost = strand.unit_cost_gbp if planned.values.unit_cost_gbp is None else planned.values.unit_cost_gbp
    cost *= price_factor(dict(prices), strand.price_year, price_year)
    return {
        "strand": strand.id,
        "eligible": round(eligible),
        "taking_part": round(taking_part),
        "gbp_a_year": round(cost * _units(planned, strand, place, taking_part)),
    }


def eligible_now(place: Place, strand: Strand) -> float:
    """People of a strand's ages and need who live in a place."""
    return place.value("children") * share_in_ages(place, strand.ages) * strand.delivery.need_share


def _people_a_year(planned: PlannedStrand, strand: Strand, eligible: float) -> float:
    """People who take part in a year. A place is taken again when a course shorter than a year is over."""
    if planned.places_per_term is None:
        return eligible * (planned.reach_share or 1.0)
    courses = 1.0 if strand.delivery.ongoing else max(1.0, 12 / strand.duration_months)
    return min(planned.places_per_term * courses, eligible)


def _units(planned: PlannedStrand, strand: Strand, place: Place, taking_part: float) -> float:
    """Paid units a year: participants, participant-years, children in the area, schools or sites."""
    if planned.places_per_term is not None and strand.cost_unit in ("participant", "participant_year"):
        # A place costs its share of a course, however long, for each month it is taken.
        months = strand.duration_months if strand.cost_unit == "participant" else 12
        return min(planned.places_per_term * 12 / months, taking_part)
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
