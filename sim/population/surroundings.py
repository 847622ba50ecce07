"""Homes on the map, schools near them, and the ties between homes."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from sim import draws
from sim.parameters import Parameters, PopulationParameters
from sim.population.keys import HOUSEHOLD_KIND, SCHOOL_KIND, Whole, normal
from sim.schema import PHASES, Stream
from sim.spec import Place
from sim.state import Table

N_TIES = 8


def locate(households: Table, n_homes: int, side: float, seed: int) -> None:
    """Scatter homes over a square of the place's area; successive households share the home's spot."""
    key = draws.keys(HOUSEHOLD_KIND, np.arange(n_homes), 0)
    x, y = (side * draws.uniforms(seed, Stream.home, 10 + k, key) for k in range(2))
    at = np.where(households.home >= 0, households.home, 0)
    households.x[:], households.y[:] = x[at], y[at]


def make_schools(place: Place, parameters: Parameters, seed: int, side: float) -> tuple[Table, Whole, int]:
    """Schools of the place, then five averages elsewhere (by deprivation quintile) and the school outside."""
    p = parameters.population
    n = len(place.schools)
    table = Table("schools", n + 6)
    table.key[:] = draws.keys(SCHOOL_KIND, np.arange(n + 6))
    own = table.key[:n]
    given = np.array([np.nan if s.effectiveness is None else s.effectiveness for s in place.schools])
    drawn = place.value("school_effectiveness") + p.school_effectiveness_sd * normal(seed, Stream.school_year, 0, own)
    table.effectiveness_own[:n] = np.where(np.isnan(given), drawn, given)
    given = np.array([np.nan if s.climate is None else s.climate for s in place.schools])
    drawn = place.value("school_climate") + p.school_climate_sd * normal(seed, Stream.school_year, 1, own)
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


def tie_homes(households: Table, n_homes: int, schools: Table, p: PopulationParameters, seed: int) -> Whole:
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
