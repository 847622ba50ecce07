"""What would change the choice, read from the paired runs at hand: who leads where, and how surely."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.outcomes import FAMILIES, HEADLINES, Indicator
from sim.outputs.records import ComparisonRecord
from sim.report.tables import OutcomeRow, names, outcome_rows
from sim.report.words import chance, in_plain_words, is_clear, measure

#: Money spent is no family of outcomes: less of it is no gain by itself.
SPENT = "gbp_total"


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
    """Every two options in every family, the one that gains more on average first; the best two come first."""
    rows = {row.family: row for row in outcome_rows(comparison)}
    labels = names(comparison)
    frame = comparison.pairs
    frame = frame[frame["family"].isin(list(HEADLINES)) & frame["against"].isin(list(labels)) & ~frame["suppressed"]]
    found = [_lead(record, rows[record["family"]], comparison.replications) for record in frame.to_dict("records")]
    families = list(HEADLINES)

    def rank(lead: Lead) -> tuple[int, float, float]:
        good, cells = lead.indicator.direction, rows[lead.family].cells
        gains = [-good * cells[s].difference if s in cells else 0.0 for s in (lead.best, lead.next)]
        return families.index(lead.family), gains[0], gains[1]

    return sorted(found, key=rank)


def _lead(record: Mapping[Any, Any], row: OutcomeRow, pairs: int) -> Lead:
    """A row of the table of pairs, turned so that the better option comes first."""
    difference, low, high, ahead = (float(record[key]) for key in ("difference", "low", "high", "chance"))
    best, following = str(record["strategy"]), str(record["against"])
    if difference * row.indicator.direction < 0:
        difference, low, high, ahead = -difference, -high, -low, 1.0 - ahead
        best, following = following, best
    return Lead(row.family, row.indicator, row.group, best, following, difference, low, high, ahead, pairs)


def regrets(comparison: ComparisonRecord) -> dict[tuple[str, str], float]:
    """(family or ``pounds``, option) -> what is lost on average by choosing it instead of the best of each pair.

    The option of doing nothing is on offer too. In the unit of the family's headline; pounds: valued benefits less
    costs. Nothing for what is not shown.
    """
    frame = comparison.pairs[comparison.pairs["indicator"] != SPENT]
    found: dict[tuple[str, str], float] = {}
    for record in frame.to_dict("records"):
        for option, column in ((record["strategy"], "regret"), (record["against"], "regret_against")):
            if math.isfinite(record[column]):
                found[record["family"], option] = float(record[column])
    return found


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
