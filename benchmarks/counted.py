"""How much work a child-month is: bytes counted in the C source, flops counted while plain Python does the month."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from benchmarks import plain_mesa
from benchmarks.tables import population

_SOURCE = Path(__file__).parent / "c" / "same.c"
#: An exponential as a polynomial of degree 13 (``c/numbers.h``): its multiplications and additions.
EXP_FLOPS = 35
_CHILDREN, _MONTHS = 400, 12


def bytes_per_child_month(homes_per_child: float) -> dict[str, float]:
    """Bytes that a month must read and write at least once, by the columns named in the C source.

    Children: their columns, effect pools, key and household row; households: theirs, once for each event, and the
    wellbeing and dates of their children. Tables of schools and ages stay in the first cache and are left out.
    """
    source = _SOURCE.read_text(encoding="utf-8")
    at = source.index("void families_chunk")
    children, families = source[:at], source[at:]
    looked_up = 8 * len(set(re.findall(r"look_up\(t->home_real \+ (H_\w+)", children)))
    read = 8 * len(re.findall(r"[^_]read\(real", children)) + 4 * len(re.findall(r"read_whole\(whole", children))
    pools = 8 * 4 * int(re.findall(r"k < (\d+); k\+\+\) read_pools", children)[0])
    child = read + pools + 8 + 4 + 2 * 4
    home = 8 * len(re.findall(r"[^_]read\(real", families)) + 4 * len(re.findall(r"read_whole\(whole", families))
    home += 8 * 4 * len(re.findall(r"read_pools\(t->home_pools", families)) + 8 + 4 + 2 * 4
    kin = 4 + 2 * 4 + 8
    written = 8 * len(re.findall(r"put\(w, \w+, size, real", children))
    home_written = 8 * len(re.findall(r"put\(w, \w+, size, real", families))
    home_written += 4 * len(re.findall(r"put_whole\(w", families))
    return {
        "read": child + kin + homes_per_child * (home + looked_up),
        "written": written + homes_per_child * home_written,
    }


class _Counted(float):
    """A number that counts what is done with it."""

    done = 0

    def __neg__(self) -> _Counted:
        return _Counted(float.__neg__(self))


def _counting(name: str) -> Callable[[Any, Any], Any]:
    plain = getattr(float, name)

    def act(self: _Counted, other: Any) -> Any:
        _Counted.done += 1
        return _Counted(plain(self, float(other)))

    return act


for _name in ("add", "sub", "mul", "truediv"):
    for _side in ("", "r"):
        setattr(_Counted, f"__{_side}{_name}__", _counting(f"__{_side}{_name}__"))


def _exp(x: float) -> _Counted:
    _Counted.done += EXP_FLOPS
    return _Counted(math.exp(x))


def _counted(values: Any) -> Any:
    """The same with every float in it counted."""
    if isinstance(values, float):
        return _Counted(values)
    if hasattr(values, "_replace"):
        return values._replace(**{name: _counted(value) for name, value in values._asdict().items()})
    if isinstance(values, (list, tuple)):
        return type(values)(_counted(value) for value in values)
    return values


def flops_per_child_month(children: int = _CHILDREN, months: int = _MONTHS) -> float:
    """Additions, subtractions, multiplications and divisions of a child-month, households and school sums included.

    Counted while the plain Mesa model does the months, branches as they fall. Comparisons, random bits and table
    look-ups are not counted.
    """
    model = plain_mesa.PlainModel(population(children))
    model.families, model.children = _counted(model.families), _counted(model.children)
    model.lines, model.ages = _counted(model.lines), _counted(model.ages)
    for thing in (*model.agents, *model.places, model.nowhere):
        for name, value in vars(thing).items():
            if name not in ("model", "random", "home", "at", "children"):
                setattr(thing, name, _counted(value))
    begun = _Counted.done
    with mock.patch.object(plain_mesa, "math", SimpleNamespace(exp=_exp, sqrt=math.sqrt)):
        for month in range(months):
            model.advance(month)
    return (_Counted.done - begun) / (children * months)
