"""What ``list`` and ``show`` say of a study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.spec import Study


def study_rows() -> list[dict[str, Any]]:
    """One row for each packaged study."""
    from sim.inputs import list_ids, load_study
    from sim.inputs.studies import n_points

    studies = [load_study(name) for name in list_ids("study")]
    return [
        {
            "id": s.id, "name": s.name, "design": s.design.kind, "points": n_points(s.design, s.vary),
            "strategies": len(s.strategies), "places": len(s.places), "futures": len(s.futures),
            "replications": s.replications, "question": s.question,
        }
        for s in studies
    ]  # fmt: skip


def told_study(study: Study) -> dict[str, Any]:
    """A study by the ids of what it names, with the meaning and range of what it varies."""
    from sim.inputs import load_strands
    from sim.inputs.studies import n_points
    from sim.inputs.varied import range_of

    strands = load_strands()
    content = study.model_dump(mode="json", exclude={"strategies", "places", "futures", "vary", "design"})
    varied = [
        entry.model_dump(mode="json") | {"meaning": range_of(entry.name, study.strategies, strands).meaning}
        for entry in study.vary
    ]
    return content | {
        "strategies": [record.id for record in study.strategies],
        "places": [record.id for record in study.places],
        "futures": [record.id for record in study.futures],
        "design": study.design.kind,
        "points": n_points(study.design, study.vary),
        "vary": varied,
    }
