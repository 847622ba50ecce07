"""Finished runs of a search, one line each, so that a search that was stopped goes on where it was.

The store is the only truth: what was tried and in which order follows from the question and from what is in it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sim.outputs.folders import DAMAGED, OutputError, in_words, write_file

#: Files of a search folder.
QUESTION, RUNS = "question.json", "runs.jsonl"

Key = tuple[str, str, int]
_ANEW = "Start anew in another folder."


class Store:
    """Values of finished runs by (digest of the strategy, future, luck number); in memory, and on disk if told.

    A line that a power cut tore is left out, and its run is done again.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path, self._lock = path, threading.Lock()
        self._found: dict[Key, list[float]] = {}
        self._stream: Any = None
        if path is not None and path.exists():
            self._read(path)

    def __len__(self) -> int:
        return len(self._found)

    def get(self, key: Key) -> list[float] | None:
        """Values of a run, or ``None`` where it has not been done."""
        return self._found.get(key)

    def put(self, key: Key, values: Sequence[float]) -> None:
        """Keep the values of a run. Raises ``OutputError`` where the disk refuses."""
        with self._lock:
            self._found[key] = list(values)
            if self._path is None:
                return
            try:
                if self._stream is None:
                    self._stream = self._path.open("a", encoding="utf-8")
                self._stream.write(json.dumps([*key, list(values)]) + "\n")
                self._stream.flush()
            except OSError as error:
                raise OutputError.from_os(self._path.parent, error) from error

    def close(self) -> None:
        """Close the file; what a full disk did not take was told when it was put."""
        if self._stream is not None:
            with suppress(OSError):
                self._stream.close()
            self._stream = None

    def _read(self, path: Path) -> None:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise OutputError(path.parent, f"{path.name} cannot be read ({in_words(error)})", _ANEW) from error
        for line in content.split(b"\n"):
            try:
                strategy, future, luck, values = json.loads(line)
                self._found[(str(strategy), str(future), int(luck))] = [float(value) for value in values]
            except DAMAGED:
                continue
        if content and not content.endswith(b"\n"):
            # The next line must not be joined to the torn one.
            with path.open("ab") as stream:
                stream.write(b"\n")


def open_folder(folder: Path, question: dict[str, Any], resume: bool) -> Store:
    """The store of a search in its folder; a folder of another question is refused.

    Raises
    ------
    OutputError
        If the folder holds a search and ``resume`` is not asked for, holds another question or something else, or
        cannot be written.
    """
    path = folder / QUESTION
    if path.exists():
        _check_same(folder, question, resume)
    elif resume:
        raise OutputError(folder, "there is no search to go on with", "Leave out --resume, or name its folder.")
    else:
        _begin(folder, question)
    return Store(folder / RUNS)


def _check_same(folder: Path, question: dict[str, Any], resume: bool) -> None:
    if not resume:
        raise OutputError(
            folder, "the folder already holds a search", "Go on with it by --resume, or choose another with --out."
        )
    try:
        known = json.loads((folder / QUESTION).read_text(encoding="utf-8"))
    except DAMAGED as error:
        raise OutputError(folder, f"{QUESTION} cannot be read ({in_words(error)})", _ANEW) from error
    other = sorted(key for key in question if not isinstance(known, dict) or known.get(key) != question[key])
    if other:
        problem = f"the search in this folder asked something else ({', '.join(other)})"
        raise OutputError(folder, problem, "Repeat its own command with --resume, or choose another folder with --out.")


def _begin(folder: Path, question: dict[str, Any]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # A command that was killed before its question stood there leaves the beginning of one.
        if any(not path.name.startswith(f".{QUESTION}.") for path in folder.iterdir()):
            problem = "the folder already holds something that is not a search"
            raise OutputError(folder, problem, "Nothing was changed. Choose a new or empty folder with --out.")
    except OSError as error:
        raise OutputError.from_os(folder, error) from error
    write_file(folder / QUESTION, json.dumps(question, indent=2, ensure_ascii=False) + "\n")
