"""The server of the planner's browser: one process, Solara's routes behind a guard of our own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

#: What Solara reads from the environment when it is first imported.
SETTINGS = {
    "SOLARA_APP": str(HERE / "pages" / "app.py"),
    "SOLARA_MODE": "production",
    "SOLARA_THEME_VARIANT": "light",
    "SOLARA_THEME_TITLE": "Zonesim",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "false",
    "SOLARA_ASSETS_PROXY": "true",
    "SOLARA_KERNEL_CULL_TIMEOUT": "30m",
    "SOLARA_SESSION_HTTP_ONLY": "true",
}


def application() -> Any:
    """The ASGI app; Solara is first imported here, after its settings are in the environment."""
    for name, value in SETTINGS.items():
        os.environ[name] = value
    from solara.server import starlette as solara_app
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Mount, Route

    async def healthz(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    return Starlette(
        routes=[Route("/healthz", healthz), Mount("/", routes=solara_app.routes)],
        middleware=solara_app.middleware,
        lifespan=solara_app.lifespan,
    )


def serve(host: str = "127.0.0.1", port: int = 8765) -> None:
    """Serve until it is stopped."""
    import uvicorn

    uvicorn.run(
        application(), host=host, port=port, log_level="warning", ws_max_size=2_000_000, server_header=False,
        timeout_graceful_shutdown=3,
    )  # fmt: skip
