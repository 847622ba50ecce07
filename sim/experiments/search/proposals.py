"""What to try next: mixes as numbers that an optimiser can turn, and the optimiser's next suggestions.

A mix is an order of strands, bought until the money is used up. Each strand has a rank, 0 to 1 (bought in the
order of the ranks, not at all below ``IN_PLAY``), a size in quarters of full size, and a start. One number more is
the share of the budget that is used, so that cheap mixes are found too.

The suggestions of a batch are a pure function of the seed, the number of the batch and what was found before, so that
a search that is taken up again goes the same way. Half of them come from tree-structured Parzen estimators (Bergstra
et al. 2011; several outcomes: Ozaki et al. 2020), by Optuna; mixes of the same batch count as bad until they are known
(constant liar). The other half are the best mixes so far with two of their strands swapped or up to three changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.experiments.search.fronts import front
from sim.experiments.search.space import Mix, Piece, Space

if TYPE_CHECKING:
    from optuna import Study

Reals = npt.NDArray[np.float64]
#: Numbers of a mix by name.
Numbers = dict[str, float]

#: Strands of a lower rank are not bought.
IN_PLAY = 0.5
#: Steps of a strand's size.
QUARTERS = 4
#: Tenths of the budget that a mix plans for. More than all of it is planned because strands seldom use all that is set
#: aside for them; the strategy's money never passes the budget.
LEAST_MONEY, ALL_MONEY, MOST_MONEY = 3, 10, 12
#: How the next mixes are chosen.
METHODS = ("tpe", "random")
#: Best mixes that are changed where one outcome counts (with several the front is), and how often money is too.
_PARENTS, _OTHER_MONEY = 3, 0.25
#: How often two strands are swapped rather than some drawn anew.
_SWAPS = 0.5
#: Tells the draws of changes from those of the optimiser.
_CHANGES = 1


def mix_of(space: Space, numbers: Mapping[str, float]) -> Mix:
    """The mix that numbers stand for."""
    named = [name.removeprefix("rank ") for name in numbers if name.startswith("rank ")]
    order = sorted(named, key=lambda strand: (-numbers[f"rank {strand}"], strand))
    wanted = [
        Piece(strand, numbers[f"size {strand}"] / QUARTERS, space.starts[int(numbers.get(f"start {strand}", 0))])
        for strand in order
        if numbers[f"rank {strand}"] >= IN_PLAY
    ]
    return space.fit(wanted, numbers["money"] / ALL_MONEY)


def numbers_of(space: Space, strands: Sequence[str], order: Sequence[str], money: int = ALL_MONEY) -> Numbers:
    """Numbers of the mix that buys strands in an order, each at full size from the first start."""
    numbers: Numbers = {"money": float(money)}
    for strand in strands:
        bought = strand in order
        place = order.index(strand) / len(order) if bought else 0.0
        numbers[f"rank {strand}"] = 1.0 - place * (1.0 - IN_PLAY) if bought else IN_PLAY / 2
        numbers[f"size {strand}"] = float(QUARTERS)
        if len(space.starts) > 1:
            numbers[f"start {strand}"] = 0.0
    return numbers


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
    changed = _changed(space, strands, known, batch // 2, np.random.default_rng([*seed, _CHANGES])) if known else []
    n_asked = batch - len(changed)
    return [*changed, *({name: float(v) for name, v in study.ask(asks).params.items()} for _ in range(n_asked))]


def _changed(
    space: Space, strands: Sequence[str], known: Sequence[tuple[Numbers, Reals]], n: int, rng: np.random.Generator
) -> list[Numbers]:
    """Good mixes with two strands swapped, or one to three drawn anew."""
    worth = np.array([values for _, values in known])
    parents = np.flatnonzero(front(worth)) if worth.shape[1] > 1 else np.argsort(-worth[:, 0], kind="stable")[:_PARENTS]
    out = []
    for _ in range(n):
        numbers = dict(known[parents[rng.integers(len(parents))]][0])
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
