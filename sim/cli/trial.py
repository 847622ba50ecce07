"""``trial``: a virtual randomised trial of one strand, to see whether the model gives back what was published."""

from __future__ import annotations

import json as json_text
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.options import (
    Evidence,
    EvidenceOption,
    FutureOption,
    Json,
    Parameters,
    ParametersOption,
    PlaceOption,
    Replications,
    Seed,
    Without,
)
from sim.cli.screen import Progress, out

if TYPE_CHECKING:
    from rich.table import Table

    from sim.experiments.verdicts import OutcomeOfTrial, Trial

#: The library's population, by its id: take-up figures are centred on it.
TRIAL_PLACE = "england_decile_5"


def trial(
    strand: Annotated[str, typer.Argument(help="Strand: an id of `list strands` or a TOML file.")],
    place: PlaceOption = TRIAL_PLACE,
    replications: Replications = 20,
    seed: Seed = 1,
    evidence: EvidenceOption = Evidence.CENTRAL,
    without: Without = None,
    future: FutureOption = None,
    parameters: ParametersOption = Parameters.DRAWN,
    json: Json = False,
) -> None:
    """Try one strand in a virtual randomised trial, to see whether the model gives back the published effect."""
    from sim._jit import is_cold
    from sim.experiments.trials import trial as try_strand
    from sim.experiments.verdicts import trial_answer
    from sim.inputs import load_future, load_place, load_strand
    from sim.inputs.register import load_register

    what, where = load_strand(strand), load_place(place)
    outside = None if future is None else load_future(future)
    # Read here already, so that a mechanism that does not exist is known before anything is run.
    load_register(without=without or ())
    title = f"Trial of {what.id} in {where.id}, {replications} replications"
    with Progress(title, is_cold()) as progress:
        found = try_strand(
            what, where, replications=replications, seed=seed, evidence=evidence.value, without=without or (),
            future=outside, parameters=parameters.value, progress=progress,
        )  # fmt: skip
    if json:
        print(json_text.dumps(trial_answer(found), allow_nan=False))
        return
    _show(found)


def _show(trial: Trial) -> None:
    console = out()
    console.print(outcome_table(trial))
    lines = [
        f"{_population(trial)} in {trial.place.name}, {trial.replications} replications from luck number {trial.seed}, "
        f"{trial.evidence} evidence.",
        f"Take-up: {_share(trial.uptake)} of those offered (published {_share(trial.strand.uptake)}). "
        f"Cost per {trial.strand.cost_unit.replace('_', ' ')}: {_pounds(trial.unit_cost_gbp)} "
        f"(published {_pounds(trial.strand.unit_cost_gbp)}, prices of {trial.strand.price_year}).",
        f"Held still: {', '.join(trial.without)}. Money and posts are not limited.",
        *([f"Parameters: drawn from the posterior {trial.parameters.posterior}."] if trial.parameters.draws else []),
        *([f"Future: {trial.future}."] if trial.future != "none" else []),
        _fading(trial),
    ]
    lines += [f"{o.outcome.replace('_', ' ')} {o.verdict}: {o.reason}." for o in trial.outcomes if o.reason]
    for line in lines:
        console.print(line, markup=False, highlight=False)


def outcome_table(trial: Trial) -> Table:
    """Published and recovered effect by outcome, the verdict, and what is left later."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(f"{trial.strand.name}: effect on those who take part, SD (benefit positive)"),
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        padding=0,
        pad_edge=False,
    )
    for column in ("Outcome", "Published", "Recovered", "Verdict"):
        table.add_column(column, justify="left" if column in ("Outcome", "Verdict") else "right", no_wrap=True)
    for months in ("6", "12", "36"):
        table.add_column(f"+{months}", justify="right", no_wrap=True)
    for o in trial.outcomes:
        later = (_sd(value) for value in o.after_months.values())
        table.add_row(o.outcome.replace("_", " "), _sd(o.published), _recovered(o), o.verdict, *later)
    return table


def _population(trial: Trial) -> str:
    if trial.strand.effect_basis == "area_itt":
        return f"{trial.randomised:,} children in matched places, with and without the strand"
    who = "families' children" if trial.strand.delivery.unit == "household" else "children, one in a family,"
    return f"{trial.randomised:,} {who} randomised"


def _fading(trial: Trial) -> str:
    life = trial.strand.fade_half_life_months
    fades = "the direct effect does not fade" if life == "none" else f"half of it is left {life:g} months later"
    return (
        f"The course lasts {trial.strand.duration_months} months; +6, +12 and +36 show what is left so many "
        f"months after it. By the library {fades}."
    )


def _recovered(o: OutcomeOfTrial) -> str:
    if o.recovered is None or o.standard_error is None:
        return "-"
    return f"{_sd(o.recovered)} ± {o.standard_error:.3f}"


def _sd(value: float | None) -> str:
    # Plus nought: a rounded minus nought is shown as nought.
    return "-" if value is None else f"{round(value, 3) + 0.0:.3f}"


def _share(value: float | None) -> str:
    return "nobody" if value is None else f"{value:.0%}"


def _pounds(value: float | None) -> str:
    return "-" if value is None else f"£{value:,.0f}"
