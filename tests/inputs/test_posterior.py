"""The posterior file: read back to the bit, refused where it is wrong, and one draw for each luck number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.inputs import InputError
from sim.inputs import posterior as module
from sim.inputs.library import Library
from sim.inputs.posterior import Posterior, load_posterior, posterior_register, posterior_toml, source_of
from sim.inputs.register import load_register, passports
from tests.inputs.made_posterior import made_posterior

HEAD = """
[posterior]
run_id = "fit-1"
date = 2026-11-22
method = "by hand"
target_digest = "aa"
prior_digest = "bb"
[posterior.versions]
numpy = "2.4.6"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "posterior.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, draws: str, head: str = HEAD) -> list[tuple[int | None, str, str]]:
    with pytest.raises(InputError) as caught:
        load_posterior(written(folder, head + draws))
    return [(p.line, p.field, p.problem) for p in caught.value.problems]


# --- the file ------------------------------------------------------------------------------------------------


def test_it_is_read_back_to_the_bit(tmp_path):
    made = made_posterior(7)
    found = load_posterior(written(tmp_path, posterior_toml(made)))
    assert found == made and found.digest == made.digest
    assert found.names == made.names
    np.testing.assert_array_equal(found.draws, made.draws)
    assert (found.run_id, found.method, found.versions) == (made.run_id, made.method, made.versions)


def test_a_file_by_hand(tmp_path):
    text = HEAD + '[draws]\n"trust.drift_rate" = [0.1, 0.2, 0.3]\n"children.attainment_noise" = [0.5, 0.6, 0.7]\n'
    found = load_posterior(written(tmp_path, text))
    assert found.names == ("children.attainment_noise", "trust.drift_rate")
    assert found.values(1) == {"children.attainment_noise": 0.6, "trust.drift_rate": 0.2}
    assert found.date == "2026-11-22"


def test_the_order_in_the_file_means_nothing(tmp_path):
    one, two = '"trust.drift_rate" = [0.1, 0.2]\n', '"children.attainment_noise" = [0.5, 0.6]\n'
    first = load_posterior(written(tmp_path, HEAD + "[draws]\n" + one + two))
    second = load_posterior(written(tmp_path, HEAD + "[draws]\n" + two + one))
    assert first == second and hash(first) == hash(second)
    assert first.values(0) == second.values(0)
    other = load_posterior(written(tmp_path, HEAD + "[draws]\n" + one + two.replace("0.6", "0.61")))
    assert other != first


@pytest.mark.parametrize(
    ("draws", "field", "problem"),
    [
        ('[draws]\n"trust.gravity" = [0.1]\n', "draws.trust.gravity", "no such parameter"),
        ('[draws]\n"trust.drift_rate" = [0.1, 1e9]\n', "draws.trust.drift_rate[2]", "outside the range"),
        ('[draws]\n"trust.drift_rate" = [0.1, "much"]\n', "draws.trust.drift_rate[2]", "must be a number"),
        ('[draws]\n"trust.drift_rate" = [true]\n', "draws.trust.drift_rate[1]", "must be a number"),
        ('[draws]\n"trust.drift_rate" = 0.1\n', "draws.trust.drift_rate", "must be an array"),
        ('[draws]\n"trust.drift_rate" = []\n', "draws.trust.drift_rate", "must be an array"),
        ("[draws]\ntrust.drift_rate = [0.1]\n", "draws.trust", "in quotes"),
        ('[draws]\n"costs.discount_rate" = [0.03]\n', "draws.costs.discount_rate", "conventions of appraisal"),
        ("[draws]\n", "draws", "missing or empty"),
        ("", "draws", "missing or empty"),
        ('[draws]\n"trust.drift_rate" = [0.1]\n[more]\nx = 1\n', "more", "no such table"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, draws, field, problem):
    ((_, where, what),) = problems(tmp_path, draws)
    assert where == field
    assert problem in what


def test_arrays_must_have_one_length_and_the_line_is_named(tmp_path):
    draws = '[draws]\n"trust.drift_rate" = [0.1, 0.2]\n"children.attainment_noise" = [0.5]\n'
    ((line, field, problem),) = problems(tmp_path, draws)
    assert (line, field) == (12, "draws.children.attainment_noise")
    assert problem == "has 1 draws, those above have 2"


@pytest.mark.parametrize("line", ['run_id = "fit-1"', 'method = "by hand"', 'prior_digest = "bb"'])
def test_the_head_is_complete(tmp_path, line):
    ((_, field, problem),) = problems(tmp_path, '[draws]\n"trust.drift_rate" = [0.1]\n', HEAD.replace(line, ""))
    assert field == f"posterior.{line.split()[0]}"
    assert problem == "is missing"


def test_versions_are_texts_and_strange_keys_are_refused(tmp_path):
    draws = '[draws]\n"trust.drift_rate" = [0.1]\n'
    assert problems(tmp_path, draws, HEAD.replace('"2.4.6"', "2"))[0][1] == "posterior.versions"
    assert problems(tmp_path, draws, HEAD.replace("run_id", 'weather = "fine"\nrun_id'))[0][1] == "posterior.weather"


def test_without_the_file_there_is_no_posterior_and_with_it_there_is(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "packaged", lambda: Library(tmp_path))
    module._packaged.cache_clear()
    assert load_posterior() is None and source_of("drawn") is None
    (tmp_path / "parameters").mkdir()
    written(tmp_path / "parameters", posterior_toml(made_posterior(3)))
    assert load_posterior() == made_posterior(3) == source_of("drawn")
    assert source_of("central") is None and source_of("central", made_posterior(3)) is None
    assert source_of("drawn", made_posterior(4)) == made_posterior(4)
    module._packaged.cache_clear()


def test_another_source_is_refused():
    with pytest.raises(ValueError, match="drawn, central"):
        source_of("guessed")


# --- draws ---------------------------------------------------------------------------------------------------


def test_the_draw_is_a_pure_function_of_the_luck_number_and_evenly_spread():
    made = made_posterior(8)
    numbers = [made.number(luck) for luck in range(8000)]
    assert numbers == [made.number(luck) for luck in range(8000)]
    counts = np.bincount(numbers, minlength=8)
    # Binomial(8000, 1/8): SD 29.6.
    assert len(counts) == 8 and np.abs(counts - 1000).max() < 5 * 30
    assert len({made.number(luck) for luck in (2**32, 2**32 + 1, 2**40, 2**63)}) > 1


def _flat(register):
    return {f"{g}.{k}": v for g, r in register.parameters._asdict().items() for k, v in r._asdict().items()}


def test_the_register_holds_the_draw_of_its_luck_number_and_nothing_else_moves():
    made, central = made_posterior(5), _flat(load_register())
    for luck in (1, 2, 77):
        assert _flat(posterior_register(made, luck)) == central | made.values(made.number(luck))
    assert _flat(posterior_register(None, 1)) == central


def test_own_values_win_over_the_draw_and_switches_over_both():
    made = made_posterior(5)
    own = {made.names[0]: passports()[made.names[0]].value}
    expected = _flat(load_register()) | made.values(made.number(3)) | own
    assert _flat(posterior_register(made, 3, own=own)) == expected
    draws = np.full((2, 1), 0.35)
    synergy = Posterior("x", "2026-11-22", {}, "a", "b", "hand", ("coordination.synergy",), draws)
    assert posterior_register(synergy, 1).parameters.coordination.synergy == 0.35
    assert posterior_register(synergy, 1, without=["synergy"]).parameters.coordination.synergy == 0.0


def test_an_own_value_outside_its_range_is_refused_still():
    with pytest.raises(InputError):
        posterior_register(made_posterior(5), 1, own={"trust.drift_rate": 1e9})
