"""Who changed and what reached those who gained, by hand; small numbers stay hidden."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.experiments.changed import CHANGED_GROUPS, Ends, changed_frame, gainers_frame, told, who_changed

N = 40


def ends(shift: np.ndarray, doses: np.ndarray) -> Ends:
    """Forty children, the second half girls; ``shift``: change of attainment; ``doses``: of strands a and b."""
    outcomes = np.zeros((4, N))
    outcomes[0] = shift
    girl = np.arange(N) >= N // 2
    members = np.array([np.ones(N, dtype=bool), girl, ~girl, girl, ~girl])
    return Ends(np.arange(N), outcomes, np.array([0.02, 0.02, 0.02, 0.5]), members, ("a", "b"), doses.astype(np.int32))


NOBODY = ends(np.zeros(N), np.zeros((2, N)))


def mixed() -> Ends:
    """Children 0-19 have 6 months of a, 10-29 have 4 of b; 0-24 gain, 30 and 31 lose, 32 gains too little to count."""
    shift, doses = np.zeros(N), np.zeros((2, N))
    shift[:25], shift[30:32], shift[32] = 0.1, -0.1, 0.01
    doses[0, :20], doses[1, 10:30] = 6, 4
    return ends(shift, doses)


def test_better_same_and_worse_by_hand() -> None:
    found = who_changed(mixed(), NOBODY)
    assert found[0, CHANGED_GROUPS.index("all")].tolist() == [25, 13, 2]
    assert found[0, CHANGED_GROUPS.index("girls")].tolist() == [5, 13, 2]
    assert found[1].tolist() == [[0, n, 0] for n in (40, 20, 20, 20, 20)]


def test_strategies_are_compared_with_one_another_too() -> None:
    frame = changed_frame(["no_zone", "one", "two"], [told([NOBODY, mixed(), NOBODY])])
    met = frame.query("group == 'all' and outcome == 'attainment'").set_index(["strategy", "against"])
    assert list(met.index) == [("one", "no_zone"), ("one", "two"), ("two", "no_zone")]
    assert met.loc[("one", "two"), ["better", "same", "worse"]].tolist() == [25, 13, 2]
    assert met.loc[("two", "no_zone"), ["better", "worse"]].tolist() == [0, 0]


def test_what_reached_those_who_gained_by_hand() -> None:
    frame = gainers_frame(["no_zone", "one"], [told([NOBODY, mixed()])] * 2)
    found = frame[frame.outcome == "attainment"].set_index("strands")
    assert list(found.index) == ["none", "a", "b", "a + b"]
    a, b, both = found.loc["a"], found.loc["b"], found.loc["a + b"]
    assert (a.children, a.gainers, a.share_of_gainers, a.share_gained, a.dose_months) == (20, 20, 20 / 25, 1.0, 6)
    assert (b.children, b.gainers, b.share_gained, b.dose_months) == (20, 15, 0.75, 4)
    assert (both.children, both.gainers, both.dose_months) == (10, 10, 10)
    none = found.loc["none"]
    assert (none.children, none.gainers, none.share_of_gainers, none.n_strands) == (10, 0, 0, 0)


def test_under_ten_children_or_gainers_nothing_is_told() -> None:
    few = mixed()
    doses, shift = few.doses.copy(), few.outcomes[0].copy()
    doses[0, 9:20] = 0  # nine children with strand a, who would otherwise be told
    shift[10:] = 0.0  # and nobody but one child with b gains
    shift[10] = 0.1
    frame = gainers_frame(["no_zone", "one"], [told([NOBODY, ends(shift, doses)])])
    hidden = frame[(frame.outcome == "attainment") & frame.suppressed]
    assert list(hidden.strands) == ["none", "a", "b"]
    assert hidden[["children", "gainers", "share_of_gainers", "share_gained", "dose_months"]].isna().all(axis=None)
    assert "a + b" not in set(frame.strands), "combinations of which nothing can be shown are left out"


def test_the_order_of_worlds_only_swaps_better_and_worse() -> None:
    there, back = who_changed(mixed(), NOBODY), who_changed(NOBODY, mixed())
    assert there[..., ::-1].tolist() == back.tolist()


@pytest.mark.parametrize("strands", [(), ("a",)])
def test_strategies_with_few_strands(strands: tuple[str, ...]) -> None:
    one = replace(NOBODY, strands=strands, doses=np.zeros((len(strands), N), np.int32))
    frame = gainers_frame(["no_zone", "one"], [told([NOBODY, one])])
    assert set(frame.strands) == {"none"}
