"""The page Start in a real browser."""

from __future__ import annotations

import pytest

from tests.ui.hostile import STRINGS

PLACE = b"""schema_version = 1
kind = "place"
id = "hill"
name = "Hill <img src=x onerror=alert(1)> {{ 7*7 }}"
[cells]
children = 900
deprivation_decile = 3
"""


@pytest.mark.parametrize(("width", "dark"), [(360, True), (1280, False)])
def test_no_accessibility_violation_and_nothing_beside_the_page(visitor, width, dark):
    journey = visitor(width=width, dark=dark)
    journey.open("/", toured=False)
    busy = journey.page.locator(".v-progress-linear--absolute")
    assert busy.get_attribute("aria-hidden") == "true", "a busy page is told by the status line, not by a nameless bar"
    assert journey.axe() == [], "with the tour"
    journey.page.get_by_role("button", name="Skip the tour").click()
    for summary in journey.page.locator("details > summary").all():
        summary.click()
    journey.page.get_by_role("button", name="Use this place").click()
    journey.page.get_by_role("alert").wait_for()
    assert journey.axe() == [], "with everything open and the form refused"
    assert journey.page.evaluate("document.documentElement.scrollWidth") <= width
    small = journey.page.evaluate(
        "[...document.querySelectorAll('#app button, #app a, #app select, #app input, #app summary')]"
        ".filter(e => { const r = e.getBoundingClientRect(); return r.width && (r.width < 24 || r.height < 24); })"
        ".map(e => e.outerHTML.slice(0, 100))"
    )
    assert small == [], "targets of 24 x 24 pixels"


def test_the_teachers_door_names_every_lesson_with_its_command(journey):
    from sim.inputs import list_ids

    journey.open("/")
    door = journey.page.get_by_role("region", name="Hold a class with it")
    told = [code.inner_text() for code in door.locator("pre code").all()]
    assert sorted(told) == sorted(f"zonesim workshop {name} --host 0.0.0.0" for name in list_ids("workshop"))
    journey.page.get_by_role("button", name="Hold a class").click()
    journey.page.wait_for_function("document.activeElement.id === 'teach-title'")
    journey.context.grant_permissions(["clipboard-read", "clipboard-write"])
    door.get_by_role("button", name="Copy the command for First zone").click()
    door.get_by_text("Copied", exact=True).wait_for()
    assert journey.page.evaluate("navigator.clipboard.readText()") == "zonesim workshop first_zone --host 0.0.0.0"


def test_keyboard_only_from_the_skip_link_through_the_tour_to_another_page(journey):
    journey.open("/", toured=False)
    page = journey.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Run the example"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "where the focus is can be seen"
    page.get_by_role("button", name="One-minute tour").press("Enter")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Skip the tour").wait_for(state="detached")
    page.get_by_label("Place", exact=True).focus()
    page.keyboard.type("Pembury")

    page.get_by_role("link", name="Evidence", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.title === 'Evidence · Zonesim'")
    assert page.evaluate("document.activeElement.id") == "main"
    assert page.locator("nav a[aria-current=page]").inner_text() == "Evidence"


def test_an_own_place_by_form_and_by_file_and_it_is_there_after_a_reload(journey):
    journey.open("/")
    page = journey.page
    page.get_by_label("Name").fill("Riverside <script>alert(1)</script>")
    page.get_by_label("Children and young people").fill("many")
    page.get_by_role("button", name="Use this place").click()
    page.get_by_role("alert").get_by_text('"many" is not a number').wait_for()
    page.get_by_label("Children and young people").fill("2,000")
    page.get_by_role("button", name="Use this place").click()
    page.get_by_text("is chosen now").wait_for()
    assert "2,000" in page.locator(".zs-facts").inner_text()
    upload = page.get_by_label("File")
    upload.set_input_files({"name": "../x.toml", "mimeType": "text/plain", "buffer": PLACE + b"childern = 1\n"})
    page.get_by_text("did you mean").wait_for()
    upload.set_input_files({"name": "big.toml", "mimeType": "text/plain", "buffer": b"#" * 1_200_000})
    page.get_by_text("larger than 1 MB").wait_for()
    upload.set_input_files({"name": "hill.toml", "mimeType": "text/plain", "buffer": PLACE})
    page.wait_for_function("document.querySelector('.zs-place select').selectedOptions[0].text.startsWith('Hill')")
    assert "{{ 7*7 }}" in page.locator(".zs-place select").inner_text(), "shown as text, not worked out"
    page.reload(wait_until="commit")
    journey.ready()
    page.wait_for_function("document.querySelector('.zs-place select').selectedOptions[0].text.startsWith('Hill')")
    options = page.locator(".zs-place select").inner_text()
    assert "Riverside <script>" in options


def test_two_visitors_share_nothing(visitor):
    first, second = visitor(), visitor()
    first.open("/?v=1&p=pembury&l=7")
    second.open("/")
    chosen = "document.querySelector('.zs-place select').value"
    first.page.wait_for_function(f"{chosen} === 'pembury'")
    assert second.page.evaluate(chosen) == "wallsend"
    second.page.get_by_label("Place", exact=True).select_option("bettws")
    kept = "(localStorage.getItem('zonesim.draft') || '')"
    second.page.wait_for_function(f"{kept}.includes('bettws')")
    assert first.page.evaluate(chosen) == "pembury"
    assert "bettws" not in first.page.evaluate(kept)
    assert first.context.cookies() and first.context.cookies()[0]["value"] != second.context.cookies()[0]["value"]


def test_fifty_hostile_links_are_inert_and_told(journey):
    from urllib.parse import urlencode

    journey.open("/")
    together = [("p", STRINGS[0]), ("f", STRINGS[8]), ("e", STRINGS[1]), ("l", STRINGS[15])]
    together += [("s", text[:200]) for text in STRINGS if text.strip()][:30]
    journey.page.goto(journey.url + "/?" + urlencode(together, errors="replace"), wait_until="commit")
    journey.ready()
    journey.page.get_by_text("There is no place").wait_for()
    text = journey.page.locator(".zs-note").inner_text()
    assert "<script>alert(1)</script>" in text and "{{ 7*7 }}" in text and "49" not in text
    assert journey.page.locator("main script, .zs-note img").count() == 0
    journey.page.get_by_role("button", name="Close this message").click()
    journey.page.get_by_text("There is no place").wait_for(state="detached")


def test_every_page_says_what_to_do_first(journey):
    journey.open("/")
    for name in ("Plan", "Watch", "Compare", "Decide", "Evidence", "Report", "Start"):
        journey.go(name)
        assert journey.page.title() == f"{name} · Zonesim"
        assert journey.page.evaluate("document.documentElement.lang") == "en-GB"
