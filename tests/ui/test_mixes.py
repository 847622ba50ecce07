"""The search from the page Decide: checked fields, the answer of ``optimise``, its states, and the way to Plan."""

from __future__ import annotations

import shlex
import time
from dataclasses import replace

import pytest

pytest.importorskip("solara")
pytest.importorskip("optuna")

import solara

from sim.experiments.search import optimise
from sim.futures import NO_FUTURE
from sim.inputs import InputError
from sim.ui import answers, jobs, mixes, running, state
from sim.ui.choice import Question, ready_strategy
from sim.ui.jobs import CancelledError
from sim.ui.pages import decide
from sim.ui.store import Store
from tests.ui.hostile import STRINGS

GOOD = {"budget": "£60,000", "posts": "", "family": "child_wellbeing", "effort": "quick"}
#: Numbers, in digits of other alphabets.
DIGITS = ("\u0663\u0664", "\U0001d7d9\U0001d7da")
#: As few mixes as show the way.
TINY = mixes.Effort("Tiny", 4, 1, 1, 2, 2)


@pytest.fixture
def question(tiny_place, monkeypatch) -> Question:
    monkeypatch.setitem(mixes.EFFORTS, "quick", TINY)
    chosen = (ready_strategy("schools_only"), ready_strategy("early_start"))
    return Question(tiny_place(80), chosen, 0, NO_FUTURE, "central", 3, 3, 1)


@pytest.fixture
def search(question):
    return replace(mixes.search_of(question, GOOD), strands=("neli", "book_gifting", "small_group_tuition"))


def quiet(*_):
    return None


def wait_for_the_search():
    until = time.monotonic() + 120
    while decide.sought.value.busy and time.monotonic() < until:
        time.sleep(0.02)


def test_the_form_asks_what_it_says(question):
    asked = mixes.search_of(question, GOOD | {"posts": "2.5"})
    assert (asked.budget, asked.posts, asked.outcomes) == (60_000.0, 2.5, ("child_wellbeing",))
    assert (asked.place, asked.beside, asked.seed, asked.years) == (question.place, question.strategies, 3, 1)
    assert asked.starts == (0,), "no strand may start after the last year"
    assert mixes.search_of(question, GOOD).posts is None


@pytest.mark.parametrize("field", ["budget", "posts", "family", "effort"])
def test_what_nobody_should_send_is_refused_with_a_remedy(question, field):
    for said in (*STRINGS, "0", "-5", "1e12", None, ["x"], {"a": 1}):
        try:
            mixes.search_of(question, GOOD | {field: said})
        except InputError as error:
            assert [p.field for p in error.problems] == [field] and error.problems[0].remedy
            assert len(str(error)) < 400
        else:
            # Digits of other alphabets are digits; no posts are no limit.
            assert said in DIGITS or (field == "posts" and said is None), said


def test_an_empty_form_names_what_is_missing(question):
    with pytest.raises(InputError) as refused:
        mixes.search_of(question, {})
    assert [p.field for p in refused.value.problems] == ["budget", "family", "effort"]


def test_the_answer_is_that_of_optimise_and_is_kept(search):
    store, told = Store(10**9), []
    found = answers.best_mixes(search, lambda *at: told.append(at), store)
    alone = optimise(search, workers=1)
    assert found.strategies == alone.strategies
    assert found.fresh.equals(alone.fresh)
    assert answers.best_mixes(search, quiet, store) is found
    shares = [done / total for done, total, _ in told]
    assert shares == sorted(shares) and shares[0] >= 0.0 and shares[-1] <= 1.0
    assert {words.split(",")[0] for *_, words in told} == {
        "the place without a zone", "trying mixes", "the best again",
    }  # fmt: skip


def test_a_search_stops_within_a_month_of_a_run(search):
    months = []

    def stop(*_):
        months.append(1)
        if len(months) == 5:
            raise CancelledError

    with pytest.raises(CancelledError):
        answers.best_mixes(search, stop, Store(10**9))
    assert len(months) == 5


def test_table_and_sentences_speak_of_the_same_mixes(search):
    found = answers.best_mixes(search, quiet)
    rows = mixes.table(found, search)
    assert len(rows) == len(found.fresh) and all(len(row) == len(mixes.COLUMNS) for row in rows)
    assert rows[0][0]["text"] == found.strategies[0].name
    assert rows[-1][0]["text"] in {s.name for s in search.beside} and rows[-1][1]["text"] == ""
    assert mixes.sentences(found, search)[0].startswith(found.strategies[0].name)


def test_a_found_mix_can_be_run_beside_the_next_search(search):
    first = answers.best_mixes(search, quiet)
    again = replace(search, beside=(mixes.best(first, search), *search.beside))
    found = answers.best_mixes(again, quiet)
    assert len(mixes.table(found, again)) == len(found.fresh)
    assert mixes.sentences(found, again)


def test_the_command_asks_the_same(question, search):
    own = search.place.model_copy(update={"id": "own_place"})
    words = shlex.split(mixes.command(search, replace(question, place=own)))
    assert words[:4] == ["zonesim", "optimise", "--place", "own_place.toml"]
    for option, value in (("--budget", "60000"), ("--runs", "4"), ("--fresh", "2"), ("--against", "schools_only")):
        assert words[words.index(option) + 1] == value


def test_the_page_searches_says_how_far_it_is_and_opens_the_mix_in_plan(kernel, question, monkeypatch):
    queue = jobs.Queue(1)
    monkeypatch.setattr(running, "QUEUE", queue)
    search_of = mixes.search_of
    few = ("neli", "book_gifting")
    monkeypatch.setattr(mixes, "search_of", lambda *given: replace(search_of(*given), strands=few))
    running.answer.value = running.Answer(question, answers.comparison(question, quiet), True)
    _, rendered = solara.render(decide.Page(), handle_error=False)
    decide._search(question, GOOD | {"budget": "<b>"})
    assert decide.refused.value[0]["field"] == "budget" and decide.sought.value.job is None
    decide._search(question, GOOD)
    assert decide.refused.value == ()
    wait_for_the_search()
    assert decide.sought.value.words == "Done."
    gone = []
    decide._open(decide.sought.value.found, decide.sought.value.asked.search, gone.append)
    opened = state.choice.value.strategy
    assert gone == ["/plan"] and opened.name.startswith("Found mix") and "luck numbers" in opened.about
    rendered.close()
    queue.close()


def test_a_search_that_fails_says_why(kernel, question, monkeypatch):
    queue = jobs.Queue(1)
    monkeypatch.setattr(running, "QUEUE", queue)

    def broken(*_):
        raise ValueError("no strand fits into 1 pounds a year")

    monkeypatch.setattr(answers, "best_mixes", broken)
    decide._search(question, GOOD | {"budget": "1"})
    wait_for_the_search()
    assert decide.sought.value.words.startswith("Not finished: no strand fits into 1 pounds a year. To do:")
    queue.close()
