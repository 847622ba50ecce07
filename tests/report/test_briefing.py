"""The briefing: one file, nothing from outside, everything from files escaped."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sim.inputs import load_future
from sim.outputs import StoredComparison
from sim.report.briefing import briefing_page, write_report
from sim.report.figures import FIGURES
from sim.report.style import rendered
from tests.report.made import made_comparison

COMMAND = "zonesim compare 'a & b'"


@pytest.fixture(scope="module")
def page(comparison: StoredComparison) -> str:
    """The page of the comparison made by hand."""
    drawn = {name: rendered(draw(comparison), "svg").decode() for name, (_, draw) in FIGURES.items()}
    return briefing_page(comparison, COMMAND, drawn)


class Tags(HTMLParser):
    """Every start tag and id of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [value or "" for key, value in attrs if key == "id"]


def test_the_page_needs_nothing_else(page: str) -> None:
    tags = Tags(page)
    assert not {"script", "link", "img", "iframe", "object"} & set(tags.tags)
    assert not re.findall(r"(?:src|href)=\"(?!#)", page)
    assert (
        tags.tags.count("svg") == 5 + 5 + 9
    )  # figures, pictures over the years, strips of two options less one that is not shown
    assert len(set(tags.ids)) == len(tags.ids)


def test_text_from_files_is_escaped(page: str) -> None:
    assert "Madeplace &lt;b&gt;&amp;" in page
    assert "year 3 &lt;script&gt;" in page
    assert "&#x27;a &amp; b&#x27;" in page
    assert "<i>" not in page


def test_the_page_says_what_a_reader_must_know(page: str) -> None:
    for text in (
        "Does it pay?", "filled in", "no clear difference", "not shown (fewer than 10)", "synthetic", "luck number 1",
        "£3.44 million", "abc123", "5th to 95th percentile",
    ):  # fmt: skip
        assert text in page or text in re.sub(r"<[^>]+>", "", page), text


def test_the_page_names_the_future() -> None:
    drawn = dict.fromkeys(FIGURES, "<svg></svg>")
    page = briefing_page(made_comparison(future=load_future("recession")), COMMAND, drawn)
    assert "adults work 96 % of the time" in page
    assert "no shock from outside" in briefing_page(made_comparison(), COMMAND, drawn)


def test_it_is_written_whole_beside_the_figures(comparison: StoredComparison, tmp_path: Path) -> None:
    briefing, *figures = write_report(comparison, tmp_path, COMMAND)
    assert briefing.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert {path.name for path in tmp_path.iterdir()} == {"briefing.html", *(path.name for path in figures)}
