"""The search itself: try strands alone, start from what pays, suggest and run batch by batch, then run the best anew.

It knows nothing of the model: whatever turns strategies into values can be searched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt

from sim.experiments.search.encoding import ALL_MONEY, LEAST_MONEY, Numbers, mix_of, numbers_of
from sim.experiments.search.proposals import suggest
from sim.experiments.search.robust import balanced, best_of, over_futures
from sim.experiments.search.runs import Evaluator
from sim.experiments.search.space import Mix, QuestionError, Space, digest_of, greedy
from sim.spec import Strategy

Reals = npt.NDArray[np.float64]
#: Says how far a search is: mixes tried, of how many, and what is done.
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Plan:
    """How a search goes about it. None of it but ``robust`` says what is good.

    ``runs``: mixes tried by each of ``searches`` searches, beside strands alone; ``lucks``: luck numbers of all of
    them; ``batch``: mixes run side by side, which the number of workers never changes; ``pool``: strands that are
    searched over, the most promising ones alone; ``screen``: whether strands are tried alone first; ``method``:
    ``tpe`` or ``random``, to compare with.
    """

    runs: int = 120
    searches: int = 3
    seed: int = 1
    lucks: tuple[int, ...] = (1, 2, 3, 4)
    robust: str = "mean"
    batch: int = 8
    pool: int = 20
    screen: bool = True
    method: str = "tpe"


@dataclass
class Found:
    """Everything tried. ``values``: mixes x futures x luck numbers x (gains, pounds), in the order of ``mixes``.

    ``alone``: number of the mix of each strand on its own; ``tried``: for each search its mixes in order.
    """

    space: Space
    plan: Plan
    mixes: list[Mix] = field(default_factory=list)
    strategies: list[Strategy] = field(default_factory=list)
    values: list[Reals] = field(default_factory=list)
    alone: dict[str, int] = field(default_factory=dict)
    pool: tuple[str, ...] = ()
    tried: list[list[int]] = field(default_factory=list)

    def gains(self, among: Sequence[int] | None = None) -> Reals:
        """Mean gains over luck numbers: mixes x futures x outcomes."""
        chosen = range(len(self.values)) if among is None else among
        return np.array([self.values[at][..., :-1].mean(axis=1) for at in chosen])

    def gbp(self, among: Sequence[int] | None = None) -> Reals:
        """Pounds over the whole run, mean over futures and luck numbers, by mix."""
        chosen = range(len(self.values)) if among is None else among
        return np.array([float(self.values[at][..., -1].mean()) for at in chosen])

    def worth(self, among: Sequence[int] | None = None) -> Reals:
        """Mixes x outcomes: gains put together over futures; regret is against the best among these mixes."""
        gains = self.gains(among)
        return over_futures(gains, self.plan.robust, best_of(gains))


def search(
    space: Space, evaluate: Evaluator, plan: Plan | None = None, progress: Progress | None = None,
    beside: Sequence[Strategy] = (),
) -> Found:  # fmt: skip
    """Look for the best mixes of a space. ``beside``: strategies whose strands are tried early, as the money goes.

    Raises ``QuestionError`` where no strand fits into the budget, and for numbers of a plan out of range.
    """
    plan = plan or Plan()
    _check(space, plan)
    found, at = Found(space, plan), dict[str, int]()
    lucks, screened = list(plan.lucks), 0

    def run(mixes: Sequence[Mix]) -> list[int]:
        """Numbers of the mixes, after running those that are new."""
        strategies = [space.strategy(mix) for mix in mixes]
        keys = [digest_of(strategy) for strategy in strategies]
        new = {key: i for i, key in reversed(list(enumerate(keys))) if key not in at}
        order = sorted(new.values())
        values: Sequence[Reals] = list(evaluate([strategies[i] for i in order], lucks)) if order else []
        for i, value in zip(order, values, strict=True):
            at[keys[i]] = len(found.mixes)
            found.mixes.append(mixes[i])
            found.strategies.append(strategies[i])
            found.values.append(value)
        return [at[key] for key in keys]

    fitting = [strand for strand in space.strands if greedy(space, [strand])]
    found.pool = tuple(fitting)
    if plan.screen:
        screened = len(fitting)
    whole = screened + plan.runs * plan.searches
    for first in range(0, screened, plan.batch):
        _tell(progress, 0, whole, first)
        some = fitting[first : first + plan.batch]
        found.alone.update(zip(some, run([greedy(space, [strand]) for strand in some]), strict=True))
    orders = _orders(space, beside)
    if found.alone:
        found.pool = _promising(found)
    found.pool = tuple(sorted({*found.pool, *(strand for order in orders for strand in order)}))
    starts = _starts(found, orders)
    for number in range(plan.searches):
        found.tried.append([])
        before = screened + number * plan.runs
        _one_search(found, number, starts, run, partial(_tell, progress, before, whole))
    return found


def _tell(progress: Progress | None, before: int, whole: int, done: int) -> None:
    if progress is not None:
        progress(before + done, whole, "mixes")


def _one_search(
    found: Found, number: int, starts: Sequence[Numbers], run: Callable[[Sequence[Mix]], list[int]],
    tell: Callable[[int], object],
) -> None:  # fmt: skip
    """Fill ``found.tried[number]``: the starting mixes, then batch after batch of suggestions."""
    plan, space, tried = found.plan, found.space, found.tried[number]
    numbers: list[Numbers] = []
    while len(tried) < plan.runs:
        size, batch = min(plan.batch, plan.runs - len(tried)), len(tried)
        if plan.method == "tpe" and len(tried) < len(starts):
            asked = list(starts[len(tried) : len(tried) + size])
        elif not tried:
            # With nothing known the first batch is spread at random.
            asked = suggest(space, found.pool, (), size, (plan.seed, number, batch), "random")
        else:
            known = [(n, w) for n, w in zip(numbers, _objectives(found, tried), strict=True) if not np.isnan(w).any()]
            asked = suggest(space, found.pool, known, size, (plan.seed, number, batch), plan.method)
        tried += run([mix_of(space, one) for one in asked])
        numbers += asked
        tell(len(tried))


def _objectives(found: Found, among: Sequence[int]) -> Reals:
    """What a search maximises: the worth in each outcome and, where there are several, low cost beside them."""
    worth = found.worth(among)
    return worth if worth.shape[1] == 1 else np.column_stack([worth, -found.gbp(among)])


def _check(space: Space, plan: Plan) -> None:
    if not space.needs:
        raise QuestionError("there is no strand to choose from")
    if not any(greedy(space, [strand]) for strand in space.strands):
        cheapest = min(space.strands, key=lambda strand: space.needs[strand].cost(1.0))
        raise QuestionError(
            f"no strand fits into {space.budget:,.0f} pounds a year"
            + ("" if space.posts is None else f" and {space.posts:g} posts")
            + f"; the least costly here, {cheapest}, takes {space.needs[cheapest].cost(1.0):,.0f} pounds and "
            f"{space.needs[cheapest].posts:.1f} posts at full size"
        )
    for name in ("runs", "searches", "batch", "pool"):
        if getattr(plan, name) < 1:
            raise QuestionError(f"{name} must be 1 or more")
    if not plan.lucks:
        raise QuestionError("there must be 1 luck number or more")


def _paying(found: Found) -> tuple[list[str], Reals, Reals]:
    """Strands tried alone with their worth (strands x outcomes and, last, all outcomes in balance) and pounds."""
    names = list(found.alone)
    among = [found.alone[name] for name in names]
    worth = found.worth(among) if found.plan.robust != "regret" else found.gains(among).mean(axis=1)
    columns = np.column_stack([worth, balanced(worth, found.gains(among))])
    return names, np.nan_to_num(columns), np.maximum(found.gbp(among), 1.0)


def _promising(found: Found) -> tuple[str, ...]:
    """The ``pool`` strands that alone bring most, per pound and in all, taking turns between the outcomes."""
    names, worth, gbp = _paying(found)
    orders = [np.argsort(-column, kind="stable") for column in [*(worth / gbp[:, None]).T, *worth.T]]
    turns = [names[order[place]] for place in range(len(names)) for order in orders]
    return tuple(sorted(list(dict.fromkeys(turns))[: found.plan.pool]))


def _orders(space: Space, beside: Sequence[Strategy]) -> list[list[str]]:
    """Strands of other strategies that can be bought here, the most urgent first."""
    every = [sorted(strategy.strands, key=lambda planned: (planned.priority, planned.strand)) for strategy in beside]
    orders = [[p.strand for p in planned if p.strand in space.needs and greedy(space, [p.strand])] for planned in every]
    return [list(dict.fromkeys(order)) for order in orders if order]


def _starts(found: Found, orders: Sequence[Sequence[str]]) -> list[Numbers]:
    """Mixes to start from: what pays best alone, by outcome and in balance, per pound and in all, rich and lean.

    Then ``orders``, the strands of other strategies, each small, so that the money reaches the last of them.
    """
    small = {f"size {strand}": 1.0 for strand in found.pool}
    others = [numbers_of(found.space, found.pool, order) | small for order in orders]
    if not found.alone:
        return others
    names, worth, gbp = _paying(found)
    starts: list[Numbers] = []
    for values in [*(worth / gbp[:, None]).T, *worth.T]:
        order = [names[i] for i in np.argsort(-values, kind="stable") if values[i] > 0.0 and names[i] in found.pool]
        for money in (ALL_MONEY, (ALL_MONEY + LEAST_MONEY) // 2):
            one = numbers_of(found.space, found.pool, order, money)
            if order and one not in starts:
                starts.append(one)
    return starts + [one for one in others if one not in starts]
