"""The changes a planner can make to a strategy, on its plain values; whether they may stand is checked elsewhere.

Each function changes the table it is given. It takes what the page sent as it came: a value of the wrong kind is found
by the check of files, and ``LookupError`` says that there is no such entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sim.engine.zone import USUAL_PARTNERS
from sim.inputs.strategies import is_enrolled
from sim.spec import Strand

Plan = dict[str, Any]
#: Pounds a year that a planned strand needs at full size; the second argument asks for pounds per child.
Cost = Callable[[Plan, bool], float]
#: Share of those eligible for whom a strand that people enrol in is planned when it is added.
USUAL_REACH = 0.2
#: Most entries of one kind; a plan with more cannot be read.
MOST_STRANDS, MOST_PARTNERS = 99, 20

_OWN_VALUES = ("effect_multiplier", "uptake", "unit_cost_gbp")
_TEXTS = ("name", "question", "about")
_SIZES = ("places_per_term", "reach_share")


class TooManyError(ValueError):
    """There is no room for another entry."""


def set_text(plan: Plan, field: str, value: Any) -> None:
    """Name, question or description of the strategy."""
    _known(field, _TEXTS)
    _put(plan, field, value, "" if field != "name" else ...)


def set_authors(plan: Plan, value: Any) -> None:
    """Authors, one to a line."""
    _put(plan, "authors", _lines(value), [])


def set_money(plan: Plan, payer: Any, value: Any) -> None:
    """Pounds a year of one payer; nothing or 0 takes the payer out."""
    money = plan.setdefault("money_gbp", {})
    _put(money, payer, value or None, None)


def set_per_child(plan: Plan, value: Any, children: float) -> None:
    """Money per resident child or for the whole place; the pounds stay about the same."""
    if value is not True and value is not False:
        plan["money_per_child"] = value
        return
    if value == bool(plan.get("money_per_child", False)):
        return
    factor = 1 / children if value else children
    digits = 2 if value else 0
    money = plan.get("money_gbp", {})
    plan["money_gbp"] = {payer: round(pounds * factor, digits) for payer, pounds in money.items()}
    _put(plan, "money_per_child", value, False)


def set_posts(plan: Plan, value: Any) -> None:
    """Most full-time posts at a time, or ``None`` for no limit."""
    _put(plan, "posts", value, None)


def add_strand(plan: Plan, strand: Any, library: Mapping[str, Strand], cost: Cost, start: Any = 0) -> None:
    """Plan a strand last in the queue; people enrol for a fifth of those eligible until told otherwise.

    A plan without any money gets what the strand needs from the strand's payer: without money it may not stand.
    """
    entries = _entries(plan, "strands", MOST_STRANDS)
    known = library.get(strand) if isinstance(strand, str) else None
    last = max((entry.get("priority", 50) for entry in entries), default=0)
    entry = {"strand": strand, "start_month": start, "priority": min(last + 1, 99)}
    if known is not None and is_enrolled(known):
        entry["reach_share"] = USUAL_REACH
    entries.append(entry)
    if known is not None and known.unit_cost_gbp > 0 and not any(plan.get("money_gbp", {}).values()):
        plan["money_gbp"] = {known.delivery.payer: cost(entry, bool(plan.get("money_per_child", False)))}


def remove_strand(plan: Plan, at: Any, strand: Any) -> None:
    """Take a strand out, and with its last entry the steps that count it."""
    entry = _strand_at(plan, at, strand)
    plan["strands"].remove(entry)
    if all(other["strand"] != strand for other in plan["strands"]):
        for step in [step for step in _steps(plan) if step.get("strand") == strand]:
            remove_step(plan, step["id"])


def set_strand(plan: Plan, at: Any, strand: Any, field: Any, value: Any) -> None:
    """One field of a planned strand; ``None`` goes back to the usual value."""
    entry = _strand_at(plan, at, strand)
    if field in _OWN_VALUES:
        own = entry.setdefault("values", {})
        _put(own, field, value, None)
        if not own:
            del entry["values"]
        return
    if field in _SIZES and value is not None:
        entry.pop(_SIZES[1 - _SIZES.index(field)], None)
    _put(entry, field, value, None)


def shift_strand(plan: Plan, at: Any, strand: Any, start: Any) -> None:
    """Start a strand at another month and keep how long it runs."""
    entry = _strand_at(plan, at, strand)
    if type(start) is int and type(entry.get("stop_month")) is int:
        entry["stop_month"] += start - entry.get("start_month", 0)
    _put(entry, "start_month", start, None)


def move_strand(plan: Plan, at: Any, strand: Any, to: Any) -> None:
    """Put a strand at place ``to`` (0 first) of the queue for money and posts; all priorities are counted anew."""
    entry = _strand_at(plan, at, strand)
    queue = sorted(plan["strands"], key=in_queue)
    queue = [other for other in queue if other is not entry]
    if type(to) is not int:
        raise LookupError("a place in the queue is a whole number")
    queue.insert(min(max(to, 0), len(queue)), entry)
    for priority, other in enumerate(queue, start=1):
        other["priority"] = priority


def in_queue(entry: Plan) -> tuple[int, str, int]:
    """Who is paid first."""
    return entry.get("priority", 50), entry["strand"], entry.get("start_month", 0)


def set_partnership(plan: Plan, on: Any) -> None:
    """Whether the strategy sets up a partnership of its own."""
    if on:
        plan.setdefault("partnership", {})
    else:
        plan.pop("partnership", None)


def set_zone(plan: Plan, field: str, value: Any) -> None:
    """One field of the partnership: form, start, effort, agreement, champions, handover."""
    _put(_partnership(plan), field, value, None)


def add_partner(plan: Plan, kind: Any, name: Any = "") -> None:
    """A further partner. The usual partners are written down first, so that they can be changed."""
    partners = _partners(plan)
    if len(partners) >= MOST_PARTNERS:
        raise TooManyError(f"there are {len(partners)} partners; remove one first")
    taken = {partner["id"] for partner in partners}
    partner = {"id": free_id(str(kind)[:60], taken), "kind": kind} | ({"name": name} if name else {})
    partners.append(partner)


def remove_partner(plan: Plan, partner: Any) -> None:
    """Take a partner out; the last one stays, as a partnership without names has the usual ones."""
    partners = _partners(plan)
    if len(partners) == 1:
        raise LookupError("a partnership has at least one partner; end the partnership instead")
    partners.remove(_by_id(partners, partner, "partner"))


def set_partner(plan: Plan, partner: Any, field: Any, value: Any) -> None:
    """One field of a partner; who leads takes the lead from the others."""
    partners = _partners(plan)
    found = _by_id(partners, partner, "partner")
    if field == "lead" and value is True:
        for other in partners:
            other.pop("lead", None)
    _put(found, field, value, None)


def set_analysis(plan: Plan, on: Any) -> None:
    """Whether a local analysis is bought."""
    if on:
        plan.setdefault("analysis", {})
    else:
        plan.pop("analysis", None)


def set_analysis_field(plan: Plan, field: str, value: Any) -> None:
    """Start, months or depth of the local analysis."""
    if "analysis" not in plan:
        raise LookupError("there is no local analysis; add one first")
    _put(plan["analysis"], field, value, None)


def set_theory(plan: Plan, field: str, value: Any) -> None:
    """Starting situation of the theory of change, or why it is so."""
    _known(field, ("starting_situation", "why"))
    theory = plan.setdefault("theory_of_change", {})
    _put(theory, field, value, "")
    if not theory:
        del plan["theory_of_change"]


def add_step(plan: Plan, step: Any) -> None:
    """A step of the theory of change, as the form sends it; its id is made from its name."""
    if not isinstance(step, dict):
        raise LookupError("a step is a table of fields")
    taken = {other["id"] for other in _steps(plan)}
    plan.setdefault("theory_of_change", {}).setdefault("steps", []).append(
        {"id": free_id(id_from(str(step.get("name", ""))), taken), **_said(step)}
    )


def set_step(plan: Plan, id_: Any, step: Any) -> None:
    """A step as the form sends it, in the place of the one with this id."""
    if not isinstance(step, dict):
        raise LookupError("a step is a table of fields")
    steps = _steps(plan)
    steps[steps.index(_by_id(steps, id_, "step"))] = {"id": id_, **_said(step)}


def remove_step(plan: Plan, id_: Any) -> None:
    """Take a step out; steps that rest on it rest on it no more."""
    steps = _steps(plan)
    steps.remove(_by_id(steps, id_, "step"))
    for step in steps:
        rests_on = [name for name in step.get("depends_on", []) if name != id_]
        _put(step, "depends_on", rests_on or None, None)
    if not steps:
        del plan["theory_of_change"]["steps"]
    if not plan["theory_of_change"]:
        del plan["theory_of_change"]


#: Name of a change -> what makes it. ``library``, ``cost`` and ``children`` are filled in, never taken from the page.
CHANGES: dict[str, Callable[..., None]] = {
    "text": set_text, "authors": set_authors, "money": set_money, "per_child": set_per_child, "posts": set_posts,
    "add_strand": add_strand, "remove_strand": remove_strand, "strand": set_strand, "move_strand": move_strand,
    "shift_strand": shift_strand,
    "partnership": set_partnership, "zone": set_zone, "add_partner": add_partner, "remove_partner": remove_partner,
    "partner": set_partner, "analysis": set_analysis, "analysis_field": set_analysis_field, "theory": set_theory,
    "add_step": add_step, "step": set_step, "remove_step": remove_step,
}  # fmt: skip


def id_from(name: str) -> str:
    """An id made of a name: small letters, digits and ``_``; ``plan`` where nothing is left."""
    plain = re.sub(r"[^a-z0-9]+", "_", name[:200].lower()).strip("_")
    return (plain if plain[:1].isalpha() else f"plan_{plain}".rstrip("_"))[:50].rstrip("_")


def free_id(wanted: str, taken: set[str]) -> str:
    """The id, with a number where it is taken."""
    number = 2
    found = wanted
    while found in taken:
        found, number = f"{wanted}_{number}", number + 1
    return found


def _put(table: Plan, key: Any, value: Any, usual: Any) -> None:
    """Set a key, or take it out where the value is the usual one."""
    if not isinstance(key, str):
        raise LookupError("a field is named by a word")
    if value == usual and isinstance(value, type(usual)):
        table.pop(key, None)
    else:
        table[key] = value


def _known(field: Any, fields: tuple[str, ...]) -> None:
    if field not in fields:
        raise LookupError(f"there is no such field; one of {', '.join(fields)}")


def _lines(value: Any) -> Any:
    return [line.strip() for line in value.split("\n") if line.strip()] if isinstance(value, str) else value


def _entries(plan: Plan, key: str, most: int) -> list[Plan]:
    entries = plan.setdefault(key, [])
    if len(entries) >= most:
        raise TooManyError(f"there are {len(entries)} {key}; remove one first")
    return entries


def _strand_at(plan: Plan, at: Any, strand: Any) -> Plan:
    entries = plan.get("strands", [])
    if type(at) is not int or not 0 <= at < len(entries) or entries[at]["strand"] != strand:
        raise LookupError("this strand is no longer in the plan; reload the page if it is still shown")
    return entries[at]


def _partnership(plan: Plan) -> Plan:
    if "partnership" not in plan:
        raise LookupError("there is no partnership; add one first")
    return plan["partnership"]


def _partners(plan: Plan) -> list[Plan]:
    """Partners written down; the usual ones where none are."""
    usual = [partner.model_dump(mode="json", exclude_defaults=True) for partner in USUAL_PARTNERS]
    return _partnership(plan).setdefault("partners", usual)


def _steps(plan: Plan) -> list[Plan]:
    return plan.get("theory_of_change", {}).get("steps", [])


def _by_id(entries: list[Plan], id_: Any, what: str) -> Plan:
    for entry in entries:
        if entry["id"] == id_:
            return entry
    raise LookupError(f"this {what} is no longer in the plan; reload the page if it is still shown")


def _said(step: Plan) -> Plan:
    """What a form says of a step: empty fields are not said."""
    return {
        key: value
        for key, value in step.items()
        if isinstance(key, str) and key != "id" and value not in (None, "", [])
    }
