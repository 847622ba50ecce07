"""The page Watch."""

from __future__ import annotations

import solara

from sim.ui.panels.shell import EmptyState


@solara.component
def Page() -> None:
    """What to do first."""
    router = solara.use_router()
    EmptyState(
        title="Watch",
        words="Nothing has been run yet: run the example and the neighbourhood plays here month by month.",
        action="Go to Start",
        event_act=lambda *_: router.push("/"),
    )
