"""Pay is scaled so that child poverty meets the place's figure; asked margins beside synthetic ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.kernel.families import first_incomes
from sim.parameters import FamilyParameters, Parameters
from sim.population.ages import AGE_BANDS
from sim.population.keys import Ints, Keys, Reals, normal
from sim.schema import Stream
from sim.spec import Place
from sim.state import Table


@dataclass(frozen=True)
class Margin:
    """One margin of the place beside the synthetic population's."""

    margin: str
    asked: float
    synthetic: float
    kind: str


def passing_pay(key: Keys, seed: int, p: FamilyParameters) -> Reals:
    """Passing part of each household's pay on the first day, share of pay, from where it settles in the long run."""
    return np.maximum(p.pay_shift_noise * normal(seed, Stream.family, 30, key), p.pay_shift_least)


def _incomes(households: Table, counts: Ints, factor: float, parameters: Parameters) -> Reals:
    """Equivalised income after housing costs of the first rows (one per count), GBP a week."""
    n = len(counts)
    return first_incomes(
        households.pay[:n] * factor, households.pay_shift[:n], households.rent[:n],
        households.workless_income[:n], households.workers[:n],
        households.adults[:n], households.tenure[:n], counts, parameters.families,
    )  # fmt: skip


def fit_pay(households: Table, children: Table, n_base: int, place: Place, parameters: Parameters) -> float:
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
    households.income_now[:] = households.income
    return factor


def fit_report(
    place: Place, households: Table, children: Table, n_homes: int, parameters: Parameters
) -> tuple[Margin, ...]:
    """Asked margins beside the synthetic population of month 0."""
    h = slice(0, n_homes)
    here = children.from_start == 1
    age = -children.birth_month[here]
    counts = np.bincount(children.household[here], minlength=len(households))[h]
    poor = households.income_now[h] < parameters.families.poverty_line
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
        ("age_0_4_share", "age_5_10_share", "age_11_15_share", "age_16_18_share"), AGE_BANDS, strict=True
    ):
        made[name] = float(((age >= low) & (age < high)).mean())
    return tuple(Margin(name, place.value(name), value, place.cells[name].kind) for name, value in made.items())
