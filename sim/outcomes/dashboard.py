"""What partners have on their screen: late, noisy, of few people, and only of records that can be joined.

Three sources are *gathered* in months of their own and *read* from the screen in August (mechanism 15):

- official figures: every August, of pupils on the rolls of the place's schools;
- a survey: families answer less the more risk they carry, and with error;
- records of services: only what can be joined to a family is known.

Nothing here touches the simulated state. Draws are addressed by child or household (stream ``dashboard``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from sim import draws
from sim.kernel.measurement import response_chances
from sim.kernel.sums import group_sums
from sim.outcomes.children import CHILDREN
from sim.outcomes.declaring import GROUPS, OFFICIAL, SERVICE, SURVEY, Declarations, Reals, View
from sim.outcomes.households import HOUSEHOLDS
from sim.outcomes.places import SCHOOLS, SERVICES
from sim.outcomes.reading import (
    GROUPS_OF,
    INDICATOR_IDS,
    INDICATORS,
    SMALLEST_CELL,
    TABLES,
    add_places,
    part_of,
    row_values,
    who_counts,
)
from sim.parameters import DashboardParameters, Parameters
from sim.schema import AUGUST, Stream
from sim.science.measurement import answer_error, record_coverage
from sim.science.strands import family_risk
from sim.state import Part, Table

Flags = npt.NDArray[np.bool_]
SOURCES = (OFFICIAL, SURVEY, SERVICE)
#: Outcomes on which partners can compare users of the strategy with others.
USER_OUTCOMES = ("ks2_expected", "attainment8", "sdq_mean", "attendance", "distress_mean")
#: A share of the families known to be in need: who is not known is not counted. Elsewhere the unknown count as no.
_AMONG_KNOWN = "families_in_need_reached"
#: Keeps a uniform draw off 0, where the normal has no quantile.
_HALF_STEP = 2.0**-32
_AT = {name: i for i, name in enumerate(INDICATOR_IDS)}


class Use(NamedTuple):
    """Months of this school year in which a child, or a household, used a strand of the strategy."""

    children: npt.NDArray[np.int8]
    homes: npt.NDArray[np.int8]


class Snapshot(NamedTuple):
    """The true values of one outcome at a reading: residents it applies to, by row, and who of them are users."""

    month: int
    outcome: str
    rows: npt.NDArray[np.int32]
    values: npt.NDArray[np.float32]
    users: Flags


class Measurement(NamedTuple):
    """One source gathered in one month.

    values, counts: groups x indicators, NaN where nobody is counted, or fewer than ten. users: user outcomes x
    (known users, everybody else) x (mean, number). snapshots: the truth behind ``users``, for comparison only.
    """

    source: str
    month: int
    values: Reals
    counts: Reals
    users: Reals
    snapshots: tuple[Snapshot, ...]


class Screen(NamedTuple):
    """What partners see in a month: values and numbers (groups x indicators), NaN where nothing is shown.

    as_of: month each indicator is about (NaN: nothing published yet). users: as in ``Measurement``.
    """

    month: int
    values: Reals
    counts: Reals
    as_of: Reals
    users: Reals
    users_as_of: Reals


def lag_months(source: str, p: DashboardParameters) -> int:
    """Months from gathering a source to its being on the screen."""
    return round({OFFICIAL: p.official_lag, SURVEY: p.survey_lag, SERVICE: p.service_lag}[source])


def is_due(source: str, month: int, p: DashboardParameters) -> bool:
    """True in the month in which a source is gathered: official figures are of whole school years."""
    return (month + (0 if source == OFFICIAL else lag_months(source, p))) % 12 == AUGUST


def gather(
    source: str, children: Table, households: Table, schools: Table, services: Table, month: int, seed: int, use: Use,
    data: float, parameters: Parameters,
) -> Measurement:  # fmt: skip
    """Gather one source at the end of ``month``. ``data``: how far partners share their data (0..1)."""
    true = View(children, households, month, parameters)
    joined = _joined(households, seed, data, parameters.dashboard)
    inside = _counted(source, true, schools, seed)
    values = np.full((len(GROUPS), len(INDICATOR_IDS)), np.nan)
    counts = np.zeros_like(values)
    seen: list[View] = []
    for declared, groups, counted in zip(TABLES, GROUPS_OF, inside, strict=True):
        part = part_of(true, declared, np.flatnonzero(counted))
        seen.append(_answered(part, declared, seed) if source == SURVEY else part)
        names = _names(declared, source)
        if not names:
            continue
        found = np.stack([np.asarray(declared.functions[name](seen[-1]), dtype=np.float64) for name in names])
        if source == SERVICE:
            found = _recorded(names, found, joined[part.children.household if declared is CHILDREN else counted])
        at = [_AT[name] for name in names]
        values[:, at], counts[:, at] = _group_means(found, groups(part))
    _add_places(source, values, counts, schools, services)
    users, snapshots = _compare_users(source, true, seen, inside, joined, use)
    return Measurement(source, month, np.where(counts < SMALLEST_CELL, np.nan, values), counts, users, snapshots)


def read_dashboard(measured: Sequence[Measurement], month: int, p: DashboardParameters) -> Screen:
    """The screen in ``month``: of each source the last that was gathered at least its lag ago."""
    shape = len(GROUPS), len(INDICATOR_IDS)
    values, counts, as_of = np.full(shape, np.nan), np.zeros(shape), np.full(len(INDICATOR_IDS), np.nan)
    users, users_as_of = np.full((len(USER_OUTCOMES), 2, 2), np.nan), np.full(len(USER_OUTCOMES), np.nan)
    for source in SOURCES:
        out = [m for m in measured if m.source == source and m.month + lag_months(source, p) <= month]
        if not out:
            continue
        last = max(out, key=lambda m: m.month)
        at = [_AT[name] for name in INDICATOR_IDS if INDICATORS[name].seen == source]
        values[:, at], counts[:, at], as_of[at] = last.values[:, at], last.counts[:, at], last.month
        mine = [k for k, name in enumerate(USER_OUTCOMES) if INDICATORS[name].seen == source]
        users[mine], users_as_of[mine] = last.users[mine], last.month
    return Screen(month, values, counts, as_of, users, users_as_of)


def _names(declared: Declarations, source: str) -> list[str]:
    return [name for name in declared.functions if INDICATORS[name].seen == source]


def _uniform(what: str, seed: int, month: int, keys: npt.NDArray[np.uint64]) -> Reals:
    """One number in [0, 1) for each key, its own for each question."""
    return draws.uniforms(seed, Stream.dashboard, month, keys ^ draws.key_of(what))


def _counted(source: str, v: View, schools: Table, seed: int) -> tuple[Flags, Flags]:
    """(children, households) that a source counts."""
    c, h, p = v.children, v.households, v.parameters
    child_in, home_in = who_counts(v)[0]
    if source == OFFICIAL and p.dashboard.official_rolls > 0:
        # Those past school age are followed by the council of the place they live in.
        followed = (c.first_month <= v.month) & (v.month < c.last_month)
        child_in = np.where(c.school >= 0, followed & (schools.elsewhere[c.school] == 0), child_in)
    if source == SURVEY:
        chance = np.empty(len(h))
        response_chances(family_risk(h.distress, h.hardship, p.delivery), chance, p.dashboard)
        home_in = home_in & (_uniform("response", seed, v.month, h.key) < chance)
        child_in = child_in & home_in[c.household]
    return child_in, home_in


def _answered(v: View, declared: Declarations, seed: int) -> View:
    """What these people would say: the truth and an error of their own for each question of each year."""
    error, p = answer_error(v.parameters.dashboard), v.parameters
    part = v.children if declared is CHILDREN else v.households
    assert isinstance(part, Part), "a survey is answered by those who were asked"

    def said(column: str, sd: float) -> Reals:
        luck: Reals = ndtri(_uniform(column, seed, v.month, part.key) + _HALF_STEP)
        return np.asarray(getattr(part, column) + error * sd * luck)

    if declared is CHILDREN:
        return v._replace(children=part.but(wellbeing=said("wellbeing", 1.0)))
    trust = np.clip(said("trust", p.delivery.trust_sd), 0.0, 1.0)
    answers = {column: said(column, 1.0) for column in ("distress", "home_learning")}
    return v._replace(households=part.but(trust=trust, **answers))


def _joined(households: Table, seed: int, data: float, p: DashboardParameters) -> Flags:
    """Households whose records can be joined: more with shared data, and who once can be stays so."""
    return _uniform("records", seed, 0, households.key) < record_coverage(data, p)


def _recorded(names: list[str], values: Reals, known: Flags) -> Reals:
    """What records say: of those who cannot be joined nothing is known, and they count as not reached."""
    unknown = np.array([np.nan if name == _AMONG_KNOWN else 0.0 for name in names])[:, None]
    return np.where(known[None, :] | np.isnan(values), values, unknown)


def _group_means(values: Reals, groups: npt.NDArray[np.int64]) -> tuple[Reals, Reals]:
    """Means and numbers, groups x indicators."""
    total, number = np.zeros((len(values), len(GROUPS))), np.zeros((len(values), len(GROUPS)))
    group_sums(values, groups, total, number)
    return np.divide(total, number, out=np.full_like(total, np.nan), where=number > 0).T, number.T


def _add_places(source: str, values: Reals, counts: Reals, schools: Table, services: Table) -> None:
    """Indicators of schools and services that a source shows; they are counted, not sampled."""
    all_values, all_counts = np.full((1, *values.shape), np.nan), np.zeros((1, *values.shape))
    add_places(all_values, all_counts, schools, services)
    at = [_AT[name] for declared in (SCHOOLS, SERVICES) for name in declared.indicators
          if INDICATORS[name].seen == source]  # fmt: skip
    values[:, at], counts[:, at] = all_values[0][:, at], all_counts[0][:, at]


def _compare_users(
    source: str, true: View, seen: list[View], inside: tuple[Flags, Flags], joined: Flags, use: Use
) -> tuple[Reals, tuple[Snapshot, ...]]:
    """Users of the strategy and others as the records tell them apart, and the truth behind it."""
    means = np.full((len(USER_OUTCOMES), 2, 2), np.nan)
    snapshots = []
    residents = who_counts(true)[0]
    least = true.parameters.dashboard.user_months
    for k, outcome in enumerate(USER_OUTCOMES):
        if INDICATORS[outcome].seen != source:
            continue
        of_homes = INDICATORS[outcome].table == HOUSEHOLDS.table
        users = (use.homes if of_homes else use.children) >= least
        known = (users & (joined if of_homes else joined[true.children.household]))[inside[of_homes]]
        values = row_values(outcome, seen[of_homes])
        for side, members in enumerate((known, ~known)):
            means[k, side] = _mean(values[members])
        here = np.flatnonzero(residents[of_homes])
        truth = row_values(outcome, part_of(true, TABLES[of_homes], here))
        applies = np.isfinite(truth)
        rows = here[applies].astype(np.int32)
        snapshots.append(Snapshot(true.month, outcome, rows, truth[applies].astype(np.float32), users[rows]))
    return means, tuple(snapshots)


def _mean(values: Reals) -> tuple[float, float]:
    """Mean and number of the values that apply; the mean is hidden under ten."""
    applies = values[np.isfinite(values)]
    return (float(applies.mean()) if len(applies) >= SMALLEST_CELL else np.nan), float(len(applies))
