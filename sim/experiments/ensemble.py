"""One replication: one start, its no-zone twin, and each strategy on the same luck."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from sim.engine import EVENTS, Start, World, advance, create, create_start
from sim.engine.world import Estimate, LogEntry
from sim.experiments.changed import Ends, ends_of
from sim.experiments.screens import Seen, seen_by_partners
from sim.futures import NO_FUTURE
from sim.inputs.posterior import Posterior
from sim.offers import Evidence
from sim.outcomes import GROUPS
from sim.outputs.records import CENTRAL, ParametersUsed
from sim.parameters import Register
from sim.population import Margin
from sim.schema import V
from sim.spec import Future, Place, Strand, Strategy

Reals = npt.NDArray[np.float64]
T = TypeVar("T")
Watch = Callable[[int], None]
Look = Callable[[World], None]

#: What is paid before any strand.
OVERHEADS = ("partnership", "local_analysis")
TWIN = Strategy(id="no_zone", name="No zone")
#: Every event but the gathering of figures for partners' screens, which nothing in the model reads.
_UNWATCHED = frozenset(event.name for event in EVENTS) - {"measurement"}


@dataclass(frozen=True)
class Run:
    """What is kept of one world: readings (years x populations x groups x indicators), books, flows.

    ``delivered``: years x service columns x offers. ``ends``: how each child ended up, ``None`` once it is counted
    (it is as large as the place). ``money``: years x ``payers``, what each paid in, and ``overheads``: years x
    ``OVERHEADS``, pounds. ``flows``: children at the start, births, arrivals, leavers, aged out, at the end.
    ``seen``: what partners had on their screen. ``log``: what happened, month by month. ``analysis``: what the local
    analysis said; ``drivers``: the truth it looks for, in the order of ``spec.DRIVERS``, which no table shows unasked.
    ``fit``: asked margins of the place beside those of its first day.
    """

    strategy: str
    offers: tuple[str, ...]
    n_today: int
    values: Reals
    counts: Reals
    delivered: Reals
    ends: Ends | None
    flows: dict[str, int]
    payers: tuple[str, ...]
    money: Reals
    overheads: Reals
    shortfalls: tuple[tuple[int, str, float, str], ...]
    warnings: tuple[str, ...]
    wall_s: float
    seen: Seen
    log: tuple[LogEntry, ...]
    analysis: tuple[Estimate, ...]
    drivers: Reals
    fit: tuple[Margin, ...]


def flows(world: World) -> dict[str, int]:
    """Resident children: start + births + arrivals - leavers - aged out = end, over the months stepped."""
    c, end = world.children, world.month
    comes, leaves, grown = c.first_month, c.leaves_month, c.last_month
    # Rows that sleep (the donors of life histories) are grown up on the first day and never lived here.
    resident_ever = (comes < end) & (comes < np.minimum(leaves, grown)) & (grown > 0)
    born_here = c.birth_month == comes
    start = resident_ever & (comes <= 0) & (c.from_start == 1)
    later = resident_ever & ~start & (comes >= 0)
    gone = resident_ever & (np.minimum(leaves, grown) < end)
    return {
        "children_start": int(start.sum()),
        "births": int((later & born_here).sum()),
        "arrivals": int((later & ~born_here).sum()),
        "leavers": int((gone & (leaves <= grown)).sum()),
        "aged_out": int((gone & (leaves > grown)).sum()),
        "children_end": int((resident_ever & (np.minimum(leaves, grown) >= end)).sum()),
    }


def _finish(world: World, twin: World | None, wall: float) -> Run:
    readings = world.readings
    return Run(
        strategy=world.strategy.id,
        offers=world.plan.ids,
        n_today=world.plan.n_today,
        values=np.stack([r.values for r in readings]),
        counts=np.stack([r.counts for r in readings]),
        delivered=np.stack(world.deliveries),
        ends=ends_of(world, twin or world),
        flows=flows(world),
        payers=tuple(sorted(world.strategy.money_gbp)),
        money=np.array(world.moneys),
        overheads=np.array([world.overheads[year] for year in range(len(readings))]),
        shortfalls=tuple(world.shortfalls),
        warnings=tuple(world.plan.warnings),
        wall_s=wall,
        seen=seen_by_partners(world, twin or world),
        log=tuple(world.log),
        analysis=tuple(world.analysis),
        drivers=world.start.drivers,
        fit=world.start.fit,
    )


@dataclass(frozen=True)
class Ground:
    """What all strategies of one replication share: one start, one draw of the evidence, and the twin lived through.

    Nothing that is done with it changes it, so that it may be kept and used again.
    """

    start: Start
    twin: World
    twin_run: Run
    evidence: Evidence
    library: dict[str, Strand]
    months: int


def ground(
    place: Place, register: Register, library: dict[str, Strand], seed: int, months: int, evidence: Evidence,
    without: frozenset[str] = frozenset(), future: Future = NO_FUTURE, twin: Strategy = TWIN, threads: int = 1,
    watch: Watch | None = None, watched: bool = True, start: Start | None = None, look: Look | None = None,
) -> Ground:  # fmt: skip
    """The start of a replication and its twin. ``register``: the parameters of this replication.

    ``watch(month)`` is called before each month and may raise to stop. ``watched``: partners' screens are filled;
    without, ``Run.seen`` is empty and nothing else is changed. ``start``: one made before of the same place, register,
    seed, months and switches, and of a future with the same moves. ``look(world)`` is shown the twin on the first day
    and after each month, and may change nothing.
    """
    started = time.perf_counter()
    if start is None:
        start = create_start(place, register, seed, months, without, threads, future)
    start = replace(start, future=future)
    world = create(start, twin, library, evidence, threads)
    _live(world, months, watch, watched, look)
    return Ground(start, world, _finish(world, None, time.perf_counter() - started), evidence, library, months)


def run_on(
    ground: Ground, strategy: Strategy, threads: int = 1, watch: Watch | None = None, watched: bool = True,
    look: Look | None = None,
) -> Run:  # fmt: skip
    """One strategy on the luck of its twin. ``watch``, ``watched``, ``look``: as in ``ground``."""
    started = time.perf_counter()
    world = create(ground.start, strategy, ground.library, ground.evidence, threads)
    _live(world, ground.months, watch, watched, look)
    return _finish(world, ground.twin, time.perf_counter() - started)


def _live(world: World, months: int, watch: Watch | None, watched: bool, look: Look | None) -> None:
    """Step a world, a month at a time where somebody watches or looks."""
    only = None if watched else _UNWATCHED
    if watch is None and look is None:
        advance(world, months, only)
        return
    if look is not None:
        look(world)
    for month in range(months):
        if watch is not None:
            watch(month)
        advance(world, only=only)
        if look is not None:
            look(world)


def replicate(
    strategies: Sequence[Strategy], place: Place, register: Register, library: dict[str, Strand], seed: int,
    months: int, stance: str, without: frozenset[str], threads: int = 1, twin_strategy: Strategy = TWIN,
    future: Future = NO_FUTURE, evidence: Evidence | None = None,
) -> list[Run]:  # fmt: skip
    """One replication: the twin first, then each strategy, on one start and one draw of the evidence.

    ``evidence``: another draw than that of the luck number.
    """
    drawn = evidence or Evidence(stance, seed)
    shared = ground(place, register, library, seed, months, drawn, without, future, twin_strategy, threads)
    return [shared.twin_run, *(run_on(shared, strategy, threads) for strategy in strategies)]


def parameters_used(source: Posterior | None) -> ParametersUsed:
    """What is told of where the parameters came from."""
    if source is None:
        return CENTRAL
    return ParametersUsed("drawn", source.run_id, source.digest, len(source.draws))


def side_by_side(
    tasks: Sequence[Callable[[], T]], workers: int, progress: Callable[[int, int, str], None] | None, what: str
) -> list[T]:
    """Answers of tasks done ``workers`` at a time in threads, in the order of the tasks; what fails stops the rest."""
    found: dict[int, T] = {}
    with ThreadPoolExecutor(workers) as pool:
        jobs = {pool.submit(task): at for at, task in enumerate(tasks)}
        try:
            for done, job in enumerate(as_completed(jobs), start=1):
                found[jobs[job]] = job.result()
                if progress is not None:
                    progress(done, len(tasks), what)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [found[at] for at in range(len(tasks))]


def n_years(runs: Sequence[Run]) -> int:
    """School years read in each run."""
    return runs[0].values.shape[0]


def spent_by_year(run: Run) -> Reals:
    """Pounds spent in each school year: all strands, the partnership, the local analysis."""
    total: Reals = run.delivered[:, V.spent, :].sum(axis=1) + run.overheads.sum(axis=1)
    return total


GROUP_IDS = tuple(GROUPS)
