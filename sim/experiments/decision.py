"""Everything that would change a choice, for one outcome of a sweep: box, tornado, thresholds, value of information."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sim.experiments.cases import Cases, Factor, cases
from sim.experiments.discovery import Discovery, discover
from sim.experiments.information import Information, information
from sim.experiments.tipping import Threshold, lead_curve, threshold_frame, thresholds, tornado
from sim.outcomes.asked import GBP_TOTAL, asked
from sim.spec import Study

#: What the settings of a sweep are called.
SETTING_NAMES = {"place": "the place", "future": "the future", "evidence": "how the evidence is read"}
CURVE_COLUMNS = ("outcome", "factor", "x", "lead", "low", "high")


@dataclass(frozen=True)
class Decision:
    """``gbp_per_unit``: pounds for one unit of the outcome, NaN-free or ``None``; ``curves``: ``CURVE_COLUMNS``."""

    cases: Cases
    line: float
    discovery: Discovery
    tornado: pd.DataFrame
    found: tuple[Threshold, ...]
    thresholds: pd.DataFrame
    curves: pd.DataFrame
    information: Information
    gbp_per_unit: float | None


def decide(
    study: Study, design: pd.DataFrame, results: pd.DataFrame, outcome: str, *, preferred: str | None = None,
    line: float = 0.0, way: str = "prim", gbp_per_unit: float | None = None, seed: int = 1,
) -> Decision:  # fmt: skip
    """What would change the choice by one outcome of a finished sweep.

    ``preferred`` (default: best by mean), ``line``: lead below which it fails, in the outcome's unit. ``gbp_per_unit``:
    worth of one unit; by default what the preferred strategy pays for one, where the sweep holds the pounds.
    """
    what = asked(outcome, study.years)
    names = {strategy.id: strategy.name for strategy in study.strategies}
    direction = 1 if what.higher_is_better else -1
    known = cases(design, results, outcome, direction, factors_of(study), preferred, names)
    worth = gbp_per_unit if gbp_per_unit is not None else _price(known, results, what.indicator)
    found = thresholds(known, line, seed)
    return Decision(
        known, line, discover(known, line=line, way=way, seed=seed), tornado(known, seed), found,
        threshold_frame(known, found), _curves(known, seed), information(known, gbp_per_unit=worth, seed=seed), worth,
    )  # fmt: skip


def factors_of(study: Study) -> list[Factor]:
    """What a study varies, as people call it."""
    varied = [
        Factor(
            v.name, v.label or v.name, v.unit, min((v.low or 0.0, *v.values)) if v.low is None else v.low,
            max((0.0, *v.values)) if v.high is None else v.high,
        )
        for v in study.vary
    ]  # fmt: skip
    return varied + [Factor(name, words) for name, words in SETTING_NAMES.items()]


def labels_of(study: Study) -> Mapping[str, str]:
    """Name of a factor -> what people call it, with its unit."""
    return {f.name: f"{f.label} ({f.unit})" if f.unit else f.label for f in factors_of(study)}


def _price(known: Cases, results: pd.DataFrame, indicator: str) -> float | None:
    """Pounds that the preferred strategy takes for one unit gained; ``None`` where that has no meaning."""
    if indicator == GBP_TOTAL:
        return 1.0
    spent = results[(results["outcome"] == GBP_TOTAL) & (results["strategy"] == known.preferred)]["difference"].mean()
    gained = float(known.gains[known.preferred].mean())
    return float(spent) / gained if gained > 0 and spent > 0 else None


def _curves(known: Cases, seed: int) -> pd.DataFrame:
    frames = []
    for name in sorted(known.factors):
        if known.categories(name) or known.varied[name].nunique() <= 2:
            continue
        curve = lead_curve(known, name, seed)
        low, high = curve.band
        frames.append(
            pd.DataFrame(
                {"outcome": known.outcome, "factor": name, "x": curve.x, "lead": curve.lead, "low": low, "high": high}
            )
        )
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(CURVE_COLUMNS))
