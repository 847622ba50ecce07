"""The mixes a search may try: every one of them fits into the yearly money and posts by the way it is made.

Strands are bought in an order, the first first. One that can be bought for fewer people is cut to what is left; one
that can only be bought whole is left out where it does not fit. The order is also the priority in the strategy, so
that a place that needs more than was reckoned goes short in the same order.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sim.spec import Payer, PlannedStrand, Strand, Strategy, Targeting


class QuestionError(ValueError):
    """A question no search can answer, said so that whoever asked can put it right."""


#: Smallest part of its full size for which a strand is bought.
SMALLEST = 0.1
#: Money given over what a mix needs in its first year, for years in which more people are eligible.
HEADROOM = 1.1
#: Reach is written with so many decimals, always rounded down.
DECIMALS = 4


@dataclass(frozen=True)
class Need:
    """What a strand takes in a place at full size, which is everybody who would come.

    ``reach``: share of those eligible that full size has places for; ``None`` where it can only be bought whole.
    ``gbp``: pounds a year by size, and ``most_gbp``, which no size passes (a place is used by several people in a
    year where courses are short). ``posts``: full-time posts.
    """

    reach: float | None
    gbp: float
    most_gbp: float
    posts: float

    def cost(self, size: float) -> float:
        """Pounds a year at ``size``, a share of full size."""
        return min(size * self.gbp, self.most_gbp)

    def largest(self, gbp: float, posts: float) -> float:
        """Largest size, 0 to 1, that so much money and so many posts pay for."""
        gbp, posts = max(gbp, 0.0), max(posts, 0.0)
        by_money = 1.0 if self.most_gbp <= gbp else gbp / self.gbp
        by_posts = 1.0 if self.posts <= posts else posts / self.posts
        return min(1.0, by_money, by_posts)


@dataclass(frozen=True)
class Piece:
    """One strand of a mix. ``size``: share of full size, above 0 to 1. ``start_month``: from the first September."""

    strand: str
    size: float
    start_month: int = 0


#: Strands in the order in which they are bought.
Mix = tuple[Piece, ...]


@dataclass(frozen=True)
class Space:
    """Strands to choose from, what each needs, and what there is.

    ``budget``: pounds a year in prices of ``price_year``; ``posts``: most full-time posts, ``None`` without a limit;
    ``starts``: months in which a strand may start; ``backbone_gbp``: pounds a year that the partnership of a backbone
    team costs beside the team.
    """

    library: Mapping[str, Strand]
    needs: Mapping[str, Need]
    budget: float
    posts: float | None = None
    starts: tuple[int, ...] = (0,)
    backbone_gbp: float = 0.0
    price_year: int = 2025

    @property
    def strands(self) -> tuple[str, ...]:
        """Strands to choose from, in the order of their ids."""
        return tuple(sorted(self.needs))

    def fit(self, wanted: Iterable[Piece], money_share: float = 1.0) -> Mix:
        """What of the wanted pieces, first come first bought, ``money_share`` of the budget pays for."""
        gbp, posts, bought = self.budget * money_share, math.inf if self.posts is None else self.posts, []
        overhead = self.backbone_gbp
        for piece in wanted:
            need, backbone = self.needs[piece.strand], self.library[piece.strand].delivery.backbone
            size = min(piece.size, need.largest(gbp - overhead * backbone, posts))
            size = self._rounded(need, size) if need.reach is not None else float(size >= 1.0)
            if size < SMALLEST:
                continue
            bought.append(Piece(piece.strand, size, piece.start_month))
            gbp, posts = gbp - need.cost(size) - overhead * backbone, posts - need.posts * size
            overhead = 0.0 if backbone else overhead
        return tuple(bought)

    def _rounded(self, need: Need, size: float) -> float:
        """The size whose reach has few decimals, never above ``size``."""
        assert need.reach is not None, "only what can be bought in parts is rounded"
        return math.floor(size * need.reach * 10**DECIMALS + 1e-9) / 10**DECIMALS / need.reach

    def cost(self, mix: Mix) -> float:
        """Pounds a year once every strand of a mix runs, by the needs of its first year."""
        backbone = any(self.library[piece.strand].delivery.backbone for piece in mix)
        return sum(self.needs[p.strand].cost(p.size) for p in mix) + self.backbone_gbp * backbone

    def strategy(self, mix: Mix) -> Strategy:
        """The mix as a strategy, paid for by the usual payers of its strands in proportion."""
        strands = tuple(self._planned(piece, rank) for rank, piece in enumerate(mix, start=1))
        fields = {
            "place": "any", "price_year": self.price_year, "money_gbp": self._money(mix), "posts": self.posts,
            "strands": strands,
        }  # fmt: skip
        id_ = f"mix_{digest_of(Strategy.model_validate(fields | {'id': 'mix', 'name': 'Mix'}))[:8]}"
        names = ", ".join(self.library[piece.strand].id.replace("_", " ") for piece in mix[:3])
        name = f"Found mix: {names}" + (f" and {len(mix) - 3} more" if len(mix) > 3 else "")
        return Strategy.model_validate(fields | {"id": id_, "name": name[:160]})

    def _planned(self, piece: Piece, rank: int) -> PlannedStrand:
        need, delivery = self.needs[piece.strand], self.library[piece.strand].delivery
        reach = None if need.reach is None else min(round(piece.size * need.reach, DECIMALS), 1.0)
        targeting: Targeting = "first_come" if delivery.need == "none" else "targeted"
        return PlannedStrand(
            strand=piece.strand, start_month=piece.start_month, reach_share=reach, targeting=targeting, priority=rank
        )

    def _money(self, mix: Mix) -> dict[Payer, float]:
        """Whole pounds a year by payer, together never above the budget."""
        total, owed = min(self.budget, self.cost(mix) * HEADROOM), dict[str, float]()
        for piece in mix:
            delivery = self.library[piece.strand].delivery
            also = self.backbone_gbp if delivery.backbone and delivery.payer not in owed else 0.0
            owed[delivery.payer] = owed.get(delivery.payer, 0.0) + self.needs[piece.strand].cost(piece.size) + also
        whole = sum(owed.values())
        if whole <= 0.0:
            return {}
        return {cast(Payer, payer): float(math.floor(total * owed[payer] / whole)) for payer in sorted(owed)}


def digest_of(strategy: Strategy) -> str:
    """Hash of what a strategy does; its id and texts mean nothing."""
    content = strategy.model_dump(mode="json", exclude={"id", "name", "question", "about", "authors", "sources"})
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=16).hexdigest()


def greedy(space: Space, order: Sequence[str], size: float = 1.0, money_share: float = 1.0) -> Mix:
    """Strands bought in an order from the first month, each at ``size``, until money or posts are used up."""
    return space.fit([Piece(strand, size, min(space.starts)) for strand in order], money_share)
