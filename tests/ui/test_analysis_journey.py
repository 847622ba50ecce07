"""A real browser on Compare, Decide, Evidence and Report: one visitor, by keyboard where it matters, no violation."""

from __future__ import annotations

import pytest

from tests.ui.conftest import Journey

#: A short question, so that the journey is about the pages.
QUESTION = "/compare?v=1&p=bettws&s=schools_only&s=family_first&y=1&n=2"


@pytest.fixture
def answered(journey: Journey) -> Journey:
    """A visitor whose question has been answered."""
    journey.open(QUESTION)
    journey.page.get_by_role("button", name="Run what is chosen").click()
    journey.page.get_by_role("table", name="Difference from the same place without a zone").wait_for()
    return journey


def test_from_the_end_table_to_the_briefing(answered: Journey) -> None:
    page = answered.page
    assert answered.axe() == []
    answered.go("Decide")
    assert answered.axe() == []
    answered.go("Report")
    assert "--place bettws" in page.get_by_label("The same numbers from the command line").inner_text()
    assert page.locator("iframe").get_attribute("sandbox") == ""
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Scenario files and command (zip)").click()
    assert waiting.value.suggested_filename == "zonesim-bettws-scenario.zip"
    assert answered.axe() == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1280])
def test_an_arrow_of_the_map_opens_its_card(visitor, width: int, dark: bool) -> None:
    visit: Journey = visitor(width=width, dark=dark)
    visit.open("/evidence")
    page = visit.page
    page.get_by_role("button", name="Hardship", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Hardship on attainment").press("Enter")
    page.wait_for_function("document.querySelector('input[type=search]').value === 'children.attainment_hardship'")
    page.get_by_text("1 of ").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert visit.axe() == []


def test_a_search_is_asked_stopped_asked_again_and_opened_in_plan_by_keyboard(answered: Journey) -> None:
    answered.go("Decide")
    page = answered.page
    money = page.get_by_label("Pounds a year")
    money.fill("<img src=x onerror=alert(1)>")
    money.press("Enter")
    told = page.get_by_role("alert").filter(has_text="Pounds a year")
    told.wait_for()
    assert money.get_attribute("aria-invalid") == "true"
    assert answered.axe() == []
    money.fill("150,000")
    page.get_by_label("What counts").select_option("child_wellbeing")
    money.press("Enter")
    form = page.locator("section", has=page.get_by_role("heading", name="Best mixes under the same money"))
    stop = form.get_by_role("button", name="Stop")
    stop.focus()
    assert answered.axe() == []
    page.keyboard.press("Enter")
    form.get_by_role("status").filter(has_text="Stopped.").wait_for()
    form.get_by_role("button", name="Search for the best mix").press("Enter")
    opened = page.get_by_role("button", name="Open the best mix in Plan")
    opened.wait_for()
    assert page.get_by_text("zonesim optimise --place bettws --budget 150000").count() == 1
    assert answered.axe() == []
    opened.press("Enter")
    page.wait_for_function("document.title === 'Plan · Zonesim'")
    page.locator(".zsp-tab", has_text="Found mix").wait_for()
