"""The figure of the partners' screen: what they see as points, truth and twin as lines."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.outcomes import INDICATORS, SEEN
from sim.outputs.records import ComparisonRecord
from sim.report.style import (
    COLOURS,
    INK,
    LINES,
    MARKERS,
    WIDTH,
    foot,
    head,
    label_ends,
    short_label,
    styled,
    title_panel,
    years_axis,
)
from sim.report.style import LineEnd as End
from sim.report.tables import names
from sim.report.words import measure, upper_first

#: One indicator of each source and a second official one, all of everybody.
PANELS = ("ks2_expected", "persistent_absence", "sdq_mean", "families_reached")


def screen_figure(comparison: ComparisonRecord) -> Figure:
    """What is on the partners' screen each August, beside the truth of that year and the twin."""
    with styled():
        figure = Figure(figsize=(WIDTH, 8.4))
        for ax, indicator in zip(figure.subplots(2, 2).ravel(), PANELS, strict=True):
            _draw_panel(ax, comparison, indicator)
        head(figure, f"{comparison.place.name}: what partners would see each August")
        note = (
            "Points: what is on the screen that year, mean of "
            f"{comparison.replications} replications; bars: 90 of 100 places. Lines: the truth of that year. "
            "Black: the same neighbourhood without a zone, which nobody sees. Missing: not yet published, or fewer "
            "than 10."
        )
        foot(figure, "\n".join(textwrap.wrap(note, 120)))
        return figure


def _draw_panel(ax: Axes, comparison: ComparisonRecord, indicator: str) -> None:
    frame = comparison.dashboard
    frame = frame[(frame["indicator"] == indicator) & (frame["group"] == "all")].sort_values("year")
    spec, shown, labels = INDICATORS[indicator], measure(INDICATORS[indicator]), names(comparison)
    ends: list[End] = []
    for number, (strategy, label) in enumerate(labels.items()):
        part = frame[frame["strategy"] == strategy]
        seen, true = part[~part["suppressed"].astype(bool)], part.dropna(subset=["truth"])
        colour = COLOURS[number % 6]
        # Strategies stand side by side, so that one's bar does not hide another's.
        at = seen["year"] + 0.12 * (number - (len(labels) - 1) / 2)
        low, middle, high = (seen[column] * shown.scale for column in ("seen_low", "seen", "seen_high"))
        ax.vlines(at, low, high, color=colour, linewidth=1.6, alpha=0.55)
        ax.plot(at, middle, MARKERS[number % 6], color=colour, markerfacecolor="white", markeredgewidth=1.8)
        if len(true):
            truth = true["truth"] * shown.scale
            ax.plot(true["year"], truth, color=colour, linestyle=LINES[number % 6], linewidth=2.2)
            ends.append(End(true["year"].iloc[-1], truth.iloc[-1], short_label(label), colour))
    twin = (frame.dropna(subset=["twin"]).groupby("year")["twin"].mean()) * shown.scale
    if len(twin):
        ax.plot(twin.index, twin, color=INK, linewidth=1.3, zorder=6)
        ends.append(End(twin.index[-1], twin.iloc[-1], "Twin", INK))
    title_panel(ax, upper_first(spec.plain_name), f"Seen through {SEEN[spec.seen]}", 56)
    ax.set_ylabel("per cent" if shown.unit == "%" else shown.unit)
    ax.set_xlabel("School year", loc="left")
    years_axis(ax, comparison.years)
    label_ends(ax, ends, comparison.years, 0.085)
