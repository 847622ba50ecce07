"""A page can trigger a panel's events; it can import, build and call nothing."""

from __future__ import annotations

import sys
from typing import ClassVar

import ipyvue
import pytest
import traitlets

from sim.ui.sealed import seal


class Panel(ipyvue.VueTemplate):
    """A panel with one event and one method that is none."""

    template = traitlets.Unicode("<template><div></div></template>").tag(sync=True)
    told: ClassVar[list[object]] = []
    called = False

    def vue_pressed(self, data: object) -> None:
        self.told.append(data)

    def secret(self, *_: object) -> None:
        type(self).called = True


@pytest.fixture
def panel(monkeypatch: pytest.MonkeyPatch) -> Panel:
    usual = ipyvue.VueTemplate._handle_event
    monkeypatch.setattr(ipyvue.VueTemplate, "_handle_event", usual)
    seal()
    Panel.told.clear()
    Panel.called = False
    return Panel()


def test_an_event_reaches_its_handler(panel: Panel) -> None:
    panel._handle_custom_msg({"event": "pressed", "data": {"on": True}}, [])
    assert panel.told == [{"on": True}]


@pytest.mark.parametrize(
    "message",
    [
        {"create_widget": ["antigravity", "Widget"], "props": {}, "id": "x"},
        {"create_widget": ["subprocess", "Popen"], "props": {"args": ["true"]}, "id": "x"},
        {"create_widget": ["ipyvue", "Html"], "props": {"tag": {"functionRef": "secret"}}, "id": "x"},
        {"update_ref": {"functionRef": "secret"}, "id": "x", "prop": "tag"},
        {"destroy_widget": "x"},
        {"event": "pressed", "data": {}, "create_widget": ["antigravity", "Widget"]},
        {"event": "no_such_thing", "data": {}},
        {"event": ["pressed"], "data": {}},
        ["event"],
        None,
    ],
)
def test_nothing_else_is_answered(panel: Panel, message: object) -> None:
    panel._handle_custom_msg(message, [])
    assert not panel.told and not panel.called and "antigravity" not in sys.modules
