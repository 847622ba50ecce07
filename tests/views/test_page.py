"""The page of the how-to renders, steps and resets without a browser; the code of the how-to runs."""

from __future__ import annotations

import gc
import re
import weakref
from pathlib import Path

import pytest

from sim.model import ZoneModel

solara = pytest.importorskip("solara")
pytest.importorskip("altair")
v = pytest.importorskip("ipyvuetify")

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "use-mesa.md"
BLOCKS = re.findall(r"```python\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
PAGE = BLOCKS[-1]


@pytest.fixture
def made(monkeypatch):
    """Every model made, newest last, without keeping it."""
    models = []
    init = ZoneModel.__init__

    def noted(self, **arguments):
        init(self, **arguments)
        models.append(weakref.ref(self))

    noted.__signature__ = __import__("inspect").signature(init)
    monkeypatch.setattr(ZoneModel, "__init__", noted)
    return models
