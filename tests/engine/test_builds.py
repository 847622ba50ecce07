"""The same bits from every build: compiled or plain, fresh or cached, whatever Python hashes first."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.engine.fingerprint import fingerprint

ROOT = Path(__file__).parents[2]
CHILDREN, MONTHS, HISTORY = 40, 16, 60


def elsewhere(*arguments: int, **environment: str) -> str:
    """The fingerprint as another interpreter gives it."""
    command = [sys.executable, "-m", "tests.engine.fingerprint", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_plain_python_gives_the_bits_of_compiled_code() -> None:
    assert elsewhere(CHILDREN, MONTHS, HISTORY, NUMBA_DISABLE_JIT="1") == fingerprint(CHILDREN, MONTHS, HISTORY)


def test_a_fresh_and_a_warm_cache_and_any_hash_seed_give_the_same_bits(tmp_path: Path) -> None:
    """The fresh folder compiles everything once more, which is what takes the time here."""
    here = fingerprint(80, 16)
    cache = str(tmp_path)
    assert elsewhere(80, 16, ZONESIM_CACHE_DIR=cache, PYTHONHASHSEED="1") == here
    assert any(tmp_path.rglob("*.nbi")), "compiled into the folder that was asked for"
    assert elsewhere(80, 16, ZONESIM_CACHE_DIR=cache, PYTHONHASHSEED="2") == here
