"""Values of asked outcomes in a run."""

from __future__ import annotations

from sim.experiments.ensemble import GROUP_IDS, Run, spent_by_year
from sim.outcomes import INDICATOR_IDS, SMALLEST_CELL
from sim.outcomes.asked import GBP_TOTAL, Asked


def value_in(run: Run, what: Asked) -> float:
    """Value of an asked outcome among the residents of a run; NaN where it rests on fewer than ten people."""
    if what.indicator == GBP_TOTAL:
        return float(spent_by_year(run).sum())
    cell = what.year - 1, 0, GROUP_IDS.index(what.group), INDICATOR_IDS.index(what.indicator)
    return float(run.values[cell]) if run.counts[cell] >= SMALLEST_CELL else float("nan")
