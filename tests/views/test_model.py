"""The Mesa model is the engine, bit for bit, and says what it was made with and what came out."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref

import mesa
import numpy as np
import pandas as pd
import pytest

from sim import engine, outcomes
from sim.agents import SchoolAgent
from sim.inputs import InputError, load_strands, load_strategy
from sim.inputs.register import load_register
from sim.model import STARTS_KEPT, ZoneModel, _start
from sim.offers import Evidence
from sim.outcomes import HEADLINES

TWO_YEARS = 24


def stepped(months: int, **arguments) -> ZoneModel:
    model = ZoneModel(**arguments)
    for _ in range(months):
        model.step()
    return model


# --- the model is the engine -----------------------------------------------------------------------------


@pytest.mark.parametrize("without", [(), ("churn", "spread")])
def test_stepped_it_is_the_engine_bit_for_bit(street, without):
    known = [name for name in without if name in _mechanisms()]
    register = load_register(without=known)
    start = engine.create_start(street, register, 5, TWO_YEARS, frozenset(known))
    world = engine.run(start, load_strategy("cradle_to_career"), load_strands(), Evidence("central", 5))
    for views in ("none", "places", "all"):
        model = stepped(TWO_YEARS, place=street, years=2, rng=5, without=known, views=views)
        assert model.world.digest() == world.digest()
        assert model.world.services.digest() == world.services.digest()


def _mechanisms():
    from sim.inputs.register import mechanisms

    return mechanisms()
