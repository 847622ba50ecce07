"""The folder of a register: one JSON file an entry, which is never changed, and its scores beside it.

A file appears whole under a name of its own, or not at all; a name that is taken is never taken again. So any number
of commands may use one register at a time, and there is no lock to be left behind.
"""

from __future__ import annotations

import errno
import json
import os
import re
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.experiments.register.entries import Entry, entry_from, entry_json
from sim.experiments.register.migrations import newest
from sim.outputs.folders import DAMAGED, OutputError, in_words

USUAL = Path("zonesim-register")
_MOST_NUMBERED = 10_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,119}")
#: File systems without hard links.
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


class Shelf:
    """A register in a folder. Every method raises ``OutputError`` where the disk refuses or a file is damaged."""

    def __init__(self, folder: Path = USUAL) -> None:
        self.folder = folder

    def save(self, entry: Entry) -> Entry:
        """Keep an entry; where its id is taken it gets the next free number. Returns it as it was kept."""
        for number in range(1, _MOST_NUMBERED):
            kept = entry if number == 1 else replace(entry, id=f"{entry.id}-{number}")
            if self._place(self.folder / f"{kept.id}.json", entry_json(kept)):
                return kept
        raise OutputError(self.folder, f"too many entries are called {entry.id}", "Use another register.")

    def names(self) -> list[str]:
        """Ids of the entries, the oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(
            (path.stem for path in self.folder.glob("*.json") if not path.name.startswith(".")),
            key=lambda name: (name[-15:], name),
        )

    def load(self, name: str) -> Entry:
        """The entry of an id, whatever version it was written in."""
        names = self.names()
        if name not in names:
            known = f"Known: {', '.join(names[-20:])}." if names else "It is empty: zonesim register save fills it."
            raise OutputError(self.folder, f'the register holds no entry "{name[:80]}"', known)
        path = self.folder / f"{name}.json"
        try:
            return entry_from(newest(json.loads(path.read_text(encoding="utf-8"))))
        except OSError as error:
            raise OutputError(
                path, f"cannot be read ({error.strerror})", "Give yourself the right to read it."
            ) from error
        except DAMAGED as error:
            raise OutputError(
                path, f"cannot be used: {in_words(error)}", "Bring back the file as it was saved."
            ) from error

    def keep_score(self, entry: Entry, content: dict[str, Any]) -> Path:
        """Keep a score of an entry under the next free number."""
        folder = self.folder / "scores"
        for number in range(1, _MOST_NUMBERED):
            path = folder / f"{entry.id}-{number}.json"
            if self._place(path, content):
                return path
        raise OutputError(folder, f"too many scores of {entry.id}", "Use another register.")

    def scores(self, name: str) -> int:
        """How often an entry was scored."""
        return len(list((self.folder / "scores").glob(f"{name}-*.json"))) if _NAME.fullmatch(name) else 0

    def _place(self, path: Path, content: dict[str, Any]) -> bool:
        """Write a file whole under a name that is not taken; ``False`` where it is."""
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"
        temporary = path.with_name(f".{uuid.uuid4().hex}.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            return _link(temporary, path)
        except OSError as error:
            raise OutputError.from_os(path.parent, error) from error
        finally:
            temporary.unlink(missing_ok=True)


def _link(temporary: Path, path: Path) -> bool:
    """Give a finished file its name unless that is taken."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # Without hard links the name is claimed first, by a file that only one command can make.
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            return False
        os.replace(temporary, path)
    return True
