"""The machine-readable answer: the documented keys, no NaN, nothing under the small-number rule."""

from __future__ import annotations

import json
from pathlib import Path

from sim.outputs import StoredComparison, comparison_answer
from tests.report.made import made_comparison, theory_strategies, together_strategies

KEYS = [
    "schema", "version", "place", "future", "evidence", "replications", "seed", "parameters", "run_folder", "results",
    "pairs", "changed", "gainers", "costs", "value", "naive", "theory", "partnership", "warnings",
]  # fmt: skip
RESULT = {
    "strategy", "indicator", "family", "group", "population", "year", "value", "twin", "difference", "low", "high",
    "chance_better",
}  # fmt: skip

THEORY = {
    "strategy", "step", "name", "kind", "by", "reads", "group", "population", "against", "wanted", "change", "low",
    "high", "on_time", "late", "missed", "not_measurable", "verdict", "first_broken",
}  # fmt: skip


def answer(comparison: StoredComparison) -> dict[str, list[dict[str, object]]]:
    text = json.dumps(comparison_answer(comparison, Path("/runs/one")), allow_nan=False)
    found: dict[str, list[dict[str, object]]] = json.loads(text)
    return found


def test_the_keys_are_the_documented_ones(comparison: StoredComparison) -> None:
    found = answer(comparison)
    assert list(found) == KEYS
    assert all(set(row) - {"suppressed"} == RESULT for row in found["results"])
    assert all(set(row) == {"strategy", "against", "outcome", "better", "same", "worse"} for row in found["changed"])
    assert all(set(row) == {"strategy", "payer", "year", "gbp", "posts"} for row in found["costs"])


def test_naive_comparisons_are_of_the_last_year_and_null_where_hidden(comparison: StoredComparison) -> None:
    rows = answer(comparison)["naive"]
    assert {row["strategy"] for row in rows} == {"strategy_0", "strategy_1"}
    assert all(row["comparison"] == "users_nonusers" and row["year"] == comparison.years for row in rows)
    told = {row["indicator"]: (row["naive"], row["truth"], row["anyway"], row["misleading"]) for row in rows}
    assert told == {"sdq_mean": (-3.0, -1.0, -1.5, 0.75), "ks2_expected": (None,) * 4}


def test_steps_of_a_theory_have_the_documented_keys_and_no_nan() -> None:
    rows = answer(made_comparison(theory_strategies()))["theory"]
    assert [row["step"] for row in rows] == ["starts", "home", "ready"]
    assert all(set(row) == THEORY for row in rows)
    assert rows[2]["change"] is None and rows[2]["verdict"] == "not_measurable"


def test_suppressed_cells_are_null_and_say_so(comparison: StoredComparison) -> None:
    rows = answer(comparison)["results"]
    hidden = [row for row in rows if "suppressed" in row]
    assert len(hidden) == int(comparison.results["suppressed"].sum()) > 0
    for row in hidden:
        assert row["suppressed"] is True
        assert all(row[key] is None for key in ("value", "twin", "difference", "low", "high", "chance_better"))
    assert all(row["value"] is not None for row in rows if "suppressed" not in row)


def test_each_strategy_and_outcome_changes_children_once(comparison: StoredComparison) -> None:
    changed = answer(comparison)["changed"]
    assert len({(row["strategy"], row["outcome"]) for row in changed}) == len(changed)


def test_partnerships_are_told_year_by_year_with_what_happened() -> None:
    rows = answer(made_comparison(together_strategies()))["partnership"]
    assert [row["year"] for row in rows] == list(range(1, 11))
    assert all(set(row) == {"strategy", "year", "maturity", "partners", "events"} for row in rows)
    assert {row["strategy"] for row in rows} == {"strategy_0"}
    assert rows[0]["events"] == {"joined": 1.0}
    # Two of twenty runs lose a partner in year 2; meetings and shocks are no events of the partnership.
    assert rows[1]["events"] == {"left": 0.1}
    assert rows[3]["events"] == {"returned": 0.05}
    assert (rows[9]["maturity"], rows[9]["partners"]) == (0.6, 6.0)
    assert answer(made_comparison())["partnership"] == []
