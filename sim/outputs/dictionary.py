"""The data dictionary of a run folder: every column and every indicator in words."""

from __future__ import annotations

from typing import Any

from sim.outcomes import FAMILIES, GROUPS, INDICATORS
from sim.outputs.records import FRAMES, SCHEMA_VERSION, ComparisonRecord

#: Column -> (plain name, unit, definition), the same meaning in every table.
COLUMNS: dict[str, tuple[str, str, str]] = {
    "against": ("compared with", "id", "What it is compared with, on the same luck: no_zone is the twin."),
    "aged_out": ("grown up", "children", "Children who reached the end of the school year in which they turn 19."),
    "arrivals": ("arrived", "children", "Children who moved into the neighbourhood during the run."),
    "anyway": (
        "would be there anyway",
        "as the indicator",
        "before_after: change of the twin between the same two years. users_nonusers: how the same users differ from "
        "others in the twin (selection). Mean over replications.",
    ),
    "as_of": ("about the year", "school year", "School year that the figure on the screen is about."),
    "asked": ("in the profile", "as the margin", "Value that the place profile asks for."),
    "better": (
        "better off",
        "children",
        "Children more than 0.02 SD better than in the twin, or with a milestone gained; mean over replications.",
    ),
    "delivered_share": ("staffed", "share", "Share of the posts wanted that were filled."),
    "children": ("children reached", "children", "Children reached by all these strands, mean over replications."),
    "dose_months": (
        "months in them",
        "months",
        "Months that those who gained took part in these strands, added up over the strands; area-wide strands: or "
        "lived where they work.",
    ),
    "draw": (
        "draw of the parameters",
        "number",
        "Draw of the posterior, from 0, that the run takes its parameters from; -1: the central values.",
    ),
    "driver": (
        "driver of disadvantage",
        "id",
        "What drives children's disadvantage in the place beyond what is usual for places as deprived.",
    ),
    "estimate": (
        "estimate",
        "SD between places",
        "What the local analysis says of the driver at the end of the month, mean over replications; not the truth.",
    ),
    "exposed": ("lives where it is on offer", "children or households", "Reached by an area-wide strand that year."),
    "today": ("today's service", "true or false", "True for services that run in the twin too."),
    "bias": ("error of the naive comparison", "as the indicator", "Naive difference less the truth, mean."),
    "bias_high": ("high end of the error", "as the indicator", "95th percentile of the error over replications."),
    "bias_low": ("low end of the error", "as the indicator", "5th percentile of the error over replications."),
    "by": ("due", "months", "Months from the first September; 36 is the end of August of year 3."),
    "births": ("born", "children", "Children born in the neighbourhood during the run."),
    "change": ("change", "as what is read", "Mean change at the reading at which the step is due."),
    "chance": (
        "chance of coming out ahead",
        "share of paired draws",
        "Share of replications in which the strategy is better than what it is compared with; ties count half.",
    ),
    "chance_better": (
        "chance of being better",
        "share of paired draws",
        "Share of paired draws better than the twin in the indicator's good direction; "
        "pairs without any difference count as not better.",
    ),
    "children_end": ("children at the end", "children", "Resident children in the last month."),
    "children_start": ("children at the start", "children", "Resident children in month 0."),
    "comparison": (
        "naive comparison",
        "before_after or users_nonusers",
        "before_after: the figure on the screen less the first one. users_nonusers: known users of the strategy's "
        "strands this school year less everybody else.",
    ),
    "completed": ("completed", "children or households", "Finished the course that year."),
    "difference": (
        "difference from the twin",
        "as the indicator",
        "Mean paired difference between the strategy and its twin.",
    ),
    "discounted": (
        "present value",
        "GBP",
        "Pounds in the strategy's prices, discounted to its first school year at Green Book rates.",
    ),
    "discounted_high": ("present value, high end", "GBP", "95th percentile over replications."),
    "discounted_low": ("present value, low end", "GBP", "5th percentile over replications."),
    "dropped": ("dropped out", "children or households", "Left before the end of the course that year."),
    "eligible": ("could take part", "children or households", "Eligible that year (age, need, dates)."),
    "family": ("family of outcomes", "id", "One of the five families of outcomes."),
    "gainers": (
        "who gained",
        "children",
        "Children reached by all these strands who ended better than in the twin, mean over replications.",
    ),
    "gbp": ("pounds", "GBP a year", "Pounds in the strategy's prices, not discounted."),
    "gbp_high": ("pounds, high end", "GBP a year", "95th percentile over replications, not discounted."),
    "gbp_low": ("pounds, low end", "GBP a year", "5th percentile over replications, not discounted."),
    "first_broken": (
        "breaks first",
        "share of replications",
        "Share in which this is the first step late or missed while all it rests on were on time.",
    ),
    "gbp_total": ("pounds in all", "GBP", "Spending over the whole run, not discounted."),
    "group": ("group", "id", "Group of children or households; see groups."),
    "high": (
        "high end",
        "as the indicator",
        "95th percentile of the paired difference over draws: predictive, for one place; 90 of 100 further draws are "
        "expected between low and high.",
    ),
    "indicator": ("indicator", "id", "See indicators."),
    "item": (
        "item",
        "id",
        "Item of cost, or entry of values.toml; in value_summary a perspective (public, society) or an indicator.",
    ),
    "kind": (
        "where the number is from; cost or benefit",
        "id",
        "fit: provenance of the cell of the place profile (given, published, filled_in, ...). value: cost or benefit.",
    ),
    "late": ("late", "share of replications", "Reached at a later reading of the run than the one due."),
    "leavers": ("left", "children", "Children who moved away during the run."),
    "low": (
        "low end",
        "as the indicator",
        "5th percentile of the paired difference over draws: predictive, for one place; 90 of 100 further draws are "
        "expected between low and high.",
    ),
    "margin": ("margin", "id", "Cell of the place profile that the synthetic population has to meet."),
    "mean_high": (
        "high end for the mean",
        "as the indicator",
        "High end of the 90% confidence interval of the mean difference; shrinks with more replications.",
    ),
    "mean_low": (
        "low end for the mean",
        "as the indicator",
        "Low end of the 90% confidence interval of the mean difference; shrinks with more replications.",
    ),
    "measure": (
        "measure",
        "id",
        "costs, benefits, net and ratio are present values; extra counts units gained against the twin, "
        "cost_per_extra is the whole present cost for each of them.",
    ),
    "misleading": (
        "misleads",
        "share of replications",
        "Share of replications in which the naive difference has the wrong sign or is more than twice the truth.",
    ),
    "month": ("month", "months", "0 is the first September; an estimate is of the month's end."),
    "n_strands": ("strands", "number", "Number of strands in the combination."),
    "narrowing": (
        "narrower by pairing",
        "factor",
        "Width of the interval had the runs been independent, by that of low to high; empty where nothing differs.",
    ),
    "narrowing_mean": (
        "narrower by pairing, mean",
        "factor",
        "The same for mean_low to mean_high; its square is how many times more replications independent runs need.",
    ),
    "naive": ("naive difference", "as the indicator", "What partners would read off their screen, mean."),
    "missed": ("missed", "share of replications", "Not reached at the reading due or a later one of the run."),
    "n": (
        "number counted",
        "children, households or schools",
        "Number that the cell rests on; under 10 the value is empty.",
    ),
    "name": ("name", "text", "What shall be seen, in the words of the strategy's authors."),
    "not_measurable": (
        "not measurable",
        "share of replications",
        "No reading when due: before the first, after the run, or resting on fewer than 10.",
    ),
    "offered": ("offered a place", "children or households", "Offered a place that year."),
    "optimism_adjusted": (
        "present value after optimism bias",
        "GBP",
        "Costs raised and gains cut by the correction of costs.toml; the column discounted is without it.",
    ),
    "on_time": ("on time", "share of replications", "Reached at the last reading at or before the date."),
    "outcome": ("outcome", "id", "Outcome by which a child counts as better, same or worse."),
    "paid_for": (
        "paid for",
        "share of the plan",
        "Share of the plan that money and the limit on posts reached, mean over the year's terms and replications.",
    ),
    "payer": ("who pays", "id", "Body that pays (council, nhs, schools, charity, housing, government, police)."),
    "payer_or_gainer": (
        "who pays or gains",
        "id",
        "Payer of a cost; whom a benefit goes to (negative: a transfer that it loses).",
    ),
    "population": (
        "whose outcomes",
        "residents or originals",
        "residents: who lives there that year. originals: there at the start or born to those, followed "
        "wherever they go.",
    ),
    "posts": ("posts", "full-time posts", "Posts filled in August."),
    "posts_wanted": ("posts wanted", "full-time posts", "Posts paid for in August, mean over replications."),
    "reading": (
        "reading",
        "id",
        "central; optimism_bias; values_low, values_high: all unit values at an end of their range; within_run: "
        "without what comes after the run (lifetime earnings).",
    ),
    "reads": ("reads", "id", "Indicator, or strand and measure, that the step reads."),
    "replications": ("replications", "number", "Replications that the row is made of."),
    "replication": ("replication", "number", "Replication within the strategy; equal numbers share their luck."),
    "regret": (
        "expected regret",
        "as the indicator",
        "How much better the best of all that is compared, the twin too, is than the strategy: mean over replications; "
        "0 is never wrong.",
    ),
    "regret_against": (
        "expected regret of the other",
        "as the indicator",
        "Expected regret of choosing what the strategy is compared with.",
    ),
    "run": ("run", "number", "One strategy in one replication."),
    "same": ("the same", "children", "Children within 0.02 SD of the twin; mean over replications."),
    "seed": ("luck number", "number", "Seed of every random draw of the run."),
    "seen": ("on the screen", "as the indicator", "What partners see that year, mean over replications."),
    "seen_high": ("high end on the screen", "as the indicator", "95th percentile of what is seen over replications."),
    "seen_low": ("low end on the screen", "as the indicator", "5th percentile of what is seen over replications."),
    "share_suppressed": (
        "hidden from partners",
        "share of replications",
        "Share of replications in which the figure rests on fewer than 10 and is hidden from partners.",
    ),
    "share_gained": ("gained", "share", "Of the children reached by all these strands, the share that gained."),
    "share_of_gainers": (
        "of all who gained",
        "share",
        "Of the children who gained, the share reached by all these strands (and perhaps by others).",
    ),
    "short_of": ("short of", "money or posts", "What fell short more often where paid_for is under 1; else empty."),
    "started": ("started", "children or households", "Began to take part that year."),
    "step": ("step", "id", "Step of the strategy's theory of change, in the order in which they rest on one another."),
    "strand": ("strand", "id", "Intervention of the evidence library."),
    "strands": (
        "strands",
        "ids",
        "Strands of the strategy that all reached the child, joined by +; none: reached by no strand.",
    ),
    "strategy": ("strategy", "id", "Mix of strands; no_zone is the twin."),
    "suppressed": (
        "not shown",
        "true or false",
        "True if the cell rests on fewer than 10 in a replication; its numbers are then empty.",
    ),
    "synthetic": ("in the model", "as the margin", "Value of the synthetic population in month 0."),
    "taking_part": ("taking part", "children or households", "Taking part in August."),
    "truth": (
        "truth",
        "as the indicator",
        "dashboard: the true value of residents that year. naive: what the strategy changed (against the twin, or for "
        "users against themselves in the twin). Mean over replications.",
    ),
    "twin": ("twin", "as the indicator", "Mean in the same neighbourhood without a zone, with the same luck."),
    "units": (
        "units gained",
        "as the unit value",
        "People (or points) better off than in the twin, by year; empty for costs.",
    ),
    "unpaired_high": (
        "high end, independent runs",
        "as the indicator",
        "high, had the two strategies been run on independent luck.",
    ),
    "unpaired_low": (
        "low end, independent runs",
        "as the indicator",
        "low, had the two strategies been run on independent luck.",
    ),
    "value": ("value", "as the indicator", "Mean over replications (yearly: value of one run)."),
    "verdict": ("verdict", "id", "Most frequent of on_time, not_measurable, late, missed; of equals the worse."),
    "waiting": ("waiting", "children or households", "On a waiting list in August."),
    "wanted": ("wanted", "as what is read", "Least change with its sign; empty where any change will do."),
    "what": ("what happened", "text", "What happened, in words."),
    "who": ("who", "id", "Whom it happened to: a partner, or whom a shock strikes; empty for the whole place."),
    "wall_s": ("computing time", "seconds", "Time the run took."),
    "worse": (
        "worse off",
        "children",
        "Children more than 0.02 SD worse than in the twin, or with a milestone lost; mean over replications.",
    ),
    "year": ("year", "school year", "1 is the school year that begins in month 0; in value, 0 is the whole run."),
}

#: Columns that mean something else in a table of this name.
OWN_COLUMNS: dict[str, dict[str, tuple[str, str, str]]] = {
    "pairs": {
        "difference": (
            "difference",
            "as the indicator",
            "Mean paired difference: the strategy less what it is compared with.",
        ),
        "family": ("family of outcomes", "id", "One of the five families, or pounds."),
        "indicator": (
            "indicator",
            "id",
            "See indicators; gbp_total: pounds spent in the run; net_gbp: valued benefits less costs for society, "
            "present value. Both in the prices of the first strategy asked for.",
        ),
        "year": ("year", "school year", "The last year of the run; 0 is the whole run."),
    },
    "theory": {
        "high": (
            "high end",
            "as what is read",
            "95th percentile of the change over the replications that could be read.",
        ),
        "kind": ("kind of step", "id", "output: work done. step: change on the way. outcome: change that is the aim."),
        "low": ("low end", "as what is read", "5th percentile of the change over the replications that could be read."),
        "against": (
            "compared with",
            "twin or start",
            "twin, that year; start: the twin's first reading. A count: from 0.",
        ),
    },
    "events": {
        "kind": (
            "kind of event",
            "id",
            "joined, left, returned, leader (lost its leader), signed (the data agreement), cut_back, restored, "
            "handover (of the backbone team), met (September: meetings of the last twelve months), future (a shock "
            "begins or ends), analysis.",
        ),
    },
    "analysis": {
        "low": (
            "low end",
            "SD between places",
            "5th percentile of where the driver may lie: all replications' estimates with their standard deviations.",
        ),
        "high": (
            "high end",
            "SD between places",
            "95th percentile of where the driver may lie: all replications' estimates with their standard deviations.",
        ),
    },
}


def dictionary(comparison: ComparisonRecord) -> dict[str, Any]:
    """Tables with their columns, indicators, families and groups, as JSON values."""
    return {
        "schema": SCHEMA_VERSION,
        "tables": {name: _columns(name, list(getattr(comparison, name).columns)) for name in FRAMES},
        "indicators": {
            i.id: {
                "name": i.name,
                "plain_name": i.plain_name,
                "unit": i.unit,
                "ages": list(i.ages),
                "direction": i.direction,
                "family": i.family,
                "definition": i.definition,
                "source": i.source,
                "headline": i.headline,
                "seen": i.seen,
            }
            for i in INDICATORS.values()
        },
        "families": dict(FAMILIES),
        "groups": dict(GROUPS),
    }


def _columns(table: str, names: list[str]) -> list[dict[str, str]]:
    rows = []
    known = COLUMNS | OWN_COLUMNS.get(table, {})
    for name in names:
        plain_name, unit, definition = known.get(name, (name, "", ""))
        rows.append(
            {
                "name": name,
                "plain_name": plain_name,
                "unit": unit,
                "definition": definition,
                "source": "docs/model.md, section Outcomes",
            }
        )
    return rows
