"""C files compiled by gcc at run time and loaded through ctypes."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

_HERE = Path(__file__).parent / "c"
SAFE, FAST = ("-O3", "-march=native"), ("-O3", "-march=native", "-ffast-math")


@cache
def compiler() -> str | None:
    """First line of ``gcc --version``; None where there is no gcc."""
    if shutil.which("gcc") is None:
        return None
    return subprocess.run(["gcc", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]


def library(source: str, flags: Sequence[str], headers: Mapping[str, str] | None = None) -> ctypes.CDLL:
    """Compile ``c/<source>.c`` with ``headers`` (name: text) and load it.

    Raises ``CalledProcessError`` with gcc's words if it does not compile.
    """
    folder = Path(mkdtemp(prefix="zonesim-benchmark-"))
    for name, text in (headers or {}).items():
        (folder / name).write_text(text, encoding="utf-8")
    target = folder / "library.so"
    command = ["gcc", *flags, "-fopenmp", "-fPIC", "-shared", f"-I{folder}", f"-I{_HERE}", str(_HERE / f"{source}.c")]
    subprocess.run([*command, "-o", str(target), "-lm"], check=True)
    loaded = ctypes.CDLL(str(target))
    shutil.rmtree(folder)
    return loaded
