"""The page Evidence."""

from __future__ import annotations

import solara

from sim.ui.panels.shell import EmptyState


@solara.component
def Page() -> None:
    """What to do first."""
    router = solara.use_router()
    EmptyState(
        title="Evidence",
        words="Nothing has been run yet: run the example to see the evidence behind its numbers.",
        action="Go to Start",
        event_act=lambda *_: router.push("/"),
    )
