"""Every statistic against plain Python, and against answers known beforehand."""

from __future__ import annotations

import math
import statistics as plain
from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from sim.experiments.statistics import STATISTICS, between_share, mean_rank, statistic, statistics
from sim.inputs import InputError
from sim.inputs.targets import STATISTIC_NAMES, Target
from tests.experiments.people import People, target

SCHOOL_AGES = (5, 16)


@pytest.fixture(scope="module")
def people() -> People:
    return People()


def firsts(rows: list[tuple[float, ...]]) -> list[float]:
    return [row[0] for row in rows]


def test_every_statistic_of_a_file_has_a_rule() -> None:
    assert sorted(STATISTICS) == sorted(STATISTIC_NAMES)


# --- one group -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "keys", "by_hand"),
    [
        ("mean", {}, plain.fmean),
        ("share", {"line": 0.9}, lambda v: sum(x >= 0.9 for x in v) / len(v)),
        ("sd", {}, plain.stdev),
        ("quantile", {"quantile": 0.5}, plain.median),
    ],
)
def test_of_one_group(people: People, name: str, keys: dict[str, Any], by_hand: Any) -> None:
    asked = target("attendance", name, of="girls+fsm", age_years=(5, 11), **keys)
    values = firsts(people.rows("girls+fsm", "attendance", ages=(5, 11)))
    assert statistic(asked, people) == pytest.approx(by_hand(values), rel=1e-12)


def test_a_share_of_a_measure_of_0_and_1(people: People) -> None:
    values = firsts(people.rows("all", "sdq_high"))
    assert statistic(target("sdq_high", "share"), people) == pytest.approx(sum(values) / len(values))


def test_a_known_quantile() -> None:
    people = People()
    people._values["attendance"] = [n / 399 for n in range(400)]
    assert statistic(target("attendance", "quantile", quantile=0.25), people) == pytest.approx(0.25)


def test_correlation(people: People) -> None:
    rows = people.rows("boys", "attainment", "sdq_mean", ages=(4, 10))
    asked = target("attainment", "correlation", with_="sdq_mean", of="boys", age_years=(4, 10))
    assert statistic(asked, people) == pytest.approx(plain.correlation(firsts(rows), [r[1] for r in rows]), rel=1e-10)


def test_correlations_that_are_known(people: People) -> None:
    assert statistic(target("score_5", "correlation", with_="score_5"), people) == pytest.approx(1.0)
    people_of_one_value = People()
    people_of_one_value._values["sdq_mean"] = [3.0] * 400
    assert math.isnan(statistic(target("score_5", "correlation", with_="sdq_mean"), people_of_one_value))


def anova(rows: list[tuple[float, float]]) -> float:
    """One-way random effects by the textbook, in plain Python."""
    groups: dict[float, list[float]] = defaultdict(list)
    for value, school in rows:
        groups[school].append(value)
    n, k = len(rows), len(groups)
    grand = sum(value for value, _ in rows) / n
    ms_within = sum((v - sum(g) / len(g)) ** 2 for g in groups.values() for v in g) / (n - k)
    ms_between = sum(len(g) * (sum(g) / len(g) - grand) ** 2 for g in groups.values()) / (k - 1)
    n0 = (n - sum(len(g) ** 2 for g in groups.values()) / n) / (k - 1)
    return ((ms_between - ms_within) / n0) / ((ms_between - ms_within) / n0 + ms_within)


def test_variance_share_is_of_the_school_of_the_test(people: People) -> None:
    secondary = [r for r in people.rows("all", "score_16") if r[1] >= 10]
    assert statistic(target("score_16", "variance_share"), people) == pytest.approx(anova(secondary), rel=1e-10)
    primary = [r for r in people.rows("all", "score_11") if 0 <= r[1] < 10]
    assert statistic(target("score_11", "variance_share"), people) == pytest.approx(anova(primary), rel=1e-10)
    young = [r for r in people.rows("all", "attainment", ages=(5, 9)) if r[1] >= 0]
    by_age = target("attainment", "variance_share", age_years=(5, 9))
    assert statistic(by_age, people) == pytest.approx(anova(young), rel=1e-10)


def test_variance_share_of_what_is_left(people: People) -> None:
    rows = [r for r in people.rows("all", "score_16", "score_5") if r[2] >= 10]
    line = plain.linear_regression([r[1] for r in rows], firsts(rows))
    left = [(r[0] - line.slope * r[1] - line.intercept, r[2]) for r in rows]
    asked = target("score_16", "variance_share", with_="score_5")
    assert statistic(asked, people) == pytest.approx(anova(left), rel=1e-10)


def test_variance_shares_that_are_known() -> None:
    groups = np.repeat(np.arange(40), 25)
    assert between_share(groups * 1.0, groups) == pytest.approx(1.0)
    luck = np.random.default_rng(1)
    assert between_share(luck.normal(size=1000), groups) == pytest.approx(0.0, abs=0.03)
    mixed = luck.normal(size=40)[groups] * math.sqrt(0.2) + luck.normal(size=1000) * math.sqrt(0.8)
    assert between_share(mixed, groups) == pytest.approx(0.2, abs=0.06)
    assert math.isnan(between_share(np.ones(50), np.zeros(50, dtype=np.int64))), "one school has no between"


# --- twentieths ----------------------------------------------------------------------------------------------


def ranks(values: list[float]) -> list[float]:
    """(mean rank - 1/2) / n, ties sharing their mean rank, by counting."""
    return [(sum(o < v for o in values) + sum(o == v for o in values) / 2) / len(values) for v in values]


def like(rows: list[tuple[float, ...]]) -> dict[float, float]:
    """Value of the second measure -> national mean of the first in its twentieth."""
    at = [min(int(20 * rank), 19) for rank in ranks([r[1] for r in rows])]
    groups = defaultdict(list)
    for row, twentieth in zip(rows, at, strict=True):
        groups[twentieth].append(row[0])
    return {row[1]: plain.fmean(groups[twentieth]) for row, twentieth in zip(rows, at, strict=True)}


@pytest.mark.parametrize("second", ["score_5", "sdq_mean"])
def test_progress(people: People, second: str) -> None:
    """``sdq_mean`` is of whole numbers, so that many share a rank."""
    national = like(people.rows("all", "score_16", second))
    of_poor = people.rows("fsm", "score_16", second)
    asked = target("score_16", "progress", with_=second, of="fsm")
    expected = plain.fmean(row[0] - national[row[1]] for row in of_poor)
    assert statistic(asked, people) == pytest.approx(expected, rel=1e-10)
    assert statistic(target("score_16", "progress", with_=second), people) == pytest.approx(0.0, abs=1e-12)


def test_gap_explained(people: People) -> None:
    national = like(people.rows("all", "score_16", "score_5"))
    raw = expected = 0.0
    for group, sign in (("fsm", 1), ("non_fsm", -1)):
        rows = people.rows(group, "score_16", "score_5")
        raw += sign * plain.fmean(firsts(rows))
        expected += sign * plain.fmean(national[row[1]] for row in rows)
    asked = target("score_16", "gap_explained", with_="score_5", of="fsm", against="non_fsm", unit="percent")
    assert statistic(asked, people) == pytest.approx(100 * expected / raw, rel=1e-10)


def test_gap_explained_by_itself_is_nearly_all() -> None:
    """A measure explains its own gap but for what is lost by sorting it into twentieths."""
    asked = target("attainment", "gap_explained", with_="attainment", of="fsm", against="non_fsm")
    assert statistic(asked, People(4000)) == pytest.approx(1.0, abs=0.02)


def test_mean_rank_shares_ties() -> None:
    assert mean_rank(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [0.75, 0.125, 0.75, 0.375]


# --- two groups ----------------------------------------------------------------------------------------------


def means(people: People, measure: str, ages: tuple[int, int] | None = None) -> tuple[float, float]:
    return tuple(plain.fmean(firsts(people.rows(g, measure, ages=ages))) for g in ("fsm", "non_fsm"))  # type: ignore[return-value]


def compared(measure: str, name: str, **keys: Any) -> Target:
    return target(measure, name, of="fsm", against="non_fsm", **keys)


def test_gaps(people: People) -> None:
    poor, rest = means(people, "attendance", SCHOOL_AGES)
    everybody = firsts(people.rows("all", "attendance", ages=SCHOOL_AGES))
    for name, expected in (("gap", poor - rest), ("gap_sd", (poor - rest) / plain.stdev(everybody))):
        assert statistic(compared("attendance", name, age_years=SCHOOL_AGES), people) == pytest.approx(expected)
    other = means(people, "score_5")
    assert statistic(compared("score_11", "gap_ratio", with_="score_5"), people) == pytest.approx(
        (means(people, "score_11")[0] - means(people, "score_11")[1]) / (other[0] - other[1])
    )


def test_gap_index(people: People) -> None:
    poor, rest = (firsts(people.rows(g, "sdq_mean")) for g in ("fsm", "non_fsm"))
    of_all = ranks(poor + rest)
    expected = 20 * (plain.fmean(of_all[: len(poor)]) - plain.fmean(of_all[len(poor) :]))
    assert statistic(compared("sdq_mean", "gap_index"), people) == pytest.approx(expected, rel=1e-10)


def test_a_gap_index_of_two_groups_that_do_not_overlap_is_10() -> None:
    people = People()
    people._values["attainment"] = [n + 1000.0 * poor for n, poor in enumerate(people._groups["fsm"])]
    assert statistic(compared("attainment", "gap_index"), people) == pytest.approx(10.0)


def test_gap_linked(people: People) -> None:
    """Pooled slope within groups by plain sums."""
    rows = {g: people.rows(g, "attainment", "sdq_mean") for g in ("fsm", "non_fsm")}
    centre = {g: (plain.fmean(firsts(r)), plain.fmean(x[1] for x in r)) for g, r in rows.items()}
    xy = sum((r[0] - centre[g][0]) * (r[1] - centre[g][1]) for g in rows for r in rows[g])
    xx = sum((r[1] - centre[g][1]) ** 2 for g in rows for r in rows[g])
    gap, other = (centre["fsm"][k] - centre["non_fsm"][k] for k in (0, 1))
    linked = xy / xx * other
    assert statistic(compared("attainment", "gap_linked", with_="sdq_mean"), people) == pytest.approx(linked, rel=1e-9)
    assert statistic(compared("attainment", "gap_linked_share", with_="sdq_mean"), people) == pytest.approx(
        linked / gap, rel=1e-9
    )


def test_a_gap_in_twice_itself_is_all_linked(people: People) -> None:
    people._values["sdq_mean"] = [2.0 * v + 1.0 for v in people._values["attainment"]]
    asked = compared("attainment", "gap_linked_share", with_="sdq_mean")
    assert statistic(asked, People()) != pytest.approx(1.0)
    assert statistic(asked, people) == pytest.approx(1.0)


def test_ratios(people: People) -> None:
    poor, rest = means(people, "sdq_high")
    assert statistic(compared("sdq_high", "ratio"), people) == pytest.approx(poor / rest)
    assert statistic(compared("sdq_high", "relative_risk"), people) == pytest.approx(poor / rest)
    assert statistic(compared("sdq_high", "odds_ratio"), people) == pytest.approx(
        (poor / (1 - poor)) / (rest / (1 - rest))
    )


def test_ratios_with_a_second_measure(people: People) -> None:
    """The groups are then those with and without the second measure, so free school meals give the same."""
    assert statistic(target("sdq_mean", "ratio", with_="fsm"), people) == pytest.approx(
        plain.fmean(firsts(people.rows("all", "sdq_mean"))) / plain.fmean(firsts(people.rows("all", "fsm")))
    )
    for name in ("relative_risk", "odds_ratio"):
        by_group, by_measure = compared("sdq_high", name), target("sdq_high", name, with_="fsm")
        assert statistic(by_measure, people) == pytest.approx(statistic(by_group, people))


# --- who counts ----------------------------------------------------------------------------------------------


def test_ages_matter_but_for_a_test(people: People) -> None:
    of_young, of_all = target("sdq_mean", age_years=(3, 4)), target("sdq_mean")
    assert statistic(of_young, people) != statistic(of_all, people)
    assert statistic(target("score_11", age_years=(3, 4)), people) == statistic(target("score_11"), people)


def test_families_have_no_age(people: People) -> None:
    asked = target("lone_parent", of="couple", age_years=(3, 4))
    values = [v for n, v in enumerate(people._values["lone_parent"]) if n % 3 == 0]
    assert statistic(asked, people) == pytest.approx(plain.fmean(values))


def test_a_group_that_is_known_is_measured_and_another_means_everybody(people: People) -> None:
    assert statistic(target(group="girls"), people) == statistic(target(of="girls"), people)
    assert statistic(target(group="la:hackney"), people) == statistic(target(of="all"), people)
    assert statistic(target(group="girls", of="boys"), people) == statistic(target(of="boys"), people)


@pytest.mark.parametrize("name", STATISTIC_NAMES)
def test_too_few_people_give_no_number(people: People, name: str) -> None:
    """Nine pupils have a plan; nobody is 40."""
    keys = {"of": "ehcp", "against": "girls", "quantile": 0.5}
    if name not in ("ratio", "relative_risk", "odds_ratio", "variance_share"):
        keys["with_"] = "sdq_mean"
    assert math.isnan(statistic(target("attainment", name, **keys), people))
    assert math.isnan(statistic(target("attainment", name, **keys | {"of": "girls", "age_years": (40, 50)}), people))


def test_a_denominator_of_0_gives_no_number(people: People) -> None:
    people = People()
    people._values["sdq_high"] = [float(poor) for poor in people._groups["fsm"]]
    for name in ("ratio", "relative_risk", "odds_ratio"):
        assert math.isnan(statistic(compared("sdq_high", name), people))


@pytest.mark.parametrize(
    ("unit", "scale", "factor"),
    [
        ("percent", None, 100.0), ("percentage_points", None, 100.0), ("percent_per_year", None, 100.0),
        ("per_10000", None, 10_000.0), ("per_1000", None, 1000.0), ("ratio", None, 1.0), ("percent", 52.0, 52.0),
    ],
)  # fmt: skip
def test_the_published_unit(people: People, unit: str, scale: float | None, factor: float) -> None:
    share = statistic(target("sdq_high"), people)
    assert statistic(target("sdq_high", unit=unit, scale=scale), people) == pytest.approx(factor * share)


def test_many_at_once_are_as_one_by_one(people: People) -> None:
    """What is shared between statistics is not mixed up."""
    asked = [
        compared(measure, name, quantile=0.3, line=line, age_years=ages)
        for name in ("gap", "gap_sd", "gap_index", "sd", "quantile", "variance_share", "mean")
        for measure in ("attainment", "sdq_mean", "sdq_high")
        for line in (None, 0.5, 0.0)
        for ages in ((0, 120), SCHOOL_AGES)
    ]
    asked += [
        target("score_16", "progress", with_="score_5", of=g, line=n) for g in ("girls", "all") for n in (None, 0)
    ]
    asked += [target("lone_parent"), target("lone_parent", "correlation", with_="distress_high")]
    one_by_one = [statistic(one, people) for one in asked]
    assert statistics(asked, people) == pytest.approx(one_by_one, rel=1e-14, nan_ok=True)


# --- what cannot be asked ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "field", "problem", "remedy"),
    [
        ({"measure": "atendance"}, "measure", "no measure", '"attendance"'),
        ({"measure": None}, "measure", "missing", "add measure"),
        ({"with_": "scor_5", "statistic": "correlation"}, "with", "no measure", '"score_5"'),
        ({"statistic": "correlation"}, "with", "missing", "second measure"),
        ({"of": "girls+bois"}, "of", 'no group "bois"', '"boys"'),
        ({"statistic": "gap", "against": "other_"}, "against", 'no group "other_"', '"other"'),
        ({"statistic": "gap"}, "against", "missing", "second group"),
        ({"statistic": "quantile"}, "quantile", "missing", "quantile = 0.1"),
        ({"measure": "lone_parent", "of": "girls"}, "of", "a group of children", "group of families"),
    ],
)
def test_what_cannot_be_asked_is_named(
    people: People, keys: dict[str, Any], field: str, problem: str, remedy: str
) -> None:
    asked = target(**keys)
    asked.read_from("mine.toml", {"": 7})
    with pytest.raises(InputError) as caught:
        statistic(asked, people)
    (said,) = caught.value.problems
    assert (said.file, said.line, said.field) == ("mine.toml", 7, f"made_up.{field}")
    assert problem in said.problem
    assert remedy in said.remedy


def test_a_statistic_that_is_none(people: People) -> None:
    asked = target().model_copy(update={"statistic": "meen"})
    with pytest.raises(InputError, match=r'made_up\.statistic: there is no statistic "meen"; did you mean "mean"\?'):
        statistic(asked, people)
