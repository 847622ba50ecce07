"""Theories of change on made-up runs whose verdicts are known by hand, and through a comparison of a tiny place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.experiments import compare
from sim.experiments.ensemble import GROUP_IDS, Run
from sim.experiments.theory import (
    THEORY_COLUMNS,
    VERDICTS,
    changes,
    due_reading,
    first_broken,
    step_verdict,
    theory_frame,
)
from sim.inputs import InputError, load_strategy
from sim.inputs.theory import in_order, theory_notes
from sim.outcomes import INDICATOR_IDS, POPULATIONS
from sim.schema import SERVICES, V
from sim.spec import DRIVERS, PlannedStrand, Step, Strategy, TheoryOfChange
from tests.engine.worlds import TWIN, neighbourhood

YEARS = 4
NOTHING_SEEN: Any = None
OFFERS = ("health_visiting", "neli", "mentoring", "neli")


def step(id_: str, by: int = 24, **fields: Any) -> Step:
    """A step of change in readiness at 5, due at the second reading unless said otherwise."""
    if "strand" not in fields:
        fields = {"indicator": "gld"} | fields
    return Step(**{"id": id_, "name": f"Step {id_}", "kind": "step", "by_month": by} | fields)


def made_run(
    gld: Sequence[float] = (0.5, 0.5, 0.5, 0.5),
    n: Sequence[float] = (30, 30, 30, 30),
    **books: Sequence[Sequence[float]],
) -> Run:
    """A run whose readings are 0.4 everywhere but in ``gld`` of all residents; ``books``: column -> years x offers."""
    shape = (len(gld), len(POPULATIONS), len(GROUP_IDS), len(INDICATOR_IDS))
    values, counts = np.full(shape, 0.4), np.full(shape, 100.0)
    values[:, 0, 0, INDICATOR_IDS.index("gld")] = gld
    counts[:, 0, 0, INDICATOR_IDS.index("gld")] = n
    delivered = np.zeros((len(gld), len(SERVICES.real), len(OFFERS)))
    for column, rows in books.items():
        delivered[:, getattr(V, column), :] = rows
    nothing = np.zeros((len(values), 2))
    return Run(
        "made", OFFERS, 1, values, counts, delivered, np.zeros((4, 5, 3)), {}, (), nothing[:, :0], nothing, (), (), 0.0,
        NOTHING_SEEN, (), (), np.zeros(len(DRIVERS)), (),
    )  # fmt: skip


TWIN_RUN = made_run()


def verdict(by: int, gld: Sequence[float], n: Sequence[float] = (30, 30, 30, 30), **fields: Any) -> str:
    """Verdict of one step on a made run beside a twin at one half."""
    asked = step("s", by, **fields)
    return step_verdict(asked, changes(asked, made_run(gld, n), TWIN_RUN))


@pytest.mark.parametrize(
    ("by", "gld", "fields", "said"),
    [
        (24, (0.5, 0.52, 0.5, 0.5), {"size": 0.02}, "on_time"),
        (24, (0.5, 0.519, 0.5, 0.5), {"size": 0.02}, "missed"),
        (24, (0.5, 0.5, 0.5, 0.52), {"size": 0.02}, "late"),
        # reached early and lost again by the date: the date is what counts
        (24, (0.6, 0.5, 0.5, 0.5), {"size": 0.02}, "missed"),
        (24, (0.6, 0.5, 0.6, 0.5), {"size": 0.02}, "late"),
        # any change in the direction, however small; none is not one
        (24, (0.5, 0.5 + 1e-6, 0.5, 0.5), {}, "on_time"),
        (24, (0.5, 0.5, 0.5, 0.5), {}, "missed"),
        (24, (0.5, 0.4, 0.4, 0.4), {}, "missed"),
        # down
        (24, (0.5, 0.48, 0.5, 0.5), {"size": 0.02, "direction": "down"}, "on_time"),
        (24, (0.5, 0.52, 0.5, 0.5), {"size": 0.02, "direction": "down"}, "missed"),
        (24, (0.5, 0.5, 0.5, 0.5), {"size": 0.0, "direction": "down"}, "on_time"),
        # a month other than August counts at the August before it
        (29, (0.5, 0.52, 0.5, 0.5), {"size": 0.02}, "on_time"),
        (35, (0.5, 0.5, 0.52, 0.5), {"size": 0.02}, "late"),
        (36, (0.5, 0.5, 0.52, 0.5), {"size": 0.02}, "on_time"),
        # before the first reading, at the last one, after the run
        (11, (0.6, 0.6, 0.6, 0.6), {}, "not_measurable"),
        (12, (0.6, 0.5, 0.5, 0.5), {}, "on_time"),
        (48, (0.5, 0.5, 0.5, 0.6), {}, "on_time"),
        (48, (0.6, 0.6, 0.6, 0.5), {}, "missed"),
        (60, (0.6, 0.6, 0.6, 0.6), {}, "not_measurable"),
    ],
)
def test_each_verdict_by_hand(by: int, gld: Sequence[float], fields: dict[str, Any], said: str) -> None:
    assert verdict(by, gld, **fields) == said


def test_a_cell_under_ten_when_due_cannot_be_measured() -> None:
    assert verdict(24, (0.6, 0.6, 0.6, 0.6), n=(30, 9, 30, 30)) == "not_measurable"
    asked = step("s", 24)
    assert step_verdict(asked, changes(asked, made_run((0.6,) * 4), made_run(n=(30, 9, 30, 30)))) == "not_measurable"
    # a later cell under ten does not make a step late
    assert verdict(24, (0.5, 0.5, 0.6, 0.5), n=(30, 30, 9, 30)) == "missed"
    assert verdict(24, (0.5, 0.5, 0.6, 0.6), n=(30, 30, 9, 10)) == "late"


def test_against_the_start_is_the_twins_first_reading() -> None:
    twin, run = made_run((0.5, 0.6, 0.7, 0.8)), made_run((0.55, 0.65, 0.7, 0.8))
    asked = step("s", 24, against="start")
    assert changes(asked, run, twin) == pytest.approx([0.05, 0.15, 0.2, 0.3])
    assert changes(step("s", 24), run, twin) == pytest.approx([0.05, 0.05, 0.0, 0.0])
    hidden = made_run(n=(9, 30, 30, 30))
    assert step_verdict(asked, changes(asked, run, hidden)) == "not_measurable"


def test_group_and_population_are_read_where_they_stand() -> None:
    run = made_run()
    run.values[1, POPULATIONS.index("originals"), GROUP_IDS.index("girls"), INDICATOR_IDS.index("gld")] = 0.45
    asked = step("s", 24, group="girls", population="originals")
    assert changes(asked, run, TWIN_RUN) == pytest.approx([0, 0.05, 0, 0])


def test_counts_of_a_strand_add_up_over_years_and_entries_and_leave_todays_services_out() -> None:
    starts = [[50, 10, 1, 0], [50, 5, 1, 0], [50, 0, 1, 20], [50, 0, 1, 20]]
    run = made_run(started=starts, taking_part=starts, completed=starts, posts_filled=starts)
    counted = {
        "started": [10, 15, 35, 55], "completed": [10, 15, 35, 55], "taking_part": [10, 5, 20, 20],
        "posts_filled": [10, 5, 20, 20],
    }  # fmt: skip
    for measure, numbers in counted.items():
        asked = step("s", 24, strand="neli", measure=measure)
        assert changes(asked, run, TWIN_RUN).tolist() == numbers, measure
    asked = step("s", 24, strand="neli", size=16)
    assert step_verdict(asked, changes(asked, run, TWIN_RUN)) == "late"
    todays = step("s", 24, strand="health_visiting")
    assert changes(todays, run, TWIN_RUN).tolist() == [0, 0, 0, 0]


def test_the_reading_of_a_month() -> None:
    assert [due_reading(step("s", by)) for by in (1, 11, 12, 23, 24, 36, 240)] == [-1, -1, 0, 0, 1, 2, 19]


def told(**verdicts: str) -> dict[str, str]:
    words = {"t": "on_time", "l": "late", "m": "missed", "n": "not_measurable"}
    return {name: words[letter] for name, letter in verdicts.items()}


CHAIN = (step("a", 12), step("b", 24, depends_on=("a",)), step("c", 36, depends_on=("b",)))


@pytest.mark.parametrize(
    ("verdicts", "broken"),
    [
        (told(a="t", b="t", c="t"), None),
        (told(a="t", b="l", c="m"), "b"),
        (told(a="t", b="t", c="m"), "c"),
        (told(a="m", b="m", c="m"), "a"),
        # c came on time though b did not: the theory still broke at b
        (told(a="t", b="m", c="t"), "b"),
        # what could not be measured neither breaks nor lets the next one break first
        (told(a="n", b="m", c="m"), None),
        (told(a="t", b="n", c="m"), None),
        (told(a="l", b="n", c="m"), "a"),
    ],
)
def test_the_first_broken_link_of_a_chain(verdicts: dict[str, str], broken: str | None) -> None:
    assert first_broken(in_order(CHAIN), verdicts) == broken


def test_the_first_broken_link_of_a_fork_and_of_a_tie() -> None:
    root, left, right = (
        step("root", 12),
        step("left", 36, depends_on=("root",)),
        step("right", 24, depends_on=("root",)),
    )
    join = step("join", 48, depends_on=("left", "right"))
    order = in_order((join, left, right, root))
    assert [s.id for s in order] == ["root", "right", "left", "join"]
    assert first_broken(order, told(root="t", left="m", right="l", join="m")) == "right"
    assert first_broken(order, told(root="t", left="m", right="t", join="m")) == "left"
    assert first_broken(order, told(root="t", left="t", right="n", join="m")) is None
    twins = in_order((step("z", 24), step("y", 24)))
    assert first_broken(twins, told(z="m", y="m")) == "y"
    assert first_broken(in_order((step("a", 36), step("z", 12))), told(a="m", z="m")) == "z"


def test_the_order_in_the_file_means_nothing() -> None:
    steps = (*CHAIN, step("d", 12), step("e", 24, depends_on=("d", "a")))
    wanted = [s.id for s in in_order(steps)]
    rng = np.random.default_rng(3)
    for _ in range(10):
        assert [s.id for s in in_order([steps[i] for i in rng.permutation(len(steps))])] == wanted


def theory_of(*steps: Step, id_: str = "made") -> Strategy:
    strands = (PlannedStrand(strand="neli", reach_share=0.5),)
    return Strategy(
        id=id_, name=id_, strands=strands, money_gbp={"schools": 1e5}, theory_of_change=TheoryOfChange(steps=steps)
    )


def test_the_frame_by_hand() -> None:
    steps = (
        step("a", 12, size=0.02),
        step("b", 24, size=0.02, depends_on=("a",)),
        step("c", 60, depends_on=("b",)),
    )
    # five replications: both on time; a late; b missed twice; a hidden
    runs = [
        made_run((0.53, 0.55, 0.5, 0.5)), made_run((0.5, 0.54, 0.5, 0.5)), made_run((0.52, 0.5, 0.5, 0.5)),
        made_run((0.56, 0.51, 0.5, 0.5)), made_run((0.9, 0.5, 0.5, 0.5), (9, 30, 30, 30)),
    ]  # fmt: skip
    frame = theory_frame(["made"], [[TWIN_RUN, run] for run in runs], [theory_of(*reversed(steps))])
    assert tuple(frame.columns) == THEORY_COLUMNS
    assert frame["step"].tolist() == ["a", "b", "c"]
    shares = frame.set_index("step")[list(VERDICTS)]
    assert shares.loc["a"].to_dict() == {"on_time": 0.6, "late": 0.2, "missed": 0.0, "not_measurable": 0.2}
    assert shares.loc["b"].to_dict() == {"on_time": 0.4, "late": 0.0, "missed": 0.6, "not_measurable": 0.0}
    assert shares.loc["c"].to_dict() == {"on_time": 0.0, "late": 0.0, "missed": 0.0, "not_measurable": 1.0}
    assert frame["verdict"].tolist() == ["on_time", "missed", "not_measurable"]
    assert frame["first_broken"].tolist() == [0.2, 0.4, 0.0]
    # of (0.03, 0, 0.02, 0.06) and (0.05, 0.04, 0, 0.01, 0), least to greatest: so few are the range
    a, b, c = (frame.iloc[i] for i in range(3))
    assert (a["change"], a["low"], a["high"]) == pytest.approx((0.0275, 0.0, 0.06))
    assert (b["change"], b["low"], b["high"]) == pytest.approx((0.02, 0.0, 0.05))
    assert all(math.isnan(c[key]) for key in ("change", "low", "high", "wanted"))
    assert a["wanted"] == 0.02
    assert (a["reads"], a["by"], a["kind"], a["group"], a["against"]) == ("gld", 12, "step", "all", "twin")


@pytest.mark.parametrize(
    ("glds", "said"),
    [
        ((0.6, 0.5), "missed"),
        ((0.6, None), "not_measurable"),
        ((0.5, None), "missed"),
        ((0.6, 0.6, 0.5), "on_time"),
    ],
)
def test_of_two_verdicts_as_frequent_the_worse_one_stands(glds: Sequence[float | None], said: str) -> None:
    runs = [made_run((0.5, g or 0.5, 0.5, 0.5), (30, 30 if g else 9, 30, 30)) for g in glds]
    frame = theory_frame(["made"], [[TWIN_RUN, run] for run in runs], [theory_of(step("a"))])
    assert frame["verdict"].tolist() == [said]


def test_without_a_theory_there_is_no_row_but_every_column() -> None:
    frame = theory_frame(["no_zone"], [[TWIN_RUN, TWIN_RUN]], [TWIN])
    assert tuple(frame.columns) == THEORY_COLUMNS
    assert frame.empty


def test_through_a_comparison() -> None:
    """The twin is the strategy's own yearly table: the frame must follow from it, and theories change no run."""
    place, years = neighbourhood(220, 2), 2
    bare = load_strategy("early_start").model_copy(update={"theory_of_change": None})
    steps = (
        step("starts", 12, strand="neli", size=1),
        step("reached", 24, indicator="families_in_need_reached", depends_on=("starts",)),
        step("late_in_life", 36, indicator="neet", direction="down"),
        step("few", 24, indicator="gld", group="send"),
    )
    stated = bare.model_copy(update={"theory_of_change": TheoryOfChange(steps=steps)})
    found = compare([stated], place, replications=2, seed=5, years=years, threads=1)
    without = compare([bare], place, replications=2, seed=5, years=years, threads=1)
    pd.testing.assert_frame_equal(found.yearly, without.yearly, check_exact=True)
    assert without.theory.empty
    rows = found.theory.set_index("step")
    assert rows.index.tolist() == ["starts", "few", "reached", "late_in_life"]
    y = found.yearly[(found.yearly.indicator == "families_in_need_reached") & (found.yearly.year == 2)]
    y = y[(y.group == "all") & (y.population == "residents")].pivot_table(
        index="replication", columns="strategy", values="value", observed=True
    )
    d = (y["early_start"] - y["no_zone"]).to_numpy()
    assert rows.loc["reached", "change"] == pytest.approx(d.mean(), abs=1e-12)
    assert rows.loc["reached", "on_time"] == (d > 0).mean()
    started = found.delivery[(found.delivery.strand == "neli") & (found.delivery.year == 1)]["started"]
    assert rows.loc["starts", "change"] == pytest.approx(float(started.sum()))
    assert rows.loc["late_in_life", "not_measurable"] == rows.loc["few", "not_measurable"] == 1.0


def test_a_theory_made_in_python_is_checked_before_anything_runs() -> None:
    told_of: list[object] = []
    wrong = theory_of(step("a", depends_on=("b",)), step("b", depends_on=("a",)))
    with pytest.raises(InputError, match="circle"):
        compare([wrong], neighbourhood(80), replications=1, years=1, progress=lambda *what: told_of.append(what))
    assert told_of == []


def test_what_may_be_a_slip_is_noted() -> None:
    strategy = theory_of(
        step("fewer_ready", 24, direction="down"),
        step("early", 12, depends_on=("fewer_ready",)),
        step("at_once", 6, indicator="neet", direction="down"),
        step("starts", 24, strand="neli", kind="output"),
    )
    assert theory_notes(strategy) == (
        'step "at_once" is due before the first reading, in August of year 1',
        'step "fewer_ready" aims at less of "gld", where more is better',
        'step "early" is due before "fewer_ready", on which it rests',
    )
    late = strategy.model_copy(update={"strands": (PlannedStrand(strand="neli", reach_share=0.5, start_month=30),)})
    assert 'step "starts" is due before its strand "neli" starts' in theory_notes(late)
