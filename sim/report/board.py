"""The board paper: what a director takes into a meeting, two to four printed pages, every number from the runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from sim.inputs import load_strands
from sim.inputs.register import passports
from sim.outcomes.declaring import OUTCOME_WORDS
from sim.outputs.records import ComparisonRecord, zonesim_version
from sim.report.board_effects import badge, costs, effects, gains, option, over_the_years
from sim.report.choice import what_would_change_it
from sim.report.html import listed
from sim.report.tables import CostRow, cost_rows, names, outcome_rows
from sim.report.words import NO_CLEAR_DIFFERENCE, NO_DIFFERENCE, clearly, month_name, pounds
from sim.spec import Provenance, Strand, Strategy

#: Facts of the place and strands of the evidence table on paper; the rest stands in the annex.
MOST_FACTS, MOST_STRANDS = 3, 10
#: Families of outcomes in a sentence.
_SHORT = {
    "educational_progress": "educational progress", "access_engagement": "access to services",
    "child_wellbeing": "children's wellbeing", "family_wellbeing": "family wellbeing",
    "schools_services": "schools and services",
}  # fmt: skip
#: Longest text about an option or a place on paper, characters.
_LONGEST = 200

LIMITS = (
    "The people are synthetic: they match the counts of the place profile, not anybody who lives there.",
    "Numbers are differences between a place and its twin in the model. They say what follows from the evidence and "
    "assumptions put in; they do not prove that a strategy works.",
    "Effects of single strands come from published trials and studies; how strands work together is uncertain, "
    "and the model's allowance for it includes nothing at all.",
    "Results resting on fewer than 10 children in a replication are not shown.",
    "An interval shows where one place may end up, by chance and by what is not known about the effects. "
    "What the model leaves out is not in it.",
)


def board_paper(comparison: ComparisonRecord, command: str, changes: Sequence[str] = ()) -> str:
    """The paper as HTML. ``changes``: further sentences on what would change the choice, plain text."""
    return (
        _question(comparison)
        + _in_brief(comparison)
        + _place(comparison)
        + _options(comparison)
        + effects(comparison)
        + over_the_years(comparison)
        + gains(comparison)
        + costs(comparison)
        + _choice(comparison, changes)
        + _limits()
        + _assumptions(comparison)
        + _reproduce(comparison, command)
    )


def _question(comparison: ComparisonRecord) -> str:
    asked = list(dict.fromkeys(s.question for s in comparison.strategies if s.question))
    where = comparison.place.name
    question = asked[0] if len(asked) == 1 else ""
    if not question and len(comparison.strategies) == 1:
        question = f"What would this strategy change in {where} over {comparison.years} years?"
    elif not question:
        question = (
            f"Which of {len(comparison.strategies)} strategies would do most for the children of {where} over "
            f"{comparison.years} years, at what cost, and how sure is that?"
        )
    return f"<section><h2>The question</h2><p>{escape(question)}</p></section>"


def _in_brief(comparison: ComparisonRecord) -> str:
    money = {row.strategy: row for row in cost_rows(comparison)}
    items = "".join(
        f"<li>{badge(mark)} <strong>{escape(name)}</strong> {escape(_verdicts(comparison, strategy))} "
        f"{_bill(money[strategy], comparison.years)}</li>"
        for mark, (strategy, name) in enumerate(names(comparison).items(), 1)
    )
    return f'<section class="brief"><h2>In brief</h2><ul>{items}</ul></section>'


def _bill(row: CostRow, years: int) -> str:
    if row.total_gbp == 0:
        return "It costs nothing beyond today's services."
    return (
        f"It costs {pounds(row.yearly_gbp)} a year ({pounds(row.per_child_gbp)} for each child over {years} years) "
        f"and needs up to {row.posts:,.1f} posts."
    )


def _verdicts(comparison: ComparisonRecord, strategy: str) -> str:
    """What an option does, family by family, as the end of a sentence that begins with its name."""
    rows = outcome_rows(comparison)
    kinds: dict[str, list[str]] = {}
    for row in rows:
        kinds.setdefault(row.verdict(strategy), []).append(_SHORT[row.family])
    if len(kinds.get(NO_DIFFERENCE, [])) == len(rows):
        return "changes nothing."
    better, worse, surely = kinds.get("better", []), kinds.get("worse", []), clearly(comparison.replications)
    if len(better) == len(rows):
        return f"is {surely} better than no zone on all five families of outcomes."
    said = f"is {surely} better than no zone on {_and(better)}" if better else f"is {surely} better on none of the five"
    if worse:
        said += f", {surely} worse on {_and(worse)}"
    unclear = kinds.get(NO_CLEAR_DIFFERENCE, [])
    return f"{said}; no clear difference on {_and(unclear)}." if unclear else f"{said}."


def _and(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _place(comparison: ComparisonRecord) -> str:
    place = comparison.place
    children = place.cells.get("children")
    start = f"{children.value:,.0f} children. " if children is not None else ""
    facts = listed(
        f"{fact.text} ({_title(fact.source)})" if fact.source else fact.text for fact in place.facts[:MOST_FACTS]
    )
    filled = sum(cell.kind == "filled_in" for cell in place.cells.values())
    guessed = sum(cell.kind in ("judgement", "assumption") for cell in place.cells.values())
    return (
        f"<section><h2>The place: {escape(place.name)}</h2><p>{escape(start + place.about)}</p>{facts}"
        f"<p>Of {len(place.cells)} numbers that describe it, {filled} were not known and were filled in from places as "
        f"deprived; {guessed} are {_judged('judgement')}.</p></section>"
    )


def _options(comparison: ComparisonRecord) -> str:
    alone = len({s.question for s in comparison.strategies}) == 1
    rows = "".join(
        f'<tr><th scope="row">{option(mark, name)}</th><td>{_what(strategy, alone)}</td>'
        f"<td>{escape(_strands(strategy))}</td><td>{escape(_money(strategy))}</td></tr>"
        for mark, (name, strategy) in enumerate(zip(names(comparison).values(), comparison.strategies, strict=True), 1)
    )
    return (
        '<section><h2>The options</h2><div class="scroll"><table><caption>Each is set against the same place with '
        "today's schools and services</caption><thead><tr>"
        '<th scope="col">Option</th><th scope="col">What it is</th><th scope="col">Strands and dates</th>'
        f'<th scope="col">Money and posts it may use</th></tr></thead><tbody>{rows}</tbody></table></div></section>'
    )


def _what(strategy: Strategy, alone: bool) -> str:
    """The question an option answers, where options ask different ones, and what it is."""
    asked = "" if alone or not strategy.question else f"<em>{escape(_shorten(strategy.question))}</em> "
    return asked + escape(_shorten(strategy.about))


def _strands(strategy: Strategy) -> str:
    if not strategy.strands:
        return "no strands"
    first, last = (pick(s.start_month for s in strategy.strands) for pick in (min, max))
    together = []
    if strategy.partnership is not None:
        together.append(f"partnership ({strategy.partnership.governance.replace('_', ' ')})")
    if strategy.analysis is not None:
        together.append("local analysis")
    number = len({s.strand for s in strategy.strands})
    when = month_name(first) if first == last else f"{month_name(first)}, to {month_name(last)}"
    words = f"{number} strand{'' if number == 1 else 's'}, begun {when}"
    return f"{words}; {' and '.join(together)}" if together else words


def _money(strategy: Strategy) -> str:
    unit = "a year and resident child" if strategy.money_per_child else "a year"
    total = sum(strategy.money_gbp.values())
    money = f"{pounds(total)} {unit}" if total else "no limit stated" if not strategy.money_gbp else "none"
    posts = "" if strategy.posts is None else f"; {strategy.posts:g} posts"
    return f"{money}{posts} (prices of {strategy.price_year})"


def _choice(comparison: ComparisonRecord, changes: Sequence[str]) -> str:
    others = _and([reading for reading in ("sceptical", "central", "hopeful") if reading != comparison.evidence])
    untried = f"Not tried here: the {others} readings of the evidence, and other futures (--evidence, --future)."
    said = [*what_would_change_it(comparison), *changes, untried]
    return f"<section><h2>What would change the choice</h2>{listed(said)}</section>"


def _limits() -> str:
    return f"<section><h2>What this cannot say</h2>{listed(LIMITS)}</section>"


def _assumptions(comparison: ComparisonRecord) -> str:
    kinds = [page.kind for page in passports().values()]
    future = "; ".join(comparison.shocks) if comparison.shocks else "no shock from outside"
    settings = [
        f"Evidence setting: {comparison.evidence} (sceptical, central or hopeful reading of the published effects).",
        f"Future: {future}.",
        f"Of the model's {len(kinds)} numbers, {kinds.count('evidence')} are published evidence, "
        f"{kinds.count('calibrated')} fitted to national figures, {kinds.count('policy')} rules of the country and "
        f"{kinds.count('assumption')} judgement of the authors.",
    ]
    if comparison.without:
        settings.append(f"Mechanisms switched off: {', '.join(comparison.without)}.")
    if comparison.including:
        settings.append(f"Mechanisms switched on that are off by themselves: {', '.join(comparison.including)}.")
    return f"<section><h2>Assumptions and sources</h2>{listed(settings)}</section>{_evidence(comparison)}"


def _evidence(comparison: ComparisonRecord) -> str:
    """The dearest strands of the options with what their effects rest on."""
    spent = comparison.delivery[comparison.delivery["strategy"].isin(list(names(comparison)))]
    pounds_of = spent.groupby("strand")["gbp"].sum()
    planned = {s.strand for strategy in comparison.strategies for s in strategy.strands}
    library = load_strands()
    order = sorted(planned & set(library), key=lambda s: (-float(pounds_of.get(s, 0.0)), s))
    if not order:
        return ""
    rows = "".join(_strand_row(library[s]) for s in order[:MOST_STRANDS])
    left = len(order) - MOST_STRANDS
    more = f" The other {left} stand in the evidence page of the documentation." if left > 0 else ""
    return (
        '<section class="spare"><div class="scroll"><table><caption>What the dearest strands rest on (effect on those '
        "concerned, in standard deviations at routine delivery, \N{PLUS-MINUS SIGN} standard error)</caption>"
        '<thead><tr><th scope="col">Strand</th><th scope="col">Effect</th><th scope="col">Rating</th>'
        f'<th scope="col">Source</th></tr></thead><tbody>{rows}</tbody></table></div><p><small>Rating: 1 no '
        f"controlled evidence, 5 several strong English studies. {_judged('judgement')}: a choice of the authors "
        f"without a direct figure.{more}</small></p></section>"
    )


def _strand_row(strand: Strand) -> str:
    effect = strand.outcome_effects[0] if strand.outcome_effects else None
    told = "none on children directly"
    if effect is not None:
        size, error = (x * strand.scale_multiplier for x in (effect.effect_sd, effect.se_sd))
        number = f"{size:+.2f}".replace("-", "\N{MINUS SIGN}")
        told = escape(f"{OUTCOME_WORDS[effect.outcome]} {number} \N{PLUS-MINUS SIGN} {error:.2f} ")
        told += _provenance(strand.effect_provenance)
    first = _title(strand.sources[0]) if strand.sources else ""
    return (
        f'<tr><th scope="row">{escape(strand.name)}</th><td>{told}</td><td>{strand.evidence_rating} of 5</td>'
        f"<td>{escape(first)}</td></tr>"
    )


def _provenance(kind: Provenance) -> str:
    if kind == "judgement":
        return _judged("judgement")
    return f"({kind})" if kind != "retrieved" else ""


def _judged(word: str) -> str:
    return f'<span class="judgement">{escape(word)}</span>'


def _reproduce(comparison: ComparisonRecord, command: str) -> str:
    used = comparison.parameters
    drawn = f"parameters drawn from posterior {used.posterior}" if used.posterior else "central parameters"
    return (
        f"<section><h2>How to repeat this</h2><pre>{escape(command)}</pre><p>zonesim {escape(zonesim_version())}, "
        f"{comparison.replications} replications from luck number {comparison.seed}, {escape(drawn)}, inputs and "
        f"parameters <code>{escape(comparison.digest)}</code>. The same version and luck number give the same "
        "numbers. Data, dictionary and manifest stand in the run folder beside this page.</p></section>"
    )


def _title(source: str) -> str:
    """A source without its address: the address stands in the annex and the documentation."""
    return source.partition(" <")[0].partition(", http")[0]


def _shorten(text: str) -> str:
    """Whole sentences up to the longest text on paper; a long first sentence is cut at a word."""
    if len(text) <= _LONGEST:
        return text
    kept = ""
    for sentence in _sentences(text):
        if len(kept) + len(sentence) > _LONGEST:
            break
        kept += sentence
    return kept.strip() or text[:_LONGEST].rpartition(" ")[0] + "\N{HORIZONTAL ELLIPSIS}"


def _sentences(text: str) -> Iterable[str]:
    start = 0
    while (end := text.find(". ", start)) >= 0:
        yield text[start : end + 2]
        start = end + 2
    yield text[start:]
