"""A bounded store of answers by content, shared by all sessions: the least recently used goes first.

Spare values are kept only while there is room, and are the first to go: twenty replications are asked for in the same
order each time, and to keep the latest of more than fit would be to find none of them.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd

T = TypeVar("T")


class Store:
    """Values by key, at most ``limit`` bytes of them. Values are shared: nobody may change one."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._held: OrderedDict[Hashable, tuple[Any, int, bool]] = OrderedDict()
        self._bytes = 0

    def get(self, key: Hashable) -> Any | None:
        """The value, which thereby counts as used, or ``None``."""
        with self._lock:
            if key not in self._held:
                return None
            value, _, spare = self._held[key]
            if not spare:
                self._held.move_to_end(key)
            return value

    def get_or_make(self, key: Hashable, make: Callable[[], T], spare: bool = False) -> T:
        """The value, made if it is not there. Two sessions that ask at once may both make it, to the same bits."""
        found = self.get(key)
        if found is not None:
            return found
        value = make()
        self.put(key, value, spare)
        return value

    def put(self, key: Hashable, value: Any, spare: bool = False) -> None:
        """Keep a value; what has not been used for longest goes. A value larger than the store is not kept."""
        size = bytes_of(value)
        with self._lock:
            if key in self._held:
                self._bytes -= self._held.pop(key)[1]
            if size > (self.limit - self._bytes if spare else self.limit):
                return
            self._held[key] = (value, size, spare)
            self._held.move_to_end(key, last=not spare)
            self._bytes += size
            while self._bytes > self.limit:
                self._bytes -= self._held.popitem(last=False)[1][1]

    def __len__(self) -> int:
        return len(self._held)

    @property
    def bytes_held(self) -> int:
        """Bytes of all values held."""
        return self._bytes


def bytes_of(value: Any) -> int:
    """Bytes of the arrays, frames and texts in a value, each counted once."""
    seen: set[int] = set()
    waiting = [value]
    total = 0
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, np.ndarray):
            total += node.nbytes
        elif isinstance(node, pd.DataFrame):
            # Texts in columns are mostly shared ids: their references are what grows. Eight bytes a cell are enough,
            # and to ask every column takes as long as a run.
            total += 8 * node.size
        elif isinstance(node, str | bytes):
            total += len(node)
        else:
            total += 8
            waiting.extend(_parts(node))
    return total


def _parts(node: Any) -> list[Any]:
    if isinstance(node, Mapping):
        return list(node.values())
    if isinstance(node, list | tuple | set | frozenset):
        return list(node)
    if is_dataclass(node) and not isinstance(node, type):
        return [getattr(node, f.name) for f in fields(node)]
    if callable(node):
        return []
    slots = [getattr(node, name) for name in getattr(type(node), "__slots__", ()) if hasattr(node, name)]
    return slots or list(getattr(node, "__dict__", {}).values())


#: The store of this process; ``ZONESIM_STORE_MB`` sets how much it may hold.
STORE = Store(int(os.environ.get("ZONESIM_STORE_MB", "500")) * 1_000_000)
