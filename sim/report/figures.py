"""Figures for files and reports: bands over years, differences, costs, who was reached.

Only ``matplotlib.figure.Figure`` is used, never pyplot, which is not safe with threads.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from sim.outcomes import FAMILIES, GROUPS, HEADLINES, INDICATORS
from sim.outputs.folders import write_file
from sim.outputs.partnership import strategies_with_partnership
from sim.outputs.records import ComparisonRecord
from sim.report.partnership_figure import CAPTION as PARTNERSHIP_CAPTION
from sim.report.partnership_figure import NAME as PARTNERSHIP
from sim.report.partnership_figure import partnership_figure
from sim.report.screen_figure import screen_figure
from sim.report.style import (
    COLOURS,
    GREY,
    INK,
    LINES,
    MARKERS,
    PAYER_COLOURS,
    PAYER_NAMES,
    WIDTH,
    LineEnd,
    axis_label,
    foot,
    head,
    label_ends,
    pounds_tick,
    rendered,
    short_label,
    signed_tick,
    styled,
    title_panel,
    years_axis,
)
from sim.report.tables import EMPTY, TWIN_NAME, OutcomeRow, names, outcome_rows
from sim.report.theory_figure import CAPTION, NAME, theory_figure
from sim.report.words import BAND, measure, pounds, short_name, upper_first

#: The indicator of the figure on reach, known for every group of children.
REACH = "children_reached"


def bands_figure(comparison: ComparisonRecord) -> Figure:
    """The five families' headlines year by year, strategies against the twin."""
    with styled():
        figure = Figure(figsize=(WIDTH, 11.2))
        axes = figure.subplots(3, 2).ravel()
        for ax, (family, (indicator, group)) in zip(axes, HEADLINES.items(), strict=False):
            _draw_band_panel(ax, comparison, family, indicator, group)
        _draw_key(axes[-1], comparison)
        head(figure, f"{comparison.place.name}: {comparison.years} years with and without a zone")
        return figure


def differences_figure(comparison: ComparisonRecord) -> Figure:
    """Difference from the twin in the last year, a dot and an interval per strategy."""
    rows = outcome_rows(comparison)
    labels = names(comparison)
    with styled():
        figure = Figure(figsize=(WIDTH, 1.4 + len(rows) * (1.15 + 0.34 * len(labels))))
        axes = figure.subplots(len(rows), 1)
        for ax, row in zip(axes, rows, strict=True):
            _draw_difference_panel(ax, row, labels)
        head(figure, f"{comparison.place.name}, year {comparison.years}: difference from the twin without a zone")
        foot(figure, f"{_band(comparison)}\nFilled: the bracket lies on one side of 0. Hollow: no clear difference.")
        return figure


def costs_figure(comparison: ComparisonRecord) -> Figure:
    """Spending by payer and year, one panel per strategy on one scale."""
    labels = names(comparison)
    columns = min(2, len(labels))
    lines = math.ceil(len(labels) / columns)
    with styled():
        figure = Figure(figsize=(WIDTH, 1.6 + 3.4 * lines))
        axes = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False).ravel()
        for ax, strategy in zip(axes, labels, strict=False):
            _draw_cost_panel(ax, comparison, strategy, labels[strategy])
        for ax in axes[len(labels) :]:
            ax.set_axis_off()
        _draw_payer_key(figure, comparison)
        head(figure, f"{comparison.place.name}: who pays, year by year")
        return figure


def reach_figure(comparison: ComparisonRecord) -> Figure:
    """Who was reached in the last year: by need of the child and by parents' qualifications."""
    indicator = REACH
    shown = measure(INDICATORS[indicator])
    fifths = [f"need_quintile_{fifth}" for fifth in range(1, 6)]
    with styled():
        figure = Figure(figsize=(WIDTH, 6.2))
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2.6))
        ticks = ["1\nlowest\nneed", "2", "3", "4", "5\nhighest\nneed"]
        _draw_reach_panel(left, comparison, indicator, fifths, ticks, "By need (fifths of all children)")
        ticks = ["low", "other"]
        groups = ["low_qualified_parents", "other_parents"]
        ends = _draw_reach_panel(right, comparison, indicator, groups, ticks, "By parents' qualifications")
        left.set_ylim(0, 1.06 * max(left.get_ylim()[1], 10**-shown.decimals))
        right.set_xlim(-0.3, 1.95)
        label_ends(right, ends, 1, 0.046)
        left.set_ylabel(axis_label(INDICATORS[indicator].plain_name, shown.unit))
        head(figure, f"{comparison.place.name}, year {comparison.years}: who was reached")
        foot(figure, f"Means of {comparison.replications} replications; groups under 10 are not shown.")
        return figure


FIGURES: dict[str, tuple[str, Callable[[ComparisonRecord], Figure]]] = {
    "outcomes": ("The five families of outcomes, year by year", bands_figure),
    "differences": ("Difference from the twin in the last year", differences_figure),
    "costs": ("Who pays, year by year", costs_figure),
    "reach": ("Who was reached", reach_figure),
    "screen": ("What partners would see, beside what is so", screen_figure),
}


def figures_of(comparison: ComparisonRecord) -> dict[str, tuple[str, Callable[[ComparisonRecord], Figure]]]:
    """``FIGURES``, those of partnerships where there is one, of theories of change where a strategy states one."""
    figures = dict(FIGURES)
    if strategies_with_partnership(comparison):
        figures[PARTNERSHIP] = (PARTNERSHIP_CAPTION, partnership_figure)
    if len(comparison.theory):
        figures[NAME] = (CAPTION, theory_figure)
    return figures


def save_figures(comparison: ComparisonRecord, folder: Path) -> list[Path]:
    """Write every figure as PNG (150 dots an inch) and SVG; the same numbers give the same bytes.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    written = []
    for name, (_, draw) in figures_of(comparison).items():
        figure = draw(comparison)
        for kind in ("png", "svg"):
            path = folder / f"{name}.{kind}"
            write_file(path, rendered(figure, kind))
            written.append(path)
    return written


def _draw_band_panel(ax: Axes, comparison: ComparisonRecord, family: str, indicator: str, group: str) -> None:
    frame = comparison.results
    frame = frame[
        (frame["indicator"] == indicator)
        & (frame["group"] == group)
        & (frame["population"] == "residents")
        & ~frame["suppressed"].astype(bool)
    ].sort_values("year")
    shown = measure(INDICATORS[indicator])
    ends: list[LineEnd] = []
    for number, (strategy, label) in enumerate(names(comparison).items()):
        part = frame[frame["strategy"] == strategy]
        if part.empty:
            continue
        colour, year, twin = COLOURS[number % 6], part["year"], part["twin"] * shown.scale
        low, middle, high = (twin + part[column] * shown.scale for column in ("low", "difference", "high"))
        ax.fill_between(year, low, high, color=colour, alpha=0.13, linewidth=0)
        ax.plot(year, middle, color=colour, linestyle=LINES[number % 6], linewidth=2.6, zorder=5)
        ends.append(LineEnd(year.iloc[-1], middle.iloc[-1], short_label(label), colour))
    twins = frame.groupby("year")["twin"].mean() * shown.scale
    if len(twins):
        # Thin and on top, so that a strategy that changes nothing does not hide its twin.
        ax.plot(twins.index, twins, color=INK, linewidth=1.3, zorder=6)
        ends.append(LineEnd(twins.index[-1], twins.iloc[-1], "Twin", INK))
    title_panel(ax, FAMILIES[family], short_name(INDICATORS[indicator], group), 56)
    ax.set_ylabel("per cent" if shown.unit == "%" else shown.unit)
    ax.set_xlabel("School year", loc="left")
    years_axis(ax, comparison.years)
    label_ends(ax, ends, comparison.years, 0.085)


def _draw_key(ax: Axes, comparison: ComparisonRecord) -> None:
    """The sixth panel: line styles with full names, and what the bands mean."""
    ax.set_axis_off()
    entries = [(TWIN_NAME, INK, "-")]
    entries += [(n, COLOURS[i % 6], LINES[i % 6]) for i, n in enumerate(names(comparison).values())]
    y = 1.0
    for label, colour, line in entries:
        text = "\n".join(textwrap.wrap(label, 38, max_lines=2, placeholder="…"))
        ax.plot([0.02, 0.14], [y - 0.035, y - 0.035], color=colour, linestyle=line, linewidth=2.4)
        ax.text(0.18, y, text, va="top")
        y -= 0.105 + 0.075 * text.count("\n")
    note = (
        f"Lines: mean of {comparison.replications} replications. Shaded: the twin's mean plus the difference "
        f"from the twin in 90 of 100 outcomes (5th to 95th percentile). Evidence setting: {comparison.evidence}. "
        "Synthetic people, not a forecast of named children."
    )
    ax.text(0.02, y - 0.02, "\n".join(textwrap.wrap(note, 54)), va="top", color=GREY)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1.02)


def _draw_difference_panel(ax: Axes, row: OutcomeRow, labels: dict[str, str]) -> None:
    shown = measure(row.indicator)
    ax.axvline(0, color=INK, linewidth=1.2)
    extent = [0.0]
    for number, strategy in enumerate(labels):
        cell, y = row.cells.get(strategy, EMPTY), -number
        if not cell.shown:
            ax.text(0, y, "  not shown (fewer than 10)", va="center", color=GREY)
            continue
        colour = COLOURS[number % 6]
        low, middle, high = (v * shown.scale for v in (cell.low, cell.difference, cell.high))
        ax.plot([low, high], [y, y], color=colour, linewidth=2.6, solid_capstyle="butt")
        face = colour if row.verdict(strategy) in ("better", "worse") else "white"
        marker = MARKERS[number % 6]
        ax.plot(middle, y, marker, markersize=9, color=colour, markerfacecolor=face, markeredgewidth=2)
        extent += [low, high]
    # Both sides of 0 stay in view: at least a sixth of the panel on either.
    spare = max(max(extent) - min(extent), 10**-shown.decimals) / 5
    left, right = min(min(extent) - spare / 3, -spare), max(max(extent) + spare / 3, spare)
    ax.set_xlim(left, right)
    ax.set_ylim(-len(labels) + 0.45, 0.55)
    ax.set_yticks([-n for n in range(len(labels))], [short_label(name, 26, 1) for name in labels.values()])
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    ax.grid(axis="y", visible=False)
    ax.spines["left"].set_visible(False)
    title_panel(ax, FAMILIES[row.family], short_name(row.indicator, row.group), 100)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: signed_tick(value)))
    rising = row.indicator.direction > 0
    good = "better \N{RIGHTWARDS ARROW}" if rising else "\N{LEFTWARDS ARROW} better"
    ax.set_xlabel(f"difference, {shown.difference_unit}")
    ax.axvspan(0, right if rising else left, color="#009E73", alpha=0.06, linewidth=0)
    ax.annotate(
        good, (1.0 if rising else 0.0, 0), xytext=(0, -21), textcoords="offset points", xycoords="axes fraction",
        ha="right" if rising else "left", va="top", color="#00664b", fontweight="bold",
    )  # fmt: skip


def _draw_cost_panel(ax: Axes, comparison: ComparisonRecord, strategy: str, label: str) -> None:
    frame = comparison.costs[comparison.costs["strategy"] == strategy]
    years = list(range(1, comparison.years + 1))
    table = frame.pivot_table(index="year", columns="payer", values="gbp", aggfunc="sum", fill_value=0.0)
    table = table.reindex(years, fill_value=0.0)
    base = [0.0] * len(years)
    for payer in _payers(comparison):
        if payer in table:
            heights = table[payer].tolist()
            colour = PAYER_COLOURS.get(payer, GREY)
            ax.bar(years, heights, bottom=base, color=colour, width=0.78, edgecolor="white", linewidth=0.8)
            base = [b + h for b, h in zip(base, heights, strict=True)]
    title_panel(ax, label, f"{pounds(sum(base))} over {comparison.years} years", 56)
    ax.grid(axis="x", visible=False)
    ax.set_xticks(years if len(years) <= 12 else years[:: math.ceil(len(years) / 10)])
    ax.yaxis.set_major_formatter(FuncFormatter(lambda gbp, _: pounds_tick(gbp)))
    if ax.get_subplotspec() and ax.get_subplotspec().is_first_col():  # type: ignore[union-attr]
        ax.set_ylabel("pounds a year")
    ax.set_xlabel("School year")
    ax.tick_params(labelbottom=True)
    if not any(base):
        ax.text(0.5, 0.5, "spends nothing", transform=ax.transAxes, ha="center", color=GREY)


def _payers(comparison: ComparisonRecord) -> list[str]:
    spent = comparison.costs.groupby("payer")["gbp"].sum()
    wanted = comparison.costs["strategy"].isin(list(names(comparison)))
    present = set(comparison.costs.loc[wanted & (comparison.costs["gbp"] > 0), "payer"])
    return [str(payer) for payer in spent.sort_values(ascending=False).index if payer in present]


def _draw_payer_key(figure: Figure, comparison: ComparisonRecord) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(color=PAYER_COLOURS.get(payer, GREY), label=PAYER_NAMES.get(payer, upper_first(payer)))
        for payer in _payers(comparison)
    ]
    note = f"Means of {comparison.replications} replications, prices of the strategy's price year, not discounted."
    key = figure.legend(
        handles=handles,
        title=note,
        alignment="left",
        loc="outside lower left",
        ncols=7,
        frameon=False,
        handlelength=1.2,
    )
    key.get_title().set_color(GREY)


def _draw_reach_panel(
    ax: Axes, comparison: ComparisonRecord, indicator: str, groups: list[str], ticks: list[str], title: str
) -> list[LineEnd]:
    frame = comparison.results
    frame = frame[
        (frame["indicator"] == indicator)
        & (frame["year"] == comparison.years)
        & (frame["population"] == "residents")
        & frame["group"].isin([group for group in groups if group in GROUPS])
    ]
    scale, place = measure(INDICATORS[indicator]).scale, {group: at for at, group in enumerate(groups)}
    ends: list[LineEnd] = []
    series = [
        ("value", strategy, short_label(name), COLOURS[n % 6], LINES[n % 6], MARKERS[n % 6], 2.4)
        for n, (strategy, name) in enumerate(names(comparison).items())
    ]
    series.append(("twin", next(iter(names(comparison))), "Twin", INK, "-", "x", 1.3))
    for column, strategy, text, colour, line, marker, width in series:
        part = frame[frame["strategy"] == strategy].dropna(subset=[column])
        if part.empty:
            continue
        xs, ys = zip(*sorted((place[g], v * scale) for g, v in part[["group", column]].to_numpy()), strict=True)
        ax.plot(xs, ys, color=colour, linestyle=line, marker=marker, markersize=8, linewidth=width)
        ends.append(LineEnd(xs[-1], ys[-1], text, colour))
    ax.set_xticks(range(len(groups)), ticks)
    ax.set_title(title, loc="left", fontweight="bold")
    ax.set_xlim(-0.3, len(groups) - 0.7)
    return ends


def _band(comparison: ComparisonRecord) -> str:
    return BAND.format(n=comparison.replications)
