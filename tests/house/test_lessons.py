"""Lesson packs are whole: a guide that says what the workshop file says, pages to project, a handout that fits."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from docs.site import lesson_answers
from docs.site.lesson_cases import CASES, CLAIMS, HEADS, strategy_of
from docs.site.lesson_menu import first_own_mix, menu_part, nth, pile
from docs.site.lesson_page import LESSONS, PAGES, lesson_page
from docs.site.projected import projected
from docs.site.sheets import write_sheets
from sim.inputs import list_ids, load_strands
from sim.inputs.workshops import load_workshop
from sim.workshops.mixes import Terms, starting_mix
from sim.workshops.mixes import strategy_of as of_a_team
from tests.house.test_tutorials import cells

ROOT = Path(__file__).parents[2]
WORKSHOPS = ROOT / "docs" / "workshops"
NOTEBOOK = WORKSHOPS / "research_sweep_notebook.md"
MINUTES = {"first_zone": 40, "whole_system": 90, "does_it_last": 60, "research_sweep": 90}


def text(name: str) -> str:
    return (WORKSHOPS / f"{name}.md").read_text(encoding="utf-8")


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
        "What the program answers",
        "usually happens",
        "goes wrong",
        "Answers to the questions to",
        "leaves out",
    ):
        assert re.search(rf"^## .*{heading}", guide, re.MULTILINE), heading
    assert f"zonesim workshop {name}" in guide
    assert f"({name}_handout.md)" in guide and f"({name}_projected.md)" in guide


@pytest.mark.parametrize(("page", "name"), PAGES.items())
def test_a_guide_changes_with_its_workshop_file(page: str, name: str) -> None:
    assert lesson_page(text(page), name) == text(page), "run: python -m docs.site pages"
    emptied = re.sub(r"(<!-- made: \w+ -->\n).*?(<!-- /made -->)", r"\1\2", text(page), flags=re.DOTALL)
    assert len(emptied) < len(text(page))
    assert lesson_page(emptied, name) == text(page)


@pytest.mark.parametrize("name", LESSONS)
def test_a_handout_fits_a_sheet_and_pins_no_result(name: str) -> None:
    handout = text(f"{name}_handout")
    assert len(handout.splitlines()) < 90, "two sides of a sheet"
    assert "____" in handout
    assert "## To " in handout, "something to take home or think over"
    answers = re.search(r"## Answers to the questions to.*?\n## ", text(name), re.DOTALL)
    assert answers is not None
    asked, answered = (
        len(re.findall(r"^\d\. ", part, re.MULTILINE)) for part in (handout.split("## To ")[1], answers[0])
    )
    assert asked == answered >= 3, "every question of the handout has its answer in the guide"


@pytest.mark.parametrize(("handout", "name"), [pair for pair in PAGES.items() if pair[0].endswith("_handout")])
def test_guide_and_handout_print_the_menu_and_what_the_mix_at_the_start_holds(handout: str, name: str) -> None:
    lesson, library = load_workshop(name), load_strands()
    mix = {one.strand for one in lesson.strategies[first_own_mix(lesson)].strands}
    for page in (name, handout):
        rows = {
            cells[1].strip(): cells
            for line in text(page).splitlines()
            if line.startswith("| ") and len(cells := line.split("|")) == 8
        }
        for entry in lesson.file.menu:
            row = rows[library[entry.strand].name]
            assert row[2].strip() == entry.text
            assert bool(row[6].strip()) == (entry.strand in mix)
            assert "£" in row[5] and "posts" in row[5]


@pytest.mark.parametrize("name", LESSONS)
def test_a_guide_says_what_every_mix_holds_that_teams_start_from(name: str) -> None:
    lesson, library, guide = load_workshop(name), load_strands(), text(name)
    for mix in lesson.strategies.values():
        table = guide.partition(f"**{mix.name}**, from round")[2].partition("\n**")[0]
        assert [library[one.strand].name for one in mix.strands if f"| {library[one.strand].name} |" not in table] == []


@pytest.mark.parametrize("name", LESSONS)
def test_projected_pages_are_few_words_in_one_file(name: str) -> None:
    page = WORKSHOPS / f"{name}_projected.md"
    html = projected(page)
    screens = re.findall(r"<section>(.*?)</section>", html, re.DOTALL)
    assert 4 <= len(screens) <= 8
    assert max(len(re.sub(r"<[^>]+>", " ", screen).split()) for screen in screens) <= 70
    assert re.findall(r"(?:src|href)=\"(?!data:)", html) == []


def test_sheets_need_nothing_else_and_lead_to_one_another(tmp_path: Path) -> None:
    first = write_sheets(tmp_path)
    pages = {page.name: page.read_text(encoding="utf-8") for page in tmp_path.glob("*.html")}
    assert first.name == "index.html" and {f"{name}_handout.html" for name in LESSONS} < set(pages)
    links = {link for html in pages.values() for link in re.findall(r'href="([^"]+)"', html)}
    for link in links:
        name, _, anchor = link.partition("#")
        assert name == "" or name in pages, link
        assert not anchor or f'id="{anchor}"' in pages[name or "index.html"], link
    assert not any(re.findall(r'(?:src|href)="(?:https?:)?//', html) for html in pages.values())
    assert "@page { size: A4" in pages["first_zone_handout.html"]


@pytest.mark.parametrize("name", LESSONS)
def test_a_guide_says_with_which_round_each_page_is_projected(name: str) -> None:
    screens = len(re.findall(r"^---$", text(f"{name}_projected"), re.MULTILINE)) + 1
    found = re.search(r"There are \[\w+\s+pages\].*?\.\s", text(name), re.DOTALL)
    assert found is not None
    named = re.findall(r"(\d)(?: and (\d))? with\b", " ".join(found[0].split()))
    assert {int(number) for pair in named for number in pair if number} == set(range(1, screens + 1))


def test_the_menu_says_how_large_each_offer_is() -> None:
    lesson = load_workshop("whole_system")
    rows = {line.split(" | ")[0][2:]: line for line in menu_part(lesson).splitlines()}
    strands = load_strands()
    backbone = rows[strands["partnership_backbone"].name]
    assert "everybody" in backbone and "£12" in backbone, "half a team for half the children it is priced for"
    mix = {one.strand: one for one in lesson.strategies[first_own_mix(lesson)].strands}
    assert f"{100 * mix['neli'].reach_share:.0f} (money 2nd)" in rows[strands["neli"].name]  # type: ignore[operator]
    assert [nth(n) for n in (1, 2, 3, 4, 11, 12, 21, 22)] == [
        "first", "2nd", "3rd", "4th", "11th", "12th", "21st", "22nd"
    ]  # fmt: skip


def test_a_case_can_put_a_strand_first_for_money() -> None:
    lesson = load_workshop("first_zone")
    case = next(case for case in CASES["first_zone"] if case.first)
    start = strategy_of(replace(case, first=""), lesson)
    made = strategy_of(case, lesson)
    order = [[one.strand for one in sorted(mix.strands, key=lambda one: one.priority)] for mix in (start, made)]
    assert order[0][-1] == case.first == order[1][0]
    assert order[1][1:] == order[0][:-1], "the others keep their order"


def test_the_doors_are_called_the_same_everywhere_and_every_offer_has_one() -> None:
    doors = ("school", "family", "services", "friends and neighbours", "home and street")
    handout = re.findall(r"^\| \*\*(.+?)\*\* \|", text("whole_system_handout"), re.MULTILINE)
    assert tuple(handout) == doors
    assert f"**{', '.join(doors)}**" in text("whole_system_projected")
    lesson = load_workshop("whole_system")
    assert ", ".join(doors) in lesson.file.rounds[0].text
    answers = re.findall(r"\(`(\w+)`\) \| ([^|]+) \|", text("whole_system").split("## Answers to the map")[1])
    assert {name for name, _ in answers} == {entry.strand for entry in lesson.file.menu}
    assert {door for _, door in answers} <= {*doors, "none: it meets no child"}


def test_cards_stand_on_the_piles_that_the_evidence_puts_them_on() -> None:
    rows = re.findall(r"^\| .+?\(`(\w+)`\) \| ([^|]+) \|", text("does_it_last").split("## Answers to the cards")[1]
                      .split("## ")[0], re.MULTILINE)  # fmt: skip
    assert len(rows) == 8
    told = {"works": "works", "does not": "does not"}
    library = load_strands()
    assert [
        (name, said) for name, said in rows if pile(library[name]) != told.get(said.split(",")[0], "nobody knows well")
    ] == []


def test_every_round_has_its_time_and_a_mix_is_run_under_both_readings() -> None:
    lesson = load_workshop("does_it_last")
    kinds = {one.id: one for one in lesson.file.rounds}
    order = list(kinds)
    assert order.index("sceptic") == order.index("choose") + 1
    assert kinds["choose"].evidence is None and kinds["sceptic"].evidence == "sceptical"
    assert kinds["sceptic"].kind == "run" and kinds["sceptic"].controls == ()
    units = {one.unit for one in lesson.file.quantities if one.id in ("gained_at_eleven", "left_at_sixteen")}
    assert len(units) == 1, "eleven and sixteen in one unit"


# --- what the guides give as answers ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", LESSONS)
def test_answers_are_of_this_version_and_whole(name: str) -> None:
    assert lesson_answers.stale([name]) == [], "run: python -m docs.site answers"
    lesson, kept = load_workshop(name), lesson_answers.kept()["lessons"][name]
    assert kept["pairs"] == lesson.file.setting.replications and kept["seed"] == lesson.file.setting.seed
    assert {one.id for one in lesson.file.quantities} <= set(HEADS)
    assert all(case.base in lesson.strategies for case in CASES[name])
    assert lesson_answers.not_borne_out(name) == []
    rounds = {one.id: one.show for one in lesson.file.rounds if one.show}
    assert {round_: tuple(found) for round_, found in kept["shown"].items()} == rounds


@pytest.mark.parametrize("name", LESSONS)
def test_every_answer_lies_on_the_scale_on_which_it_is_guessed(name: str) -> None:
    lesson, rows = load_workshop(name), lesson_answers.kept()["lessons"][name]["rows"]
    for one in lesson.file.quantities:
        told = [row["readings"][one.id][0 if one.of == "value" else 2] for row in rows.values()]
        assert all(one.low < answer < one.high for answer in told), one.id
        assert max(abs(answer) for answer in told) > 0.01 * (one.high - one.low), (
            f"{one.id}: another unit than its scale"
        )


def test_a_case_is_the_strategy_that_a_team_would_run() -> None:
    lesson = load_workshop("first_zone")
    base = lesson.strategies[lesson.file.setting.strategy]
    case = CASES["first_zone"][0]
    made = strategy_of(case, lesson)
    assert made.model_copy(update={"id": "team_mix"}) == of_a_team(lesson, base, starting_mix(lesson, base), Terms())
    deep = strategy_of(replace(case, only=("family_keyworker", "neli"), targeting="first_come", times=9.0), lesson)
    assert {one.strand: (one.reach_share, one.targeting) for one in deep.strands} == {
        "family_keyworker": (1.0, "first_come"), "neli": (1.0, "first_come"),
    }  # fmt: skip
    assert deep.money_gbp == made.money_gbp and deep.posts == made.posts


def test_a_case_is_run_and_told_as_in_a_class(tmp_path: Path) -> None:
    from benchmarks.workshop import quick

    lesson = load_workshop(quick("first_zone", tmp_path))
    start = CASES["first_zone"][0]
    told = lesson_answers.run_cases(lesson, [start, replace(start, id="less", only=("book_gifting",))], 1)
    assert [set(one) for one in told] == [{"readings", "cost", "budget"}] * 2
    assert told[0]["budget"] == lesson.file.setting.money_gbp * lesson.file.setting.years > told[1]["cost"] > 0


def test_claims_are_judged_by_the_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {
        "start": (5.0, -2.0), "books_first": (14.0, -2.0), "books": (10.0, 0.0), "clubs": (16.0, 0.0),
        "books_clubs": (25.0, 0.0), "groups": (1.0, -2.5), "deep": (8.0, -0.3), "wide": (20.0, -2.5),
        "all": (18.0, -2.0), "start_after": (6.0, -2.0), "need_first": (5.0, -2.0), "come_first": (5.5, -2.0),
    }  # fmt: skip
    rows: dict[str, Any] = {
        case: {"readings": {"reached": [0, 0, reached, 0, 0], "distress": [0, 0, distress, 0, 0]}}
        for case, (reached, distress) in told.items()
    }
    fifths = [{"more": 5.0, "value": 45.0}] * 5
    shown = {"shock": {"who_was_found": {"rows": fifths}}, "score": {"same_luck": {"said": ""}}}
    kept = {"lessons": {"first_zone": {"rows": rows, "shown": shown}}}
    monkeypatch.setattr(lesson_answers, "kept", lambda: kept)
    assert lesson_answers.not_borne_out("first_zone") == []
    rows["books"] = rows["groups"]
    fifths[-1] = {"more": 5.0, "value": 55.0}
    assert lesson_answers.not_borne_out("first_zone") == [
        "books alone reach more than the mix at the start",
        "more than half of the fifth in most need is found by nobody",
    ]
    assert set(CLAIMS) == set(CASES) == set(LESSONS)


# --- the notebook -----------------------------------------------------------------------------------------------


def test_the_notebook_runs_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it stands but for its first part, the sizes."""
    mo = pytest.importorskip("marimo")
    from marimo._runtime.control_flow import MarimoStopError

    from benchmarks.workshop import QUICK_PLACE

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    marimo, first, *rest = cells(NOTEBOOK)
    names: dict[str, Any] = {"__name__": "notebook"}
    exec(marimo, names)
    exec(first, names)
    lesson = load_workshop("research_sweep")
    quantity = lesson.quantity("difficulties")
    assert (names["place"], names["years"]) == (lesson.file.setting.place, quantity.year)
    assert names["outcome"] == quantity.indicator, "guess and notebook ask the same"
    names |= {"place": "small_place.toml", "years": 1, "replications": 1}
    waiting = 0
    for cell in rest:
        if "mo.stop(" in cell:
            waiting += 1
            with pytest.raises(MarimoStopError):
                exec(compile(cell, str(NOTEBOOK), "exec"), names)
            names |= {"go": SimpleNamespace(value=True), "go_on": SimpleNamespace(value=True)}
        exec(compile(cell, str(NOTEBOOK), "exec"), names)
        assert "sweep(" not in cell or "mo.stop(" in cell, "nothing long starts by itself"
        names |= {button: mo.ui.run_button() for button in ("go", "go_on") if button in names}
        (names.get("folder", tmp_path) / "small_place.toml").write_text(QUICK_PLACE, encoding="utf-8")
    assert len(rest) >= 9 and waiting == 2
    assert names["checked"].ok and names["done"].failed == 0 and names["more"].failed == 0
    assert len(names["changes"]) == names["points"] == 40 and len(names["decision"].found) >= 4
    assert len(names["more"].results) == 4 * len(names["done"].results)
    headings = re.findall(r"^## (\d)\.", NOTEBOOK.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == [str(n) for n in range(1, 10)], "parts are numbered; the guide sends people to them"
    assert " cell" not in text("research_sweep").lower().replace("excel", ""), "parts, not cells"


def test_guides_pin_no_number_that_a_new_fit_would_move() -> None:
    for name in LESSONS:
        told = text(name).split("usually happens")[1].split("\n## ")[0]
        assert re.findall(r"\d+\.\d+", told) == []


def test_the_first_lesson_says_the_same_money_everywhere() -> None:
    setting = load_workshop("first_zone").file.setting
    for page in ("first_zone_handout", "first_zone_projected"):
        assert f"£{setting.money_gbp:,.0f}" in text(page)
        assert f"{setting.posts:.0f} posts" in text(page)
