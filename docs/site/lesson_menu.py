"""What a lesson prints of its menu: the offers, the mixes that teams start from, and what each offer rests on."""

from __future__ import annotations

from collections.abc import Iterable

from docs.site.markdown import table
from sim.inputs import load_strands
from sim.inputs.strategies import is_enrolled
from sim.inputs.workshop_records import Workshop
from sim.outcomes.declaring import OUTCOME_WORDS
from sim.report.evidence_page import COST_UNITS
from sim.report.words import pounds
from sim.spec import Effect, PlannedStrand, Strand, Strategy
from sim.workshops.views import TARGETING_WORDS

#: A main effect so many standard errors above nought counts as found; nought with an error up to this as a strong null.
CLEAR, NARROW_SD = 2.0, 0.05
#: Least rating of the evidence, 1 to 5, for either.
GOOD = 4


def menu_part(lesson: Workshop) -> str:
    """The menu as a table: offer, what it is, price, and how many are offered it in the mix that teams may change."""
    library = load_strands()
    mix = {one.strand: one for one in lesson.strategies[first_own_mix(lesson)].strands}
    rows = [
        (
            library[entry.strand].name, entry.text, price(library[entry.strand]),
            _offered(mix[entry.strand], library) if entry.strand in mix else "",
        )
        for entry in lesson.file.menu
    ]  # fmt: skip
    return table(("Offer", "What it is", "Price", "At the start, of 100 who could take part"), rows)


def first_own_mix(lesson: Workshop) -> str:
    """Name of the mix from which teams start when they may first change one."""
    base, controls = lesson.file.setting.strategy, lesson.file.setting.controls
    for one in lesson.file.rounds:
        base, controls = one.strategy or base, controls if one.controls is None else one.controls
        if controls and one.kind in ("predict", "run", "revise"):
            break
    return base


def price(strand: Strand) -> str:
    """``£185 a participant``."""
    return f"{pounds(strand.unit_cost_gbp)} {COST_UNITS[strand.cost_unit]}"


def mixes_part(lesson: Workshop) -> str:
    """Every mix that teams start from: its strands in the order in which they get money."""
    from_ = {lesson.file.setting.strategy: 1}
    from_ |= {one.strategy: at for at, one in enumerate(lesson.file.rounds, start=1) if one.strategy}
    return "\n\n".join(_mix(lesson, lesson.strategies[name], at) for name, at in from_.items())


def _mix(lesson: Workshop, mix: Strategy, at: int) -> str:
    library, children = load_strands(), lesson.place.value("children")
    own = sum(mix.money_gbp.values()) * (children if mix.money_per_child else 1.0)
    money, posts = lesson.file.setting.money_gbp or own, lesson.file.setting.posts or mix.posts
    words = f"**{mix.name}**, from round {at}: {pounds(money)} a year"
    words += f" and {posts:g} posts" if posts is not None else ""
    ordered = sorted(mix.strands, key=lambda one: (one.priority, one.strand, one.start_month))
    rows = [
        (
            str(turn), library[one.strand].name, _offered(one, library), f"Year {one.start_month // 12 + 1}",
            TARGETING_WORDS[one.targeting] if is_enrolled(library[one.strand]) else "",
        )
        for turn, one in enumerate(ordered, start=1)
    ]  # fmt: skip
    heads = ("Gets money", "Strand", "Offered to, of 100 who could take part", "Starts in", "Asked")
    return f"{words}.\n\n{table(heads, rows)}"


def _offered(one: PlannedStrand, library: dict[str, Strand]) -> str:
    if not is_enrolled(library[one.strand]):
        return "everybody"
    if one.reach_share is None:
        return f"{one.places_per_term} places a term"
    return f"{100 * one.reach_share:.0f}"


def evidence_part(lesson: Workshop) -> str:
    """Every strand of the lesson, on the menu or in a mix: its pile, and what that rests on."""
    library = load_strands()
    planned = (one.strand for mix in lesson.strategies.values() for one in mix.strands)
    names = list(dict.fromkeys((*(entry.strand for entry in lesson.file.menu), *planned)))
    return (
        "The piles follow a rule, so that nobody's liking comes in. *Works*: the main effect lies at least "
        f"{CLEAR:g} standard errors (SE) above nought and the evidence is rated {GOOD} or 5. *Does not*: nothing was "
        f"found, with a standard error of at most {NARROW_SD:g} SD, and the same rating. All else: *nobody knows "
        f"well*.\n\n{table(_HEADS, _evidence(library[name] for name in names))}"
    )


_HEADS = ("Strand", "Pile", "Main effect, SD (SE)", "Rating, 1 to 5", "Half gone after", "Rests on")


def _evidence(strands: Iterable[Strand]) -> list[tuple[str, ...]]:
    order = {"works": 0, "does not": 1, "nobody knows well": 2}
    rows = [
        (
            f"{one.name} (`{one.id}`)", pile(one), _told(one.outcome_effects[0]), str(one.evidence_rating),
            "does not fade" if one.fade_half_life_months == "none" else f"{one.fade_half_life_months:g} months",
            one.notes.partition(". ")[0].rstrip("."),
        )
        for one in strands
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (order[row[1]], row[0]))


def pile(strand: Strand) -> str:
    """On which pile of the cards a strand belongs, by its main effect and the rating of its evidence."""
    effect = strand.outcome_effects[0]
    if strand.evidence_rating >= GOOD and effect.effect_sd >= CLEAR * effect.se_sd and effect.effect_sd > 0:
        return "works"
    if strand.evidence_rating >= GOOD and effect.effect_sd == 0 and effect.se_sd <= NARROW_SD:
        return "does not"
    return "nobody knows well"


def _told(effect: Effect) -> str:
    return f"{OUTCOME_WORDS[effect.outcome]} {effect.effect_sd:g} ({effect.se_sd:g})".replace(" -", " −")
