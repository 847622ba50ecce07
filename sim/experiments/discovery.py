"""Where the preferred strategy fails: a box of factors, found on half of the points and tested on the other half.

Two ways to the box: PRIM (Friedman and Fisher 1999, as in Bryant and Lempert 2010), which peels the range bit by bit,
and CART, a small decision tree of which the best leaf is taken. *Coverage* is the share of failures inside the box,
*density* the share of the box that fails, *quasi-p* the chance of as many failures had one restriction done nothing.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binom

from sim.experiments.cases import Cases, Factor
from sim.experiments.extras import needed
from sim.experiments.responses import AnalysisError, Flags

#: A restriction with a larger quasi-p than this is dropped.
LARGEST_QUASI_P = 0.05
#: Failures needed in the half that is searched, before a box means anything.
FEWEST_FAILURES = 8
#: Smallest share of the cases that a box may hold, and the share that a peel takes off.
SMALLEST_MASS, PEEL = 0.05, 0.05
LEAF_SHARE, DEPTH = 0.05, 4
REPEATS = 5
WAYS = ("prim", "cart")


@dataclass(frozen=True)
class Limit:
    """One side of a box: a number from ``low`` to ``high``, or one of ``words``; an open side is infinite."""

    factor: str
    low: float = -np.inf
    high: float = np.inf
    words: tuple[str, ...] = ()

    def holds(self, column: pd.Series) -> Flags:
        """Rows on the inner side."""
        if self.words:
            return np.asarray(column.isin(self.words))
        return np.asarray((column >= self.low) & (column <= self.high))

    def in_words(self, factor: Factor) -> str:
        """``fade is 0.4 or more``."""
        if self.words:
            return f"{factor.called} is {' or '.join(self.words)}"
        if np.isinf(self.low):
            return f"{factor.called} is {factor.say(self.high)} or less"
        if np.isinf(self.high):
            return f"{factor.called} is {factor.say(self.low)} or more"
        return f"{factor.called} is from {factor.say(self.low, self.high)}"


Box = tuple[Limit, ...]


@dataclass(frozen=True)
class Fit:
    """How well a box tells failures from the rest. ``base``: share of all cases that fail."""

    coverage: float
    density: float
    mass: float
    base: float
    cases: int


@dataclass(frozen=True)
class Discovery:
    """A box of failure. ``searched``, ``held_out``: how it does on the half it was found on, and on the other.

    ``quasi_p`` and ``found_again`` (share of repeats on halves drawn anew that restrict the factor) by factor;
    ``trade_off``: one row per box tried, coverage and density on the searched half.
    """

    way: str
    box: Box
    words: str
    searched: Fit | None
    held_out: Fit | None
    quasi_p: dict[str, float]
    found_again: dict[str, float]
    trade_off: pd.DataFrame


def discover(cases: Cases, *, line: float = 0.0, way: str = "prim", seed: int = 1) -> Discovery:
    """The box in which the preferred strategy leads by less than ``line`` (in the outcome's own unit).

    ``seed`` draws the halves. With too few failures, or a box that does no better than the whole, there is no box and
    the words say so.
    """
    if way not in WAYS:
        raise AnalysisError(f'there is no way of discovery "{way}"; use {" or ".join(WAYS)}')
    fails = cases.fails(line)
    half = _half(cases.point, seed)
    if fails[half].sum() < FEWEST_FAILURES or (~fails[half]).sum() < FEWEST_FAILURES:
        return Discovery(way, (), _none_in_words(cases, fails), None, None, {}, {}, _trade_off([]))
    tried = _BOXES[way](cases.varied[half], fails[half])
    fits = [fit(box, cases.varied[half], fails[half]) for box in tried]
    box = _significant(_best(tried, fits), cases.varied[half], fails[half])
    if not box:
        return Discovery(way, (), _scattered_in_words(cases, fails), None, None, {}, {}, _trade_off(fits))
    again = _found_again(cases, fails, way, seed)
    searched, held_out = (fit(box, cases.varied[rows], fails[rows]) for rows in (half, ~half))
    quasi_p = {limit.factor: q for limit, q in zip(box, _quasi_ps(box, cases.varied[half], fails[half]), strict=True)}
    words = _in_words(cases, box, held_out)
    return Discovery(way, box, words, searched, held_out, quasi_p, again, _trade_off(fits))


def inside(box: Iterable[Limit], varied: pd.DataFrame) -> Flags:
    """Rows inside a box."""
    rows = np.ones(len(varied), dtype=np.bool_)
    for limit in box:
        rows &= limit.holds(varied[limit.factor])
    return rows


def fit(box: Box, varied: pd.DataFrame, fails: Flags) -> Fit:
    """Coverage, density and mass of a box among some cases; NaN where there is nothing to divide by."""
    rows = inside(box, varied)
    both, failures = int((rows & fails).sum()), int(fails.sum())
    coverage = both / failures if failures else np.nan
    density = both / int(rows.sum()) if rows.any() else np.nan
    return Fit(coverage, density, float(rows.mean()), float(fails.mean()), len(fails))


# --- two ways to boxes ------------------------------------------------------------------------------------------


def prim_boxes(varied: pd.DataFrame, fails: Flags) -> list[Box]:
    """Boxes along PRIM's peeling and pasting, from the whole space inwards (EMA Workbench)."""
    prim = needed("ema_workbench.analysis.prim")
    # Whole numbers break its peeling under pandas 3, and its threshold only says which box it keeps at the end.
    frame = varied.apply(lambda column: column if _is_words(column) else column.astype(np.float64))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search = prim.Prim(frame, fails.copy(), threshold=0.0, peel_alpha=PEEL, mass_min=SMALLEST_MASS)
        found = search.find_box()
    whole = search.box_init
    return [tuple(_limits(limits, whole)) for limits in found.box_lims]


def _limits(limits: pd.DataFrame, whole: pd.DataFrame) -> Iterable[Limit]:
    for name in sorted(limits.columns):
        inner, outer = limits[name].tolist(), whole[name].tolist()
        if isinstance(outer[0], set | frozenset):
            if inner[0] != outer[0]:
                yield Limit(str(name), words=tuple(sorted(inner[0])))
        elif inner != outer:
            low = -np.inf if inner[0] == outer[0] else float(inner[0])
            high = np.inf if inner[1] == outer[1] else float(inner[1])
            yield Limit(str(name), low, high)


def cart_boxes(varied: pd.DataFrame, fails: Flags) -> list[Box]:
    """Leaves of a small decision tree (scikit-learn) in which failures are more frequent than overall."""
    tree_of = needed("sklearn.tree").DecisionTreeClassifier
    columns: list[tuple[str, str]] = []
    numbers = []
    for name in varied:
        words = varied[name].cat.categories if _is_words(varied[name]) else ("",)
        columns += [(str(name), str(word)) for word in words]
        numbers += [varied[name] == word if word else varied[name] for word in words]
    x = np.column_stack([np.asarray(column, dtype=np.float64) for column in numbers])
    tree = tree_of(max_depth=DEPTH, min_samples_leaf=LEAF_SHARE, random_state=0).fit(x, fails).tree_
    boxes: list[Box] = []

    def walk(node: int, ends: dict[int, tuple[float, float]]) -> None:
        at = int(tree.feature[node])
        if tree.children_left[node] < 0:
            boxes.append(_leaf(ends, columns, varied))
            return
        low, high = ends.get(at, (-np.inf, np.inf))
        split = float(tree.threshold[node])
        walk(int(tree.children_left[node]), {**ends, at: (low, min(high, split))})
        walk(int(tree.children_right[node]), {**ends, at: (max(low, split), high)})

    walk(0, {})
    return [box for box in boxes if box]


def _leaf(ends: dict[int, tuple[float, float]], columns: list[tuple[str, str]], varied: pd.DataFrame) -> Box:
    """The path to a leaf as a box; a word is in or out by the half between 0 and 1."""
    limits: dict[str, Limit] = {}
    for at, (low, high) in ends.items():
        name, word = columns[at]
        if not word:
            limits[name] = Limit(name, low, high)
            continue
        before = limits[name].words if name in limits else tuple(varied[name].cat.categories)
        kept = (word,) if low > 0 else tuple(other for other in before if other != word)
        limits[name] = Limit(name, words=kept)
    return tuple(limits[name] for name in sorted(limits) if limits[name].words or not _is_words(varied[name]))


_BOXES = {"prim": prim_boxes, "cart": cart_boxes}


# --- which box ----------------------------------------------------------------------------------------------------


def _best(boxes: list[Box], fits: list[Fit]) -> Box:
    """The box with the best harmonic mean of coverage and density; with fewer restrictions at equal marks."""

    def mark(at: int) -> tuple[float, int]:
        c, d = fits[at].coverage, fits[at].density
        return (2 * c * d / (c + d) if c > 0 and d > 0 else 0.0), -len(boxes[at])

    return boxes[max(range(len(boxes)), key=mark)] if boxes else ()


def _significant(box: Box, varied: pd.DataFrame, fails: Flags) -> Box:
    """The box without the restrictions that may well be chance, the least certain dropped first."""
    while box:
        quasi_ps = _quasi_ps(box, varied, fails)
        worst = int(np.argmax(quasi_ps))
        if quasi_ps[worst] <= LARGEST_QUASI_P:
            return box
        box = tuple(limit for at, limit in enumerate(box) if at != worst)
    return box


def _quasi_ps(box: Box, varied: pd.DataFrame, fails: Flags) -> list[float]:
    """By restriction: chance of at least as many failures among the box's cases, had the restriction done nothing.

    One-sided binomial test against the share of failures in the box without it (Bryant and Lempert 2010).
    """
    rows = inside(box, varied)
    held, failing = int(rows.sum()), int((rows & fails).sum())
    found = []
    for at in range(len(box)):
        wider = inside((*box[:at], *box[at + 1 :]), varied)
        share = float(fails[wider].mean()) if wider.any() else 1.0
        found.append(float(binom.sf(failing - 1, held, share)) if held else 1.0)
    return found


def _found_again(cases: Cases, fails: Flags, way: str, seed: int) -> dict[str, float]:
    """Factor -> share of searches on other halves whose box restricts it."""
    counts = dict.fromkeys(sorted(cases.factors), 0)
    for repeat in range(REPEATS):
        half = _half(cases.point, seed + 1 + repeat)
        tried = _BOXES[way](cases.varied[half], fails[half])
        fits = [fit(box, cases.varied[half], fails[half]) for box in tried]
        for limit in _significant(_best(tried, fits), cases.varied[half], fails[half]):
            counts[limit.factor] += 1
    return {name: count / REPEATS for name, count in counts.items()}


def _half(point: npt.NDArray[np.int64], seed: int) -> Flags:
    """About half of the cases, with all cases of a point on one side."""
    points = np.unique(point)
    first = np.random.default_rng(seed).permutation(points)[: (len(points) + 1) // 2]
    return np.isin(point, first)


def _trade_off(fits: list[Fit]) -> pd.DataFrame:
    rows = [(f.coverage, f.density, f.mass) for f in fits]
    return pd.DataFrame(rows, columns=["coverage", "density", "mass"])


def _is_words(column: pd.Series) -> bool:
    return isinstance(column.dtype, pd.CategoricalDtype)


# --- in words -----------------------------------------------------------------------------------------------------


def _in_words(cases: Cases, box: Box, held_out: Fit) -> str:
    where = " and ".join(limit.in_words(cases.factors[limit.factor]) for limit in box)
    return (
        f"{cases.chosen} fails more often where {where}. Tested on points not used to find this: "
        f"{held_out.density:.0%} of such cases fail, against {held_out.base:.0%} of all cases, "
        f"and {held_out.coverage:.0%} of the failures lie there."
    )


def _none_in_words(cases: Cases, fails: Flags) -> str:
    failing = int(fails.sum())
    if failing * 2 > len(fails):
        return f"{cases.chosen} fails in {failing} of {len(fails)} cases, too many to say where it does not."
    return f"{cases.chosen} fails in {failing} of {len(fails)} cases, too few to say where."


def _scattered_in_words(cases: Cases, fails: Flags) -> str:
    return (
        f"{cases.chosen} fails in {int(fails.sum())} of {len(fails)} cases, and nothing varied here tells "
        "where: no box holds clearly more failures than the rest."
    )
