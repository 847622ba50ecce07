"""``list``, ``show``, ``check``, help and version."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sim.experiments.estimate import share_in_ages, strategy_estimate
from sim.inputs import list_ids, load_place, load_strands
from sim.inputs.register import load_register
from sim.outcomes import INDICATORS
from sim.spec import PlannedStrand, Strategy
from tests.cli.conftest import Shell

COMMANDS = ("demo", "run", "compare", "report", "list", "show", "check")
HEAVY = ("numba", "pandas", "matplotlib", "pyarrow", "mesa", "pydantic")

BAD = """
schema_version = 1
kind = "strategy"
name = "Mine"
nonsense = 3
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(shell: Shell, command: str) -> None:
    answer = shell(command, "--help")
    assert answer.code == 0
    assert f"zonesim {command}" in answer.out.split("Example:")[1]


def test_help_stays_fast_because_heavy_libraries_wait() -> None:
    code = f"import sim.cli, sys; sys.exit(any(name in sys.modules for name in {HEAVY!r}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_version(shell: Shell) -> None:
    answer = shell("--version")
    assert answer.code == 0
    assert answer.out.startswith("zonesim ")


@pytest.mark.parametrize(
    ("plural", "kind"), [("places", "place"), ("strands", "strand"), ("strategies", "strategy"), ("futures", "future")]
)
def test_list_names_every_id_whole(shell: Shell, plural: str, kind: str) -> None:
    answer = shell("list", plural)
    assert answer.code == 0
    assert all(identifier in answer.out for identifier in list_ids(kind))
    rows = json.loads(shell("list", plural, "--json").out)[plural]
    assert [row["id"] for row in rows] == list(list_ids(kind))


def test_a_future_is_shown_in_plain_words_with_its_sources(shell: Shell) -> None:
    told = " ".join(shell("show", "recession").out.split())
    for words in ("adults work 96 %", "September of year 3", "memory", "Labour Force Survey"):
        assert words in told, words
    found = json.loads(shell("show", "recession", "--json").out)
    assert found["kind"] == "future" and found["shocks"][0]["size"] == 0.96


def test_a_future_file_is_checked(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "storm.toml").write_text(
        'schema_version = 1\nid = "storm"\nname = "Storm"\n[[shocks]]\nkind = "income"\nsize = 0.9\n'
    )
    answer = shell("check", "storm.toml")
    assert answer.code == 0 and "ok (future)" in answer.out


def test_list_of_indicators(shell: Shell) -> None:
    rows = json.loads(shell("list", "indicators", "--json").out)["indicators"]
    assert [row["id"] for row in rows] == list(INDICATORS)


def test_list_of_mechanisms_and_parameters(shell: Shell) -> None:
    assert "fade_out" in {row["id"] for row in json.loads(shell("list", "mechanisms", "--json").out)["mechanisms"]}
    rows = {row["id"]: row for row in json.loads(shell("list", "mechanisms", "--json").out)["mechanisms"]}
    assert (rows["fade_out"]["by_itself"], rows["fade_out"]["switch"]) == ("on", "--without")
    assert [name for name, row in rows.items() if row["by_itself"] == "off"] == ["tipping_point"]
    assert rows["tipping_point"]["switch"] == "--with"
    parameters = json.loads(shell("list", "parameters", "--json").out)["parameters"]
    assert all(row["source"] and row["range"][0] <= row["value"] <= row["range"][1] for row in parameters)


@pytest.mark.parametrize(
    ("identifier", "kind"),
    [
        ("wallsend", "place"),
        ("early_start", "strategy"),
        ("mentoring", "strand"),
        ("sdq_high", "indicator"),
        ("recession", "future"),
    ],
)
def test_show(shell: Shell, identifier: str, kind: str) -> None:
    answer = shell("show", identifier)
    assert answer.code == 0
    assert kind in answer.out
    assert json.loads(shell("show", identifier, "--json").out)["kind"] == kind


def test_show_suggests_what_was_meant(shell: Shell) -> None:
    answer = shell("show", "mentorin")
    assert answer.code == 2
    assert "mentoring" in answer.err


def test_check_of_a_good_file_sizes_it(shell: Shell, tmp_path: Path) -> None:
    import scenarios

    file = Path(scenarios.__file__).parent / "strategies" / "early_start.toml"
    answer = shell("check", str(file), "--place", "pembury", "--json")
    assert answer.code == 0
    (row,) = json.loads(answer.out)["files"]
    assert set(row) == {"file", "ok", "problems", "notes", "estimate"}
    assert row["ok"] is True
    assert row["problems"] == []
    assert row["estimate"]["children"] == 1000
    estimate = row["estimate"]
    assert estimate["money_needed_gbp_a_year"] == sum(strand["gbp_a_year"] for strand in estimate["strands"])
    assert all(estimate[f"{what}_gbp_a_year"] == 0 for what in ("partnership", "data_agreement", "local_analysis"))
    assert "ok (strategy)" in shell("check", str(file)).out


def test_overheads_are_counted_in_the_money_needed(shell: Shell, tmp_path: Path) -> None:
    """A zone of 1,000 children is a quarter of a standard one; 9 of the 12 months of the survey fall into year 1."""
    (tmp_path / "zone.toml").write_text(
        'schema_version = 1\nid = "zone"\nname = "Zone"\nprice_year = 2025\nmoney_gbp = {council = 50000}\n'
        '[partnership]\ngovernance = "board"\n[analysis]\ndepth = "survey"\nmonths = 12\nstart_month = 3\n'
        '[[strands]]\nstrand = "mentoring"\nreach_share = 0.1\n'
    )
    (row,) = json.loads(shell("check", "zone.toml", "--place", "pembury", "--json").out)["files"]
    found, p = row["estimate"], load_register().parameters
    assert found["partnership_gbp_a_year"] == round(p.partnership.board_gbp / 4)
    assert found["data_agreement_gbp_a_year"] == round(p.partnership.data_agreement_gbp / 4)
    assert found["local_analysis_gbp_a_year"] == round(p.context.cost_survey * 9 / 12)
    overheads = sum(found[f"{what}_gbp_a_year"] for what in ("partnership", "data_agreement", "local_analysis"))
    assert found["money_needed_gbp_a_year"] == found["strands_gbp_a_year"] + overheads
    # The team that posts are counted for is paid by the strands alone.
    of_posts = found["strands_gbp_a_year"] * p.delivery.staff_share / p.delivery.post_cost
    assert found["posts_needed"] == pytest.approx(of_posts, abs=0.05)
    assert "local analysis a year: £" in shell("check", "zone.toml", "--place", "pembury").out


def test_a_backbone_team_alone_brings_the_usual_overheads() -> None:
    team = Strategy(id="team", name="Team", strands=(PlannedStrand(strand="partnership_backbone"),))
    found = strategy_estimate(team, load_place("pembury"), load_strands(), load_register())
    assert found["partnership_gbp_a_year"] > 0
    assert found["local_analysis_gbp_a_year"] == 0


def test_check_of_a_bad_file_points_at_the_line(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(BAD)
    answer = shell("check", "mine.toml", "--json")
    assert answer.code == 2
    (row,) = json.loads(answer.out)["files"]
    assert row["ok"] is False
    assert row["estimate"] is None
    assert all(set(problem) == {"line", "field", "problem", "remedy"} for problem in row["problems"])
    assert any(problem["line"] == 5 for problem in row["problems"])
    told = shell("check", "mine.toml", "missing.toml")
    assert "line 5" in told.err
    assert "missing.toml" in told.err


def test_shares_of_ages_add_up_to_everybody() -> None:
    place = load_place("pembury")
    assert share_in_ages(place, (0, 18)) == pytest.approx(1.0, abs=1e-6)
    assert share_in_ages(place, (0, 4)) + share_in_ages(place, (5, 18)) == pytest.approx(1.0, abs=1e-6)
    assert share_in_ages(place, (11, 15)) == pytest.approx(place.value("age_11_15_share"))


@pytest.mark.parametrize("place", ["bettws", "waltham_forest"])
def test_hidden_drivers_stay_hidden(shell: Shell, place: str) -> None:
    """Whether the file gives them or not, nobody is told before an analysis is bought."""
    answer = json.loads(shell("show", place, "--json").out)
    drivers = {row["driver"]: row["here"] for row in answer["drivers"]}
    assert {drivers[name] for name in ("distress", "access", "stigma")} == {
        "not known until a local analysis is bought"
    }
    assert not {"driver_distress", "driver_access", "driver_stigma"} & set(answer["cells"])
    assert "driver_language" in answer["cells"]
    text = shell("show", place).out
    assert text.count("not known until a local analysis is bought") == 3
    assert "driver_stigma" not in text
    assert "driver_stigma" not in shell("list", "places", "--json").out


def test_a_strategy_is_shown_with_its_partners_and_analysis(shell: Shell) -> None:
    told = " ".join(shell("show", "cradle_to_career").out.split())
    for words in ("board from September, year 1", "no handover", "Backbone charity", "join month", "survey, 12 months"):
        assert words in told, words
    assert "£60,000 (2025)" in told
    record = json.loads(shell("show", "cradle_to_career", "--json").out)
    assert record["partnership"]["governance"] == "board", "the answer for programs stays the record"
    plain = shell("show", "schools_only").out
    assert "join month" not in plain


def test_strategies_are_listed_with_their_form_of_partnership(shell: Shell) -> None:
    rows = {row["id"]: row for row in json.loads(shell("list", "strategies", "--json").out)["strategies"]}
    assert (rows["thamesmead_own_mix"]["partnership"], rows["thamesmead_own_mix"]["analysis"]) == (
        "lead agency",
        "deep",
    )
    assert (rows["schools_only"]["partnership"], rows["schools_only"]["analysis"]) == ("none", "none")


def test_open_drivers_are_told_in_words(shell: Shell) -> None:
    rows = json.loads(shell("show", "waltham_forest", "--json").out)["drivers"]
    assert {"driver": "language", "here": "clearly more than usual for places as deprived"} in rows
