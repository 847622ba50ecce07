"""Check files without running anything; whatever is in them, the answer is a list of problems."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sim.inputs.documents import Document, open_document
from sim.inputs.futures import future_of
from sim.inputs.library import Library, packaged
from sim.inputs.places import fill_place, place_of
from sim.inputs.problems import InputError, Problem
from sim.inputs.reading import read_toml
from sim.inputs.strands import strand_of
from sim.inputs.strategies import strategy_of
from sim.inputs.studies import study_of
from sim.inputs.targets import Target, is_target_file, load_targets
from sim.inputs.workshop_records import Workshop
from sim.inputs.workshops import workshop_of
from sim.spec import Future, Place, Strand, Strategy, Study


@dataclass(frozen=True)
class FileCheck:
    """What a check found: ``kind`` and ``record`` are ``None`` where the file did not get so far."""

    file: str
    kind: str | None
    ok: bool
    problems: tuple[Problem, ...]
    record: Place | Strategy | Strand | Future | Study | Workshop | tuple[Target, ...] | None


def check_files(paths: Iterable[str | Path], library: Library | None = None) -> list[FileCheck]:
    """Check each file and never raise for what is in it."""
    library = library or packaged()
    return [_check_file(path, library) for path in paths]


def _check_file(path: str | Path, library: Library) -> FileCheck:
    kind = None
    try:
        if is_target_file(read_toml(path)[0]):
            kind = "targets"
            return FileCheck(str(path), kind, True, (), load_targets(path))
        document = open_document(Path(path), library)
        kind = document.kind
        record = record_of(document, library)
    except InputError as error:
        return FileCheck(str(path), kind, False, error.problems, None)
    return FileCheck(str(path), kind, True, (), record)


def record_of(document: Document, library: Library) -> Place | Strategy | Strand | Future | Study | Workshop:
    """The record a document holds, a place with its gaps filled in. Raises ``InputError``."""
    if document.kind == "place":
        return fill_place(place_of(document), library)
    if document.kind == "strategy":
        return strategy_of(document, library)
    if document.kind == "future":
        return future_of(document, library)
    if document.kind == "study":
        return study_of(document, library)
    if document.kind == "workshop":
        return workshop_of(document, library)
    return strand_of(document)
