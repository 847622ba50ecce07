"""What a future does to a strategy, year by year: posts, people taking part, maturity, outcomes."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.outcomes import HEADLINES, INDICATORS
from sim.outcomes.intervals import middle_90
from sim.outputs import StoredComparison
from sim.report.style import COLOURS, LINES, MARKERS, WIDTH, foot, head, styled, title_panel, years_axis
from sim.report.words import measure, upper_first

Reals = npt.NDArray[np.float64]
_BAND = 0.18


def shock_figure(calm: StoredComparison, struck: StoredComparison, what: str) -> Figure:
    """Six panels: posts filled, people taking part, maturity, and three headline differences from the twin.

    ``calm`` and ``struck``: runs of one strategy in one place, without and with a future, on the same luck.
    ``what`` says in words what strikes.
    """
    with styled():
        figure = Figure(figsize=(WIDTH, 0.62 * WIDTH))
        axes = figure.subplots(2, 3)
        panels = [("Posts filled", "by the strategy's strands in August", _books("posts")),
                  ("People taking part", "in its strands in August", _books("taking_part"))]  # fmt: skip
        for ax, (bold, plain, read) in zip(axes[0], panels, strict=False):
            _draw(ax, (read(calm), read(struck)), bold, plain)
        _draw_indicator(axes[0, 2], calm, struck, "partnership_maturity", "all", against_twin=False)
        for ax, family in zip(axes[1], ("educational_progress", "child_wellbeing", "family_wellbeing"), strict=True):
            _draw_indicator(ax, calm, struck, *HEADLINES[family], against_twin=True)
        for ax in axes.flat:
            years_axis(ax, calm.years)
            ax.set_xlim(0.6, calm.years + 0.4)
            ax.spines["bottom"].set_bounds(0.6, calm.years + 0.4)
        lines = axes[0, 0].get_lines()[:2]
        axes[0, 0].legend(lines, ["nothing strikes", textwrap.fill(what, 22)], loc="best", frameon=False)
        head(figure, f"{calm.place.name}, {calm.strategies[0].name.lower()}: {what}")
        foot(
            figure,
            f"Means over {calm.replications} pairs of runs; bands hold the middle 90 %. The twin without a zone lives "
            "through the same future.",
        )
    return figure


def _books(column: str) -> Callable[[StoredComparison], Reals]:
    """Reader of one column of the books: sum over the strategy's strands by year."""

    def read(run: StoredComparison) -> Reals:
        mine = run.delivery[(run.delivery["strategy"] == run.strategies[0].id) & ~run.delivery["today"]]
        return np.asarray(mine.groupby("year")[column].sum(), dtype=np.float64)[None, :]

    return read


def _values(run: StoredComparison, indicator: str, group: str, against_twin: bool) -> Reals:
    """Replications x years of an indicator among residents, as the difference from the twin where asked."""
    rows = run.yearly[
        (run.yearly["indicator"] == indicator)
        & (run.yearly["group"] == group)
        & (run.yearly["population"] == "residents")
    ]
    wide = rows.pivot(index=["seed", "year"], columns="strategy", values="value")
    values = wide[run.strategies[0].id] - (wide["no_zone"] if against_twin else 0.0)
    return np.asarray(values.unstack("year"), dtype=np.float64)


def _draw_indicator(
    ax: Axes, calm: StoredComparison, struck: StoredComparison, indicator: str, group: str, against_twin: bool
) -> None:
    named = INDICATORS[indicator]
    shown = measure(named)
    both = [shown.scale * _values(run, indicator, group, against_twin) for run in (calm, struck)]
    unit = shown.difference_unit if against_twin else named.unit
    plain = f"difference from the twin, {unit}" if against_twin else unit
    _draw(ax, (both[0], both[1]), upper_first(named.plain_name), plain)
    if against_twin:
        ax.axhline(0.0, color="#888888", linewidth=0.8, zorder=0)


def _draw(ax: Axes, both: tuple[Reals, Reals], bold: str, plain: str) -> None:
    """Mean of each run by year, with its band where there are replications."""
    for k, values in enumerate(both):
        years = np.arange(1, values.shape[1] + 1)
        ax.plot(years, values.mean(axis=0), color=COLOURS[k], linestyle=LINES[k], marker=MARKERS[k], markersize=4)
        if len(values) > 1:
            low, high = middle_90(values)
            ax.fill_between(years, low, high, color=COLOURS[k], alpha=_BAND, linewidth=0)
    title_panel(ax, bold, plain, 34)
