"""Lesson packs are whole: a guide that says what the workshop file says, pages to project, a handout that fits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.site.lesson_page import LESSONS, lesson_page
from docs.site.projected import projected
from sim.inputs import list_ids
from sim.inputs.workshops import load_workshop

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "workshops"
MINUTES = {"first_zone": 40, "whole_system": 90, "does_it_last": 60, "research_sweep": 90}


def text(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def test_every_workshop_that_ships_has_a_pack() -> None:
    assert set(list_ids("workshop")) == set(LESSONS) == set(MINUTES)
    assert [name for name in LESSONS if f"({name}.md)" not in text("index")] == []


@pytest.mark.parametrize("name", LESSONS)
def test_a_pack_is_whole(name: str) -> None:
    lesson, guide = load_workshop(name), text(name)
    assert lesson.minutes == MINUTES[name]
    assert f"| {MINUTES[name]} |" in text("index")
    for one in lesson.file.rounds:
        assert f"{one.name} ({one.minutes:.0f} minutes)" in guide
        assert one.notes or one.text, one.id
        assert [q.text for q in one.questions if not q.answer] == [], "a question without an answer"
    assert sum(len(one.questions) for one in lesson.file.rounds) >= 2
    for heading in (
        "at a glance",
        "Words you will need",
        "Round by round",
        "usually happens",
        "goes wrong",
        "leaves out",
    ):
        assert re.search(rf"^## .*{heading}", guide, re.MULTILINE), heading
    assert f"zonesim workshop {name}" in guide
    assert f"({name}_handout.md)" in guide and f"({name}_projected.md)" in guide


@pytest.mark.parametrize("name", LESSONS)
def test_a_guide_changes_with_its_workshop_file(name: str) -> None:
    assert lesson_page(text(name), name) == text(name)
    emptied = re.sub(r"(<!-- made: \w+ -->\n).*?(<!-- /made -->)", r"\1\2", text(name), flags=re.DOTALL)
    assert len(emptied) < len(text(name))
    assert lesson_page(emptied, name) == text(name)


@pytest.mark.parametrize("name", LESSONS)
def test_a_handout_fits_a_sheet_and_pins_no_result(name: str) -> None:
    handout = text(f"{name}_handout")
    assert len(handout.splitlines()) < 75
    assert "____" in handout
    assert "## To " in handout, "something to take home or think over"


@pytest.mark.parametrize("name", LESSONS)
def test_projected_pages_are_few_words_in_one_file(name: str) -> None:
    page = PAGES / f"{name}_projected.md"
    html = projected(page)
    screens = re.findall(r"<section>(.*?)</section>", html, re.DOTALL)
    assert 4 <= len(screens) <= 8
    assert max(len(re.sub(r"<[^>]+>", " ", screen).split()) for screen in screens) <= 70
    assert re.findall(r"(?:src|href)=\"(?!data:)", html) == []


def test_guides_pin_no_number_that_a_new_fit_would_move() -> None:
    for name in LESSONS:
        told = text(name).split("usually happens")[1].split("\n## ")[0]
        assert re.findall(r"\d+\.\d+", told) == []


def test_the_first_lesson_says_the_same_money_everywhere() -> None:
    setting = load_workshop("first_zone").file.setting
    for page in ("first_zone_handout", "first_zone_projected"):
        assert f"£{setting.money_gbp:,.0f}" in text(page)
        assert f"{setting.posts:.0f} posts" in text(page)
