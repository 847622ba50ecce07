"""What mixes do: each on the same luck numbers and futures, with nothing run twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sim.experiments.asked import value_in
from sim.experiments.ensemble import Ground, Run, Watch, ground, run_on, side_by_side
from sim.experiments.search.space import QuestionError, digest_of
from sim.experiments.search.store import Store
from sim.futures import NO_FUTURE
from sim.inputs import load_strands
from sim.inputs.posterior import Posterior, posterior_register
from sim.offers import Evidence
from sim.outcomes.asked import GBP_TOTAL, Asked, asked
from sim.spec import Future, Place, Strand, Strategy

Reals = npt.NDArray[np.float64]
Progress = Callable[[int, int, str], None]
#: One run: which strategy, future and luck number.
Task = tuple[int, int, int]


class Evaluator(Protocol):
    """Strategies in, values out: strategies x futures x luck numbers x (gain in each outcome, then pounds).

    A gain is the difference to the twin, benefit positive. ``keep``: the luck numbers will be asked for again.
    """

    def __call__(self, strategies: Sequence[Strategy], lucks: Sequence[int], keep: bool = True) -> Reals: ...


@dataclass
class ModelRuns:
    """The model as an ``Evaluator``. ``source``: the posterior that parameters are drawn from, if any.

    ``watch(month)`` is called before each month of every run and may raise to stop.
    Replication by luck number is that of ``sim.experiments.compare``: the same luck number gives the same bits.
    """

    place: Place
    outcomes: tuple[Asked, ...]
    futures: tuple[Future, ...] = (NO_FUTURE,)
    years: int = 10
    evidence: str = "central"
    source: Posterior | None = None
    workers: int = 1
    store: Store = field(default_factory=Store)
    progress: Progress | None = None
    watch: Watch | None = None
    library: Mapping[str, Strand] = field(default_factory=load_strands)
    _grounds: dict[tuple[int, int], Ground] = field(default_factory=dict)

    def __call__(self, strategies: Sequence[Strategy], lucks: Sequence[int], keep: bool = True) -> Reals:
        """See ``Evaluator``. Raises ``QuestionError`` for an outcome that rests on fewer than ten people."""
        keys = [digest_of(strategy) for strategy in strategies]
        n = len(self.outcomes) + 1
        wanted = [(i, f, luck) for luck in lucks for f in range(len(self.futures)) for i in range(len(strategies))]
        missing = [task for task in wanted if self._found(keys, task) is None]
        # The same mix may stand in a batch twice.
        missing = list({(keys[i], f, luck): (i, f, luck) for i, f, luck in missing}.values())
        (self._run_kept if keep else self._run_once)(strategies, keys, missing)
        out = np.empty((len(strategies), len(self.futures), len(lucks), n))
        for i, f, luck in wanted:
            out[i, f, lucks.index(luck)] = self._found(keys, (i, f, luck))
        return out

    def grounds(self, lucks: Sequence[int], future: int = 0) -> list[Ground]:
        """Grounds of luck numbers under one future, made where they are missing, and kept."""
        self._make([(future, luck) for luck in lucks])
        return [self._grounds[future, luck] for luck in lucks]

    def _found(self, keys: Sequence[str], task: Task) -> list[float] | None:
        i, f, luck = task
        return self.store.get((keys[i], self.futures[f].id, luck))

    def _run_kept(self, strategies: Sequence[Strategy], keys: Sequence[str], tasks: Sequence[Task]) -> None:
        self._make([(f, luck) for _, f, luck in tasks])
        jobs = [partial(self._do, strategies, keys, [task], self._grounds[task[1:]]) for task in tasks]
        side_by_side(jobs, self.workers, self.progress, "runs")

    def _run_once(self, strategies: Sequence[Strategy], keys: Sequence[str], tasks: Sequence[Task]) -> None:
        """Each ground is made, used by all strategies and let go of."""
        by_ground: dict[tuple[int, int], list[Task]] = {}
        for task in tasks:
            by_ground.setdefault(task[1:], []).append(task)

        def one(at: tuple[int, int], wanted: list[Task]) -> None:
            self._do(strategies, keys, wanted, self._grounds.get(at) or self._ground(*at))

        jobs = [partial(one, at, wanted) for at, wanted in by_ground.items()]
        side_by_side(jobs, self.workers, self.progress, "fresh luck numbers")

    def _do(self, strategies: Sequence[Strategy], keys: Sequence[str], tasks: Sequence[Task], on: Ground) -> None:
        for i, f, luck in tasks:
            values = self._values(run_on(on, strategies[i], watch=self.watch), on.twin_run)
            self.store.put((keys[i], self.futures[f].id, luck), values)

    def _values(self, run: Run, twin: Run) -> list[float]:
        gains = [
            (value_in(run, what) - value_in(twin, what)) * (1.0 if what.higher_is_better else -1.0)
            for what in self.outcomes
        ]
        return [*gains, value_in(run, asked(GBP_TOTAL, self.years))]

    def _make(self, wanted: Sequence[tuple[int, int]]) -> None:
        missing = [at for at in dict.fromkeys(wanted) if at not in self._grounds]
        made = side_by_side([partial(self._ground, *at) for at in missing], self.workers, self.progress, "twins")
        self._grounds.update(zip(missing, made, strict=True))

    def _ground(self, future: int, luck: int) -> Ground:
        made = ground(
            self.place, posterior_register(self.source, luck), dict(self.library), luck, 12 * self.years,
            Evidence(self.evidence, luck), future=self.futures[future], watch=self.watch,
        )  # fmt: skip
        for what in self.outcomes:
            if np.isnan(value_in(made.twin_run, what)):
                raise QuestionError(
                    f"{what.label} rests on fewer than ten people in {self.place.name}; ask for another"
                )
        return made

    def about(self) -> dict[str, object]:
        """What the values depend on, as JSON values."""
        return json.loads(
            json.dumps(
                {
                    "place": self.place.model_dump(mode="json"),
                    "futures": [future.model_dump(mode="json") for future in self.futures],
                    "outcomes": [list(what[:3]) for what in self.outcomes],
                    "years": self.years,
                    "evidence": self.evidence,
                    "posterior": None if self.source is None else self.source.digest,
                }
            )
        )
