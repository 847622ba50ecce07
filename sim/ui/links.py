"""A choice as the query of a link, and back; no Solara here.

A link names packaged things by id, and carries own ones as differences: what a strategy changes of the packaged one it
came from, what is given (not filled in) of an own place; as JSON, packed with zlib, in base64url. Every part of a link
is checked by itself as a file would be, and what is wrong is dropped with a message; the rest is opened.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from sim.inputs import InputError, LineMap, fill_place, list_ids, packaged
from sim.inputs.documents import Document
from sim.inputs.places import place_of
from sim.inputs.problems import shorten, show
from sim.inputs.reading import DEEPEST_NESTING
from sim.inputs.strategies import strategy_of
from sim.spec import Place, Record, Strategy
from sim.ui.choice import (
    LARGEST_SEED,
    MOST_REPLICATIONS,
    MOST_STRATEGIES,
    MOST_YEARS,
    STANCES,
    Choice,
    ready_future,
    ready_place,
    ready_strategy,
)

#: Format of the links that are made now; older ones are brought up by ``MIGRATIONS``.
VERSION = 1
#: Longest link that is made or read, and most bytes that a packed part may unpack to.
MOST_CHARACTERS, MOST_BYTES = 12_000, 200_000
_PACKED = "~"
_WORD = re.compile(r"[a-z][a-z0-9_]{0,63}(?:\+[a-z][a-z0-9_]{0,63}){0,5}")

Query = dict[str, list[str]]
#: Version of a link -> what turns its query into one of the next version.
MIGRATIONS: dict[int, Callable[[Query], Query]] = {}


@dataclass(frozen=True)
class Opened:
    """What a link says. ``own``: own places it carries. ``messages``: what was dropped or has changed since."""

    choice: Choice
    own: dict[str, Place]
    messages: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    """The query of a link (without ``?``); ``left_out``: what did not fit into it, in words."""

    query: str
    left_out: tuple[str, ...] = ()


def to_query(choice: Choice, own: Mapping[str, Place] | None = None) -> Link:
    """The link that opens this choice."""
    left_out: list[str] = []
    parts: list[tuple[str, str]] = [("v", str(VERSION))]
    if own and choice.place in own:
        parts += _fitting("p", place_text(own[choice.place]), own[choice.place].name, left_out)
    else:
        parts.append(("p", choice.place))
    for strategy in choice.strategies:
        written = strategy_text(strategy)
        room = MOST_CHARACTERS - sum(len(value) for _, value in parts)
        if len(written) > room - 200:
            left_out.append(f"{strategy.name} is too long for a link; send its file")
        else:
            parts.append(("s", written))
    usual = Choice(strategies=choice.strategies)
    plain = {"i": choice.current, "f": choice.future, "e": choice.evidence, "l": choice.seed}
    plain |= {"n": choice.replications, "y": choice.years}
    default = {"i": usual.current, "f": usual.future, "e": usual.evidence, "l": usual.seed}
    default |= {"n": usual.replications, "y": usual.years}
    parts += [(key, str(value)) for key, value in plain.items() if value != default[key]]
    return Link(urlencode(parts, safe="~.", quote_via=quote), tuple(left_out))


def from_query(query: str) -> Opened:
    """What a link asks for. Never raises: a part that is wrong is dropped, with a message in plain words."""
    messages: list[str] = []
    if len(query) > 2 * MOST_CHARACTERS:
        return Opened(Choice(), {}, ("The link is too long to be one of ours; it was not opened.",))
    try:
        pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=True, max_num_fields=40, errors="replace")
    except ValueError:
        return Opened(Choice(), {}, ("The link is not one of ours; it was not opened.",))
    parts: Query = {}
    for key, value in pairs:
        parts.setdefault(key, []).append(value)
    parts = _brought_up(parts, messages)
    choice, own = _read_place(parts, messages)
    strategies = _read_strategies(parts, messages)
    if strategies:
        choice = replace(choice, strategies=strategies)
    choice = replace(
        choice,
        current=_number(parts, "i", 0, 0, len(choice.strategies) - 1, "which strategy is shown", messages),
        future=_future(parts, messages),
        evidence=_one_of(parts, "e", STANCES, "central", "reading of the evidence", messages),
        seed=_number(parts, "l", 1, 0, LARGEST_SEED, "luck number", messages),
        replications=_number(parts, "n", 20, 1, MOST_REPLICATIONS, "number of replications", messages),
        years=_number(parts, "y", 10, 1, MOST_YEARS, "number of years", messages),
    )
    return Opened(choice, own, tuple(messages))


def strategy_text(strategy: Strategy) -> str:
    """A strategy in one word: its id if it is packaged, else what it changes of the packaged one it is nearest to.

    The digest after the dot tells a later version of zonesim whether its packaged strategy is still the same.
    """
    data = strategy.model_dump(mode="json", exclude_defaults=True)
    best: tuple[int, str] | None = None
    for base in _bases(strategy):
        ready = ready_strategy(base)
        if ready == strategy:
            return f"{base}.{fingerprint(ready)}"
        changes = _difference(ready.model_dump(mode="json", exclude_defaults=True), data)
        text = pack({"of": base, "was": fingerprint(ready), **changes})
        best = min(best or (len(text), text), (len(text), text))
    whole = pack({"set": data})
    return _PACKED + (best[1] if best and best[0] < len(whole) else whole)


def read_strategy(text: str) -> tuple[Strategy, tuple[str, ...]]:
    """The strategy in a word of a link, and what there is to say about it. Raises ``ValueError`` or ``InputError``."""
    if not text.startswith(_PACKED):
        name, _, was = text.partition(".")
        if name not in list_ids("strategy"):
            raise ValueError(f"there is no ready strategy {show(name)}")
        ready = ready_strategy(name)
        return ready, _changed_since(ready, was)
    content = unpack(text[1:])
    base = content.get("of")
    said: tuple[str, ...] = ()
    data: dict[str, Any] = {}
    if base is not None:
        if base not in list_ids("strategy"):
            raise ValueError(f"it builds on a ready strategy that there is no more, {show(base)}")
        ready = ready_strategy(base)
        data = ready.model_dump(mode="json", exclude_defaults=True)
        said = _changed_since(ready, str(content.get("was", "")))
    changes = content.get("set", {})
    if not isinstance(changes, dict):
        raise ValueError("its changes cannot be read")
    data |= changes
    for key in content.get("drop", []):
        data.pop(str(key), None)
    # Own places live in the browser, not in the library: a strategy of a link fits any place.
    return strategy_of(_document("strategy", data | {"place": _known_place(data.get("place"))}), packaged()), said


def place_text(place: Place) -> str:
    """An own place in one word: what is given of it."""
    return _PACKED + pack(_given(place))


def read_place(text: str) -> Place:
    """The own place in a word of a link. Raises ``ValueError`` or ``InputError``."""
    return own_place(fill_place(place_of(_document("place", unpack(text.removeprefix(_PACKED))))))


def own_place(place: Place) -> Place:
    """A place that is not of the library, with an id that cannot be taken for one that is."""
    return place.model_copy(update={"id": f"own_{place.id}"[:64]}) if place.id in list_ids("place") else place


def fingerprint(record: Record) -> str:
    """Eight characters that change when a packaged record does."""
    text = json.dumps(record.model_dump(mode="json", exclude_defaults=True), sort_keys=True)
    return f"{zlib.crc32(text.encode()):08x}"


def pack(content: dict[str, Any]) -> str:
    """JSON, zlib, base64url without padding."""
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def unpack(text: str) -> dict[str, Any]:
    """Back again. Raises ``ValueError`` for what is no packed table, is too large, or is nested too deeply."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        engine = zlib.decompressobj()
        plain = engine.decompress(raw, MOST_BYTES)
        if engine.unconsumed_tail or not engine.eof:
            raise ValueError("it is too long or cut off")
        content = json.loads(plain)
    except (binascii.Error, zlib.error, RecursionError, UnicodeDecodeError, json.JSONDecodeError):
        raise ValueError("it was cut off or changed on the way") from None
    if not isinstance(content, dict):
        raise ValueError("it holds no table")
    _check_plain(content)
    return content


def _check_plain(content: Any) -> None:
    """Refuse what no file may hold either: deep nesting, control characters, endless numbers."""
    level, depth = [content], 0
    while level:
        depth += 1
        if depth > DEEPEST_NESTING:
            raise ValueError("it is nested too deeply")
        inner: list[Any] = []
        for node in level:
            if isinstance(node, str) and any((ord(c) < 32 and c not in "\n\t") or ord(c) == 127 for c in node):
                raise ValueError("it holds a control character")
            if isinstance(node, float | int) and not isinstance(node, bool) and not abs(node) <= 10**15:
                raise ValueError("it holds a number beyond all use")
            inner += (
                [*node.keys(), *node.values()] if isinstance(node, dict) else node if isinstance(node, list) else []
            )
        level = inner


def _bases(strategy: Strategy) -> list[str]:
    """Packaged strategies that a strategy may have come from: by its id, or by sharing most strands."""
    known = list_ids("strategy")
    own = {planned.strand for planned in strategy.strands}
    shared = {name: len(own & {p.strand for p in ready_strategy(name).strands}) for name in known}
    near = sorted((name for name in known if shared[name]), key=lambda name: (-shared[name], name))[:2]
    return [name for name in known if name == strategy.id or strategy.id.startswith(f"{name}_")] + near


def _difference(base: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    changed = {key: value for key, value in data.items() if base.get(key) != value}
    gone = [key for key in base if key not in data]
    return {"set": changed} | ({"drop": gone} if gone else {})


def _changed_since(ready: Strategy, was: str) -> tuple[str, ...]:
    if not was or was == fingerprint(ready):
        return ()
    return (f"The ready strategy {ready.name} has changed since this link was made; today's version is used.",)


def _known_place(place: Any) -> Any:
    return place if place in list_ids("place") else "any"


def _document(kind: str, data: dict[str, Any]) -> Document:
    return Document(Path("link"), kind, data, LineMap("link"))


def _given(place: Place) -> dict[str, Any]:
    """What is given of an own place: what was filled in is filled in again."""
    data = place.model_dump(mode="json", exclude_defaults=True)
    data["cells"] = {
        name: cell.value if cell == _bare(place, name) else cell.model_dump(mode="json", exclude_defaults=True)
        for name, cell in place.cells.items()
        if cell.kind not in ("filled_in", "derived") or cell.year is not None
    }
    data["schools"] = [s.model_dump(mode="json", exclude_defaults=True) for s in place.schools if s.kind != "filled_in"]
    return {key: value for key, value in data.items() if value not in ([], {}, "")}


def _bare(place: Place, name: str) -> Any:
    cell = place.cells[name]
    return type(cell)(value=cell.value, unit=cell.unit, kind="given")


def _fitting(key: str, written: str, name: str, left_out: list[str]) -> list[tuple[str, str]]:
    if len(written) <= MOST_CHARACTERS // 2:
        return [(key, written)]
    left_out.append(f"{name} is too long for a link; send its file")
    return []


def _brought_up(parts: Query, messages: list[str]) -> Query:
    said = parts.get("v", [str(VERSION)])[0]
    version = int(said) if said.isascii() and said.isdigit() and len(said) < 4 else VERSION
    if version > VERSION:
        messages.append("The link was made by a newer zonesim; what this one understands of it was opened.")
    while version < VERSION and version in MIGRATIONS:
        parts, version = MIGRATIONS[version](parts), version + 1
    return parts


def _read_place(parts: Query, messages: list[str]) -> tuple[Choice, dict[str, Place]]:
    said = parts.get("p", [""])[0]
    choice = Choice()
    if said.startswith(_PACKED):
        try:
            place = read_place(said)
        except (ValueError, InputError) as error:
            messages.append(f"The place in the link was not opened: {because(error)}.")
        else:
            return replace(choice, place=place.id), {place.id: place}
    elif said in list_ids("place"):
        return replace(choice, place=ready_place(said).id), {}
    elif said:
        messages.append(f"There is no place {show(said)}; {ready_place(choice.place).name} is shown.")
    return choice, {}


def _read_strategies(parts: Query, messages: list[str]) -> tuple[Strategy, ...]:
    found: list[Strategy] = []
    words = parts.get("s", [])
    for at, word in enumerate(words[:MOST_STRATEGIES], start=1):
        try:
            strategy, said = read_strategy(word)
        except (ValueError, InputError) as error:
            messages.append(f"Strategy {at} of the link was not opened: {because(error)}.")
        else:
            found.append(strategy)
            messages += said
    if len(words) > MOST_STRATEGIES:
        messages.append(f"The link holds {len(words)} strategies; the first {MOST_STRATEGIES} were opened.")
    return tuple(found)


def because(error: Exception) -> str:
    """Why a part of a link was dropped, short enough for one sentence."""
    if isinstance(error, InputError):
        first = error.problems[0]
        return shorten(f"{first.field}: {first.problem}; {first.remedy}", 240)
    return shorten(str(error), 200)


def _future(parts: Query, messages: list[str]) -> str:
    said = parts.get("f", ["none"])[0]
    try:
        if _WORD.fullmatch(said):
            ready_future(said)
            return said
    except InputError:
        pass
    messages.append(f"There is no future {show(said)}; nothing happens from outside.")
    return "none"


def _one_of(parts: Query, key: str, known: Sequence[str], usual: str, what: str, messages: list[str]) -> str:
    said = parts.get(key, [usual])[0]
    if said in known:
        return said
    messages.append(f"{show(said)} is no {what}; {usual} is used.")
    return usual


def _number(parts: Query, key: str, usual: int, low: int, high: int, what: str, messages: list[str]) -> int:
    said = parts.get(key, [str(usual)])[0]
    if not (said.isascii() and said.isdigit() and len(said) <= 12):
        messages.append(f"{show(said)} is no {what}; {usual} is used.")
        return usual
    value = min(max(int(said), low), high)
    if value != int(said):
        messages.append(f"{said} is out of range for the {what}; {value} is used.")
    return value
