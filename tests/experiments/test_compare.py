"""Comparisons: paired, repeatable, honest about small numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.experiments import Comparison, compare
from sim.inputs import InputError, load_future, load_strategy
from sim.inputs.posterior import posterior_register, source_of
from sim.inputs.register import load_register
from sim.outcomes import INDICATORS
from sim.population import build
from sim.spec import Future, Place, PlannedStrand, Shock, Strategy
from tests.engine.worlds import TWIN, neighbourhood

YEARS = 2


@pytest.fixture(scope="module")
def place() -> Place:
    return neighbourhood(220, 2)


@pytest.fixture(scope="module")
def strategy() -> Strategy:
    return load_strategy("family_first")


@pytest.fixture(scope="module")
def comparison(place: Place, strategy: Strategy) -> Comparison:
    return compare([strategy], place, replications=3, seed=5, years=YEARS, threads=2)


def same(one: pd.DataFrame, two: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(one.reset_index(drop=True), two.reset_index(drop=True), check_exact=True)


def untimed(runs: pd.DataFrame) -> pd.DataFrame:
    return runs.drop(columns="wall_s")


def test_a_against_a_is_nought_exactly(place: Place, strategy: Strategy) -> None:
    for one, other in ((strategy, strategy), (TWIN, TWIN)):
        against = compare([one, other], place, replications=2, seed=5, years=YEARS, threads=1)
        shown = against.results[~against.results.suppressed]
        assert len(shown) > 100
        for column in ("difference", "low", "high", "chance_better"):
            assert (shown[column] == 0.0).all(), column
        assert (against.changed[["better", "worse"]] == 0.0).all(axis=None)
        assert (against.changed["same"] > 0.0).any()
        worth = against.value[~against.value.suppressed]
        assert (worth[["gbp", "discounted", "optimism_adjusted"]] == 0.0).all(axis=None)


@pytest.mark.parametrize("future", ["none", "regeneration_churn"])
def test_the_fit_told_is_that_of_the_place_alone(place: Place, strategy: Strategy, future: str) -> None:
    """It comes with the first run's start, which has more months, and hangs on nothing but place, seed, parameters."""
    told = compare([strategy], place, replications=2, seed=5, years=1, threads=1, future=load_future(future)).fit
    source = source_of("drawn")
    register = load_register() if source is None else posterior_register(source, 5)
    alone = build(place, register.parameters, 5, 12).fit
    assert [tuple(row) for row in told.itertuples(index=False)] == [
        (m.margin, m.asked, m.synthetic, m.kind) for m in alone
    ]


def test_a_against_a_under_a_future_is_nought_exactly(place: Place, strategy: Strategy) -> None:
    both = load_future("funding_delay+good_years")
    against = compare([strategy, strategy], place, replications=2, seed=5, years=YEARS, threads=1, future=both)
    shown = against.results[~against.results.suppressed]
    assert (shown["difference"] == 0.0).all()
    assert against.future == "funding_delay+good_years"
    assert len(against.shocks) == len(both.shocks)


def test_a_future_changes_twin_digest_and_costs(comparison: Comparison, place: Place, strategy: Strategy) -> None:
    options = {"replications": 1, "seed": 5, "years": YEARS, "threads": 1}
    late = compare([strategy], place, future=load_future("funding_delay"), **options)
    usual = compare([strategy], place, future=load_future("none"), **options)
    assert late.costs[late.costs.year == 1]["gbp"].sum() == 0.0 < usual.costs[usual.costs.year == 1]["gbp"].sum()
    assert 0.0 < late.costs[late.costs.year == 2]["gbp"].sum() < usual.costs[usual.costs.year == 2]["gbp"].sum()
    assert usual.digest == comparison.digest != late.digest
    assert (usual.future, usual.shocks) == ("none", ())
    good = compare([strategy], place, future=load_future("good_years"), **options)
    assert (good.results["twin"] != usual.results["twin"]).any()


def test_a_payer_who_pays_nothing_bears_no_cost(place: Place, strategy: Strategy) -> None:
    two = strategy.model_copy(update={"money_gbp": {"council": 300.0, "nhs": 100.0}})
    shock = Shock(kind="money", size=0.0, start_month=12, who="nhs")
    found = compare(
        [two], place, replications=1, seed=5, years=YEARS, threads=1, future=Future(id="x", name="x", shocks=(shock,))
    ).costs
    nhs = found[found.payer == "nhs"].set_index("year")["gbp"]
    council = found[found.payer == "council"].set_index("year")["gbp"]
    assert nhs[1] == pytest.approx(council[1] / 3)
    assert nhs[2] == 0.0 < council[2]


def test_the_twin_against_itself_is_nought(place: Place) -> None:
    against = compare([TWIN], place, replications=2, seed=5, years=YEARS, threads=1)
    shown = against.results[~against.results.suppressed]
    assert (shown["difference"] == 0.0).all()
    assert (against.changed[["better", "worse"]] == 0.0).all(axis=None)


def test_a_strategy_changes_somebody(comparison: Comparison) -> None:
    assert comparison.changed["better"].sum() > 0
    assert (comparison.results["difference"].abs() > 0).any()


def test_more_replications_never_change_earlier_ones(comparison: Comparison, place: Place, strategy: Strategy) -> None:
    fewer = compare([strategy], place, replications=2, seed=5, years=YEARS, threads=1)
    same(fewer.yearly, comparison.yearly[comparison.yearly.replication < 2])
    same(untimed(fewer.runs), untimed(comparison.runs[comparison.runs.replication < 2]))


def test_payers_of_the_value_table_sum_to_what_was_spent(comparison: Comparison) -> None:
    yearly = comparison.value[(comparison.value["kind"] == "cost") & (comparison.value["year"] > 0)]
    mine = yearly.groupby(["payer_or_gainer", "year"])["gbp"].sum()
    asked = comparison.costs.groupby(["payer", "year"])["gbp"].sum()
    np.testing.assert_allclose(mine.to_numpy(), asked.to_numpy(), atol=0.005)
    assert list(mine.index) == list(asked.index)
    spent = comparison.runs.loc[comparison.runs["strategy"] == "family_first", "gbp_total"].mean()
    assert yearly["gbp"].sum() == pytest.approx(spent, abs=0.005)


def test_a_replication_has_its_own_luck_number(comparison: Comparison, place: Place, strategy: Strategy) -> None:
    later = compare([strategy], place, replications=1, seed=6, years=YEARS, threads=1)
    second = comparison.yearly[comparison.yearly.replication == 1]
    same(
        later.yearly[["strategy", "seed", "indicator", "year", "value"]],
        second[["strategy", "seed", "indicator", "year", "value"]],
    )


def test_threads_change_no_number(comparison: Comparison, place: Place, strategy: Strategy) -> None:
    one = compare([strategy], place, replications=3, seed=5, years=YEARS, threads=1)
    for frame in ("results", "changed", "costs", "delivery", "yearly", "fit"):
        same(getattr(one, frame), getattr(comparison, frame))
    same(untimed(one.runs), untimed(comparison.runs))
    assert (one.digest, one.warnings) == (comparison.digest, comparison.warnings)


def test_another_strategy_beside_it_changes_no_number(comparison: Comparison, place: Place, strategy: Strategy) -> None:
    both = compare([load_strategy("schools_only"), strategy], place, replications=3, seed=5, years=YEARS, threads=2)
    same(both.results[both.results.strategy == strategy.id], comparison.results)
    same(both.costs[both.costs.strategy == strategy.id], comparison.costs)


def test_cells_under_ten_are_nowhere_to_be_seen(comparison: Comparison) -> None:
    results, yearly = comparison.results, comparison.yearly
    hidden = results.suppressed
    assert hidden.any(), "a place of 220 children has small cells"
    assert (~hidden).any()
    numbers = ["value", "twin", "difference", "low", "high", "chance_better"]
    assert results.loc[hidden, numbers].isna().all(axis=None)
    assert results.loc[~hidden, numbers].notna().all(axis=None)
    assert not (yearly["n"] < 10).any()
    assert (yearly["value"].isna() == yearly["n"].isna()).all()
    assert yearly["n"].isna().any()


def test_results_are_means_and_percentiles_of_paired_differences(comparison: Comparison) -> None:
    y = comparison.yearly[(comparison.yearly.group == "all") & (comparison.yearly.population == "residents")]
    values = y.pivot_table(
        index=["indicator", "year"], columns=["strategy", "replication"], values="value", observed=True
    )
    twin, mix = values["no_zone"].to_numpy(), values["family_first"].to_numpy()
    for n, (indicator, year) in enumerate(values.index):
        if np.isnan(twin[n]).any() or np.isnan(mix[n]).any():
            continue
        r = comparison.results
        row = r[
            (r.indicator == indicator) & (r.year == year) & (r.group == "all") & (r.population == "residents")
        ].iloc[0]
        d = np.sort(mix[n] - twin[n])
        assert row["difference"] == pytest.approx(d.mean(), abs=1e-12)
        assert row["value"] - row["twin"] == pytest.approx(row["difference"], abs=1e-9)
        # three draws are too few for percentiles: the range is least to greatest
        assert row["low"] == pytest.approx(d[0], abs=1e-12)
        assert row["high"] == pytest.approx(d[2], abs=1e-12)
        assert row["chance_better"] == pytest.approx(np.mean(d * INDICATORS[indicator].direction > 0))


def test_flows_add_up_in_every_run(comparison: Comparison) -> None:
    r = comparison.runs
    assert (r.children_start == 220).all()
    assert (r.children_start + r.births + r.arrivals - r.leavers - r.aged_out == r.children_end).all()
    pairs = r.groupby("replication")[["births", "arrivals", "leavers", "aged_out", "children_end"]].nunique()
    assert (pairs == 1).all(axis=None), "no strategy moves who comes and goes"


def test_everybody_is_counted_once_in_who_changed(comparison: Comparison) -> None:
    c = comparison.changed.set_index(["outcome", "group"])
    total = c["better"] + c["same"] + c["worse"]
    for outcome in ("attainment", "wellbeing", "health", "milestones"):
        assert total[outcome, "girls"] + total[outcome, "boys"] == pytest.approx(total[outcome, "all"])
        assert total[outcome, "disadvantaged"] + total[outcome, "other"] == pytest.approx(total[outcome, "all"])
    r = comparison.runs[comparison.runs.strategy == "no_zone"]
    assert total["health", "all"] == pytest.approx((r.children_start + r.births + r.arrivals).mean())


def test_costs_are_what_the_strands_spent_and_no_more_than_the_money(
    comparison: Comparison, strategy: Strategy
) -> None:
    spent = comparison.costs.groupby("year")["gbp"].sum()
    books = comparison.delivery[(comparison.delivery.strategy == strategy.id)].groupby("year")["gbp"].sum()
    assert spent.to_numpy() == pytest.approx(books.to_numpy())
    most = sum(strategy.money_gbp.values()) * (220 if strategy.money_per_child else 1)
    assert (spent <= most + 1e-6).all()
    assert comparison.runs.loc[comparison.runs.strategy == "no_zone", "gbp_total"].eq(0.0).all()


def test_progress_is_told_after_each_replication(place: Place) -> None:
    told: list[tuple[int, int, str]] = []
    compare([], place, replications=2, years=1, threads=1, progress=lambda *what: told.append(what))
    assert [t[:2] for t in told] == [(1, 2), (2, 2)]


@pytest.mark.parametrize(
    "wrong", [{"years": 0}, {"years": 21}, {"replications": 0}, {"evidence": "rosy"}], ids=lambda w: next(iter(w))
)
def test_what_cannot_be_asked(place: Place, wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  each has its own words
        compare([TWIN], place, **{"replications": 1, "years": 1, **wrong})  # type: ignore[arg-type]


def test_an_unknown_mechanism_is_refused(place: Place) -> None:
    with pytest.raises(InputError, match="gravity"):
        compare([TWIN], place, replications=1, years=1, without=["gravity"])


def test_a_strategy_without_money_is_the_twin_for_the_children(place: Place) -> None:
    poor = Strategy(id="poor", name="Poor", strands=(PlannedStrand(strand="one_to_one_tuition", reach_share=1.0),))
    against = compare([poor], place, replications=1, years=YEARS, threads=1)
    assert (against.changed[["better", "worse"]] == 0.0).all(axis=None)
    assert any("one to one tuition: money for 0% of its plan" in warning for warning in against.warnings)
