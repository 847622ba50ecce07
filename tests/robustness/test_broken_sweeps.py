"""A full disk, a folder that may not be written, a damaged part, another study: a clear message, and nothing lost."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from sim.experiments import parts, sweep_folders, sweeps
from sim.experiments.cluster import ClusterError, check_address
from sim.experiments.points import RESULTS_VERSION, Answer
from sim.experiments.sweeps import Sweep, load_sweep, sweep
from sim.outputs.folders import OutputError
from sim.spec import Design
from tests.experiments.studies import made_study

STUDY = made_study()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    return sweep(STUDY, tmp_path_factory.mktemp("sweep") / "whole", workers=0, batch_s=0.001)


def copy_of(whole: Sweep, folder: Path) -> Path:
    import shutil

    return Path(shutil.copytree(whole.folder, folder))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_disk_that_refuses_parts_stops_the_sweep_and_keeps_what_is_done(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: Sweep
):
    write, written = os.replace, []

    def replace(source: object, target: object) -> None:
        if "part-" in Path(str(target)).name:
            if len(written) == 1:
                raise OSError(code, os.strerror(code))
            written.append(target)
        write(source, target)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(OutputError, match="kept"):
        sweep(STUDY, tmp_path / "full", workers=0, batch_s=0.01)
    monkeypatch.undo()
    stopped = load_sweep(tmp_path / "full")
    assert len(parts.parts_in(stopped.folder)) == 1 and not list(stopped.folder.rglob("*.tmp"))
    again = sweep(STUDY, tmp_path / "full", workers=0, resume=True)
    assert again.complete and 0 < again.manifest["runs"]["made_now"] < 6
    assert (again.folder / "runs.parquet").read_bytes() == (whole.folder / "runs.parquet").read_bytes()


@pytest.mark.parametrize("place", ["/proc/sweep", "/dev/null/sweep"])
def test_a_folder_that_cannot_be_made(place: str):
    with pytest.raises(OutputError):
        sweep(STUDY, Path(place), workers=0)


def test_a_file_and_a_folder_of_something_else(tmp_path: Path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="a file, not a folder"):
        sweep(STUDY, tmp_path / "file", workers=0)
    with pytest.raises(OutputError, match="not a sweep"):
        sweep(STUDY, tmp_path, workers=0)
    assert contents(tmp_path) == {"file": b"mine"}


@pytest.mark.parametrize("harm", ["cut", "flipped", "empty", "exchanged"])
def test_a_damaged_part_is_named_set_aside_and_made_again(harm: str, whole: Sweep, tmp_path: Path):
    folder = copy_of(whole, tmp_path / "damaged")
    part, other = parts.parts_in(folder)[0], parts.parts_in(folder)[-1]
    content = part.read_bytes()
    if harm == "exchanged":
        assert part != other
        content = other.read_bytes()
    chunk = parquet.read_metadata(part).row_group(0).column(1)
    at = chunk.data_page_offset + chunk.total_compressed_size - 5
    part.write_bytes(
        {
            "cut": content[: len(content) // 2], "empty": b"", "exchanged": content,
            "flipped": content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :],
        }[harm]
    )  # fmt: skip
    with pytest.raises(ValueError, match=r"cannot be read|not hold"):
        parts.read_part(part, STUDY.outcomes)
    again = sweep(STUDY, folder, workers=0, resume=True)
    assert again.complete and again.manifest["runs"]["made_now"] >= 1
    (warning,) = again.warnings
    assert part.name in warning and "set_aside" in warning
    assert (folder / "set_aside" / part.name).exists()
    assert (folder / "runs.parquet").read_bytes() == (whole.folder / "runs.parquet").read_bytes()


def test_without_resume_a_sweep_is_not_touched(whole: Sweep):
    before = contents(whole.folder)
    with pytest.raises(OutputError, match="--resume"):
        sweep(STUDY, whole.folder, workers=0)
    assert contents(whole.folder) == before


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"years": 2}, "years"), ({"outcomes": ("gbp_total",)}, "outcomes"), ({"seed": 7}, "seed"),
        ({"design": Design(kind="grid", points=4)}, "design"), ({"strategies": STUDY.strategies[:1]}, "strategies"),
    ],
)  # fmt: skip
def test_a_folder_of_another_study(change: dict[str, object], named: str, whole: Sweep):
    before = contents(whole.folder)
    with pytest.raises(OutputError, match=f"another study.*{named}"):
        sweep(STUDY.model_copy(update=change), whole.folder, workers=0, resume=True)
    assert contents(whole.folder) == before


def test_a_folder_of_another_version(whole: Sweep, monkeypatch: pytest.MonkeyPatch):
    before = contents(whole.folder)
    monkeypatch.setattr(sweep_folders, "RESULTS_VERSION", 99)
    with pytest.raises(OutputError, match=f"results of version {RESULTS_VERSION}, this is version 99"):
        sweep(STUDY, whole.folder, workers=0, resume=True)
    monkeypatch.undo()
    monkeypatch.setattr(sweep_folders, "model_digest", lambda _: "other")
    with pytest.raises(OutputError, match="numbers of the model"):
        sweep(STUDY, whole.folder, workers=0, resume=True)
    assert contents(whole.folder) == before


def test_names_and_words_may_change(whole: Sweep, tmp_path: Path):
    folder = copy_of(whole, tmp_path / "renamed")
    again = sweep(STUDY.model_copy(update={"name": "Other", "id": "other"}), folder, workers=0, resume=True)
    assert again.manifest["runs"]["made_now"] == 0


@pytest.mark.parametrize("name", ["study.json", "design.parquet"])
@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"[1]", b"PAR1"])
def test_a_damaged_folder_says_so(name: str, content: bytes, whole: Sweep, tmp_path: Path):
    folder = copy_of(whole, tmp_path / "broken")
    (folder / name).write_bytes(content)
    for act in (load_sweep, lambda f: sweep(STUDY, f, workers=0, resume=True)):
        with pytest.raises(OutputError):
            act(folder)


def test_a_folder_without_a_sweep(tmp_path: Path):
    with pytest.raises(OutputError, match="no folder of a sweep"):
        load_sweep(tmp_path)
    with pytest.raises(OutputError, match="no sweep here"):
        sweep(STUDY, tmp_path / "new", workers=0, add_replications=1)


def test_a_sorted_table_that_is_damaged_can_be_made_again(whole: Sweep, tmp_path: Path):
    folder = copy_of(whole, tmp_path / "table")
    (folder / "runs.parquet").write_bytes(b"PAR1")
    with pytest.raises(OutputError, match="--resume"):
        _ = load_sweep(folder).results
    sweep(STUDY, folder, workers=0, resume=True)
    assert load_sweep(folder).results.equals(whole.results)


def test_a_worker_without_the_folder_sends_its_part_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: Sweep):
    from sim.experiments import batches

    monkeypatch.setattr(batches, "_sees", lambda *_: False)
    found = sweep(STUDY, tmp_path / "far", workers=0)
    assert found.complete
    assert (found.folder / "runs.parquet").read_bytes() == (whole.folder / "runs.parquet").read_bytes()


def test_a_worker_of_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sweeps, "model_digest", lambda _: "other")
    with pytest.raises(OutputError, match="another version of zonesim"):
        sweep(STUDY, tmp_path / "mixed", workers=0)


@pytest.mark.parametrize("address", ["tcp://10.0.0.7:8786", "10.0.0.7:8786", "tcp://example.org:1"])
def test_an_open_door_to_another_machine_is_refused(address: str):
    with pytest.raises(ClusterError, match="--insecure"):
        check_address(address, insecure=False)
    assert check_address(address, insecure=True).endswith(address.removeprefix("tcp://"))


def test_addresses_and_scheduler_files(tmp_path: Path):
    for good in ("tcp://127.0.0.1:8786", "tls://10.0.0.7:8786", "localhost:8786"):
        assert check_address(good, insecure=False).endswith(good)
    file = tmp_path / "scheduler.json"
    file.write_text(json.dumps({"address": "tls://node7:8786"}))
    assert check_address(str(file), insecure=False) == "tls://node7:8786"
    file.write_text("no")
    with pytest.raises(ClusterError, match="no scheduler file"):
        check_address(str(file), insecure=False)


def test_an_answer_keeps_every_bit_in_its_part(tmp_path: Path):
    (tmp_path / "parts").mkdir()
    keys = [bytes([k] * 16) for k in range(3)]
    answers = [Answer((0.1 + k, float("nan")), (1e-300, -0.0)) for k in range(3)]
    name = parts.part_name(keys)
    parts.write_part(tmp_path, name, parts.part_bytes(keys, answers, ("a", "b:c:3")))
    found, values, twins = parts.read_part(tmp_path / "parts" / name, ("a", "b:c:3"))
    assert found == keys
    assert values.tobytes() == b"".join(np.array(a.value).tobytes() for a in answers)
    assert twins.tobytes() == b"".join(np.array(a.twin).tobytes() for a in answers)
