"""What the Plan page does: every change of the strategies goes through here, and can be undone."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace
from typing import Any

import solara

from sim.inputs import Problem, list_ids
from sim.spec import Strategy
from sim.ui import editing, state
from sim.ui.changes import free_id, id_from
from sim.ui.choice import MOST_STRATEGIES, Choice, is_ready, ready_strategy

#: Panel of each change, for the place where a refusal is told.
PANELS = {
    "text": "head", "authors": "head", "money": "money", "per_child": "money", "posts": "money",
    "add_strand": "strands", "remove_strand": "strands", "strand": "strands", "move_strand": "strands",
    "shift_strand": "strands", "partnership": "zone", "zone": "zone", "add_partner": "zone", "remove_partner": "zone",
    "partner": "zone", "analysis": "zone", "analysis_field": "zone", "theory": "theory", "add_step": "theory",
    "step": "theory", "remove_step": "theory",
}  # fmt: skip


@dataclass(frozen=True)
class Answered:
    """How the last change was answered: ``panel`` and ``problems`` of a refusal; ``number`` counts the answers."""

    panel: str = ""
    problems: tuple[str, ...] = ()
    number: int = 0

    def of(self, panel: str) -> str:
        """What a panel shows."""
        return " ".join(self.problems) if panel == self.panel else ""


@dataclass(frozen=True)
class File:
    """A file for the browser to save; another ``number`` saves it again."""

    name: str = ""
    text: str = ""
    number: int = 0


answered: solara.Reactive[Answered] = solara.reactive(Answered())
file: solara.Reactive[File] = solara.reactive(File())


def edit(data: Any) -> None:
    """One change as a panel sends it: ``{what, ...}``. The first change of a ready-made strategy makes a copy."""
    given = dict(data) if isinstance(data, dict) else {}
    what = str(given.pop("what", ""))
    if not all(isinstance(key, str) for key in given):
        return
    before = state.choice.value.strategy
    found = editing.change(before, what, state.place_now(), **given)
    if isinstance(found, editing.Refused):
        _refuse(PANELS.get(what, "head"), found.problems)
        return
    _answer()
    if found.line:
        state.change(_with_own(state.choice.value, found.strategy, renamed=what == "text"), found.line)


def pick(at: Any) -> None:
    """Edit and watch another of the strategies."""
    choice = state.choice.value
    if type(at) is int and 0 <= at < len(choice.strategies):
        _answer()
        state.change(replace(choice, current=at), f"Looked at {_name(choice.strategies[at])}")


def add(name: Any) -> None:
    """Put a ready strategy, or an empty plan, beside the others."""
    if name == "":
        _join(editing.blank(_taken()), "An empty plan")
    elif name in list_ids("strategy"):
        strategy = ready_strategy(name)
        if strategy.id in {one.id for one in state.choice.value.strategies}:
            strategy = editing.copy_of(strategy, _taken())
        _join(strategy, f"Added {strategy.name}")


def copy(*_: Any) -> None:
    """A copy of the strategy beside the others."""
    before = state.choice.value.strategy
    _join(editing.copy_of(before, _taken()), f"Copied {_name(before)}")


def remove(*_: Any) -> None:
    """Take the strategy out of the comparison; the last one stays."""
    choice = state.choice.value
    if len(choice.strategies) > 1:
        gone = choice.strategy
        rest = tuple(one for one in choice.strategies if one is not gone)
        _answer()
        state.change(replace(choice, strategies=rest, current=max(choice.current - 1, 0)), f"Removed {_name(gone)}")


def keep(*_: Any) -> None:
    """Save the strategy among the own ones of this browser."""
    strategy = state.choice.value.strategy
    state.saved.value = (*(one for one in state.saved.value if one.id != strategy.id), strategy)
    state.say(f"Saved {_name(strategy)}.")


def download(*_: Any) -> None:
    """The strategy as a file."""
    strategy = state.choice.value.strategy
    file.value = File(f"{strategy.id}.toml", editing.exported(strategy), file.value.number + 1)


def upload(data: Any) -> None:
    """A strategy file from the planner's machine: ``{name, text (base64), size}``."""
    given = data if isinstance(data, dict) else {}
    name, size = str(given.get("name", ""))[:300], given.get("size", 0)
    try:
        content = base64.b64decode(str(given.get("text", ""))[: 2 * editing.LARGEST_UPLOAD], validate=True)
    except (binascii.Error, ValueError):
        content = b"\0"
    if isinstance(size, int) and size > editing.LARGEST_UPLOAD:
        content = b"#" * (editing.LARGEST_UPLOAD + 1)
    found = editing.imported(content, name, _taken())
    if isinstance(found, editing.Refused):
        _refuse("head", found.problems, with_file=True)
    else:
        _join(found, f"Loaded {_name(found)}")


def _with_own(choice: Choice, strategy: Strategy, renamed: bool) -> Choice:
    """The choice with a changed strategy. A ready-made one stays beside its changed copy while there is room."""
    before = choice.strategy
    others = {one.id for one in choice.strategies if one is not before}
    if is_ready(before):
        own = strategy if strategy.name != before.name else editing.copy_of(strategy, (), f"{before.name}, changed")
        own = own.model_copy(update={"id": free_id(id_from(own.name), {*_taken(), before.id})})
        if len(choice.strategies) < MOST_STRATEGIES:
            at = choice.current + 1
            return replace(choice, strategies=(*choice.strategies[:at], own, *choice.strategies[at:]), current=at)
        return choice.with_strategy(own)
    if renamed and strategy.name != before.name:
        wanted = free_id(id_from(strategy.name), others | editing.ids_in_library())
        strategy = strategy.model_copy(update={"id": wanted})
    return choice.with_strategy(strategy)


def _join(strategy: Strategy, words: str) -> None:
    """Put a strategy last and edit it, if there is room."""
    choice = state.choice.value
    if len(choice.strategies) >= MOST_STRATEGIES:
        limit = f"there are {MOST_STRATEGIES} strategies"
        _refuse("head", (Problem(editing.THIS_PLAN, None, "strategies", limit, "remove one first"),))
        return
    _answer()
    strategies = (*choice.strategies, strategy)
    state.change(replace(choice, strategies=strategies, current=len(strategies) - 1), words)


def _taken() -> set[str]:
    return {one.id for one in state.choice.value.strategies} | editing.ids_in_library()


def _name(strategy: Strategy) -> str:
    return strategy.name or strategy.id


def _answer() -> None:
    answered.value = Answered(number=answered.value.number + 1)


def _refuse(panel: str, problems: tuple[Problem, ...], with_file: bool = False) -> None:
    said = tuple(
        str(problem) if with_file else f"{problem.field}: {problem.problem}; {problem.remedy}." for problem in problems
    )
    answered.value = Answered(panel, said, answered.value.number + 1)
