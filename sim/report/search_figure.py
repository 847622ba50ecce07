"""The figure of a search: what each mix costs and brings, the front, and the best run again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.outcomes import GROUPS, INDICATORS
from sim.outcomes.asked import Asked, asked
from sim.report.style import COLOURS, GREY, INK, WIDTH, foot, head, pounds_tick, signed_tick, styled, title_panel
from sim.report.words import Measure, measure, short_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

_LONGEST_RUN = 20
_PANELS_WIDE = 2
#: Characters of a panel's title over the whole width.
_TITLE = 88


class Searched(Protocol):
    """What the figure needs of an answer of ``sim.experiments.search``."""

    @property
    def outcomes_asked(self) -> tuple[str, ...]: ...
    @property
    def mixes(self) -> DataFrame: ...
    @property
    def outcomes(self) -> DataFrame: ...
    @property
    def fresh(self) -> DataFrame: ...


def measure_of(what: Asked) -> Measure:
    """How the gain in an asked outcome is shown."""
    return measure(INDICATORS[what.indicator])


def search_figure(found: Searched, place: str) -> Figure:
    """One panel for each outcome: pounds over the whole run against the gain, for every mix that was tried."""
    labels = found.outcomes_asked
    rows = -(-len(labels) // _PANELS_WIDE)
    wide = min(len(labels), _PANELS_WIDE)
    with styled():
        figure = Figure(figsize=(WIDTH, 1.6 + 4.4 * rows))
        for ax, label in zip(figure.subplots(rows, wide, squeeze=False).ravel(), labels, strict=False):
            _panel(ax, found, label, _TITLE // wide)
        for ax in figure.axes[len(labels) :]:
            ax.remove()
        head(figure, f"Mixes tried for {place}")
        foot(
            figure,
            "Gain: difference to the twin without a zone, up is better. Grey: mixes tried. Blue: no mix tried "
            "is better in something and\nas good in the rest (outcomes and cost). Orange squares: run again on luck "
            "numbers the search has not seen, with the 90 % interval of\nthe mean; a thin line leads there from what "
            "the search promised. Black diamonds: strategies run beside, to compare with.",
        )
    return figure


def _panel(ax: Axes, found: Searched, label: str, width: int) -> None:
    what = asked(label, _LONGEST_RUN)
    how = measure_of(what)
    frame = found.mixes.merge(found.outcomes[found.outcomes["outcome"] == label], on="mix")
    frame = frame.assign(gain=frame["worth"] * how.scale).sort_values("gbp_total")
    off, on = frame[~frame["on_front"]], frame[frame["on_front"]]
    ax.plot(off["gbp_total"], off["gain"], "o", color="#b8b8b8", markersize=4, zorder=2)
    ax.plot(on["gbp_total"], on["gain"], "o", color=COLOURS[0], markersize=6, zorder=3)
    fresh = found.fresh[found.fresh["outcome"] == label]
    for row in fresh.to_dict("records"):
        x, y = row["gbp_total"], row["fresh"] * how.scale
        ends = [[y - row["low"] * how.scale], [row["high"] * how.scale - y]]
        colour, marker = (COLOURS[1], "s") if row["found"] else (INK, "D")
        ax.errorbar([x], [y], yerr=ends, fmt=marker, color=colour, markersize=6, capsize=3, zorder=4)
        if row["found"]:
            ax.plot([x, x], [row["promised"] * how.scale, y], color=COLOURS[1], linewidth=0.8, zorder=3)
    ax.axhline(0.0, color=GREY, linewidth=0.8, zorder=1)
    ax.set_xlim(left=-0.03 * max(float(found.mixes["gbp_total"].max()), 1.0))
    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda gbp, _: pounds_tick(gbp)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda gain, _: signed_tick(gain)))
    ax.set_xlabel("pounds over the whole run")
    ax.set_ylabel(f"gain, {how.difference_unit}".rstrip(", "))
    # The group stands on the plain line, which has room for two.
    name = short_name(INDICATORS[what.indicator], "all")
    who = "" if what.group == "all" else f" ({GROUPS[what.group].lower()})"
    title_panel(ax, name, f"{label}{who}", width)
