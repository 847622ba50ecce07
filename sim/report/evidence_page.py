"""The evidence page: every strand of the library as Markdown, judgement values visibly marked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sim.outcomes.declaring import OUTCOME_WORDS
from sim.report.evidence_rules import INTRODUCTION, RULES
from sim.spec import Driver, Effect, OtherEffect, Provenance, Strand

DRIVER_WORDS: dict[Driver, str] = {
    "hardship": "hardship",
    "housing": "poor housing",
    "language": "language",
    "school_climate": "climate in schools",
    "safety": "safety",
    "distress": "parents' distress",
    "access": "services hard to reach",
    "stigma": "stigma",
}

STAGES = {
    "pregnancy_to_2": "Pregnancy to age 2",
    "two_to_five": "Ages 2 to 5",
    "primary": "Primary years",
    "whole_school": "Whole school",
    "secondary_post16": "Secondary years and after 16",
    "family_income_housing": "Family, income and housing",
    "community_partnership": "Community and partnership",
}

COST_UNITS = {
    "participant": "a participant",
    "participant_year": "a participant and year",
    "child_in_area_year": "a child in the area and year",
    "school_year": "a school and year",
    "site_year": "a site and year",
}

NEEDS = {
    "none": "no test of need",
    "low_attainment": "lowest attainment",
    "low_wellbeing": "lowest wellbeing",
    "poor_health": "poorest health",
    "absence": "most absence",
    "distress": "parents in most distress",
    "hardship": "most hardship",
    "overcrowded": "most overcrowded",
    "damp": "dampest and coldest homes",
    "several_risks": "most risks at once",
    "neet_risk": "most at risk of leaving education and work",
    "weak_school": "weakest schools",
    "young_parent": "youngest first-time parents",
}

#: How a value is marked where it stands; what was retrieved carries no mark.
MARKS: dict[Provenance, str] = {
    "retrieved": "",
    "derived": " (derived)",
    "memory": " † memory",
    "judgement": " ‡ judgement",
}

HEADINGS = (
    "Strand", "Who takes part", "Effects on those concerned, SD (SE)", "Basis", "Multiplier at scale",
    "Course, months; half faded after", "Uptake", "Cost (prices of)", "Rating, 1 to 5", "Delivery in the model",
)  # fmt: skip


def evidence_page(strands: Iterable[Strand]) -> str:
    """Markdown of the whole evidence page.

    Parameters
    ----------
    strands
        Any strands, in any order; each must belong to a stage of ``STAGES``.

    Returns
    -------
    str
        One table and one list of notes and sources per stage, strands in order of their ids, ending
        in a single newline: the same strands always give the same text.

    Raises
    ------
    ValueError
        If a strand belongs to a stage the page does not know.
    """
    ordered = sorted(strands, key=lambda strand: strand.id)
    unknown = sorted({strand.stage for strand in ordered} - set(STAGES))
    if unknown:
        raise ValueError(
            f"the evidence page does not know the stage {', '.join(unknown)}; it knows {', '.join(STAGES)}"
        )
    parts = [INTRODUCTION, _tally(ordered), RULES]
    for stage, title in STAGES.items():
        here = [strand for strand in ordered if strand.stage == stage]
        if here:
            parts += [f"## {title}", _table(here), "### Notes and sources", *(_notes(strand) for strand in here)]
    return "\n\n".join(parts) + "\n"


def _tally(strands: list[Strand]) -> str:
    """How much of the library rests on judgement, counted from the strands themselves."""
    rows = []
    for name, marks in (
        ("main effect", [strand.effect_provenance for strand in strands]),
        ("uptake", [strand.uptake_provenance for strand in strands]),
        ("cost", [strand.cost_provenance for strand in strands]),
        ("delivery in the model", [strand.delivery.provenance for strand in strands]),
    ):
        found = sum(mark in ("retrieved", "derived") for mark in marks)
        rows.append((name, str(found), str(marks.count("memory")), str(marks.count("judgement"))))
    headings = ("Value", "Retrieved or derived", "† memory", "‡ judgement")
    return f"Of {len(strands)} strands:\n\n" + _markdown_table(headings, rows)


def _table(strands: list[Strand]) -> str:
    return _markdown_table(HEADINGS, [_row(strand) for strand in strands])


def _row(strand: Strand) -> tuple[str, ...]:
    return (
        f"**{strand.name}** `{strand.id}`",
        _who(strand),
        "; ".join(_effect(strand, effect, first=index == 0) for index, effect in enumerate(strand.outcome_effects)),
        "everyone near by or in the school" if strand.effect_basis == "area_itt" else "participants",
        f"{strand.scale_multiplier:g}",
        f"{strand.duration_months}; {_fade(strand.fade_half_life_months)}",
        f"{100 * strand.uptake:g}%{MARKS[strand.uptake_provenance]}",
        _cost(strand),
        str(strand.evidence_rating),
        _delivery(strand),
    )


def _who(strand: Strand) -> str:
    youngest, oldest = strand.ages
    ages = "all ages" if oldest >= 99 else f"ages {youngest} to {oldest}"
    return f"{ages}: {strand.target}" if strand.target else ages


def _effect(strand: Strand, effect: Effect, *, first: bool) -> str:
    """One effect; the library vouches for the first outcome only, so later ones count as judgement."""
    provenance: Provenance = strand.effect_provenance if first else "judgement"
    return f"{OUTCOME_WORDS[effect.outcome]} {_signed(effect.effect_sd)} ({effect.se_sd:g}){MARKS[provenance]}"


def _cost(strand: Strand) -> str:
    unit = COST_UNITS[strand.cost_unit]
    return f"£{strand.unit_cost_gbp:,.10g} {unit} ({strand.price_year}){MARKS[strand.cost_provenance]}"


def _fade(half_life_months: float | Literal["none"]) -> str:
    return "does not fade" if half_life_months == "none" else f"{half_life_months:g} months"


def _delivery(strand: Strand) -> str:
    delivery = strand.delivery
    who = {"child": "each child", "household": "each household", "school": "whole schools", "area": "the whole area"}
    lasts = "for as long as it runs" if delivery.ongoing else "one course"
    need = NEEDS[delivery.need]
    if delivery.need_share < 1:
        need += f", {100 * delivery.need_share:g}% of the country"
    works_on = ", ".join(DRIVER_WORDS[driver] for driver in delivery.drivers) or "no driver of the place"
    return (
        f"{who[delivery.unit]}; {need}; {lasts}; paid by {_payer(delivery.payer)}{MARKS[delivery.provenance]}; "
        f"works on {works_on}, stigma {delivery.stigma:g} of 1{MARKS['judgement']}"
    )


def _payer(payer: str) -> str:
    return {"nhs": "the NHS", "schools": "schools", "charity": "charity", "housing": "housing bodies"}.get(
        payer, f"the {payer}"
    )


def _notes(strand: Strand) -> str:
    lines = [f"**{strand.name}.** {_plain(strand.notes)}".rstrip()]
    if strand.other_effects:
        lines.append(f"- Other published effects: {'; '.join(map(_other_effect, strand.other_effects))}.")
    lines.append(f"- Delivered by: {_plain(strand.delivered_by)}. Cost: {_plain(strand.cost_basis)}.")
    lines.append(f"- In the model: {_plain(strand.delivery.note)}")
    lines.append("- Sources: " + "; ".join(_source(source) for source in strand.sources) + ".")
    lines.insert(1, "")
    return "\n".join(lines)


def _other_effect(effect: OtherEffect) -> str:
    values = []
    if effect.relative_change is not None:
        values.append(f"{_signed(100 * effect.relative_change)}%")
    if effect.change is not None:
        values.append(_signed(effect.change))
    if effect.effect_sd is not None:
        error = "" if effect.se_sd is None else f" (SE {effect.se_sd:g})"
        values.append(f"{_signed(effect.effect_sd)} SD{error}")
    return f"{effect.outcome.replace('_', ' ')} {', '.join(values)}"


def _source(source: str) -> str:
    """A source as ``Title <address>``: a web address becomes a link, any other locator stands in brackets."""
    title, separator, rest = source.partition(" <")
    address = rest.removesuffix(">")
    if not separator:
        return _plain(source)
    is_link = address.startswith(("http://", "https://")) and " " not in address
    return f"{_plain(title)} <{address}>" if is_link else f"{_plain(title)} ({_plain(address)})"


def _signed(value: float) -> str:
    return "0" if value == 0 else f"{value:+.4g}".replace("-", "−")


def _plain(text: str) -> str:
    """Text with the signs escaped that Markdown would read as HTML or as the edge of a cell."""
    return text.replace("<", "&lt;").replace(">", "&gt;").replace("|", "\\|")


def _markdown_table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [headings, tuple("---" for _ in headings), *(tuple(_plain(cell) for cell in row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
