"""What was delivered: the section of the briefing on shocks from outside, money, posts and closures."""

from __future__ import annotations

from html import escape

from sim.outputs.delivery import Shortfall, shortfalls
from sim.outputs.records import ComparisonRecord
from sim.report.html import listed, table
from sim.report.tables import names
from sim.report.words import upper_first

#: Columns of the table: the reasons told in each.
_COLUMNS = (("money", "posts"), ("staff",), ("closed",))
_READING = (
    "Money and posts are shared out each term by priority; the plan is the full size of a strand. Posts are counted "
    "in August, mean over runs; more is in delivery.parquet."
)


def delivery_section(comparison: ComparisonRecord) -> str:
    """Section of the page: the shocks with their dates, and what fell short of its plan, strand by strand."""
    told = ""
    if comparison.shocks:
        told = f"<h3>What came from outside</h3>{listed(comparison.shocks)}"
    strategies = dict(zip(names(comparison), comparison.strategies, strict=True))
    found = shortfalls(comparison.delivery, strategies)
    parts = []
    for strategy, label in names(comparison).items():
        mine = [s for s in found if s.strategy == strategy]
        planned = len({strand.strand for strand in strategies[strategy].strands})
        short = len({s.strand for s in mine} & {strand.strand for strand in strategies[strategy].strands})
        parts.append(
            f"<h3>{escape(label)}</h3><p>{planned - short} of {planned} strands ran as planned.</p>{_table(mine)}"
        )
    return (
        f"<section><h2>What was delivered</h2>{told}{''.join(parts)}<p><small>{escape(_READING)}</small></p></section>"
    )


def _table(found: list[Shortfall]) -> str:
    if not found:
        return ""
    strands: dict[str, dict[str, str]] = {}
    for s in found:
        strands.setdefault(s.strand, {})[s.reason] = s.words
    body = [
        [
            escape(upper_first(strand.replace("_", " "))),
            *(escape("; ".join(reasons[why] for why in column if why in reasons)) for column in _COLUMNS),
        ]
        for strand, reasons in strands.items()
    ]  # fmt: skip
    head = ["Strand or service", "Money or limit on posts", "Recruitment", "Closed"]
    return table("What fell short, the shortest first", head, body, numbers=False)
