"""A server of the planner's browser in a process of its own, and a real browser that watches every request.

A journey fails on any request that leaves 127.0.0.1, any status of 400 or more, any console error and any error of a
page. The browser is Chromium; without it the journeys are left out, unless ZONESIM_REQUIRE_BROWSER is set.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest

pytest.importorskip("solara")

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
#: Longest wait for a page or an answer: enough for a busy machine on which the kernel is still to be compiled.
PATIENCE_MS = 240_000


def _lower(headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A running server: its address and process."""

    url: str
    process: subprocess.Popen[str]

    def get(self, path: str, headers: dict[str, str] | None = None, data: bytes | None = None) -> tuple[int, dict, str]:
        """(status, headers, text) of one request."""
        request = urllib.request.Request(self.url + path, data=data, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, _lower(answer.headers), answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, _lower(error.headers), error.read().decode()

    def stop(self) -> int:
        """Ask it to end, and wait."""
        self.process.terminate()
        return self.process.wait(timeout=60)


def start_server(**limits: int) -> Server:
    """Start a server in a process of its own. ``limits``: fields of ``Limits``."""
    port = free_port()
    code = (
        "from sim.ui.guard import Limits; from sim.ui.server import serve; "
        f"serve(port={port}, limits=Limits(**{limits!r}), prepare=False)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    server = Server(f"http://127.0.0.1:{port}", process)
    for _ in range(240):
        if process.poll() is not None:
            pytest.fail("the server ended before it was up")
        try:
            if server.get("/healthz")[0] == 200:
                return server
        except (OSError, urllib.error.URLError):
            time.sleep(0.25)
    process.kill()
    pytest.fail("the server did not come up")


def run_apart(work: Coroutine[Any, Any, T]) -> T:
    """Result of a coroutine, run in a thread of its own: a browser in use leaves an event loop running in this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for all journeys."""
    running = start_server(requests=100_000, sockets=100_000)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all journeys."""
    if not Path(CHROMIUM).exists():
        if os.environ.get("ZONESIM_REQUIRE_BROWSER"):
            pytest.fail("chromium is required (ZONESIM_REQUIRE_BROWSER) and not there")
        # Whoever has no Chromium can still run the rest; where it must be there, the setting above makes it a failure.
        pytest.skip(f"journeys need Chromium at {CHROMIUM} (ZONESIM_REQUIRE_BROWSER=1 makes this a failure)")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@dataclass
class Journey:
    """One visitor: a browser context of its own, and everything that went wrong on the way."""

    page: object
    context: object
    url: str
    wrong: list[str] = field(default_factory=list)

    def open(self, path: str = "/", toured: bool = True) -> None:
        """Open a page and wait until it is there. ``toured``: the first-visit tour was seen before."""
        if toured:
            # Such a script runs in every frame, also in the preview's, which may not keep anything.
            self.page.add_init_script("if (window === window.top) localStorage.setItem('zonesim.tour', 'seen')")
        self.page.goto(self.url + path, wait_until="commit")
        self.ready()

    def ready(self) -> None:
        """Wait until the page has its heading."""
        self.page.wait_for_selector("main h1", timeout=PATIENCE_MS)

    def go(self, name: str) -> None:
        """Follow a link of the top bar."""
        self.page.get_by_role("navigation", name="Pages").get_by_role("link", name=name, exact=True).click()
        self.page.wait_for_function(f"document.title === {json.dumps(f'{name} · Zonesim')}")
        self.ready()

    def axe(self) -> list[str]:
        """Violations of accessibility rules, each with the elements it concerns."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page).response["violations"]
        return [f"{v['id']}: {[node['html'][:160] for node in v['nodes'][:4]]}" for v in found]

    def keep_watch(self) -> None:
        """Note every request that leaves this computer, every failure and every error."""
        self.page.on("request", self._asked)
        self.page.on("response", lambda r: r.status >= 400 and self.wrong.append(f"{r.status} {r.url[:200]}"))
        self.page.on("pageerror", lambda error: self.wrong.append(f"error of the page: {error}"[:400]))
        self.page.on("console", lambda m: m.type == "error" and self.wrong.append(f"console: {m.text}"[:400]))
        self.page.on("dialog", self._opened)

    def _asked(self, request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1":
            self.wrong.append(f"left this computer: {request.url[:200]}")

    def _opened(self, dialog) -> None:
        self.wrong.append(f"a dialog opened: {dialog.message[:100]}")
        dialog.dismiss()


@pytest.fixture
def visitor(browser, server) -> Iterator[Callable[..., Journey]]:
    """Makes visitors; after the test each of them must have met nothing wrong."""
    journeys: list[Journey] = []

    def make(width: int = 1280, height: int = 900, dark: bool = False, url: str = "", **options) -> Journey:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", **options
        )
        context.set_default_timeout(PATIENCE_MS)
        made = Journey(context.new_page(), context, url or server.url)
        made.keep_watch()
        journeys.append(made)
        return made

    yield make
    for made in journeys:
        made.context.close()
    assert not [line for made in journeys for line in made.wrong]


@pytest.fixture
def journey(visitor) -> Journey:
    """One visitor on a screen of 1280 pixels, in light colours."""
    return visitor()


@pytest.fixture
def kernel() -> Iterator[object]:
    """A browser page without a browser: module-level state of its own, for tests of pages and state."""
    # State is per page only once the server's side of Solara is there.
    import solara.server.starlette  # noqa: F401
    from solara.server import kernel as solara_kernel
    from solara.server import kernel_context

    context = kernel_context.VirtualKernelContext(
        id=str(uuid.uuid4()), kernel=solara_kernel.Kernel(), session_id="test"
    )
    kernel_context.contexts[context.id] = context
    with context:
        yield context
        context.close()


@pytest.fixture(scope="session")
def served() -> Iterator[Callable[[str], str]]:
    """Serves a page made of the panels that ``show()`` of some code puts on it; the same code is served once."""
    running: list[tuple[Server, Path]] = []

    @cache
    def serve(code: str) -> str:
        folder = Path(tempfile.mkdtemp(prefix="zonesim-panels-"))
        (folder / "pages").mkdir()
        shutil.copytree(ROOT / "sim" / "ui" / "assets", folder / "assets")
        app = folder / "pages" / "app.py"
        app.write_text(_PANELS.replace("CODE", textwrap.dedent(code)))
        port = free_port()
        start = (
            f"import os; os.environ['SOLARA_APP'] = {str(app)!r}; import solara.server.starlette as s, uvicorn; "
            f"uvicorn.run(s.app, host='127.0.0.1', port={port}, log_level='warning')"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", start],
            cwd=ROOT,
            text=True,
            env=os.environ
            | {
                "PYTHONPATH": str(ROOT),
                "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
                "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
                "SOLARA_THEME_SHOW_BANNER": "False",
                "SOLARA_MODE": "production",
            },
        )
        made = Server(f"http://127.0.0.1:{port}", process)
        running.append((made, folder))
        for _ in range(480):
            try:
                if made.get("/readyz")[0] == 200:
                    return made.url
            except (OSError, urllib.error.URLError):
                time.sleep(0.25)
        pytest.fail("the page of panels did not come up")

    yield serve
    for made, folder in running:
        made.stop()
        shutil.rmtree(folder)


#: A page with a heading and panels, in the frame's colours but without its top bar.
_PANELS = """
import solara
CODE
@solara.component
def Layout(children=[]):
    solara.v.Html(tag='div', children=children)
@solara.component
def Page():
    with solara.v.Html(tag='main', class_='zs-page', attributes={'id': 'main'}):
        solara.v.Html(tag='h1', children=['Panels'])
        show()
routes = [solara.Route(path='/', component=Page, layout=Layout)]
"""
