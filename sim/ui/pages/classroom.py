"""The app of a class that Solara opens: the learners' page and the facilitator's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara
from solara.server import kernel_context

from sim.ui.guarded import Guarded
from sim.ui.lessons import Lesson, lesson
from sim.ui.panels import lesson as panels
from sim.ui.panels.charts import BandChart
from sim.ui.panels.shell import Keep
from sim.ui.qr import picture
from sim.workshops.actions import FACILITATOR, RefusedError
from sim.workshops.exports import csv_of, page_of

Plain = dict[str, Any]

#: Of a learner's page: its team, what it shows, and what was refused last.
team: solara.Reactive[str] = solara.reactive("")
token: solara.Reactive[str] = solara.reactive("")
code: solara.Reactive[str] = solara.reactive("")
view: solara.Reactive[Plain] = solara.reactive({})
#: Of the facilitator's page: whether the key was right, and what it shows.
unlocked: solara.Reactive[bool] = solara.reactive(False)
desk: solara.Reactive[Plain] = solara.reactive({})
file: solara.Reactive[Plain] = solara.reactive({"serial": 0, "name": "", "kind": "", "text": ""})
#: Of both: a sentence to be read, and the clock of the round when it was last set.
said: solara.Reactive[str] = solara.reactive("")
left: solara.Reactive[float] = solara.reactive(0.0)


@solara.component
def Layout(children: list[solara.Element] = []) -> None:
    """The page as the main landmark; it takes the keyboard, so that a page without controls can be scrolled."""
    route, _ = solara.use_route()
    here = "" if route is None else str(route.path)
    with (
        solara.v.Html(tag="div"),
        solara.v.Html(tag="main", class_="zs-page", attributes={"id": "main", "tabindex": "0"}),
    ):
        Guarded(children, here)


@solara.component
def Learner() -> None:
    """Join; then guess, mix, run and read, as the round has it."""
    host = lesson()
    Keep(name=f"zonesim.class.{host.room.heading.digest[:8]}", value=token.value, event_opened=opened)
    solara.use_effect(lambda: follow(host, team.value) if team.value else None, [team.value])
    if not team.value or not view.value:
        panels.Join(title=host.workshop.file.name, code=code.value, said=said.value, event_enter=enter)
        return
    seen = view.value
    panels.Round(
        round=seen["round"], left=left.value, serial=host.room.state.actions, place=seen["place"],
        future=seen["future"], drivers=seen["drivers"], left_out=seen["left_out"], team=seen["team"],
        points=seen["points"] if seen["points"] or seen["score"] else None, paused=seen["paused"], said=said.value,
        event_dismiss=lambda *_: said.set(""),
    )  # fmt: skip
    Work(seen)


@solara.component
def Work(seen: Plain) -> None:
    """What the round asks of a team, most pressing first."""
    guess, pairs = seen["guess"], seen["run"]["pairs"]
    with solara.v.Html(tag="div", class_="zsl-work"):
        if guess and (guess["asked_now"] or (not guess["mine"] and not guess["why"])):
            panels.Guess(guess=guess, event_set=lambda data: act("guess", data, "low", "middle", "high"))
        if seen["run"]["here"]:
            panels.Run(run=seen["run"], event_go=lambda *_: act("run", {}))
        if seen["board"]:
            panels.Board(board=seen["board"])
        if seen["score"] or (seen["results"] and seen["round"]["kind"] != "predict"):
            panels.Results(results=seen["results"], score=seen["score"], pairs=pairs)
        if seen["score"]:
            panels.Bars(score=seen["score"])
        if seen["mix"]["rows"] and seen["mix"]["controls"]:
            panels.Mix(mix=seen["mix"], event_change=lambda data: act("change", {"mix": data}, "mix"))


@solara.component
def Facilitator() -> None:
    """The screen for the class on top, the facilitator's controls below it."""
    host = lesson()
    solara.use_effect(lambda: follow_desk(host) if unlocked.value else None, [unlocked.value])
    if not unlocked.value or not desk.value:
        panels.Key(said=said.value, event_open=unlock)
        return
    seen = desk.value
    panels.Steer(
        rounds=seen["rounds"], paused=seen["paused"],
        event_go=lambda at: steer({"do": "go", "round": at}), event_pause=lambda on: steer({"do": "pause", "on": on}),
    )  # fmt: skip
    shows = bool(seen["demonstration"] or seen["board"].get("open") or seen["round"]["kind"] == "score")
    with solara.v.Html(tag="div", class_="zsl-screen"):
        with solara.v.Html(tag="div"):
            if shows:
                Screen(seen)
            else:
                TheRound(seen, wall=True)
        with solara.v.Html(tag="div"):
            panels.Door(
                address=host.address, code=seen["code"], told=seen["told"], teams=seen["teams"],
                large=seen["round"]["number"] == 1, own="127.0.0.1" in host.address, qr=picture(join_link(host)),
            )  # fmt: skip
            if shows:
                TheRound(seen, wall=False)
    panels.Desk(desk=seen, file=file.value, event_act=steer, event_want=want)


@solara.component
def TheRound(seen: Plain, wall: bool) -> None:
    """What the round is about: large while nothing else is on the screen, else beside it."""
    panels.Round(
        round=seen["round"] | {"questions": [question["text"] for question in seen["round"]["questions"]]},
        left=left.value, serial=lesson().room.state.actions, place=seen["place"], future=seen["future_now"],
        drivers=seen["drivers"], left_out=seen["left_out"] if seen["round"]["kind"] == "debrief" else [],
        paused=seen["paused"], said=said.value, wall=wall, event_dismiss=lambda *_: said.set(""),
    )  # fmt: skip


@solara.component
def Screen(seen: Plain) -> None:
    """What the projector shows beside the round: a demonstration, the guesses, the board."""
    shown = seen["demonstration"]
    if shown and not shown["data"]:
        solara.v.Html(tag="p", class_="zs-note", attributes={"role": "status"}, children=[shown["words"]])
    elif shown:
        Demonstration(shown["what"], shown["data"])
    if seen["score"] and (seen["round"]["kind"] == "score"):
        panels.Bars(score=seen["score"])
    if seen["board"].get("open"):
        panels.Board(board=seen["board"])


@solara.component
def Demonstration(what: str, data: Plain) -> None:
    """One of the three demonstrations."""
    if what == "same_luck":
        panels.Luck(luck=data)
    elif what == "who_was_found":
        panels.Found(found=data)
    else:
        Dashboard(data)


@solara.component
def Dashboard(data: Plain) -> None:
    """Partners' screen beside the truth, year by year."""
    with solara.v.Html(tag="section", class_="zs-card"):
        solara.v.Html(tag="h2", children=["Their dashboard and the truth"])
        if data["rows"]:
            years = [row["year"] for row in data["rows"]]
            BandChart(
                title=f"{data['name']}: what the screen says, and what is",
                unit=data["unit"] or "level",
                series=[
                    {"name": name, "x": years, "y": [row[key] for row in data["rows"]], **style}
                    for name, key, style in (
                        ("On the screen", "seen", {"color": "var(--zs-2)", "dash": "7 4"}),
                        ("Truth", "truth", {"color": "var(--zs-1)"}),
                        ("Without a zone", "twin", {"color": "var(--zs-twin)"}),
                    )
                ],
                summary=data["said"],
                ticks=[(year, f"Year {year}") for year in years],
                decimals=data["decimals"],
            )
        else:
            solara.v.Html(tag="p", children=[data["said"]])


def join_link(host: Lesson) -> str:
    """What the QR code holds: the learners' page with the class code filled in."""
    return f"{host.address}/?code={host.room.heading.code}"


def opened(data: Any) -> None:
    """A learner's page has opened: its browser may have a token, its link a class code."""
    from urllib.parse import parse_qs

    sent = data if isinstance(data, dict) else {}
    code.value = parse_qs(str(sent.get("search", ""))[:200].lstrip("?")).get("code", [""])[0][:12]
    found = lesson().room.device(str(sent.get("kept", ""))[:100]) if sent.get("kept") else None
    if found is not None:
        take_seat(found.id)


def enter(data: Any) -> None:
    """A team joins."""
    sent = data if isinstance(data, dict) else {}
    try:
        found, given = lesson().room.join(str(sent.get("code", "")), str(sent.get("name", "")))
    except RefusedError as error:
        said.value = str(error)
        return
    said.value, token.value = "", given
    take_seat(found)


def take_seat(found: str) -> None:
    """From now on this page is that of a team."""
    seen = lesson().learner(found)
    if seen is not None:
        left.value, view.value, team.value = lesson().seconds_left(), seen, found


def act(do: str, data: Any, *keys: str) -> None:
    """Something a team does; its own page shows the effect at once."""
    sent = data if isinstance(data, dict) else {}
    try:
        lesson().act(team.value, do, **{key: sent.get(key) for key in keys})
    except RefusedError as error:
        said.value = str(error)
    else:
        said.value = ""
    refresh(lesson(), team.value)


def refresh(host: Lesson, mine: str) -> None:
    """Draw a learner's page anew if what it shows has changed; a team that was removed goes back to the door."""
    seen = host.learner(mine)
    if seen is None:
        view.value, team.value = {}, ""
        said.value = "Your team was removed from the class. Ask the facilitator, or join again."
    elif seen != view.value:
        if seen["round"] != view.value.get("round") or seen["paused"] != view.value.get("paused"):
            left.value = host.seconds_left()
        view.value = seen


def follow(host: Lesson, mine: str) -> Callable[[], None]:
    """Keep a learner's page up to date until it is closed."""
    refresh(host, mine)
    return host.listen(mine, within_page(lambda: refresh(host, mine)))


def unlock(data: Any) -> None:
    """The facilitator's key was given."""
    sent = data if isinstance(data, dict) else {}
    if not lesson().room.unlocks(str(sent.get("key", ""))):
        said.value = "That is not the facilitator's key. It stands in the terminal in which the class was started."
        return
    said.value, left.value, desk.value, unlocked.value = "", lesson().seconds_left(), lesson().desk(), True


#: What the facilitator's page may do; the rest is for teams and for the server.
_STEERING = {
    "go": ("round",), "pause": ("on",), "lock": ("what", "on"), "fix": ("money", "posts"), "inject": ("future",),
    "reveal": (), "board": ("open", "anonymous"), "show": ("what",), "reopen": ("team",), "remove": ("team",),
}  # fmt: skip


def steer(data: Any) -> None:
    """Something the facilitator does."""
    sent = data if isinstance(data, dict) else {}
    do = str(sent.get("do"))
    if not unlocked.value or do not in _STEERING:
        return
    try:
        lesson().act(FACILITATOR, do, **{key: sent.get(key) for key in _STEERING[do]})
    except RefusedError as error:
        said.value = str(error)
    else:
        said.value = ""
    refresh_desk(lesson())


def refresh_desk(host: Lesson) -> None:
    """Draw the facilitator's page anew if what it shows has changed."""
    seen = host.desk()
    if seen != desk.value:
        if seen["round"] != desk.value.get("round") or seen["paused"] != desk.value.get("paused"):
            left.value = host.seconds_left()
        desk.value = seen


def follow_desk(host: Lesson) -> Callable[[], None]:
    """Keep the facilitator's page up to date until it is closed."""
    refresh_desk(host)
    return host.listen("", within_page(lambda: refresh_desk(host)))


def want(what: Any) -> None:
    """A file to take home."""
    if not unlocked.value or what not in ("csv", "page"):
        return
    room = lesson().room
    name, salt = room.workshop.id, room.heading.salt
    serial = file.value["serial"] + 1
    if what == "csv":
        text = csv_of(room.workshop, room.state, salt)
        file.value = {"serial": serial, "name": f"{name}.csv", "kind": "text/csv;charset=utf-8", "text": text}
    else:
        text = page_of(room.workshop, room.state, salt, room.now())
        file.value = {"serial": serial, "name": f"{name}.html", "kind": "text/html;charset=utf-8", "text": text}


def within_page(told: Callable[[], None]) -> Callable[[], None]:
    """Call back within the page that listens; a page that was closed is told nothing.

    The page's lock keeps what is told and what is pressed apart: a change during a drawing would not be drawn.
    """
    context = kernel_context.get_current_context()

    def call() -> None:
        with context.lock:
            if not context.closed_event.is_set():
                with context:
                    told()

    return call


routes = [
    solara.Route(path="/", component=Learner, label="Class · Zonesim", layout=Layout),
    solara.Route(path="facilitator", component=Facilitator, label="Facilitator · Zonesim"),
]
