"""Very small studies: a neighbourhood of sixty children for one year, two strategies of one strand each."""

from __future__ import annotations

from typing import Any

from sim.futures import NO_FUTURE
from sim.spec import Design, Study, Varied
from tests.engine.worlds import made_strategy, neighbourhood, planned

OUTCOMES = ("gbp_total", "distress_high", "attendance")


def made_study(**changes: Any) -> Study:
    """Two strategies, three sizes of all effects, one replication; ``changes``: fields of ``Study``."""
    fields: dict[str, Any] = {
        "id": "made",
        "name": "Made",
        "strategies": (
            made_strategy(planned("mentoring"), id_="mentors"),
            made_strategy(planned("book_gifting"), id_="books"),
        ),
        "places": (neighbourhood(60),),
        "futures": (NO_FUTURE,),
        "outcomes": OUTCOMES,
        "years": 1,
        "design": Design(kind="grid", points=3),
        "vary": (Varied(name="effects.size", low=0.5, high=1.5),),
    }
    return Study(**(fields | changes))
