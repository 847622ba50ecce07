"""A study as its file says it: other files by id or path, ranges and a design; ``sim.spec.Study`` holds it resolved."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.spec import DesignKind, Id, Record, Stance

_References = Annotated[tuple[str, ...], Field(min_length=1, max_length=1000)]

#: What a study reads unless it says so: the headline of each family, and the pounds.
USUAL_OUTCOMES = (
    "educational_progress", "access_engagement", "child_wellbeing", "family_wellbeing", "schools_services", "gbp_total",
)  # fmt: skip


class AskedStudy(Record):
    """The table ``[study]``. Strategies, places and futures: ids of the library, or files beside this one."""

    name: str = Field(max_length=160)
    question: str = ""
    strategies: _References
    places: _References
    futures: _References = ("none",)
    evidence: Annotated[tuple[Stance, ...], Field(min_length=1)] = ("central",)
    replications: Annotated[int, Field(ge=1, le=100_000)] = 1
    outcomes: Annotated[tuple[str, ...], Field(min_length=1)] = USUAL_OUTCOMES
    years: Annotated[int, Field(ge=1, le=20)] = 10
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 1
    parameters: Literal["drawn", "central"] = "drawn"
    without: tuple[str, ...] = ()
    including: tuple[str, ...] = ()


class AskedDesign(Record):
    """The table ``[design]``. ``rows``: a CSV file beside this one, a column for each name that is varied."""

    kind: DesignKind = "grid"
    points: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    second_order: bool = False
    rows: str | None = None


class AskedVariation(Record):
    """An entry of ``[[vary]]``: ``low`` and ``high``, or ``values``; neither where the rows of a CSV say them."""

    name: str = Field(max_length=120)
    low: float | None = None
    high: float | None = None
    values: tuple[float, ...] = ()
    label: str = Field(default="", max_length=160)
    unit: str = Field(default="", max_length=80)


class StudyFile(Record):
    """A study file."""

    id: Id
    about: str = ""
    study: AskedStudy
    design: AskedDesign = AskedDesign()
    vary: tuple[AskedVariation, ...] = ()
