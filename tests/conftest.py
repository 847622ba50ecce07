"""What every ring of tests shares: the register, the library and very small places."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sim.inputs import load_strands
from sim.inputs.register import load_register
from sim.parameters import Register
from sim.spec import Place, Strand
from tests.engine.worlds import neighbourhood

TinyPlace = Callable[..., Place]


@pytest.fixture(scope="session")
def register() -> Register:
    """Every number of the model as it stands."""
    return load_register()


@pytest.fixture(scope="session")
def library() -> dict[str, Strand]:
    """Every packaged strand by id."""
    return load_strands()


@pytest.fixture(scope="session")
def tiny_place() -> TinyPlace:
    """``tiny_place(children=80, decile=3, workless_share=0.3)``: a decile profile at another size."""
    return neighbourhood
