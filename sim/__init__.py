"""Zonesim: an agent-based simulation with which people plan Children's Zones.

The tour: ``sim.science`` holds the equations, ``sim.kernel`` the compiled loops, ``sim.engine`` the order
of the month (``EVENTS``), ``sim.population`` the first day, ``sim.outcomes`` the indicators. Numbers and
sources stand in ``scenarios/``. ``sim.model`` is the Mesa model, ``sim.experiments`` compares strategies,
``sim.cli`` is the command ``zonesim``, ``sim.api`` the same from Python.

``from sim import ZoneModel, load, run, compare, diary, sweep`` loads what is named, and only then.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.api import compare, diary, ground, load, run, trial, validate
    from sim.experiments import Comparison
    from sim.experiments.diary import Diary
    from sim.experiments.problem import as_problem
    from sim.experiments.sweeps import load_sweep, sweep
    from sim.model import ZoneModel

__version__ = "0.1.0"

#: Public name -> module that has it.
_WHERE = {
    "Comparison": "sim.experiments",
    "Diary": "sim.experiments.diary",
    "ZoneModel": "sim.model",
    "as_problem": "sim.experiments.problem",
    "compare": "sim.api",
    "diary": "sim.api",
    "ground": "sim.api",
    "load": "sim.api",
    "load_sweep": "sim.experiments.sweeps",
    "run": "sim.api",
    "sweep": "sim.experiments.sweeps",
    "trial": "sim.api",
    "validate": "sim.api",
}

__all__ = [
    "Comparison", "Diary", "ZoneModel", "as_problem", "compare", "diary", "ground", "load", "load_sweep", "run",
    "sweep", "trial", "validate",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for, so that ``import sim`` stays light."""
    if name not in _WHERE:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_WHERE})
