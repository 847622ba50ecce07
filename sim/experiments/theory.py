"""The theory of change of a strategy, tested: which steps came on time, late or not, and which link broke first.

Readings are yearly, in August. A step that is due after ``by_month`` months counts at the last reading within them:
36 months end with August of year 3 and read it; 40 months read it too; 11 months end before there is any reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.experiments.ensemble import GROUP_IDS, Run
from sim.inputs.lines import LineMap
from sim.inputs.problems import Findings
from sim.inputs.theory import check_theory, in_order, steps_of, theory_notes
from sim.outcomes import INDICATOR_IDS, POPULATIONS, SMALLEST_CELL
from sim.outcomes.intervals import middle_90
from sim.schema import V
from sim.spec import Step, Strategy

Reals = npt.NDArray[np.float64]

#: From best to worse; of two that are as frequent the worse is the step's verdict.
VERDICTS = ("on_time", "not_measurable", "late", "missed")
ON_TIME, NOT_MEASURABLE, LATE, MISSED = VERDICTS
#: A change this close to the size that is wanted counts as the size: differences of shares are not exact.
ROUNDING = 1e-9
_CUMULATED = ("started", "completed")
_TEXTS = ("strategy", "step", "name", "kind", "reads", "group", "population", "against", "verdict")
THEORY_COLUMNS = (
    "strategy", "step", "name", "kind", "by", "reads", "group", "population", "against", "wanted", "change", "low",
    "high", *VERDICTS, "verdict", "first_broken",
)  # fmt: skip


def refuse_wrong_theories(strategies: Sequence[Strategy]) -> None:
    """Raise ``InputError`` for a theory of change that cannot be tested, before anything is run."""
    for strategy in strategies:
        findings = Findings(LineMap(f"strategy {strategy.id}"))
        check_theory(strategy, findings)
        findings.raise_if_any()


def theory_warnings(names: Sequence[str], strategies: Sequence[Strategy]) -> tuple[str, ...]:
    """What is allowed in the theories but may be a slip, a sentence each."""
    pairs = zip(names, strategies, strict=True)
    return tuple(f"{name}: theory of change: {note}" for name, strategy in pairs for note in theory_notes(strategy))


def changes(step: Step, run: Run, twin: Run) -> Reals:
    """Change that a step asks for, at each reading of the run, in the indicator's unit or as a number.

    ``nan`` where the small-number rule hides it. Against the start: from the first reading of the twin, the nearest
    to the first day, which the zone has not moved yet.
    """
    if step.strand is not None:
        return _counted(step, run)
    at = (POPULATIONS.index(step.population), GROUP_IDS.index(step.group), INDICATOR_IDS.index(str(step.indicator)))
    value, n = run.values[:, *at], run.counts[:, *at]
    base, base_n = twin.values[:, *at], twin.counts[:, *at]
    if step.against == "start":
        base, base_n = base[:1], base_n[:1]
    change: Reals = np.where(np.minimum(n, base_n) < SMALLEST_CELL, np.nan, value - base)
    return change


def _counted(step: Step, run: Run) -> Reals:
    """What the books say of a strand, all entries of it in the plan together; starts and completions so far."""
    rows = [at for at in range(run.n_today, len(run.offers)) if run.offers[at] == step.strand]
    counted: Reals = run.delivered[:, getattr(V, step.measure), rows].sum(axis=1)
    return counted.cumsum() if step.measure in _CUMULATED else counted


def wanted(step: Step) -> float:
    """Least change with its sign; ``nan`` where any change in the direction will do."""
    if step.size is None:
        return float("nan")
    return step.size if step.direction == "up" else -step.size


def is_reached(step: Step, change: Reals) -> npt.NDArray[np.bool_]:
    """Whether a change is enough. Pairs share their luck, so that any change but 0 is one the strategy made."""
    gain = change if step.direction == "up" else -change
    return gain > 0 if step.size is None else gain >= step.size - ROUNDING


def due_reading(step: Step) -> int:
    """Place of the reading at which a step is due; -1 before the first."""
    return step.by_month // 12 - 1


def step_verdict(step: Step, change: Reals) -> str:
    """One of ``VERDICTS`` from the change at each reading of one run."""
    due = due_reading(step)
    if not 0 <= due < len(change) or np.isnan(change[due]):
        return NOT_MEASURABLE
    reached = is_reached(step, change[due:])
    if reached[0]:
        return ON_TIME
    return LATE if reached.any() else MISSED


def first_broken(order: Sequence[Step], verdicts: Mapping[str, str]) -> str | None:
    """The first step, in order, that was late or missed while every step it depends on was on time.

    ``None`` if there is none. A step that rests on one that could not be measured is never the first: what broke
    may be the other.
    """
    for step in order:
        met = all(verdicts[name] == ON_TIME for name in step.depends_on)
        if met and verdicts[step.id] in (LATE, MISSED):
            return step.id
    return None


def theory_frame(
    names: Sequence[str], everything: Sequence[Sequence[Run]], strategies: Sequence[Strategy]
) -> pd.DataFrame:
    """One row for each step of each strategy, in order; ``names`` are those of the strategies without the twin.

    ``everything``: replications x runs, the twin first.
    """
    rows = []
    for at, (name, strategy) in enumerate(zip(names, strategies, strict=True), start=1):
        order = in_order(steps_of(strategy))
        changed = [{step.id: changes(step, runs[at], runs[0]) for step in order} for runs in everything]
        told = [{step.id: step_verdict(step, one[step.id]) for step in order} for one in changed]
        broken = [first_broken(order, verdicts) for verdicts in told]
        for step in order:
            at_due = [_at_due(step, one[step.id]) for one in changed]
            rows.append(_row(name, step, at_due, [verdicts[step.id] for verdicts in told], broken))
    frame = pd.DataFrame(rows, columns=list(THEORY_COLUMNS))
    return frame.astype({column: "object" if column in _TEXTS else "float64" for column in frame}).astype(
        {"by": "int64"}
    )


def _at_due(step: Step, change: Reals) -> float:
    due = due_reading(step)
    return float(change[due]) if 0 <= due < len(change) else float("nan")


def _row(name: str, step: Step, at_due: list[float], told: list[str], broken: list[str | None]) -> dict[str, object]:
    seen = np.array([change for change in at_due if not np.isnan(change)])
    low, high = middle_90(seen) if len(seen) else (np.nan, np.nan)
    shares = {verdict: told.count(verdict) / len(told) for verdict in VERDICTS}
    return {
        "strategy": name, "step": step.id, "name": step.name, "kind": step.kind, "by": step.by_month,
        "reads": step.indicator or f"{step.strand}.{step.measure}", "group": step.group,
        "population": step.population, "against": step.against, "wanted": wanted(step),
        "change": seen.mean() if len(seen) else np.nan, "low": low, "high": high, **shares,
        "verdict": max(VERDICTS, key=lambda verdict: (shares[verdict], VERDICTS.index(verdict))),
        "first_broken": broken.count(step.id) / len(broken),
    }  # fmt: skip
