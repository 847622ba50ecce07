"""Every example in a docstring gives what it says."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for top in ("sim", "calibration")
    for file in (ROOT / top).rglob("*.py")
    if ">>> " in file.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    module = import_module(name)
    told = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    written = Path(str(module.__file__)).read_text(encoding="utf-8").count(">>> ")
    assert told.failed == 0
    assert told.attempted == written, "an example that was not found"


def test_there_are_examples() -> None:
    assert "sim.api" in MODULES
    assert len(MODULES) >= 5
