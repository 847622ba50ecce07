"""The fit itself: waves of simulations, each where the ones before say that it matters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from calibration.bank import MOST_MISSING, Bank, Job, Pool, Progress, Runs, missing_share, runs_of
from calibration.design import first_wave, next_wave, seeds_of, source
from calibration.emulate import Emulator, emulator_of, fresh_points, left_one_out
from calibration.posterior import (
    ROUGH,
    Best,
    Effort,
    Likelihood,
    Sample,
    best_point,
    implausibility,
    sample,
)  # fmt: skip
from calibration.problem import Array, Booleans, CalibrationError, Goal, Problem
from calibration.store import Fit, Settings, WaveReport, digests_of, library_versions, open_folder, write_fit

#: Says one line to whoever waits.
Say = Callable[[str], None]

#: Purposes of random numbers, the second part of their address.
DESIGN, CHAIN, PRIOR_POINTS = 1, 2, 3

#: Points of the prior by which the share that is not ruled out is found.
_PRIOR_POINTS = 2000

#: Simulated points with the smallest misfit, from which the search for the best point starts.
_STARTS = 3


class NothingToFitError(CalibrationError):
    """No goal is left."""


def fit(
    problem: Problem,
    folder: Path,
    settings: Settings,
    *,
    resume: bool = False,
    shared: Path | None = None,
    workers: int = 2,
    pool: Pool = "threads",
    progress: Progress | None = None,
    say: Say | None = None,
    effort: Effort | None = None,
) -> Fit:
    """Fit a problem and write everything into a folder.

    Same problem and settings, same bits: whatever was interrupted or resumed, however many workers.
    ``shared``: a folder of simulations that several fits use (default: the fit's own), so that what was
    simulated for other published values is not simulated again. ``effort`` is that of the last chain. Raises
    ``OutputError`` (folder), ``SimulationError`` (simulator) and ``NothingToFitError``.
    """
    say = say or _nobody
    run_id, date = open_folder(folder, problem, settings, resume)
    bank = Bank(shared or folder / "bank", problem)
    past: list[tuple[Array, Array]] = []
    stages: list[_Stage] = []
    for wave in range(1, settings.waves + 1):
        unit = _design(problem, settings, wave, stages)
        past.append((unit, bank.run(_jobs(problem, settings, wave, unit), workers, pool, progress)))
        stages.append(_stage(problem, settings, _all(past), stages, effort, say))
    found = _fit_of(problem, settings, stages, run_id, date)
    write_fit(folder, found)
    for goal, share in found.dropped.items():
        say(f"dropped: {goal} has no value at {share:.0%} of the points")
    if not stages[-1].drawn.converged:
        say(f"WARNING: the chain has not settled (R-hat {found.r_hat:.3f}); read the posterior with care")
    return found


def _nobody(_: str) -> None:
    """Whoever hears nothing."""


@dataclass(frozen=True)
class _Stage:
    """What is known after a wave. ``columns``: goals that are fitted; ``everything``: runs with all goals."""

    columns: Booleans
    everything: Runs
    emulator: Emulator
    best: Best
    drawn: Sample
    report: WaveReport


def _stage(
    problem: Problem, settings: Settings, everything: Runs, before: list[_Stage], effort: Effort | None, say: Say
) -> _Stage:
    """Emulators and posterior of all waves so far."""
    wave, last = len(before) + 1, len(before) + 1 == settings.waves
    columns = missing_share(everything) <= MOST_MISSING
    if not columns.any():
        raise NothingToFitError("every goal is without a value at more than one point in twenty")
    runs = everything.goals(columns)
    say(f"wave {wave}: fitting emulators of {columns.sum()} goals to {len(runs.unit)} points")
    emulator = emulator_of(runs)
    likelihood = Likelihood.of(emulator, _used(problem, columns))
    best = best_point(likelihood, _starts(likelihood, runs))
    say(f"wave {wave}: sampling the posterior; chi-square of the best point {best.chi_square:.1f}")
    draws = settings.draws if last else max(settings.points, settings.draws)
    drawn = sample(likelihood, best, draws, source(settings.seed, CHAIN, wave), effort if last else ROUGH)
    new = everything.wave == wave
    fresh = fresh_points(before[-1].emulator, everything.goals(before[-1].columns).only(new)) if before else None
    report = WaveReport(
        wave,
        int(new.sum()),
        None if fresh is None else float(np.median(fresh.r2)),
        None if fresh is None else float(fresh.beyond.mean()),
        _plausible(likelihood, settings),
        best.chi_square,
        drawn.r_hat,
    )
    say(_told(report))
    return _Stage(columns, everything, emulator, best, drawn, report)


def _fit_of(problem: Problem, settings: Settings, stages: list[_Stage], run_id: str, date: str) -> Fit:
    last = stages[-1]
    runs, shares = last.everything.goals(last.columns), missing_share(last.everything)
    dropped = {problem.goals[index].id: float(shares[index]) for index in np.flatnonzero(~last.columns)}
    return Fit(
        run_id, date, settings, problem.priors, _used(problem, last.columns), dropped, digests_of(problem),
        library_versions(), tuple(stage.report for stage in stages), last.drawn.r_hat, last.drawn.ess, runs,
        last.drawn.draws, last.best.unit, last.emulator.left_out, left_one_out(last.emulator, runs),
    )  # fmt: skip


def _used(problem: Problem, columns: Booleans) -> tuple[Goal, ...]:
    return tuple(goal for goal, used in zip(problem.goals, columns, strict=True) if used)


def refitted(found: Fit) -> Emulator:
    """The emulators of a finished fit, to the same bits."""
    return emulator_of(found.runs)


def resampled(found: Fit, likelihood: Likelihood, purpose: int, draws: int, effort: Effort | None = None) -> Sample:
    """Draws of another posterior on the emulators of a fit; ``purpose`` addresses its random numbers."""
    best: Best = best_point(likelihood, _starts(likelihood, found.runs))
    return sample(likelihood, best, draws, source(found.settings.seed, CHAIN, purpose), effort)


def _design(problem: Problem, settings: Settings, wave: int, stages: list[_Stage]) -> Array:
    random = source(settings.seed, DESIGN, wave)
    if not stages:
        return first_wave(settings.points, len(problem.priors), random)
    return next_wave(stages[-1].drawn.draws, settings.points, random)


def _jobs(problem: Problem, settings: Settings, wave: int, unit: Array) -> list[Job]:
    return [
        Job(wave, point, tuple(float(v) for v in values), seeds_of(settings.seed, wave, point, settings.seeds))
        for point, values in enumerate(problem.natural(unit))
    ]


def _all(past: list[tuple[Array, Array]]) -> Runs:
    unit = np.concatenate([points for points, _ in past])
    wave = np.concatenate([np.full(len(points), number, dtype=float) for number, (points, _) in enumerate(past, 1)])
    return runs_of(unit, wave, np.concatenate([outputs for _, outputs in past]))


def _starts(likelihood: Likelihood, runs: Runs) -> Array:
    """The middle of the prior and the simulated points nearest to what was published."""
    variance = likelihood.variance + runs.chance
    misfit = np.nansum((runs.means - likelihood.values) ** 2 / variance, axis=1)
    nearest = np.argsort(misfit, kind="stable")[:_STARTS]
    return np.vstack([np.full((1, runs.unit.shape[1]), 0.5), runs.unit[nearest]])


def _plausible(likelihood: Likelihood, settings: Settings) -> float:
    """Share of the prior that history matching has not ruled out."""
    d = likelihood.emulator.polynomial.features.parameters
    points = source(settings.seed, PRIOR_POINTS).random((_PRIOR_POINTS, d))
    return float((implausibility(likelihood, points) <= 3.0).mean())


def _told(wave: WaveReport) -> str:
    fresh = "" if wave.fresh_r2 is None else f", fresh points R2 {wave.fresh_r2:.2f}, |z|>3 {wave.fresh_beyond:.1%}"
    return f"wave {wave.number}: {wave.plausible:.2%} of the prior not ruled out{fresh}, R-hat {wave.r_hat:.3f}"
