"""The folder of a fit: what was asked, what was found, and the posterior as a parameter file.

``asked.json`` (at the start), ``bank/`` (simulations), ``fit.json`` and ``fit.npz`` (at the end).
"""

from __future__ import annotations

import io
import json
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from calibration.bank import Runs
from calibration.emulate import Diagnosis
from calibration.problem import Array, Goal, Prior, Problem, digest, natural, prior_digest, target_digest
from sim.inputs.posterior import Posterior, posterior_toml
from sim.outputs.folders import DAMAGED, OutputError, in_words, write_file

ASKED, FOUND, ARRAYS, POSTERIOR = "asked.json", "fit.json", "fit.npz", "posterior.toml"

METHOD = (
    "History matching in waves with Gaussian-process emulators (sparse quadratic mean), "
    "then Markov chain Monte Carlo (emcee) on the emulators of all waves; uniform priors."
)

_LIBRARIES = {
    "zonesim": "zonesim", "numpy": "numpy", "numba": "numba", "scipy": "scipy", "sklearn": "scikit-learn",
    "emcee": "emcee",
}  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """How much is simulated: waves, points a wave, seeds a point; draws kept; the seed that all seeds come from."""

    waves: int = 3
    points: int = 350
    seeds: int = 3
    draws: int = 200
    seed: int = 1


@dataclass(frozen=True)
class WaveReport:
    """How one wave went.

    ``fresh_r2`` (median over goals) and ``fresh_beyond`` (share of |z| > 3): this wave's points predicted by the
    emulators of the waves before, ``None`` in the first; ``plausible``: share of the prior not ruled out after it;
    ``chi_square`` of the best point; ``r_hat`` of the chain.
    """

    number: int
    points: int
    fresh_r2: float | None
    fresh_beyond: float | None
    plausible: float
    chi_square: float
    r_hat: float


@dataclass(frozen=True)
class Fit:
    """A finished fit.

    ``goals`` and the columns of ``runs`` are those that were fitted; ``dropped``: goals without values at too
    many points, with the share; ``draws`` and ``best`` in the unit cube; ``left_out``: mean and variance (points
    x goals each) predicted for each point by emulators that had not seen it.
    """

    run_id: str
    date: str
    settings: Settings
    priors: tuple[Prior, ...]
    goals: tuple[Goal, ...]
    dropped: dict[str, float]
    digests: dict[str, str]
    versions: dict[str, str]
    waves: tuple[WaveReport, ...]
    r_hat: float
    ess: float
    runs: Runs
    draws: Array
    best: Array
    left_out: tuple[Array, Array]
    diagnosis: Diagnosis

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(prior.name for prior in self.priors)

    def natural_draws(self) -> Array:
        """Draws x parameters in the parameters' own units."""
        return natural(self.priors, self.draws)


def digests_of(problem: Problem) -> dict[str, str]:
    """What identifies a problem: simulator, targets and priors."""
    return {
        "simulator": problem.simulator_digest(),
        "target": target_digest(problem.goals),
        "prior": prior_digest(problem.priors),
    }


def open_folder(folder: Path, problem: Problem, settings: Settings, resume: bool) -> tuple[str, str]:
    """Run id and date of a new fit, or of the one that is resumed.

    Raises ``OutputError`` where the folder holds another fit, or none that could be resumed.
    """
    digests = digests_of(problem)
    run_id = digest([digests, asdict(settings)])[:12]
    path = folder / ASKED
    if resume or path.exists():
        kept = _read_json(path, "there is no fit to resume here" if resume else "the folder is damaged")
        if not resume:
            raise OutputError(folder, "the folder already holds a fit", "Add --resume, or choose another --out.")
        if kept.get("run_id") != run_id:
            raise OutputError(
                folder,
                "the fit in this folder asked for something else (settings, parameters, targets or model)",
                "Resume with the same settings, or choose another --out.",
            )
        return run_id, str(kept["date"])
    date = f"{datetime.now(UTC):%Y-%m-%d}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError.from_os(folder, error) from error
    asked = {"run_id": run_id, "date": date, "settings": asdict(settings), "digests": digests}
    write_file(path, json.dumps(asked, indent=2) + "\n")
    return run_id, date


def library_versions() -> dict[str, str]:
    """Versions that the bits of a fit depend on."""
    found = {"python": platform.python_version()}
    for name, package in _LIBRARIES.items():
        try:
            found[name] = version(package)
        except PackageNotFoundError:
            found[name] = "not installed as a package"
    return dict(sorted(found.items()))


def write_fit(folder: Path, fit: Fit) -> None:
    """Write ``fit.npz``, ``fit.json`` and the posterior file, each whole or not at all."""
    arrays = {
        "unit": fit.runs.unit, "wave": fit.runs.wave, "means": fit.runs.means, "chance": fit.runs.chance,
        "draws": fit.draws, "best": fit.best, "left_mean": fit.left_out[0], "left_variance": fit.left_out[1],
        "r2": fit.diagnosis.r2, "rmse": fit.diagnosis.rmse, "beyond": fit.diagnosis.beyond,
    }  # fmt: skip
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    record = {
        "run_id": fit.run_id, "date": fit.date, "settings": asdict(fit.settings),
        "priors": [prior.model_dump() for prior in fit.priors], "goals": [asdict(goal) for goal in fit.goals],
        "dropped": fit.dropped, "digests": fit.digests, "versions": fit.versions,
        "waves": [asdict(wave) for wave in fit.waves], "r_hat": fit.r_hat, "ess": fit.ess,
    }  # fmt: skip
    write_file(folder / ARRAYS, buffer.getvalue())
    write_file(folder / POSTERIOR, posterior_toml(posterior(fit)))
    write_file(folder / FOUND, json.dumps(record, indent=2, ensure_ascii=False) + "\n")


def read_fit(folder: Path) -> Fit:
    """Read a finished fit. Raises ``OutputError`` where there is none or it is damaged."""
    record = _read_json(folder / FOUND, "there is no finished fit here")
    try:
        with np.load(folder / ARRAYS, allow_pickle=False) as kept:
            a = {name: kept[name] for name in kept.files}
        return Fit(
            record["run_id"], record["date"], Settings(**record["settings"]),
            tuple(Prior(**prior) for prior in record["priors"]), tuple(Goal(**goal) for goal in record["goals"]),
            record["dropped"], record["digests"], record["versions"],
            tuple(WaveReport(**wave) for wave in record["waves"]), record["r_hat"], record["ess"],
            Runs(a["unit"], a["wave"], a["means"], a["chance"]), a["draws"], a["best"],
            (a["left_mean"], a["left_variance"]), Diagnosis(a["r2"], a["rmse"], a["beyond"], len(a["unit"])),
        )  # fmt: skip
    except DAMAGED as error:
        raise OutputError(folder, f"the fit is damaged ({in_words(error)})", "Run it again with --resume.") from error


def _read_json(path: Path, problem: str) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise OutputError(path.parent, problem, "Name the folder of a fit (zonesim-calibrate fit --out DIR).") from None
    except DAMAGED as error:
        problem = f"{path.name} cannot be read ({in_words(error)})"
        raise OutputError(path.parent, problem, "Choose another folder.") from error
    if not isinstance(record, dict):
        raise OutputError(path.parent, f"{path.name} is damaged", "Choose another folder.")
    return record


# --- the posterior as a parameter file --------------------------------------------------------------------------


def posterior(fit: Fit) -> Posterior:
    """The draws of the fitted parameters, and where they come from."""
    method = f"{METHOD} R-hat {fit.r_hat:.3f}, effective draws {fit.ess:.0f}."
    return Posterior(
        fit.run_id, fit.date, dict(fit.versions), fit.digests["target"], fit.digests["prior"], method, fit.names,
        fit.natural_draws(),
    )  # fmt: skip
