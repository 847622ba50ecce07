"""A published figure to calibrate or validate against, as it stands in a target file."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, PrivateAttr

from sim.inputs.problems import InputError, Problem
from sim.spec import Record

#: Role of a figure: the fit may use it, only the validation may, or it defines a scale of the model.
Role = Literal["calibrate", "validate", "define"]

#: What is worked out from a measure; :mod:`sim.experiments.statistics` says how.
StatisticName = Literal[
    "mean", "share", "sd", "quantile",
    "gap", "gap_sd", "gap_index", "gap_ratio", "gap_explained", "gap_linked", "gap_linked_share",
    "ratio", "relative_risk", "odds_ratio", "correlation", "variance_share", "progress",
]  # fmt: skip
STATISTIC_NAMES: tuple[str, ...] = get_args(StatisticName)

#: Unit -> factor from the model's shares to the published figure.
UNIT_SCALES = {
    "percent": 100.0, "percentage_points": 100.0, "percent_per_year": 100.0, "per_10000": 10_000.0, "per_1000": 1000.0,
}  # fmt: skip

#: Why a figure without ``measure``, ``input`` and ``reason`` is not scored.
NO_MEASURE = "no measure is given"

_ID = Field(pattern="^[a-z][a-z0-9_]{0,63}$")
_TEXT = Field(max_length=2000)


class Target(Record):
    """One published figure, and which statistic of which measure it is set beside.

    ``se`` is in the unit of ``value``; ``age_years`` are completed years, both ends in; ``scale`` turns the model's
    unit into the published one. Exactly one of ``measure``, ``input`` (where the figure went into the model) and
    ``reason`` (why the model cannot speak of it) is given; with none the reason is ``NO_MEASURE``.
    """

    id: Annotated[str, _ID]
    name: Annotated[str, Field(min_length=1, max_length=300)]
    domain: Annotated[str, _ID]
    value: float
    unit: Annotated[str, Field(min_length=1, max_length=60)]
    se: Annotated[float, Field(gt=0)]
    tolerance_basis: Annotated[str, _TEXT]
    group: Annotated[str, Field(max_length=120)] = "all"
    age_years: tuple[Annotated[int, Field(ge=0, le=120)], Annotated[int, Field(ge=0, le=120)]] = (0, 120)
    year: Annotated[int, Field(ge=1900, le=2100)]
    role: Role
    source: Annotated[str, Field(min_length=1, max_length=2000)]
    address: Annotated[str, _TEXT] = ""
    retrieved: bool = False
    derived: bool = False
    area_sd: Annotated[float, Field(ge=0)] | None = None
    note: Annotated[str, _TEXT] = ""
    measure: str | None = None
    statistic: StatisticName = "mean"
    place: Annotated[str, Field(max_length=80)] = "england"
    of: str | None = None
    against: str | None = None
    with_: Annotated[str | None, Field(alias="with")] = None
    line: float | None = None
    quantile: Annotated[float, Field(gt=0, lt=1)] | None = None
    scale: float | None = None
    input: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    reason: Annotated[str, Field(min_length=1, max_length=2000)] | None = None

    #: File in which the target stands.
    _file: str = PrivateAttr(default="targets")
    #: Key -> line of the file; "" is the line of the target itself.
    _lines: dict[str, int] = PrivateAttr(default_factory=dict)

    @property
    def factor(self) -> float:
        """Factor from the model's unit to the published one."""
        return UNIT_SCALES.get(self.unit, 1.0) if self.scale is None else self.scale

    @property
    def file(self) -> str:
        """File in which the target stands, as messages show it."""
        return self._file

    def read_from(self, file: str, lines: dict[str, int]) -> None:
        """Note the file, and the line of each key, for messages."""
        self._file, self._lines = file, lines

    def problem(self, field: str, problem: str, remedy: str) -> Problem:
        """What is wrong with a key of this target, with the line it stands on."""
        line = self._lines.get(field, self._lines.get(""))
        return Problem(self._file, line, f"{self.id}.{field}", problem, remedy)

    def error(self, field: str, problem: str, remedy: str) -> InputError:
        """The same as an error to raise."""
        return InputError((self.problem(field, problem, remedy),))


class TargetFile(Record):
    """A file of targets."""

    target: Annotated[tuple[Target, ...], Field(min_length=1, max_length=10_000)]
