"""What is pinned in ``requirements.lock`` and asked for in ``pyproject.toml``, as the packaging standards read them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
#: Name under which the extras of this package name one another.
OWN = "zonesim"


@dataclass(frozen=True)
class Pinned:
    """One line of the lock. ``hashes``: of the files that may be installed. ``wanted_by``: packages that need it."""

    name: str
    version: str
    marker: Marker | None
    hashes: tuple[str, ...]
    wanted_by: tuple[str, ...]


def pinned(text: str | None = None) -> list[Pinned]:
    """Everything in the lock, in its order; ``text``: another lock than the one of this project."""
    found: list[Pinned] = []
    entries = (LOCK.read_text(encoding="utf-8") if text is None else text).splitlines()
    starts = [at for at, line in enumerate(entries) if line[:1].isalnum()]
    for start, end in zip(starts, [*starts[1:], len(entries)], strict=True):
        asked = Requirement(entries[start].removesuffix("\\").strip())
        (version,) = (clause.version for clause in asked.specifier if clause.operator == "==")
        below = [line.strip() for line in entries[start + 1 : end]]
        hashes = tuple(line.removeprefix("--hash=").removesuffix("\\").strip() for line in below if "--hash" in line)
        names = [line.lstrip("# ").removeprefix("via").strip() for line in below if line.startswith("#")]
        wanted_by = tuple(name.split(" ")[0] for name in names if name)
        found.append(Pinned(canonicalize_name(asked.name), version, asked.marker, hashes, wanted_by))
    return found


def asked() -> dict[str, list[Requirement]]:
    """What ``pyproject.toml`` asks for: extra (``""``: always) -> requirements, other extras of its own filled in."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    plain = {"": project["dependencies"]} | project["optional-dependencies"]

    def filled(extra: str) -> list[Requirement]:
        lines = [Requirement(line) for line in plain[extra]]
        others = [inner for line in lines if line.name == OWN for name in line.extras for inner in filled(name)]
        return [line for line in lines if line.name != OWN] + others

    return {extra: filled(extra) for extra in plain}
