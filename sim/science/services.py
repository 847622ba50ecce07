"""Services and strands as places of work: posts that fill and empty, caseloads, quality under load."""

from __future__ import annotations

from sim._jit import jit
from sim.numerics import clip
from sim.parameters import CoordinationParameters, DeliveryParameters
from sim.science.children import MONTH


@jit
def posts_next(filled: float, wanted: float, turnover: float, p: DeliveryParameters) -> float:
    """Filled posts next month: those kept, less who leaves (``turnover`` a year), plus a share of the vacancies.

    ``kept (1 - turnover / 12) + recruitment_rate (wanted - kept)``, never more than ``wanted``.
    """
    kept = min(filled, wanted)
    return min(kept * (1.0 - turnover * MONTH) + (wanted - kept) * p.recruitment_rate, wanted)


@jit
def stretched(capacity: float, waiting: float, longest: float, p: CoordinationParameters) -> float:
    """People staff take on: their caseload, and up to ``load_stretch`` more of it where the waiting list is full.

    ``capacity``: caseload of the filled posts; ``waiting``: people on the list; ``longest``: most people it takes.
    """
    full = min(waiting / longest, 1.0) if longest > 0.0 else 0.0
    return capacity * (1.0 + p.load_stretch * full)


@jit
def load(people: float, capacity: float, p: CoordinationParameters) -> float:
    """People taking part by the caseload of the filled posts, 1 = full; at most ``load_most``."""
    return min(people / capacity, p.load_most) if capacity > 0.0 else p.load_most * min(people, 1.0)


@jit
def quality_under_load(load: float, p: CoordinationParameters) -> float:
    """Effect of overloaded staff by that of staff with a full caseload: ``1 / (1 + loss (load - slack))``, at most 1.

    Up to a ``load`` of ``load_slack`` staff cope.
    """
    return 1.0 / (1.0 + p.load_loss * max(load - p.load_slack, 0.0))


@jit
def overload_turnover(turnover: float, load: float, p: CoordinationParameters) -> float:
    """Share of staff who leave in a year where the caseload is ``load`` times full: more above ``load_slack``."""
    return clip(turnover * (1.0 + p.load_turnover * max(load - p.load_slack, 0.0)), 0.0, 1.0)
