"""Whatever happens to a folder of results, a session or a register, reading it says what is wrong and where."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.experiments import sweep_folders
from sim.experiments.register import Shelf, entry_of, read_actuals, score
from sim.experiments.search import store as searches
from sim.experiments.sweeps import load_sweep, sweep
from sim.inputs import InputError, load_study
from sim.inputs.posterior import load_posterior, posterior_toml
from sim.inputs.targets import load_targets
from sim.outputs import OutputError, read_run_folder, write_run_folder
from sim.outputs.folders import MANIFEST
from sim.workshops import journal
from tests.experiments.studies import made_study
from tests.experiments.test_register import made_entry
from tests.inputs.made_posterior import made_posterior
from tests.inputs.test_input_targets import text as target_text
from tests.report.made import made_comparison
from tests.robustness.mutations import SAME_EACH_TIME, TRIES, Mutation, one_of_many
from tests.robustness.test_bad_studies import ROWS
from tests.workshops.classes import GUESS, RUN, begin, finish, go, guess, join, small

QUESTION = {"place": "pembury", "money": 100.0, "parts": ["neli", "mentoring"]}
CSV = "indicator,group,year,value,n,se\ngld,all,3,0.6,310,\ngld,,2,0.5,,0.03\n"


@dataclass(frozen=True)
class Kind:
    """Something zonesim reads back. ``make(folder)`` fills a folder; ``read(folder)`` is what is tried."""

    make: Callable[[Path], object]
    read: Callable[[Path], object]


def _run_folder(folder: Path) -> None:
    landed = write_run_folder(made_comparison(), folder / "run", "zonesim run", datetime(2026, 1, 1, tzinfo=UTC))
    assert landed == folder / "run"


def _read_run(folder: Path) -> None:
    run = read_run_folder(folder / "run")
    entry_of(run, folder, strategy=run.strategies[0].id if run.strategies else None)


def _read_sweep(folder: Path) -> None:
    study = made_study()
    sweep_folders.open_folder(folder, study, sweep_folders.stored_design(folder), True, 0)
    _ = load_sweep(folder).results


def _register(folder: Path) -> None:
    Shelf(folder).save(made_entry())


def _read_register(folder: Path) -> None:
    shelf = Shelf(folder)
    (folder.parent / "right.csv").write_text(CSV)
    for name in shelf.names():
        entry = shelf.load(name)
        score(entry, read_actuals(folder.parent / "right.csv", entry))


def _class(folder: Path) -> None:
    room = begin(folder)
    (team,) = join(room, "Foxes")
    go(room, GUESS)
    guess(room, team)
    go(room, RUN)
    room.act(team, "run")
    finish(room, team)
    room.close()


def _read_class(folder: Path) -> None:
    from sim.workshops import views
    from sim.workshops.codes import same

    session = journal.resume(small(folder), folder / "class.jsonl")
    session.journal.close()
    assert not any(same("neither of them", right) for right in (session.heading.code, session.heading.key))
    for team in session.state.teams.values():
        views.learner_view(small(folder), session.state, team, session.heading.salt)
    views.desk_view(small(folder), session.state, session.heading.salt)


def _search(folder: Path) -> None:
    found = searches.open_folder(folder / "search", QUESTION, resume=False)
    for luck in range(4):
        found.put(("digest", "none", luck), [1.0, 2.5])
    found.close()


def _read_search(folder: Path) -> None:
    found = searches.open_folder(folder / "search", QUESTION, resume=True)
    for luck in range(4):
        values = found.get(("digest", "none", luck))
        assert values is None or all(isinstance(value, float) for value in values)
    found.put(("digest", "none", 9), [1.0, 2.5])
    found.close()


def _texts(folder: Path) -> None:
    (folder / "posterior.toml").write_text(posterior_toml(made_posterior()))
    (folder / "targets.toml").write_text(target_text(measure='"gld"') + target_text(id='"other"'))
    (folder / "actuals.csv").write_text(CSV)
    (folder / "points.csv").write_text("effects.size,trust.drift_rate\n0.5,0.01\n1.5,0.02\n")
    (folder / "study.toml").write_text(ROWS)


def _read_texts(folder: Path) -> None:
    for read in (
        lambda: load_posterior(folder / "posterior.toml"), lambda: load_targets(folder / "targets.toml"),
        lambda: read_actuals(folder / "actuals.csv", made_entry()), lambda: load_study(folder / "study.toml"),
    ):  # fmt: skip
        try:
            read()
        except InputError as error:
            _readable(error)


KINDS = {
    "run": Kind(_run_folder, _read_run),
    "sweep": Kind(lambda folder: sweep(made_study(), folder, workers=0), _read_sweep),
    "register": Kind(_register, _read_register),
    "class": Kind(_class, _read_class),
    "search": Kind(_search, _read_search),
    "texts": Kind(_texts, _read_texts),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The unharmed folder of a kind, made once."""
    made: dict[str, Path] = {}

    def of(name: str) -> Path:
        if name not in made:
            made[name] = tmp_path_factory.mktemp("whole") / name
            made[name].mkdir()
            KINDS[name].make(made[name])
        return made[name]

    return of


def _readable(error: Exception) -> None:
    said = str(error)
    assert all(line.isprintable() for line in said.split("\n")), said
    assert len(said) < 2000 and "http" not in said and "Traceback" not in said, said


def harmed(of: Path, into: Path, harm: Callable[[Path], Any]) -> Path:
    shutil.rmtree(into, ignore_errors=True)
    shutil.copytree(of, into)
    harm(into)
    return into


def files_in(folder: Path) -> list[str]:
    """Names of the files that may be harmed; those a person wrote beside them are not."""
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.name != "small.toml")


def _write(path: Path, mutation: Mutation) -> None:
    path.write_bytes(mutation(path.read_bytes()))


@pytest.mark.parametrize("name", KINDS)
def test_unharmed_it_is_read(name: str, whole: Callable[[str], Path], tmp_path: Path) -> None:
    KINDS[name].read(harmed(whole(name), tmp_path / "same", lambda _: None))


@pytest.mark.parametrize("name", KINDS)
@settings(
    deadline=None, max_examples=TRIES, derandomize=SAME_EACH_TIME,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(data=st.data())
def test_any_harm_is_told(
    name: str, data: st.DataObject, whole: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    good = whole(name)
    file = data.draw(st.sampled_from(files_in(good)))
    mutation = data.draw(one_of_many(file))
    folder = harmed(good, tmp_path_factory.getbasetemp() / f"harmed-{name}", lambda f: _write(f / file, mutation))
    try:
        KINDS[name].read(folder)
    except (InputError, OutputError) as error:
        _readable(error)


@pytest.mark.parametrize(
    "change", [{"warnings": None}, {"warnings": [3]}, {"runs": {}}, {"runs": {"planned": "4"}}, {"stopped": "no"}]
)
def test_a_manifest_that_does_not_say_what_is_done_is_told(
    change: dict[str, Any], whole: Callable[[str], Path], tmp_path: Path
) -> None:
    def harm(folder: Path) -> None:
        file = folder / MANIFEST
        file.write_text(json.dumps(json.loads(file.read_text()) | change))

    with pytest.raises(OutputError, match="does not say what is done"):
        load_sweep(harmed(whole("sweep"), tmp_path / "harmed", harm))


@pytest.mark.parametrize("name", [name for name in KINDS if name != "texts"])
def test_any_file_gone_or_a_folder_in_its_place_is_told(
    name: str, whole: Callable[[str], Path], tmp_path: Path
) -> None:
    for file in files_in(whole(name)):
        for harm in (_gone, _folder_instead):
            folder = harmed(whole(name), tmp_path / "harmed", lambda f, file=file, harm=harm: harm(f / file))
            try:
                KINDS[name].read(folder)
            except (InputError, OutputError) as error:
                _readable(error)


def _gone(path: Path) -> None:
    path.unlink()


def _folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()
