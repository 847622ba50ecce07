"""exp and logistic against the C library, and their edges."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from itertools import pairwise

import numpy as np
import pytest

from sim.numerics import clip, exp, logistic

GRID = np.concatenate([np.linspace(-700, 700, 3001), np.linspace(-2, 2, 2001), np.geomspace(1e-300, 1, 200)])
TOLERANCE = 4e-16


def exact(x: float) -> Decimal:
    """e to the power ``x`` to forty places."""
    with localcontext() as context:
        context.prec = 40
        return Decimal(x).exp()


def test_exp_is_exact_to_4e_16() -> None:
    worst = max(abs(Decimal(exp(float(x))) / exact(float(x)) - 1) for x in GRID)
    assert worst <= TOLERANCE


def test_exp_is_that_of_the_c_library_to_the_errors_of_both() -> None:
    assert max(abs(exp(float(x)) - math.exp(x)) / math.exp(x) for x in GRID) <= TOLERANCE + 1.2e-16


def test_logistic_is_exact_to_the_error_of_exp_and_two_roundings() -> None:
    worst = max(abs(Decimal(logistic(float(x))) * (1 + exact(-float(x))) - 1) for x in GRID)
    assert worst <= TOLERANCE + 2 * 1.2e-16


def test_edges() -> None:
    assert exp(0.0) == 1.0
    assert exp(-0.0) == 1.0
    assert logistic(0.0) == 0.5
    assert exp(5000.0) == exp(700.0)
    assert exp(math.inf) == exp(700.0)
    assert exp(-5000.0) == exp(-700.0)
    assert exp(-math.inf) == exp(-700.0)
    assert 0.0 < exp(-700.0) < 1e-303
    assert logistic(800.0) == 1.0
    assert 0.0 < logistic(-800.0) < 1e-303


def test_exp_never_falls() -> None:
    values = [exp(float(x)) for x in np.linspace(-3, 3, 20001)]
    assert all(a < b for a, b in pairwise(values))


@pytest.mark.parametrize(("x", "held"), [(-1.0, 0.0), (0.0, 0.0), (0.3, 0.3), (1.0, 1.0), (7.0, 1.0), (math.inf, 1.0)])
def test_clip_holds_within(x: float, held: float) -> None:
    assert clip(x, 0.0, 1.0) == held
