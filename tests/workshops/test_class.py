"""A class by hand: who may do what when, what is locked, what others see."""

from __future__ import annotations

import json

import pytest

from sim.inputs import InputError
from sim.workshops import boards, views
from sim.workshops.actions import RefusedError
from sim.workshops.mixes import Terms, strategy_of
from sim.workshops.state import controls_of, future_of
from tests.ui.hostile import STRINGS
from tests.workshops.classes import (
    ARRIVE,
    DEBRIEF,
    GUESS,
    REVISE,
    RUN,
    SCORE,
    SHOCK,
    begin,
    finish,
    go,
    guess,
    join,
    small,
)  # fmt: skip


@pytest.fixture
def room(tmp_path):
    room = begin(tmp_path)
    yield room
    room.close()


def refused(room, by, do, match, **what):
    before = room.state
    with pytest.raises(RefusedError, match=match):
        room.act(by, do, **what)
    assert room.state is before, "what is refused changes nothing"


def test_joining_takes_the_code_a_name_and_a_free_one(room):
    with pytest.raises(RefusedError, match="not right"):
        room.join("AAAAAA", "Foxes")
    code = room.heading.code
    team, token = room.join(f" {code[:3].lower()}-{code[3:]} ", "  The   Foxes ")
    assert room.state.teams[team].name == "The Foxes" and room.device(token).id == team
    assert room.device("x") is None and room.device("") is None
    for name in ("the foxes", "\u200bThe Foxes", "ＴＨＥ ＦＯＸＥＳ"):
        with pytest.raises(RefusedError, match="Another team"):
            room.join(code, name)
    for name in ("", "x", " \u200b\n"):
        with pytest.raises(RefusedError, match="two letters"):
            room.join(code, name)
    room.act("facilitator", "lock", what="join", on=True)
    with pytest.raises(RefusedError, match="closed"):
        room.join(code, "Late")


def test_a_lost_page_gets_its_team_back_only_when_the_facilitator_lets_it(room):
    (team,) = join(room, "Foxes")
    room.act("facilitator", "lock", what="join", on=True)
    room.act("facilitator", "reopen", team=team)
    again, token = room.join(room.heading.code, "foxes")
    assert again == team and room.device(token).id == team and len(room.state.teams) == 1
    with pytest.raises(RefusedError, match="Another team"):
        room.join(room.heading.code, "Foxes")


def test_wrong_codes_run_out_and_come_back(room):
    for _ in range(60):
        with pytest.raises(RefusedError, match="not right"):
            room.join("NOPE", "Foxes")
    with pytest.raises(RefusedError, match="Too many"):
        room.join(room.heading.code, "Foxes")
    room._tries._at -= 10
    join(room, "Foxes")


def test_the_key_opens_the_desk_and_the_code_does_not(room):
    assert room.unlocks(room.heading.key) and not room.unlocks(room.heading.code) and not room.unlocks("")
    assert len(room.heading.key) >= 26 and len(room.heading.code) == 6


def test_run_is_locked_until_a_guess_with_a_range_is_set(room):
    (team,) = join(room, "Foxes")
    refused(room, team, "run", "later round")
    refused(room, team, "guess", "nothing to guess", low=0, middle=1, high=2)
    go(room, RUN)
    refused(room, team, "run", "First set a guess")
    for low, middle, high in ((5, 1, 9), (0, 9, 5), (-11, 0, 5), (0, 5, 51)):
        refused(room, team, "guess", "Give numbers", low=low, middle=middle, high=high)
    for wrong in (None, "5", True, [1], {}):
        refused(room, team, "guess", "number", low=wrong, middle=1, high=2)
    guess(room, team)
    room.act(team, "run")
    refused(room, team, "run", "on its way")
    refused(room, team, "guess", "you have run", low=0, middle=1, high=2)
    finish(room, team)
    refused(room, team, "guess", "you have run", low=0, middle=1, high=2)
    room.act(team, "run")


def test_a_guess_is_scored_against_the_first_run_after_it(room):
    (team,) = join(room, "Foxes")
    go(room, GUESS)
    guess(room, team, 0, 5, 10)
    go(room, RUN)
    for difference in (4.0, 40.0):
        room.act(team, "run")
        finish(room, team, difference)
    found, got = boards.scored(room.workshop, room.state.teams[team], GUESS)
    assert (found.middle, got.answer, got.inside, got.distance) == (5, 4.0, True, 1.0)
    assert got.points == round(100 * (1 - 10 / 60))


def test_nobody_sees_points_before_the_score_round(room):
    (team,) = join(room, "Foxes")
    go(room, GUESS)
    guess(room, team)
    go(room, RUN)
    room.act(team, "run")
    finish(room, team)
    mine = views.learner_view(room.workshop, room.state, room.state.teams[team], "salt")
    assert mine["points"] == 0 and mine["score"] == {}
    go(room, SCORE)
    mine = views.learner_view(room.workshop, room.state, room.state.teams[team], "salt")
    assert mine["points"] == 83 and mine["score"]["mine"]["inside"]
    assert sum(n for _, _, n in mine["score"]["bars"]) == 1


def test_mixes_change_only_where_and_as_far_as_they_may(room):
    (team,) = join(room, "Foxes")
    asked = {"entries": {"neli": {"reach": 0.9, "start": 2, "targeting": "lottery"}, "zone_link_worker": {}}}
    refused(room, team, "change", "cannot be changed", mix=asked)
    go(room, GUESS)
    room.act(team, "change", mix=asked | {"money": 9.0})
    mix = room.state.teams[team].mix
    assert mix.entries["neli"].reach == 0.9 and mix.entries["neli"].start == 2
    assert mix.entries["neli"].targeting != "lottery" and mix.money is None, "these were not open yet"
    room.act("facilitator", "lock", what="strands", on=True)
    room.act(team, "change", mix={"entries": {}})
    assert set(room.state.teams[team].mix.entries) == {"neli", "zone_link_worker"}
    for wrong in ({"entries": {"mentoring": {}}}, {"entries": []}, [], None, {"entries": {"neli": {"reach": 7}}},
                  {"entries": {"neli": {"start": 9}}}, {"entries": {"neli": {"reach": "all"}}}):  # fmt: skip
        refused(room, team, "change", None, mix=wrong)
    go(room, REVISE)
    room.act(team, "change", mix={"entries": {"neli": {"targeting": "lottery"}}, "money": 50_000})
    assert room.state.teams[team].mix.entries["neli"].targeting == "lottery"
    assert room.state.teams[team].mix.money == 50_000


def test_facilitator_fixes_money_and_posts_for_all(room):
    (team,) = join(room, "Foxes")
    go(room, REVISE)
    room.act(team, "change", mix={"entries": {}, "money": 50_000})
    base = room.workshop.strategies["early_start"]

    def strategy():
        return strategy_of(room.workshop, base, room.state.teams[team].mix, room.state.terms)

    assert sum(strategy().money_gbp.values()) == pytest.approx(50_000) and strategy().posts == 8
    room.act("facilitator", "fix", money=123_000, posts=3)
    assert sum(strategy().money_gbp.values()) == pytest.approx(123_000) and strategy().posts == 3
    assert "money" not in controls_of(room.workshop, room.state)
    assert not strategy().money_per_child and set(strategy().money_gbp) == set(base.money_gbp)
    room.act("facilitator", "fix", money=None, posts=None)
    assert room.state.terms == Terms()
    for wrong in ("1", -5, float("inf"), True):
        refused(room, "facilitator", "fix", None, money=wrong)


def test_two_teams_with_one_mix_have_one_strategy(room):
    first, second = join(room, "Foxes", "Badgers")
    go(room, GUESS)
    for team in (first, second):
        room.act(team, "change", mix={"entries": {"neli": {"reach": 0.4}}})
    base = room.workshop.strategies["early_start"]
    made = [strategy_of(room.workshop, base, room.state.teams[t].mix, room.state.terms) for t in (first, second)]
    assert made[0] == made[1] and "Foxes" not in made[0].model_dump_json()


def test_money_goes_round_in_the_order_that_a_team_chooses(room):
    (team,) = join(room, "Foxes")
    go(room, GUESS)
    base = room.workshop.strategies["early_start"]

    def order():
        made = strategy_of(room.workshop, base, room.state.teams[team].mix, room.state.terms)
        assert [one.priority for one in made.strands] == list(range(1, len(made.strands) + 1))
        return [one.strand for one in made.strands]

    as_planned = sorted(base.strands, key=lambda one: (one.priority, one.strand))
    assert order() == [one.strand for one in as_planned], "a mix that nobody changed is paid for as its file says"
    room.act(team, "change", mix={"entries": {"neli": {}, "zone_link_worker": {}}})
    assert order() == [*(one.strand for one in as_planned), "zone_link_worker"], "what is put in comes last"
    room.act(team, "change", mix={"entries": {"neli": {}, "zone_link_worker": {"turn": 1}}})
    assert order().index("zone_link_worker") == 1, "with an equal turn the names decide"
    for wrong in (0, 100, "first", 1e9):
        refused(room, team, "change", "Turn: a number", mix={"entries": {"neli": {"turn": wrong}}})
    room.act("facilitator", "lock", what="strands", on=True)
    before = order()
    room.act(team, "change", mix={"entries": {"neli": {"turn": 99}}})
    assert order() == before, "who may not choose strands may not order them"


def test_a_number_from_nought_to_one_can_be_guessed_as_one_of_a_hundred():
    from sim.inputs.workshop_records import Quantity
    from sim.workshops.readings import measure_of, shown_answer

    given = {"id": "m", "text": "How well?", "indicator": "partnership_maturity", "year": 3, "of": "value"}
    plain = Quantity(**given, low=0, high=1)
    of_100 = Quantity(**given, low=0, high=100, times=100, unit="of 100")
    assert (measure_of(plain).scale, measure_of(plain).decimals) == (1.0, 3)
    assert (measure_of(of_100).scale, measure_of(of_100).decimals) == (100.0, 1)
    assert shown_answer(of_100, 38.25) == "38.2 of 100"


def test_digits_after_the_point_can_be_set():
    from sim.inputs.workshop_records import Quantity
    from sim.workshops.readings import shown_number

    fine = Quantity(id="left", text="", indicator="score_16", year=1, low=0, high=1, decimals=3)
    assert shown_number(fine, 0.0091) == "+0.009"
    assert shown_number(fine.model_copy(update={"decimals": None}), 0.0091) == "+0.01"


def test_what_is_still_to_be_guessed_is_not_shown_under_a_run(tmp_path):
    from tests.workshops.classes import TEXT

    later = '[[quantities]]\nid = "late"\ntext = "And later?"\nindicator = "sdq_high"\nyear = 2\nlow = 0\nhigh = 1\n'
    text = TEXT.replace("[[rounds]]", later + 'shown_from = "revise"\n[[rounds]]', 1)
    room = begin(tmp_path, small(tmp_path, text))
    (team,) = join(room, "Foxes")
    go(room, GUESS)
    guess(room, team)
    go(room, RUN)
    room.act(team, "run")
    reached = [34.0, 30.0, 4.0, 3.0, 5.0]
    finish(room, team, readings={"reached": reached, "late": reached})
    for at, shown in ((RUN, ["How many more?"]), (REVISE, ["How many more?", "And later?"])):
        go(room, at)
        (seen,) = views.learner_view(room.workshop, room.state, room.state.teams[team], "s")["results"]
        assert [row["text"] for row in seen["rows"]] == shown
    room.close()
    with pytest.raises(InputError, match=r"shown_from.*there is no round"):
        small(tmp_path, text.replace('"revise"', '"revize"', 1))


def test_a_result_says_what_was_spent_what_fell_short_and_how_the_evidence_was_read(tmp_path):
    from tests.workshops.classes import TEXT

    text = TEXT.replace('name = "Revise"', 'name = "Revise"\nevidence = "sceptical"')
    room = begin(tmp_path, small(tmp_path, text))
    (team,) = join(room, "Foxes")
    for at in (RUN, REVISE):
        go(room, at)
        if at == RUN:
            guess(room, team)
        room.act(team, "run")
        finish(room, team)
    first, second = views.learner_view(room.workshop, room.state, room.state.teams[team], "s")["results"]
    assert (first["cost"], first["budget"]) == ("£1,000", "£2,000")
    assert first["short"] == ["Talking: money for 40% of its plan (year 1)"]
    assert (first["reading"], second["reading"]) == ("", "read as a sceptic")
    room.close()


def test_locks_openings_and_pause(room):
    (team,) = join(room, "Foxes")
    go(room, GUESS)
    guess(room, team)
    room.act("facilitator", "lock", what="run", on=False)
    room.act("facilitator", "pause", on=True)
    refused(room, team, "run", "paused")
    refused(room, team, "change", "paused", mix={"entries": {}})
    room.act("facilitator", "pause", on=False)
    room.act(team, "run")
    finish(room, team)
    room.act("facilitator", "lock", what="run", on=True)
    refused(room, team, "run", "locked")
    go(room, RUN)
    refused(room, team, "run", "locked")
    room.act("facilitator", "lock", what="run", on=False)
    room.act(team, "run")
    refused(room, "facilitator", "lock", "cannot be locked", what="doors", on=True)


def test_a_pause_stops_the_clock(room):
    go(room, GUESS)
    since = room.state.since
    room.act("facilitator", "pause", on=True)
    at = room.state.paused_at
    assert views.seconds_left(room.workshop, room.state, at + 500) == 120 - (at - since)
    room.act("facilitator", "pause", on=False)
    assert room.state.since > since


def test_futures_come_with_rounds_or_by_hand(room):
    (team,) = join(room, "Foxes")
    assert future_of(room.workshop, room.state) == "none"
    room.act("facilitator", "inject", future="good_years")
    assert future_of(room.workshop, room.state) == "good_years"
    refused(room, "facilitator", "inject", "no such future", future="flood")
    go(room, SHOCK)
    assert future_of(room.workshop, room.state) == "recession"
    go(room, REVISE)
    guess(room, team)
    room.act(team, "run")
    finish(room, team)
    assert room.state.teams[team].results[0].future == "recession"
    go(room, ARRIVE)
    assert future_of(room.workshop, room.state) == "none"


def test_a_run_nobody_waits_for_is_dropped(room):
    (team,) = join(room, "Foxes")
    refused(room, "server", "result", "Nobody waits", team=team, number=1, readings={}, cost=0, series=[])
    go(room, RUN)
    guess(room, team)
    room.act(team, "run")
    refused(room, "server", "result", "Nobody waits", team=team, number=2, readings={}, cost=0, series=[])
    room.act("server", "failed", team=team, number=1, why="no memory")
    assert room.state.teams[team].trouble == "no memory" and room.state.teams[team].wanted is None
    room.act("facilitator", "remove", team=team)
    refused(room, team, "run", "not in this class")


def test_teams_cannot_act_for_others_or_as_somebody_else(room):
    (team,) = join(room, "Foxes")
    for do in ("go", "pause", "result", "reveal", "join", "remove"):
        refused(room, team, do, "no such action", round=1, on=True)
    refused(room, "facilitator", "guess", "no such action", low=0, middle=1, high=2)
    refused(room, "t99", "run", "not in this class")
    refused(room, team, None, "no such action")


def test_a_learner_sees_nothing_of_others_until_the_board_is_open(room):
    first, second = join(room, "Foxes", "Badgers")
    for at in range(len(room.workshop.file.rounds)):
        go(room, at)
        if at == RUN:
            guess(room, second, 1.25, 2.25, 3.25)
            room.act(second, "run")
            finish(room, second, 7.125)
        seen = json.dumps(views.learner_view(room.workshop, room.state, room.state.teams[first], "salt"))
        for secret in ("Badgers", "SECRET", room.heading.key, room.heading.salt, "1.25", second):
            assert secret not in seen, (at, secret)
    room.act("facilitator", "board", open=True, anonymous=True)
    seen = json.dumps(views.learner_view(room.workshop, room.state, room.state.teams[first], "salt"))
    assert "Badgers" not in seen and "+7" in seen and "Team " in seen
    room.act("facilitator", "board", open=True, anonymous=False)
    seen = json.dumps(views.learner_view(room.workshop, room.state, room.state.teams[first], "salt"))
    assert "Badgers" in seen


def test_labels_without_names_do_not_follow_the_order_of_joining(room):
    teams = join(room, *(f"Team number {n}" for n in range(30)))
    labels = boards.labels_of(room.state, room.heading.salt)
    assert len(set(labels.values())) == 30 and [labels[t] for t in teams] != sorted(labels.values())
    assert "Team AD" in labels.values()


def test_the_board_puts_the_best_first_and_takes_the_latest_run(room):
    first, second = join(room, "Foxes", "Badgers")
    go(room, RUN)
    room.act("facilitator", "board", open=True, anonymous=False)
    for team, differences in ((first, (9.0, 2.0)), (second, (3.0,))):
        guess(room, team)
        for difference in differences:
            room.act(team, "run")
            finish(room, team, difference)
    rows = boards.board(room.workshop, room.state, "salt")
    assert [(row.label, row.outcome, row.run) for row in rows] == [("Badgers", 3.0, 1), ("Foxes", 2.0, 2)]


def test_a_round_with_a_mix_of_its_own_starts_all_teams_anew(tmp_path):
    from tests.workshops.classes import TEXT

    text = TEXT.replace('name = "Revise"', 'name = "Revise"\nstrategy = "cradle_to_career"')
    room = begin(tmp_path, small(tmp_path, text))
    (team,) = join(room, "Foxes")
    go(room, GUESS)
    room.act(team, "change", mix={"entries": {}})
    go(room, REVISE)
    assert "zone_link_worker" in room.state.teams[team].mix.entries
    guess(room, team)
    room.act(team, "run")
    assert room.state.teams[team].wanted.strategy == "cradle_to_career"
    room.close()


def test_hostile_texts_are_names_or_refused_and_every_view_still_stands(room):
    joined = 0
    for text in STRINGS:
        try:
            room.join(room.heading.code, text)
            joined += 1
        except RefusedError:
            continue
    assert joined > 30
    for team in room.state.teams.values():
        assert 2 <= len(team.name) <= 40 and team.name.isprintable()
        for do in ("guess", "change"):
            for text in STRINGS[:12]:
                with pytest.raises(RefusedError):
                    room.act(team.id, do, low=text, middle=text, high=text, mix={"entries": {text: {}}})
    go(room, DEBRIEF)
    seen = [views.learner_view(room.workshop, room.state, team, "s") for team in room.state.teams.values()]
    json.dumps([views.desk_view(room.workshop, room.state, "s"), *seen], allow_nan=False)


def test_the_desk_sees_answers_notes_and_how_far_the_class_is(room):
    (team,) = join(room, "Foxes")
    go(room, SCORE)
    assert views.desk_view(room.workshop, room.state, "s")["round"]["questions"][0]["answer"] == "SECRET ANSWER"
    go(room, SHOCK)
    assert views.desk_view(room.workshop, room.state, "s")["round"]["notes"] == "SECRET NOTES"
    go(room, GUESS)
    guess(room, team)
    desk = views.desk_view(room.workshop, room.state, "s")
    assert desk["told"] == "1 team, 1 with a guess" and desk["teams"][0]["guess"] == "5 (0 to 10)"
