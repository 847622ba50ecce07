"""``workshop``: a class on this computer, joined with a code, steered with a key, kept in one file."""

from __future__ import annotations

import importlib.util
import os
import socket
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.screen import complain, out
from sim.cli.ui import EXIT_MISTAKE, address, is_own, open_when_up, problem_with

if TYPE_CHECKING:
    from sim.inputs.workshop_records import Workshop
    from sim.workshops.journal import Heading, Session

_PARTS = ("solara", "starlette", "uvicorn", "segno")
#: Most requests, and new connections, of a class behind one router in a minute.
CLASS_REQUESTS, CLASS_SOCKETS = 6000, 1000


def workshop(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Workshop: an id of `list workshops` or a TOML file.")],
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; 0.0.0.0 lets the phones of the class in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")] = 8765,
    session: Annotated[
        Path | None, typer.Option("--session", help="File in which the class is kept (new). Default: named by the day.")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option("--resume", help="Go on with a class that stopped: its session file.")
    ] = None,
    sessions: Annotated[int, typer.Option("--sessions", min=2, max=500, help="Most pages open at a time.")] = 80,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the facilitator's page.")] = False,
) -> None:
    """Run a class: learners join with a code and a team name, the facilitator steers from a page with a key."""
    from sim.inputs import load_workshop

    lesson_file = load_workshop(file)
    if any(importlib.util.find_spec(part) is None for part in _PARTS):
        complain("the class needs parts that are not installed. Install them with:  pip install 'zonesim[ui]'")
        raise typer.Exit(EXIT_MISTAKE)
    problem = problem_with(host, port) or _two_sessions(session, resume)
    if problem:
        complain(problem)
        raise typer.Exit(EXIT_MISTAKE)
    kept = _session(lesson_file, session, resume)
    for line in kept.told:
        out().print(line, markup=False, highlight=False, soft_wrap=True)
    link = learners_address(host, port)
    for line in told(lesson_file, kept.heading, kept.journal.path, host, port, link, file):
        out().print(line, markup=False, highlight=False, soft_wrap=True)
    desk = f"{address(host, port)}/facilitator#{kept.heading.key}"
    if not no_open:
        threading.Thread(target=open_when_up, args=(address(host, port), desk), daemon=True).start()
    from sim.ui.guard import Limits
    from sim.ui.lessons import Lesson
    from sim.ui.server import serve_class
    from sim.workshops.room import Room

    room = Room(lesson_file, kept)
    serve_class(Lesson(room, link), host, port, Limits(sessions, CLASS_REQUESTS, CLASS_SOCKETS))
    room.close()


def told(
    lesson: Workshop, heading: Heading, path: Path, host: str, port: int, link: str, file: str
) -> list[str]:  # fmt: skip
    """What is said before a class starts: how to join, how to steer, who can reach it, where it is kept."""
    from sim.ui.qr import in_terminal

    lines = [
        f"{lesson.file.name}: {lesson.minutes:g} minutes, {len(lesson.file.rounds)} rounds, {lesson.place.name}",
        "",
        f"Learners open   {link}",
        f"Class code      {heading.code}",
        "",
        in_terminal(f"{link}/?code={heading.code}"),
        "Facilitator (keep this link to yourself):",
        f"    {address(host, port)}/facilitator#{heading.key}",
        "",
        *_exposed(host),
        f"The class is kept in {path}, and nowhere else. If this computer stops:",
        f"    zonesim workshop {file} --resume {path}" + ("" if is_own(host) else f" --host {host}"),
        "Stop it with Ctrl-C.",
    ]
    return [line for line in lines if line is not None]


def _exposed(host: str) -> list[str]:
    if is_own(host):
        return [
            "Only this computer can open it. To let phones in, on a network you trust:  --host 0.0.0.0",
            "",
        ]
    return [
        f"--host {host} opens the class to every computer that can reach this one, without encryption. With the class",
        "code anybody can join as a team and run the model on this computer; without it they see a door. Nobody sees",
        "your files. Whoever can listen in on the network could read the facilitator's key: use a network you trust.",
        "",
    ]  # fmt: skip


def learners_address(host: str, port: int) -> str:
    """What learners type: the address of this computer in its network, where every address is listened on."""
    if host not in ("0.0.0.0", "::"):
        return address(host, port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: the system only says from which of its addresses it would be (RFC 5737 test network).
            probe.connect(("192.0.2.1", 9))
            own = str(probe.getsockname()[0])
        except OSError:
            own = _own_name()
    return address(own, port)


def _own_name() -> str:
    """An address of this computer by its name, for a network that leads nowhere else."""
    try:
        return socket.gethostbyname(socket.gethostname())
    except OSError:
        return "127.0.0.1"


def _two_sessions(session: Path | None, resume: Path | None) -> str | None:
    if session is not None and resume is not None:
        return "--session begins a class and --resume goes on with one. Give one of the two."
    return None


def _session(lesson: Workshop, session: Path | None, resume: Path | None) -> Session:
    from sim.workshops import journal

    if resume is not None:
        return journal.resume(lesson, resume)
    now = time.time()
    day = datetime.fromtimestamp(now).astimezone().strftime("%Y-%m-%d-%H%M")
    return journal.begin(lesson, session or _free(Path(f"zonesim-class-{lesson.id}-{day}.jsonl")), now)


def _free(path: Path) -> Path:
    """The path, or the next one that is not taken."""
    found, number = path, 2
    while os.path.lexists(found):
        found, number = path.with_name(f"{path.stem}-{number}{path.suffix}"), number + 1
    return found
