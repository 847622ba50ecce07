"""Figure of the partnerships: coordination by year with its band, and the seven conditions it is made of."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.outcomes import INDICATORS
from sim.outputs.partnership import strategies_with_partnership
from sim.outputs.records import ComparisonRecord
from sim.report.partnership import Grown, bands, grown
from sim.report.style import COLOURS, INK, LINES, WIDTH, foot, head, label_ends, styled, title_panel, years_axis
from sim.report.style import LineEnd as End
from sim.report.words import BAND, level
from sim.schema import CONDITIONS

NAME = "partnership"
CAPTION = "How the partnership grew: coordination, and the seven conditions it is made of"

_MATURITY = "partnership_maturity"
_ROW, _AROUND = 3.5, 1.3


def partnership_figure(comparison: ComparisonRecord) -> Figure:
    """A pair of panels per strategy with a partnership: coordination with its band, the seven conditions.

    Raises ``ValueError`` where no strategy has a partnership.
    """
    if not strategies_with_partnership(comparison):
        raise ValueError("no strategy of this comparison has a partnership")
    found = grown(comparison)
    with styled():
        figure = Figure(figsize=(WIDTH, _AROUND + _ROW * len(found)))
        panels = figure.subplots(len(found), 2, squeeze=False, sharey=True)
        for (left, right), one in zip(panels, found, strict=True):
            _draw_coordination(left, comparison, one)
            _draw_conditions(right, comparison, one)
        head(figure, f"{comparison.place.name}: how the partnership grew")
        foot(figure, f"0: nothing of it. 1: partners work as one. {BAND.format(n=comparison.replications)}")
        return figure


def _draw_coordination(ax: Axes, comparison: ComparisonRecord, one: Grown) -> None:
    years, (mean, low, high) = bands(comparison, one.strategy, _MATURITY)
    ax.fill_between(years, low, high, color=COLOURS[0], alpha=0.18, linewidth=0)
    ax.plot(years, mean, color=COLOURS[0], linewidth=2.6, marker="o", markersize=5)
    ax.plot(years, [one.twin] * len(years), color=INK, linewidth=1.3)
    _finish(ax, comparison)
    title_panel(ax, one.label, "Coordination: the seven conditions taken together", 56)
    ax.set_ylabel("level, 0 to 1")
    ends = [
        End(years[-1], float(mean[-1]), f"{level(float(mean[-1]))}\nwith the zone", COLOURS[0]),
        End(years[-1], one.twin, f"{level(one.twin)}\nwithout", INK),
    ]
    label_ends(ax, ends, comparison.years, 0.075)


def _draw_conditions(ax: Axes, comparison: ComparisonRecord, one: Grown) -> None:
    ends = []
    # Six colours are told apart by everybody: the seventh condition is black.
    for condition, colour, line in zip(CONDITIONS, (*COLOURS, INK), (*LINES, "-"), strict=True):
        indicator = f"maturity_{condition}"
        years, (mean, _, _) = bands(comparison, one.strategy, indicator)
        ax.plot(years, mean, color=colour, linestyle=line, linewidth=1.6)
        ends.append(End(years[-1], float(mean[-1]), INDICATORS[indicator].name, colour))
    _finish(ax, comparison)
    title_panel(ax, "Its seven conditions", "Mean of the runs; a weak one holds the whole back", 56)
    label_ends(ax, ends, comparison.years, 0.06)


def _finish(ax: Axes, comparison: ComparisonRecord) -> None:
    years_axis(ax, comparison.years)
    # Room above for the labels of lines that lie close together.
    ax.set_ylim(0, 1.12)
    ax.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    ax.set_xlabel("School year", loc="left")
