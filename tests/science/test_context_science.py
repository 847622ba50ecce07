"""Local context by hand: fit, acceptance, and what an analysis leaves unknown."""

from __future__ import annotations

import pytest

from sim.inputs.register import load_register
from sim.science.context import acceptance_shift, estimate_sd, fit, information, known_share

P = load_register().parameters.context._replace(
    fit_weight=0.1, fit_least=0.5, fit_most=1.5, tailoring=0.5, access_accept=0.2, stigma_accept=0.4,
    stigma_outreach=0.5, late_learning=0.5, data_gain=0.5,
)  # fmt: skip


@pytest.mark.parametrize(
    ("mean", "mismatch", "known", "expected"),
    [
        (0.0, 0.0, 1.0, 1.0),
        (1.0, 1.0, 0.0, 1.1),
        (-1.0, 1.0, 0.0, 0.9),
        (1.0, 1.0, 1.0, 1.15),
        (-1.0, 1.0, 1.0, 0.95),
        (0.0, 1.0, 0.5, 1.025),
        (20.0, 20.0, 0.0, 1.5),
        (-20.0, 20.0, 0.0, 0.5),
    ],
)
def test_fit(mean: float, mismatch: float, known: float, expected: float) -> None:
    assert fit(mean, mismatch, known, P) == pytest.approx(expected, abs=1e-15)


def test_fit_of_a_usual_place_is_one_to_the_bit() -> None:
    assert fit(0.0, 0.0, 0.7, P) == 1.0


@pytest.mark.parametrize(
    ("access", "stigma", "meets", "marks", "outreach", "expected"),
    [
        (0.0, 0.0, 1.0, 0.8, 0.5, 0.0),
        (1.0, 0.0, 1.0, 0.8, 0.5, -0.2),
        (1.0, 0.0, 0.0, 0.8, 0.5, 0.0),
        (0.0, 2.0, 1.0, 0.5, 0.0, -0.4),
        (0.0, 2.0, 1.0, 0.5, 1.0, -0.2),
        (0.0, 2.0, 1.0, 0.0, 0.0, 0.0),
        (-1.0, 1.0, 1.0, 1.0, 0.0, -0.2),
    ],
)
def test_acceptance(access: float, stigma: float, meets: float, marks: float, outreach: float, expected: float) -> None:
    assert acceptance_shift(access, stigma, meets, marks, outreach, P) == pytest.approx(expected, abs=1e-15)


def test_information_grows_with_the_work_done_mostly_late() -> None:
    # 0.5 (1 - 0.5 + 0.5 x 0.5) / 0.5^2 = 1.5; in full 1 / 0.25 = 4; shared data halve the error: 16
    assert information(0.0, 0.5, 0.0, P) == 0.0
    assert information(0.5, 0.5, 0.0, P) == pytest.approx(1.5)
    assert information(1.0, 0.5, 0.0, P) == pytest.approx(4.0)
    assert information(1.0, 0.5, 1.0, P) == pytest.approx(16.0)


def test_what_stays_unknown() -> None:
    # information 3 beside a prior of 1: sd = 1 / sqrt(1 + 3) = 0.5
    noise = (1 / 3) ** 0.5
    assert estimate_sd(1.0, 0.0, noise, 0.0, P) == 1.0
    assert estimate_sd(1.0, 1.0, noise, 0.0, P) == pytest.approx(0.5)
    assert known_share(1.0, estimate_sd(1.0, 0.0, noise, 1.0, P)) == 0.0
    assert known_share(1.0, 0.5) == 0.5
    assert estimate_sd(2.0, 1.0, noise, 0.0, P) == pytest.approx(2.0 / 13.0**0.5)
