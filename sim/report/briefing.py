"""The briefing: one self-contained HTML page, a board paper of two to four printed pages with an annex for the screen.

Everything that comes from a file or a table passes through ``html.escape``; figures are inline SVG,
so the page needs neither a network nor other files.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from sim.outcomes import FAMILIES
from sim.outputs.folders import write_file
from sim.outputs.records import ComparisonRecord, zonesim_version
from sim.report.analysis_section import analysis_section
from sim.report.board import board_paper
from sim.report.briefing_style import STYLE
from sim.report.delivery_section import delivery_section
from sim.report.drivers import HIDDEN_CELLS, UNKNOWN
from sim.report.figures import FIGURES, save_figures
from sim.report.html import listed as _list
from sim.report.html import table as _table
from sim.report.naive import how_it_misleads, misled_rows
from sim.report.pairs import pairs_section
from sim.report.partnership_figure import CAPTION as PARTNERSHIP_CAPTION
from sim.report.partnership_figure import NAME as PARTNERSHIP
from sim.report.partnership_section import partnership_section
from sim.report.pdf import ANNEX, pdf_of
from sim.report.tables import EMPTY, CostRow, OutcomeRow, changed_rows, cost_rows, legend, names, outcome_rows
from sim.report.theory_figure import CAPTION as THEORY_CAPTION
from sim.report.theory_figure import NAME as THEORY
from sim.report.theory_section import theory_section
from sim.report.value_tables import (
    PERSPECTIVE_NAMES,
    benefit_rows,
    break_even,
    effect_rows,
    net_words,
    payer_rows,
    ratio_words,
    sources,
    total_rows,
    without_a_value,
)
from sim.report.words import (
    NO_CLEAR_DIFFERENCE,
    NO_DIFFERENCE,
    NOT_SHOWN,
    chance,
    finding,
    measure,
    month_name,
    no_more_than,
    plain_value,
    pounds,
    short_name,
    upper_first,
)
from sim.spec import PLACE_CELLS, Strategy

#: Name of the file; the PDF stands beside it.
BRIEFING = "briefing.html"
#: Warnings at the top of the annex; what fell short in delivery has a section of its own.
MOST_WARNINGS = 6


def write_report(comparison: ComparisonRecord, folder: Path, command: str, changes: Sequence[str] = ()) -> list[Path]:
    """Write the briefing and the figures into a folder; the briefing's path comes first.

    ``changes``: further sentences on what would change the choice.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    figures = save_figures(comparison, folder)
    drawn = {path.stem: path.read_text(encoding="utf-8") for path in figures if path.suffix == ".svg"}
    briefing = folder / BRIEFING
    write_file(briefing, briefing_page(comparison, command, drawn, changes))
    return [briefing, *figures]


def write_pdf(folder: Path) -> Path:
    """Print the briefing of a folder, ``briefing.html``, as ``briefing.pdf`` beside it.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    PdfError
        If WeasyPrint or a library it needs is missing.
    """
    target = (folder / BRIEFING).with_suffix(".pdf")
    write_file(target, pdf_of((folder / BRIEFING).read_text(encoding="utf-8")))
    return target


def briefing_page(
    comparison: ComparisonRecord, command: str, drawn: Mapping[str, str], changes: Sequence[str] = ()
) -> str:
    """The whole page as text: the board paper, which is all that is printed, and its annex.

    ``command`` is the command line that repeats the run, ``drawn`` the figures of ``figures_of`` as SVG, ``changes``
    further sentences on what would change the choice.
    """
    options = " or ".join(names(comparison).values()) if len(comparison.strategies) <= 2 else "Which strategy"
    title = f"{options}? {comparison.place.name}, {comparison.years} years"
    annex = (
        _warnings(comparison),
        _outcomes(comparison),
        pairs_section(comparison),
        _changed(comparison),
        _costs(comparison),
        delivery_section(comparison),
        partnership_section(comparison, _one_figure(drawn, PARTNERSHIP, PARTNERSHIP_CAPTION)),
        analysis_section(comparison),
        theory_section(comparison, _one_figure(drawn, THEORY, THEORY_CAPTION)),
        _figures({name: svg for name, svg in drawn.items() if name != "screen"}),
        _screen(comparison, drawn),
        _place(comparison),
        _options(comparison),
    )
    return (
        '<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body><main><header>"
        f'<p class="running">Briefing: {escape(title)} \N{MIDDLE DOT} zonesim {escape(zonesim_version())}</p>'
        f"<h1>{escape(title)}</h1><p>Briefing for a board. What would happen to the same synthetic children with each "
        "option and without a zone, from a simulation.</p></header>\n"
        f"{board_paper(comparison, command, changes)}\n"
        f"{ANNEX}<h2>Annex: everything behind the paper</h2>" + "\n".join(annex) + "</div>\n"
        "</main></body></html>\n"
    )


def _warnings(comparison: ComparisonRecord) -> str:
    if not comparison.warnings:
        return ""
    warnings = _list(no_more_than(comparison.warnings, MOST_WARNINGS, "What was delivered"))
    return f"<section><h2>Warnings of the run</h2>{warnings}</section>"


def _outcomes(comparison: ComparisonRecord) -> str:
    rows, labels, pairs = outcome_rows(comparison), names(comparison), comparison.replications
    head = ["Outcome", "Without a zone", *labels.values()]
    body = [[_label(row), _twin(row), *(_cell(row, strategy, pairs) for strategy in labels)] for row in rows]
    said = [
        _sentence(row, strategy, label, comparison.years, pairs) for strategy, label in labels.items() for row in rows
    ]
    return (
        f"<section><h2>All differences, year {comparison.years}</h2>"
        + _table("Difference from the same place without a zone", head, body)
        + f"<p><small>{escape(legend(comparison))}</small></p><h3>In words</h3>{_list(said)}</section>"
    )


def _sentence(row: OutcomeRow, strategy: str, label: str, year: int, pairs: int) -> str:
    cell = row.cells.get(strategy, EMPTY)
    numbers = (cell.twin, cell.difference, cell.low, cell.high, cell.chance_better)
    return finding(label, row.indicator, row.group, year, numbers, pairs)


def _label(row: OutcomeRow) -> str:
    unit = measure(row.indicator).difference_unit
    name = escape(short_name(row.indicator, row.group))
    return f"<strong>{escape(FAMILIES[row.family])}</strong><br>{name}, {escape(unit)}"


def _twin(row: OutcomeRow) -> str:
    return escape(measure(row.indicator).value(row.twin) if math.isfinite(row.twin) else NOT_SHOWN)


def _cell(row: OutcomeRow, strategy: str, pairs: int) -> str:
    cell = row.cells.get(strategy, EMPTY)
    if not cell.shown:
        return f'<span class="none">{escape(NOT_SHOWN)}</span>'
    shown = measure(row.indicator)
    kind = row.verdict(strategy)
    style = kind if kind in ("better", "worse") else "none"
    likely = "" if kind == NO_DIFFERENCE else f"<br><small>chance better {chance(cell.chance_better, pairs)}</small>"
    ends = f"{escape(shown.bare(cell.difference, signed=True))} [{escape(shown.interval(cell.low, cell.high))}]"
    return f'{ends}<br><span class="{style}">{kind}</span>{likely}'


def _changed(comparison: ComparisonRecord) -> str:
    labels = names(comparison)
    body = [
        [escape(labels.get(r.strategy, r.strategy)), escape(upper_first(r.outcome)), r.better, r.same, r.worse]
        for r in changed_rows(comparison)
    ]
    head = ["Option", "Outcome", "Better", "The same", "Worse"]
    return (
        "<section><h2>Who changed</h2>"
        + _table("Children compared with themselves in the twin, mean over replications", head, body)
        + "<p><small>Better or worse: more than 0.02 standard deviations apart, or a milestone gained or lost."
        "</small></p></section>"
    )


def _costs(comparison: ComparisonRecord) -> str:
    labels = names(comparison)
    head = ["Option", f"Over {comparison.years} years", "A year", "Per child at the start", "Most posts at a time"]
    body = [_cost_cells(row, labels[row.strategy]) for row in cost_rows(comparison)]
    payers = [
        [escape(f"{labels[r.strategy]}: {r.payer}"), pounds(r.gbp), pounds(r.present), pounds(r.after_optimism_bias)]
        for r in payer_rows(comparison)
    ]
    columns = ["Option and payer", "Not discounted", "Present value", "The same after optimism bias"]
    return (
        "<section><h2>What it costs, who pays and what can be valued</h2>"
        + _table("Money and posts, mean over replications, not discounted", head, body)
        + _table("Who pays beyond what the twin spends, whole run", columns, payers)
        + _value(comparison)
        + f"<h3>Not valued, and why</h3>{_list(without_a_value())}"
        + f"<h3>Where the values are from</h3>{_list(sources())}</section>"
    )


def _value(comparison: ComparisonRecord) -> str:
    labels = names(comparison)
    benefits = [
        [
            escape(f"{labels[r.strategy]}: {r.name}"), f"{_units(r.units)}<br><small>{escape(r.unit)}</small>",
            escape(r.gainers), _pounds_between(r.present, r.low, r.high), pounds(r.after_optimism_bias),
        ]
        for r in benefit_rows(comparison)
    ]  # fmt: skip
    head = ["Option and benefit", "Units gained", "Who gains", "Present value", "The same after optimism bias"]
    effects = [
        [
            escape(f"{labels[r.strategy]}: {r.name}"), f"{_units(r.extra)} [{_units(r.low)} to {_units(r.high)}]",
            pounds(r.cost) if math.isfinite(r.cost) else NO_CLEAR_DIFFERENCE,
        ]
        for r in effect_rows(comparison)
        if math.isfinite(r.extra)
    ]  # fmt: skip
    return (
        "<h3>What can be valued</h3>"
        + _table("Benefits with a published unit value, against the twin, whole run", head, benefits)
        + _totals(comparison, "central", "Costs and valued benefits, present value (central)")
        + _totals(comparison, "optimism_bias", "The same after optimism bias: costs raised, gains cut")
        + _totals(comparison, "values_low", "Central, with every unit value at the low end of its range")
        + _totals(comparison, "values_high", "Central, with every unit value at the high end of its range")
        + _totals(comparison, "within_run", "Central, without earnings after the run")
        + _list(break_even(comparison, strategy) for strategy in labels)
        + _table(
            "What each costs apiece: the whole present cost set against one benefit alone",
            ["Option and benefit", "People or person-years", "Cost of one"],
            effects,
        )
        + "<p><small>Pounds in the strategy's prices, discounted to the first school year at the Green Book's rates. "
        "Costs apiece are not shares of the bill and do not add up. Only what falls within the run is counted, apart "
        "from lifetime earnings at 16. Square brackets: 5th to 95th percentile of the replications.</small></p>"
    )


def _totals(comparison: ComparisonRecord, reading: str, caption: str) -> str:
    labels = names(comparison)
    head = ["Option, seen by", "Costs", "Valued benefits", "What is left", "Benefits for each pound"]
    body = [
        [
            escape(f"{labels[r.strategy]}: {PERSPECTIVE_NAMES[r.perspective].lower()}"), pounds(r.costs),
            pounds(r.benefits), net_words(r), ratio_words(r),
        ]
        for r in total_rows(comparison, reading)
    ]  # fmt: skip
    return _table(caption, head, body)


def _units(units: float) -> str:
    return f"{units:+,.1f}".replace("-", "\N{MINUS SIGN}") if math.isfinite(units) else NOT_SHOWN


def _pounds_between(mean: float, low: float, high: float) -> str:
    return f"{pounds(mean)} [{pounds(low)} to {pounds(high)}]" if math.isfinite(mean) else NOT_SHOWN


def _cost_cells(row: CostRow, label: str) -> list[str]:
    money = (pounds(row.total_gbp), pounds(row.yearly_gbp), pounds(row.per_child_gbp))
    return [escape(label), *money, f"{row.posts:,.1f}"]


def _figures(drawn: Mapping[str, str]) -> str:
    return f"<section><h2>Figures</h2>{_drawings(drawn)}</section>"


def _drawings(drawn: Mapping[str, str]) -> str:
    return "".join(_figure(svg, name, FIGURES[name][0]) for name, svg in drawn.items() if name in FIGURES)


def _screen(comparison: ComparisonRecord, drawn: Mapping[str, str]) -> str:
    figure = {name: svg for name, svg in drawn.items() if name == "screen"}
    head = ["Option and outcome", "Users look different by", "Taking part really gave them", "They differ anyway by"]
    body = [[escape(row.label), *map(escape, (row.naive, row.truth, row.anyway))] for row in misled_rows(comparison)]
    table = _table("Users of the strategy less others, last year on the screen", head, body) if body else ""
    return (
        f"<section><h2>What partners would see</h2>{_paragraphs(how_it_misleads(comparison))}"
        f"{_drawings(figure)}{table}</section>"
    )


def _paragraphs(texts: Iterable[str]) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def _one_figure(drawn: Mapping[str, str], name: str, caption: str) -> str:
    return _figure(drawn[name], name, caption) if name in drawn else ""


def _figure(svg: str, name: str, caption: str) -> str:
    return f"<figure>{_inline(svg, name, caption)}<figcaption>{escape(caption)}</figcaption></figure>"


def _inline(svg: str, name: str, caption: str) -> str:
    """An SVG for the page: no XML header, ids of its own, a label for readers who cannot see it."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{name}-", svg)
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(caption)}"', 1)


def _place(comparison: ComparisonRecord) -> str:
    place = comparison.place
    body = []
    for name, rule in PLACE_CELLS.items():
        cell = place.cells.get(name)
        if cell is not None:
            filled = '<span class="filled">filled in</span>' if cell.kind == "filled_in" else escape(cell.kind)
            source = escape(cell.source) + (f" ({cell.year})" if cell.year else "")
            shown, source = (UNKNOWN, "") if name in HIDDEN_CELLS else (plain_value(cell.value, rule.unit), source)
            filled = "" if name in HIDDEN_CELLS else filled
            body.append([escape(upper_first(rule.meaning)), escape(shown), filled, source])
    number = sum(cell.kind == "filled_in" for cell in place.cells.values())
    facts = _list(f"{fact.text} ({fact.source})" if fact.source else fact.text for fact in place.facts)
    return (
        f"<section><h2>The place: {escape(place.name)}</h2><p>{escape(place.about)}</p>{facts}"
        f"<p>{number} of {len(place.cells)} numbers were not known and were filled in from places with the same "
        "level of deprivation; they are marked.</p>"
        + _table("Profile", ["What", "Value", "Where from", "Source"], body, numbers=False)
        + "</section>"
    )


def _options(comparison: ComparisonRecord) -> str:
    parts = [_option(strategy) for strategy in comparison.strategies]
    return (
        "<section><h2>The options</h2>"
        + "".join(parts)
        + "<h3>Without a zone (twin)</h3><p>Today's schools and services, no strategy.</p></section>"
    )


def _option(strategy: Strategy) -> str:
    body = []
    for planned in strategy.strands:
        stop = f"to {month_name(planned.stop_month - 1)}" if planned.stop_month else "onwards"
        size = "everybody it covers"
        if planned.places_per_term is not None:
            size = f"{planned.places_per_term:,} places a term"
        elif planned.reach_share is not None:
            size = f"{planned.reach_share:.0%} of those eligible"
        who = planned.targeting.replace("_", " ")
        strand = escape(planned.strand.replace("_", " "))
        body.append([strand, f"{month_name(planned.start_month)} {stop}", size, who])
    unit = "a year and resident child" if strategy.money_per_child else "a year"
    money = "; ".join(f"{payer} {pounds(gbp)} {unit}" for payer, gbp in sorted(strategy.money_gbp.items()))
    posts = "no limit stated" if strategy.posts is None else f"{strategy.posts:g}"
    return (
        f"<h3>{escape(strategy.name)}</h3><p>{escape(strategy.about)}</p>"
        + (_table("Strands", ["Strand", "When", "Size", "Who first"], body, numbers=False) if body else "")
        + f"<p>Money it may use: {escape(money or 'none')}. Posts: {posts}. Prices of {strategy.price_year}.</p>"
    )


def command_line(arguments: Iterable[str]) -> str:
    """A command line that can be pasted into a shell."""
    return shlex.join(["zonesim", *arguments])
