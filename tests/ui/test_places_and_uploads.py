"""Own places by form and by file: filled in and marked, or refused with what to do; nothing that is sent is run."""

from __future__ import annotations

import base64
import json

import pytest

from sim.inputs import InputError, list_ids
from sim.spec import PLACE_CELLS, Place, Strategy
from sim.ui import uploads
from sim.ui.choice import Choice, question_of
from sim.ui.placecards import LABELS, card, made_place, own_id, ready_cards
from sim.ui.uploads import LARGEST_UPLOAD, checked_upload
from tests.ui.hostile import STRINGS

PLACE = """schema_version = 1
kind = "place"
id = "hill"
name = "Hill"
[cells]
children = 900
deprivation_decile = 3
"""


def sent(text: str | bytes, name: str = "mine.toml"):
    raw = text.encode() if isinstance(text, str) else text
    return checked_upload(name, base64.b64encode(raw).decode())


def test_two_figures_make_a_place_and_the_rest_is_marked():
    place = made_place({"name": "Hill", "children": "2,400", "decile": "3"})
    assert place.value("children") == 2400 and place.cells["children"].kind == "given"
    kinds = {cell.kind for name, cell in place.cells.items() if name not in ("children", "deprivation_decile")}
    assert kinds <= {"filled_in", "derived"} and set(place.cells) == set(PLACE_CELLS)
    shown = card(place)
    assert len(shown["filled"]) + shown["given"] + 3 == len(PLACE_CELLS) and len(shown["unknown"]) == 3


def test_shares_are_asked_for_in_per_cent():
    assert (
        made_place({"name": "H", "children": 900, "decile": 1, "poverty": "41.5 %"}).value("child_poverty_ahc_share")
        == 0.415
    )


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ({}, {"name", "children", "decile"}),
        ({"name": "x", "children": "many", "decile": "3"}, {"children"}),
        ({"name": "x", "children": "3", "decile": "3"}, {"children"}),
        ({"name": "x", "children": "900.5", "decile": "11"}, {"children", "decile"}),
        ({"name": "x", "children": "900", "decile": "3", "poverty": "140"}, {"poverty"}),
        ({"name": "x", "children": "nan", "decile": "inf"}, {"children", "decile"}),
        ({"name": "x", "children": "900", "decile": "3", "area": "-1"}, {"area"}),
    ],
)
def test_what_is_wrong_in_the_form_is_told_by_field(form, fields):
    with pytest.raises(InputError) as raised:
        made_place(form)
    assert {problem.field for problem in raised.value.problems} == fields <= set(LABELS)
    assert all(problem.remedy for problem in raised.value.problems)


@pytest.mark.parametrize("text", STRINGS)
def test_hostile_text_in_every_field_is_shown_as_text_or_refused(text):
    for field in LABELS:
        form = {"name": "x", "children": "900", "decile": "3"} | {field: text}
        try:
            place = made_place(form)
        except InputError as error:
            assert all(str(problem).isprintable() and len(str(problem)) < 400 for problem in error.problems)
        else:
            assert place.id.startswith("own_") and len(place.name) <= 160 and place.name.isprintable()


@pytest.mark.parametrize("text", STRINGS)
def test_hostile_files_are_refused_or_read_as_text(text):
    raw = text.encode("utf-8", "replace")
    quoted = json.dumps(text, ensure_ascii=False)
    for content in (
        raw,
        PLACE.encode() + b"about = " + raw,
        PLACE.replace('"Hill"', quoted).encode("utf-8", "replace"),
    ):
        found = sent(content, name=text)
        assert found.ok or found.problems
        assert all(len(str(problem)) < 1500 and "zonesim-upload" not in str(problem) for problem in found.problems)


def test_a_file_is_checked_with_the_messages_of_the_command_line():
    found = sent(PLACE.replace("children = 900", "children = 900\nchildern = 3"))
    assert not found.ok
    assert str(found.problems[0]).startswith("mine.toml:7: cells.childern: unknown cell")
    assert "did you mean" in found.problems[0].remedy


def test_good_files():
    assert isinstance(sent(PLACE).record, Place)
    strategy = 'schema_version = 1\nkind = "strategy"\nid = "a"\nextends = "early_start"\nname = "A"\n'
    assert isinstance(sent(strategy).record, Strategy)


def test_a_file_cannot_reach_another_file(tmp_path):
    (tmp_path / "secret.toml").write_text(PLACE)
    for base in (f"{tmp_path}/secret.toml", "../secret.toml", "upload.toml", "secret.toml"):
        assert not sent(f'schema_version = 1\nkind = "place"\nid = "b"\nextends = "{base}"\n').ok


def test_too_large_too_deep_broken_and_of_another_kind():
    assert "1 MB" in str(sent(b"#" * (LARGEST_UPLOAD + 10)).problems[0])
    assert not sent("a = " + "[" * 5000).ok
    assert "damaged" in str(checked_upload("x", "not base64!").problems[0])
    assert "future" in str(sent('schema_version = 1\nkind = "future"\nid = "f"\nname = "F"\n').problems[0])


def test_nothing_is_left_of_an_upload(monkeypatch):
    folders = []
    make = uploads.tempfile.TemporaryDirectory
    monkeypatch.setattr(uploads.tempfile, "TemporaryDirectory", lambda **k: folders.append(make(**k)) or folders[-1])
    sent(PLACE, name="../../etc/cron.d/x")
    from pathlib import Path

    assert folders and not Path(folders[0].name).exists()


def test_a_place_too_large_for_a_server_is_refused_before_anything_runs():
    place = made_place({"name": "Country", "children": "3,000,000", "decile": "1"})
    with pytest.raises(InputError, match="more than the browser runs"):
        question_of(Choice(place=place.id), {place.id: place})


def test_cards_of_all_packaged_places():
    cards = ready_cards()
    assert {shown["id"] for shown in cards} == set(list_ids("place"))
    assert all(len(shown["facts"]) == 3 for shown in cards)
    assert own_id("Ärger & <b>") == "own_rger_b" and own_id("") == "own_place"
