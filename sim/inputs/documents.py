"""Open a scenario file: its heading, its kind, and the file it extends."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.inputs.library import FOLDERS, ID, Library
from sim.inputs.lines import KeyPath, LineMap
from sim.inputs.problems import Findings, did_you_mean, field_name, file_error, shorten, show
from sim.inputs.reading import read_toml
from sim.inputs.schemas import SCHEMA_VERSION

#: Keys of a file that say what it is rather than what it holds.
HEADING = ("schema_version", "kind", "extends")

#: Keys by which a file without ``kind`` is recognised.
_SIGNS = {
    "place": {"cells", "schools", "services"},
    "strategy": {"strands", "money_gbp", "money_per_child"},
    "strand": {"outcome_effects", "delivery", "effect_basis", "evidence_rating"},
    "future": {"shocks"},
    "study": {"study", "design", "vary"},
    "workshop": {"setting", "rounds", "menu", "quantities"},
}

_KIND_WORDS = 'kind = "place", kind = "strategy", kind = "strand", kind = "future", kind = "study" or kind = "workshop"'


@dataclass(frozen=True)
class Document:
    """A file with everything it extends merged in; ``data`` holds no heading keys."""

    path: Path
    kind: str
    data: dict[str, Any]
    lines: LineMap


@dataclass(frozen=True)
class _Layer:
    path: Path
    kind: str | None
    data: dict[str, Any]
    lines: LineMap


def open_document(path: Path, library: Library, wanted: str | None = None) -> Document:
    """Read a file and merge it over what it extends.

    ``wanted``: the kind the caller needs, or ``None`` to find it out. Raises ``InputError`` for a
    file that cannot be read, an unfit ``schema_version``, an unclear or other kind, and for an
    ``extends`` that is missing, cyclic, of another kind or outside the folder.
    """
    layer = _read_layer(path, library)
    kind = _settled_kind(layer, wanted)
    layers, seen = [layer], {path.resolve()}
    while "extends" in layer.data:
        findings = Findings(layer.lines)
        base = _base_path(layer, kind, library, findings)
        if base.resolve() in seen:
            findings.add(("extends",), "the files extend each other in a circle", "remove extends from one of them")
            findings.raise_if_any()
        seen.add(base.resolve())
        below = _read_layer(base, library)
        if below.kind not in (kind, None):
            problem = f"a {kind} cannot extend a {below.kind}"
            findings.add(("extends",), problem, f"name a {kind} or remove extends")
            findings.raise_if_any()
        layer = below
        layers.append(layer)
    _check_own_id(layers)
    data, lines = _merged(layers, kind)
    return Document(path, kind, {key: value for key, value in data.items() if key not in HEADING}, lines)


def _read_layer(path: Path, library: Library) -> _Layer:
    data, lines = read_toml(path)
    findings = Findings(lines)
    _check_version(data, findings)
    findings.raise_if_any()
    kind = _kind_of(path, data, library, findings)
    findings.raise_if_any()
    return _Layer(path, kind, data, lines)


def _check_version(data: dict[str, Any], findings: Findings) -> None:
    here, remedy = ("schema_version",), f"write schema_version = {SCHEMA_VERSION}"
    version = data.get("schema_version")
    if version is None:
        findings.add(here, "is missing", f"add a first line: schema_version = {SCHEMA_VERSION}")
    elif isinstance(version, bool) or not isinstance(version, int):
        findings.add(here, f"{show(version)} is not a version", f"{remedy} (a whole number without quotes)")
    elif version > SCHEMA_VERSION:
        problem = f"the file has format {version}, newer than this zonesim understands ({SCHEMA_VERSION})"
        findings.add(here, problem, "update zonesim")
    elif version < SCHEMA_VERSION:
        findings.add(here, f"there is no format {version}; the first is {SCHEMA_VERSION}", remedy)


def _kind_of(path: Path, data: dict[str, Any], library: Library, findings: Findings) -> str | None:
    """By the folder of the library, else the key ``kind``, else the keys, the base, the folder's name."""
    folder_kind = library.kind_of(path)
    if "kind" in data:
        said = data["kind"]
        if not isinstance(said, str) or said not in FOLDERS:
            findings.add(("kind",), f"{show(said)} is not a kind of file", f"write {_KIND_WORDS}")
        elif folder_kind not in (said, None):
            findings.add(("kind",), f"a {said} stands in the folder for each {folder_kind}", "move the file")
        return said if isinstance(said, str) else None
    if folder_kind:
        return folder_kind
    fitting = [kind for kind, signs in _SIGNS.items() if signs & data.keys()]
    if not fitting and isinstance(data.get("extends"), str):
        fitting = [kind for kind in FOLDERS if data["extends"] in library.known(kind)]
    if len(fitting) == 1:
        return fitting[0]
    return {name: kind for kind, name in FOLDERS.items()}.get(path.resolve().parent.name)


def _settled_kind(layer: _Layer, wanted: str | None) -> str:
    file = layer.lines.file
    if layer.kind is None and wanted is None:
        raise file_error(
            file,
            "cannot tell a place, a strategy, a strand, a future, a study and a workshop apart here",
            f"add one line: {_KIND_WORDS}",
            field="kind",
        )
    if wanted and layer.kind not in (wanted, None):
        raise file_error(file, f"this is a {layer.kind} file", f"give a {wanted} file here", field="kind")
    return wanted or str(layer.kind)


def _base_path(layer: _Layer, kind: str, library: Library, findings: Findings) -> Path:
    """File named by ``extends``: an id of the library or a file in (or under) the same folder."""
    here, value = ("extends",), layer.data["extends"]
    remedy = f"name the id of a {kind}, or a .toml file in the same folder"
    base = layer.path
    if not isinstance(value, str):
        findings.add(here, f"{show(value)} is not a name", remedy)
    elif ID.fullmatch(value):
        known = library.known(kind)
        if value not in known:
            findings.add(here, f'there is no {kind} with the id "{value}"', did_you_mean(value, known, kind))
        base = known.get(value, base)
    else:
        base = _neighbour(layer.path, value, remedy, findings)
    findings.raise_if_any()
    return base


def _neighbour(path: Path, value: str, remedy: str, findings: Findings) -> Path:
    here = ("extends",)
    parts = value.replace("\\", "/").split("/")
    if parts[0] in ("", "~") or ":" in parts[0]:
        findings.add(here, f"{show(value)} is an absolute path", remedy)
    elif ".." in parts:
        findings.add(here, f"{show(value)} leads out of the folder of this file", remedy)
    else:
        base = path.parent.joinpath(*parts)
        if not value.endswith(".toml") or len(value) > 200 or not base.is_file():
            findings.add(here, f"there is no file {show(value)} beside this file", remedy)
        elif not base.resolve().is_relative_to(path.parent.resolve()):
            findings.add(here, f"{show(value)} leads out of the folder of this file", remedy)
        else:
            return base
    return path


def _check_own_id(layers: list[_Layer]) -> None:
    top = layers[0]
    if len(layers) > 1 and "id" not in top.data:
        problem = "is missing: a file that extends another needs an id of its own"
        raise file_error(top.lines.file, problem, f'add id = "{shorten(top.path.stem)}"', field=field_name(("id",)))


def _merged(layers: list[_Layer], kind: str) -> tuple[dict[str, Any], LineMap]:
    """Layers from the base up: tables are merged, everything else is replaced."""
    data: dict[str, Any] = {}
    if len(layers) == 1:
        return _overlaid(data, layers[0].data, (), kind, set()), layers[0].lines
    entries: dict[KeyPath, tuple[str, int]] = {}
    for layer in reversed(layers):
        replaced: set[KeyPath] = set()
        data = _overlaid(data, layer.data, (), kind, replaced)
        entries = {path: where for path, where in entries.items() if not _within(path, replaced)}
        entries |= layer.lines.entries
    return data, LineMap(layers[0].lines.file, entries)


def _overlaid(
    base: dict[str, Any], own: dict[str, Any], path: KeyPath, kind: str, replaced: set[KeyPath]
) -> dict[str, Any]:
    result = dict(base)
    for key, value in own.items():
        here = (*path, key)
        # A cell is one number with its source: a new value must not inherit the old source.
        whole = kind == "place" and path == ("cells",)
        if isinstance(value, dict) and isinstance(base.get(key), dict) and not whole:
            result[key] = _overlaid(base[key], value, here, kind, replaced)
        else:
            replaced.add(here)
            result[key] = value
    return result


def _within(path: KeyPath, replaced: set[KeyPath]) -> bool:
    return any(path[:length] in replaced for length in range(1, len(path) + 1))
