"""A page of the server without a browser: a websocket that holds the panels of one page and presses what is on them.

It speaks what the browser speaks: it opens the control channel, asks for the page, keeps the state of each panel as
the server sends it, and sends the events of panels. Thirty of them fit on a laptop beside the server.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import time
import urllib.request
import uuid
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

Panel = dict[str, Any]
THEMES = {"light": {}, "dark": {}}


class Page:
    """One page. ``panels``: state of each panel by its channel; ``heard``: all that was ever sent to this page."""

    def __init__(self, url: str, path: str = "/") -> None:
        self.url, self.path = url, path
        self.panels: dict[str, Panel] = {}
        self.heard: list[str] = []
        self._changed = asyncio.Condition()
        self._line: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None
        self._session = uuid.uuid4().hex

    async def open(self, patience: float = 120.0) -> None:
        """Load the page as a browser does and wait until it stands."""
        cookie = await asyncio.to_thread(_cookie, self.url + self.path)
        where = self.url.replace("http://", "ws://")
        address = f"{where}/jupyter/api/kernels/{uuid.uuid4()}/channels?session_id={uuid.uuid4()}"
        self._line = await connect(
            address, origin=self.url, additional_headers={"Cookie": cookie}, max_size=None, open_timeout=patience
        )  # type: ignore[arg-type]
        self._reading = asyncio.create_task(self._read(self._line))
        control = uuid.uuid4().hex
        await self._send("comm_open", {"comm_id": control, "target_name": "solara.control", "data": {}})
        run = {"method": "run", "args": {"path": self.path, "appName": None, "themes": THEMES, "dark": False}}
        await self._send("comm_msg", {"comm_id": control, "data": run})

    async def close(self) -> None:
        """Leave the page."""
        if self._line is not None:
            await self._line.close()
        if self._reading is not None:
            self._reading.cancel()

    def find(self, *keys: str) -> tuple[str, Panel] | None:
        """(channel, state) of the newest panel that has all these fields."""
        found = [(name, state) for name, state in self.panels.items() if all(key in state for key in keys)]
        return found[-1] if found else None

    def read(self, key: str) -> Any:
        """A field of whichever panel has it; ``None`` where no panel has."""
        found = self.find(key)
        return None if found is None else found[1][key]

    async def until(self, there: Callable[[], Any], patience: float = 120.0) -> float:
        """Seconds until something is so. Raises ``TimeoutError``."""
        began = time.perf_counter()
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: bool(there())), patience)
        return time.perf_counter() - began

    async def press(self, event: str, data: Any, *keys: str) -> None:
        """Send an event of the panel that has these fields."""
        found = self.find(*keys)
        assert found is not None, f"no panel with {keys} on {self.path}"
        content = {"event": event, "data": data}
        await self._send("comm_msg", {"comm_id": found[0], "data": {"method": "custom", "content": content}})

    async def _send(self, kind: str, content: dict[str, Any]) -> None:
        assert self._line is not None, "the page was opened"
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": self._session, "username": "",
                  "version": "5.2", "date": "2026-01-01T00:00:00Z"}  # fmt: skip
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell",
                   "buffers": []}  # fmt: skip
        await self._line.send(json.dumps(message))

    async def _read(self, line: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for frame in line:
                text = frame if isinstance(frame, str) else _first_part(frame)
                self.heard.append(text)
                self._take(json.loads(text))
                async with self._changed:
                    self._changed.notify_all()

    def _take(self, message: dict[str, Any]) -> None:
        kind, content = message["header"]["msg_type"], message.get("content", {})
        if kind == "comm_open" and content.get("target_name") == "jupyter.widget":
            self.panels[content["comm_id"]] = dict(content["data"].get("state", {}))
        elif kind == "comm_msg" and content["data"].get("method") in ("update", "echo_update"):
            self.panels.setdefault(content["comm_id"], {}).update(content["data"]["state"])
        elif kind == "comm_close":
            self.panels.pop(content["comm_id"], None)


def _first_part(frame: bytes) -> str:
    """The text of a message that carries raw parts behind it."""
    parts = struct.unpack("!I", frame[:4])[0]
    offsets = struct.unpack(f"!{parts}I", frame[4 : 4 * (parts + 1)])
    return frame[offsets[0] : offsets[1] if parts > 1 else None].decode()


def _cookie(url: str) -> str:
    """The cookie a browser gets with the page."""
    with urllib.request.urlopen(url, timeout=120) as answer:
        answer.read()
        jar = SimpleCookie(answer.headers.get("set-cookie", ""))
    return "; ".join(f"{name}={part.value}" for name, part in jar.items())
