"""What would change the choice: a tornado on the lead of the preferred strategy, and a threshold sentence per factor.

The *lead* at a value of a factor is the mean gain of the preferred strategy minus that of the best other one there, the
other factors being as they were varied. It is a smooth curve through the cases (straight line, parabola, cubic or
splines, whichever the Bayesian information criterion prefers), drawn again on resampled points to see how sure it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.interpolate import BSpline

from sim.experiments.cases import Cases
from sim.experiments.responses import HIGH, LOW, Flags, Reals

TORNADO_COLUMNS = (
    "outcome", "factor", "low_at", "high_at", "at_low", "at_low_low", "at_low_high", "at_high", "at_high_low",
    "at_high_high", "swing",
)  # fmt: skip
THRESHOLD_COLUMNS = ("outcome", "factor", "value", "low", "high", "verdict", "sentence")
RESAMPLES, GRID = 300, 101
#: Share of resamples that must agree on who is ahead.
SURE = 0.95
FIFTH = 0.2
#: Curves: degree of a polynomial, or a cubic spline with so many inner knots.
DEGREES, KNOTS = (1, 2, 3), (3, 7)


@dataclass(frozen=True)
class Curve:
    """Lead along a factor: at ``x``, in the middle, and on each resample (resamples x grid)."""

    factor: str
    x: Reals
    lead: Reals
    again: Reals
    rival: tuple[str, ...]

    @property
    def band(self) -> Reals:
        """5th and 95th percentile of the resamples at each ``x``."""
        return np.percentile(self.again, [LOW, HIGH], axis=0)


@dataclass(frozen=True)
class Threshold:
    """``verdict``: ``always``, ``never``, ``tips``, ``tips back`` (more than once) or ``unclear``.

    ``value``, ``low``, ``high``: where the lead is lost or won, with a 90 % interval; NaN where there is no such place.
    """

    factor: str
    value: float
    low: float
    high: float
    verdict: str
    sentence: str


# --- tornado ------------------------------------------------------------------------------------------------------


def tornado(cases: Cases, seed: int = 1) -> pd.DataFrame:
    """``TORNADO_COLUMNS``: the mean lead in the lowest and in the highest fifth of each factor, largest swing first.

    Of a factor in words the worst and the best word take the place of the fifths. Intervals are 90 %, by resampling
    points.
    """
    rng, lead = np.random.default_rng(seed), cases.lead
    weights = resampled(cases.point, rng)
    rows = []
    for name in sorted(cases.factors):
        (low_at, low_rows), (high_at, high_rows) = _ends(cases, name, lead)
        low, high = (_mean_and_interval(lead, rows, weights) for rows in (low_rows, high_rows))
        rows.append((cases.outcome, name, low_at, high_at, *low, *high, high[0] - low[0]))
    frame = pd.DataFrame(rows, columns=list(TORNADO_COLUMNS))
    order = frame["swing"].abs().sort_values(ascending=False, kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def _ends(cases: Cases, name: str, lead: Reals) -> tuple[tuple[str, Flags], tuple[str, Flags]]:
    """(word or mean value, rows) of the low and of the high end of a factor."""
    column, factor = cases.varied[name], cases.factors[name]
    words = cases.categories(name)
    if words:
        ordered = sorted(words, key=lambda word: float(lead[np.asarray(column == word)].mean()))
        return (ordered[0], np.asarray(column == ordered[0])), (ordered[-1], np.asarray(column == ordered[-1]))
    low, high = column.quantile(FIFTH), column.quantile(1 - FIFTH)
    low_rows, high_rows = np.asarray(column <= low), np.asarray(column >= high)
    low_mean, high_mean = (factor.bare(float(column[rows].mean())) for rows in (low_rows, high_rows))
    return (low_mean, low_rows), (high_mean, high_rows)


def resampled(point: npt.NDArray[np.int64], rng: np.random.Generator) -> Reals:
    """Resamples x cases: how often each case is drawn when points are drawn with replacement."""
    _, at = np.unique(point, return_inverse=True)
    count = int(at.max()) + 1
    drawn = rng.multinomial(count, np.full(count, 1 / count, dtype=np.float64), size=RESAMPLES)
    return drawn[:, at].astype(np.float64)


def _mean_and_interval(lead: Reals, rows: Flags, weights: Reals) -> tuple[float, float, float]:
    low, high = np.nanpercentile(_means(lead, rows, weights), [LOW, HIGH])
    return float(lead[rows].mean()), float(low), float(high)


# --- thresholds -----------------------------------------------------------------------------------------------------


def thresholds(cases: Cases, line: float = 0.0, seed: int = 1) -> tuple[Threshold, ...]:
    """One threshold sentence per factor: where the preferred strategy leads by ``line`` or more, and where not."""
    return tuple(threshold(cases, name, line, seed) for name in sorted(cases.factors))


def threshold(cases: Cases, name: str, line: float = 0.0, seed: int = 1) -> Threshold:
    """The threshold sentence of one factor."""
    if cases.categories(name) or cases.varied[name].nunique() <= 2:
        return _by_word(cases, name, line, seed)
    curve = lead_curve(cases, name, seed)
    if cases.lead.min() > line:
        # Ahead in every case; where a smooth curve says otherwise it is the curve that is wrong.
        return _without_crossing(cases, curve, np.ones(len(curve.x)), line)
    ahead = (curve.again > line).mean(axis=0)
    crossings = _crossings(curve.x, curve.lead - line)
    if len(crossings) and not _borne_out(cases, curve, crossings, line, seed):
        return _not_borne_out(cases, curve, crossings, line)
    if len(crossings) == 0:
        return _without_crossing(cases, curve, ahead, line)
    if len(crossings) > 1:
        return _several(cases, curve, ahead, crossings, line)
    return _one_crossing(cases, curve, ahead, float(crossings[0]), line)


def lead_curve(cases: Cases, name: str, seed: int = 1) -> Curve:
    """The lead along a number, with resamples. ``rival``: the best other strategy at each place of the grid."""
    x = np.asarray(cases.varied[name], dtype=np.float64)
    grid = np.linspace(x.min(), x.max(), GRID)
    weights = resampled(cases.point, np.random.default_rng(seed))
    best, middles, agains = cases.gains[cases.preferred].to_numpy(), [], []
    for rival in cases.rivals:
        y = best - cases.gains[rival].to_numpy()
        basis = _chosen_basis(x, y)
        inner, outer = basis(x), basis(grid)
        middles.append(_least_squares(inner, y, np.ones((1, len(y))))[0] @ outer.T)
        agains.append(_least_squares(inner, y, weights) @ outer.T)
    nearest = np.argmin(middles, axis=0)
    rivals = tuple(cases.rivals[k] for k in nearest)
    return Curve(name, grid, np.min(middles, axis=0), np.min(agains, axis=0), rivals)


@dataclass(frozen=True)
class _Basis:
    """Columns of a regression on a number between two ends: a polynomial, or a cubic spline with inner knots."""

    low: float
    high: float
    degree: int
    inner: int = 0

    @property
    def size(self) -> int:
        return self.degree + 1 + self.inner

    def __call__(self, x: Reals) -> Reals:
        unit = (x - self.low) / (self.high - self.low)
        if not self.inner:
            return np.asarray(np.polynomial.legendre.legvander(2 * unit - 1, self.degree), dtype=np.float64)
        inner = np.arange(1, self.inner + 1) / (self.inner + 1)
        ends = self.degree + 1
        knots = np.concatenate([np.zeros(ends), inner, np.ones(ends)])
        return np.asarray(BSpline.design_matrix(np.clip(unit, 0.0, 1.0), knots, self.degree).toarray())


def _chosen_basis(x: Reals, y: Reals) -> _Basis:
    """The curve that the Bayesian information criterion prefers; never more columns than the factor has values."""
    low, high, values = float(x.min()), float(x.max()), len(np.unique(x))
    tried = [_Basis(low, high, degree) for degree in DEGREES] + [_Basis(low, high, 3, inner) for inner in KNOTS]
    tried = [basis for basis in tried if basis.size <= values and basis.size < len(y) / 4] or tried[:1]

    def criterion(basis: _Basis) -> float:
        columns = basis(x)
        left = y - columns @ _least_squares(columns, y, np.ones((1, len(y))))[0]
        # The floor keeps the logarithm finite where a curve goes through every case.
        mean_square = max(float((left**2).mean()), 1e-12 * float(y.var()), np.finfo(np.float64).tiny)
        return len(y) * float(np.log(mean_square)) + basis.size * float(np.log(len(y)))

    return min(tried, key=criterion)


def _least_squares(columns: Reals, y: Reals, weights: Reals) -> Reals:
    """Coefficients under each row of weights; a stretch without points has the smallest that fit."""
    pairs = (columns[:, :, None] * columns[:, None, :]).reshape(len(y), -1)
    squares = (weights @ pairs).reshape(len(weights), columns.shape[1], columns.shape[1])
    right = weights @ (columns * y[:, None])
    return np.array((np.linalg.pinv(squares, hermitian=True) @ right[:, :, None])[:, :, 0], dtype=np.float64)


def _crossings(x: Reals, lead: Reals) -> Reals:
    """Places where a curve given on a grid passes nought, by straight lines between its places."""
    at = np.nonzero((lead[:-1] > 0) != (lead[1:] > 0))[0]
    return x[at] + (x[at + 1] - x[at]) * lead[at] / (lead[at] - lead[at + 1])


# --- sentences ------------------------------------------------------------------------------------------------------


def _borne_out(cases: Cases, curve: Curve, crossings: Reals, line: float, seed: int) -> bool:
    """Whether the cases themselves, without a curve, show the lead won on some stretches and lost on the others.

    A curve may dip below the line where no case does, above all at the ends of a range.
    """
    x = np.asarray(cases.varied[curve.factor], dtype=np.float64)
    odd = np.searchsorted(crossings, x) % 2 == 1
    won = ~odd if curve.lead[0] > line else odd
    weights = resampled(cases.point, np.random.default_rng(seed))
    best = cases.gains[cases.preferred].to_numpy()
    sides = []
    for rows in (won, ~won):
        leads = np.array([_means(best - cases.gains[rival].to_numpy(), rows, weights) for rival in cases.rivals])
        sides.append(leads.min(axis=0))
    return bool((sides[0] > line).mean() >= SURE and (sides[1] < line).mean() >= SURE)


def _not_borne_out(cases: Cases, curve: Curve, crossings: Reals, line: float) -> Threshold:
    factor = cases.factors[curve.factor]
    where = " and ".join(factor.say(float(value)) for value in crossings)
    sentence = (
        f"A curve through the lead of {cases.chosen} passes {line:g} near {where} ({factor.called}), but the cases "
        "tried there do not show who is ahead: noise hides it, or nothing is lost."
    )
    return Threshold(curve.factor, float(crossings[0]), np.nan, np.nan, "unclear", sentence)


def _one_crossing(cases: Cases, curve: Curve, ahead: Reals, value: float, line: float) -> Threshold:
    """Wins on one side of a value, which is sure if one end of the range is surely won and the other surely lost."""
    factor = cases.factors[curve.factor]
    nearest = [_nearest(_crossings(curve.x, lead - line), value) for lead in curve.again]
    found = np.array([crossing for crossing in nearest if np.isfinite(crossing)])
    low, high = np.percentile(found, [LOW, HIGH]) if len(found) else (np.nan, np.nan)
    wins_low = bool(curve.lead[0] > line)
    if not (ahead.max() >= SURE and ahead.min() <= 1 - SURE):
        side = "below" if wins_low else "above"
        sentence = (
            f"On average {cases.chosen} {_leads(line)} {side} {factor.say(value)} ({factor.called}) and not "
            f"beyond, but noise hides whether that is so: {len(found) / len(nearest):.0%} of resamples show "
            "such a place."
        )
        return Threshold(curve.factor, value, float(low), float(high), "unclear", sentence)
    beyond = curve.rival[-1] if wins_low else curve.rival[0]
    exceeds = "more than" if wins_low else "less than"
    what = f"{cases.called(beyond)} wins there" if line == 0.0 else f"there it leads {cases.called(beyond)} by less"
    sentence = (
        f"{cases.chosen} {_leads(line)} unless {factor.called} is {exceeds} {factor.say(value)} "
        f"(90 % interval {factor.say(float(low), float(high))}); {what}."
    )
    return Threshold(curve.factor, value, float(low), float(high), "tips", sentence)


def _nearest(crossings: Reals, value: float) -> float:
    return float(crossings[np.abs(crossings - value).argmin()]) if len(crossings) else np.nan


def _without_crossing(cases: Cases, curve: Curve, ahead: Reals, line: float) -> Threshold:
    factor = cases.factors[curve.factor]
    tried = f"the whole range tried of {factor.called} ({factor.say(factor.low, factor.high)})"
    wins = bool(curve.lead[0] > line)
    sure = ahead.min() >= SURE if wins else ahead.max() <= 1 - SURE
    word = f"{_leads(line)} over" if wins else f"{'loses' if line == 0.0 else f'leads by less than {line:g}'} over"
    if sure:
        sentence, verdict = f"{cases.chosen} {word} {tried}.", "always" if wins else "never"
        return Threshold(curve.factor, np.nan, np.nan, np.nan, verdict, sentence)
    unsure = curve.x[(ahead < SURE) & (ahead > 1 - SURE)]
    where = f"from {factor.say(float(unsure.min()), float(unsure.max()))}"
    sentence = f"On average {cases.chosen} {word} {tried}, but {where} noise hides who is ahead."
    return Threshold(curve.factor, np.nan, np.nan, np.nan, "unclear", sentence)


def _several(cases: Cases, curve: Curve, ahead: Reals, crossings: Reals, line: float) -> Threshold:
    """More than one change of sides: the stretches in which the preferred strategy is ahead."""
    factor = cases.factors[curve.factor]
    ends = np.concatenate([[curve.x[0]], crossings, [curve.x[-1]]])
    first = 0 if curve.lead[0] > line else 1
    won = [(ends[k], ends[k + 1]) for k in range(first, len(ends) - 1, 2)]
    stretches = " and ".join(f"from {factor.say(float(a), float(b))}" for a, b in won)
    sure = ahead.max() >= SURE and ahead.min() <= 1 - SURE
    sentence = f"{cases.chosen} {_leads(line)} where {factor.called} is {stretches}, and not elsewhere" + (
        "." if sure else "; noise hides whether that is so."
    )
    return Threshold(curve.factor, float(crossings[0]), np.nan, np.nan, "tips back" if sure else "unclear", sentence)


def _by_word(cases: Cases, name: str, line: float, seed: int) -> Threshold:
    """A factor of words, or of two numbers: who is ahead at each."""
    weights = resampled(cases.point, np.random.default_rng(seed))
    best, factor = cases.gains[cases.preferred].to_numpy(), cases.factors[name]
    said: dict[str, list[str]] = {"wins": [], "loses": [], "unclear": []}
    for word, rows in _levels(cases, name):
        # By rival first: the lead is over the other strategy that is best on average at this word.
        leads = [_means(best - cases.gains[rival].to_numpy(), rows, weights) for rival in cases.rivals]
        ahead = float((np.nanmin(leads, axis=0) > line).mean())
        said["wins" if ahead >= SURE else "loses" if ahead <= 1 - SURE else "unclear"].append(word)
    parts = [
        f"{_leads(line)} where {factor.called} is {_listed(said['wins'])}" if said["wins"] else "",
        f"does not where it is {_listed(said['loses'])}" if said["loses"] else "",
        f"noise hides who is ahead where it is {_listed(said['unclear'])}" if said["unclear"] else "",
    ]
    verdict = "unclear" if said["unclear"] else "always" if not said["loses"] else "tips" if said["wins"] else "never"
    sentence = f"{cases.chosen} {'; '.join(part for part in parts if part)}."
    if not said["wins"]:
        sentence = sentence.replace("where it is", f"where {factor.called} is", 1)
    return Threshold(name, np.nan, np.nan, np.nan, verdict, sentence)


def _levels(cases: Cases, name: str) -> Iterable[tuple[str, Flags]]:
    column, factor = cases.varied[name], cases.factors[name]
    if cases.categories(name):
        return [(word, np.asarray(column == word)) for word in cases.categories(name)]
    return [(factor.say(float(value)), np.asarray(column == value)) for value in sorted(column.unique())]


def _means(lead: Reals, rows: Flags, weights: Reals) -> Reals:
    inner = weights[:, rows]
    with np.errstate(invalid="ignore"):
        return np.asarray(inner @ lead[rows] / inner.sum(axis=1), dtype=np.float64)


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _leads(line: float) -> str:
    return "wins" if line == 0.0 else f"leads by {line:g} or more"


def threshold_frame(cases: Cases, found: Iterable[Threshold]) -> pd.DataFrame:
    """``THRESHOLD_COLUMNS``: one row per factor."""
    rows = [(cases.outcome, t.factor, t.value, t.low, t.high, t.verdict, t.sentence) for t in found]
    return pd.DataFrame(rows, columns=list(THRESHOLD_COLUMNS))
