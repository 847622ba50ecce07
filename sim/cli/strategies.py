"""Strategies as ``list`` and ``show`` tell them: who works together, what is analysed, and what both cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.spec import Analysis, Partnership, Strategy


def strategy_rows() -> list[dict[str, Any]]:
    """A row per strategy of the library."""
    from sim.inputs import list_ids, load_strategy

    strategies = [load_strategy(name) for name in list_ids("strategy")]
    return [
        {
            "id": s.id, "name": s.name, "place": s.place, "strands": len(s.strands), "partnership": _form(s),
            "analysis": "none" if s.analysis is None else s.analysis.depth, "question": s.question,
        }
        for s in strategies
    ]  # fmt: skip


def told_strategy(content: dict[str, Any]) -> dict[str, Any]:
    """A strategy's record with its partnership and analysis in words, and its partners as a table of their own."""
    from sim.spec import Strategy

    strategy = Strategy.model_validate(content)
    partnership = partnership_in(strategy)
    told = {key: value for key, value in content.items() if key != "strands"}
    told["partnership"] = "none" if partnership is None else _partnership_words(partnership)
    told["analysis"] = "none" if strategy.analysis is None else _analysis_words(strategy.analysis, strategy.price_year)
    if partnership is not None:
        told["partners"] = [_partner_row(partner.model_dump()) for partner in partnership.partners]
    return told | {"strands": content["strands"]}


def partnership_in(strategy: Strategy) -> Partnership | None:
    """The partnership a run would have: the strategy's own, or the usual one where it plans a backbone team."""
    from sim.engine.zone import partnership_of
    from sim.inputs import load_strands

    return partnership_of(strategy, load_strands())


def _form(strategy: Strategy) -> str:
    partnership = partnership_in(strategy)
    if partnership is None:
        return "none"
    return partnership.governance.replace("_", " ")


def _partnership_words(partnership: Partnership) -> str:
    from sim.report.words import month_name

    month = partnership.handover_month
    handover = "no handover" if month is None else f"backbone team handed over in {month_name(month)}"
    return "; ".join(
        (
            f"{partnership.governance.replace('_', ' ')} from {month_name(partnership.start_month)}",
            handover,
            f"effort for residents' voice {partnership.resident_voice:g}, for learning {partnership.learning:g} (of 1)",
            "a data agreement is asked for" if partnership.data_sharing else "no data agreement",
            "somebody stands in for each leader" if partnership.succession else "nobody stands in for leaders",
            f"{partnership.champions_per_100_families:g} champions per 100 families",
        )
    )


def _analysis_words(analysis: Analysis, price_year: int) -> str:
    from sim.engine.context import cost_gbp
    from sim.inputs.register import load_register
    from sim.report.words import month_name, pounds

    cost = pounds(cost_gbp(analysis, load_register(), price_year))
    return f"{analysis.depth}, {analysis.months} months from {month_name(analysis.start_month)}, {cost} ({price_year})"


def _partner_row(partner: dict[str, Any]) -> dict[str, Any]:
    """A partner's fields; a column in which nobody says anything, such as aims of their own, is left out later."""
    keys = ("id", "name", "kind", "lead", "commitment", "capacity", "join_month")
    return {key: partner[key] for key in keys} | {"aims": list(partner["aims"])}
