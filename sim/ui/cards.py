"""A card for every number: parameters, strands and unit values, from their passports; no Solara here."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from sim.inputs import load_strands
from sim.inputs.register import load_register, passports
from sim.outcomes.declaring import OUTCOME_WORDS
from sim.report.evidence_page import COST_UNITS, NEEDS, STAGES
from sim.report.parameters_page import SECTIONS
from sim.report.words import pounds, upper_first
from sim.spec import Effect, Provenance, Strand

Card = dict[str, Any]
#: Where 90 of 100 draws of an effect lie: this many standard errors on either side.
NINETY = 1.6449
#: Filters of the page: how a value is known. Judgement is everything that no figure stands behind.
KINDS = {
    "evidence": "Published evidence", "calibrated": "Fitted to national figures", "policy": "Rule of the country",
    "judgement": "Judgement of the authors",
}  # fmt: skip
_PROVENANCE: dict[Provenance, tuple[str, str]] = {
    "retrieved": ("evidence", "read in the source named"), "derived": ("evidence", "worked out from the source named"),
    "memory": ("evidence", "recalled, not looked up"), "judgement": ("judgement", "judgement, no direct figure"),
}  # fmt: skip
PARTS = {
    **{f"strand:{stage}": f"Strands: {name}" for stage, name in STAGES.items()},
    **{group: f"Model: {heading}" for group, (heading, _) in SECTIONS.items()},
    "values": "Unit values",
}


@cache
def all_cards() -> tuple[Card, ...]:
    """Every card: strands first, in order of their ids, then the model's numbers, then unit values.

    A card: ``id``, ``title``, ``part``, ``kind`` (of ``KINDS``), ``value``, ``interval``, ``population``, ``year``,
    ``strength``, ``known`` (how, in words), ``sources`` (texts), ``note``, ``own`` (how to give an own value).
    """
    strands = load_strands()
    cards = [card for name in sorted(strands) for card in _strand_cards(strands[name])]
    cards += [_parameter_card(name) for name in passports()]
    return (*cards, *_value_cards())


def _card(**known: Any) -> Card:
    empty = {"interval": "", "population": "", "year": "", "strength": "", "note": "", "own": "", "sources": []}
    return empty | known


def _strand_cards(strand: Strand) -> list[Card]:
    shared = {
        "part": f"strand:{strand.stage}", "population": _who(strand), "sources": list(strand.sources),
        "strength": f"{strand.evidence_rating} of 5",
    }  # fmt: skip
    cards = [_effect_card(strand, effect, at, shared) for at, effect in enumerate(strand.outcome_effects)]
    uptake, how = _PROVENANCE[strand.uptake_provenance]
    cards.append(
        _card(
            **shared, id=f"strand.{strand.id}.uptake", title=f"{strand.name}: uptake", kind=uptake, known=how,
            value=f"{strand.uptake:.0%} of those offered it accept", note=strand.notes,
            own=_own_value(strand, "uptake", strand.uptake),
        )
    )  # fmt: skip
    cost, how = _PROVENANCE[strand.cost_provenance]
    cards.append(
        _card(
            **shared, id=f"strand.{strand.id}.cost", title=f"{strand.name}: cost", kind=cost, known=how,
            value=f"{pounds(strand.unit_cost_gbp)} {COST_UNITS[strand.cost_unit]}",
            year=f"prices of {strand.price_year}", note=strand.cost_basis,
            own=_own_value(strand, "unit_cost_gbp", strand.unit_cost_gbp),
        )
    )  # fmt: skip
    return cards


def _effect_card(strand: Strand, effect: Effect, at: int, shared: Card) -> Card:
    # The library vouches for the first outcome only; later ones count as judgement.
    kind, how = _PROVENANCE[strand.effect_provenance if at == 0 else "judgement"]
    low, high = (effect.effect_sd + sign * NINETY * effect.se_sd for sign in (-1, 1))
    fade = strand.fade_half_life_months
    lasts = "does not fade" if fade == "none" else f"half of it fades in {fade:g} months"
    return _card(
        **shared, id=f"strand.{strand.id}.{effect.outcome}", kind=kind, known=how,
        title=f"{strand.name}: effect on {OUTCOME_WORDS[effect.outcome]}",
        value=f"{_signed(effect.effect_sd)} SD in the studies; times {strand.scale_multiplier:g} in routine delivery; "
        f"after it ends {lasts}",
        interval=f"{_signed(low)} to {_signed(high)} SD in 90 of 100 draws of the mean effect", note=strand.notes,
        own=_own_value(strand, "effect_multiplier", 1.0),
    )  # fmt: skip


def _who(strand: Strand) -> str:
    youngest, oldest = strand.ages
    ages = "all ages" if oldest >= 99 else f"ages {youngest} to {oldest}"
    return "; ".join(part for part in (ages, strand.target, NEEDS[strand.delivery.need]) if part)


def _own_value(strand: Strand, field: str, value: float) -> str:
    return f'[[strands]]\nstrand = "{strand.id}"\n[strands.values]\n{field} = {value:g}'


def _parameter_card(name: str) -> Card:
    page = passports()[name]
    low, high = page.range
    kind = "judgement" if page.kind == "assumption" else page.kind
    year = re.search(r"\b(?:19|20)\d\d\b", page.source)
    return _card(
        id=name, title=upper_first(name.partition(".")[2].replace("_", " ")), part=name.partition(".")[0], kind=kind,
        value=f"{page.value:g} {page.unit}".strip(), interval=f"{low:g} to {high:g} may be tried",
        year=year[0] if year else "", known=KINDS[kind].lower(), sources=[page.source] if page.source else [],
        note=page.note, own=f'[[vary]]\nname = "{name}"\nlow = {low:g}\nhigh = {high:g}',
    )  # fmt: skip


def _value_cards() -> list[Card]:
    cards = []
    for entry in load_register().unit_values:
        low, high = entry.range
        kind, how = _PROVENANCE[entry.provenance]  # type: ignore[index]
        cards.append(
            _card(
                id=f"values.{entry.id}", title=entry.name, part="values", kind=kind, known=how,
                value=f"{pounds(entry.value)} ({entry.unit})", interval=f"{pounds(low)} to {pounds(high)}",
                year=f"prices of {entry.price_year}", sources=[entry.source], note=entry.note,
            )
        )  # fmt: skip
    return cards


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")
