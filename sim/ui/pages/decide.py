"""The page Decide."""

from __future__ import annotations

import solara

from sim.ui.panels.shell import EmptyState


@solara.component
def Page() -> None:
    """What to do first."""
    router = solara.use_router()
    EmptyState(
        title="Decide",
        words="Nothing has been run yet: run at least one strategy to see what would change the choice.",
        action="Go to Start",
        event_act=lambda *_: router.push("/"),
    )
