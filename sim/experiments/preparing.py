"""The model is prepared for this computer: how far that is, told while the first run waits, and helpers that compile.

The first run compiles what it comes to, one function at a time. Helpers are processes of their own that begin at other
ends of the month; the folder of compiled code is where they meet, and what one has compiled the others only read.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType

import numpy as np

from sim._jit import cache_folder, is_cold, note_prepared

#: Parts that a first run compiles, about: it depends a little on the strategy.
PARTS = 210
#: Most helpers; with more of them no part is left that is long enough to share.
MOST_HELPERS = 3
#: What a helper runs, told where this very package lies, its number and how many there are. Another copy of the package
#: (a checkout in the folder of the user beside an installed one) would compile for itself: numba keeps files by path.
_HELPER = """
import sys
sys.path.insert(0, sys.argv[1])
from sim.experiments.preparing import help_compile
help_compile(int(sys.argv[2]), int(sys.argv[3]))
"""
_ROOT = Path(__file__).parents[2]
#: Told of a number of parts, how many there are about, and the name of the last.
Tell = Callable[[int, int, str], None]


def parts_ready(folder: Path) -> tuple[int, str]:
    """How many parts the folder of compiled code holds, and the name of the newest, "" where there is none."""
    found = []
    for file in folder.rglob("*.nbi"):
        try:
            found.append((file.stat().st_mtime_ns, file.name))
        except FileNotFoundError:  # another process put a newer one in its place just now
            continue
    newest = max(found, default=(0, ""))[1]
    # module.function-line.version.nbi
    return len(found), newest.split("-")[0].partition(".")[2].strip("_").replace("_", " ")


def help_compile(number: int, helpers: int) -> None:
    """Compile what the months of a run need, beginning with another event than the other helpers.

    A process of its own runs this, and ends with the process that holds the other end of its input. The events happen
    to people without a history, out of order, for what they compile: what comes of them is not used, nor is it missed
    where an event finds too little to go by.
    """
    threading.Thread(target=_end_with_its_command, daemon=True).start()
    from sim.engine import EVENTS, Start, create
    from sim.engine.month import LIVES
    from sim.inputs import load_place, load_strands, load_strategy
    from sim.inputs.register import load_register
    from sim.population import build
    from sim.spec import DRIVERS

    place, register = load_place("bettws"), load_register()
    people = build(place, register.parameters, 1, 12)
    start = Start(place, register, frozenset(), 1, 12, people, np.zeros(len(DRIVERS)))
    world = create(start, load_strategy("cradle_to_career"), load_strands())
    # The run itself begins with life histories, so helpers begin with what comes last.
    late = [event for event in reversed(EVENTS) if event.name not in LIVES]
    events = [*late, *(event for event in reversed(EVENTS) if event.name in LIVES)]
    first = number * len(events) // helpers
    for event in (*events[first:], *events[:first]):
        world.month = min(event.months)
        with suppress(Exception):
            event.act(world)


def _end_with_its_command() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def _start_helpers() -> list[subprocess.Popen[bytes]]:
    """One for each processor that would stand idle."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    helpers = min(cores - 1, MOST_HELPERS)
    started, nowhere = [], subprocess.DEVNULL
    for number in range(helpers):
        words = [sys.executable, "-P", "-c", _HELPER, str(_ROOT), str(number), str(helpers)]
        with suppress(OSError):  # without a helper it takes longer
            started.append(subprocess.Popen(words, stdin=subprocess.PIPE, stdout=nowhere, stderr=nowhere))
    return started


class Preparing(AbstractContextManager["Preparing"]):
    """Tells every ``seconds`` how far it is, from a thread of its own, until the block ends or ``stop`` is called.

    Does nothing where the model is prepared already (``cold`` false). A ``tell`` that raises is not asked again. Until
    then helpers compile along. A block that ends well has prepared the model; one that was stopped is taken up again.
    """

    def __init__(self, tell: Tell, seconds: float = 1.0, cold: bool | None = None) -> None:
        self._tell, self._seconds = tell, seconds
        self._cold = is_cold() if cold is None else cold
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._helpers: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Preparing:
        if self._cold:
            self._thread.start()
            if is_cold() and cache_folder() is not None:
                self._helpers = _start_helpers()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop(prepared=kind is None)

    def stop(self, prepared: bool) -> None:
        """Tell no more, and let the helpers go; waits until nothing is being told. ``prepared``: a run has ended."""
        self._over.set()
        if self._cold and prepared:
            note_prepared()
        for helper in self._helpers:
            helper.kill()
            helper.wait()
        self._helpers = []
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    def _watch(self) -> None:
        folder = cache_folder()
        if folder is None:
            return
        while not self._over.wait(self._seconds):
            ready, newest = parts_ready(folder)
            try:
                self._tell(ready, max(PARTS, ready), newest)
            except Exception:  # noqa: BLE001 - whoever is told may be gone; that is their affair
                return
