"""How far the model is prepared for this computer: what has been compiled, told while the first run waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from sim._jit import cache_folder, is_cold

#: Parts that a first run compiles, about: it depends a little on the strategy.
PARTS = 210
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


class Preparing(AbstractContextManager["Preparing"]):
    """Tells every ``seconds`` how far it is, from a thread of its own, until the block ends or ``stop`` is called.

    Does nothing where the model is prepared already (``cold`` false). A ``tell`` that raises is not asked again.
    """

    def __init__(self, tell: Tell, seconds: float = 1.0, cold: bool | None = None) -> None:
        self._tell, self._seconds = tell, seconds
        self._cold = is_cold() if cold is None else cold
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Preparing:
        if self._cold:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Tell no more; waits until nothing is being told."""
        self._over.set()
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
