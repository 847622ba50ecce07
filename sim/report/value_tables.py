"""Costs and value as people read them: who pays, what can be valued and what cannot, and what that comes to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.inputs.register import load_register, not_valued
from sim.outcomes import INDICATORS
from sim.outputs.records import ComparisonRecord
from sim.parameters import UnitValue
from sim.report.style import PAYER_NAMES
from sim.report.tables import names
from sim.report.words import NO_CLEAR_DIFFERENCE, is_clear, pounds, upper_first

if TYPE_CHECKING:
    from pandas import DataFrame

#: Purses by whose eyes a total is seen.
PERSPECTIVE_NAMES = {"public": "Public purse", "society": "Society"}


@dataclass(frozen=True)
class PayerRow:
    """What one payer spends on one strategy beyond the twin, in pounds."""

    strategy: str
    payer: str
    gbp: float
    present: float
    after_optimism_bias: float


@dataclass(frozen=True)
class BenefitRow:
    """What one valued benefit brings, present value in pounds; NaN where it is not shown."""

    strategy: str
    name: str
    unit: str
    units: float
    gainers: str
    present: float
    low: float
    high: float
    after_optimism_bias: float


@dataclass(frozen=True)
class TotalRow:
    """Present value of costs and benefits by perspective and reading; ``ratio`` NaN where nothing is spent."""

    strategy: str
    perspective: str
    reading: str
    costs: float
    benefits: float
    net: float
    net_low: float
    net_high: float
    ratio: float


@dataclass(frozen=True)
class EffectRow:
    """Units gained of one counted benefit, and the whole present cost for each where the gain is clear."""

    strategy: str
    name: str
    extra: float
    low: float
    high: float
    cost: float


def payer_rows(comparison: ComparisonRecord) -> list[PayerRow]:
    """Who pays over the run, the one who pays most first; payers of nothing are left out."""
    frame = comparison.value.query("kind == 'cost' and year == 0")
    rows = []
    for strategy in names(comparison):
        part = frame[frame["strategy"] == strategy]
        found = []
        for payer in sorted(set(part["payer_or_gainer"])):
            sums = part[part["payer_or_gainer"] == payer]
            numbers = [float(sums[column].sum()) for column in ("gbp", "discounted", "optimism_adjusted")]
            if numbers[0] != 0.0:
                found.append(PayerRow(strategy, who(payer), *numbers))
        rows += sorted(found, key=lambda row: -row.gbp)
    return rows


def benefit_rows(comparison: ComparisonRecord) -> list[BenefitRow]:
    """Every benefit that has a unit value, gains, losses and nulls alike, in the order of the unit values."""
    frame = comparison.value.query("kind == 'benefit' and year == 0")
    rows = []
    for strategy in names(comparison):
        for entry in load_register().unit_values:
            part = frame[(frame["strategy"] == strategy) & (frame["item"] == entry.id)]
            if len(part):
                rows.append(_benefit_row(strategy, entry, part))
    return rows


def _benefit_row(strategy: str, entry: UnitValue, part: DataFrame) -> BenefitRow:
    """The sum over gainers; all of them move with the units, so the sum is a multiple of the largest gain."""
    money = {str(row["payer_or_gainer"]): row for row in part.to_dict("records")}
    gainers = "; ".join(f"{who(g)} {pounds(float(money[g]['discounted']))}" for g, _ in entry.gains)
    largest, gain = max(entry.gains, key=lambda pair: pair[1])
    scale = sum(pounds_each for _, pounds_each in entry.gains) / gain
    columns = ("discounted", "discounted_low", "discounted_high", "optimism_adjusted")
    present, low, high, after = (float(money[largest][column]) * scale for column in columns)
    unit, units = entry.unit.removeprefix("GBP per "), float(part["units"].iloc[0])
    return BenefitRow(strategy, entry.name, unit, units, gainers, present, low, high, after)


def total_rows(comparison: ComparisonRecord, reading: str) -> list[TotalRow]:
    """Totals of each strategy for the public purse and for society, under one reading."""
    frame = comparison.value_summary[comparison.value_summary["reading"] == reading]
    rows = []
    for strategy in names(comparison):
        for perspective in PERSPECTIVE_NAMES:
            part = frame[(frame["strategy"] == strategy) & (frame["item"] == perspective)]
            found = {str(row["measure"]): row for row in part.to_dict("records")}
            if found:
                costs, benefits, net, ratio = (float(found[m]["value"]) for m in ("costs", "benefits", "net", "ratio"))
                ends = float(found["net"]["low"]), float(found["net"]["high"])
                rows.append(TotalRow(strategy, perspective, reading, costs, benefits, net, *ends, ratio))
    return rows


def effect_rows(comparison: ComparisonRecord) -> list[EffectRow]:
    """What each counted benefit costs apiece."""
    frame = comparison.value_summary
    rows = []
    for strategy in names(comparison):
        part = frame[frame["strategy"] == strategy]
        cost = {str(r["item"]): float(r["value"]) for r in part.to_dict("records") if r["measure"] == "cost_per_extra"}
        for record in part[part["measure"] == "extra"].to_dict("records"):
            item = str(record["item"])
            extra, low, high = (float(record[key]) for key in ("value", "low", "high"))
            rows.append(EffectRow(strategy, _counted_name(item), extra, low, high, cost[item]))
    return rows


def _counted_name(indicator: str) -> str:
    spec = INDICATORS[indicator]
    return f"{upper_first(spec.plain_name)}: {'more' if spec.direction > 0 else 'fewer'}"


def break_even(comparison: ComparisonRecord, strategy: str) -> str:
    """One sentence: how far the valued benefits carry the cost, and what the rest would have to be worth."""
    label = names(comparison)[strategy]
    total = next(
        (r for r in total_rows(comparison, "central") if r.strategy == strategy and r.perspective == "society"), None
    )
    if total is None or total.costs <= 0.0:
        return f"{label} costs nothing beyond the twin, so there is nothing to break even on."
    runs = comparison.runs
    children = float(runs.loc[runs["strategy"] == strategy, "children_start"].mean())
    if total.net >= 0.0:
        return (
            f"{label} breaks even on valued benefits alone: they come to {pounds(total.benefits)} against a cost of "
            f"{pounds(total.costs)}, before optimism bias."
        )
    gap = f"{pounds(-total.net)} ({pounds(-total.net / children)} for each child at the start)"
    opening = f"{label}: valued benefits pay back {total.ratio * 100:.0f} pence of each pound"
    if total.benefits <= 0.0:
        opening = f"{label}: the benefits that can be valued pay back nothing ({pounds(total.benefits)})"
    return f"{opening}. To break even, what is not valued here would have to be worth {gap}."


def net_words(row: TotalRow) -> str:
    """What is left after costs, with its range and, where it holds, that it may lie on either side of 0."""
    text = f"{pounds(row.net)} [{pounds(row.net_low)} to {pounds(row.net_high)}]"
    return text if is_clear(row.net_low, row.net_high) or row.net == 0.0 else f"{text}, {NO_CLEAR_DIFFERENCE}"


def ratio_words(row: TotalRow) -> str:
    """Benefit-cost ratio with two decimals."""
    return f"{row.ratio:.2f}" if math.isfinite(row.ratio) else "nothing is spent"


def sources() -> list[str]:
    """One line for each unit value: what, how much, and where it is published."""
    lines = []
    for entry in load_register().unit_values:
        low, high = entry.range
        lines.append(
            f"{entry.name}: {pounds(entry.value)} ({entry.unit}, prices of {entry.price_year}; {pounds(low)} to "
            f"{pounds(high)}; {entry.provenance}). {entry.source}. {upper_first(entry.note)}."
        )
    return lines


def without_a_value() -> list[str]:
    """One line for each thing that is not valued, and why."""
    return [f"{upper_first(what)}: {why}." for what, why in not_valued().values()]


def who(body: str) -> str:
    """A payer or gainer in words."""
    return {"families": "Families"}.get(body, PAYER_NAMES.get(body, upper_first(body)))
