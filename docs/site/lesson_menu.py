"""What a lesson prints of its menu: the offers, the mixes that teams start from, and what each offer rests on."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from docs.site.markdown import table
from sim.experiments.estimate import strategy_estimate
from sim.inputs import load_strands, load_strategy
from sim.inputs.register import load_register
from sim.inputs.strategies import is_enrolled
from sim.inputs.workshop_records import Workshop
from sim.outcomes.declaring import OUTCOME_WORDS
from sim.parameters import Register
from sim.report.evidence_page import COST_UNITS
from sim.report.words import pounds
from sim.spec import Effect, PlannedStrand, Strand, Strategy
from sim.workshops.views import TARGETING_WORDS

#: A main effect so many standard errors above nought counts as found; nought with an error up to this as a strong null.
CLEAR, NARROW_SD = 2.0, 0.05
#: Least rating of the evidence, 1 to 5, for either.
GOOD = 4


#: Plans that a lesson sets beside those its teams run: lesson -> names of the library.
BESIDE = {"research_sweep": ("family_first",)}
_MENU_HEADS = (
    "Offer", "What it is", "Price", "Could take part, about", "For all of them, a year",
    "At the start, of 100 who could take part",
)  # fmt: skip


def menu_part(lesson: Workshop) -> str:
    """The menu as a table: offer, price, size if all who could were offered it, and what the mix at the start has."""
    library = load_strands()
    mix = lesson.strategies[first_own_mix(lesson)]
    planned, turns = {one.strand: one for one in mix.strands}, [one.strand for one in _in_turn(mix)]
    rows = [
        (
            library[entry.strand].name, entry.text, price(library[entry.strand]),
            *_whole(library[entry.strand], mix, lesson),
            f"{_offered(planned[entry.strand], library)} (money {nth(turns.index(entry.strand) + 1)})"
            if entry.strand in planned else "",
        )
        for entry in lesson.file.menu
    ]  # fmt: skip
    return table(_MENU_HEADS, rows)


def _whole(strand: Strand, mix: Strategy, lesson: Workshop) -> tuple[str, str]:
    """How many could take part, and pounds and posts a year if all were offered it, by plain arithmetic."""
    enrolled = is_enrolled(strand)
    alone = PlannedStrand(strand=strand.id, reach_share=1.0 if enrolled else None)
    found = strategy_estimate(
        mix.model_copy(update={"strands": (alone,)}), lesson.place, load_strands(), _register()
    )  # fmt: skip
    people = f"{found['strands'][0]['eligible']:,}" if enrolled else "everybody"
    return people, f"{pounds(found['strands_gbp_a_year'])}, {found['posts_needed']:.1f} posts"


@lru_cache(maxsize=1)
def _register() -> Register:
    return load_register()


def nth(turn: int) -> str:
    """``first``, ``2nd``, ``3rd``, ``11th``."""
    if turn == 1:
        return "first"
    ending = "th" if 10 < turn % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(turn % 10, "th")
    return f"{turn}{ending}"


def _in_turn(mix: Strategy) -> list[PlannedStrand]:
    return sorted(mix.strands, key=lambda one: (one.priority, one.strand, one.start_month))


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
    started = [_mix(lesson, lesson.strategies[name], f"from round {at}") for name, at in from_.items()]
    beside = [_mix(lesson, load_strategy(name), "beside it") for name in BESIDE.get(lesson.id, ())]
    return "\n\n".join([*started, *beside])


def _money(lesson: Workshop, mix: Strategy) -> float:
    """Pounds a year that a mix has in a lesson."""
    children = lesson.place.value("children") if mix.money_per_child else 1.0
    return lesson.file.setting.money_gbp or sum(mix.money_gbp.values()) * children


def plans_part(lesson: Workshop) -> str:
    """Every plan of a lesson side by side, a column a plan, what it holds in the order in which it gets money."""
    library = load_strands()
    mixes = [*lesson.strategies.values(), *(load_strategy(name) for name in BESIDE.get(lesson.id, ()))]
    held = [[library[one.strand].name for one in _in_turn(mix)] for mix in mixes]
    longest = max(len(names) for names in held)
    rows = [[names[at] if at < len(names) else "" for names in held] for at in range(longest)]
    return table([f"{mix.name}: {pounds(_money(lesson, mix))} a year" for mix in mixes], rows)


def lasting_part(lesson: Workshop) -> str:
    """The menu once more: on which pile each offer lies, and after how long half of its effect is gone."""
    library = load_strands()
    rows = [
        (library[one.strand].name, pile(library[one.strand]), _half_gone(library[one.strand]))
        for one in lesson.file.menu
    ]
    return table(("Offer", "Pile", "Half gone after"), rows)


def _half_gone(strand: Strand) -> str:
    months = strand.fade_half_life_months
    return "does not fade" if months == "none" else f"{months:g} months"


def _mix(lesson: Workshop, mix: Strategy, when: str) -> str:
    library, posts = load_strands(), lesson.file.setting.posts or mix.posts
    words = f"**{mix.name}**, {when}: {pounds(_money(lesson, mix))} a year"
    words += f" and {posts:g} posts" if posts is not None else ""
    ordered = _in_turn(mix)
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
        "The piles follow a rule, so that nobody's taste decides. *Works*: the main effect lies at least "
        f"{CLEAR:g} standard errors (SE) above zero and the evidence is rated {GOOD} or 5. *Does not*: nothing was "
        f"found, with a standard error of at most {NARROW_SD:g} SD, and the same rating. All else: *nobody knows "
        f"well*.\n\n{table(_HEADS, _evidence(library[name] for name in names))}"
    )


_HEADS = ("Strand", "Pile", "Main effect, SD (SE)", "Rating, 1 to 5", "Half gone after", "Rests on")


def _evidence(strands: Iterable[Strand]) -> list[tuple[str, ...]]:
    order = {"works": 0, "does not": 1, "nobody knows well": 2}
    rows = [
        (
            f"{one.name} (`{one.id}`)", pile(one), _told(one.outcome_effects[0]), str(one.evidence_rating),
            _half_gone(one),
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
