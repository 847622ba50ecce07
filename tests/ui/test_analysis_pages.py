"""The pages Compare, Decide, Evidence and Report: what they show of a small place, without a browser."""

from __future__ import annotations

import io
import json
import shlex
import threading
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("solara")

import solara

from sim.experiments.drawn import correlations, drawn_values, luck_line
from sim.inputs import load_strategy
from sim.outcomes import HEADLINES, INDICATORS
from sim.report.words import measure
from sim.spec import Future
from sim.ui import answers, cards, causal, comparing, deciding, files, running
from sim.ui.choice import Question
from sim.ui.jobs import QUEUE, State, Turn
from sim.ui.pages import compare, decide, evidence, report
from tests.engine.worlds import neighbourhood
from tests.report.made import made_comparison, made_strategies

PAIRS = 3


@pytest.fixture(scope="module")
def question() -> Question:
    strategies = tuple(load_strategy(name) for name in ("schools_only", "family_first"))
    return Question(
        neighbourhood(80), strategies, 0, Future(id="none", name="None"), "central", seed=3, replications=PAIRS, years=1
    )


@pytest.fixture(scope="module")
def comparison(question: Question) -> object:
    return answers.comparison(question, lambda *_: None)


@pytest.fixture
def kernel() -> Iterator[object]:
    """A browser page without a browser, in which widgets are made; each test closes what it renders."""
    from solara.server import kernel as solara_kernel
    from solara.server import kernel_context

    context = kernel_context.VirtualKernelContext(
        id=str(uuid.uuid4()), kernel=solara_kernel.Kernel(), session_id="test"
    )
    with context:
        yield context


@pytest.fixture
def asked(kernel: object, question: Question, comparison: object) -> Iterator[None]:
    """A page whose question has been answered."""
    running.answer.value = running.Answer(question, comparison, True)
    yield
    running.answer.value = running.Answer()


@pytest.mark.parametrize("page", [compare, decide, report, evidence])
def test_every_page_stands_without_an_answer(kernel: object, page: object) -> None:
    box, rendered = solara.render(page.Page(), handle_error=False)
    assert box.children
    rendered.close()


@pytest.mark.parametrize("page", [compare, decide, report])
def test_every_page_shows_an_answer(asked: None, page: object) -> None:
    box, rendered = solara.render(page.Page(), handle_error=False)
    assert box.children
    rendered.close()


def test_a_first_look_shows_values_without_ranges_or_verdicts(kernel: object, question: Question) -> None:
    look = answers.look(question, lambda *_: None)
    hidden = replace(look[0], values=np.full_like(look[0].values, np.nan))
    running.answer.value = running.Answer(question, state=State("queued"), look=(hidden, *look[1:]))
    box, rendered = solara.render(compare.Page(), handle_error=False)
    tables = [w for w in _widgets(box) if getattr(w, "caption", "").startswith("One pair of runs")]
    rendered.close()
    running.answer.value = running.Answer()
    rows = tables[0].rows
    assert len(tables) == 1 and len(rows) == 5 * (1 + 2)
    texts = [[cell["text"] for cell in row] for row in rows if not isinstance(row, dict)]
    assert texts[0][1:] == ["not shown (fewer than 10)", ""] and all(len(row) == 3 for row in texts)
    assert not {"tone", "note"} & {key for row in rows if not isinstance(row, dict) for cell in row for key in cell}
    at = next(at for at, outcome in enumerate(look) if at > 0 and np.isfinite(outcome.values).all())
    twin, own, _ = look[at].values[:, 0]
    spec = measure(INDICATORS[look[at].indicator])
    assert texts[2 * at][1:] == [spec.value(own), spec.bare(own - twin, signed=True)]


def _widgets(box: object) -> Iterator[object]:
    """A widget and everything in it."""
    yield box
    for child in getattr(box, "children", None) or []:
        if not isinstance(child, str):
            yield from _widgets(child)


def test_everybody_has_a_first_look_before_anybody_has_ranges(
    kernel: object, question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[running.Answer] = []
    stop = running.answer.subscribe(told.append)
    monkeypatch.setattr(running.state, "question_now", lambda: replace(question, seed=77))
    submitted: list[tuple[str, Turn]] = []
    submit = QUEUE.submit
    monkeypatch.setattr(
        QUEUE, "submit", lambda *a, turn, **k: submitted.append((a[1], turn)) or submit(*a, turn=turn, **k)
    )
    running.ask()
    _until(lambda: running.answer.value.complete)
    stop()
    stages = [(bool(a.look), a.comparison.replications if a.comparison else 0) for a in told]
    assert list(dict.fromkeys(stages)) == [(False, 0), (True, 0), (False, 2), (False, PAIRS)]
    assert submitted == [
        ("first look", Turn.NOW), ("first picture", Turn.LATER), ("more replications", Turn.LATER)
    ]  # fmt: skip
    assert running.answer.value.film is not None and running.answer.value.state is None
    running.answer.value = running.Answer()


def test_what_is_known_is_the_answer_at_once_with_a_film_or_without(
    kernel: object, question: Question, comparison: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running.state, "question_now", lambda: question)
    monkeypatch.setattr(answers, "known_film", lambda *_: None)
    monkeypatch.setattr(QUEUE, "submit", lambda *_, **__: pytest.fail("nothing is left to do"))
    running.ask()
    assert running.answer.value == running.Answer(question, comparison, True)
    running.answer.value = running.Answer()


def test_a_look_that_was_begun_while_the_plan_was_changed_is_the_answer(
    kernel: object, question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted: list[tuple[str, Turn]] = []
    submit = QUEUE.submit
    monkeypatch.setattr(
        QUEUE, "submit", lambda *a, turn, **k: submitted.append((a[1], turn)) or submit(*a, turn=turn, **k)
    )
    now, go_on = [replace(question, seed=78)], threading.Event()
    monkeypatch.setattr(answers, "look", _held_up(go_on))
    monkeypatch.setattr(running.state, "question_now", lambda: now[0])
    running.look_ahead()
    assert not submitted, "nothing was changed, so nobody is about to ask"
    monkeypatch.setattr(running.state, "can_undo", lambda: True)
    running.look_ahead()
    running.look_ahead()
    first = running._ahead.value.job
    now[0] = replace(question, seed=79)
    running.look_ahead()
    assert submitted == [("look ahead", Turn.AHEAD)] * 2 and not running.answer.value.busy
    _until(lambda: first.state.kind == "cancelled")
    go_on.set()
    ahead = running._ahead.value.job
    _until(lambda: ahead.state.kind == "done")
    assert running.answer.value == running.Answer(), "nobody has asked"
    running.ask()
    assert running.answer.value.look is ahead.result.look
    assert [words for words, _ in submitted[2:]] == ["first picture"]
    _until(lambda: running.answer.value.complete)
    running.look_ahead()
    assert len(submitted) == 4, "what is answered is not asked ahead"
    running.answer.value = running.Answer()


def test_a_look_ahead_still_at_work_is_taken_over_and_told_once(
    kernel: object, question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running.state, "question_now", lambda: replace(question, seed=80))
    monkeypatch.setattr(running.state, "can_undo", lambda: True)
    monkeypatch.setattr(QUEUE, "waits_for_others", lambda _: True)
    running.look_ahead()
    assert running._ahead.value is None, "work of others goes first"
    monkeypatch.setattr(QUEUE, "waits_for_others", lambda _: False)
    monkeypatch.setattr(running, "MOST_AHEAD", 79)
    running.look_ahead()
    assert running._ahead.value is None, "a large place takes long"
    monkeypatch.undo()
    monkeypatch.setattr(running.state, "question_now", lambda: replace(question, seed=80))
    monkeypatch.setattr(running.state, "can_undo", lambda: True)
    told: list[running.Answer] = []
    stop = running.answer.subscribe(told.append)
    go_on = threading.Event()
    monkeypatch.setattr(answers, "look", _held_up(go_on))
    running.look_ahead()
    ahead = running._ahead.value.job
    running.ask()
    assert running._job.value is ahead and ahead.turn is Turn.NOW and running.answer.value.busy
    go_on.set()
    _until(lambda: running.answer.value.complete)
    stop()
    assert sum(bool(one.look) and one.state == State("queued") for one in told) == 1
    running.answer.value = running.Answer()


def _held_up(go_on: threading.Event) -> Callable[..., object]:
    """The first look, which takes as long as the test wants."""
    made = answers.look

    def look(question: Question, report: Callable[[float, float, str], None]) -> object:
        while not go_on.wait(0.005):
            report(0, 1, "held up")
        return made(question, report)

    return look


def _until(true: Callable[[], bool]) -> None:
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def test_the_end_table_is_the_table_of_the_comparison(comparison: object) -> None:
    rows = comparing.end_table(comparison)
    assert next(row["heading"] for row in rows if isinstance(row, dict)) == "Children's educational progress"
    assert len(rows) == 5 * (1 + 2)


def test_small_numbers_are_hidden_in_every_table() -> None:
    made = made_comparison()
    made.changed.loc[:, ["better", "same", "worse"]] = 3.0
    words = json.dumps([comparing.end_table(made), comparing.changed_table(made, "attainment")])
    assert "not shown (fewer than 10)" in words
    assert all(row[2]["text"] == "not shown (fewer than 10)" for row in comparing.changed_table(made, "attainment"))


@pytest.mark.parametrize(("pairs", "words"), [(9, "in all 9 pairs of runs"), (10, "clear")])
def test_a_few_pairs_that_point_one_way_are_not_called_clear(pairs: int, words: str) -> None:
    made = replace(made_comparison(), replications=pairs)
    said = [row[-1]["text"] for row in comparing.end_table(made) if not isinstance(row, dict)]
    sided = [text for text in said if text.startswith(("better", "worse"))]
    assert sided and all((text in ("better", "worse")) == (words == "clear") for text in sided)
    charts = json.dumps([chart["summary"] for chart in comparing.interval_rows(made)])
    assert ("Clearly better" in charts) == (words == "clear")
    assert ("In all 9 pairs of runs better" in charts) == (words != "clear")


def test_charts_hold_the_numbers_of_the_table(comparison: object) -> None:
    charts = comparing.interval_rows(comparison)
    frame = comparison.results
    shown = 0
    for (indicator, group), chart in zip(HEADLINES.values(), charts, strict=True):
        rows = frame[
            (frame["indicator"] == indicator) & (frame["group"] == group) & (frame["strategy"] == "schools_only")
            & (frame["population"] == "residents") & (frame["year"] == 1)
        ]  # fmt: skip
        drawn = chart["rows"][0]["value"]
        # So small a place may have nobody of whom an outcome could be told: no row, and nothing drawn.
        if rows.empty or pd.isna(rows["difference"].iloc[0]):
            assert pd.isna(drawn)
            continue
        assert drawn == rows["difference"].iloc[0] * (1.0 if "SD" in chart["unit"] else 100.0)
        shown += 1
    assert shown


def test_the_band_chart_says_which_way_is_better(comparison: object) -> None:
    chart = comparing.band_chart(comparison, "distress_high")
    assert chart["summary"].startswith("Lower is better")
    assert chart["series"][-1]["name"].startswith("Without a zone")


def test_pairs_regret_payers_and_gains_have_rows(comparison: object) -> None:
    assert any(isinstance(row, list) for row in comparing.duel_table(comparison))
    columns, rows = comparing.regret_table(comparison)
    assert len(rows) == 2 and len(rows[0]) == len(columns)
    assert comparing.payer_charts(comparison)
    columns, rows = comparing.gains_table(comparison)
    assert all(len(row) == len(columns) for row in rows)


def test_futures_stand_below_one_another(comparison: object) -> None:
    told, labels = {"none": comparison, "recession": comparison}, {"none": "a", "recession": "b"}
    columns, rows = comparing.futures_table(told, labels)
    assert columns[0] == "Future" and len(rows) == 5 * (1 + 2)


def test_every_number_has_a_card_with_a_mark() -> None:
    found = cards.all_cards()
    assert len({card["id"] for card in found}) == len(found) > 500
    assert {card["kind"] for card in found} == set(cards.KINDS)
    assert all(card["part"] in cards.PARTS for card in found)
    mentoring = next(card for card in found if card["id"].startswith("strand.mentoring."))
    assert mentoring["interval"] and mentoring["sources"] and mentoring["population"]


def test_every_arrow_has_a_number_and_a_card() -> None:
    ids = {card["id"] for card in cards.all_cards()}
    nodes, arrows, _ = causal.drawing()
    pairs = {(a["source"], a["target"]) for a in arrows}
    assert {("hardship", "attainment"), ("distress", "wellbeing"), ("attendance", "attainment")} <= pairs
    assert all(a["search"] in ids for a in arrows)
    assert {end for pair in pairs for end in pair} <= {n["id"] for n in nodes}


def test_what_was_drawn_is_what_was_run(comparison: object) -> None:
    drawn = drawn_values(comparison)
    assert len(drawn) == PAIRS
    assert any(name.startswith("effects.") for name in drawn) and "evidence.synergy" in drawn


def test_a_planted_cause_comes_first() -> None:
    drawn = pd.DataFrame({"a": [3.0, 1.0, 2.0, 5.0, 4.0], "b": [1.0, 2.0, 3.0, 4.0, 5.0], "c": [2.0] * 5})
    found = correlations(drawn, drawn["b"].to_numpy() ** 3)
    assert found.index[0] == "b" and found["b"] == pytest.approx(1.0)
    assert pd.isna(found["c"])
    assert luck_line(101) == pytest.approx(0.2)


def test_the_choice_needs_pairs_enough(comparison: object) -> None:
    with pytest.raises(ValueError, match="too few"):
        deciding.decision(comparison, "child_wellbeing", lambda *_: None)


def test_the_command_names_own_things_by_their_files(question: Question) -> None:
    own = question.strategies[0].model_copy(update={"posts": 12})
    words = shlex.split(files.command_of(replace(question, strategies=(own, own, question.strategies[1]))))
    assert words[:5] == ["zonesim", "compare", "schools_only.toml", "schools_only_2.toml", "family_first"]
    assert words[words.index("--place") + 1].endswith(".toml")


def test_downloads_are_the_same_bytes_again_and_name_no_path(question: Question, comparison: object) -> None:
    for kind in ("scenario", "figures"):
        made = files.make(kind, comparison, question, lambda *_: None)
        assert made.content == files.make(kind, comparison, question, lambda *_: None).content
        names = zipfile.ZipFile(io.BytesIO(made.content)).namelist()
        assert names and not any("/" in name or ".." in name for name in names)


def test_data_hide_small_numbers(question: Question, comparison: object) -> None:
    made = files.make("data", comparison, question, lambda *_: None)
    archive = zipfile.ZipFile(io.BytesIO(made.content))
    assert {"manifest.json", "dictionary.json", "results.parquet"} <= set(archive.namelist())
    frame = pd.read_parquet(io.BytesIO(archive.read("yearly.parquet")))
    assert frame.loc[frame["value"].notna(), "n"].min() >= 10


def test_the_preview_is_inert() -> None:
    made = made_comparison(made_strategies(2))
    page = files.briefing_page(made, "zonesim <x>", {})
    assert "<script" not in page and "<i>" not in page
