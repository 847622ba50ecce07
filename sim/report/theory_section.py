"""The theories of change in the briefing: five columns as the Manchester and Newcastle method lays them out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from sim.outputs.records import ComparisonRecord
from sim.report.tables import names
from sim.report.theory import StepRow, theory_rows, theory_sentence
from sim.report.words import month_name
from sim.spec import Strategy, TheoryOfChange

_COLUMNS = (
    "Starting situation, and why", "Strands of action", "Intended outputs", "Steps of change", "Intended outcomes",
)  # fmt: skip
_KINDS = ("output", "step", "outcome")
#: Class of the page's style sheet for a verdict: ``none`` is neither good nor bad.
_CLASSES = {"on_time": "better", "late": "worse", "missed": "worse", "not_measurable": "none"}

_READING = (
    "A step is on time if the last August reading at or before its date shows the change that was asked for; late if "
    "a later reading of the run does; missed if none does; not measurable if there is no reading at its date or it "
    "rests on fewer than 10. The first broken link of a run is the first step late or missed while all the steps it "
    "rests on were on time. In brackets where 90 of 100 outcomes lie."
)


def theory_section(comparison: ComparisonRecord, figure: str) -> str:
    """Section of the page, empty where no strategy states a theory of change; ``figure`` is HTML already."""
    stated = [
        (label, strategy, identifier)
        for (identifier, label), strategy in zip(names(comparison).items(), comparison.strategies, strict=True)
        if strategy.theory_of_change is not None
    ]
    if not stated:
        return ""
    rows = theory_rows(comparison)
    parts = [_one(label, strategy, rows.get(identifier, [])) for label, strategy, identifier in stated]
    return (
        f"<section><h2>Does the theory of change hold?</h2>{''.join(parts)}{figure}"
        f"<p><small>{escape(_READING)}</small></p></section>"
    )


def _one(label: str, strategy: Strategy, rows: Sequence[StepRow]) -> str:
    theory = strategy.theory_of_change or TheoryOfChange()
    said = f"<p><strong>{escape(theory_sentence(list(rows)))}</strong></p>" if rows else ""
    cells = [_texts([theory.starting_situation, theory.why]), _strands(strategy)]
    cells += [_steps(row for row in rows if row.step.kind == kind) for kind in _KINDS]
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in _COLUMNS)
    body = "".join(f"<td>{cell}</td>" for cell in cells)
    return (
        f"<h3>{escape(label)}</h3>{said}"
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody><tr>{body}</tr></tbody></table></div>'
    )


def _texts(texts: Iterable[str]) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in texts if text)


def _strands(strategy: Strategy) -> str:
    planned = sorted(strategy.strands, key=lambda strand: (strand.start_month, strand.priority, strand.strand))
    lines = dict.fromkeys(f"{p.strand.replace('_', ' ')} (from {month_name(p.start_month)})" for p in planned)
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def _steps(rows: Iterable[StepRow]) -> str:
    return "".join(_step(row) for row in rows)


def _step(row: StepRow) -> str:
    details = (f"{row.reads}: {row.wanted_words} by {row.due}", f"reached: {row.change_words}", row.broken_words)
    told = "".join(f"<br><small>{escape(line)}</small>" for line in details if line)
    verdict = f'<br><span class="{_CLASSES[row.verdict]}">{escape(row.verdict_words)}</span>'
    return f"<p><strong>{escape(row.step.name)}</strong>{verdict}{told}</p>"
