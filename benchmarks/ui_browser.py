"""One visitor in a real Chromium: from the press of a button to the frame that shows the answer; the map's rate."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PATIENCE_MS = 240_000
#: Presses a button and waits in the page: seconds until something is answered, and until ``drawn`` is on the screen.
TIMED = """([press, answered, drawn]) => new Promise(done => {
    const button = [...document.querySelectorAll('button')].find(b => b.innerText.trim() === press)
    const began = performance.now(), found = {}
    const look = () => {
        if (!found.acknowledged && document.querySelector(answered)) found.acknowledged = performance.now() - began
        if (found.acknowledged && document.querySelector(drawn)) {
            watching.disconnect()
            // What was put into the page is on the screen with the frame after the next.
            requestAnimationFrame(() => requestAnimationFrame(() => {
                found.picture = performance.now() - began
                done([found.acknowledged / 1000, found.picture / 1000])
            }))
        }
    }
    const watching = new MutationObserver(look)
    watching.observe(document.body, { subtree: true, childList: true, attributes: true })
    button.click()
})"""
#: What answers a press of either button: the plan gives way to the page asked for.
ANSWERED = "main:not(:has(.zsp-page)) h1"


@contextmanager
def opened(url: str) -> Iterator[Page]:
    """A page of a browser of its own."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.add_init_script("if (window === window.top) localStorage.setItem('zonesim.tour', 'seen')")
        page.goto(url, wait_until="commit")
        page.wait_for_selector("main h1")
        yield page
        chromium.close()


def alone(url: str, query: str, changes: int) -> dict[str, list[float]]:
    """Times of one visitor: the field that was changed, the first table and the first film after a change.

    The first of each, when the place is still to be made, stands apart as ``cold``.
    """
    times: dict[str, list[float]] = {
        name: [] for name in ("cold table", "field", "acknowledged", "table", "film", "film acknowledged")
    }
    with opened(f"{url}/plan?{query}") as page:
        page.locator(".zsp-name").first.wait_for()
        times["cold table"].append(_press(page, "Run and compare", ".zs-data table")[1])
        for at in range(changes):
            _to_plan(page)
            times["field"].append(_change(page, at))
            film = at % 2 == 1
            button, drawn = (
                ("Run and watch", ".zs-map[data-ready=yes]") if film else ("Run and compare", ".zs-data table")
            )
            acknowledged, picture = _press(page, button, drawn)
            times["film acknowledged" if film else "acknowledged"].append(acknowledged)
            times["film" if film else "table"].append(picture)
            # A planner looks at the picture before the next change.
            page.wait_for_timeout(2500)
    return times


def _press(page: Page, button: str, drawn: str) -> tuple[float, float]:
    acknowledged, picture = page.evaluate(TIMED, [button, ANSWERED, drawn])
    return acknowledged, picture


def _to_plan(page: Page) -> None:
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Plan", exact=True).click()
    page.locator(".zsp-name").first.wait_for()


def _change(page: Page, at: int) -> float:
    """Another share is reached out to; seconds until the change log tells it."""
    if not page.get_by_label("Months to full size").count():
        page.locator(".zsp-name").first.click()
    field = page.get_by_label("Months to full size")
    field.fill(str(3 + at))
    return float(
        page.evaluate(
            """() => new Promise(done => {
                const field = document.activeElement, head = document.querySelector('.zsp-page')
                const began = performance.now()
                const watching = new MutationObserver(() => {
                    watching.disconnect()
                    requestAnimationFrame(() => done((performance.now() - began) / 1000))
                })
                watching.observe(head, { subtree: true, childList: true, characterData: true })
                field.dispatchEvent(new Event('change', { bubbles: true }))
            })"""
        )
    )


def map_of(url: str, children: int) -> dict[str, Any]:
    """Frames a second of the map of a place with so many children, played as fast as it goes, and its homes."""
    with opened(f"{url}/") as page:
        page.get_by_label("Name", exact=True).fill("A town")
        page.get_by_label("Children and young people").fill(str(children))
        page.get_by_role("button", name="Use this place").click()
        page.get_by_text("A town is chosen now.").wait_for()
        page.get_by_role("button", name="Run Early start", exact=True).click()
        place = page.locator(".zs-map")
        page.locator(".zs-map[data-ready=yes]").wait_for()
        # The rest of the runs would share the cores with the map.
        page.get_by_role("button", name="Stop").first.click()
        page.get_by_role("button", name="Pause").click()
        page.get_by_label("Speed").select_option("24")
        page.get_by_role("slider", name="Month").fill("0")
        before = int(place.get_attribute("data-frames") or 0)
        seconds = float(page.evaluate(_PLAYED))
        pictures = int(place.get_attribute("data-frames") or 0) - before
        return {
            "children": children, "homes": page.evaluate(_HOMES), "months": 120, "pictures": pictures,
            "pictures_a_second": round(pictures / seconds, 1),
        }  # fmt: skip


#: Plays the film from its first month to its last: seconds.
_PLAYED = """() => new Promise(done => {
    const map = document.querySelector('.zs-map'), began = performance.now()
    document.querySelector('.zs-map-play').click()
    const look = () => map.dataset.month === '120' ? done((performance.now() - began) / 1000) : setTimeout(look, 20)
    look()
})"""
_HOMES = "() => document.querySelector('.zs-map').__vue__ ? document.querySelector('.zs-map').__vue__.head.homes : null"
