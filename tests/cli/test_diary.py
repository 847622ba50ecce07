"""``zonesim diary``: two worlds side by side, and plain words for what cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Shell

PLACE = """schema_version = 1
extends = "england_decile_2"
id = "hamlet"
name = "Hamlet"

[cells.children]
value = 90
unit = "children"
kind = "given"
source = "made for a test"
"""


@pytest.fixture
def place(shell: Shell) -> str:
    """A file of ninety children in the folder in which the command runs."""
    Path("hamlet.toml").write_text(PLACE, encoding="utf-8")
    return "hamlet.toml"


def test_a_diary_on_the_screen_and_as_json(shell: Shell, place: str) -> None:
    asked = ("diary", "early_start", "--place", place, "--years", "1", "--child", "3")
    shown = shell(*asked)
    assert shown.code == 0, shown.err
    assert "Child 3" in shown.out and "Only with the strategy" in shown.out and "In the end" in shown.out
    answer = json.loads(shell(*asked, "--json").out)
    assert list(answer) == [
        "place", "strategy", "strategy_name", "seed", "child", "label", "entries", "endings",
    ]  # fmt: skip
    assert answer["entries"][0]["kind"] == "start" and len(answer["endings"]) == 7


@pytest.mark.parametrize("child", ["somebody", "999999", "../x", "[bold]"])
def test_a_child_that_is_not_there(shell: Shell, place: str, child: str) -> None:
    answer = shell("diary", "early_start", "--place", place, "--years", "1", "--child", child)
    assert answer.code == 2
    assert "--child" in answer.err and "typical" in answer.err and "Traceback" not in answer.err
