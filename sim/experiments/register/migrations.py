"""Entries of older versions, turned into the newest one version at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sim.experiments.register.entries import SCHEMA, year_end

Content = dict[str, Any]


def _from_1(old: Content) -> Content:
    """Version 1 kept means with 90 % bands, without groups' names for all, dates, or single replications."""
    first = int(old["first_september"])
    projections = [
        {
            "indicator": one["indicator"], "group": one.get("group", "all"), "year": one["year"],
            "ends": year_end(first, int(one["year"])), "mean": one["mean"], "low90": one["low"], "low50": None,
            "high50": None, "high90": one["high"], "values": [],
        }
        for one in old["projections"]
    ]  # fmt: skip
    kept = {key: old[key] for key in ("id", "name", "saved", "place", "strategy", "years")}
    about = {"digest": old["digest"], "command": old["command"], "zonesim": old["zonesim"]}
    return kept | {
        "kind": "zonesim.projection", "schema": 2, "future": old.get("future", "none"),
        "evidence": old.get("evidence", "central"), "first_september": first,
        "seeds": list(range(old["seed"], old["seed"] + old["replications"])), "about": about,
        "projections": projections, "draws": {},
    }  # fmt: skip


#: Version -> how to make the next one of it.
MIGRATIONS: Mapping[int, Callable[[Content], Content]] = {1: _from_1}


def newest(content: Content) -> Content:
    """Content in the newest version.

    Raises ``ValueError`` for what is no entry or of a version to come, and what a damaged entry raises.
    """
    version = content.get("schema") if isinstance(content, dict) else None
    if not isinstance(version, int) or isinstance(version, bool) or content.get("kind") != "zonesim.projection":
        raise ValueError("it is not an entry of a register")
    if version > SCHEMA:
        raise ValueError(f"it has version {version}, newer than this zonesim understands ({SCHEMA}); update zonesim")
    while version < SCHEMA:
        if version not in MIGRATIONS:
            raise ValueError(f"there is no version {version}; the first is {min(MIGRATIONS)}")
        content = MIGRATIONS[version](content)
        version += 1
    return content
