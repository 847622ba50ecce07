"""The look of the figures: sizes, colours, line styles, titles, and labels that do not collide.

Colours are the Okabe-Ito set, which people with colour blindness can tell apart; every series also
has its own line style and marker. Sizes are made for 1600 pixels across.
"""

from __future__ import annotations

import io
import textwrap
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import blended_transform_factory

from sim.report.words import pounds, upper_first

WIDTH = 1600 / 150
INK, GREY = "#1a1a1a", "#5a5a5a"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
# The same hues, dark enough to be read as text on white (contrast of 4.5 or more).
_DARK = dict(zip(COLOURS, ("#0065A0", "#B04C00", "#00734F", "#A3457A", "#8A5F00", "#1F6F9C"), strict=True))
PAYER_COLOURS = {
    "council": "#0072B2", "nhs": "#56B4E9", "schools": "#009E73", "charity": "#E69F00",
    "housing": "#D55E00", "government": "#CC79A7", "police": "#595959",
}  # fmt: skip
PAYER_NAMES = {"nhs": "NHS"}
LINES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (1, 1.2)), (0, (6, 2, 1, 2)), (0, (3, 1)), (0, (9, 3)))
MARKERS = ("o", "s", "D", "^", "v", "P")

_STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 11.0,
    "axes.titlesize": 11.5,
    "axes.labelsize": 11.0,
    "axes.edgecolor": "#8a8a8a",
    "axes.labelcolor": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.8,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "text.color": INK,
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.h_pad": 0.08,
    "figure.constrained_layout.w_pad": 0.08,
    # Names come from files: a dollar sign in them must not start a formula.
    "text.parse_math": False,
    "svg.hashsalt": "zonesim",
    "svg.fonttype": "path",
}

# matplotlib's settings are shared by all threads of a process.
_SETTINGS = threading.Lock()


class LineEnd(NamedTuple):
    """Right end of a line in the panel's units, with its label."""

    x: float
    y: float
    text: str
    colour: str


@contextmanager
def styled() -> Iterator[None]:
    """The figures' settings, for as long as the block lasts, in one thread at a time."""
    with _SETTINGS, matplotlib.rc_context(_STYLE):
        yield


def rendered(figure: Figure, kind: str) -> bytes:
    """A figure as the bytes of a PNG or SVG file without date."""
    metadata = {"svg": {"Date": None, "Creator": "zonesim"}, "png": {"Software": "zonesim"}}[kind]
    buffer = io.BytesIO()
    with styled():
        figure.savefig(buffer, format=kind, dpi=150, metadata=metadata, facecolor="white")
    return buffer.getvalue()


def label_ends(ax: Axes, ends: Sequence[LineEnd], last: float, line: float) -> None:
    """Label the lines right of ``last``, moved apart so that no two labels touch.

    ``line``: height of one line of text as a share of the panel.
    """
    if not ends:
        ax.text(0.5, 0.5, "not shown (fewer than 10)", transform=ax.transAxes, ha="center", color=GREY)
        return
    low, high = ax.get_ylim()
    mixed = blended_transform_factory(ax.transData, ax.transAxes)
    starts = [(end.y - low) / (high - low) for end in ends]
    placed = spread(starts, [line * (1 + end.text.count("\n")) for end in ends])
    first, final = ax.get_xlim()
    gap = 0.045 * (final - first)
    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
    for end, start, at in zip(ends, starts, placed, strict=True):
        ax.plot([end.x, last + gap], [start, at], transform=mixed, color=end.colour, linewidth=0.8, zorder=2)
        ax.text(last + 1.2 * gap, at, end.text, transform=mixed, color=_DARK.get(end.colour), va="center", bbox=box)


def spread(wanted: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Positions near the wanted ones whose labels of the given heights do not overlap.

    Positions and heights are shares of the panel (0 at the bottom, 1 at the top). Labels keep their
    order; a stack that leaves the panel at the top is pushed down.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed = [0.0] * len(wanted)
    floor = -0.04
    for index in order:
        placed[index] = max(wanted[index], floor + heights[index] / 2)
        floor = placed[index] + heights[index] / 2
    ceiling = 1.04
    for index in reversed(order):
        placed[index] = min(placed[index], ceiling - heights[index] / 2)
        ceiling = placed[index] - heights[index] / 2
    return placed


def head(figure: Figure, title: str) -> None:
    """Put the figure's title at its upper left."""
    figure.suptitle(title, x=0.012, ha="left", fontsize=15, fontweight="bold")


def foot(figure: Figure, note: str) -> None:
    """Put the reading note at the figure's lower left."""
    figure.supxlabel(note, x=0.012, ha="left", fontsize=11, color=GREY)


def title_panel(ax: Axes, bold: str, plain: str, width: int) -> None:
    """A bold line over one or two plain ones."""
    below = "\n".join(textwrap.wrap(plain, width, max_lines=2, placeholder="…"))
    ax.set_title(below, loc="left")
    above = 5 + 15 * (1 + below.count("\n"))
    ax.annotate(
        short_label(bold, width, 1), (0, 1), xytext=(0, above), xycoords="axes fraction", textcoords="offset points",
        fontsize=12, fontweight="bold", va="bottom", annotation_clip=False,
    )  # fmt: skip


def short_label(name: str, width: int = 17, lines: int = 2) -> str:
    """A short label in at most so many lines; what does not fit ends in an ellipsis."""
    return "\n".join(textwrap.wrap(name, width, max_lines=lines, placeholder="…"))


def years_axis(ax: Axes, years: int) -> None:
    """Ticks of the school years, with room on the right for labels."""
    step = max(1, round(years / 5))
    ticks = list(range(step if step > 1 else 1, years + 1, step))
    ax.set_xticks(ticks)
    # Room inside the panel for the labels at the end of the lines.
    ax.set_xlim(0.8, years + 0.62 * max(years, 2))
    ax.spines["bottom"].set_bounds(0.8, years + 0.2)
    ax.yaxis.set_major_locator(MaxNLocator(5))


def signed_tick(value: float) -> str:
    """Label of a tick on a difference axis, with its sign."""
    return f"{value:+g}".replace("-", "\N{MINUS SIGN}") if value else "0"


def pounds_tick(gbp: float) -> str:
    """Label of a tick on a money axis."""
    return pounds(gbp).replace(" million", "m").replace(".00m", "m")


def axis_label(name: str, unit: str) -> str:
    """Name and unit of an axis, wrapped."""
    return "\n".join(textwrap.wrap(f"{upper_first(name)}, {unit}", 54))
