"""What the panels of the Plan page show, as plain values; no Solara here and nothing is computed a second time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sim.experiments.estimate import YearOfPlan, eligible_now, strategy_estimate, strategy_years
from sim.inputs.strategies import is_enrolled
from sim.inputs.theory import in_order, steps_of, theory_notes
from sim.outcomes import FAMILIES, GROUPS, INDICATORS, groups_of
from sim.outcomes.declaring import OUTCOME_WORDS
from sim.report.evidence_page import COST_UNITS, DRIVER_WORDS, STAGES
from sim.report.words import measure, pounds
from sim.spec import Place, PlannedStrand, Strand, Strategy
from sim.ui.changes_in_words import DEPTH, GOVERNANCE, PARTNER_KINDS, PAYERS, TARGETING, month
from sim.ui.editing import library, numbers

CONTEXTS = {
    "child": "Child", "family": "Family", "school": "School", "service": "Service", "community": "Community",
    "partnership": "Partnership",
}  # fmt: skip
#: Evidence ratings of the library in words.
RATINGS = {1: "very weak", 2: "weak", 3: "mixed", 4: "good", 5: "strong"}
MEASURES = {
    "started": "people who started", "completed": "people who completed", "taking_part": "people taking part",
    "posts_filled": "posts filled",
}  # fmt: skip
STEP_KINDS = {"output": "Output (what we do)", "step": "Step of change", "outcome": "Outcome"}
#: A need within this of what there is counts as met: figures are rounded to a hundred pounds.
CLOSE = 0.995


def choices() -> dict[str, list[dict[str, str]]]:
    """Words for every choice that a select of the page offers."""

    def options(words: Mapping[str, str]) -> list[dict[str, str]]:
        return [{"value": value, "text": text} for value, text in words.items()]

    return {
        "targeting": options(TARGETING), "governance": options(GOVERNANCE), "depth": options(DEPTH),
        "kinds": options(PARTNER_KINDS), "payers": options(PAYERS), "families": options(FAMILIES),
        "measures": options(MEASURES), "step_kinds": options(STEP_KINDS), "stages": options(STAGES),
    }  # fmt: skip


@lru_cache(maxsize=1)
def catalogue() -> list[dict[str, Any]]:
    """Every strand of the library as the list to add from shows it, the strongest evidence first."""
    strands = sorted(library().values(), key=lambda strand: (-strand.evidence_rating, strand.name))
    return [_card(strand) for strand in strands]


def _card(strand: Strand) -> dict[str, Any]:
    effects = [
        f"{OUTCOME_WORDS[effect.outcome]} {signed(effect.effect_sd * strand.scale_multiplier)} SD"
        for effect in strand.outcome_effects
    ]
    return {
        "id": strand.id,
        "name": strand.name,
        "stage": strand.stage,
        "side": CONTEXTS[strand.context],
        "ages": f"ages {strand.ages[0]} to {strand.ages[1]}",
        "rating": strand.evidence_rating,
        "strength": f"{RATINGS[strand.evidence_rating]} evidence ({strand.evidence_rating} of 5)",
        "acts_on": ", ".join(effects) or "no outcome directly",
        "drivers": ", ".join(DRIVER_WORDS[driver] for driver in strand.delivery.drivers),
        "cost": f"{pounds(strand.unit_cost_gbp)} {COST_UNITS[strand.cost_unit].replace('a ', 'per ', 1)}",
        "cost_gbp": strand.unit_cost_gbp,
        "uptake": strand.uptake,
        "judged": [
            word
            for word, kind in (
                ("effect", strand.effect_provenance), ("cost", strand.cost_provenance),
                ("take-up", strand.uptake_provenance),
            )
            if kind == "judgement"
        ],
        "delivered_by": strand.delivered_by,
        "payer": PAYERS[strand.delivery.payer],
        "months": strand.duration_months,
        "ongoing": strand.delivery.ongoing,
        "enrolled": is_enrolled(strand),
        "sources": list(strand.sources),
        "colour": list(CONTEXTS).index(strand.context) + 1,
        "find": f"{strand.name} {strand.target} {strand.delivered_by} {' '.join(effects)} {strand.context}".lower(),
    }  # fmt: skip


def signed(number: float) -> str:
    """An effect with its sign and two decimals; a rounded zero carries none."""
    return f"{number:+.2f}".replace("-", "\N{MINUS SIGN}") if round(number, 2) else "0.00"


def timeline(strategy: Strategy, place: Place, years: int) -> dict[str, Any]:
    """Rows of the timeline in the order in which strands are paid, and what each year needs and has."""
    found = strategy_years(strategy, place, library(), numbers(), years)
    whole = strategy_estimate(strategy, place, library(), numbers())["strands"]
    order = sorted(range(len(strategy.strands)), key=lambda at: _queue(strategy.strands[at]))
    rows = [
        _row(at, rank, strategy.strands[at], place, whole[at], [year.by_strand[at] for year in found])
        for rank, at in enumerate(order)
    ]
    return {"rows": rows, "years": said_once([_year(year, strategy) for year in found])}


def said_once(years: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Neighbouring years with the same need and envelope share one sentence, told at the first of them."""
    told: list[dict[str, Any]] = []
    first = -1
    for at, year in enumerate(years):
        if at == 0 or not _alike(years[first], year):
            first = at
            told.append(dict(year))
        else:
            said = year["sentence"].partition(":")[2]
            told[first]["sentence"] = f"Years {years[first]['year']} to {year['year']}:{said}"
            told.append(year | {"sentence": ""})
    return told


def _alike(first: Mapping[str, Any], year: Mapping[str, Any]) -> bool:
    keys = ("needs", "has", "posts", "posts_has")
    return all(first[key] == year[key] for key in keys)


def _queue(planned: PlannedStrand) -> tuple[int, str, int]:
    return planned.priority, planned.strand, planned.start_month


def _row(
    at: int, rank: int, planned: PlannedStrand, place: Place, whole: Mapping[str, Any], by_year: Sequence[Any]
) -> dict[str, Any]:
    strand = library()[planned.strand]
    cut = [year for year, (gbp, _, share) in enumerate(by_year, start=1) if gbp > 0 and share < CLOSE]
    most = max((gbp for gbp, _, _ in by_year), default=0.0)
    posts = max((posts for _, posts, _ in by_year), default=0.0)
    return {
        "at": at,
        "rank": rank,
        "strand": planned.strand,
        "name": strand.name,
        "start": planned.start_month,
        "ramp": planned.ramp_months,
        "stop": planned.stop_month,
        "places": planned.places_per_term,
        "reach": planned.reach_share,
        "targeting": planned.targeting,
        "outreach": planned.outreach,
        "values": planned.values.model_dump(exclude_defaults=True),
        "when": _when(planned),
        "who": _who(planned, strand, whole["taking_part"], round(eligible_now(place, strand))),
        "eligible": round(eligible_now(place, strand)),
        "taking_part": whole["taking_part"],
        "gbp": pounds(most),
        "posts": f"{posts:,.1f}",
        "cut": cut,
        "cut_words": cut_words(cut, [share for _, _, share in by_year]),
    }


def _when(planned: PlannedStrand) -> str:
    said = f"from {month(planned.start_month)}"
    if planned.ramp_months:
        said += f", full size after {planned.ramp_months} months"
    return said + (f", to {month(planned.stop_month - 1)}" if planned.stop_month is not None else ", to the end")


def _who(planned: PlannedStrand, strand: Strand, taking_part: int, eligible: int) -> str:
    if not is_enrolled(strand):
        return "the whole area" if strand.delivery.unit == "area" else f"about {eligible:,} eligible"
    families = "families" if strand.delivery.unit == "household" else "children"
    if planned.places_per_term is not None:
        places = f"{planned.places_per_term:,} places at a time"
        return f"{places}, about {taking_part:,} of {eligible:,} eligible {families} a year"
    return f"{100 * (planned.reach_share or 1.0):.3g}% of about {eligible:,} eligible {families}"


def cut_words(cut: Sequence[int], shares: Sequence[float]) -> str:
    """Which years of a strand are cut, and how far at worst; empty where none is."""
    if not cut:
        return ""
    least = min(shares[year - 1] for year in cut)
    return f"cut in {years_in_words(cut)}, at worst to {100 * least:.0f}% of plan"


def years_in_words(years: Sequence[int]) -> str:
    """``Year 3``, ``Years 3 to 5``, ``Years 1, 3 and 4``."""
    if len(years) == 1:
        return f"Year {years[0]}"
    if years[-1] - years[0] + 1 == len(years):
        return f"Years {years[0]} to {years[-1]}"
    return f"Years {', '.join(map(str, years[:-1]))} and {years[-1]}"


def _year(year: YearOfPlan, strategy: Strategy) -> dict[str, Any]:
    cut = [p for p, (_, _, share) in zip(strategy.strands, year.by_strand, strict=True) if share < CLOSE]
    first = max(cut, key=_queue, default=None)
    return {
        "year": year.year,
        "needs": round(year.needs_gbp),
        "has": round(year.has_gbp),
        "posts": round(year.needs_posts, 1),
        "posts_has": year.has_posts,
        "short": year.share < CLOSE,
        "posts_short": year.posts_share < CLOSE,
        "sentence": year_sentence(year, library()[first.strand].name if first else ""),
        "needs_words": pounds(year.needs_gbp),
        "has_words": pounds(year.has_gbp),
    }


def year_sentence(year: YearOfPlan, first_cut: str) -> str:
    """What a year needs, what it has, and what follows, in one sentence."""
    said = f"Year {year.year}: needs {pounds(year.needs_gbp)}, has {pounds(year.has_gbp)}"
    share = min(year.share, year.posts_share)
    if share >= CLOSE:
        return said + ": enough."
    if year.posts_share < year.share:
        said += f"; needs {year.needs_posts:,.1f} posts, has {year.has_posts:,.1f}"
    return f"{said}: the plan will be cut to {100 * share:.0f}%" + (f", {first_cut} first." if first_cut else ".")


def summary(years: Sequence[Mapping[str, Any]]) -> str:
    """The years together, in two short sentences."""
    if not any(year["needs"] for year in years):
        return "Nothing is planned yet, so nothing is needed."
    short = [year["year"] for year in years if year["short"]]
    posts = [year["year"] for year in years if year["posts_short"]]
    total = pounds(float(sum(year["needs"] for year in years)))
    said = f"{len(years)} years need {total}."
    said += (
        f" There is too little money in {years_in_words(short)}." if short else " There is enough money in every year."
    )
    return said + (f" There are too few posts in {years_in_words(posts)}." if posts else "")


def money(strategy: Strategy, place: Place) -> dict[str, Any]:
    """The envelope: pounds a year by payer, posts."""
    paid: dict[str, float] = {str(payer): gbp for payer, gbp in strategy.money_gbp.items()}
    return {
        "payers": [{"payer": payer, "name": name, "gbp": paid.get(payer)} for payer, name in PAYERS.items()],
        "per_child": strategy.money_per_child,
        "posts": strategy.posts,
        "price_year": strategy.price_year,
        "children": round(place.value("children")),
    }


def zone(strategy: Strategy, place: Place) -> dict[str, Any]:
    """Partnership, partners and local analysis as a run would have them, and what they cost."""
    from sim.engine.context import cost_gbp
    from sim.engine.partnership import yearly_gbp
    from sim.engine.zone import partnership_of

    partnership, analysis = partnership_of(strategy, library()), strategy.analysis
    yearly = 0.0 if partnership is None else yearly_gbp(partnership, place, numbers(), strategy.price_year)
    return {
        "own": strategy.partnership is not None,
        "usual": partnership is not None and (strategy.partnership is None or not strategy.partnership.partners),
        "partnership": None if partnership is None else partnership.model_dump(mode="json"),
        "cost": pounds(yearly),
        "backbone": any(library()[planned.strand].delivery.backbone for planned in strategy.strands),
        "analysis": None if analysis is None else analysis.model_dump(mode="json"),
        "analysis_cost": "" if analysis is None else pounds(cost_gbp(analysis, numbers(), strategy.price_year)),
    }


@lru_cache(maxsize=1)
def indicators() -> list[dict[str, Any]]:
    """Every indicator that a step may read: plain name first, its unit as people type it, its groups."""
    found = []
    for indicator in INDICATORS.values():
        shown = measure(indicator)
        found.append(
            {
                "id": indicator.id, "name": indicator.plain_name, "family": FAMILIES[indicator.family],
                "unit": shown.difference_unit, "scale": shown.scale, "up": indicator.direction > 0,
                "groups": [{"value": group, "text": GROUPS.get(group, group)} for group in groups_of(indicator.id)],
            }
        )  # fmt: skip
    return sorted(found, key=lambda one: (list(FAMILIES.values()).index(one["family"]), one["name"]))


def theory(strategy: Strategy) -> dict[str, Any]:
    """Theory of change: texts, steps in the order in which they rest on one another, and what may be a slip."""
    steps = in_order(steps_of(strategy))
    texts = strategy.theory_of_change
    return {
        "starting_situation": texts.starting_situation if texts else "",
        "why": texts.why if texts else "",
        "steps": [step.model_dump(mode="json", exclude_defaults=True) | {"words": step_words(step)} for step in steps],
        "strands": [
            {"value": name, "text": library()[name].name}
            for name in dict.fromkeys(planned.strand for planned in strategy.strands)
        ],
        "notes": list(theory_notes(strategy)),
    }


def step_words(step: Any) -> str:
    """What a step claims, as one sentence."""
    by = month(step.by_month - 1)
    if step.strand is not None:
        least = "some" if step.size is None else f"at least {step.size:,.0f}"
        name = library()[step.strand].name if step.strand in library() else step.strand
        return f"By {by}: {least} {MEASURES[step.measure]} in {name}."
    indicator = INDICATORS[step.indicator]
    shown = measure(indicator)
    size = "" if step.size is None else f" by at least {shown.bare(step.size)} {shown.difference_unit}".rstrip()
    way = "higher" if step.direction == "up" else "lower"
    group = "" if step.group == "all" else f" ({GROUPS.get(step.group, step.group)})"
    against = "than without the zone" if step.against == "twin" else "than on the first day"
    return f"By {by}: {indicator.plain_name}{group} {way}{size} {against}."
