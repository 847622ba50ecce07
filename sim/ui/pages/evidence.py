"""The page Evidence: the causal map, a card for every number, and what the model leaves out."""

from __future__ import annotations

import solara

from sim.ui.cards import KINDS, PARTS, all_cards
from sim.ui.causal import drawing
from sim.ui.left_out import LEFT_OUT
from sim.ui.panels.pages import Cards, CausalMap

#: What is searched for, and how often it was asked: the same words twice open the cards twice.
wanted: solara.Reactive[tuple[str, int]] = solara.reactive(("", 0))


@solara.component
def Page() -> None:
    """Everything that a number rests on."""
    nodes, arrows, size = solara.use_memo(drawing, [])
    cards = solara.use_memo(lambda: list(all_cards()), [])
    judged = sum(card["kind"] == "judgement" for card in cards)
    solara.v.Html(tag="h1", children=["Evidence"])
    solara.v.Html(
        tag="p",
        class_="zs-lead",
        children=[
            f"The model has {len(cards)} numbers, and each has a card. {judged} of them are judgement of the authors: "
            "no published figure stands behind them, and they are marked wherever they appear."
        ],
    )
    CausalMap(nodes=nodes, arrows=arrows, size=size, event_open=lambda words, *_: _open(str(words)))
    Cards(
        cards=cards,
        kinds=[{"id": i, "name": n} for i, n in KINDS.items()],
        parts=[{"id": i, "name": n} for i, n in PARTS.items() if any(c["part"] == i for c in cards)],
        wanted=wanted.value[0],
        serial=wanted.value[1],
    )
    with solara.v.Html(tag="section", class_="zs-card zs-section"):
        solara.v.Html(tag="h2", children=["What the model leaves out"])
        items = [solara.v.Html(tag="li", children=[text]) for text in LEFT_OUT]
        solara.v.Html(tag="ul", children=items)


def _open(words: str) -> None:
    wanted.value = (words[:80], wanted.value[1] + 1)
