"""The model as other tools want it: a problem for SALib, a model for the EMA Workbench, parameters for Mesa.

problem = as_problem(["schools_only", "early_start"], "pembury", {"effects.size": (0.5, 1.5)}, years=5)
rows = SALib.sample.sobol.sample(problem.salib, 64)
indices = SALib.analyze.sobol.analyze(problem.salib, problem(rows)[:, 0])
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.experiments.extras import needed
from sim.experiments.points import changed_future, changed_place, changed_strategy, run_point
from sim.experiments.responses import AnalysisError, Reals
from sim.inputs import load_future, load_place, load_strands, load_strategy
from sim.inputs.study_records import USUAL_OUTCOMES
from sim.inputs.varied import problem_of
from sim.outcomes.asked import asked
from sim.spec import Future, Place, Strategy, Study, Varied

QUANTITIES = ("difference", "value")
STRATEGY = "strategy"
#: Heads of the names that change what is handed to ``ZoneModel``; the others change the model's numbers.
_IN_RECORDS = ("place", "future", "strategy")

Ranges = Mapping[str, Sequence[float]] | Sequence[Varied]


@dataclass(frozen=True)
class Problem:
    """Strategies in one place, evaluated at any values of what is varied; pure: same values, same numbers.

    ``quantity``: ``"difference"`` from the twin or ``"value"``. Values are in natural units; what is varied over a list
    takes numbers from 0 up to (not including) the length of the list, and :meth:`values` says which value each means.
    """

    study: Study
    quantity: str

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """(strategy, outcome) of each column of the answers: strategies by id, outcomes in alphabetical order."""
        return tuple((s.id, o) for s in self._strategies for o in sorted(self.study.outcomes))

    @property
    def _strategies(self) -> list[Strategy]:
        return sorted(self.study.strategies, key=lambda strategy: strategy.id)

    @property
    def salib(self) -> dict[str, Any]:
        """SALib's description: number of factors, names, ranges."""
        ranges = [[0.0, float(len(v.values))] if v.values else [v.low, v.high] for v in self.study.vary]
        return {"num_vars": len(ranges), "names": [v.name for v in self.study.vary], "bounds": ranges}

    def values(self, row: Sequence[float] | Reals) -> dict[str, float]:
        """Varied name -> its value at a row."""
        found = {}
        for entry, number in zip(self.study.vary, row, strict=True):
            at = min(int(number), len(entry.values) - 1)
            found[entry.name] = float(entry.values[at]) if entry.values else float(number)
        return found

    def __call__(self, rows: npt.ArrayLike) -> Reals:
        """Rows x factors -> rows x ``columns``, each the mean over the replications; NaN where one gave no number."""
        table = np.atleast_2d(np.asarray(rows, dtype=np.float64))
        return np.array([self.at(self.values(row)) for row in table])

    def at(self, values: Mapping[str, float]) -> list[float]:
        """Answers (``columns``) at one set of values."""
        study, total = self.study, np.zeros(len(self.columns))
        for replication in range(study.replications):
            rows = run_point(
                study, values, study.places[0].id, study.futures[0].id, study.evidence[0], study.seed + replication
            )
            told = {(row["strategy"], row["outcome"]): float(row[self.quantity]) for row in rows}
            total += [told[column] for column in self.columns]
        return [float(mean) for mean in total / study.replications]

    def ema(self, name: str = "zonesim") -> Any:
        """A ``Model`` of the EMA Workbench: what is varied is uncertain, the strategy is the lever, outcomes scalar."""
        workbench = needed("ema_workbench")

        def run(strategy: str, **values: float) -> dict[str, float]:
            told = dict(zip(self.columns, self.at(values), strict=True))
            return {outcome: told[strategy, outcome] for outcome in sorted(self.study.outcomes)}

        model = workbench.Model(name, function=run)
        model.uncertainties = [
            workbench.CategoricalParameter(v.name, list(v.values))
            if v.values
            else workbench.RealParameter(v.name, v.low, v.high)
            for v in self.study.vary
        ]
        model.levers = [workbench.CategoricalParameter(STRATEGY, [s.id for s in self._strategies])]
        model.outcomes = [workbench.ScalarOutcome(outcome) for outcome in sorted(self.study.outcomes)]
        return model

    def mesa(self, values: Mapping[str, float]) -> dict[str, Any]:
        """Parameters of ``ZoneModel`` at some values, as ``mesa.batch_run`` takes them; seeds are given beside them.

        Raises ``AnalysisError`` for a name that changes the model's numbers rather than place, future or strategy.
        """
        for name in values:
            own_effect = name.startswith("effects.") and not name.startswith("effects.fade")
            if name.partition(".")[0] not in _IN_RECORDS and not own_effect:
                raise AnalysisError(f"{name} cannot be handed to ZoneModel; call the problem itself instead")
        study = self.study
        return {
            STRATEGY: [changed_strategy(strategy, values) for strategy in self._strategies],
            "place": [changed_place(study.places[0], values)],
            "future": [changed_future(study.futures[0], values)],
            "years": study.years,
            "evidence": study.evidence[0],
        }


def as_problem(
    strategies: Sequence[str | Path | Strategy],
    place: str | Path | Place,
    vary: Ranges,
    *,
    outcomes: Sequence[str] = USUAL_OUTCOMES,
    quantity: str = "difference",
    future: str | Path | Future = "none",
    evidence: str = "central",
    years: int = 10,
    replications: int = 1,
    seed: int = 1,
    parameters: str = "drawn",
) -> Problem:
    """The model with some of its inputs left open, to be handed to SALib, the EMA Workbench or any optimiser.

    ``vary``: name -> (low, high), or -> a list of three or more values; or ``Varied`` records, which can hold two
    values as well. Names and ranges are those of a study (``docs/how-to/sweep.md``). Every evaluation uses the same
    luck numbers ``seed``, ``seed + 1``, ..., so that differences between rows are not luck.
    Raises ``AnalysisError`` for a name, value or outcome that there is not, ``InputError`` for a file.
    """
    if quantity not in QUANTITIES:
        raise AnalysisError(f'quantity must be {" or ".join(QUANTITIES)}, not "{quantity}"')
    chosen = tuple(load_strategy(s) if isinstance(s, str | Path) else s for s in strategies)
    varied = _varied(vary)
    library = load_strands()
    for entry in varied:
        values = entry.values or (entry.low or 0.0, entry.high or 0.0)
        if wrong := problem_of(entry.name, values, chosen, library):
            raise AnalysisError(wrong)
    for text in outcomes:
        try:
            asked(text, years)
        except ValueError as wrong_outcome:
            raise AnalysisError(str(wrong_outcome)) from None
    study = Study(
        id="problem", name="Problem", strategies=chosen, vary=varied, outcomes=tuple(outcomes),
        places=(load_place(place) if isinstance(place, str | Path) else place,),
        futures=(load_future(future) if isinstance(future, str | Path) else future,),
        evidence=(evidence,), replications=replications, years=years, seed=seed, parameters=parameters,
    )  # fmt: skip
    return Problem(study, quantity)


def _varied(vary: Ranges) -> tuple[Varied, ...]:
    """Records of what is varied; two numbers are the ends of a range, more are a list."""
    if not isinstance(vary, Mapping):
        return tuple(vary)
    found = []
    for name, numbers in vary.items():
        if len(numbers) < 2:
            raise AnalysisError(f"{name}: give two ends of a range, or three or more values")
        two = len(numbers) == 2
        ends = {"low": float(numbers[0]), "high": float(numbers[1])} if two else {}
        values = () if two else tuple(float(number) for number in numbers)
        found.append(Varied(name=name, values=values, **ends))
    return tuple(found)
