"""What a page holds: changes, undo and redo, drafts and saved strategies; each page for itself."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace

from solara.server import kernel as solara_kernel
from solara.server import kernel_context

from sim.ui import state
from sim.ui.choice import Choice, ready_strategy
from sim.ui.placecards import made_place


def test_undo_redo_and_the_log(kernel):
    start = state.choice.value
    assert start == Choice() and not state.can_undo() and not state.can_redo()
    state.change(replace(start, seed=2), "Luck number 2")
    state.change(replace(start, seed=3), "Luck number 3")
    state.change(replace(start, seed=3), "Nothing new")
    assert [step.words for step in state.history.value.steps] == ["Start", "Luck number 2", "Luck number 3"]
    state.undo()
    assert state.choice.value.seed == 2 and state.can_redo()
    state.undo()
    state.undo()
    assert state.choice.value == start
    state.redo()
    state.change(replace(start, seed=9), "Luck number 9")
    assert not state.can_redo() and [s.choice.seed for s in state.history.value.steps] == [1, 2, 9]


def test_the_log_is_bounded(kernel):
    for seed in range(2, state.MOST_STEPS + 50):
        state.change(replace(state.choice.value, seed=seed), f"Luck number {seed}")
    assert len(state.history.value.steps) == state.MOST_STEPS


def test_pages_share_nothing(kernel):
    state.change(replace(Choice(), seed=7), "Luck number 7")
    other = kernel_context.VirtualKernelContext(id=str(uuid.uuid4()), kernel=solara_kernel.Kernel(), session_id="b")
    kernel_context.contexts[other.id] = other
    with other:
        assert state.choice.value == Choice() and state.history.value.steps == ()
        state.add_place(made_place({"name": "x", "children": 500, "decile": 1}))
    assert state.choice.value.seed == 7 and state.places.value == {}
    other.close()


def test_what_is_kept_comes_back(kernel):
    mine = ready_strategy("early_start").model_copy(update={"name": "Mine", "id": "early_start_mine"})
    state.save_strategy(mine)
    state.save_strategy(ready_strategy("schools_only"))
    state.add_place(made_place({"name": "Hill", "children": 500, "decile": 4}))
    kept, saved, places = state.kept_text(), state.saved.value, state.places.value
    state.saved.value, state.places.value = (), {}
    state.read_kept(kept)
    assert state.saved.value == saved and state.places.value == places
    state.forget_strategy(mine)
    assert state.saved.value == (ready_strategy("schools_only"),)


def test_damaged_keepsakes_are_left_out_with_a_message(kernel):
    for text in ("", "{", "[]", "null", '{"s": 1, "p": []}', "[" * 100_000, '{"s": ["~x", null], "p": ["~y", {}]}'):
        state.read_kept(text)
        assert state.notice.value.words
        assert state.saved.value == ()
    state.read_kept(json.dumps({"s": ["early_start.0"], "p": []}))
    assert state.saved.value == (ready_strategy("early_start"),)


def test_a_draft_is_a_link(kernel):
    state.change(replace(Choice(), place="pembury", seed=5), "Place: Pembury")
    draft = state.share_query()
    state.undo()
    state.open_query(draft)
    assert state.choice.value.place == "pembury" and state.choice.value.seed == 5
    assert state.can_undo(), "what was there before the link can be had back"


def test_strategies_stand_beside_each_other_up_to_six(kernel):
    for name in (
        "early_start",
        "schools_only",
        "family_first",
        "pembury_own_mix",
        "bettws_own_mix",
        "business_as_usual",
    ):
        state.add_strategy(ready_strategy(name), name)
    assert len(state.choice.value.strategies) == 6
    assert state.choice.value.strategy == ready_strategy("business_as_usual")
    state.add_strategy(ready_strategy("early_start"), "again")
    assert state.choice.value.current == 1 and len(state.choice.value.strategies) == 6
