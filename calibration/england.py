"""The fit of the model to England: which targets it reads, what one simulation is, how lines and marks are set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from calibration.problem import FITTED_ROLES, Array, Prior, Problem, digest, goals_of, load_priors
from sim._jit import compiled_digest
from sim.experiments.samples import Sample, deciles_of, places_of, samples_of
from sim.experiments.statistics import statistics
from sim.inputs.problems import Findings
from sim.inputs.reading import read_toml
from sim.inputs.register import load_register, passports
from sim.inputs.targets import Target, load_targets
from sim.parameters import Parameters

HERE = Path(str(files("calibration")))
#: What the model cannot be expected to meet more closely even at its best, by published unit (decision 0016).
DISCREPANCY = {
    "percent": 1.0, "percentage_points": 1.0, "percent_per_year": 1.0, "sd": 0.02, "points": 0.5, "scaled_score": 0.3,
    "sdq_points": 0.2, "correlation": 0.02, "ratio": 0.05, "per_10000": 5.0, "per_100_pupils": 0.5,
}  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """A line on a measured score, set where England meets a published figure; or a number of a linear scale.

    ``side``: ``above`` or ``below`` the line lies the published share (``figure``, 0..1); ``mean`` and ``spread`` set
    the mean or standard deviation of the measure itself, ``factor`` its mean by a factor.
    """

    parameter: str
    measure: str
    side: str
    group: str
    ages: tuple[int, int]
    figure: float


def load_marks(targets: Sequence[Target], path: Path | None = None) -> tuple[Mark, ...]:
    """Marks of ``calibration/marks.toml``. Raises ``InputError`` where one names a target it may not."""
    path = path or HERE / "marks.toml"
    known = {t.id: t for t in targets}
    data, lines = read_toml(path)
    findings = Findings(lines)
    found = []
    for at, page in enumerate(data["mark"]):
        for id_ in page["targets"]:
            if id_ not in known:
                findings.add(("mark", at, "targets"), f"there is no target {id_!r}", "name one of calibration/targets")
            elif known[id_].role not in FITTED_ROLES:
                findings.add(("mark", at, "targets"), f"{id_} is held out", "set marks on fitted targets only")
        if all(id_ in known for id_ in page["targets"]):
            found.append(_mark(page, [known[id_] for id_ in page["targets"]]))
    findings.raise_if_any()
    return tuple(found)


def _mark(page: Mapping[str, Any], of: Sequence[Target]) -> Mark:
    published = [t.value for t in of]
    figure = sum(published) if page.get("together") == "sum" else sum(published) / len(published)
    low, high = page.get("ages", (0, 18))
    side = page["side"]
    return Mark(
        page["parameter"], page["measure"], side, page.get("group", "all"), (int(low), int(high)),
        figure / 100.0 if side in ("above", "below") else figure,
    )  # fmt: skip


def set_marks(samples: Sequence[Sample], marks: Iterable[Mark], parameters: Parameters) -> dict[str, float]:
    """Value of every mark's parameter at which these samples together meet the published figures."""
    found: dict[str, float] = {}
    for mark in marks:
        values = np.concatenate([_measured(s, mark) for s in samples])
        group, name = mark.parameter.split(".")
        now = getattr(getattr(parameters, group), name)
        if mark.side == "spread":
            found[mark.parameter] = float(now * mark.figure / values.std())
        elif mark.side == "factor":
            found[mark.parameter] = float(now * mark.figure / values.mean())
        elif mark.side == "mean":
            found[mark.parameter] = float(now + mark.figure - values.mean())
        else:
            share = 1.0 - mark.figure if mark.side == "above" else mark.figure
            found[mark.parameter] = float(np.quantile(values, share))
    return found


def _measured(sample: Sample, mark: Mark) -> Array:
    values = sample.values(mark.measure)
    low, high = mark.ages
    count = ~np.isnan(values) & sample.members(mark.group) & (sample.ages >= low) & (sample.ages <= high)
    return values[count]


def with_values(parameters: Parameters, own: Mapping[str, float]) -> Parameters:
    """Parameters with some values replaced, by ``group.name``."""
    by_group: dict[str, dict[str, float]] = {}
    for name, value in own.items():
        group, field = name.split(".")
        by_group.setdefault(group, {})[field] = value
    return parameters._replace(
        **{group: getattr(parameters, group)._replace(**fields) for group, fields in by_group.items()}
    )


@dataclass(frozen=True)
class England:
    """One simulation of the fit: England at a point, marks set on its own seeds, one row of figures a seed."""

    targets: tuple[Target, ...]
    marks: tuple[Mark, ...]
    threads: int = 1

    def marked(self, point: Mapping[str, float], seeds: tuple[int, ...]) -> tuple[list[Sample], dict[str, float]]:
        """England at a point read with its own marks, and those marks."""
        register = load_register(own=point)
        samples, parameters = samples_of("england", register, seeds, self.threads), register.parameters
        marks: dict[str, float] = {}
        # A mean can be set once its spread is.
        for spread in (True, False):
            marks |= set_marks(samples, [m for m in self.marks if (m.side == "spread") == spread], parameters)
            parameters = with_values(parameters, marks)
            samples = [s.with_parameters(parameters) for s in samples]
        return samples, marks

    def __call__(self, point: Mapping[str, float], seeds: tuple[int, ...]) -> Array:
        """Simulated figures, seeds x targets, in published units."""
        samples, _ = self.marked(point, seeds)
        return np.array([self.figures(sample) for sample in samples])

    def figures(self, england: Sample) -> list[float]:
        """Figure of each target in one England."""
        found = np.full(len(self.targets), np.nan)
        for place in sorted({t.place for t in self.targets}):
            at = [k for k, t in enumerate(self.targets) if t.place == place]
            deciles = deciles_of(place)
            assert deciles is not None, place
            sample = england if place == "england" else england.part(place, [d - 1 for d in deciles])
            found[at] = statistics([self.targets[k] for k in at], sample)
        return [float(x) for x in found]


def fitted_targets(targets: Sequence[Target]) -> tuple[Target, ...]:
    """Targets a fit reads, in the order of their ids: fitted roles with a measure, of England or its deciles."""
    kept = [t for t in targets if t.role in FITTED_ROLES and t.measure is not None and deciles_of(t.place) is not None]
    return tuple(sorted(kept, key=lambda t: t.id))


def england_problem() -> Problem:
    """The fit of the model's priors to England's targets."""
    everything = load_targets()
    targets = fitted_targets(everything)
    marks = load_marks(everything)
    discrepancy = {t.id: DISCREPANCY.get(t.unit, 0.0) for t in targets if t.role == "calibrate"}
    priors = load_priors(HERE / "priors.toml")
    described = [
        compiled_digest(), [_reading(t) for t in targets], [repr(m) for m in marks], _fixed(priors, marks),
        [place.model_dump(mode="json") for place in places_of("england")],
    ]  # fmt: skip
    return Problem(priors, goals_of(targets, discrepancy), England(targets, marks), digest(described))


def _reading(target: Target) -> dict[str, Any]:
    """How a target is read, without what was published."""
    return target.model_dump(mode="json", exclude={"value", "se", "name", "source", "address", "note", "year"})


def _fixed(priors: Sequence[Prior], marks: Sequence[Mark]) -> dict[str, float]:
    """Every number of the model that a fit leaves alone."""
    fitted = {prior.name for prior in priors} | {mark.parameter for mark in marks}
    return {name: page.value for name, page in passports().items() if name not in fitted}
