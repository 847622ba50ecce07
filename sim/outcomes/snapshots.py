"""One neighbourhood in one August, with what its families went through in the Augusts before."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.outcomes.declaring import Reals, View
from sim.parameters import Parameters
from sim.state import Table

Flags = npt.NDArray[np.bool_]


class Snapshot(NamedTuple):
    """One neighbourhood in one August, with what its families went through in the Augusts before.

    ``poor``, ``workless``, ``before_housing``: Augusts x households, this one last; 1 or 0, 1 or 0, GBP a week
    (equivalised, before housing costs); not-a-number where the family did not live here yet.
    """

    children: Table
    households: Table
    schools: Table
    month: int
    parameters: Parameters
    poor: Reals
    workless: Reals
    before_housing: Reals

    @property
    def view(self) -> View:
        """As the indicators see it."""
        return View(self.children, self.households, self.month, self.parameters)

    @property
    def grade(self) -> npt.NDArray[np.int32]:
        """School year minus cohort, at the end of August also the age in completed years."""
        return self.view.grade

    @property
    def home(self) -> npt.NDArray[np.int32]:
        """Household row of each child."""
        return self.children.household

    @property
    def resident_children(self) -> Flags:
        """Children who live here this month."""
        c, m = self.children, self.month
        return (c.first_month <= m) & (m < c.last_month) & (m < c.leaves_month)

    @property
    def resident_households(self) -> Flags:
        """Families who live here this month."""
        h, m = self.households, self.month
        return (h.first_month <= m) & (m < h.last_month) & (m < h.leaves_month)

    @property
    def disadvantaged(self) -> Flags:
        """Children eligible for free school meals at any time within six years."""
        memory = self.parameters.reference.fsm_memory_months
        return (self.month - self.households.fsm_last <= memory)[self.home]
