"""The causal map: what acts on what, read from the names of the model's numbers and from the strands; no Solara here.

A number named ``file.TARGET_CAUSE...`` says how strongly CAUSE acts on TARGET (``children.attainment_hardship``), so
the map holds exactly the arrows that have a number. Nodes are placed by column: place and family, home and school,
child, what comes of it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sim.inputs import load_strands
from sim.inputs.register import passports
from sim.outcomes.declaring import OUTCOME_WORDS

Point = tuple[float, float]
#: Node -> name and column, in the order from top to bottom.
NODES: dict[str, tuple[str, int]] = {
    "hardship": ("Hardship", 0), "housing": ("Poor housing", 0), "unsafety": ("Unsafe streets", 0),
    "ses": ("Parents' education", 0), "peers": ("Low-attaining peers", 0), "trust": ("Trust in services", 0),
    "distress": ("Parents' distress", 1), "home": ("Home learning", 1), "climate": ("School climate", 1),
    "school": ("School effectiveness", 1), "accept": ("Taking up offers", 1), "turnover": ("Staff turnover", 1),
    "wellbeing": ("Wellbeing", 2), "health": ("Health", 2), "agency": ("Agency", 2), "support": ("Support", 2),
    "attendance": ("Attendance", 2), "resilience": ("Resilience", 2),
    "attainment": ("Attainment", 3), "send": ("Special needs found", 3), "suspension": ("Suspension", 3),
    "eet": ("In education or work", 3), "risk": ("Risk of social care", 3),
}  # fmt: skip
#: Words of names that are another node.
_SAME = {"unsafety": "unsafety", "low": "peers", "effectiveness": "school", "absence": "attendance"}
#: Outcomes of strands -> node.
_OUTCOMES = {
    "attainment": "attainment", "social_emotional": "wellbeing", "health": "health", "attendance": "attendance",
    "service_engagement": "trust", "parent_mental_health": "distress", "home_learning": "home", "income": "hardship",
    "school_effectiveness": "school",
}  # fmt: skip
_FILES = ("children", "families", "schools", "delivery", "reference", "care")
#: Size of a node and of the whole drawing, in units of the drawing.
WIDTH, HEIGHT, ACROSS, DOWN = 200.0, 46.0, 310.0, 74.0
#: Margin, and room on the right for arrows within the last column.
_MARGIN, _BEND = 16.0, 48.0


@cache
def arrows() -> tuple[dict[str, Any], ...]:
    """Arrows ``{source, target, names}``: ``names`` are the numbers that say how strong each is."""
    found: dict[tuple[str, str], list[str]] = {}
    for name in passports():
        group, _, rest = name.partition(".")
        pair = _pair(rest) if group in _FILES else None
        if pair is not None:
            found.setdefault(pair, []).append(name)
    return tuple({"source": source, "target": target, "names": names} for (source, target), names in found.items())


def _pair(name: str) -> tuple[str, str] | None:
    """(cause, target) of a number's name, ``None`` where it names no two different nodes."""
    words = name.split("_")
    target = _node(words[0])
    cause = next((node for word in words[1:] if (node := _node(word)) is not None), None)
    if target is None or cause is None or cause == target or words[-1] in ("mean", "rate", "level", "line", "usual"):
        return None
    return cause, target


def _node(word: str) -> str | None:
    word = _SAME.get(word, word)
    return word if word in NODES else None


@cache
def strands_on() -> dict[str, int]:
    """Node -> number of strands that work on it."""
    found: dict[str, int] = {}
    for strand in load_strands().values():
        for effect in strand.outcome_effects:
            node = _OUTCOMES[effect.outcome]
            found[node] = found.get(node, 0) + 1
    return found


def drawing() -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[float]]:
    """(nodes, arrows, size) for the panel: places, paths, names, and the search words that open the cards."""
    joined = {end for arrow in arrows() for end in (arrow["source"], arrow["target"])}
    shown = [node for node in NODES if node in joined or node in strands_on()]
    columns = {column: [n for n in shown if NODES[n][1] == column] for column in range(4)}
    tallest = max(map(len, columns.values()))
    places: dict[str, tuple[float, float]] = {}
    for column, members in columns.items():
        above = (tallest - len(members)) * DOWN / 2
        places |= {n: (_MARGIN + column * ACROSS, _MARGIN + above + at * DOWN) for at, n in enumerate(members)}
    nodes = [
        {"id": n, "name": NODES[n][0], "x": places[n][0], "y": places[n][1], "width": WIDTH, "height": HEIGHT,
         "strands": strands_on().get(n, 0), "search": _search_of_strands(n)}
        for n in shown
    ]  # fmt: skip
    lines = [
        {"id": f"{a['source']}-{a['target']}", "source": a["source"], "target": a["target"],
         "name": f"{NODES[a['source']][0]} on {NODES[a['target']][0].lower()}", "search": a["names"][0],
         "path": _path(places[a["source"]], places[a["target"]]), "numbers": len(a["names"])}
        for a in arrows()
    ]  # fmt: skip
    size = [2 * _MARGIN + 3 * ACROSS + WIDTH + _BEND, 2 * _MARGIN + (tallest - 1) * DOWN + HEIGHT]
    return nodes, lines, size


def _search_of_strands(node: str) -> str:
    """Search words of the cards of strands that work on a node; empty where none does."""
    outcome = next((o for o, n in _OUTCOMES.items() if n == node), "")
    return f"effect on {OUTCOME_WORDS[outcome]}" if outcome else ""


def _path(source: tuple[float, float], target: tuple[float, float]) -> str:
    """A curve from one node's side to another's; within a column and backwards it bends outwards."""
    (x1, y1), (x2, y2) = source, target
    middle = HEIGHT / 2
    if x2 > x1:
        bend = (x2 - x1 - WIDTH) / 2
        return _curve((x1 + WIDTH, y1 + middle), (bend, 0), (-bend, 0), (x2 - 6, y2 + middle))
    if x2 == x1:
        reach, side = 34 + abs(y2 - y1) / 12, x1 + WIDTH
        return _curve((side, y1 + middle + 6), (reach, 0), (reach, 0), (side + 6, y2 + middle - 6))
    bend = (x1 - x2 - WIDTH) / 2
    return _curve((x1, y1 + middle + 10), (-bend, 20), (bend, 20), (x2 + WIDTH + 6, y2 + middle + 10))


def _curve(start: Point, leave: Point, arrive: Point, end: Point) -> str:
    """An SVG curve; ``leave`` and ``arrive`` are the ways from the ends to their handles."""
    first, second = (start[0] + leave[0], start[1] + leave[1]), (end[0] + arrive[0], end[1] + arrive[1])
    return "M{:g} {:g}C{:g} {:g} {:g} {:g} {:g} {:g}".format(*start, *first, *second, *end)
