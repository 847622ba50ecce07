"""The model from Python: scenarios by id, file or record in, records with data frames out.

Everything here can be had from ``sim`` itself (``from sim import compare``). Names and defaults are those of the
command line, and so are the numbers, to the bit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.experiments import Comparison
from sim.experiments import compare as compare_strategies
from sim.experiments.compare import Progress
from sim.experiments.diary import Diary
from sim.experiments.ensemble import Ground
from sim.inputs import InputError, known, load_future, load_place, load_strand, load_strands, load_strategy
from sim.inputs.problems import did_you_mean, file_error, shorten
from sim.spec import Future, Place, Strand, Strategy

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.verdicts import Trial
    from sim.inputs.posterior import Posterior
    from sim.outputs import StoredComparison

PlaceLike = str | Path | Place
StrategyLike = str | Path | Strategy
StrandLike = str | Path | Strand
FutureLike = str | Path | Future | None
Names = str | Iterable[str]
Kind = Literal["place", "strategy", "strand", "future"]

_LOADERS: dict[str, Callable[[str | Path], Any]] = {
    "place": load_place, "strategy": load_strategy, "strand": load_strand, "future": load_future,
}  # fmt: skip


def load(
    ref: str | Path, kind: Kind | None = None
) -> Place | Strategy | Strand | Future | StoredComparison:  # fmt: skip
    """What an id of the library, a scenario file or a run folder holds.

    ``kind``: needed only for a file outside the library that does not say what it is. Raises ``InputError`` for what
    there is not and for mistakes in a file, ``OutputError`` for a folder that is no run.

    >>> load("pembury").region
    'London'
    >>> load("mentoring").ages
    (8, 18)
    """
    if kind is not None:
        return _LOADERS[kind](ref)
    if Path(ref).is_dir():
        from sim.outputs import read_run_folder

        return read_run_folder(Path(ref))
    if isinstance(ref, Path) or ref.endswith(".toml"):
        from sim.inputs.checking import check_files

        found = check_files([ref])[0]
        if isinstance(found.record, Place | Strategy | Strand | Future):
            return found.record
        raise InputError(found.problems) if found.problems else _nothing(str(ref))
    for loader, load_it in _LOADERS.items():
        if ref in known(loader):
            return load_it(ref)
    raise _nothing(ref)


def _nothing(ref: str) -> InputError:
    name, ids = shorten(ref), [one for kind in _LOADERS for one in known(kind)]
    return file_error(name, f'there is nothing with the id "{name}"', did_you_mean(ref, ids, "scenario"))


def compare(
    *strategies: StrategyLike, place: PlaceLike = "wallsend", replications: int = 20, seed: int = 1, years: int = 10,
    evidence: str = "central", future: FutureLike = None, without: Names = (), including: Names = (),
    parameters: str = "drawn", posterior: Posterior | None = None, threads: int | None = None,
    progress: Progress | None = None,
) -> Comparison:  # fmt: skip
    """Strategies beside one twin and one another, ``replications`` times on shared luck; see ``Comparison``.

    ``place``, ``future`` and strategies are ids, files or records. ``without``, ``including``: mechanisms switched off
    or asked for. ``parameters``: ``"drawn"`` or ``"central"``. ``threads`` changes no number. ``progress(done, total,
    what)`` is called after each replication. Raises ``ValueError`` for a number or word outside its range and
    ``InputError`` for an unknown id or a mistake in a file.

    >>> found = compare("early_start", "early_start", place="pembury", replications=1, years=1)
    >>> float(found.results.difference.abs().max())
    0.0
    """
    if not strategies:
        raise ValueError("name a strategy or more: compare('schools_only', 'cradle_to_career')")
    return compare_strategies(
        [_strategy(one) for one in strategies], _place(place), replications=replications, seed=seed, years=years,
        evidence=evidence, without=_names(without), including=_names(including), future=_future(future),
        parameters=parameters, posterior=posterior, threads=threads, progress=progress,
    )  # fmt: skip


def run(
    strategy: StrategyLike, place: PlaceLike = "wallsend", *, replications: int = 20, seed: int = 1, years: int = 10,
    evidence: str = "central", future: FutureLike = None, without: Names = (), including: Names = (),
    parameters: str = "drawn", posterior: Posterior | None = None, threads: int | None = None,
    progress: Progress | None = None,
) -> Comparison:  # fmt: skip
    """One strategy beside its twin; everything else as in ``compare``."""
    return compare(
        strategy, place=place, replications=replications, seed=seed, years=years, evidence=evidence, future=future,
        without=without, including=including, parameters=parameters, posterior=posterior, threads=threads,
        progress=progress,
    )  # fmt: skip


def trial(
    strand: StrandLike, place: PlaceLike | None = None, *, replications: int = 20, seed: int = 1,
    evidence: str = "central", future: FutureLike = None, without: Names = (), parameters: str = "drawn",
    posterior: Posterior | None = None, progress: Progress | None = None,
) -> Trial:  # fmt: skip
    """A virtual randomised trial of one strand, to see whether the model gives back the published effect."""
    from sim.experiments.trials import trial as try_strand

    return try_strand(
        strand if isinstance(strand, Strand) else load_strand(strand), None if place is None else _place(place),
        replications=replications, seed=seed, evidence=evidence, without=_names(without), future=_future(future),
        parameters=parameters, posterior=posterior, progress=progress,
    )  # fmt: skip


def validate(
    targets: str | Path | None = None, *, place: str | None = None, domain: str | None = None, role: str | None = None,
    draws: int = 10, seeds: int = 2, seed: int = 1, threads: int | None = None, progress: Progress | None = None,
) -> pd.DataFrame:  # fmt: skip
    """The model beside published figures: a row a target, with simulated value, interval, z and verdict.

    ``targets``: a file of your own instead of the packaged ones; ``place``, ``domain``, ``role``: only those.
    """
    import pandas as pd

    from sim.experiments import scoring
    from sim.inputs.targets import load_targets

    wanted = {"place": place, "domain": domain, "role": role}
    chosen = [
        target
        for target in load_targets(targets)
        if all(value is None or getattr(target, key) == value for key, value in wanted.items())
    ]
    scoring.check_places(chosen)
    scores = scoring.validate(
        chosen, draws=scoring.parameter_draws(draws), seeds=seeds, seed=seed, threads=threads or os.cpu_count() or 1,
        progress=progress,
    )  # fmt: skip
    return pd.DataFrame(scoring.validation_answer(scores)["targets"])


def diary(
    strategy: StrategyLike, place: PlaceLike = "wallsend", child: int | str = "typical", *, seed: int = 1,
    years: int = 10, evidence: str = "central", future: FutureLike = None, without: Names = (), including: Names = (),
    parameters: str = "drawn", posterior: Posterior | None = None,
) -> Diary:  # fmt: skip
    """The life of one synthetic child with a strategy and without: ``"typical"``, ``"gained"``, ``"lost"`` or a number.

    It is a child of the replication with luck number ``seed`` of ``compare``.
    """
    from sim.experiments.diary import diary as write_diary

    shared = ground(
        place, seed=seed, years=years, evidence=evidence, future=future, without=without, including=including,
        parameters=parameters, posterior=posterior,
    )  # fmt: skip
    return write_diary(shared, _strategy(strategy), child)


def ground(
    place: PlaceLike = "wallsend", *, seed: int = 1, years: int = 10, evidence: str = "central",
    future: FutureLike = None, without: Names = (), including: Names = (), parameters: str = "drawn",
    posterior: Posterior | None = None,
) -> Ground:  # fmt: skip
    """What all strategies of one replication share: the place on its first day and the twin lived through."""
    from sim.experiments.ensemble import ground as make_ground
    from sim.futures import NO_FUTURE
    from sim.inputs.posterior import posterior_register, source_of
    from sim.offers import STANCES, Evidence

    if evidence not in STANCES:
        raise ValueError(f"evidence must be one of {', '.join(STANCES)}, not {evidence!r}")
    if not 1 <= years <= 20:
        raise ValueError(f"years must be from 1 to 20, not {years}")
    register = posterior_register(source_of(parameters, posterior), seed, _names(without), _names(including))
    return make_ground(
        _place(place), register, load_strands(), seed, 12 * years, Evidence(evidence, seed), frozenset(_names(without)),
        _future(future) or NO_FUTURE,
    )  # fmt: skip


def _place(ref: PlaceLike) -> Place:
    return ref if isinstance(ref, Place) else load_place(ref)


def _strategy(ref: StrategyLike) -> Strategy:
    return ref if isinstance(ref, Strategy) else load_strategy(ref)


def _future(ref: FutureLike) -> Future | None:
    return ref if ref is None or isinstance(ref, Future) else load_future(ref)


def _names(given: Names) -> Sequence[str]:
    return (given,) if isinstance(given, str) else tuple(given)
