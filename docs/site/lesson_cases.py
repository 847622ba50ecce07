"""What is run for the answers in the guides of the lessons, and what the guides say of it in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.inputs.workshop_records import Control, Workshop
from sim.spec import Strategy
from sim.workshops import mixes
from sim.workshops.mixes import Terms

#: Everything that a team may ever change.
_ALL: frozenset[Control] = frozenset(("strands", "reach", "start", "targeting"))


@dataclass(frozen=True)
class Case:
    """One row of the answers: a mix that a team could make, in a world.

    ``base``: name of the mix it starts from, as the workshop's file has it; ``only``: strands that it is cut down to,
    or made of (empty: those of the base); ``more``: strands put in besides; ``times``: factor on how many are offered
    a place; ``targeting``: who is asked first, of every strand (empty: as it stands); ``first``: the strand that gets
    money before the others (empty: the order stays).
    """

    id: str
    words: str
    base: str
    only: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    times: float = 1.0
    targeting: str = ""
    first: str = ""
    future: str = "none"
    evidence: str = "central"
    without: tuple[str, ...] = ()

    @property
    def world(self) -> tuple[str, str, tuple[str, ...]]:
        """What runs must share to be compared in one go."""
        return self.future, self.evidence, self.without


def strategy_of(case: Case, lesson: Workshop) -> Strategy:
    """The strategy of a case, made by the code that makes those of teams."""
    base = lesson.strategies[case.base]
    mix = mixes.starting_mix(lesson, base)
    names = (*(case.only or mix.entries), *case.more)
    mix = mixes.changed_mix(lesson, mix, {"entries": {name: {} for name in names}}, _ALL)
    asked: dict[str, dict[str, Any]] = {name: {} for name in names}
    for name, entry in mix.entries.items():
        if entry.reach is not None:
            asked[name]["reach"] = min(1.0, entry.reach * case.times)
        if case.targeting:
            asked[name]["targeting"] = case.targeting
    if case.first:
        queue = sorted(mix.entries, key=lambda name: (name != case.first, mix.entries[name].turn, name))
        for turn, name in enumerate(queue, start=1):
            asked[name]["turn"] = turn
    mix = mixes.changed_mix(lesson, mix, {"entries": asked}, _ALL)
    return mixes.strategy_of(lesson, base, mix, Terms()).model_copy(update={"id": case.id})


_ZONE, _SCHOOLS, _DOORS, _COURSES = "mixes/first_zone_start.toml", "schools_only", "mixes/five_doors.toml", (
    "mixes/courses_only.toml"
)  # fmt: skip
_DEEP = ("family_keyworker", "welfare_advice_income_max", "school_counselling")
_WIDE = ("book_gifting", "youth_clubs", "epec_peer_led_parenting")
_ZONE_MENU = (
    "zone_link_worker", "family_keyworker", "welfare_advice_income_max", "epec_peer_led_parenting", "incredible_years",
    "neli", "book_gifting", "one_to_one_tuition", "school_counselling", "youth_clubs",
)  # fmt: skip
_ALL_DOORS = (
    "enhanced_health_visiting", "perinatal_mental_health", "family_hub_current", "neli", "incredible_years",
    "family_keyworker", "welfare_advice_income_max", "housing_retrofit", "small_group_tuition", "school_counselling",
    "mentoring", "youth_clubs", "neet_coaching",
)  # fmt: skip
_TEAM, _CUT, _CLIFF = ("partnership_backbone",), "backbone_removed_year_5", "funding_cliff"
_PRICES = "cost_of_living"
_TRAINING, _NULLS = ("school_leadership", "teacher_cpd"), ("school_mindfulness", "social_workers_in_schools")

CASES: dict[str, tuple[Case, ...]] = {
    "first_zone": (
        Case("start", "The mix at the start", _ZONE),
        Case("books_first", "The same, books get money first", _ZONE, first="book_gifting"),
        Case("books", "Books alone, for 80 in 100", _ZONE, only=("book_gifting",)),
        Case("clubs", "Clubs alone", _ZONE, only=("youth_clubs",)),
        Case("books_clubs", "Books and clubs, no parents' groups", _ZONE, only=("book_gifting", "youth_clubs")),
        Case("groups", "Parents' groups alone, for 10 in 100", _ZONE, only=("epec_peer_led_parenting",)),
        Case("deep", "Three deep ones: advice for 20, key worker 30, counselling 10", _ZONE, only=_DEEP),
        Case("wide", "Three wide ones: parents' groups for 10, books 80, clubs", _ZONE, only=_WIDE),
        Case("all", "All ten offers, new ones as the page proposes them", _ZONE, only=_ZONE_MENU),
        Case("start_after", "Prices rise: the mix at the start", _ZONE, future=_PRICES),
        Case("need_first", "Prices rise: the same, those in need first everywhere", _ZONE, targeting="targeted",
             future=_PRICES),
        Case("come_first", "Prices rise: the same, who comes first everywhere", _ZONE, targeting="first_come",
             future=_PRICES),
    ),
    "whole_system": (
        Case("schools", "Schools only", _SCHOOLS),
        Case("doors", "One thing at each door, as teams start", _DOORS),
        Case("doors_twice", "The same, twice as many offered", _DOORS, times=2.0),
        Case("joined", "One thing at each door, with the team", _DOORS, more=_TEAM),
        Case("joined_cut", "The same, the team is cut in Year 5", _DOORS, more=_TEAM, future=_CUT),
        Case("all", "Everything on the menu but the team", _DOORS, only=_ALL_DOORS),
        Case("all_joined", "Everything on the menu, with the team", _DOORS, only=_ALL_DOORS, more=_TEAM),
    ),
    "does_it_last": (
        Case("plan_goes_on", "Schools only, the money goes on", _SCHOOLS),
        Case("plan", "Schools only, the money ends", _SCHOOLS, future=_CLIFF),
        Case("plan_unfaded", "The same, fade-out switched off", _SCHOOLS, future=_CLIFF, without=("fade_out",)),
        Case("plan_sceptic", "The same as the second, read by a sceptic", _SCHOOLS, future=_CLIFF,
             evidence="sceptical"),
        Case("courses", "The four courses, the money ends", _COURSES, future=_CLIFF),
        Case("courses_sceptic", "The same, read by a sceptic", _COURSES, future=_CLIFF, evidence="sceptical"),
        Case("training", "Training for heads and teachers, the money ends", _COURSES, only=_TRAINING, future=_CLIFF),
        Case("training_sceptic", "The same, read by a sceptic", _COURSES, only=_TRAINING, future=_CLIFF,
             evidence="sceptical"),
        Case("nulls", "Mindfulness for 90 and social workers in schools, the money ends", _COURSES, only=_NULLS,
             future=_CLIFF),
    ),
    "research_sweep": (
        Case("schools", "Schools only, as the class runs it", _SCHOOLS),
    ),
}  # fmt: skip

#: What a quantity is called at the head of a column.
HEADS = {
    "reached": "More in 100 families in need reached, Year 5", "distress": "Parents in high distress, Year 5, points",
    "difficulties": "Children with high difficulties, points", "maturity": "Partners as one in Year 3, of 100",
    "school_ready": "Expected standard at 11, Year 10, points", "at_eleven": "Expected standard at 11, Year 3, points",
    "at_sixteen": "Same children, grade 4 at 16, Year 8, points", "gained_at_eleven": "Score at 11, Year 3, SD",
    "left_at_sixteen": "Score at 16, Year 8, SD", "strain": "Parents in high distress, Year 10, points",
}  # fmt: skip

#: What a quantity is called where its level in the twin is told, and the worlds of the cases.
TWINS = {
    "reached": "of 100 families in need reached", "distress": "of 100 parents in high distress",
    "difficulties": "of 100 children with high difficulties", "strain": "of 100 parents in high distress",
    "school_ready": "of 100 at the expected standard at 11",
    "at_eleven": "of 100 at the expected standard at 11", "at_sixteen": "of 100 with grade 4 at 16",
    "gained_at_eleven": "SD mean score at 11", "left_at_sixteen": "SD mean score at 16",
}  # fmt: skip
WORLDS = {"none": "as it is", _PRICES: "prices rise", _CUT: "the team is cut", _CLIFF: "the money ends"}

#: (case, quantity) -> the number that was to be predicted; (``ROUND, fifth N``, ``more`` or ``value``) -> families
#: found in addition, or at all, of 100 in a fifth of need, in the picture of a round.
Answers = Mapping[tuple[str, str], float]


@dataclass(frozen=True)
class Claim:
    """A sentence of a guide under "What usually happens", and whether the answers bear it out."""

    words: str
    holds: Callable[[Answers], bool] = field(repr=False)


CLAIMS: dict[str, tuple[Claim, ...]] = {
    "first_zone": (
        Claim("reach can move far more than outcomes",
              lambda a: a["wide", "reached"] > 3 * abs(a["wide", "distress"])),
        Claim("books alone reach more than the mix at the start",
              lambda a: a["books", "reached"] > 1.5 * a["start", "reached"]),
        Claim("put first for money, books nearly treble the reach of the mix",
              lambda a: 2.3 < a["books_first", "reached"] / a["start", "reached"] < 3.5),
        Claim("and parents' distress falls about as much",
              lambda a: abs(a["books_first", "distress"] - a["start", "distress"]) < 0.5),
        Claim("books and clubs reach most of all and leave distress",
              lambda a: a["books_clubs", "reached"] >= max(value for (_, what), value in a.items() if what == "reached")
              and abs(a["books_clubs", "distress"]) < 0.3),
        Claim("parents' groups alone move distress as much as any mix and hardly reach",
              lambda a: a["groups", "distress"] < a["start", "distress"] + 0.3 and a["groups", "reached"] < 2),
        Claim("deep offers hardly move distress", lambda a: abs(a["deep", "distress"]) < 0.7),
        Claim("all ten reach fewer than books and clubs",
              lambda a: a["all", "reached"] < a["books_clubs", "reached"] - 2),
        Claim("who is asked first changes little",
              lambda a: abs(a["need_first", "reached"] - a["come_first", "reached"]) < 2),
        Claim("the rise in prices changes the difference by less than its range",
              lambda a: abs(a["start", "reached"] - a["start_after", "reached"]) < 3),
        Claim("the mix at the start finds nearly as many in every fifth of need",
              lambda a: abs(a["shock, fifth 5", "more"] - a["shock, fifth 1", "more"]) < 3),
        Claim("more than half of the fifth in most need is found by nobody",
              lambda a: a["shock, fifth 5", "value"] < 50),
    ),
    "whole_system": (
        Claim("school alone lifts results at 11", lambda a: a["schools", "school_ready"] > 2),
        Claim("school alone takes a little off difficulties", lambda a: -4 < a["schools", "difficulties"] < 0),
        Claim("school alone hardly moves parents' distress", lambda a: abs(a["schools", "strain"]) < 0.7),
        Claim("one thing at each door does about as much for difficulties as school alone",
              lambda a: abs(a["doors", "difficulties"] - a["schools", "difficulties"]) < 0.7),
        Claim("one thing at each door does more for parents",
              lambda a: a["doors", "strain"] < 2 * a["schools", "strain"] and a["doors", "strain"] < -1),
        Claim("one thing at each door does little for results", lambda a: abs(a["doors", "school_ready"]) < 1.5),
        Claim("twice as many offered changes next to nothing",
              lambda a: abs(a["doors_twice", "difficulties"] - a["doors", "difficulties"]) < 0.3),
        Claim("everything on the menu does no more for results than the small mix",
              lambda a: abs(a["all", "school_ready"] - a["doors", "school_ready"]) < 0.5),
        Claim("everything on the menu does most for difficulties",
              lambda a: a["all", "difficulties"] < min(a["doors", "difficulties"], a["schools", "difficulties"])),
        Claim("partners come further with the team", lambda a: a["joined", "maturity"] > 1.3 * a["doors", "maturity"]),
        Claim("the mix at the doors finds more in least need than in most",
              lambda a: a["score_mix, fifth 1", "more"] > a["score_mix, fifth 5", "more"] + 2),
        Claim("the cut hardly shows in the children",
              lambda a: abs(a["joined", "difficulties"] - a["joined_cut", "difficulties"]) < 0.5),
        Claim("the team adds little where there is money to spare",
              lambda a: abs(a["joined", "difficulties"] - a["doors", "difficulties"]) < 0.7),
        Claim("added to everything on the menu it does less",
              lambda a: a["all_joined", "difficulties"] > a["all", "difficulties"]),
    ),
    "does_it_last": (
        Claim("the plan has a clear gain at 11", lambda a: a["plan", "gained_at_eleven"] > 0.03),
        Claim("somewhat more than half is left at 16",
              lambda a: 0.5 < a["plan", "left_at_sixteen"] / a["plan", "gained_at_eleven"] < 0.67),
        Claim("without fade-out more is left than was gained",
              lambda a: a["plan_unfaded", "left_at_sixteen"] > a["plan_unfaded", "gained_at_eleven"]),
        Claim("had the money gone on, all of it would be left",
              lambda a: a["plan_goes_on", "left_at_sixteen"] > 0.95 * a["plan_goes_on", "gained_at_eleven"]),
        Claim("in points the end of the money hardly shows",
              lambda a: abs(a["plan_goes_on", "at_sixteen"] - a["plan", "at_sixteen"]) < 1),
        Claim("mixes keep about four fifths when a sceptic reads",
              lambda a: all(0.7 < a[f"{one}_sceptic", "left_at_sixteen"] / a[one, "left_at_sixteen"] < 0.92
                            for one in ("plan", "courses", "training"))),
        Claim("the sceptical reading takes some of it",
              lambda a: 0.4 < a["plan_sceptic", "gained_at_eleven"] / a["plan", "gained_at_eleven"] < 1.0),
        Claim("training leaves at least as much as the courses",
              lambda a: a["training", "left_at_sixteen"] > a["courses", "left_at_sixteen"] - 0.003),
        Claim("and does so under both readings",
              lambda a: a["training_sceptic", "left_at_sixteen"] > a["courses_sceptic", "left_at_sixteen"] - 0.003),
        Claim("the nulls leave next to nothing", lambda a: abs(a["nulls", "left_at_sixteen"]) < 0.01),
    ),
    "research_sweep": (),
}  # fmt: skip
