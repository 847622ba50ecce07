"""Folders that appear whole or not at all.

A folder is filled under a temporary name beside its final place, flushed to the disk and renamed.
Whatever goes wrong before the rename leaves nothing behind.
"""

from __future__ import annotations

import errno
import os
import shutil
import struct
import uuid
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: A folder holding this file is a former run folder and is never written over.
MANIFEST = "manifest.json"

#: What libraries were seen to raise on a damaged file, which may be damaged in any way.
DAMAGED: tuple[type[Exception], ...] = (
    OSError, EOFError, LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RuntimeError, MemoryError,
    struct.error, zlib.error, zipfile.BadZipFile,
)  # fmt: skip

_MOST_NUMBERED = 10_000

_REMEDIES = {
    errno.ENOSPC: "The disk is full: free some space or choose a folder on another disk with --out.",
    errno.EDQUOT: "Your disk quota is used up: free some space or choose another folder with --out.",
    errno.EROFS: "The disk is read-only: choose a folder you may write to with --out.",
    errno.EACCES: "You may not write there: choose a folder you may write to with --out.",
    errno.EPERM: "You may not write there: choose a folder you may write to with --out.",
    errno.ENAMETOOLONG: "The name is too long: choose a shorter one with --out.",
}


class OutputError(Exception):
    """Results could not be written or read; ``folder`` says where, ``remedy`` what would help."""

    def __init__(self, folder: Path, problem: str, remedy: str) -> None:
        super().__init__(f"{folder}: {problem}. {remedy}")
        self.folder = folder
        self.problem = problem
        self.remedy = remedy

    @classmethod
    def from_os(cls, folder: Path, error: OSError) -> OutputError:
        """The error of the operating system in words, with a remedy."""
        # pyarrow raises OSError without errno and puts the number into the text.
        code = error.errno or next((c for c in _REMEDIES if f"errno {c}" in str(error)), None)
        cause = os.strerror(code).lower() if code else str(error)
        remedy = _REMEDIES.get(code or 0, "Choose another folder with --out.")
        return cls(folder, f"cannot write here ({cause})", remedy)


def in_words(error: BaseException) -> str:
    """What a library said of a damaged file, on one readable line of at most 160 characters."""
    said = f"the key {error} is missing" if isinstance(error, KeyError) else str(error)
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in said.split("For further")[0]).split())
    return (line if len(line) <= 160 else line[:157] + "...") or type(error).__name__


def claim_folder(folder: Path) -> Path:
    """Name under which a run may be written: ``folder``, or ``folder-2`` after a former run, ...

    Called before the simulation starts too, so that a folder that cannot be used is known at once.

    Raises
    ------
    OutputError
        If the name is a file, holds something else than a former run, or cannot be written.
    """
    folder = folder.absolute()
    wanted, number = folder, 2
    while wanted.exists():
        if not wanted.is_dir():
            raise OutputError(wanted, "this is a file, not a folder", "Choose another name with --out.")
        if not _has_content(wanted):
            break
        if not (wanted / MANIFEST).is_file():
            raise OutputError(
                wanted,
                "the folder already holds something that is not a run",
                "Nothing was changed. Choose a new or empty folder with --out.",
            )
        if number > _MOST_NUMBERED:
            raise OutputError(folder, "too many former runs under this name", "Choose another name with --out.")
        wanted, number = folder.with_name(f"{folder.name}-{number}"), number + 1
    _check_writable(wanted)
    return wanted


@contextmanager
def whole_folder(folder: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Fill a temporary folder; on success it becomes ``folder`` (or the next free number).

    Yields the temporary folder and a list that holds the final name once the block has ended.

    Raises
    ------
    OutputError
        If the disk is full, the folder is read-only or another problem of the disk stops it.
    """
    final = claim_folder(folder)
    temporary = final.with_name(f".{final.name}.{uuid.uuid4().hex[:8]}.tmp")
    landed: list[Path] = []
    try:
        temporary.mkdir(parents=True)
        yield temporary, landed
        _flush(temporary)
        landed.append(_move(temporary, final))
    except OSError as error:
        raise OutputError.from_os(final, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_file(path: Path, content: str | bytes) -> None:
    """Write one file whole or not at all, flushed to the disk.

    Raises
    ------
    OutputError
        If it cannot be written; an earlier file of that name then stays as it was.
    """
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        with temporary.open("wb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise OutputError.from_os(path.parent, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _has_content(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except OSError as error:
        raise OutputError.from_os(folder, error) from error


def _check_writable(folder: Path) -> None:
    parent = folder.parent
    probe = parent / f".{uuid.uuid4().hex[:8]}.tmp"
    try:
        parent.mkdir(parents=True, exist_ok=True)
        probe.touch()
    except OSError as error:
        raise OutputError.from_os(folder, error) from error
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)


def _flush(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        # Windows cannot open a folder to flush it; its rename is durable without.
        if path.is_dir() and os.name == "nt":
            continue
        handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _move(temporary: Path, final: Path) -> Path:
    """Rename; if another run took the name in the meantime, take the next number."""
    while True:
        try:
            if final.is_dir():
                final.rmdir()
            os.replace(temporary, final)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            final = claim_folder(final)
        else:
            return final
