"""What stands between the network and the pages: headers, origin, rate and size limits, and the door when it is full.

Pure ASGI, so that it covers the websocket too. Behind a proxy that ends TLS the same rules hold for the host it passes.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: What a page may load: only from here. Templates are compiled in the browser, which needs 'unsafe-eval'.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; "
    "base-uri 'self'; form-action 'self'; object-src 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
#: Paths of the server that only its keeper may see.
HIDDEN = ("/resourcez", "/_solara/api/evict")
#: Paths under which files of the pages lie: they cost little and are not counted.
FILES = ("/static/", "/_solara/cdn/", "/jupyter/nbextensions/")

_TOO_MANY_REQUESTS = "Too many requests. Wait a minute and load the page again."
_TOO_LARGE = "The request is too large."
_FULL = """<!doctype html><html lang="en-GB"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="refresh" content="20">
<title>Zonesim is full</title><style>:root{{color-scheme:light dark}}
body{{font:1.1rem/1.6 system-ui,sans-serif;max-width:36rem;margin:12vh auto;padding:0 1.25rem}}</style></head>
<body><main><h1>Zonesim is full just now</h1>
<p>{sessions} pages are open on this server, which is as many as it was set up for.
What you saved in this browser is safe.</p>
<p>This page tries again by itself every 20 seconds. Close other Zonesim tabs that you no longer need.</p>
</main></body></html>"""


@dataclass(frozen=True)
class Limits:
    """What one server allows. ``requests``: of one address within ``window_s``, files of the pages not counted.

    A class behind one router shares an address, so the rate is that of a room, not of a person. ``sessions``: pages
    open at a time; ``sockets``: new connections of pages of one address within the window.
    """

    sessions: int = 40
    requests: int = 600
    sockets: int = 200
    window_s: float = 60.0
    body_bytes: int = 65_536
    query_bytes: int = 32_000


@dataclass
class _Bucket:
    """Requests of one address that may still be made; refills evenly."""

    left: float
    at: float = field(default_factory=time.monotonic)

    def take(self, most: int, window_s: float) -> bool:
        now = time.monotonic()
        self.left = min(float(most), self.left + (now - self.at) * most / window_s)
        self.at = now
        if self.left < 1.0:
            return False
        self.left -= 1.0
        return True


class Guard:
    """ASGI middleware. ``sessions()``: pages open now."""

    def __init__(self, app: App, limits: Limits, sessions: Callable[[], int]) -> None:
        self._app, self._limits, self._sessions = app, limits, sessions
        self._buckets: OrderedDict[tuple[str, str], _Bucket] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer it here."""
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http":
            await self._request(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        send = _with_headers(send)
        path = str(scope["path"])
        if any(path.startswith(hidden) for hidden in HIDDEN):
            await _answer(send, 404, "There is no such page.")
        elif scope["method"] not in ("GET", "HEAD", "POST"):
            await _answer(send, 405, "This cannot be done here.")
        elif not path.startswith(FILES) and not self._may(scope, "http", self._limits.requests):
            await _answer(send, 429, _TOO_MANY_REQUESTS, ((b"retry-after", b"30"),))
        elif len(scope.get("query_string", b"")) > self._limits.query_bytes or _length(scope) > self._limits.body_bytes:
            await _answer(send, 413, _TOO_LARGE)
        elif scope["method"] == "POST" and not same_origin(scope):
            await _answer(send, 403, "Only pages of this server may ask this.")
        elif _is_page(scope) and self._sessions() >= self._limits.sessions:
            page = _FULL.format(sessions=self._limits.sessions)
            await _answer(send, 503, page, ((b"retry-after", b"20"),), b"text/html; charset=utf-8")
        else:
            await self._app(scope, _bounded(receive, self._limits.body_bytes), send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Only pages of this server may open a connection: the browser sends the cookie of a session whoever asks."""
        if not same_origin(scope, needed=True) or not self._may(scope, "socket", self._limits.sockets):
            await send({"type": "websocket.close", "code": 1008})
            return
        await self._app(scope, receive, send)

    def _may(self, scope: Scope, what: str, most: int) -> bool:
        client = scope.get("client")
        who = (what, client[0] if client else "")
        bucket = self._buckets.setdefault(who, _Bucket(float(most)))
        self._buckets.move_to_end(who)
        while len(self._buckets) > 4096:
            self._buckets.popitem(last=False)
        return bucket.take(most, self._limits.window_s)


def same_origin(scope: Scope, needed: bool = False) -> bool:
    """Whether a request comes from a page of this server; ``needed``: none said is none."""
    headers = _headers(scope)
    origin = headers.get("origin")
    if origin is None:
        return not needed
    return urlsplit(origin).netloc.lower() == headers.get("host", "").lower() != ""


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _length(scope: Scope) -> int:
    said = _headers(scope).get("content-length", "0")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else 0


def _is_page(scope: Scope) -> bool:
    """Whether the request is for a page rather than for a file or a sign of life."""
    path = str(scope["path"])
    return scope["method"] == "GET" and not path.startswith((*FILES, "/healthz", "/readyz", "/_solara", "/jupyter"))


def _bounded(receive: Receive, most: int) -> Receive:
    """A body without a stated length is cut off as an ended connection once it is too long."""
    got = 0

    async def bounded() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        return message if got <= most else {"type": "http.disconnect"}

    return bounded


def _with_headers(send: Send) -> Send:
    """Add the headers to whatever answers."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = {name for name, _ in HEADERS}
            kept = [pair for pair in message.get("headers", []) if pair[0].lower() not in ours]
            message = {**message, "headers": [*kept, *HEADERS]}
        await send(message)

    return sending


async def _answer(
    send: Send, status: int, text: str, more: tuple[tuple[bytes, bytes], ...] = (),
    kind: bytes = b"text/plain; charset=utf-8",
) -> None:  # fmt: skip
    body = text.encode()
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
