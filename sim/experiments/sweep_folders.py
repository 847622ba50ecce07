"""The folder of a sweep: what it is of, its design, parts, failures, log and, when all is done, one sorted table.

``study.json`` (the study with everything it names, and digests), ``design.parquet``, ``parts/``, ``failed/``,
``set_aside/`` (damaged parts), ``log.jsonl`` (a line a batch), ``runs.parquet``, ``manifest.json``.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from sim.experiments.batches import FAILED, TOKEN
from sim.experiments.parts import PARTS, parts_in, read_part, set_aside
from sim.experiments.points import COLUMNS, RESULTS_VERSION, model_digest
from sim.outputs.folders import DAMAGED, MANIFEST, OutputError, in_words, write_file
from sim.spec import Study

STUDY, DESIGN, RUNS, LOG = "study.json", "design.parquet", "runs.parquet", "log.jsonl"
#: Rows of a group of the sorted table: written, and held, at a time.
GROUP_ROWS = 131_072
#: Pages carry checksums, so that damage is known when they are read.
_WRITTEN: dict[str, Any] = {"compression": "zstd", "write_page_checksum": True}
_ANEW = "Run the study in a new folder."
_GO_ON = "Go on with that study, or choose a new folder with --out."

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Opened:
    """A folder ready to be written to. ``warnings``: what was found wrong and put right."""

    path: Path
    study: Study
    design: pd.DataFrame
    token: str
    keys: set[bytes]
    warnings: tuple[str, ...]


def _identity(study: Study) -> dict[str, Any]:
    """What two sweeps must share to stand in one folder: everything but names, words and how many replications."""
    content = study.model_dump(mode="json", exclude={"id", "name", "question", "about", "replications"})
    for entry in content["vary"]:
        entry.pop("label"), entry.pop("unit")
    return content | {"results_version": RESULTS_VERSION, "model": model_digest(study)}


def open_folder(folder: Path, study: Study, design: pd.DataFrame, resume: bool, add_replications: int) -> Opened:
    """Make the folder of a sweep, or open it to go on with it.

    Raises ``OutputError`` for a folder that holds something else, a sweep where none is gone on with, another study
    or another version of the model, and for a disk that refuses; nothing in the folder is changed then.
    """
    folder = folder.absolute()
    if folder.exists() and not folder.is_dir():
        raise OutputError(folder, "this is a file, not a folder", "Choose another name with --out.")
    try:
        content = folder.is_dir() and not _only_begun(folder)
    except OSError as error:
        raise OutputError.from_os(folder, error) from error
    if not content:
        if add_replications:
            raise OutputError(folder, "there is no sweep here to add replications to", "Run the study first.")
        return _new_folder(folder, study, design)
    if not (folder / STUDY).is_file():
        problem = "the folder already holds something that is not a sweep"
        raise OutputError(folder, problem, "Nothing was changed. Choose a new or empty folder with --out.")
    if not (resume or add_replications):
        remedy = "Add --resume to go on with it, or choose another folder with --out."
        raise OutputError(folder, "the folder already holds a sweep", remedy)
    return _old_folder(folder, study, add_replications)


def _only_begun(folder: Path) -> bool:
    """Whether nothing stands there but what is left by a command that was killed before its study was written."""
    own = (TOKEN, PARTS, FAILED, DESIGN)
    return not (folder / STUDY).exists() and all(
        (path.name in own or path.name.startswith(tuple(f".{name}." for name in (*own, STUDY))))
        and not (path.is_dir() and any(path.iterdir()))
        for path in folder.iterdir()
    )


def _new_folder(folder: Path, study: Study, design: pd.DataFrame) -> Opened:
    try:
        for part in (PARTS, FAILED):
            (folder / part).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError.from_os(folder, error) from error
    _write_design(folder, design)
    _write_study(folder, study)
    return Opened(folder, study, design, _new_token(folder), set(), ())


def _old_folder(folder: Path, study: Study, add_replications: int) -> Opened:
    known = stored_study(folder)
    _refuse_another(folder, study)
    design = stored_design(folder)
    token = _new_token(folder)
    keys, warnings = _keys_in(folder, study.outcomes)
    replications = max(known.replications, study.replications) + add_replications
    study = study.model_copy(update={"replications": replications})
    if replications != known.replications:
        _write_study(folder, study)
    return Opened(folder, study, design, token, keys, tuple(warnings))


def _refuse_another(folder: Path, study: Study) -> None:
    """Nothing is mixed that does not belong together."""
    before, now = _read_json(folder / STUDY).get("identity"), json.loads(json.dumps(_identity(study)))
    if not isinstance(before, dict):
        raise OutputError(folder, f"{STUDY} does not say of which study it is", _ANEW)
    if before.get("results_version") != RESULTS_VERSION:
        raise OutputError(
            folder,
            f"the folder holds results of version {before.get('results_version')}, this is version {RESULTS_VERSION}",
            "Go on with the version of zonesim named in its manifest.json, or choose a new folder with --out.",
        )
    if before.get("model") != now["model"]:
        problem = "the numbers of the model, its posterior or its strands are not those the folder was made with"
        raise OutputError(folder, problem, _GO_ON)
    other = sorted(key for key in before.keys() | now.keys() if before.get(key) != now.get(key))
    if other:
        raise OutputError(folder, f"the folder holds another study (it differs in {', '.join(other)})", _GO_ON)


def _keys_in(folder: Path, outcomes: Sequence[str]) -> tuple[set[bytes], list[str]]:
    """(keys of the runs on disk, warnings about parts that had to be set aside)."""
    keys: set[bytes] = set()
    warnings = []
    for path in parts_in(folder):
        try:
            keys.update(read_part(path, outcomes)[0])
        except ValueError as error:
            kept = set_aside(folder, path)
            warnings.append(f"the part {path.name} is damaged ({error}); it is kept as {kept}, its runs are made again")
    return keys, warnings


def _new_token(folder: Path) -> str:
    token = uuid.uuid4().hex
    write_file(folder / TOKEN, token)
    return token


def _write_design(folder: Path, design: pd.DataFrame) -> None:
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.Table.from_pandas(design.reset_index(), preserve_index=False), sink, **_WRITTEN)
    write_file(folder / DESIGN, sink.getvalue().to_pybytes())


def _write_study(folder: Path, study: Study) -> None:
    content = {"study": study.model_dump(mode="json"), "identity": _identity(study)}
    write_file(folder / STUDY, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        remedy = "Name a folder that zonesim sweep wrote."
        raise OutputError(path.parent, f"this is no folder of a sweep (no {path.name})", remedy) from None
    except DAMAGED as error:
        raise OutputError(path.parent, f"{path.name} cannot be read ({in_words(error)})", _ANEW) from error
    if not isinstance(found, dict):
        raise OutputError(path.parent, f"{path.name} holds no table", _ANEW)
    return found


def stored_study(folder: Path) -> Study:
    """The study of a folder. Raises ``OutputError`` where there is none that can be read."""
    try:
        return Study.model_validate_json(json.dumps(_read_json(folder / STUDY)["study"]))
    except DAMAGED as error:
        problem = f"{STUDY} is not of this version of zonesim"
        raise OutputError(folder, problem, "Open it with the version named in its manifest.json.") from error


def stored_design(folder: Path) -> pd.DataFrame:
    """The design of a folder, as ``sim.experiments.designs.design``."""
    try:
        table = parquet.ParquetFile(folder / DESIGN, page_checksum_verification=True).read()
        frame: pd.DataFrame = table.to_pandas().set_index("point")
    except (*DAMAGED, pa.ArrowException) as error:
        raise OutputError(folder, f"{DESIGN} cannot be read ({type(error).__name__})", _ANEW) from error
    frame.index = pd.RangeIndex(len(frame), name="point")
    return frame


def stored_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a folder. Raises ``OutputError`` where there is none, or it does not say what is done."""
    found = _read_json(folder / MANIFEST)
    runs, warnings = found.get("runs"), found.get("warnings")
    counted = isinstance(runs, dict) and all(type(runs.get(key)) is int for key in ("planned", "done", "failed"))
    told = isinstance(warnings, list) and all(isinstance(words, str) for words in warnings)
    if not (counted and told and isinstance(found.get("stopped"), bool)):
        raise OutputError(folder, f"{MANIFEST} does not say what is done", "Run the sweep again with --resume.")
    return found


# --- the sorted table ----------------------------------------------------------------------------------------

SCHEMA = pa.schema(
    [
        (name, {"point": pa.int32(), "replication": pa.int32(), "seed": pa.int64()}.get(name, pa.string()))
        if name not in ("value", "twin", "difference")
        else (name, pa.float64())
        for name in COLUMNS
    ]
)


def all_answers(folder: Path, outcomes: Sequence[str]) -> tuple[dict[bytes, int], Reals, Reals]:
    """(row of each key, values, values of the twin) of everything on disk. Raises ``OutputError`` for damage."""
    at: dict[bytes, int] = {}
    values, twins = [np.empty((0, len(outcomes)))], [np.empty((0, len(outcomes)))]
    n = 0
    for path in parts_in(folder):
        try:
            keys, value, twin = read_part(path, outcomes)
        except ValueError as error:
            raise OutputError(
                folder, f"the part {path.name} is damaged: {error}", "Run again with --resume."
            ) from error
        at.update(zip(keys, range(n, n + len(keys)), strict=True))
        values.append(value)
        twins.append(twin)
        n += len(keys)
    return at, np.concatenate(values), np.concatenate(twins)


def write_runs(folder: Path, tables: Iterator[pa.Table]) -> None:
    """Write the sorted table, a group of rows at a time. Raises ``OutputError``; an earlier one then stays."""
    path = folder / RUNS
    temporary = path.with_name(f".{RUNS}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        with parquet.ParquetWriter(temporary, SCHEMA, **_WRITTEN) as writer:
            for table in tables:
                writer.write_table(table)
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        raise OutputError.from_os(folder, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def read_runs(folder: Path) -> pd.DataFrame:
    """The sorted table. Raises ``OutputError`` where it cannot be read."""
    try:
        table = parquet.ParquetFile(folder / RUNS, page_checksum_verification=True).read()
        frame: pd.DataFrame = table.to_pandas()
    except (*DAMAGED, pa.ArrowException) as error:
        problem = f"{RUNS} cannot be read ({type(error).__name__})"
        raise OutputError(folder, problem, "Run again with --resume: it is made from the parts.") from error
    return frame
