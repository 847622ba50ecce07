"""Load a strategy: turn its dates into months and check it against the strand library."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sim.inputs.documents import Document, open_document
from sim.inputs.library import ID, Library, packaged
from sim.inputs.lines import KeyPath
from sim.inputs.problems import Findings, did_you_mean, show
from sim.inputs.schemas import FIRST_SEPTEMBER, expected, node_at
from sim.inputs.strands import load_strands
from sim.inputs.theory import check_theory
from sim.inputs.validation import validated
from sim.spec import Partner, Partnership, PlannedStrand, Strand, Strategy

#: Longest run in months; nothing starts later.
HORIZON_MONTHS = 240

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def load_strategy(ref: str | Path, library: Library | None = None) -> Strategy:
    """A packaged strategy by its id, or a strategy file by its path. Raises ``InputError``."""
    library = library or packaged()
    return strategy_of(open_document(library.find("strategy", ref), library, "strategy"), library)


def strategy_of(document: Document, library: Library) -> Strategy:
    """The strategy a document holds, checked against the library. Raises ``InputError``."""
    findings = Findings(document.lines)
    data = dict(document.data)
    year = first_september_of(data, findings)
    if isinstance(data.get("strands"), list):
        entries = enumerate(data["strands"])
        data["strands"] = [_dated(entry, ("strands", index), year, findings) for index, entry in entries]
    if isinstance(data.get("analysis"), dict):
        data["analysis"] = _with_months(data["analysis"], ("analysis",), {"start": 0}, year, findings)
    data |= {"partnership": _dated_partnership(data["partnership"], year, findings)} if "partnership" in data else {}
    _date_steps(data, year, findings)
    strategy = validated("strategy", Strategy, data, findings)
    if strategy:
        strands = load_strands(library)
        _check_place(strategy, document.path, library, findings)
        _check_strands(strategy, strands, findings)
        _check_analysis(strategy, findings)
        check_theory(strategy, findings)
        if strategy.partnership:
            _check_partnership(strategy, strategy.partnership, strands, document.data["partnership"], findings)
    findings.raise_if_any()
    assert strategy is not None, "a strategy without findings is valid"
    return strategy


def first_september_of(data: dict[str, Any], findings: Findings) -> int:
    """Take the year of month 0 out of the keys of a file with dates."""
    value = data.pop("first_september", FIRST_SEPTEMBER)
    if isinstance(value, int) and not isinstance(value, bool) and 2000 <= value <= 2100:
        return value
    wanted = expected(node_at("strategy", ("first_september",)))
    findings.add(("first_september",), f"{show(value)} is not a year", f"give {wanted}")
    return FIRST_SEPTEMBER


def _dated(entry: Any, path: KeyPath, year: int, findings: Findings) -> Any:
    """A planned strand with ``start`` and ``stop`` turned into ``start_month`` and ``stop_month``.

    ``start`` is the first month the strand runs and ``stop`` the last, so "2027-09" to "2031-08" is
    four school years; ``stop_month`` is the first month without it.
    """
    if not isinstance(entry, dict):
        return entry
    months = _with_months(entry, path, {"start": 0, "stop": 1}, year, findings)
    _check_order(entry, months, path, findings)
    return months


def _with_months(
    entry: dict[str, Any], path: KeyPath, keys: dict[str, int], year: int, findings: Findings
) -> dict[str, Any]:
    """A table with each date ``key`` turned into ``key_month``; ``keys``: key -> months added."""
    months = {key: value for key, value in entry.items() if key not in keys}
    for key, offset in keys.items():
        if key not in entry:
            continue
        here, key_month = (*path, key), f"{key}_month"
        if key_month in entry:
            findings.add(here, f"{key} and {key_month} say the same thing", f"keep one of {key} and {key_month}")
            continue
        month = month_of(entry[key], year, here, findings)
        if month is not None:
            months[key_month] = month + offset
    return months


def _dated_partnership(table: Any, year: int, findings: Findings) -> Any:
    """A partnership with ``start``, ``handover`` and its partners' ``join`` turned into months."""
    if not isinstance(table, dict):
        return table
    months = _with_months(table, ("partnership",), {"start": 0, "handover": 0}, year, findings)
    if isinstance(months.get("partners"), list):
        months["partners"] = [
            _with_months(entry, ("partnership", "partners", index), {"join": 0}, year, findings)
            if isinstance(entry, dict)
            else entry
            for index, entry in enumerate(months["partners"])
        ]
    return months


def _date_steps(data: dict[str, Any], year: int, findings: Findings) -> None:
    """Turn ``by`` of each step of the theory of change, the last month in time, into ``by_month``."""
    theory = data.get("theory_of_change")
    if not isinstance(theory, dict) or not isinstance(theory.get("steps"), list):
        return
    steps = []
    for index, entry in enumerate(theory["steps"]):
        step = dict(entry) if isinstance(entry, dict) else entry
        path = ("theory_of_change", "steps", index, "by")
        if isinstance(step, dict) and "by" in step:
            month = month_of(step.pop("by"), year, path, findings)
            if "by_month" in step:
                findings.add(path, "by and by_month say the same thing", "keep one of by and by_month")
            # A wrong date is told above; any month keeps the step from being told as without one.
            step["by_month"] = 1 if month is None else month + 1
        steps.append(step)
    data["theory_of_change"] = theory | {"steps": steps}


def month_of(value: Any, year: int, path: KeyPath, findings: Findings) -> int | None:
    """Months from the first September, or ``None`` with the reason added to ``findings``."""
    match = _MONTH.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        findings.add(path, f"{show(value)} is not a month", f'write year and month in quotes, "{year + 1}-09"')
        return None
    month = (int(match[1]) - year) * 12 + int(match[2]) - 9
    if month < 0:
        findings.add(path, f"{value} is before the first September, {year}-09", "give a later month")
        return None
    if month >= HORIZON_MONTHS:
        last = f"{year + HORIZON_MONTHS // 12}-08"
        findings.add(path, f"{value} is after the longest run (20 years, to {last})", f"give a month up to {last}")
        return None
    return month


def _check_order(entry: dict[str, Any], months: dict[str, Any], path: KeyPath, findings: Findings) -> None:
    start, stop = months.get("start_month", 0), months.get("stop_month")
    if type(start) is int and type(stop) is int and stop <= start:
        key = "stop" if "stop" in entry else "stop_month"
        findings.add((*path, key), "the strand stops before it starts", f"give a {key} after the start")


def _check_place(strategy: Strategy, path: Path, library: Library, findings: Findings) -> None:
    """The place is "any", a packaged place, or a file ``<id>.toml`` beside the strategy."""
    known = ["any", *library.known("place")]
    beside = ID.fullmatch(strategy.place) and (path.parent / f"{strategy.place}.toml").is_file()
    if strategy.place not in known and not beside:
        remedy = f'{did_you_mean(strategy.place, known, "places")} (or place = "any")'
        findings.add(("place",), f"there is no place {show(strategy.place)}", remedy)


def _check_strands(strategy: Strategy, library: dict[str, Strand], findings: Findings) -> None:
    for index, planned in enumerate(strategy.strands):
        path = ("strands", index)
        strand = library.get(planned.strand)
        if strand is None:
            remedy = did_you_mean(planned.strand, library, "strands")
            findings.add((*path, "strand"), f"there is no strand {show(planned.strand)}", remedy)
        elif is_enrolled(strand) and planned.places_per_term is None and planned.reach_share is None:
            problem = f'"{planned.strand}" has no places'
            findings.add(path, problem, "add places_per_term = 40 (a number) or reach_share = 0.5 (of those eligible)")
    _check_overlaps(strategy, findings)
    _check_money(strategy, library, findings)


def _check_analysis(strategy: Strategy, findings: Findings) -> None:
    """A local analysis has to be paid for and must end within the longest run."""
    analysis = strategy.analysis
    if analysis is None:
        return
    if not any(strategy.money_gbp.values()):
        findings.add(("analysis",), "no money for the local analysis", "add [money_gbp] with pounds a year")
    if analysis.start_month + analysis.months > HORIZON_MONTHS:
        problem = f"the local analysis ends after the longest run ({HORIZON_MONTHS} months)"
        findings.add(("analysis",), problem, "start it earlier or give it fewer months")


def _check_partnership(
    strategy: Strategy, partnership: Partnership, library: dict[str, Strand], given: dict[str, Any], findings: Findings
) -> None:
    """Partners have ids of their own and at most one lead; a team is handed over after the start, if there is one."""
    seen: set[str] = set()
    leads = [partner.id for partner in partnership.partners if partner.lead]
    for index, partner in enumerate(partnership.partners):
        path = ("partnership", "partners", index)
        if partner.id in seen:
            findings.add((*path, "id"), f'there are two partners "{partner.id}"', "give each partner an id of its own")
        if partner.lead and partner.id != leads[0]:
            findings.add((*path, "lead"), f'"{leads[0]}" leads already', "keep lead = true for one partner")
        seen.add(partner.id)
        _check_aims(partner, path, findings)
    handover = partnership.handover_month
    if handover is None:
        return
    here = ("partnership", "handover" if "handover" in given else "handover_month")
    if handover <= partnership.start_month:
        findings.add(here, "the team is handed over before the partnership starts", "give a month after the start")
    elif not any(library[p.strand].delivery.backbone for p in strategy.strands if p.strand in library):
        findings.add(here, "there is no backbone team to hand over", 'add a strand "partnership_backbone"')


def _check_aims(partner: Partner, path: KeyPath, findings: Findings) -> None:
    """Aims are families of outcomes."""
    if not partner.aims:
        return
    from sim.outcomes import FAMILIES

    for number, aim in enumerate(partner.aims):
        if aim not in FAMILIES:
            remedy = did_you_mean(aim, FAMILIES, "families of outcomes")
            findings.add((*path, "aims", number), f"there is no family of outcomes {show(aim)}", remedy)


def is_enrolled(strand: Strand) -> bool:
    """Whether children or households enrol in it, so that a plan must say for how many."""
    return strand.delivery.unit in ("child", "household") and strand.effect_basis == "participant"


def _check_overlaps(strategy: Strategy, findings: Findings) -> None:
    """The same strand may be planned twice only one after the other."""
    order = sorted(range(len(strategy.strands)), key=lambda index: strategy.strands[index].start_month)
    free_from: dict[str, int] = {}
    for index in order:
        planned = strategy.strands[index]
        if planned.start_month < free_from.get(planned.strand, 0):
            problem = f'"{planned.strand}" is planned twice for the same time'
            findings.add(("strands", index), problem, "keep one entry, or stop the first before the second starts")
        end = HORIZON_MONTHS if planned.stop_month is None else planned.stop_month
        free_from[planned.strand] = max(end, free_from.get(planned.strand, 0))


def _check_money(strategy: Strategy, library: dict[str, Strand], findings: Findings) -> None:
    if any(strategy.money_gbp.values()):
        return
    costly = sorted({planned.strand for planned in strategy.strands if _cost(planned, library) > 0})
    if costly:
        names = ", ".join(costly[:3]) + (f" and {len(costly) - 3} more" if len(costly) > 3 else "")
        payers = ", ".join(f"{payer} = ..." for payer in sorted({library[name].delivery.payer for name in costly}))
        findings.add(("money_gbp",), f"no money for {names}", f"add [money_gbp] with pounds a year, such as {payers}")


def _cost(planned: PlannedStrand, library: dict[str, Strand]) -> float:
    if planned.strand not in library:
        return 0.0
    own = planned.values.unit_cost_gbp
    return library[planned.strand].unit_cost_gbp if own is None else own
