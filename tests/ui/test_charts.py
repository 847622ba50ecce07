"""Charts: what Python hands to the browser, and what the browser makes of it."""

from __future__ import annotations

import csv
import io
import json
import math

import pytest

solara = pytest.importorskip("solara")

from sim.ui.panels.charts import BandChart, IntervalChart, StackedBars  # noqa: E402


def _drawn(element):
    """The widget of one element."""
    box, context = solara.render(element, handle_error=False)
    widget = box.children[0]
    context.close()
    return widget


def test_a_table_is_made_from_the_series_and_what_is_no_number_is_not_shown() -> None:
    chart = _drawn(
        BandChart(
            "Reading", "%", [
                {"name": "No zone", "x": [1, 2, 3], "y": [40.0, math.nan, 42.0]},
                {"name": "Zone", "x": [1, 2], "y": [40, 41], "low": [39, None], "high": [41, math.inf]},
            ], "It rises.", ticks=[(1, "Year 1"), (2, "Year 2")],
        )
    )  # fmt: skip
    assert chart.columns == ["Year", "No zone", "Zone", "Zone, low", "Zone, high"]
    numbers = json.loads(chart.packed)
    assert numbers["rows"] == [
        ["Year 1", 40.0, 40.0, 39.0, 41.0],
        ["Year 2", None, 41.0, None, None],
        ["3", 42.0, None, None, None],
    ]
    assert numbers["series"][0]["y"] == [40.0, None, 42.0]


def test_intervals_keep_their_groups_in_the_table() -> None:
    rows = [{"name": "Reading", "value": 2.0, "low": 1.0, "high": 3.0, "group": "Early start"}]
    chart = _drawn(IntervalChart("Difference", "points", rows, "Better."))
    assert chart.columns == ["Group", "Name", "Value", "Low", "High"]
    assert json.loads(chart.packed)["rows"] == [["Early start", "Reading", 2.0, 1.0, 3.0]]


def test_bars_refuse_what_cannot_be_stacked() -> None:
    with pytest.raises(ValueError, match="2 values for 1 labels"):
        StackedBars("Money", "GBP", ["Year 1"], [{"name": "Council", "values": [1, 2]}], "")
    with pytest.raises(ValueError, match="negative amount"):
        StackedBars("Money", "GBP", ["Year 1"], [{"name": "Council", "values": [-1]}], "")
    with pytest.raises(ValueError, match="y has 1 values, x has 2"):
        BandChart("Reading", "%", [{"name": "A", "x": [1, 2], "y": [1]}], "")


def test_downloads_in_a_browser_are_safe_and_to_the_bit(served, visitor) -> None:
    """Table, CSV and PNG; a chart of which nothing may be shown says so; no rule of accessibility is broken."""
    url = served(
        """
        from sim.ui.panels.charts import BandChart, StackedBars
        def show():
            BandChart('Formula', '%', [{'name': '=1+1', 'x': [1, 2], 'y': [0.1 + 0.2, -1e-7], 'low': [0, -1],
                'high': [1, 1]}, {'name': '<img src=x onerror=alert(1)>{{7*7}}', 'x': [1, 2],
                'y': [1.0, 0.5]}], 'Two lines.')
            BandChart('Few', '%', [{'name': 'No zone', 'x': [1], 'y': [None]}], 'Too few.')
            StackedBars('Money', 'GBP', ['Year 1', 'Year 2'], [{'name': 'Council', 'values': [1, 2]},
                {'name': 'NHS', 'values': [3, 4]}], 'Rises.')
        """
    )
    visit = visitor(url=url)
    visit.open()
    page = visit.page
    page.get_by_role("img", name="Formula. Two lines.").wait_for()
    assert page.get_by_text("Fewer than 10 children: not shown.").is_visible()
    button = page.get_by_role("button", name="Show as table").first
    button.focus()
    page.keyboard.press("Enter")
    cells = page.get_by_role("region", name="Table: Formula").locator("thead th").all_inner_texts()
    assert cells[1] == "=1+1" and "{{7*7}}" in cells[4]
    with page.expect_download() as got:
        page.get_by_role("button", name="Download data (CSV): Formula").click()
    rows = list(csv.reader(io.StringIO(got.value.path().read_text(encoding="utf-8-sig"))))
    assert rows[0][1] == "'=1+1"
    assert [float(row[1]) for row in rows[1:]] == [0.1 + 0.2, -1e-7]
    for title in ("Formula", "Money"):
        with page.expect_download() as got:
            page.get_by_role("button", name=f"Download picture (PNG): {title}").click()
        assert got.value.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert visit.axe() == []
