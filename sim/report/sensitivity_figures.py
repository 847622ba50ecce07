"""Figures of what an outcome hangs on and what would change the choice, from tidy frames.

The frames are those of ``sim.experiments.sensitivity``, ``tipping``, ``discovery`` and ``information``. Labels of
factors come as a mapping from their names; whatever has no label is called by its name.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.report.style import COLOURS, GREY, INK, WIDTH, foot, head, styled, title_panel
from sim.report.words import pounds

Reals = npt.NDArray[np.float64]
Labels = Mapping[str, str]

BLUE, RED, GREEN, *_ = COLOURS
#: Method -> (index drawn first and large, index drawn beside it or none, what the axis shows).
SHOWN = {
    "sobol": ("ST", "S1", "share of the variance"),
    "morris": ("mu_star", "sigma", "mean size of change, in its unit"),
    "pawn": ("median", "", "distance of distributions"),
}
INDEX_WORDS = {
    "ST": "share that hangs on it, alone or with others (total index)", "S1": "alone (first-order index)",
    "mu_star": "mean size of the change over its range (mu*)", "median": "distance",
    "sigma": "how far that depends on the rest (sigma)",
}  # fmt: skip
#: Factors, panels and sentences beyond these numbers do not fit on a page.
MOST_FACTORS, MOST_PANELS, MOST_CURVES = 12, 3, 6
_ROW_INCHES, _LABEL_WIDTH = 0.42, 34


def sensitivity_figure(
    frame: pd.DataFrame, outcome: str, title: str, labels: Labels | None = None, names: Labels | None = None
) -> Figure:
    """One panel per quantity of an outcome, differences first: indices of each factor with their intervals."""
    mine = frame[(frame["outcome"] == outcome) & (frame["factor"] != "(chance)")]
    method = str(mine["method"].iloc[0])
    panels = panels_of([str(name) for name in mine["quantity"].unique()])
    large, small, axis = SHOWN[method]
    inert = mine[mine["factor"].str.startswith("(")]
    real = mine.drop(index=inert.index)
    first = real[(real["quantity"] == panels[0]) & (real["index"] == large)].sort_values("value", kind="stable")
    order = first["factor"].tolist()[-MOST_FACTORS:]
    with styled():
        figure = Figure(figsize=(WIDTH, 2.1 + _ROW_INCHES * len(order)))
        axes = np.atleast_1d(figure.subplots(1, len(panels), sharey=True))
        for ax, quantity in zip(axes, panels, strict=True):
            rows = real[real["quantity"] == quantity]
            if small:
                _dots(ax, _in_order(rows, small, order), RED, "s", INDEX_WORDS[small], 0.16)
            _dots(ax, _in_order(rows, large, order), BLUE, "o", INDEX_WORDS[large], -0.16 if small else 0.0)
            _floor(ax, inert[inert["quantity"] == quantity])
            bold, plain = _quantity_words(quantity, names)
            title_panel(ax, bold, plain, 30)
            ax.set_xlabel(axis)
            ax.set_xlim(left=min(0.0, ax.get_xlim()[0]))
            ax.grid(axis="y", visible=False)
        axes[0].set_yticks(range(len(order)), [_wrapped(name, labels) for name in order], color=INK)
        axes[0].set_ylim(-0.6, len(order) - 0.4)
        head(figure, textwrap.fill(title, 86))
        foot(figure, textwrap.fill(_marks_in_words(large, small), 130))
    return figure


def panels_of(quantities: Sequence[str]) -> list[str]:
    """Up to three quantities: differences between strategies, then from the twin, then outcomes."""

    def rank(name: str) -> int:
        return 2 if " minus " not in name else 1 if name.endswith(" minus no_zone") else 0

    return sorted(quantities, key=rank)[:MOST_PANELS]


def _in_order(rows: pd.DataFrame, index: str, order: Sequence[str]) -> pd.DataFrame:
    return rows[rows["index"] == index].set_index("factor").reindex(list(order))


def _dots(ax: Axes, rows: pd.DataFrame, colour: str, marker: str, label: str, shift: float) -> None:
    at = np.arange(len(rows)) + shift
    known = rows["low"].notna().to_numpy()
    ax.hlines(at[known], rows["low"][known], rows["high"][known], color=colour, linewidth=2.2, alpha=0.55)
    ax.plot(rows["value"], at, marker=marker, linestyle="none", color=colour, markersize=7, label=label)


def _floor(ax: Axes, inert: pd.DataFrame) -> None:
    """What a factor that does nothing reaches."""
    if inert.empty:
        return
    ax.axvspan(0.0, float(inert["high"].iloc[0]), color="#d9d9d9", alpha=0.7, linewidth=0, zorder=0)


def _marks_in_words(large: str, small: str) -> str:
    """What the marks, bars and shades of a figure mean."""
    if small:
        return f"Blue dot: {INDEX_WORDS[large]}. Red square: {INDEX_WORDS[small]}. Bars are 90 % intervals."
    return "Bars are 90 % intervals. In the grey, a factor cannot be told from one that does nothing."


def tornado_figure(frame: pd.DataFrame, base: float, title: str, unit: str, labels: Labels | None = None) -> Figure:
    """Lead of the preferred strategy at the low and at the high end of each factor, largest swing on top."""
    shown = frame.head(MOST_FACTORS).iloc[::-1].reset_index(drop=True)
    with styled():
        figure = Figure(figsize=(WIDTH, 2.0 + 0.5 * len(shown)))
        ax = figure.subplots()
        for at, row in enumerate(shown.to_dict("records")):
            ends = (("at_low", BLUE, 0.14, row["low_at"]), ("at_high", RED, -0.14, row["high_at"]))
            ax.plot([row["at_low"], row["at_high"]], [at, at], color="#c9c9c9", linewidth=7, zorder=1)
            for end, colour, shift, words in ends:
                y = at + shift
                ax.plot([row[f"{end}_low"], row[f"{end}_high"]], [y, y], color=colour, linewidth=1.8, alpha=0.6)
                ax.plot(row[end], y, marker="o", color=colour, markersize=7, zorder=3)
                outer = row[end] == max(row["at_low"], row["at_high"])
                edge = row[f"{end}_high"] if outer else row[f"{end}_low"]
                ax.annotate(
                    str(words), (edge, y), xytext=(6 if outer else -6, 0), textcoords="offset points",
                    ha="left" if outer else "right", va="center", fontsize=9.5, color=GREY,
                )  # fmt: skip
        ax.axvline(base, color=GREY, linewidth=1.0, linestyle=(0, (4, 3)))
        if ax.get_xlim()[0] < 0 < ax.get_xlim()[1] or base == 0:
            ax.axvline(0.0, color=INK, linewidth=1.2)
        ax.margins(x=0.22)
        ax.set_yticks(range(len(shown)), [_wrapped(name, labels) for name in shown["factor"]], color=INK)
        ax.grid(axis="y", visible=False)
        title_panel(ax, "Mean lead at the two ends of each factor", unit, 90)
        head(figure, textwrap.fill(title, 86))
        foot(figure, textwrap.fill(
            "Blue: the lowest fifth of the values tried (or the worst word), red: the highest; other factors as "
            "they were varied. Thin bars are 90 % intervals, the dashed line is the mean. Left of nought another "
            "strategy is better.",
            130,
        ))  # fmt: skip
    return figure


def threshold_figure(
    curves: pd.DataFrame, found: pd.DataFrame, title: str, unit: str, labels: Labels | None = None
) -> Figure:
    """The lead along each factor. ``curves``: factor, x, lead, low, high; ``found``: factor, value, low, high, verdict.

    A factor that tips comes first.
    """
    tips = found.set_index("factor")
    names = sorted(curves["factor"].unique(), key=lambda name: (tips.loc[name, "verdict"] != "tips", name))[
        :MOST_CURVES
    ]
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    with styled():
        figure = Figure(figsize=(WIDTH, 1.6 + 2.9 * rows))
        axes = np.atleast_1d(figure.subplots(rows, columns, sharey=True, squeeze=False)).ravel()
        for ax, name in zip(axes, names, strict=False):
            _one_curve(ax, curves[curves["factor"] == name], tips.loc[name])
            title_panel(ax, textwrap.shorten(_label(name, labels).split(" (")[0], 34, placeholder="…"), unit, 40)
        for ax in axes[len(names) :]:
            ax.set_axis_off()
        head(figure, textwrap.fill(title, 86))
        foot(figure, textwrap.fill(
            "Mean lead with its 90 % band. Below nought another strategy is better; the upright line is where the lead "
            "is lost, with its 90 % interval; no line where it never is, or where noise hides it.", 130,
        ))  # fmt: skip
    return figure


def _one_curve(ax: Axes, curve: pd.DataFrame, tip: Any) -> None:
    x = curve["x"].to_numpy()
    ax.fill_between(x, curve["low"], curve["high"], color=BLUE, alpha=0.18, linewidth=0)
    ax.plot(x, curve["lead"], color=BLUE, linewidth=2.0)
    ax.axhline(0.0, color=INK, linewidth=1.0)
    if tip["verdict"] == "tips" and np.isfinite(tip["value"]):
        ax.axvspan(tip["low"], tip["high"], color=RED, alpha=0.15, linewidth=0)
        ax.axvline(tip["value"], color=RED, linewidth=1.6)
        ax.annotate(f"{tip['value']:.3g}", (tip["value"], 1.0), xycoords=ax.get_xaxis_transform(), xytext=(3, -3),
                    textcoords="offset points", va="top", color="#B04C00")  # fmt: skip
    ax.set_xlim(x[0], x[-1])


def box_figure(
    varied: pd.DataFrame, fails: npt.NDArray[np.bool_], box: Sequence[tuple[str, float, float]],
    across: tuple[str, str], title: str, note: str, labels: Labels | None = None,
) -> Figure:  # fmt: skip
    """Cases over two factors, those that fail marked, and the box in which most failures lie.

    ``box``: (factor, low, high), open sides infinite; factors that are not drawn are left to the words.
    """
    with styled():
        figure = Figure(figsize=(0.72 * WIDTH, 0.56 * WIDTH))
        ax = figure.subplots()
        x, y = (varied[name].to_numpy(dtype=np.float64) for name in across)
        ax.plot(x[~fails], y[~fails], "o", color="#b5b5b5", markersize=4.5, label="the preferred strategy is best")
        ax.plot(x[fails], y[fails], "X", color=RED, markersize=7, label="it fails")
        limits = {name: (low, high) for name, low, high in box}
        (left, right), (bottom, top) = (
            _inside(limits.get(name), values) for name, values in zip(across, (x, y), strict=True)
        )
        ax.fill([left, right, right, left], [bottom, bottom, top, top], facecolor=BLUE, alpha=0.10)
        ax.plot([left, right, right, left, left], [bottom, bottom, top, top, bottom], color=BLUE, linewidth=2.0)
        ax.annotate("box", (left, top), xytext=(4, -4), textcoords="offset points", va="top", color="#0065A0")
        ax.set_xlabel(_label(across[0], labels))
        ax.set_ylabel(textwrap.fill(_label(across[1], labels), 40))
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.1), ncols=2, frameon=False)
        head(figure, textwrap.fill(title, 62))
        foot(figure, textwrap.fill(note, 92))
    return figure


def _inside(limit: tuple[float, float] | None, values: Reals) -> tuple[float, float]:
    edge = 0.02 * float(np.ptp(values))
    low, high = limit or (-np.inf, np.inf)
    return (
        float(values.min()) - edge if np.isinf(low) else low,
        float(values.max()) + edge if np.isinf(high) else high,
    )


def information_figure(frame: pd.DataFrame, title: str, unit: str, labels: Labels | None = None) -> Figure:
    """Value of knowing each group and each factor before choosing, with intervals, and pounds where known."""
    kinds = frame[~frame["what"].str.endswith("and chance")]
    shown = pd.concat([kinds[kinds["kind"] == kind].head(MOST_FACTORS) for kind in ("all", "group", "factor")]).iloc[
        ::-1
    ]
    colours = {"all": INK, "group": GREEN, "factor": BLUE}
    with styled():
        figure = Figure(figsize=(WIDTH, 1.9 + _ROW_INCHES * len(shown)))
        ax = figure.subplots()
        for at, row in enumerate(shown.to_dict("records")):
            colour = colours[row["kind"]]
            ax.barh(at, row["value"], height=0.55, color=colour, alpha=0.75)
            ax.plot([row["low"], row["high"]], [at, at], color=INK, linewidth=1.4)
            if np.isfinite(row["gbp"]):
                ax.annotate(pounds(row["gbp"]), (row["high"], at), xytext=(6, 0), textcoords="offset points",
                            va="center", color=GREY, fontsize=10)  # fmt: skip
        ax.set_yticks(range(len(shown)), [_wrapped(name, labels) for name in shown["what"]], color=INK)
        ax.set_xlim(left=0.0)
        ax.margins(x=0.15)
        ax.grid(axis="y", visible=False)
        title_panel(ax, "Mean gain from choosing with that knowledge", unit, 90)
        head(figure, textwrap.fill(title, 86))
        foot(figure, textwrap.fill(
            "Black: everything varied; green: groups; blue: single factors. Lines are 90 % intervals. Values do not "
            "add up: two things may be worth knowing only together.", 130,
        ))  # fmt: skip
    return figure


def _label(name: str, labels: Labels | None) -> str:
    return (labels or {}).get(name, name)


def _wrapped(name: str, labels: Labels | None) -> str:
    return "\n".join(textwrap.wrap(_label(name, labels), _LABEL_WIDTH, max_lines=2, placeholder="…"))


def _quantity_words(quantity: str, names: Labels | None) -> tuple[str, str]:
    """Name of the strategy, and what is taken off."""
    called = {"no_zone": "no zone", **(names or {})}
    first, _, second = quantity.partition(" minus ")
    return called.get(first, first), f"minus {called.get(second, second)}" if second else "outcome"
