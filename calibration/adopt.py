"""From a fit to the files that runs read: lines and marks for every draw, the posterior, and the central values."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from calibration.bank import Progress
from calibration.design import seeds_of
from calibration.england import England
from calibration.problem import Array
from calibration.store import Fit, posterior
from sim.experiments.samples import Sample
from sim.inputs.posterior import Posterior, load_posterior, posterior_toml
from sim.outputs.folders import write_file

#: Seeds of these simulations stand apart from those of all waves.
_MARK_WAVE, _CENTRE_WAVE = 10_001, 10_002
#: Slopes that value added is measured with: a later score regressed on an earlier one, in the same Englands.
SLOPES = {
    "reference.value_added_ks2_slope": ("score_11", "earlier_score_5"),
    "reference.value_added_gcse_slope": ("score_16", "earlier_score_11"),
}
#: Where the marks of draws are kept, one line a draw, until all are there.
MARKS = "marks.jsonl"
#: Significant digits of a central value in its passport.
DIGITS = 5

Marks = list[dict[str, float]]


def marks_of(
    fit: Fit, england: England, folder: Path, seeds: int, workers: int = 2, progress: Progress | None = None
) -> Marks:
    """Lines and marks of every draw, each set on ``seeds`` Englands of its own; what was done is kept in ``folder``."""
    kept = _kept(folder / MARKS, fit.run_id, seeds)
    draws = fit.natural_draws()
    todo = [d for d in range(len(draws)) if d not in kept]

    one = partial(_marks_of_draw, fit.names, draws, england, fit.settings.seed, seeds)
    with ExitStack() as stack:
        file = stack.enter_context((folder / MARKS).open("a", encoding="utf-8"))
        found: Iterable[dict[str, float]] = map(one, todo)
        if workers > 1:
            pool = stack.enter_context(ProcessPoolExecutor(workers, mp_context=get_context("spawn")))
            found = pool.map(one, todo)
        for d, marks in zip(todo, found, strict=True):
            kept[d] = marks
            file.write(json.dumps({"run": fit.run_id, "seeds": seeds, "draw": d, "marks": marks}) + "\n")
            file.flush()
            os.fsync(file.fileno())
            if progress is not None:
                progress(len(kept), len(draws), "draws")
    return [kept[d] for d in range(len(draws))]


def _marks_of_draw(
    names: tuple[str, ...], draws: Array, england: England, run_seed: int, seeds: int, d: int
) -> dict[str, float]:
    point = dict(zip(names, draws[d].tolist(), strict=True))
    return marks_and_slopes(england, point, seeds_of(run_seed, _MARK_WAVE, d, seeds))


def marks_and_slopes(england: England, point: Mapping[str, float], seeds: tuple[int, ...]) -> dict[str, float]:
    """Lines, marks and the slopes of value added that go with a point."""
    samples, marks = england.marked(point, seeds)
    return marks | {name: slope(samples, later, earlier) for name, (later, earlier) in SLOPES.items()}


def slope(samples: Sequence[Sample], later: str, earlier: str) -> float:
    """Slope of one measure on another over all children who have both, by least squares."""
    y, x = (np.concatenate([s.values(measure) for s in samples]) for measure in (later, earlier))
    both = ~(np.isnan(x) | np.isnan(y))
    return float(np.cov(x[both], y[both])[0, 1] / np.var(x[both], ddof=1))


def _kept(path: Path, run_id: str, seeds: int) -> dict[int, dict[str, float]]:
    """Whole lines of the same fit; a line that a crash cut short is made again."""
    found: dict[int, dict[str, float]] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if (record["run"], record["seeds"]) == (run_id, seeds):
            found[int(record["draw"])] = record["marks"]
    return found


def posterior_of(fit: Fit, marks: Marks) -> Posterior:
    """The draws with their lines and marks, as every run reads them."""
    extra = tuple(marks[0])
    columns = np.array([[m[name] for name in extra] for m in marks])
    found = posterior(fit)
    method = f"{found.method} Lines and marks were set on Englands simulated for each draw."
    return replace(found, method=method, names=(*fit.names, *extra), draws=np.hstack([found.draws, columns]))


def central_values(fit: Fit, england: England, seeds: int) -> dict[str, float]:
    """Mean of the posterior, with lines and marks set there."""
    means: Array = fit.natural_draws().mean(axis=0)
    centre = {name: _rounded(value) for name, value in zip(fit.names, means.tolist(), strict=True)}
    marks = marks_and_slopes(england, centre, seeds_of(fit.settings.seed, _CENTRE_WAVE, 0, seeds))
    return centre | {name: _rounded(value) for name, value in marks.items()}


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def with_central_value(text: str, name: str, value: float, source: str | None) -> str:
    """A parameter file with another value for one number, its kind ``calibrated``; ``source`` is kept if ``None``.

    Raises ``KeyError`` where the number does not stand in the file.
    """
    block = re.search(rf"(?ms)^\[{re.escape(name)}\]\n.*?(?=^\[|\Z)", text)
    if block is None:
        raise KeyError(name)
    page = re.sub(r"(?m)^value = .*$", f"value = {value!r}", block[0], count=1)
    page = re.sub(r"(?m)^kind = .*$", 'kind = "calibrated"', page, count=1)
    if source is not None:
        page = re.sub(r"(?m)^source = .*$", lambda _: f'source = "{source}"', page, count=1)
    return text[: block.start()] + page + text[block.end() :]


def write_parameters(
    folder: Path, fit: Fit, posterior: Posterior, central: Mapping[str, float], say: Callable[[str], None]
) -> None:
    """``posterior.toml``, and the central values in the parameter files of ``folder``.

    Raises ``InputError`` before anything is written if runs could not read the posterior: where a draw is out of the
    range of its passport, the range is too narrow or the draw impossible.
    """
    draws = posterior_toml(posterior)
    with TemporaryDirectory() as trial:
        write_file(Path(trial) / "posterior.toml", draws)
        load_posterior(Path(trial) / "posterior.toml")
    write_file(folder / "posterior.toml", draws)
    priors = {prior.name: prior for prior in fit.priors}
    texts: dict[str, str] = {}
    for full, value in sorted(central.items()):
        group, name = full.split(".")
        prior = priors.get(full)
        source = None if prior is None else (
            f"mean of the posterior of fit {fit.run_id} (docs/calibration.md); "
            f"prior from {prior.low:g} to {prior.high:g}: {prior.reason[0].lower()}{prior.reason[1:]}"
        )  # fmt: skip
        text = texts.get(group) or (folder / f"{group}.toml").read_text(encoding="utf-8")
        texts[group] = with_central_value(text, name, value, source)
    for group, text in texts.items():
        write_file(folder / f"{group}.toml", text)
    say(f"{folder / 'posterior.toml'} and {len(central)} central values in {len(texts)} parameter files")
