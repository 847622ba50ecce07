"""Links: what goes in comes out, and whatever else comes in does no harm."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.inputs import list_ids
from sim.spec import Place
from sim.ui import links
from sim.ui.choice import STANCES, Choice, is_ready, ready_strategy
from sim.ui.placecards import made_place
from tests.ui.hostile import STRINGS

READY = list_ids("strategy")
CALM = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def strategies(draw):
    """A packaged strategy, or one with some strands moved, dropped or resized and another name."""
    ready = ready_strategy(draw(st.sampled_from(READY)))
    if draw(st.booleans()):
        return ready
    strands = [
        strand.model_copy(
            update={"start_month": draw(st.integers(0, 60)), "stop_month": None, "outreach": draw(st.floats(0, 1))}
        )
        for strand in ready.strands
    ]
    name = draw(st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=160))
    money = {payer: round(pounds * draw(st.floats(0.5, 2)), 2) for payer, pounds in ready.money_gbp.items()}
    return ready.model_copy(update={"strands": tuple(strands), "name": name, "money_gbp": money, "place": "any"})


@st.composite
def choices(draw):
    mixes = tuple(draw(st.lists(strategies(), min_size=1, max_size=3)))
    return Choice(
        place=draw(st.sampled_from(list_ids("place"))),
        strategies=mixes,
        current=draw(st.integers(0, len(mixes) - 1)),
        future=draw(st.sampled_from([*list_ids("future"), "recession+posts_halved"])),
        evidence=draw(st.sampled_from(STANCES)),
        seed=draw(st.integers(0, 2**32 - 1)),
        replications=draw(st.integers(1, 100)),
        years=draw(st.integers(1, 20)),
    )


@CALM
@given(choices())
def test_what_goes_in_comes_out(choice):
    link = links.to_query(choice)
    assert len(link.query) < links.MOST_CHARACTERS + 2000
    opened = links.from_query(link.query)
    if not link.left_out:
        assert opened.messages == ()
        assert opened.choice == choice


@CALM
@given(st.text(max_size=300))
def test_any_text_is_opened_without_harm(text):
    for query in (text, f"v=1&s={quote(text)}", f"v=1&s=~{quote(text)}", f"p={quote(text)}"):
        opened = links.from_query(query)
        assert isinstance(opened.choice, Choice) and opened.choice.strategies


@CALM
@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=20),
                    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(max_size=12), part, max_size=4),
                    max_leaves=20))  # fmt: skip
def test_any_packed_content_is_opened_without_harm(content):
    word = "~" + links.pack(content)
    opened = links.from_query(
        urlencode([("v", "1"), ("p", word), ("s", word), ("s", "~" + links.pack({"set": content}))])
    )
    assert opened.choice.strategies


@pytest.mark.parametrize("text", STRINGS)
def test_hostile_parts_are_dropped_with_a_message(text):
    keys = ("v", "p", "s", "i", "f", "e", "l", "n", "y", "x")
    for key in keys:
        opened = links.from_query(urlencode([(key, text)], errors="replace"))
        assert opened.choice.strategies
        assert all(message.isprintable() and len(message) < 600 for message in opened.messages)
    said = links.from_query(urlencode([("s", text)], errors="replace"))
    assert said.choice == Choice() and said.messages


def test_a_packed_bomb_is_not_unpacked():
    bomb = links.base64.urlsafe_b64encode(zlib.compress(b"[" + b"0," * 5_000_000 + b"0]", 9)).decode()

    with pytest.raises(ValueError, match="too long"):
        links.unpack(bomb)
    deep = {"set": json.loads("[" * 60 + "]" * 60)}
    with pytest.raises(ValueError, match="deeply"):
        links.unpack(links.pack(deep))


def test_a_changed_strategy_is_carried_as_its_difference():
    ready = ready_strategy("cradle_to_career")
    mine = ready.model_copy(update={"name": "Mine", "id": "cradle_to_career_mine"})
    assert not is_ready(mine) and is_ready(ready)
    word = links.strategy_text(mine)
    assert word.startswith("~") and len(word) < 160
    assert links.read_strategy(word)[0] == mine


def test_a_link_says_when_a_ready_strategy_has_changed_since():
    opened = links.from_query("v=1&s=early_start.00000000")
    assert opened.choice.strategies == (ready_strategy("early_start"),)
    assert any("has changed since" in message for message in opened.messages)


def test_older_links_are_brought_up_and_newer_ones_opened_as_far_as_they_go(monkeypatch):
    monkeypatch.setattr(links, "VERSION", 2)
    monkeypatch.setattr(links, "MIGRATIONS", {1: lambda query: {**query, "p": query.pop("place", ["wallsend"])}})
    assert links.from_query("v=1&place=pembury").choice.place == "pembury"
    opened = links.from_query("v=99&p=pembury")
    assert opened.choice.place == "pembury" and "newer" in opened.messages[0]


def test_a_strategy_too_long_for_a_link_is_left_out_and_said():
    import random

    noise = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789 ", k=30_000))
    long = ready_strategy("early_start").model_copy(update={"about": noise})
    link = links.to_query(Choice(strategies=(long, ready_strategy("early_start"))))
    assert link.left_out and "too long" in link.left_out[0]
    assert len(link.query) < links.MOST_CHARACTERS


def test_an_own_place_is_carried_with_what_is_given_of_it():
    place = made_place({"name": "Hill & Dale <b>", "children": "2,400", "decile": "3", "poverty": "41.5"})
    choice = replace(Choice(), place=place.id)
    opened = links.from_query(links.to_query(choice, {place.id: place}).query)
    assert opened.messages == () and opened.choice == choice
    assert opened.own == {place.id: place}


def test_an_own_place_cannot_take_the_name_of_a_packaged_one():
    place = made_place({"name": "x", "children": 500, "decile": 1})
    fake: Place = place.model_copy(update={"id": "wallsend", "name": "Wallsend"})
    assert links.read_place(links.place_text(fake)).id == "own_wallsend"
