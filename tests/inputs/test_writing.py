"""A strategy written as a file and read again is the same strategy, whatever it holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.inputs import list_ids, load_place, load_strategy
from sim.inputs.checking import check_files
from sim.inputs.writing import place_toml, strategy_toml
from sim.spec import PlannedStrand, Strategy


@pytest.mark.parametrize("name", list_ids("strategy"))
def test_every_packaged_strategy_comes_back_to_the_bit(name: str, tmp_path: Path) -> None:
    strategy = load_strategy(name)
    path = tmp_path / "again.toml"
    path.write_text(strategy_toml(strategy), encoding="utf-8")
    assert load_strategy(path) == strategy
    assert check_files([path])[0].ok


def test_quotes_line_breaks_and_signs_survive(tmp_path: Path) -> None:
    strategy = Strategy(
        id="odd", name='A "quoted" \\ name – with £ and \u2028', about="two\nlines = [1]", money_gbp={"council": 1 / 3},
        strands=(PlannedStrand(strand="mentoring", reach_share=0.1 + 0.2),),
    )  # fmt: skip
    path = tmp_path / "odd.toml"
    path.write_text(strategy_toml(strategy, ["made by a search\nof 3"]), encoding="utf-8")
    assert load_strategy(path) == strategy
    assert path.read_text(encoding="utf-8").startswith("# made by a search of 3\nschema_version = 1\nkind")


@pytest.mark.parametrize("name", ["wallsend", "england_decile_3", "family_strained_estate"])
def test_places_come_back_to_the_bit(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.toml"
    path.write_text(place_toml(load_place(name)), encoding="utf-8")
    assert load_place(path) == load_place(name)
    assert check_files([path])[0].ok
