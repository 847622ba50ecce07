"""The run folder: write a comparison, read it back.

``runs.parquet``, ``yearly.parquet``, ``results.parquet``, ``pairs.parquet``, ``changed.parquet``,
``gainers.parquet``, ``costs.parquet``,
``value.parquet``, ``value_summary.parquet``, ``delivery.parquet``, ``fit.parquet``, ``dashboard.parquet``,
``naive.parquet``, ``theory.parquet``, ``events.parquet``, ``analysis.parquet`` (zstd),
``dictionary.json`` and ``manifest.json``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.outputs.dictionary import dictionary
from sim.outputs.folders import DAMAGED, MANIFEST, OutputError, in_words, whole_folder
from sim.outputs.manifest import manifest
from sim.outputs.records import FRAMES, SCHEMA_VERSION, ComparisonRecord, ParametersUsed, StoredComparison
from sim.spec import Place, Strategy

if TYPE_CHECKING:
    from pandas import DataFrame


def write_run_folder(
    comparison: ComparisonRecord,
    folder: Path,
    command: str,
    started: datetime,
    also: Callable[[Path], object] | None = None,
) -> Path:
    """Write everything about a comparison into a folder of its own and return the folder's name.

    ``command`` is the command line, ``started`` the UTC start; ``also`` writes further files
    (figures, briefing, log) into the folder before it appears. A former run is never written over:
    the next free number is used.

    Raises
    ------
    OutputError
        If the folder holds something else or the disk refuses; nothing is left behind.
    """
    with whole_folder(folder) as (temporary, landed):
        for name in FRAMES:
            _write_frame(getattr(comparison, name), temporary / f"{name}.parquet")
        if also is not None:
            also(temporary)
        _write_json(dictionary(comparison), temporary / "dictionary.json")
        files = {f"{name}.parquet": _fingerprint(temporary / f"{name}.parquet") for name in FRAMES}
        _write_json(manifest(comparison, command, started) | {"files": files}, temporary / MANIFEST)
    return landed[0]


def read_run_folder(folder: Path) -> StoredComparison:
    """Read a run folder back.

    Raises
    ------
    OutputError
        If it is no run folder, is damaged, or was written by a newer version.
    """
    try:
        record = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise OutputError(
            folder, "this is not a run folder (no manifest.json)", "Name a folder that run, compare or demo wrote."
        ) from None
    except DAMAGED as error:
        raise OutputError(folder, f"the manifest cannot be read ({in_words(error)})", "Repeat the run.") from error
    if not isinstance(record, dict) or record.get("schema") != SCHEMA_VERSION:
        found = record.get("schema") if isinstance(record, dict) else None
        raise OutputError(
            folder,
            f"the run folder has schema {found!r}, this version reads {SCHEMA_VERSION}",
            "Open it with the version of zonesim named in its manifest.json.",
        )
    return _stored(folder, record)


def _stored(folder: Path, record: dict[str, Any]) -> StoredComparison:
    try:
        _check_files(folder, record.get("files", {}))
        asked, scenario = dict[str, Any](record["asked"]), dict[str, Any](record["scenario"])
        return StoredComparison(
            place=Place.model_validate(scenario["place"]),
            strategies=tuple(Strategy.model_validate(strategy) for strategy in scenario["strategies"]),
            future=scenario["future"],
            shocks=tuple(scenario.get("shocks", ())),
            evidence=asked["evidence"],
            replications=asked["replications"],
            seed=asked["seed"],
            years=asked["years"],
            without=tuple(asked["without"]),
            including=tuple(asked["including"]),
            warnings=tuple(scenario["warnings"]),
            digest=str(record["digest"]),
            command=str(record["command"]),
            # Folders written before there was a posterior say nothing of it.
            parameters=ParametersUsed(**record.get("parameters", {})),
            **{name: _read_frame(folder / f"{name}.parquet") for name in FRAMES},
        )
    except DAMAGED as error:
        raise OutputError(folder, f"the run folder is damaged ({in_words(error)})", "Repeat the run.") from error


def _check_files(folder: Path, files: dict[str, str]) -> None:
    """Refuse tables that are not those that were written; folders of older versions do not say which were."""
    changed = [name for name, known in sorted(files.items()) if _fingerprint(folder / name) != known]
    if changed:
        raise ValueError(f"{', '.join(changed)} is not as it was written")


def _fingerprint(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()


def _write_frame(frame: DataFrame, path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    parquet.write_table(pyarrow.Table.from_pandas(frame, preserve_index=False), path, compression="zstd")


def _read_frame(path: Path) -> DataFrame:
    from pyarrow import parquet

    # A folder of that name would be read as an empty table by the shorter way.
    frame: DataFrame = parquet.ParquetFile(path).read().to_pandas()
    return frame


def _write_json(content: object, path: Path) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
