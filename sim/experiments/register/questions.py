"""Which parameters the actual figures question: those whose draws went with projections nearer to what happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.experiments.register.entries import spread_of

if TYPE_CHECKING:
    from sim.experiments.register.actuals import Actual
    from sim.experiments.register.entries import Entry, Projection

Reals = npt.NDArray[np.float64]
COLUMNS = ("parameter", "pull", "direction", "chance", "stands_out")
#: Permutations of the replications, and the chance below which a parameter stands out among all of them.
_PERMUTATIONS, _LEVEL = 999, 0.1
#: Fewest replications from which a correlation can be had at all.
_LEAST = 5


def questioned(entry: Entry, pairs: Sequence[tuple[Actual, Projection]], seed: int) -> pd.DataFrame:
    """Parameters by how much their draws pull the projection to the figures, the strongest first.

    ``pull``: mean over figures of the correlation (over replications) of parameter and projected value, times the
    figure's error in standard deviations (at most 3 of them), over the root mean square of those errors: 1 where the
    parameter moves everything as the errors ask. ``direction``: "higher" or "lower", the value the figures ask for.
    ``chance``: how often the strongest of all parameters would pull as hard if the draws had nothing to do with the
    projections (replications shuffled), so that many parameters do not make a finding. Empty without draws, and with
    fewer than five replications.
    """
    kept = [(actual, one) for actual, one in pairs if len(one.values) >= _LEAST and spread_of(one) > 0.0]
    names = [name for name, values in entry.draws.items() if np.ptp(values) > 0.0]
    if not kept or not names:
        return pd.DataFrame(columns=list(COLUMNS))
    asked = np.array([(a.value - one.mean) / np.hypot(spread_of(one), a.se) for a, one in kept])
    weights = np.clip(asked, -3.0, 3.0)
    size = float(np.sqrt(np.mean(weights**2))) * len(weights)
    if size == 0.0:
        return pd.DataFrame(columns=list(COLUMNS))
    projected = _standard(np.array([one.values for _, one in kept]))
    drawn = _standard(np.array([entry.draws[name] for name in names]))
    n = projected.shape[1]
    wanted = weights @ projected / (n * size)
    pull = drawn @ wanted
    rng = np.random.default_rng(seed)
    strongest = np.array([np.abs(drawn @ wanted[rng.permutation(n)]).max() for _ in range(_PERMUTATIONS)])
    chance = (1.0 + (strongest[None, :] >= np.abs(pull)[:, None]).sum(axis=1)) / (_PERMUTATIONS + 1.0)
    frame = pd.DataFrame(
        {
            "parameter": names, "pull": np.abs(pull), "direction": np.where(pull > 0.0, "higher", "lower"),
            "chance": chance, "stands_out": chance < _LEVEL,
        }
    )  # fmt: skip
    return frame.sort_values(["pull", "parameter"], ascending=[False, True], ignore_index=True)


def _standard(rows: Reals) -> Reals:
    """Rows with mean 0 and standard deviation 1."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    return centred / centred.std(axis=1, keepdims=True)
