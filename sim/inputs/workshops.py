"""Load a workshop: read in the place, mixes and futures it names, and check that its rounds can be played."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from sim.inputs.documents import Document, open_document
from sim.inputs.futures import load_future
from sim.inputs.library import Library, is_path, leads_out, packaged
from sim.inputs.lines import KeyPath
from sim.inputs.places import fill_place, load_place
from sim.inputs.problems import Findings, did_you_mean, show
from sim.inputs.strands import load_strands
from sim.inputs.strategies import load_strategy
from sim.inputs.validation import validated
from sim.inputs.workshop_records import RUNNING, Quantity, Workshop, WorkshopFile
from sim.spec import Future, Place, Strategy

T = TypeVar("T", Place, Strategy, Future)

#: Most children of the place: a class runs on one computer.
MOST_CHILDREN = 20_000


def load_workshop(ref: str | Path, library: Library | None = None) -> Workshop:
    """A packaged workshop by its id, or a workshop file by its path. Raises ``InputError``."""
    library = library or packaged()
    return workshop_of(open_document(library.find("workshop", ref), library, "workshop"), library)


def workshop_of(document: Document, library: Library) -> Workshop:
    """The workshop a document holds. Raises ``InputError``, also for what is wrong with a file it names."""
    findings = Findings(document.lines)
    file = validated("workshop", WorkshopFile, document.data, findings)
    findings.raise_if_any()
    assert file is not None, "a file without findings is valid"
    read = _Reader(document.path.parent, library, findings)
    place = read(load_place, file.setting.place, ("setting", "place"))
    mixes, futures = _mixes(file), _futures(file)
    strategies = {name: read(load_strategy, name, path) for path, name in mixes}
    worlds = {name: read(load_future, name, path) for path, name in futures}
    _check_menu(file, library, findings)
    _check_quantities(file, findings)
    _check_rounds(file, findings)
    if place is not None and place.value("children") > MOST_CHILDREN:
        problem = f"{place.name} has {place.value('children'):,.0f} children, too many for a class to run on a computer"
        findings.add(("setting", "place"), problem, f"choose a place of up to {MOST_CHILDREN:,} children")
    findings.raise_if_any()
    assert place is not None, "a place that cannot be read is a finding"
    return Workshop(
        file=file,
        place=fill_place(place, library),
        strategies={name: record for name, record in strategies.items() if record is not None},
        futures={name: record for name, record in worlds.items() if record is not None},
    )


class _Reader:
    """Reads what the workshop names: an id of the library, or a file in or under the folder of the workshop."""

    def __init__(self, folder: Path, library: Library, findings: Findings) -> None:
        self._folder, self._library, self._findings = folder, library, findings

    def __call__(self, load: Callable[..., T], ref: str, path: KeyPath) -> T | None:
        if not is_path(ref):
            return load(ref, self._library)
        if leads_out(ref):
            problem = f"{show(ref)} leads out of the folder of this file"
            self._findings.add(path, problem, "put the file beside the workshop")
            return None
        return load(self._folder / ref, self._library)


def _mixes(file: WorkshopFile) -> list[tuple[KeyPath, str]]:
    later = [(("rounds", at, "strategy"), one.strategy) for at, one in enumerate(file.rounds)]
    return [(("setting", "strategy"), file.setting.strategy), *((path, name) for path, name in later if name)]


def _futures(file: WorkshopFile) -> list[tuple[KeyPath, str]]:
    later = [(("rounds", at, "future"), one.future) for at, one in enumerate(file.rounds)]
    return [(("setting", "future"), file.setting.future), *((path, name) for path, name in later if name)]


def _check_menu(file: WorkshopFile, library: Library, findings: Findings) -> None:
    strands = load_strands(library)
    for at, entry in enumerate(file.menu):
        path: KeyPath = ("menu", at, "strand")
        if entry.strand not in strands:
            remedy = did_you_mean(entry.strand, strands, "strands")
            findings.add(path, f"there is no strand {show(entry.strand)}", remedy)
        if entry.strand in (other.strand for other in file.menu[:at]):
            findings.add(path, f"{show(entry.strand)} stands twice", "name each strand once")


def _check_quantities(file: WorkshopFile, findings: Findings) -> None:
    from sim.outcomes import GROUPS, INDICATORS

    _check_unique(("quantities",), (one.id for one in file.quantities), findings)
    for at, one in enumerate(file.quantities):
        path: KeyPath = ("quantities", at)
        for key, name, known in (("indicator", one.indicator, INDICATORS), ("group", one.group, GROUPS)):
            if name not in known:
                findings.add((*path, key), f"there is no {key} {show(name)}", did_you_mean(name, known, f"{key}s"))
        if one.year > file.setting.years:
            findings.add(
                (*path, "year"), f"the runs end after Year {file.setting.years}",
                f"give a year from 1 to {file.setting.years}, or a larger years in [setting]",
            )  # fmt: skip
        if one.low >= one.high:
            findings.add((*path, "low"), "the scale is empty: low must be below high", "exchange them")
        rounds = [other.id for other in file.rounds]
        if one.shown_from is not None and one.shown_from not in rounds:
            remedy = did_you_mean(one.shown_from, rounds, "rounds")
            findings.add((*path, "shown_from"), f"there is no round {show(one.shown_from)}", remedy)
    board = file.setting.board
    if board is not None:
        _check_known(("setting", "board"), board, file.quantities, findings)


def _check_rounds(file: WorkshopFile, findings: Findings) -> None:
    _check_unique(("rounds",), (one.id for one in file.rounds), findings)
    asked, ran = False, False
    for at, one in enumerate(file.rounds):
        path: KeyPath = ("rounds", at)
        if one.quantity is not None:
            _check_known((*path, "quantity"), one.quantity, file.quantities, findings)
        if one.kind == "predict":
            asked, ran = True, False
            if one.quantity is None:
                findings.add(
                    (*path, "quantity"), "is missing: what is to be predicted?", "name an id of [[quantities]]"
                )
        if one.kind == "score" and not (asked and ran):
            problem = "there is nothing to score: no prediction was made and then run before this round"
            findings.add((*path, "kind"), problem, 'put a round "predict" and then a round "run" before it')
        if one.kind == "shock" and one.future is None:
            findings.add((*path, "future"), "is missing: what happens?", "name a future of `zonesim list futures`")
        if one.show and not file.quantities:
            findings.add((*path, "show"), "a demonstration needs a quantity to show", "add an entry of [[quantities]]")
        ran = ran or one.kind in RUNNING


def _check_unique(path: KeyPath, ids: Iterable[str], findings: Findings) -> None:
    seen: set[str] = set()
    for at, name in enumerate(ids):
        if name in seen:
            findings.add((*path, at, "id"), f"{show(name)} stands twice", "give each an id of its own")
        seen.add(name)


def _check_known(path: KeyPath, name: str, known: tuple[Quantity, ...], findings: Findings) -> None:
    ids = [one.id for one in known]
    if name not in ids:
        findings.add(path, f"there is no quantity {show(name)}", did_you_mean(name, ids, "quantities"))
