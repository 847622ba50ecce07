"""How the partnership grew: the section of the briefing."""

from __future__ import annotations

from html import escape

from sim.outputs.records import ComparisonRecord
from sim.report.html import table
from sim.report.partnership import Grown, grown
from sim.report.words import number_a_run

_READING = (
    "Coordination is the weighted geometric mean of seven conditions of a mature partnership, 0 to 1: shared vision, "
    "relationships, governance, backbone team, residents' voice, shared data, learning. Partners are agents: they "
    "meet, tire, change leaders, cut back and leave by chance, so every run has its own story; each month of each is "
    "in events.parquet. Left for good: not back by the end of the run."
)


def partnership_section(comparison: ComparisonRecord, figure: str) -> str:
    """Section of the page, empty where no strategy has a partnership; ``figure`` is HTML already."""
    found = grown(comparison)
    if not found:
        return ""
    return (
        f"<section><h2>How the partnership grew</h2>{''.join(map(_one, found))}{figure}"
        f"<p><small>{escape(_READING)}</small></p></section>"
    )


def _one(one: Grown) -> str:
    body = [
        [escape(h.words.capitalize()), number_a_run(h.mean), escape(h.range_words)] for h in one.happened
    ] or [["Nothing", "", ""]]  # fmt: skip
    head = ["What happened", "In a run, on average", "Fewest to most in a run"]
    return (
        f"<h3>{escape(one.label)}</h3><p><strong>{escape(one.sentence)}</strong></p>"
        f"{table('What happened in the partnership', head, body)}"
    )
