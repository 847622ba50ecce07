"""Compare strategies with the no-zone twin and with one another: paired differences with intervals."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.experiments.changed import Told, changed_frame, gainers_frame, told
from sim.experiments.dashboards import dashboard_frame, naive_frame
from sim.experiments.ensemble import (
    GROUP_IDS,
    TWIN,
    Run,
    parameters_used,
    replicate,
    side_by_side,
    spent_by_year,
)
from sim.experiments.events import events_frame
from sim.experiments.local_analysis import analysis_frame
from sim.experiments.pairs import pairs_frame
from sim.experiments.theory import refuse_wrong_theories, theory_frame, theory_warnings
from sim.experiments.value import payer_shares, value_frames
from sim.futures import NO_FUTURE, in_order, in_words
from sim.inputs import load_strands
from sim.inputs.posterior import Posterior, posterior_register, source_of
from sim.inputs.register import load_register
from sim.offers import STANCES
from sim.outcomes import INDICATOR_IDS, INDICATORS, POPULATIONS, SMALLEST_CELL
from sim.outcomes.intervals import middle_90
from sim.outputs.delivery import shortfall_sentences, shortfalls
from sim.outputs.records import ParametersUsed
from sim.parameters import Register
from sim.population import Margin
from sim.schema import ENROLMENT_MONTHS, V
from sim.spec import Future, Place, Strategy

Reals = npt.NDArray[np.float64]
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Comparison:
    """Result of a comparison; every frame is tidy. ``no_zone`` is the twin. ``shocks``: the future in words.

    results: strategy, indicator, family, group, population, year, value, twin, difference, low, high,
    chance_better, suppressed. pairs: every two strategies on the same luck, as in ``sim.experiments.pairs``. changed:
    strategy, against, outcome, group, better, same, worse. gainers: what reached those who gained. costs: strategy,
    payer, year, gbp, posts. value, value_summary: as in ``sim.experiments.value``. delivery: strategy, strand, year
    and what happened. yearly: one row per run and cell. runs: one row per run. fit: asked and synthetic margins of
    the place. dashboard: what partners see beside truth and twin. naive: comparisons made from the dashboard beside
    the truth. theory: one row per step of each strategy's theory of change. events: what happened in each run.
    analysis: what the local analyses said.
    """

    place: Place
    strategies: tuple[Strategy, ...]
    future: str
    shocks: tuple[str, ...]
    evidence: str
    replications: int
    seed: int
    years: int
    without: tuple[str, ...]
    including: tuple[str, ...]
    parameters: ParametersUsed
    results: pd.DataFrame
    pairs: pd.DataFrame
    changed: pd.DataFrame
    gainers: pd.DataFrame
    costs: pd.DataFrame
    value: pd.DataFrame
    value_summary: pd.DataFrame
    delivery: pd.DataFrame
    yearly: pd.DataFrame
    runs: pd.DataFrame
    fit: pd.DataFrame
    dashboard: pd.DataFrame
    naive: pd.DataFrame
    theory: pd.DataFrame
    events: pd.DataFrame
    analysis: pd.DataFrame
    warnings: tuple[str, ...]
    digest: str


def compare(
    strategies: Sequence[Strategy],
    place: Place,
    *,
    replications: int = 20,
    seed: int = 1,
    years: int = 10,
    evidence: str = "central",
    without: Sequence[str] = (),
    including: Sequence[str] = (),
    future: Future | None = None,
    parameters: str = "drawn",
    posterior: Posterior | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    runs_of: Callable[..., list[Run]] = replicate,
) -> Comparison:
    """Run each strategy and the no-zone twin ``replications`` times on shared starts.

    Replication r uses luck number ``seed + r`` for chance and for the draws of evidence and parameters, so more
    replications never change earlier ones. ``parameters``: ``"drawn"`` from ``posterior`` (the packaged one unless
    told; central values where there is none) or ``"central"``. ``future`` happens to the twin and to every strategy.
    ``threads`` replications run at a time; it changes no number. ``progress(done, total, what)`` is called after each
    replication. ``runs_of``: what makes the runs of one replication, with the arguments of ``replicate``; a store of
    runs made earlier may stand in its place. Raises ``ValueError`` for a stance, source of parameters, number of years
    (1 to 20) or replications (1 or more) outside its range, ``InputError`` for an unknown mechanism or a theory of
    change that cannot be tested.
    """
    if evidence not in STANCES:
        raise ValueError(f"evidence must be one of {', '.join(STANCES)}, not {evidence!r}")
    if not 1 <= years <= 20:
        raise ValueError(f"years must be from 1 to 20, not {years}")
    if replications < 1:
        raise ValueError("replications must be 1 or more")
    strategies, future = tuple(strategies), future or NO_FUTURE
    refuse_wrong_theories(strategies)
    twin, strategies = with_twin(strategies)
    source = source_of(parameters, posterior)
    register, library = load_register(without=without, including=including), load_strands()
    off = frozenset(without)

    def registered(luck: int) -> Register:
        return register if source is None else posterior_register(source, luck, without, including)

    def one(luck: int, threads: int) -> tuple[list[Run], Told]:
        runs = runs_of(
            strategies, place, registered(luck), library, luck, 12 * years, evidence, off, threads, twin, future
        )
        # Children are counted at once: what is kept of a replication does not grow with the place.
        return [replace(run, ends=None) for run in runs], told([run.ends for run in runs if run.ends is not None])

    workers = max(1, min(threads or os.cpu_count() or 1, replications))
    alone = 1 if workers > 1 else threads or os.cpu_count() or 1
    done = side_by_side([partial(one, seed + r, alone) for r in range(replications)], workers, progress, "replications")
    everything, children = [runs for runs, _ in done], [counted for _, counted in done]
    names = _unique([twin.id, *(s.id for s in strategies)])
    inputs = [place.model_dump(mode="json"), [s.model_dump(mode="json") for s in strategies], register, sorted(off)]
    if future.shocks:
        inputs.append([shock.model_dump(mode="json") for shock in future.shocks])
    if source is not None:
        inputs.append(["posterior", source.digest])
    digest = hashlib.blake2b(
        json.dumps([inputs, evidence, years], default=str, sort_keys=True).encode(), digest_size=16
    )
    delivery = _delivery(names, everything)
    strands = delivery[~delivery["today"].astype(bool)]
    # What a pound is worth is no part of the posterior: all replications are valued alike.
    value, value_summary = value_frames(names, everything, (twin, *strategies), register)
    return Comparison(
        place=place,
        strategies=strategies,
        future=future.id if future.shocks else NO_FUTURE.id,
        shocks=tuple(in_words(shock) for shock in in_order(future.shocks)),
        evidence=evidence,
        replications=replications,
        seed=seed,
        years=years,
        without=tuple(sorted(off)),
        including=tuple(sorted(set(including))),
        parameters=parameters_used(source),
        results=_results(names, everything),
        pairs=pairs_frame(names, everything, (twin, *strategies), register),
        changed=changed_frame(names, children),
        gainers=gainers_frame(names, children),
        costs=_costs(names, everything),
        value=value,
        value_summary=value_summary,
        delivery=delivery,
        yearly=_yearly(names, everything, seed),
        runs=_runs(names, everything, seed, source),
        fit=_fit(everything[0][0].fit),
        dashboard=dashboard_frame(names, everything),
        naive=naive_frame(names, everything),
        theory=theory_frame(names[1:], everything, strategies),
        events=events_frame(names, everything, seed),
        analysis=analysis_frame(names, everything),
        warnings=(
            *_offer_warnings(names, everything),
            *theory_warnings(names[1:], strategies),
            *shortfall_sentences(shortfalls(strands, dict(zip(names[1:], strategies, strict=True)))),
        ),
        digest=digest.hexdigest(),
    )


def with_twin(strategies: Sequence[Strategy]) -> tuple[Strategy, tuple[Strategy, ...]]:
    """(twin, strategies): a strategy compared with itself, the sanity check, is its own twin: every difference is 0."""
    if len(strategies) > 1 and all(s == strategies[0] for s in strategies):
        return strategies[0], tuple(strategies[1:])
    return TWIN, tuple(strategies)


def _unique(ids: list[str]) -> list[str]:
    """Names for the tables: a strategy given twice gets ``#2`` so that it can be told from itself."""
    return [i if ids[:n].count(i) == 0 else f"{i}#{ids[:n].count(i) + 1}" for n, i in enumerate(ids)]


def _stack(everything: list[list[Run]], at: int) -> tuple[Reals, Reals]:
    """(values, counts) of strategy ``at``: replications x years x populations x groups x indicators."""
    return np.stack([runs[at].values for runs in everything]), np.stack([runs[at].counts for runs in everything])


def _results(names: list[str], everything: list[list[Run]]) -> pd.DataFrame:
    twin, twin_n = _stack(everything, 0)
    good = np.array([INDICATORS[i].direction for i in INDICATOR_IDS])
    families = np.array([INDICATORS[i].family for i in INDICATOR_IDS])
    frames = []
    for at, name in enumerate(names[1:], start=1):
        value, n = _stack(everything, at)
        difference = value - twin
        smallest = np.minimum(n, twin_n).min(axis=0)
        asked = smallest.max(axis=0) > 0
        years, pops, groups, indicators = np.nonzero(np.broadcast_to(asked[None], smallest.shape))
        cell = (slice(None), years, pops, groups, indicators)
        d = difference[cell]
        hidden = smallest[cell[1:]] < SMALLEST_CELL
        d = np.where(hidden[None, :], 0.0, d)
        low, high = middle_90(d)
        blank = np.where(hidden, np.nan, 1.0)
        frames.append(
            pd.DataFrame(
                {
                    "strategy": name,
                    "indicator": np.array(INDICATOR_IDS)[indicators],
                    "family": families[indicators],
                    "group": np.array(GROUP_IDS)[groups],
                    "population": np.array(POPULATIONS)[pops],
                    "year": years + 1,
                    "value": np.where(hidden[None, :], 0.0, value[cell]).mean(axis=0) * blank,
                    "twin": np.where(hidden[None, :], 0.0, twin[cell]).mean(axis=0) * blank,
                    "difference": d.mean(axis=0) * blank,
                    "low": low * blank,
                    "high": high * blank,
                    "chance_better": (d * good[indicators] > 0).mean(axis=0) * blank,
                    "suppressed": hidden,
                }
            )
        )
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=_RESULT_COLUMNS)


_RESULT_COLUMNS = [
    "strategy", "indicator", "family", "group", "population", "year", "value", "twin", "difference", "low", "high",
    "chance_better", "suppressed",
]  # fmt: skip


def _costs(names: list[str], everything: list[list[Run]]) -> pd.DataFrame:
    """Pounds by payer and year: each payer bears the share of the bill that it has of the year's money."""
    rows = []
    for at, name in enumerate(names[1:], start=1):
        today = everything[0][at].n_today
        posts = np.mean([runs[at].delivered[:, V.posts_filled, today:].sum(axis=1) for runs in everything], axis=0)
        shares = [payer_shares(runs[at]) for runs in everything]
        gross = np.array([spent_by_year(runs[at]) for runs in everything])
        for payer in sorted(shares[0]):
            share = np.array([replication[payer] for replication in shares])
            gbp, staff = (gross * share).mean(axis=0), posts * share.mean(axis=0)
            rows += [(name, payer, y + 1, gbp[y], staff[y]) for y in range(len(gbp))]
    return pd.DataFrame(rows, columns=["strategy", "payer", "year", "gbp", "posts"])


_BOOKS = {
    "eligible": V.eligible, "offered": V.offered, "started": V.started, "completed": V.completed, "dropped": V.dropped,
    "waiting": V.waiting, "taking_part": V.taking_part, "exposed": V.exposed, "gbp": V.spent,
    "posts_wanted": V.posts_wanted, "posts": V.posts_filled, "delivered_share": V.quality,
}  # fmt: skip


def _delivery(names: list[str], everything: list[list[Run]]) -> pd.DataFrame:
    frames = []
    for at, name in enumerate(names):
        mean = np.mean([runs[at].delivered for runs in everything], axis=0)
        offers = everything[0][at].offers
        years, _, n = mean.shape
        year, offer = np.indices((years, n)).reshape(2, -1)
        frame = pd.DataFrame({"strategy": name, "strand": np.array(offers, dtype=object)[offer], "year": year + 1})
        for column, index in _BOOKS.items():
            frame[column] = mean[:, index, :].ravel()
        frame["paid_for"], frame["short_of"] = _paid_for(everything, at)
        frame["today"] = offer < everything[0][at].n_today
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _paid_for(everything: list[list[Run]], at: int) -> tuple[Reals, list[str]]:
    """Share of the plan that money and posts reached, by year and offer, and which of the two fell short more often.

    Mean over the year's terms (1 for a term without a shortfall) and replications; 1 and "" where nothing fell short.
    """
    years, _, n = everything[0][at].delivered.shape
    shares, cases = np.ones((len(everything), years, n)), {"money": np.zeros((years, n)), "posts": np.zeros((years, n))}
    for r, runs in enumerate(everything):
        offers = np.array(runs[at].offers)
        for year, strand, share, of in runs[at].shortfalls:
            columns = offers == strand
            shares[r, year, columns] -= (1.0 - max(share, 0.0)) / len(ENROLMENT_MONTHS)
            cases[of][year, columns] += 1.0
    short_of = np.where(cases["money"] >= cases["posts"], "money", "posts").ravel()
    never = (cases["money"] + cases["posts"]).ravel() == 0.0
    return shares.mean(axis=0).ravel(), np.where(never, "", short_of).tolist()


def _category(codes: npt.NDArray[np.int64], names: Sequence[str]) -> pd.Categorical[str]:
    return pd.Categorical.from_codes(codes.astype(np.int32), categories=pd.Index(list(names)))


def _yearly(names: list[str], everything: list[list[Run]], seed: int) -> pd.DataFrame:
    frames = []
    for r, runs in enumerate(everything):
        for at, run in enumerate(runs):
            years, pops, groups, indicators = np.nonzero(run.counts > 0)
            n = run.counts[years, pops, groups, indicators]
            value = np.where(n < SMALLEST_CELL, np.nan, run.values[years, pops, groups, indicators])
            frames.append(
                pd.DataFrame(
                    {
                        "run": np.int32(r * len(runs) + at),
                        "strategy": _category(np.full(len(n), at), names),
                        "replication": np.int32(r),
                        "seed": np.int64(seed + r),
                        "population": _category(pops, POPULATIONS),
                        "group": _category(groups, GROUP_IDS),
                        "indicator": _category(indicators, INDICATOR_IDS),
                        "year": (years + 1).astype(np.int16),
                        "value": value,
                        "n": np.where(n < SMALLEST_CELL, np.nan, n),
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


def _runs(names: list[str], everything: list[list[Run]], seed: int, source: Posterior | None) -> pd.DataFrame:
    rows = [
        {
            "run": r * len(runs) + at, "strategy": names[at], "replication": r, "seed": seed + r,
            "draw": -1 if source is None else source.number(seed + r), **run.flows,
            "gbp_total": float(spent_by_year(run).sum()), "wall_s": run.wall_s,
        }
        for r, runs in enumerate(everything)
        for at, run in enumerate(runs)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _fit(margins: tuple[Margin, ...]) -> pd.DataFrame:
    rows = [(m.margin, m.asked, m.synthetic, m.kind) for m in margins]
    return pd.DataFrame(rows, columns=["margin", "asked", "synthetic", "kind"])


def _offer_warnings(names: list[str], everything: list[list[Run]]) -> list[str]:
    """What the compiled offers of each strategy report of themselves."""
    return [f"{name}: {text}" for at, name in enumerate(names) if at > 0 for text in everything[0][at].warnings]
