"""``validate``: the model set beside published figures, target by target."""

from __future__ import annotations

import json as json_text
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import Json, Seed, Threads
from sim.cli.screen import Progress, err, out

if TYPE_CHECKING:
    from rich.table import Table

    from sim.experiments.scoring import Score
    from sim.inputs.targets import Target

#: Version of the answer of ``--json``.
SCHEMA = 1


class RoleChoice(StrEnum):
    """Which targets: those the fit may use, those it may not, or definitions of the model's scales."""

    CALIBRATE = "calibrate"
    VALIDATE = "validate"
    DEFINE = "define"


def validate(
    targets: Annotated[
        Path | None, typer.Option("--targets", metavar="FILE", help="Targets of your own (TOML) [default: packaged]")
    ] = None,
    place: Annotated[
        str | None, typer.Option("--place", "-p", help="Only targets of this place: england, decile:1, la:hackney ...")
    ] = None,
    domain: Annotated[str | None, typer.Option("--domain", help="Only targets of this domain: education ...")] = None,
    role: Annotated[RoleChoice | None, typer.Option("--role", help="Only targets of this role.")] = None,
    seeds: Annotated[
        int, typer.Option("--seeds", min=2, max=10_000, help="Luck numbers for each draw of the parameters.")
    ] = 2,
    draws: Annotated[
        int, typer.Option("--draws", min=1, max=10_000, help="Draws of the fitted parameters (posterior), at most.")
    ] = 10,
    seed: Seed = 1,
    threads: Threads = None,
    out_: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Folder for page, figures and data.")
    ] = None,
    json: Json = False,
) -> None:
    """Set the model beside published figures: simulated, interval, z and verdict of each, and what they come to."""
    from sim._jit import is_cold
    from sim.experiments import scoring
    from sim.inputs.targets import load_targets
    from sim.outputs.folders import claim_folder
    from sim.outputs.records import zonesim_version

    chosen = chosen_targets(load_targets(targets), place, domain, role)
    scoring.check_places(chosen)
    if out_ is not None:
        claim_folder(out_)
    registers = scoring.parameter_draws(draws)
    title = f"{len(chosen)} targets, {len(registers)} draws of the parameters, {seeds} luck numbers each"
    started = datetime.now(UTC)
    with Progress(title, is_cold()) as progress:
        scores = scoring.validate(
            chosen, draws=registers, seeds=seeds, seed=seed, threads=threads or os.cpu_count() or 1, progress=progress
        )
    about = {
        "schema": SCHEMA, "version": zonesim_version(), "date": f"{started:%Y-%m-%d}",
        "place": place, "domain": domain, "role": None if role is None else role.value, "draws": len(registers),
        "seeds": seeds, "seed": seed, "posterior": scoring.posterior_id(),
    }  # fmt: skip
    answer = scoring.validation_answer(scores, **about)
    folder = None if out_ is None else _write(out_, answer, progress)
    if json:
        print(json_text.dumps(answer, allow_nan=False))
    else:
        _show(scores, about)
    if folder is not None:
        err().print(f"Page, figures and data are in {folder}", markup=False, highlight=False, soft_wrap=True)


def chosen_targets(
    targets: Sequence[Target], place: str | None, domain: str | None, role: str | None
) -> tuple[Target, ...]:
    """Targets of a place, domain and role. ``InputError`` where there are none, saying which there are."""
    from sim.inputs.problems import did_you_mean, file_error, shorten

    chosen = tuple(targets)
    for option, value in (("place", place), ("domain", domain), ("role", role)):
        if value is None:
            continue
        known = {getattr(target, option) for target in chosen}
        chosen = tuple(target for target in chosen if getattr(target, option) == value)
        if not chosen:
            problem = f'there is no published figure of {option} "{shorten(str(value))}" among these targets'
            remedy = did_you_mean(str(value), known, f"{option}s")
            raise file_error("targets", problem, remedy, field=f"--{option}")
    return chosen


def _write(folder: Path, answer: dict[str, Any], progress: Progress) -> Path:
    """The folder that appears whole: page, figures, data, log."""
    from sim.outputs.folders import MANIFEST, whole_folder, write_file
    from sim.report.validation_figure import validation_figures
    from sim.report.validation_page import validation_page

    about = {"command": "validate"} | {key: value for key, value in answer.items() if key != "targets"}
    with whole_folder(folder) as (temporary, landed):
        write_file(temporary / MANIFEST, json_text.dumps(about, indent=2, allow_nan=False) + "\n")
        write_file(temporary / "validation.json", json_text.dumps(answer, indent=1, allow_nan=False) + "\n")
        for name, content in validation_figures(answer).items():
            write_file(temporary / name, content)
        write_file(temporary / "validation.md", validation_page(answer, pictures="") + "\n")
        progress.save(temporary)
    return landed[0]


# --- on the screen -------------------------------------------------------------------------------------------


def _show(scores: Sequence[Score], about: dict[str, Any]) -> None:
    from sim.experiments.scoring import summarise

    console = out()
    total = summarise(scores)
    if total.spoken:
        console.print(score_table(scores))
        _say(_legend(about))
    for verdict, title in (
        ("input", "Went into the model, so agreement proves nothing"),
        ("not modelled", "Not modelled"),
    ):
        rows = [s for s in scores if s.verdict == verdict]
        if rows:
            console.print()
            _say(f"{title} ({len(rows)}):")
            for reason, ids in _by_reason(rows).items():
                _say(f"  {reason}: {', '.join(ids)}")
    console.print()
    console.print(summary_table(scores))


def _legend(about: dict[str, Any]) -> str:
    over = "over draws of the fitted parameters" if about["draws"] > 1 else "by chance alone (one set of parameters)"
    if about["posterior"] is None:
        over += "; there is no fitted sample of the parameters yet"
    return (
        f"Low and high: 5th and 95th percentile of the simulated mean {over}. z: difference over the combined standard "
        "error (published, parameters, chance); within: at most 2. (v): validation, which no fit may use; (d): "
        "definition of a scale."
    )


def _say(line: str) -> None:
    out().print(line, markup=False, highlight=False)


def _by_reason(scores: Sequence[Score]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for s in scores:
        found.setdefault(s.reason, []).append(s.target.id)
    return found


def score_table(scores: Sequence[Score]) -> Table:
    """Every target the model speaks of: misses first by size, then the rest in the order of the files."""
    from rich.text import Text

    from sim.experiments.scoring import misses
    from sim.report.validation_page import figure_text, z_text

    table = _table("Published figures and the model", ("Target",), ("Published", "Simulated", "Low", "High", "z"))
    table.add_column("Verdict")
    within = [s for s in scores if s.verdict == "within"]
    for s in [*misses(scores), *within]:
        numbers = (figure_text(value) for value in (s.target.value, s.simulated, s.low, s.high))
        style = "" if s.verdict == "within" else "bold"
        table.add_row(Text(_named(s.target)), *numbers, z_text(s.z or 0.0), s.verdict, style=style)
    return table


def _named(target: Target) -> str:
    """Id, role where no fit may use it, and place where that is not England."""
    sign = {"calibrate": "", "validate": " (v)", "define": " (d)"}[target.role]
    return target.id + sign + ("" if target.place == "england" else f" {target.place}")


def summary_table(scores: Sequence[Score]) -> Table:
    """Counts by domain and role, then by role over all domains."""
    from sim.experiments.scoring import by_domain, by_role

    table = _table(
        "What it comes to",
        ("Domain", "Role"),
        ("Spoken of", "Within", "Outside", "Share within", "Input", "Not modelled"),
    )
    parts = {**by_domain(scores), "all": by_role(scores)}
    for domain, roles in parts.items():
        if domain == "all":
            table.add_section()
        for role, one in roles.items():
            share = "" if one.share_within is None else f"{one.share_within:.0%}"
            counts = map(str, (one.spoken, one.within, one.outside))
            table.add_row(domain.replace("_", " "), role, *counts, share, str(one.input), str(one.not_modelled))
    return table


def _table(title: str, words: Sequence[str], numbers: Sequence[str]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, padding=0, pad_edge=False
    )
    for column in words:
        table.add_column(column, overflow="fold")
    for column in numbers:
        table.add_column(column, justify="right", no_wrap=True)
    return table
