"""What to try next: the suggestions of an optimiser, and neighbours of the best mixes so far.

The suggestions of a batch are a pure function of the seed, the number of the batch and what was found before, so that
a search that is taken up again goes the same way. Half of them come from tree-structured Parzen estimators (Bergstra
et al. 2011; several outcomes: Ozaki et al. 2020), by Optuna; mixes of the same batch count as bad until they are known
(constant liar). The other half are neighbours of the best mixes so far: single steps not tried before
(``sim.experiments.search.neighbours``), and two strands swapped or up to three changed by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.experiments.search.encoding import IN_PLAY, LEAST_MONEY, MOST_MONEY, QUARTERS, Numbers
from sim.experiments.search.fronts import front
from sim.experiments.search.neighbours import untried
from sim.experiments.search.space import Space

if TYPE_CHECKING:
    from optuna import Study

Reals = npt.NDArray[np.float64]
#: How the next mixes are chosen.
METHODS = ("tpe", "random")
#: Best mixes that are changed where one outcome counts (with several the front is), and how often money is too.
_PARENTS, _OTHER_MONEY = 3, 0.25
#: Of so many neighbours one is drawn by chance rather than the next step that has not been tried.
_BY_CHANCE = 4
#: How often two strands are swapped rather than some drawn anew.
_SWAPS = 0.5
#: Tells the draws of changes from those of the optimiser.
_CHANGES = 1


def suggest(
    space: Space, strands: Sequence[str], known: Sequence[tuple[Numbers, Reals]], batch: int, seed: Sequence[int],
    method: str = "tpe",
) -> list[Numbers]:  # fmt: skip
    """Numbers of the next ``batch`` mixes. ``known``: numbers and worth (more is better) of those tried before.

    ``seed``: whole numbers that name the search and the batch. Raises ``ValueError`` for an unknown method.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    one = int(np.random.SeedSequence(list(seed)).generate_state(1)[0])
    if method == "tpe":
        n = len(known[0][1]) if known else 1
        sampler: Any = optuna.samplers.TPESampler(seed=one, n_startup_trials=0, constant_liar=True, n_ei_candidates=48)
        study = optuna.create_study(directions=["maximize"] * n, sampler=sampler)
    elif method == "random":
        study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=one))
        known = ()
    else:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, not {method!r}")
    asks = _distributions(space, strands)
    _tell(study, asks, known)
    near = _near(space, strands, known, batch // 2, np.random.default_rng([*seed, _CHANGES])) if known else []
    n_asked = batch - len(near)
    return [*near, *({name: float(v) for name, v in study.ask(asks).params.items()} for _ in range(n_asked))]


def _near(
    space: Space, strands: Sequence[str], known: Sequence[tuple[Numbers, Reals]], n: int, rng: np.random.Generator
) -> list[Numbers]:
    """Neighbours of the best mixes: single steps that have not been tried, and beside them changes by chance."""
    worth = np.array([values for _, values in known])
    leaders = [known[at][0] for at in _leaders(worth)]
    steps = untried(space, strands, [numbers for numbers, _ in known], leaders, n - n // _BY_CHANCE)
    parents = [known[at][0] for at in _parents(worth)]
    return [*steps, *_changed(space, strands, parents, n - len(steps), rng)]


def _leaders(worth: Reals) -> list[int]:
    """Mixes whose neighbours are tried one by one: the best in all outcomes together and in each.

    ``worth``: mixes x outcomes, where there are several with low cost as the last column, which leads nowhere.
    """
    outcomes = worth[:, : max(worth.shape[1] - 1, 1)]
    scale = np.abs(outcomes).max(axis=0)
    together = (outcomes / np.where(scale > 0.0, scale, 1.0)).sum(axis=1)
    return list(dict.fromkeys(int(column.argmax()) for column in [together, *outcomes.T]))


def _parents(worth: Reals) -> list[int]:
    """Mixes that are changed by chance: the best few, or the front where there are several outcomes."""
    if worth.shape[1] > 1:
        return [int(at) for at in np.flatnonzero(front(worth))]
    return [int(at) for at in np.argsort(-worth[:, 0], kind="stable")[:_PARENTS]]


def _changed(
    space: Space, strands: Sequence[str], parents: Sequence[Numbers], n: int, rng: np.random.Generator
) -> list[Numbers]:
    """Good mixes with two strands swapped, or one to three drawn anew."""
    out = []
    for _ in range(n):
        numbers = dict(parents[int(rng.integers(len(parents)))])
        if rng.random() < _SWAPS and len(strands) > 1:
            _swap(numbers, strands, rng)
        else:
            for strand in rng.choice(len(strands), size=min(1 + int(rng.integers(3)), len(strands)), replace=False):
                _redraw(space, numbers, strands[strand], rng)
        if rng.random() < _OTHER_MONEY:
            numbers["money"] = float(rng.integers(LEAST_MONEY, MOST_MONEY + 1))
        out.append(numbers)
    return out


def _swap(numbers: Numbers, strands: Sequence[str], rng: np.random.Generator) -> None:
    """One strand that is bought and any other take each other's place."""
    bought = [strand for strand in strands if numbers[f"rank {strand}"] >= IN_PLAY] or list(strands)
    one = bought[rng.integers(len(bought))]
    others = [strand for strand in strands if strand != one]
    other = others[rng.integers(len(others))]
    numbers[f"rank {one}"], numbers[f"rank {other}"] = numbers[f"rank {other}"], numbers[f"rank {one}"]


def _redraw(space: Space, numbers: Numbers, strand: str, rng: np.random.Generator) -> None:
    """A strand is bought earlier, later or not at all, for more or fewer people, at another time."""
    numbers[f"rank {strand}"] = float(rng.random())
    numbers[f"size {strand}"] = float(rng.integers(1, QUARTERS + 1))
    if len(space.starts) > 1:
        numbers[f"start {strand}"] = float(rng.integers(len(space.starts)))


def _distributions(space: Space, strands: Sequence[str]) -> dict[str, Any]:
    from optuna.distributions import FloatDistribution, IntDistribution

    asks: dict[str, Any] = {"money": IntDistribution(LEAST_MONEY, MOST_MONEY)}
    for strand in strands:
        asks[f"rank {strand}"] = FloatDistribution(0.0, 1.0)
        asks[f"size {strand}"] = IntDistribution(1, QUARTERS)
        if len(space.starts) > 1:
            asks[f"start {strand}"] = IntDistribution(0, len(space.starts) - 1)
    return asks


def _tell(study: Study, asks: dict[str, Any], known: Sequence[tuple[Numbers, Reals]]) -> None:
    from optuna.distributions import IntDistribution
    from optuna.trial import create_trial

    study.add_trials(
        [
            create_trial(
                params={
                    name: int(numbers[name]) if isinstance(ask, IntDistribution) else numbers[name]
                    for name, ask in asks.items()
                },
                distributions=asks,
                values=[float(value) for value in worth],
            )
            for numbers, worth in known
        ]
    )
