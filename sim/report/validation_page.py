"""The validation page: every published figure beside the model, misses discussed, and what is not compared.

``python -m sim.report.validation_page docs/validation.md JSONFILE`` writes it, and ``pictures/validation_*.png`` beside
it, from the answer of ``zonesim validate --json``. What is thought of each miss stands in
``calibration/discussion.toml``: ``[miss.ID]`` with ``mechanism = "..."``.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from sim.inputs.problems import Findings, InputError, file_error, show
from sim.inputs.reading import read_toml
from sim.report.paired import table
from sim.report.words import upper_first

#: Role -> what it is called on the page.
ROLES = {"calibrate": "Fit", "validate": "Validation", "define": "Definition of scales"}
#: In the column of mechanisms, where nobody has said anything yet.
NOT_DISCUSSED = "not discussed yet"
_PICTURES = "pictures/"
_MINUS = "\N{MINUS SIGN}"


def validation_page(answer: dict[str, Any], discussion: dict[str, str] | None = None, pictures: str = _PICTURES) -> str:
    """Markdown of the whole page.

    ``answer``: the answer of ``zonesim validate --json``. ``discussion``: target id -> suspected mechanism (default:
    the packaged one). ``pictures``: folder of the figures, as the page links to it.
    """
    discussed = load_discussion() if discussion is None else discussion
    rows = answer["targets"]
    return "\n\n".join(
        [
            _INTRODUCTION.format(command=_command(answer), how=_how(answer), date=answer["date"]),
            "## What it comes to",
            _summary(answer),
            "## Misses, by size",
            *_misses(rows, discussed),
            "## Every figure the model speaks of",
            *(part for domain in _domains(rows) for part in _domain(domain, rows, pictures)),
            "## Went into the model",
            _INPUTS,
            _reasons(rows, "input", "Where the figure went"),
            "## Not modelled",
            _reasons(rows, "not modelled", "Why the model cannot speak of it"),
        ]
    )


def load_discussion(path: Path | None = None) -> dict[str, str]:
    """Target id -> mechanism suspected behind its miss. Raises ``InputError`` for a file that is not so."""
    usual = Path(str(files("calibration").joinpath("discussion.toml")))
    data, lines = read_toml(usual if path is None else path)
    findings = Findings(lines)
    misses = data.get("miss", {})
    for key in data:
        if key not in ("schema_version", "miss"):
            findings.add((key,), "unknown key", "start each entry with [miss.ID]")
    found = {}
    for name, entry in misses.items() if isinstance(misses, dict) else ():
        if not isinstance(entry, dict) or list(entry) != ["mechanism"] or not isinstance(entry["mechanism"], str):
            findings.add(("miss", name), f"{show(entry)} is no discussion", 'write mechanism = "..." and nothing else')
        else:
            found[name] = entry["mechanism"]
    findings.raise_if_any()
    return found


def load_answer(path: Path) -> dict[str, Any]:
    """The answer of ``zonesim validate --json`` from a file. Raises ``InputError`` for anything else."""
    remedy = "give the file that zonesim validate --json wrote"
    try:
        answer = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise file_error(str(path), f"cannot be read ({type(error).__name__})", remedy) from None
    if not isinstance(answer, dict) or not {"targets", "summary", "draws", "seeds", "seed"} <= answer.keys():
        raise file_error(str(path), "this is no answer of zonesim validate", remedy)
    return answer


def listed_ids(page: str) -> set[str]:
    """Ids of the targets that a page lists, each row of a table starting with its id."""
    return set(re.findall(r"^\| `([a-z0-9_]+)` \|", page, re.MULTILINE))


def figure_text(value: float | None) -> str:
    """A figure in its own unit, to about four figures."""
    if value is None:
        return ""
    text = f"{abs(value):,.0f}" if abs(value) >= 1000 else f"{abs(value):.4g}"
    return (_MINUS if value < 0 and float(text.replace(",", "")) else "") + text


def z_text(z: float) -> str:
    """A z with its sign and one decimal."""
    return f"{z:+.1f}".replace("-", _MINUS)


# --- parts ---------------------------------------------------------------------------------------------------


def _command(answer: dict[str, Any]) -> str:
    chosen = [f"--{key} {answer[key]}" for key in ("place", "domain", "role") if answer.get(key)]
    words = [
        "zonesim validate",
        *chosen,
        f"--seeds {answer['seeds']} --draws {answer['draws']} --seed {answer['seed']}",
    ]
    return " ".join(words)


def _how(answer: dict[str, Any]) -> str:
    if answer.get("posterior") is None:
        return f"the central parameters (there is no fitted sample of them) with {answer['seeds']} luck numbers"
    return (
        f"{answer['draws']} draws of the fitted parameters (run `{answer['posterior']}`) with {answer['seeds']} luck "
        "numbers each"
    )


def _domains(rows: Sequence[dict[str, Any]]) -> list[str]:
    return sorted({row["domain"] for row in rows if row["verdict"] in ("within", "outside")})


def _summary(answer: dict[str, Any]) -> str:
    parts = [(domain, roles) for domain, roles in sorted(answer["summary"]["by_domain"].items())]
    parts.append(("**All domains**", answer["summary"]["by_role"]))
    rows = []
    for role in ROLES:
        for domain, roles in parts:
            if role in roles:
                one = roles[role]
                share = "" if one["share_within"] is None else f"{100 * one['share_within']:.0f}%"
                counts = (one["spoken"], one["within"], one["outside"])
                rows.append(
                    (ROLES[role], _plain(domain), *map(str, counts), share, str(one["input"]), str(one["not_modelled"]))
                )
    columns = ("Role", "Domain", "Spoken of", "Within", "Outside", "Share within", "Input", "Not modelled")
    return table(columns, rows)


def _misses(rows: Sequence[dict[str, Any]], discussed: dict[str, str]) -> list[str]:
    outside = [row for row in rows if row["verdict"] == "outside"]
    outside.sort(key=lambda row: (-abs(row["z"]), row["id"]))
    if not outside:
        return ["There are none."]
    columns = ("Target", "What", "Role", "Published", "Simulated", "z", "Suspected mechanism")
    cells = [
        (
            f"`{row['id']}`", _what(row), ROLES[row["role"]].lower(), figure_text(row["published"]),
            figure_text(row["simulated"]), z_text(row["z"]), _safe(discussed.get(row["id"], NOT_DISCUSSED)),
        )
        for row in outside
    ]  # fmt: skip
    return [_MISSES, table(columns, cells)]


def _domain(domain: str, rows: Sequence[dict[str, Any]], pictures: str) -> list[str]:
    name = upper_first(_plain(domain))
    columns = ("Target", "What", "Unit", "Published", "± SE", "Simulated", "Low to high", "z", "Verdict")
    parts = [f"### {name}", f"![{name}: published and simulated]({pictures}validation_{domain}.png)"]
    for role, title in ROLES.items():
        cells = [
            (
                f"`{row['id']}`", _what(row), _safe(_plain(row["unit"])), figure_text(row["published"]),
                figure_text(row["published_se"]), figure_text(row["simulated"]),
                f"{figure_text(row['low'])} to {figure_text(row['high'])}", z_text(row["z"]), row["verdict"],
            )
            for row in rows
            if row["domain"] == domain and row["role"] == role and row["verdict"] in ("within", "outside")
        ]  # fmt: skip
        if cells:
            parts += [f"**{title}**", table(columns, cells)]
    return parts


def _reasons(rows: Sequence[dict[str, Any]], verdict: str, column: str) -> str:
    cells = [
        (f"`{row['id']}`", _what(row), ROLES[row["role"]].lower(), _safe(row["reason"]))
        for row in sorted(rows, key=lambda row: (row["domain"], row["id"]))
        if row["verdict"] == verdict
    ]
    return table(("Target", "What", "Role", column), cells) if cells else "There are none."


def _what(row: dict[str, Any]) -> str:
    place = "" if row["place"] == "england" else f" ({_plain(row['place'])})"
    return _safe(f"{row['name']}{place}, {row['year']}")


def _plain(name: str) -> str:
    return name.replace("_", " ").replace(":", " ")


def _safe(text: str) -> str:
    """A text from a file inside a cell of a table: no bar, no line break, no tag and no link of its own."""
    line = " ".join(text.split())
    return re.sub(r"([|<>\[\]*`])", r"\\\1", line)


_INTRODUCTION = """\
# The model beside published figures

Written on {date} by `python -m sim.report.validation_page` from `{command} --json`: {how}. The targets stand
in `calibration/targets/`; [how to score your own](how-to/validate.md).

**Fit**: the fit of the parameters may use these figures, so agreement is to be expected. **Validation**: no fit may use
them; they show whether a pattern comes about by itself. A figure is *within* if simulated and published differ by at
most two combined standard errors: that of the published figure (or its stated tolerance), that of the simulated mean
by chance, and the spread over the fitted parameters. What went into the model, or is not modelled, counts in no
share."""

_MISSES = """\
The suspected mechanism is a judgement of the authors, kept in `calibration/discussion.toml`; it has not been tested
unless it says so."""

_INPUTS = """\
These figures entered a place, a take-up rate or another number of the model. Agreement would prove nothing, so they are
not scored."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the page and the figures beside it."""
    from sim.report.validation_figure import validation_figures

    parser = argparse.ArgumentParser(
        description="Write the validation page from the answer of zonesim validate --json."
    )
    parser.add_argument("page", type=Path)
    parser.add_argument("answer", type=Path)
    asked = parser.parse_args(arguments)
    try:
        answer = load_answer(asked.answer)
        page = validation_page(answer)
    except InputError as error:
        parser.error(str(error))
    asked.page.write_text(page + "\n", encoding="utf-8")
    folder = asked.page.parent / _PICTURES
    folder.mkdir(exist_ok=True)
    for name, content in validation_figures(answer).items():
        if name.endswith(".png"):
            (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
