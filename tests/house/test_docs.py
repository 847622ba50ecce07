"""The documentation keeps up with the code: nothing missing, nothing stale, no broken link."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from sim.engine import EVENTS
from sim.inputs.register import mechanisms, passports, tables
from sim.outcomes import FAMILIES, INDICATORS, SEEN
from sim.report.parameters_page import main, parameters_page
from sim.schema import APRIL, AUGUST, JANUARY, JUNE, SEPTEMBER

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / name / "README.md" for name in ("scenarios", "calibration"))]
)
SCIENCE = sorted(path.name for path in (ROOT / "sim" / "science").glob("*.py") if path.name != "__init__.py")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)

#: Quantities in the equations of the model page that are state or strand values, not parameters.
STATE = ("effect_sd", "home_learning", "low_share", "scale_multiplier", "trust_base", "x_base")

#: Terms of the indicators that a reader must be able to look up, beside every abbreviation in them.
TERMS = (
    "Attainment", "Attainment 8", "Attendance", "Climate", "Disadvantage gap", "Distress", "Effectiveness", "Hardship",
    "Health", "Home learning environment", "In need", "Key Stage 2", "Persistent absence", "Phonics", "Posts", "Reach",
    "Resilience", "SD", "Suspension", "Sustained engagement", "Teacher turnover", "Trust in services", "Unmet need",
    "Value added", "Wellbeing",
)  # fmt: skip


def _text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def model() -> str:
    return _text("model.md")


def _words(text: str) -> str:
    """Text on one line, so that a line break inside a sentence does not hide it."""
    return " ".join(text.split())


# --- the model page --------------------------------------------------------------------------------------------


def test_schedule_is_the_table_of_events(model: str):
    section = model.split("### 1.3")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|", section, re.MULTILINE)
    assert rows[1:] == [(event.name, _months(event.months)) for event in EVENTS]


def _months(of_year: tuple[int, ...]) -> str:
    names = {SEPTEMBER: "September", JANUARY: "January", APRIL: "April", JUNE: "June", AUGUST: "August"}
    return "every" if len(of_year) == 12 else ", ".join(names[month] for month in of_year)


@pytest.mark.parametrize("name", SCIENCE)
def test_every_science_file_is_described(model: str, name: str):
    assert f"sim/science/{name}" in model


def test_every_parameter_is_named_in_the_model_page(model: str):
    assert [name for name in passports() if not re.search(rf"\b{name.partition('.')[2]}\b", model)] == []


def test_equations_name_no_parameter_that_is_gone(model: str):
    known = {name.partition(".")[2] for name in passports()} | set(STATE)
    told = " ".join(CODE.findall(model.split("## 3 Submodels")[1].split("## 5 ")[0]))
    assert sorted(set(re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+\b", told)) - known) == []


@pytest.mark.parametrize("name", sorted(INDICATORS))
def test_every_indicator_is_defined_in_the_model_page(model: str, name: str):
    rows = [line for line in model.splitlines() if line.startswith((f"| `{name}` |", f"| **`{name}`** |"))]
    assert len(rows) == 1, "one row in section 4"
    indicator = INDICATORS[name]
    cells = [cell.strip() for cell in rows[0].strip("|").split("|")]
    ages = str(indicator.ages[0]) if indicator.ages[0] == indicator.ages[1] else "{} to {}".format(*indicator.ages)
    better = "more" if indicator.direction > 0 else "less"
    assert cells[1:] == [indicator.plain_name, indicator.unit, ages, better, _words(indicator.definition)]
    assert cells[0].startswith("**") == indicator.headline


@pytest.mark.parametrize("source", [source for source in SEEN if source != "unseen"])
def test_how_indicators_are_seen_stands_in_the_model_page(model: str, source: str):
    row = next(line for line in model.split("### 4.1")[1].splitlines() if line.startswith(f"| {source} |"))
    told = re.findall(r"`([a-z0-9_]+)`", row.split("|")[2])
    assert told == [name for name, indicator in INDICATORS.items() if indicator.seen == source]


def test_every_outcome_family_is_named_in_the_model_page(model: str):
    assert [title for title in FAMILIES.values() if f"| *{title}* |" not in model] == []


@pytest.mark.parametrize("name", sorted(mechanisms()))
def test_every_switch_is_in_the_table_of_mechanisms(model: str, name: str):
    assert f"`{name}`" in model.split("## 2 Design concepts")[1].split("### 2.2")[0]


# --- the parameters page ---------------------------------------------------------------------------------------


def test_parameters_page_on_disk_is_the_generated_one(tmp_path: Path):
    main([str(tmp_path / "page.md")])
    made = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert _text("parameters.md") == made, "run: python -m sim.report.parameters_page docs/parameters.md"


def test_every_number_has_one_row_and_assumptions_are_marked():
    lines = _text("parameters.md").splitlines()
    for name, page in passports().items():
        rows = [line for line in lines if line.startswith(f"| `{name}` |")]
        assert len(rows) == 1, name
        assert ("‡ assumption" in rows[0]) == (page.kind == "assumption"), name


@pytest.mark.parametrize("file", ["calendar", "drivers", "mechanisms", "prices", "services"])
def test_other_files_of_parameters_are_on_the_page(file: str):
    prefix = "" if file == "mechanisms" else f"{file}."
    assert [name for name in tables(file) if f"`{prefix}{name}`" not in _text("parameters.md")] == []


def test_unit_values_and_what_has_none_are_on_the_page():
    values, page = tables("values"), _text("parameters.md")
    assert [name for name in values["valued"] if f"`values.{name}`" not in page] == []
    assert [entry["what"] for entry in values["not_valued"].values() if f"| {entry['what']} |" not in page] == []


def test_parameters_page_escapes_what_markdown_would_read():
    name, page = next(iter(passports().items()))
    assert r"a\|b &lt;c&gt;" in parameters_page({name: replace(page, source="a|b <c>")})


# --- links and terms -------------------------------------------------------------------------------------------


def _anchors(path: Path) -> set[str]:
    """Anchors of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", CODE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path):
    broken = []
    for target in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in _anchors(file)):
            broken.append(target)
    assert broken == []


def test_one_page_tells_how_to_install_and_the_others_link_to_it():
    guides = [page for name in ("how-to", "workshops", "tutorials") for page in (DOCS / name).glob("*.md")]
    own = re.compile(r"pip install ['\"]?(\.|zonesim)")
    telling = [page.name for page in guides if own.search(page.read_text(encoding="utf-8"))]
    assert telling == ["install.md"]
    for name in ("how-to/browser.md", "how-to/workshop.md", "workshops/index.md", "tutorials/index.md"):
        assert "install.md" in _text(name), name


def test_decision_notes_are_numbered_without_gaps_and_listed():
    notes = sorted(path.name for path in (DOCS / "decisions").glob("*.md"))
    assert [name[:4] for name in notes] == [f"{n:04d}" for n in range(1, len(notes) + 1)]
    assert [name for name in notes if f"decisions/{name}" not in _text("index.md")] == []


def _glossary_terms() -> str:
    return "\n".join(re.findall(r"^\*\*(.+?)\.\*\*", _text("glossary.md"), re.MULTILINE))


@pytest.mark.parametrize("term", TERMS)
def test_terms_of_the_indicators_are_in_the_glossary(term: str):
    assert re.search(rf"\b{re.escape(term)}\b", _glossary_terms(), re.IGNORECASE), term
    told = " ".join(f"{i.name} {i.plain_name} {i.unit} {i.definition}" for i in INDICATORS.values())
    assert term.lower() in told.lower(), "the list of terms is stale"


def test_abbreviations_of_the_indicators_are_in_the_glossary():
    told = " ".join(f"{i.name} {i.definition}" for i in INDICATORS.values())
    abbreviations = {word.removesuffix("s") for word in re.findall(r"\b[A-Z]{2,}s?\b", told)}
    assert {"EYFSP", "NEET", "SDQ"} <= abbreviations
    assert sorted(word for word in abbreviations if not re.search(rf"\b{word}\b", _glossary_terms())) == []
