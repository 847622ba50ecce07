"""What would change the choice, as plain rows and sentences for the page Decide; no Solara here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.experiments.cases import Cases, Factor
from sim.experiments.compare import Comparison
from sim.experiments.drawn import drawn_cases, luck_line
from sim.experiments.information import information
from sim.experiments.tipping import thresholds, tornado
from sim.inputs import InputError
from sim.outcomes import FAMILIES, HEADLINES, INDICATORS
from sim.report.choice import lead_sentence, leads
from sim.report.tables import TWIN_NAME, names
from sim.report.words import measure
from sim.ui.comparing import Cell, Row
from sim.ui.jobs import Report

#: Drawn numbers that are looked at closely: those which go with the lead most.
MOST_FACTORS = 8


@dataclass(frozen=True)
class Decision:
    """What is known of the choice on one family of outcomes.

    ``bars``: rows of an interval chart, two for each number; ``sentences``: where the choice tips; ``worth``: rows of
    the table on the value of information; ``luck``: correlation that luck alone gives.
    """

    family: str
    preferred: str
    rival: str
    unit: str
    bars: list[dict[str, Any]]
    summary: str
    sentences: list[str]
    worth: list[Row]
    luck: float
    replications: int


def decision(comparison: Comparison, family: str, report: Report) -> Decision:
    """Tornado, thresholds and value of information from the draws of the runs at hand.

    Raises ``AnalysisError`` for too few replications, ``ValueError`` where nothing differs between strategies.
    """
    what = f"what the choice hangs on: {FAMILIES[family].lower()}"
    report(0, 3, what)
    found, told = drawn_cases(comparison, family, MOST_FACTORS)
    if not found.factors:
        raise ValueError("the strategies do not differ in this, so nothing could change the choice")
    shown = measure(INDICATORS[HEADLINES[family][0]])
    report(1, 3, what)
    frame, tips = tornado(found), thresholds(found)
    report(2, 3, what)
    labels = {**names(comparison), "no_zone": TWIN_NAME}
    bars = [bar for row in frame.to_dict("records") for bar in _bars(row, found, told, shown.scale)]
    sentences = [_with_names(t.sentence, labels) for t in tips if t.verdict in ("tips", "tips back", "never")]
    return Decision(
        family=family,
        preferred=labels[found.preferred],
        rival=labels[found.rivals[0]],
        unit=shown.difference_unit,
        bars=bars,
        summary=_summary(frame, found, labels, luck_line(len(found.lead)), told),
        sentences=sentences or ["Within what was drawn, none of these numbers alone turns the choice."],
        worth=_worth(found, shown.scale, shown.decimals, shown.difference_unit),
        luck=luck_line(len(found.lead)),
        replications=comparison.replications,
    )


def _bars(row: Mapping[Any, Any], found: Cases, told: pd.Series, scale: float) -> list[dict[str, Any]]:
    factor: Factor = found.factors[str(row["factor"])]
    rho = float(told[factor.name])
    group = f"{factor.label} (rank correlation {rho:+.2f})".replace("-", "\N{MINUS SIGN}")
    return [
        {
            "group": group, "name": f"{word}: {row[f'{end}_at']}", "value": row[f"at_{end}"] * scale,
            "low": row[f"at_{end}_low"] * scale, "high": row[f"at_{end}_high"] * scale,
            "color": f"var(--zs-{color})", "mark": color - 1,
        }
        for end, word, color in (("low", "low fifth", 1), ("high", "high fifth", 2))
    ]  # fmt: skip


def _summary(frame: pd.DataFrame, found: Cases, labels: Mapping[str, str], luck: float, told: pd.Series) -> str:
    first = found.factors[str(frame["factor"].iloc[0])]
    beyond = int((told.abs() > luck).sum())
    return (
        f"How far {labels[found.preferred]} is ahead of the best other choice when each number is among its lowest and "
        f"its highest fifth of draws. {first.label} moves it most. Of {len(told)} numbers drawn, {beyond} go with the "
        f"lead beyond {luck:.2f}; luck alone would give about {0.05 * len(told):.0f}, so read the top of the list as a "
        "question, not as a finding."
    )


def _with_names(sentence: str, labels: Mapping[str, str]) -> str:
    for identifier in sorted(labels, key=len, reverse=True):
        sentence = sentence.replace(identifier, labels[identifier])
    return sentence


WORTH_COLUMNS = ("If one knew", "Gain from knowing", "90% interval")


def _worth(found: Cases, scale: float, decimals: int, unit: str) -> list[Row]:
    try:
        frame = information(found).frame
    except InputError as error:
        return [[{"text": error.problems[0].problem, "note": error.problems[0].remedy}, {"text": ""}, {"text": ""}]]
    rows: list[Row] = []
    for record in frame.to_dict("records"):
        what = str(record["what"])
        name = found.factors[what].label if what in found.factors else what
        value, low, high = (float(record[column]) * scale for column in ("value", "low", "high"))
        cells: list[Cell] = [
            {"text": name[:1].upper() + name[1:]}, {"text": f"{value:.{decimals + 1}f} {unit}".rstrip()},
            {"text": f"{low:.{decimals + 1}f} to {high:.{decimals + 1}f}"},
        ]  # fmt: skip
        rows.append(cells)
    return rows


def first_words(comparison: Comparison) -> list[str]:
    """Who leads in each family, from the runs at hand."""
    labels = names(comparison)
    return [lead_sentence(lead, labels) for lead in leads(comparison)]
