"""What is fitted: parameters with their search ranges, goals with their tolerances, and a simulator."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Protocol

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sim.inputs.problems import Findings, did_you_mean, show
from sim.inputs.reading import read_toml

Array = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]

#: (parameters by name, seeds) -> one row a seed, one column a goal, in the order of ``Problem.goals``.
Simulate = Callable[[Mapping[str, float], tuple[int, ...]], Array]

#: Roles of targets that a fit may read; everything else is held out.
FITTED_ROLES = ("calibrate", "define")

#: Digits kept of a digest: enough for files that never meet by chance.
DIGEST_DIGITS = 32


class CalibrationError(RuntimeError):
    """A fit that could not be done, for a reason that a user can be told."""


class HoldOutError(ValueError):
    """A target that is kept for validation was handed to a fit."""


class Prior(BaseModel):
    """A parameter that is fitted: uniform between ``low`` and ``high``, in the parameter's unit."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$", max_length=128)]
    low: float
    high: float
    reason: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _low_is_below_high(self) -> Prior:
        if not self.low < self.high:
            raise ValueError("low is not below high")
        return self


@dataclass(frozen=True)
class Goal:
    """A published value to be met.

    ``se``: standard error or stated tolerance, above 0; ``discrepancy``: standard deviation of what the model
    cannot reproduce even at its best parameters. Both in the unit of ``value``.
    """

    id: str
    value: float
    se: float
    discrepancy: float = 0.0
    role: str = "calibrate"

    def __post_init__(self) -> None:
        if self.role not in FITTED_ROLES:
            raise HoldOutError(f"target {self.id} has the role {self.role!r}: it is held out and must not be fitted")
        if not (np.isfinite(self.value) and np.isfinite(self.se) and self.se > 0 and self.discrepancy >= 0):
            raise ValueError(f"goal {self.id} needs a finite value, a se above 0 and a discrepancy of 0 or more")


class Published(Protocol):
    """What a goal is made from: any record with these four."""

    @property
    def id(self) -> str: ...
    @property
    def value(self) -> float: ...
    @property
    def se(self) -> float: ...
    @property
    def role(self) -> str: ...


def goals_of(targets: Iterable[Published], discrepancy: Mapping[str, float] | None = None) -> tuple[Goal, ...]:
    """Goals of targets, in the order of their ids. Raises ``HoldOutError`` for one that is held out."""
    beside = discrepancy or {}
    goals = (Goal(t.id, float(t.value), float(t.se), beside.get(t.id, 0.0), t.role) for t in targets)
    return tuple(sorted(goals, key=lambda goal: goal.id))


@dataclass(frozen=True)
class Problem:
    """A fit to be done. Priors and goals stand in the order of their names, so that order means nothing.

    ``simulate`` must release the interpreter lock to gain from threads and be picklable for processes;
    ``model`` names everything else its answers depend on (version, digest of files), as kept simulations are
    only used again for the same ``model``.
    """

    priors: tuple[Prior, ...]
    goals: tuple[Goal, ...]
    simulate: Simulate = field(repr=False)
    model: str = ""

    def __post_init__(self) -> None:
        for what, names in (("priors", self.names), ("goals", self.goal_ids)):
            if not names:
                raise ValueError(f"there are no {what}")
            if list(names) != sorted(set(names)):
                raise ValueError(f"{what} must be in the order of their names, each once")
        for goal in self.goals:
            if goal.role not in FITTED_ROLES:
                raise HoldOutError(f"target {goal.id} is held out and must not be fitted")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(prior.name for prior in self.priors)

    @property
    def goal_ids(self) -> tuple[str, ...]:
        return tuple(goal.id for goal in self.goals)

    def natural(self, unit: Array) -> Array:
        """Points of the unit cube (points x parameters) in the parameters' own units."""
        return natural(self.priors, unit)

    def simulator_digest(self) -> str:
        """Digest of what a simulation depends on beside its point and seeds; no published value is in it."""
        return digest([self.model, self.names, self.goal_ids])


def natural(priors: Iterable[Prior], unit: Array) -> Array:
    """Points of the unit cube (points x parameters) in the parameters' own units."""
    low, high = np.array([(prior.low, prior.high) for prior in priors]).T
    return np.clip(low + unit * (high - low), low, high)


def target_digest(goals: Iterable[Goal]) -> str:
    """Digest of everything published that a fit reads."""
    return digest([[g.id, g.value, g.se, g.discrepancy, g.role] for g in goals])


def prior_digest(priors: Iterable[Prior]) -> str:
    """Digest of names and ranges."""
    return digest([[p.name, p.low, p.high] for p in priors])


def digest(content: Any) -> str:
    """Digest of plain values; numbers by their shortest exact text."""
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()[:DIGEST_DIGITS]


# --- the file of priors ----------------------------------------------------------------------------------------


def load_priors(path: str | Path) -> tuple[Prior, ...]:
    """Priors of a file of ``[[prior]]`` tables, in the order of their names.

    Raises ``InputError`` naming file, line and field of everything that is wrong.
    """
    data, lines = read_toml(path)
    findings = Findings(lines)
    for key in data:
        if key not in ("schema_version", "prior"):
            findings.add((key,), f"unknown key {show(key)}", "a file of priors holds [[prior]] tables only")
    tables = data.get("prior")
    if not isinstance(tables, list) or not tables:
        findings.add((), "there is no [[prior]]", "add one: [[prior]] with name, low, high, reason and source")
        tables = []
    found = [prior for index, table in enumerate(tables) if (prior := _prior(index, table, findings))]
    first: dict[str, int] = {}
    for index, table in enumerate(tables):
        name = table.get("name") if isinstance(table, dict) else None
        if isinstance(name, str) and first.setdefault(name, index) != index:
            findings.add(("prior", index, "name"), f"{show(name)} stands twice", "keep one of them")
    findings.raise_if_any()
    return tuple(sorted(found, key=lambda prior: prior.name))


def _prior(index: int, table: Any, findings: Findings) -> Prior | None:
    here = ("prior", index)
    if not isinstance(table, dict):
        findings.add(here, f"{show(table)} is not a table", "write [[prior]] and its keys below")
        return None
    numbers = {key: float(table[key]) for key in ("low", "high") if type(table.get(key)) is int}
    try:
        return Prior.model_validate(table | numbers)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            key = str(detail["loc"][0]) if detail["loc"] else ""
            findings.add((*here, key) if key else here, *_in_words(key, detail["type"], table))
    return None


def _in_words(key: str, kind: str, table: dict[str, Any]) -> tuple[str, str]:
    if kind == "missing":
        return "is missing", f"add {key} = ..."
    if kind == "extra_forbidden":
        return f"unknown key {show(key)}", did_you_mean(key, Prior.model_fields, "keys")
    if kind == "value_error":
        return (
            f"low {show(table['low'])} is not below high {show(table['high'])}",
            "give the lower end of the range as low",
        )
    if key in ("low", "high"):
        return f"{show(table[key])} is not a number", "give a number in the parameter's unit, without quotes"
    if key == "name":
        return f"{show(table[key])} cannot be a parameter", "give file.name, such as children.attainment_noise"
    return f"{show(table[key])} is not a text", "give a sentence in quotes"
