"""The folder of compiled code: damaged, full, not to be written, or somebody else's. It costs time, never a run."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sim import _jit

ROOT = Path(__file__).parents[2]
#: Compiles one small function for two kinds of numbers, and says how often it was found and made.
TINY = """
import sys
sys.path.insert(0, {root!r})
from sim._jit import jit
@jit
def double(x):
    return x * 2
print(double(2), double(2.5), sum(double.stats.cache_hits.values()), sum(double.stats.cache_misses.values()))
"""


def compile_in(cache: Path, script: Path, **settings: str) -> list[str]:
    """Words of the tiny program: two results, how many compiled functions were found, how many were made."""
    if not script.exists():
        script.write_text(TINY.format(root=str(ROOT)))
    given = os.environ | {"ZONESIM_CACHE_DIR": str(cache), "NUMBA_DISABLE_JIT": "0"} | settings
    done = subprocess.run(
        [sys.executable, str(script)], env=given, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    return done.stdout.split()


def files(cache: Path, ending: str) -> list[Path]:
    return sorted(cache.rglob(f"*{ending}"))


def test_damaged_files_are_made_again(tmp_path: Path) -> None:
    cache, script = tmp_path / "cache", tmp_path / "tiny.py"
    assert compile_in(cache, script) == ["4", "5.0", "0", "2"]
    first, second = files(cache, ".nbc")
    first.write_bytes(b"")
    second.write_bytes(b"\x80\x04garbage")
    assert compile_in(cache, script)[:2] == ["4", "5.0"]
    (index,) = files(cache, ".nbi")
    index.write_bytes(index.read_bytes()[:40])
    assert compile_in(cache, script)[:2] == ["4", "5.0"]
    assert compile_in(cache, script) == ["4", "5.0", "2", "0"], "what was damaged is whole again"


def test_two_signatures_that_got_one_file_are_told_apart(tmp_path: Path) -> None:
    cache, script = tmp_path / "cache", tmp_path / "tiny.py"
    compile_in(cache, script)
    whole, other = files(cache, ".nbc")
    whole.write_bytes(other.read_bytes())
    assert compile_in(cache, script)[:2] == ["4", "5.0"]


def test_without_any_folder_nothing_is_kept_and_everything_runs(tmp_path: Path) -> None:
    nowhere = "/proc/nowhere"
    found = compile_in(Path(nowhere), tmp_path / "tiny.py", TMPDIR=nowhere, TEMP=nowhere, TMP=nowhere, HOME=nowhere)
    # Without a temporary folder that was asked for, the system's own is used, and is private to the user.
    assert found[:2] == ["4", "5.0"]


def test_a_folder_that_cannot_be_written_gives_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("mine")
    monkeypatch.setenv("ZONESIM_CACHE_DIR", str(tmp_path / "file"))
    monkeypatch.setattr(_jit.tempfile, "gettempdir", lambda: str(tmp_path))
    found = _jit.cache_folder()
    assert found is not None and found.is_relative_to(tmp_path) and found.name == _jit.compiled_digest()
    assert stat.S_IMODE(found.parent.stat().st_mode) == 0o700 and (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(os.name != "posix", reason="other systems keep temporary files by user")
@pytest.mark.parametrize("how", ["open to all", "a link", "a file", "another's"])
def test_a_folder_that_others_may_write_is_not_used(how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = tmp_path / f"zonesim-{os.getuid()}"
    monkeypatch.setenv("ZONESIM_CACHE_DIR", "/proc/nowhere")
    monkeypatch.setattr(_jit.tempfile, "gettempdir", lambda: str(tmp_path))
    if how == "open to all":
        theirs.mkdir()
        theirs.chmod(0o777)
    elif how == "a link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        theirs.symlink_to(tmp_path / "elsewhere")
    elif how == "a file":
        theirs.write_text("x")
    else:
        theirs.mkdir(mode=0o700)
        uid = os.getuid()
        monkeypatch.setattr(_jit.os, "getuid", lambda: uid + 1)
        theirs.rename(tmp_path / f"zonesim-{uid + 1}")
    assert _jit.cache_folder() is None
    assert not list(tmp_path.rglob(_jit.compiled_digest()))


@pytest.mark.skipif(os.name != "posix", reason="only POSIX systems limit what a process may write")
def test_a_disk_that_takes_no_more_costs_only_time(tmp_path: Path) -> None:
    cache, script = tmp_path / "cache", tmp_path / "tiny.py"
    limits = "import os, resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    limits += "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
    told = TINY.format(root=str(ROOT)).replace("print(", "told = (")
    script.write_text(f"{limits}{told}os.write(1, repr(told).encode())\n")
    found = compile_in(cache, script)
    assert "".join(found).startswith("(4,5.0")
