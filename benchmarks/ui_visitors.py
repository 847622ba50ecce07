"""Visitors of the planner's browser without a browser: each speaks the protocol of a page over a websocket.

Thirty browsers on the machine that serves them would measure themselves. What a visitor sends is what the panels send;
of what comes it reads enough to tell when a change was answered and when a new table is there, and it draws nothing.
"""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect

#: Caption of the table that an answer begins with.
TABLE = "One pair of runs: difference from the same place without a zone"
#: Longest wait for an answer, seconds.
PATIENCE_S = 90.0
_QUIET_S = 0.3


@dataclass(frozen=True)
class Change:
    """One change of one visitor: when it was sent, and after how many seconds it was answered and drawn."""

    visitor: int
    sent: float
    acknowledged: float | None
    picture: float | None
    overtaken: bool = False


@dataclass
class Visitor:
    """One page: its connection, and the panels it holds by what they can be told."""

    number: int
    url: str
    query: str
    changes: list[Change] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    _socket: ClientConnection | None = None
    _panels: dict[str, dict[str, Any]] = field(default_factory=dict)
    _ids: tuple[str, str] = ("", "")
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _tables: int = 0
    _last: float = 0.0
    _reader: asyncio.Task[None] | None = None

    async def arrive(self) -> float:
        """Load the page, open its connection and its link on Plan; seconds until the plan is there."""
        began = time.perf_counter()
        cookie = await asyncio.to_thread(_cookie, f"{self.url}/plan?{self.query}")
        self._ids = str(uuid.uuid4()), str(uuid.uuid4())
        kernel, session = self._ids
        where = f"ws://{urlsplit(self.url).netloc}/jupyter/api/kernels/{kernel}/channels?session_id={session}"
        self._socket = await connect(where, additional_headers={"Cookie": cookie}, origin=self.url, max_size=None)  # type: ignore[arg-type]
        self._reader = asyncio.create_task(self._read())
        control = uuid.uuid4().hex
        await self._send("comm_open", {"comm_id": control, "target_name": "solara.control", "data": {}})
        run = {"method": "run", "args": {"path": f"/plan?{self.query}", "themes": {}, "dark": False}}
        await self._send("comm_msg", {"comm_id": control, "data": run})
        await self._until(lambda: self._panel("opened", name="zonesim.draft") is not None, PATIENCE_S)
        await self.tell("opened", {"search": f"?{self.query}", "kept": ""}, name="zonesim.draft")
        await self._until(lambda: self._panel("run_compare", last="Opened a link") is not None, PATIENCE_S)
        took = time.perf_counter() - began
        await self._quiet()
        return took

    async def change(self, value: float, patience_s: float) -> Change:
        """Change one strand, run and compare; wait for the answer of the change, then for the table."""
        if self._panel("run_compare") is None:
            await self.tell("go", "/plan", panel="pages")
        await self._until(lambda: bool(self._panel("run_compare") and self._first_strand()), PATIENCE_S)
        await self._quiet()
        row = self._first_strand()
        assert row is not None, "a plan has strands"
        sent = time.perf_counter()
        edit = {"what": "strand", "at": row["at"], "strand": row["strand"], "field": "outreach", "value": value}
        await self.tell("edit", edit, panel="catalogue")
        answered = await self._until(lambda: (self._first_strand() or {}).get("outreach") == value, patience_s)
        acknowledged = time.perf_counter() - sent if answered else None
        tables = self._tables
        await self.tell("run_compare", {}, panel="can_undo")
        drawn = await self._until(lambda: self._tables > tables, patience_s - (time.perf_counter() - sent))
        made = Change(
            self.number, sent, acknowledged, time.perf_counter() - sent if drawn else None, answered and not drawn
        )
        self.changes.append(made)
        return made

    async def leave(self) -> None:
        """Close the page as a browser does."""
        kernel, session = self._ids
        if self._reader is not None:
            self._reader.cancel()
        if self._socket is not None:
            await self._socket.close()
        close = urllib.request.Request(f"{self.url}/_solara/api/close/{kernel}?session_id={session}", method="POST")
        await asyncio.to_thread(lambda: urllib.request.urlopen(close, timeout=30).close())

    def break_off(self) -> None:
        """Lose the connection without a word, as a line does that breaks."""
        if self._reader is not None:
            self._reader.cancel()
        if self._socket is not None:
            self._socket.transport.abort()
            self._socket = None

    async def tell(self, event: str, data: Any, panel: str = "", **state: Any) -> None:
        """Send an event of a panel that knows it, has a field ``panel``, and holds these values."""
        found = self._panel(event, panel, **state)
        if found is None:
            self.trouble.append(f"no panel for {event}")
            return
        message = {"method": "custom", "content": {"event": event, "data": data}}
        await self._send("comm_msg", {"comm_id": found, "data": message})

    def _panel(self, event: str, has: str = "", **state: Any) -> str | None:
        for name, held in reversed(list(self._panels.items())):
            known = event in held.get("events", ()) and (not has or has in held)
            if known and all(held.get(key) == value for key, value in state.items()):
                return name
        return None

    def _first_strand(self) -> dict[str, Any] | None:
        found = self._panel("edit", "catalogue")
        rows = self._panels[found]["rows"] if found else []
        return rows[0] if rows else None

    async def _until(self, there: Callable[[], bool], patience_s: float) -> bool:
        try:
            async with asyncio.timeout(max(patience_s, 0.0)), self._news:
                await self._news.wait_for(there)
        except TimeoutError:
            return False
        return True

    async def _quiet(self) -> None:
        """Wait until nothing has come for a moment: a page is told panel by panel."""
        while time.perf_counter() - self._last < _QUIET_S:
            await asyncio.sleep(_QUIET_S / 3)

    async def _send(self, kind: str, content: dict[str, Any]) -> None:
        assert self._socket is not None, "a visitor arrives before it speaks"
        header = {
            "msg_id": uuid.uuid4().hex, "msg_type": kind, "session": self._ids[1], "username": "", "version": "5.3",
            "date": "2025-01-01T00:00:00Z",
        }  # fmt: skip
        message = {
            "header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell",
            "buffers": [],
        }  # fmt: skip
        await self._socket.send(json.dumps(message))

    async def _read(self) -> None:
        assert self._socket is not None, "a visitor arrives before it listens"
        async for raw in self._socket:
            text = raw if isinstance(raw, str) else _text_of(raw)
            message = json.loads(text)
            kind, content = message["header"]["msg_type"], message["content"]
            self._last = time.perf_counter()
            async with self._news:
                self._heard(kind, content)
                self._news.notify_all()

    def _heard(self, kind: str, content: dict[str, Any]) -> None:
        name, data = content.get("comm_id"), content.get("data", {})
        state = data.get("state") if isinstance(data, dict) else None
        if name is None:
            return
        if kind == "comm_close":
            self._panels.pop(name, None)
        elif isinstance(state, dict) and (kind == "comm_open" or name in self._panels):
            if kind == "comm_open" and not ("events" in state or "caption" in state):
                return
            held = self._panels.setdefault(name, {})
            held.update(state)
            self._tables += held.get("caption") == TABLE and "rows" in state


def _cookie(address: str) -> str:
    """The cookie that a page gives a new browser."""
    with urllib.request.urlopen(address, timeout=PATIENCE_S) as answer:
        given = answer.headers.get_all("set-cookie") or []
    return "; ".join(one.split(";")[0] for one in given)


def _text_of(raw: bytes) -> str:
    """The JSON of a message with buffers, which are not read."""
    parts = int.from_bytes(raw[:4], "big")
    ends = [int.from_bytes(raw[4 * (i + 1) : 4 * (i + 2)], "big") for i in range(parts)]
    return raw[ends[0] : ends[1] if parts > 1 else None].decode()
