"""One visitor in a real Chromium: from the press of a button to the frame that shows the answer; the map's rate."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PATIENCE_MS = 240_000
#: Presses a button and waits in the page: seconds until it is answered, and until each of ``drawn`` is on the screen.
TIMED = """([press, answered, drawn]) => new Promise(done => {
    const button = [...document.querySelectorAll('button')].find(b => b.innerText.trim() === press)
    const began = performance.now(), found = []
    let acknowledged = 0, seen = 0
    const look = () => {
        if (!acknowledged && document.querySelector(answered)) acknowledged = performance.now() - began
        while (acknowledged && seen < drawn.length && document.querySelector(drawn[seen])) {
            const at = seen++
            // What was put into the page is on the screen with the frame after the next.
            requestAnimationFrame(() => requestAnimationFrame(() => {
                found[at] = (performance.now() - began) / 1000
                if (at + 1 < drawn.length) return
                watching.disconnect()
                done([acknowledged / 1000, ...found])
            }))
        }
    }
    const watching = new MutationObserver(look)
    watching.observe(document.body, { subtree: true, childList: true, attributes: true })
    button.click()
})"""
#: The first look at one pair of runs, and the tables and charts with ranges.
TABLES = (".zs-data table", ".zs-charts")
#: Seconds between a change and the press of the button, and how they are told.
PAUSES = ((0, ", pressed at once"), (1, ", pressed after a second"))
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
    """Times of one visitor: the field that was changed, the first table, the ranges and the first film after a change.

    The first of each, when the place is still to be made, stands apart as ``cold``. The button is pressed at once after
    a change or a second later, or for the film, in turn.
    """
    times: defaultdict[str, list[float]] = defaultdict(list)
    with opened(f"{url}/plan?{query}") as page:
        page.locator(".zsp-name").first.wait_for()
        times["cold table"].append(_press(page, "Run and compare", *TABLES)[1])
        for at in range(changes):
            _to_plan(page)
            times["field"].append(_change(page, at))
            if at % 3 == 2:
                names, found = ("film acknowledged", "film"), _press(page, "Run and watch", ".zs-map[data-ready=yes]")
            else:
                pause, words = PAUSES[at % 3]
                page.wait_for_timeout(1000 * pause)
                names = tuple(f"{name}{words}" for name in ("acknowledged", "table", "ranges"))
                found = _press(page, "Run and compare", *TABLES)
            for name, seconds in zip(names, found, strict=True):
                times[name].append(seconds)
            # A planner looks at the picture before the next change.
            page.wait_for_timeout(2500)
    return times


def _press(page: Page, button: str, *drawn: str) -> list[float]:
    """Seconds until the press is answered, and until each of ``drawn`` is on the screen, one after the other."""
    found: list[float] = page.evaluate(TIMED, [button, ANSWERED, list(drawn)])
    return found


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
