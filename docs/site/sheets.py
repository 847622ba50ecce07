"""Lesson packs as files to print and to project, each of which needs nothing else: ``python -m docs.site lessons``.

No Sphinx is needed for them, so that whoever has the folder of zonesim and an installation can make them.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from markdown_it import MarkdownIt

from docs.site.projected import projected

WORKSHOPS = Path(__file__).parents[1] / "workshops"
_STYLE = """
@page { size: A4; margin: 12mm; }
* { box-sizing: border-box; }
body { font: 10pt/1.4 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 186mm; margin: 8mm auto; }
h1 { font-size: 16pt; margin: 0 0 2mm; } h2 { font-size: 12.5pt; margin: 5mm 0 2mm; } h3 { font-size: 11pt; }
h1, h2, h3 { break-after: avoid; line-height: 1.2; }
p, ul, ol { margin: 0 0 2mm; }
table { border-collapse: collapse; width: calc(100% - .5mm); margin: 0 0 3mm; font-size: 9pt; line-height: 1.3; }
td, th { border: .3mm solid #888; padding: 1mm 1.5mm; text-align: left; vertical-align: top; }
tr { break-inside: avoid; } thead { display: table-header-group; }
td:empty { min-width: 14mm; height: 7.5mm; }
pre { white-space: pre-wrap; border: .3mm solid #bbb; padding: 2mm; } code { font-size: 9pt; }
p:has(+ table) { break-after: avoid; }
.handout { line-height: 1.45; } .handout li { margin-bottom: 1mm; }
.handout table { font-size: 8.5pt; }
.handout table:not(:has(td:not(:empty))) { table-layout: fixed; }
.handout tr:has(td:nth-child(2):empty):has(td:nth-child(6):empty) { height: 10mm; }
a { color: inherit; }
@media print { body { margin: 0; max-width: none; } }
"""


def write_sheets(out: Path) -> Path:
    """Write guides, handouts and pages to project of all lessons into a folder, and return its first page."""
    out.mkdir(parents=True, exist_ok=True)
    pages = sorted(page for page in WORKSHOPS.glob("*.md") if not page.stem.endswith("_notebook"))
    names = {page.stem for page in pages}
    for page in pages:
        html = projected(page) if page.stem.endswith("_projected") else sheet(page, names)
        (out / f"{page.stem}.html").write_text(html, encoding="utf-8")
    return out / "index.html"


def sheet(page: Path, beside: set[str] | None = None) -> str:
    """HTML of a page, made for A4; links lead to the pages ``beside`` it, other links become plain words."""
    text = page.read_text(encoding="utf-8")
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    name = title[1] if title else page.stem
    body = _with_links(MarkdownIt("commonmark").enable("table").render(text), beside or set())
    kind = "handout" if page.stem.endswith("_handout") else "guide"
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{name}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<style>{_STYLE}</style>\n</head>\n<body class="{kind}">\n<main>\n{_with_anchors(body)}</main>\n'
        "</body>\n</html>\n"
    )


def _with_links(html: str, beside: set[str]) -> str:
    def one(found: re.Match[str]) -> str:
        target, words = found[1], found[2]
        path, _, anchor = target.partition("#")
        if not path or re.match(r"https?:", target):
            return found[0]
        if path.endswith(".md") and path.removesuffix(".md") in beside:
            return f'<a href="{path.removesuffix(".md")}.html{f"#{anchor}" if anchor else ""}">{words}</a>'
        return f"{words} ({os.path.normpath(f'docs/workshops/{path}')})".replace("\\", "/")

    return re.sub(r'<a href="([^"]*)">(.*?)</a>', one, html, flags=re.DOTALL)


def _with_anchors(html: str) -> str:
    """Headings with the names by which links to them go, as on the site."""

    def one(found: re.Match[str]) -> str:
        words = re.sub(r"<[^>]+>|&\w+;", "", found[2])
        name = re.sub(r"[^\w\- ]", "", words.lower()).strip().replace(" ", "-")
        return f'<h{found[1]} id="{name}">{found[2]}</h{found[1]}>'

    return re.sub(r"<h([1-3])>(.*?)</h\1>", one, html)
