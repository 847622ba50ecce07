"""What a comparison looks like to everything that writes, reads or shows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.spec import Place, Strategy

#: Version of the run folder and of the ``--json`` answers; raised when a key or column changes meaning
#: or a table is added.
SCHEMA_VERSION = 3

#: The tidy tables of a run folder, in the order in which a reader needs them.
FRAMES = (
    "results", "pairs", "changed", "gainers", "costs", "value", "value_summary", "delivery", "runs", "yearly", "fit",
    "dashboard", "naive", "theory", "events", "analysis",
)  # fmt: skip


@dataclass(frozen=True)
class ParametersUsed:
    """Where the parameters of the runs come from. ``mode``: ``drawn`` or ``central``.

    ``posterior``, ``digest``: run id and hash of the posterior drawn from, and ``draws``, how many it has.
    """

    mode: str = "central"
    posterior: str | None = None
    digest: str | None = None
    draws: int = 0


#: The passports' own values, in every run.
CENTRAL = ParametersUsed()


class ComparisonRecord(Protocol):
    """Strategies compared with their twin in one place (made by ``sim.experiments.compare``).

    The frames are tidy: ``results``, ``pairs``, ``changed``, ``gainers``, ``costs``, ``value`` and ``delivery`` hold
    means over replications, ``value_summary`` totals of ``value``, ``runs`` one row a run, ``yearly`` one cell a row,
    ``fit`` the margins of the synthetic population, ``dashboard`` what partners see and ``naive`` what they would
    conclude from it, ``theory`` one step of a theory of change a row, ``events`` what happened in each run,
    ``analysis`` what local analyses said of the place. ``sim.outputs.dictionary`` explains every column.
    """

    @property
    def place(self) -> Place: ...
    @property
    def strategies(self) -> tuple[Strategy, ...]: ...
    @property
    def future(self) -> str: ...
    @property
    def shocks(self) -> tuple[str, ...]: ...
    @property
    def evidence(self) -> str: ...
    @property
    def replications(self) -> int: ...
    @property
    def seed(self) -> int: ...
    @property
    def years(self) -> int: ...
    @property
    def without(self) -> tuple[str, ...]: ...
    @property
    def including(self) -> tuple[str, ...]: ...
    @property
    def parameters(self) -> ParametersUsed: ...
    @property
    def results(self) -> DataFrame: ...
    @property
    def pairs(self) -> DataFrame: ...
    @property
    def changed(self) -> DataFrame: ...
    @property
    def gainers(self) -> DataFrame: ...
    @property
    def costs(self) -> DataFrame: ...
    @property
    def value(self) -> DataFrame: ...
    @property
    def value_summary(self) -> DataFrame: ...
    @property
    def delivery(self) -> DataFrame: ...
    @property
    def yearly(self) -> DataFrame: ...
    @property
    def runs(self) -> DataFrame: ...
    @property
    def fit(self) -> DataFrame: ...
    @property
    def dashboard(self) -> DataFrame: ...
    @property
    def naive(self) -> DataFrame: ...
    @property
    def theory(self) -> DataFrame: ...
    @property
    def events(self) -> DataFrame: ...
    @property
    def analysis(self) -> DataFrame: ...
    @property
    def warnings(self) -> tuple[str, ...]: ...
    @property
    def digest(self) -> str: ...


@dataclass(frozen=True)
class StoredComparison:
    """A comparison read back from a run folder, with the command line that made it."""

    place: Place
    strategies: tuple[Strategy, ...]
    future: str
    shocks: tuple[str, ...]
    evidence: str
    replications: int
    seed: int
    years: int
    without: tuple[str, ...]
    including: tuple[str, ...]
    results: DataFrame
    pairs: DataFrame
    changed: DataFrame
    gainers: DataFrame
    costs: DataFrame
    value: DataFrame
    value_summary: DataFrame
    delivery: DataFrame
    yearly: DataFrame
    runs: DataFrame
    fit: DataFrame
    dashboard: DataFrame
    naive: DataFrame
    theory: DataFrame
    events: DataFrame
    analysis: DataFrame
    warnings: tuple[str, ...]
    digest: str
    command: str
    parameters: ParametersUsed = CENTRAL


@cache
def zonesim_version() -> str:
    """Version of the installed distribution, or ``0+source`` where it runs from a bare checkout."""
    try:
        return version("zonesim")
    except PackageNotFoundError:
        return "0+source"
