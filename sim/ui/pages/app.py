"""The app that Solara opens: the routes, and the frame that every page stands in."""

from __future__ import annotations

from typing import Any

import solara

from sim.ui import running, state
from sim.ui.guarded import Guarded
from sim.ui.jobs import State
from sim.ui.pages import compare, decide, evidence, plan, report, start, watch
from sim.ui.panels.shell import Keep, StatusLine, TopBar

#: Path -> name and page, in the planner's order.
PAGES = {
    "/": ("Start", start.Page),
    "/plan": ("Plan", plan.Page),
    "/watch": ("Watch", watch.Page),
    "/compare": ("Compare", compare.Page),
    "/decide": ("Decide", decide.Page),
    "/evidence": ("Evidence", evidence.Page),
    "/report": ("Report", report.Page),
}
#: Name under which the draft is kept in the browser.
DRAFT = "zonesim.draft"
#: Name under which saved strategies and own places are kept in the browser.
KEPT = "zonesim.saved"


@solara.component
def Layout(children: list[solara.Element] = []) -> None:
    """Top bar, status line, and the page as the main landmark."""
    route, _ = solara.use_route()
    router = solara.use_router()
    here = "/" if route is None or route.path == "/" else f"/{route.path}"
    with solara.v.Html(tag="div"):
        pages = [{"path": path, "name": page[0]} for path, page in PAGES.items()]
        TopBar(pages=pages, here=here, event_go=router.push)
        Frame()
        with solara.v.Html(tag="main", class_="zs-page", attributes={"id": "main", "tabindex": "-1"}):
            Guarded(children, here)


@solara.component
def Frame() -> None:
    """Status line and draft: they change often, the page around them need not."""
    at = running.answer.value.state
    solara.use_effect(running.look_ahead, [state.choice.value, state.places.value])
    StatusLine(
        words=status_words(at),
        busy=at is not None and at.active,
        failed=at is not None and at.kind == "failed",
        share=at.done / at.total if at is not None and at.total else 0.0,
        notes=list(state.notice.value.words),
        event_stop=lambda *_: running.stop(),
        event_again=lambda *_: running.ask(),
        event_dismiss=lambda *_: state.say(),
    )
    Keep(name=KEPT, value=state.kept_text(), event_opened=_kept, event_full=_full)
    Keep(name=DRAFT, value=state.share_query(), event_opened=_opened, event_full=_full)


def status_words(at: State | None) -> str:
    """Where a run stands, in plain words."""
    if at is None:
        return ""
    if at.kind == "queued":
        return (
            f"Waiting: {at.position} {'run' if at.position == 1 else 'runs'} before yours"
            if at.position
            else "Starting"
        )
    if at.kind == "running":
        left = "" if at.seconds_left is None else f", about {max(1, round(at.seconds_left))} s left"
        return f"Running {at.what}{left}"
    if at.kind == "failed":
        return f"The run failed: {at.why}. What to do: {at.what_to_do}."
    return "The run was stopped." if at.kind == "cancelled" else ""


def _kept(data: dict[str, Any]) -> None:
    text = str(data.get("kept", ""))
    if text:
        state.read_kept(text)


def _full(*_: Any) -> None:
    state.say("This browser keeps nothing for this page (private window, or full): download what you want to keep.")


def _opened(data: dict[str, Any]) -> None:
    """The page has opened: a link wins over the draft of last time."""
    search, kept = str(data.get("search", ""))[:50_000], str(data.get("kept", ""))[:50_000]
    if search.lstrip("?").strip():
        state.open_query(search)
    elif kept:
        state.open_query(kept)


# The label is the title of the window; a second title of the frame's own would compete with it.
routes = [
    solara.Route(
        path=path.strip("/") or "/", component=page, label=f"{name} · Zonesim", layout=Layout if path == "/" else None
    )
    for path, (name, page) in PAGES.items()
]
