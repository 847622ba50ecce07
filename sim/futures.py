"""What the world does to a place: a future's shocks as the factors, shifts and strokes the engine asks for.

Factors of the same kind multiply and shifts add, in an order that depends on the shocks alone, so that futures
combine and the order of a file means nothing. A future without shocks leaves every number as it was, bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.spec import Future, Shock

NO_FUTURE = Future(id="none", name="No shock from outside")

#: Kind of shock -> the parameter (file, name) it multiplies, or shifts by SD.
MULTIPLIED = {
    "work": ("families", "work_factor"),
    "income": ("families", "income_factor"),
    "rent": ("families", "rent_factor"),
}
SHIFTED = {
    "learning": ("children", "attainment_level"),
    "wellbeing": ("children", "wellbeing_level"),
    "distress": ("families", "distress_level"),
    "home_learning": ("families", "home_level"),
    "attendance": ("children", "attendance_level"),
}
#: Kinds that happen in one month and have no length.
STROKES = ("housing", "partner_leaves")
_MONTHS = (
    "September", "October", "November", "December", "January", "February",
    "March", "April", "May", "June", "July", "August",
)  # fmt: skip


def in_order(shocks: Iterable[Shock]) -> tuple[Shock, ...]:
    """Shocks by date and content: the order in which they act, whatever the file says."""
    return tuple(sorted(shocks, key=lambda s: (s.start_month, s.kind, s.who, s.size, s.months or 0, s.share)))


def combine(futures: Sequence[Future]) -> Future:
    """One future with all shocks of several, the same in whatever order they are named."""
    striking = sorted((f for f in futures if f.shocks), key=lambda f: f.id)
    if len(striking) < 2:
        return striking[0] if striking else futures[0]
    return Future(
        id="+".join(f.id for f in striking),
        name=" + ".join(f.name for f in striking),
        about=" ".join(f.about for f in striking),
        shocks=in_order(s for f in striking for s in f.shocks),
        sources=tuple(dict.fromkeys(source for f in striking for source in f.sources)),
    )


def acts(shock: Shock, month: int) -> bool:
    """Whether a shock is in force in a month."""
    return shock.start_month <= month and (shock.months is None or month < shock.start_month + shock.months)


def touches(future: Future, *kinds: str) -> bool:
    """Whether a future has a shock of one of the kinds in any month."""
    return any(shock.kind in kinds for shock in future.shocks)


def _sizes(future: Future, kind: str, month: int, who: str) -> list[float]:
    """Sizes in force, smallest first: a product or sum of floats depends on the order."""
    if not future.shocks:
        return []
    return sorted(s.size for s in future.shocks if s.kind == kind and s.who in ("", who) and acts(s, month))


def factor(future: Future, kind: str, month: int, who: str = "") -> float:
    """Product of the factors of a kind in force in a month, for ``who`` and for all; 1 where there is none."""
    return math.prod(_sizes(future, kind, month, who), start=1.0)


def shift(future: Future, kind: str, month: int) -> float:
    """Sum of the shifts of a kind in force in a month, SD; 0 where there is none."""
    return math.fsum(_sizes(future, kind, month, ""))


def parameters_in(future: Future, month: int, base: Parameters) -> Parameters:
    """Parameters of a month: those of the register with this month's factors and shifts; the same object without."""
    changed: dict[str, dict[str, float]] = {}
    for kind, (file, name) in MULTIPLIED.items():
        size = factor(future, kind, month)
        if size != 1.0:
            changed.setdefault(file, {})[name] = getattr(getattr(base, file), name) * size
    for kind, (file, name) in SHIFTED.items():
        size = shift(future, kind, month)
        if size != 0.0:
            # Attendance is shifted on its latent scale, which the level (a logit) is stretched from.
            scale = base.children.attendance_scale if kind == "attendance" else 1.0
            changed.setdefault(file, {})[name] = getattr(getattr(base, file), name) + scale * size
    if not changed:
        return base
    return base._replace(**{file: getattr(base, file)._replace(**values) for file, values in changed.items()})


def money_share(future: Future, month: int, payer: str) -> float:
    """Share of a payer's promised money of this school year that can be counted on in ``month``.

    What has come since September, and what will come until August if things stay as they are this month: a cut
    that nobody announced cannot be planned for, and money that has not come cannot be spent.
    """
    since = [factor(future, "money", m, payer) for m in range(month - month % 12, month + 1)]
    return (math.fsum(since) + since[-1] * (11 - month % 12)) / 12


def moves_by_month(future: Future, months: int) -> npt.NDArray[np.float64] | None:
    """Factor on the hazard of moving in each month of a run; ``None`` where no shock touches it."""
    if not touches(future, "moves"):
        return None
    return np.array([factor(future, "moves", month) for month in range(months)])


# --- in words ------------------------------------------------------------------------------------------------

_WORDS = {
    "money": "the zone's money from {who} at {per_cent} of what was promised",
    "posts": "the zone may fill {per_cent} of its posts",
    "service_posts": "{who}: {per_cent} of today's posts",
    "strand_posts": "{who}: {per_cent} of the strand's posts",
    "work": "adults work {per_cent} of the time they usually would",
    "income": "the money coming in buys {per_cent} of what it did",
    "rent": "housing costs {per_cent} of what it did",
    "learning": "the level to which attainment moves shifts by {sd}",
    "wellbeing": "the level to which children's wellbeing moves shifts by {sd}",
    "distress": "the level to which parents' distress moves shifts by {sd}",
    "home_learning": "the level to which home learning moves shifts by {sd}",
    "attendance": "children's inclination to attend shifts by {sd}",
    "teaching": "{per_cent} of school sessions are held",
    "contact": "services and strands hold {per_cent} of their meetings",
    "moves": "families move {times} times as often",
    "housing": "{per_cent} of the poor homes are put right ({who})",
    "partner_leaves": "a partner leaves the partnership ({who})",
    "school": "{share} of schools ({who}) get a new head; effectiveness and climate shift by {sd} between schools",
}
_ALL = {
    "money": "every payer", "service_posts": "every service", "strand_posts": "every strand", "housing": "every tenure",
    "school": "every phase", "partner_leaves": "lead",
}  # fmt: skip


def month_in_words(month: int) -> str:
    """``"March of year 3"``."""
    return f"{_MONTHS[month % 12]} of year {month // 12 + 1}"


def in_words(shock: Shock) -> str:
    """What a shock does, how much, to whom and when, in one line without its source."""
    what = _WORDS[shock.kind].format(
        who=(shock.who or _ALL.get(shock.kind, "")).replace("_", " "), per_cent=_per_cent(shock.size),
        sd=f"{shock.size:+.3g} SD", times=f"{shock.size:.3g}", share=_per_cent(shock.share),
    )  # fmt: skip
    if shock.kind in STROKES:
        return f"{what}, in {month_in_words(shock.start_month)}"
    if shock.months is None:
        return f"{what}, from {month_in_words(shock.start_month)} on"
    return f"{what}, {month_in_words(shock.start_month)} to {month_in_words(shock.start_month + shock.months - 1)}"


def _per_cent(share: float) -> str:
    return f"{100 * share:.3g} %"
