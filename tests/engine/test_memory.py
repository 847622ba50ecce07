"""Large places keep the memory that they free; small ones leave the process as it is."""

from __future__ import annotations

import ctypes
import sys

import pytest

from sim.engine import create_start, memory, world
from sim.inputs.register import load_register
from sim.spec import Strategy
from tests.engine.worlds import neighbourhood


@pytest.mark.parametrize(("least", "kept"), [(1, True), (world.KEEP_FROM, False)])
def test_only_a_large_place_changes_how_memory_is_kept(least: int, kept: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(world, "KEEP_FROM", least)
    monkeypatch.setattr(world, "keep_freed_memory", lambda: asked.append(True))
    start = create_start(neighbourhood(80), load_register(), 1, 12)
    world.create(start, Strategy(id="none", name="None"), {})
    assert bool(asked) == kept


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_where_the_c_library_is_another_nothing_is_changed(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Another:
        """A C library without mallopt."""

    loaded: list[object] = []
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: loaded.append(name) or Another())
    memory.keep_freed_memory.__wrapped__()
    assert loaded == ([None] if platform == "linux" else [])
