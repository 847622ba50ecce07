"""What the local analyses of strategies said, as a table; the truth stands beside it only on request."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from scipy.special import ndtri

from sim.engine import World
from sim.spec import DRIVERS

#: Interval of the published low and high, as for every result.
_LOW, _HIGH = 0.05, 0.95


def analysis_frame(worlds: Iterable[World], truth: bool = False) -> pd.DataFrame:
    """Estimates of the drivers of disadvantage, SD between places: one row per strategy, luck number, quarter, driver.

    Columns: strategy, seed, month (the estimate is of its end), driver, estimate, low, high (5th and 95th percentile
    of where the driver may lie), and true with ``truth``. Strategies without an analysis have no rows.
    """
    rows = []
    for world in worlds:
        for found in world.analysis:
            row = {
                "strategy": world.strategy.id,
                "seed": world.start.seed,
                "month": found.month,
                "driver": found.driver,
                "estimate": found.estimate,
                "low": found.estimate + float(ndtri(_LOW)) * found.sd,
                "high": found.estimate + float(ndtri(_HIGH)) * found.sd,
            }
            rows.append(row | ({"true": float(world.start.drivers[DRIVERS.index(found.driver)])} if truth else {}))
    columns = ["strategy", "seed", "month", "driver", "estimate", "low", "high", *(["true"] if truth else [])]
    return pd.DataFrame(rows, columns=columns)
