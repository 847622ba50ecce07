"""The C versions: names from the schema, compiled by gcc at run time, called through ctypes."""

from __future__ import annotations

import ctypes
from functools import cache

import numpy as np

from benchmarks.gcc import FAST, SAFE, library
from benchmarks.tables import Tables, month_of, parameters
from sim.kernel.chunks import BLOCK, MOST_CHUNKS
from sim.parameters import ChildParameters, FamilyParameters
from sim.schema import CW, HW, RECEPTION, YEAR_7, YEAR_11, C, H, S, Stream

FLAGS = {
    "same": SAFE,
    "fastest": FAST,
    "fastest without fast-math": (*SAFE, "-fno-trapping-math", "-fno-math-errno"),
}
_POINTERS = (
    "child_real", "child_whole", "child_pools", "child_key", "home_real", "home_whole", "home_pools", "home_key",
    "kin_first", "kin_rows", "school_real", "ages", "sums",
)  # fmt: skip


class _Tables(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name in _POINTERS] + [
        (name, ctypes.c_int64) for name in ("children", "households", "schools")
    ]


class _Month(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int64) for name in ("number", "of_year", "year", "seed")] + [
        (name, ctypes.c_double) for name in ("season", "teaching", "low_line", "need_line")
    ]


def _names() -> str:
    """The header ``names.h``: column numbers, parameter structs, streams and constants of the model."""
    lines = [f"#define BLOCK {BLOCK}", f"#define MOST_CHUNKS {MOST_CHUNKS}"]
    lines += [f"#define {n} {v}" for n, v in (("RECEPTION", RECEPTION), ("YEAR_7", YEAR_7), ("YEAR_11", YEAR_11))]
    for prefix, columns in (("C", C), ("CW", CW), ("H", H), ("HW", HW), ("S", S), ("STREAM", Stream)):
        lines.append("enum { " + ", ".join(f"{prefix}_{n} = {v}" for n, v in columns._asdict().items()) + " };")
    for kind in (ChildParameters, FamilyParameters):
        lines.append("typedef struct { double " + ", ".join(kind._fields) + f"; }} {kind.__name__};")
    return "\n".join(lines) + "\n"


@cache
def _library(version: str) -> ctypes.CDLL:
    return library(version.split()[0], FLAGS[version], {"names.h": _names()})


@cache
def _numbers() -> tuple[ctypes.Array[ctypes.c_double], ...]:
    """Parameters of families and children as C arrays of doubles, in the order of their fields."""
    p = parameters()
    return tuple((ctypes.c_double * len(v))(*np.array(v, dtype=float)) for v in (p.families, p.children))


class CVersion:
    """One C version over the tables: ``step(month)`` advances families and children by a month."""

    def __init__(self, tables: Tables, version: str, threads: int = 1) -> None:
        self.tables = tables
        self._advance = _library(version).advance
        where = (getattr(tables, name).ctypes.data for name in _POINTERS)
        self._struct = _Tables(*where, tables.children, tables.households, tables.schools)
        self._threads = threads

    def step(self, month: int) -> None:
        """One month of families, then of children."""
        schools = parameters().schools
        now = _Month(*month_of(month), schools.low_attainment_line, schools.need_line)
        families, children = _numbers()
        self._advance(ctypes.byref(self._struct), ctypes.byref(now), families, children, self._threads)
