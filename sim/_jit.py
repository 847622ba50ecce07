"""The one door to numba: ``jit`` (serial, nogil), ``pjit`` (parallel) and the compile cache.

numba's own cache follows only the file of the outermost function, so an edited equation would keep
its old machine code. Here the cache folder carries a digest of every file on floors 0 to 3.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba import config, prange

F = TypeVar("F", bound=Callable[..., Any])

__all__ = ["JIT_OFF", "cache_folder", "is_cold", "jit", "jit_within", "pjit", "prange", "set_threads"]

_COMPILED_FLOORS = ("_jit.py", "numerics.py", "draws.py", "schema.py", "parameters.py", "science", "kernel")

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


def cache_folder() -> Path:
    """Folder of the compiled code: ``$ZONESIM_CACHE_DIR`` or the user's cache, by digest."""
    root = os.environ.get("ZONESIM_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    base = Path(root) if root else Path.home() / ".cache"
    folder = base / "zonesim" / "compiled" / compiled_digest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return (
            Path(tempfile.gettempdir()) / f"zonesim-{os.getuid() if hasattr(os, 'getuid') else 0}" / compiled_digest()
        )


_FOLDER = cache_folder()
config.CACHE_DIR = str(_FOLDER)


def is_cold() -> bool:
    """True if nothing has been compiled into the cache folder yet (a first run compiles)."""
    return not JIT_OFF and not any(_FOLDER.rglob("*.nbi"))


def jit(function: F) -> F:
    """Compile for one thread; releases the GIL; never contracts or reorders arithmetic."""
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)  # type: ignore[no-any-return]


def jit_within(function: F) -> F:
    """``jit`` for a piece of a larger loop: its machine code becomes part of the caller's."""
    return numba.njit(cache=True, nogil=True, error_model="numpy", forceinline=True)(function)  # type: ignore[no-any-return]


def pjit(function: F) -> F:
    """Compile with ``prange`` over fixed chunks of rows, for one very large population."""
    return numba.njit(cache=True, nogil=True, error_model="numpy", parallel=True)(function)  # type: ignore[no-any-return]


def set_threads(threads: int) -> None:
    """Threads used by the parallel build; results do not depend on it."""
    if not JIT_OFF:
        numba.set_num_threads(threads)
