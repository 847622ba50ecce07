"""One visitor's whole way: a place, a ready strategy, a change of plan, a comparison, a link for a friend, a briefing.

At its end the numbers on the page are those of the command line that the page Report shows.
"""

from __future__ import annotations

import io
import json
import shlex
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("playwright")

from sim.cli import main
from sim.outcomes import FAMILIES, HEADLINES, INDICATORS
from sim.report.words import NOT_SHOWN, measure
from tests.ui.conftest import Journey

#: One year and two pairs of runs: the path is about the pages.
SHORT = "/?v=1&y=1&n=2"
PLACE, STRATEGY, CHANGED = "Smallshaw-Hurst Children's Community", "Early start", "Early start, changed"
TABLE = "Difference from the same place without a zone"
#: Most presses of Tab to get anywhere on a page, and round it.
MOST_TABS = 250
#: The end table as it stands on the page: family, strategy, value and difference of every row.
READ_TABLE = """table => [...table.querySelectorAll('tbody')].flatMap(part => [...part.rows].slice(1).map(row =>
    [part.querySelector('strong').innerText, row.cells[0].lastElementChild.innerText, row.cells[1].innerText,
     row.cells[2].innerText]))"""


def test_from_a_place_to_a_briefing_with_the_numbers_of_the_command_line(visitor, tmp_path, monkeypatch, capsys):
    visit = visitor(permissions=["clipboard-read", "clipboard-write"])
    _run_a_ready_strategy(visit)
    _change_a_strand(visit)
    table = _compare(visit)
    visit.go("Report")
    visit.page.locator("iframe").wait_for()
    assert visit.axe() == []
    visit.page.get_by_role("button", name="Copy a link to this").click()
    visit.page.get_by_text("The link is on the clipboard").wait_for()
    _open_as_a_friend(visitor(), visit.page.evaluate("navigator.clipboard.readText()"), visit, table)
    _take_the_briefing(visit)
    answer = _run_the_command(visit, tmp_path, monkeypatch, capsys)
    assert table == _rows_of(answer)


def test_the_same_way_by_keyboard_alone(visitor):
    visit = visitor(permissions=["clipboard-read", "clipboard-write"])
    visit.open(SHORT)
    page = visit.page
    _tab_to(page.get_by_label("Place", exact=True))
    page.keyboard.type(PLACE[:12])
    page.get_by_text("3,500").first.wait_for()
    _press(page.get_by_role("button", name=f"Run {STRATEGY}", exact=True))
    page.locator(".zs-map[data-ready=yes]").wait_for()
    _press_link(visit, "Plan")
    _press(page.locator(".zsp-name").first)
    _tab_to(page.get_by_label("Months to full size"))
    page.keyboard.press("Control+a")
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    page.locator(".zsp-tab", has_text=CHANGED).wait_for()
    _press(page.get_by_role("button", name="Run and compare"))
    page.get_by_role("button", name="Up to date").wait_for()
    table = page.get_by_role("table", name=TABLE, exact=True).evaluate(READ_TABLE)
    _press_link(visit, "Report")
    page.locator("iframe").wait_for()
    _press(page.get_by_role("button", name="Copy a link to this"))
    page.get_by_text("The link is on the clipboard").wait_for()
    friend = visitor()
    friend.open(page.evaluate("navigator.clipboard.readText()").removeprefix(visit.url))
    _press(friend.page.get_by_role("button", name="Run what is chosen"))
    friend.page.get_by_role("button", name="Up to date").wait_for()
    assert friend.page.get_by_role("table", name=TABLE, exact=True).evaluate(READ_TABLE) == table
    with page.expect_download() as waiting:
        _press(page.get_by_role("button", name="Briefing with annex (HTML)"))
    assert CHANGED in Path(waiting.value.path()).read_text(encoding="utf-8")


def _tab_to(target) -> None:
    """Press Tab until what is wanted has the focus, and can be seen to have it."""
    target.wait_for()
    for _ in range(MOST_TABS):
        if target.evaluate("one => one === document.activeElement"):
            ring = target.evaluate("one => getComputedStyle(one).outlineStyle + getComputedStyle(one).boxShadow")
            assert ring != "nonenone", "who goes by keyboard sees where they are"
            return
        target.page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by keyboard")


def _press(target) -> None:
    _tab_to(target)
    target.page.keyboard.press("Enter")


def _press_link(visit: Journey, name: str) -> None:
    _press(visit.page.get_by_role("navigation", name="Pages").get_by_role("link", name=name, exact=True))
    visit.page.wait_for_function(f"document.title === {json.dumps(f'{name} · Zonesim')}")
    visit.ready()


def _run_a_ready_strategy(visit: Journey) -> None:
    visit.open(SHORT)
    page = visit.page
    page.get_by_label("Place", exact=True).select_option(label=PLACE)
    page.get_by_text("3,500").first.wait_for()
    assert visit.axe() == []
    page.get_by_role("button", name=f"Run {STRATEGY}", exact=True).click()
    page.locator(".zs-map[data-ready=yes]").wait_for()
    assert page.locator("main h1").inner_text() == f"{PLACE}: {STRATEGY}"
    assert visit.axe() == []


def _change_a_strand(visit: Journey) -> None:
    visit.go("Plan")
    page = visit.page
    page.locator(".zsp-name").first.click()
    page.get_by_label("Months to full size").fill("12")
    page.get_by_label("Months to full size").press("Enter")
    page.locator(".zsp-tab", has_text=CHANGED).wait_for()
    assert visit.axe() == []


def _compare(visit: Journey) -> list[list[str]]:
    """Both strategies side by side, with all replications; what the end table says."""
    page = visit.page
    page.get_by_role("button", name="Run and compare").click()
    page.get_by_role("table", name=TABLE).wait_for()
    page.get_by_role("button", name="Up to date").wait_for()
    assert visit.axe() == []
    return page.get_by_role("table", name=TABLE, exact=True).evaluate(READ_TABLE)


def _open_as_a_friend(friend: Journey, link: str, visit: Journey, table: list[list[str]]) -> None:
    """The link opens the same choice in another browser, and running it gives the same table."""
    assert link.startswith(visit.url)
    friend.open(link.removeprefix(visit.url))
    page = friend.page
    page.wait_for_function("document.querySelectorAll('.zs-chosen-name').length === 2")
    assert page.locator(".zs-chosen-name").all_inner_texts() == [STRATEGY, CHANGED]
    page.get_by_role("button", name="Run what is chosen").click()
    page.get_by_role("button", name="Up to date").wait_for()
    assert page.get_by_role("table", name=TABLE, exact=True).evaluate(READ_TABLE) == table
    assert page.get_by_text(f"{PLACE}, 1 school year, 2 pairs of runs").count() == 1
    friend.go("Report")
    commands = [one.page.locator("pre.zs-command") for one in (friend, visit)]
    assert commands[0].inner_text() == commands[1].inner_text()


def _take_the_briefing(visit: Journey) -> None:
    for button, start in (("Briefing with annex (HTML)", b"<!DOCTYPE html>"), ("Briefing, two to four", b"%PDF-")):
        with visit.page.expect_download() as waiting:
            visit.page.get_by_role("button", name=button).click()
        content = Path(waiting.value.path()).read_bytes()
        assert content.startswith(start)
        assert start == b"%PDF-" or all(text in content.decode() for text in (PLACE.replace("'", "&#x27;"), CHANGED))


def _run_the_command(visit: Journey, folder: Path, monkeypatch, capsys) -> dict:
    """What the command that Report shows answers, beside the files of the scenario download."""
    with visit.page.expect_download() as waiting:
        visit.page.get_by_role("button", name="Scenario files and command (zip)").click()
    zipfile.ZipFile(io.BytesIO(Path(waiting.value.path()).read_bytes())).extractall(folder)
    command = visit.page.locator("pre.zs-command").inner_text()
    assert (folder / "command.txt").read_text().strip() == command.strip()
    monkeypatch.chdir(folder)
    # Its figures and its own briefing take seconds, and the numbers are there without them.
    monkeypatch.setattr("sim.report.briefing.write_report", lambda *_: [])
    capsys.readouterr()
    assert main([*shlex.split(command)[1:], "--json", "--out", "run"]) == 0
    return json.loads(capsys.readouterr().out)


def _rows_of(answer: dict) -> list[list[str]]:
    """The end table as the page would write it, from the answer of the command line."""
    found = {
        (row["indicator"], row["group"], row["strategy"]): row
        for row in answer["results"]
        if row["year"] == 1 and row["population"] == "residents"
    }
    rows = []
    for family, (indicator, group) in HEADLINES.items():
        shown = measure(INDICATORS[indicator])
        for strategy, name in (("early_start", STRATEGY), ("early_start_changed", CHANGED)):
            row = found.get((indicator, group, strategy), {"difference": None})
            said = [NOT_SHOWN, ""]
            if row["difference"] is not None:
                said = [shown.value(row["value"]), shown.bare(row["difference"], signed=True)]
            rows.append([FAMILIES[family], name, *said])
    assert sum(bool(row[3]) for row in rows) >= 4, "a table of nothing would agree with anything"
    return rows
