"""What a whole class has done: scores, the picture of all guesses, and the board of cost against outcome."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sim.inputs.workshop_records import Workshop
from sim.workshops.readings import answer_of, board_quantity
from sim.workshops.scoring import Score, histogram, score
from sim.workshops.state import Guess, State, Team, result_scored


@dataclass(frozen=True)
class Entry:
    """A team on the board: its latest run. ``outcome``: of the board's quantity; ``cost``: pounds over all years."""

    team: str
    label: str
    cost: float
    outcome: float
    future: str
    run: int


def scored(workshop: Workshop, team: Team, asked: int) -> tuple[Guess, Score] | None:
    """A team's guess of round ``asked`` and its score, once it has run after it."""
    guess, result = team.guesses.get(asked), result_scored(team, asked)
    if guess is None or result is None or guess.quantity not in result.readings:
        return None
    quantity = workshop.quantity(guess.quantity)
    answer = answer_of(quantity, result.readings[guess.quantity])
    return guess, score(guess.low, guess.middle, guess.high, answer, quantity.high - quantity.low)


def all_scores(workshop: Workshop, state: State, asked: int) -> dict[str, tuple[Guess, Score]]:
    """Guess and score by team, of those that have both."""
    found = {name: scored(workshop, team, asked) for name, team in state.teams.items()}
    return {name: pair for name, pair in found.items() if pair is not None}


def guesses_picture(workshop: Workshop, state: State, asked: int) -> list[tuple[float, float, int]]:
    """(from, to, how many teams) of all guesses of round ``asked``."""
    quantity = workshop.quantity(str(workshop.file.rounds[asked].quantity))
    made = [team.guesses[asked].middle for team in state.teams.values() if asked in team.guesses]
    return histogram(made, quantity.low, quantity.high)


def points(workshop: Workshop, team: Team) -> int:
    """Points of a team over all its guesses."""
    found = [scored(workshop, team, asked) for asked in team.guesses]
    return sum(pair[1].points for pair in found if pair is not None)


def board(workshop: Workshop, state: State, salt: str) -> list[Entry]:
    """The latest run of every team, the best outcome first; labels without names where that was asked for."""
    quantity = board_quantity(workshop)
    if quantity is None:
        return []
    labels = labels_of(state, salt)
    rows = [
        Entry(
            team.id, labels[team.id], last.cost, answer_of(quantity, last.readings[quantity.id]), last.future,
            len(team.results),
        )
        for team in state.teams.values()
        for last in team.results[-1:]
        if quantity.id in last.readings
    ]  # fmt: skip
    from sim.outcomes import INDICATORS

    sign = INDICATORS[quantity.indicator].direction
    return sorted(rows, key=lambda row: (-sign * row.outcome, row.cost, row.label))


def labels_of(state: State, salt: str) -> dict[str, str]:
    """Team -> name, or a label that tells neither its name nor when it joined."""
    if not state.anonymous:
        return {name: team.name for name, team in state.teams.items()}
    drawn = sorted(state.teams, key=lambda name: hashlib.blake2b(f"{salt}{name}".encode()).digest())
    return {name: f"Team {_letters(at)}" for at, name in enumerate(drawn)}


def _letters(at: int) -> str:
    """A, B ... Z, AA, AB ..."""
    return (_letters(at // 26 - 1) if at >= 26 else "") + chr(ord("A") + at % 26)
