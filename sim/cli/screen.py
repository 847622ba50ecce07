"""What the user sees while waiting: progress on standard error, and a log for the run folder."""

from __future__ import annotations

import sys
import time
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

_SECONDS_BETWEEN_LINES = 30.0
#: While the model is prepared: of the line on a terminal, and of plain lines.
_SECONDS_PREPARING = {True: 0.5, False: 10.0}

PREPARING = "Preparing the model for this computer (once, one to two minutes) ..."


def out() -> Console:
    """Console on standard output."""
    from rich.console import Console

    return Console(file=sys.stdout)


def err() -> Console:
    """Console on standard error."""
    from rich.console import Console

    return Console(file=sys.stderr)


def complain(message: str) -> None:
    """One plain message on standard error; brackets in it are not markup."""
    err().print(f"zonesim: {message}", markup=False, highlight=False, soft_wrap=True)


class Progress(AbstractContextManager["Progress"]):
    """Progress of a run: a bar on a terminal, else a plain line about every thirty seconds.

    Call it with how many are done, how many there are, and of what. ``lines`` collects the log.
    """

    def __init__(self, title: str, cold: bool) -> None:
        self.lines: list[str] = []
        self._title, self._cold, self._console = title, cold, err()
        self._started = self._spoken = time.monotonic()
        self._status: Any = None
        self._preparing: Any = None
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        self.note(self._title)
        if self._cold:
            self._prepare()
        return self

    def _prepare(self) -> None:
        """Say at once that the model is prepared for this computer, and from then on how far that is."""
        self.note(PREPARING)
        if self._console.is_terminal:
            self._status = self._console.status(PREPARING)
            self._status.start()
        else:
            self._say(PREPARING)
        from sim.experiments.preparing import Preparing

        self._preparing = Preparing(self._tell_parts, _SECONDS_PREPARING[self._console.is_terminal], cold=True)
        self._preparing.__enter__()

    def _tell_parts(self, ready: int, parts: int, newest: str) -> None:
        words = f"{ready} of about {parts} parts ready, {time.monotonic() - self._started:.0f} s"
        words += f"; last: {newest}" if newest else ""
        if self._status is not None:
            self._status.update(f"{PREPARING} {words}")
        else:
            self._say(f"Preparing: {words}")

    def __call__(self, done: int, total: int, what: str) -> None:
        self.note(f"{done} of {total} {what}")
        if self._cold and done == 0:
            return
        self._prepared(True)
        if self._console.is_terminal:
            self._show_bar(done, total, what)
        elif time.monotonic() - self._spoken >= _SECONDS_BETWEEN_LINES:
            self._spoken = time.monotonic()
            self._say(f"{done} of {total} {what}, {self._left(done, total)}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._prepared(kind is None)
        for shown in (self._status, self._bar):
            if shown is not None:
                shown.stop()

    def _prepared(self, well: bool) -> None:
        if self._preparing is not None:
            self._preparing.stop(well)
            self._preparing = None

    def note(self, line: str) -> None:
        """Add a line to the log."""
        self.lines.append(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line}")

    def save(self, folder: Path) -> None:
        """Write the log as ``run.log``."""
        (folder / "run.log").write_text("\n".join(self.lines) + "\n", encoding="utf-8")

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def _left(self, done: int, total: int) -> str:
        spent = time.monotonic() - self._started
        if not done or spent <= 0:
            return "time left not known yet"
        return f"{_rate(done, spent)}, about {spent / done * (total - done):.0f} s left"

    def _show_bar(self, done: int, total: int, what: str) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None
        if self._bar is None:
            self._bar = self._new_bar()
            self._task = self._bar.add_task(self._title, total=total, what=what, rate="")
            self._bar.start()
        rate = _rate(done, time.monotonic() - self._started)
        self._bar.update(self._task, completed=done, total=total, what=what, rate=rate)

    def _new_bar(self) -> Any:
        from rich import progress

        return progress.Progress(
            progress.TextColumn("{task.description}", markup=False),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TextColumn("{task.fields[rate]}", markup=False),
            progress.TimeRemainingColumn(),
            progress.TextColumn("{task.fields[what]}", markup=False),
            console=self._console,
            transient=True,
        )


def _rate(done: int, seconds: float) -> str:
    """How many a second or, where it is slow, a minute."""
    rate = done / max(seconds, 1e-9)
    return f"{rate:.1f} a second" if rate >= 1 else f"{rate * 60:.1f} a minute"
