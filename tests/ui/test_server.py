"""The server from outside: headers, origins, limits, what is hidden, sign of life, the door when it is full."""

from __future__ import annotations

import base64
import os
import socket
from urllib.parse import urlsplit

import pytest

from sim.ui.guard import FILES, HEADERS, Guard, Limits
from tests.ui.conftest import run_apart, start_server
from tests.ui.hostile import STRINGS

PAGES = ("/", "/plan", "/watch", "/compare", "/decide", "/evidence", "/report")


def test_every_answer_carries_the_headers_and_no_server_name(server):
    for path in (*PAGES, "/healthz", "/static/assets/custom.css", "/nothing/here", "/resourcez"):
        status, headers, _ = server.get(path)
        for name, value in HEADERS:
            assert headers[name.decode()] == value.decode(), (path, name)
        assert "server" not in headers, (path, status)


def test_pages_are_there_and_the_rest_is_not(server):
    assert [server.get(path)[0] for path in PAGES] == [200] * len(PAGES)
    assert [server.get(path)[0] for path in ("/resourcez", "/_solara/api/evict/x", "/nowhere")] == [404] * 3


def test_the_session_cookie_is_out_of_reach_of_scripts(server):
    cookie = server.get("/")[1]["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie


def test_sign_of_life(server):
    status, _, text = server.get("/healthz")
    assert status == 200 and '"status":"ok"' in text and '"sessions"' in text


@pytest.mark.parametrize("path", [
    "/static/assets/../server.py", "/static/assets/%2e%2e/server.py", "/static/public/..%2f..%2fserver.py",
    "/static/assets/..%5c..%5cserver.py", "/_solara/cdn/../../../etc/passwd", "/_solara/cdn/%2e%2e/%2e%2e/etc/passwd",
    "/jupyter/nbextensions/%2e%2e/%2e%2e/etc/passwd", "/static//etc/passwd", "/static/assets/%00",
])  # fmt: skip
def test_no_path_leads_out(server, path):
    status, _, text = server.get(path)
    assert status in (400, 404) and "def " not in text and "root:" not in text


def test_hostile_queries_are_inert(server):
    from urllib.parse import quote

    for text in STRINGS:
        status, _, page = server.get("/?p=" + quote(text, errors="replace")[:8000])
        assert status in (200, 413)
        if len(text) > 8 and "<" in text:
            assert text not in page, "a query is never written into the page"


def test_large_requests_are_refused(server):
    assert server.get("/?p=" + "a" * 40_000)[0] == 413
    here = {"content-type": "text/plain"}
    assert server.get("/_solara/api/close/x?session_id=y", here, b"a" * 100_000)[0] == 413


def test_other_sites_cannot_post(server):
    away = {"Origin": "http://evil.example"}
    assert server.get("/_solara/api/close/x?session_id=y", away, b"x")[0] == 403


def handshake(url: str, origin: str | None) -> int:
    """Status of the answer to the opening of a websocket."""
    parts = urlsplit(url)
    lines = [
        "GET /jupyter/api/kernels/12345678-1234-1234-1234-123456789012/channels?session_id=x HTTP/1.1",
        f"Host: {parts.netloc}", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}", "Cookie: solara-session-id=abc",
    ]  # fmt: skip
    lines += [f"Origin: {origin}"] if origin is not None else []
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as line:
        line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return int(line.recv(64).split()[1])


def test_only_pages_of_this_server_may_open_a_connection(server):
    assert handshake(server.url, server.url) == 101
    for origin in ("http://evil.example", "null", "", server.url + ".evil.example", None):
        assert handshake(server.url, origin) == 403, origin


def test_a_full_server_says_so_and_stops_when_asked():
    server = start_server(sessions=0, requests=20)
    try:
        status, headers, page = server.get("/")
        assert status == 503 and headers["retry-after"] == "20"
        assert "<h1>Zonesim is full just now</h1>" in page and 'lang="en-GB"' in page
        assert server.get("/healthz")[0] == 200, "the sign of life is no page"
        statuses = [server.get("/healthz")[0] for _ in range(40)]
        assert statuses[-1] == 429 and statuses.count(429) >= 15
    finally:
        assert server.stop() in (0, -15)


def answered(limits: Limits, scope: dict, body: tuple[bytes, ...] = (b"",)) -> tuple[int, list[int]]:
    """(status, sizes of body the app received) through a guard in front of an app that reads everything."""
    seen: list[int] = []
    sent: list[dict] = []

    async def app(scope, receive, send):
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                break
            seen.append(len(message["body"]))
            if not message.get("more_body"):
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def run():
        parts = iter([{"type": "http.request", "body": b, "more_body": True} for b in body[:-1]]
                     + [{"type": "http.request", "body": body[-1]}])  # fmt: skip

        async def receive():
            return next(parts)

        async def send(message):
            sent.append(message)

        await Guard(app, limits, lambda: 0)(scope, receive, send)

    run_apart(run())
    return sent[0]["status"], seen


def test_a_body_without_a_length_is_cut_off():
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/x",
        "headers": [],
        "client": ("1.2.3.4", 1),
        "query_string": b"",
    }
    assert answered(Limits(body_bytes=10), scope, (b"12345", b"67890", b"1"))[1] == [5, 5]
    assert answered(Limits(body_bytes=10), scope, (b"12345",)) == (200, [5])


def test_rates_are_per_address_and_files_are_free():
    limits = Limits(requests=2)
    calls: list[int] = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def run():
        guard = Guard(app, limits, lambda: 0)
        for client, path in (("a", "/"), ("a", "/"), ("a", "/"), ("b", "/"), ("a", FILES[0] + "x")):

            async def send(message):
                if message["type"] == "http.response.start":
                    calls.append(message["status"])

            scope = {"type": "http", "method": "GET", "path": path, "headers": [], "client": (client, 1)}
            await guard(scope, None, send)

    run_apart(run())
    assert calls == [200, 200, 429, 200, 200]
