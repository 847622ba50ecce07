"""What the facilitator takes home is inert, whatever teams are called."""

from __future__ import annotations

import csv
import io

from sim.workshops.exports import COLUMNS, csv_of, inert, page_of
from tests.ui.hostile import STRINGS
from tests.workshops.classes import RUN, begin, finish, go, guess, join


def test_texts_that_a_table_program_would_run_are_made_inert():
    for text in ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", " =1", "\n=1", "|x", "%x"):
        assert inert(text) == "'" + text
    for text in ("Foxes", "a=1", "", "0", "£5"):
        assert inert(text) == text


def test_csv_holds_every_guess_and_run_and_no_formula(tmp_path):
    room = begin(tmp_path)
    names = ["=cmd|'/c calc'!A0", "@SUM(1)", "+1+1", 'Foxes "and", Co', "<script>alert(1)</script>"]
    go(room, RUN)
    room.act("facilitator", "board", open=False, anonymous=False)
    for team in join(room, *names):
        guess(room, team)
        room.act(team, "run")
        finish(room, team, -4.0)
    rows = list(csv.reader(io.StringIO(csv_of(room.workshop, room.state, "salt").removeprefix("\ufeff"))))
    room.close()
    assert tuple(rows[0]) == COLUMNS and len(rows) == 1 + 2 * len(names)
    for row in rows[1:]:
        assert len(row) == len(COLUMNS) and not row[0].startswith(("=", "+", "@", "-"))
    assert {row[0].lstrip("'") for row in rows[1:]} == set(names)
    run = next(row for row in rows[1:] if row[1] == "run")
    assert float(run[COLUMNS.index("difference")]) == -4.0, "numbers stay numbers"


def test_the_page_is_one_file_with_everything_escaped(tmp_path):
    room = begin(tmp_path)
    go(room, RUN)
    for text in STRINGS[:20]:
        (team,) = join(room, f"x{text}")
        guess(room, team)
        room.act(team, "run")
        finish(room, team)
    for anonymous in (True, False):
        room.act("facilitator", "board", open=True, anonymous=anonymous)
        page = page_of(room.workshop, room.state, "salt", 0.0)
        assert "<script" not in page and "<img" not in page and "<b>" not in page
        assert ("x../../../../etc/passwd" in page) is not anonymous
    assert "&lt;b&gt;Much&lt;/b&gt;" in page and "01 January 1970" in page
    room.close()
