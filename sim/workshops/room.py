"""A class that is going on: its state and its file, safe for many threads at once.

``act`` is the only way to change anything: the action is tried, written to the session's file, and only then seen.
Pages listen; they are told after a short pause, many changes at once, so that thirty teams that act together do not
make thirty pages draw thirty times.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from sim.inputs.workshop_records import Workshop
from sim.workshops import codes
from sim.workshops.actions import DOOR, RefusedError, apply
from sim.workshops.journal import Heading, Session
from sim.workshops.state import State, Team

logger = logging.getLogger("zonesim.workshop")

#: Least time between two tellings of all pages, seconds.
LEAST_PAUSE = 0.2
#: Longest action, characters.
LONGEST_ACTION = 20_000
_WAIT = "Too many wrong codes were given. Wait half a minute and try again."


class Room:
    """One class. ``clock``: seconds since 1970, which the session's file holds."""

    def __init__(self, workshop: Workshop, session: Session, clock: Callable[[], float] = time.time) -> None:
        self.workshop, self._session, self._clock = workshop, session, clock
        self._state = session.state
        self._lock = threading.Lock()
        self._tries = codes.Tries()
        self._listeners: dict[int, Callable[[], None]] = {}
        self._numbers = 0
        self._changed = threading.Event()
        self._closed = False
        threading.Thread(target=self._tell, name="zonesim-room", daemon=True).start()

    @property
    def state(self) -> State:
        """Where the class stands."""
        return self._state

    @property
    def heading(self) -> Heading:
        """Codes and salt of the session."""
        return self._session.heading

    @property
    def path(self) -> str:
        """The session's file."""
        return str(self._session.journal.path)

    def now(self) -> float:
        """The clock of the session."""
        return self._clock()

    def act(self, by: str, do: str, **what: Any) -> State:
        """Do something; when this returns it is on the disk. Raises ``RefusedError`` with a sentence for the page."""
        with self._lock:
            if self._closed:
                raise RefusedError("The class is over.")
            entry = {"n": self._state.actions + 1, "at": round(self._clock(), 3), "by": by, "do": do, **what}
            line = _written(entry)
            # What is replayed later is what the file says, so that is what is done now.
            after = apply(self.workshop, self._state, json.loads(line))
            try:
                self._session.journal.append(line)
            except OSError as error:
                logger.exception("the session cannot be written")
                problem = f"The session's file cannot be written ({error.strerror}); nothing was changed."
                raise RefusedError(f"{problem} Tell the facilitator.") from error
            self._state = after
        self._changed.set()
        return after

    def join(self, code: str, name: str) -> tuple[str, str]:
        """A team joins: (its id, the token its device keeps). Raises ``RefusedError``."""
        self._check_code(codes.as_code(code), self.heading.code, "The class code is not right. Look at the screen.")
        token = codes.key()
        state = self.act(DOOR, "join", name=name[:200], device=codes.fingerprint(token))
        return next(team.id for team in state.teams.values() if team.device == codes.fingerprint(token)), token

    def device(self, token: str) -> Team | None:
        """The team whose device has this token."""
        mark = codes.fingerprint(token)
        found = [team for team in self._state.teams.values() if codes.same(team.device, mark)]
        return found[0] if found else None

    def unlocks(self, key: str) -> bool:
        """Whether this is the facilitator's key."""
        return codes.same(key.strip()[:100], self.heading.key)

    def listen(self, told: Callable[[], None]) -> Callable[[], None]:
        """Call ``told()`` after changes, in a thread of the room; what is returned ends it."""
        with self._lock:
            self._numbers += 1
            number = self._numbers
            self._listeners[number] = told
        return lambda: self._forget(number)

    def touch(self) -> None:
        """Tell all pages that something they show has changed, though nothing was done in the class."""
        self._changed.set()

    def close(self) -> None:
        """The class is over for now; its file is whole."""
        with self._lock:
            self._closed = True
            self._session.journal.close()
        self._changed.set()

    def _forget(self, number: int) -> None:
        with self._lock:
            self._listeners.pop(number, None)

    def _check_code(self, given: str, right: str, wrong: str) -> None:
        with self._lock:
            if not self._tries.allowed():
                raise RefusedError(_WAIT)
            if not codes.same(given, right):
                self._tries.wrong()
                raise RefusedError(wrong)

    def _tell(self) -> None:
        while not self._closed:
            self._changed.wait()
            self._changed.clear()
            with self._lock:
                listeners = list(self._listeners.values())
            for told in listeners:
                try:
                    told()
                except Exception:  # a page that is gone must not stop the class
                    logger.exception("a page could not be told")
            time.sleep(LEAST_PAUSE)


def _written(entry: dict[str, Any]) -> str:
    """An action as a line of the file. Raises ``RefusedError`` for what no line can hold."""
    try:
        line = json.dumps(entry, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise RefusedError("That could not be understood.") from error
    if len(line) > LONGEST_ACTION:
        raise RefusedError("That is too long.")
    return line
