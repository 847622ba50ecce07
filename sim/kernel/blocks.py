"""Columns of a block of rows copied into local scratch and back, one short loop per column.

The compiler vectorises a loop only where it can see that what is written is not also read: a scratch
array made in the same function, and plain slices of one column, let it see that.
"""

from __future__ import annotations

import numpy as np

from sim._jit import jit_within


@jit_within
def read(table, column, start, size, w, row):
    """Copy a column of a block into row ``row`` of the scratch ``w``."""
    values = table[column, start : start + size]
    for j in range(size):
        w[row, j] = values[j]


@jit_within
def read_pools(pools, first, start, size, w, row):
    """Sum of the four effect pools of one outcome; ``first``: row of its first pool."""
    brief, fast = pools[first, start : start + size], pools[first + 1, start : start + size]
    slow, lasting = pools[first + 2, start : start + size], pools[first + 3, start : start + size]
    for j in range(size):
        w[row, j] = (brief[j] + fast[j]) + (slow[j] + lasting[j])


@jit_within
def look_up(table, column, rows, size, w, row):
    """Copy a column of another table, each at its own row (``rows``: unsigned, one per row of the block)."""
    values = table[column]
    for j in range(size):
        w[row, j] = values[rows[j]]


@jit_within
def write(w, row, size, table, column, start):
    """Copy a scratch row back into a column, for live rows only (row 0 of the scratch is 1 where live)."""
    values = table[column, start : start + size]
    for j in range(size):
        values[j] = w[row, j] if w[0, j] == 1.0 else values[j]


@jit_within
def write_whole(w, row, size, table, column, start):
    """``write`` for a column of whole numbers."""
    values = table[column, start : start + size]
    for j in range(size):
        values[j] = np.int32(w[row, j]) if w[0, j] == 1.0 else values[j]


@jit_within
def read_live(table, first, last, month, start, size, w):
    """Mark in row 0 of the scratch who is in the model this month; True if anybody is."""
    first_month, last_month = table[first, start : start + size], table[last, start : start + size]
    anybody = 0.0
    for j in range(size):
        w[0, j] = 1.0 if (first_month[j] <= month) & (month < last_month[j]) else 0.0
    for j in range(size):
        anybody = max(anybody, w[0, j])
    return anybody > 0.0
