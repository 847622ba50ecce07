"""Known functions in the frames of a sweep, for tests of its analyses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.stats import qmc

#: Published indices of the Ishigami function with a = 7, b = 0.1 (Saltelli et al. 2008, Global Sensitivity Analysis).
ISHIGAMI_S1, ISHIGAMI_ST = (0.314, 0.442, 0.0), (0.557, 0.442, 0.244)


def ishigami(x: np.ndarray) -> np.ndarray:
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def latin(points: int, names: tuple[str, ...], low: float = 0.0, high: float = 1.0, seed: int = 1) -> pd.DataFrame:
    cube = qmc.LatinHypercube(len(names), rng=seed).random(points)
    frame = pd.DataFrame(low + (high - low) * cube, columns=list(names))
    return frame.rename_axis("point")


def swept(
    design: pd.DataFrame, functions: dict[str, Callable[[np.ndarray], np.ndarray]], *, replications: int = 1,
    noise: float = 0.0, outcome: str = "ks2_expected", futures: tuple[str, ...] = ("none",), seed: int = 0,
) -> pd.DataFrame:  # fmt: skip
    """Results of strategies whose outcome is a function of the point; the twin's is nought. Noise is shared."""
    rng, rows = np.random.default_rng(seed), []
    for future in futures:
        for replication in range(replications):
            luck = noise * rng.standard_normal(len(design))
            for strategy, function in functions.items():
                values = function(design.to_numpy()) + luck
                rows += [
                    (point, replication, 1 + replication, "somewhere", future, "central", strategy, outcome, v, 0.0, v)
                    for point, v in zip(design.index, values, strict=True)
                ]
    columns = ["point", "replication", "seed", "place", "future", "evidence", "strategy", "outcome", "value", "twin",
               "difference"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
