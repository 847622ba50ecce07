"""A small comparison made by hand: numbers chosen, not simulated, so that tests know them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

import numpy as np
import pandas as pd

from sim.experiments.changed import GAINER_COLUMNS
from sim.experiments.pairs import KEYS, NOTHING, PAIR_COLUMNS, pair
from sim.experiments.theory import THEORY_COLUMNS, wanted
from sim.experiments.value import COUNTED, PERSPECTIVES, READINGS, SUMMARY_COLUMNS, VALUE_COLUMNS
from sim.futures import in_words
from sim.inputs.theory import in_order, steps_of
from sim.outcomes import GROUPS, HEADLINES, INDICATORS
from sim.outputs import StoredComparison
from sim.outputs.records import ParametersUsed
from sim.schema import CONDITIONS
from sim.spec import (
    DRIVERS,
    PLACE_CELLS,
    Analysis,
    Cell,
    Partnership,
    Place,
    PlannedStrand,
    Step,
    Strategy,
    TheoryOfChange,
)

TWIN_VALUE = 0.4
STEP = 0.004


def made_place() -> Place:
    """A place whose every other cell was filled in."""
    cells = {
        name: Cell(
            value=2000 if name == "children" else max(rule.low, 0.25),
            unit=rule.unit,
            kind="given" if number % 2 == 0 else "filled_in",
            source="Census 2021 <&>",
        )
        for number, (name, rule) in enumerate(PLACE_CELLS.items())
    }
    return Place(id="madeplace", name="Madeplace <b>&", about="A place made for tests.", cells=cells)


def made_strategies(number: int = 2) -> tuple[Strategy, ...]:
    """Strategies with awkward names (markup, long text)."""
    names = ("Schools only <i>", "Cradle to career", "Early start, with a rather long name for labels", "Fourth [bold]")
    return tuple(
        Strategy(
            id=f"strategy_{index}",
            name=names[index],
            question="Does it pay?",
            strands=(PlannedStrand(strand="mentoring", reach_share=0.2),),
            money_gbp={"council": 100_000},
        )
        for index in range(number)
    )


def theory_strategies(hostile: str = "Books <b>at</b> home [red]") -> tuple[Strategy, ...]:
    """One strategy with a theory of three steps in a name that is to stay inert, one without."""
    steps = (
        Step(id="ready", name="Ready", kind="outcome", indicator="gld", size=0.02, by_month=60, depends_on=("home",)),
        Step(
            id="home", name=hostile, kind="step", indicator="distress_high", direction="down", group="disadvantaged",
            size=0.01, by_month=36, depends_on=("starts",), population="originals", against="start",
        ),
        Step(id="starts", name="Starts", kind="output", strand="mentoring", size=5, by_month=12),
    )  # fmt: skip
    theory = TheoryOfChange(starting_situation=f"Few {hostile}", why=f"Because {hostile}", steps=steps)
    first, second = made_strategies(2)
    return first.model_copy(update={"theory_of_change": theory}), second


def together_strategies(hostile: str = "Zone <b>of</b> trust [red]") -> tuple[Strategy, ...]:
    """One strategy with a partnership and a local analysis under a name that is to stay inert, one without."""
    first, second = made_strategies(2)
    own = {"partnership": Partnership(), "analysis": Analysis(months=6), "name": hostile}
    return first.model_copy(update=own), second


def made_comparison(
    strategies: Sequence[Strategy] | None = None, place: Place | None = None, **asked: Any
) -> StoredComparison:
    """A comparison of the given strategies; the first one's KS2 cell in the last year is suppressed."""
    chosen = tuple(strategies or made_strategies())
    future = asked.get("future")
    years, replications = asked.get("years", 10), asked.get("replications", 20)
    ids = [s.id if chosen.index(s) == n else f"{s.id}#2" for n, s in enumerate(chosen)]
    return StoredComparison(
        place=place or made_place(),
        strategies=chosen,
        future=future.id if future else "none",
        shocks=tuple(in_words(shock) for shock in future.shocks) if future else (),
        evidence=asked.get("evidence", "central"),
        replications=replications,
        seed=asked.get("seed", 1),
        years=years,
        without=tuple(asked.get("without", ())),
        including=tuple(asked.get("including", ())),
        results=pd.concat([_results(ids, years), _zone_results(ids, chosen, years)], ignore_index=True),
        pairs=made_pairs(ids, years, replications),
        changed=_changed(ids),
        gainers=_gainers(ids),
        costs=_costs(ids, years),
        value=_value(ids, years),
        value_summary=_value_summary(ids),
        delivery=_delivery(ids, years),
        yearly=pd.concat(
            [_yearly(ids, years, replications), _zone_yearly(ids, chosen, years, replications)], ignore_index=True
        ),
        runs=_runs(ids, replications),
        fit=pd.DataFrame([{"margin": "lone_parent_share", "asked": 0.3, "synthetic": 0.29, "kind": "given"}]),
        dashboard=_dashboard(ids, years),
        naive=_naive(ids, years),
        theory=_theory(ids, chosen),
        events=_events(ids, chosen, replications),
        analysis=_analysis(ids, chosen),
        warnings=("The money for mentoring ran out in year 3 <script>.",),
        digest="abc123",
        command="zonesim compare made by hand",
        parameters=asked.get("used", ParametersUsed()),
    )


def _results(ids: list[str], years: int) -> pd.DataFrame:
    rows = []
    indicators = [*(indicator for indicator, _ in HEADLINES.values()), "children_reached"]
    for number, strategy in enumerate(ids):
        for indicator, group, population, year in itertools.product(
            indicators, GROUPS, ("residents", "originals"), range(1, years + 1)
        ):
            spec = INDICATORS[indicator]
            scale = 100.0 if spec.unit.startswith("%") else 1.0
            difference = scale * STEP * year * number * spec.direction
            half = scale * STEP * 4
            suppressed = bool(number == 0 and indicator == "ks2_expected" and year == years and group != "all")
            twin = scale * (TWIN_VALUE + 0.02 * list(GROUPS).index(group))
            numbers = (twin + difference, twin, difference, difference - half, difference + half, 0.5 + 0.04 * number)
            value, twin, difference, low, high, better = (np.nan,) * 6 if suppressed else numbers
            rows.append(
                {
                    "strategy": strategy, "indicator": indicator, "family": spec.family, "group": group,
                    "population": population, "year": year, "value": value, "twin": twin,
                    "difference": difference, "low": low, "high": high, "chance_better": better,
                    "suppressed": suppressed,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def maturity(year: int) -> float:
    """Level of the made partnership and its conditions in a year: 0.15, then 0.05 more each year."""
    return 0.1 + 0.05 * year


def _zone_results(ids: list[str], strategies: Sequence[Strategy], years: int) -> pd.DataFrame:
    """The zone of every strategy beside a twin at 0.1; six partners where there is a partnership."""
    rows = []
    for (identifier, strategy), year in itertools.product(zip(ids, strategies, strict=True), range(1, years + 1)):
        together = strategy.partnership is not None
        level = maturity(year) if together else 0.1
        for indicator, value, twin in (("partnership_maturity", level, 0.1), ("partners_present", 6.0 * together, 0.0)):
            rows.append(
                {
                    "strategy": identifier, "indicator": indicator, "family": INDICATORS[indicator].family,
                    "group": "all", "population": "residents", "year": year, "value": value, "twin": twin,
                    "difference": value - twin, "low": value - twin, "high": value - twin,
                    "chance_better": float(together), "suppressed": False,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _zone_yearly(ids: list[str], strategies: Sequence[Strategy], years: int, replications: int) -> pd.DataFrame:
    """Maturity and conditions of the strategies with a partnership; runs spread by 0.01 around the mean."""
    rows = [
        {
            "run": r, "strategy": identifier, "replication": r, "seed": 1000 + r, "population": "residents",
            "group": "all", "indicator": indicator, "year": year,
            "value": maturity(year) + 0.01 * (r - (replications - 1) / 2), "n": 10,
        }
        for identifier, strategy in zip(ids, strategies, strict=True)
        if strategy.partnership is not None
        for r in range(replications)
        for indicator in ("partnership_maturity", *(f"maturity_{condition}" for condition in CONDITIONS))
        for year in range(1, years + 1)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _events(ids: list[str], strategies: Sequence[Strategy], replications: int) -> pd.DataFrame:
    """All join; in the first run the council leaves for good, in the second it comes back; a shock for everybody."""
    rows = []
    for identifier, strategy in zip(ids, strategies, strict=True):
        for r in range(replications):
            rows.append((identifier, r, 30, "future", "everybody", "adults work 96 % of the time"))
            if strategy.partnership is not None:
                rows.append((identifier, r, 0, "joined", "council <b>", "joined the partnership"))
                rows.append((identifier, r, 12, "met", "council <b>", "came to 9 of 12 meetings"))
                rows += [(identifier, r, 20, "left", "council <b>", "left the partnership")] * (r < 2)
                rows += [(identifier, r, 40, "returned", "council <b>", "came back")] * (r == 1)
    found = [(name, r, 1000 + r, month, month // 12 + 1, *told) for name, r, month, *told in rows]
    columns = ["strategy", "replication", "seed", "month", "year", "kind", "who", "what"]
    return pd.DataFrame(found, columns=columns)


def _analysis(ids: list[str], strategies: Sequence[Strategy]) -> pd.DataFrame:
    """Two quarters; at the end all drivers at +0.5 but stigma at -1."""
    rows = [
        (identifier, driver, month, estimate, estimate - 1.0, estimate + 1.0, 20)
        for identifier, strategy in zip(ids, strategies, strict=True)
        if strategy.analysis is not None
        for month in (2, 5)
        for driver in DRIVERS
        for estimate in (0.9 if month == 2 else -1.0 if driver == "stigma" else 0.5,)
    ]
    columns = ["strategy", "driver", "month", "estimate", "low", "high", "replications"]
    return pd.DataFrame(rows, columns=columns)


def _dashboard(ids: list[str], years: int) -> pd.DataFrame:
    """Families reached are hidden from the first strategy's partners in the last year."""
    rows = []
    for (number, strategy), indicator, year in itertools.product(
        enumerate(ids), ("ks2_expected", "persistent_absence", "sdq_mean", "families_reached"), range(1, years + 1)
    ):
        hidden = number == 0 and indicator == "families_reached" and year == years
        value = np.nan if hidden else TWIN_VALUE + STEP * year * number
        rows.append(
            {
                "strategy": strategy, "indicator": indicator, "group": "all", "year": year, "seen": value,
                "seen_low": value - 0.05, "seen_high": value + 0.05, "as_of": year, "truth": TWIN_VALUE + 0.01 * number,
                "twin": TWIN_VALUE, "share_suppressed": 0.5 * hidden, "suppressed": hidden,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _naive(ids: list[str], years: int) -> pd.DataFrame:
    """Users look 3 points better in SDQ, 1 of them by the strategy; KS2 is hidden."""
    rows = []
    for strategy, comparison, indicator in itertools.product(
        ids, ("before_after", "users_nonusers"), ("sdq_mean", "ks2_expected")
    ):
        hidden = indicator == "ks2_expected"
        numbers = (np.nan,) * 7 if hidden else (-3.0, -1.0, -1.5, -2.0, -2.6, -1.2, 0.75)
        rows.append((strategy, comparison, indicator, years, *numbers, hidden))
    columns = [
        "strategy", "comparison", "indicator", "year", "naive", "truth", "anyway", "bias", "bias_low", "bias_high",
        "misleading", "suppressed",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _changed(ids: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "strategy": strategy, "against": "no_zone", "outcome": outcome, "group": group,
                "better": 200.0 * number, "same": 1700.0, "worse": 4.0,
            }
            for (number, strategy), outcome, group in itertools.product(
                enumerate(ids), ("attainment", "wellbeing", "health", "milestones"), ("all", "girls")
            )
        ]
    )  # fmt: skip


def made_pairs(ids: list[str], years: int, replications: int) -> pd.DataFrame:
    """Each strategy one step ahead of the one before it, all in the same luck; Key Stage 2 is hidden."""
    luck = np.linspace(-1.0, 1.0, replications)
    rows = []
    both = [(i, j) for i in range(len(ids)) for j in (-1, *range(i + 1, len(ids)))]
    for i, j in both:
        for family, (indicator, group) in HEADLINES.items():
            mine, other = (0.4 + STEP * k * INDICATORS[indicator].direction + 0.1 * luck for k in (i + 1, j + 1))
            told = pair(mine, other + 0.001 * luck**2, INDICATORS[indicator].direction)
            hidden = indicator == "ks2_expected"
            numbers = astuple(NOTHING if hidden else told)
            regrets = (math.nan,) * 2 if hidden else tuple(STEP * (len(ids) - k) for k in (i + 1, j + 1))
            against = "no_zone" if j < 0 else ids[j]
            rows.append((ids[i], against, family, indicator, group, years, *numbers, *regrets, hidden))
        for indicator, size in (("gbp_total", 1e6), ("net_gbp", -1e5)):
            told = pair(size * (i + 1) + 1000.0 * luck, size * (j + 1) + 0.0 * luck, -1 if size > 0 else 1)
            against = "no_zone" if j < 0 else ids[j]
            rows.append(
                (ids[i], against, "pounds", indicator, "all", 0, *astuple(told), 1e5 * (i + 1), 1e5 * (j + 1), False)
            )
    frame = pd.DataFrame(rows, columns=list(PAIR_COLUMNS))
    assert list(frame.columns[: len(KEYS)]) == list(KEYS)
    return frame


def _gainers(ids: list[str]) -> pd.DataFrame:
    """Half of those who gained had mentoring, in twelve months; a second strand is hidden."""
    rows = [
        row
        for strategy in ids
        for outcome in ("attainment", "wellbeing", "health", "milestones")
        for row in (
            (strategy, "no_zone", outcome, "none", 0, 900.0, 30.0, 0.15, 30 / 900, math.nan, False),
            (strategy, "no_zone", outcome, "mentoring", 1, 300.0, 100.0, 0.5, 1 / 3, 12.0, False),
            (strategy, "no_zone", outcome, "neli", 1, *[math.nan] * 5, True),
            (strategy, "no_zone", outcome, "mentoring + neli", 2, 100.0, 50.0, 0.25, 0.5, 15.0, False),
        )
    ]
    return pd.DataFrame(rows, columns=list(GAINER_COLUMNS))


def _costs(ids: list[str], years: int) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"strategy": s, "payer": payer, "year": year, "gbp": (n + 1) * share * (1 + 0.05 * year), "posts": 2.5}
            for (n, s), (payer, share), year in itertools.product(
                enumerate(ids), (("council", 120_000.0), ("nhs", 60_000.0), ("schools", 90_000.0)), range(1, years + 1)
            )
        ]
    )


def _value(ids: list[str], years: int) -> pd.DataFrame:
    """A cost of GBP 270,000 by three payers; one benefit of GBP 1,000 a strategy's number; one suppressed."""
    rows = []
    benefits = (
        ("persistent_absence", (("council", 685.0), ("nhs", 34.0), ("police", 281.0))),
        ("neet_benefits", (("families", -500.0), ("government", 500.0))),
        ("child_mental_health", (("nhs", math.nan),)),
    )
    for (number, strategy), year in itertools.product(enumerate(ids), range(years + 1)):
        for payer, gbp in (("council", 120_000.0), ("nhs", 60_000.0), ("schools", 90_000.0)):
            pounds = gbp if year == 0 else gbp / years
            numbers = (math.nan, pounds, pounds, pounds, 0.9 * pounds, 0.9 * pounds, 0.9 * pounds, 1.035 * pounds)
            rows.append((strategy, "strands", "cost", payer, year, *numbers, False))
        for item, gains in benefits:
            for who, gain in gains:
                pounds = gain * number if year == 0 else gain * number / years
                ends = sorted((pounds - 100.0, pounds + 100.0))
                now = (0.9 * pounds, 0.9 * ends[0], 0.9 * ends[1], 0.7 * pounds)
                rows.append((strategy, item, "benefit", who, year, 1.0 * number, pounds, *ends, *now, gain != gain))
    return pd.DataFrame(rows, columns=list(VALUE_COLUMNS))


def _value_summary(ids: list[str]) -> pd.DataFrame:
    rows = []
    for (number, strategy), perspective, reading in itertools.product(enumerate(ids), PERSPECTIVES, READINGS):
        costs, benefits = 243_000.0, 900.0 * number
        for measure, value in (
            ("costs", costs), ("benefits", benefits), ("net", benefits - costs), ("ratio", benefits / costs),
        ):  # fmt: skip
            rows.append((strategy, measure, perspective, reading, value, 0.9 * value, 1.1 * value))
    for (number, strategy), indicator in itertools.product(enumerate(ids), COUNTED):
        extra = 10.0 * number
        low, cost = (extra - 2.0, 243_000.0 / extra) if number else (-2.0, math.nan)
        rows.append((strategy, "extra", indicator, "central", extra, low, extra + 2.0))
        rows.append((strategy, "cost_per_extra", indicator, "central", cost, cost, cost))
    return pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS))


def _delivery(ids: list[str], years: int) -> pd.DataFrame:
    counts = {"eligible": 400.0, "offered": 90.0, "started": 70.0, "completed": 50.0, "dropped": 20.0, "waiting": 12.0}
    # Money for four fifths of the plan in years 3 and 4, posts late in year 1.
    return pd.DataFrame(
        [
            {
                "strategy": s,
                "strand": "mentoring",
                "year": year,
                **counts,
                "taking_part": 60.0,
                "gbp": 9e4,
                "posts_wanted": 4.0,
                "posts": 3.0 if year == 1 else 4.0,
                "paid_for": 0.8 if year in (3, 4) else 1.0,
                "short_of": "money" if year in (3, 4) else "",
                "today": False,
            }
            for s, year in itertools.product(ids, range(1, years + 1))
        ]
    )


def _theory(ids: list[str], strategies: Sequence[Strategy]) -> pd.DataFrame:
    """Outputs on time in all runs, steps of change late in most and breaking first in half, outcomes unseen."""
    shares = {
        "output": ("on_time", (1.0, 0.0, 0.0, 0.0), 0.0), "step": ("late", (0.25, 0.5, 0.25, 0.0), 0.5),
        "outcome": ("not_measurable", (0.0, 0.0, 0.0, 1.0), 0.0),
    }  # fmt: skip
    rows = []
    for identifier, strategy in zip(ids, strategies, strict=True):
        for step in in_order(steps_of(strategy)):
            verdict, (on_time, late, missed, hidden), broken = shares[step.kind]
            change = np.nan if hidden else 60.0 if step.indicator is None else 0.004
            rows.append(
                {
                    "strategy": identifier, "step": step.id, "name": step.name, "kind": step.kind, "by": step.by_month,
                    "reads": step.indicator or f"{step.strand}.{step.measure}", "group": step.group,
                    "population": step.population, "against": step.against, "wanted": wanted(step), "change": change,
                    "low": change / 2, "high": change * 2, "on_time": on_time, "late": late, "missed": missed,
                    "not_measurable": hidden, "verdict": verdict, "first_broken": broken,
                }
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(THEORY_COLUMNS))


def _yearly(ids: list[str], years: int, replications: int) -> pd.DataFrame:
    rows = [
        {
            "run": run, "strategy": s, "replication": r, "seed": 1000 + r, "population": "residents", "group": "all",
            "indicator": "sdq_high", "year": year, "value": 0.2 + 0.001 * r, "n": 500,
        }
        for run, (s, r) in enumerate(itertools.product(["no_zone", *ids], range(replications)))
        for year in range(1, years + 1)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _runs(ids: list[str], replications: int) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "run": run, "strategy": s, "replication": r, "seed": 1000 + r, "draw": -1, "children_start": 2000,
                "births": 900, "arrivals": 800, "leavers": 850, "aged_out": 800, "children_end": 2050,
                "gbp_total": 1e6, "wall_s": 0.2,
            }
            for run, (s, r) in enumerate(itertools.product(["no_zone", *ids], range(replications)))
        ]
    )  # fmt: skip
