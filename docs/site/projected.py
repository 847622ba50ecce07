"""Pages to project: one screen each, in one file that needs nothing else, from a page of Markdown parted by lines."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from markdown_it import MarkdownIt

_STYLE = """
* { box-sizing: border-box; }
html { scroll-snap-type: y mandatory; font: 3.2vmin/1.35 system-ui, sans-serif; color: #1a1a1a; background: #fff; }
body { margin: 0; }
section { min-height: 100vh; scroll-snap-align: start; padding: 8vh 9vw; display: flex; flex-direction: column;
  justify-content: center; border-bottom: 1px solid #ccc; }
h1, h2 { font-size: 6.4vmin; line-height: 1.1; margin: 0 0 4vmin; }
p, ul, ol, table { font-size: 4.2vmin; margin: 0 0 2.5vmin; max-width: 42em; }
td, th { padding: .6vmin 3vmin .6vmin 0; text-align: left; vertical-align: top; border-bottom: 1px solid #ccc; }
img { max-width: 100%; max-height: 70vh; }
@media print { section { min-height: auto; height: 100vh; break-after: page; border: 0; } }
"""


def projected(page: Path) -> str:
    """HTML of a page whose parts are divided by ``---``; the arrow keys and Page Down go from screen to screen."""
    text = page.read_text(encoding="utf-8")
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    render = MarkdownIt("commonmark").enable("table").render
    screens = [f"<section>\n{_with_pictures(render(part), page.parent)}</section>" for part in _parts(text)]
    name = title[1] if title else page.stem
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{name}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n" + "\n".join(screens) + "\n</main>\n</body>\n</html>\n"
    )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"^---$", text, flags=re.MULTILINE) if part.strip()]


def _with_pictures(html: str, folder: Path) -> str:
    """Pictures inside the file, so that it can be copied about on its own."""

    def one(found: re.Match[str]) -> str:
        kind = "svg+xml" if found[1].endswith(".svg") else "png"
        return f'src="data:image/{kind};base64,{base64.b64encode((folder / found[1]).read_bytes()).decode()}"'

    return re.sub(r'src="(?!data:)([^"]+)"', one, html)
