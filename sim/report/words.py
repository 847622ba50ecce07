"""Numbers as words: units, rounding, chances and whole sentences in plain language.

An indicator's unit decides how it is shown: a share (0 to 1) or ``%`` as per cent, its differences
as percentage points; everything else in its own unit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sim.outcomes import GROUPS, Indicator

#: Shown in place of a number under the small-number rule.
NOT_SHOWN = "not shown (fewer than 10)"

#: Where the interval of a difference contains 0.
NO_CLEAR_DIFFERENCE = "no clear difference"

#: Where every pair gives the same to the last digit.
NO_DIFFERENCE = "no difference"

#: Under this number of replications intervals and chances are too rough to be read as shares of 100.
FEW_PAIRS = 20

#: What the ends of every interval mean, with the number of replications.
BAND = "Bands and brackets: 90 of 100 outcomes lie inside (5th to 95th percentile of {n} replications)."

_MONTHS = (
    "September", "October", "November", "December", "January", "February", "March", "April", "May", "June", "July",
    "August",
)  # fmt: skip

_MINUS = "\N{MINUS SIGN}"
_PER_CENT = ("%", "per cent")


@dataclass(frozen=True)
class Measure:
    """How an indicator is shown: numbers are multiplied by ``scale`` and rounded to ``decimals``."""

    scale: float
    decimals: int
    unit: str
    difference_unit: str

    def value(self, number: float) -> str:
        """A value with its unit, ``45.3 %``."""
        return f"{self.bare(number)} {self.unit}".rstrip().replace(" %", "%")

    def bare(self, number: float, signed: bool = False) -> str:
        """A number without its unit; a rounded zero carries no sign."""
        scaled = round(number * self.scale, self.decimals)
        text = f"{abs(scaled):,.{self.decimals}f}"
        if scaled == 0:
            return text
        return (_MINUS if scaled < 0 else "+" if signed else "") + text

    def difference(self, number: float) -> str:
        """A difference with sign and unit, ``+2.1 points``."""
        return f"{self.bare(number, signed=True)} {self.difference_unit}".rstrip()

    def rounds_to_zero(self, number: float) -> bool:
        """True if the number is shown as 0."""
        return round(number * self.scale, self.decimals) == 0

    def interval(self, low: float, high: float) -> str:
        """The ends of an interval, ``-0.4 to +3.2``."""
        return f"{self.bare(low, signed=True)} to {self.bare(high, signed=True)}"


def measure(indicator: Indicator) -> Measure:
    """How to show an indicator, from its unit."""
    unit = indicator.unit.strip()
    lowered = unit.lower()
    if lowered.startswith("share"):
        return Measure(100.0, max(0, indicator.decimals - 2), "%", "percentage points")
    if lowered.startswith(_PER_CENT):
        return Measure(1.0, indicator.decimals, "%", "percentage points")
    if lowered == "0..1":
        return Measure(1.0, indicator.decimals, "", "on a scale from 0 to 1")
    return Measure(1.0, indicator.decimals, unit, unit)


def short_name(indicator: Indicator, group: str) -> str:
    """The indicator's plain name with the group, where the group is not everybody."""
    name = upper_first(indicator.plain_name)
    return name if group == "all" else f"{name} ({GROUPS[group].lower()})"


def upper_first(text: str) -> str:
    """The text with a capital first letter, the rest unchanged."""
    return text[:1].upper() + text[1:]


#: Pairs of runs below which no difference is called clear, and the word for one that is.
FEWEST_FOR_CLEAR, CLEARLY = 10, "clearly"


def is_clear(low: float, high: float) -> bool:
    """True if the interval lies on one side of 0 (a difference of exactly 0 is not clear)."""
    return low > 0 or high < 0


def clearly(replications: int) -> str:
    """The word before better or worse where a range lies on one side of 0: few pairs of runs show less."""
    return CLEARLY if replications >= FEWEST_FOR_CLEAR else f"in all {replications} pairs of runs"


def pounds(gbp: float) -> str:
    """Pounds as people say them: ``£640``, ``£12,300``, ``£1.24 million``."""
    if not math.isfinite(gbp):
        return NOT_SHOWN
    sign, size = (_MINUS if gbp < 0 else ""), abs(gbp)
    if size >= 999_500:
        return f"{sign}£{size / 1e6:,.2f} million"
    if size >= 10_000:
        return f"{sign}£{round(size, -2):,.0f}"
    return f"{sign}£{size:,.0f}"


def count(number: float) -> str:
    """A number of children or families; under 10 it is not told apart from 0."""
    if not math.isfinite(number):
        return NOT_SHOWN
    return "fewer than 10" if 0 < number < 9.5 else f"{number:,.0f}"


def chance(share: float, pairs: int) -> str:
    """A chance estimated from a number of pairs, in words.

    ``17 of 18 pairs`` where pairs are few, else ``85 in 100``. A sample shows no certainty: all of 20
    pairs are ``over 95 in 100``.
    """
    if pairs < FEW_PAIRS:
        return f"{round(share * pairs)} of {pairs} pairs"
    if share >= 1.0:
        return f"over {min(99, math.floor(100 - 100 / pairs))} in 100"
    if share <= 0.0:
        return f"under {max(1, math.ceil(100 / pairs))} in 100"
    return f"{min(99, max(1, round(share * 100)))} in 100"


def level(number: float) -> str:
    """A level between 0 and 1, ``0.31``."""
    return f"{number:.2f}" if math.isfinite(number) else NOT_SHOWN


def number_a_run(number: float) -> str:
    """How often something happened in a run, mean over runs: ``2.3``."""
    return f"{number:,.1f}" if math.isfinite(number) else NOT_SHOWN


def spread_sd(estimate: float, low: float, high: float) -> str:
    """An estimate in standard deviations with its interval: ``+0.32 [-0.20 to +0.85]``."""
    shown = Measure(1.0, 2, "", "")
    return f"{shown.bare(estimate, signed=True)} [{shown.interval(low, high)}]"


def no_more_than(lines: Sequence[str], most: int, where: str) -> list[str]:
    """The first ``most`` lines and, where there are more, how many and ``where`` they are found."""
    left = len(lines) - most
    return list(lines) if left <= 0 else [*lines[:most], f"and {left} more, see {where}"]


def plain_value(value: float, unit: str) -> str:
    """A number of a place profile: shares as per cent, counts whole, the rest as it is."""
    if unit.startswith("share"):
        return f"{value:.1%}{unit.removeprefix('share')}"
    return f"{value:,.0f} {unit}" if abs(value) >= 100 else f"{value:g} {unit}"


def month_name(month: int) -> str:
    """A month of the run (0 is the first September): ``April, year 3``."""
    return f"{_MONTHS[month % 12]}, year {month // 12 + 1}"


def verdict(indicator: Indicator, difference: float, low: float, high: float) -> str:
    """``better``, ``worse``, no clear difference or no difference.

    A difference that is 0 when rounded as it is shown is not clear, however narrow its interval.
    """
    if difference == low == high == 0:
        return NO_DIFFERENCE
    if not is_clear(low, high) or measure(indicator).rounds_to_zero(difference):
        return NO_CLEAR_DIFFERENCE
    return "better" if difference * indicator.direction > 0 else "worse"


def in_plain_words(indicator: Indicator, low: float, high: float) -> str:
    """An interval of a difference in words: ``0.1 to 2.3 better``, ``0.4 worse to 3.2 better``.

    The smaller change comes first where both ends lie on one side of 0; the unit stands elsewhere.
    """
    shown = measure(indicator)
    worst, best = (low, high) if indicator.direction > 0 else (-high, -low)
    if shown.rounds_to_zero(worst) and shown.rounds_to_zero(best):
        return "none to speak of"
    if shown.rounds_to_zero(worst):
        return f"none to {shown.bare(best)} better"
    if shown.rounds_to_zero(best):
        return f"{shown.bare(-worst)} worse to none"
    if worst > 0:
        return f"{shown.bare(worst)} to {shown.bare(best)} better"
    if best < 0:
        return f"{shown.bare(-best)} to {shown.bare(-worst)} worse"
    return f"{shown.bare(-worst)} worse to {shown.bare(best)} better"


def finding(
    strategy: str,
    indicator: Indicator,
    group: str,
    year: int,
    numbers: tuple[float, float, float, float, float],
    pairs: int,
) -> str:
    """One sentence on one outcome of one strategy.

    ``numbers``: twin, difference, low, high (units of the indicator) and the chance of being better,
    estimated from so many ``pairs``.
    """
    twin, difference, low, high, better = numbers
    name = short_name(indicator, group)
    if not all(map(math.isfinite, numbers)):
        return f"{name}: {NOT_SHOWN} in year {year}."
    shown = measure(indicator)
    said = verdict(indicator, difference, low, high)
    if said == NO_DIFFERENCE:
        return f"{name}: {strategy} changes nothing by year {year} (twin: {shown.value(twin)})."
    opening = f"{name}, year {year}: {shown.value(twin)} without a zone"
    ends = f"{shown.interval(low, high)} in 90 of 100 outcomes; chance of being better {chance(better, pairs)}"
    if said == NO_CLEAR_DIFFERENCE:
        return f"{opening}; {strategy} makes {NO_CLEAR_DIFFERENCE} ({shown.difference(difference)}; {ends})."
    return f"{opening}; with {strategy} it is {said}: {shown.difference(difference)} ({ends})."
