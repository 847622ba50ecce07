"""Parameters that are all nought but for those a test names, and the plain Python of compiled functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def only(record: type[Any], **values: float) -> Any:
    """A named tuple of parameters with 0 everywhere but in ``values``."""
    return record(*[0.0] * len(record._fields))._replace(**values)


def plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """The Python a compiled function was made from, or the function itself where nothing is compiled."""
    return getattr(function, "py_func", function)
