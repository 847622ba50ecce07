"""Figure of the theories of change: the steps on a line of years, what rests on what, and how often each held."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.outputs.records import ComparisonRecord
from sim.report.style import GREY, INK, WIDTH, head, short_label, styled, title_panel
from sim.report.tables import names
from sim.report.theory import VERDICT_WORDS, StepRow, theory_rows, theory_sentence

NAME = "theory"
CAPTION = "Theory of change: which steps held, and which link broke first"

#: Verdict -> colour (Okabe-Ito) and marker: no two share either.
LOOKS = {
    "on_time": ("#0072B2", "o"), "late": ("#E69F00", "s"), "missed": ("#D55E00", "X"),
    "not_measurable": ("#BBBBBB", "D"),
}  # fmt: skip
_ROW, _AROUND, _HEAD = 0.62, 1.9, 1.0


def theory_figure(comparison: ComparisonRecord) -> Figure:
    """A pair of panels per strategy with steps: when each is due and rests on, shares of the runs by verdict."""
    rows = theory_rows(comparison)
    labels = names(comparison)
    heights = [_AROUND + _ROW * len(steps) for steps in rows.values()]
    with styled():
        figure = Figure(figsize=(WIDTH, _HEAD + sum(heights)))
        panels = figure.subplots(len(rows), 2, squeeze=False, width_ratios=(3, 2), height_ratios=heights)
        for (left, right), (strategy, steps) in zip(panels, rows.items(), strict=True):
            _draw_chain(left, steps, labels[strategy])
            _draw_shares(right, steps)
        marks = [
            Line2D([], [], color=colour, marker=marker, linestyle="", markersize=9, label=VERDICT_WORDS[verdict])
            for verdict, (colour, marker) in LOOKS.items()
        ]
        note = f"Arrows lead from a step to what rests on it. {comparison.replications} replications."
        key = figure.legend(
            handles=marks, title=note, alignment="left", loc="outside lower left", ncols=4, frameon=False
        )
        key.get_title().set_color(GREY)
        head(figure, f"{comparison.place.name}: does the theory of change hold?")
        return figure


def _draw_chain(ax: Axes, steps: Sequence[StepRow], label: str) -> None:
    place = {row.step.id: (row.step.by_month / 12, -at) for at, row in enumerate(steps)}
    for row in steps:
        x, y = place[row.step.id]
        for name in sorted(row.step.depends_on):
            # Bent, so that an arrow does not run through a marker that lies between.
            arrow = {"arrowstyle": "-|>", "color": "#8a8a8a", "shrinkA": 5, "shrinkB": 7}
            arrow["connectionstyle"] = "arc3,rad=0.18"
            ax.annotate("", (x, y), xytext=place[name], arrowprops=arrow)
        colour, marker = LOOKS[row.verdict]
        ax.plot(x, y, marker, color=colour, markersize=12, markeredgecolor=INK, zorder=5)
    ax.set_yticks([-at for at in range(len(steps))], [short_label(row.step.name, 30, 2) for row in steps])
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    ax.set_ylim(-len(steps) + 0.4, 0.6)
    last = max(x for x, _ in place.values())
    ax.set_xlim(0, last + 0.08 * max(last, 1) + 0.3)
    ax.set_xlabel("due by the end of school year", loc="left")
    ax.grid(axis="y", visible=False)
    title_panel(ax, label, theory_sentence(list(steps)).split(";")[0].removesuffix(".") + ".", 74)


def _draw_shares(ax: Axes, steps: Sequence[StepRow]) -> None:
    for at, row in enumerate(steps):
        left = 0.0
        for verdict, (colour, _) in LOOKS.items():
            share = 100 * row.shares[verdict]
            ax.barh(-at, share, left=left, color=colour, edgecolor="white", height=0.5)
            left += share
        if row.first_broken > 0:
            ax.text(102, -at, f"breaks first in {round(row.first_broken * row.replications)}", va="center", color=GREY)
    ax.set_yticks([])
    ax.set_ylim(-len(steps) + 0.4, 0.6)
    ax.set_xlim(0, 165)
    ax.set_xticks([0, 50, 100])
    ax.spines["bottom"].set_bounds(0, 100)
    ax.spines["left"].set_visible(False)
    ax.grid(visible=False)
    ax.set_xlabel("per cent of the runs", loc="left")
