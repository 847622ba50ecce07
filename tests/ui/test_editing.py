"""Edits of a strategy: each gives a valid strategy and a line in plain words, or the words of ``zonesim check``."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.inputs import check_files, list_ids, load_place, load_strategy, packaged
from sim.inputs.writing import month_text, strategy_data, strategy_toml
from sim.spec import Strategy
from sim.ui import editing
from sim.ui.changes import CHANGES, id_from
from sim.ui.editing import Edited, Refused, change, checked, imported

pytest.importorskip("solara")

PLACE = load_place("pembury")
READY = load_strategy("cradle_to_career")
HOSTILE = (
    "<script>alert(1)</script>", "{{ 7*7 }}", "../../etc/passwd", "=1+1", "'; drop table", "\x00", "\u202eevil",
    "\ud800", "a" * 5_000, "]]\n[[strands]]\nstrand = 'x'", 'quote " and \\ back', "nan", "€\U0001f600", "\x7f", "",
)  # fmt: skip


def made(strategy: Strategy, what: str, **given_: object) -> Strategy:
    found = change(strategy, what, PLACE, **given_)
    assert isinstance(found, Edited), found.text
    assert found.line
    return found.strategy


def refused(strategy: Strategy, what: str, **given_: object) -> str:
    found = change(strategy, what, PLACE, **given_)
    assert isinstance(found, Refused), found.line
    return found.text


def line(strategy: Strategy, what: str, **given_: object) -> str:
    found = change(strategy, what, PLACE, **given_)
    assert isinstance(found, Edited), found.text
    return found.line


def neli(field: str, value: object) -> dict[str, object]:
    at = next(at for at, planned in enumerate(READY.strands) if planned.strand == "neli")
    return {"at": at, "strand": "neli", "field": field, "value": value}


def test_each_change_is_told_in_plain_words() -> None:
    assert line(READY, "strand", **neli("start_month", 12)) == (
        "Nuffield Early Language Intervention: start Sep 2027, Year 2 (was Sep 2026, Year 1)"
    )
    assert line(READY, "strand", **neli("places_per_term", 40)) == (
        "Nuffield Early Language Intervention: places 40 (was share of those eligible 70%)"
    )
    assert line(READY, "posts", value=12) == "Most posts: 12 (was no limit)"
    assert line(READY, "text", field="name", value="Ours") == "Renamed to “Ours”"
    assert line(READY, "add_strand", strand="triple_p") == "Added Triple P (group and population levels)"
    assert line(READY, "partnership", on=False) == "Partnership ended"
    assert line(READY, "analysis_field", field="depth", value="deep").startswith("Local analysis: depth with residents")
    assert "£20 a year per child (was £11)" in line(READY, "money", payer="nhs", value=20)


def test_what_is_as_before_is_no_change() -> None:
    assert line(READY, "strand", **neli("ramp_months", 0)) == ""
    assert line(READY, "per_child", value=True) == ""


def test_places_and_share_take_each_others_place() -> None:
    by_places = made(READY, "strand", **neli("places_per_term", 40))
    planned = next(p for p in by_places.strands if p.strand == "neli")
    assert (planned.places_per_term, planned.reach_share) == (40, None)
    by_share = made(by_places, "strand", **neli("reach_share", 0.7))
    assert by_share == READY


def test_a_plan_from_nothing() -> None:
    plan = made(editing.blank(()), "add_strand", strand="neli")
    assert plan.strands[0].reach_share == 0.2
    assert plan.money_gbp["schools"] >= 1000, "a strand without money may not stand"
    assert "no money for neli" in refused(plan, "money", payer="schools", value=0)


def test_the_queue_is_counted_anew() -> None:
    last = len(READY.strands) - 1
    at = next(i for i, p in enumerate(READY.strands) if p.priority == max(q.priority for q in READY.strands))
    moved = made(READY, "move_strand", at=at, strand=READY.strands[at].strand, to=0)
    assert moved.strands[at].priority == 1
    assert sorted(p.priority for p in moved.strands) == list(range(1, last + 2))


def test_shifting_keeps_the_length() -> None:
    ends = made(READY, "strand", **neli("stop_month", 24))
    shifted = made(ends, "shift_strand", at=neli("x", 0)["at"], strand="neli", start=30)
    planned = next(p for p in shifted.strands if p.strand == "neli")
    assert (planned.start_month, planned.stop_month) == (30, 54)


def test_what_rests_on_a_removed_strand_goes_with_it() -> None:
    at = neli("x", 0)["at"]
    without = made(READY, "remove_strand", at=at, strand="neli")
    steps = {step.id: step for step in without.theory_of_change.steps}
    assert "language_groups" not in steps
    assert "language_groups" not in steps["ready"].depends_on


def test_one_partner_leads() -> None:
    changed = made(READY, "partner", partner="police", field="lead", value=True)
    assert [p.id for p in changed.partnership.partners if p.lead] == ["police"]


def test_the_usual_partners_become_own_ones() -> None:
    plan = made(made(editing.blank(()), "partnership", on=True), "add_partner", kind="police")
    assert len(plan.partnership.partners) == 7


def test_money_keeps_its_size_when_counted_otherwise() -> None:
    whole = made(READY, "per_child", value=False)
    children = PLACE.value("children")
    assert sum(whole.money_gbp.values()) == pytest.approx(children * sum(READY.money_gbp.values()), rel=0.001)
    assert made(whole, "per_child", value=True) == READY


def test_a_refusal_has_the_words_of_the_check(tmp_path: Path) -> None:
    """What the editor says of a bad value is what the check says of a file that holds it."""
    data = strategy_data(READY)
    said = refused(READY, "strand", **neli("ramp_months", 90))
    assert "is out of range; give a whole number from 0 to 60" in said
    path = tmp_path / "bad.toml"
    text = strategy_toml(READY)
    at = text.index('strand = "neli"')
    path.write_text(text[:at] + "ramp_months = 90\n" + text[at:])
    (found,) = check_files([path])
    assert found.problems[0].problem + "; " + found.problems[0].remedy + "." == said
    assert data["id"] == "cradle_to_career"
    circle = {"name": "x", "kind": "step", "indicator": "gld", "by_month": 12, "depends_on": ["ready"]}
    with_step = made(READY, "add_step", step=circle)
    assert "circle" in refused(with_step, "step", id_="ready", step=circle | {"depends_on": ["x"]})


@pytest.mark.parametrize("name", list_ids("strategy"))
def test_every_ready_strategy_goes_out_and_in_again(name: str) -> None:
    strategy = load_strategy(name)
    assert imported(strategy_toml(strategy).encode(), "a.toml") == strategy


def test_a_file_goes_through_the_check_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(editing.exported(READY))
    (found,) = check_files([path])
    assert found.ok
    assert load_strategy(path) == READY
    assert 'start = "2027-09"' in path.read_text()


def test_dates_of_a_file() -> None:
    assert [month_text(month) for month in (0, 3, 4, 12, 239)] == [
        "2026-09",
        "2026-12",
        "2027-01",
        "2027-09",
        "2046-08",
    ]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"\x00", "NUL"), (b"", "empty"), (b"[" * 5000, "not valid TOML"), (b"a" * 300_000, "larger than 200 kB"),
        (packaged().known("place")["pembury"].read_bytes(), "this is a place file"), (b"\xff\xfe\x00", "UTF-16"),
        (b"schema_version = 1\nkind = 'strategy'\nid = 'x'\nname = 'x'\nextends = '../../secret.toml'\n", "leads out"),
    ],
)  # fmt: skip
def test_bad_uploads_are_told(content: bytes, word: str) -> None:
    found = imported(content, "../../evil/<b>.toml")
    assert isinstance(found, Refused)
    assert word in found.problems[0].problem + found.problems[0].remedy
    assert found.problems[0].file == "<b>.toml", "only the name is shown, and nothing is opened by it"


def test_an_import_takes_a_free_id() -> None:
    found = imported(editing.exported(READY).encode(), "a.toml", {"cradle_to_career"})
    assert isinstance(found, Strategy)
    assert found.id == "cradle_to_career_2"


@pytest.mark.parametrize("what", [*CHANGES, "nothing_like_it"])
@pytest.mark.parametrize("value", [None, -1, 1e400, [], {}, {"a": {"b": 1}}, "x", True, *HOSTILE])
def test_whatever_a_page_sends_is_answered(what: str, value: object) -> None:
    """Nothing but a valid strategy or a refusal, whatever stands in every argument."""
    fields = ("field", "value", "payer", "strand", "at", "to", "start", "on", "kind", "name", "partner", "step", "id_")
    takes = [name for name in inspect.signature(CHANGES[what]).parameters if name in fields] if what in CHANGES else []
    for names in (takes, fields):
        found = change(READY, what, PLACE, **dict.fromkeys(names, value))
        if isinstance(found, Edited):
            assert checked(strategy_data(found.strategy)) == found.strategy
        else:
            assert found.problems[0].problem


TEXTS = st.one_of(st.text(max_size=40), st.sampled_from(HOSTILE))
NUMBERS = st.one_of(
    st.integers(-5, 300), st.floats(0, 1), st.none(), TEXTS, st.floats(allow_nan=True, allow_infinity=True)
)
STRANDS = st.sampled_from(["neli", "mentoring", "partnership_backbone", "youth_clubs", "housing_retrofit", "unknown"])
FIELDS = st.sampled_from(
    ["start_month", "ramp_months", "stop_month", "places_per_term", "reach_share", "targeting", "outreach", "priority",
     "uptake", "unit_cost_gbp", "effect_multiplier", "strand"]
)  # fmt: skip
AT = {"at": st.integers(0, 3), "strand": STRANDS}
ZONE = st.sampled_from(["handover_month", "learning", "governance"])
STEP = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "kind": st.just("outcome"),
        "indicator": st.sampled_from(["gld", "neet", "x"]),
        "by_month": st.integers(0, 250),
    }
)
ARGUMENTS = {
    "add_strand": {"strand": STRANDS, "start": st.sampled_from([0, 24, 60])},
    "strand": AT | {"field": FIELDS, "value": NUMBERS},
    "move_strand": AT | {"to": st.integers(-1, 5)},
    "remove_strand": AT,
    "shift_strand": AT | {"start": st.integers(-2, 250)},
    "money": {"payer": st.sampled_from(["nhs", "council", "x"]), "value": NUMBERS},
    "text": {"field": st.sampled_from(["name", "question", "about", "id"]), "value": TEXTS},
    "posts": {"value": NUMBERS},
    "per_child": {"value": st.booleans()},
    "partnership": {"on": st.booleans()},
    "zone": {"field": ZONE, "value": NUMBERS},
    "add_partner": {"kind": st.sampled_from(["nhs", "police", "x"]), "name": TEXTS},
    "analysis": {"on": st.booleans()},
    "theory": {"field": st.just("why"), "value": TEXTS},
    "add_step": {"step": STEP},
}
CHANGE = st.one_of([st.tuples(st.just(what), st.fixed_dictionaries(takes)) for what, takes in ARGUMENTS.items()])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CHANGE, max_size=12))
def test_any_sequence_of_changes_is_valid_or_refused(changes: list) -> None:
    """Every state passes the check, goes out as a file and comes back the same."""
    now = made(editing.blank(()), "money", payer="schools", value=50_000)
    for what, arguments in changes:
        found = change(now, what, PLACE, **arguments)
        if isinstance(found, Refused):
            assert found.problems
            continue
        assert bool(found.line) == (found.strategy != now)
        assert checked(strategy_data(found.strategy)) == found.strategy
        now = found.strategy
    assert imported(editing.exported(now).encode(), "a.toml") == now


@pytest.mark.parametrize("name", ["", "Ünsere Zone", "<script>", "9 lives", "a" * 300, "\ud800"])
def test_ids_are_made_of_names(name: str) -> None:
    assert Strategy(id=id_from(name), name="x")
