"""What local analyses found: the section of the briefing. It shows estimates and never the truth."""

from __future__ import annotations

from html import escape

from sim.inputs.register import driver_rules
from sim.outputs.records import ComparisonRecord
from sim.report.drivers import driver_words
from sim.report.html import table
from sim.report.tables import names
from sim.report.words import month_name, spread_sd, upper_first
from sim.spec import DRIVERS

_READING = (
    "These are estimates, not the truth: they carry the error of an analysis of this depth. The truth stays hidden, "
    "as it does from a real zone. Estimates are in standard deviations between places as deprived as this one, plus "
    "is worse; square brackets: where the driver lies in 90 of 100 cases. Where nobody knows a driver before the "
    "analysis, every run has its own, so the mean over runs says little and the brackets are wide: the analysis of "
    "one place finds one value within them."
)


def analysis_section(comparison: ComparisonRecord) -> str:
    """Section of the page, empty where no strategy bought a local analysis."""
    bought = [strategy for strategy in names(comparison) if strategy in set(comparison.analysis["strategy"])]
    if not bought:
        return ""
    return (
        f"<section><h2>What the analysis found</h2>{''.join(_one(comparison, strategy) for strategy in bought)}"
        f"<p><small>{escape(_READING)}</small></p></section>"
    )


def _one(comparison: ComparisonRecord, strategy: str) -> str:
    mine = comparison.analysis[comparison.analysis["strategy"] == strategy]
    last = mine[mine["month"] == mine["month"].max()].set_index("driver")
    body = []
    for driver in DRIVERS:
        estimate, low, high = (float(last.loc[driver, column]) for column in ("estimate", "low", "high"))
        meaning = f"{upper_first(driver.replace('_', ' '))}: {driver_rules()[driver].meaning}"
        body.append([escape(meaning), escape(driver_words(estimate)), escape(spread_sd(estimate, low, high))])
    when = month_name(int(mine["month"].max()))
    head = ["What may drive disadvantage here", "Estimate in words", "Estimate and where it may lie"]
    caption = f"{names(comparison)[strategy]}: estimates at the end of {when}, mean over runs"
    return table(caption, head, body, numbers=False)
