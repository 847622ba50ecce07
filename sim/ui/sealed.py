"""What a browser may ask of a panel: the events its component declares, and nothing else.

The component library also takes messages that import a module of the visitor's choice, build any of its classes and
call any method of a panel. Pages here need none of that, so it is not answered.
"""

from __future__ import annotations

import logging
from typing import Any

import ipyvue

LOG = logging.getLogger("zonesim.ui")
#: Keys of an event as our panels send it.
EVENT = frozenset({"event", "data"})


def _only_events(self: Any, _: Any, content: Any, buffers: Any) -> None:
    """Pass an event on to the panel's own handler; anything else is logged and dropped."""
    name = content.get("event") if isinstance(content, dict) and set(content) <= EVENT else None
    handler = getattr(self, f"vue_{name}", None) if isinstance(name, str) else None
    if handler is None:
        LOG.warning("a page sent a message that no panel takes; it was dropped")
    elif buffers:
        handler(content.get("data", {}), buffers)
    else:
        handler(content.get("data", {}))


def seal() -> None:
    """Put ``_only_events`` in the place of the library's handler, before the first panel is made."""
    ipyvue.VueTemplate._handle_event = _only_events
