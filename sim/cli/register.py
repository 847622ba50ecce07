"""``register``: keep a projection now, score it against what happened later."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import Json
from sim.cli.screen import err, out

if TYPE_CHECKING:
    from rich.table import Table

    from sim.experiments.register import Score

app = typer.Typer(no_args_is_help=True, help="Keep a projection now, score it against what happened later.")
_USUAL = Path("zonesim-register")
#: Parameters that are shown; all of them are in the answer of --json.
_SHOWN = 8
RegistryOption = Annotated[Path, typer.Option("--registry", metavar="DIR", help="Folder of the register.")]


@app.command(epilog="Example:  zonesim register save zonesim-runs/my-run --strategy cradle_to_career")
def save(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder that run, compare or demo wrote.")],
    strategy: Annotated[
        str | None, typer.Option("--strategy", "-s", help="Which strategy of the run, where it holds several.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="What to call it, in your words.")] = "",
    first_september: Annotated[
        int, typer.Option("--first-september", min=2000, max=2100, help="Year in which the first school year starts.")
    ] = 2026,
    registry: RegistryOption = _USUAL,
    json: Json = False,
) -> None:
    """Keep the projection of a run: bands, dates, place, strategy, versions and digests."""
    from sim.experiments.register import Shelf, entry_of
    from sim.inputs.posterior import load_posterior
    from sim.outputs import read_run_folder

    stored = read_run_folder(run)
    manifest = json_text.loads((run / "manifest.json").read_text(encoding="utf-8"))
    entry = entry_of(
        stored, run, strategy=strategy, name=name[:160], first_september=first_september,
        posterior=load_posterior(), manifest=manifest,
    )  # fmt: skip
    kept = Shelf(registry).save(entry)
    if json:
        about = {"schema": 1, "entry": kept.id, "registry": str(registry), "projections": len(kept.projections)}
        print(json_text.dumps(about))
        return
    last = kept.projections[-1].ends if kept.projections else "nothing"
    for line in (
        f"Kept as {kept.id}: {len(kept.projections):,} figures, each with its band, up to {last}.",
        f"Score it later:  zonesim register score {kept.id} actuals.csv --registry {registry}",
    ):
        out().print(line, markup=False, highlight=False, soft_wrap=True)


@app.command(name="list", epilog="Example:  zonesim register list")
def list_(registry: RegistryOption = _USUAL, json: Json = False) -> None:
    """What is kept, the oldest first."""
    from sim.experiments.register import Shelf

    shelf = Shelf(registry)
    rows: list[dict[str, Any]] = []
    for name in shelf.names():
        entry = shelf.load(name)
        rows.append(
            {
                "entry": entry.id, "name": entry.name, "saved": entry.saved, "place": entry.place,
                "strategy": entry.strategy, "years": entry.years, "figures": len(entry.projections),
                "scores": shelf.scores(entry.id),
            }
        )  # fmt: skip
    if json:
        print(json_text.dumps({"schema": 1, "entries": rows}, ensure_ascii=False))
        return
    if not rows:
        out().print(f"{registry} holds nothing yet: zonesim register save RUN", markup=False, highlight=False)
        return
    table = _table("", *rows[0])
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    out().print(table)


@app.command(epilog="Example:  zonesim register score wallsend-early_start-20261122-101500 actuals.csv")
def score(
    entry: Annotated[str, typer.Argument(metavar="ENTRY", help="Id of an entry: see `register list`.")],
    actuals: Annotated[Path, typer.Argument(metavar="ACTUALS.csv", help="What happened: indicator,group,year,value.")],
    registry: RegistryOption = _USUAL,
    json: Json = False,
) -> None:
    """Set a kept projection beside what happened: in its bands or not, bias, and which parameters it questions."""
    from sim.experiments.register import Shelf, read_actuals
    from sim.experiments.register import score as scored
    from sim.experiments.register.scores import score_json

    shelf = Shelf(registry)
    kept = shelf.load(entry)
    found = scored(kept, read_actuals(actuals, kept))
    answer = score_json(found)
    path = shelf.keep_score(kept, answer)
    if json:
        print(json_text.dumps(answer, allow_nan=False))
    else:
        _show(found)
    err().print(f"Kept in {path}", markup=False, highlight=False, soft_wrap=True)


def _show(found: Score) -> None:
    console = out()
    console.print(_readings(found))
    for row in found.calibration.to_dict("records"):
        console.print(
            f"{row['band']} % band: {row['inside']} of {row['of']} figures inside ({row['share']:.0%}; "
            f"90 % interval {row['low']:.0%} to {row['high']:.0%}, {row['nominal']:.0%} is meant).",
            markup=False, highlight=False,
        )  # fmt: skip
    whole = found.bias.iloc[0]
    console.print(
        f"Bias: figures lie {whole['z']:+.2f} standard deviations from the projection on average.",
        markup=False, highlight=False,
    )  # fmt: skip
    if len(found.questions):
        table = _table("Parameters the figures pull at", "Parameter", "Pull (0 to 1)", "They ask for", "Chance")
        for row in found.questions.head(_SHOWN).to_dict("records"):
            table.add_row(row["parameter"], f"{row['pull']:.2f}", row["direction"], f"{row['chance']:.2f}")
        console.print(table)
    for line in found.cautions:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _readings(found: Score) -> Table:
    from sim.outcomes import INDICATORS
    from sim.report.words import measure, short_name

    title = f"{found.entry.name}, kept {found.entry.saved[:10]}"
    table = _table(title, "Figure", "By", "Projected", "90 % band", "Happened", "z", "In the band")
    for row in found.readings.to_dict("records"):
        indicator = INDICATORS[row["indicator"]]
        how = measure(indicator)
        table.add_row(
            short_name(indicator, row["group"]), row["ends"], how.value(row["projected"]),
            f"{how.bare(row['low90'])} to {how.bare(row['high90'])}", how.value(row["actual"]), f"{row['z']:+.1f}",
            "yes" if row["in90"] else "NO",
        )  # fmt: skip
    return table


def _table(title: str, *columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, title=title or None)
    for name in columns:
        table.add_column(name)
    return table
