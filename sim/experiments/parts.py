"""Parts of a sweep: Parquet files that workers write, one a batch, each whole or not there at all.

A part is named after the keys of its runs. It holds a row a run: the key, and for each outcome the value with the
strategy and in the twin. Pages carry checksums, so that a damaged part is known when it is read.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import parquet

from sim.experiments.points import Answer
from sim.outputs.folders import DAMAGED, OutputError, write_file

PARTS = "parts"
#: Where parts go that cannot be read.
SET_ASIDE = "set_aside"
KEY_BYTES = 16

Reals = npt.NDArray[np.float64]


def part_name(keys: Sequence[bytes]) -> str:
    """File name of the part that holds these runs, in this order."""
    return f"part-{hashlib.blake2b(b''.join(keys), digest_size=16).hexdigest()}.parquet"


def _columns(outcomes: Sequence[str]) -> list[str]:
    return [f"{what}:{text}" for text in outcomes for what in ("value", "twin")]


def part_bytes(keys: Sequence[bytes], answers: Sequence[Answer], outcomes: Sequence[str]) -> bytes:
    """A part as the bytes of its file."""
    numbers = [[x for pair in zip(a.value, a.twin, strict=True) for x in pair] for a in answers]
    columns = np.array(numbers, dtype=np.float64).reshape(len(keys), 2 * len(outcomes))
    names = _columns(outcomes)
    table = pa.table(
        {"run": pa.array(list(keys), pa.binary(KEY_BYTES))} | {name: columns[:, at] for at, name in enumerate(names)}
    )
    sink = pa.BufferOutputStream()
    parquet.write_table(
        table, sink, compression="zstd", use_dictionary=False, use_byte_stream_split=names, write_page_checksum=True
    )
    return sink.getvalue().to_pybytes()


def write_part(folder: Path, name: str, content: bytes) -> None:
    """Write a part of a sweep folder. Raises ``OutputError`` where the disk refuses; nothing is then left behind."""
    write_file(folder / PARTS / name, content)


def read_part(path: Path, outcomes: Sequence[str]) -> tuple[list[bytes], Reals, Reals]:
    """(keys, values, values of the twin) of a part: runs x outcomes. Raises ``ValueError`` where it is damaged."""
    names = _columns(outcomes)
    try:
        table = parquet.ParquetFile(path, page_checksum_verification=True).read()
        keys = table.column("run").to_pylist()
        numbers = np.stack([table.column(name).to_numpy() for name in names], axis=1)
    except (*DAMAGED, pa.ArrowException) as error:
        raise ValueError(f"it cannot be read ({type(error).__name__})") from error
    if part_name(keys) != path.name or numbers.dtype != np.float64:
        raise ValueError("it does not hold the runs it is named after")
    return keys, numbers[:, 0::2], numbers[:, 1::2]


def parts_in(folder: Path) -> list[Path]:
    """Parts of a sweep folder, by name; what is being written (a leading dot) is none."""
    try:
        return sorted(p for p in (folder / PARTS).iterdir() if p.name.startswith("part-") and p.suffix == ".parquet")
    except OSError as error:
        raise OutputError.from_os(folder, error) from error


def set_aside(folder: Path, part: Path) -> Path:
    """Move a damaged part out of the way, without losing it, and say where it is now."""
    kept = folder / SET_ASIDE / part.name
    number = 1
    try:
        kept.parent.mkdir(exist_ok=True)
        while kept.exists():
            number += 1
            kept = kept.with_name(f"{part.stem}-{number}.parquet")
        os.replace(part, kept)
    except OSError as error:
        raise OutputError.from_os(folder, error) from error
    return kept
