"""What each page sees of a class, as plain values: a learner its own team and what is open to all, no more.

``learner_view`` is all that is ever sent to a learner's page, so nothing of another team can be read there but what
the facilitator opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from sim.inputs import list_ids, load_future
from sim.inputs.strategies import is_enrolled
from sim.inputs.workshop_records import RUNNING, Control, Quantity, Workshop
from sim.report.words import pounds
from sim.spec import Future
from sim.workshops import mixes
from sim.workshops.boards import all_scores, board, guesses_picture, points, scored
from sim.workshops.readings import answer_of, board_quantity, measure_of, shown_answer, shown_number
from sim.workshops.scoring import MOST_POINTS, honest
from sim.workshops.state import (
    GUESS,
    JOIN,
    RUN,
    Result,
    State,
    Team,
    asking_round,
    base_of,
    controls_of,
    future_of,
    round_now,
    scored_round,
    why_not_guess,
    why_not_run,
)  # fmt: skip

Plain = dict[str, Any]
#: How people are asked, in words.
TARGETING_WORDS = {
    "first_come": "who comes first", "targeted": "those in need first", "proportionate": "all, those in need more",
    "lottery": "by lot",
}  # fmt: skip
#: What can be locked, in words.
LOCK_WORDS = {
    JOIN: "New teams may join", GUESS: "Guesses may be set", RUN: "Mixes may be run", "strands": "Which strands",
    "reach": "How many are reached", "start": "In which year they start", "targeting": "Who is asked first",
    "money": "Pounds a year", "posts": "Posts",
}  # fmt: skip
#: How the evidence is read, in words; nothing is said of the usual reading.
READING_WORDS = {"central": "", "sceptical": "read as a sceptic", "hopeful": "read hopefully"}
_EMPTY: Plain = {}


def learner_view(workshop: Workshop, state: State, team: Team, salt: str) -> Plain:
    """Everything that the page of one team shows."""
    asked, one = asking_round(workshop, state.round), round_now(workshop, state)
    return {
        "team": team.name,
        "class": workshop.file.name,
        "place": workshop.place.name,
        "paused": state.paused,
        "points": points(workshop, team) if _score_open(workshop, state) else 0,
        "round": _round(workshop, state) | {"questions": [question.text for question in one.questions]},
        "guess": _EMPTY if asked is None else _guess(workshop, state, team, asked),
        "mix": _mix(workshop, state, team),
        "run": _run(workshop, state, team),
        "results": [_result(workshop, state, n + 1, result) for n, result in enumerate(team.results)][-4:],
        "score": _own_score(workshop, state, team),
        "drivers": _drivers(state),
        "future": _future(workshop, state),
        "board": _board(workshop, state, salt, team.id) if state.board else _EMPTY,
        "left_out": list(workshop.file.left_out) if one.kind == "debrief" else [],
    }


def desk_view(workshop: Workshop, state: State, salt: str) -> Plain:
    """Everything that the facilitator's page shows, codes and addresses aside."""
    one, asked = round_now(workshop, state), asking_round(workshop, state.round)
    return {
        "class": workshop.file.name,
        "place": workshop.place.name,
        "paused": state.paused,
        "round": _round(workshop, state)
        | {"notes": one.notes, "questions": [{"text": q.text, "answer": q.answer} for q in one.questions]},
        "rounds": [
            {"name": r.name, "kind": r.kind, "minutes": r.minutes, "here": at == state.round}
            for at, r in enumerate(workshop.file.rounds)
        ],
        "teams": [_team_row(workshop, state, team, asked) for team in state.teams.values()],
        "told": _told(workshop, state, asked),
        "locks": _locks(workshop, state),
        "money": state.terms.money,
        "posts": state.terms.posts,
        "usual_money": _usual(workshop, state)[0],
        "usual_posts": _usual(workshop, state)[1],
        "future": future_of(workshop, state),
        "future_now": _future(workshop, state),
        "futures": futures(),
        "injected": state.injected is not None,
        "drivers": _drivers(state),
        "board": _board(workshop, state, salt, "") | {"open": state.board, "anonymous": state.anonymous},
        "score": _class_score(workshop, state),
        "shown": state.shown,
        "demonstrations": list(one.show),
        "can_show": bool(workshop.file.quantities),
        "left_out": list(workshop.file.left_out),
    }


def seconds_left(workshop: Workshop, state: State, now: float) -> float:
    """Of the round by its timing; less than nothing when it is over. While the class is paused it stands still."""
    until = state.paused_at if state.paused else now
    return round_now(workshop, state).minutes * 60 - (until - state.since)


def futures() -> list[dict[str, str]]:
    """Packaged futures, id and name."""
    if not _FUTURES:
        _FUTURES.extend({"id": name, "name": load_future(name).name} for name in list_ids("future"))
    return _FUTURES


_FUTURES: list[dict[str, str]] = []


def _round(workshop: Workshop, state: State) -> Plain:
    one = round_now(workshop, state)
    return {
        "number": state.round + 1, "of": len(workshop.file.rounds), "id": one.id, "kind": one.kind, "name": one.name,
        "text": one.text, "minutes": one.minutes, "running": one.kind in RUNNING,
    }  # fmt: skip


def _guess(workshop: Workshop, state: State, team: Team, asked: int) -> Plain:
    quantity = workshop.quantity(str(workshop.file.rounds[asked].quantity))
    mine = team.guesses.get(asked)
    return {
        "key": f"{asked}", "text": quantity.text, "low": quantity.low, "high": quantity.high,
        "unit": _unit(quantity), "step": 10.0 ** -measure_of(quantity).decimals,
        "why": why_not_guess(workshop, state, team), "asked_now": round_now(workshop, state).kind == "predict",
        "mine": None if mine is None else {"low": mine.low, "middle": mine.middle, "high": mine.high},
    }  # fmt: skip


def _unit(quantity: Quantity) -> str:
    shown = measure_of(quantity)
    return shown.difference_unit if quantity.of == "difference" else shown.unit


def _mix(workshop: Workshop, state: State, team: Team) -> Plain:
    controls = controls_of(workshop, state)
    base = workshop.strategies[base_of(workshop, state.round)]
    menu = {entry.strand for entry in workshop.file.menu}
    money, posts = _usual(workshop, state)
    return {
        "rows": [_strand_row(workshop, entry.strand, team) for entry in workshop.file.menu],
        "kept": [mixes.strands()[one.strand].name for one in base.strands if one.strand not in menu],
        "controls": sorted(controls),
        "years": workshop.file.setting.years,
        "targetings": [{"id": name, "name": TARGETING_WORDS[name]} for name in mixes.TARGETINGS],
        "money": money if state.terms.money is not None or team.mix.money is None else team.mix.money,
        "posts": posts if state.terms.posts is not None or team.mix.posts is None else team.mix.posts,
    }


def _usual(workshop: Workshop, state: State) -> tuple[float, float | None]:
    """Pounds a year and posts of a team that set none of its own."""
    base, setting, terms = workshop.strategies[base_of(workshop, state.round)], workshop.file.setting, state.terms
    money = next((m for m in (terms.money, setting.money_gbp) if m is not None), mixes.usual_money(workshop, base))
    posts = next((p for p in (terms.posts, setting.posts) if p is not None), base.posts)
    return money, posts


def _strand_row(workshop: Workshop, name: str, team: Team) -> Plain:
    menu = next(entry for entry in workshop.file.menu if entry.strand == name)
    strand, chosen = mixes.strands()[name], team.mix.entries.get(name)
    reach = menu.reach if is_enrolled(strand) else None
    if chosen is not None:
        reach = chosen.reach
    return {
        "id": name, "name": strand.name, "text": menu.text, "on": chosen is not None, "reach": reach,
        "cost": f"{pounds(strand.unit_cost_gbp)} a {strand.cost_unit.replace('_', ' ')}",
        "start": 1 if chosen is None else chosen.start,
        "targeting": menu.targeting if chosen is None else chosen.targeting,
        "turn": None if chosen is None else chosen.turn,
    }  # fmt: skip


def _run(workshop: Workshop, state: State, team: Team) -> Plain:
    one = round_now(workshop, state)
    return {
        "why": why_not_run(workshop, state, team), "busy": team.wanted is not None, "trouble": team.trouble,
        "here": one.kind in RUNNING or RUN in state.opened or team.wanted is not None,
        "pairs": workshop.file.setting.replications, "years": workshop.file.setting.years,
    }  # fmt: skip


def _result(workshop: Workshop, state: State, number: int, result: Result) -> Plain:
    rows = []
    for quantity in workshop.shown_in(state.round):
        one = result.readings.get(quantity.id)
        if one is None:
            rows.append({"text": quantity.text, "said": "not shown (fewer than 10)", "more": ""})
            continue
        m = measure_of(quantity)
        more = f"{one.value:,.{m.decimals}f} with your zone, {one.twin:,.{m.decimals}f} without"
        rows.append({"text": quantity.text, "said": shown_answer(quantity, answer_of(quantity, one)), "more": more})
    return {
        "number": number, "future": _future_name(workshop, result.future), "cost": pounds(result.cost), "rows": rows,
        "series": [list(point) for point in result.series], "round": workshop.file.rounds[result.round].name,
        "strands": len(result.mix.entries), "budget": pounds(result.budget), "short": list(result.short),
        "reading": READING_WORDS[result.evidence],
    }  # fmt: skip


def _score_open(workshop: Workshop, state: State) -> bool:
    """Whether a score round was reached: before it nobody sees points."""
    return any(one.kind == "score" for one in workshop.file.rounds[: state.round + 1])


def _own_score(workshop: Workshop, state: State, team: Team) -> Plain:
    found = _class_score(workshop, state)
    if not found or round_now(workshop, state).kind != "score":
        return _EMPTY
    asked = scored_round(workshop, state.round)
    own = None if asked is None else scored(workshop, team, asked)
    mine: Plain = {"said": "No score this time: it takes a guess and a run after it."}
    if own is not None:
        guess, got = own
        quantity = workshop.quantity(guess.quantity)
        shown = f"Your range, {guess.low:g} to {guess.high:g}, {'held' if got.inside else 'did not hold'} the answer."
        mine = {
            "said": shown, "points": got.points, "most": MOST_POINTS, "inside": got.inside, "guess": guess.middle,
            "low": guess.low, "high": guess.high, "answer": got.answer,
            "answer_said": shown_answer(quantity, got.answer),
            "distance": f"{got.distance:,.{measure_of(quantity).decimals}f}",
        }  # fmt: skip
    return found | {"mine": mine}


def _class_score(workshop: Workshop, state: State) -> Plain:
    """The picture of all guesses and how honest the ranges were, from the score round on."""
    if not _score_open(workshop, state):
        return _EMPTY
    at = max(n for n, one in enumerate(workshop.file.rounds[: state.round + 1]) if one.kind == "score")
    asked = scored_round(workshop, at)
    if asked is None:
        return _EMPTY
    quantity = workshop.quantity(str(workshop.file.rounds[asked].quantity))
    found = all_scores(workshop, state, asked)
    answers = sorted(got.answer for _, got in found.values())
    return {
        "text": quantity.text, "unit": _unit(quantity), "low": quantity.low, "high": quantity.high,
        "bars": [list(bar) for bar in guesses_picture(workshop, state, asked)],
        "answers": [answers[0], answers[-1]] if answers else [],
        "honest": honest([got for _, got in found.values()]),
        "inside": sum(got.inside for _, got in found.values()), "of": len(found),
    }  # fmt: skip


def _drivers(state: State) -> list[dict[str, str]]:
    return [{"name": name, "words": words} for name, words in state.drivers.items()]


def _future(workshop: Workshop, state: State) -> Plain:
    name = future_of(workshop, state)
    future = _world(workshop, name)
    return {"id": name, "name": future.name, "about": future.about} if future.shocks else _EMPTY


def _world(workshop: Workshop, name: str) -> Future:
    return workshop.futures[name] if name in workshop.futures else load_future(name)


def _future_name(workshop: Workshop, name: str) -> str:
    future = _world(workshop, name)
    return future.name if future.shocks else ""


def _other_world(workshop: Workshop, state: State, future: str) -> str:
    """The world a run lived through, where it is not that of now."""
    return "" if future == future_of(workshop, state) else _world(workshop, future).name


def _board(workshop: Workshop, state: State, salt: str, own: str) -> Plain:
    quantity = board_quantity(workshop)
    if quantity is None:
        return _EMPTY
    rows = [
        {
            "label": row.label, "cost": row.cost, "cost_said": pounds(row.cost), "outcome": row.outcome,
            "said": shown_number(quantity, row.outcome), "own": row.team == own,
            "future": _other_world(workshop, state, row.future),
        }
        for row in board(workshop, state, salt)
    ]  # fmt: skip
    return {"text": quantity.text, "unit": _unit(quantity), "rows": rows, "runs_of": f"Year {quantity.year}"}


def _team_row(workshop: Workshop, state: State, team: Team, asked: int | None) -> Plain:
    guess = None if asked is None else team.guesses.get(asked)
    return {
        "id": team.id, "name": team.name, "open": team.open, "runs": len(team.results),
        "busy": team.wanted is not None, "trouble": team.trouble, "strands": len(team.mix.entries),
        "guess": "" if guess is None else f"{guess.middle:g} ({guess.low:g} to {guess.high:g})",
        "points": points(workshop, team) if _score_open(workshop, state) else None,
    }  # fmt: skip


def _told(workshop: Workshop, state: State, asked: int | None) -> str:
    """How far the class is, in a sentence."""
    n = len(state.teams)
    if not n:
        return "No team has joined yet."
    said = f"{n} {'team' if n == 1 else 'teams'}"
    kind = round_now(workshop, state).kind
    if kind == "predict" and asked is not None:
        return f"{said}, {sum(asked in team.guesses for team in state.teams.values())} with a guess"
    if kind in RUNNING:
        done = sum(any(one.round == state.round for one in team.results) for team in state.teams.values())
        busy = sum(team.wanted is not None for team in state.teams.values())
        return f"{said}, {done} have run in this round" + (f", {busy} running or waiting" if busy else "")
    return said


def _locks(workshop: Workshop, state: State) -> list[Plain]:
    """What teams may do now, and whether the facilitator changed it."""
    controls: frozenset[str] = controls_of(workshop, state)
    kind = round_now(workshop, state).kind
    now: Mapping[str, bool] = {
        JOIN: JOIN not in state.locked,
        GUESS: GUESS not in state.locked and asking_round(workshop, state.round) is not None,
        RUN: RUN not in state.locked and (kind in RUNNING or RUN in state.opened),
        **{name: name in controls for name in get_args(Control)},
    }
    return [
        {"id": name, "name": LOCK_WORDS[name], "on": on, "by_hand": name in state.locked or name in state.opened}
        for name, on in now.items()
    ]
