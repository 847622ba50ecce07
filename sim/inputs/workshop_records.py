"""A workshop as its file says it, and with everything it names read in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.spec import Future, Id, Place, Record, Stance, Strategy, Targeting

RoundKind = Literal["briefing", "predict", "run", "score", "shock", "revise", "debrief", "task"]
Control = Literal["strands", "reach", "start", "targeting", "money", "posts"]
Demonstration = Literal["same_luck", "who_was_found", "dashboard"]
#: Rounds in which teams run their mix.
RUNNING: tuple[RoundKind, ...] = ("run", "revise")
_Line = Annotated[str, Field(max_length=300)]
_Text = Annotated[str, Field(max_length=3000)]
_Name = Annotated[str, Field(min_length=1, max_length=120)]


class Setting(Record):
    """The table ``[setting]``: what all teams share.

    ``strategy``: the mix every team starts from. ``controls``: what teams may change of it, unless a round says
    otherwise. ``money_gbp``: pounds a year that every team has (left out: those of the strategy); ``posts`` likewise.
    ``board``: id of the quantity that the board sets against cost (left out: the first). ``replications``: pairs of
    runs for each mix, on the same luck numbers for every team.
    """

    place: str
    strategy: str
    future: str = "none"
    evidence: Stance = "central"
    years: Annotated[int, Field(ge=1, le=20)] = 5
    replications: Annotated[int, Field(ge=1, le=20)] = 4
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 1
    controls: tuple[Control, ...] = ("strands", "reach", "start")
    money_gbp: Annotated[float, Field(gt=0, le=1e9)] | None = None
    posts: Annotated[float, Field(gt=0, le=10_000)] | None = None
    board: Id | None = None


class MenuEntry(Record):
    """An entry of ``[[menu]]``: a strand that teams may put into their mix, or take out of it.

    ``text``: what it is, in a line for learners (left out: the strand's own name alone). ``reach``: share of those
    eligible who are offered a place, where a team adds it. Strands of the starting mix that are not on the menu stay.
    """

    strand: str
    text: _Line = ""
    reach: Annotated[float, Field(gt=0, le=1)] = 0.3
    targeting: Targeting = "targeted"


class Quantity(Record):
    """An entry of ``[[quantities]]``: something that is predicted, and read off a run.

    ``of``: the ``difference`` from the same place without a zone, or the ``value`` with it. ``low``, ``high``: ends of
    the scale on which a guess is made, in the unit in which it is shown (a share as percentage points); a range as wide
    as the scale scores nothing. ``unit``: words after the number (left out: the unit of the indicator). ``times``:
    factor from the indicator's own number to the one that people see, such as 100 for a number from 0 to 1 (left out:
    as everywhere else). ``decimals``: digits after the point (left out: as everywhere else). ``shown_from``: the round
    from which teams read it under their runs, so that a run does not give away what is still to be guessed (left out:
    the first).
    """

    id: Id
    text: _Line
    indicator: str
    group: str = "all"
    population: Literal["residents", "originals"] = "residents"
    year: Annotated[int, Field(ge=1, le=20)]
    of: Literal["difference", "value"] = "difference"
    low: float
    high: float
    unit: Annotated[str, Field(max_length=60)] = ""
    times: Annotated[float, Field(gt=0, le=1_000_000)] | None = None
    decimals: Annotated[int, Field(ge=0, le=6)] | None = None
    shown_from: Id | None = None


class Question(Record):
    """Something to talk about; ``answer``: what to listen for, on the facilitator's page only."""

    text: _Line
    answer: _Text = ""


class Round(Record):
    """An entry of ``[[rounds]]``.

    ``text``: what learners read; ``notes``: what the facilitator reads. ``quantity``: what is predicted (needed in a
    round of kind predict), or which prediction is scored (left out: the latest). ``future``: what the world does from
    this round on (needed in a shock). ``strategy``: teams start anew from this mix. ``controls``: what teams may change
    from this round on. ``evidence``: how hopefully the evidence is read from this round on. ``show``: demonstrations
    for the projector. A ``task`` is work away from this page, on paper or in a notebook.
    """

    id: Id
    kind: RoundKind
    name: _Name
    minutes: Annotated[float, Field(gt=0, le=240)]
    text: _Text = ""
    notes: _Text = ""
    questions: tuple[Question, ...] = ()
    quantity: Id | None = None
    future: str | None = None
    strategy: str | None = None
    controls: tuple[Control, ...] | None = None
    evidence: Stance | None = None
    show: tuple[Demonstration, ...] = ()


class WorkshopFile(Record):
    """A workshop file. ``aims``: what learners can do afterwards; ``left_out``: what the model does not say."""

    id: Id
    name: _Name
    about: _Text = ""
    audience: _Line = ""
    aims: tuple[_Line, ...] = ()
    left_out: tuple[_Line, ...] = ()
    authors: tuple[str, ...] = ()
    setting: Setting
    menu: tuple[MenuEntry, ...] = ()
    quantities: Annotated[tuple[Quantity, ...], Field(max_length=20)] = ()
    rounds: Annotated[tuple[Round, ...], Field(min_length=1, max_length=40)]


class Workshop(Record):
    """A workshop with what it names read in; ``strategies`` and ``futures`` by the names the file uses."""

    file: WorkshopFile
    place: Place
    strategies: dict[str, Strategy]
    futures: dict[str, Future]

    @property
    def id(self) -> str:
        """Id of the file."""
        return self.file.id

    @property
    def minutes(self) -> float:
        """How long all rounds take."""
        return sum(one.minutes for one in self.file.rounds)

    def quantity(self, name: str) -> Quantity:
        """A quantity by its id."""
        return next(one for one in self.file.quantities if one.id == name)

    def shown_in(self, at: int) -> tuple[Quantity, ...]:
        """Quantities that teams read under their runs in round ``at``."""
        begun = {one.id for one in self.file.rounds[: at + 1]}
        return tuple(one for one in self.file.quantities if one.shown_from is None or one.shown_from in begun)

    def predicted_before(self, at: int) -> str | None:
        """Id of the quantity that the latest predict round up to round ``at`` asked for."""
        asked = [one.quantity for one in self.file.rounds[: at + 1] if one.kind == "predict"]
        return asked[-1] if asked else None

    def scored_in(self, at: int) -> str | None:
        """Id of the quantity that a score round compares with the runs."""
        return self.file.rounds[at].quantity or self.predicted_before(at)
