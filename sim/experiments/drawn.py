"""What a comparison drew in each replication, as a design that sensitivity, thresholds and information can read.

Every pair of runs has its own draw of the model's parameters (the posterior) and of the evidence on the strands. Read
as a design of points, they tell what the choice hangs on without a run more: a point is a replication.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from sim.experiments.cases import Cases, Factor, cases
from sim.experiments.compare import Comparison
from sim.inputs import load_strands
from sim.inputs.posterior import source_of
from sim.inputs.register import load_register, passports
from sim.offers import Evidence, drawn_effect, drawn_strengths
from sim.outcomes import HEADLINES, INDICATORS
from sim.report.evidence_page import OUTCOMES

#: Heads of names of what is drawn besides parameters.
EFFECT, STRENGTH = "effects", "evidence"
_STRENGTHS = {
    "synergy": "how much strands reinforce each other", "sustaining": "how much good surroundings keep effects",
    "tipping": "size of the tipping point",
}  # fmt: skip
#: A rank correlation beyond this many standard errors of nought is taken for more than luck.
BEYOND_LUCK = 2.0


def drawn_values(comparison: Comparison) -> pd.DataFrame:
    """One row a replication (index ``point``), one column a drawn number; numbers that never differ are left out.

    ``file.name`` of parameters, ``effects.STRAND.OUTCOME`` of strands in any strategy (SD at routine delivery),
    ``evidence.NAME`` of the strengths of mechanisms.
    """
    source = source_of(comparison.parameters.mode)
    rows = []
    for replication in range(comparison.replications):
        luck = comparison.seed + replication
        row = {} if source is None else dict(source.values(source.number(luck)))
        rows.append(row | _evidence_values(comparison, Evidence(comparison.evidence, luck)))
    frame = pd.DataFrame(rows, index=pd.RangeIndex(comparison.replications, name="point"))
    return frame.loc[:, frame.nunique() > 1]


def _evidence_values(comparison: Comparison, evidence: Evidence) -> dict[str, float]:
    library, parameters = load_strands(), load_register().parameters
    planned = sorted({s.strand for strategy in comparison.strategies for s in strategy.strands} & set(library))
    found = {
        f"{EFFECT}.{name}.{effect.outcome}": drawn_effect(effect, library[name], at, evidence, parameters.evidence)
        for name in planned
        for at, effect in enumerate(library[name].outcome_effects)
    }
    strengths = drawn_strengths(evidence, parameters.coordination)
    return found | {f"{STRENGTH}.{name}": value for name, value in strengths._asdict().items()}


def factor_of(name: str, column: pd.Series) -> Factor:
    """A drawn number with the words people use for it and its range."""
    low, high = float(column.min()), float(column.max())
    head, _, rest = name.partition(".")
    if head == EFFECT:
        strand, _, outcome = rest.partition(".")
        return Factor(name, f"{load_strands()[strand].name}: effect on {OUTCOMES[outcome]}", "SD", low, high)
    if head == STRENGTH:
        return Factor(name, _STRENGTHS[rest], "", low, high)
    page = passports()[name]
    return Factor(name, f"{head}: {rest.replace('_', ' ')}", page.unit, low, high)


def correlations(drawn: pd.DataFrame, lead: np.ndarray) -> pd.Series:
    """Rank correlation of each drawn number with the lead, the strongest first; NaN where either never differs."""
    ranks = rankdata(lead)
    found = {name: _correlation(rankdata(drawn[name].to_numpy()), ranks) for name in sorted(drawn.columns)}
    series = pd.Series(found, dtype=float)
    return series.loc[series.abs().sort_values(ascending=False, kind="stable").index]


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    a, b = first - first.mean(), second - second.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0 else np.nan


def luck_line(replications: int) -> float:
    """Rank correlations below this are what luck alone gives: two standard errors of a correlation of nought."""
    return BEYOND_LUCK / float(np.sqrt(max(replications - 1, 1)))


def drawn_cases(comparison: Comparison, family: str, most: int) -> tuple[Cases, pd.Series]:
    """(cases, correlations) of one family's headline in the last year.

    The cases hold the ``most`` drawn numbers that go with the lead of the preferred strategy best; ``correlations``
    has all. Raises ``AnalysisError`` for too few replications.
    """
    drawn = drawn_values(comparison)
    indicator, group = HEADLINES[family]
    frame, direction = results_of(comparison, indicator, group), INDICATORS[indicator].direction
    first = cases(drawn.iloc[:, :1], frame, indicator, direction, [factor_of(drawn.columns[0], drawn.iloc[:, 0])])
    told = correlations(drawn.loc[first.point], first.lead)
    chosen = [str(name) for name in told.dropna().index[:most]]
    factors: Sequence[Factor] = [factor_of(name, drawn[name]) for name in chosen]
    return cases(drawn[chosen], frame, indicator, direction, factors), told


def results_of(comparison: Comparison, indicator: str, group: str) -> pd.DataFrame:
    """One outcome of residents in the last year in the columns of a sweep's results: a point a replication."""
    frame = comparison.yearly
    frame = frame[
        (frame["indicator"] == indicator) & (frame["group"] == group) & (frame["population"] == "residents")
        & (frame["year"] == comparison.years)
    ]  # fmt: skip
    table = frame.astype({"strategy": str}).pivot_table(index="replication", columns="strategy", values="value")
    ids = [str(i) for i in comparison.results["strategy"].drop_duplicates()]
    twin = next(column for column in table.columns if column not in ids)
    rows = [
        pd.DataFrame(
            {
                "point": table.index.to_numpy(dtype=int), "replication": 0, "seed": comparison.seed + table.index,
                "place": comparison.place.id, "future": comparison.future, "evidence": comparison.evidence,
                "strategy": name, "outcome": indicator, "value": table[name], "twin": table[twin],
                "difference": table[name] - table[twin],
            }
        )
        for name in ids
        if name in table
    ]  # fmt: skip
    return pd.concat(rows, ignore_index=True)
