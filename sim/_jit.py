"""The one door to numba: ``jit`` (serial, nogil), ``pjit`` (parallel) and the compile cache.

numba's own cache follows only the file of the outermost function, so an edited equation would keep
its old machine code. Here the cache folder carries a digest of every file on floors 0 to 3.

What lies in that folder is run: whoever can write it runs code as this user. A file in it that is damaged, or a disk
that takes no more, costs the time to compile and never a run.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba import config, prange
from numba.core.caching import FunctionCache

F = TypeVar("F", bound=Callable[..., Any])

__all__ = ["JIT_OFF", "cache_folder", "is_cold", "jit", "jit_within", "note_prepared", "pjit", "prange", "set_threads"]

_COMPILED_FLOORS = ("_jit.py", "numerics.py", "draws.py", "schema.py", "parameters.py", "science", "kernel")

#: File in the folder of compiled code that says that a first run came to its end.
_MARK = "prepared"
#: True where NUMBA_DISABLE_JIT=1 runs everything as plain Python, to the same bits.
JIT_OFF: bool = bool(config.DISABLE_JIT)


def compiled_digest() -> str:
    """Digest of the source of floors 0 to 3 and the version of numba: same digest, same machine code."""
    here = Path(__file__).parent
    digest = hashlib.blake2b(digest_size=10)
    digest.update(f"{numba.__version__}:{config.BOUNDSCHECK}".encode())
    for part in _COMPILED_FLOORS:
        path = here / part
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if file.exists():
                digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def cache_folder() -> Path | None:
    """Folder of the compiled code: ``$ZONESIM_CACHE_DIR`` or the user's cache, by digest; ``None``: nothing is kept."""
    root = os.environ.get("ZONESIM_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    try:
        base = Path(root) if root else Path.home() / ".cache"
        return _usable(base / "zonesim" / "compiled" / compiled_digest())
    except (OSError, RuntimeError):
        with suppress(OSError):
            return _among_temporary_files()
        return None


def _usable(folder: Path) -> Path:
    """A folder that is there and takes files. Raises ``OSError``."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        return folder


def _among_temporary_files() -> Path | None:
    """A folder that nobody else can write, as everybody may make one of any name there. Raises ``OSError``."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    own = Path(tempfile.gettempdir()) / f"zonesim-{user}"
    own.mkdir(mode=0o700, exist_ok=True)
    status = own.lstat()
    if os.name == "posix" and (status.st_uid != user or not stat.S_ISDIR(status.st_mode) or status.st_mode & 0o022):
        return None
    return _usable(own / compiled_digest())


_FOLDER = cache_folder()
if _FOLDER is not None:
    config.CACHE_DIR = str(_FOLDER)


class _Cache(FunctionCache):
    """numba's cache of one function, where what cannot be read or written is compiled again."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled function of a signature, or ``None``."""
        try:
            found = super().load_overload(sig, target_context)
        except Exception:  # noqa: BLE001 - a damaged pickle may raise anything at all
            with suppress(OSError):
                self.flush()
            return None
        # Two commands that compile at once may have given two signatures the same file.
        return found if found is None or tuple(found.signature.args) == tuple(sig) else None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled function; where the disk refuses it is compiled again next time."""
        with suppress(OSError):
            super().save_overload(sig, data)


def is_cold() -> bool:
    """True if no run has come to its end yet with what the folder of compiled code holds: a first run compiles."""
    return not JIT_OFF and (_FOLDER is None or not (_FOLDER / _MARK).exists())


def note_prepared() -> None:
    """A run has come to its end: what it needed is compiled."""
    if _FOLDER is not None:
        with suppress(OSError):
            (_FOLDER / _MARK).touch()


def _compiled(function: F, **how: bool) -> F:
    made = numba.njit(nogil=True, error_model="numpy", **how)(function)
    if _FOLDER is not None and not JIT_OFF:
        made._cache = _Cache(function)
    return made


def jit(function: F) -> F:
    """Compile for one thread; releases the GIL; never contracts or reorders arithmetic."""
    return _compiled(function)


def jit_within(function: F) -> F:
    """``jit`` for a piece of a larger loop: its machine code becomes part of the caller's."""
    return _compiled(function, forceinline=True)


def pjit(function: F) -> F:
    """Compile with ``prange`` over fixed chunks of rows, for one very large population."""
    return _compiled(function, parallel=True)


def set_threads(threads: int) -> None:
    """Threads used by the parallel build; results do not depend on it."""
    if not JIT_OFF:
        numba.set_num_threads(threads)
