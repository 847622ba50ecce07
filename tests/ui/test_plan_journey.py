"""The Plan page in a real browser: a strand is added, changed, undone; by keyboard alone; hostile text is inert."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("playwright")

HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}<script>alert(2)</script>"


def opened(journey) -> object:
    journey.open("/plan")
    journey.page.get_by_role("heading", name="What runs when").wait_for()
    return journey.page


def test_a_strand_is_added_changed_and_undone(journey) -> None:
    page = opened(journey)
    assert page.locator(".zsp-list > li").count() == 27
    page.get_by_role("button", name="Add a strand").click()
    page.get_by_role("searchbox").fill("triple")
    page.get_by_role("button", name=re.compile("^Add Triple P")).click()
    page.locator(".zsp-list > li").nth(27).wait_for()
    needs = page.locator(".zsp-figure").last.inner_text()
    page.get_by_label("Share, %").fill("90")
    page.get_by_label("Share, %").press("Enter")
    page.wait_for_function(f"[...document.querySelectorAll('.zsp-figure')].pop().innerText !== {needs!r}")
    more = page.locator(".zsp-figure").last.inner_text()
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function(f"[...document.querySelectorAll('.zsp-figure')].pop().innerText === {needs!r}")
    page.get_by_role("button", name="Redo").click()
    page.wait_for_function(f"[...document.querySelectorAll('.zsp-figure')].pop().innerText === {more!r}")
    page.get_by_text("Change log").click()
    assert "share of those eligible 90%" in page.locator(".zsp-log").inner_text()
    assert journey.axe() == []


def test_by_keyboard_alone(journey) -> None:
    page = opened(journey)
    page.get_by_role("button", name="Add a strand").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.type === 'search'")
    page.keyboard.type("breakfast")
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == "Add":
            break
    page.keyboard.press("Enter")
    page.get_by_role("alert").filter(has_text="planned twice").wait_for()
    name = page.locator(".zsp-name").nth(1)
    name.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.get_by_label("Months to full size").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("24")
    page.keyboard.press("Tab")
    page.get_by_text("Cradle to career, changed").first.wait_for()
    before = page.locator(".zsp-name b").all_inner_texts()
    page.get_by_role("button", name=f"Pay {before[2]} earlier").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"document.querySelectorAll('.zsp-name b')[1].innerText === {before[2]!r}")
    assert "Pay" in page.evaluate("document.activeElement.getAttribute('aria-label')"), "focus stays on the button"


def test_hostile_text_is_shown_and_never_run(journey) -> None:
    page = opened(journey)
    page.get_by_label("Name of this strategy").fill(HOSTILE)
    page.get_by_label("Name of this strategy").press("Enter")
    page.get_by_role("button", name=re.compile("7\\*7")).wait_for()
    page.get_by_role("button", name="Add a step").click()
    page.get_by_label("What shall be seen").fill(HOSTILE)
    page.get_by_role("button", name="Add the step").click()
    page.locator(".zsp-steps b", has_text="7*7").wait_for()
    page.get_by_label("Why that is so").fill(HOSTILE)
    page.get_by_label("Question it is to answer").fill(HOSTILE)
    page.get_by_label("Question it is to answer").press("Enter")
    assert page.locator("main img").count() == 0
    assert ">49<" not in page.content()
    page.locator(".zsp-head details").first.locator("summary").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "<b>x.toml", "mimeType": "text/plain", "buffer": b"name = '<script>alert(3)</script>'"}
    )
    page.get_by_role("alert").filter(has_text="schema_version").wait_for()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_barrier_at_any_width(visitor, width: int, dark: bool) -> None:
    journey = visitor(width=width, dark=dark)
    page = opened(journey)
    assert journey.axe() == []
    page.get_by_role("button", name="Add a strand").click()
    page.locator(".zsp-name").nth(1).click()
    page.get_by_role("button", name="Add a step").click()
    page.get_by_text("Change log").click()
    page.locator(".zsp-partners summary").first.click()
    page.get_by_text("Own values over").click()
    assert journey.axe() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
