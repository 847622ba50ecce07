"""Strategies against one another in plain words: who comes out ahead, how surely, and what a wrong choice costs."""

from __future__ import annotations

import math
from collections.abc import Callable
from html import escape
from typing import Any

from sim.outcomes import INDICATORS
from sim.outputs.records import ComparisonRecord
from sim.report.html import listed, table
from sim.report.tables import names
from sim.report.words import NOT_SHOWN, chance, measure, pounds, short_name

POUNDS = "pounds"
NET = "net_gbp"
#: What the twin is called in a sentence.
NO_ZONE = "no zone"
NET_NAME = "Valued benefits less costs (present value)"

Row = dict[str, Any]


def outcome_name(row: Row) -> str:
    """Plain name of what a row of ``pairs`` is about."""
    return NET_NAME if row["family"] == POUNDS else short_name(INDICATORS[row["indicator"]], row["group"])


def pair_rows(comparison: ComparisonRecord) -> dict[str, list[Row]]:
    """Rows of ``pairs`` by outcome, as they are told: headlines and net pounds, not spending, which the costs tell."""
    found: dict[str, list[Row]] = {}
    for row in comparison.pairs.to_dict("records"):
        if row["indicator"] == NET or row["family"] != POUNDS:
            found.setdefault(f"{row['indicator']}:{row['group']}", []).append({str(k): v for k, v in row.items()})
    return found


def regrets(rows: list[Row]) -> dict[str, float]:
    """Expected regret of each option on one outcome, least first, in the unit of the outcome."""
    found = {str(row["strategy"]): float(row["regret"]) for row in rows}
    found |= {str(row["against"]): float(row["regret_against"]) for row in rows}
    return dict(sorted(found.items(), key=lambda item: item[1]))


def pair_lines(comparison: ComparisonRecord, everybody: bool = False) -> list[str]:
    """One sentence for each outcome where there are two strategies or more, and what pairing gains.

    The best option is held against the next one, or against ``everybody``.
    """
    lines: list[str] = []
    if len(comparison.strategies) > 1:
        lines = [_sentence(comparison, rows, everybody) for rows in pair_rows(comparison).values()]
    return [*lines, *narrowing_lines(comparison)]


def narrowing_lines(comparison: ComparisonRecord) -> list[str]:
    """By how much the same luck narrows the ranges of the headlines; nothing where nothing can be said."""
    told = comparison.pairs[comparison.pairs["family"] != POUNDS].dropna(subset=["narrowing", "narrowing_mean"])
    if told.empty:
        return []
    least, middle, most = (float(told["narrowing"].quantile(q)) for q in (0.0, 0.5, 1.0))
    more = float(told["narrowing_mean"].median()) ** 2
    return [
        f"The same luck for all: ranges are {middle:.1f} times narrower than with independent runs "
        f"(median of {len(told)} comparisons, {least:.1f} to {most:.1f}); for a mean as steady as this, independent "
        f"runs would need about {more:,.0f} times as many replications."
    ]


def _sentence(comparison: ComparisonRecord, rows: list[Row], everybody: bool) -> str:
    subject = outcome_name(rows[0])
    if any(row["suppressed"] for row in rows):
        return f"{subject}: {NOT_SHOWN}."
    regret = regrets(rows)
    if all(row["difference"] == row["low"] == row["high"] == 0.0 for row in rows):
        return f"{subject}: all are the same."
    called = names(comparison)
    ahead = [called.get(option, NO_ZONE) for option, size in regret.items() if size == min(regret.values())]
    best, following = list(regret)[:2]
    shown = _shown(rows[0])
    told = [row for row in rows if best in _both(row) and (everybody or following in _both(row))]
    beaten = "; ".join(_against(row, best, called, shown, comparison.replications) for row in told)
    costs = ", ".join(f"{called.get(option, NO_ZONE)} {shown(size, False)}" for option, size in regret.items())
    opening = f"{ahead[0]} does best on average" if len(ahead) == 1 else f"{' and '.join(ahead)} do best on average"
    return f"{subject}: {opening}: {beaten}. Expected regret{_unit(rows[0])}: {costs}."


def _both(row: Row) -> tuple[str, str]:
    return str(row["strategy"]), str(row["against"])


def _against(row: Row, best: str, called: dict[str, str], shown: Callable[[float, bool], str], pairs: int) -> str:
    """The best option against another one, whichever way round the row has them."""
    turned = row["against"] == best
    other = str(row["strategy"] if turned else row["against"])
    sign = -1.0 if turned else 1.0
    share = 1.0 - row["chance"] if turned else row["chance"]
    low, high = sorted((sign * row["low"], sign * row["high"]))
    ends = f"{shown(sign * row['difference'], True)}, {shown(low, True)} to {shown(high, True)}"
    return f"ahead of {called.get(other, NO_ZONE)} in {chance(share, pairs)} ({ends})"


def _shown(row: Row) -> Callable[[float, bool], str]:
    """How a number of the outcome is written; the second argument asks for a sign."""
    if row["family"] == POUNDS:
        return lambda number, _: pounds(number)
    shown = measure(INDICATORS[row["indicator"]])
    return lambda number, signed: shown.bare(number, signed=signed)


def _unit(row: Row) -> str:
    unit = "" if row["family"] == POUNDS else measure(INDICATORS[row["indicator"]]).difference_unit
    return f" ({unit})" if unit else ""


def pairs_section(comparison: ComparisonRecord) -> str:
    """Section of the briefing: the sentences and, where there is a choice, the table of regrets; empty without both."""
    lines = pair_lines(comparison, everybody=True)
    if not lines:
        return ""
    labels = {**names(comparison), "": NO_ZONE}
    body = []
    for rows in pair_rows(comparison).values() if len(comparison.strategies) > 1 else ():
        shown, regret = _shown(rows[0]), regrets(rows)
        twin = next(option for option in regret if option not in labels)
        cells = [regret[twin if option == "" else option] for option in labels]
        body.append([escape(outcome_name(rows[0]) + _unit(rows[0])), *(_cell(size, shown) for size in cells)])
    head = ["Outcome", *labels.values()]
    regrets_table = table("Expected regret: how much better the best option would have been, on average", head, body)
    return (
        f"<section><h2>Against one another</h2>{listed(lines)}{regrets_table if body else ''}"
        "<p><small>All options share place, luck and draw of what is not known, pair by pair. A range says where one "
        "place is expected to end up in 90 of 100 cases, not how well the mean is known. Chance of being ahead: "
        "ties count half.</small></p></section>"
    )


def _cell(size: float, shown: Callable[[float, bool], str]) -> str:
    return escape(shown(size, False) if math.isfinite(size) else NOT_SHOWN)
