"""The same bits from every build: compiled or plain, fresh or cached, whatever Python hashes first."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.engine.fingerprint import fingerprint, first_day

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


def test_any_hash_seed_gives_the_same_bits() -> None:
    assert elsewhere(80, 16, PYTHONHASHSEED="1") == elsewhere(80, 16, PYTHONHASHSEED="2") == fingerprint(80, 16)


def test_a_fresh_and_a_warm_cache_give_the_same_bits(tmp_path: Path) -> None:
    """The first day and a month of trust: compiling the whole model once more would take minutes."""
    cache = str(tmp_path)
    fresh = elsewhere(80, ZONESIM_CACHE_DIR=cache)
    assert any(tmp_path.rglob("*.nbi")), "compiled into the folder that was asked for"
    assert fresh == elsewhere(80, ZONESIM_CACHE_DIR=cache) == first_day(80)
