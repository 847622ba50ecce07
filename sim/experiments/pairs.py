"""Every strategy against every other on the same luck: who comes out ahead, by how much, and what it costs to be wrong.

Replication r of every strategy lives in the same synthetic neighbourhood on the same luck, with the same draw of the
evidence and of the parameters: differences are taken pair by pair (common random numbers). Two intervals are told:

- ``low`` to ``high``: where the difference of *one* place on one draw of what is not known is expected to lie in 90 of
  100 cases (``sim.outcomes.intervals``). More replications make it steadier, not narrower.
- ``mean_low`` to ``mean_high``: 90% confidence interval of the *mean* difference (Student's t over replications).
  It shrinks with the root of the number of replications.

How much pairing narrows them is read off the same runs: the replications of one strategy are set against *other*
replications of the other one (every shift of one list against the other is a derangement: nobody meets its own luck),
and the same interval is worked out as if the runs had been independent.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit

from sim.experiments.ensemble import GROUP_IDS, Run, n_years, spent_by_year
from sim.experiments.value import WHOLE_RUN, net_present_value
from sim.offers import price_factor
from sim.outcomes import HEADLINES, INDICATOR_IDS, INDICATORS, POPULATIONS, SMALLEST_CELL
from sim.outcomes.intervals import HIGH, middle_90
from sim.parameters import Register
from sim.spec import Strategy

Reals = npt.NDArray[np.float64]

#: Family of the outcomes in pounds: what is spent over the run, and valued benefits less costs (present value).
POUNDS = "pounds"
SPENT, NET = "gbp_total", "net_gbp"
#: Shifts of one list of replications against the other, at most.
MOST_SHIFTS = 200

KEYS = ("strategy", "against", "family", "indicator", "group", "year")


@dataclass(frozen=True)
class Pair:
    """One strategy less another on one outcome, over replications; in the outcome's unit.

    ``chance``: share of pairs in which the first is better; ties count half. ``unpaired_low``, ``unpaired_high``: the
    range had the runs been independent; ``narrowing``: its width by that of the paired range. ``narrowing_mean``: the
    same for the interval of the mean; its square is how many times more replications independent runs would need.
    Not a number: the last four from fewer than two replications, the factors where nothing differs.
    """

    difference: float
    low: float
    high: float
    mean_low: float
    mean_high: float
    chance: float
    unpaired_low: float
    unpaired_high: float
    narrowing: float
    narrowing_mean: float


#: What is told of independent runs.
APART = ("unpaired_low", "unpaired_high", "narrowing", "narrowing_mean")
NOTHING = Pair(*[math.nan] * len(fields(Pair)))
PAIR_COLUMNS = (*KEYS, *(field.name for field in fields(Pair)), "regret", "regret_against", "suppressed")


@dataclass(frozen=True)
class Outcome:
    """An outcome of every strategy: strategies x replications (the twin first), NaN under the small-number rule.

    ``a_difference``: each value is one from the twin already, so that runs cannot be set apart from their luck.
    """

    family: str
    indicator: str
    group: str
    year: int
    direction: int
    values: Reals
    a_difference: bool = False


def pair(mine: Reals, other: Reals, direction: int = 1) -> Pair:
    """``mine`` less ``other``, replication by replication. ``direction``: +1 if more is better, -1 if less is."""
    d = mine - other
    if not np.isfinite(d).all():
        return NOTHING
    low, high = (float(end) for end in middle_90(d))
    good = d * direction
    chance = float(((good > 0) + 0.5 * (good == 0)).mean())
    n, mean = len(d), float(d.mean())
    if n < 2:
        return replace(NOTHING, difference=mean, low=low, high=high, chance=chance)
    half = float(stdtrit(n - 1, HIGH / 100.0)) * float(d.std(ddof=1)) / math.sqrt(n)
    apart_low, apart_high = unpaired_range(mine, other)
    apart_sd = math.sqrt(float(mine.var(ddof=1)) + float(other.var(ddof=1)))
    return Pair(
        mean, low, high, mean - half, mean + half, chance, apart_low, apart_high,
        _ratio(apart_high - apart_low, high - low), _ratio(apart_sd, float(d.std(ddof=1))),
    )  # fmt: skip


def unpaired_range(mine: Reals, other: Reals) -> tuple[float, float]:
    """The range of the difference had the runs been independent: mean of its ends over shifts of ``other``."""
    n = len(mine)
    shifts = np.unique(np.linspace(1, n - 1, min(n - 1, MOST_SHIFTS)).round().astype(np.int64))
    apart = np.array([mine - np.roll(other, shift) for shift in shifts])
    low, high = middle_90(apart, axis=1)
    return float(low.mean()), float(high.mean())


def expected_regrets(values: Reals, direction: int = 1) -> Reals:
    """How much better the best option is than each, mean over replications. ``values``: options x replications."""
    good = values * direction
    return (good.max(axis=0) - good).mean(axis=1)


def pairs_frame(
    names: Sequence[str], everything: Sequence[Sequence[Run]], strategies: Sequence[Strategy], register: Register
) -> pd.DataFrame:
    """Every strategy against the twin and those asked after it, for every headline and pounds: ``PAIR_COLUMNS``.

    Headlines are those of residents in the last year. ``strategies``: the twin first, as ``names`` and the runs of
    each replication. ``regret`` is that of choosing the strategy where everything compared, the twin too, is on offer.
    """
    rows: list[tuple[object, ...]] = []
    found = [*headlines(everything), *_pounds(everything, strategies, register)]
    for i in range(1, len(names)):
        for j in (0, *range(i + 1, len(names))):
            for o in found:
                told = pair(o.values[i], o.values[j], o.direction)
                if o.a_difference:
                    told = replace(told, **dict.fromkeys(APART, math.nan))
                regrets = expected_regrets(o.values, o.direction)
                keys = (names[i], names[j], o.family, o.indicator, o.group, o.year)
                rows.append((*keys, *astuple(told), regrets[i], regrets[j], not math.isfinite(told.difference)))
    return pd.DataFrame(rows, columns=list(PAIR_COLUMNS)).astype({"year": int, "suppressed": bool})


def regret_frame(pairs: pd.DataFrame) -> pd.DataFrame:
    """Expected regret of each option, the twin too, by outcome: strategy, family, indicator, group, year, regret."""
    keys = ["strategy", "family", "indicator", "group", "year", "regret"]
    others = pairs.drop(columns=["strategy", "regret"]).rename(
        columns={"against": "strategy", "regret_against": "regret"}
    )
    return pd.concat([pairs[keys], others[keys]]).drop_duplicates(keys[:-1]).reset_index(drop=True)


def _ratio(unpaired: float, paired: float) -> float:
    return unpaired / paired if paired > 0.0 else math.nan


def headlines(everything: Sequence[Sequence[Run]]) -> Iterable[Outcome]:
    """The headline of each family for residents in the last year, from the runs of each replication, the twin first."""
    last = n_years(everything[0]) - 1
    for family, (indicator, group) in HEADLINES.items():
        cell = (last, POPULATIONS.index("residents"), GROUP_IDS.index(group), INDICATOR_IDS.index(indicator))
        values = np.array([[run.values[cell] for run in runs] for runs in everything]).T
        counts = np.array([[run.counts[cell] for run in runs] for runs in everything]).T
        shown = np.where(counts.min(axis=1, keepdims=True) < SMALLEST_CELL, np.nan, values)
        yield Outcome(family, indicator, group, last + 1, INDICATORS[indicator].direction, shown)


def _pounds(
    everything: Sequence[Sequence[Run]], strategies: Sequence[Strategy], register: Register
) -> Iterable[Outcome]:
    """Pounds spent, and valued benefits less costs; all in the prices of the first strategy that was asked for."""
    twins = [runs[0] for runs in everything]
    spent, net = np.zeros((len(strategies), len(everything))), np.zeros((len(strategies), len(everything)))
    for at, strategy in enumerate(strategies):
        runs = [replication[at] for replication in everything]
        factor = price_factor(register.prices, strategy.price_year, strategies[:2][-1].price_year)
        spent[at] = factor * np.array([spent_by_year(run).sum() for run in runs])
        net[at] = factor * net_present_value(runs, twins, strategy.price_year, register)
    yield Outcome(POUNDS, SPENT, "all", WHOLE_RUN, -1, spent)
    yield Outcome(POUNDS, NET, "all", WHOLE_RUN, 1, net, a_difference=True)
