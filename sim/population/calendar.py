"""Who comes, goes and is born: a calendar drawn ahead that no strategy changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim import draws
from sim.parameters import PopulationParameters
from sim.population.ages import MOST_CHILDREN
from sim.population.households import JOINT_SHAPE
from sim.population.keys import HOUSEHOLD_KIND, Ints, Keys, Reals
from sim.schema import FOREVER, LAST_GRADE, Stream
from sim.spec import Place


class Calendar:
    """Whole to come, in the order of months and homes, as blocks of columns.

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


def _next_birth(seed: int, key: Keys, born: Ints, youngest_birth: Ints, p: PopulationParameters, after: int) -> Ints:
    """Month of the next birth by family (FOREVER if none): parity progression, then a sibling gap."""
    chance = np.where(born <= 1, p.second_child_share, np.where(born < MOST_CHILDREN, p.third_child_share, 0.0))
    wants = np.zeros(len(born), dtype=bool)
    month = np.zeros(len(born), dtype=np.int64)
    for n in range(1, MOST_CHILDREN):
        at = born == n
        if at.any():
            wants[at] = draws.uniforms(seed, Stream.birth, n, key[at]) < chance[at]
            u = draws.uniforms(seed, Stream.birth, 10 + n, key[at])
            gap = np.floor(p.sibling_gap_low + u * (p.sibling_gap_high - p.sibling_gap_low)).astype(np.int64)
            month[at] = youngest_birth[at] + gap
    return np.where(wants & (month > after), month, FOREVER)


def _exit_month(birth: Ints) -> Ints:
    return 12 * (birth // 12 + LAST_GRADE + 1)


def draw_calendar(
    place: Place, p: PopulationParameters, seed: int, months: int, n_homes: int, n_donors: int,
    base: Keys, cells: Ints, size: Ints, ages: Reals, churn: bool, moves: Reals | None = None,
) -> Calendar:  # fmt: skip
    """Walk through the months and note births, arrivals and departures (no strategy plays a part).

    ``moves``: factor on the hazard of moving, by month.
    """
    plan = Calendar()
    tenure = np.unravel_index(cells, JOINT_SHAPE)[1]
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
    home_keys = draws.keys(HOUSEHOLD_KIND, np.arange(n_homes), 10_000)
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
        hazard = rates[home_tenure] / 12.0 * (1.0 if moves is None else moves[month])
        moving = draws.uniforms(seed, Stream.move, month, key) < hazard
        grown = (homes.last_exit <= month) & (homes.next_birth == FOREVER)
        h = np.flatnonzero(moving | grown)
        if len(h) == 0:
            continue
        u = draws.uniforms(seed, Stream.donor, month, home_keys[h])
        donor = n_homes + pool[home_tenure[h], (u * n_donors_by[home_tenure[h]]).astype(np.int64)]
        homes.tenancy[h] += 1
        key[h] = draws.keys(HOUSEHOLD_KIND, h, homes.tenancy[h])
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
