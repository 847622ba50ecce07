"""The search on made-up numbers: what fits, a planted optimum, more than chance, the same answer every time."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from sim.experiments.search.answer import answer
from sim.experiments.search.encoding import mix_of, numbers_of
from sim.experiments.search.fronts import front, hypervolume
from sim.experiments.search.loop import Found, Plan, search
from sim.experiments.search.neighbours import untried
from sim.experiments.search.proposals import suggest
from sim.experiments.search.robust import balanced, best_of, over_futures, resampled
from sim.experiments.search.space import HEADROOM, Mix, Need, Piece, Space, greedy
from sim.spec import Strategy
from tests.engine.worlds import made_strand

NAMES = tuple(f"strand_{letter}" for letter in "abcdefghijklmnop")
#: What each strand brings alone at full size; the first two are best alone and spoil each other.
BRINGS = dict(zip(NAMES, (10, 9, 7, 6.5, 6, 3, 3, 2, 2, 1, 1, 0.5, 0.5, -1, -2, -3), strict=True))
TOGETHER = {("strand_c", "strand_d"): 4.0, ("strand_a", "strand_b"): -9.0}


def space(budget: float = 400.0, posts: float | None = None, starts: tuple[int, ...] = (0,), **needs: Need) -> Space:
    """Sixteen strands of GBP 100 a year and one post each, unless told otherwise."""
    library = {name: made_strand(name) for name in NAMES}
    return Space(library, {name: Need(1.0, 100.0, 100.0, 1.0) for name in NAMES} | needs, budget, posts, starts)


def worth(strategy: Strategy) -> float:
    """What a mix brings: each strand by the reach that is paid for, twos that help or spoil each other."""
    size, left = {}, sum(strategy.money_gbp.values())
    for planned in sorted(strategy.strands, key=lambda planned: planned.priority):
        size[planned.strand] = min(planned.reach_share or 0.0, left / 100.0)
        left -= 100.0 * size[planned.strand]
    late = {planned.strand: planned.start_month / 120 for planned in strategy.strands}
    alone = sum(BRINGS[name] * reach * (1 - late[name]) for name, reach in size.items())
    return alone + sum(extra * min(size.get(a, 0), size.get(b, 0)) for (a, b), extra in TOGETHER.items())


class Artificial:
    """An evaluator of which the answer is known. Two futures: in the second half of everything is left."""

    def __init__(self, outcomes: int = 1, futures: int = 1) -> None:
        self.outcomes, self.futures, self.runs = outcomes, futures, 0

    def __call__(self, strategies: Sequence[Strategy], lucks: Sequence[int], keep: bool = True) -> np.ndarray:  # noqa: ARG002
        out = np.empty((len(strategies), self.futures, len(lucks), self.outcomes + 1))
        for i, strategy in enumerate(strategies):
            self.runs += len(lucks) * self.futures
            second = sum((p.reach_share or 0.0) * (p.strand in NAMES[5:8]) for p in strategy.strands)
            values = [worth(strategy), second][: self.outcomes]
            for f in range(self.futures):
                for at, luck in enumerate(lucks):
                    noise = np.random.default_rng([luck, f]).normal(0.0, 0.1)
                    out[i, f, at] = [*((v / (1 + f)) + noise for v in values), sum(strategy.money_gbp.values())]
        return out


def best_by_enumeration(n: int = 4) -> tuple[frozenset[str], float]:
    """The best n strands at full size, by trying all."""
    tried = {
        frozenset(chosen): worth(space().strategy(tuple(Piece(name, 1.0) for name in chosen)))
        for chosen in itertools.combinations(NAMES, n)
    }
    best = max(tried, key=lambda chosen: tried[chosen])
    return best, tried[best]


def best_mix(found: Found) -> Mix:
    return found.mixes[int(np.argmax(found.worth()[:, 0]))]


# --- what fits -------------------------------------------------------------------------------------------------


def test_a_mix_is_cut_to_money_and_posts_in_its_order() -> None:
    wanted = [Piece(name, 1.0) for name in NAMES[:4]]
    assert [p.size for p in space(250.0).fit(wanted)] == [1.0, 1.0, 0.5]
    assert [p.size for p in space(1e9, posts=1.25).fit(wanted)] == [1.0, 0.25]
    assert [p.size for p in space(250.0).fit(wanted, 0.5)] == [1.0, 0.25]
    assert space(5.0).fit(wanted) == ()


def test_what_is_bought_whole_is_left_out_where_it_does_not_fit() -> None:
    whole = Need(None, 300.0, 300.0, 3.0)
    mix = space(350.0, strand_b=whole).fit([Piece(name, 1.0) for name in NAMES[:3]])
    assert [piece.strand for piece in mix] == ["strand_a", "strand_c"]
    mix = space(350.0, strand_b=whole).fit([Piece(name, 1.0) for name in ("strand_b", "strand_a")])
    assert [(piece.strand, piece.size) for piece in mix] == [("strand_b", 1.0), ("strand_a", 0.5)]


def test_short_courses_cost_no_more_than_those_who_come() -> None:
    need = Need(0.8, 1000.0, 200.0, 2.0)
    assert (need.cost(0.1), need.cost(0.2), need.cost(1.0)) == (100.0, 200.0, 200.0)
    assert need.largest(200.0, 9.0) == 1.0
    assert need.largest(199.0, 9.0) == pytest.approx(0.199)
    assert need.largest(200.0, 1.0) == 0.5
    assert need.largest(-1e-9, 9.0) == 0.0
    assert Need(None, 0.0, 0.0, 0.0).largest(-1e-9, 0.0) == 1.0


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_numbers_money_and_posts_are_kept(seed: int) -> None:
    rng = np.random.default_rng(seed)
    needs = {
        name: Need(1.0, float(g), float(g), float(g) / 70)
        for name, g in zip(NAMES, rng.uniform(1, 300, 16), strict=True)
    }
    here = space(500.0, posts=6.0, starts=(0, 12), **needs)
    for numbers in suggest(here, NAMES, (), 10, (seed,), "random"):
        mix = mix_of(here, numbers)
        strategy = here.strategy(mix)
        assert sum(strategy.money_gbp.values()) <= 500.0
        assert sum(needs[p.strand].posts * p.size for p in mix) <= 6.0 + 1e-9
        assert here.cost(mix) <= 500.0 * 1.2 + 1e-9
        assert all(p.start_month in (0, 12) for p in mix)


def test_a_strategy_says_what_the_mix_is() -> None:
    here = space(1000.0, posts=9.0, strand_b=Need(None, 300.0, 300.0, 3.0))
    strategy = here.strategy((Piece("strand_b", 1.0), Piece("strand_a", 0.5, 12)))
    assert strategy.posts == 9.0
    assert strategy.money_gbp == {"council": float(int(350.0 * HEADROOM))}
    assert [(p.strand, p.reach_share, p.start_month, p.priority) for p in strategy.strands] == [
        ("strand_b", None, 0, 1), ("strand_a", 0.5, 12, 2),
    ]  # fmt: skip
    assert strategy.id == here.strategy((Piece("strand_b", 1.0), Piece("strand_a", 0.5, 12))).id
    assert strategy.id != here.strategy((Piece("strand_b", 1.0), Piece("strand_a", 0.5))).id


def test_a_backbone_team_brings_the_cost_of_its_partnership() -> None:
    plain = space(250.0)
    team = Space(
        {**plain.library, "strand_a": made_strand("strand_a", backbone=True)}, plain.needs, 250.0, backbone_gbp=100.0
    )
    mix = greedy(team, NAMES[:3])
    assert [(p.strand, p.size) for p in mix] == [("strand_a", 1.0), ("strand_b", 0.5)]
    assert team.cost(mix) == 250.0
    assert sum(team.strategy(mix).money_gbp.values()) == 250.0


def test_numbers_of_an_order_give_that_order_back() -> None:
    here, order = space(300.0, starts=(0, 12)), ["strand_d", "strand_a", "strand_c"]
    assert mix_of(here, numbers_of(here, NAMES, order)) == greedy(here, order)


def test_single_steps_tidy_drop_and_put_one_for_another() -> None:
    here = space(200.0, starts=(0, 12))
    late = numbers_of(here, NAMES[:4], NAMES[:2]) | {"start strand_b": 1.0}
    assert [(p.strand, p.start_month) for p in mix_of(here, late)] == [("strand_a", 0), ("strand_b", 12)]
    found = [mix_of(here, one) for one in untried(here, NAMES[:4], [late], [late], 1000)]
    assert found[0] == (Piece("strand_a", 1.0), Piece("strand_b", 1.0))
    assert len(set(found)) == len(found)
    assert mix_of(here, late) not in found
    sets = {tuple(piece.strand[-1] for piece in mix) for mix in found}
    assert {("a",), ("b",), ("c", "a"), ("c", "b"), ("a", "c"), ("d", "a"), ("d", "b"), ("a", "d")} <= sets
    assert untried(here, NAMES[:4], [late], [late], 3) == untried(here, NAMES[:4], [late], [late], 1000)[:3]


# --- fronts and futures by hand ----------------------------------------------------------------------------------


def test_front_and_hypervolume_by_hand() -> None:
    points = np.array([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0], [1.5, 1.5], [2.0, 2.0], [np.nan, 9.0]])
    assert front(points).tolist() == [True, True, True, False, False, False]
    assert hypervolume(points[:4], np.zeros(2)) == pytest.approx(3 + 2 + 1)
    cube = np.array([[1.0, 1.0, 2.0], [2.0, 1.0, 1.0]])
    assert hypervolume(cube, np.zeros(3)) == pytest.approx(2 + 2 - 1)
    assert hypervolume(np.array([[-1.0, 5.0]]), np.zeros(2)) == 0.0


def test_hypervolume_agrees_with_counting_points() -> None:
    rng = np.random.default_rng(5)
    points, thrown = rng.uniform(size=(12, 4)), rng.uniform(size=(200_000, 4))
    covered = (thrown[:, None, :] <= points[None]).all(axis=2).any(axis=1).mean()
    assert hypervolume(points, np.zeros(4)) == pytest.approx(covered, abs=0.005)


def test_futures_are_put_together_by_hand() -> None:
    gains = np.array([[[4.0], [0.0]], [[2.0], [1.5]]])
    best = best_of(gains)
    assert over_futures(gains, "mean", best).tolist() == [[2.0], [1.75]]
    assert over_futures(gains, "worst", best).tolist() == [[0.0], [1.5]]
    assert over_futures(gains, "regret", best).tolist() == [[-1.5], [-2.0]]
    with pytest.raises(ValueError, match="one of mean, worst, regret"):
        over_futures(gains, "luck", best)


def test_balance_weighs_outcomes_alike() -> None:
    gains = np.array([[[10.0, 0.0]], [[0.0, 0.1]], [[6.0, 0.06]]])
    assert balanced(gains[:, 0], gains).tolist() == pytest.approx([0.5, 0.5, 0.6])


def test_resampling_keeps_the_pairs_together() -> None:
    rng = np.random.default_rng(1)
    shared = rng.normal(size=(1, 1, 50, 1))
    gains = np.concatenate([shared, shared + 0.1], axis=0)
    drawn = resampled(gains, "mean", 3)
    assert np.allclose(drawn[:, 1] - drawn[:, 0], 0.1)
    assert drawn[:, 0].std() == pytest.approx(shared.std() / 50**0.5, rel=0.15)


# --- the search ----------------------------------------------------------------------------------------------


def test_a_planted_optimum_is_found() -> None:
    planted, value = best_by_enumeration()
    assert planted == {"strand_a", "strand_c", "strand_d", "strand_e"}
    found = search(space(), Artificial(), Plan(runs=80, searches=1, seed=2))
    mix = best_mix(found)
    assert planted <= {piece.strand for piece in mix}
    assert worth(space().strategy(mix)) > 0.98 * value


def test_a_planted_optimum_is_found_without_trying_strands_alone() -> None:
    planted, _ = best_by_enumeration()
    found = search(space(), Artificial(), Plan(runs=120, searches=1, seed=3, screen=False))
    assert len({piece.strand for piece in best_mix(found)} & planted) >= 3


def test_the_search_beats_chance_at_equal_runs() -> None:
    def best(method: str, seed: int) -> float:
        # Strands alone count as runs too.
        plan = Plan(runs=60 if method == "tpe" else 60 + len(NAMES), searches=1, seed=seed, method=method,
                    screen=method == "tpe")  # fmt: skip
        return float(search(space(), Artificial(), plan).worth()[:, 0].max())

    assert np.median([best("tpe", seed) for seed in range(2)]) > np.median([best("random", seed) for seed in range(3)])


def test_the_same_seed_gives_the_same_answer_and_another_does_not() -> None:
    plan = Plan(runs=24, searches=2, seed=5)
    one, two = (search(space(starts=(0, 12)), Artificial(), plan) for _ in range(2))
    assert one.mixes == two.mixes
    assert one.tried == two.tried
    other = search(space(starts=(0, 12)), Artificial(), Plan(runs=24, searches=2, seed=6))
    assert other.mixes != one.mixes
    assert one.tried[0] != one.tried[1]


def test_starting_late_is_not_chosen_where_it_only_loses() -> None:
    found = search(space(starts=(0, 12, 36)), Artificial(), Plan(runs=64, searches=1))
    assert {piece.start_month for piece in best_mix(found)} == {0}


@pytest.mark.parametrize("seed", range(3, 6))
def test_no_single_step_from_the_best_is_better_where_runs_suffice(seed: int) -> None:
    here = space()
    found = search(here, Artificial(), Plan(runs=120, searches=1, seed=seed, pool=8))
    best = best_mix(found)
    at = numbers_of(here, found.pool, [piece.strand for piece in best])
    near = [mix_of(here, one) for one in untried(here, found.pool, [at], [at], 1000)]
    assert max(worth(here.strategy(mix)) for mix in near) <= worth(here.strategy(best)) + 1e-9


def test_several_outcomes_give_a_front_with_both_ends() -> None:
    found = search(space(), Artificial(outcomes=2), Plan(runs=80, searches=1))
    points = np.column_stack([found.worth(), -found.gbp()])
    on_front = front(points)
    assert on_front.sum() > 3
    best = points[on_front].max(axis=0)
    assert best[0] > 0.9 * best_by_enumeration()[1]
    assert best[1] > 2.9


@pytest.mark.parametrize("robust", ["mean", "worst", "regret"])
def test_every_way_to_put_futures_together_finds_it(robust: str) -> None:
    planted, _ = best_by_enumeration()
    found = search(space(), Artificial(futures=2), Plan(runs=80, searches=1, robust=robust))
    assert planted <= {piece.strand for piece in best_mix(found)}


def test_a_budget_that_buys_nothing_is_said_so() -> None:
    with pytest.raises(ValueError, match=r"no strand fits into 9 pounds a year and 0\.5 posts.*takes 100 pounds"):
        search(space(9.0, posts=0.5), Artificial(), Plan())
    with pytest.raises(ValueError, match="runs must be 1 or more"):
        search(space(), Artificial(), Plan(runs=0))


# --- the answer ------------------------------------------------------------------------------------------------


def test_the_best_are_run_again_on_fresh_luck_and_ties_are_told() -> None:
    plan = Plan(runs=32, searches=2, seed=2)
    found = search(space(), Artificial(), plan)
    got = answer(found, ["sdq_high"], Artificial(), range(50, 80), top=4, beside=[space().strategy(())])
    assert got.fresh["found"].tolist() == [True] * 4 + [False]
    assert got.fresh["luck_numbers"].eq(30).all()
    best = got.fresh.iloc[0]
    assert best["mix"] == got.strategies[0].id
    assert best["low"] <= best["fresh"] <= best["high"]
    # Luck is shared by all mixes here, so that mixes of different worth can be told apart on any of it.
    for row in got.fresh.iloc[1:4].itertuples():
        assert row.tied == (abs(row.fresh - best["fresh"]) < 1e-9)
    assert got.fresh["fresh"].iloc[-1] == pytest.approx(0.0, abs=0.1)
    assert got.agreement["of"].eq(2).all()
    assert got.searches["hypervolume"].between(0.0, 1.0 + 1e-9).all()
    assert {"gain", "in_pool"} <= set(got.alone.columns)


def test_of_mixes_that_differ_by_luck_alone_none_is_called_better() -> None:
    class Lottery(Artificial):
        def __call__(self, strategies: Sequence[Strategy], lucks: Sequence[int], keep: bool = True) -> np.ndarray:  # noqa: ARG002
            out = np.ones((len(strategies), 1, len(lucks), 2))
            for i, strategy in enumerate(strategies):
                for at, luck in enumerate(lucks):
                    out[i, 0, at, 0] = np.random.default_rng([luck, int(strategy.id[4:], 16)]).normal()
            return out

    got = answer(search(space(), Lottery(), Plan(runs=24, searches=1)), ["sdq_high"], Lottery(), range(50, 250))
    assert got.fresh["promised"].mean() > 0.4
    assert got.fresh["fresh"].mean() == pytest.approx(0.0, abs=0.15)
    assert len(got.tied) >= 3
