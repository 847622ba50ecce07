"""Which mixes no other beats in everything, and how much such a front covers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]


def front(points: Reals) -> npt.NDArray[np.bool_]:
    """Which points (rows; more is better in every column) no other beats: as good in all, better in one.

    Of points that are alike the first is kept; one with a value that is not a number is never in the front.
    """
    keep: npt.NDArray[np.bool_] = np.logical_not(np.isnan(points).any(axis=1))
    for i in np.flatnonzero(keep):
        as_good = (points >= points[i]).all(axis=1)
        better = as_good & (points > points[i]).any(axis=1)
        twin = as_good & ~better
        keep[i] = not better.any() and np.flatnonzero(twin)[0] == i
    return keep


def hypervolume(points: Reals, worst: Reals) -> float:
    """Volume between ``worst`` and the front of ``points`` (rows; more is better); 0 for none above ``worst``.

    Slices along the last column, each with the volume of what reaches that far (Fonseca, Paquete & Lopez-Ibanez
    2006 start from the same idea). The time grows fast with columns: meant for fronts of tens of points.
    """
    above = points[(points > worst).all(axis=1)] if len(points) else points
    if not len(above):
        return 0.0
    above = above[front(above)]
    if above.shape[1] == 1:
        return float(above.max() - worst[0])
    order = above[np.argsort(-above[:, -1], kind="stable")]
    edges = np.append(order[:, -1], worst[-1])
    thick = edges[:-1] - edges[1:]
    return sum(
        float(thick[i]) * hypervolume(order[: i + 1, :-1], worst[:-1]) for i in range(len(order)) if thick[i] > 0.0
    )
