"""Where a class stands: an immutable record of everything that its actions have added up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.inputs.workshop_records import RUNNING, Control, Demonstration, Round, Workshop
from sim.workshops.mixes import Mix, Terms

#: What a facilitator can lock or open besides the controls of a mix.
RUN, GUESS, JOIN = "run", "guess", "join"


@dataclass(frozen=True)
class Guess:
    """A value and a range, in the unit in which the quantity is shown. ``quantity``: its id."""

    quantity: str
    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Reading:
    """What a run gave for one quantity, in the unit in which it is shown: means, and 90 of 100 outcomes."""

    value: float
    twin: float
    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class Result:
    """One run of a team. ``round``: number of the round in which it was asked for; ``cost``: pounds over all years.

    ``readings``: by quantity; a quantity under the small-number rule is missing. ``series``: of the board's quantity,
    (year, value, twin) of each year. ``budget``: pounds that the mix was given over all years; ``short``: what money,
    posts or staff did not reach, a sentence a strand.
    """

    round: int
    mix: Mix
    strategy: str
    future: str
    evidence: str
    readings: Mapping[str, Reading]
    cost: float
    series: tuple[tuple[int, float, float], ...] = ()
    budget: float = 0.0
    short: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """A run that was asked for and has not come back; what it depends on is settled when it is asked for."""

    number: int
    round: int
    mix: Mix
    strategy: str
    future: str
    evidence: str
    terms: Terms


@dataclass(frozen=True)
class Team:
    """A team. ``device``: fingerprint of the token it joined with; ``open``: another device may take its place.

    ``guesses``: by the number of the round that asked for them. ``trouble``: why its last run failed.
    """

    id: str
    name: str
    device: str
    mix: Mix
    guesses: Mapping[int, Guess] = field(default_factory=dict)
    results: tuple[Result, ...] = ()
    wanted: Wanted | None = None
    runs: int = 0
    open: bool = False
    trouble: str = ""


@dataclass(frozen=True)
class State:
    """A class. ``round``: number of the round from 0; ``since``: when it began, seconds of the clock.

    ``locked``, ``opened``: what the facilitator locked, or opened before its time. ``injected``: a future put in by
    hand, which holds until a round brings its own. ``drivers``: hidden drivers in words, once they are shown.
    ``board``: whether learners see it. ``shown``: the demonstration on the projector.
    """

    teams: Mapping[str, Team] = field(default_factory=dict)
    round: int = 0
    since: float = 0.0
    paused: bool = False
    paused_at: float = 0.0
    locked: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
    terms: Terms = field(default_factory=Terms)
    injected: str | None = None
    drivers: Mapping[str, str] = field(default_factory=dict)
    board: bool = False
    anonymous: bool = True
    shown: Demonstration | None = None
    joined: int = 0
    actions: int = 0


def round_now(workshop: Workshop, state: State) -> Round:
    """The round that is being played."""
    return workshop.file.rounds[state.round]


def base_of(workshop: Workshop, at: int) -> str:
    """Name of the strategy that teams start from in round ``at``."""
    later = [one.strategy for one in workshop.file.rounds[: at + 1] if one.strategy]
    return later[-1] if later else workshop.file.setting.strategy


def future_of(workshop: Workshop, state: State) -> str:
    """Name of the future that runs live through now."""
    if state.injected is not None:
        return state.injected
    later = [one.future for one in workshop.file.rounds[: state.round + 1] if one.future]
    return later[-1] if later else workshop.file.setting.future


def evidence_of(workshop: Workshop, at: int) -> str:
    """How hopefully the evidence is read in round ``at``."""
    later = [one.evidence for one in workshop.file.rounds[: at + 1] if one.evidence]
    return later[-1] if later else workshop.file.setting.evidence


def asking_round(workshop: Workshop, at: int) -> int | None:
    """Number of the latest round up to ``at`` that asked for a prediction."""
    asked = [n for n, one in enumerate(workshop.file.rounds[: at + 1]) if one.kind == "predict"]
    return asked[-1] if asked else None


def scored_round(workshop: Workshop, at: int) -> int | None:
    """Number of the predict round whose guesses are scored in round ``at``."""
    wanted = workshop.scored_in(at)
    asked = [
        n for n, one in enumerate(workshop.file.rounds[: at + 1]) if one.kind == "predict" and one.quantity == wanted
    ]
    return asked[-1] if asked else None


def controls_of(workshop: Workshop, state: State) -> frozenset[Control]:
    """What teams may change of their mixes now."""
    later = [one.controls for one in workshop.file.rounds[: state.round + 1] if one.controls is not None]
    usual: tuple[Control, ...] = later[-1] if later else workshop.file.setting.controls
    active = round_now(workshop, state).kind in ("predict", *RUNNING) or RUN in state.opened
    known: tuple[Control, ...] = ("strands", "reach", "start", "targeting", "money", "posts")
    fixed = {"money" if state.terms.money is not None else "", "posts" if state.terms.posts is not None else ""}
    return frozenset(
        one
        for one in known
        if (one in state.opened or (one in usual and active)) and one not in state.locked and one not in fixed
    )


def result_scored(team: Team, asked: int) -> Result | None:
    """The run that a guess is compared with: the first after it was asked for."""
    return next((one for one in team.results if one.round >= asked), None)


def why_not_guess(workshop: Workshop, state: State, team: Team) -> str:
    """Why a team cannot set a guess now; empty if it can."""
    asked = asking_round(workshop, state.round)
    if asked is None:
        return "There is nothing to guess yet."
    if state.paused:
        return "The facilitator has paused the class."
    if GUESS in state.locked:
        return "Guesses are locked."
    ran = team.wanted is not None and team.wanted.round >= asked
    if ran or result_scored(team, asked) is not None:
        return "Your guess is set: you have run your zone since."
    return ""


def why_not_run(workshop: Workshop, state: State, team: Team) -> str:
    """Why a team cannot run its mix now, with what to do; empty if it can."""
    if state.paused:
        return "The facilitator has paused the class."
    if RUN in state.locked:
        return "The facilitator has locked runs."
    if team.wanted is not None:
        return "Your run is on its way."
    if round_now(workshop, state).kind not in RUNNING and RUN not in state.opened:
        return "Runs open in a later round."
    asked = asking_round(workshop, state.round)
    if asked is not None and asked not in team.guesses:
        return "First set a guess with a range."
    return ""
