"""Statistics of a sample of synthetic people, to be set beside published figures.

A target names a measure, a statistic and groups; :func:`statistic` works it out and turns it into the published unit.
Rows that count: residents (a sample holds no others) of the group, within ``age_years`` by completed age unless the
measure is a test with an age of its own, for whom the measure is a number. Fewer than ``FEWEST_ROWS`` of them, or a
denominator of 0, give not-a-number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sim.inputs.problems import did_you_mean
from sim.inputs.targets import STATISTIC_NAMES, Target
from sim.outcomes.groups import MEMBERSHIPS
from sim.outcomes.measures import MEASURES

Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]

#: Smallest group of which a statistic is given.
FEWEST_ROWS = 10
#: Groups of equal size into which ``progress`` and ``gap_explained`` sort people by the second measure.
TWENTIETHS = 20
#: Published gap indices run from -10 to 10: the difference of mean ranks (0 to 1), times this.
GAP_INDEX_SCALE = 20.0
#: Age in completed years up to which a test is taken at primary school.
OLDEST_PRIMARY = 11


class SampleLike(Protocol):
    """People of one place and luck number: one value per row, rows in one fixed order; see ``samples.Sample``."""

    def values(self, measure: str) -> Reals:
        """Value of a measure for each row of its table, not-a-number where it does not apply."""
        ...

    def members(self, group: str, table: str) -> Flags:
        """Rows of a table in a group, or in all of several joined by ``+``."""
        ...

    @property
    def ages(self) -> Whole:
        """Completed years of each child."""
        ...

    def school(self, phase: str) -> Whole:
        """School of each child in a phase, -1 for none."""
        ...


def statistic(target: Target, sample: SampleLike) -> float:
    """Simulated figure of a target in one sample, in the published unit; not-a-number where too few people count.

    Raises ``InputError`` for a target without a measure, and for a measure, group or statistic there is not.
    """
    return statistics([target], sample)[0]


def statistics(targets: Iterable[Target], sample: SampleLike) -> list[float]:
    """:func:`statistic` of each target; what several of them need (rows, means by twentieth) is worked out once."""
    reader = _Reader(sample)
    return [_in_published_unit(target, reader) for target in targets]


def _in_published_unit(target: Target, reader: _Reader) -> float:
    function = STATISTICS.get(target.statistic)
    if function is None:
        problem = f'there is no statistic "{target.statistic}"'
        raise target.error("statistic", problem, did_you_mean(target.statistic, STATISTICS, "statistics"))
    return function(_Question(target, reader)) * target.factor


class _Reader:
    """A sample, with what several statistics share."""

    def __init__(self, sample: SampleLike) -> None:
        self.sample = sample
        self._kept: dict[tuple[object, ...], npt.NDArray[np.generic]] = {}

    def keep(self, key: tuple[object, ...], make: Callable[[], npt.NDArray[np.generic]]) -> npt.NDArray[np.generic]:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]


class _Question:
    """What one target asks of one sample."""

    def __init__(self, target: Target, reader: _Reader) -> None:
        self.target, self._reader, self._sample = target, reader, reader.sample
        if target.measure is None:
            raise target.error("measure", "is missing", "add measure = a measure of the model")
        self.measure = target.measure
        for field, name in (("measure", target.measure), ("with", target.with_)):
            if name is not None and name not in MEASURES:
                problem = f'the model has no measure "{name}"'
                raise target.error(field, problem, did_you_mean(name, MEASURES, "measures"))
        self.table = MEASURES[self.measure].table

    @property
    def second(self) -> str:
        """The second measure."""
        if self.target.with_ is None:
            raise self.target.error("with", "is missing", f"{self.target.statistic} needs a second measure")
        return self._as_taken(self.target.with_)

    def _as_taken(self, second: str) -> str:
        """An earlier test of the people measured: a second test counts when it was taken, not in this year's class."""
        own, age = MEASURES[self.measure].fixed_age, MEASURES[second].fixed_age
        told = MEASURES[second].earlier
        apart = self.target.statistic != "gap_ratio" and age is not None and own != age
        return told if apart and told is not None else second

    @property
    def of(self) -> str:
        """The group measured: ``of``, else ``group`` if the model knows it, else everybody."""
        t = self.target
        if t.of is not None:
            return t.of
        return t.group if all(one in MEMBERSHIPS for one in t.group.split("+")) else "all"

    @property
    def against(self) -> str:
        """The second group."""
        if self.target.against is None:
            raise self.target.error("against", "is missing", f"{self.target.statistic} needs a second group")
        return self.target.against

    def values(self, measure: str) -> Reals:
        """Values of a measure, the first as 0 and 1 where the target gives a line."""
        found = self._sample.values(measure)
        line = self.target.line
        if line is None or measure != self.measure:
            return found
        return self._keep(
            ("line", measure, line), lambda: np.where(np.isnan(found), np.nan, (found >= line).astype(float))
        )

    def rows(self, group: str, *measures: str) -> Whole:
        """Rows of a group for whom some measures are known; the first decides whether the ages matter."""
        ages = None if self._has_own_age(measures[0]) else self.target.age_years
        return self._keep(("rows", group, measures, ages), lambda: self._find(group, measures, ages))

    def _find(self, group: str, measures: tuple[str, ...], ages: tuple[int, int] | None) -> Whole:
        counts = self._members(group)
        if ages is not None:
            counts = counts & self._keep(
                ("ages", ages), lambda: (self._sample.ages >= ages[0]) & (self._sample.ages <= ages[1])
            )
        for measure in measures:
            values = self._sample.values(measure)
            counts = counts & self._keep(("known", measure), lambda values=values: ~np.isnan(values))
        return np.flatnonzero(counts)

    def _members(self, group: str) -> Flags:
        field = "against" if group == self.target.against else "of"
        for one in group.split("+"):
            if one not in MEMBERSHIPS:
                problem = f'the model has no group "{one}"'
                raise self.target.error(field, problem, did_you_mean(one, MEMBERSHIPS, "groups"))
        try:
            return self._sample.members(group, self.table)
        except KeyError:
            problem = f'"{group}" is a group of children, and {self.measure} is a measure of families'
            raise self.target.error(field, problem, "name a group of families, or a measure of children") from None

    def _has_own_age(self, measure: str) -> bool:
        return MEASURES[measure].fixed_age is not None or MEASURES[measure].ageless or self.table != "children"

    def mean(self, group: str, measure: str) -> float:
        """Mean of a measure in a group."""
        return _mean(self.values(measure)[self.rows(group, measure)])

    def pair(self, group: str) -> tuple[Whole, Reals, Reals]:
        """Rows of a group for whom both measures are known, with the two values of each."""
        rows = self.rows(group, self.measure, self.second)
        return rows, self.values(self.measure)[rows], self.values(self.second)[rows]

    def like_by_second(self) -> Reals:
        """National mean of the measure in each row's twentieth of the second measure, by row."""
        key = ("twentieths", self.measure, self.second, self.target.age_years, self.target.line)
        return self._keep(key, self._mean_by_twentieth)

    def _mean_by_twentieth(self) -> Reals:
        rows, first, second = self.pair("all")
        found = np.full(len(self.values(self.measure)), np.nan)
        if len(rows):
            at = np.minimum((mean_rank(second) * TWENTIETHS).astype(np.int64), TWENTIETHS - 1)
            people = np.bincount(at, minlength=TWENTIETHS)
            means = np.bincount(at, weights=first, minlength=TWENTIETHS) / np.maximum(people, 1)
            found[rows] = means[at]
        return found

    def school(self) -> Whole:
        """School of each child in the phase of the test, or of the oldest age asked for."""
        own = MEASURES[self.measure].fixed_age
        oldest = self.target.age_years[1] if own is None else own
        return self._sample.school("primary" if oldest <= OLDEST_PRIMARY else "secondary")

    def _keep(self, key: tuple[object, ...], make: Callable[[], npt.NDArray[np.generic]]) -> npt.NDArray:  # type: ignore[type-arg]
        return self._reader.keep((*key, self.table), make)


# --- building blocks -----------------------------------------------------------------------------------------


def _mean(values: Reals) -> float:
    return float(values.mean()) if len(values) >= FEWEST_ROWS else np.nan


def _over(above: float, below: float) -> float:
    """A ratio, not-a-number where the denominator is 0."""
    return above / below if below != 0.0 else np.nan


def mean_rank(values: Reals) -> Reals:
    """Rank of each value as a share, (rank - 1/2) / n; ties share their mean rank."""
    _, at, people = np.unique(values, return_inverse=True, return_counts=True)
    before = np.cumsum(people) - people
    return ((before + people / 2.0) / len(values))[at]


def _slope(first: Reals, second: Reals) -> float:
    """Slope of the first on the second, both measured from their means."""
    return _over(float(first @ second), float(second @ second))


def _from_mean(values: Reals) -> Reals:
    return values - values.mean()


def between_share(values: Reals, groups: Whole) -> float:
    """Share of the variance between groups, by the one-way analysis of variance for groups of unequal size.

    ``n0 = (n - sum n_j^2 / n) / (k - 1)``, between = (mean square between - within) / n0, share = between /
    (between + within). It can come out below 0 where groups differ less than luck would make them.
    """
    _, at, people = np.unique(groups, return_inverse=True, return_counts=True)
    n, k = len(values), len(people)
    if n < FEWEST_ROWS or k < 2 or n <= k:
        return np.nan
    means = np.bincount(at, weights=values) / people
    within = float(((values - means[at]) ** 2).sum()) / (n - k)
    spread = float((people * (means - values.mean()) ** 2).sum()) / (k - 1)
    size = (n - float((people**2).sum()) / n) / (k - 1)
    between = (spread - within) / size
    return _over(between, between + within)


# --- one group -----------------------------------------------------------------------------------------------


def _mean_of(q: _Question) -> float:
    """Mean of the measure; of a 0/1 measure the share."""
    return q.mean(q.of, q.measure)


def _sd(q: _Question) -> float:
    """Standard deviation (n - 1)."""
    values = q.values(q.measure)[q.rows(q.of, q.measure)]
    return float(values.std(ddof=1)) if len(values) >= FEWEST_ROWS else np.nan


def _quantile(q: _Question) -> float:
    """Value that a share ``quantile`` of people lies below."""
    values = q.values(q.measure)[q.rows(q.of, q.measure)]
    if q.target.quantile is None:
        raise q.target.error("quantile", "is missing", "write quantile = 0.1 or another share")
    return float(np.quantile(values, q.target.quantile)) if len(values) >= FEWEST_ROWS else np.nan


def _correlation(q: _Question) -> float:
    """Correlation (Pearson) of the two measures."""
    _, first, second = q.pair(q.of)
    if len(first) < FEWEST_ROWS:
        return np.nan
    first, second = _from_mean(first), _from_mean(second)
    return _over(float(first @ second), float(np.sqrt((first @ first) * (second @ second))))


def _variance_share(q: _Question) -> float:
    """Share of the variance that lies between schools; with a second measure, of what it does not explain."""
    school = q.school()
    if q.target.with_ is None:
        rows = q.rows(q.of, q.measure)
        rows = rows[school[rows] >= 0]
        return between_share(q.values(q.measure)[rows], school[rows])
    rows, first, second = q.pair(q.of)
    inside = school[rows] >= 0
    if inside.sum() < FEWEST_ROWS:
        return np.nan
    rows, first, second = rows[inside], _from_mean(first[inside]), _from_mean(second[inside])
    return between_share(first - _slope(first, second) * second, school[rows])


def _progress(q: _Question) -> float:
    """Mean of the measure less its national mean among people in the same twentieth of the second measure."""
    rows, first, _ = q.pair(q.of)
    return _mean(first - q.like_by_second()[rows])


# --- two groups ----------------------------------------------------------------------------------------------


def _difference(q: _Question, measure: str) -> float:
    return q.mean(q.of, measure) - q.mean(q.against, measure)


def _gap(q: _Question) -> float:
    """Mean of the first group less that of the second."""
    return _difference(q, q.measure)


def _gap_sd(q: _Question) -> float:
    """The gap over the standard deviation of everybody of these ages."""
    values = q.values(q.measure)[q.rows("all", q.measure)]
    return _over(_gap(q), float(values.std(ddof=1))) if len(values) >= FEWEST_ROWS else np.nan


def _gap_index(q: _Question) -> float:
    """Difference of mean ranks (0 to 1 among both groups) of first and second group, times ``GAP_INDEX_SCALE``."""
    values = q.values(q.measure)
    first, second = (values[q.rows(group, q.measure)] for group in (q.of, q.against))
    if min(len(first), len(second)) < FEWEST_ROWS:
        return np.nan
    ranks = mean_rank(np.concatenate([first, second]))
    return GAP_INDEX_SCALE * float(ranks[: len(first)].mean() - ranks[len(first) :].mean())


def _gap_ratio(q: _Question) -> float:
    """The gap in the measure over that in the second measure."""
    return _over(_gap(q), _difference(q, q.second))


def _gap_explained(q: _Question) -> float:
    """Share of the gap that would be left if every twentieth of the second measure had its national mean."""
    like = q.like_by_second()
    raw = expected = 0.0
    for group, sign in ((q.of, 1.0), (q.against, -1.0)):
        rows, first, _ = q.pair(group)
        raw += sign * _mean(first)
        expected += sign * _mean(like[rows])
    return _over(expected, raw)


def _linked(q: _Question) -> tuple[float, float]:
    """Gap that goes with the second measure (slope within groups x gap in it), and the whole gap."""
    (_, y1, x1), (_, y2, x2) = q.pair(q.of), q.pair(q.against)
    if min(len(y1), len(y2)) < FEWEST_ROWS:
        return np.nan, np.nan
    y = np.concatenate([_from_mean(y1), _from_mean(y2)])
    x = np.concatenate([_from_mean(x1), _from_mean(x2)])
    return _slope(y, x) * float(x1.mean() - x2.mean()), float(y1.mean() - y2.mean())


def _gap_linked(q: _Question) -> float:
    """Slope of the measure on the second within groups, times the gap in the second."""
    return _linked(q)[0]


def _gap_linked_share(q: _Question) -> float:
    """``gap_linked`` over the gap."""
    return _over(*_linked(q))


def _ratio(q: _Question) -> float:
    """Mean of the first group over that of the second; with a second measure, mean of the first over the second."""
    if q.target.with_ is None:
        return _over(q.mean(q.of, q.measure), q.mean(q.against, q.measure))
    return _over(q.mean(q.of, q.measure), q.mean(q.of, q.second))


def _two_risks(q: _Question) -> tuple[float, float]:
    """Share with the measure in the two groups or, with a second measure, where that is 1 and where it is 0."""
    if q.target.with_ is None:
        return q.mean(q.of, q.measure), q.mean(q.against, q.measure)
    _, first, second = q.pair(q.of)
    return _mean(first[second == 1.0]), _mean(first[second == 0.0])


def _relative_risk(q: _Question) -> float:
    """Risk in the first group over that in the second."""
    return _over(*_two_risks(q))


def _odds_ratio(q: _Question) -> float:
    """Odds in the first group over those in the second; not-a-number where a risk is 1, or the second 0."""
    first, second = _two_risks(q)
    return _over(_over(first, 1.0 - first), _over(second, 1.0 - second))


#: Statistic -> how it is worked out, before scaling to the published unit.
STATISTICS: Mapping[str, Callable[[_Question], float]] = {
    "mean": _mean_of,
    "share": _mean_of,
    "sd": _sd,
    "quantile": _quantile,
    "gap": _gap,
    "gap_sd": _gap_sd,
    "gap_index": _gap_index,
    "gap_ratio": _gap_ratio,
    "gap_explained": _gap_explained,
    "gap_linked": _gap_linked,
    "gap_linked_share": _gap_linked_share,
    "ratio": _ratio,
    "relative_risk": _relative_risk,
    "odds_ratio": _odds_ratio,
    "correlation": _correlation,
    "variance_share": _variance_share,
    "progress": _progress,
}

assert tuple(sorted(STATISTICS)) == tuple(sorted(STATISTIC_NAMES)), "every statistic of a file has a rule"
