"""A posterior made for tests: draws well inside the ranges, of parameters that reach into every kind of reading."""

from __future__ import annotations

import numpy as np

from sim.inputs.posterior import Posterior
from sim.inputs.register import passports

#: A dynamic of children, of families, a mark of the tests, and how take-up spreads.
NAMES = ("children.attainment_noise", "families.distress_noise", "reference.pass_ks2", "trust.drift_rate")


def made_posterior(draws: int = 6, names: tuple[str, ...] = NAMES) -> Posterior:
    """``draws`` of ``names``, spread evenly about the middle of each range, in another order for each parameter."""
    columns = []
    for at, name in enumerate(names):
        low, high = passports()[name].range
        columns.append(np.roll(np.linspace(0.7 * low + 0.3 * high, 0.3 * low + 0.7 * high, draws), at))
    return Posterior(
        run_id="made-1", date="2026-11-22", versions={"numpy": "2"}, target_digest="t", prior_digest="p",
        method="made by hand", names=names, draws=np.array(columns).T,
    )  # fmt: skip
