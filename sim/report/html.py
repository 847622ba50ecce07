"""Pieces of a page that several sections share: lists and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def listed(items: Iterable[str]) -> str:
    """A list of texts, which are escaped; nothing for no items."""
    entries = "".join(f"<li>{escape(item)}</li>" for item in items)
    return f"<ul>{entries}</ul>" if entries else ""


def table(caption: str, head: Sequence[str], body: Sequence[Sequence[str]], numbers: bool = True) -> str:
    """A table whose first column names the row; the cells of ``body`` are HTML already."""
    columns = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    style = ' class="n"' if numbers else ""
    rows = ""
    for first, *others in body:
        cells = "".join(f"<td{style}>{cell}</td>" for cell in others)
        rows += f'<tr><th scope="row">{first}</th>{cells}</tr>'
    return (
        f'<div class="scroll"><table><caption>{escape(caption)}</caption><thead><tr>{columns}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
