"""One neighbourhood month by month, and the first day it starts from.

A *start* is the neighbourhood on the first day, with life histories behind it; it depends on place,
parameters and seed alone and is shared by every strategy compared. A *world* is a copy of it that goes
its own way.
"""

from sim.engine.life_histories import LONGEST_MONTHS, create_start
from sim.engine.month import EVENTS, Event, advance, run
from sim.engine.world import Changes, Start, World, create

__all__ = [
    "EVENTS",
    "LONGEST_MONTHS",
    "Changes",
    "Event",
    "Start",
    "World",
    "advance",
    "create",
    "create_start",
    "run",
]
