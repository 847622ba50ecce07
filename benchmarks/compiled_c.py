"""The C versions: names from the schema, compiled by gcc at run time, called through ctypes."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from benchmarks.tables import Tables, month_of, parameters
from sim.kernel.chunks import BLOCK, MOST_CHUNKS
from sim.parameters import ChildParameters, FamilyParameters
from sim.schema import CW, HW, RECEPTION, YEAR_7, YEAR_11, C, H, S, Stream

_HERE = Path(__file__).parent / "c"
FLAGS = {
    "same": ("-O3", "-march=native"),
    "fastest": ("-O3", "-march=native", "-ffast-math"),
    "fastest without fast-math": ("-O3", "-march=native", "-fno-trapping-math", "-fno-math-errno"),
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
def compiler() -> str | None:
    """First line of ``gcc --version``; None where there is no gcc."""
    if shutil.which("gcc") is None:
        return None
    return subprocess.run(["gcc", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]


@cache
def _library(version: str) -> ctypes.CDLL:
    """Compile and load one version. Raises ``CalledProcessError`` with gcc's words if it does not compile."""
    folder = Path(mkdtemp(prefix="zonesim-benchmark-"))
    (folder / "names.h").write_text(_names(), encoding="utf-8")
    source, target = _HERE / f"{version.split()[0]}.c", folder / "library.so"
    command = ["gcc", *FLAGS[version], "-fopenmp", "-fPIC", "-shared", f"-I{folder}", f"-I{_HERE}", str(source)]
    subprocess.run([*command, "-o", str(target), "-lm"], check=True)
    library = ctypes.CDLL(str(target))
    shutil.rmtree(folder)
    return library


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
