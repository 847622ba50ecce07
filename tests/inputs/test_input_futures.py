"""Futures: dates, who is struck and how hard, combination, the library."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.futures import acts, in_order, in_words, month_in_words
from sim.inputs import InputError, check_files, list_ids, load_future
from sim.inputs.futures import SIZES
from sim.spec import Shock, ShockKind

HEAD = 'schema_version = 1\nid = "storm"\nname = "Storm"\n'


def load(folder: Path, text: str) -> Shock:
    """The one shock of a future that a text holds."""
    path = folder / "storm.toml"
    path.write_text(f"{HEAD}[[shocks]]\n{text}\n")
    (shock,) = load_future(path).shocks
    return shock


@pytest.mark.parametrize(
    ("dates", "months"),
    [
        ("", (0, None)), ('start = "2026-09"', (0, None)), ('start = "2029-03"\nstop = "2029-03"', (30, 1)),
        ('start = "2027-09"\nstop = "2031-08"', (12, 48)), ('stop = "2028-02"', (0, 18)),
        ("start_month = 7\nmonths = 5", (7, 5)), ('start_month = 12\nstop = "2028-08"', (12, 12)),
        ('start = "2027-09"\nmonths = 6', (12, 6)),
    ],
)  # fmt: skip
def test_dates_become_months(dates: str, months: tuple[int, int | None], tmp_path: Path) -> None:
    shock = load(tmp_path, f'kind = "income"\nsize = 0.9\n{dates}')
    assert (shock.start_month, shock.months) == months
    assert acts(shock, shock.start_month) and not acts(shock, shock.start_month - 1)


def test_another_first_september_moves_the_dates(tmp_path: Path) -> None:
    path = tmp_path / "storm.toml"
    path.write_text(HEAD + 'first_september = 2028\n[[shocks]]\nkind = "work"\nsize = 0.9\nstart = "2029-09"\n')
    assert load_future(path).shocks[0].start_month == 12


@pytest.mark.parametrize("kind", sorted(SIZES))
def test_every_kind_has_a_range_and_words(kind: ShockKind) -> None:
    low, high, _ = SIZES[kind]
    told = in_words(Shock(kind=kind, size=high, start_month=30))
    assert low <= high and "March of year 3" in told
    assert "nobody" not in told


def test_words_say_how_long() -> None:
    assert month_in_words(0) == "September of year 1"
    shock = Shock(kind="income", size=0.957, start_month=12, months=12)
    assert in_words(shock) == "the money coming in buys 95.7 % of what it did, September of year 2 to August of year 2"


def test_futures_are_joined_by_a_plus_in_any_order(tmp_path: Path) -> None:
    both = load_future("recession+pandemic_year_3")
    assert both == load_future("pandemic_year_3+recession")
    assert both.id == "pandemic_year_3+recession"
    alone = [load_future(name) for name in ("recession", "pandemic_year_3")]
    assert both.shocks == in_order(shock for future in alone for shock in future.shocks)
    assert load_future("none+recession").id == "recession"
    mine = tmp_path / "my+storm.toml"
    mine.write_text(HEAD + '[[shocks]]\nkind = "work"\nsize = 0.9\n')
    assert load_future(str(mine)).id == load_future(mine).id == "storm"
    plain = mine.rename(tmp_path / "storm.toml")
    assert load_future(f"{plain}+recession").id == "recession+storm"


def test_a_future_may_extend_another(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('schema_version = 1\nextends = "recession"\nid = "mine"\nname = "Ours"\n')
    (found,) = check_files([path])
    assert found.ok and found.kind == "future"
    assert load_future(path).shocks == load_future("recession").shocks


@pytest.mark.parametrize("ref", ["recession+", "+", "recession+recession", "recesion", "a b", "x" * 900, "a\0b", ""])
def test_a_future_that_cannot_be_found_is_explained(ref: str) -> None:
    with pytest.raises(InputError) as caught:
        load_future(ref)
    assert caught.value.problems[0].remedy


def test_the_library_holds_what_planners_ask_for() -> None:
    wanted = {
        "none", "funding_cliff", "funding_delay", "austerity_hub_closed", "recession", "cost_of_living",
        "pandemic_year_3", "regeneration_churn", "lead_partner_lost", "school_academised", "school_failing",
        "good_years", "backbone_removed_year_5", "posts_halved",
    }  # fmt: skip
    assert set(list_ids("future")) == wanted
    for name in wanted:
        future = load_future(name)
        assert future.about
        assert all(shock.source and shock.note for shock in future.shocks), name
        assert (future.shocks == ()) == (name == "none")
