"""A neighbourhood of a few dozen children, small enough to look at every one of them."""

from __future__ import annotations

import pytest

from sim.inputs import fill_place, load_place
from sim.spec import Place


def small_place(children: int) -> Place:
    """A deprived neighbourhood of that many children, with schools to their number."""
    place = load_place("england_decile_2")
    cells = dict(place.cells)
    cells["children"] = cells["children"].model_copy(update={"value": float(children)})
    cells["area_km2"] = cells["area_km2"].model_copy(update={"value": 0.2})
    return fill_place(place.model_copy(update={"id": f"street_of_{children}", "cells": cells, "schools": ()}))


@pytest.fixture(scope="session")
def street() -> Place:
    return small_place(120)


@pytest.fixture(scope="session")
def corner() -> Place:
    return small_place(60)
