"""Local context: what drives disadvantage in a place, how offers fit it, and the analysis that finds out."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from sim import draws
from sim.engine.world import Estimate, LogEntry, Reals, World
from sim.offers import price_factor
from sim.parameters import Register
from sim.schema import Stream
from sim.science import context as science
from sim.spec import DRIVERS, PLACE_CELLS, Analysis, Place

#: Estimates are written down each quarter of the analysis, and at its end.
QUARTER = 3
_KEYS = np.array([draws.key_of(name) for name in DRIVERS], dtype=np.uint64)


def drivers_of(place: Place, register: Register, seed: int, without: frozenset[str] = frozenset()) -> Reals:
    """Drivers of a place under one luck number, SD between places, in the order of ``spec.DRIVERS``.

    What is given or can be read from the place is taken as it is; a hidden driver nobody knows is drawn from its
    prior (normal, cut at the limits of its cell), so it differs between replications. All 0 without ``local_context``.
    """
    values = np.zeros(len(DRIVERS))
    if "local_context" in without:
        return values
    u = draws.uniforms(seed, Stream.driver, 0, _KEYS)
    for at, name in enumerate(DRIVERS):
        cell, rule, limits = place.cells[f"driver_{name}"], register.drivers[name], PLACE_CELLS[f"driver_{name}"]
        values[at] = cell.value
        if not rule.cells and cell.kind == "filled_in":
            low, high = ndtr(limits.low / rule.spread), ndtr(limits.high / rule.spread)
            values[at] = rule.spread * ndtri(low + u[at] * (high - low))
    return values


def fits(world: World) -> Reals:
    """Effect of each offer here by its effect in a usual place this month; 1 for services of today.

    Worked out anew only where the place is better known than last month. The array belongs to the world.
    """
    known = float(world.zone.analysis[0])
    if world.fitted is None or world.fitted[0] != known:
        world.fitted = known, _fits(world, known)
    return world.fitted[1]


def _fits(world: World, known: float) -> Reals:
    found, drivers = np.ones(len(world.plan.ids)), world.start.drivers
    for s, works_on in enumerate(world.plan.works_on):
        here = drivers[works_on]
        if here.any():
            mean, mismatch = float(here.mean()), float(np.abs(here).mean())
            found[s] = science.fit(mean, mismatch, known, world.parameters.context)
    return found


def analysis_due_gbp(world: World) -> float:
    """Pounds of the strategy's price year the local analysis would cost in this school year, spread over its months."""
    analysis = world.strategy.analysis
    if analysis is None:
        return 0.0
    year = range(world.month - world.month % 12, world.month - world.month % 12 + 12)
    months = sum(1 for month in year if 0 <= month - analysis.start_month < analysis.months)
    return cost_gbp(analysis, world.start.register, world.strategy.price_year) * months / analysis.months


def cost_gbp(analysis: Analysis, register: Register, price_year: int) -> float:
    """Pounds of ``price_year`` that a whole local analysis costs."""
    p = register.parameters.context
    cost = {"desk": p.cost_desk, "survey": p.cost_survey, "deep": p.cost_deep}[analysis.depth]
    return cost * price_factor(register.prices, int(p.cost_year), price_year)


def analysis_gbp(world: World, money: float) -> float:
    """Pounds the local analysis takes in this school year: what it costs, at most the ``money`` there is for it."""
    return min(analysis_due_gbp(world), money)


def analyse(world: World) -> None:
    """One month of the local analysis: it is paid for, knowledge of the place grows, estimates are written down.

    Where the year's money pays only a part, only that part of the month's work is done.
    """
    analysis = world.strategy.analysis
    if analysis is None or not 0 <= world.month - analysis.start_month < analysis.months:
        return
    due, first = analysis_due_gbp(world), world.month == analysis.start_month
    world.analysis_months += world.overheads[world.month // 12][1] / due if due > 0 else 1.0
    done = world.month - analysis.start_month + 1
    sd = _sd(world, analysis)
    world.zone.analysis[:] = np.mean(
        [science.known_share(prior, s) for prior, s in zip(_priors(world), sd, strict=True)]
    )
    if done % QUARTER == 0 or done == analysis.months:
        estimates = world.start.drivers + _error(world.start.seed, done) * sd
        world.analysis += [
            Estimate(world.month, name, float(value), float(error))
            for name, value, error in zip(DRIVERS, estimates, sd, strict=True)
        ]
    if first or done == analysis.months:
        what = "a local analysis begins" if first else "the local analysis is finished"
        world.log.append(LogEntry(world.month, "analysis", "", what))


def _priors(world: World) -> Reals:
    """SD of each driver before the analysis; 1 by definition for those read from open figures."""
    rules = world.start.register.drivers
    return np.array([1.0 if rules[name].cells else rules[name].spread for name in DRIVERS])


def _sd(world: World, analysis: Analysis) -> Reals:
    """SD of what is not known of each driver after this month."""
    p = world.parameters.context
    noise = {"desk": p.noise_desk, "survey": p.noise_survey, "deep": p.noise_deep}[analysis.depth]
    progress, data = world.analysis_months / analysis.months, float(world.zone.data.mean())
    return np.array([science.estimate_sd(prior, progress, noise, data, p) for prior in _priors(world)])


def _error(seed: int, months: int) -> Reals:
    """Standard normal error of each estimate after ``months`` months: the mean of the months' own errors, scaled.

    Each month adds its own draw, so the same luck shows the same path whatever the depth.
    """
    u = np.array([draws.uniforms(seed, Stream.analysis, month, _KEYS) for month in range(months)])
    error: Reals = ndtri(u * (1 - 2**-31) + 2**-32).sum(axis=0) / np.sqrt(months)
    return error
