"""The page across places and futures: one strategy everywhere, one place under everything the world may do.

``python -m sim.report.across_page docs/across.md RUNS`` writes it, and ``docs/pictures/shock_*.png`` beside it, from
run folders of one strategy: ``RUNS/places/ID`` in each place without a future, and ``RUNS/futures/ID`` in one place
under each future, ``RUNS/futures/none`` without one, all else equal. ``RUNS/ranking/ID``: the same strategies compared
in places as deprived as one another.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from sim.outcomes import HEADLINES, INDICATORS
from sim.outputs import OutputError, StoredComparison, read_run_folder
from sim.report.paired import cell, changes, differences, heading, levels, plain_cell, table
from sim.report.shock_figure import shock_figure
from sim.report.style import rendered
from sim.report.words import measure, pounds

#: Futures that are drawn as well: what becomes of delivery, maturity and outcomes.
DRAWN = {
    "backbone_removed_year_5": "the backbone team is taken away in year 5",
    "posts_halved": "the zone's posts are halved",
    "pandemic_year_3": "a pandemic strikes in year 3",
}
_PLAIN = "none"


def read_runs(folder: Path) -> dict[str, StoredComparison]:
    """Run folders of one strategy by name. Raises ``OutputError`` where there is none, or one is damaged."""
    names = sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    if not names:
        raise OutputError(folder, "there are no run folders here", "Run the strategy into it first.")
    return {name: read_run_folder(folder / name) for name in names}


def across_page(
    places: dict[str, StoredComparison], futures: dict[str, StoredComparison], ranking: dict[str, StoredComparison]
) -> str:
    """Markdown of the page: a table by place, one by future, pictures of ``DRAWN``, and the order of strategies."""
    base = futures[_PLAIN]
    strategy = base.strategies[0]
    words = f"{strategy.name} (`{strategy.id}`), {base.years} years, luck from {base.seed}, {base.evidence} evidence."
    parts = [
        "# Across places and futures",
        f"Written by `python -m sim.report.across_page` from finished runs. {words}",
        "## The same strategy in every place",
        "Difference from the same place without a zone in the last year, residents: mean and 5th to 95th percentile "
        "over pairs. Money is given per child, so it grows with the place; small places differ more by luck.",
        _place_table(places),
        "## The same place under every future",
        f"{base.place.name}, {base.replications} pairs. The first row is the difference from the place without a zone "
        "when nothing strikes. Each further row is what the future did to this difference, pair by pair on the same "
        "luck: the twin lives through the same future, so that only what it does to the strategy's work is told.",
        _future_table(futures),
        "What each future does to the place itself, with no zone at all (the twin under it less the twin without):",
        _twin_table(futures),
    ]
    drawn = [(name, words) for name, words in DRAWN.items() if name in futures]
    if drawn:
        parts.append("## Three of them year by year")
    for name, what in drawn:
        parts.append(f"![What happens when {what}: delivery, maturity and outcomes](pictures/shock_{name}.png)")
    one = next(iter(ranking.values()))
    parts += [
        "## Equally deprived, different best plan",
        "Two made-up estates that differ in nothing but what drives disadvantage "
        f"([local context](model.md#39-local-context)): {', '.join(run.place.name for run in ranking.values())}. "
        f"Strategies in order of what they do in year {one.years}, best first, mean of {one.replications} pairs "
        "(difference from the twin, in the unit of the column); in brackets, in how many pairs of a hundred the first "
        "does better than the second.",
        _ranking_table(ranking),
    ]
    return "\n\n".join(parts) + "\n"


def _ranking_table(runs: dict[str, StoredComparison]) -> str:
    rows = []
    for indicator, group in HEADLINES.values():
        shown, better = measure(INDICATORS[indicator]), INDICATORS[indicator].direction
        row = [heading(indicator, group)]
        for run in runs.values():
            found = {s.id: differences(run.yearly, s.id, run.years)[indicator] for s in run.strategies}
            order = sorted(found, key=lambda name, found=found: -better * float(found[name].mean()))
            wins = float((better * (found[order[0]] - found[order[1]]) > 0).mean())
            told = ", ".join(f"{name} {shown.bare(float(found[name].mean()), signed=True)}" for name in order)
            row.append(f"{told} ({100 * wins:.0f})")
        rows.append(row)
    return table(["Outcome", *(run.place.name for run in runs.values())], rows)


def _headings(first: str) -> list[str]:
    return [first, *(heading(indicator, group) for indicator, group in HEADLINES.values())]


def _place_table(places: dict[str, StoredComparison]) -> str:
    rows = []
    for run in places.values():
        found = differences(run.yearly, run.strategies[0].id, run.years)
        spent = pounds(float(run.costs["gbp"].sum()))
        children = f"{round(run.place.value('children')):,}"
        pairs = str(run.replications)
        rows.append(
            (run.place.name, children, pairs, spent, *(plain_cell(measure(INDICATORS[i]), found[i]) for i in found))
        )
    headings = _headings("Place")
    return table([headings[0], "Children", "Pairs", "Spent", *headings[1:]], rows)


def _future_table(futures: dict[str, StoredComparison]) -> str:
    base = futures[_PLAIN]
    on = differences(base.yearly, base.strategies[0].id, base.years)
    rows = [("nothing strikes", *(plain_cell(measure(INDICATORS[i]), values) for i, values in on.items()))]
    for name, run in futures.items():
        if name == _PLAIN:
            continue
        moved = changes(on, differences(run.yearly, run.strategies[0].id, run.years))
        rows.append((f"`{run.future}`", *(cell(measure(INDICATORS[i]), moved[i]) for i in on)))
    return table(_headings("Future"), rows)


def _twin_table(futures: dict[str, StoredComparison]) -> str:
    base, rows = futures[_PLAIN], []
    calm = levels(base.yearly, "no_zone", base.years)
    for name, run in futures.items():
        if name != _PLAIN:
            moved = changes(calm, levels(run.yearly, "no_zone", run.years))
            rows.append((f"`{run.future}`", *(cell(measure(INDICATORS[i]), moved[i]) for i in calm)))
    return table(_headings("Future"), rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the page into the file named first, pictures beside it, from the folder of runs named second."""
    parser = argparse.ArgumentParser("python -m sim.report.across_page", description="Write the page across runs.")
    parser.add_argument("file", type=Path, help="file to write, such as docs/across.md")
    parser.add_argument("runs", type=Path, help="folder with folders places, futures and ranking of run folders")
    asked = parser.parse_args(arguments)
    places, futures, ranking = (read_runs(asked.runs / name) for name in ("places", "futures", "ranking"))
    asked.file.write_text(across_page(places, futures, ranking), encoding="utf-8")
    pictures = asked.file.parent / "pictures"
    pictures.mkdir(exist_ok=True)
    for name, what in DRAWN.items():
        if name in futures:
            figure = shock_figure(futures[_PLAIN], futures[name], what)
            (pictures / f"shock_{name}.png").write_bytes(rendered(figure, "png"))


if __name__ == "__main__":
    main()
