"""What happened in the runs, month by month, as a table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sim.experiments.ensemble import Run

_COLUMNS = ("strategy", "replication", "seed", "month", "year", "kind", "who", "what")


def events_frame(names: Sequence[str], everything: Sequence[Sequence[Run]], seed: int) -> pd.DataFrame:
    """Every entry of the worlds' logs, twin first: one row per strategy, replication and event, in order of months.

    Columns: strategy, replication, seed, month (0 is the first September), year (1 is the first), kind, who it
    happened to, and what, in words.
    """
    rows = [
        (name, r, seed + r, entry.month, entry.month // 12 + 1, entry.kind, entry.who, entry.what)
        for at, name in enumerate(names)
        for r, runs in enumerate(everything)
        for entry in runs[at].log
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS))
