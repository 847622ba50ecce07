"""Shares of uncertainty in plain words, a line a headline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.outcomes import INDICATORS
from sim.outputs.records import ComparisonRecord
from sim.report.tables import names
from sim.report.words import short_name

FACTORS = ("chance", "evidence", "model")


def share_lines(comparison: ComparisonRecord, rows: Sequence[dict[str, Any]]) -> list[str]:
    """What each headline's range is made of; ``rows`` as the key ``shares`` of the ``--json`` answer holds them."""
    if not rows:
        return []
    called = names(comparison)
    lines = ["", "What the ranges are made of (chance: luck; evidence: error of the effects; model: its parameters)."]
    lines += [
        f"- {called[row['strategy']]}, {short_name(INDICATORS[row['indicator']], row['group'])}: {_told(row)}"
        for row in rows
    ]
    return lines


def _told(row: dict[str, Any]) -> str:
    if row["sd"] == 0.0:
        return "nothing differs"
    if any(row[factor] is None for factor in FACTORS):
        return "cannot be split (fewer than 10 people, or too few replications)"
    parts = ", ".join(f"{factor} {_per_cent(row[factor])}" for factor in FACTORS)
    # A small share may be estimated a little below nought: shown as nought.
    return f"of the range {parts} (give or take {_per_cent(max(row[f'{factor}_se'] for factor in FACTORS))})"


def _per_cent(share: float) -> str:
    return f"{100.0 * min(max(share, 0.0), 1.0):.0f}%"
