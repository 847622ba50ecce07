"""What would change the choice, read from the paired runs at hand: who leads where, and how surely."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.outcomes import FAMILIES, HEADLINES, Indicator
from sim.outputs.records import ComparisonRecord
from sim.report.tables import names, outcome_rows
from sim.report.words import chance, in_plain_words, is_clear, measure

Reals = npt.NDArray[np.float64]
#: Ends of the interval of a difference, per cent.
_LOW, _HIGH = 5.0, 95.0


@dataclass(frozen=True)
class Lead:
    """The option that does best on one family, and the next one; ids, NaN where it is not shown.

    ``difference``, ``low``, ``high``: best less next, in the indicator's unit; ``chance``: that it is the better one.
    """

    family: str
    indicator: Indicator
    group: str
    best: str
    next: str
    difference: float
    low: float
    high: float
    chance: float
    pairs: int

    @property
    def clear(self) -> bool:
        """True if the interval lies on one side of 0 and the difference is not 0 as shown."""
        return is_clear(self.low, self.high) and not measure(self.indicator).rounds_to_zero(self.difference)


def leads(comparison: ComparisonRecord) -> list[Lead]:
    """For each family of outcomes the best option against the second best, pair by pair, in the last year.

    Empty with fewer than two options; families without two options that may be shown are left out.
    """
    found: dict[str, Lead] = {}
    for duel in duels(comparison):
        found.setdefault(duel.family, duel)
    return list(found.values())


def duels(comparison: ComparisonRecord) -> list[Lead]:
    """Every two options in every family, the one with the larger mean gain first; the best two come first."""
    found = []
    for row in outcome_rows(comparison):
        good = row.indicator.direction
        shown = [s for s in names(comparison) if s in row.cells and row.cells[s].shown]
        order = sorted(shown, key=lambda s: -good * row.cells[s].difference)
        values = {s: _paired(comparison, row.family, s) for s in order}
        for best, following in itertools.combinations(order, 2):
            apart = values[best] - values[following]
            apart = apart[np.isfinite(apart)]
            if len(apart):
                low, high = np.percentile(apart, [_LOW, _HIGH])
                numbers = (float(apart.mean()), float(low), float(high), float((apart * good > 0).mean()))
                found.append(Lead(row.family, row.indicator, row.group, best, following, *numbers, len(apart)))
    return found


def regrets(comparison: ComparisonRecord) -> dict[tuple[str, str], float]:
    """(family, option) -> mean over the pairs of what the best option of each pair gains more, in the unit; never < 0.

    Pairs in which an option is not shown are left out of its family.
    """
    found: dict[tuple[str, str], float] = {}
    for row in outcome_rows(comparison):
        shown = [s for s in names(comparison) if s in row.cells and row.cells[s].shown]
        gains = np.array([row.indicator.direction * _paired(comparison, row.family, s) for s in shown])
        if not len(shown):
            continue
        gains = gains[:, np.isfinite(gains).all(axis=0)]
        if gains.size:
            lost = (gains.max(axis=0) - gains).mean(axis=1)
            found |= {(row.family, s): float(x) for s, x in zip(shown, lost, strict=True)}
    return found


def _paired(comparison: ComparisonRecord, family: str, strategy: str) -> Reals:
    """Values of a family's headline by replication, residents, last year; NaN where not shown."""
    indicator, group = HEADLINES[family]
    frame = comparison.yearly
    part = frame[
        (frame["strategy"] == strategy)
        & (frame["indicator"] == indicator)
        & (frame["group"] == group)
        & (frame["population"] == "residents")
        & (frame["year"] == comparison.years)
    ]
    values = np.full(comparison.replications, math.nan)
    values[part["replication"].to_numpy(dtype=int)] = part["value"].to_numpy(dtype=float)
    return values


def lead_sentence(lead: Lead, labels: dict[str, str]) -> str:
    """Who leads in one family, by how much, and how surely."""
    shown, name, good = measure(lead.indicator), FAMILIES[lead.family], lead.indicator.direction
    best, following = labels[lead.best], labels[lead.next]
    if lead.difference == lead.low == lead.high == 0:
        return f"{name}: no difference between the best two, {best} and {following}."
    ahead = f"{shown.bare(good * lead.difference)} {shown.difference_unit}".rstrip()
    rest = (
        f"{following}: {ahead} on average, in 90 of 100 pairs {in_plain_words(lead.indicator, lead.low, lead.high)}; "
        f"chance of being the better one {chance(lead.chance, lead.pairs)}"
    )
    if lead.clear:
        return f"{name}: {best} leads, ahead of {rest}."
    return f"{name}: no clear lead. {best} is ahead of {rest}. Luck may turn the order."


def what_would_change_it(comparison: ComparisonRecord) -> list[str]:
    """Sentences on what the choice hangs on: who leads in each family and how surely; with one option, against none."""
    labels = names(comparison)
    if len(labels) == 1:
        return _against_twin(comparison)
    found = leads(comparison)
    said = [lead_sentence(lead, labels) for lead in found]
    winners = list(dict.fromkeys(lead.best for lead in found if lead.clear))
    if len(winners) > 1:
        clear = ", ".join(labels[winner] for winner in winners)
        said.append(f"So the choice depends on what counts most: each of these leads clearly somewhere: {clear}.")
    return said


def _against_twin(comparison: ComparisonRecord) -> list[str]:
    """For one option: where it is surely better than doing nothing new, and where that is left to luck."""
    (strategy, label), pairs = next(iter(names(comparison).items())), comparison.replications
    sure: list[str] = []
    unsure: list[str] = []
    for row in outcome_rows(comparison):
        cell = row.cells.get(strategy)
        if cell is None or not cell.shown:
            continue
        told = f"{FAMILIES[row.family]} ({chance(cell.chance_better, pairs)})"
        (sure if row.verdict(strategy) in ("better", "worse") else unsure).append(told)
    said = []
    if sure:
        said.append(f"The direction is clear; chance that {label} beats no zone: {'; '.join(sure)}.")
    if unsure:
        said.append(f"Luck and unknown effects decide, with the same chance: {'; '.join(unsure)}.")
    said.append("There is no other option in this comparison: a cheaper or better one cannot be ruled out.")
    return said
