"""The page Start: a place already chosen, and one button that sets something moving."""

from __future__ import annotations

import solara

from sim.ui import running
from sim.ui.panels.shell import EmptyState


@solara.component
def Page() -> None:
    """Run the example, or choose another place."""
    router = solara.use_router()

    def run() -> None:
        running.ask()
        router.push("/watch")

    EmptyState(
        title="Plan a Children's Zone",
        words="Run a ready strategy in a ready place.",
        action="Run the example",
        event_act=lambda *_: run(),
    )
