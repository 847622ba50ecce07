"""An outcome as people ask for it: ``indicator``, ``indicator:group``, ``indicator:group:YEAR``, a family, pounds."""

from __future__ import annotations

import difflib
from typing import NamedTuple

from sim.outcomes.declaring import GROUPS, HEADLINES
from sim.outcomes.reading import INDICATORS, groups_of

#: Pounds that a strategy takes over the whole run: strands, partnership, local analysis.
GBP_TOTAL = "gbp_total"


class Asked(NamedTuple):
    """One figure of a run: an indicator of a group in a school year (from 1), and the text it was asked by."""

    indicator: str
    group: str
    year: int
    label: str

    @property
    def in_words(self) -> str:
        """What it is in plain words, with the group where it is not everybody."""
        if self.indicator == GBP_TOTAL:
            return "pounds over the whole run"
        plain = INDICATORS[self.indicator].plain_name
        return plain if self.group == "all" else f"{plain} ({GROUPS[self.group]})"

    @property
    def higher_is_better(self) -> bool:
        """Whether more of it is better; of pounds less is."""
        return self.indicator in INDICATORS and INDICATORS[self.indicator].direction > 0


def asked(text: str, years: int) -> Asked:
    """What a text asks for in a run of ``years`` school years.

    A family of outcomes stands for its headline; without a group it is everybody, without a year the last.
    Raises ``ValueError``, in words with a remedy, for what there is not.
    """
    name, *rest = text.split(":")
    if name == GBP_TOTAL:
        if rest:
            raise ValueError(f"{text!r}: {GBP_TOTAL} is of the whole run; leave out group and year")
        return Asked(GBP_TOTAL, "all", years, text)
    indicator, usual = HEADLINES.get(name, (name, "all"))
    if indicator not in INDICATORS:
        known = [*INDICATORS, *HEADLINES, GBP_TOTAL]
        near = difflib.get_close_matches(name, known, n=1)
        raise ValueError(
            f"there is no outcome {name!r}; "
            + (f"did you mean {near[0]!r}?" if near else "see zonesim list indicators")
        )
    group = rest[0] if rest else usual
    if group not in groups_of(indicator):
        what = "no such group" if group not in GROUPS else f"{indicator} is not read for that group"
        raise ValueError(f"{text!r}: {what}; one of {', '.join(groups_of(indicator))}")
    if len(rest) > 2 or (len(rest) == 2 and not (rest[1].isdecimal() and 1 <= int(rest[1]) <= years)):
        raise ValueError(f"{text!r}: the year must be from 1 to {years}; write {indicator}:{group}:{years}")
    return Asked(indicator, group, int(rest[1]) if len(rest) == 2 else years, text)
