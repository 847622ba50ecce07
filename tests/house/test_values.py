"""Unit values: nothing has a price without a source, and nothing is priced twice."""

from __future__ import annotations

from itertools import chain
from typing import get_args

import pytest

from sim.inputs.register import load_register, not_valued, tables
from sim.outcomes import INDICATORS, POPULATIONS
from sim.parameters import UnitValue
from sim.spec import Payer

VALUES = tables("values")
ENTRIES = load_register().unit_values


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_a_value_says_where_it_is_from(entry: UnitValue) -> None:
    assert len(entry.source) > 20
    assert entry.address.startswith(("http://", "https://"))
    assert entry.provenance in {"retrieved", "derived", "memory"}
    assert entry.kind in {"evidence", "policy"}, "judgement is no unit value"
    assert len(entry.note) > 20
    assert entry.unit.startswith("GBP per ")
    assert entry.counts in {"once", "each_year", "lifetime"}
    assert set(VALUES["valued"][entry.id]) == set(UnitValue._fields) - {"id"}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_a_value_is_whole(entry: UnitValue) -> None:
    low, high = entry.range
    assert 0 <= low <= entry.value <= high
    assert low < high
    assert sum(gbp for _, gbp in entry.gains if gbp > 0) == pytest.approx(entry.value)
    assert {who for who, _ in entry.gains} <= {*get_args(Payer), "families"}
    assert entry.population in POPULATIONS
    years = load_register().prices
    assert min(years) <= entry.price_year <= max(years)


def test_nothing_is_counted_twice() -> None:
    indicators = [entry.indicator for entry in ENTRIES]
    assert len(set(indicators)) == len(indicators)
    # Earnings are counted by GCSE grades alone: what NEET costs holds benefits, which are a transfer, and no lost pay.
    families = {entry.id: gbp for entry in ENTRIES for who, gbp in entry.gains if who == "families"}
    assert [name for name, gbp in families.items() if gbp > 0] == ["gcse_lifetime_earnings"]
    neet = next(entry for entry in ENTRIES if entry.indicator == "neet")
    assert sum(gbp for _, gbp in neet.gains) == 0


def test_every_indicator_is_valued_or_said_not_to_be() -> None:
    valued = {entry.indicator for entry in ENTRIES}
    without = list(chain.from_iterable(page["indicators"] for page in VALUES["not_valued"].values()))
    assert len(set(without)) == len(without)
    assert not valued & set(without)
    assert sorted(valued | set(without)) == sorted(INDICATORS), (
        "say in values.toml what a new indicator is worth, or why not"
    )


def test_what_is_not_valued_says_why() -> None:
    assert all(len(what) > 5 and len(why) > 20 for what, why in not_valued().values())
