"""What can happen in a class, one function for each action: ``apply(workshop, state, action)`` gives the next state.

An action is a table: ``do`` (its name), ``by`` (``facilitator``, ``server`` or the id of a team), ``at`` (seconds of
the clock) and what belongs to it. It comes from a browser and may hold anything: what cannot be done raises
``RefusedError`` with a sentence for whoever tried, and changes nothing. The same function replays the session's file.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, get_args

from sim.inputs import list_ids
from sim.inputs.workshop_records import Control, Demonstration, Workshop
from sim.workshops import codes, mixes
from sim.workshops.mixes import Terms
from sim.workshops.state import (
    GUESS,
    JOIN,
    RUN,
    Guess,
    Reading,
    Result,
    State,
    Team,
    Wanted,
    asking_round,
    base_of,
    controls_of,
    evidence_of,
    future_of,
    round_now,
    why_not_guess,
    why_not_run,
)  # fmt: skip

Action = Mapping[str, Any]
FACILITATOR, SERVER, DOOR = "facilitator", "server", "door"
#: What can be locked, or opened before its time.
LOCKS: tuple[str, ...] = (RUN, GUESS, JOIN, *get_args(Control))
#: Most teams of a class.
MOST_TEAMS = 60


class RefusedError(Exception):
    """An action that cannot be done now; the text says why to whoever tried."""


def apply(workshop: Workshop, state: State, action: Action) -> State:
    """The state after an action. Raises ``RefusedError``; the state that was given is never changed."""
    by, do = action.get("by"), action.get("do")
    known = {FACILITATOR: _FACILITATOR, SERVER: _SERVER, DOOR: _DOOR}.get(str(by), _TEAM)
    if not isinstance(do, str) or do not in known:
        raise RefusedError("There is no such action.")
    if known is _TEAM and by not in state.teams:
        raise RefusedError("Your team is not in this class any more.")
    try:
        after = known[do](workshop, state, action)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        said = str(error) if isinstance(error, ValueError) and str(error) else "That could not be understood"
        raise RefusedError(f"{said[:1].upper()}{said[1:200]}.") from error
    return replace(after, actions=state.actions + 1)


def _join(workshop: Workshop, state: State, action: Action) -> State:
    """A team joins; with the name of a team whose place is open, a new device takes it."""
    name, device = codes.shown_name(str(action["name"])), str(action["device"])
    if len(name) < 2:
        raise RefusedError("A team needs a name of at least two letters.")
    for team in state.teams.values():
        if codes.name_key(team.name) == codes.name_key(name):
            if team.open:
                return _with(state, replace(team, device=device, open=False))
            raise RefusedError("Another team has that name: choose another. (Lost your page? Ask the facilitator.)")
    if JOIN in state.locked:
        raise RefusedError("The class is closed to new teams. Ask the facilitator.")
    if len(state.teams) >= MOST_TEAMS:
        raise RefusedError(f"The class has {MOST_TEAMS} teams, which is as many as it holds. Join one of them.")
    number = state.joined + 1
    mix = mixes.starting_mix(workshop, workshop.strategies[base_of(workshop, state.round)])
    made = Team(f"t{number}", name, device, mix)
    return replace(state, teams={**state.teams, made.id: made}, joined=number)


def _guess(workshop: Workshop, state: State, action: Action) -> State:
    team = state.teams[action["by"]]
    why = why_not_guess(workshop, state, team)
    if why:
        raise RefusedError(why)
    asked = asking_round(workshop, state.round)
    assert asked is not None, "a guess without a question is refused"
    quantity = workshop.quantity(str(workshop.file.rounds[asked].quantity))
    low, middle, high = (_number(action[key], key) for key in ("low", "middle", "high"))
    if not quantity.low <= low <= middle <= high <= quantity.high:
        raise RefusedError(
            f"Give numbers from {quantity.low:g} to {quantity.high:g}: the low end, then your guess, then the high end."
        )
    guess = Guess(quantity.id, low, middle, high)
    return _with(state, replace(team, guesses={**team.guesses, asked: guess}))


def _change(workshop: Workshop, state: State, action: Action) -> State:
    team, allowed = state.teams[action["by"]], controls_of(workshop, state)
    if state.paused:
        raise RefusedError("The facilitator has paused the class.")
    if not allowed:
        raise RefusedError("Mixes cannot be changed in this round.")
    return _with(state, replace(team, mix=mixes.changed_mix(workshop, team.mix, action["mix"], allowed)))


def _run(workshop: Workshop, state: State, action: Action) -> State:
    team = state.teams[action["by"]]
    why = why_not_run(workshop, state, team)
    if why:
        raise RefusedError(why)
    wanted = Wanted(
        team.runs + 1, state.round, team.mix, base_of(workshop, state.round), future_of(workshop, state),
        evidence_of(workshop, state.round), state.terms,
    )  # fmt: skip
    return _with(state, replace(team, wanted=wanted, runs=wanted.number, trouble=""))


def _result(workshop: Workshop, state: State, action: Action) -> State:  # noqa: ARG001 - all are called alike
    team, wanted = _awaited(state, action)
    readings = {str(name): Reading(*map(float, five)) for name, five in action["readings"].items()}
    series = tuple((int(year), float(value), float(twin)) for year, value, twin in action["series"])
    done = Result(
        wanted.round, wanted.mix, wanted.strategy, wanted.future, wanted.evidence, readings,
        _number(action["cost"], "cost"), series, _number(action["budget"], "budget"),
        tuple(str(line)[:200] for line in action["short"]),
    )  # fmt: skip
    return _with(state, replace(team, wanted=None, results=(*team.results, done)))


def _failed(workshop: Workshop, state: State, action: Action) -> State:  # noqa: ARG001 - all actions are called alike
    team, _ = _awaited(state, action)
    return _with(state, replace(team, wanted=None, trouble=str(action["why"])[:300]))


def _awaited(state: State, action: Action) -> tuple[Team, Wanted]:
    team = state.teams.get(str(action["team"]))
    if team is None or team.wanted is None or team.wanted.number != action["number"]:
        raise RefusedError("Nobody waits for that run any more.")
    return team, team.wanted


def _go(workshop: Workshop, state: State, action: Action) -> State:
    """To another round; a round with a mix of its own starts every team anew."""
    at = action["round"]
    if isinstance(at, bool) or not isinstance(at, int) or not 0 <= at < len(workshop.file.rounds):
        raise RefusedError("There is no such round.")
    one, now = workshop.file.rounds[at], _number(action["at"], "clock")
    teams = state.teams
    if one.strategy and at > state.round:
        mix = mixes.starting_mix(workshop, workshop.strategies[one.strategy])
        teams = {name: replace(team, mix=mix) for name, team in teams.items()}
    return replace(
        state, teams=teams, round=at, since=now, paused=False, opened=frozenset(), shown=None,
        injected=None if one.future else state.injected,
    )  # fmt: skip


def _pause(workshop: Workshop, state: State, action: Action) -> State:  # noqa: ARG001
    on, now = bool(action["on"]), _number(action["at"], "clock")
    if on == state.paused:
        return state
    if on:
        return replace(state, paused=True, paused_at=now)
    return replace(state, paused=False, since=state.since + max(0.0, now - state.paused_at))


def _lock(workshop: Workshop, state: State, action: Action) -> State:
    what, on = _lockable(action), bool(action["on"])
    open_by_itself = what in controls_of(workshop, replace(state, locked=frozenset(), opened=frozenset()))
    open_by_itself |= what in (GUESS, JOIN) or (what == RUN and round_now(workshop, state).kind in ("run", "revise"))
    locked, opened = state.locked - {what}, state.opened - {what}
    if on:
        return replace(state, locked=locked | {what}, opened=opened)
    return replace(state, locked=locked, opened=opened if open_by_itself else opened | {what})


def _lockable(action: Action) -> str:
    if action["what"] not in LOCKS:
        raise RefusedError("That cannot be locked.")
    return str(action["what"])


def _fix(workshop: Workshop, state: State, action: Action) -> State:  # noqa: ARG001
    """The same money and posts for all teams; nothing leaves each its own."""
    money, posts = action.get("money"), action.get("posts")
    return replace(
        state,
        terms=Terms(
            None if money is None else _number(money, "pounds a year", 0.0, mixes.MOST_MONEY),
            None if posts is None else _number(posts, "posts", 0.0, mixes.MOST_POSTS),
        ),
    )


def _inject(workshop: Workshop, state: State, action: Action) -> State:
    future = action["future"]
    if future is not None and future not in workshop.futures and future not in list_ids("future"):
        raise RefusedError("There is no such future.")
    return replace(state, injected=future)


def _reveal(workshop: Workshop, state: State, action: Action) -> State:  # noqa: ARG001
    return replace(state, drivers={str(name)[:60]: str(words)[:200] for name, words in action["drivers"].items()})


def _board(workshop: Workshop, state: State, action: Action) -> State:  # noqa: ARG001
    return replace(state, board=bool(action["open"]), anonymous=bool(action["anonymous"]))


def _show(workshop: Workshop, state: State, action: Action) -> State:
    demonstration = action["what"]
    if demonstration is not None and demonstration not in get_args(Demonstration):
        raise RefusedError("There is no such demonstration.")
    if demonstration is not None and not workshop.file.quantities:
        raise RefusedError("This workshop has no quantity to show.")
    return replace(state, shown=demonstration)


def _reopen(workshop: Workshop, state: State, action: Action) -> State:  # noqa: ARG001
    """Let another device take the place of a team that lost its page."""
    return _with(state, replace(state.teams[action["team"]], open=True))


def _remove(workshop: Workshop, state: State, action: Action) -> State:  # noqa: ARG001
    if action["team"] not in state.teams:
        raise RefusedError("There is no such team.")
    return replace(state, teams={name: team for name, team in state.teams.items() if name != action["team"]})


def _with(state: State, team: Team) -> State:
    return replace(state, teams={**state.teams, team.id: team})


def _number(value: Any, what: str, low: float = -1e15, high: float = 1e15) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{what}: a number is needed")
    if not low <= value <= high:
        raise ValueError(f"{what}: a number from {low:g} to {high:g} is needed")
    return float(value)


_Step = Callable[[Workshop, State, Action], State]
_DOOR: dict[str, _Step] = {"join": _join}
_TEAM: dict[str, _Step] = {"guess": _guess, "change": _change, "run": _run}
_SERVER: dict[str, _Step] = {"result": _result, "failed": _failed}
_FACILITATOR: dict[str, _Step] = {
    "go": _go, "pause": _pause, "lock": _lock, "fix": _fix, "inject": _inject, "reveal": _reveal, "board": _board,
    "show": _show, "reopen": _reopen, "remove": _remove,
}  # fmt: skip
