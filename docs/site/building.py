"""The site: pages gathered in a folder of their own, made into HTML by Sphinx, with nothing fetched from outside."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from docs.site.contents import FROM_ELSEWHERE, in_order
from docs.site.projected import projected
from docs.site.sheets import sheet

DOCS = Path(__file__).parents[1]
ROOT = DOCS.parent
PICTURES = (".png", ".svg", ".jpg")
#: A link or picture of a page: what stands in front of the target, the target, what follows.
_LINK = re.compile(r"(\]\()([^)\s]+)(\))|(src=\")([^\"]+)(\")")
_CODE = re.compile(r"(^```.*?^```)", re.MULTILINE | re.DOTALL)


def build_site(out: Path) -> Path:
    """Build the whole site into ``out``, which is emptied first, and return it.

    Raises ``RuntimeError`` with Sphinx's own words where a page has a mistake: a link that leads nowhere, a heading out
    of order, a page that stands nowhere in the contents.
    """
    from sphinx.cmd.build import build_main

    with tempfile.TemporaryDirectory() as made:
        pages, doctrees = Path(made) / "pages", Path(made) / "doctrees"
        gather(pages)
        if out.exists():
            shutil.rmtree(out)
        given = [
            "-q",
            "-W",
            "--keep-going",
            "-c",
            str(Path(__file__).parent),
            "-d",
            str(doctrees),
            str(pages),
            str(out),
        ]
        if build_main(given):
            raise RuntimeError("the site has mistakes; they stand above")
    for page in sorted((DOCS / "workshops").glob("*_projected.md")):
        (out / "workshops" / f"{page.stem}.screen.html").write_text(projected(page), encoding="utf-8")
    for page in sorted((DOCS / "workshops").glob("*_handout.md")):
        (out / "workshops" / f"{page.stem}.sheet.html").write_text(sheet(page), encoding="utf-8")
    return out


def gather(into: Path) -> None:
    """Write every page into a folder as Sphinx takes it: links within the site, tables of contents."""
    pages = sources()
    where = {source.resolve(): page for page, source in pages.items()}
    for page, source in pages.items():
        text = source.read_text(encoding="utf-8")
        if page.endswith("_projected"):
            text += f'\n<p><a href="{source.stem}.screen.html">All of it, a screen each</a></p>\n'
        if page.endswith("_handout"):
            text += f'\n<p><a href="{source.stem}.sheet.html">As a sheet to print</a></p>\n'
        text = _with_links(text, lambda target, s=source, p=page: _target(target, s, p, where))
        path = into / f"{page}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + (_trees(set(pages)) if page == "index" else ""), encoding="utf-8")
    for picture in DOCS.rglob("*"):
        if picture.suffix in PICTURES:
            (into / picture.relative_to(DOCS)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(picture, into / picture.relative_to(DOCS))


def sources() -> dict[str, Path]:
    """Page of the site, without ending, -> the file it is made from."""
    own = [path for path in DOCS.rglob("*.md") if "site" not in path.relative_to(DOCS).parts]
    found = {path.relative_to(DOCS).with_suffix("").as_posix(): path for path in sorted(own)}
    return found | {page: ROOT / path for page, path in FROM_ELSEWHERE.items()}


def _with_links(text: str, changed: Callable[[str], str | None]) -> str:
    """A page with its links changed, code aside. A link to a file that is no page is told as its path in the code."""

    def one(found: re.Match[str]) -> str:
        before, target, after = (part for part in found.groups() if part is not None)
        new = changed(target)
        return f"{before}{target if new is None else new}{after}"

    parts = _CODE.split(text)
    return "".join(part if part.startswith("```") else _LINK.sub(one, part) for part in parts)


def _target(target: str, source: Path, page: str, where: dict[Path, str]) -> str | None:
    """Where a link leads in the site: another page, the same picture, or as it stands (``None``)."""
    if re.match(r"[a-z]+:", target) or target.startswith("#"):
        return None
    name, _, anchor = target.partition("#")
    file = (source.parent / name).resolve()
    here = Path(page).parent
    if file in where:
        new = Path(os.path.relpath(f"{where[file]}.md", here)).as_posix()
        return f"{new}#{anchor}" if anchor else new
    if file.suffix in PICTURES and file.is_relative_to(DOCS):
        return Path(os.path.relpath(file.relative_to(DOCS), here)).as_posix()
    return None


def _trees(pages: set[str]) -> str:
    """The tables of contents of the side bar, a heading each."""
    trees = []
    for heading, group in in_order(pages).items():
        listed = "\n".join(_shown(page) for page in group)
        trees.append(f"\n```{{toctree}}\n:caption: {heading}\n:hidden:\n\n{listed}\n```\n")
    return "".join(trees)


def _shown(page: str) -> str:
    """A page as the side bar has it: pages that go with a lesson are called by what they are."""
    names = (("_second_handout", "Second handout"), ("_handout", "Handout"), ("_projected", "To project"))
    for ending, name in (*names, ("_notebook", "Notebook")):
        if page.endswith(ending):
            return f"{name} <{page}>"
    return page
