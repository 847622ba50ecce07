"""``workshop``: what it says before a class starts, what it refuses; ``list``, ``show``, ``check`` know workshops."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("solara")
pytest.importorskip("segno")

from sim.cli import main
from sim.cli.workshop import learners_address
from sim.inputs import list_ids
from tests.ui.conftest import free_port


@pytest.fixture
def served(monkeypatch):
    """What the server would have been started with."""
    calls = []
    monkeypatch.setattr("sim.ui.server.serve_class", lambda *given: calls.append(given))
    return calls


def start(*given: str) -> int:
    return main(["workshop", *given, "--no-open", "--port", str(free_port())])


def test_says_address_code_key_file_and_who_can_reach_it(tmp_path, served, capsys):
    path = tmp_path / "class.jsonl"
    assert start("first_zone", "--session", str(path)) == 0
    said = capsys.readouterr().out
    heading = json.loads(path.read_text().splitlines()[0])
    assert heading["code"] in said and f"/facilitator#{heading['key']}" in said and str(path) in said
    assert "Only this computer" in said and "█" in said and "40 minutes" in said
    assert f"--resume {path}" in said and served[0][1] == "127.0.0.1"


def test_an_open_host_says_plainly_what_it_exposes(tmp_path, served, capsys):
    assert start("first_zone", "--session", str(tmp_path / "c.jsonl"), "--host", "0.0.0.0") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "every computer that can reach this one" in said and "without encryption" in said
    assert "http://0.0.0.0" not in said, "nobody can type that"
    assert learners_address("0.0.0.0", 80).startswith("http://")


def test_resumes_and_tells_of_a_torn_line(tmp_path, served, capsys):
    path = tmp_path / "class.jsonl"
    assert start("first_zone", "--session", str(path)) == 0
    path.write_bytes(path.read_bytes() + b'{"n":1,"at"')
    capsys.readouterr()
    assert start("first_zone", "--resume", str(path)) == 0
    assert "was not finished" in capsys.readouterr().out


@pytest.mark.parametrize(("given", "said"), [
    (["nothing_such"], "no workshop"),
    (["first_zone", "--session", "c.jsonl", "--resume", "c.jsonl"], "Give one of the two"),
    (["first_zone", "--resume", "gone.jsonl"], "cannot be read"),
    (["first_zone", "--host", "no.such.host.example"], "no address"),
])  # fmt: skip
def test_mistakes_are_told_with_what_to_do(tmp_path, monkeypatch, served, capsys, given, said):
    monkeypatch.chdir(tmp_path)
    assert start(*given) == 2
    assert said in capsys.readouterr().err and not served
    assert list(Path().iterdir()) == []


def test_list_show_and_check_know_workshops(capsys):
    assert main(["list", "workshops", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["workshops"]
    assert [row["id"] for row in rows] == list(list_ids("workshop"))
    assert {"id": "first_zone", "name": "First zone", "minutes": 40}.items() <= rows[0].items() or len(rows) > 1
    assert main(["show", "first_zone", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "workshop"
    assert main(["show", "first_zone"]) == 0 and "The estate" in capsys.readouterr().out
    from sim.inputs import known

    assert main(["check", str(known("workshop")["first_zone"])]) == 0
    assert "minutes: 40" in capsys.readouterr().out
