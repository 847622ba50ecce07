"""Figures of a fit: ranks of known truths, prior and posterior, contraction, emulators."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import stats

from calibration.credibility import NOT_INFORMED, WELL_INFORMED, Identifiability
from calibration.recovery import RANKED, Recovery
from calibration.store import Fit
from sim.outputs.folders import write_file
from sim.report.style import COLOURS, GREY, WIDTH, foot, head, rendered, short_label, styled

_COLUMNS = 6


def write_figures(folder: Path, fit: Fit, found: Identifiability, recovery: Recovery | None) -> list[str]:
    """Write the figures as PNG and return their names."""
    figures: dict[str, Callable[[], Figure]] = {
        "prior_posterior": partial(prior_posterior, fit),
        "contraction": partial(contraction_bars, found),
        "emulators": partial(emulators, fit),
    }
    if recovery is not None:
        figures["ranks"] = partial(rank_histogram, recovery)
    for name, make in figures.items():
        with styled():
            figure = make()
        write_file(folder / f"{name}.png", rendered(figure, "png"))
    return [f"{name}.png" for name in figures]


def rank_histogram(recovery: Recovery) -> Figure:
    """Ranks of the truths among the draws, with the band of even ranks: all parameters, and the informed ones."""
    figure = Figure(figsize=(WIDTH, 4.6))
    head(figure, "Known truths: rank of each among the draws of its posterior")
    left, right = figure.subplots(1, 2)
    _ranks(left, recovery.ranks, "All parameters")
    informed = recovery.informed()
    _ranks(right, recovery.ranks[:, informed], f"The {informed.sum()} well informed ones")
    foot(figure, "Band: nine in ten bars if ranks are even. A U means too narrow, a hump too wide, a slope biased.")
    return figure


def _ranks(ax: Axes, ranks: np.ndarray, title: str) -> None:
    ax.set_title(title, loc="left")
    ax.set_xlabel(f"Rank (0 to {RANKED})")
    ax.set_ylabel("Truths x parameters")
    if not ranks.size:
        return
    counts, edges = np.histogram(ranks, bins=10, range=(-0.5, RANKED + 0.5))
    low, high = stats.binom.ppf([0.05, 0.95], ranks.size, 0.1)
    ax.axhspan(low, high, color="#dddddd")
    ax.bar((edges[:-1] + edges[1:]) / 2, counts, width=0.9 * (edges[1] - edges[0]), color=COLOURS[0])


def prior_posterior(fit: Fit) -> Figure:
    """Histogram of the draws over the range of the prior, a panel for each parameter."""
    rows = -(-len(fit.names) // _COLUMNS)
    figure = Figure(figsize=(WIDTH, 1.0 + 1.25 * rows))
    head(figure, "Posterior over the range of the prior")
    panels = np.atleast_1d(figure.subplots(rows, _COLUMNS)).ravel()
    for ax in panels[len(fit.names) :]:
        ax.set_axis_off()
    draws = fit.natural_draws()
    for column, (prior, ax) in enumerate(zip(fit.priors, panels, strict=False)):
        ax.hist(draws[:, column], bins=20, range=(prior.low, prior.high), color=COLOURS[0])
        ax.axhline(len(draws) / 20, color=COLOURS[1], linewidth=1.2)
        ax.set_xlim(prior.low, prior.high)
        ax.set_xticks([prior.low, prior.high], [f"{prior.low:.3g}", f"{prior.high:.3g}"], fontsize=7)
        ax.set_yticks([])
        ax.set_title(short_label(prior.name.replace(".", ". ").replace("_", " "), 22), fontsize=7.5, loc="left")
    foot(figure, f"{len(draws)} draws; the line is the prior.")
    return figure


def contraction_bars(found: Identifiability) -> Figure:
    """Contraction by parameter, largest on top."""
    order = np.argsort(found.contraction, kind="stable")
    figure = Figure(figsize=(WIDTH, 1.4 + 0.2 * len(order)))
    head(figure, "What the targets inform")
    ax = figure.subplots()
    ax.barh(np.arange(len(order)), np.maximum(found.contraction[order], 0.0), color=COLOURS[0])
    ax.set_yticks(np.arange(len(order)), [found.names[index] for index in order], fontsize=8)
    ax.set_ylim(-0.7, len(order) - 0.3)
    ax.set_xlim(0.0, 1.0)
    ax.set_xlabel("Contraction: 1 - posterior variance / prior variance")
    for line in (NOT_INFORMED, WELL_INFORMED):
        ax.axvline(line, color=GREY, linewidth=1.0, linestyle=":")
    return figure


def emulators(fit: Fit) -> Figure:
    """R2 of each goal, and standardised errors of all goals, at points left out of the fit."""
    figure = Figure(figsize=(WIDTH, 4.6))
    head(figure, "Emulators at points they had not seen")
    left, right = figure.subplots(1, 2)
    left.bar(np.arange(len(fit.goals)), np.clip(np.sort(fit.diagnosis.r2)[::-1], 0.0, 1.0), width=1.0, color=COLOURS[0])
    left.set_ylim(0.0, 1.0)
    left.set_xlabel("Goals, best first")
    left.set_ylabel("R2 of simulated means")
    mean, variance = fit.left_out
    z = (fit.runs.means - mean) / np.sqrt(np.maximum(variance + fit.runs.chance, 1e-300))
    right.hist(np.clip(z[np.isfinite(z)], -5.0, 5.0), bins=50, density=True, color=COLOURS[0])
    line = np.linspace(-5.0, 5.0, 201)
    right.plot(line, stats.norm.pdf(line), color=COLOURS[1])
    right.set_xlabel("Error in its own standard deviations")
    right.set_ylabel("Density")
    foot(figure, f"{len(fit.runs.unit)} points, each predicted without it. Line: standard normal.")
    return figure
