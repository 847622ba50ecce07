"""The mechanisms page: what each switch turns off, where it stands, and what was seen with it on and off.

``python -m sim.report.mechanisms_page docs/mechanisms.md RUNS`` writes it from run folders of one strategy in one
place: ``RUNS/all_on`` and, for each mechanism, ``RUNS/NAME`` run with ``--without NAME`` (with ``--with NAME`` for
one that is off unless asked for), all else equal.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.inputs.register import tables
from sim.outcomes import HEADLINES, INDICATORS
from sim.outputs import OutputError, StoredComparison, read_run_folder
from sim.report.paired import cell, changes, differences, heading, plain_cell, table
from sim.report.words import measure

ALL_ON = "all_on"


def mechanisms_page(runs: Path) -> str:
    """Markdown of the whole page.

    Raises ``OutputError`` where the folder ``all_on`` is missing, or a run folder is damaged or not its twin in all
    but the switch. A mechanism without a run folder has no row in the second table.
    """
    base = read_run_folder(runs / ALL_ON)
    strategy, year = base.strategies[0].id, base.years
    on = differences(base.yearly, strategy, year)
    pages = tables("mechanisms")
    rows, seen = [], []
    for name, page in pages.items():
        rows.append(_where(name, page))
        folder = runs / name
        if folder.is_dir():
            moved = changes(on, differences(_switched(folder, base, name, page).yearly, strategy, year))
            seen.append((f"`{name}`", *(cell(measure(INDICATORS[i]), moved[i]) for i in on)))
    headings = ["Switch", *(heading(indicator, group) for indicator, group in HEADLINES.values())]
    full = ("all on", *(plain_cell(measure(INDICATORS[i]), values) for i, values in on.items()))
    intro = _INTRODUCTION.format(
        strategy=strategy, place=base.place.name, years=year, pairs=base.replications, evidence=base.evidence,
        seed=base.seed,
    )  # fmt: skip
    return "\n\n".join(
        [
            intro,
            "## Where each stands",
            table(("Switch", "No.", "What it does", "Files", "Numbers", "Test"), rows),
            _NO_SWITCH,
            "## What was seen on and off",
            _SEEN,
            table(headings, [full, *seen]),
            "### Where the sign may surprise",
            *(f"`{name}`: {page['surprise']}" for name, page in pages.items() if "surprise" in page),
        ]
    )


def _switched(folder: Path, base: StoredComparison, name: str, page: dict[str, Any]) -> StoredComparison:
    """The run of one switch; it must be that of ``base`` in everything else."""
    found = read_run_folder(folder)
    asked = ((), (name,)) if "when_asked" in page else ((name,), ())
    if (found.without, found.including) != asked:
        option = "--with" if "when_asked" in page else "--without"
        raise OutputError(folder, f"this run was not made with {option} {name} alone", "Repeat it with that switch.")
    for what in ("place", "strategies", "future", "evidence", "replications", "seed", "years"):
        if getattr(found, what) != getattr(base, what):
            raise OutputError(folder, f"this run and {ALL_ON} differ in {what}", "Repeat it like the other.")
    return found


_INTRODUCTION = """\
# Mechanisms, on and off

Each mechanism of the model can be switched off on its own (`zonesim run ... --without NAME`), and the one that is off
unless asked for can be switched on (`--with NAME`). This page is written by `python -m sim.report.mechanisms_page`
from run folders of `zonesim run {strategy}` in {place}: {years} years, {pairs} pairs of runs from luck number {seed},
{evidence} evidence. The numbers of the mechanisms stand in [the parameters page](parameters.md), their equations in
[the model](model.md)."""

_NO_SWITCH = """\
No. is that of the fifteen mechanisms in [the model](model.md#21-basic-principles). What has no switch of its own: 13,
the theory of change, reads results and changes nothing; of 11, the backbone team is left out by leaving out its strand
(`partnership_backbone`); of 14, futures are left out by asking for none."""

_SEEN = """\
The first row is the difference between the strategy and the place without a zone in the last year, residents, mean and
5th to 95th percentile. Each further row is what switching that mechanism off did to this difference, pair by pair on
the same luck: below nought, the strategy does less without the mechanism. For `tipping_point` it is what switching
it on did. A switch that changes the place itself changes the twin as well."""


def _where(name: str, page: dict[str, Any]) -> tuple[str, ...]:
    numbers = ", ".join(f"`{n}`" for n in [*page["sets"], *page.get("numbers", ())]) or "none: the step is left out"
    files = ", ".join(f"`{file}`" for file in page["files"])
    return f"`{name}`", str(page["number"]), page["meaning"], files, numbers, f"`{page['test']}`"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the page into the file named first, from the folder of runs named second."""
    parser = argparse.ArgumentParser("python -m sim.report.mechanisms_page", description="Write the mechanisms page.")
    parser.add_argument("file", type=Path, help="file to write, such as docs/mechanisms.md")
    parser.add_argument("runs", type=Path, help="folder with a run folder all_on and one for each mechanism")
    asked = parser.parse_args(arguments)
    asked.file.write_text(mechanisms_page(asked.runs) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
