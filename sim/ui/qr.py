"""QR codes of the address that learners open: for the page and for the terminal."""

from __future__ import annotations

import io
from functools import lru_cache

import segno


@lru_cache(maxsize=8)
def picture(link: str) -> str:
    """A picture that a page can hold, as a ``data:`` address."""
    return str(segno.make(link, error="m", micro=False).svg_data_uri(scale=8, border=2, dark="#000", light="#fff"))


def in_terminal(link: str) -> str:
    """The code in block characters."""
    out = io.StringIO()
    segno.make(link, error="l", micro=False).terminal(out=out, border=2, compact=True)
    return out.getvalue()
