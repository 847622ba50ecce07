"""Small helpers for pages in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def plain(text: str) -> str:
    """Text of a docstring or help: code in single backticks, signs escaped that Markdown would read as HTML."""
    pieces = text.replace("``", "`").split("`")
    return "`".join(piece if odd % 2 else _escaped(piece) for odd, piece in enumerate(pieces))


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;").replace("*", "\\*")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; line breaks and edges of cells inside a cell are taken out of the way."""
    lines = [headings, ["---"] * len(headings), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
