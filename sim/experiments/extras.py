"""Libraries that not every installation has: a plain message where one is missing."""

from __future__ import annotations

import importlib
import warnings
from types import ModuleType

from sim.inputs.problems import InputError, Problem


def needed(module: str, extra: str = "analysis") -> ModuleType:
    """Import a library of an extra, in silence; ``InputError`` where it is missing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        remedy = f'install it with: pip install "zonesim[{extra}]"'
        problem = Problem(
            "zonesim", None, missing.name or module, "this command needs a library that is not here", remedy
        )
        raise InputError((problem,)) from missing
