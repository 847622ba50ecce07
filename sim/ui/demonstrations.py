"""Three things to see on a projector, each read off twenty pairs of runs of one mix; no Solara here.

- ``same_luck``: twenty neighbourhoods that differ in luck alone. With the same luck on both sides (common random
  numbers) the difference that the zone makes stands out; with different luck it is blurred.
- ``who_was_found``: who was reached, by how much they needed it (selective take-up).
- ``dashboard``: what partners see on their screen beside the truth (imperfect measurement).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from sim.experiments.compare import Comparison
from sim.experiments.dashboards import BEFORE_AFTER, USERS
from sim.inputs.workshop_records import Quantity, Workshop
from sim.outcomes import GROUPS, INDICATORS
from sim.report.words import Measure, measure, short_name, upper_first
from sim.workshops.readings import board_quantity, measure_of

#: How far the two sides are apart where luck is not shared: replication i is set against the twin of i + SHIFT.
SHIFT = 7
#: Who was reached is read for families, by fifths of need.
REACHED = "families_reached"
FIFTHS = tuple(f"need_quintile_{k}" for k in range(1, 6))
#: What is read off the screen if what was predicted is not on it; the first that is.
ON_SCREEN = ("gld", "persistent_absence", "sdq_high", "ks2_expected", "children_in_need")


def all_of(workshop: Workshop, comparison: Comparison) -> dict[str, Any]:
    """All three demonstrations by name; the comparison holds one mix."""
    quantity = board_quantity(workshop)
    assert quantity is not None, "a workshop without quantities shows nothing"
    return {
        "same_luck": same_luck(quantity, comparison),
        "who_was_found": who_was_found(comparison),
        "dashboard": dashboard((quantity, *workshop.file.quantities), comparison),
    }


def same_luck(quantity: Quantity, comparison: Comparison) -> dict[str, Any]:
    """Differences of each neighbourhood, with the same luck on both sides and with different luck."""
    shown = measure_of(quantity)
    zone, twin = (values * shown.scale for values in _by_replication(quantity, comparison))
    known = np.isfinite(zone) & np.isfinite(twin)
    zone, twin = zone[known], twin[known]
    same, other = zone - twin, zone - np.roll(twin, -SHIFT)
    spreads = [float(np.std(values, ddof=1)) if len(values) > 1 else 0.0 for values in (same, other)]
    return {
        "text": quantity.text, "year": quantity.year, "unit": shown.difference_unit, "decimals": shown.decimals,
        "zone": _plain(zone), "twin": _plain(twin), "same": _plain(same), "other": _plain(other),
        "mean": float(same.mean()) if len(same) else 0.0, "spread_same": spreads[0], "spread_other": spreads[1],
        "said": _said_of_luck(spreads, shown, len(same)),
    }  # fmt: skip


def _said_of_luck(spreads: list[float], shown: Measure, n: int) -> str:
    same, other = spreads
    if n < 2 or other <= 0:
        return "There are too few neighbourhoods to show."
    words = f"With the same luck on both sides the differences spread by {same:.{shown.decimals}f} (standard deviation)"
    words += f", with different luck by {other:.{shown.decimals}f}"
    if same <= 0:
        return f"{words}."
    ratio = other / same
    if ratio < 1.1:
        return f"{words}: here sharing luck gains little, because what the zone does varies itself."
    runs = ratio**2
    return f"{words}: {ratio:.1f} times as far. To see as clearly without sharing luck takes {runs:.0f} times the runs."


def _by_replication(quantity: Quantity, comparison: Comparison) -> list[Any]:
    """(zone, twin): the value of each replication in its order."""
    yearly = comparison.yearly
    here = yearly[
        (yearly["indicator"] == quantity.indicator)
        & (yearly["group"] == quantity.group)
        & (yearly["population"] == quantity.population)
        & (yearly["year"] == quantity.year)
    ]
    names = [comparison.strategies[0].id, next(s for s in here["strategy"].cat.categories if _is_twin(s, comparison))]
    order = range(comparison.replications)
    return [
        here[here["strategy"] == name].set_index("replication")["value"].reindex(order).to_numpy(dtype=float)
        for name in names
    ]


def _is_twin(name: str, comparison: Comparison) -> bool:
    return name not in {strategy.id for strategy in comparison.strategies}


def who_was_found(comparison: Comparison) -> dict[str, Any]:
    """Families reached in the last year, of a hundred in each fifth of need, with the zone and without it."""
    found = comparison.results
    here = found[
        (found["indicator"] == REACHED) & (found["population"] == "residents") & (found["year"] == comparison.years)
    ].set_index("group")
    shares = dict(zip(here.index, 100 * here[["value", "twin"]].to_numpy(dtype=float), strict=True))
    rows = []
    for group in FIFTHS:
        if group in here.index and not bool(here.loc[group, "suppressed"]):
            value, twin = (float(number) for number in shares[group])
            rows.append({"name": GROUPS[group], "value": value, "twin": twin, "more": value - twin})
    return {"rows": rows, "year": comparison.years, "said": _said_of_found(rows), "users": _users(comparison)}


def _said_of_found(rows: list[dict[str, Any]]) -> str:
    if len(rows) < len(FIFTHS):
        return "Some groups are too small to be shown."
    most, least = max(rows, key=lambda row: row["value"]), min(rows, key=lambda row: row["value"])
    total = sum(max(0.0, row["more"]) for row in rows)
    share = max(0.0, rows[-1]["more"]) / total if total > 0 else 0.0
    return (
        f"Most were reached among: {most['name'].lower()} ({most['value']:.0f} of 100); fewest among: "
        f"{least['name'].lower()} ({least['value']:.0f} of 100). Of those whom the zone found in addition, "
        f"{100 * share:.0f} of 100 belong to the fifth in most need."
    )


def _users(comparison: Comparison) -> list[dict[str, Any]]:
    """How users differ from others on the screen, what help did for them, and what is who came."""
    naive = comparison.naive
    here = naive[(naive["comparison"] == USERS) & ~naive["suppressed"].astype(bool)]
    last = here[here["year"] == here["year"].max()] if len(here) else here
    return [_compared(row) for _, row in last.iterrows()]


def dashboard(quantities: Iterable[Quantity], comparison: Comparison) -> dict[str, Any]:
    """What the screen says year by year, beside the truth and the place without a zone.

    Read for the first of the quantities that is on the screen; where none is, for another figure of it.
    """
    frame = comparison.dashboard
    everybody = frame[(frame["group"] == "all") & ~frame["suppressed"].astype(bool)]
    wanted = (*(one.indicator for one in quantities), *ON_SCREEN)
    name = next((one for one in wanted if (everybody["indicator"] == one).sum() > 1), None)
    if name is None:
        return {"rows": [], "said": "Nothing is on the partners' screen in these years.", "compared": {}}
    shown = measure(INDICATORS[name])
    rows = [
        {
            "year": int(row["year"]), "as_of": int(row["as_of"]), "seen": float(row["seen"]) * shown.scale,
            "truth": float(row["truth"]) * shown.scale, "twin": float(row["twin"]) * shown.scale,
        }
        for _, row in everybody[everybody["indicator"] == name].sort_values("year").iterrows()
        if np.isfinite([row["seen"], row["truth"], row["twin"]]).all()
    ]  # fmt: skip
    compared = _before_after(comparison, name)
    return {
        "name": upper_first(short_name(INDICATORS[name], "all")), "unit": shown.unit, "decimals": shown.decimals,
        "rows": rows, "compared": compared, "said": _said_of_screen(rows, compared),
    }  # fmt: skip


def _before_after(comparison: Comparison, indicator: str) -> dict[str, Any]:
    naive = comparison.naive
    here = naive[
        (naive["comparison"] == BEFORE_AFTER) & (naive["indicator"] == indicator) & ~naive["suppressed"].astype(bool)
    ].sort_values("year")
    return _compared(here.iloc[-1]) if len(here) else {}


def _compared(row: pd.Series[Any]) -> dict[str, Any]:
    indicator = INDICATORS[str(row["indicator"])]
    shown = measure(indicator)
    said = {key: shown.difference(float(row[key])) for key in ("naive", "truth", "anyway")}
    return {"name": upper_first(indicator.plain_name), "year": int(row["year"]), **said}


def _said_of_screen(rows: list[dict[str, Any]], compared: dict[str, Any]) -> str:
    late = max((row["year"] - row["as_of"] for row in rows), default=0)
    words = "The screen shows what is counted, late and with errors"
    words += f" (here up to {late} {'year' if late == 1 else 'years'} late)." if late else "."
    if not compared:
        return words
    return (
        f"{words} Read as before and after, it says {compared['naive']} by Year {compared['year']}; in truth the zone "
        f"made {compared['truth']}, and {compared['anyway']} would have come anyway."
    )


def _plain(values: Any) -> list[float]:
    return [round(float(value), 4) for value in values]
