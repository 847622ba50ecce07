"""Files of the page Report: briefing, data, figures, scenario, and the command that gives the same numbers; no Solara.

Every zip holds its files in one order with one date, so that the same comparison gives the same bytes.
"""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sim.experiments.compare import Comparison
from sim.inputs import InputError, list_ids
from sim.inputs.problems import Problem
from sim.inputs.writing import place_toml, strategy_toml
from sim.outputs import write_run_folder
from sim.report.briefing import briefing_page, command_line
from sim.report.figures import save_figures
from sim.report.pdf import HOW_TO_GET, PdfError, pdf_of
from sim.spec import Place
from sim.ui.choice import Question, is_ready, ready_place
from sim.ui.jobs import Report

#: What can be downloaded: id -> (name of the file, type, words on the button).
FILES = {
    "html": ("briefing.html", "text/html", "Briefing with annex (HTML)"),
    "pdf": ("briefing.pdf", "application/pdf", "Briefing, two to four pages (PDF)"),
    "data": ("data.zip", "application/zip", "Data: all tables with a dictionary (zip)"),
    "figures": ("figures.zip", "application/zip", "Figures: PNG and SVG (zip)"),
    "scenario": ("scenario.zip", "application/zip", "Scenario files and command (zip)"),
}
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Made:
    """A file for the browser: ``name``, ``kind`` (its type) and ``content``."""

    name: str
    kind: str
    content: bytes


def command_of(question: Question) -> str:
    """The command line that gives exactly these numbers; own strategies and places by the names of their files."""
    words = ["run" if len(question.strategies) == 1 else "compare", *strategy_names(question)]
    words += ["--place", place_name(question)]
    words += ["--replications", str(question.replications), "--seed", str(question.seed)]
    words += ["--years", str(question.years), "--evidence", question.evidence, "--parameters", "drawn"]
    if question.future.shocks:
        words += ["--future", question.future.id]
    return command_line(words)


def place_name(question: Question) -> str:
    """How the command names the place: an id, or the file that the scenario download holds."""
    return question.place.id if _is_ready_place(question.place) else f"{question.place.id}.toml"


def strategy_names(question: Question) -> list[str]:
    """How the command names each strategy: an id, or the file that the scenario download holds."""
    found: list[str] = []
    for strategy in question.strategies:
        name = strategy.id
        if not is_ready(strategy):
            again = sum(other.startswith(name) and other.endswith(".toml") for other in found)
            name = f"{name}_{again + 1}.toml" if again else f"{name}.toml"
        found.append(name)
    return found


def make(kind: str, comparison: Comparison, question: Question, report: Report) -> Made:
    """One of ``FILES``. Raises ``InputError`` where no PDF can be made, ``KeyError`` for another kind."""
    name, media, words = FILES[kind]
    report(0, 2, words)
    content = _MAKERS[kind](comparison, question)
    report(1, 2, words)
    return Made(f"zonesim-{_safe(question.place.id)}-{name}", media, content)


def preview(comparison: Comparison, question: Question) -> str:
    """The briefing as it is printed, without the annex's figures: quick to make."""
    return briefing_page(comparison, command_of(question), {})


def _html(comparison: Comparison, question: Question) -> bytes:
    with tempfile.TemporaryDirectory() as name:
        figures = save_figures(comparison, Path(name))
        drawn = {path.stem: path.read_text(encoding="utf-8") for path in figures if path.suffix == ".svg"}
    return briefing_page(comparison, command_of(question), drawn).encode()


def _pdf(comparison: Comparison, question: Question) -> bytes:
    try:
        return pdf_of(preview(comparison, question))
    except PdfError as error:
        raise InputError((Problem("PDF", None, "PDF", "it cannot be made here", f"install {HOW_TO_GET}"),)) from error


def _data(comparison: Comparison, question: Question) -> bytes:
    """The tables of a run folder: the same files the command line writes, without children of fewer than ten."""
    with tempfile.TemporaryDirectory() as name:
        folder = write_run_folder(comparison, Path(name) / "run", command_of(question), datetime.now(UTC))
        return _zip({path.name: path.read_bytes() for path in sorted(folder.iterdir())})


def _figures(comparison: Comparison, question: Question) -> bytes:  # noqa: ARG001 - all makers are called alike
    with tempfile.TemporaryDirectory() as name:
        return _zip({path.name: path.read_bytes() for path in save_figures(comparison, Path(name))})


def _scenario(comparison: Comparison, question: Question) -> bytes:  # noqa: ARG001 - all makers are called alike
    files = {"command.txt": f"{command_of(question)}\n".encode()}
    for name, strategy in zip(strategy_names(question), question.strategies, strict=True):
        files[name if name.endswith(".toml") else f"{name}.toml"] = strategy_toml(strategy).encode()
    if not _is_ready_place(question.place):
        files[f"{question.place.id}.toml"] = place_toml(question.place).encode()
    return _zip(files)


_MAKERS = {"html": _html, "pdf": _pdf, "data": _data, "figures": _figures, "scenario": _scenario}


def _is_ready_place(place: Place) -> bool:
    return place.id in list_ids("place") and ready_place(place.id) == place


def _zip(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _in_order(files):
            archive.writestr(zipfile.ZipInfo(name, _FIRST_DAY), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _in_order(files: Mapping[str, bytes]) -> Iterable[tuple[str, bytes]]:
    return sorted(files.items())


def _safe(text: str) -> str:
    return re.sub(r"[^a-z0-9_]", "", text)[:40] or "place"
