"""The store of answers: bounded, least recently used first, spare values only where there is room."""

from __future__ import annotations

import numpy as np
import pytest

from sim.ui.store import Store, bytes_of


def kilobytes(n: int) -> np.ndarray:
    return np.zeros(n * 125)


def test_the_least_recently_used_goes_first():
    store = Store(3_500)
    for name in "abc":
        store.put(name, kilobytes(1))
    store.get("a")
    store.put("d", kilobytes(1))
    assert [store.get(name) is not None for name in "abcd"] == [True, False, True, True]
    assert store.bytes_held <= store.limit
    store.put("e", kilobytes(9))
    assert store.get("e") is None and len(store) == 3


def test_spare_values_never_push_others_out_and_go_first():
    store = Store(3_500)
    store.put("a", kilobytes(1))
    for name in "xyz":
        store.put(name, kilobytes(1), spare=True)
    assert [store.get(name) is not None for name in "axyz"] == [True, True, True, False]
    store.put("b", kilobytes(1))
    assert store.get("a") is not None and store.get("b") is not None
    assert sum(store.get(name) is not None for name in "xy") == 1


def test_made_once():
    store, made = Store(10_000), []

    def make():
        made.append(1)
        return kilobytes(1)

    assert store.get_or_make("a", make) is store.get_or_make("a", make)
    assert made == [1]


def test_bytes_of_what_is_nested():
    shared = kilobytes(1)
    assert bytes_of([shared, {"x": shared}, (shared,)]) == pytest.approx(1_000, abs=100)


def test_tables_count_with_all_their_columns():
    from sim.state import Table

    table = Table("children", 100)
    assert bytes_of(table) >= table.real.nbytes + table.pools.nbytes
