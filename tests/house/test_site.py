"""The site is whole: made pages fresh, nothing undocumented, every link and picture there, nothing fetched."""

from __future__ import annotations

import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import typer.main

import sim
import sim.api
from calibration.cli import app as fitting
from docs.site import api_page, building, contents
from docs.site.__main__ import generated
from docs.site.cli_page import cli_page
from sim.cli.app import app

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


#: Pages with a test of their own: ``test_docs.py`` and ``tests/data``.
ELSEWHERE = {"parameters.md", "evidence.md"}


def test_made_pages_on_disk_are_fresh() -> None:
    made = generated()
    assert len(made) == 12 and set(made) > ELSEWHERE
    stale = [name for name in made.keys() - ELSEWHERE if (DOCS / name).read_text(encoding="utf-8") != made[name]]
    assert sorted(stale) == [], "run: python -m docs.site pages"


# --- commands ---------------------------------------------------------------------------------------------------


def _commands(given: typer.Typer, name: str) -> dict[str, set[str]]:
    """Full name of every command -> what may be typed after it, as the parser itself knows them."""
    found: dict[str, set[str]] = {}
    open_ = [(name, typer.main.get_command(given))]
    while open_:
        called, command = open_.pop()
        inner = getattr(command, "commands", None)
        if inner:
            open_ += [(f"{called} {word}", one) for word, one in inner.items() if not one.hidden]
        else:
            found[called] = {
                opt for p in command.params if p.param_type_name == "option" and not p.hidden for opt in p.opts
            }
    return found


@pytest.mark.parametrize(("given", "name"), [(app, "zonesim"), (fitting, "zonesim-calibrate")])
def test_every_command_and_option_is_in_the_reference(given: typer.Typer, name: str) -> None:
    page = cli_page()
    commands = _commands(given, name)
    assert len(commands) >= 3
    for called, options in commands.items():
        section = page.partition(f"\n## {called}\n")[2].partition("\n## ")[0]
        assert section, f"{called} has no section"
        assert [o for o in options - {"--help", "-h"} if f"`{o}`" not in section] == [], called
        about = section.strip().splitlines()[0]
        assert len(about) > 10 and not about.startswith("```"), f"{called} does not say what it does"


def test_every_option_says_what_it_does() -> None:
    rows = [line for line in cli_page().splitlines() if line.startswith("| `-")]
    assert len(rows) > 60
    assert [row for row in rows if not row.replace(r"\|", "").split(" | ")[1].strip()] == []


# --- Python -----------------------------------------------------------------------------------------------------


def test_every_public_name_is_in_the_python_reference_with_words_of_its_own() -> None:
    page = api_page.api_page()
    functions = [
        n for n, f in vars(sim.api).items() if callable(f) and f.__module__ == "sim.api" and not n.startswith("_")
    ]
    assert {"compare", "diary", "ground", "load", "run", "trial", "validate"} <= set(functions)
    assert [name for name in (*functions, *sim.__all__) if f"\n## {name}\n" not in page] == []


def test_a_public_name_without_words_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sim.api.run, "__doc__", None)
    with pytest.raises(ValueError, match=r"sim\.run has no docstring"):
        api_page.api_page()


# --- parameters -------------------------------------------------------------------------------------------------


def test_every_number_of_every_parameter_file_is_on_its_page() -> None:
    page = (DOCS / "parameters.md").read_text(encoding="utf-8")
    for file in sorted((ROOT / "scenarios" / "parameters").glob("*.toml")):
        if file.stem == "posterior":
            continue
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
        names = tables["valued"] if file.stem == "values" else tables
        names = [name for name in names if name != "schema_version"]
        prefix = "" if file.stem == "mechanisms" else f"{file.stem}."
        assert names, file.name
        assert [name for name in names if f"`{prefix}{name}`" not in page] == [], file.name


# --- the built site ---------------------------------------------------------------------------------------------


def test_every_page_stands_in_the_contents() -> None:
    pages = set(building.sources())
    assert sum(len(group) for group in contents.in_order(pages).values()) == len(pages) - 1
    with pytest.raises(ValueError, match="forgotten"):
        contents.in_order(pages | {"how-to/forgotten"})
    with pytest.raises(ValueError, match="tour"):
        contents.in_order(pages - {"tour"})


class _Page(HTMLParser):
    """Anchors of a page, and everything it leads to or loads."""

    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.anchors.add(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if "src" in given:
            self.loads.append(given["src"])
        if tag == "link" and given.get("rel") in ("stylesheet", "icon", "preload", "preconnect"):
            self.loads.append(given["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, _Page]:
    folder = building.build_site(tmp_path_factory.mktemp("site"))
    pages = {}
    for file in folder.rglob("*.html"):
        pages[file] = _Page()
        pages[file].feed(file.read_text(encoding="utf-8"))
    assert len(pages) > 60
    return pages


def test_every_link_of_the_site_leads_somewhere(site: dict[Path, _Page]) -> None:
    broken = []
    for file, page in site.items():
        for link in page.links:
            target = urlsplit(link)
            if target.scheme or target.netloc:
                continue
            to = (file.parent / unquote(target.path)).resolve() if target.path else file
            anchor = unquote(target.fragment)
            if not to.exists() or (anchor and to.suffix == ".html" and anchor not in site[to].anchors):
                broken.append(f"{file.name}: {link}")
    assert broken == []


def test_every_picture_is_there_and_nothing_is_fetched_from_elsewhere(site: dict[Path, _Page]) -> None:
    for file, page in site.items():
        for load in page.loads:
            target = urlsplit(load)
            assert not target.scheme and not target.netloc, f"{file.name} would fetch {load}"
            assert (file.parent / unquote(target.path)).exists(), f"{file.name}: {load}"
    folder = next(file for file in site if file.name == "index.html").parent
    styles = "\n".join(style.read_text(encoding="utf-8") for style in folder.rglob("*.css"))
    assert re.findall(r"(?:url\(|@import )[\"']?(?:https?:)?//[^)\s]*", styles) == []
    assert sum(len(page.loads) for page in site.values()) > len(site)


def test_a_broken_link_fails_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    page = tmp_path / "docs" / "index.md"
    page.write_text("# Start\n\n[nowhere](nowhere.md) and [no heading](#nothing)\n", encoding="utf-8")
    monkeypatch.setattr(building, "sources", lambda: {"index": page})
    monkeypatch.setattr(contents, "CONTENTS", {})
    with pytest.raises(RuntimeError, match="mistakes"):
        building.build_site(tmp_path / "out")
