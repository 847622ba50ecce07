"""The server of the browser pages: one process, Solara's routes behind a guard of our own."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.ui.guard import Guard, Limits

if TYPE_CHECKING:
    from sim.ui.lessons import Lesson

HERE = Path(__file__).parent

#: The app of the planner's browser, and that of a class.
PLANNER, CLASS = HERE / "pages" / "app.py", HERE / "pages" / "classroom.py"
#: What Solara reads from the environment when it is first imported.
SETTINGS = {
    "SOLARA_MODE": "production",
    "SOLARA_THEME_VARIANT": "light",
    "SOLARA_THEME_TITLE": "Zonesim",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "false",
    "SOLARA_ASSETS_PROXY": "true",
    "SOLARA_KERNEL_CULL_TIMEOUT": "30m",
    "SOLARA_KERNEL_MAX_PER_SESSION": "20",
    "SOLARA_SESSION_HTTP_ONLY": "true",
}
#: Largest message of a page to the server, bytes: an upload of 1 MB with room for its wrapping.
LARGEST_MESSAGE = 2_000_000


def application(limits: Limits | None = None, prepare: Callable[[], None] | None = None, app: Path = PLANNER) -> Any:
    """The ASGI app; Solara is first imported here, after its settings are in the environment.

    ``prepare``: what is put into the queue at the start, so that the first visitor need not wait for it.
    """
    os.environ.update(SETTINGS | {"SOLARA_APP": str(app)})
    limits = limits or Limits()
    # Solara warns at each page about the cookie of plain http, which is what is wanted on a computer of one's own.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    from solara.server import kernel_context
    from solara.server import starlette as solara_app
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Mount, Route

    from sim.ui.jobs import QUEUE
    from sim.ui.sealed import seal

    seal()

    def sessions() -> int:
        return len(kernel_context.contexts)

    async def healthz(_: Request) -> JSONResponse:
        working, waiting = QUEUE.load()
        return JSONResponse(
            {"status": "ok", "sessions": sessions(), "limit": limits.sessions, "working": working, "waiting": waiting}
        )

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with solara_app.lifespan(app):
            if prepare is not None:
                prepare()
            yield
            QUEUE.close()

    return Starlette(
        routes=[Route("/healthz", healthz), Mount("/", routes=solara_app.routes)],
        middleware=[Middleware(Guard, limits=limits, sessions=sessions), *solara_app.middleware],
        lifespan=lifespan,
    )


def prepare_example() -> None:
    """Put the first picture and the film of the example into the queue; anybody's own question goes before it."""
    from sim.experiments.preparing import Preparing
    from sim.ui import answers
    from sim.ui.choice import Choice, question_of
    from sim.ui.jobs import QUEUE, Report, Turn

    question = question_of(Choice())

    def work(report: Report) -> None:
        with Preparing(lambda *_: None):
            answers.look(question, report)
        answers.comparison(question, report, answers.FIRST_REPLICATIONS)
        answers.film(question, report)

    QUEUE.submit("server", "the example", "example", work, turn=Turn.LATER)


def serve(host: str = "127.0.0.1", port: int = 8765, limits: Limits | None = None, prepare: bool = True) -> None:
    """Serve the planner's browser until it is stopped. ``prepare``: run the example once at the start."""
    listen(application(limits, prepare_example if prepare else None), host, port)


def serve_class(lesson: Lesson, host: str, port: int, limits: Limits) -> None:
    """Serve the pages of a class until it is stopped."""
    from sim.ui import lessons

    lessons.LESSON = lesson
    listen(application(limits, lesson.start, CLASS), host, port)


def listen(app: Any, host: str, port: int) -> None:
    """Answer until it is stopped; pages that are open get three seconds to be told."""
    import uvicorn

    uvicorn.run(
        app, host=host, port=port, log_level="warning", access_log=False, server_header=False,
        ws_max_size=LARGEST_MESSAGE, ws_max_queue=16, timeout_graceful_shutdown=3, timeout_keep_alive=30,
        h11_max_incomplete_event_size=65_536,
    )  # fmt: skip
