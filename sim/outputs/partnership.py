"""What the tables tell of partnerships: who has one, how it grew, what happened in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.outputs.records import ComparisonRecord

if TYPE_CHECKING:
    from pandas import DataFrame

#: Kind of event of a partnership in the table ``events`` -> what is counted, in words.
PARTNER_EVENTS = {
    "leader": "leaders lost",
    "left": "partners left",
    "returned": "partners came back",
    "joined": "partners joined",
    "signed": "data agreements signed",
    "cut_back": "cut-backs of money",
    "restored": "cut-backs undone",
    "handover": "handovers of the backbone team",
}


def strategies_with_partnership(comparison: ComparisonRecord) -> list[str]:
    """Ids, in the tables' order, of the strategies that have partners in some year."""
    present = of_zone(comparison, "partners_present")
    return [str(name) for name, rows in present.groupby("strategy", sort=False) if (rows["value"] > 0).any()]


def of_zone(comparison: ComparisonRecord, indicator: str) -> DataFrame:
    """Rows of ``results`` of an indicator of the zone, which is the same for all populations and groups."""
    frame = comparison.results
    here = (frame["indicator"] == indicator) & (frame["population"] == "residents") & (frame["group"] == "all")
    return frame[here].sort_values("year", kind="stable")


def partnership_rows(comparison: ComparisonRecord) -> list[dict[str, Any]]:
    """Per strategy with a partnership and year: maturity, partners present, events by kind; means over replications."""
    rows = []
    events = comparison.events[comparison.events["kind"].isin(list(PARTNER_EVENTS))]
    counts = events.groupby(["strategy", "year", "kind"]).size().to_dict()
    maturity, partners = of_zone(comparison, "partnership_maturity"), of_zone(comparison, "partners_present")
    for name in strategies_with_partnership(comparison):
        present = dict(partners.loc[partners["strategy"] == name, ["year", "value"]].to_numpy())
        mine = maturity[maturity["strategy"] == name]
        for year, value in zip(mine["year"].tolist(), mine["value"].tolist(), strict=True):
            happened = {
                kind: counts[name, year, kind] / comparison.replications
                for kind in PARTNER_EVENTS
                if (name, year, kind) in counts
            }
            row = {"strategy": name, "year": year, "maturity": value, "partners": present[year], "events": happened}
            rows.append(row)
    return rows
