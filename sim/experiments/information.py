"""What it would be worth to know more before choosing: perfect and partial value of information.

Without more knowledge one takes the strategy that is best on average. Knowing some factors one would take, for each of
their values, the strategy that is best there; the mean gain from that is the expected value of partial perfect
information (EVPPI). The best strategy by value is found by regressing gains on the factors (Strong, Oakley and
Brennan 2014): splines for one number, splines with products or trees for several, whichever predicts better.

The mean of a maximum of noisy numbers is too large. Here every decision is therefore taken with a regression that has
not seen the point on which it is judged (cross-fitting), so that noise that nobody can know earns nothing; what is
lost is a little of the value where the points are few.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.experiments.cases import SETTINGS, Cases
from sim.experiments.extras import needed
from sim.experiments.responses import HIGH, LOW, Reals
from sim.experiments.tipping import resampled

COLUMNS = ("outcome", "what", "kind", "value", "low", "high", "gbp", "gbp_low", "gbp_high")
EVERYTHING, WITH_CHANCE = "everything varied", "everything varied, and chance"
#: Groups of what is varied, by the head of its name; anything else is a parameter of the model.
GROUPS = {
    "effects": "evidence on the strands", "evidence": "evidence on the strands", "future": "what the world does",
    "place": "the place", "strategy": "how the strategies are carried out",
}  # fmt: skip
MODEL = "how the model works"
FOLDS, REPEATS = 5, 2
#: Inner knots of a spline, and trees of a forest with the fewest cases of a leaf.
KNOTS, TREES, LEAF = 4, 100, 5

Whole = npt.NDArray[np.int64]
Fitter = Callable[[], Any]


@dataclass(frozen=True)
class Information:
    """``frame``: ``COLUMNS``, most valuable first within a kind (``all``, ``group``, ``factor``); ``notes``."""

    frame: pd.DataFrame
    notes: tuple[str, ...]


def information(cases: Cases, *, gbp_per_unit: float | None = None, seed: int = 1) -> Information:
    """Value of knowing everything, each group and each factor, in the outcome's unit and in pounds.

    ``gbp_per_unit``: what one unit of the outcome is worth to the asker; without it there are no pounds. ``seed``
    draws folds and resamples. Intervals are 90 %: judged points are drawn again, decisions kept (drawing again before
    the fit would put the same point on both sides of it).
    """
    asked: list[tuple[str, str, tuple[str, ...]]] = [(EVERYTHING, "all", tuple(cases.factors))]
    asked += [(group, "group", names) for group, names in groups_of(cases.factors).items()]
    asked += [(name, "factor", (name,)) for name in sorted(cases.factors)]
    weights = resampled(cases.point, np.random.default_rng(seed))
    rows = [(WITH_CHANCE, "all", *_with_interval(perfect_gain(cases), weights))]
    known: dict[tuple[str, ...], Reals] = {}
    for what, kind, names in asked:
        gain = known.setdefault(names, informed_gain(cases, names, seed))
        value, low, high = _with_interval(gain, weights)
        rows.append((what, kind, max(value, 0.0), max(low, 0.0), max(high, 0.0)))
    frame = _frame(cases.outcome, rows, gbp_per_unit)
    return Information(frame, _notes(cases))


def groups_of(factors: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Group -> its factors, for every group with any."""
    found: dict[str, list[str]] = {}
    for name in sorted(factors):
        found.setdefault(GROUPS.get(name.split(".")[0], MODEL), []).append(name)
    return {group: tuple(names) for group, names in sorted(found.items())}


def perfect_gain(cases: Cases) -> Reals:
    """By case, gain from the strategy that turned out best over the one that is best on average; chance included.

    Its mean is too large as a value of information: nobody can know the luck that is still in a mean over runs.
    """
    gains = cases.gains.to_numpy()
    return np.asarray(gains.max(axis=1) - gains[:, _best_on_average(gains)])


def informed_gain(cases: Cases, names: Sequence[str], seed: int = 1) -> Reals:
    """By case, gain from the strategy that ``names`` point to over the one that is best on average (cross-fitted)."""
    gains, x = cases.gains.to_numpy(), features(cases.varied[list(names)])
    usual = _best_on_average(gains)
    fitter = _best_fitter(cases, names, x, gains, seed)
    rows = np.arange(len(gains))
    total = np.zeros(len(gains))
    for fold_of in _folds(cases.point, seed):
        chosen = _out_of_fold(fitter, x, gains, fold_of).argmax(axis=1)
        total += gains[rows, chosen] - gains[rows, usual]
    return total / REPEATS


def features(varied: pd.DataFrame) -> Reals:
    """Factors as numbers; a word becomes a column of 0 and 1 for each of its values."""
    return np.asarray(pd.get_dummies(varied, dtype=float), dtype=np.float64)


def _best_on_average(gains: Reals) -> int:
    return int(gains.mean(axis=0).argmax())


def _folds(point: Whole, seed: int) -> list[Whole]:
    """Fold of each case, for each repeat; all cases of a point are in one fold."""
    points, at = np.unique(point, return_inverse=True)
    rng = np.random.default_rng(seed)
    return [(rng.permutation(len(points)) % FOLDS)[at] for _ in range(REPEATS)]


def _out_of_fold(fitter: Fitter, x: Reals, gains: Reals, fold_of: Whole) -> Reals:
    """Expected gains of each case by a regression that has not seen its fold."""
    expected = np.empty_like(gains)
    # Differences from one strategy: what all strategies share decides nothing and would only be noise.
    against = gains - gains[:, [0]]
    for fold in range(FOLDS):
        inside = fold_of == fold
        expected[inside] = fitter().fit(x[~inside], against[~inside]).predict(x[inside]).reshape(inside.sum(), -1)
    return expected


def _best_fitter(cases: Cases, names: Sequence[str], x: Reals, gains: Reals, seed: int) -> Fitter:
    """Splines for one number; for several factors splines or trees, whichever is nearer on folds not seen."""
    splines = _splines(x)
    if len(names) == 1:
        return splines
    against, fold_of = gains - gains[:, [0]], _folds(cases.point, seed)[0]

    def error(fitter: Fitter) -> float:
        return float(((_out_of_fold(fitter, x, gains, fold_of) - against) ** 2).sum())

    return min((splines, _trees), key=error)


def _splines(x: Reals) -> Fitter:
    """Ridge regression on a cubic spline of each number and on products of pairs; words have no spline."""
    pipeline, preprocessing = needed("sklearn.pipeline"), needed("sklearn.preprocessing")
    compose, linear = needed("sklearn.compose"), needed("sklearn.linear_model")
    bent = [k for k in range(x.shape[1]) if len(np.unique(x[:, k])) > KNOTS + 2]
    straight = [k for k in range(x.shape[1]) if k not in bent]

    def fitter() -> Any:
        parts: list[tuple[str, Any, list[int]]] = []
        if bent:
            spline = preprocessing.SplineTransformer(KNOTS, degree=3, knots="quantile", extrapolation="linear")
            parts.append(("splines", spline, bent))
        if straight:
            parts.append(("straight", "passthrough", straight))
        if x.shape[1] > 1:
            pairs = pipeline.make_pipeline(
                preprocessing.StandardScaler(), preprocessing.PolynomialFeatures(2, interaction_only=True)
            )
            parts.append(("pairs", pairs, list(range(x.shape[1]))))
        ridge = linear.RidgeCV(alphas=np.logspace(-4, 3, 8))
        return pipeline.make_pipeline(compose.ColumnTransformer(parts), preprocessing.StandardScaler(), ridge)

    return fitter


def _trees() -> Any:
    forest = needed("sklearn.ensemble").ExtraTreesRegressor
    return forest(TREES, min_samples_leaf=LEAF, max_features=0.7, random_state=0)


def _with_interval(gain: Reals, weights: Reals) -> tuple[float, float, float]:
    low, high = np.percentile(weights @ gain / weights.sum(axis=1), [LOW, HIGH])
    return float(gain.mean()), float(low), float(high)


def _frame(outcome: str, rows: list[tuple[str, str, float, float, float]], gbp_per_unit: float | None) -> pd.DataFrame:
    worth = np.nan if gbp_per_unit is None else gbp_per_unit
    full = [(outcome, *row, *(worth * end for end in row[2:])) for row in rows]
    frame = pd.DataFrame(full, columns=list(COLUMNS))
    order = frame["kind"].map({"all": 0, "group": 1, "factor": 2})
    return frame.assign(_=order).sort_values(["_", "value"], ascending=[True, False], kind="stable").drop(
        columns="_"
    ).reset_index(drop=True)  # fmt: skip


def _notes(cases: Cases) -> tuple[str, ...]:
    chosen = [name for name in sorted(cases.factors) if name.startswith("strategy.") or name in SETTINGS[:1]]
    if not chosen:
        return ()
    return (f"{', '.join(chosen)}: worth knowing only where it is uncertain; where it is a choice, choose it instead.",)
