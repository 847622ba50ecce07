"""A class in real browsers and over bare websockets: every round, nothing lost, nothing crossed, nothing foreign."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytest.importorskip("playwright")
pytest.importorskip("websockets")

from benchmarks.offline import why_not
from benchmarks.workshop import Server, replay
from sim.inputs import list_ids, load_workshop
from tests.ui.conftest import free_port
from tests.workshops.classes import TEXT

#: The class takes place in 250 made-up children, so that a run takes a moment.
PLACE = """\
schema_version = 1
kind = "place"
id = "tiny"
name = "Tiny place"
[cells]
children = 250
deprivation_decile = 2
"""


@pytest.fixture(scope="module")
def small_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    (folder / "tiny.toml").write_text(PLACE)
    path = folder / "small.toml"
    path.write_text(TEXT.replace('"pembury"', '"tiny.toml"'))
    return path


@pytest.fixture
def server(small_file, tmp_path):
    running = Server(str(small_file), free_port(), tmp_path)
    running.start()
    yield running
    running.stop()


HOSTILE = "<img src=x onerror=alert(1)> {{7*7}}"


def test_every_round_on_a_phone_and_on_a_projector(server, visitor):
    heading = server.heading()
    learner, desk = visitor(360, 740, url=server.url), visitor(1920, 1080, url=server.url)
    desk.open(f"/facilitator#{heading['key']}")
    desk.page.get_by_role("navigation", name="Rounds").wait_for()
    assert heading["key"] not in desk.page.url, "the key leaves the address line"
    desk.page.get_by_text("Controls and notes").click()
    learner.open(f"/?code={heading['code']}")
    assert learner.axe() == [] and learner.page.get_by_label("Class code").input_value() == heading["code"]
    learner.page.get_by_label("Class code").fill("WRONG1")
    learner.page.get_by_label("Team name").fill(HOSTILE)
    learner.page.get_by_role("button", name="Join").click()
    learner.page.get_by_text("class code is not right").wait_for()
    learner.page.get_by_label("Class code").fill(heading["code"].lower())
    learner.page.get_by_role("button", name="Join").click()
    _arrived(learner, desk, "Arrive")
    door = desk.page.get_by_role("region", name="Join in")
    assert server.url in door.inner_text() and heading["code"] in door.inner_text(), "the class reads them off the wall"
    assert door.get_by_role("img").count() == 1
    size = "x => parseFloat(getComputedStyle(x).fontSize)"
    sizes = [door.locator(f".zsl-{what}").evaluate(size) for what in ("address", "code")]
    assert sizes[0] >= 24 and sizes[1] >= 60
    desk.page.get_by_role("row", name=HOSTILE[:20]).wait_for()
    assert HOSTILE in learner.page.locator(".zsl-where").inner_text(), "a name is text and nothing else"
    _next(learner, desk, "Guess")
    learner.page.get_by_label("My guess").fill("12")
    learner.page.get_by_role("button", name="Set my guess").click()
    learner.page.get_by_text("Set: 12").wait_for()
    learner.page.get_by_label("Offered to").first.fill("40")
    learner.page.get_by_text("Offered to 40 in 100").wait_for()
    _next(learner, desk, "Run")
    learner.page.get_by_role("button", name="Run it").click()
    learner.page.get_by_role("heading", name="What your zone did").wait_for()
    _next(learner, desk, "Score")
    learner.page.get_by_role("heading", name="Your score").wait_for()
    for button in ("Same strategy, different luck", "Who would you have found?", "Their dashboard and the truth"):
        desk.page.get_by_role("button", name=button).click()
        desk.page.get_by_role("heading", name=button).wait_for()
        assert desk.axe() == [], button
    _next(learner, desk, "Shock")
    desk.page.get_by_role("button", name="Reveal hidden drivers").click()
    learner.page.get_by_text("Stigma of taking help").wait_for()
    _next(learner, desk, "Revise")
    learner.page.reload()
    learner.ready()
    learner.page.get_by_role("button", name="Run it").click()
    learner.page.get_by_role("heading", name="Run 2").wait_for()
    _next(learner, desk, "Debrief")
    desk.page.get_by_label("The board (on every page)").check()
    learner.page.get_by_role("heading", name="The board").wait_for()
    assert learner.axe() == [] and desk.axe() == []
    assert "Team A" in learner.page.locator("main").inner_text()
    _take_home(desk)
    for visit in (learner, desk):
        assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing sticks out"


def _next(learner, desk, name: str) -> None:
    desk.page.get_by_role("button", name="Next round").click()
    _arrived(learner, desk, name)


def _arrived(learner, desk, name: str) -> None:
    """Both pages show the round, and neither breaks a rule of accessibility."""
    for visit in (learner, desk):
        visit.page.get_by_role("heading", name=name, exact=True, level=1).wait_for()
        assert visit.axe() == [], (name, visit is desk)


def _take_home(desk) -> None:
    for button, part in (("All guesses and runs (CSV)", "reached"), ("One-page summary (HTML)", "<!DOCTYPE html>")):
        with desk.page.expect_download() as waiting:
            desk.page.get_by_role("button", name=button).click()
        content = waiting.value.path().read_text(encoding="utf-8")
        assert part in content and "<img" not in content


TEAMS = 4


def whole(name: str, told: dict) -> None:
    """Every round of a lesson was played by every team, and nothing was lost, crossed or failed."""
    rounds = load_workshop(name).file.rounds
    asked = sum(one.kind == "predict" for one in rounds)
    ran = sum(one.kind in ("run", "revise") for one in rounds)
    assert told["lost"] == [] and told["crossed"] == [], json.dumps(told)
    assert told["rounds"] == len(rounds) and told["guesses"] == asked * TEAMS
    assert told["runs"] == ran * TEAMS and told["failed_runs"] == 0
    assert (told["changes"] > 0) == bool(load_workshop(name).file.menu)


@pytest.mark.parametrize("name", list_ids("workshop"))
def test_every_lesson_over_websockets_with_the_server_killed_in_round_3(name):
    # A browser in use leaves an event loop running in this thread.
    with ThreadPoolExecutor(1) as threads:
        told = threads.submit(replay, name, TEAMS, free_port(), True, 2.0, True).result()
    whole(name, told)
    assert told["resume"]["actions_kept"] == told["resume"]["actions_before"] > 0
    assert told["median_s"] < 5, "pages answer while runs go on, also on a busy machine"


def test_a_lesson_needs_nothing_but_this_computer():
    if reason := why_not():
        pytest.skip(f"this kernel lets nobody make a network of its own: {reason}")
    given = ["first_zone", "--quick", "--offline", "--no-kill", "--teams", str(TEAMS), "--spread", "2"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.workshop", *given, "--port", str(free_port())],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["network"] == "this computer only"
    whole("first_zone", told)


def test_notes_open_in_one_window_of_the_desk_stay_shut_in_the_other(server, visitor):
    heading = server.heading()
    projector, own = visitor(1920, 1080, url=server.url), visitor(1280, 900, url=server.url)
    for window in (projector, own):
        window.open(f"/facilitator#{heading['key']}")
        window.page.get_by_role("navigation", name="Rounds").wait_for()
    own.page.get_by_text("Controls and notes").click()
    for name in ("Guess", "Run", "Score"):
        own.page.get_by_role("button", name="Next round").click()
        for window in (projector, own):
            window.page.get_by_role("heading", name=name, exact=True, level=1).wait_for()
    own.page.get_by_text("SECRET ANSWER").wait_for()
    assert not projector.page.get_by_text("SECRET ANSWER").is_visible()


def test_the_desk_stays_shut_without_the_key(server, visitor):
    heading = server.heading()
    visit = visitor(url=server.url)
    visit.open("/facilitator")
    assert visit.axe() == []
    visit.page.get_by_label("Facilitator's key").fill(heading["code"])
    visit.page.get_by_role("button", name="Open the desk").click()
    visit.page.get_by_text("not the facilitator's key").wait_for()
    assert visit.page.get_by_role("navigation", name="Rounds").count() == 0
    assert heading["code"] not in visit.page.content() and "SECRET" not in visit.page.content()
