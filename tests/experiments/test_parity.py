"""Parity: the same code passes with every z nought, other luck passes within chance, a planted shift is caught."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.experiments import parity as module
from sim.experiments.parity import Cell, Pinned, Stored, allowed, answer, judge, load_stored, parity, save, z_score
from sim.inputs import InputError
from sim.inputs.posterior import Posterior
from sim.inputs.register import passports
from tests.inputs.made_posterior import made_posterior

#: A small set made up for the test.
SMALL = (
    Pinned("one", "england_decile_2", "family_first", 1, 200),
    Pinned("two", "england_decile_5", "schools_only", 1, 150),
)
SEEDS = 8
PLANTED = ("families.distress_level", "reference.sdq_high_line")


def one_draw(run_id: str, **changed: float) -> Posterior:
    """A posterior of one draw: the passports' values of ``PLANTED``, unless changed."""
    values = [changed.get(name.partition(".")[2], passports()[name].value) for name in PLANTED]
    return Posterior(run_id, "2026-11-22", {}, "t", "p", "hand", PLANTED, np.array([values]))


#: What every run of the small set draws from, so that a packaged posterior changes nothing here.
BASE = one_draw("base")


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parity")
    save("0.0.1", where=folder, pinned=SMALL, seeds=SEEDS, posterior=BASE, threads=2)
    return folder


@pytest.fixture(scope="module")
def stored(where: Path) -> Stored:
    return load_stored("0.0.1", where)


# --- one cell, by hand ---------------------------------------------------------------------------------------


def cell(mean: float, sd: float, n: int = 30, indicator: str = "gld") -> Cell:
    return Cell("one", indicator, "all", "twin", mean, sd, n)


def test_z_by_hand() -> None:
    # Standard error: sqrt(9 / 30 + 16 / 20) = sqrt(1.1).
    assert z_score(cell(10.0, 3.0), cell(12.0, 4.0, 20)) == pytest.approx(2.0 / 1.1**0.5)
    assert z_score(cell(10.0, 3.0), cell(10.0 + 1e-12, 3.0)) == 0.0
    assert z_score(cell(4.0, 0.0), cell(5.0, 0.0)) == 99.0
    assert z_score(cell(4.0, 0.0), cell(3.0, 0.0)) == -99.0
    assert z_score(cell(0.0, 0.0), cell(0.0, 0.0)) == 0.0


def fake(n: int, seed: int, shift: float = 0.0) -> dict[tuple[str, str, str, str], np.ndarray]:
    """Values of ``n`` unrelated cells over 30 seeds."""
    generator = np.random.default_rng(seed)
    return {("one", f"i{i:03}", "all", "twin"): 5.0 + shift + generator.standard_normal(30) for i in range(n)}


def made_stored(values: dict[tuple[str, str, str, str], np.ndarray]) -> Stored:
    return Stored("0.0.1", "2026-11-22", 1, 30, None, SMALL, allowed(values), tuple(module._cells(values)))


def test_other_luck_is_within_chance_nearly_always() -> None:
    then = made_stored(fake(200, 0))
    found = [judge(then, module._cells(fake(200, seed)), 99) for seed in range(1, 101)]
    assert sum(not f.agrees for f in found) <= 4


def test_a_shift_of_one_sd_is_caught_whatever_the_luck() -> None:
    then = made_stored(fake(200, 0))
    for seed in range(1, 21):
        found = judge(then, module._cells(fake(200, seed, 1.0)), 99)
        assert not found.agrees and found.beyond > 0.5


def test_cells_that_go_together_are_allowed_to_stray_together() -> None:
    ten = list(fake(10, 0).values())
    together = {("one", f"i{i:03}", "all", "twin"): ten[i % 10] * (1 + i) for i in range(100)}
    assert allowed(together) > allowed(fake(100, 0))


def test_a_single_cell_is_judged_by_the_line_for_all_of_them() -> None:
    then = made_stored(fake(200, 0))
    # t with 58 degrees of freedom, two-sided 0.01 / 200: between 4.3 and 4.5.
    found = judge(then, then.cells, 99)
    assert 4.2 < found.line < 4.6
    far = [replace(c, mean=c.mean + 1.5 * c.sd) if c.indicator == "i007" else c for c in then.cells]
    caught = judge(then, far, 99)
    assert not caught.agrees and "largest z" in caught.reasons[0]
    assert caught.largest[0].cell.indicator == "i007"


def test_on_the_same_luck_one_shifted_cell_is_caught_and_on_other_luck_it_is_not() -> None:
    then = made_stored(fake(200, 0))
    far = [replace(c, mean=c.mean + c.sd) if c.indicator == "i007" else c for c in then.cells]
    assert not judge(then, far, 1).agrees
    assert judge(then, far, 99).agrees


def test_a_lost_cell_is_told_and_a_new_indicator_changes_no_verdict() -> None:
    then = made_stored(fake(50, 0))
    lost = judge(then, then.cells[1:], 1)
    assert lost.reasons == ("1 cells are not there any more",)
    new = judge(then, [*then.cells, cell(1.0, 0.1)], 1)
    assert new.agrees and len(new.gone) == 1 and "not compared" in new.notes[0]


# --- a small pinned set, run ---------------------------------------------------------------------------------


def test_the_same_code_gives_the_same_bits(where: Path) -> None:
    found = parity("0.0.1", where=where, threads=1, posterior=BASE)
    assert found.agrees and found.same_luck
    assert found.same == found.cells > 100
    assert (found.beyond, found.largest, found.gone, found.reasons, found.notes) == (0.0, (), (), (), ())


def test_other_luck_passes_within_chance(where: Path) -> None:
    found = parity("0.0.1", where=where, seed=501, threads=2, posterior=BASE)
    assert found.agrees, found.reasons
    assert not found.same_luck and 0 < found.same < found.cells
    assert 0.0 <= found.beyond <= found.allowed < 0.2


def test_numbers_shifted_by_one_sd_are_caught(where: Path, stored: Stored, tmp_path: Path) -> None:
    shifted = replace(stored, cells=tuple(replace(c, mean=c.mean + 2.0 * c.sd) for c in stored.cells))
    (tmp_path / "0.0.1.json").write_text(module._text(shifted), encoding="utf-8")
    found = parity("0.0.1", where=tmp_path, threads=2, posterior=BASE)
    # With eight seeds a shift of two SD is z = 2 / sqrt(2 / 8) = 4.
    assert not found.agrees and found.beyond > 0.5
    assert abs(found.largest[0].z) == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("name", "value", "moves"), [("sdq_high_line", 14.0, "sdq_high"), ("distress_level", 0.8, "distress")]
)
def test_a_changed_parameter_is_caught(where: Path, name: str, value: float, moves: str) -> None:
    found = parity("0.0.1", where=where, threads=2, posterior=one_draw("base", **{name: value}))
    assert not found.agrees
    assert any(c.cell.indicator.startswith(moves) for c in found.largest)
    assert not any("posterior" in note for note in found.notes)


def test_another_posterior_is_told(where: Path) -> None:
    found = parity("0.0.1", where=where, posterior=made_posterior(4), threads=2)
    assert found.notes[0].startswith("parameters came from the posterior base then and come from the posterior made-1")


# --- the file ------------------------------------------------------------------------------------------------


def test_the_file_is_read_back_to_the_bit(where: Path, stored: Stored) -> None:
    text = (where / "0.0.1.json").read_text(encoding="utf-8")
    assert module._text(stored) == text
    assert (stored.version, stored.seeds, stored.scenarios) == ("0.0.1", SEEDS, SMALL)
    assert {c.reading for c in stored.cells} == {"twin", "difference"}
    assert {c.group for c in stored.cells} == {"all", "disadvantaged"}


def test_released_numbers_are_never_written_over(where: Path) -> None:
    before = (where / "0.0.1.json").read_bytes()
    with pytest.raises(InputError) as caught:
        save("0.0.1", where=where, pinned=SMALL, seeds=SEEDS)
    assert "stored already" in str(caught.value)
    assert (where / "0.0.1.json").read_bytes() == before


@pytest.mark.parametrize("name", ["../0.1", "", ".hidden", "a/b", "x" * 50])
def test_a_name_that_is_no_version_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        save(name, where=tmp_path, pinned=SMALL, seeds=SEEDS)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_version_names_those_there_are(where: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        parity("9.9.9", where=where)
    assert "there are: 0.0.1" in str(caught.value)
    with pytest.raises(InputError) as caught:
        parity("9.9.9", where=tmp_path)
    assert "none is stored yet" in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": "x"}', "nonsense"])
def test_a_damaged_file_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "0.0.2.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_stored("0.0.2", tmp_path)
    assert "cannot be read" in str(caught.value)


def test_the_answer_is_json(where: Path) -> None:
    found = parity("0.0.1", where=where, threads=2, posterior=BASE)
    told = json.loads(json.dumps(answer(found), allow_nan=False))
    assert (told["agrees"], told["cells"], told["version"]) == (True, found.cells, "0.0.1")


def test_the_pinned_scenarios_are_three_different_places_and_strategies() -> None:
    assert len(module.PINNED) == 3 == len({p.place for p in module.PINNED}) == len({p.strategy for p in module.PINNED})
