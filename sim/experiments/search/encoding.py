"""Mixes as numbers that an optimiser can turn.

A mix is an order of strands, bought until the money is used up. Each strand has a rank, 0 to 1 (bought in the
order of the ranks, not at all below ``IN_PLAY``), a size in quarters of full size, and a start. One number more is
the share of the budget that is used, so that cheap mixes are found too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.experiments.search.space import Mix, Piece, Space

#: Numbers of a mix by name.
Numbers = dict[str, float]

#: Strands of a lower rank are not bought.
IN_PLAY = 0.5
#: Steps of a strand's size.
QUARTERS = 4
#: Tenths of the budget that a mix plans for. More than all of it is planned because strands seldom use all that is set
#: aside for them; the strategy's money never passes the budget.
LEAST_MONEY, ALL_MONEY, MOST_MONEY = 3, 10, 12


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
        numbers[f"size {strand}"] = float(QUARTERS)
        if len(space.starts) > 1:
            numbers[f"start {strand}"] = 0.0
    return numbers | ranks_of(strands, order)


def ranks_of(strands: Sequence[str], order: Sequence[str]) -> Numbers:
    """Ranks that buy strands in an order, and the others not at all."""
    place = {strand: at / len(order) for at, strand in enumerate(order)}
    return {
        f"rank {strand}": 1.0 - place[strand] * (1.0 - IN_PLAY) if strand in place else IN_PLAY / 2
        for strand in strands
    }
