"""The page Plan."""

from __future__ import annotations

import solara

from sim.ui.panels.shell import EmptyState


@solara.component
def Page() -> None:
    """What to do first."""
    router = solara.use_router()
    EmptyState(
        title="Plan",
        words="Nothing has been run yet: run the example on the Start page, then change its mix here.",
        action="Go to Start",
        event_act=lambda *_: router.push("/"),
    )
