"""The first day: a synthetic neighbourhood fitted to a place's margins, and who comes, goes and is born.

Everybody who will ever live in the place during the run has a row from the start: residents, babies to
come, families to arrive. Moves and births are addressed draws that no strategy changes, so every strategy
compared on a start shares the rows, and a block of rows whose people have all gone costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree
from scipy.special import ndtri

from sim import draws
from sim.kernel.families import first_incomes
from sim.parameters import Parameters, PopulationParameters
from sim.schema import FOREVER, LAST_GRADE, NEVER, PHASES, Stream
from sim.spec import Place
from sim.state import Table

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

HISTORY_MONTHS = 12 * (LAST_GRADE + 1)
N_TIES = 8
_HOUSEHOLD_KIND, _DONOR_KIND, _CHILD_KIND, _SCHOOL_KIND = 1, 2, 3, 4
_BANDS = ((0, 60), (60, 132), (132, 192), (192, HISTORY_MONTHS - 12))
_MOST_CHILDREN = 5


@dataclass(frozen=True)
class Margin:
    """One margin of the place beside the synthetic population's."""

    margin: str
    asked: float
    synthetic: float
    kind: str


@dataclass
class Population:
    """Tables of the first day and the fixed relations between them."""

    children: Table
    households: Table
    schools: Table
    ties: npt.NDArray[np.int32]
    tenants: list[tuple[int, int, int]]
    kin_first: npt.NDArray[np.int32]
    kin_rows: npt.NDArray[np.int32]
    donor_of_household: npt.NDArray[np.int32]
    donor_of_child: npt.NDArray[np.int32]
    n_homes: int
    elsewhere: npt.NDArray[np.int32]
    outside: int
    fit: tuple[Margin, ...]
    pay_factor: float


def _normal(seed: int, stream: int, attribute: int, keys: npt.NDArray[np.uint64]) -> Reals:
    """Standard normal by inverse distribution, addressed by attribute."""
    return ndtri(draws.uniforms(seed, stream, attribute, keys) * (1 - 2**-31) + 2**-32)


# --- households: joint distribution by iterative proportional fitting -------------------------------

_AXES = ("adults", "tenure", "kids", "workers", "education")
_SHAPE = (2, 3, 3, 3, 3)


def _association(p: PopulationParameters) -> Reals:
    """Prior joint distribution of household attributes: independence times log-linear associations."""
    adults, tenure, _, workers, education = np.indices(_SHAPE)
    workless = (workers == 0).astype(float)
    renter = (tenure > 0).astype(float)
    low, lone = (education == 0) - 0.5 * (education == 2), (adults == 0).astype(float)
    log = (
        p.association_tenure_work * renter * workless
        + p.association_tenure_education * renter * low
        + p.association_work_education * workless * low
        + p.association_adults_work * lone * workless
        + p.association_adults_tenure * lone * renter
        + p.association_adults_education * lone * low
    )
    joint = np.exp(log)
    joint[(adults == 0) & (workers == 2)] = 0.0
    joint[(adults == 1) & (workers == 2)] *= 2.0
    return joint / joint.sum()


def fit_joint(joint: Reals, margins: list[tuple[int, Reals]], rounds: int = 200) -> Reals:
    """Iterative proportional fitting (Deming & Stephan 1940) of ``joint`` to one-way margins (axis, shares)."""
    for _ in range(rounds):
        for axis, shares in margins:
            others = tuple(a for a in range(joint.ndim) if a != axis)
            now = joint.sum(axis=others)
            factor = np.divide(shares, now, out=np.zeros_like(shares), where=now > 0)
            joint = joint * factor.reshape([-1 if a == axis else 1 for a in range(joint.ndim)])
    return joint


def _margins(place: Place, p: PopulationParameters) -> list[tuple[int, Reals]]:
    v = place.value
    lone, workless = v("lone_parent_share"), v("workless_share")
    low, degree = v("parents_low_qualified_share"), v("parents_degree_share")
    both = (1 - workless) * (1 - lone) * p.both_work_share
    tenure = np.array([v("tenure_owner_share"), v("tenure_private_share"), v("tenure_social_share")])
    kids = np.array([v("one_child_share"), v("two_child_share"), v("three_plus_share")])
    return [
        (3, np.array([workless, 1 - workless - both, both])),
        (4, np.array([low, max(1 - low - degree, 0.0), degree]) / max(low + degree, 1.0)),
        (2, kids / kids.sum()),
        (1, tenure / tenure.sum()),
        (0, np.array([lone, 1 - lone])),
    ]


def _sample_cells(joint: Reals, count: int, u: float) -> Ints:
    """Systematic sample of ``count`` cells: every margin is met to within one household a cell."""
    edges = np.cumsum(joint.ravel())
    points = (np.arange(count) + u) / count * edges[-1]
    return np.searchsorted(edges, points, side="right").clip(0, joint.size - 1)


def _attributes(table: Table, rows: slice, cells: Ints, place: Place, p: PopulationParameters, seed: int) -> None:
    """Fill the household columns that follow from the joint cell and from addressed draws."""
    adults, tenure, _, workers, education = np.unravel_index(cells, _SHAPE)
    key = table.key[rows]
    z = _normal(seed, Stream.family, 0, key)
    level = np.array([p.ses_low, p.ses_middle, p.ses_degree])[education]
    table.ses[rows] = level + p.ses_spread * z
    table.adults[rows] = adults + 1
    table.tenure[rows] = tenure
    table.education[rows] = education
    table.workers[rows] = workers
    pay = np.array([p.pay_low, p.pay_middle, p.pay_degree])[education]
    luck = p.pay_ses_share * z + np.sqrt(1 - p.pay_ses_share**2) * _normal(seed, Stream.family, 1, key)
    table.pay[rows] = pay * np.maximum(1 + p.pay_spread * luck, 0.4)
    rent = np.array([p.rent_owner, p.rent_private, p.rent_social])[tenure]
    table.rent[rows] = rent * np.maximum(1 + p.rent_spread * _normal(seed, Stream.family, 2, key), 0.3)
    share = np.where(workers > 0, p.work_propensity_working, p.work_propensity_workless)
    table.work_propensity[rows] = np.where((adults == 1) & (workers == 1), 0.5 + 0.25 * share, share)
    table.endow_distress[rows] = p.endow_distress_sd * _normal(seed, Stream.family, 3, key)
    table.endow_home_learning[rows] = p.endow_home_sd * _normal(seed, Stream.family, 4, key)
    risk = np.array([p.crowding_owner, p.crowding_private, p.crowding_social])[tenure]
    crowding = _quota(risk, place.value("overcrowded_share"), seed, 5, key)
    damp = _quota(np.where(tenure == 0, 1.0, p.damp_renter), place.value("damp_share"), seed, 6, key)
    table.overcrowded[rows], table.damp[rows] = crowding, damp
    table.housing[rows] = np.minimum(p.housing_overcrowded * crowding + p.housing_damp * damp, 1.0)
    safety = place.value("unsafe_share") * (1 + p.unsafety_spread * _normal(seed, Stream.family, 7, key))
    table.unsafety[rows] = safety.clip(0, 1)
    trust = p.trust_level + p.trust_ses * table.ses[rows] + p.trust_spread * _normal(seed, Stream.family, 8, key)
    for column in ("trust_start", "trust_base", "trust"):
        getattr(table, column)[rows] = trust.clip(0.02, 0.98)
    table.fsm_last[rows] = NEVER
    table.last_reached[rows] = table.waiting_last[rows] = NEVER
    table.first_month[rows], table.last_month[rows], table.leaves_month[rows] = -FOREVER, FOREVER, FOREVER


def _quota(risk: Reals, share: float, seed: int, attribute: int, key: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
    """Mark exactly ``share`` of rows, by relative risk and an addressed draw (Gumbel-max sampling)."""
    flags = np.zeros(len(risk), dtype=np.int32)
    u = draws.uniforms(seed, Stream.family, attribute, key) * (1 - 2**-31) + 2**-32
    order = np.argsort(-(np.log(risk) - np.log(-np.log(u))), kind="stable")
    flags[order[: round(share * len(risk))]] = 1
    return flags


# --- children of the first day ------------------------------------------------------------------------


def _family_sizes(cells: Ints, children: int, seed: int, key: npt.NDArray[np.uint64], p: PopulationParameters) -> Ints:
    """Dependent children by household, summing to ``children``; three-plus families take up the remainder."""
    kids = np.unravel_index(cells, _SHAPE)[2] + 1
    u = draws.uniforms(seed, Stream.family, 9, key)
    large = kids == 3
    size = np.where(
        large, 3 + (u >= 1 - p.family_four_share - p.family_five_share) + (u >= 1 - p.family_five_share), kids
    )
    order = np.argsort(u, kind="stable")
    while size.sum() != children:
        missing = int(children - size.sum())
        can = (size >= 3) & (size < _MOST_CHILDREN) if missing > 0 else size > 3
        if not can.any():
            can = size < _MOST_CHILDREN if missing > 0 else size > 1
        chosen = order[can[order]][: abs(missing)]
        size[chosen] += 1 if missing > 0 else -1
    return size


def _sibling_gaps(seed: int, key: npt.NDArray[np.uint64], p: PopulationParameters) -> Reals:
    """Months between successive births, households x (most - 1)."""
    u = np.stack([draws.uniforms(seed, Stream.birth, 40 + k, key) for k in range(_MOST_CHILDREN - 1)], axis=1)
    return np.floor(p.sibling_gap_low + u * (p.sibling_gap_high - p.sibling_gap_low))


def _ages(size: Ints, key: npt.NDArray[np.uint64], place: Place, seed: int, p: PopulationParameters) -> Reals:
    """Ages in months (households x most, NaN beyond the family's size), raked to the place's age bands."""
    gaps = _sibling_gaps(seed, key, p)
    offset = np.concatenate([np.zeros((len(size), 1)), np.cumsum(gaps, axis=1)], axis=1)
    member = np.arange(_MOST_CHILDREN)[None, :] < size[:, None]
    span = np.where(member, offset, 0).max(axis=1)
    u = draws.uniforms(seed, Stream.birth, 30, key)
    u = (np.argsort(np.argsort(u, kind="stable"), kind="stable") + 0.5) / len(u)
    anchor = np.floor(draws.uniforms(seed, Stream.birth, 31, key) * size).astype(int)
    asked = np.array(
        [place.value(c) for c in ("age_0_4_share", "age_5_10_share", "age_11_15_share", "age_16_18_share")]
    )
    asked = asked / asked.sum()
    weight, top = asked.copy(), _BANDS[-1][1]
    for _ in range(12):
        edges = np.concatenate([[0.0], np.cumsum(weight / weight.sum())])
        band = np.searchsorted(edges, u, side="right").clip(1, 4) - 1
        low, high = np.array(_BANDS).T[:, band]
        at = np.floor(low + (u - edges[band]) / np.maximum(edges[band + 1] - edges[band], 1e-12) * (high - low))
        youngest = at - offset[np.arange(len(size)), anchor]
        youngest = np.clip(youngest, 0, np.maximum(top - 1 - span, 0))
        ages = np.where(member, youngest[:, None] + offset, np.nan)
        ages = np.where(ages >= top, top - 1, ages)
        now = np.array([((ages >= low_) & (ages < high_)).sum() for low_, high_ in _BANDS]) / member.sum()
        weight = weight * (asked / np.maximum(now, 1e-6)) ** 0.7
    return ages


def _add_children(
    table: Table, rows: slice, household: Ints, order: Ints, birth: Ints, key: npt.NDArray[np.uint64], seed: int,
    place: Place, p: PopulationParameters, usual_attendance: float,
) -> None:  # fmt: skip
    """Fill the columns of children that are fixed at birth."""
    table.key[rows] = draws.keys(_CHILD_KIND, key, order)
    own = table.key[rows]
    table.household[rows], table.birth_month[rows] = household, birth
    table.cohort[rows] = birth // 12
    table.first_month[rows], table.last_month[rows] = birth, 12 * (birth // 12 + LAST_GRADE + 1)
    table.leaves_month[rows] = FOREVER
    table.girl[rows] = draws.uniforms(seed, Stream.child, 0, own) < p.girl_share
    family_language = draws.uniforms(seed, Stream.family, 20, key)
    table.eal[rows] = family_language < place.value("eal_share")
    for k, (name, sd) in enumerate(
        (
            ("endow_attainment", p.endow_attainment_sd),
            ("endow_wellbeing", p.endow_wellbeing_sd),
            ("endow_health", p.endow_health_sd),
            ("endow_attendance", p.endow_attendance_sd),
            ("endow_send", 1.0),
        )
    ):
        getattr(table, name)[rows] = sd * _normal(seed, Stream.child, 1 + k, own)
    for name, source in (
        ("attainment", "endow_attainment"),
        ("wellbeing", "endow_wellbeing"),
        ("health", "endow_health"),
    ):
        getattr(table, name)[rows] = getattr(table, name + "_base")[rows] = getattr(table, source)[rows]
    table.agency[rows] = 0.5
    table.attendance[rows] = usual_attendance
    for name in ("score_eyfsp", "score_phonics", "score_ks2", "score_gcse", "eet", "absence_year", "suspensions_year"):
        getattr(table, name)[rows] = np.nan
    for name in ("primary", "secondary", "school"):
        getattr(table, name)[rows] = -1
    table.last_reached[rows] = NEVER


# --- who comes, goes and is born ------------------------------------------------------------------------


class _Calendar:
    """Rows to come, in the order of months and homes, as blocks of columns.

    ``household``: row, donor, home, month, household before. ``birth``: month, household, order among siblings.
    ``arrive``: month, household, order, month of birth.
    """

    def __init__(self) -> None:
        self._blocks: dict[str, list[Ints]] = {"household": [], "birth": [], "arrive": []}

    def add(self, kind: str, *columns: npt.ArrayLike) -> None:
        """Append rows; single numbers are repeated."""
        self._blocks[kind].append(np.stack(np.broadcast_arrays(*columns)).astype(np.int64))

    def rows(self, kind: str) -> Ints:
        """All rows of a kind, rows x columns."""
        width = {"household": 5, "birth": 3, "arrive": 4}[kind]
        blocks = self._blocks[kind]
        return np.concatenate(blocks, axis=1).T if blocks else np.zeros((0, width), dtype=np.int64)


@dataclass
class _Homes:
    """Who lives in each home while the calendar is drawn."""

    current: Ints
    tenancy: Ints
    born: Ints
    next_birth: Ints
    last_exit: Ints


def _next_birth(
    seed: int, key: npt.NDArray[np.uint64], born: Ints, youngest_birth: Ints, p: PopulationParameters, after: int
) -> Ints:
    """Month of the next birth by family (FOREVER if none): parity progression, then a sibling gap."""
    chance = np.where(born <= 1, p.second_child_share, np.where(born < _MOST_CHILDREN, p.third_child_share, 0.0))
    wants = np.zeros(len(born), dtype=bool)
    month = np.zeros(len(born), dtype=np.int64)
    for n in range(1, _MOST_CHILDREN):
        at = born == n
        if at.any():
            wants[at] = draws.uniforms(seed, Stream.birth, n, key[at]) < chance[at]
            u = draws.uniforms(seed, Stream.birth, 10 + n, key[at])
            gap = np.floor(p.sibling_gap_low + u * (p.sibling_gap_high - p.sibling_gap_low)).astype(np.int64)
            month[at] = youngest_birth[at] + gap
    return np.where(wants & (month > after), month, FOREVER)


def _exit_month(birth: Ints) -> Ints:
    return 12 * (birth // 12 + LAST_GRADE + 1)


def build(place: Place, parameters: Parameters, seed: int, months: int, churn: bool = True) -> Population:
    """Synthetic population of a place with everybody who will live there during ``months`` months.

    ``churn``: families leave and arrive; without it only births and ageing change who is there.
    Deterministic in (place, parameters, seed); the strategy plays no part.
    """
    p = parameters.population
    children = round(place.value("children"))
    joint = fit_joint(_association(p), _margins(place, p))
    kids = np.indices(_SHAPE)[2] + 1
    large = 3 + p.family_four_share + 2 * p.family_five_share
    mean_size = float((joint * np.where(kids == 3, large, kids)).sum())
    n_homes = max(round(children / mean_size), N_TIES + 1)
    n_donors = max(round(p.donor_share * n_homes), 60)
    home_keys, donor_keys = (
        draws.keys(_HOUSEHOLD_KIND, np.arange(n_homes), 0),
        draws.keys(_DONOR_KIND, np.arange(n_donors)),
    )
    base = np.concatenate([home_keys, donor_keys])
    shuffle = np.argsort(draws.uniforms(seed, Stream.home, 1, home_keys), kind="stable")
    cells = np.empty(n_homes, dtype=np.int64)
    cells[shuffle] = _sample_cells(joint, n_homes, 0.5)
    shuffle = np.argsort(draws.uniforms(seed, Stream.home, 1, donor_keys), kind="stable")
    donor_cells = np.empty(n_donors, dtype=np.int64)
    donor_cells[shuffle] = _sample_cells(joint, n_donors, 0.5)
    size = _family_sizes(cells, children, seed, home_keys, p)
    donor_size = _family_sizes(donor_cells, round(n_donors * mean_size), seed, donor_keys, p)
    ages = np.concatenate([_ages(size, home_keys, place, seed, p), _ages(donor_size, donor_keys, place, seed, p)])
    all_cells, all_size = np.concatenate([cells, donor_cells]), np.concatenate([size, donor_size])

    plan = _draw_calendar(place, p, seed, months, n_homes, n_donors, base, all_cells, all_size, ages, churn)
    households, kids_table, donor_of_household, donor_of_child = _lay_out(
        place,
        p,
        seed,
        months,
        n_homes,
        n_donors,
        base,
        all_cells,
        all_size,
        ages,
        plan,
        parameters.children.attendance_usual,
    )
    side = np.sqrt(place.value("area_km2"))
    _locate(households, n_homes, side, seed)
    schools, elsewhere, outside = _schools(place, parameters, seed, side)
    ties = _ties(households, n_homes, schools, p, seed)
    factor = _fit_pay(households, kids_table, n_homes + n_donors, place, parameters)
    return _finish(
        place, households, kids_table, schools, ties, donor_of_household, donor_of_child, n_homes, n_donors, elsewhere,
        outside, factor, parameters,
    )  # fmt: skip


def _draw_calendar(
    place: Place, p: PopulationParameters, seed: int, months: int, n_homes: int, n_donors: int,
    base: npt.NDArray[np.uint64], cells: Ints, size: Ints, ages: Reals, churn: bool,
) -> _Calendar:  # fmt: skip
    """Walk through the months and note births, arrivals and departures (no strategy plays a part)."""
    plan = _Calendar()
    tenure = np.unravel_index(cells, _SHAPE)[1]
    youngest_birth = -np.nanmin(ages, axis=1).astype(np.int64)
    donors_by_tenure = [np.flatnonzero(tenure[n_homes:] == t) for t in range(3)]
    everybody = np.arange(n_donors)
    rates = np.array([p.move_owner, p.move_private, p.move_social])
    overall = float((rates[tenure[:n_homes]]).mean())
    rates = rates * place.value("annual_move_share") / max(overall, 1e-9) * (1.0 if churn else 0.0)
    key = base[:n_homes].copy()
    home_tenure = tenure[:n_homes]
    homes = _Homes(
        current=np.arange(n_homes),
        tenancy=np.zeros(n_homes, dtype=np.int64),
        born=size[:n_homes].copy(),
        next_birth=_next_birth(seed, key, size[:n_homes], youngest_birth[:n_homes], p, 0),
        last_exit=_exit_month(youngest_birth[:n_homes]),
    )
    home_keys = draws.keys(_HOUSEHOLD_KIND, np.arange(n_homes), 10_000)
    next_row = n_homes + n_donors
    births_of = np.sort(np.where(np.isnan(ages), FOREVER, -ages), axis=1)
    n_donors_by = np.array([len(among) for among in donors_by_tenure])
    pool = np.stack([np.resize(among if len(among) else everybody, n_donors) for among in donors_by_tenure])
    n_donors_by = np.where(n_donors_by > 0, n_donors_by, n_donors)
    for month in range(1, months):
        births = np.flatnonzero(homes.next_birth == month)
        if len(births):
            plan.add("birth", month, homes.current[births], homes.born[births])
            homes.born[births] += 1
            at = np.full(len(births), month)
            homes.last_exit[births] = _exit_month(at)
            homes.next_birth[births] = _next_birth(seed, key[births], homes.born[births], at, p, month)
        moving = draws.uniforms(seed, Stream.move, month, key) < rates[home_tenure] / 12.0
        grown = (homes.last_exit <= month) & (homes.next_birth == FOREVER)
        h = np.flatnonzero(moving | grown)
        if len(h) == 0:
            continue
        u = draws.uniforms(seed, Stream.donor, month, home_keys[h])
        donor = n_homes + pool[home_tenure[h], (u * n_donors_by[home_tenure[h]]).astype(np.int64)]
        homes.tenancy[h] += 1
        key[h] = draws.keys(_HOUSEHOLD_KIND, h, homes.tenancy[h])
        row = next_row + np.arange(len(h))
        next_row += len(h)
        plan.add("household", row, donor, h, month, homes.current[h])
        when = births_of[donor] + 12 * (month // 12)
        comes = (births_of[donor] < FOREVER) & (_exit_month(when.astype(np.int64)) > month) & moving[h][:, None]
        who, slot = np.nonzero(comes)
        order = (np.cumsum(comes, axis=1) - 1)[who, slot]
        plan.add("arrive", month, row[who], order, when[who, slot])
        young = ~comes.any(axis=1)
        plan.add("birth", month, row[young], 0)
        newest = np.where(young, month, np.where(comes, when, -FOREVER).max(axis=1)).astype(np.int64)
        homes.current[h], homes.last_exit[h] = row, _exit_month(newest)
        homes.born[h] = np.maximum(comes.sum(axis=1), 1)
        homes.next_birth[h] = _next_birth(seed, key[h], homes.born[h], newest, p, month)
    return plan


def _lay_out(
    place: Place, p: PopulationParameters, seed: int, months: int, n_homes: int, n_donors: int,
    base: npt.NDArray[np.uint64], cells: Ints, size: Ints, ages: Reals, plan: _Calendar, usual_attendance: float,
) -> tuple[Table, Table, npt.NDArray[np.int32], npt.NDArray[np.int32]]:  # fmt: skip
    """Give every household and child of the plan its row, children in order of when they come and go."""
    n_base = n_homes + n_donors
    coming = plan.rows("household")
    households = Table("households", n_base + len(coming))
    households.key[:n_base] = base
    _attributes(households, slice(0, n_homes), cells[:n_homes], place, p, seed)
    _attributes(households, slice(n_homes, n_base), cells[n_homes:], place, p, seed)
    donor_of_household = np.full(len(households), -1, dtype=np.int32)
    households.home[:] = -1
    households.home[:n_homes] = np.arange(n_homes)
    households.original[:n_homes] = 1
    households.last_month[n_homes:n_base] = 0
    if len(coming):
        rows, donors, home, month, before = coming.T
        by_home = np.argsort(home, kind="stable")
        first = np.concatenate([[0], np.cumsum(np.bincount(home, minlength=n_homes))])
        numbers = np.empty(len(coming), dtype=np.int64)
        numbers[by_home] = np.arange(len(coming)) - first[home[by_home]] + 1
        households.real[:, rows], households.whole[:, rows] = households.real[:, donors], households.whole[:, donors]
        households.key[rows] = draws.keys(_HOUSEHOLD_KIND, home, numbers)
        donor_of_household[rows] = donors
        households.home[rows], households.original[rows] = home, 0
        households.first_month[rows], households.leaves_month[rows] = month, FOREVER
        households.leaves_month[before] = month
        households.last_month[rows] = FOREVER
        late = households.original == 0
        households.last_month[late] = np.minimum(households.last_month[late], households.leaves_month[late])

    member = ~np.isnan(ages)
    first_household, slot = np.nonzero(member)
    birth_first = -ages[member].astype(np.int64)
    order_first = (size[first_household] - 1) - slot
    births, arrivals = plan.rows("birth"), plan.rows("arrive")
    household = np.concatenate([first_household, births[:, 1], arrivals[:, 1]])
    order = np.concatenate([order_first, births[:, 2], arrivals[:, 2]])
    birth = np.concatenate([birth_first, births[:, 0], arrivals[:, 3]])
    comes = np.concatenate([birth_first, births[:, 0], arrivals[:, 0]])
    table = Table("children", len(household))
    _add_children(
        table, slice(None), household, order, birth, households.key[household], seed, place, p, usual_attendance
    )
    table.first_month[:] = comes
    original = households.original[household] == 1
    table.original[:] = original
    table.leaves_month[:] = households.leaves_month[household]
    table.last_month[:] = np.minimum(table.last_month, np.where(original, FOREVER, households.last_month[household]))
    donors = (household >= n_homes) & (household < n_base)
    table.original[donors] = 0
    table.last_month[donors] = 0
    table.from_start[:] = (household < n_homes) & (comes <= 0)
    # Rows in bands of when they come and go, then by household: finished blocks are skipped whole.
    band_in, band_out = np.maximum(comes, 0) // 24, np.minimum(table.last_month, months + 24) // 24
    row_order = np.lexsort((order, household, band_out, band_in))
    table.take(row_order)
    donor_of_child = _donor_children(table, donor_of_household, household[row_order], n_homes, n_base)
    return households, table, donor_of_household, donor_of_child


def _donor_children(
    table: Table, donor_of_household: npt.NDArray[np.int32], household: Ints, n_homes: int, n_base: int
) -> npt.NDArray[np.int32]:
    """Row of the donor's child each arriving child takes its life history from (-1 if born here)."""
    result = np.full(len(table), -1, dtype=np.int32)
    donors = np.flatnonzero((household >= n_homes) & (household < n_base))
    arriving = np.flatnonzero((household >= n_base) & (table.birth_month < table.first_month))
    span = 4 * HISTORY_MONTHS
    known = household[donors] * span + table.birth_month[donors] + span // 2
    known_order = np.argsort(known, kind="stable")
    shift = 12 * (table.first_month[arriving].astype(np.int64) // 12)
    wanted = (
        donor_of_household[household[arriving]].astype(np.int64) * span
        + table.birth_month[arriving]
        - shift
        + span // 2
    )
    at = np.searchsorted(known[known_order], wanted).clip(0, max(len(donors) - 1, 0))
    if len(donors):
        found = donors[known_order[at]]
        result[arriving] = np.where(known[known_order[at]] == wanted, found, -1)
    return result


# --- places: homes, schools, network ----------------------------------------------------------------------


def _locate(households: Table, n_homes: int, side: float, seed: int) -> None:
    """Scatter homes over a square of the place's area; successive households share the home's spot."""
    key = draws.keys(_HOUSEHOLD_KIND, np.arange(n_homes), 0)
    x, y = (side * draws.uniforms(seed, Stream.home, 10 + k, key) for k in range(2))
    at = np.where(households.home >= 0, households.home, 0)
    households.x[:], households.y[:] = x[at], y[at]


def _schools(place: Place, parameters: Parameters, seed: int, side: float) -> tuple[Table, npt.NDArray[np.int32], int]:
    """Schools of the place, then five averages elsewhere (by deprivation quintile) and the school outside."""
    p = parameters.population
    n = len(place.schools)
    table = Table("schools", n + 6)
    table.key[:] = draws.keys(_SCHOOL_KIND, np.arange(n + 6))
    own = table.key[:n]
    given = np.array([np.nan if s.effectiveness is None else s.effectiveness for s in place.schools])
    drawn = place.value("school_effectiveness") + p.school_effectiveness_sd * _normal(seed, Stream.school_year, 0, own)
    table.effectiveness_own[:n] = np.where(np.isnan(given), drawn, given)
    given = np.array([np.nan if s.climate is None else s.climate for s in place.schools])
    drawn = place.value("school_climate") + p.school_climate_sd * _normal(seed, Stream.school_year, 1, own)
    table.climate_own[:n] = np.where(np.isnan(given), drawn, given)
    table.phase[:n] = [PHASES[s.phase] for s in place.schools]
    table.places[:n] = [s.places for s in place.schools]
    # Schools on a jittered grid, so that every home has one near by.
    across = int(np.ceil(np.sqrt(max(n, 1))))
    cell = np.argsort(draws.uniforms(seed, Stream.home, 20, own), kind="stable")
    jitter = [draws.uniforms(seed, Stream.home, 21 + k, own) for k in range(2)]
    table.x[:n] = side * (cell % across + 0.25 + 0.5 * jitter[0]) / across
    table.y[:n] = side * (cell // across + 0.25 + 0.5 * jitter[1]) / across
    for q in range(5):
        row = n + q
        table.effectiveness_own[row] = table.climate_own[row] = p.elsewhere_slope * (q - 2.0)
        table.elsewhere[row] = q + 1
    table.effectiveness_own[n + 5], table.climate_own[n + 5] = (
        place.value("school_effectiveness"),
        place.value("school_climate"),
    )
    table.elsewhere[n + 5] = 6
    table.phase[n:] = PHASES["all_through"]
    table.places[n:] = p.outside_places
    for base, column in (
        ("effectiveness_base", "effectiveness_own"),
        ("effectiveness", "effectiveness_own"),
        ("climate", "climate_own"),
    ):
        getattr(table, base)[:] = getattr(table, column)
    table.turnover[:] = parameters.schools.turnover_level
    table.pastoral_load[:] = 1.0
    table.low_share[:] = parameters.evidence.typical_low_share
    table.attendance[:] = parameters.children.attendance_usual
    return table, np.arange(n, n + 5, dtype=np.int32), n + 5


def _ties(households: Table, n_homes: int, schools: Table, p: PopulationParameters, seed: int) -> npt.NDArray[np.int32]:
    """Eight ties a home: near neighbours, families at the same school gate, and a few far away (small world)."""
    at = np.stack([households.x[:n_homes], households.y[:n_homes]], axis=1)
    near = round(p.network_near_share * N_TIES)
    gate = round(p.network_gate_share * N_TIES)
    _, nearest = cKDTree(at).query(at, k=min(near + 1, n_homes))
    ties = np.empty((N_TIES, n_homes), dtype=np.int32)
    for k in range(near):
        ties[k] = nearest[:, min(k + 1, nearest.shape[1] - 1)]
    key = households.key[:n_homes]
    primaries = np.flatnonzero((schools.elsewhere == 0) & np.isin(schools.phase, [1, 3]))
    spots = np.stack([schools.x[primaries], schools.y[primaries]], axis=1) if len(primaries) else np.zeros((1, 2))
    _, group = cKDTree(spots).query(at)
    order = np.lexsort((draws.uniforms(seed, Stream.network, 0, key), group))
    position = np.empty(n_homes, dtype=np.int64)
    position[order] = np.arange(n_homes)
    sizes = np.bincount(group, minlength=len(spots))
    first = np.concatenate([[0], np.cumsum(sizes)])
    for k in range(gate):
        step = (position - first[group] + k + 1) % sizes[group]
        ties[near + k] = order[first[group] + step]
    for k in range(near + gate, N_TIES):
        ties[k] = (draws.uniforms(seed, Stream.network, k, key) * n_homes).astype(np.int32)
    return ties


# --- income: pay is scaled so that child poverty meets the place's figure -------------------------------------


def _incomes(households: Table, counts: Ints, factor: float, parameters: Parameters) -> Reals:
    """Equivalised income after housing costs of the first rows (one per count), GBP a week."""
    n = len(counts)
    return first_incomes(
        households.pay[:n] * factor, households.rent[:n], households.workers[:n], households.adults[:n],
        households.tenure[:n], counts, parameters.families,
    )  # fmt: skip


def _fit_pay(households: Table, children: Table, n_base: int, place: Place, parameters: Parameters) -> float:
    """Scale all pay so that the share of resident children in poverty is the place's; returns the factor.

    ``n_base``: homes and donors, the households with members on the first day.
    """
    here = (children.first_month <= 0) & (children.birth_month <= 0)
    counts = np.bincount(children.household[here], minlength=len(households))[:n_base]
    residents = np.bincount(children.household[children.from_start == 1], minlength=len(households))[:n_base]
    asked, low, high = place.value("child_poverty_ahc_share"), 0.2, 5.0
    for _ in range(30):
        middle = float(np.sqrt(low * high))
        poor = _incomes(households, counts, middle, parameters) < parameters.families.poverty_line
        share = float((residents * poor).sum() / residents.sum())
        low, high = (middle, high) if share > asked else (low, middle)
    factor = float(np.sqrt(low * high))
    households.pay[:] = households.pay * factor
    households.income[:] = parameters.families.poverty_line
    households.income[:n_base] = _incomes(households, counts, 1.0, parameters)
    return factor


def _finish(
    place: Place, households: Table, children: Table, schools: Table, ties: npt.NDArray[np.int32],
    donor_of_household: npt.NDArray[np.int32], donor_of_child: npt.NDArray[np.int32], n_homes: int, n_donors: int,
    elsewhere: npt.NDArray[np.int32], outside: int, factor: float, parameters: Parameters,
) -> Population:  # fmt: skip
    """Relations between rows and the report of the fit."""
    order = np.argsort(children.household, kind="stable").astype(np.int32)
    first = np.zeros(len(households) + 1, dtype=np.int32)
    np.cumsum(np.bincount(children.household, minlength=len(households)), out=first[1:])
    moves = np.argsort(households.first_month[n_homes + n_donors :], kind="stable") + n_homes + n_donors
    tenants = [(int(households.first_month[r]), int(households.home[r]), int(r)) for r in moves]
    return Population(
        children, households, schools, ties, tenants, first, order, donor_of_household, donor_of_child, n_homes,
        elsewhere, outside, _fit_report(place, households, children, n_homes, parameters), factor,
    )  # fmt: skip


def _fit_report(
    place: Place, households: Table, children: Table, n_homes: int, parameters: Parameters
) -> tuple[Margin, ...]:
    """Asked margins beside the synthetic population of month 0."""
    h = slice(0, n_homes)
    here = children.from_start == 1
    age = -children.birth_month[here]
    counts = np.bincount(children.household[here], minlength=len(households))[h]
    poor = households.income[h] < parameters.families.poverty_line
    made: dict[str, float] = {
        "children": float(here.sum()),
        "lone_parent_share": float((households.adults[h] == 1).mean()),
        "tenure_owner_share": float((households.tenure[h] == 0).mean()),
        "tenure_private_share": float((households.tenure[h] == 1).mean()),
        "tenure_social_share": float((households.tenure[h] == 2).mean()),
        "one_child_share": float((counts == 1).mean()),
        "two_child_share": float((counts == 2).mean()),
        "three_plus_share": float((counts >= 3).mean()),
        "parents_low_qualified_share": float((households.education[h] == 0).mean()),
        "parents_degree_share": float((households.education[h] == 2).mean()),
        "workless_share": float((households.workers[h] == 0).mean()),
        "child_poverty_ahc_share": float((counts * poor).sum() / counts.sum()),
        "eal_share": float(children.eal[here].mean()),
        "overcrowded_share": float(households.overcrowded[h].mean()),
        "damp_share": float(households.damp[h].mean()),
        "unsafe_share": float(households.unsafety[h].mean()),
    }
    for name, (low, high) in zip(
        ("age_0_4_share", "age_5_10_share", "age_11_15_share", "age_16_18_share"), _BANDS, strict=True
    ):
        made[name] = float(((age >= low) & (age < high)).mean())
    return tuple(Margin(name, place.value(name), value, place.cells[name].kind) for name, value in made.items())
