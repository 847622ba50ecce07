"""Load a future: turn its dates into months, and check what each shock strikes and how hard."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

from sim.futures import MULTIPLIED, SHIFTED, STROKES, combine
from sim.inputs.documents import Document, open_document
from sim.inputs.library import Library, is_path, packaged
from sim.inputs.lines import KeyPath
from sim.inputs.problems import Findings, did_you_mean, file_error, shorten, show, show_number
from sim.inputs.register import tables
from sim.inputs.strands import load_strands
from sim.inputs.strategies import HORIZON_MONTHS, first_september_of, month_of
from sim.inputs.validation import validated
from sim.schema import PHASES
from sim.spec import Future, PartnerKind, Payer, Shock

#: Kind of shock -> least size, greatest size, what it is.
_FACTOR, _CUT, _SHIFT = (0.0, 10.0, "a factor"), (0.0, 1.0, "a share"), (-3.0, 3.0, "a shift in SD")
SIZES: dict[str, tuple[float, float, str]] = (
    dict.fromkeys(("money", "posts", "service_posts", "strand_posts", "moves"), _FACTOR)
    | dict.fromkeys(MULTIPLIED, (0.2, 3.0, "a factor"))
    | dict.fromkeys(("teaching", "contact", "housing"), _CUT)
    | dict.fromkeys((*SHIFTED, "school"), _SHIFT)
    | {"partner_leaves": (1.0, 1.0, "always 1")}
)


def load_future(ref: str | Path, library: Library | None = None) -> Future:
    """A packaged future by its id, a future file by its path, or several joined by ``+``. Raises ``InputError``.

    ``recession+pandemic_year_3`` and ``pandemic_year_3+recession`` are the same future.
    """
    library = library or packaged()
    parts = [ref] if isinstance(ref, Path) or (Path(ref).suffix == ".toml" and _is_file(ref)) else ref.split("+")
    futures = [future_of(open_document(library.find("future", part), library, "future"), library) for part in parts]
    names = [future.id for future in futures]
    for name in names:
        if names.count(name) > 1:
            raise file_error(shorten(str(ref)), f'"{name}" is named twice', "name each future once", field="future")
    return combine(futures)


def _is_file(ref: str) -> bool:
    """Whether a name, which may hold a plus sign, is that of a file."""
    try:
        return is_path(ref) and Path(ref).is_file()
    except (OSError, ValueError):
        return False


def future_of(document: Document, library: Library) -> Future:
    """The future a document holds, checked against the library. Raises ``InputError``."""
    findings = Findings(document.lines)
    data = dict(document.data)
    year = first_september_of(data, findings)
    if isinstance(data.get("shocks"), list):
        data["shocks"] = [
            _dated(entry, ("shocks", index), year, findings) for index, entry in enumerate(data["shocks"])
        ]
    future = validated("future", Future, data, findings)
    if future:
        if "+" in future.id:
            findings.add(("id",), f"{show(future.id)} holds a plus sign", "it joins futures; use _ in an id")
        for index, shock in enumerate(future.shocks):
            _check_shock(shock, ("shocks", index), library, findings)
    findings.raise_if_any()
    assert future is not None, "a future without findings is valid"
    return future


def _dated(entry: Any, path: KeyPath, year: int, findings: Findings) -> Any:
    """A shock with ``start`` and ``stop`` turned into ``start_month`` and ``months``."""
    if not isinstance(entry, dict):
        return entry
    shock = {key: value for key, value in entry.items() if key not in ("start", "stop")}
    for key, instead in (("start", "start_month"), ("stop", "months")):
        if key in entry and instead in entry:
            findings.add((*path, key), f"{key} and {instead} say the same thing", f"keep one of {key} and {instead}")
            return shock
    if "start" in entry:
        start = month_of(entry["start"], year, (*path, "start"), findings)
        shock["start_month"] = 0 if start is None else start
    if "stop" in entry:
        last, first = month_of(entry["stop"], year, (*path, "stop"), findings), shock.get("start_month", 0)
        if last is not None and type(first) is int and last < first:
            findings.add((*path, "stop"), "the shock stops before it starts", "give a stop after the start")
        elif last is not None and type(first) is int:
            shock["months"] = last - first + 1
    return shock


def _check_shock(shock: Shock, path: KeyPath, library: Library, findings: Findings) -> None:
    low, high, what = SIZES[shock.kind]
    if not low <= shock.size <= high:
        problem = f"{show(shock.size)} is out of range for {shock.kind} ({what})"
        ends = show_number(low) if low == high else f"{show_number(low)} to {show_number(high)}"
        findings.add((*path, "size"), problem, f"give a number from {ends}" if low < high else f"write size = {ends}")
    _check_who(shock, path, library, findings)
    if shock.share != 1.0 and shock.kind != "school":
        findings.add((*path, "share"), f"a shock of {shock.kind} strikes all", "leave share out, or change size")
    if shock.kind in STROKES and shock.months is not None:
        findings.add((*path, "months"), f"{shock.kind} happens in one month", "leave out how long it lasts")
    if shock.start_month + (shock.months or 0) > HORIZON_MONTHS:
        problem = f"the shock lasts beyond the longest run ({HORIZON_MONTHS} months)"
        findings.add((*path, "months"), problem, "leave months out for a shock without end")
    if shock.provenance in ("retrieved", "derived") and not shock.source:
        findings.add(path, f"the size is said to be {shock.provenance}, but from no source", "add source = ...")


def _check_who(shock: Shock, path: KeyPath, library: Library, findings: Findings) -> None:
    known = _known(shock.kind, library)
    if shock.who and shock.who not in known:
        problem = f"{shock.kind} knows no {show(shock.who)}"
        remedy = did_you_mean(shock.who, known, "names") if known else "leave who out: it strikes everybody"
        findings.add((*path, "who"), problem, remedy)


def _known(kind: str, library: Library) -> tuple[str, ...]:
    """Names that ``who`` may hold for a kind of shock."""
    if kind == "strand_posts":
        return tuple(load_strands(library))
    names: dict[str, tuple[str, ...]] = {
        "money": get_args(Payer),
        "service_posts": tuple(tables("services")),
        "housing": ("owner", "private", "social"),
        "partner_leaves": (*get_args(PartnerKind), "lead"),
        "school": tuple(PHASES),
    }
    return names.get(kind, ())
