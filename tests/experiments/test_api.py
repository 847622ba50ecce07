"""The Python door: names load when asked for, take ids, files and records, and the how-to runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.inputs import InputError, load_place, load_strategy
from sim.spec import Future, Place, Strand, Strategy
from tests.engine.worlds import TWIN, neighbourhood

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "python.md"
LESSONS = re.findall(r"```python\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)


def test_import_sim_stays_light() -> None:
    heavy = "{'numba', 'pandas', 'mesa', 'numpy', 'pydantic'}"
    script = f"import sys, sim; print(sorted({{m.split('.')[0] for m in sys.modules}} & {heavy}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]"


def test_what_is_promised_is_there() -> None:
    assert all(callable(getattr(sim, name)) for name in sim.__all__)
    assert set(sim.__all__) <= set(dir(sim))
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = sim.nothing_like_it


def test_load_knows_what_an_id_is(tmp_path: Path) -> None:
    kinds = {"wallsend": Place, "early_start": Strategy, "mentoring": Strand, "recession": Future}
    for name, kind in kinds.items():
        assert isinstance(sim.load(name), kind)
    own = tmp_path / "mine.toml"
    own.write_text('schema_version = 1\nkind = "strategy"\nextends = "early_start"\nid = "mine"\nname = "Mine"\n')
    found = sim.load(own, "strategy")
    assert isinstance(found, Strategy) and found.strands == load_strategy("early_start").strands


@pytest.mark.parametrize("name", ["nowhere", "nowhere.toml"])
def test_load_says_what_there_is_not(name: str) -> None:
    with pytest.raises(InputError, match="nowhere"):
        sim.load(name)


def test_ids_and_records_are_the_same_to_the_bit() -> None:
    place = neighbourhood(80)
    one = sim.compare("early_start", place=place, replications=1, years=1, threads=1)
    two = sim.run(load_strategy("early_start"), place, replications=1, years=1, threads=1)
    pd.testing.assert_frame_equal(one.results, two.results)
    assert one.digest == two.digest


@pytest.mark.parametrize("wrong", [{"years": 0}, {"evidence": "rosy"}])
def test_wrong_words_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        sim.diary(TWIN, neighbourhood(80), **wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="strategy"):
        sim.compare()


def test_a_diary_is_of_the_replication_of_its_luck_number() -> None:
    place = neighbourhood(80)
    found = sim.diary("early_start", place, 3, seed=4, years=1)
    assert (found.seed, found.child) == (4, 3)
    assert load_place("wallsend").id == "wallsend"


def test_the_how_to_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "how_to"}
    for lesson in LESSONS:
        exec(compile(lesson, str(HOW_TO), "exec"), names)
    assert len(LESSONS) >= 4
