"""Group means for the outcome tables, summed in row order so that bits do not depend on the machine."""

from __future__ import annotations

import numpy as np

from sim._jit import jit
from sim.schema import CW


@jit
def group_sums(values, groups, sums, counts):
    """Add ``values`` (indicators x rows, NaN = not counted) to the groups each row belongs to.

    ``groups``: memberships x rows, group numbers, -1 for none. ``sums``, ``counts``: indicators x groups.
    """
    for i in range(values.shape[1]):
        for k in range(values.shape[0]):
            v = values[k, i]
            if np.isnan(v):
                continue
            for m in range(groups.shape[0]):
                g = groups[m, i]
                if g >= 0:
                    sums[k, g] += v
                    counts[k, g] += 1.0


@jit
def count_children(month, child_whole, out):
    """Dependent children of each household who are born and not yet grown up."""
    out[:] = 0
    for i in range(child_whole.shape[1]):
        if child_whole[CW.first_month, i] <= month < child_whole[CW.last_month, i]:
            out[child_whole[CW.household, i]] += 1
