"""What differs between two strategies, in plain words: one line for the change log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sim.report.words import pounds
from sim.spec import Partner, Partnership, PlannedStrand, Record, Step, Strand, Strategy

#: Longest line of the log, and longest text that it repeats.
LONGEST_LINE, LONGEST_SHOWN = 300, 60
_MONTHS = ("Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug")

GOVERNANCE = {
    "network": "loose network", "board": "board", "lead_agency": "lead agency",
    "social_enterprise": "social enterprise",
}  # fmt: skip
TARGETING = {
    "first_come": "first come, first served", "targeted": "most in need first",
    "proportionate": "open to all, more for need", "lottery": "lottery",
}  # fmt: skip
DEPTH = {"desk": "figures only", "survey": "families are asked", "deep": "with residents as researchers"}
PARTNER_KINDS = {
    "school_trust": "Schools", "council": "Council", "nhs": "NHS", "housing": "Housing association",
    "charity": "Charity", "community": "Residents and community groups", "police": "Police",
}  # fmt: skip
PAYERS = {
    "council": "Council", "nhs": "NHS", "schools": "Schools", "charity": "Charity", "housing": "Housing association",
    "government": "Government", "police": "Police",
}  # fmt: skip

_STRAND = {
    "start_month": "start", "ramp_months": "months of build-up", "stop_month": "end", "places_per_term": "places",
    "reach_share": "share of those eligible", "targeting": "who comes first", "outreach": "outreach",
    "priority": "priority", "effect_multiplier": "own value: effect of the published one",
    "uptake": "own value: take-up", "unit_cost_gbp": "own value: unit cost",
}  # fmt: skip
_ZONE = {
    "governance": "form of governance", "start_month": "start of the partnership",
    "resident_voice": "effort for residents' voice", "learning": "effort for learning",
    "data_sharing": "data agreement", "succession": "stand-ins for leaders",
    "champions_per_100_families": "champions per 100 families", "handover_month": "handover of the team",
}  # fmt: skip
_PARTNER = {
    "name": "name", "kind": "kind", "commitment": "commitment", "capacity": "capacity", "aims": "aims",
    "join_month": "joins", "lead": "lead",
}  # fmt: skip
_ANALYSIS = {"start_month": "start", "months": "months", "depth": "depth"}
_WORDS: dict[str, Mapping[str, str]] = {
    "governance": GOVERNANCE,
    "targeting": TARGETING,
    "depth": DEPTH,
    "kind": PARTNER_KINDS,
}
_SHARES = ("reach_share", "outreach", "uptake", "resident_voice", "learning", "commitment", "capacity")


def told(before: Strategy, after: Strategy, library: Mapping[str, Strand]) -> str:
    """One line that says what is different now; never empty."""
    parts = [
        *_texts(before, after),
        *_money(before, after),
        *_strands(before.strands, after.strands, library),
        *_partnership(before.partnership, after.partnership),
        *_whole("Local analysis", before.analysis, after.analysis, _ANALYSIS),
        *_theory(before, after),
    ]
    line = "; ".join(parts) or "Changed"
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…"


def month(value: int) -> str:
    """A month of the run as people say it: ``Sep 2026, Year 1``."""
    return f"{_MONTHS[value % 12]} {2026 + (value + 8) // 12}, Year {value // 12 + 1}"


def _shown(key: str, value: Any) -> str:
    """A value of a field as people say it."""
    if value is None:
        return "as usual" if key != "stop_month" else "no end"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key.endswith("_month"):
        return month(value - 1 if key in ("stop_month", "by_month") else value)
    if key in _WORDS:
        return _WORDS[key].get(value, str(value))
    if key in _SHARES:
        return f"{100 * value:.3g}%"
    if key == "unit_cost_gbp":
        return pounds(value)
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return _short(f"{value:g}" if isinstance(value, float) else str(value))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def _differences(before: Record, after: Record, names: Mapping[str, str]) -> Iterator[str]:
    for key, name in names.items():
        old, new = getattr(before, key), getattr(after, key)
        if old != new:
            yield f"{name} {_shown(key, new)} (was {_shown(key, old)})"


def _texts(before: Strategy, after: Strategy) -> Iterator[str]:
    if before.name != after.name:
        yield f"Renamed to “{_short(after.name)}”"
    for key in ("question", "about", "authors", "place", "price_year", "sources"):
        if getattr(before, key) != getattr(after, key):
            yield f"Changed the {key.replace('_', ' ').replace('about', 'description')}"


def _money(before: Strategy, after: Strategy) -> Iterator[str]:
    basis = " per child" if after.money_per_child else ""
    if before.money_per_child != after.money_per_child:
        yield "Money is now counted per child" if after.money_per_child else "Money is now counted for the whole place"
    else:
        for payer in sorted({*before.money_gbp, *after.money_gbp}):
            old, new = before.money_gbp.get(payer, 0.0), after.money_gbp.get(payer, 0.0)
            if old != new:
                yield f"{PAYERS[payer]} pays {pounds(new)} a year{basis} (was {pounds(old)})"
    if before.posts != after.posts:
        words = ["no limit" if posts is None else f"{posts:g}" for posts in (after.posts, before.posts)]
        yield f"Most posts: {words[0]} (was {words[1]})"


def _strands(
    before: tuple[PlannedStrand, ...], after: tuple[PlannedStrand, ...], library: Mapping[str, Strand]
) -> Iterator[str]:
    def name(planned: PlannedStrand) -> str:
        return library[planned.strand].name if planned.strand in library else planned.strand

    olds, news = _numbered(before, lambda planned: planned.strand), _numbered(after, lambda planned: planned.strand)
    yield from (f"Added {name(news[key])}" for key in news if key not in olds)
    yield from (f"Removed {name(olds[key])}" for key in olds if key not in news)
    changed = {key: [*_of_strand(olds[key], news[key])] for key in news if key in olds and olds[key] != news[key]}
    only_order = [key for key, said in changed.items() if len(said) == 1 and said[0].startswith("priority")]
    if len(only_order) > 1:
        moved = max(only_order, key=lambda key: abs(news[key].priority - olds[key].priority))
        yield f"{name(news[moved])}: priority {news[moved].priority} (was {olds[moved].priority}), others moved along"
    for key, said in changed.items():
        if len(only_order) <= 1 or key not in only_order:
            yield f"{name(news[key])}: {', '.join(said)}"


def _of_strand(old: PlannedStrand, new: PlannedStrand) -> Iterator[str]:
    names = {key: word for key, word in _STRAND.items() if key in PlannedStrand.model_fields}
    sizes = [key for key in ("places_per_term", "reach_share") if getattr(new, key) != getattr(old, key)]
    if len(sizes) == 2:
        key = next((key for key in sizes if getattr(new, key) is not None), sizes[0])
        was = next((other for other in sizes if getattr(old, other) is not None), sizes[0])
        yield f"{names[key]} {_shown(key, getattr(new, key))} (was {names[was]} {_shown(was, getattr(old, was))})"
        names = {other: word for other, word in names.items() if other not in sizes}
    yield from _differences(old, new, names)
    yield from _differences(
        old.values, new.values, {k: w for k, w in _STRAND.items() if k not in PlannedStrand.model_fields}
    )


def _numbered(entries: tuple[Any, ...], key: Callable[[Any], str]) -> dict[tuple[str, int], Any]:
    """Entries by their key and how many of the same came before."""
    seen: Counter[str] = Counter()
    found = {}
    for entry in entries:
        found[key(entry), seen[key(entry)]] = entry
        seen[key(entry)] += 1
    return found


def _partnership(old: Partnership | None, new: Partnership | None) -> Iterator[str]:
    if (old is None) != (new is None):
        yield "Partnership set up" if old is None else "Partnership ended"
    if old is None or new is None or old == new:
        return
    said = [*_differences(old, new, _ZONE)]
    if said:
        yield f"Partnership: {', '.join(said)}"
    olds, news = {p.id: p for p in old.partners}, {p.id: p for p in new.partners}
    if not olds:
        from sim.engine.zone import USUAL_PARTNERS

        olds = {p.id: p for p in USUAL_PARTNERS}
    yield from (f"Partner added: {_partner_name(news[id_])}" for id_ in news if id_ not in olds)
    yield from (f"Partner removed: {_partner_name(olds[id_])}" for id_ in olds if id_ not in news and news)
    for id_, partner in news.items():
        if id_ in olds and olds[id_] != partner:
            yield f"{_partner_name(partner)}: {', '.join(_differences(olds[id_], partner, _PARTNER))}"


def _partner_name(partner: Partner) -> str:
    return _short(partner.name or PARTNER_KINDS[partner.kind])


def _whole(name: str, old: Record | None, new: Record | None, names: Mapping[str, str]) -> Iterator[str]:
    if old is None and new is not None:
        yield f"{name} added"
    elif old is not None and new is None:
        yield f"{name} removed"
    elif old is not None and new is not None and old != new:
        yield f"{name}: {', '.join(_differences(old, new, names))}"


def _theory(before: Strategy, after: Strategy) -> Iterator[str]:
    old, new = before.theory_of_change, after.theory_of_change
    for key, name in (("starting_situation", "starting situation"), ("why", "why it is so")):
        if getattr(old, key, "") != getattr(new, key, ""):
            yield f"Theory of change: {name} written anew"
    olds: dict[str, Step] = {step.id: step for step in (old.steps if old else ())}
    news: dict[str, Step] = {step.id: step for step in (new.steps if new else ())}
    yield from (f"Step added: “{_short(news[id_].name)}”" for id_ in news if id_ not in olds)
    yield from (f"Step removed: “{_short(olds[id_].name)}”" for id_ in olds if id_ not in news)
    changed = [step for id_, step in news.items() if id_ in olds and olds[id_] != step]
    yield from (f"Step changed: “{_short(step.name)}”" for step in changed)
