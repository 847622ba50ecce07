"""The register: what is kept comes back, older entries open, figures are scored as by hand, bad lines are told."""

from __future__ import annotations

import dataclasses
import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.experiments.register import Entry, Shelf, entry_of, read_actuals, score
from sim.experiments.register.entries import entry_from, entry_json, projection
from sim.experiments.register.migrations import newest
from sim.experiments.register.scores import score_json
from sim.inputs.problems import InputError
from sim.outputs.folders import OutputError
from tests.report.made import made_comparison, made_place, made_strategies

REPLICATIONS = 40
#: Two parameters: the first moves the projection of gld, the second nothing.
MOVES = np.linspace(0.0, 1.0, REPLICATIONS)
OTHER = np.random.default_rng(3).permutation(MOVES)
NOISE = np.random.default_rng(4).normal(0.0, 0.01, REPLICATIONS)

#: An entry as version 1 wrote it: means and 90 % bands alone.
VERSION_1 = {
    "kind": "zonesim.projection", "schema": 1, "id": "wallsend-early_start-20260901-090000", "name": "Our zone",
    "saved": "2026-09-01T09:00:00Z", "place": "wallsend", "strategy": "early_start", "years": 3,
    "first_september": 2026, "seed": 1, "replications": 20, "digest": "d", "command": "zonesim run early_start",
    "zonesim": "0.0.9",
    "projections": [
        {"indicator": "gld", "year": 3, "mean": 0.6, "low": 0.5, "high": 0.7},
        {"indicator": "sdq_high", "group": "disadvantaged", "year": 3, "mean": 0.2, "low": 0.15, "high": 0.25},
    ],
}  # fmt: skip


def made_entry(**changes: Any) -> Entry:
    """Good level of development at 0.6, moved by the first parameter; hardship, moved by none."""
    projections = [
        projection("gld", "all", year, (0.6 + 0.1 * (MOVES - 0.5) + NOISE).tolist(), 2026) for year in (1, 2, 3)
    ]
    projections.append(projection("distress_mean", "all", 3, (1.0 + 10 * NOISE).tolist(), 2026))
    fields: dict[str, Any] = {
        "id": "made-20261122-101500", "name": "Made", "saved": "2026-11-22T10:15:00Z", "place": "wallsend",
        "strategy": "early_start", "future": "none", "evidence": "central", "years": 3, "first_september": 2026,
        "seeds": tuple(range(1, REPLICATIONS + 1)), "about": {"digest": "d"}, "projections": tuple(projections),
        "draws": {"children.a": tuple(MOVES.tolist()), "children.b": tuple(OTHER.tolist())},
    }  # fmt: skip
    return Entry(**fields | changes)


def actuals(tmp_path: Path, *lines: str, heading: str = "indicator,year,value") -> Path:
    path = tmp_path / "actuals.csv"
    path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    return path


# --- what is kept --------------------------------------------------------------------------------------------


def test_an_entry_comes_back_to_the_bit(tmp_path: Path) -> None:
    shelf, entry = Shelf(tmp_path / "register"), made_entry()
    assert shelf.save(entry) == entry
    assert shelf.load(entry.id) == entry
    assert [path.name for path in shelf.folder.iterdir()] == [f"{entry.id}.json"]


def test_bands_and_dates_are_those_of_the_replications() -> None:
    one = projection("gld", "all", 5, [float(v) for v in range(101)], 2026)
    assert (one.low90, one.low50, one.high50, one.high90) == (5.0, 25.0, 75.0, 95.0)
    assert (one.mean, one.ends) == (50.0, "2031-08")


def test_a_run_folder_becomes_an_entry(tmp_path: Path) -> None:
    run = made_comparison(made_strategies(2), made_place(), replications=3, years=4)
    moment = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
    entry = entry_of(run, tmp_path, strategy="strategy_1", first_september=2027, saved=moment)
    assert entry.id == "madeplace-strategy_1-20261122-101500"
    one = entry.at("sdq_high", "all", 4)
    assert one is not None
    rows = run.yearly.query(
        "strategy == 'strategy_1' and population == 'residents' and indicator == 'sdq_high' and year == 4 "
        "and group == 'all'"
    )
    assert one.ends == "2031-08"
    assert one.values == pytest.approx(rows.sort_values("replication")["value"].tolist(), rel=1e-8)
    assert all(len(p.values) == 3 for p in entry.projections)
    with pytest.raises(OutputError, match="several strategies"):
        entry_of(run, tmp_path)
    with pytest.raises(OutputError, match='no strategy "nobody"'):
        entry_of(run, tmp_path, strategy="nobody")


def test_commands_at_the_same_time_never_take_the_same_name(tmp_path: Path) -> None:
    shelf, kept = Shelf(tmp_path), []
    threads = [threading.Thread(target=lambda: kept.append(shelf.save(made_entry()).id)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(kept)) == 12
    assert sorted(kept) == sorted(shelf.names())
    assert all(shelf.load(name).id == name for name in kept)


def test_without_hard_links_names_are_still_taken_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr("sim.experiments.register.shelf.os.link", refuse)
    shelf = Shelf(tmp_path)
    assert [shelf.save(made_entry()).id for _ in range(2)] == ["made-20261122-101500", "made-20261122-101500-2"]
    assert shelf.load("made-20261122-101500-2").projections == made_entry().projections


# --- older and damaged files ---------------------------------------------------------------------------------


def test_an_entry_of_version_1_opens_and_is_scored(tmp_path: Path) -> None:
    (tmp_path / f"{VERSION_1['id']}.json").write_text(json.dumps(VERSION_1))
    entry = Shelf(tmp_path).load(str(VERSION_1["id"]))
    assert entry.at("gld", "all", 3).ends == "2029-08"  # type: ignore[union-attr]
    assert len(entry.seeds) == 20
    found = score(entry, read_actuals(actuals(tmp_path, "gld,2029,0.55"), entry))
    row = found.readings.iloc[0]
    assert (row["low90"], row["high90"], bool(row["in90"]), bool(row["in50"])) == (0.5, 0.7, True, False)
    assert row["z"] == pytest.approx(-0.05 / (0.1 / 1.6448536), rel=1e-6)
    assert any("kept no draws" in told for told in found.cautions)
    assert entry_from(newest(json.loads(json.dumps(entry_json(entry))))) == entry


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "cannot be used"),
        ("[]", "not an entry of a register"),
        (json.dumps({"kind": "zonesim.projection", "schema": 99}), "newer than this zonesim"),
        (json.dumps({"kind": "zonesim.projection", "schema": 0}), "there is no version 0"),
        (json.dumps({"kind": "zonesim.projection", "schema": 2}), "is missing"),
        (json.dumps(VERSION_1 | {"projections": [{}]}), "is missing"),
        (json.dumps(VERSION_1).replace('"gld"', '"glad"'), "no indicator 'glad'"),
        (json.dumps(VERSION_1).replace("0.6", "NaN"), "not a number"),
    ],
)
def test_a_damaged_entry_is_told_and_nothing_else(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(OutputError, match=told):
        Shelf(tmp_path).load("x")


def test_names_never_lead_out_of_the_register(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text("{}")
    for name in ("../secret", "/etc/passwd", "", "a" * 500):
        with pytest.raises(OutputError, match="holds no entry"):
            Shelf(tmp_path / "register").load(name)


# --- figures ---------------------------------------------------------------------------------------------------


def test_figures_are_read_by_year_and_by_date(tmp_path: Path) -> None:
    path = actuals(
        tmp_path, "gld,,1,,0.61,400,", "gld,all,,2028-06,0.62,,0.02", "gld,,2029,,0.63,,",
        "distress_mean,,,2029-08-31,1,,", heading="indicator,group,year,date,value,n,se",
    )  # fmt: skip
    found = read_actuals(path, made_entry())
    assert [(a.year, a.value, a.line) for a in found] == [(1, 0.61, 2), (2, 0.62, 3), (3, 0.63, 4), (3, 1.0, 5)]
    assert [a.se for a in found] == pytest.approx([(0.61 * 0.39 / 400) ** 0.5, 0.02, 0.0, 0.0])


@pytest.mark.parametrize(
    ("lines", "where", "told"),
    [
        (("gld,3,0.6", "gdl,3,0.6"), 3, 'did you mean "gld"'),
        (("gld,3,sixty",), 2, "without a sign of per cent"),
        (("gld,3,61",), 2, "write 63 per cent as 0.63"),
        (("gld,3,nan",), 2, "not a number"),
        (("gld,3,",), 2, "is empty"),
        (("gld,7,0.6",), 2, "from August 2027 to August 2029"),
        (("gld,2026,0.6",), 2, "from August 2027 to August 2029"),
        (("gld,soon,0.6",), 2, "write 1 to 3, or 2027"),
        (("gld,3,0.6", "gld,2029,0.7"), 3, "stands in line 2"),
        (("phonics,3,0.6",), 2, "was not foretold"),
        (("gld,3,0,6",), 2, "write numbers as 0.63"),
        ((), None, "there is no figure"),
    ],
)
def test_bad_lines_are_told_with_file_line_and_remedy(
    tmp_path: Path, lines: tuple[str, ...], where: int | None, told: str
) -> None:
    path = actuals(tmp_path, *lines)
    with pytest.raises(InputError, match=told) as caught:
        read_actuals(path, made_entry())
    assert caught.value.problems[0].line == where
    assert caught.value.problems[0].file == str(path)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"indicator,yaer,value\n", 'did you mean "year"'),
        (b"indicator,value\ngld,1\n", "the column year is missing"),
        (b"", "the column indicator is missing"),
        (b"\xff\xfe\x00g", "not text in UTF-8"),
        (b"indicator,year,value\ngld\x00,1,1", "NUL byte"),
        (b"year,year,indicator,value\n", "stands twice"),
    ],
)
def test_what_is_no_table_of_figures_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=told):
        read_actuals(path, made_entry())
    with pytest.raises(InputError, match="no such file"):
        read_actuals(tmp_path / "none.csv", made_entry())


# --- scores ----------------------------------------------------------------------------------------------------


def test_scores_by_hand(tmp_path: Path) -> None:
    entry = made_entry(projections=(projection("distress_mean", "all", 3, [1.0, 2.0, 3.0, 4.0, 5.0], 2026),), draws={})
    found = score(entry, read_actuals(actuals(tmp_path, "distress_mean,3,5.5"), entry))
    row = found.readings.iloc[0]
    assert row["error"] == 2.5
    assert row["z"] == pytest.approx(2.5 / 2.5**0.5)
    assert (bool(row["in50"]), bool(row["in90"])) == (False, False)
    measured = read_actuals(actuals(tmp_path, "distress_mean,3,5.5,1", heading="indicator,year,value,se"), entry)
    row = score(entry, measured).readings.iloc[0]
    assert row["z"] == pytest.approx(2.5 / 3.5**0.5)
    assert bool(row["in90"])


def test_honest_bands_hold_as_much_as_they_say() -> None:
    """Figures drawn from the same distribution as the replications."""
    rng = np.random.default_rng(8)
    rows = [rng.normal(size=400) for _ in range(300)]
    from sim.experiments.register.actuals import Actual
    from sim.experiments.register.scores import _calibration, _reading

    readings = [
        _reading(Actual(2, "distress_mean", "all", 1, float(rng.normal(0, 1.25)), None, 0.75),
                 projection("distress_mean", "all", 1, row.tolist(), 2026))
        for row in rows
    ]  # fmt: skip
    import pandas as pd

    table = _calibration(pd.DataFrame(readings)).set_index("band")
    assert table.loc["50", "share"] == pytest.approx(0.5, abs=0.07)
    assert table.loc["90", "share"] == pytest.approx(0.9, abs=0.05)
    assert (table["low"] < table["nominal"]).all() and (table["nominal"] < table["high"]).all()


def test_the_parameter_that_would_have_moved_it_is_questioned(tmp_path: Path) -> None:
    entry = made_entry()
    high = score(entry, read_actuals(actuals(tmp_path, "gld,1,0.66", "gld,2,0.65", "gld,3,0.66"), entry))
    first = high.questions.iloc[0]
    assert (first["parameter"], first["direction"], bool(first["stands_out"])) == ("children.a", "higher", True)
    assert first["pull"] > 0.9
    assert not high.questions.set_index("parameter").loc["children.b", "stands_out"]
    low = score(entry, read_actuals(actuals(tmp_path, "gld,1,0.54"), entry))
    assert low.questions.iloc[0]["direction"] == "lower"
    other = score(entry, read_actuals(actuals(tmp_path, "distress_mean,3,1.3"), entry))
    assert not other.questions["stands_out"].any()
    assert any("No parameter stands out" in told for told in other.cautions)
    assert any("3 figures are few" in told for told in high.cautions)


def test_a_score_is_the_same_each_time_and_is_kept_beside_the_entry(tmp_path: Path) -> None:
    shelf, entry = Shelf(tmp_path / "register"), made_entry()
    shelf.save(entry)
    path = actuals(tmp_path, "gld,1,0.66")
    one, two = (score_json(score(entry, read_actuals(path, entry))) for _ in range(2))
    assert one == two
    kept = [shelf.keep_score(entry, one), shelf.keep_score(entry, two)]
    assert [p.name for p in kept] == [f"{entry.id}-1.json", f"{entry.id}-2.json"]
    assert shelf.scores(entry.id) == 2
    assert shelf.names() == [entry.id]
    assert json.loads(kept[0].read_text()) == one


def test_few_replications_say_so(tmp_path: Path) -> None:
    entry = made_entry()
    few = dataclasses.replace(
        entry, seeds=(1, 2, 3), projections=(projection("gld", "all", 1, [0.5, 0.6, 0.7], 2026),), draws={}
    )
    found = score(few, read_actuals(actuals(tmp_path, "gld,1,0.6"), few))
    assert not len(found.questions)
    assert bool(found.readings["in50"].all())
