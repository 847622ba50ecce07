"""What a strategy costs, who pays, and what its benefits are worth where a unit value is published.

Everything is a difference from the twin, so that what would have happened anyway is in neither costs nor benefits.
Pounds are in the strategy's prices, discounted to its first school year by the Green Book. Optimism bias stands in
columns and rows of its own and never enters the central figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.experiments.ensemble import GROUP_IDS, OVERHEADS, Run, n_years
from sim.offers import price_factor
from sim.outcomes import INDICATOR_IDS, INDICATORS, POPULATIONS, SMALLEST_CELL
from sim.outcomes.intervals import middle_90
from sim.parameters import CostParameters, Register
from sim.schema import V
from sim.science import costs as science
from sim.spec import Strategy

Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
#: Year of a row that holds the whole run.
WHOLE_RUN = 0
#: Whose money is the public purse; charities, housing associations and families are society besides.
PUBLIC = ("council", "government", "nhs", "police", "schools")
PERSPECTIVES = ("public", "society")
#: How the totals are read: optimism bias, the ends of the unit values, and nothing of later life each stand alone.
READINGS = ("central", "optimism_bias", "values_low", "values_high", "within_run")
#: Counted benefits whose cost apiece is told; needs no unit value.
COUNTED = (
    "gld", "phonics", "ks2_expected", "english_maths_4", "neet", "persistent_absence", "sdq_high", "distress_high",
)  # fmt: skip

VALUE_COLUMNS = (
    "strategy", "item", "kind", "payer_or_gainer", "year", "units", "gbp", "gbp_low", "gbp_high", "discounted",
    "discounted_low", "discounted_high", "optimism_adjusted", "suppressed",
)  # fmt: skip
SUMMARY_COLUMNS = ("strategy", "measure", "item", "reading", "value", "low", "high")


@dataclass(frozen=True)
class Stream:
    """Pounds of one item to one payer or gainer: replications x years, in the strategy's prices.

    ``units``: people or person-years behind a benefit, NaN for a cost. ``correction``: factor of optimism bias.
    ``low``, ``high``: ends of the unit value as a share of the value used. ``within_run``: 0 for later life, else 1.
    ``hidden``: years under the small-number rule, in which nothing is valued.
    """

    item: str
    kind: str
    who: str
    units: Reals
    gbp: Reals
    correction: float
    low: float
    high: float
    within_run: float
    hidden: Flags


def value_frames(
    names: Sequence[str], everything: Sequence[Sequence[Run]], strategies: Sequence[Strategy], register: Register,
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """(value, value_summary) of ``strategies``, the first of which is the twin; runs as ``compare`` has them.

    value: ``VALUE_COLUMNS``, a row for each item, payer or gainer and year, and year 0 for the whole run.
    value_summary: ``SUMMARY_COLUMNS``, totals by perspective and reading, units gained and the cost of one.
    """
    p = register.parameters.costs
    rows: list[tuple[object, ...]] = []
    totals: list[tuple[object, ...]] = []
    for at, (name, strategy) in enumerate(zip(names[1:], strategies[1:], strict=True), start=1):
        runs = [replication[at] for replication in everything]
        twins = [replication[0] for replication in everything]
        costs = cost_streams(runs, twins, p)
        benefits = benefit_streams(runs, twins, strategy.price_year, register)
        factors = discount_factors(n_years(everything[0]), p)
        for stream in (*costs, *benefits):
            rows += [(name, *row) for row in _stream_rows(stream, factors)]
        totals += [(name, *row) for row in _total_rows(costs, benefits, factors)]
        totals += [(name, *row) for row in _effect_rows(runs, twins, costs, factors)]
    value = pd.DataFrame(rows, columns=list(VALUE_COLUMNS)).astype({"year": int, "suppressed": bool})
    return value, pd.DataFrame(totals, columns=list(SUMMARY_COLUMNS))


def discount_factors(years: int, p: CostParameters) -> Reals:
    """Worth in the first school year of a pound of each school year."""
    return np.array([science.discount_factor(float(year), p) for year in range(years)])


def payer_shares(run: Run) -> dict[str, Reals]:
    """Share of each year's money that each payer gave, and so of the bill that it bears: payer -> years."""
    total = run.money.sum(axis=1)
    shares = np.divide(run.money, total[:, None], out=np.zeros_like(run.money), where=total[:, None] > 0)
    return dict(zip(run.payers, shares.T, strict=True))


def _borne(runs: Sequence[Run], item: str, payer: str) -> Reals:
    """Pounds of an item that a payer bore: replications x years."""
    nothing = np.zeros(n_years(runs))
    return np.array([spending(run).get(item, nothing) * payer_shares(run).get(payer, nothing) for run in runs])


def spending(run: Run) -> dict[str, Reals]:
    """Pounds by item of cost: years."""
    return {"strands": run.delivered[:, V.spent, :].sum(axis=1), **dict(zip(OVERHEADS, run.overheads.T, strict=True))}


def net_present_value(runs: Sequence[Run], twins: Sequence[Run], price_year: int, register: Register) -> Reals:
    """Valued benefits less costs against the twin for society, present value over the run, by replication: GBP."""
    factors = discount_factors(n_years(runs), register.parameters.costs)
    benefits = benefit_streams(runs, twins, price_year, register)
    spent = _total(cost_streams(runs, twins, register.parameters.costs), "society", "central", factors)
    gained = _total(benefits, "society", "central", factors)
    return np.broadcast_to(gained - spent, (len(runs),)).astype(np.float64)


# --- streams -------------------------------------------------------------------------------------------------


def cost_streams(runs: Sequence[Run], twins: Sequence[Run], p: CostParameters) -> list[Stream]:
    """Spending by item and payer beyond the twin's, which itself spends nothing unless a strategy is its own twin."""
    streams = []
    for item in sorted({item for run in (*runs, *twins) for item in spending(run)}):
        for payer in sorted({*runs[0].payers, *twins[0].payers}):
            gbp = _borne(runs, item, payer) - _borne(twins, item, payer)
            uplift = science.cost_uplift(float(gbp.mean()), p)
            nothing = np.zeros(gbp.shape[1], dtype=bool)
            streams.append(Stream(item, "cost", payer, np.full_like(gbp, np.nan), gbp, uplift, 1.0, 1.0, 1.0, nothing))
    return streams


def benefit_streams(runs: Sequence[Run], twins: Sequence[Run], price_year: int, register: Register) -> list[Stream]:
    """Units gained times unit value, by entry of ``values.toml`` and who gains."""
    streams = []
    for entry in register.unit_values:
        units, hidden = gained_units(runs, twins, entry.indicator, entry.population)
        correction = science.benefit_correction(float(units.sum(axis=1).mean()), register.parameters.costs)
        factor = price_factor(register.prices, entry.price_year, price_year)
        low, high = (end / entry.value for end in entry.range)
        within = 0.0 if entry.counts == "lifetime" else 1.0
        streams += [
            Stream(entry.id, "benefit", who, units, units * pounds * factor, correction, low, high, within, hidden)
            for who, pounds in entry.gains
        ]
    return streams


def gained_units(runs: Sequence[Run], twins: Sequence[Run], indicator: str, population: str) -> tuple[Reals, Flags]:
    """People (times the indicator's unit) better off than in the twin: replications x years, and hidden years.

    Difference from the twin in the good direction times the twin's number of people. A year in which a replication
    rests on fewer than ten people is hidden and counts nothing.
    """
    cell = (slice(None), POPULATIONS.index(population), GROUP_IDS.index("all"), INDICATOR_IDS.index(indicator))
    value, n = np.stack([run.values[cell] for run in runs]), np.stack([run.counts[cell] for run in runs])
    before, n_before = np.stack([run.values[cell] for run in twins]), np.stack([run.counts[cell] for run in twins])
    hidden: Flags = np.minimum(n, n_before).min(axis=0) < SMALLEST_CELL
    units = (value - before) * INDICATORS[indicator].direction * n_before
    return np.where(hidden[None, :], 0.0, units), hidden


# --- rows ----------------------------------------------------------------------------------------------------


def _spread(values: Reals) -> tuple[float, float, float]:
    """Mean, 5th and 95th percentile over replications."""
    low, high = middle_90(values)
    return float(values.mean()), float(low), float(high)


def _stream_rows(stream: Stream, factors: Reals) -> Iterable[tuple[object, ...]]:
    """One row for the whole run, then one a year."""
    discounted = stream.gbp * factors
    columns = [(WHOLE_RUN, slice(None), bool(stream.hidden.all()))]
    columns += [(y + 1, slice(y, y + 1), bool(stream.hidden[y])) for y in range(len(factors))]
    for year, part, hidden in columns:
        units, gbp = stream.units[:, part].sum(axis=1), stream.gbp[:, part].sum(axis=1)
        now = discounted[:, part].sum(axis=1)
        numbers = [float(units.mean()), *_spread(gbp), *_spread(now), float(now.mean()) * stream.correction]
        if hidden:
            numbers = [float("nan")] * len(numbers)
        yield (stream.item, stream.kind, stream.who, year, *numbers, hidden)


def _total(streams: Iterable[Stream], perspective: str, reading: str, factors: Reals) -> Reals:
    """Present value of streams over the run, by replication."""
    total = np.zeros(1)
    for stream in streams:
        if perspective == "society" or stream.who in PUBLIC:
            by_reading = {
                "central": 1.0, "optimism_bias": stream.correction, "values_low": stream.low,
                "values_high": stream.high, "within_run": stream.within_run,
            }  # fmt: skip
            total = total + (stream.gbp * factors).sum(axis=1) * by_reading[reading]
    return total


def _total_rows(costs: Sequence[Stream], benefits: Sequence[Stream], factors: Reals) -> Iterable[tuple[object, ...]]:
    """Costs, benefits, what is left and the ratio: by perspective and reading."""
    for perspective in PERSPECTIVES:
        for reading in READINGS:
            spent = _total(costs, perspective, reading, factors)
            gained = _total(benefits, perspective, reading, factors)
            for measure, values in (("costs", spent), ("benefits", gained), ("net", gained - spent)):
                yield (measure, perspective, reading, *_spread(values))
            ratio = science.benefit_cost_ratio(float(gained.mean()), float(spent.mean()))
            apart = [
                science.benefit_cost_ratio(float(g), float(s))
                for g, s in zip(*np.broadcast_arrays(gained, spent), strict=True)
            ]
            low, high = middle_90(apart)
            yield ("ratio", perspective, reading, ratio, float(low), float(high))


def _effect_rows(
    runs: Sequence[Run], twins: Sequence[Run], costs: Sequence[Stream], factors: Reals
) -> Iterable[tuple[object, ...]]:
    """Units gained of each counted benefit, and the present cost of one where there is a clear gain.

    The whole cost is set against each benefit alone: these costs are not shares of the bill and do not add up.
    """
    spent = float(_total(costs, "society", "central", factors).mean())
    nothing = float("nan")
    for indicator in COUNTED:
        units, hidden = gained_units(runs, twins, indicator, "residents")
        mean, low, high = (nothing,) * 3 if hidden.all() else _spread(units.sum(axis=1))
        yield ("extra", indicator, "central", mean, low, high)
        clear = low > 0.0
        apiece = (spent / mean, spent / high, spent / low) if clear else (nothing,) * 3
        yield ("cost_per_extra", indicator, "central", *apiece)
