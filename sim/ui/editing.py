"""Editing a strategy: each change gives a new strategy and a line for the change log, or what is wrong with it.

No Solara here, and no rules: a change is made on the plain values of the strategy, and the check of files says whether
the outcome may stand, in the words of ``zonesim check``.
"""

from __future__ import annotations

import inspect
import math
import tempfile
from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.experiments.estimate import strategy_estimate
from sim.inputs import InputError, LineMap, Problem, check_files, list_ids, load_strands, packaged
from sim.inputs.documents import Document
from sim.inputs.problems import Findings, shorten
from sim.inputs.reading import check_values
from sim.inputs.register import load_register
from sim.inputs.strategies import strategy_of
from sim.inputs.writing import strategy_data, strategy_toml
from sim.parameters import Register
from sim.spec import Place, PlannedStrand, Strand, Strategy
from sim.ui.changes import CHANGES, Plan, TooManyError, free_id, id_from
from sim.ui.changes_in_words import told

#: What messages call a strategy that is in no file.
THIS_PLAN = "this plan"
#: Largest file that is taken in, bytes; longest name and longest text of a field.
LARGEST_UPLOAD, LONGEST_TEXT = 200_000, 4_000


@dataclass(frozen=True)
class Edited:
    """A change that stands. ``line``: what was changed, in plain words; empty if nothing was."""

    strategy: Strategy
    line: str


@dataclass(frozen=True)
class Refused:
    """A change that may not stand, and why."""

    problems: tuple[Problem, ...]

    @property
    def text(self) -> str:
        """All problems as one text."""
        return " ".join(f"{problem.problem}; {problem.remedy}." for problem in self.problems)


@lru_cache(maxsize=1)
def library() -> Mapping[str, Strand]:
    """The strands of the packaged library, read once."""
    return load_strands()


@lru_cache(maxsize=1)
def numbers() -> Register:
    """The model's numbers, read once."""
    return load_register()


def change(strategy: Strategy, what: str, place: Place, **given: Any) -> Edited | Refused:
    """Make one change of ``CHANGES``. ``place``: where it is planned for. ``given``: what the page sent, unchecked."""
    made = CHANGES.get(what)
    if made is None:
        return _refused(what, "there is no such change", "reload the page")
    wanted = inspect.signature(made).parameters
    own = {"library": library(), "cost": _cost_in(place, strategy.price_year), "children": place.value("children")}
    given = {key: value for key, value in given.items() if key not in own}
    plan = deepcopy(strategy_data(strategy))
    try:
        bound = inspect.signature(made).bind(plan, **given, **{key: own[key] for key in own if key in wanted})
    except TypeError:
        return _refused(what, "the page sent something else than the change needs", "reload the page")
    try:
        _check_texts(given)
        made(*bound.args, **bound.kwargs)
    except TooManyError as error:
        return _refused(what, str(error).partition("; ")[0], str(error).partition("; ")[2])
    except LookupError as error:
        said, _, remedy = str(error.args[0]).partition("; ")
        return _refused(what, said, remedy or "choose another")
    return _settled(strategy, plan, place)


def checked(plan: Plan, own_places: Collection[str] = ()) -> Strategy:
    """The strategy of plain values. Raises ``InputError`` with the problems that ``zonesim check`` would find."""
    lines = LineMap(THIS_PLAN)
    findings = Findings(lines)
    check_values(plan, (), findings)
    findings.raise_if_any()
    place = plan.get("place", "any")
    if place in own_places:
        # An own place is in no folder of files where the check could find it.
        strategy = strategy_of(Document(Path(THIS_PLAN), "strategy", plan | {"place": "any"}, lines), packaged())
        return strategy.model_copy(update={"place": place})
    return strategy_of(Document(Path(THIS_PLAN), "strategy", plan, lines), packaged())


def copy_of(strategy: Strategy, taken: Collection[str], name: str = "") -> Strategy:
    """The same strategy under a name and an id of its own; its sources stay with it."""
    name = shorten(name or f"{strategy.name}, copy", 160)
    return strategy.model_copy(update={"name": name, "id": free_id(id_from(name), set(taken))})


def blank(taken: Collection[str], name: str = "Our plan") -> Strategy:
    """A strategy with nothing in it yet."""
    return Strategy(id=free_id(id_from(name), set(taken)), name=name)


def exported(strategy: Strategy) -> str:
    """Text of a strategy file."""
    return strategy_toml(strategy)


def imported(content: bytes, name: str, taken: Collection[str] = ()) -> Strategy | Refused:
    """The strategy in an uploaded file, or what is wrong with it, as ``zonesim check`` says it.

    ``name``: what messages call the file; nothing is opened by it. The id gets a number where it is taken.
    """
    shown = shorten(name.replace("\\", "/").rpartition("/")[2], 80) or "upload.toml"
    if len(content) > LARGEST_UPLOAD:
        problem = f"the file is larger than {LARGEST_UPLOAD // 1000} kB"
        return Refused((Problem(shown, None, "file", problem, "give one strategy file"),))
    with tempfile.TemporaryDirectory(prefix="zonesim_") as folder:
        path = Path(folder) / "strategies" / "upload.toml"
        path.parent.mkdir()
        path.write_bytes(content)
        (found,) = check_files([path])
    if not found.ok:
        return Refused(tuple(replace(problem, file=shown) for problem in found.problems))
    if not isinstance(found.record, Strategy):
        return Refused((Problem(shown, None, "file", f"this is a {found.kind} file", "give a strategy file here"),))
    strategy = found.record
    return strategy.model_copy(update={"id": free_id(strategy.id, set(taken))})


def _settled(before: Strategy, plan: Plan, place: Place) -> Edited | Refused:
    try:
        after = checked(plan, (place.id, before.place))
    except InputError as error:
        return Refused(error.problems)
    return Edited(after, "" if after == before else told(before, after, library()))


def _check_texts(given: Mapping[str, Any]) -> None:
    """Refuse texts that are longer than any page could show, before they are looked at."""
    for value in given.values():
        inner = value.values() if isinstance(value, dict) else [value]
        if any(isinstance(text, str) and len(text) > LONGEST_TEXT for text in inner):
            raise TooManyError(f"the text is longer than {LONGEST_TEXT:,} characters; shorten it")
        if any(isinstance(text, str) and not _encodes(text) for text in inner):
            raise TooManyError("the text holds half a character; type it again")


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refused(field: Any, problem: str, remedy: str) -> Refused:
    return Refused((Problem(THIS_PLAN, None, shorten(str(field)), problem, remedy),))


def _cost_in(place: Place, price_year: int) -> Callable[[Plan, bool], float]:
    """What a planned strand alone would need a year, rounded up."""

    def cost(entry: Plan, per_child: bool) -> float:
        strands = (PlannedStrand(strand=entry["strand"], reach_share=entry.get("reach_share")),)
        alone = Strategy(id="alone", name="", price_year=price_year, strands=strands)
        pounds = strategy_estimate(alone, place, library(), numbers())["money_needed_gbp_a_year"]
        return math.ceil(pounds / place.value("children")) if per_child else math.ceil(pounds / 1000) * 1000

    return cost


def ids_in_library() -> frozenset[str]:
    """Ids that packaged strategies have."""
    return frozenset(list_ids("strategy"))
