"""The list of the libraries that zonesim may bring with it, and their licences, from what is installed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.utils import canonicalize_name

from docs.site.lock import Pinned, asked, pinned
from docs.site.markdown import table

INTRODUCTION = """\
# Libraries and their licences

zonesim itself is under Apache-2.0 and holds no code of others. Installing it brings the libraries below, each under its
own licence; this page is made from what their authors say in the packages of
`requirements.lock` (`python -m docs.site licences`). Extras in the last column bring a library;
*always* means that it comes with zonesim itself. What only an option of another library brings, or only macOS or
Windows needs, counts as if everybody had it.

Accepted are *permissive* licences (MIT, BSD, Apache-2.0, ISC, PSF, Zlib and their like), and licences with *copyleft
by file* (MPL-2.0), which ask for the source of changed files only; we change none. A library under a licence with
*copyleft by work* (GPL) may come with an extra, never with zonesim itself, and stands below with its reason; the tests
refuse any other. Where authors offer a choice, the mildest counts. This is a reading by people who are no lawyers."""

#: Libraries whose package tells no licence by name -> what the licence file in it says.
FROM_THEIR_FILES = {
    "axe-playwright-python": "MIT AND MPL-2.0 (the script axe-core in it)",
    "platypus-opt": "GPL-3.0",
    "pythran": "BSD-3-Clause",
    "rich-click": "MIT",
}
#: Libraries with copyleft by work that an extra brings, and why.
EXCEPTIONS = {
    "platypus-opt": "needed by ema-workbench, whose other parts (PRIM) `analysis` uses; zonesim neither calls nor "
    "holds it. GPL-3.0 and Apache-2.0 go together, and who passes on a bundle with both does so under GPL-3.0."
}
#: Words of a licence, in small letters, from the mildest; the first found decides where there is a choice.
KINDS = {
    "permissive": ("mit", "bsd", "apache", "isc", "psf", "python software foundation", "zlib", "cc0", "hpnd"),
    "copyleft by file": ("mpl", "mozilla", "epl", "lgpl", "lesser general public"),
    "copyleft by work": ("gpl", "general public license"),
}
#: Longest licence text that is a name rather than the licence itself.
LONGEST_NAME = 70


def licence_page(where: Iterable[Path] = ()) -> str:
    """The page. ``where``: more folders with installed packages, for those that this computer does not take.

    Raises ``LookupError`` naming packages of the lock that are installed nowhere.
    """
    found: dict[str, Distribution] = {canonicalize_name(d.name): d for d in distributions()}
    for folder in where:
        found = {str(canonicalize_name(d.name)): d for d in distributions(path=[str(folder)])} | found
    entries = pinned()
    names = sorted({entry.name for entry in entries})
    if gone := [name for name in names if name not in found]:
        raise LookupError(f"not installed: {', '.join(gone)}")
    extras = brought_by(entries)
    versions = {name: ", ".join(entry.version for entry in entries if entry.name == name) for name in names}
    rows = [
        [name, versions[name], said, kind_of(said), ", ".join(sorted(extras[name]))]
        for name in names
        for said in [licence_of(found[name])]
    ]
    reasons = "\n".join(f"- **{name}**: {reason}" for name, reason in EXCEPTIONS.items())
    return f"{INTRODUCTION}\n\n{reasons}\n\n{table(['library', 'version', 'licence', 'kind', 'comes with'], rows)}\n"


def licence_of(package: Distribution) -> str:
    """What a package says its licence is: an expression, a name, or the classes it puts itself in."""
    told = package.metadata
    name = canonicalize_name(package.name)
    if name in FROM_THEIR_FILES:
        return FROM_THEIR_FILES[name]
    if expression := _first(told.get_all("License-Expression")):
        return expression
    text = " ".join(_first(told.get_all("License")).split())
    classes = [line.split(" :: ")[-1] for line in told.get_all("Classifier") or () if line.startswith("License :: ")]
    if text and len(text) <= LONGEST_NAME and text != "UNKNOWN" and "copyright" not in text.lower() and "=" not in text:
        return text
    return " OR ".join(classes) or "not told"


def _first(values: list[str] | None) -> str:
    return values[0] if values else ""


def kind_of(said: str) -> str:
    """The kind of a licence: that of its strictest part, the mildest of a choice. ``unknown``: none of our words."""
    strict = list(KINDS)
    choices: list[str] = []
    for choice in said.split(" OR "):
        parts = [_kind_of_one(part) for part in choice.replace(";", " AND ").split(" AND ")]
        choices.append("unknown" if "unknown" in parts else max(parts, key=strict.index))
    known = [choice for choice in choices if choice != "unknown"]
    return min(known, key=strict.index) if known else "unknown"


def _kind_of_one(part: str) -> str:
    words = part.lower()
    # The longer words first: "lesser general public" holds "general public", and "lgpl" holds "gpl".
    for kind in ("copyleft by file", "copyleft by work", "permissive"):
        if any(word in words for word in KINDS[kind]):
            return kind
    return "unknown"


def brought_by(entries: list[Pinned]) -> Mapping[str, set[str]]:
    """Package of the lock -> extras that bring it; ``always`` stands for zonesim itself, and then alone."""
    wanted: dict[str, set[str]] = {}
    for entry in entries:
        for name in entry.wanted_by:
            wanted.setdefault(canonicalize_name(name), set()).add(entry.name)
    brought: dict[str, set[str]] = {entry.name: set() for entry in entries}
    for extra, requirements in asked().items():
        waiting, seen = [str(canonicalize_name(r.name)) for r in requirements], set[str]()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                brought[name].add(extra or "always")
                waiting += wanted.get(name, set())
    return {name: {"always"} if "always" in extras else extras for name, extras in brought.items()}
