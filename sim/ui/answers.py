"""Answers to the planner's questions, kept by content: a question asked before is answered at once; no Solara here.

Three things are kept in one bounded store that all sessions read and nobody changes: the ground of a replication (start
and twin, the same for every strategy), the run of one strategy on a ground, and finished comparisons and films. After a
change of one strand only that strategy is run again. Numbers are those of ``compare`` to the bit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sim.experiments.compare import Comparison, compare, with_twin
from sim.experiments.ensemble import TWIN, Ground, Run, Watch, ground, run_on
from sim.experiments.films import Camera, Film, Take, put_together, take
from sim.experiments.pairs import Outcome, headlines
from sim.inputs import load_strands
from sim.inputs.posterior import posterior_register, source_of
from sim.inputs.register import load_register
from sim.offers import Evidence
from sim.spec import Record, Strategy
from sim.ui.choice import Question
from sim.ui.jobs import Report
from sim.ui.mixes import searched
from sim.ui.store import STORE, Store

if TYPE_CHECKING:
    from sim.experiments.diary import Diary
    from sim.experiments.search import Answer as Mixes
    from sim.experiments.search import Question as Search

#: Replications of the first picture with ranges; the rest follows.
FIRST_REPLICATIONS = 2


def look(question: Question, report: Report, store: Store = STORE) -> tuple[Outcome, ...]:
    """The headlines of the twin and of each strategy on the first luck number: what can be seen before any range."""
    twin, strategies = with_twin(question.strategies)
    watches = _watches(question, (twin, *strategies), 1, report)
    runs = [_run(s, question, question.seed, twin, next(watches), store) for s in (twin, *strategies)]
    return tuple(headlines([runs]))


def comparison(question: Question, report: Report, replications: int | None = None, store: Store = STORE) -> Comparison:
    """All strategies of a question against the twin. ``replications``: fewer than asked, for a first picture.

    ``report`` is called before each run and may raise; runs that are finished are kept.
    """
    n = min(replications or question.replications, question.replications)
    key = key_of(question, n)
    return store.get_or_make(("comparison", key), lambda: _compare(question, n, report, store))


def known_comparison(question: Question, replications: int | None = None, store: Store = STORE) -> Comparison | None:
    """The answer if it is there already."""
    n = min(replications or question.replications, question.replications)
    return store.get(("comparison", key_of(question, n)))


def film(question: Question, report: Report, store: Store = STORE) -> Film:
    """The monthly life of the current strategy and of its twin, on the first luck number."""

    def made() -> Film:
        report(0, 2, "the place without a zone")
        here = _ground_of(question, question.seed, TWIN, None, store)
        twin, own = (
            _take(question, here, played, at, report, store) for at, played in enumerate((None, question.strategy))
        )
        return put_together(here, twin, own)

    return store.get_or_make(("film", key_of(question, 1, (question.strategy,))), made)


def _take(
    question: Question, here: Ground, strategy: Strategy | None, number: int, report: Report, store: Store
) -> Take:
    """What is seen of a strategy, or of the twin (``None``), on the first luck number; the twin's run was looked at."""
    played = TWIN if strategy is None else strategy
    say = f"{played.name}, month by month"
    return store.get_or_make(
        _take_key(question, strategy), lambda: take(here, played, lambda share: report(number + share, 2, say))
    )


def _take_key(question: Question, strategy: Strategy | None) -> tuple[str, str]:
    return ("take", digest(_world_of(question), question.seed, question.evidence, strategy))


def known_film(question: Question, store: Store = STORE) -> Film | None:
    """The film if it is there already."""
    return store.get(("film", key_of(question, 1, (question.strategy,))))


def diary(question: Question, child: str, report: Report, store: Store = STORE) -> Diary:
    """The diary of one child (``diary.CHOICES``) with the current strategy and in the twin, first luck number."""
    from sim.experiments.diary import diary as written

    def made() -> Diary:
        report(0, 2, "the place without a zone")
        here = _ground_of(question, question.seed, TWIN, None, store)
        report(1, 2, "the child's life, month by month")
        return written(here, question.strategy, child)

    return store.get_or_make(("diary", key_of(question, 1, (question.strategy,)), child), made)


def twin_run(question: Question, report: Report, store: Store = STORE) -> Run:
    """The place without a zone on the first luck number."""
    report(0, 1, "the place without a zone")
    return _ground_of(question, question.seed, TWIN, None, store).twin_run


def best_mixes(search: Search, report: Report, store: Store = STORE) -> Mixes:
    """What a search for the best mixes found."""
    return store.get_or_make(("mixes", key_of_search(search)), lambda: searched(search, report))


def key_of_search(search: Search) -> str:
    """Digest of everything that a search asks."""
    return digest("mixes", *(getattr(search, f.name) for f in fields(search)))


def key_of(question: Question, replications: int, strategies: Sequence[Strategy] | None = None) -> str:
    """Digest of everything that moves the answer."""
    asked = question.strategies if strategies is None else strategies
    return digest(_world_of(question), question.seed, replications, question.evidence, list(asked))


def digest(*parts: Any) -> str:
    """Hash of records and plain values by their content."""
    text = json.dumps(parts, default=_plain, sort_keys=True, ensure_ascii=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, Record) else str(value)


def _world_of(question: Question) -> list[Any]:
    """What the ground of a replication depends on beside luck and evidence; names of futures mean nothing."""
    return [question.place, list(question.future.shocks), question.years]


def _compare(question: Question, replications: int, report: Report, store: Store) -> Comparison:
    twin, strategies = with_twin(question.strategies)
    watches = _watches(question, (twin, *strategies), replications, report)

    def runs_of(*given: Any) -> list[Run]:
        """As ``replicate``, from the store where it can; the question says all but the luck number."""
        return [_run(s, question, given[4], twin, next(watches), store) for s in (twin, *strategies)]

    return compare(
        question.strategies,
        question.place,
        replications=replications,
        seed=question.seed,
        years=question.years,
        evidence=question.evidence,
        future=question.future,
        threads=1,
        runs_of=runs_of,
    )


def _watches(question: Question, played: Sequence[Strategy], replications: int, report: Report) -> Iterator[_Watch]:
    """What watches each run, replication by replication, the twin first."""
    names = ["the place without a zone", *(strategy.name for strategy in played[1:])]
    total = replications * len(names)
    return (_Watch(report, done, total, names[done % len(names)], question.years) for done in range(total))


class _Watch:
    """Reports of one run, month by month: how far all runs are, and which year of this one it is."""

    def __init__(self, report: Report, done: int, total: int, name: str, years: int) -> None:
        self._report, self._done, self._total, self._name, self._years = report, done, total, name, years
        self(0)

    def __call__(self, month: int) -> None:
        """Raises what the report raises."""
        what = f"{self._name}: Year {month // 12 + 1} of {self._years}"
        self._report(self._done + month / (12 * self._years), self._total, what)


def _run(strategy: Strategy, question: Question, luck: int, twin: Strategy, watch: Watch, store: Store) -> Run:
    """One run of one replication; the first of the strategies, the twin, is part of the ground."""

    def made() -> Run:
        here = _ground_of(question, luck, twin, watch, store)
        return here.twin_run if strategy is twin else run_on(here, strategy, watch=watch)

    key = digest(_world_of(question), luck, question.evidence, twin, strategy, strategy is twin)
    return store.get_or_make(("run", key), made)


def _ground_of(question: Question, luck: int, twin: Strategy, watch: Watch | None, store: Store) -> Ground:
    """Start and twin of a replication, made once for all strategies and sessions."""

    def made() -> Ground:
        source = source_of("drawn")
        register = load_register() if source is None else posterior_register(source, luck)
        drawn, months = Evidence(question.evidence, luck), 12 * question.years
        camera = Camera(months) if luck == question.seed and twin is TWIN else None
        here = ground(
            question.place, register, load_strands(), luck, months, drawn,
            future=question.future, twin=twin, watch=watch, look=None if camera is None else camera.look,
        )  # fmt: skip
        if camera is not None:
            store.put(_take_key(question, None), camera.take())
        return here

    key = ("ground", digest(_world_of(question), luck, question.evidence, twin))
    return store.get_or_make(key, made, spare=luck >= question.seed + FIRST_REPLICATIONS)
