"""The parameters page: every number of the model as Markdown, assumptions visibly marked.

``python -m sim.report.parameters_page docs/parameters.md`` writes it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.inputs.register import Passport, passports, tables
from sim.parameters import GROUPS

#: Heading of each file of numbers, and the part of ``model.md`` that uses them.
SECTIONS: dict[str, tuple[str, str]] = {
    "children": ("Children", "31-children"),
    "families": ("Families", "32-families"),
    "trust": ("Trust", "33-trust"),
    "schools": ("Schools", "34-schools"),
    "delivery": ("Delivery", "35-delivery"),
    "population": ("The first day, births and moves", "36-first-day-and-moves"),
    "reference": ("Tests, pass marks and lines", "4-outcomes"),
    "evidence": ("Rules of the evidence library", "35-delivery"),
    "coordination": ("Coordination, load and norms", "310-coordination-and-reinforcement"),
    "costs": ("Discounting and optimism bias", "41-costs-and-value"),
    "context": ("Local context and local analysis", "39-local-context"),
    "dashboard": ("What partners see", "42-what-partners-see"),
    "partnership": ("The partnership", "37-partnership"),
    "care": ("Children's social care", "311-childrens-social-care"),
}

#: How a kind is shown; an assumption is never to be taken for a finding.
KINDS = {
    "evidence": "evidence",
    "calibrated": "fitted to national figures",
    "policy": "policy",
    "assumption": "‡ assumption",
}

MONTHS = ("Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug")
COLUMNS = ("Name", "Value", "Unit", "Range", "Kind", "Source", "Note")

SERVICE_NUMBERS = {
    "need_share": "eligible, share of age group",
    "uptake": "accepted, share of those offered",
    "duration_months": "course, months",
    "caseload": "people a post",
    "posts_per_1000": "posts per 1,000 children",
    "stigma": "stigma, 0 to 1",
}

INTRODUCTION = """\
# Every number of the model

This page is generated from the files in `scenarios/parameters/`; change a number there, not here. What each number
does is told in [The model](model.md); what the strands rest on, in [the evidence page](evidence.md).

The kinds:

- evidence: a published figure, or one worked out from it; the source says which;
- policy: a rule of the country, such as a benefit rate;
- fitted to national figures: set so that the England reference meets the published figure named in the source;
- ‡ assumption: judgement of the authors, a modelling choice or a starting value that calibration has yet to replace.
  It is never a finding.

An own value must lie within the range. Many sources were read in abstracts, digests or press notes, and some figures
are recalled; a note says so. Check a figure in its source before you cite it."""


def parameters_page(pages: Mapping[str, Passport]) -> str:
    """Markdown of the whole page.

    Parameters
    ----------
    pages
        Passport of each number by ``file.name``, as ``sim.inputs.register.passports`` gives them.

    Returns
    -------
    str
        A tally by kind, one table for each file in the order of ``sim.parameters.GROUPS``, then drivers, services of
        today, calendar, prices, unit values and mechanisms; ends in a single newline. The same files always give the
        same text.
    """
    parts = [INTRODUCTION, _tally(pages.values())]
    for group in GROUPS:
        heading, anchor = SECTIONS[group]
        here = [page for name, page in pages.items() if name.partition(".")[0] == group]
        parts += [
            f"## {heading}",
            f"File `{group}.toml`; used in [the model](model.md#{anchor}).",
            _markdown_table(COLUMNS, (_row(page) for page in here)),
        ]
    parts += [_drivers(), _services(), _calendar(), _prices(), _values(), _mechanisms()]
    return "\n\n".join(parts) + "\n"


def _tally(pages: Iterable[Passport]) -> str:
    """How many numbers are of which kind: how much of the model is assumed."""
    kinds = [page.kind for page in pages]
    rows = [(shown, str(kinds.count(kind))) for kind, shown in KINDS.items()]
    return f"Of {len(kinds)} numbers:\n\n" + _markdown_table(("Kind", "Numbers"), rows)


def _row(page: Passport) -> tuple[str, ...]:
    low, high = page.range
    span = f"{_number(low)} to {_number(high)}"
    return f"`{page.name}`", _number(page.value), page.unit, span, KINDS[page.kind], page.source, page.note


def _drivers() -> str:
    """Drivers of disadvantage: how the open ones are read from a place, how far places differ."""
    headings = ("Driver", "Plus means", "Read from", "Spread", "Unit", "Range", "Kind", "Source", "Note")
    rows = []
    for name, page in tables("drivers").items():
        cells = " + ".join(f"`{cell}`" for cell in page["cells"])
        read = f"{'less' if page['sign'] < 0 else 'more'} {cells}" if cells else "hidden"
        spread = page["spread"]
        numbers = (_number(spread["value"]), spread["unit"], _span(spread))
        passport = (KINDS[page["kind"]], page["source"], page.get("note", ""))
        rows.append((f"`drivers.{name}`", page["meaning"], read, *numbers, *passport))
    text = (
        "File `drivers.toml`; used in [the model](model.md#39-local-context). A driver is in SD between places of one "
        "deprivation decile. Spread: of an open driver, the SD of what it is read from; of a hidden one, of its prior."
    )
    return f"## Drivers of disadvantage\n\n{text}\n\n{_markdown_table(headings, rows)}"


def _services() -> str:
    """Services of today: whom they serve, and the numbers of each with their ranges."""
    headings = ("Service", "For", "Ages", "Need", "Stays", *SERVICE_NUMBERS.values(), "Kind", "Source")
    rows = []
    for name, page in tables("services").items():
        youngest, oldest = page["ages"]
        whom = (page["unit"], f"{youngest} to {oldest}", page["need"].replace("_", " "))
        stays = "while eligible" if page["ongoing"] else "one course"
        numbers = [f"{_number(page[k]['value'])} ({_span(page[k])})" for k in SERVICE_NUMBERS]
        kind, source = KINDS[page["kind"]], page["source"]
        rows.append((f"{page['name']} `services.{name}`", *whom, stays, *numbers, kind, source))
    text = (
        "File `services.toml`; used in [the model](model.md#35-delivery). Value and, in brackets, range. "
        "A place may give its own posts."
    )
    return f"## Services of today\n\n{text}\n\n{_markdown_table(headings, rows)}"


def _calendar() -> str:
    headings = ("Name", *MONTHS, "Unit", "Range", "Kind", "Source")
    rows = []
    for name, page in tables("calendar").items():
        passport = (page["unit"], _span(page), KINDS[page["kind"]], page["source"])
        rows.append((f"`calendar.{name}`", *map(_number, page["value"]), *passport))
    text = "File `calendar.toml`; used in [the model](model.md#31-children)."
    return f"## Calendar\n\n{text}\n\n{_markdown_table(headings, rows)}"


def _prices() -> str:
    """Price index by year, under a sentence with its passport."""
    parts = ["## Prices", "File `prices.toml`; used in [the model](model.md#35-delivery)."]
    for name, page in tables("prices").items():
        passport = f"`prices.{name}`: {page['unit']}; {KINDS[page['kind']]}; {page['source']}; {page['note']}."
        rows = [(str(year), _number(value)) for year, value in zip(page["years"], page["value"], strict=True)]
        parts += [_plain(passport), _markdown_table(("Year", "Index"), rows)]
    return "\n\n".join(parts)


def _values() -> str:
    """Unit values with their passports, and what has none."""
    headings = ("Name", "Counts", "Value", "Unit", "Prices of", "Range", "Who gains", "Known", "Source", "Note")
    rows = []
    for name, page in tables("values")["valued"].items():
        gains = "; ".join(f"{who} {_number(gbp)}" for who, gbp in page["gains"].items())
        passport = (
            f"{page['provenance']}, {KINDS[page['kind']]}",
            f"{page['source']} ({page['address']})",
            page["note"],
        )
        value = (_number(page["value"]), page["unit"], str(page["price_year"]), _span(page), gains)
        rows.append(
            (f"`values.{name}`", f"`{page['indicator']}`, {page['counts'].replace('_', ' ')}", *value, *passport)
        )
    without = [(page["what"], page["why"]) for page in tables("values")["not_valued"].values()]
    text = (
        "File `values.toml`; used in [the model](model.md#41-costs-and-value). Pounds for one unit; a negative gain is "
        "a transfer away. At the ends of the range the gains move in proportion."
    )
    parts = ["## Unit values", text, _markdown_table(headings, rows)]
    return "\n\n".join([*parts, "Not valued:", _markdown_table(("What", "Why"), without)])


def _mechanisms() -> str:
    """Switches of ``--without`` and ``--with``, and what each sets."""
    rows = [
        (f"`{name}`", page["meaning"], _sets(page["sets"]), _sets(page["when_asked"]) if "when_asked" in page else "")
        for name, page in tables("mechanisms").items()
    ]
    text = (
        "File `mechanisms.toml`. Each can be switched off with `--without NAME`; one that is off by itself is asked "
        "for with `--with NAME`. What that sets:"
    )
    return f"## Mechanisms\n\n{text}\n\n{_markdown_table(('Name', 'Meaning', 'Switched off', 'Asked for'), rows)}"


def _sets(values: Mapping[str, float]) -> str:
    sets = "; ".join(f"`{name}` = {_number(value)}" for name, value in values.items())
    return sets or "no number changes: the code leaves the step out"


def _span(page: Mapping[str, Any]) -> str:
    low, high = page["range"]
    return f"{_number(low)} to {_number(high)}"


def _number(value: float) -> str:
    return f"{value:,.10g}"


def _plain(text: str) -> str:
    """Text with the signs escaped that Markdown would read as HTML or as the edge of a cell."""
    return text.replace("<", "&lt;").replace(">", "&gt;").replace("|", "\\|")


def _markdown_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *([_plain(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the page into the file named by the only argument."""
    parser = argparse.ArgumentParser("python -m sim.report.parameters_page", description="Write the parameters page.")
    parser.add_argument("file", type=Path, help="file to write, such as docs/parameters.md")
    parser.parse_args(arguments).file.write_text(parameters_page(passports()), encoding="utf-8")


if __name__ == "__main__":
    main()
