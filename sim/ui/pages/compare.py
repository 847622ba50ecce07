"""The page Compare."""

from __future__ import annotations

import solara

from sim.ui.panels.shell import EmptyState


@solara.component
def Page() -> None:
    """What to do first."""
    router = solara.use_router()
    EmptyState(
        title="Compare",
        words="Nothing has been run yet: run the example, then a mix of your own, and they stand here side by side.",
        action="Go to Start",
        event_act=lambda *_: router.push("/"),
    )
