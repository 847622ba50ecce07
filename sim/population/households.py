"""Households: the joint distribution of their attributes by iterative proportional fitting, and their columns."""

from __future__ import annotations

import numpy as np

from sim import draws
from sim.parameters import PopulationParameters
from sim.population.keys import Ints, Keys, Reals, Whole, normal
from sim.schema import FOREVER, NEVER, Stream
from sim.spec import Place
from sim.state import Table

#: Cells of the joint distribution: adults, tenure, kids, workers, education.
JOINT_SHAPE = (2, 3, 3, 3, 3)


def association(p: PopulationParameters) -> Reals:
    """Prior joint distribution of household attributes: independence times log-linear associations."""
    adults, tenure, _, workers, education = np.indices(JOINT_SHAPE)
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


def margins(place: Place, p: PopulationParameters) -> list[tuple[int, Reals]]:
    """One-way margins of the place (axis of the joint distribution, shares that sum to 1)."""
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


def sample_cells(joint: Reals, count: int, u: float) -> Ints:
    """Systematic sample of ``count`` cells: every margin is met to within one household a cell."""
    edges = np.cumsum(joint.ravel())
    points = (np.arange(count) + u) / count * edges[-1]
    return np.searchsorted(edges, points, side="right").clip(0, joint.size - 1)


def fill_attributes(table: Table, rows: slice, cells: Ints, place: Place, p: PopulationParameters, seed: int) -> None:
    """Fill the household columns that follow from the joint cell and from addressed draws."""
    adults, tenure, _, workers, education = np.unravel_index(cells, JOINT_SHAPE)
    key = table.key[rows]
    z = normal(seed, Stream.family, 0, key)
    level = np.array([p.ses_low, p.ses_middle, p.ses_degree])[education]
    table.ses[rows] = level + p.ses_spread * z
    table.adults[rows] = adults + 1
    table.tenure[rows] = tenure
    table.education[rows] = education
    table.workers[rows] = workers
    pay = np.array([p.pay_low, p.pay_middle, p.pay_degree])[education]
    luck = p.pay_ses_share * z + np.sqrt(1 - p.pay_ses_share**2) * normal(seed, Stream.family, 1, key)
    owner = 1 + p.pay_owner * (tenure == 0)
    table.pay[rows] = pay * owner * np.maximum(1 + p.pay_spread * luck, 0.4)
    rent = np.array([p.rent_owner, p.rent_private, p.rent_social])[tenure]
    table.rent[rows] = rent * np.maximum(1 + p.rent_spread * normal(seed, Stream.family, 2, key), 0.3)
    # Exponential: most have little beside standard benefits, some have much.
    u = draws.uniforms(seed, Stream.family, 31, key)
    table.workless_income[rows] = -p.workless_income_mean * np.log(1 - u * (1 - 2**-31))
    share = np.where(workers > 0, p.work_propensity_working, p.work_propensity_workless)
    table.work_propensity[rows] = np.where((adults == 1) & (workers == 1), 0.5 + 0.25 * share, share)
    table.endow_distress[rows] = p.endow_distress_sd * normal(seed, Stream.family, 3, key)
    table.endow_home_learning[rows] = p.endow_home_sd * normal(seed, Stream.family, 4, key)
    risk = np.array([p.crowding_owner, p.crowding_private, p.crowding_social])[tenure]
    crowding = _quota(risk, place.value("overcrowded_share"), seed, 5, key)
    damp = _quota(np.where(tenure == 0, 1.0, p.damp_renter), place.value("damp_share"), seed, 6, key)
    table.overcrowded[rows], table.damp[rows] = crowding, damp
    table.housing[rows] = np.minimum(p.housing_overcrowded * crowding + p.housing_damp * damp, 1.0)
    safety = place.value("unsafe_share") * (1 + p.unsafety_spread * normal(seed, Stream.family, 7, key))
    table.unsafety[rows] = safety.clip(0, 1)
    trust = p.trust_level + p.trust_ses * table.ses[rows] + p.trust_spread * normal(seed, Stream.family, 8, key)
    for column in ("trust_start", "trust_base", "trust"):
        getattr(table, column)[rows] = trust.clip(0.02, 0.98)
    table.fsm_last[rows] = NEVER
    table.last_reached[rows] = table.waiting_last[rows] = NEVER
    table.first_month[rows], table.last_month[rows], table.leaves_month[rows] = -FOREVER, FOREVER, FOREVER


def _quota(risk: Reals, share: float, seed: int, attribute: int, key: Keys) -> Whole:
    """Mark exactly ``share`` of rows, by relative risk and an addressed draw (Gumbel-max sampling)."""
    flags = np.zeros(len(risk), dtype=np.int32)
    u = draws.uniforms(seed, Stream.family, attribute, key) * (1 - 2**-31) + 2**-32
    order = np.argsort(-(np.log(risk) - np.log(-np.log(u))), kind="stable")
    flags[order[: round(share * len(risk))]] = 1
    return flags
