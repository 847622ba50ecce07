"""A page that fails says so and can be carried on with; what it held is not lost."""

from __future__ import annotations

import logging

import solara

from sim.ui.panels.shell import Trouble

logger = logging.getLogger("zonesim.ui")


@solara.component
def Guarded(children: list[solara.Element], here: str) -> None:
    """The page, or a way to carry on when it failed."""
    error, clear = solara.use_exception()
    solara.use_effect(lambda: clear() if error else None, [here])
    if error is None:
        Plain(children)
        return
    logger.error("page %s failed", here, exc_info=error)
    Trouble(event_carry_on=lambda *_: clear())


@solara.component
def Plain(children: list[solara.Element]) -> None:
    """A component of its own, so that what fails in it is caught outside it."""
    solara.v.Html(tag="div", children=children)
