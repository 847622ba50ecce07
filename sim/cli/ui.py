"""``ui``: the planner's browser on this computer."""

from __future__ import annotations

import importlib.util
import ipaddress
import socket
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from typing import Annotated

import typer

from sim.cli.screen import PREPARING, complain, out

EXIT_MISTAKE = 2
_PARTS = ("solara", "starlette", "uvicorn")


def ui(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on. Any but 127.0.0.1 lets other computers in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")] = 8765,
    sessions: Annotated[int, typer.Option("--sessions", min=1, max=500, help="Most pages open at a time.")] = 40,
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Do not open the browser, only print the address.")
    ] = False,
) -> None:
    """Open the planner's browser: places, plans, maps, comparisons and the briefing."""
    if any(importlib.util.find_spec(part) is None for part in _PARTS):
        complain("the browser needs parts that are not installed. Install them with:  pip install 'zonesim[ui]'")
        raise typer.Exit(EXIT_MISTAKE)
    problem = problem_with(host, port)
    if problem:
        complain(problem)
        raise typer.Exit(EXIT_MISTAKE)
    from sim.ui.guard import Limits
    from sim.ui.server import serve

    for line in told(host, port):
        out().print(line, markup=False, highlight=False, soft_wrap=True)
    from sim._jit import is_cold

    if is_cold():
        out().print(f"{PREPARING} The page tells how far it is.", markup=False, highlight=False, soft_wrap=True)
    if not no_open:
        threading.Thread(target=open_when_up, args=(address(host, port),), daemon=True).start()
    serve(host, port, Limits(sessions=sessions))


def told(host: str, port: int) -> list[str]:
    """What is said before the server starts: the address, how to stop it, and who can reach it."""
    lines = [f"Zonesim is at {address(host, port)}", "Stop it with Ctrl-C."]
    if not is_own(host):
        lines[1:1] = [
            "",
            f"--host {host} opens it to every computer that can reach this one: anybody with the address can use it,",
            "without a password and without encryption. They can run the model on this computer and send it scenario",
            "files; they cannot see your files, your plans or one another's. Use it in a network you trust, or put a",
            "proxy with TLS and a password in front of it (docs/how-to/browser-security.md).",
            "",
        ]
    return lines


def address(host: str, port: int) -> str:
    """The address to open on this computer."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def is_own(host: str) -> bool:
    """Whether only this computer can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def problem_with(host: str, port: int) -> str | None:
    """Why the address cannot be listened on, with what to do, or ``None``."""
    try:
        family, kind, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (OSError, UnicodeError):
        return f'"{host[:60]}" is no address of this computer. Use --host 127.0.0.1 (this computer only) or 0.0.0.0.'
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(where)
        except OSError as error:
            return f"port {port} on {host} cannot be used ({error.strerror}). Try another:  --port {port % 65535 + 1}"
    return None


def open_when_up(url: str, page: str = "") -> None:
    """Open the browser once the server answers, at ``page`` if that is another address."""
    for _ in range(120):
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=1):
                webbrowser.open(page or url)
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.5)
