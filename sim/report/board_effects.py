"""The board paper, what the options do: effects on the five families, pictures over the years, who gains, who pays."""

from __future__ import annotations

import math
from html import escape

from sim.outcomes import FAMILIES, HEADLINES, INDICATORS
from sim.outputs.delivery import shortfalls
from sim.outputs.records import ComparisonRecord
from sim.report.small_charts import Line, bands, colour_of, strip
from sim.report.style import short_label
from sim.report.tables import EMPTY, OutcomeRow, cost_rows, names, outcome_rows
from sim.report.value_tables import payer_rows, total_rows
from sim.report.words import (
    NO_DIFFERENCE,
    NOT_SHOWN,
    chance,
    count,
    in_plain_words,
    measure,
    pounds,
    short_name,
    upper_first,
)

#: Children under this number are not told apart in any share.
_FEWEST = 10
#: Payers named in the table of costs; the annex has all.
_MOST_PAYERS = 3
#: With more options than this the table of effects begins a page.
_FEW_OPTIONS = 3
#: Longest name of an option in a row of a table, characters.
_LONGEST_NAME = 44


def badge(mark: int) -> str:
    """Number of an option in its colour: the colour is never the only sign."""
    return f'<span class="badge" style="background:{colour_of(mark)}">{mark}</span>'


def option(mark: int, name: str) -> str:
    """An option in a row of a table: its number and its name, cut where it is long."""
    return f"{badge(mark)} {escape(short_label(name, _LONGEST_NAME, 1))}"


def effects(comparison: ComparisonRecord) -> str:
    """One table: for each family the twin's value, then a row for each option with its interval in plain words."""
    labels, year = names(comparison), comparison.years
    bodies = "".join(_family(row, labels, comparison.replications) for row in outcome_rows(comparison))
    head = "".join(
        f'<th scope="col"{style}>{escape(text)}</th>'
        for text, style in (
            ("Option", ""), ("With it", ' class="n"'), ("Difference", ' class="n"'),
            ("Worse \N{LEFTWARDS ARROW} 0 \N{RIGHTWARDS ARROW} better", ' class="picture"'),
            ("90 of 100 outcomes lie between", ""), ("Better than no zone", ""),
        )
    )  # fmt: skip
    return (
        f"<section{' class=many' if len(labels) > _FEW_OPTIONS else ''}><h2>What each option does by year {year}</h2>"
        f'<div class="scroll"><table class="effects"><caption>Difference from the same place without a zone (its twin: '
        f"same children, same luck), mean of {comparison.replications} pairs of runs</caption>"
        f"<thead><tr>{head}</tr></thead>{bodies}</table></div>"
        "<p><small>A filled dot: 90 of 100 outcomes lie on one side of 0. A hollow dot: no clear difference, the "
        "option may help or harm.</small></p></section>"
    )


def _family(row: OutcomeRow, labels: dict[str, str], pairs: int) -> str:
    shown, good = measure(row.indicator), row.indicator.direction
    twin = shown.value(row.twin) if math.isfinite(row.twin) else NOT_SHOWN
    cells = [row.cells.get(strategy, EMPTY) for strategy in labels]
    numbers = [good * x for cell in cells if cell.shown for x in (cell.low, cell.high)]
    ends = (min(numbers, default=0.0), max(numbers, default=0.0))
    rows = "".join(
        _option(row, strategy, name, (mark, ends), pairs) for mark, (strategy, name) in enumerate(labels.items(), 1)
    )
    unit = f", differences in {shown.difference_unit}" if shown.difference_unit != shown.unit else ""
    return (
        f'<tbody><tr class="family"><th colspan="6" scope="rowgroup">{escape(FAMILIES[row.family])}: '
        f"<span>{escape(short_name(row.indicator, row.group))}{escape(unit)}; without a zone "
        f"<strong>{escape(twin)}</strong></span></th></tr>{rows}</tbody>"
    )


def _option(row: OutcomeRow, strategy: str, name: str, place: tuple[int, tuple[float, float]], pairs: int) -> str:
    mark, ends = place
    head = f'<th scope="row">{option(mark, name)}</th>'
    cell, shown, good = row.cells.get(strategy, EMPTY), measure(row.indicator), row.indicator.direction
    if not cell.shown:
        return f'<tr>{head}<td colspan="5" class="none">{escape(NOT_SHOWN)}</td></tr>'
    said = row.verdict(strategy)
    style = said if said in ("better", "worse") else "none"
    words = in_plain_words(row.indicator, cell.low, cell.high)
    low, high = sorted((good * cell.low, good * cell.high))
    picture = strip(
        f"{name}: {words}", (low, good * cell.difference, high), ends, mark, clear=said in ("better", "worse")
    )
    likely = NO_DIFFERENCE if said == NO_DIFFERENCE else chance(cell.chance_better, pairs)
    return (
        f'<tr>{head}<td class="n">{escape(shown.value(cell.value))}</td>'
        f'<td class="n {style}">{escape(shown.bare(cell.difference, signed=True))}</td><td class="picture">{picture}'
        f'</td><td>{escape(words)}</td><td><span class="{style}">{escape(likely)}</span></td></tr>'
    )


def over_the_years(comparison: ComparisonRecord) -> str:
    """Five small pictures with bands, one a family, and the key."""
    labels = names(comparison)
    panels = [
        f"<figure><figcaption><strong>{escape(FAMILIES[family])}</strong><br>"
        f"{escape(short_name(INDICATORS[indicator], group))}</figcaption>"
        f"{_panel(comparison, indicator, group)}</figure>"
        for family, (indicator, group) in HEADLINES.items()
    ]
    key = "".join(f"<li>{option(mark, name)}</li>" for mark, name in enumerate(labels.values(), 1))
    return (
        f'<section class="whole"><h2>Year by year</h2><div class="panels">{"".join(panels)}<div class="key"><ul>'
        f'<li><span class="twin"></span> Without a zone (twin)</li>{key}</ul><small>Shaded: where 90 of 100 outcomes '
        "lie, measured from the twin.</small></div></div></section>"
    )


def _panel(comparison: ComparisonRecord, indicator: str, group: str) -> str:
    frame = comparison.results
    frame = frame[
        (frame["indicator"] == indicator) & (frame["group"] == group) & (frame["population"] == "residents")
        & ~frame["suppressed"].astype(bool)
    ].sort_values("year")  # fmt: skip
    spec, shown = INDICATORS[indicator], measure(INDICATORS[indicator])
    lines = []
    for mark, strategy in enumerate(names(comparison), 1):
        part = frame[frame["strategy"] == strategy]
        low, middle, high = (
            ((part["twin"] + part[column]) * shown.scale).tolist() for column in ("low", "difference", "high")
        )
        lines.append(Line(mark, part["year"].tolist(), middle, low, high))
    twins = frame.groupby("year")["twin"].mean() * shown.scale
    good = "higher is better" if spec.direction > 0 else "lower is better"
    words = f"{short_name(spec, group)} by year, {good}" if len(twins) else NOT_SHOWN
    unit = "%" if shown.unit == "%" else ""
    return bands(words, unit, lines, (twins.index.tolist(), twins.tolist()))


_CHANGED = {"attainment": "Attainment", "wellbeing": "Wellbeing", "health": "Health", "milestones": "Milestones"}


def gains(comparison: ComparisonRecord) -> str:
    """Children better off and worse off than in the twin, by option; disadvantaged children beside the others."""
    body = "".join(
        f'<tr><th scope="row">{option(mark, name)}</th>'
        + "".join(f"<td>{_gained(comparison, strategy, outcome)}</td>" for outcome in _CHANGED)
        + "</tr>"
        for mark, (strategy, name) in enumerate(names(comparison).items(), 1)
    )
    head = "".join(f'<th scope="col">{text}</th>' for text in ("Option", *_CHANGED.values()))
    return (
        '<section><h2>Who gains</h2><div class="scroll"><table><caption>Children better and worse off '
        "than the same children without a zone, mean of the runs; below, the share better off</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        "<p><small>Better or worse: more than 0.02 standard deviations apart, or a milestone (a good level of "
        "development, phonics, Key Stage 2, GCSE, education or work at 18) gained or lost. Disadvantaged: eligible "
        "for free school meals within six years.</small></p></section>"
    )


def _gained(comparison: ComparisonRecord, strategy: str, outcome: str) -> str:
    frame = comparison.changed
    against_twin = ~frame["against"].isin(list(names(comparison)))
    part = frame[against_twin & (frame["strategy"] == strategy) & (frame["outcome"] == outcome)].set_index("group")
    if "all" not in part.index or _people(part.loc["all"]) < _FEWEST:
        return f'<span class="none">{escape(NOT_SHOWN)}</span>'
    better, worse = (float(part[column]["all"]) for column in ("better", "worse"))
    text = f"{_children(better)} better, {_children(worse)} worse"
    shares = [_share(part, group) for group in ("disadvantaged", "other")]
    return f"{text}<br><small>disadvantaged {shares[0]}, others {shares[1]}</small>" if all(shares) else text


def _people(row: object) -> float:
    return float(sum(row[key] for key in ("better", "same", "worse")))  # type: ignore[index]


def _children(number: float) -> str:
    return escape("none" if number == 0 else count(number).replace("fewer than", "under"))


def _share(part: object, group: str) -> str:
    """``31%``; empty where the group or those who gained are too few to be told."""
    if group not in part.index:  # type: ignore[attr-defined]
        return ""
    row = part.loc[group]  # type: ignore[attr-defined]
    people = _people(row)
    return f"{100 * row['better'] / people:.0f}%" if people >= _FEWEST and row["better"] >= _FEWEST else ""


def costs(comparison: ComparisonRecord) -> str:
    """Money and posts of each option, who pays, and what the valued benefits pay back."""
    labels, payers = names(comparison), payer_rows(comparison)
    back = {r.strategy: r for r in total_rows(comparison, "central") if r.perspective == "society"}
    ran = _ran_as_planned(comparison)
    body = ""
    for mark, row in enumerate(cost_rows(comparison), 1):
        mine = [p for p in payers if p.strategy == row.strategy]
        whole = sum(p.gbp for p in mine)
        paid = _payers([(p.payer, p.gbp / whole) for p in mine]) if whole > 0 else "nothing is spent"
        total = back.get(row.strategy)
        pence = f"{100 * total.ratio:.0f}p" if total is not None and math.isfinite(total.ratio) else "\N{EN DASH}"
        money = (pounds(row.total_gbp), pounds(row.yearly_gbp), pounds(row.per_child_gbp), f"{row.posts:,.1f}", pence)
        numbers = "".join(f'<td class="n">{escape(text)}</td>' for text in money)
        body += (
            f'<tr><th scope="row">{option(mark, labels[row.strategy])}</th>{numbers}'
            f"<td>{escape(paid)}</td><td>{escape(ran[row.strategy])}</td></tr>"
        )
    columns = (
        f"Over {comparison.years} years", "A year", "Per child", "Most posts", "Pays back of \N{POUND SIGN}1",
        "Who pays", "Strands that ran as planned",
    )  # fmt: skip
    head = '<th scope="col">Option</th>' + "".join(
        f'<th scope="col"{" class=n" if at < 5 else ""}>{escape(text)}</th>' for at, text in enumerate(columns)
    )
    return (
        '<section><h2>What it costs, in money and posts</h2><div class="scroll"><table><caption>Mean of '
        f"the runs, prices of the strategies, not discounted</caption><thead><tr>{head}</tr></thead><tbody>{body}"
        "</tbody></table></div><p><small>Per child: resident at the start, whole run. Posts: most at one time. Pays "
        "back: present value, to everybody, of the few benefits that have a published value, for each pound spent; "
        "what has no price, such as a child's wellbeing, is not in it.</small></p></section>"
    )


def _payers(shares: list[tuple[str, float]]) -> str:
    """``Council 34%, Schools 34%, Charity 27%, others 5%``: those who pay most first."""
    told = [f"{payer} {100 * share:.0f}%" for payer, share in shares[:_MOST_PAYERS]]
    rest = sum(share for _, share in shares[_MOST_PAYERS:])
    return ", ".join([*told, f"others {100 * rest:.0f}%"] if rest > 0 else told)


def _ran_as_planned(comparison: ComparisonRecord) -> dict[str, str]:
    strategies = dict(zip(names(comparison), comparison.strategies, strict=True))
    found = shortfalls(comparison.delivery, strategies)
    told = {}
    for identifier, strategy in strategies.items():
        strands = {planned.strand for planned in strategy.strands}
        mine = [s for s in found if s.strategy == identifier and s.strand in strands]
        short = {s.strand for s in mine}
        told[identifier] = f"{len(strands) - len(short)} of {len(strands)}" if strands else "no strands"
        if mine:
            told[identifier] += f"; shortest: {upper_first(mine[0].strand.replace('_', ' '))}, {mine[0].words}"
    return told
