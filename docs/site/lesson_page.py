"""What a lesson's page takes from its workshop file, so that page and lesson cannot say different things."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from docs.site.lesson_answers import answers_part, demonstrations_part
from docs.site.lesson_menu import evidence_part, lasting_part, menu_part, mixes_part, plans_part
from docs.site.lesson_shown import NAMES
from docs.site.markdown import table
from sim.inputs.workshop_records import Round, Workshop
from sim.inputs.workshops import load_workshop
from sim.report.words import pounds

LESSONS = ("first_zone", "whole_system", "does_it_last", "research_sweep")
#: Page -> lesson: the guides, and the handouts on which a menu or plans are printed.
PAGES = {name: name for name in LESSONS} | {
    "first_zone_handout": "first_zone", "whole_system_handout": "whole_system",
    "does_it_last_second_handout": "does_it_last", "research_sweep_handout": "research_sweep",
}  # fmt: skip
_MADE = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- /made -->)", re.DOTALL)

#: What happens in a round of each kind, for somebody who has never seen one.
KINDS = {
    "briefing": "you tell",
    "predict": "teams guess; nothing can be run before",
    "run": "teams run",
    "score": "guesses are scored",
    "shock": "something happens",
    "revise": "teams plan again",
    "debrief": "you talk",
    "task": "teams work on paper or in the notebook",
}


def lesson_page(page: str, workshop: str) -> str:
    """A lesson's page or handout with the parts between ``<!-- made: ... -->`` and ``<!-- /made -->`` made anew."""
    lesson = load_workshop(workshop)
    made: dict[str, Callable[[Workshop], str]] = {
        "aims": _aims, "timings": _timings, "rounds": _rounds, "left_out": _left_out, "menu": menu_part,
        "mixes": mixes_part, "evidence": evidence_part, "answers": answers_part, "shown": demonstrations_part,
        "plans": plans_part, "lasting": lasting_part,
    }  # fmt: skip
    return _MADE.sub(lambda found: f"{found[1]}\n{made[found[2]](lesson)}\n\n{found[3]}", page)


def _aims(lesson: Workshop) -> str:
    aims = "\n".join(f"- {aim}" for aim in lesson.file.aims)
    return f"{lesson.file.about}\n\n*For:* {lesson.file.audience}\n\nAfterwards learners can\n\n{aims}"


def _timings(lesson: Workshop) -> str:
    rows, from_ = [], 0.0
    for at, one in enumerate(lesson.file.rounds, start=1):
        rows.append((f"{from_:.0f}", f"{at}. {one.name}", KINDS[one.kind], f"{one.minutes:.0f}"))
        from_ += one.minutes
    setting = lesson.file.setting
    each = (
        f"{pounds(setting.money_gbp)} a year"
        if setting.money_gbp is not None
        else "the money of the mix they start from"
    )
    return (
        f"{table(('minute', 'round', 'what happens', 'minutes'), rows)}\n\n"
        f"Place: {lesson.place.name}, {lesson.place.value('children'):,.0f} children. Teams start from "
        f'"{lesson.strategies[setting.strategy].name}", have {each} and see {setting.years} years.'
    )


def _rounds(lesson: Workshop) -> str:
    return "\n\n".join(_round(at, one, lesson) for at, one in enumerate(lesson.file.rounds, start=1))


def _round(at: int, one: Round, lesson: Workshop) -> str:
    parts = [f"### {at}. {one.name} ({one.minutes:.0f} minutes)"]
    if one.text:
        parts.append(f"*Learners read:* {one.text}")
    if one.kind == "predict" and one.quantity is not None:
        asked = lesson.quantity(one.quantity)
        scale = f"The scale runs from {asked.low:g} to {asked.high:g}, so W is {asked.high - asked.low:g}."
        parts.append(f"*They guess:* {asked.text} {scale.replace('-', '−')}")
    if one.future is not None:
        future = lesson.futures[one.future]
        parts.append(f"*What happens:* {future.name} (`zonesim show {one.future}`).")
    if one.notes:
        parts.append(f"*For you:* {one.notes}")
    if one.show:
        parts.append(f"*On your page you can show:* {', '.join(NAMES[name] for name in one.show)}.")
    return "\n\n".join([*parts, *_questions(one)])


def _questions(one: Round) -> Iterator[str]:
    for question in one.questions:
        yield f"- **{question.text}** {question.answer}"


def _left_out(lesson: Workshop) -> str:
    return "\n".join(f"- {line}" for line in lesson.file.left_out)
