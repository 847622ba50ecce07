"""The page Watch: what its sentences say of a comparison, and a visit from nothing run to a film that plays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("solara")

from sim.outcomes import HEADLINES, SMALLEST_CELL
from sim.ui import answers
from sim.ui.choice import Choice, Question, question_of
from sim.ui.pages import watch
from sim.ui.store import Store
from tests.engine.worlds import neighbourhood


def _question() -> Question:
    asked = question_of(replace(Choice(), replications=3, years=2), {})
    return replace(asked, place=neighbourhood(150))


def test_bands_and_sentences_follow_from_the_comparison() -> None:
    question, store = _question(), Store(10**9)
    comparison = answers.comparison(question, lambda *_: None, store=store)
    bands = watch.yearly_bands(comparison, question)
    indicator, group = HEADLINES["family_wellbeing"]
    y = comparison.yearly
    own = y[(y["strategy"] == question.strategy.id) & (y["population"] == "residents") & (y["indicator"] == indicator)]
    values = own[(own["group"] == group) & (own["year"] == 2)]
    assert values["n"].min() >= SMALLEST_CELL
    low, high = bands["family_wellbeing"]["own"]
    assert bands["family_wellbeing"]["x"] == [12, 24]
    np.testing.assert_allclose([low[1], high[1]], 100 * np.array([values["value"].min(), values["value"].max()]))
    told = watch.headline(comparison, question)
    assert told.startswith("After 2 years") and "3 runs" in told
    assert watch.headline(comparison, replace(question, replications=9)).startswith("First picture")
    assert watch.sentence(comparison, question, indicator, group)
    assert watch.sentence(None, question, indicator, group) == ""
    film = answers.film(question, lambda *_: None, store)
    assert film.strategy.name == question.strategy.name and answers.known_film(question, store) is film


def test_months_are_told_in_words() -> None:
    assert [watch.said_month(frame) for frame in (0, 1, 12, 13)] == [
        "First day", "September, year 1", "August, year 1", "September, year 2",
    ]  # fmt: skip


def test_from_nothing_run_to_a_film_that_plays(journey) -> None:
    journey.open("/watch")
    page = journey.page
    page.get_by_role("button", name="Run it now").click()
    page.wait_for_selector(".zs-map[data-ready=yes]", timeout=240_000)
    page.wait_for_function("Number(document.querySelector('.zs-map').dataset.month) > 3")
    page.get_by_role("button", name="Pause").click()
    assert page.locator(".zs-chart").count() == len(HEADLINES)
    page.get_by_role("slider", name="Month").fill("30")
    page.get_by_role("button", name="Write the diary").click()
    page.get_by_role("region", name="How it ends").wait_for(timeout=240_000)
    journey.go("Start")
    page.wait_for_selector(".zs-map", state="detached")
