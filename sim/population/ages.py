"""Sizes of families and ages of their children on the first day."""

from __future__ import annotations

import numpy as np

from sim import draws
from sim.parameters import PopulationParameters
from sim.population.households import JOINT_SHAPE
from sim.population.keys import Ints, Keys, Reals
from sim.schema import LAST_GRADE, Stream
from sim.spec import Place

HISTORY_MONTHS = 12 * (LAST_GRADE + 1)
#: Age bands of the place profile in months, from (inclusive) and to (exclusive).
AGE_BANDS = ((0, 60), (60, 132), (132, 192), (192, HISTORY_MONTHS - 12))
MOST_CHILDREN = 5


def family_sizes(cells: Ints, children: int, seed: int, key: Keys, p: PopulationParameters) -> Ints:
    """Dependent children by household, summing to ``children``; three-plus families take up the remainder."""
    kids = np.unravel_index(cells, JOINT_SHAPE)[2] + 1
    u = draws.uniforms(seed, Stream.family, 9, key)
    large = kids == 3
    size = np.where(
        large, 3 + (u >= 1 - p.family_four_share - p.family_five_share) + (u >= 1 - p.family_five_share), kids
    )
    order = np.argsort(u, kind="stable")
    while size.sum() != children:
        missing = int(children - size.sum())
        can = (size >= 3) & (size < MOST_CHILDREN) if missing > 0 else size > 3
        if not can.any():
            can = size < MOST_CHILDREN if missing > 0 else size > 1
        chosen = order[can[order]][: abs(missing)]
        size[chosen] += 1 if missing > 0 else -1
    return size


def _sibling_gaps(seed: int, key: Keys, p: PopulationParameters) -> Reals:
    """Months between successive births, households x (most - 1)."""
    u = np.stack([draws.uniforms(seed, Stream.birth, 40 + k, key) for k in range(MOST_CHILDREN - 1)], axis=1)
    return np.floor(p.sibling_gap_low + u * (p.sibling_gap_high - p.sibling_gap_low))


def draw_ages(size: Ints, key: Keys, place: Place, seed: int, p: PopulationParameters) -> Reals:
    """Ages in months (households x most, NaN beyond the family's size), raked to the place's age bands."""
    gaps = _sibling_gaps(seed, key, p)
    offset = np.concatenate([np.zeros((len(size), 1)), np.cumsum(gaps, axis=1)], axis=1)
    member = np.arange(MOST_CHILDREN)[None, :] < size[:, None]
    span = np.where(member, offset, 0).max(axis=1)
    u = draws.uniforms(seed, Stream.birth, 30, key)
    u = (np.argsort(np.argsort(u, kind="stable"), kind="stable") + 0.5) / len(u)
    anchor = np.floor(draws.uniforms(seed, Stream.birth, 31, key) * size).astype(int)
    asked = np.array(
        [place.value(c) for c in ("age_0_4_share", "age_5_10_share", "age_11_15_share", "age_16_18_share")]
    )
    asked = asked / asked.sum()
    weight, top = asked.copy(), AGE_BANDS[-1][1]
    for _ in range(12):
        edges = np.concatenate([[0.0], np.cumsum(weight / weight.sum())])
        band = np.searchsorted(edges, u, side="right").clip(1, 4) - 1
        low, high = np.array(AGE_BANDS).T[:, band]
        at = np.floor(low + (u - edges[band]) / np.maximum(edges[band + 1] - edges[band], 1e-12) * (high - low))
        youngest = at - offset[np.arange(len(size)), anchor]
        # A family that would reach beyond birth is turned round, not piled up on the first day.
        youngest = np.where(youngest < 0, -youngest - 1, youngest)
        youngest = np.clip(youngest, 0, np.maximum(top - 1 - span, 0))
        ages = np.where(member, youngest[:, None] + offset, np.nan)
        ages = np.where(ages >= top, top - 1, ages)
        now = np.array([((ages >= low_) & (ages < high_)).sum() for low_, high_ in AGE_BANDS]) / member.sum()
        weight = weight * (asked / np.maximum(now, 1e-6)) ** 0.7
    return ages
