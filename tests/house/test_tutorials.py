"""Every tutorial runs from top to bottom as it stands, in a folder of its own, and is a notebook that opens."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

TUTORIALS = Path(__file__).parents[2] / "docs" / "tutorials"
PAGES = sorted(page for page in TUTORIALS.glob("*.md") if page.name != "index.md")
_CELL = re.compile(r"^```python \{\.marimo\}\n(.*?)^```", re.MULTILINE | re.DOTALL)


def cells(page: Path) -> list[str]:
    return _CELL.findall(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_it_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(TUTORIALS.parents[1]))  # programs that it starts see the same code
    names: dict[str, Any] = {"__name__": "tutorial"}
    for cell in cells(page):
        exec(compile(cell, str(page), "exec"), names)
    promised = PROMISES[page.stem]
    assert promised(names)


#: What each tutorial tells its reader to expect and what is true of every luck number and version.
PROMISES: dict[str, Any] = {
    "first_run": lambda made: made["largest"] == 0.0 and len(made["table"]) == 10,
    "your_own_place": lambda made: (
        made["given"] == ["children", "deprivation_decile", "eal_share"] and made["problems"]
    ),
    "your_own_strand": lambda made: (
        abs(made["outcome"].recovered - 0.12) < max(0.03, 2 * made["outcome"].standard_error)
    ),
    "cluster_sweep": lambda made: made["whole"].complete and len(made["lead"]) == 8,
    "mesa_model": lambda made: made["gain"] > 0.0 and len(made["monthly"]) >= 12,
    "what_decides": lambda made: made["done"].complete and len(made["decision"].found) == 3,
    "a_figure_again": lambda made: len(made["figure"].axes) >= 5 and (made["folder"] / "difference.png").exists(),
}


def test_there_are_seven_and_all_are_listed() -> None:
    assert sorted(PROMISES) == [page.stem for page in PAGES]
    index = (TUTORIALS / "index.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES if f"({page.name})" not in index] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_it_is_a_notebook(page: Path) -> None:
    """In a notebook a name belongs to one cell; a cell that made it again would not open."""
    made = Counter(name for cell in cells(page) for name in _names_made(cell))
    assert len(cells(page)) >= 4
    assert [name for name, times in made.items() if times > 1 and not name.startswith("_")] == []
    assert "```python\n" not in page.read_text(encoding="utf-8"), "a piece that the notebook would not run"


def _names_made(cell: str) -> set[str]:
    """Global names that a cell makes."""
    made: set[str] = set()
    for node in ast.parse(cell).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            made.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            made |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        else:
            inner = [n for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
            made |= {n.id for n in inner} - _of_comprehensions(node)
    return made


def _of_comprehensions(node: ast.AST) -> set[str]:
    kinds = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    return {
        name.id
        for comprehension in ast.walk(node)
        if isinstance(comprehension, kinds)
        for part in comprehension.generators
        for name in ast.walk(part.target)
        if isinstance(name, ast.Name)
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_it_says_what_to_expect_and_what_to_try(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "**Expect**" in text
    assert "## Exercises" in text
