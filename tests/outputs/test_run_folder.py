"""The run folder: comes back as it was written, whole or not at all, never over something else."""

from __future__ import annotations

import errno
import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from sim.outputs import FRAMES, OutputError, StoredComparison, claim_folder, read_run_folder, store, write_run_folder
from sim.outputs.dictionary import COLUMNS
from sim.outputs.folders import write_file
from sim.outputs.records import ParametersUsed
from tests.report.made import made_comparison, theory_strategies, together_strategies

STARTED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
COMMAND = "zonesim compare a b"


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_everything_comes_back(comparison: StoredComparison, tmp_path: Path) -> None:
    written = write_run_folder(comparison, tmp_path / "deep" / "run", COMMAND, STARTED)
    back = read_run_folder(written)
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(back, name), getattr(comparison, name), check_dtype=False)
    for name in (
        "place",
        "strategies",
        "future",
        "evidence",
        "replications",
        "seed",
        "years",
        "without",
        "including",
        "warnings",
    ):
        assert getattr(back, name) == getattr(comparison, name), name
    assert back.digest == comparison.digest
    assert back.command == COMMAND


def test_where_the_parameters_came_from_comes_back(tmp_path: Path) -> None:
    used = ParametersUsed("drawn", "fit-1", "ab12", 500)
    folder = write_run_folder(made_comparison(used=used), tmp_path / "run", COMMAND, STARTED)
    assert read_run_folder(folder).parameters == used
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["parameters"] == {"mode": "drawn", "posterior": "fit-1", "digest": "ab12", "draws": 500}
    (draw,) = [column for column in columns_of(folder, "runs") if column["name"] == "draw"]
    assert "posterior" in draw["definition"]
    # A folder written before there was a posterior took the central values.
    del manifest["parameters"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert read_run_folder(folder).parameters == ParametersUsed("central")


def test_a_theory_comes_back_with_its_steps_and_is_explained(tmp_path: Path) -> None:
    made = made_comparison(theory_strategies())
    folder = write_run_folder(made, tmp_path / "run", COMMAND, STARTED)
    back = read_run_folder(folder)
    pd.testing.assert_frame_equal(back.theory, made.theory, check_dtype=False)
    assert back.strategies[0].theory_of_change == made.strategies[0].theory_of_change
    columns = json.loads((folder / "dictionary.json").read_text())["tables"]["theory"]
    assert all(column["definition"] for column in columns)
    (kind,) = [column for column in columns if column["name"] == "kind"]
    assert "outcome" in kind["definition"], "kind means another thing in the table fit"


def test_events_and_analysis_come_back_and_are_explained(tmp_path: Path) -> None:
    made = made_comparison(together_strategies())
    folder = write_run_folder(made, tmp_path / "run", COMMAND, STARTED)
    back = read_run_folder(folder)
    for name in ("events", "analysis"):
        frame = getattr(made, name)
        assert len(frame) > 0
        pd.testing.assert_frame_equal(getattr(back, name), frame, check_dtype=False)
        columns = columns_of(folder, name)
        assert all(column["plain_name"] and column["unit"] and column["definition"] for column in columns)
    (kind,) = [column for column in columns_of(folder, "events") if column["name"] == "kind"]
    assert "cut_back" in kind["definition"], "kind means another thing in the table fit"


def columns_of(folder: Path, table: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads((folder / "dictionary.json").read_text())["tables"][table]
    return found


def test_manifest_says_how_to_repeat_the_run(comparison: StoredComparison, tmp_path: Path) -> None:
    manifest = json.loads(
        (write_run_folder(comparison, tmp_path / "run", COMMAND, STARTED) / "manifest.json").read_text()
    )
    assert manifest["schema"] == 3
    assert manifest["command"] == COMMAND
    assert manifest["started"] == "2026-01-02T03:04:05Z"
    assert manifest["ended"].endswith("Z")
    assert manifest["asked"]["seeds"] == [1000 + r for r in range(comparison.replications)]
    assert manifest["scenario"]["place"]["id"] == comparison.place.id
    assert {"python", "numpy", "pandas", "pyarrow"} <= set(manifest["environment"])


def test_dictionary_explains_every_column_and_indicator(comparison: StoredComparison, tmp_path: Path) -> None:
    folder = write_run_folder(comparison, tmp_path / "run", COMMAND, STARTED)
    dictionary = json.loads((folder / "dictionary.json").read_text())
    for name in FRAMES:
        frame = getattr(comparison, name)
        assert set(frame.columns) <= set(COLUMNS), name
        assert [column["name"] for column in dictionary["tables"][name]] == list(frame.columns)
    for indicator in comparison.results["indicator"].unique():
        row = dictionary["indicators"][indicator]
        assert all(row[key] for key in ("name", "plain_name", "unit", "definition", "source"))


def test_a_former_run_gets_a_numbered_neighbour(comparison: StoredComparison, tmp_path: Path) -> None:
    names = [write_run_folder(comparison, tmp_path / "run", COMMAND, STARTED).name for _ in range(3)]
    assert names == ["run", "run-2", "run-3"]


def test_an_empty_folder_is_used(comparison: StoredComparison, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    assert write_run_folder(comparison, tmp_path / "run", COMMAND, STARTED) == tmp_path / "run"


def test_a_folder_with_something_else_is_left_alone(comparison: StoredComparison, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("mine")
    with pytest.raises(OutputError, match="already holds something") as caught:
        write_run_folder(comparison, tmp_path / "thesis", COMMAND, STARTED)
    assert "--out" in caught.value.remedy
    assert left_behind(tmp_path) == ["thesis"]
    assert left_behind(tmp_path / "thesis") == ["chapter.txt"]


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(OutputError, match="a file, not a folder"):
        claim_folder(tmp_path / "run")
    with pytest.raises(OutputError):
        claim_folder(tmp_path / "run" / "below")


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "disk is full"), (errno.EROFS, "read-only"), (errno.EACCES, "may not write")]
)
def test_a_disk_that_refuses_leaves_nothing_behind(
    comparison: StoredComparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def refuse(content: object, path: Path) -> None:
        path.write_text("half")
        raise OSError(number, "refused")

    monkeypatch.setattr(store, "_write_json", refuse)
    with pytest.raises(OutputError, match=words) as caught:
        write_run_folder(comparison, tmp_path / "run", COMMAND, STARTED)
    assert str(tmp_path / "run") in str(caught.value)
    assert left_behind(tmp_path) == []


def test_an_error_in_between_leaves_nothing_behind(comparison: StoredComparison, tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "figure.png").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_run_folder(comparison, tmp_path / "run", COMMAND, STARTED, fail)
    assert left_behind(tmp_path) == []


def test_a_single_file_is_whole_or_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "briefing.html"
    write_file(target, "first")

    def refuse(handle: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("sim.outputs.folders.os.fsync", refuse)
    with pytest.raises(OutputError, match="disk is full"):
        write_file(target, "second")
    assert target.read_text() == "first"
    assert left_behind(tmp_path) == ["briefing.html"]


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        (None, "not a run folder"),
        ("{", "cannot be read"),
        ('{"schema": 99}', "schema 99"),
        # Folders from before events and analysis were written.
        ('{"schema": 1}', "schema 1, this version reads 3"),
        ('{"schema": 3}', "damaged"),
    ],
)
def test_what_is_no_run_folder_is_said_so(tmp_path: Path, manifest: str | None, words: str) -> None:
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(OutputError, match=words):
        read_run_folder(tmp_path)


def test_a_damaged_table_is_said_so(comparison: StoredComparison, tmp_path: Path) -> None:
    folder = write_run_folder(comparison, tmp_path / "run", COMMAND, STARTED)
    (folder / "results.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(OutputError, match="damaged"):
        read_run_folder(folder)


def test_a_number_that_was_changed_afterwards_is_told(comparison: StoredComparison, tmp_path: Path) -> None:
    folder = write_run_folder(comparison, tmp_path / "run", COMMAND, STARTED)
    table = pd.read_parquet(folder / "yearly.parquet")
    table.loc[0, "value"] += 1.0
    table.to_parquet(folder / "yearly.parquet")
    with pytest.raises(OutputError, match=r"yearly\.parquet is not as it was written"):
        read_run_folder(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    # A folder of an older version does not say what was written.
    del manifest["files"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert read_run_folder(folder).yearly["value"][0] == table["value"][0]
