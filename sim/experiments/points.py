"""One point of a study: what its values change, the ground its runs share, the key of each run, its outcomes.

Values act on the model's numbers, the place, the future, the strand library and the strategies. What all strategies
share (start and twin) depends on the first three only, so that points which differ in the others share a ground.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from sim.engine import Start, create_start
from sim.experiments.asked import value_in
from sim.experiments.ensemble import Ground, ground, run_on
from sim.futures import moves_by_month
from sim.inputs import load_strands
from sim.inputs.futures import SIZES
from sim.inputs.posterior import posterior_register, source_of
from sim.inputs.register import load_register
from sim.inputs.varied import STRAND_FIELDS, switches
from sim.offers import Evidence
from sim.outcomes.asked import asked
from sim.parameters import GROUPS, Register
from sim.spec import Future, Place, PlannedStrand, Shock, Strand, Strategy, Study

#: Raised by a person whenever the same inputs give other numbers: folders of another version are not gone on with.
RESULTS_VERSION = 3
#: Columns of the results of a sweep; rows are in the order of all but the last three.
COLUMNS = (
    "point", "place", "future", "evidence", "replication", "strategy", "outcome", "seed", "value", "twin", "difference",
)  # fmt: skip
LAST_MONTH = 239
_MONTHS_A_YEAR = 12

Values = Mapping[str, float]


class Where(NamedTuple):
    """What a ground belongs to: places and futures by number, in the order of the study."""

    place: int
    future: int
    evidence: str
    replication: int


def on_ground(name: str) -> bool:
    """Whether a varied name changes the start or the twin, rather than only what a strategy does."""
    return not name.startswith(("effects.", "strategy."))


# --- what values change --------------------------------------------------------------------------------------


def changed_place(place: Place, values: Values) -> Place:
    """The place with the cells that are varied."""
    cells = dict(place.cells)
    for name, value in values.items():
        head, _, cell = name.partition(".")
        if head == "place":
            cells[cell] = cells[cell].model_copy(update={"value": value, "kind": "given", "source": "varied"})
    return place if cells == place.cells else place.model_copy(update={"cells": cells})


def changed_future(future: Future, values: Values) -> Future:
    """The future with its shocks ``future.size`` times as large: 0 none of them, 1 as they are written.

    A factor is moved from 1 by so many times its distance; shifts and shares are multiplied; a partner who leaves
    does so from a size of a half. Sizes stop at the ends of what a file may say.
    """
    size = values.get("future.size", 1.0)
    if size == 1.0 or not future.shocks:
        return future
    shocks = tuple(shock for shock in (_resized(shock, size) for shock in future.shocks) if shock is not None)
    return future.model_copy(update={"shocks": shocks})


def _resized(shock: Shock, size: float) -> Shock | None:
    if shock.kind == "partner_leaves":
        return shock if size >= 1 / 2 else None
    low, high, what = SIZES[shock.kind]
    factor = what == "a factor" or shock.kind in ("teaching", "contact")
    new = 1.0 + size * (shock.size - 1.0) if factor else size * shock.size
    return shock.model_copy(update={"size": min(max(new, low), high)})


def changed_strands(strands: Mapping[str, Strand], values: Values) -> dict[str, Strand]:
    """The library with effects that fade faster, slower, or alike."""
    speed, share = values.get("effects.fade", 1.0), values.get("effects.fade_share")
    if speed == 1.0 and share is None:
        return dict(strands)
    return {
        name: strand.model_copy(
            update={"fade_half_life_months": _half_life(strand.fade_half_life_months, speed, share)}
        )
        for name, strand in strands.items()
    }


def _half_life(usual: float | str, speed: float, share: float | None) -> float | str:
    """Months after which half is left. ``share``: gone after a year, instead of the usual; lasting effects last."""
    if usual == "none" or speed == 0.0 or share == 0.0:
        return "none"
    months = float(usual) if share is None else -_MONTHS_A_YEAR * math.log(2.0) / math.log1p(-share)
    return months / speed


def changed_strategy(strategy: Strategy, values: Values) -> Strategy:
    """The strategy with other money, places, dates, and strands of other sizes and effects."""
    found = strategy
    money = values.get("strategy.money", 1.0)
    if money != 1.0:
        found = found.model_copy(update={"money_gbp": {who: gbp * money for who, gbp in found.money_gbp.items()}})
    strands = tuple(_changed_planned(planned, values) for planned in found.strands)
    if strands != found.strands:
        found = found.model_copy(update={"strands": strands})
    delay = round(values.get("strategy.start_delay_months", 0.0))
    return _delayed(found, delay) if delay else found


def _changed_planned(planned: PlannedStrand, values: Values) -> PlannedStrand:
    fields: dict[str, Any] = {}
    own: dict[str, Any] = {}
    more = values.get("strategy.places", 1.0)
    if more != 1.0 and planned.places_per_term is not None:
        fields["places_per_term"] = max(1, round(planned.places_per_term * more))
    if more != 1.0 and planned.reach_share is not None:
        fields["reach_share"] = min(1.0, planned.reach_share * more)
    effect = values.get("effects.size", 1.0) * values.get(f"effects.{planned.strand}", 1.0)
    if effect != 1.0:
        own["effect_multiplier"] = planned.values.effect_multiplier * effect
    for key, (field, _, _) in STRAND_FIELDS.items():
        value = values.get(f"strategy.strands.{planned.strand}.{key}")
        if value is None:
            continue
        if field in ("uptake", "unit_cost_gbp"):
            own[field] = value
        else:
            fields[field] = value if field in ("reach_share", "outreach") else round(value)
    if "places_per_term" in fields and f"strategy.strands.{planned.strand}.places" in values:
        fields["reach_share"] = None
    elif f"strategy.strands.{planned.strand}.reach" in values:
        fields["places_per_term"] = None
    if own:
        fields["values"] = planned.values.model_copy(update=own)
    return planned.model_copy(update=fields) if fields else planned


def _delayed(strategy: Strategy, months: int) -> Strategy:
    """Everything a strategy does, so many months later; what would start after the longest run starts in its last."""

    def later(month: int, last: int = LAST_MONTH) -> int:
        return min(month + months, last)

    strands = tuple(
        planned.model_copy(
            update={
                "start_month": later(planned.start_month),
                "stop_month": None if planned.stop_month is None else later(planned.stop_month, LAST_MONTH + 1),
            }
        )
        for planned in strategy.strands
    )
    changed: dict[str, Any] = {"strands": strands}
    if strategy.analysis is not None:
        start = later(strategy.analysis.start_month)
        changed["analysis"] = strategy.analysis.model_copy(update={"start_month": start})
    if strategy.partnership is not None:
        zone = strategy.partnership
        partners = tuple(p.model_copy(update={"join_month": later(p.join_month)}) for p in zone.partners)
        handover = None if zone.handover_month is None else later(zone.handover_month)
        changed["partnership"] = zone.model_copy(
            update={"start_month": later(zone.start_month), "partners": partners, "handover_month": handover}
        )
    return strategy.model_copy(update=changed)


# --- grounds and runs ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """Values of the asked outcomes, in the order of the study, with the strategy and in its twin."""

    value: tuple[float, ...]
    twin: tuple[float, ...]


@lru_cache(maxsize=1)
def _strands() -> dict[str, Strand]:
    return load_strands()


def register_at(study: Study, values: Values, seed: int) -> Register:
    """The model's numbers of a run: drawn or central ones, under the values of the point and the switches."""
    own = {name: value for name, value in values.items() if name.partition(".")[0] in GROUPS}
    off, on = _switched(study, values)
    return posterior_register(source_of(study.parameters), seed, off, on, own)


def _switched(study: Study, values: Values) -> tuple[tuple[str, ...], tuple[str, ...]]:
    off, on = switches(values)
    told = {name.removeprefix("mechanism.") for name in values if name.startswith("mechanism.")}
    return (
        (*(name for name in study.without if name not in told), *off),
        (*(name for name in study.including if name not in told), *on),
    )


def start_at(study: Study, values: Values, where: Where) -> Start:
    """Start of a point in one place for one luck number."""
    seed = study.seed + where.replication
    off, _ = _switched(study, values)
    return create_start(
        changed_place(study.places[where.place], values), register_at(study, values, seed), seed,
        _MONTHS_A_YEAR * study.years, frozenset(off), 1, changed_future(study.futures[where.future], values),
    )  # fmt: skip


def ground_at(study: Study, values: Values, where: Where, start: Start | None = None) -> Ground:
    """Start and twin of a point, in one place under one future, for one luck number. ``start``: that of the point."""
    start = start_at(study, values, where) if start is None else start
    return ground(
        start.place, start.register, _strands(), start.seed, start.months, Evidence(where.evidence, start.seed),
        start.without, changed_future(study.futures[where.future], values), watched=False, start=start,
    )  # fmt: skip


def answer_on(base: Ground, study: Study, values: Values, strategy: int) -> tuple[Answer, float]:
    """(outcomes of one strategy of the study on a ground that fits the values, seconds its world took)."""
    run = run_on(
        replace(base, library=changed_strands(base.library, values)),
        changed_strategy(study.strategies[strategy], values),
        watched=False,
    )
    wanted = [asked(text, study.years) for text in study.outcomes]
    value, twin = (tuple(value_in(world, what) for what in wanted) for world in (run, base.twin_run))
    return Answer(value, twin), run.wall_s


def run_point(
    study: Study, values: Values, place: str, future: str, evidence: str, seed: int
) -> list[dict[str, float | int | str]]:
    """Rows of every strategy and outcome at one point, without ``point``; ids of a place and future of the study.

    Pure: the same arguments give the same rows. Raises ``ValueError`` for a place or future that is not the study's
    and ``InputError`` for a value outside its range.
    """
    places, futures = [p.id for p in study.places], [f.id for f in study.futures]
    where = Where(places.index(place), futures.index(future), evidence, seed - study.seed)
    base = ground_at(study, values, where)
    rows: list[dict[str, float | int | str]] = []
    for at, strategy in sorted(enumerate(study.strategies), key=lambda pair: pair[1].id):
        answer, _ = answer_on(base, study, values, at)
        for text, value, twin in sorted(zip(study.outcomes, answer.value, answer.twin, strict=True)):
            rows.append(
                {
                    "place": place, "future": future, "evidence": evidence, "replication": where.replication,
                    "strategy": strategy.id, "outcome": text, "seed": seed, "value": value, "twin": twin,
                    "difference": value - twin,
                }
            )  # fmt: skip
    return rows


# --- keys ----------------------------------------------------------------------------------------------------


def model_digest(study: Study) -> str:
    """Hash of everything a run takes that is no part of the study: numbers, posterior, strand library."""
    source = source_of(study.parameters)
    strands = {name: strand.model_dump(mode="json") for name, strand in _strands().items()}
    content = [load_register(), strands, None if source is None else source.digest]
    return _digest(content).hex()


class Keys:
    """Key of each run of a study: a hash of all that decides its numbers, and of nothing else.

    Neither the number of its point nor the order of anything in the file, the machine or the batch is in it, so that
    a run found under its key need not be made again.
    """

    def __init__(self, study: Study) -> None:
        common = {
            "results": RESULTS_VERSION, "model": model_digest(study), "years": study.years,
            "parameters": study.parameters, "without": sorted(study.without), "including": sorted(study.including),
            "outcomes": sorted(study.outcomes),
        }  # fmt: skip
        self._common = _digest(common).hex()
        self._seed = study.seed
        self._places = [_record_digest(place) for place in study.places]
        self._futures = [_record_digest(future) for future in study.futures]
        self._strategies = [_record_digest(strategy) for strategy in study.strategies]

    def __call__(self, values: Values, where: Where, strategy: int) -> bytes:
        """16 bytes."""
        told = ";".join(f"{name}={float(values[name]).hex()}" for name in sorted(values))
        text = "|".join(
            (
                self._common, self._places[where.place], self._futures[where.future], self._strategies[strategy],
                where.evidence, str(self._seed + where.replication), told,
            )
        )  # fmt: skip
        return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _record_digest(record: Place | Future | Strategy) -> str:
    return _digest(record.model_dump(mode="json")).hex()


def _digest(content: object) -> bytes:
    """Hash of canonical JSON: keys sorted, floats to the bit."""
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def ground_key(values: Values, where: Where) -> tuple[object, ...]:
    """What a ground is kept under: runs of a study with the same key share it."""
    return (*where, *((name, value) for name, value in values.items() if on_ground(name)))


def start_key(study: Study, values: Values, where: Where) -> tuple[object, ...]:
    """What a start is kept under: of a future it feels only who will come and go."""
    moves = moves_by_month(changed_future(study.futures[where.future], values), _MONTHS_A_YEAR * study.years)
    felt = [(name, value) for name, value in values.items() if on_ground(name) and name != "future.size"]
    return (where.place, where.replication, None if moves is None else moves.tobytes(), *felt)
