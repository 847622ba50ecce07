"""What a virtual trial says: each outcome's verdict with its reason, and the trial as a machine reads it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sim.outputs.records import CENTRAL, ParametersUsed
from sim.spec import Place, Strand

#: The library's population: take-up is centred on it.
PLACE = "england_decile_5"
#: A recovered effect within this of the published one, SD, is given back: the library's effects are rounded to it.
ROUNDING_SD = 0.01
GIVES_BACK, DIFFERS, NOT_MEASURED = "gives it back", "differs", "not measured"


@dataclass(frozen=True)
class OutcomeOfTrial:
    """One outcome: ``published`` and ``recovered`` in SD, benefit positive; ``after_months`` after the course."""

    outcome: str
    published: float
    recovered: float | None
    standard_error: float | None
    after_months: dict[str, float | None]
    verdict: str
    reason: str


@dataclass(frozen=True)
class Trial:
    """A finished trial. ``uptake``: share of those offered who started; ``unit_cost_gbp`` in the library's prices."""

    strand: Strand
    place: Place
    evidence: str
    replications: int
    seed: int
    without: tuple[str, ...]
    future: str
    randomised: int
    outcomes: tuple[OutcomeOfTrial, ...]
    uptake: float | None
    unit_cost_gbp: float | None
    parameters: ParametersUsed = CENTRAL


def trial_answer(trial: Trial) -> dict[str, Any]:
    """The JSON object of ``zonesim trial --json``; numbers that were not measured are ``None``."""
    strand = trial.strand
    return {
        "strand": strand.id,
        "outcomes": [
            {
                "outcome": o.outcome, "published": o.published, "recovered": o.recovered,
                "standard_error": o.standard_error, "after_months": o.after_months,
            }
            for o in trial.outcomes
        ],
        "uptake": {"published": strand.uptake, "recovered": trial.uptake},
        "unit_cost_gbp": {"published": strand.unit_cost_gbp, "recovered": trial.unit_cost_gbp},
        "future": trial.future,
        "parameters": asdict(trial.parameters),
    }  # fmt: skip


def gives_back(published: float, recovered: float, standard_error: float) -> bool:
    """Whether the published effect lies within two standard errors or 0.01 SD of the recovered one."""
    return abs(recovered - published) <= max(2.0 * standard_error, ROUNDING_SD)


def not_measured(
    outcome: str, published: float, reason: str, after_months: dict[str, float | None] | None = None
) -> OutcomeOfTrial:
    """An outcome that this trial has no number for at the end of the course."""
    nothing: dict[str, float | None] = {"6": None, "12": None, "36": None}
    return OutcomeOfTrial(outcome, published, None, None, after_months or nothing, NOT_MEASURED, reason)


def judged(
    outcome: str, published: float, recovered: float, standard_error: float, after_months: dict[str, float | None],
    strand: Strand, stance: str,
) -> OutcomeOfTrial:  # fmt: skip
    """An outcome with its verdict and, where it differs, what is known about why."""
    back = gives_back(published, recovered, standard_error)
    verdict, reason = (GIVES_BACK, "") if back else (DIFFERS, _why(outcome, strand, stance))
    return OutcomeOfTrial(outcome, published, recovered, standard_error, after_months, verdict, reason)


def _why(outcome: str, strand: Strand, stance: str) -> str:
    """The likeliest reason of a difference, by how the model delivers the strand."""
    if stance != "central":
        return f"the evidence was read as {stance}, and the published effect is the central reading"
    if outcome == "service_engagement":
        return "meeting or leaving a service and the talk of neighbours move trust too, beside the published effect"
    if outcome == "attainment" and any(o.outcome.startswith("attainment_") for o in strand.other_effects):
        return "disadvantaged children have an effect of their own in the library, which the headline leaves out"
    if strand.delivery.trusted_adult:
        return "a trusted adult brings these children another gain than the typical child it is subtracted for"
    if any(e.outcome == "income" for e in strand.outcome_effects):
        return "money moves hardship less, and later, than in the family at the poverty line it is subtracted for"
    return "these children differ from the typical child that the model's pathways are subtracted for"
