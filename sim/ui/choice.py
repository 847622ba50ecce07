"""What the planner has chosen, and the question it asks of the model; no Solara here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from sim.inputs import InputError, Problem, list_ids, load_future, load_place, load_strategy
from sim.spec import Future, Place, Strategy

#: The strategy that "Run the example" runs, and the place chosen beforehand.
EXAMPLE_STRATEGY, EXAMPLE_PLACE = "cradle_to_career", "wallsend"
STANCES = ("sceptical", "central", "hopeful")
#: Most strategies side by side, and the limits of what is asked for.
MOST_STRATEGIES, MOST_REPLICATIONS, MOST_YEARS, LARGEST_SEED = 6, 100, 20, 2**32 - 1
#: Most children of a place that one server runs for many: memory grows by 5 kB a child and replication.
MOST_CHILDREN = 60_000


@lru_cache(maxsize=64)
def ready_strategy(name: str) -> Strategy:
    """A packaged strategy by its id; read once. Raises ``InputError``."""
    return load_strategy(name)


@lru_cache(maxsize=64)
def ready_place(name: str) -> Place:
    """A packaged place by its id; read once. Raises ``InputError``."""
    return load_place(name)


@lru_cache(maxsize=256)
def ready_future(name: str) -> Future:
    """A packaged future by its id, or several joined by ``+``; read once. Raises ``InputError``."""
    return load_future(name)


def _example() -> tuple[Strategy, ...]:
    return (ready_strategy(EXAMPLE_STRATEGY),)


@dataclass(frozen=True)
class Choice:
    """Everything that a picture depends on; a link carries it and a draft keeps it.

    ``place``: id of a packaged place or of an own one. ``current``: which of the strategies is being edited and
    watched. ``seed``: luck number of the first replication. ``years``: school years from 1 to 20.
    """

    place: str = EXAMPLE_PLACE
    strategies: tuple[Strategy, ...] = field(default_factory=_example)
    current: int = 0
    future: str = "none"
    evidence: str = "central"
    seed: int = 1
    replications: int = 20
    years: int = 10

    @property
    def strategy(self) -> Strategy:
        """The strategy that is edited and watched."""
        return self.strategies[min(max(self.current, 0), len(self.strategies) - 1)]

    def with_strategy(self, strategy: Strategy) -> Choice:
        """The same with the current strategy replaced."""
        at = min(max(self.current, 0), len(self.strategies) - 1)
        return replace(self, strategies=(*self.strategies[:at], strategy, *self.strategies[at + 1 :]))


@dataclass(frozen=True)
class Question:
    """A choice with its place and future looked up: what the model is asked."""

    place: Place
    strategies: tuple[Strategy, ...]
    current: int
    future: Future
    evidence: str
    seed: int
    replications: int
    years: int

    @property
    def strategy(self) -> Strategy:
        """The strategy that is watched."""
        return self.strategies[min(max(self.current, 0), len(self.strategies) - 1)]


def question_of(choice: Choice, own: Mapping[str, Place] | None = None) -> Question:
    """The question a choice asks. ``own``: own places by id.

    Raises ``InputError`` for an unknown place or future, and for a place too large to be run here.
    """
    place = find_place(choice.place, own)
    if place.value("children") > MOST_CHILDREN:
        problem = f"{place.name} has {place.value('children'):,.0f} children, more than the browser runs"
        remedy = f"choose a place of up to {MOST_CHILDREN:,} children, or run it with the command line"
        raise InputError((Problem(place.id, None, "children", problem, remedy),))
    return Question(
        place=place,
        strategies=choice.strategies,
        current=choice.current,
        future=ready_future(choice.future),
        evidence=choice.evidence,
        seed=choice.seed,
        replications=choice.replications,
        years=choice.years,
    )


def find_place(name: str, own: Mapping[str, Place] | None = None) -> Place:
    """An own place, else a packaged one. Raises ``InputError`` for an unknown id."""
    return own[name] if own and name in own else ready_place(name)


def is_ready(strategy: Strategy) -> bool:
    """Whether a strategy is exactly a packaged one."""
    return strategy.id in list_ids("strategy") and ready_strategy(strategy.id) == strategy
