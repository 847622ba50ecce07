"""What fell short in delivery: money, the limit on posts, recruitment, and what was closed, read from the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.spec import Strategy

#: From this share on a strand counts as paid for in full, and its posts as filled.
PAID_FOR, STAFFED = 0.95, 0.85
#: How the offers of one strand are put together.
_BY_YEAR = {"posts_wanted": "sum", "posts": "sum", "paid_for": "min", "short_of": "max"}
#: Posts under this number are none.
_NO_POSTS = 1e-9


class _Year(NamedTuple):
    """A school year of a strand: its offers put together as ``_BY_YEAR`` says, in the same order."""

    year: int
    posts_wanted: float
    posts: float
    paid_for: float
    short_of: str


@dataclass(frozen=True)
class Shortfall:
    """One way in which a strand or service fell short: why, in which years, and to what share of its plan.

    ``reason``: money, posts (the strategy's limit), staff (posts vacant in August) or closed. ``late``: staff was
    missing in no year but the one in which it began.
    """

    strategy: str
    strand: str
    reason: str
    years: tuple[int, ...]
    share: float
    late: bool = False

    @property
    def words(self) -> str:
        """What fell short, without the strand's name."""
        much, when = f"{self.share:.0%}", f"({self._span})"
        return {
            "money": f"money for {much} of its plan {when}",
            "posts": f"the limit on posts allows {much} of its plan {when}",
            "staff": f"{much} of its posts filled by {'its first ' if self.late else ''}August {when}",
            "closed": f"closed {when}",
        }[self.reason]

    @property
    def _span(self) -> str:
        first, last = self.years[0], self.years[-1]
        if first == last:
            return f"year {first}"
        all_of_them = len(self.years) == last - first + 1
        return f"years {first} to {last}" if all_of_them else f"{len(self.years)} of the years {first} to {last}"


def shortfalls(delivery: DataFrame, strategies: Mapping[str, Strategy]) -> list[Shortfall]:
    """Everything that fell short, strategy by strategy in the order given, the shortest strand first.

    ``delivery``: the table of that name; ``strategies``: id in the table -> strategy. Services of today only appear
    where they were closed.
    """
    found: list[Shortfall] = []
    for name, strategy in strategies.items():
        mine = delivery[delivery["strategy"] == name]
        by_year = mine.groupby(["strand", "today", "year"]).agg(_BY_YEAR)
        groups: dict[tuple[str, bool], list[_Year]] = {}
        for strand, today, year, *found_in in by_year.reset_index().itertuples(index=False, name=None):
            groups.setdefault((str(strand), bool(today)), []).append(_Year(int(year), *found_in))
        of_strategy = [s for (strand, today), rows in groups.items() for s in _of(name, strand, today, rows, strategy)]
        worst: dict[str, float] = {}
        for s in of_strategy:
            worst[s.strand] = min(worst.get(s.strand, 1.0), s.share)
        found += sorted(of_strategy, key=lambda s: (worst[s.strand], s.strand, s.reason))
    return found


def _of(name: str, strand: str, today: bool, by_year: Sequence[_Year], strategy: Strategy) -> Iterable[Shortfall]:
    if not today:
        for reason in ("money", "posts"):
            cut = {y.year: y.paid_for for y in by_year if y.paid_for < PAID_FOR and y.short_of == reason}
            if cut:
                yield Shortfall(name, strand, reason, tuple(cut), float(np.mean(list(cut.values()))))
        share = {y.year: y.posts / y.posts_wanted for y in by_year if y.posts_wanted > _NO_POSTS}
        vacant = {year: filled for year, filled in share.items() if filled < STAFFED}
        if vacant:
            late = tuple(vacant) == tuple(share)[:1]
            yield Shortfall(name, strand, "staff", tuple(vacant), float(np.mean(list(vacant.values()))), late)
    shut = [y.year for y in by_year if y.posts_wanted <= _NO_POSTS and y.paid_for >= PAID_FOR]
    shut = [year for year in shut if today or _runs_in_august(strategy, strand, year)]
    # What needs no posts in any year is not closed for having none.
    if shut and any(y.posts_wanted > _NO_POSTS for y in by_year):
        yield Shortfall(name, strand, "closed", tuple(shut), 0.0)


def _runs_in_august(strategy: Strategy, strand: str, year: int) -> bool:
    august = 12 * year - 1
    return any(
        p.strand == strand and p.start_month <= august and (p.stop_month is None or august < p.stop_month)
        for p in strategy.strands
    )


def shortfall_sentences(found: Iterable[Shortfall]) -> list[str]:
    """One sentence per strand of a strategy with everything in which it fell short; the shortest strands first."""
    said: dict[tuple[str, str], list[str]] = {}
    worst: dict[tuple[str, str], float] = {}
    for s in found:
        key = (s.strategy, s.strand)
        said.setdefault(key, []).append(s.words)
        worst[key] = min(worst.get(key, 1.0), s.share)
    # Python's sort keeps the order of strategies among equals.
    order = sorted(said, key=lambda key: round(worst[key], 2))
    return [f"{name}: {strand.replace('_', ' ')}: {'; '.join(said[name, strand])}" for name, strand in order]
