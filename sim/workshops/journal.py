"""The session's file: one line for each action, on the disk before anybody sees its effect.

The first line says which workshop, and holds the class code and the facilitator's key; it is all that is stored of a
class, readable by its owner alone. A computer that stops while it writes leaves a last line that is not whole: it is
cut off and told of. Any other line that cannot be read is an error, for then something else has been at the file.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from dataclasses import dataclass, field, fields
from pathlib import Path

from sim.inputs.problems import file_error
from sim.inputs.workshop_records import Workshop
from sim.workshops import codes
from sim.workshops.actions import RefusedError, apply
from sim.workshops.state import State

FORMAT = 1
#: Largest session file that is read, bytes; a class of thirty writes about one megabyte.
LARGEST = 200_000_000


@dataclass(frozen=True)
class Heading:
    """First line of a session: the workshop it belongs to, its codes, and a salt for labels without names."""

    workshop: str
    digest: str
    began: float
    code: str = field(default_factory=codes.class_code, repr=False)
    key: str = field(default_factory=codes.key, repr=False)
    salt: str = field(default_factory=codes.key, repr=False)


@dataclass
class Journal:
    """A session's file that is open for writing; ``at``: its length up to the last whole line."""

    path: Path
    _file: io.FileIO
    _at: int = 0

    def __post_init__(self) -> None:
        self._at = self._file.seek(0, os.SEEK_END)

    def append(self, line: str) -> None:
        """Write a line and wait until it is on the disk. Raises ``OSError``; half a line is taken back."""
        content = (line + "\n").encode()
        try:
            left = memoryview(content)
            while left:
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        except OSError:
            self._file.truncate(self._at)
            self._file.seek(self._at)
            raise
        self._at += len(content)

    def close(self) -> None:
        """No more is written."""
        self._file.close()


@dataclass(frozen=True)
class Session:
    """A session that was begun, or taken up again. ``told``: what had to be put right, in plain words."""

    heading: Heading
    state: State
    journal: Journal
    told: tuple[str, ...] = ()


def digest_of(workshop: Workshop) -> str:
    """What tells whether a session belongs to a workshop file: everything its rounds and runs depend on."""
    return hashlib.blake2b(workshop.model_dump_json().encode(), digest_size=16).hexdigest()


def begin(workshop: Workshop, path: Path, now: float) -> Session:
    """A new session. Raises ``InputError`` for a file that is there already or cannot be made."""
    heading = Heading(workshop.id, digest_of(workshop), now)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        remedy = f"take it up with --resume {path}, or name another file with --session"
        raise file_error(str(path), "there is a session of that name already", remedy) from None
    except OSError as error:
        remedy = "name a file in a folder you may write to with --session"
        raise file_error(str(path), f"the session cannot be written ({error.strerror})", remedy) from None
    journal = Journal(path, io.FileIO(handle, "wb"))
    journal.append(json.dumps({"zonesim_session": FORMAT, **vars(heading)}))
    _sync_folder(path)
    return Session(heading, State(since=now), journal)


def resume(workshop: Workshop, path: Path) -> Session:
    """Take up a session where it stopped. Raises ``InputError`` for a file that is not a session of this workshop."""
    content = _read(path)
    whole, newline, torn = content.rpartition(b"\n")
    told: tuple[str, ...] = ()
    if torn:
        told = (f"The last line of {path.name} was not finished when the computer stopped; that one action is lost.",)
    lines = (whole + newline).splitlines()
    heading = _heading(lines, path, workshop)
    state = State(since=heading.began)
    for number, line in enumerate(lines[1:], start=2):
        try:
            entry = json.loads(line)
            if entry["n"] != number - 1:
                raise ValueError("a line is missing")
            state = apply(workshop, state, entry)
        except (ValueError, KeyError, TypeError, RecursionError, RefusedError) as error:
            remedy = "take the file from a backup, or begin a new session"
            raise file_error(str(path), f"this action cannot be read ({str(error)[:80]})", remedy, number) from None
    return Session(heading, state, _reopened(path, len(whole) + len(newline)), told)


def _reopened(path: Path, length: int) -> Journal:
    """The file again, without what was torn off at its end. Raises ``InputError``."""
    try:
        handle = io.FileIO(path, "r+b")
        handle.truncate(length)
    except OSError as error:
        remedy = "copy the file to a folder you may write to, and resume the copy"
        raise file_error(str(path), f"the session cannot be written ({error.strerror})", remedy) from None
    return Journal(path, handle)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise file_error(str(path), "the file is too large for a session", "name the session's file")
        return path.read_bytes()
    except OSError as error:
        remedy = "name the file that `zonesim workshop` said when the class began"
        raise file_error(str(path), f"the session cannot be read ({error.strerror})", remedy) from None


def _heading(lines: list[bytes], path: Path, workshop: Workshop) -> Heading:
    try:
        first = json.loads(lines[0])
        version = first.pop("zonesim_session")
        heading = Heading(**first)
        _check_kinds(heading)
    except (IndexError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise file_error(str(path), "this is not a session of a workshop", "name the session's file", 1) from None
    if version != FORMAT:
        raise file_error(str(path), f"the session has format {_shown(version)}", "use the zonesim that wrote it", 1)
    _check_belongs(heading, path, workshop)
    return heading


def _shown(value: object) -> str:
    """What a file says of itself, short and with what cannot be printed spelled out."""
    return str(value)[:64].encode("unicode_escape").decode()


def _check_kinds(heading: Heading) -> None:
    """Raises ``TypeError`` where a field holds something else than it is for."""
    for one in fields(heading):
        if type(getattr(heading, one.name)) not in ((int, float) if one.type == "float" else (str,)):
            raise TypeError(one.name)


def _check_belongs(heading: Heading, path: Path, workshop: Workshop) -> None:
    if heading.workshop != workshop.id:
        other = _shown(heading.workshop)
        remedy = f"resume it with the file of {other}"
        raise file_error(str(path), f"the session belongs to another workshop ({other})", remedy, 1)
    if heading.digest != digest_of(workshop):
        problem = "the workshop, or a file it names, was changed after the session began"
        raise file_error(str(path), problem, "put it back as it was, or begin a new session", 1)


def _sync_folder(path: Path) -> None:
    """The name of a new file is on the disk only when its folder is."""
    try:
        folder = os.open(path.absolute().parent, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
