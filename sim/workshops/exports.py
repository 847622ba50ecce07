"""What the facilitator takes home: all guesses and runs as CSV, and a page to print."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

from sim.inputs.workshop_records import Workshop
from sim.report.words import pounds
from sim.workshops.boards import all_scores, board, labels_of, points
from sim.workshops.mixes import strands
from sim.workshops.readings import board_quantity, shown_answer
from sim.workshops.scoring import honest
from sim.workshops.state import State, Team

#: Signs with which a table program takes a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
COLUMNS = (
    "team", "what", "round", "quantity", "low", "guess", "high", "answer", "inside", "points", "future", "evidence",
    "gbp", "value", "twin", "difference", "mix",
)  # fmt: skip
_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a2330}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ccc}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}@media print{body{margin:0;font-size:10pt}}"
)


def inert(text: str) -> str:
    """A text that no table program takes for a formula."""
    return "'" + text if text.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else text


def csv_of(workshop: Workshop, state: State, salt: str) -> str:
    """All guesses and runs, one a line; names as the board has them (without names where that was asked for)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    labels = labels_of(state, salt)
    for team in sorted(state.teams.values(), key=lambda one: labels[one.id]):
        for row in (*_guess_rows(workshop, team), *_run_rows(workshop, team)):
            cells = [labels[team.id], *(row.get(column, "") for column in COLUMNS[1:])]
            writer.writerow([inert(cell) if isinstance(cell, str) else cell for cell in cells])
    return "\ufeff" + out.getvalue()


def _guess_rows(workshop: Workshop, team: Team) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for asked, guess in sorted(team.guesses.items()):
        one = workshop.file.rounds[asked]
        row: dict[str, object] = {
            "what": "guess", "round": one.name, "quantity": guess.quantity, "low": guess.low, "guess": guess.middle,
            "high": guess.high,
        }  # fmt: skip
        found = all_scores(workshop, State(teams={team.id: team}), asked).get(team.id)
        if found is not None:
            row |= {"answer": found[1].answer, "inside": int(found[1].inside), "points": found[1].points}
        rows.append(row)
    return rows


def _run_rows(workshop: Workshop, team: Team) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for result in team.results:
        shared: dict[str, object] = {
            "what": "run", "round": workshop.file.rounds[result.round].name, "future": result.future,
            "evidence": result.evidence, "gbp": result.cost,
            "mix": "; ".join(
                f"{name} from year {entry.start}" + (f" reach {entry.reach:g}" if entry.reach is not None else "")
                for name, entry in sorted(result.mix.entries.items(), key=lambda pair: (pair[1].turn, pair[0]))
            ),
        }  # fmt: skip
        rows += [
            {**shared, "quantity": name, "value": one.value, "twin": one.twin, "difference": one.difference}
            for name, one in sorted(result.readings.items())
        ]
    return rows


def page_of(workshop: Workshop, state: State, salt: str, now: float) -> str:
    """One page about the class: the board, the guesses, and what the model leaves out. Everything in it is escaped."""
    day = datetime.fromtimestamp(now, tz=UTC).strftime("%d %B %Y")
    file = workshop.file
    parts = [
        f"<h1>{escape(file.name)}</h1>",
        f"<p>{escape(workshop.place.name)}, {file.setting.years} years, {len(state.teams)} teams, {day}. "
        f"Each run is {file.setting.replications} pairs: with the zone and without it, on the same luck.</p>",
        *_board_part(workshop, state, salt),
        *_guess_parts(workshop, state, salt),
        "<h2>What the model leaves out</h2>",
        _list((*file.left_out, "The people are synthetic. No number here is about a real child or family.")),
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8"><title>{escape(file.name)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _board_part(workshop: Workshop, state: State, salt: str) -> list[str]:
    rows, quantity = board(workshop, state, salt), board_quantity(workshop)
    if quantity is None or not rows:
        return ["<h2>The board</h2><p>No team has run its zone yet.</p>"]
    known = {team.id: team for team in state.teams.values()}
    table = [
        (
            row.label, shown_answer(quantity, row.outcome), pounds(row.cost), str(points(workshop, known[row.team])),
            ", ".join(strands()[name].name for name in known[row.team].results[-1].mix.entries),
        )
        for row in rows
    ]  # fmt: skip
    heads = ("Team", f"Year {quantity.year}", "Cost of all years", "Points", "Mix")
    return ["<h2>The board</h2>", f"<p>{escape(quantity.text)}</p>", _table(heads, table)]


def _guess_parts(workshop: Workshop, state: State, salt: str) -> list[str]:
    parts, labels = [], labels_of(state, salt)
    for asked, one in enumerate(workshop.file.rounds):
        found = all_scores(workshop, state, asked) if one.kind == "predict" else {}
        if not found:
            continue
        quantity = workshop.quantity(str(one.quantity))
        rows = [
            (
                labels[name], f"{guess.middle:g} ({guess.low:g} to {guess.high:g})",
                shown_answer(quantity, got.answer), "yes" if got.inside else "no", str(got.points),
            )
            for name, (guess, got) in sorted(found.items(), key=lambda pair: -pair[1][1].points)
        ]  # fmt: skip
        heads = ("Team", "Guess and range", "Answer", "In the range", "Points")
        said = honest([got for _, got in found.values()])
        parts += [f"<h2>{escape(one.name)}</h2>", f"<p>{escape(quantity.text)} {escape(said)}</p>", _table(heads, rows)]
    return parts


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _list(lines: tuple[str, ...]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
