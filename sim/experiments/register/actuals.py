"""What happened: a CSV of figures, read with a word for every line that cannot be used."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass
from pathlib import Path

from sim.experiments.register.entries import Entry
from sim.inputs.problems import InputError, Problem, did_you_mean, file_error, shorten
from sim.outcomes import GROUPS, INDICATORS

COLUMNS = ("indicator", "group", "year", "date", "value", "n", "se")
_LARGEST_BYTES = 2_000_000
_DATE = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])(?:-[0-3][0-9])?")


@dataclass(frozen=True)
class Actual:
    """One figure. ``year``: school year of the run, from 1; ``se``: its standard error, 0 where it is not known."""

    line: int
    indicator: str
    group: str
    year: int
    value: float
    n: float | None
    se: float


def read_actuals(path: Path, entry: Entry) -> list[Actual]:
    """Figures of a CSV that an entry foretells, in the order of the lines.

    Columns: ``indicator``, ``value``, ``year`` (school year of the run, 1 the first, or the calendar year in which it
    ends) or ``date`` (in that school year), and if known ``group``, ``n`` (people behind it) and ``se``. A share with
    ``n`` and without ``se`` gets that of a random sample.

    Raises
    ------
    InputError
        With file, line, column and remedy for everything that is wrong.
    """
    rows = _rows(path)
    problems: list[Problem] = []
    found: list[Actual] = []
    seen: dict[tuple[str, str, int], int] = {}
    for line, row in rows:
        actual = _actual(_Line(str(path), line, row, problems), entry)
        if actual is None:
            continue
        key = actual.indicator, actual.group, actual.year
        if key in seen:
            problem = f"the same figure stands in line {seen[key]}"
            problems.append(Problem(str(path), line, "indicator", problem, "keep one of them"))
        seen[key] = line
        found.append(actual)
    if problems:
        raise InputError(tuple(problems[:50]))
    if not found:
        raise file_error(str(path), "there is no figure in it", "give one line for each figure under the heading")
    return found


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    file = str(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise file_error(file, "there is no such file", "check the name and the folder") from None
    except OSError as error:
        raise file_error(file, f"the file cannot be read ({error.strerror})", "name a CSV file") from None
    if len(content) > _LARGEST_BYTES:
        raise file_error(file, "the file is larger than 2 MB", "give only figures that were foretold")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise file_error(file, "this is not text in UTF-8", "save it as CSV in UTF-8", line) from None
    if "\0" in text:
        raise file_error(file, "this is not a text file (it holds a NUL byte)", "save it as CSV in UTF-8")
    return _read(text, file)


def _read(text: str, file: str) -> list[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ",")
    try:
        lines = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise file_error(file, f"this is not CSV ({error})", "save it as CSV", reader.line_num) from None
    heading = [cell.lower() for cell in lines[0][1]] if lines else []
    for name in heading:
        if name not in COLUMNS:
            raise file_error(file, f'there is no column "{shorten(name)}"', did_you_mean(name, COLUMNS, "columns"), 1)
    missing = [name for name in ("indicator", "value") if name not in heading]
    if not ({"year", "date"} & set(heading)):
        missing.append("year")
    if missing or len(set(heading)) < len(heading):
        what = f"the column {missing[0]} is missing" if missing else "a column stands twice"
        raise file_error(file, what, "make the first line: indicator,group,year,value", 1)
    rows = []
    for line, cells in lines[1:]:
        if not any(cells):
            continue
        if len(cells) > len(heading):
            raise file_error(file, f"{len(cells)} values under {len(heading)} columns", "write numbers as 0.63", line)
        rows.append((line, dict(zip(heading, cells, strict=False))))
    return rows


@dataclass
class _Line:
    file: str
    number: int
    row: dict[str, str]
    problems: list[Problem]

    def text(self, column: str) -> str:
        return self.row.get(column, "")

    def wrong(self, column: str, problem: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, self.number, column, problem, remedy))

    def number_in(self, column: str, low: float) -> float | None:
        """A finite number of a column from ``low``; ``None`` where the cell is empty or, said so, wrong."""
        text = self.text(column)
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if math.isfinite(value) and value >= low:
            return value
        problem = f'"{shorten(text)}" is not a number that can be used'
        self.wrong(column, problem, "write it as 0.63, without a sign of per cent")
        return None


def _actual(line: _Line, entry: Entry) -> Actual | None:
    before = len(line.problems)
    indicator, group = line.text("indicator"), line.text("group") or "all"
    if indicator not in INDICATORS:
        remedy = did_you_mean(indicator, INDICATORS, "indicators")
        line.wrong("indicator", f'there is no indicator "{shorten(indicator)}"', remedy)
    if group not in GROUPS:
        line.wrong("group", f'there is no group "{shorten(group)}"', did_you_mean(group, GROUPS, "groups"))
    year = _year(line, entry)
    value = line.number_in("value", -math.inf)
    if value is None and not line.text("value"):
        line.wrong("value", "is empty", "write the figure, or leave the line out")
    n, se = line.number_in("n", 1.0), line.number_in("se", 0.0)
    if len(line.problems) > before or year is None or value is None:
        return None
    if entry.at(indicator, group, year) is None:
        problem = f"{indicator} for {group} in year {year} was not foretold"
        line.wrong("indicator", problem, "leave the line out (fewer than ten people stood behind it)")
        return None
    share = INDICATORS[indicator].unit.startswith("share")
    if share and not 0.0 <= value <= 1.0:
        line.wrong("value", f"{value:g} is not a share", "write 63 per cent as 0.63")
        return None
    if se is None:
        se = math.sqrt(value * (1.0 - value) / n) if share and n else 0.0
    return Actual(line.number, indicator, group, year, value, n, se)


def _year(line: _Line, entry: Entry) -> int | None:
    """School year of a line by its date or its year."""
    date, text = line.text("date"), line.text("year")
    column = "date" if date else "year"
    if date:
        match = _DATE.fullmatch(date)
        if match is None:
            remedy = f'write year and month, "{entry.first_september + 1}-08"'
            line.wrong("date", f'"{shorten(date)}" is not a date', remedy)
            return None
        year = int(match[1]) - entry.first_september + (int(match[2]) >= 9)
    elif text.isdecimal() and len(text) <= 4:
        year = int(text) - entry.first_september if int(text) > 1000 else int(text)
    else:
        remedy = f"write 1 to {entry.years}, or {entry.first_september + 1}"
        line.wrong("year", f'"{shorten(text)}" is not a year', remedy)
        return None
    if not 1 <= year <= entry.years:
        first, last = entry.first_september + 1, entry.first_september + entry.years
        line.wrong(column, f"the projection goes from August {first} to August {last}", "leave the line out")
        return None
    return year
