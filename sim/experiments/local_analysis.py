"""What the local analyses of strategies said, as a table; the truth stands beside it only on request."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtri

from sim.experiments.ensemble import Run
from sim.spec import DRIVERS

#: Interval of the published low and high, as for every result.
_LOW, _HIGH = 5.0, 95.0
#: Evenly likely points of a standard normal: an estimate with its SD stands for as many places of the driver.
_POINTS = ndtri((np.arange(1000) + 0.5) / 1000)
_COLUMNS = ("strategy", "driver", "month", "estimate", "low", "high", "replications")


def analysis_frame(names: Sequence[str], everything: Sequence[Sequence[Run]], truth: bool = False) -> pd.DataFrame:
    """Estimates of the drivers of disadvantage, SD between places: one row per strategy, quarter and driver.

    ``names``: of the strategies, twin first; ``everything``: their runs by replication. Columns: strategy, driver,
    month (the estimate is of its end), estimate (mean over replications), low, high (5th and 95th percentile of where
    the driver may lie by all replications' estimates with their SD), replications, and true (mean) with ``truth``.
    Strategies without an analysis have no rows.
    """
    rows = []
    for at, name in enumerate(names):
        found: dict[tuple[int, str], list[tuple[float, float, float]]] = {}
        for runs in everything:
            run = runs[at]
            for told in run.analysis:
                true = float(run.drivers[DRIVERS.index(told.driver)])
                found.setdefault((told.month, told.driver), []).append((told.estimate, told.sd, true))
        for (month, driver), told_by_each in found.items():
            estimates, sds, true_values = np.array(told_by_each).T
            low, high = np.percentile(estimates[:, None] + sds[:, None] * _POINTS, [_LOW, _HIGH])
            row = (name, driver, month, estimates.mean(), low, high, len(estimates))
            rows.append((*row, true_values.mean()) if truth else row)
    return pd.DataFrame(rows, columns=[*_COLUMNS, *(["true"] if truth else [])])
