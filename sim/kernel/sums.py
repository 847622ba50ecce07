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


@jit
def _add(k, dose, gained, i, children, gainers, months):
    children[k] += 1.0
    for o in range(gained.shape[0]):
        if gained[o, i]:
            gainers[k, o] += 1.0
            months[k, o] += dose


@jit
def count_combinations(doses, gained, places, children, gainers, months):
    """Count each child in every combination of one to three strands that were there for it, or in that of none.

    ``doses``: strands x children, months. ``gained``: outcomes x children. ``places``: row of a combination by the
    numbers of its strands, the number of strands where it has fewer. ``children``: combinations; ``gainers``,
    ``months``: combinations x outcomes, those who gained and their months of all strands of it.
    """
    none = doses.shape[0]
    inside = np.empty(none, dtype=np.int64)
    for i in range(doses.shape[1]):
        n = 0
        for s in range(none):
            if doses[s, i] > 0:
                inside[n] = s
                n += 1
        if n == 0:
            _add(places[none, none, none], 0.0, gained, i, children, gainers, months)
        for x in range(n):
            a = inside[x]
            one = np.float64(doses[a, i])
            _add(places[a, none, none], one, gained, i, children, gainers, months)
            for y in range(x + 1, n):
                b = inside[y]
                two = one + doses[b, i]
                _add(places[a, b, none], two, gained, i, children, gainers, months)
                for z in range(y + 1, n):
                    c = inside[z]
                    _add(places[a, b, c], two + doses[c, i], gained, i, children, gainers, months)
