"""The page of a fit: Markdown for the documentation, with figures beside it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
from scipy.stats import norm

from calibration.credibility import (
    NOT_INFORMED,
    Identifiability,
    ToleranceCheck,
    direction_in_words,
    identifiability,
    in_words,
    predictive_table,
    tolerance_checks,
)  # fmt: skip
from calibration.figures import write_figures
from calibration.fit import refitted
from calibration.posterior import MOST_R_HAT, Effort, Likelihood, implausibility
from calibration.recovery import RANKED, Recovery
from calibration.store import METHOD, Fit
from sim.outputs.folders import OutputError, write_file

RECOVERED, PAGE = "recovery.json", "report.md"

#: Rows of a table on the page; the rest is in the files.
_MOST_ROWS = 15


def write_report(folder: Path, fit: Fit, effort: Effort | None = None) -> Path:
    """Write ``report.md`` and the figures into the folder of a fit, and return the page's name."""
    emulator = refitted(fit)
    found = identifiability(fit, emulator)
    checks = tolerance_checks(fit, emulator, effort=effort)
    recovery = read_recovery(folder)
    figures = write_figures(folder, fit, found, recovery)
    likelihood = Likelihood.of(emulator, fit.goals)
    ruled_out = float((implausibility(likelihood, fit.draws) > 3.0).mean())
    outputs = emulator.predict(fit.draws)[0]
    sections = [
        _heading(fit), _waves(fit), _convergence(fit, ruled_out), _emulators(fit), _misses(fit, outputs),
        _informed(found), _recovered(recovery), _tolerances(fit, checks), _pictures(figures),
    ]  # fmt: skip
    page = folder / PAGE
    write_file(page, "\n\n".join(sections) + "\n")
    return page


def _heading(fit: Fit) -> str:
    s = fit.settings
    dropped = "".join(
        f"\n- dropped: {goal} has no value at {share:.0%} of the points" for goal, share in fit.dropped.items()
    )
    return (
        f"# The fit {fit.run_id}\n\n{METHOD}\n\n"
        f"- {len(fit.priors)} parameters, {len(fit.goals)} goals\n"
        f"- {s.waves} waves of {s.points} points with {s.seeds} seeds each; {s.draws} draws kept; "
        f"all seeds from {s.seed}, none chosen\n"
        f"- {fit.date}; " + ", ".join(f"{name} {number}" for name, number in sorted(fit.versions.items())) + dropped
    )


def _waves(fit: Fit) -> str:
    rows = [
        [
            str(w.number), str(w.points), _or_dash(w.fresh_r2, ".3f"), _or_dash(w.fresh_beyond, ".2%"),
            f"{w.plausible:.2%}", f"{w.chi_square:.1f}",
        ]
        for w in fit.waves
    ]  # fmt: skip
    head = [
        "wave",
        "points",
        "R2 at fresh points",
        "beyond 3 SD",
        "prior not ruled out",
        "chi-square of the best point",
    ]
    return "## Waves\n\n" + table(head, rows)


def _convergence(fit: Fit, ruled_out: float) -> str:
    settled = "settled" if fit.r_hat < MOST_R_HAT else "has NOT settled"
    return (
        f"The last chain {settled}: largest R-hat {fit.r_hat:.3f} (to be below {MOST_R_HAT}), smallest effective "
        f"number of draws {fit.ess:.0f}. History matching would rule out {ruled_out:.1%} of the draws."
    )


def _emulators(fit: Fit) -> str:
    d = fit.diagnosis
    rows = [
        [fit.goals[i].id, f"{d.r2[i]:.3f}", f"{d.rmse[i]:.4g}", f"{fit.goals[i].se:.4g}", f"{d.beyond[i]:.1%}"]
        for i in np.argsort(d.r2, kind="stable")[:_MOST_ROWS]
    ]
    text = (
        f"Points left out of the fit: median R2 {np.median(d.r2):.3f}, {d.beyond.mean():.2%} of errors beyond three of "
        "their own standard deviations (0.27 % if normal). Those least well emulated:"
    )
    return f"## Emulators\n\n{text}\n\n" + table(["goal", "R2", "error (RMSE)", "published se", "beyond 3 SD"], rows)


def _misses(fit: Fit, outputs: np.ndarray) -> str:
    found = predictive_table(fit.goals, outputs)
    within = sum(abs(row.z) <= 2.0 for row in found)
    worst = sorted(found, key=lambda row: (-abs(row.z), row.id))[:_MOST_ROWS]
    rows = [[r.id, f"{r.value:.4g}", f"{r.mean:.4g}", f"{r.low:.4g} to {r.high:.4g}", f"{r.z:+.2f}"] for r in worst]
    return (
        f"## Goals\n\nOf {len(found)} goals {within} are met within 2 combined standard errors by the emulated "
        "posterior (the check on the model itself stands in the fit table). Farthest off:\n\n"
        + table(["goal", "published", "emulated", "90 % of draws", "z"], rows)
    )


def _informed(found: Identifiability) -> str:
    order = np.argsort(-found.contraction, kind="stable")
    rows = [
        [
            found.names[i], f"{found.contraction[i]:.2f}",
            ", ".join(f"{goal} ({share:.0%})" for goal, share in found.informed_by[i])
            if found.contraction[i] >= NOT_INFORMED else "none",
        ]
        for i in order
    ]  # fmt: skip
    last = [
        direction_in_words(found, number) for number in range(len(found.names) - 1, max(len(found.names) - 4, -1), -1)
    ]
    return (
        "## What the targets inform\n\n" + "\n\n".join(in_words(found))
        + "\n\nCombinations of which they say least: " + "; ".join(last) + ".\n\n"
        + table(["parameter", "contraction", "goals that speak of it most"], rows)
    )  # fmt: skip


def _recovered(recovery: Recovery | None) -> str:
    if recovery is None:
        return "## Known truths\n\nNot tried yet: `zonesim-calibrate recover DIR`."
    informed = recovery.informed()
    p = recovery.ks_p()
    rows = [
        [name, *(f"{inside[:, which].mean():.0%}" for inside in (recovery.inside_50, recovery.inside_90))]
        for name, which in (("all parameters", np.ones_like(informed)), ("well informed", informed))
        if which.any()
    ]
    return (
        f"## Known truths\n\n{len(recovery.ranks)} simulated points of the first wave were taken for the real "
        f"world, with noise of the published errors, and fitted with emulators that had not seen them. Ranks of "
        f"the truths among {RANKED} draws: chi-square p {recovery.chi_square_p():.2f} over all (parameters of one "
        f"truth are not independent), smallest Kolmogorov-Smirnov p of {len(p)} parameters {p.min():.3f} "
        f"({(p < 0.05).sum()} below 0.05, {0.05 * len(p):.0f} expected); largest R-hat {recovery.r_hats.max():.3f}.\n\n"
        + table(["truths inside", "50 % interval", "90 % interval"], rows)
        + _how_wide(float(recovery.inside_90.mean()))
    )


def _how_wide(inside_90: float) -> str:
    """What the coverage of the 90 % intervals says of their width, as if all were normal."""
    if not 0.0 < inside_90 < 1.0:
        return ""
    factor = float(norm.ppf(0.95) / norm.ppf((1.0 + inside_90) / 2.0))
    if abs(factor - 1.0) < 0.05:
        return "\n\nIntervals of the fit are about as wide as they should be."
    word = "too narrow" if factor > 1.0 else "too wide"
    return (
        f"\n\nIntervals of the fit are {word}: their spread would have to be about {factor:.1f} times what it is for "
        "nine in ten truths to lie in nine tenths. Chains that have not settled (R-hat above 1.05) make them narrower."
    )


def _tolerances(fit: Fit, checks: tuple[ToleranceCheck, ...]) -> str:
    rows = []
    for check in checks:
        order = np.argsort(-np.abs(check.shift), kind="stable")[:3]
        moved = ", ".join(f"{fit.names[i]} ({check.shift[i]:+.1f})" for i in order)
        rows.append(
            [
                f"x {check.factor:g}",
                f"{np.abs(check.shift).mean():.2f}",
                moved,
                f"{np.median(check.spread):.2f}",
                f"{check.r_hat:.3f}",
            ]
        )
    head = ["standard errors", "mean shift (SD)", "largest shifts (SD)", "median SD, relative", "R-hat"]
    return "## If the tolerances were others\n\n" + table(head, rows)


def _pictures(figures: list[str]) -> str:
    return "## Figures\n\n" + "\n\n".join(
        f"![{name.removesuffix('.png').replace('_', ' ')}]({name})" for name in figures
    )


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _or_dash(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


# --- recovery beside the fit -------------------------------------------------------------------------------------


def write_recovery(folder: Path, recovery: Recovery) -> None:
    """Write ``recovery.json`` into the folder of a fit."""
    record = {name: value.tolist() for name, value in asdict(recovery).items()}
    write_file(folder / RECOVERED, json.dumps(record) + "\n")


def read_recovery(folder: Path) -> Recovery | None:
    """The recovery in the folder of a fit, if there is one."""
    path = folder / RECOVERED
    if not path.exists():
        return None
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return Recovery(**{name: np.array(value, dtype=float) for name, value in record.items()})
    except (OSError, TypeError, ValueError, AttributeError) as error:
        raise OutputError(
            folder, f"{RECOVERED} is damaged ({error})", "Run zonesim-calibrate recover again."
        ) from error
