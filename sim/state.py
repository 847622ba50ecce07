"""The tables in memory: arrays by declared column, with readable access outside compiled code."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.schema import N_POOLS, POOLS, TABLES, TableSchema

Real = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int32]
Keys = npt.NDArray[np.uint64]


@cache
def _columns(name: str) -> Mapping[str, tuple[bool, int]]:
    """Column of a table -> whether it is real, and its row."""
    schema = TABLES[name]
    real = {c.name: (True, i) for i, c in enumerate(schema.real)}
    return MappingProxyType(real | {c.name: (False, i) for i, c in enumerate(schema.whole)})


class Table:
    """One declared table: ``real`` (columns x rows), ``whole``, identity ``key`` and effect ``pools``.

    A column reads and writes as an attribute: ``children.attainment`` is the row of ``real`` that
    compiled code calls ``real[C.attainment]``. Pools read as ``children.pool("attainment", "slow")``.
    """

    __slots__ = ("columns", "key", "pools", "real", "schema", "whole")

    def __init__(self, name: str, rows: int) -> None:
        schema: TableSchema = TABLES[name]
        self.schema = schema
        self.columns = _columns(name)
        self.real: Real = np.zeros((len(schema.real), rows))
        self.whole: Whole = np.zeros((len(schema.whole), rows), dtype=np.int32)
        self.key: Keys = np.zeros(rows, dtype=np.uint64)
        self.pools: Real = np.zeros((len(schema.pooled) * N_POOLS, rows))

    def __len__(self) -> int:
        return self.real.shape[1]

    def __getattr__(self, name: str) -> Any:
        try:
            is_real, index = self.columns[name]
        except (KeyError, AttributeError):
            raise AttributeError(f"the table has no column {name!r}") from None
        return self.real[index] if is_real else self.whole[index]

    def __setattr__(self, name: str, value: Any) -> None:
        columns = self.columns if name not in Table.__slots__ else {}
        if name in columns:
            is_real, index = columns[name]
            (self.real if is_real else self.whole)[index] = value
        else:
            object.__setattr__(self, name, value)

    def __getstate__(self) -> dict[str, Any]:
        return {"name": self.schema.name, "real": self.real, "whole": self.whole, "key": self.key, "pools": self.pools}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["name"], 0)
        self.real, self.whole, self.key, self.pools = state["real"], state["whole"], state["key"], state["pools"]

    def pool(self, outcome: str, pool: str) -> Real:
        """One effect pool (``brief``, ``fast``, ``slow``, ``lasting``) of one outcome, by row."""
        return self.pools[self.schema.pooled.index(outcome) * N_POOLS + POOLS.index(pool)]

    def copy(self) -> Table:
        """An independent copy; the identity keys, which never change, are shared."""
        twin = Table(self.schema.name, 0)
        twin.real, twin.whole, twin.pools = self.real.copy(), self.whole.copy(), self.pools.copy()
        twin.key = self.key
        return twin

    def take(self, order: npt.NDArray[np.int64]) -> None:
        """Reorder the rows in place."""
        self.real, self.whole = np.ascontiguousarray(self.real[:, order]), np.ascontiguousarray(self.whole[:, order])
        self.key, self.pools = self.key[order], np.ascontiguousarray(self.pools[:, order])

    def digest(self) -> str:
        """Hash of every bit of the table."""
        state = hashlib.blake2b(digest_size=16)
        for array in (self.real, self.whole, self.key, self.pools):
            state.update(np.ascontiguousarray(array).tobytes())
        return state.hexdigest()


class Part:
    """Some rows of a table, read column by column as they are asked for, each once."""

    def __init__(self, table: Table | Part, rows: npt.NDArray[np.int64]) -> None:
        self._table, self._rows = table, rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._table, name)[self._rows]
        self.__dict__[name] = found
        return found

    def but(self, **instead: Real) -> Part:
        """The same rows with other values in these columns."""
        part = Part(self._table, self._rows)
        part.__dict__.update(self.__dict__ | instead)
        return part


def row(table: Table, index: int) -> dict[str, float | int]:
    """One row as plain Python values by column name; for looking at a single child or household."""
    return {name: getattr(table, name)[index].item() for name in table.columns}
