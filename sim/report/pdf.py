"""The briefing as PDF, printed by WeasyPrint (extra ``pdf``) from the HTML and its print style."""

from __future__ import annotations

import os
from typing import Any

#: What to do where the PDF cannot be made; the HTML is then written all the same.
HOW_TO_GET = 'pip install "zonesim[pdf]" (on Linux also the library pango), or print the HTML from a browser'


#: What a director can take into a meeting.
MOST_PAGES = 4
#: Looks tried in turn until the paper is short enough: smaller type, then without the table of evidence too.
STYLES = ("normal", "tight", "tight short")
#: Where the part begins that is not printed.
ANNEX = '<div class="annex">'


class PdfError(Exception):
    """WeasyPrint or a library it needs is not there."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(f"no PDF was written, WeasyPrint cannot be used here; to get it: {HOW_TO_GET}")
        self.cause = cause


def pdf_of(page: str) -> bytes:
    """A page as PDF; the same page gives the same bytes with the same fonts and versions.

    Nothing is fetched: a page that names an address outside itself is printed without it.

    Raises
    ------
    PdfError
        If WeasyPrint or pango is not installed.
    """
    return bytes(printed(page).write_pdf(pdf_identifier=b"zonesim"))


def printed(page: str) -> Any:
    """The page laid out: a WeasyPrint document with ``pages``.

    Raises
    ------
    PdfError
        As ``pdf_of``.
    """
    # fontTools writes the time into the fonts unless it is told one.
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        raise PdfError(error) from error
    paper, nothing = _without_annex(page), URLFetcher(allowed_protocols=())
    for style in STYLES:
        document = HTML(string=paper.replace("<body>", f'<body class="{style}">', 1), url_fetcher=nothing).render()
        if len(document.pages) <= MOST_PAGES:
            break
    return document


def _without_annex(page: str) -> str:
    """The page as far as it is printed: laying out the annex's figures unseen would take most of the time."""
    paper, annex, _ = page.partition(ANNEX)
    return f"{paper}</main></body></html>" if annex else page
