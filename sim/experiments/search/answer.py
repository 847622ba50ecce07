"""What a search says: tables of what was tried, how far its seeds agree, and the best again on fresh luck numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.experiments.search.fronts import front, hypervolume
from sim.experiments.search.loop import Found
from sim.experiments.search.robust import balanced, best_of, over_futures, resampled, spread
from sim.experiments.search.runs import Evaluator
from sim.experiments.search.space import Mix
from sim.spec import Strategy

Reals = npt.NDArray[np.float64]
#: Percentiles within which a difference to the best is no difference that can be told.
_TIED = (5.0, 95.0)
#: Of the mixes a search likes best, those in this many of its seeds' answers count as agreed.
_MOST = 0.5


@dataclass(frozen=True)
class Answer:
    """A search with its best mixes run again.

    mixes: one row per mix tried. outcomes: mix, outcome, mean, worst, regret, worth. searches: one row per search
    seed. agreement: strand, searches (how many have it), of, reach, start_month (means where it is). alone: strands
    on their own. fresh: mix, outcome, promised, fresh, low, high, chance_best, tied, a row per mix run again and
    outcome.
    ``strategies``: those run again, the best first; ``tied``: ids of those that cannot be told from the best.
    """

    found: Found
    outcomes_asked: tuple[str, ...]
    mixes: pd.DataFrame
    outcomes: pd.DataFrame
    searches: pd.DataFrame
    agreement: pd.DataFrame
    alone: pd.DataFrame
    fresh: pd.DataFrame
    strategies: tuple[Strategy, ...]
    tied: tuple[str, ...]


def answer(
    found: Found, labels: Sequence[str], evaluate: Evaluator, lucks: Sequence[int], top: int = 5,
    beside: Sequence[Strategy] = (),
) -> Answer:  # fmt: skip
    """Run the ``top`` best mixes and the strategies ``beside`` them on ``lucks``, and put everything into tables.

    ``beside``: what there is today, to compare with. No run of the search is used for the numbers called fresh.
    """
    labels, chosen = tuple(labels), best_mixes(found, top)
    again = [*(found.strategies[at] for at in chosen), *beside]
    values = evaluate(again, lucks, False)
    promised = found.worth(chosen)
    fresh, order = _fresh(found, again, values, promised, labels)
    mine = {found.strategies[at].id for at in chosen}
    best_first = [again[i] for i in order if again[i].id in mine]
    tied = tuple(s.id for s in best_first if bool(fresh.query("mix == @s.id")["tied"].all()))
    return Answer(
        found, labels, _mixes(found), _outcomes(found, labels), _searches(found), _agreement(found),
        _alone(found, labels), fresh, tuple(best_first), tied,
    )  # fmt: skip


def best_mixes(found: Found, top: int) -> list[int]:
    """Numbers of the mixes worth running again: best in each outcome, then best in balance, all of the front."""
    worth, gains = found.worth(), found.gains()
    order = [int(at) for at in np.argsort(-np.nan_to_num(balanced(worth, gains), nan=-np.inf), kind="stable")]
    if worth.shape[1] == 1:
        return order[:top]
    on_front = np.flatnonzero(_front(found))
    single = [int(on_front[np.argmax(worth[on_front, o])]) for o in range(worth.shape[1])]
    ends = [order[0], *single, *(at for at in order if at in set(on_front.tolist()))]
    return list(dict.fromkeys(ends))[:top]


def _front(found: Found) -> npt.NDArray[np.bool_]:
    """Mixes no other beats: worth in each outcome, low cost and, where there are several futures, low regret."""
    columns = [found.worth(), -found.gbp()[:, None]]
    gains = found.gains()
    if gains.shape[1] > 1 and found.plan.robust != "regret":
        columns.append(balanced(over_futures(gains, "regret", best_of(gains)), gains)[:, None])
    return front(np.column_stack(columns))


def _fresh(
    found: Found, again: Sequence[Strategy], values: Reals, promised: Reals, labels: tuple[str, ...]
) -> tuple[pd.DataFrame, list[int]]:
    """Rows of the fresh runs, and the numbers of ``again`` from best to worst of those the search found.

    The interval is that of the mean over luck numbers, from luck numbers drawn again with replacement; a mix is tied
    with the best where the interval of their paired difference holds nought.
    """
    gains, how, n = values[..., :-1], found.plan.robust, len(promised)
    means = gains.mean(axis=2)
    worth = over_futures(means, how, best_of(means))
    drawn = resampled(gains, how, found.plan.seed)
    score, scores = balanced(worth, means), np.array([balanced(one, means) for one in drawn])
    order = [int(i) for i in np.argsort(-score[:n], kind="stable")] + list(range(n, len(again)))
    gap_low, gap_high = spread(scores - scores[:, [order[0]]], _TIED)
    low, high = spread(drawn)
    leads = (scores[:, :n].argmax(axis=1)[:, None] == np.arange(n)).mean(axis=0)
    rows = [
        {
            "mix": again[i].id, "found": i < n, "outcome": label,
            "promised": float(promised[i, o]) if i < n else np.nan, "fresh": float(worth[i, o]),
            "low": float(low[i, o]), "high": float(high[i, o]), "gbp_total": float(values[i, ..., -1].mean()),
            "chance_best": float(leads[i]) if i < n else np.nan,
            "tied": bool(i == order[0] or gap_low[i] <= 0.0 <= gap_high[i]), "luck_numbers": values.shape[2],
        }
        for i in order for o, label in enumerate(labels)
    ]  # fmt: skip
    return pd.DataFrame(rows), order


def in_words(mix: Mix) -> str:
    """A mix on one line: each strand with its size and its start, in the order in which they are bought."""
    return ", ".join(
        f"{piece.strand} {piece.size:.0%}" + (f" from month {piece.start_month}" if piece.start_month else "")
        for piece in mix
    )


def _mixes(found: Found) -> pd.DataFrame:
    worth, gains = found.worth(), found.gains()
    first = {at: s + 1 for s in reversed(range(len(found.tried))) for at in found.tried[s]}
    return pd.DataFrame(
        {
            "mix": [strategy.id for strategy in found.strategies],
            "search": [first.get(at, 0) for at in range(len(found.mixes))],
            "strands": [len(mix) for mix in found.mixes],
            "what": [in_words(mix) for mix in found.mixes],
            "planned_gbp_a_year": [found.space.cost(mix) for mix in found.mixes],
            "gbp_total": found.gbp(),
            "balanced": balanced(worth, gains),
            "on_front": _front(found),
        }
    )


def _outcomes(found: Found, labels: tuple[str, ...]) -> pd.DataFrame:
    gains, worth = found.gains(), found.worth()
    best = best_of(gains)
    ways = {how: over_futures(gains, how, best) for how in ("mean", "worst", "regret")}
    n = len(found.mixes)
    return pd.DataFrame(
        {
            "mix": np.repeat([strategy.id for strategy in found.strategies], len(labels)),
            "outcome": list(labels) * n,
            "mean": ways["mean"].ravel(), "worst": ways["worst"].ravel(), "regret": -ways["regret"].ravel(),
            "worth": worth.ravel(),
        }
    )  # fmt: skip


def _searches(found: Found) -> pd.DataFrame:
    """Best mix of each search, and what it reached: its worth, or the volume its front covers (1: all that all found).

    The volume is in shares of the ranges that all searches together spanned, with the cost as one more outcome.
    """
    worth, gains = found.worth(), found.gains()
    score = np.nan_to_num(balanced(worth, gains), nan=-np.inf)
    points = worth if worth.shape[1] == 1 else np.column_stack([worth, -found.gbp()])
    low, high = np.nanmin(points, axis=0), np.nanmax(points, axis=0)
    unit = (points - low) / np.where(high > low, high - low, 1.0)
    edge = np.full(points.shape[1], -1e-9)
    every = hypervolume(unit, edge)
    rows = []
    for number, tried in enumerate(found.tried, start=1):
        best = tried[int(np.argmax(score[tried]))]
        share = hypervolume(unit[np.unique(tried)], edge) / every if every > 0.0 else 1.0
        rows.append((number, len(tried), found.strategies[best].id, float(score[best]), share))
    return pd.DataFrame(rows, columns=["search", "runs", "best", "balanced", "hypervolume"])


def _agreement(found: Found) -> pd.DataFrame:
    """Strands of the best mix of each search: in how many, with which size and start."""
    score = np.nan_to_num(balanced(found.worth(), found.gains()), nan=-np.inf)
    answers = [found.mixes[tried[int(np.argmax(score[tried]))]] for tried in found.tried]
    pieces = [piece for mix in answers for piece in mix]
    rows = []
    for strand in sorted({piece.strand for piece in pieces}):
        own = [piece for piece in pieces if piece.strand == strand]
        reach = found.space.needs[strand].reach or 1.0
        rows.append(
            {
                "strand": strand, "searches": len(own), "of": len(answers),
                "agreed": len(own) > _MOST * len(answers),
                "reach": float(np.mean([piece.size for piece in own])) * reach,
                "start_month": float(np.mean([piece.start_month for piece in own])),
            }
        )  # fmt: skip
    frame = pd.DataFrame(rows, columns=["strand", "searches", "of", "agreed", "reach", "start_month"])
    return frame.sort_values(["searches", "strand"], ascending=[False, True], ignore_index=True)


def _alone(found: Found, labels: tuple[str, ...]) -> pd.DataFrame:
    """Each strand on its own: gain, pounds over the run, gain for a million pounds, and whether it was in the pool."""
    columns = ["strand", "outcome", "gain", "gbp_total", "gain_per_million", "in_pool"]
    rows = []
    for strand, at in found.alone.items():
        gain, gbp = found.gains([at])[0].mean(axis=0), float(found.gbp([at])[0])
        for o, label in enumerate(labels):
            per = float(gain[o]) / max(gbp, 1.0) * 1e6
            rows.append((strand, label, float(gain[o]), gbp, per, strand in found.pool))
    return pd.DataFrame(rows, columns=columns)
