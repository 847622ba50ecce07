"""A comparison as plain rows for tables and charts of the pages; no Solara here.

A cell of a table is a mapping: ``text``; ``note`` (small, below); ``tone`` (better, worse or none); ``mark`` (number of
the strategy, 1 to 6); ``number`` for a right-aligned cell. A row is a list of cells, or ``{"heading": text}``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sim.experiments.compare import Comparison
from sim.experiments.pairs import Outcome
from sim.outcomes import FAMILIES, GROUPS, HEADLINES, INDICATORS, Indicator
from sim.report.choice import Lead, duels, regrets
from sim.report.style import PAYER_NAMES
from sim.report.tables import EMPTY, TWIN_NAME, OutcomeRow, called, cost_rows, names, outcome_rows
from sim.report.value_tables import who
from sim.report.words import (
    CLEARLY,
    NO_DIFFERENCE,
    NOT_SHOWN,
    chance,
    clearly,
    count,
    in_plain_words,
    measure,
    pounds,
    short_name,
    upper_first,
)
from sim.spec import Strategy

Cell = dict[str, Any]
Row = list[Cell] | dict[str, str]
#: Colours of the strategies in the order chosen, as custom.css defines them.
COLOURS = tuple(f"var(--zs-{number})" for number in range(1, 7))
DASHES = ("", "9 5", "2 5", "12 4 2 4", "5 3", "16 5")
#: Rows that rest on fewer children are not shown.
_FEWEST = 10
CHANGED_NAMES = {
    "attainment": "Attainment", "wellbeing": "Wellbeing", "health": "Health",
    "milestones": "Milestones (development, phonics, Key Stage 2, GCSE, work or education at 18)",
}  # fmt: skip
END_COLUMNS = (
    "Strategy", "With it", "Difference", "90 of 100 outcomes lie between", "Chance it beats no zone", "In words",
)  # fmt: skip


def end_table(comparison: Comparison) -> list[Row]:
    """Five families in the last year: for each a heading with the twin's value, then a row a strategy."""
    rows: list[Row] = []
    for row in outcome_rows(comparison):
        shown = measure(row.indicator)
        twin = shown.value(row.twin) if math.isfinite(row.twin) else NOT_SHOWN
        rows.append(
            {"heading": FAMILIES[row.family], "words": f"{_asked(row.indicator, row.group)}; without a zone {twin}"}
        )
        for mark, (strategy, name) in enumerate(names(comparison).items(), 1):
            rows.append(_end_row(row, strategy, name, mark, comparison.replications))
    return rows


LOOK_COLUMNS = ("Strategy", "With it", "Difference so far")


def look_table(look: Sequence[Outcome], strategies: Sequence[Strategy]) -> list[Row]:
    """Five families in the last year of one pair of runs, as ``end_table`` but without ranges or verdicts.

    ``look``: headlines of one replication, the twin first; a strategy compared with itself is its own twin.
    """
    rows: list[Row] = []
    for outcome in look:
        indicator = INDICATORS[outcome.indicator]
        shown, (twin, *values) = measure(indicator), outcome.values[:, 0].tolist()
        without = shown.value(twin) if math.isfinite(twin) else NOT_SHOWN
        rows.append(
            {
                "heading": FAMILIES[outcome.family],
                "words": f"{_asked(indicator, outcome.group)}; without a zone {without}",
            }
        )
        for mark, (name, value) in enumerate(zip(called(strategies)[-len(values) :], values, strict=True), 1):
            apart = math.isfinite(value) and math.isfinite(twin)
            texts = (shown.value(value), shown.bare(value - twin, signed=True)) if apart else (NOT_SHOWN, "")
            rows.append([{"text": name, "mark": mark}, *({"text": text, "number": True} for text in texts)])
    return rows


def _asked(indicator: Indicator, group: str) -> str:
    unit = measure(indicator).difference_unit
    return f"{short_name(indicator, group)}, differences in {unit}" if unit else short_name(indicator, group)


def _end_row(row: OutcomeRow, strategy: str, name: str, mark: int, pairs: int) -> list[Cell]:
    cell, shown = row.cells.get(strategy, EMPTY), measure(row.indicator)
    head = {"text": name, "mark": mark}
    if not cell.shown:
        return [head, {"text": NOT_SHOWN, "tone": "none"}, *({"text": ""} for _ in range(4))]
    said = row.verdict(strategy)
    likely = NO_DIFFERENCE if said == NO_DIFFERENCE else chance(cell.chance_better, pairs)
    return [
        head,
        {"text": shown.value(cell.value), "number": True},
        {"text": shown.bare(cell.difference, signed=True), "number": True},
        {"text": in_plain_words(row.indicator, cell.low, cell.high)},
        {"text": likely},
        {"text": _so_far(said, pairs), "tone": said if said in ("better", "worse") else "none"},
    ]


def _so_far(said: str, pairs: int) -> str:
    """A verdict in words: a few pairs that all point one way are told as no more than that."""
    sided, surely = said in ("better", "worse"), clearly(pairs)
    return f"{said} {surely}" if sided and surely != CLEARLY else said


def interval_rows(comparison: Comparison) -> list[dict[str, Any]]:
    """For each family: title, unit, a sentence and the rows of an interval chart, in the unit shown."""
    charts = []
    for row in outcome_rows(comparison):
        shown, labels = measure(row.indicator), names(comparison)
        points = []
        for mark, (strategy, name) in enumerate(labels.items()):
            cell = row.cells.get(strategy, EMPTY)
            low, middle, high = (x * shown.scale for x in (cell.low, cell.difference, cell.high))
            said = shown.bare(cell.difference, signed=True) if cell.shown else ""
            points.append(
                {"name": name, "value": middle, "low": low, "high": high, "color": COLOURS[mark % 6],
                 "mark": mark % 6, "said": said}
            )  # fmt: skip
        charts.append(
            {"title": f"{FAMILIES[row.family]}: {short_name(row.indicator, row.group)}",
             "unit": f"difference from no zone, {shown.difference_unit}", "rows": points,
             "summary": _said(row, labels, comparison.replications), "decimals": shown.decimals}
        )  # fmt: skip
    return charts


def _said(row: OutcomeRow, labels: Mapping[str, str], pairs: int) -> str:
    """One sentence on which strategies are clearly better or worse in one family."""
    good = "More is better." if row.indicator.direction > 0 else "Less is better."
    kinds = {
        kind: [name for strategy, name in labels.items() if row.verdict(strategy) == kind]
        for kind in ("better", "worse")
    }
    surely = upper_first(clearly(pairs))
    parts = [f"{surely} {kind}: {', '.join(found)}." for kind, found in kinds.items() if found]
    return " ".join([*(parts or ["No strategy is clearly better or worse than no zone."]), good])


def band_chart(comparison: Comparison, indicator: str, group: str = "all") -> dict[str, Any]:
    """One outcome year by year, residents: the twin and each strategy with its band, for ``BandChart``."""
    spec, frame = INDICATORS[indicator], comparison.results
    shown = measure(spec)
    frame = frame[frame["indicator"] == indicator]
    frame = frame[(frame["group"] == group) & (frame["population"] == "residents")].sort_values("year")
    series, labels = [], names(comparison)
    for mark, (strategy, name) in enumerate(labels.items()):
        part = frame[frame["strategy"] == strategy]
        twin = part["twin"]
        low, middle, high = (((twin + part[c]) * shown.scale).tolist() for c in ("low", "difference", "high"))
        series.append(
            {"name": name, "x": part["year"].tolist(), "y": middle, "low": low, "high": high,
             "color": COLOURS[mark % 6], "dash": DASHES[mark % 6]}
        )  # fmt: skip
    twins = frame.groupby("year")["twin"].mean() * shown.scale
    series.append(
        {"name": TWIN_NAME, "x": twins.index.tolist(), "y": twins.tolist(), "color": "var(--zs-twin)", "dash": "2 3"}
    )
    better = "Higher is better." if spec.direction > 0 else "Lower is better."
    return {
        "title": f"{upper_first(spec.plain_name)}{'' if group == 'all' else f' ({GROUPS[group]})'}", "series": series,
        "unit": "per cent" if shown.unit == "%" else shown.unit, "decimals": shown.decimals,
        "summary": f"{better} Shaded: where 90 of 100 outcomes lie, measured from the twin's mean, "
        f"from {comparison.replications} pairs of runs.",
    }  # fmt: skip


def outcome_choices(comparison: Comparison) -> list[dict[str, str]]:
    """Outcomes that can be drawn, headlines first: ``{id: "indicator:group", name}``."""
    head = [(i, g) for i, g in HEADLINES.values()]
    frame = comparison.results
    known = frame.loc[(frame["population"] == "residents") & (frame["group"] == "all"), "indicator"].drop_duplicates()
    rest = [(str(i), "all") for i in known if (str(i), "all") not in head]
    return [{"id": f"{i}:{g}", "name": short_name(INDICATORS[i], g)} for i, g in [*head, *rest]]


DUEL_COLUMNS = ("Outcome", "First", "Second", "First ahead by", "90 of 100 pairs", "Chance that the first is better")


def duel_table(comparison: Comparison) -> list[Row]:
    """Every two strategies, pair by pair, in each family: by how much the better one is ahead, and how surely."""
    labels = names(comparison)
    marks = {strategy: mark for mark, strategy in enumerate(labels, 1)}
    rows: list[Row] = []
    every = list(duels(comparison))
    for family in HEADLINES:
        found = [duel for duel in every if duel.family == family]
        if found:
            rows.append({"heading": FAMILIES[family], "words": _asked(found[0].indicator, found[0].group)})
        rows += [_duel_row(duel, labels, marks) for duel in found]
    return rows


def _duel_row(duel: Lead, labels: Mapping[str, str], marks: Mapping[str, int]) -> list[Cell]:
    shown, good = measure(duel.indicator), duel.indicator.direction
    same = duel.difference == duel.low == duel.high == 0
    tone, surely = "better" if duel.clear else "none", clearly(duel.pairs)
    clear = "clear" if surely == CLEARLY else surely
    return [
        {"text": clear if duel.clear else "the same" if same else "not clear", "tone": tone},
        {"text": labels[duel.best], "mark": marks[duel.best]},
        {"text": labels[duel.next], "mark": marks[duel.next]},
        {"text": shown.bare(good * duel.difference, signed=True), "number": True},
        {"text": in_plain_words(duel.indicator, duel.low, duel.high)},
        {"text": NO_DIFFERENCE if same else chance(duel.chance, duel.pairs)},
    ]


def regret_table(comparison: Comparison) -> tuple[list[str], list[Row]]:
    """(columns, rows): how much each strategy loses on average by not being the best of these in each pair."""
    labels, found = names(comparison), regrets(comparison)
    columns = ["Strategy", *(FAMILIES[f] for f in HEADLINES), "Pounds (valued benefits less costs)"]
    rows: list[Row] = []
    for mark, (strategy, name) in enumerate(labels.items(), 1):
        cells: list[Cell] = [{"text": name, "mark": mark}]
        for family, (indicator, _) in HEADLINES.items():
            shown, value = measure(INDICATORS[indicator]), found.get((family, strategy), math.nan)
            text = f"{shown.bare(value)} {shown.difference_unit}".rstrip() if math.isfinite(value) else NOT_SHOWN
            cells.append({"text": text})
        rows.append([*cells, {"text": pounds(found.get(("pounds", strategy), math.nan))}])
    return columns, rows


CHANGED_COLUMNS = ("Strategy", "Group", "Better", "The same", "Worse", "Better off, of 100")
_CHANGED_GROUPS = {
    "all": "All children", "disadvantaged": "Disadvantaged", "other": "Not disadvantaged", "girls": "Girls",
    "boys": "Boys",
}  # fmt: skip


def changed_table(comparison: Comparison, outcome: str) -> list[Row]:
    """Children better off, the same and worse off than in the twin, by group; too few are not shown."""
    frame = comparison.changed
    against_twin = ~frame["against"].isin(list(names(comparison)))
    rows: list[Row] = []
    for mark, (strategy, name) in enumerate(names(comparison).items(), 1):
        part = frame[against_twin & (frame["strategy"] == strategy) & (frame["outcome"] == outcome)]
        for record in part.to_dict("records"):
            numbers = [float(record[key]) for key in ("better", "same", "worse")]
            small = not sum(numbers) >= _FEWEST
            texts = [NOT_SHOWN] * 3 if small else [count(number) for number in numbers]
            told = not small and (numbers[0] >= _FEWEST or numbers[0] == 0)
            share = f"{100 * numbers[0] / sum(numbers):.0f}" if told else NOT_SHOWN
            group = _CHANGED_GROUPS.get(str(record["group"]), str(record["group"]))
            cells: list[Cell] = [{"text": text, "number": True} for text in (*texts, share)]
            rows.append([{"text": name, "mark": mark}, {"text": group}, *cells])
    return rows


COST_COLUMNS = ("Strategy", "Whole run", "A year", "Per child at the start", "Most posts at a time")


def cost_table(comparison: Comparison) -> list[Row]:
    """Money and posts a strategy, mean over the runs, not discounted."""
    labels = names(comparison)
    rows: list[Row] = []
    for mark, row in enumerate(cost_rows(comparison), 1):
        money = (pounds(row.total_gbp), pounds(row.yearly_gbp), pounds(row.per_child_gbp), f"{row.posts:,.1f}")
        rows.append([{"text": labels[row.strategy], "mark": mark}, *({"text": t, "number": True} for t in money)])
    return rows


def payer_charts(comparison: Comparison) -> list[dict[str, Any]]:
    """For each strategy that spends: pounds by payer and year, for ``StackedBars``."""
    charts, years = [], list(range(1, comparison.years + 1))
    for strategy, name in names(comparison).items():
        part = comparison.costs[comparison.costs["strategy"] == strategy]
        table = part.pivot_table(index="payer", columns="year", values="gbp", aggfunc="sum", fill_value=0.0)
        table = table.reindex(columns=years, fill_value=0.0)
        table = table[table.sum(axis=1) > 0].loc[lambda t: t.sum(axis=1).sort_values(ascending=False).index]
        if table.empty:
            continue
        series = [
            {"name": PAYER_NAMES.get(str(payer), upper_first(str(payer))), "values": table.loc[payer].tolist()}
            for payer in table.index
        ]
        total = float(table.to_numpy().sum())
        charts.append(
            {"title": f"{name}: who pays", "labels": [str(year) for year in years], "series": series,
             "summary": f"{pounds(total)} over {comparison.years} years; {series[0]['name']} pays most."}
        )  # fmt: skip
    return charts


def gains_table(comparison: Comparison) -> tuple[list[str], list[Row]]:
    """(columns, rows): the value of benefits that have one, by who gains and year, pounds not discounted."""
    frame, years = comparison.value.query("kind == 'benefit' and year > 0"), list(range(1, comparison.years + 1))
    rows: list[Row] = []
    for mark, (strategy, name) in enumerate(names(comparison).items(), 1):
        part = frame[frame["strategy"] == strategy]
        table = part.pivot_table(index="payer_or_gainer", columns="year", values="gbp", aggfunc="sum", fill_value=0.0)
        table = table.reindex(columns=years, fill_value=0.0)
        for gainer in sorted(map(str, table.index)):
            cells: list[Cell] = [{"text": pounds(float(table[year][gainer])), "number": True} for year in years]
            rows.append([{"text": name, "mark": mark}, {"text": who(gainer)}, *cells])
    return ["Strategy", "Who gains", *(f"Year {year}" for year in years)], rows


def futures_table(told: Mapping[str, Comparison], labels: Mapping[str, str]) -> tuple[list[str], list[Row]]:
    """(columns, rows): each family under each future, the difference of each strategy from the twin there.

    ``told``: future id -> its comparison, all of the same strategies; ``labels``: future id -> name.
    """
    strategies = names(next(iter(told.values())))
    rows: list[Row] = []
    for at, family in enumerate(HEADLINES):
        first = outcome_rows(next(iter(told.values())))[at]
        rows.append({"heading": FAMILIES[family], "words": _asked(first.indicator, first.group)})
        for future, comparison in told.items():
            row = outcome_rows(comparison)[at]
            rows.append([{"text": labels[future]}, *(_future_cell(row, strategy) for strategy in strategies)])
    return ["Future", *strategies.values()], rows


def _future_cell(row: OutcomeRow, strategy: str) -> Cell:
    cell, shown = row.cells.get(strategy, EMPTY), measure(row.indicator)
    if not cell.shown:
        return {"text": NOT_SHOWN, "tone": "none"}
    said = row.verdict(strategy)
    tone = said if said in ("better", "worse") else "none"
    words = in_plain_words(row.indicator, cell.low, cell.high)
    return {"text": shown.bare(cell.difference, signed=True), "note": f"{words}; {said}", "tone": tone}


def csv_rows(columns: Sequence[str], rows: Sequence[Row]) -> list[list[str]]:
    """The table as plain texts, headings in a column of their own, for a file."""
    heading, found = "", [["Part", *columns]]
    for row in rows:
        if isinstance(row, dict):
            heading = row["heading"]
        else:
            found.append([heading, *(cell["text"] for cell in row)])
    return found
