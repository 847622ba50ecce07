"""Single steps from a good mix: what a planner would try by hand, one at a time, until all have been tried.

An optimiser that learns from a hundred mixes leaves loose ends: a strand that does nothing, one that starts late for
no reason. Each step here changes one thing, so that what is best at the end has no better neighbour that was in reach.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest

from sim.experiments.search.encoding import ALL_MONEY, IN_PLAY, QUARTERS, Numbers, mix_of, ranks_of
from sim.experiments.search.space import Space


def untried(
    space: Space, strands: Sequence[str], known: Sequence[Numbers], leaders: Sequence[Numbers], n: int
) -> list[Numbers]:
    """The next ``n`` steps (fewer where no more are left) that give a mix not ``known``; the leaders take turns."""
    seen, found = {mix_of(space, one) for one in known}, list[Numbers]()
    turns = chain.from_iterable(zip_longest(*(steps(space, strands, one) for one in leaders)))
    for step in turns:
        if len(found) == n:
            break
        mix = None if step is None else mix_of(space, step)
        if step is not None and mix and mix not in seen:
            seen.add(mix)
            found.append(step)
    return found


def steps(space: Space, strands: Sequence[str], numbers: Numbers) -> Iterator[Numbers]:
    """Neighbours of a mix, those that most often help first; some may be the mix itself."""
    bought = [piece.strand for piece in mix_of(space, numbers)]
    # Strands with a rank that were not reached, in the order in which they would be.
    spare = sorted((s for s in strands if s not in bought), key=lambda s: (-numbers[f"rank {s}"], s))
    queue = [strand for strand in spare if numbers[f"rank {strand}"] >= IN_PLAY]

    def ordered(*order: str) -> Numbers:
        return numbers | ranks_of(strands, list(dict.fromkeys([*order, *queue])))

    yield from _tidied(numbers, bought)
    for out in reversed(bought):
        yield numbers | {f"rank {out}": 0.0}
    for more in spare:
        yield _whole(ordered(*bought, more), more)
    for first in [*spare, *bought]:
        yield _whole(ordered(first, *bought), first)
    for strand in bought:
        yield _early(numbers, strand)
        yield _whole(numbers, strand)
    # Pairs near the ends first: the next in the queue for the last that is bought.
    pairs = [(i + j, i, j) for i in range(len(bought)) for j in range(len(spare))]
    for _, i, j in sorted(pairs):
        at = len(bought) - 1 - i
        yield _whole(ordered(*bought[:at], spare[j], *bought[at + 1 :]), spare[j])
    for strand in bought:
        yield numbers | {f"size {strand}": max(numbers[f"size {strand}"] - 1.0, 1.0)}


def _tidied(numbers: Numbers, bought: Sequence[str]) -> Iterator[Numbers]:
    """All from the first start; all in full as well; all of the money as well."""
    one = dict(numbers)
    for strand in bought:
        one = _early(one, strand)
    yield one
    for strand in bought:
        one = _whole(one, strand)
    yield one
    yield one | {"money": float(max(ALL_MONEY, numbers["money"]))}


def _whole(numbers: Numbers, strand: str) -> Numbers:
    """The strand for everybody, as far as the money goes, from the first start."""
    return _early(numbers, strand) | {f"size {strand}": float(QUARTERS)}


def _early(numbers: Numbers, strand: str) -> Numbers:
    """The strand from the first start; as it was where there is but one."""
    return numbers | {name: 0.0 for name in [f"start {strand}"] if name in numbers}
