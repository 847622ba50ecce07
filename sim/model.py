"""The Mesa model: a neighbourhood under one strategy, one month a step.

``ZoneModel`` holds a world of ``sim.engine`` and shows it to Mesa. It decides nothing: a model stepped is
the engine advanced, bit for bit, whatever views it keeps. The engine never draws from Mesa's generators.
"""

from __future__ import annotations

import operator
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal, get_args

import mesa
import numpy as np
import numpy.typing as npt
import pandas as pd

from sim import engine, outcomes
from sim.agents import AGENTS, View, plain_row
from sim.engine import Start, World
from sim.futures import NO_FUTURE
from sim.inputs import load_future, load_place, load_strands, load_strategy
from sim.inputs.posterior import Posterior, posterior_register, source_of
from sim.offers import STANCES, Evidence
from sim.outcomes import GROUPS, HEADLINES, INDICATOR_IDS, POPULATIONS, SMALLEST_CELL
from sim.schema import JUNE
from sim.spec import Future, Place, Strategy

Views = Literal["none", "places", "all"]
Rows = npt.NDArray[np.int64]

MONTHS = (
    "September", "October", "November", "December", "January", "February",
    "March", "April", "May", "June", "July", "August",
)  # fmt: skip
#: Starts kept for the next model of the same place, seed, length and mechanisms: a reset costs no life histories.
STARTS_KEPT = 4
#: Headlines read off test scores; they tell of the last tests from one June to the next.
_FROM_TESTS = frozenset({"ks2_expected", "school_value_added"})


@dataclass(frozen=True)
class Spec:
    """What a model was made with, files read and names resolved."""

    strategy: Strategy
    place: Place
    years: int
    evidence: str
    without: tuple[str, ...]
    including: tuple[str, ...]
    views: Views
    rng: int
    threads: int
    future: Future = NO_FUTURE
    posterior: Posterior | None = None


class ZoneModel(mesa.Model):
    """A neighbourhood under one strategy.

    Parameters
    ----------
    strategy, place
        Id in the library, path of a file, or record.
    years
        School years the run lasts, 1 to 20.
    evidence
        Stance towards the evidence: ``"sceptical"``, ``"central"`` or ``"hopeful"``.
    future
        What the world does: id in the library, several joined by ``+``, path of a file, or record. ``None``: nothing.
    without
        Mechanisms switched off (``zonesim list mechanisms``): one name, or several.
    including
        Mechanisms switched on that are off by themselves: ``"tipping_point"``.
    parameters
        ``"drawn"``: the draw of the posterior that belongs to ``rng`` (central values where there is no posterior);
        ``"central"``: the passports' own values.
    posterior
        What parameters are drawn from. ``None``: the packaged one.
    views
        Agents built: ``"none"``; ``"places"``, the schools, services, partners and the zone; ``"all"``, children and
        households who live in the place as well.
    rng
        Number of the luck: everything chance decides follows from it. ``None`` takes a new one; ``spec.rng``
        tells which.
    threads
        Threads one month may use. It changes no number.

    Attributes
    ----------
    spec
        What the model was made with.
    world
        The engine's tables and books.
    running
        Whether months are left.
    datacollector
        Month, date and the five headline indicators, after each month.

    Raises
    ------
    ValueError
        For years, stance, source of parameters, views or seed outside their range.
    InputError
        For an unknown strategy, place, future or mechanism, or a file with mistakes.

    """

    running: bool

    def __init__(
        self,
        *,
        strategy: str | Path | Strategy = "cradle_to_career",
        place: str | Path | Place = "wallsend",
        years: int = 10,
        evidence: str = "central",
        without: str | Iterable[str] = (),
        including: str | Iterable[str] = (),
        future: str | Path | Future | None = None,
        parameters: str = "drawn",
        posterior: Posterior | None = None,
        views: Views = "none",
        rng: int | None = 1,
        threads: int = 1,
    ) -> None:
        source = source_of(parameters, posterior)
        self.spec = _specify(strategy, place, years, evidence, without, including, views, rng, threads, future, source)
        super().__init__(rng=self.spec.rng)
        s = self.spec
        start = _start(
            s.place.model_dump_json(), s.rng, 12 * s.years, s.without, s.including, s.threads,
            s.future.model_dump_json(), s.posterior,
        )  # fmt: skip
        drawn = Evidence(s.evidence, s.rng)
        self.world: World = engine.create(start, s.strategy, load_strands(), drawn, s.threads)
        self.datacollector = mesa.DataCollector(model_reporters=dict(REPORTERS))
        self._views: dict[str, dict[int, View]] = {table: {} for table in AGENTS}
        self._first_views()

    # --- the month ------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One month. After the last month of the run nothing happens any more."""
        # Mesa's page and its batch runner may ask for a step more than there are months.
        if not self.running:
            return
        engine.advance(self.world, 1)
        if self.spec.views == "all":
            self._follow_changes()
        self.running = self.world.month < 12 * self.spec.years
        self.datacollector.collect(self)

    @property
    def month(self) -> int:
        """Month the tables show, 0 = first September: the month stepped last, 0 before the first step."""
        return max(self.world.month - 1, 0)

    @property
    def date(self) -> str:
        """The month in words, ``"September, Year 1"``."""
        return f"{MONTHS[self.month % 12]}, Year {self.month // 12 + 1}"

    # --- what came out ---------------------------------------------------------------------------------------

    def results(self) -> pd.DataFrame:
        """Every indicator, read each August; a row for each year, population, group and indicator asked.

        Columns: strategy, year, population, group, indicator, value, n (people counted). Cells of fewer than
        ten people have neither value nor number.
        """
        frames = []
        for year, reading in enumerate(self.world.readings, start=1):
            cell = np.nonzero(reading.counts > 0)
            pops, groups, indicators = cell
            shown = reading.counts[cell] >= SMALLEST_CELL
            frames.append(
                pd.DataFrame(
                    {
                        "strategy": self.spec.strategy.id,
                        "year": year,
                        "population": np.array(POPULATIONS)[pops],
                        "group": np.array(list(GROUPS))[groups],
                        "indicator": np.array(INDICATOR_IDS)[indicators],
                        "value": np.where(shown, reading.values[cell], np.nan),
                        "n": np.where(shown, reading.counts[cell], np.nan),
                    }
                )
            )
        names = ["strategy", "year", "population", "group", "indicator", "value", "n"]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=names)

    def twin(self) -> ZoneModel:
        """Make the model of the same place, families and luck with no zone, on the first day."""
        s = self.spec
        return ZoneModel(
            strategy="no_zone", place=s.place, years=s.years, evidence=s.evidence, without=s.without,
            including=s.including, views=s.views,
            rng=s.rng, threads=s.threads, future=s.future,
            parameters="central" if s.posterior is None else "drawn", posterior=s.posterior,
        )  # fmt: skip

    # --- looking at rows ---------------------------------------------------------------------------------------

    def child(self, row: int) -> Any:
        """One child as a read-only row, for a look without an agent."""
        return plain_row(self.world.children, row)

    def household(self, row: int) -> Any:
        """One household as a read-only row."""
        return plain_row(self.world.households, row)

    def school(self, row: int) -> Any:
        """One school as a read-only row."""
        return plain_row(self.world.schools, row)

    def service(self, row: int) -> Any:
        """One service or strand as a read-only row."""
        return plain_row(self.world.services, row)

    def look(self, table: str, row: int) -> Any:
        """Find the view of a row where there is one, else give the row as a read-only tuple."""
        return self._views[table].get(row) or plain_row(getattr(self.world, table), row)

    def residents(self) -> dict[str, Rows]:
        """Rows of the children and households who live in the place this month."""
        world = self.world
        seen = outcomes.View(world.children, world.households, self.month, world.parameters)
        children, households = outcomes.who_counts(seen)[0]
        return {"children": np.flatnonzero(children), "households": np.flatnonzero(households)}

    # --- views ---------------------------------------------------------------------------------------------------

    def forget(self, view: View) -> None:
        """Drop a view that was removed; called by ``View.remove``."""
        self._views[view.table_name].pop(view.row, None)

    def _first_views(self) -> None:
        if self.spec.views == "none":
            return
        # Schools elsewhere and the places outside are averages, not schools of the place.
        self._add_views("schools", np.flatnonzero(self.world.schools.elsewhere == 0))
        for table in ("services", "partners", "zone"):
            self._add_views(table, np.arange(len(getattr(self.world, table))))
        if self.spec.views == "all":
            for table, rows in self.residents().items():
                self._add_views(table, rows)

    def _add_views(self, table: str, rows: Rows) -> None:
        shown = self._views[table]
        for row in rows.tolist():
            if row not in shown:
                shown[row] = AGENTS[table](self, row)

    def _follow_changes(self) -> None:
        """Add views for who came last month, remove those of who went."""
        changes, residents = self.world.changes(), self.residents()
        for table, came, gone in (
            ("households", changes.arrived_households, changes.departed_households),
            ("children", changes.arrived_children, changes.departed_children),
        ):
            for row in gone.tolist():
                if row in self._views[table]:
                    self._views[table][row].remove()
            # A child born to a family that moved away is followed, but does not live here.
            self._add_views(table, np.intersect1d(came, residents[table]))


def headline(model: ZoneModel, indicator: str, group: str) -> float:
    """Read a headline among residents in the month the tables show, in the indicator's unit.

    Between two Junes the headlines read off test scores tell of the children last tested. Not-a-number where
    fewer than ten people are counted.
    """
    world, month = model.world, model.month
    parameters = world.start.register.parameters
    now = outcomes.View(world.children, world.households, month, parameters)
    tested = month if month % 12 >= JUNE or indicator not in _FROM_TESTS else 12 * (month // 12) - 1
    values = outcomes.row_values(indicator, now._replace(month=tested))
    of_households = outcomes.INDICATORS[indicator].table == "households"
    counted = outcomes.who_counts(now)[0][of_households] & ~np.isnan(values)
    if group == "disadvantaged":
        last = world.households.fsm_last if of_households else world.households.fsm_last[world.children.household]
        counted &= month - last <= parameters.reference.fsm_memory_months
    return float(values[counted].mean()) if counted.sum() >= SMALLEST_CELL else float("nan")


def _month(model: ZoneModel) -> int:
    return model.month


def _date(model: ZoneModel) -> str:
    return model.date


#: What ``datacollector`` keeps after each month, by column name: month, date, headlines by indicator id.
REPORTERS: dict[str, Any] = {
    "month": _month,
    "date": _date,
    **{indicator: partial(headline, indicator=indicator, group=group) for indicator, group in HEADLINES.values()},
}


@lru_cache(maxsize=STARTS_KEPT)
def _start(
    place: str, seed: int, months: int, without: tuple[str, ...], including: tuple[str, ...], threads: int, future: str,
    posterior: Posterior | None = None,
) -> Start:  # fmt: skip
    """Make the first day of a place and a future given as JSON. Worlds copy it, so models may share it."""
    register = posterior_register(posterior, seed, without, including)
    return engine.create_start(
        Place.model_validate_json(place), register, seed, months, frozenset(without), threads,
        Future.model_validate_json(future),
    )  # fmt: skip


def _specify(
    strategy: str | Path | Strategy, place: str | Path | Place, years: int, evidence: str, without: str | Iterable[str],
    including: str | Iterable[str], views: str, rng: int | None, threads: int, future: str | Path | Future | None,
    posterior: Posterior | None,
) -> Spec:  # fmt: skip
    """Arguments checked, files read. Raises ``ValueError``, ``TypeError`` or ``InputError``."""
    years, threads = operator.index(years), operator.index(threads)
    seed = secrets.randbits(31) if rng is None else operator.index(rng)
    if not 1 <= years <= 20:
        raise ValueError(f"years must be from 1 to 20, not {years}")
    if evidence not in STANCES:
        raise ValueError(f"evidence must be one of {', '.join(STANCES)}, not {evidence!r}")
    if views not in get_args(Views):
        raise ValueError(f"views must be one of {', '.join(get_args(Views))}, not {views!r}")
    if seed < 0 or threads < 1:
        raise ValueError(f"rng must be 0 or more and threads 1 or more, not {seed} and {threads}")
    off, on = ((names,) if isinstance(names, str) else tuple(names) for names in (without, including))
    return Spec(
        strategy if isinstance(strategy, Strategy) else load_strategy(strategy),
        place if isinstance(place, Place) else load_place(place),
        years,
        evidence,
        tuple(sorted(set(off))),
        tuple(sorted(set(on))),
        views,  # type: ignore[arg-type]
        seed,
        threads,
        NO_FUTURE if future is None else future if isinstance(future, Future) else load_future(future),
        posterior,
    )
