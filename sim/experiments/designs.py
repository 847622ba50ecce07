"""The points of a study: full factorial, Latin hypercube, Sobol', Morris, or rows that somebody gives.

A design is made in the unit cube and stretched into the ranges of what is varied; it depends on the study's seed
and nothing else. The number of a row is its ``point``, and for Sobol' and Morris its place in the sampler's order,
which the estimators need.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from types import ModuleType

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.inputs.problems import file_error
from sim.spec import Study, Varied

Reals = npt.NDArray[np.float64]

#: Levels of a Morris trajectory, the usual number.
MORRIS_LEVELS = 4


def design(study: Study) -> pd.DataFrame:
    """Points of a study: index ``point`` from 0, a float column for each varied name in natural units.

    A study that varies nothing has one point and no column. Raises ``InputError`` where a Sobol' or Morris design
    needs SALib and it is missing.
    """
    names = [entry.name for entry in study.vary]
    if study.design.kind == "rows":
        points = np.array(study.design.rows, dtype=np.float64).reshape(len(study.design.rows), len(names))
    elif study.design.kind == "grid":
        points = _grid(study)
    else:
        points = _natural(_unit_cube(study), study.vary)
    index = pd.RangeIndex(len(points), name="point")
    return pd.DataFrame(points, index=index, columns=names, dtype=np.float64)


def problem_of(vary: Sequence[Varied]) -> dict[str, object]:
    """What SALib calls a problem: the unit cube, with the names of what is varied."""
    return {"num_vars": len(vary), "names": [entry.name for entry in vary], "bounds": [[0.0, 1.0]] * len(vary)}


def _grid(study: Study) -> Reals:
    """Every combination; the last name varies fastest."""
    levels = [
        np.array(entry.values)
        if entry.values
        else np.linspace(entry.low or 0.0, entry.high or 0.0, study.design.points)
        for entry in study.vary
    ]
    points = list(itertools.product(*levels))
    return np.array(points, dtype=np.float64).reshape(len(points), len(levels))


def _unit_cube(study: Study) -> Reals:
    made, n = study.design, len(study.vary)
    if made.kind == "latin_hypercube":
        from scipy.stats import qmc

        return np.asarray(qmc.LatinHypercube(n, seed=np.random.default_rng(study.seed)).random(made.points))
    problem = problem_of(study.vary)
    if made.kind == "sobol":
        sampler = _salib("sobol")
        found = sampler.sample(problem, made.points, calc_second_order=made.second_order, seed=study.seed)
    else:
        sampler = _salib("morris")
        found = sampler.sample(problem, made.points, num_levels=MORRIS_LEVELS, seed=study.seed)
    return np.asarray(found, dtype=np.float64)


def _salib(name: str) -> ModuleType:
    """A sampler of SALib, loaded only where a design needs it."""
    try:
        if name == "sobol":
            from SALib.sample import sobol as sampler
        else:
            from SALib.sample import morris as sampler
    except ImportError:
        raise file_error(
            "design", f"a {name} design needs the library SALib", 'install it with: pip install "zonesim[analysis]"'
        ) from None
    return sampler


def _natural(unit: Reals, vary: Sequence[Varied]) -> Reals:
    """Points of the unit cube in natural units; a list of values is cut into equal parts."""
    columns = []
    for at, entry in enumerate(vary):
        u = unit[:, at]
        if entry.values:
            columns.append(
                np.array(entry.values)[np.minimum((u * len(entry.values)).astype(int), len(entry.values) - 1)]
            )
        else:
            low, high = float(entry.low or 0.0), float(entry.high or 0.0)
            columns.append(low + u * (high - low))
    return np.stack(columns, axis=1)
