"""``diary``: the life of one synthetic child, with a strategy and without."""

from __future__ import annotations

import json as json_text
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.options import (
    Evidence,
    EvidenceOption,
    FutureOption,
    Including,
    Json,
    Parameters,
    ParametersOption,
    PlaceOption,
    Seed,
    Without,
    Years,
)
from sim.cli.screen import Progress, out

if TYPE_CHECKING:
    from rich.table import Table

    from sim.experiments.diary import Diary

Child = Annotated[str, typer.Option("--child", "-c", help="typical, gained (most), lost (most), or a child's number.")]


def diary(
    strategy: Annotated[str, typer.Argument(help="Strategy: an id of `list strategies` or a TOML file.")],
    place: PlaceOption = "wallsend",
    child: Child = "typical",
    seed: Seed = 1,
    years: Years = 10,
    evidence: EvidenceOption = Evidence.CENTRAL,
    without: Without = None,
    including: Including = None,
    future: FutureOption = None,
    parameters: ParametersOption = Parameters.DRAWN,
    json: Json = False,
) -> None:
    """The diary of one synthetic child in both worlds: with the strategy and without."""
    from sim import api
    from sim._jit import is_cold
    from sim.inputs.problems import file_error, shorten

    # Everything else is refused before the child is looked for.
    record = api.load(strategy, "strategy")
    with Progress("One child's life, in two worlds", is_cold()):
        shared = api.ground(
            place, seed=seed, years=years, evidence=evidence.value, future=future, without=without or (),
            including=including or (), parameters=parameters.value,
        )  # fmt: skip
        from sim.experiments.diary import CHOICES
        from sim.experiments.diary import diary as write_diary

        wanted = int(child) if child.isascii() and child.isdigit() and len(child) < 10 else child
        try:
            found = write_diary(shared, record, wanted)  # type: ignore[arg-type]
        except ValueError as error:
            remedy = f"write --child {', '.join(CHOICES)}, or a number that another diary of this place and luck told"
            raise file_error(shorten(child), str(error), remedy, field="--child") from None
    if json:
        print(json_text.dumps(found.as_dict(), allow_nan=False))
    else:
        _show(found)


def _show(found: Diary) -> None:
    console = out()
    console.print(diary_table(found))
    console.print(ending_table(found))
    console.print(
        f"A synthetic child: {found.label} of {found.place} with luck number {found.seed}. Nobody real is meant, "
        "and one child's life is no evidence; what holds for many is told by zonesim compare.",
        markup=False, highlight=False,
    )  # fmt: skip


def diary_table(found: Diary) -> Table:
    """Entries by month: what happens in both worlds in the first column, what differs side by side."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=f"{found.label.capitalize()}, {found.place}: {found.strategy_name}", title_justify="left")
    for column in ("Month", "In both worlds", "Only without a zone", "Only with the strategy"):
        table.add_column(column, no_wrap=column == "Month", ratio=None if column == "Month" else 1)
    for entry in found.entries:
        cells = {"both": "", "twin": "", "zone": "", entry.world: entry.text}
        table.add_row(entry.date, *map(Text, cells.values()))
    return table


def ending_table(found: Diary) -> Table:
    """How both lives ended."""
    from rich.table import Table

    table = Table(title="In the end", title_justify="left")
    for column in ("", "Without a zone", "With the strategy", "Difference", ""):
        table.add_column(column, justify="right" if column else "left")
    for end in found.endings:
        said = {1: "better", 0: "the same", -1: "worse"}[end.better]
        numbers = (f"{end.twin:g}", f"{end.zone:g}", f"{end.difference:+g}" if end.difference else "0")
        table.add_row(f"{end.name} ({end.unit})", *numbers, said)
    return table
