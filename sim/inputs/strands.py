"""Load strands (interventions) of the evidence library."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.inputs.documents import Document, open_document
from sim.inputs.library import Library, packaged
from sim.inputs.problems import Findings, InputError, Problem
from sim.inputs.validation import validated
from sim.spec import Strand

#: Oldest age that takes part in the model (to the end of the school year in which a child turns 19).
OLDEST_AGE = 19


def load_strand(ref: str | Path, library: Library | None = None) -> Strand:
    """A packaged strand by its id, or a strand file by its path. Raises ``InputError``."""
    library = library or packaged()
    return strand_of(open_document(library.find("strand", ref), library, "strand"))


def load_strands(library: Library | None = None) -> dict[str, Strand]:
    """Every strand of the library by id, read once. Raises ``InputError`` with all problems."""
    return dict(_strands(library or packaged()))


@lru_cache(maxsize=8)
def _strands(library: Library) -> dict[str, Strand]:
    strands: dict[str, Strand] = {}
    problems: list[Problem] = []
    for name, path in library.known("strand").items():
        try:
            strands[name] = strand_of(open_document(path, library, "strand"))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(tuple(problems))
    return strands


def strand_of(document: Document) -> Strand:
    """The strand a document holds, checked. Raises ``InputError``."""
    findings = Findings(document.lines)
    _check_order(document.data.get("ages"), findings)
    strand = validated("strand", Strand, document.data, findings)
    if strand:
        _check_ages(strand, findings)
        _check_outcomes(strand, findings)
    findings.raise_if_any()
    assert strand is not None, "a strand without findings is valid"
    return strand


def _check_order(ages: Any, findings: Findings) -> None:
    """Before the record is made, which would blame the whole file."""
    if isinstance(ages, list) and len(ages) == 2 and all(type(age) is int for age in ages) and ages[0] > ages[1]:
        problem = f"the youngest age, {ages[0]}, is above the oldest, {ages[1]}"
        findings.add(("ages",), problem, f"write ages = [{ages[1]}, {ages[0]}]")


def _check_ages(strand: Strand, findings: Findings) -> None:
    youngest, oldest = strand.ages
    if not 0 <= youngest <= OLDEST_AGE or oldest > 120:
        problem = f"ages {youngest} to {oldest} are nobody in the model"
        findings.add(("ages",), problem, f"give [youngest, oldest], the youngest from 0 to {OLDEST_AGE}")


def _check_outcomes(strand: Strand, findings: Findings) -> None:
    outcomes = [effect.outcome for effect in strand.outcome_effects]
    for index, outcome in enumerate(outcomes):
        if outcome in outcomes[:index]:
            path = ("outcome_effects", index, "outcome")
            findings.add(path, f'a second effect on "{outcome}"', "state one effect for each outcome")
