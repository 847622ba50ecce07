"""The neighbourhood map: a film sent to the browser once and played there."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import solara

from sim.experiments.films import YEARLY, Film, encode
from sim.outcomes import HEADLINES, INDICATORS
from sim.report.words import measure, short_name

#: Films kept as the browser takes them, for all sessions.
_MOST_FILMS = 8


@solara.component_vue("map.vue", vuetify=False)
def _Map(head: Mapping[str, Any], packed: bytes, outcomes: Sequence[Mapping[str, Any]], channel: str) -> None:
    """The element: values and bytes of a film, and how to say the five headlines."""


def NeighbourhoodMap(film: Film, channel: str = "map") -> solara.Element:
    """A film with controls, legend and numbers. ``channel``: charts that follow it move with its month."""
    head, data = as_sent(film)
    return _Map(head=head, packed=data, outcomes=outcomes(), channel=channel)


@lru_cache(maxsize=_MOST_FILMS)
def as_sent(film: Film) -> tuple[dict[str, Any], bytes]:
    """A film as it travels: values, and its bytes compressed with gzip."""
    head, data = encode(film)
    return head, gzip.compress(data, compresslevel=1, mtime=0)


def outcomes() -> list[dict[str, Any]]:
    """How each headline is said: name, factor, decimals, units, direction; whether it is read once a year."""
    found = []
    for indicator, group in HEADLINES.values():
        shown = measure(INDICATORS[indicator])
        found.append(
            {
                "name": short_name(INDICATORS[indicator], group), "scale": shown.scale, "decimals": shown.decimals,
                "unit": shown.unit, "differenceUnit": shown.difference_unit, "yearly": indicator in YEARLY,
                "direction": INDICATORS[indicator].direction,
            }
        )  # fmt: skip
    return found
