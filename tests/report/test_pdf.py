"""The PDF: two to four pages whatever is compared, nothing fetched, the same bytes again, a clear line without it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sim.outputs import StoredComparison
from sim.report.board import LIMITS
from sim.report.briefing import briefing_page, write_pdf
from sim.report.pdf import MOST_PAGES, PdfError, pdf_of, printed
from tests.report.made import made_comparison, made_strategies

COMMAND = "zonesim compare 'a & b'"


def wordy() -> StoredComparison:
    """Six strategies with the longest names and long texts."""
    long = "A strategy whose name goes on and on <i> until nobody remembers how it began and what it was about at all, "
    six = made_strategies(4) + tuple(s.model_copy(update={"id": s.id + "_b"}) for s in made_strategies(2))
    told = {"about": "It does this. " * 40, "question": "Why? " * 60}
    return made_comparison(
        tuple(s.model_copy(update=told | {"name": f"{n} {long}"[:160]}) for n, s in enumerate(six)),
    )


def page_of(comparison: StoredComparison) -> str:
    return briefing_page(comparison, COMMAND, {})


@pytest.mark.parametrize("number", [1, 2, 4])
def test_two_to_four_pages(number: int) -> None:
    assert 2 <= len(printed(page_of(made_comparison(made_strategies(number)))).pages) <= MOST_PAGES


def test_six_strategies_with_long_names_fit() -> None:
    assert 2 <= len(printed(page_of(wordy())).pages) <= MOST_PAGES


def test_the_same_page_gives_the_same_bytes(comparison: StoredComparison) -> None:
    first = pdf_of(page_of(comparison))
    assert first.startswith(b"%PDF-")
    assert first == pdf_of(page_of(comparison))


def test_the_annex_is_not_printed(comparison: StoredComparison) -> None:
    document = printed(page_of(comparison))
    words = "".join(box.text for page in document.pages for box in page._page_box.descendants() if hasattr(box, "text"))
    assert "Annex" not in words
    assert LIMITS[0][:30] in words


def test_nothing_is_fetched(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    picture = tmp_path / "picture.svg"
    picture.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><rect width="9" height="9"/></svg>'
    )
    page = f'<html><body><img src="{picture.as_uri()}"><p>here</p></body></html>'
    assert b"/XObject" not in pdf_of(page)
    assert "not allowed" in caplog.text or "disallowed" in caplog.text


def test_where_weasyprint_is_missing_one_line_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, comparison: StoredComparison, tmp_path: Path
) -> None:
    (tmp_path / "briefing.html").write_text(page_of(comparison), encoding="utf-8")
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(PdfError, match=r"zonesim\[pdf\]"):
        write_pdf(tmp_path)
    assert not (tmp_path / "briefing.pdf").exists()
