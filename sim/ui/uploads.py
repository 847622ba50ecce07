"""Files that a browser sends: checked like files of the command line, never opened by a name that came with them."""

from __future__ import annotations

import base64
import binascii
import tempfile
from dataclasses import replace
from pathlib import Path

from sim.inputs import FileCheck, Problem, check_files
from sim.inputs.problems import shorten
from sim.spec import Place, Strategy

#: Largest file that may be sent, bytes; a place or strategy with every source is below a tenth of it.
LARGEST_UPLOAD = 1_000_000


def checked_upload(name: str, content: str) -> FileCheck:
    """What a file says. ``name``: only shown, never used as a path. ``content``: base64 of its bytes."""
    shown = shorten("".join(c for c in name if c.isprintable())[-120:] or "file", 120)
    if len(content) > LARGEST_UPLOAD * 4 // 3 + 4:
        return _refused(shown, "the file is larger than 1 MB", "send a place or strategy file; they are far smaller")
    try:
        raw = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return _refused(shown, "the file was damaged on the way", "choose it again")
    with tempfile.TemporaryDirectory(prefix="zonesim-upload-") as folder:
        path = Path(folder) / "upload.toml"
        path.write_bytes(raw)
        found = check_files([path])[0]
        hidden = (str(path), "upload.toml")
    problems = tuple(_as_sent(problem, hidden, shown) for problem in found.problems)
    if found.ok and not isinstance(found.record, Place | Strategy):
        wrong = f"this is a {found.kind} file"
        return _refused(shown, wrong, "send a place or a strategy here; the command line takes the others")
    return replace(found, file=shown, problems=problems)


def _as_sent(problem: Problem, hidden: tuple[str, ...], shown: str) -> Problem:
    """A problem with the name the file has on the other side."""
    texts = [problem.file, problem.problem, problem.remedy]
    for text in hidden:
        texts = [part.replace(text, shown) for part in texts]
    return replace(problem, file=texts[0], problem=texts[1], remedy=texts[2])


def _refused(name: str, problem: str, remedy: str) -> FileCheck:
    return FileCheck(name, None, False, (Problem(name, None, "file", problem, remedy),), None)
