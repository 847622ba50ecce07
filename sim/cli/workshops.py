"""What ``list``, ``show`` and ``check`` say of a workshop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.inputs.workshop_records import Workshop


def workshop_rows() -> list[dict[str, Any]]:
    """One row for each packaged workshop."""
    from sim.inputs import list_ids, load_workshop

    workshops = [load_workshop(name) for name in list_ids("workshop")]
    return [
        {
            "id": w.id, "name": w.file.name, "minutes": round(w.minutes), "rounds": len(w.file.rounds),
            "place": w.place.id, "for": w.file.audience,
        }
        for w in workshops
    ]  # fmt: skip


def told_workshop(workshop: Workshop) -> dict[str, Any]:
    """A workshop with its settings in one table, its rounds in another."""
    file = workshop.file.model_dump(mode="json", exclude_none=True)
    rounds = [
        {"round": one.name, "kind": one.kind, "minutes": one.minutes, "text": one.text} for one in workshop.file.rounds
    ]
    return file | {"minutes": workshop.minutes, "rounds": rounds}


def workshop_estimate(workshop: Workshop) -> dict[str, Any]:
    """How long it takes, and what thirty teams would run at least once in every round that runs."""
    from sim.inputs.workshop_records import RUNNING

    setting = workshop.file.setting
    runs = sum(one.kind in RUNNING for one in workshop.file.rounds)
    return {
        "minutes": workshop.minutes,
        "rounds": len(workshop.file.rounds),
        "place": workshop.place.name,
        "children": round(workshop.place.value("children")),
        "years": setting.years,
        "runs_for_thirty_teams": 30 * runs * setting.replications,
    }
