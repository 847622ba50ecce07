"""``ui``: the planner's browser on this computer."""

from __future__ import annotations

import importlib.util
from typing import Annotated

import typer

from sim.cli.screen import complain, out

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
EXIT_MISTAKE = 2


def ui(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; others can reach it if it is not this computer's own.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")] = 8765,
    open_: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
) -> None:
    """Open the planner's browser: places, plans, maps, comparisons and the briefing, without the command line."""
    if importlib.util.find_spec("solara") is None:
        complain("the browser needs more parts. Install them with:  pip install 'zonesim[ui]'")
        raise typer.Exit(EXIT_MISTAKE)
    from sim.ui.server import serve

    serve(host, port)
