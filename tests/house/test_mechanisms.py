"""Every switch says which of the fifteen mechanisms it belongs to, where it stands and what shows it on and off."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from sim.inputs.register import passports, tables

ROOT = Path(__file__).parents[2]
SWITCHES = tables("mechanisms")
NUMBERS = set(range(1, 16))
#: Mechanisms of the fifteen without a switch, and why.
WITHOUT_SWITCH = {13: "the theory of change reads results; nothing in the world depends on it"}
#: Parts of mechanisms that are switched off by leaving something out of the run.
SWITCHED_BY_ABSENCE = {
    11: "the backbone team is a strand (partnership_backbone): leave it out",
    14: "futures are asked for (--future): ask for none",
}
KEYS = {"number", "meaning", "sets", "when_asked", "files", "test", "numbers", "surprise"}
PARTS = {"sim/science/", "sim/kernel/", "sim/engine/", "sim/population/"}


@pytest.mark.parametrize("name", sorted(SWITCHES))
def test_a_switch_says_where_it_stands(name: str) -> None:
    page = SWITCHES[name]
    assert set(page) <= KEYS
    assert page["number"] in NUMBERS
    assert f"(mechanism {page['number']})" in page["meaning"]
    assert page["files"] and len(set(page["files"])) == len(page["files"])
    for file in page["files"]:
        assert (ROOT / file).is_file(), file
        assert any(file.startswith(part) for part in PARTS), file


@pytest.mark.parametrize("name", sorted(SWITCHES))
def test_a_switch_names_numbers_that_have_passports(name: str) -> None:
    page = SWITCHES[name]
    numbers = [*page["sets"], *page.get("numbers", ())]
    assert [number for number in numbers if number not in passports()] == []
    assert len(set(numbers)) == len(numbers)
    for number, value in page.get("when_asked", {}).items():
        low, high = passports()[number].range
        assert low <= value <= high
        assert passports()[number].value == page["sets"][number], "off by itself"


@pytest.mark.parametrize("name", sorted(SWITCHES))
def test_a_switch_names_a_test_that_exists(name: str) -> None:
    file, _, function = SWITCHES[name]["test"].partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_mechanism_has_a_switch_or_a_reason() -> None:
    switched = {page["number"] for page in SWITCHES.values()}
    assert switched == NUMBERS - set(WITHOUT_SWITCH)
    assert set(SWITCHED_BY_ABSENCE) <= switched


def test_the_model_page_names_each_switch_beside_its_number() -> None:
    table = (ROOT / "docs" / "model.md").read_text(encoding="utf-8").split("### 2.1")[1].split("### 2.2")[0]
    rows = dict(re.findall(r"^\| (\d+) (.+)$", table, re.MULTILINE))
    assert {int(number) for number in rows} == NUMBERS
    for name, page in SWITCHES.items():
        assert [n for n, row in rows.items() if f"`{name}`" in row.split("|")[2]] == [str(page["number"])], name
