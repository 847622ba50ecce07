"""Small pictures drawn as SVG text: intervals beside a table's rows, bands over years in a page's width.

They carry a text alternative, take their colours from the numbered options (Okabe-Ito) and need nothing from outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from sim.report.style import COLOURS, GREY, INK, spread

#: Dashes of the options in the order asked, beside their colours.
DASHES = ("", "6 2", "1.5 1.5", "6 2 1.5 2", "3 1.5", "9 3")
_FONT = 'font-family="Liberation Sans,Arial,Helvetica,sans-serif"'
_WIDTH, _HEIGHT = 230.0, 128.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 16.0, 8.0, 18.0


@dataclass(frozen=True)
class Line:
    """One option over the years with the ends of its band, in the unit shown; ``mark`` is its number."""

    mark: int
    years: Sequence[float]
    middle: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


def colour_of(mark: int) -> str:
    """Colour of the option with this number, from 1."""
    return COLOURS[(mark - 1) % len(COLOURS)]


def strip(words: str, numbers: tuple[float, float, float], ends: tuple[float, float], mark: int, clear: bool) -> str:
    """A dot with its interval on a line with 0. ``numbers``: low, middle, high; ``ends``: ends of the scale.

    Filled where the difference is clear, hollow where it is not. ``words`` is the text alternative.
    """
    first, last = min(ends[0], 0.0), max(ends[1], 0.0)
    span = (last - first) or 1.0
    low, middle, high, nought = (4 + 112 * (x - first) / span for x in (*numbers, 0.0))
    colour, face = colour_of(mark), colour_of(mark) if clear else "#fff"
    return (
        f'<svg class="strip" viewBox="0 0 120 14" role="img" aria-label="{escape(words)}">'
        f'<path d="M{nought:.1f} 0V14" stroke="{INK}" stroke-width="1"/>'
        f'<path d="M{low:.1f} 7H{max(high, low + 0.5):.1f}" stroke="{colour}" stroke-width="3"/>'
        f'<circle cx="{middle:.1f}" cy="7" r="4" fill="{face}" stroke="{colour}" stroke-width="2"/></svg>'
    )


def bands(words: str, unit: str, lines: Sequence[Line], twin: tuple[Sequence[float], Sequence[float]]) -> str:
    """Options over the years with bands, the twin as a thin black line (years, values). All in one unit."""
    drawn = [line for line in lines if len(line.years)]
    numbers = [x for line in drawn for part in (line.middle, line.low, line.high) for x in part] + list(twin[1])
    if not numbers:
        return f'<p class="none">{escape(words)}</p>'
    low, high = _room(min(numbers), max(numbers))
    first, last = min(twin[0], default=1), max(twin[0], default=1)
    last = max(last, first + 1)

    def x(year: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (year - first) / (last - first)

    def y(value: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (high - value) / (high - low)

    def path(years: Sequence[float], values: Sequence[float]) -> str:
        return "L".join(f"{x(a):.1f} {y(b):.1f}" for a, b in zip(years, values, strict=True))

    parts = [_axes(low, high, unit, first, last)]
    for line in drawn:
        back = path(line.years[::-1], line.low[::-1])
        parts.append(f'<path d="M{path(line.years, line.high)}L{back}Z" fill="{colour_of(line.mark)}" opacity=".13"/>')
    for line in drawn:
        dash = DASHES[(line.mark - 1) % len(DASHES)]
        parts.append(
            f'<path d="M{path(line.years, line.middle)}" fill="none" stroke="{colour_of(line.mark)}" '
            f'stroke-width="1.8" stroke-dasharray="{dash or "none"}"/>'
        )
    parts.append(f'<path d="M{path(*twin)}" fill="none" stroke="{INK}" stroke-width="1"/>')
    parts += _marks(drawn, [(line.middle[-1] - low) / (high - low) for line in drawn])
    return (
        f'<svg class="bands" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" aria-label="{escape(words)}">'
        f"{''.join(parts)}</svg>"
    )


def _room(low: float, high: float) -> tuple[float, float]:
    spare = 0.06 * (high - low) or 0.5
    return low - spare, high + spare


def _axes(low: float, high: float, unit: str, first: float, last: float) -> str:
    parts = []
    for at in (0.12, 0.5, 0.88):
        value = low + at * (high - low)
        height = _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - at)
        parts.append(
            f'<path d="M{_LEFT:g} {height:.1f}H{_WIDTH - _RIGHT:g}" stroke="#e2e2e2" stroke-width=".7"/>'
            f'<text x="{_LEFT - 3:g}" y="{height + 2.6:.1f}" font-size="7.6" {_FONT} fill="{GREY}" '
            f'text-anchor="end">{_tick(value, high - low)}{escape(unit)}</text>'
        )
    for year, anchor in ((first, "start"), (last, "end")):
        across = _LEFT if anchor == "start" else _WIDTH - _RIGHT
        parts.append(
            f'<text x="{across:g}" y="{_HEIGHT - 5:g}" font-size="7.6" {_FONT} fill="{GREY}" '
            f'text-anchor="{anchor}">year {year:g}</text>'
        )
    return "".join(parts)


def _tick(value: float, span: float) -> str:
    decimals = 0 if span > 6 else 1 if span > 0.6 else 2
    return f"{value:.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def _marks(lines: Sequence[Line], ends: Sequence[float]) -> list[str]:
    """The numbers of the options at the ends of their lines (shares of the height), moved apart."""
    inner = _HEIGHT - _TOP - _BOTTOM
    placed = spread(ends, [9.5 / inner] * len(lines))
    return [
        f'<text x="{_WIDTH - _RIGHT + 4:g}" y="{_TOP + inner * (1 - at) + 3:.1f}" font-size="9" {_FONT} '
        f'font-weight="bold" fill="{colour_of(line.mark)}">{line.mark}</text>'
        for line, at in zip(lines, placed, strict=True)
    ]
