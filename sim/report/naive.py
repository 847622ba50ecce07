"""How naive comparisons from the partners' screen mislead, in words and as rows of a small table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.outcomes import INDICATORS
from sim.outputs.records import ComparisonRecord
from sim.report.tables import names
from sim.report.words import FEW_PAIRS, measure, short_name

if TYPE_CHECKING:
    from pandas import DataFrame

_WHY = (
    "Partners see official figures of their schools about a year late, answers of those families who fill in a survey, "
    "and services' records as far as they can be joined. Nobody sees the twin.",
    "So two comparisons lie close at hand and mislead. The figure now less the first one counts as the strategy's work "
    "what would have changed anyway, and luck. Users less others counts as its work how those who take part differ "
    "from the start: the better-off and better-organised come first, or, where places go by need, those who are worse "
    "off.",
)


@dataclass(frozen=True)
class MisledRow:
    """One outcome of one strategy: what users look different by, what it gave them, what is there anyway."""

    label: str
    naive: str
    truth: str
    anyway: str


def how_it_misleads(comparison: ComparisonRecord) -> list[str]:
    """Two standing paragraphs, and one on how often the comparisons of this run mislead in its last year."""
    counted = []
    for comparison_id, words in (("before_after", "before and after"), ("users_nonusers", "users with others")):
        shown = _shown(comparison, comparison_id)
        if len(shown):
            counted.append(f"comparing {words} {_how_often(float(shown['misleading'].mean()), comparison)}")
    if not counted:
        return [*_WHY, "In this run neither can be made: too few people stand behind the figures."]
    return [
        *_WHY,
        f"In this run, in year {comparison.years}, {' and '.join(counted)} (mean over the outcomes on the screen) gave "
        "the wrong sign or more than twice the truth.",
    ]


def misled_rows(comparison: ComparisonRecord) -> list[MisledRow]:
    """Users less others in the last year, a row for each strategy and outcome that can be shown."""
    labels, rows = names(comparison), []
    for record in _shown(comparison, "users_nonusers").to_dict("records"):
        indicator = INDICATORS[str(record["indicator"])]
        numbers = (measure(indicator).difference(float(record[key])) for key in ("naive", "truth", "anyway"))
        rows.append(MisledRow(f"{labels[str(record['strategy'])]}: {short_name(indicator, 'all')}", *numbers))
    return rows


def _shown(comparison: ComparisonRecord, comparison_id: str) -> DataFrame:
    frame = comparison.naive
    last = (frame["year"] == comparison.years) & (frame["comparison"] == comparison_id)
    return frame[last & ~frame["suppressed"].astype(bool)]


def _how_often(share: float, comparison: ComparisonRecord) -> str:
    if comparison.replications < FEW_PAIRS:
        return f"in about {round(share * 10)} of 10 cases"
    return f"in {round(share * 100)} of 100 cases"
