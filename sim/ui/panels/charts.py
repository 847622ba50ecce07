"""Charts of the browser pages: bands over time, intervals side by side, money stacked by year.

Each chart is one element that draws itself in the browser (``chart.vue``): the picture, a sentence under it, a table
behind a button, and downloads as PNG and CSV. Not-a-number, infinity and ``None`` are values that are not shown.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import solara

SOURCE = "zonesim: simulated, synthetic people"
#: Words of the columns of a table made from the series themselves.
_ENDS = ("low", "high")
Rows = Sequence[Mapping[str, Any]]


@solara.component_vue("chart.vue", vuetify=False)
def _Drawn(
    packed: str, kind: str, title: str, unit: str, summary: str, labels: Sequence[str], columns: Sequence[str],
    range: Sequence[float] | None, limit: Mapping[str, Any] | None,  # noqa: A002 - read in the browser
    cursor: float | None, follow: str, tall: int, decimals: int, source: str,
) -> None:  # fmt: skip
    """The element all charts share; what each field means is told by the functions below."""


def _chart(
    kind: str, title: str, unit: str, summary: str, series: Rows = (), points: Rows = (), labels: Sequence[str] = (),
    columns: Sequence[str] = (), rows: Sequence[Sequence[Any]] = (), ticks: Sequence[Sequence[Any]] = (),
    names: Mapping[str, str] | None = None, range: Sequence[float] | None = None,  # noqa: A002 - read in the browser
    limit: Mapping[str, Any] | None = None, cursor: float | None = None, follow: str = "", tall: int = 0,
    decimals: int = 2, source: str = SOURCE,
) -> solara.Element:  # fmt: skip
    """The numbers go as one text: in lists each of them would be looked at whenever the page is drawn."""
    numbers = {"series": series, "points": points, "rows": rows, "ticks": ticks, "names": names or {}}
    return _Drawn(
        packed=json.dumps(numbers, allow_nan=False), kind=kind, title=title, unit=unit, summary=summary,
        labels=list(labels), columns=list(columns), range=range, limit=limit, cursor=cursor, follow=follow, tall=tall,
        decimals=decimals, source=source,
    )  # fmt: skip


def BandChart(
    title: str, unit: str, series: Rows, summary: str, columns: Sequence[str] = (),
    rows: Sequence[Sequence[Any]] = (), *, x_name: str = "Year", ticks: Sequence[tuple[float, str]] = (),
    names: Mapping[int, str] | None = None, y_range: tuple[float, float] | None = None, cursor: float | None = None,
    follow: str = "", height: int = 0, decimals: int = 2, source: str = SOURCE,
) -> solara.Element:  # fmt: skip
    """Lines with uncertainty bands over time.

    ``series``: mappings with ``name``, ``x``, ``y`` and, where there is a band, ``low`` and ``high`` (all of one
    length); ``color`` (any CSS colour) and ``dash`` (an SVG dash pattern) where the usual ones are not wanted;
    ``only_band`` for a band without a line of its own.
    ``columns``, ``rows``: the table behind the chart; made from the series where left out. ``ticks``: (x, label) of
    the time axis; ``names``: x -> label for the value under the pointer. ``y_range``: the least range of the value
    axis. ``cursor``: x of a marking line; ``follow``: channel of the map whose month moves that line. ``height``:
    pixels, 0 to follow the width. ``decimals``: of numbers in the table. Raises ``ValueError`` for a series whose
    columns differ in length.
    """
    drawn = [_series(s) for s in series]
    if not columns:
        words = dict(ticks) if names is None else {float(x): text for x, text in names.items()}
        columns, rows = _table(drawn, x_name, words)
    return _chart(
        kind="band", title=title, unit=unit, summary=summary, series=drawn, columns=list(columns),
        rows=_plain_rows(rows), ticks=[list(t) for t in ticks], names={_key(x): t for x, t in (names or {}).items()},
        range=list(y_range) if y_range else None, cursor=cursor, follow=follow, tall=height, decimals=decimals,
        source=source,
    )  # fmt: skip


def IntervalChart(
    title: str, unit: str, rows: Rows, summary: str, *, columns: Sequence[str] = (),
    table: Sequence[Sequence[Any]] = (), decimals: int = 2, source: str = SOURCE,
) -> solara.Element:  # fmt: skip
    """Values with intervals below one another, on one axis with 0 marked.

    ``rows``: mappings with ``name`` and ``value`` and, where there is an interval, ``low`` and ``high``; ``group``
    puts rows under a heading with a colour and shape of its own; ``said``: the value in words at the right;
    ``color``, ``mark`` (number of a shape, 0 to 5) where the usual ones are not wanted.
    ``columns``, ``table``: the table behind the chart; made from the rows where left out.
    """
    points = [
        {**r, "value": _number(r.get("value")), "low": _number(r.get("low")), "high": _number(r.get("high"))}
        for r in rows
    ]
    if not columns:
        grouped = any(p.get("group") for p in points)
        columns = (*(("Group",) if grouped else ()), "Name", "Value", "Low", "High")
        table = [
            [*([p.get("group", "")] if grouped else []), p["name"], p["value"], p["low"], p["high"]] for p in points
        ]
    return _chart(
        kind="interval", title=title, unit=unit, summary=summary, points=points, columns=list(columns),
        rows=_plain_rows(table), decimals=decimals, source=source,
    )  # fmt: skip


def StackedBars(
    title: str, unit: str, labels: Sequence[str], series: Rows, summary: str, *,
    limit: tuple[str, float] | None = None, x_name: str = "Year", height: int = 0, decimals: int = 0,
    source: str = SOURCE,
) -> solara.Element:  # fmt: skip
    """Amounts of nought or more stacked in one bar a label (money by payer and year, posts by strand and year).

    ``series``: mappings with ``name`` and ``values`` (one a label; missing values count as nothing), ``color`` where
    the usual one is not wanted. ``limit``: name and height of a line across (the money there is). Raises
    ``ValueError`` for a series of another length than ``labels`` or with a negative amount.
    """
    drawn = [{**s, "values": [_number(v) for v in s["values"]]} for s in series]
    for s in drawn:
        if len(s["values"]) != len(labels):
            raise ValueError(f"{s['name']!r} has {len(s['values'])} values for {len(labels)} labels")
        if any(v is not None and v < 0 for v in s["values"]):
            raise ValueError(f"{s['name']!r} has a negative amount; amounts that are stacked are nought or more")
    rows = [[label, *(s["values"][i] for s in drawn)] for i, label in enumerate(labels)]
    return _chart(
        kind="bars", title=title, unit=unit, summary=summary, labels=list(labels), series=drawn,
        columns=[x_name, *(s["name"] for s in drawn)], rows=rows, tall=height, decimals=decimals, source=source,
        limit={"name": limit[0], "value": limit[1]} if limit else None,
    )  # fmt: skip


def _series(given: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(given)
    found["x"] = [float(x) for x in given["x"]]
    for column in ("y", *_ENDS):
        if given.get(column) is not None:
            found[column] = [_number(v) for v in given[column]]
            if len(found[column]) != len(found["x"]):
                raise ValueError(
                    f"{given['name']!r}: {column} has {len(found[column])} values, x has {len(found['x'])}"
                )
    return found


def _table(series: list[dict[str, Any]], x_name: str, words: dict[float, str]) -> tuple[list[str], list[list[Any]]]:
    """One row an x, one column a series and end of a band."""
    columns = [(s, end) for s in series for end in ("y", *_ENDS) if s.get(end) is not None]
    xs = sorted({x for s in series for x in s["x"]})
    at = [dict(zip(s["x"], s[end], strict=True)) for s, end in columns]
    heads = [s["name"] if end == "y" else f"{s['name']}, {end}" for s, end in columns]
    return [x_name, *heads], [[words.get(x, _key(x)), *(values.get(x) for values in at)] for x in xs]


def _number(value: Any) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return float(value)


def _plain_rows(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    return [[cell if isinstance(cell, str) else _number(cell) for cell in row] for row in rows]


def _key(x: float) -> str:
    """An x as the browser writes it: whole numbers without a point."""
    return str(int(x)) if float(x).is_integer() else repr(float(x))
