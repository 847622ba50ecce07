"""What is told of the drivers of a place, and what is not."""

from __future__ import annotations

import pytest

from sim.report.briefing import briefing_page
from sim.report.drivers import UNKNOWN, driver_words, shown_drivers, shown_place
from sim.spec import DRIVERS, HIDDEN_DRIVERS
from tests.report.made import made_comparison, made_place


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "about as usual"), (0.24, "about as usual"), (-0.24, "about as usual"), (0.3, "somewhat more"),
        (-0.5, "somewhat less"), (0.75, "clearly more"), (-2.0, "clearly less"),
    ],
)  # fmt: skip
def test_words(value: float, words: str) -> None:
    assert driver_words(value).startswith(words)


def test_hidden_drivers_are_told_as_unknown() -> None:
    told = shown_drivers(made_place())
    assert tuple(told) == DRIVERS
    assert {name for name, words in told.items() if words == UNKNOWN} == set(HIDDEN_DRIVERS)
    assert not [name for name in shown_place(made_place())["cells"] if name.removeprefix("driver_") in HIDDEN_DRIVERS]


def test_the_briefing_keeps_hidden_drivers_hidden() -> None:
    page = briefing_page(made_comparison(), "zonesim demo", {})
    assert page.count(UNKNOWN) == len(HIDDEN_DRIVERS)
