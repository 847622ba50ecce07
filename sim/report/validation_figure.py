"""Figures of the validation: published figures beside simulated ones, one figure a domain, with a strip of z."""

from __future__ import annotations

import textwrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.report.style import COLOURS, GREY, INK, WIDTH, foot, head, rendered, short_label, styled
from sim.report.words import upper_first

#: Verdict -> colour and marker: told apart by shape as well as by colour.
_LOOK = {"within": (COLOURS[0], "o"), "outside": (COLOURS[1], "D")}
#: z beyond this is drawn at the edge of the strip, with an arrow.
_EDGE = 6.0
_ROW, _PANEL = 0.21, 0.75
_NOTE = (
    "Grey bar and tick: published figure with two standard errors either side. Blue circle: simulated, within two "
    "combined standard errors; orange diamond: outside; line: 5th to 95th percentile of the simulated mean. Right: z, "
    "with the band of two; arrows lie beyond six. (v) is a validation target, which no fit may use. What went into "
    "the model, or is not modelled, is not drawn."
)


def validation_figures(answer: dict[str, Any]) -> dict[str, bytes]:
    """File name -> PNG and SVG of each domain that has a target the model speaks of."""
    found = {}
    for domain in sorted({row["domain"] for row in answer["targets"] if row["verdict"] in _LOOK}):
        for kind in ("png", "svg"):
            # Drawn anew for each file: a figure saved twice is not the same twice.
            found[f"validation_{domain}.{kind}"] = rendered(validation_figure(answer, domain), kind)
    return found


def validation_figure(answer: dict[str, Any], domain: str) -> Figure:
    """One row a target the model speaks of, one panel a unit, in the order of the targets."""
    rows = [row for row in answer["targets"] if row["domain"] == domain and row["verdict"] in _LOOK]
    units = list(dict.fromkeys(row["unit"] for row in rows))
    parts = [[row for row in rows if row["unit"] == unit] for unit in units]
    heights = [_PANEL + _ROW * len(part) for part in parts]
    with styled():
        figure = Figure(figsize=(WIDTH, 1.6 + sum(heights)))
        axes = figure.subplots(len(parts), 2, squeeze=False, width_ratios=[3.2, 1.0], height_ratios=heights)
        for (left, right), unit, part in zip(axes, units, parts, strict=True):
            _draw_figures(left, part, unit)
            _draw_z(right, part)
        head(figure, f"{upper_first(domain.replace('_', ' '))}: published and simulated")
        foot(figure, "\n".join(textwrap.wrap(_NOTE, 120)))
        return figure


def _draw_figures(ax: Axes, rows: list[dict[str, Any]], unit: str) -> None:
    for y, row in enumerate(rows):
        colour, marker = _LOOK[row["verdict"]]
        wide = 2 * row["published_se"]
        ax.barh(y, 2 * wide, left=row["published"] - wide, height=0.7, color="#c9c9c9", zorder=2)
        ax.plot([row["published"]] * 2, [y - 0.35, y + 0.35], color=INK, linewidth=1.6, zorder=3)
        ax.hlines(y, row["low"], row["high"], color=colour, linewidth=1.8, zorder=4)
        ax.plot(row["simulated"], y, marker, color=colour, markersize=4.5, zorder=5)
    ax.set_yticks(range(len(rows)), [_label(row) for row in rows], fontsize=8.5)
    # Bars at the edge keep their distance from it.
    ax.use_sticky_edges = False
    _rows_down(ax, len(rows))
    ax.set_xlabel(unit.replace("_", " "), loc="left")


def _draw_z(ax: Axes, rows: list[dict[str, Any]]) -> None:
    ax.axvspan(-2, 2, color="#e9eef2", zorder=1)
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=2)
    for y, row in enumerate(rows):
        colour, marker = _LOOK[row["verdict"]]
        beyond = abs(row["z"]) > _EDGE
        at = max(-_EDGE, min(_EDGE, row["z"]))
        arrow = ">" if row["z"] > 0 else "<"
        ax.plot(at, y, arrow if beyond else marker, color=colour, markersize=5, zorder=3, clip_on=False)
    ax.set_xlim(-_EDGE, _EDGE)
    ax.set_xticks([-4, -2, 0, 2, 4], ["\N{MINUS SIGN}4", "\N{MINUS SIGN}2", "0", "2", "4"])
    ax.set_yticks(range(len(rows)), [""] * len(rows))
    _rows_down(ax, len(rows))
    ax.set_xlabel("z", loc="left")


def _rows_down(ax: Axes, rows: int) -> None:
    ax.set_ylim(rows - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)


def _label(row: dict[str, Any]) -> str:
    where = "" if row["place"] == "england" else f" [{row['place'].replace(':', ' ').replace('_', ' ')}]"
    sign = " (v)" if row["role"] == "validate" else ""
    return short_label(row["name"], 52 - len(where), 1) + where + sign
