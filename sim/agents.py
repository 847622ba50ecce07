"""Mesa agents as thin views: one row of a declared table, seen and set through a descriptor per column.

A view holds its model and a row number and nothing else. It looks its table up at every access, so it is
never stale; a value read is a plain Python number, and a value set is what the engine steps with next.
What the first day fixes (who lives where, birth, arrival) can be read but not set.
"""

from __future__ import annotations

import itertools
import math
import numbers
import operator
from collections import namedtuple
from collections.abc import Iterator
from typing import Any

import mesa
import numpy as np

from sim import state
from sim.schema import FOREVER, TABLES
from sim.schema import Column as Declared

#: Columns that compiled code or the relations of the first day rely on: read only.
FIXED = frozenset({
    "household", "birth_month", "cohort", "first_month", "last_month", "original", "from_start", "home", "phase",
    "elsewhere", "baseline", "kind", "governance_form",
})  # fmt: skip

#: Smallest and largest value that may be set, by column, else by unit.
_LIMITS_BY_NAME = {"adults": (1, 2), "tenure": (0, 2), "education": (0, 2), "care_state": (0, 3)}
_SHARES = dict.fromkeys(("0/1", "0..1", "share", "share a year"), (0, 1))
_LIMITS_BY_UNIT = {**_SHARES, "level": (0, 2), "1..5": (1, 5)}

#: Columns with not-a-number before the test is sat, the age is reached or a first school year is over.
_NOT_YET = frozenset({
    "score_eyfsp", "score_phonics", "score_ks1", "score_ks2", "score_gcse", "score_18", "eet", "absence_year",
    "suspensions_year",
})  # fmt: skip


def columns(table: str) -> list[tuple[Declared, bool]]:
    """List the declared columns of a table, each with whether it holds whole numbers."""
    schema = TABLES[table]
    return [(column, False) for column in schema.real] + [(column, True) for column in schema.whole]


class Column:
    """One declared column of a table, seen through a view's row.

    Attributes
    ----------
    name, unit, meaning
        As declared in ``sim.schema``.

    """

    def __init__(self, declared: Declared, whole: bool) -> None:
        self.name, self.unit, self.meaning = declared
        self.whole = whole
        self.__doc__ = f"{self.meaning} ({self.unit})"

    def __get__(self, agent: View | None, owner: type[View] | None = None) -> Any:
        if agent is None:
            return self
        return getattr(agent.table, self.name)[agent.row].item()

    def __set__(self, agent: View, value: Any) -> None:
        """Write ``value`` to the table.

        Raises
        ------
        AttributeError
            For a column of ``FIXED``.
        TypeError
            For anything but a number, or a broken number in a column of whole numbers.
        ValueError
            For a number the column cannot take.

        """
        if self.name in FIXED:
            raise AttributeError(f"{self.name} is fixed on the first day: {self.meaning}")
        if not isinstance(value, numbers.Real):
            raise TypeError(f"{self.name} takes a number, not {value!r}")
        number = operator.index(value) if self.whole else float(value)  # type: ignore[arg-type]
        low, high = self._limits(agent)
        if not low <= number <= high and not (math.isnan(number) and self.name in _NOT_YET):
            raise ValueError(f"{self.name} takes a number from {low} to {high} ({self.unit}), not {value!r}")
        getattr(agent.table, self.name)[agent.row] = number

    def _limits(self, agent: View) -> tuple[float, float]:
        world = agent.model.world
        if self.unit == "row":
            return -1, len(world.schools) - 1
        if self.name == "leaves_month":
            # Who left in a month already stepped would never be reported as gone.
            return world.month, FOREVER
        if self.name == "workers":
            return 0, agent.adults
        if self.whole:
            anything: tuple[float, float] = (-FOREVER, FOREVER)
        else:
            anything = (-np.finfo(float).max, np.finfo(float).max)
        return _LIMITS_BY_NAME.get(self.name) or _LIMITS_BY_UNIT.get(self.unit) or anything


class _OwnIds:
    """Counters of ``unique_id``, one kept on each model.

    Mesa 3.3 keeps them in one dictionary for the whole process with the models as keys, so that no model is
    ever let go of (mesa issue 3179). Mesa 3.4 and later count on the model and never look here.
    """

    def __getitem__(self, model: Any) -> Iterator[int]:
        return vars(model).setdefault("_view_ids", itertools.count(1))


class View(mesa.Agent):
    """A row of one declared table as a Mesa agent.

    ``row`` is the row of the table; ``unique_id`` is Mesa's own number and means nothing to the engine.
    """

    _ids = _OwnIds()
    table_name: str

    def __init_subclass__(cls, table: str | None = None, **rest: Any) -> None:
        """Give the class the columns of ``table``; a subclass of it inherits them."""
        super().__init_subclass__(**rest)
        if table is not None:
            cls.table_name = table
            for column, whole in columns(table):
                setattr(cls, column.name, Column(column, whole))

    def __init__(self, model: Any, row: int) -> None:
        super().__init__(model)
        self.row = row

    @property
    def table(self) -> state.Table:
        """The table as it is now."""
        return getattr(self.model.world, self.table_name)

    def as_row(self) -> Any:
        """All columns now, as a read-only row that later months do not change."""
        return plain_row(self.table, self.row)

    def remove(self) -> None:
        """Take this view away. Whom it shows stays in the model."""
        super().remove()
        self.model.forget(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} row {self.row}>"


class ChildAgent(View, table="children"):
    """A child or young person, from birth to the end of the school year in which they turn 19."""

    @property
    def age_years(self) -> int:
        """Completed years of age in the month the tables show."""
        return (self.model.month - self.birth_month) // 12

    @property
    def household_agent(self) -> Any:
        """The household: its view, or a plain row where it has none."""
        return self.model.look("households", self.household)

    @property
    def school_agent(self) -> Any:
        """The school attended this month: its view, or a plain row where it has none; ``None`` at no school."""
        return self.model.look("schools", self.school) if self.school >= 0 else None


class HouseholdAgent(View, table="households"):
    """A family in a home of the place."""

    @property
    def children_agents(self) -> list[Any]:
        """Its children born and not yet grown up, as views, or as plain rows where they have none."""
        return _looked_up(self.model, "household", self.row)


class SchoolAgent(View, table="schools"):
    """A school of the place."""

    @property
    def name(self) -> str:
        """Name of the school in the profile of the place."""
        return self.model.spec.place.schools[self.row].name

    @property
    def pupils(self) -> list[Any]:
        """Children on its roll, as views, or as plain rows where they have none."""
        return _looked_up(self.model, "school", self.row)


class ServiceAgent(View, table="services"):
    """A service of today, or a strand of the strategy."""

    @property
    def name(self) -> str:
        """Id of the service or strand."""
        return self.model.world.plan.ids[self.row]


class PartnerAgent(View, table="partners"):
    """A body in the zone's partnership."""

    @property
    def name(self) -> str:
        """Id of the partner in the strategy."""
        return self.model.world.partnership.partners[self.row].id


class ZoneAgent(View, table="zone"):
    """The zone: its partnership as a whole."""


AGENTS: dict[str, type[View]] = {
    agent.table_name: agent
    for agent in (ChildAgent, HouseholdAgent, SchoolAgent, ServiceAgent, PartnerAgent, ZoneAgent)
}


def _row_type(name: str, table: str) -> Any:
    return namedtuple(name, ["row", *(column.name for column, _ in columns(table))], module=__name__)


ChildRow = _row_type("ChildRow", "children")
HouseholdRow = _row_type("HouseholdRow", "households")
SchoolRow = _row_type("SchoolRow", "schools")
ServiceRow = _row_type("ServiceRow", "services")
PartnerRow = _row_type("PartnerRow", "partners")
ZoneRow = _row_type("ZoneRow", "zone")
_ROWS = {
    "children": ChildRow, "households": HouseholdRow, "schools": SchoolRow, "services": ServiceRow,
    "partners": PartnerRow, "zone": ZoneRow,
}  # fmt: skip


def plain_row(table: state.Table, row: int) -> Any:
    """One row as a read-only named tuple: ``row``, then every column as a plain number.

    Raises ``IndexError`` where the table has no such row.
    """
    if not 0 <= row < len(table):
        raise IndexError(f"{table.schema.name} has rows 0 to {len(table) - 1}, not {row}")
    return _ROWS[table.schema.name](row=row, **state.row(table, row))


def _looked_up(model: Any, link: str, row: int) -> list[Any]:
    """Children in the model this month whose column ``link`` points at ``row``."""
    children, month = model.world.children, model.month
    here = (children.first_month <= month) & (month < children.last_month)
    found = np.flatnonzero((getattr(children, link) == row) & here)
    return [model.look("children", int(child)) for child in found]
