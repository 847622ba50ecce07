"""``zonesim docs``: opens what is built in, never the network, and says how to get it where it is not."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import pytest

from sim.cli import docs, main


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    addresses: list[str] = []
    monkeypatch.setattr(webbrowser, "open", addresses.append)
    return addresses


def test_it_opens_the_built_copy_from_this_computer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "index.html"
    page.write_text("<html></html>", encoding="utf-8")
    monkeypatch.setattr(docs, "BUILT", page)
    assert main(["docs"]) == 0
    assert opened == [page.as_uri()]
    assert opened[0].startswith("file://")
    assert capsys.readouterr().out.strip() == str(page)


def test_it_only_prints_when_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: list[str]) -> None:
    (tmp_path / "index.html").touch()
    monkeypatch.setattr(docs, "BUILT", tmp_path / "index.html")
    assert main(["docs", "--no-open"]) == 0
    assert opened == []


def test_without_a_built_copy_it_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(docs, "BUILT", tmp_path / "index.html")
    assert main(["docs"]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "python -m docs.site build" in told
    assert "docs/index.md" in told
    assert opened == []
