"""Things that go wrong with a file, at random: bytes lost, changed or exchanged, and JSON with other values in it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

Mutation = Callable[[bytes], bytes]
#: How often each thing is tried; the long run (``python -m benchmarks soak``) asks for many more, and never the same.
TRIES = int(os.environ.get("ZONESIM_TRIES", "40"))
SAME_EACH_TIME = "ZONESIM_TRIES" not in os.environ

#: What breaks readers: ends of ranges, empty and deep things, words of other types, what no JSON may hold.
ODD_JSON = st.sampled_from(
    [None, True, 0, -1, 2**63, 10**400, 1e308, float("inf"), float("nan"), "", "x", "\x00", "é" * 300, "../..", [],
     [None], [[]], {}, {"": {}}, [[[[[[]]]]]], "2031-13", "no_such", 1.5, ["a", "b"], {"id": 3}]
)  # fmt: skip
_PIECES = st.sampled_from([b"\x00", b"\xff", b'"', b"{", b"]", b",", b"\n", b"1e999", b"null", b"-", b"PAR1", b"PK"])


def _cut(at: float) -> Mutation:
    return lambda content: content[: int(at * len(content))]


def _flipped(at: float, bit: int) -> Mutation:
    def change(content: bytes) -> bytes:
        if not content:
            return b"\x00"
        place = min(int(at * len(content)), len(content) - 1)
        return content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :]

    return change


def _spliced(at: float, out: int, piece: bytes) -> Mutation:
    def change(content: bytes) -> bytes:
        place = int(at * len(content))
        return content[:place] + piece + content[place + out :]

    return change


SHARES = st.floats(0, 1, allow_nan=False)
#: Damage to any file.
DAMAGE: st.SearchStrategy[Mutation] = st.one_of(
    st.builds(_cut, SHARES),
    st.builds(_flipped, SHARES, st.integers(0, 7)),
    st.builds(_spliced, SHARES, st.integers(0, 40), _PIECES | st.binary(max_size=6)),
    st.sampled_from([lambda _: b"", lambda content: content * 2, lambda _: b"[" * 3000, lambda _: b"null"]),
)


def _with_another_value(at: int, value: Any, gone: bool) -> Mutation:
    """JSON (or lines of it) in which one value is another, or is not there."""

    def change(content: bytes) -> bytes:
        lines = content.split(b"\n") if content.count(b"\n{") else [content]
        number = at % len(lines)
        try:
            tree = json.loads(lines[number])
        except ValueError:
            return content + b"x"
        places = list(_places(tree))
        if not places:
            return json.dumps(value).encode()
        inner, key = places[at % len(places)]
        if gone:
            del inner[key]
        else:
            inner[key] = value
        lines[number] = json.dumps(tree).encode()
        return b"\n".join(lines)

    return change


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from _places(node[key])


#: JSON that is still JSON.
OTHER_VALUES: st.SearchStrategy[Mutation] = st.builds(
    _with_another_value, st.integers(0, 100_000), ODD_JSON, st.booleans()
)


def one_of_many(name: str) -> st.SearchStrategy[Mutation]:
    """What may go wrong with a file of this name."""
    return OTHER_VALUES | DAMAGE if name.endswith((".json", ".jsonl")) else DAMAGE
