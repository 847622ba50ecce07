"""The machine-readable answer of ``run``, ``compare`` and ``demo`` (``--json``)."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.outputs.partnership import partnership_rows
from sim.outputs.records import SCHEMA_VERSION, ComparisonRecord, zonesim_version

if TYPE_CHECKING:
    from pandas import DataFrame

RESULT_KEYS = (
    "strategy", "indicator", "family", "group", "population", "year",
    "value", "twin", "difference", "low", "high", "chance_better",
)  # fmt: skip
NUMBER_KEYS = ("value", "twin", "difference", "low", "high", "chance_better")
PAIR_KEYS = (
    "strategy", "against", "family", "indicator", "group", "year", "difference", "low", "high", "mean_low", "mean_high",
    "chance", "unpaired_low", "unpaired_high", "narrowing", "narrowing_mean", "regret", "regret_against",
)  # fmt: skip
GAINER_KEYS = (
    "strategy", "against", "outcome", "strands", "n_strands", "children", "gainers", "share_of_gainers",
    "share_gained", "dose_months",
)  # fmt: skip
CHANGED_KEYS = ("strategy", "against", "outcome", "better", "same", "worse")
NAIVE_KEYS = ("strategy", "comparison", "indicator", "year", "naive", "truth", "anyway", "misleading")
COST_KEYS = ("strategy", "payer", "year", "gbp", "posts")
VALUE_KEYS = (
    "strategy", "item", "kind", "payer_or_gainer", "units", "gbp", "discounted", "discounted_low", "discounted_high",
    "optimism_adjusted",
)  # fmt: skip
SUMMARY_KEYS = ("strategy", "measure", "item", "reading", "value", "low", "high")
THEORY_KEYS = (
    "strategy", "step", "name", "kind", "by", "reads", "group", "population", "against", "wanted", "change", "low",
    "high", "on_time", "late", "missed", "not_measurable", "verdict", "first_broken",
)  # fmt: skip


def comparison_answer(comparison: ComparisonRecord, run_folder: Path) -> dict[str, Any]:
    """The comparison as JSON values: no NaN, and no number of a cell under the small-number rule.

    A suppressed cell has ``null`` numbers and, only then, the key ``"suppressed": true``.
    """
    return {
        "schema": SCHEMA_VERSION,
        "version": zonesim_version(),
        "place": comparison.place.id,
        "future": comparison.future,
        "evidence": comparison.evidence,
        "replications": comparison.replications,
        "seed": comparison.seed,
        "parameters": asdict(comparison.parameters),
        "run_folder": str(run_folder),
        "results": _results(comparison.results),
        "pairs": _rows(comparison.pairs, PAIR_KEYS),
        # The answer speaks of all children; the groups stand in changed.parquet.
        "changed": _rows(comparison.changed.query("group == 'all'"), CHANGED_KEYS),
        # Of single strands; their combinations stand in gainers.parquet.
        "gainers": _rows(comparison.gainers.query("n_strands < 2"), GAINER_KEYS),
        "costs": _rows(comparison.costs, COST_KEYS),
        # The answer speaks of the whole run; the years stand in value.parquet.
        "value": {
            "items": _rows(comparison.value.query("year == 0"), VALUE_KEYS),
            "summary": _rows(comparison.value_summary, SUMMARY_KEYS),
        },
        # Users less others in the last year; every naive comparison stands in naive.parquet.
        "naive": _rows(
            comparison.naive.query(f"comparison == 'users_nonusers' and year == {comparison.years}"), NAIVE_KEYS
        ),
        "theory": _rows(comparison.theory, THEORY_KEYS),
        # Every event stands in events.parquet.
        "partnership": [{key: plain(value) for key, value in row.items()} for row in partnership_rows(comparison)],
        "warnings": list(comparison.warnings),
    }


def plain(value: Any) -> Any:
    """A number, text or nothing that JSON knows (NaN and infinities become ``None``)."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _rows(frame: DataFrame, keys: tuple[str, ...]) -> list[dict[str, Any]]:
    columns = [frame[key].tolist() for key in keys]
    return [dict(zip(keys, map(plain, row), strict=True)) for row in zip(*columns, strict=True)]


def _results(frame: DataFrame) -> list[dict[str, Any]]:
    rows = _rows(frame, RESULT_KEYS)
    for row, suppressed in zip(rows, frame["suppressed"].tolist(), strict=True):
        if suppressed:
            row.update(dict.fromkeys(NUMBER_KEYS), suppressed=True)
    return rows
