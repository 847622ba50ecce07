"""Which factors an outcome, or the difference between two strategies, hangs on: Sobol, Morris and PAWN.

Every method reads one number per point of the design, the mean over the point's draws. Intervals are 90 % and tell of
the number of points, not of chance within a run; the share that chance has is told beside them (``chance_shares``).

Methods, all through SALib: Sobol (Saltelli et al. 2010; total order by Jansen 1999), Morris (1991) with mu* of
Campolongo et al. (2007), PAWN (Pianosi and Wagener 2018).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.experiments.designs import MORRIS_LEVELS
from sim.experiments.extras import needed
from sim.experiments.pawn import pawn_floor, pawn_interval, slices_for
from sim.experiments.responses import AnalysisError, Quantity, Reals, outcomes_of, quantities, whole_blocks

COLUMNS = ("study", "outcome", "quantity", "method", "factor", "index", "value", "low", "high")
#: Kind of design -> method.
METHODS = {"sobol": "sobol", "morris": "morris", "latin_hypercube": "pawn"}
#: What stands for a factor that does nothing, and for chance.
DUMMY, CHANCE = "(a factor that does nothing)", "(chance)"
RESAMPLES, LEVEL = 200, 0.9
FEWEST = {"sobol": 8, "morris": 4, "pawn": 40}
#: An index that moves by more than this from half of the points to all of them has not settled.
SETTLED = 0.1

Row = tuple[str, str, float, float, float]


@dataclass(frozen=True)
class Sensitivity:
    """``frame``: ``COLUMNS``, one row per quantity, factor and index; ``notes``: what a reader must know."""

    study: str
    method: str
    points: int
    frame: pd.DataFrame
    notes: tuple[str, ...]


def sensitivity(
    study: str, kind: str, design: pd.DataFrame, results: pd.DataFrame, *,
    bounds: Mapping[str, tuple[float, float]] | None = None, outcomes: Sequence[str] | None = None, seed: int = 1,
) -> Sensitivity:  # fmt: skip
    """Analyse a finished sweep on every outcome, for each strategy, against the twin, and for each pair of strategies.

    ``kind``: the kind of the design, a key of ``METHODS``. ``bounds``: factor -> its range (default: the smallest and
    largest value of the design). ``seed`` is for resampling only and moves nothing but the ends of intervals.
    Raises ``AnalysisError`` for another kind, for a design that is not of its kind, and for too few points.
    """
    if kind not in METHODS:
        raise AnalysisError(f"a design of kind {kind} cannot be analysed; use sobol, morris or latin_hypercube")
    method, notes, rows = METHODS[kind], [], []
    problem = problem_dict(design, bounds)
    for outcome in outcomes_of(results, outcomes):
        for quantity in quantities(design, results, outcome):
            found, told = one_quantity(method, problem, design, quantity, seed)
            rows += [(study, outcome, quantity.name, *row) for row in found]
            notes += [f"{outcome}, {quantity.name}: {note}" for note in told]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return Sensitivity(study, method, len(design), frame, tuple(dict.fromkeys(notes)))


def problem_dict(design: pd.DataFrame, bounds: Mapping[str, tuple[float, float]] | None = None) -> dict[str, Any]:
    """SALib's problem of a design: number of factors, their names and ranges."""
    names = [str(name) for name in design.columns]
    ends = bounds or {name: (float(design[name].min()), float(design[name].max())) for name in names}
    return {"num_vars": len(names), "names": names, "bounds": [list(ends[name]) for name in names]}


def one_quantity(
    method: str, problem: Mapping[str, Any], design: pd.DataFrame, quantity: Quantity, seed: int
) -> tuple[list[tuple[str, str, str, float, float, float]], list[str]]:
    """(rows of method, factor, index, value, low, high; notes) of one quantity."""
    x, y = design.to_numpy(dtype=np.float64), quantity.means
    size, what = _block(method, x)
    keep, note = whole_blocks(y, size, what)
    notes = [note] if note else []
    if keep.sum() < FEWEST[method] * size:
        raise AnalysisError(f"{keep.sum() // size} {what} are too few; take {FEWEST[method]} or more")
    x, y = x[keep], y[keep]
    if np.ptp(y) == 0.0:
        notes.append("it is the same at every point, so that nothing can matter for it")
        rows: list[Row] = [(name, index, 0.0, 0.0, 0.0) for name in problem["names"] for index in _INDICES[method]]
    else:
        rows, told = _ANALYSES[method](problem, x, y, seed)
        notes += told
    chance = chance_shares(quantity.by_replication[keep], seed)
    return [*((method, *row) for row in rows), *(("variance", *row) for row in chance)], notes


# --- Sobol ------------------------------------------------------------------------------------------------------


def saltelli(x: Reals) -> tuple[int, bool]:
    """(rows of one block, whether second-order indices are possible) of a Saltelli design.

    A block is A, then A with each column taken from B, then (second order) B with each column from A, then B. Raises
    ``AnalysisError`` where the rows are not in that order: indices of such rows would be wrong without a sign of it.
    """
    factors = x.shape[1]
    for second, size in ((False, factors + 2), (True, 2 * factors + 2)):
        if len(x) % size == 0 and _is_saltelli(x.reshape(-1, size, factors), second):
            return size, second
    raise AnalysisError("the rows of the design are not those of a Sobol design in its own order; sample it again")


def _is_saltelli(blocks: Reals, second: bool) -> bool:
    a, b, factors = blocks[:, 0], blocks[:, -1], blocks.shape[2]
    for j in range(factors):
        mixed = np.where(np.arange(factors) == j, b, a)
        if not np.array_equal(blocks[:, 1 + j], mixed):
            return False
        other = np.where(np.arange(factors) == j, a, b)
        if second and not np.array_equal(blocks[:, 1 + factors + j], other):
            return False
    return True


def _sobol(problem: Mapping[str, Any], x: Reals, y: Reals, seed: int) -> tuple[list[Row], list[str]]:
    """First-order and total indices with intervals, and those of the first half of the blocks."""
    size, second = saltelli(x)
    half = size * max(len(y) // size // 2, 1)
    whole, part = (_sobol_indices(problem, values, second, seed) for values in (y, y[:half]))
    rows: list[Row] = []
    for k, name in enumerate(problem["names"]):
        for index in ("S1", "ST"):
            value, width = float(whole[index][k]), float(whole[f"{index}_conf"][k])
            rows.append((name, index, value, value - width, value + width))
            value, width = float(part[index][k]), float(part[f"{index}_conf"][k])
            rows.append((name, f"{index}_half", value, value - width, value + width))
    return rows, _settling(problem["names"], whole, part)


def _sobol_indices(problem: Mapping[str, Any], y: Reals, second: bool, seed: int) -> Mapping[str, Reals]:
    analyse = needed("SALib.analyze.sobol").analyze
    with np.errstate(divide="ignore", invalid="ignore"):
        return analyse(dict(problem), y, calc_second_order=second, num_resamples=RESAMPLES, conf_level=LEVEL, seed=seed)


def _settling(names: Sequence[str], whole: Mapping[str, Reals], part: Mapping[str, Reals]) -> list[str]:
    moved = np.abs(np.asarray(whole["ST"]) - np.asarray(part["ST"]))
    k = int(moved.argmax())
    if moved[k] <= SETTLED:
        return []
    return [
        f"not settled: from half of the points to all of them the total index of {names[k]} moved by {moved[k]:.2f}"
    ]


# --- Morris -----------------------------------------------------------------------------------------------------


def _morris(problem: Mapping[str, Any], x: Reals, y: Reals, seed: int) -> tuple[list[Row], list[str]]:
    """mu* (mean size of the change, over a factor's whole range), mu (with its sign), sigma (spread: interactions)."""
    analyse = needed("SALib.analyze.morris").analyze
    found = analyse(
        dict(problem), x, y, num_resamples=RESAMPLES, conf_level=LEVEL, num_levels=MORRIS_LEVELS, seed=seed
    )  # fmt: skip
    rows: list[Row] = []
    for k, name in enumerate(problem["names"]):
        value, width = float(found["mu_star"][k]), float(found["mu_star_conf"][k])
        rows.append((name, "mu_star", value, max(value - width, 0.0), value + width))
        rows += [(name, index, float(found[index][k]), np.nan, np.nan) for index in ("mu", "sigma")]
    return rows, []


def _check_trajectories(x: Reals) -> None:
    size = x.shape[1] + 1
    if len(x) % size == 0:
        moved = np.diff(x.reshape(-1, size, x.shape[1]), axis=1) != 0.0
        if (moved.sum(axis=2) <= 1).all():
            return
    raise AnalysisError("the rows of the design are not those of a Morris design in its own order; sample it again")


# --- PAWN -------------------------------------------------------------------------------------------------------


def _pawn(problem: Mapping[str, Any], x: Reals, y: Reals, seed: int) -> tuple[list[Row], list[str]]:
    """Median distance between the outcome's distribution and that with the factor held in a slice of its range.

    PAWN is above nought even for a factor that does nothing; how far above is told as the factor ``DUMMY``.
    """
    analyse = needed("SALib.analyze.pawn").analyze
    slices = slices_for(len(y))
    found = analyse(dict(problem), x, y, S=slices, seed=seed)
    rows: list[Row] = []
    for k, name in enumerate(problem["names"]):
        value = float(found["median"][k])
        rows.append((name, "median", value, *pawn_interval(x[:, k], y, slices, value, seed)))
    rows.append((DUMMY, "median", *pawn_floor(y, slices, seed)))
    return rows, []


def _block(method: str, x: Reals) -> tuple[int, str]:
    """Rows that belong together, and what they are called."""
    if method == "sobol":
        return saltelli(x)[0], "blocks"
    if method == "morris":
        _check_trajectories(x)
        return x.shape[1] + 1, "trajectories"
    return 1, "points"


_ANALYSES = {"sobol": _sobol, "morris": _morris, "pawn": _pawn}
_INDICES = {"sobol": ("S1", "S1_half", "ST", "ST_half"), "morris": ("mu_star", "mu", "sigma"), "pawn": ("median",)}


# --- chance -----------------------------------------------------------------------------------------------------


def chance_shares(values: Reals, seed: int) -> list[Row]:
    """Shares of variance that are chance, with intervals: of one run, and of the mean over the replications.

    ``values``: points x replications, replication r with the same luck number at every point. Variance of one run =
    points + luck + points x luck (two-way analysis of variance without repeats); what all points share of the luck
    drops out between points, so that of a mean over R only points x luck / R is left. Nothing with one replication.
    """
    if values.shape[1] < 2 or np.ptp(values) == 0.0:
        return []
    rng = np.random.default_rng(seed)
    again = [_shares(values[rng.integers(len(values), size=len(values))]) for _ in range(RESAMPLES)]
    low, high = np.nanpercentile(np.array(again), [5.0, 95.0], axis=0)
    run, mean = _shares(values)
    return [(CHANCE, "of_one_run", run, low[0], high[0]), (CHANCE, "of_the_mean", mean, low[1], high[1])]


def _shares(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    points, replications = values.shape
    rest = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()
    mixed = float((rest**2).sum()) / ((points - 1) * (replications - 1))
    between = max(float(values.mean(axis=1).var(ddof=1)) - mixed / replications, 0.0)
    luck = max(float(values.mean(axis=0).var(ddof=1)) - mixed / points, 0.0)
    run, mean = between + luck + mixed, between + mixed / replications
    return (luck + mixed) / run if run else 0.0, mixed / replications / mean if mean else 0.0
