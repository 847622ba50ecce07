"""Large blocks of memory that are freed every month, and needed again the next."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from functools import cache

#: Names of glibc's mallopt(3), and its word for "no limit".
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _NO_LIMIT = -1, -3, -1


@cache
def keep_freed_memory() -> None:
    """Let this process keep what it frees, for as long as it lives; does nothing where glibc is not the C library.

    The columns that a month of a large place is computed with are given back to the system when they are freed, and
    come back as pages that must be filled with zeros first: a third of the month of a million children
    (``docs/performance.md``).
    """
    if sys.platform != "linux":
        return
    with suppress(OSError, AttributeError):
        system = ctypes.CDLL(None)
        system.mallopt(_MMAP_THRESHOLD, _NO_LIMIT)
        system.mallopt(_TRIM_THRESHOLD, _NO_LIMIT)
