"""``parity``: whether this version still gives the numbers of a released one."""

from __future__ import annotations

import json as json_text
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.options import Json, Threads
from sim.cli.screen import Progress, out

if TYPE_CHECKING:
    from sim.experiments.parity import Compared, Parity

#: Exit code where numbers differ by more than chance allows.
EXIT_DIFFERS = 1


def parity(
    version: Annotated[str, typer.Argument(help="Released version whose stored numbers are compared, such as 0.1.0.")],
    save: Annotated[
        bool, typer.Option("--save", help="Store the numbers of this version under that name; never overwrites.")
    ] = False,
    seed: Annotated[
        int | None,
        typer.Option("--seed", min=0, max=2**32 - 1, help="First luck number (default: the stored one)."),
    ] = None,
    threads: Threads = None,
    json: Json = False,
) -> None:
    """Run pinned scenarios and compare every indicator with the stored numbers of a released version."""
    from sim._jit import is_cold
    from sim.experiments.parity import answer, load_stored
    from sim.experiments.parity import parity as compare_with
    from sim.experiments.parity import save as store

    if save:
        if seed is not None:
            raise typer.BadParameter("what is stored always begins at the same luck number", param_hint="--seed")
        with Progress(f"Numbers of version {version}", is_cold()) as progress:
            path = store(version, threads=threads, progress=progress)
        print(json_text.dumps({"version": version, "file": str(path)}) if json else f"Stored in {path}")
        return
    load_stored(version)
    with Progress(f"Parity with version {version}", is_cold()) as progress:
        found = compare_with(version, seed=seed, threads=threads, progress=progress)
    if json:
        print(json_text.dumps(answer(found), allow_nan=False))
    else:
        _show(found)
    if not found.agrees:
        raise typer.Exit(EXIT_DIFFERS)


def _show(found: Parity) -> None:
    console = out()
    lines = [
        f"Version {found.version}: "
        + ("the numbers agree." if found.agrees else "the numbers differ by more than chance allows."),
        *(f"- {reason}" for reason in found.reasons),
        f"{found.cells} cells, {found.same} of them the same; beyond 3 standard errors: {found.beyond:.1%} "
        f"(chance allows {0.0 if found.same_luck else found.allowed:.1%}).",
        *found.notes,
        *(["Largest differences:"] if found.largest else []),
        *(_line(c) for c in found.largest),
    ]
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _line(c: Compared) -> str:
    assert c.then is not None and c.now is not None
    named = f"{c.cell.scenario}, {c.cell.indicator}, {c.cell.group}, {c.cell.reading}"
    return f"  z {c.z:+6.1f}  {named}: {c.then.mean:.6g} then, {c.now.mean:.6g} now"
