"""One synthetic child's diary in both worlds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import solara

from sim.experiments.diary import Diary, Ending

_VERDICTS = {1: "better", 0: "alike", -1: "worse"}


@solara.component_vue("diary.vue", vuetify=False)
def _Diary(
    strategy: str, which: str, busy: bool, told: str, entries: Sequence[Mapping[str, Any]],
    endings: Sequence[Mapping[str, Any]], event_choose: Callable[..., None],
) -> None:  # fmt: skip
    """The element: entries and endings in words; ``choose(which)`` when another child is asked for."""


def DiaryPanel(
    strategy: str, which: str, diary: Diary | None, told: str, busy: bool, choose: Callable[[str], None]
) -> solara.Element:
    """A diary once it is written (``diary``), and where it stands until then (``told``)."""
    return _Diary(
        strategy=strategy, which=which, busy=busy, told=told,
        entries=[asdict(entry) for entry in diary.entries] if diary else [],
        endings=[_said(ending) for ending in diary.endings] if diary else [],
        event_choose=choose,
    )  # fmt: skip


def _said(ending: Ending) -> dict[str, str]:
    def value(number: float) -> str:
        return f"{number:g}" + (f" {ending.unit}" if ending.unit not in ("share",) else "")

    return {
        "name": ending.name,
        "zone": value(ending.zone),
        "twin": value(ending.twin),
        "verdict": _VERDICTS[ending.better],
    }
