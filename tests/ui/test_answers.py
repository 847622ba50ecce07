"""Answers kept by content: the numbers of ``compare`` to the bit, nothing made twice, the pages never held up."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sim.experiments.compare import compare
from sim.experiments.ensemble import TWIN
from sim.experiments.films import encode
from sim.experiments.films import film as filmed
from sim.futures import NO_FUTURE
from sim.ui import answers
from sim.ui.choice import Question, ready_future, ready_strategy
from sim.ui.jobs import CancelledError
from sim.ui.store import Store


def quiet(*_):
    return None


@pytest.fixture
def question(tiny_place):
    mixes = (ready_strategy("schools_only"), ready_strategy("early_start"))
    return Question(tiny_place(80), mixes, 0, NO_FUTURE, "central", 3, 3, 2)


def test_the_numbers_of_compare_to_the_bit_and_nothing_is_run_twice(question, monkeypatch):
    store = Store(10**9)
    said: list[tuple[float, float, str]] = []
    first = answers.comparison(question, lambda *told: said.append(told), 1, store)
    whole = answers.comparison(question, quiet, store=store)
    alone = compare(question.strategies, question.place, replications=3, seed=3, years=2, threads=1)
    for frame in ("results", "changed", "costs", "value", "delivery", "dashboard", "theory", "events"):
        pd.testing.assert_frame_equal(getattr(whole, frame), getattr(alone, frame))
    assert whole.digest == alone.digest and first.replications == 1
    assert said[0][2].endswith("Year 1 of 2") and said[-1][0] < said[-1][1] == 3
    monkeypatch.setattr(answers, "ground", None)
    monkeypatch.setattr(answers, "run_on", None)
    assert answers.comparison(question, quiet, store=store) is whole
    assert (
        answers.comparison(replace(question, strategies=question.strategies[:1]), quiet, store=store).replications == 3
    )


def test_a_first_look_has_the_numbers_of_one_replication_and_its_runs_are_kept(question, monkeypatch):
    store = Store(10**9)
    look = answers.look(question, quiet, store)
    alone = compare(question.strategies, question.place, replications=1, seed=3, years=2, threads=1)
    last = alone.results.query("year == 2 and population == 'residents'")
    assert len(look) == 5
    for outcome in look:
        cell = last[(last["indicator"] == outcome.indicator) & (last["group"] == outcome.group)]
        for column, rows in (("twin", [0, 0]), ("value", [1, 2])):
            np.testing.assert_array_equal(cell[column], outcome.values[rows, 0])
    monkeypatch.setattr(answers, "ground", None)
    monkeypatch.setattr(answers, "run_on", None)
    assert answers.comparison(question, quiet, 1, store).digest == alone.digest


def test_a_first_look_at_a_strategy_beside_itself_shows_no_difference(question):
    mix = question.strategies[0]
    look = answers.look(replace(question, strategies=(mix, mix)), quiet, Store(10**9))
    assert all(outcome.values.shape == (2, 1) for outcome in look)
    for outcome in look:
        np.testing.assert_array_equal(outcome.values[0], outcome.values[1])


def test_after_a_change_of_one_strand_only_that_strategy_is_run(question, monkeypatch):
    store = Store(10**9)
    answers.comparison(question, quiet, 2, store)
    ran: list[str] = []
    run_on = answers.run_on
    monkeypatch.setattr(answers, "ground", None)
    monkeypatch.setattr(answers, "run_on", lambda g, s, **k: ran.append(s.id) or run_on(g, s, **k))
    mix = question.strategies[0]
    changed = mix.model_copy(
        update={"strands": (mix.strands[0].model_copy(update={"start_month": 7}), *mix.strands[1:])}
    )
    answers.comparison(replace(question, strategies=(changed, question.strategies[1])), quiet, 2, store)
    assert ran == [changed.id] * 2


def test_the_film_of_what_was_compared_costs_one_run(question, monkeypatch):
    store = Store(10**9)
    answers.comparison(question, quiet, 2, store)
    live, taken = answers.take, []
    monkeypatch.setattr(answers, "take", lambda g, s, *told: taken.append(s.id) or live(g, s, *told))
    film = answers.film(question, quiet, store)
    assert answers.film(replace(question, current=0), quiet, store) is film
    # The twin was looked at as it lived.
    assert taken == [question.strategy.id]
    told: list[tuple[float, float, str]] = []
    other = answers.film(replace(question, current=1), lambda *at: told.append(at), store)
    assert other.twin is film.twin and other.strategy is not film.strategy
    assert told[-1] == (2.0, 2, f"{question.strategies[1].name}, month by month")
    alone = filmed(answers._ground_of(question, 3, TWIN, None, store), question.strategy)
    assert encode(alone) == encode(film)


def test_what_moves_the_answer_moves_its_key_and_nothing_else_does(question):
    key = answers.key_of(question, 2)
    assert answers.key_of(replace(question, current=1), 2) == key
    others = [
        replace(question, seed=4), replace(question, years=3), replace(question, evidence="hopeful"),
        replace(question, future=ready_future("recession")), replace(question, strategies=question.strategies[::-1]),
        replace(question, place=question.place.model_copy(update={"name": "Other"})),
    ]  # fmt: skip
    keys = {answers.key_of(other, 2) for other in others} | {answers.key_of(question, 3)}
    assert key not in keys and len(keys) == 7


def test_stopping_keeps_what_is_finished(question):
    store = Store(10**9)

    def stop(done, total, what):
        if done >= 2:
            raise CancelledError

    with pytest.raises(CancelledError):
        answers.comparison(question, stop, store=store)
    assert len(store) > 0 and answers.known_comparison(question, store=store) is None


def test_other_threads_go_on_while_the_model_runs(tiny_place):
    """A forgotten ``nogil`` would hold up every page of everybody: the longest pause of another thread is short."""
    place = tiny_place(6_000)
    question = Question(place, (ready_strategy("schools_only"),), 0, NO_FUTURE, "central", 1, 1, 1)
    answers.comparison(replace(question, place=tiny_place(60)), quiet, store=Store(0))
    pauses: list[float] = []
    over = threading.Event()

    def tick():
        last = time.monotonic()
        while not over.is_set():
            time.sleep(0.002)
            now = time.monotonic()
            pauses.append(now - last)
            last = now

    ticking = threading.Thread(target=tick)
    ticking.start()
    started = time.monotonic()
    answers.comparison(question, quiet, store=Store(0))
    took = time.monotonic() - started
    over.set()
    ticking.join()
    # A kernel that held the lock would stop the clock for one call after another: few ticks, long pauses.
    assert len(pauses) > 20 * took, f"{len(pauses)} ticks in {took:.1f} s"
    pauses.sort()
    assert pauses[int(0.95 * len(pauses))] < 0.1
