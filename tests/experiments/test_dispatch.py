"""Runs are dealt out so that those which share a start stay together, and none is lost with its worker."""

from __future__ import annotations

from collections.abc import Iterator

from sim.experiments.batches import Job
from sim.experiments.dispatch import Deal, Dealer, Pace
from sim.experiments.points import Where

ONE_A_BATCH, FIVE_A_BATCH = Pace(2.0), Pace(0.4)


def runs(start: int, n: int) -> list[Job]:
    return [Job(bytes([start, k]), Where(0, 0, "central", start), (), 0) for k in range(n)]


def play(dealer: Dealer, rounds: int = 1000) -> Iterator[Deal]:
    """Every worker finishes what it has in each round."""
    for _ in range(rounds):
        deals = list(dealer.deals())
        if not deals:
            return
        yield from deals


def test_each_run_is_dealt_once_and_a_list_stays_with_its_worker():
    dealer = Dealer((runs(start, 10) for start in range(6)), FIVE_A_BATCH)
    dealer.meet({"a": 1, "b": 1})
    deals = list(play(dealer))
    dealt = [job.key for deal in deals for job in deal.jobs]
    assert len(dealt) == len(set(dealt)) == 60
    who = {start: {d.worker for d in deals for job in d.jobs if job.where.replication == start} for start in range(6)}
    assert all(len(workers) == 1 for workers in who.values())


def test_a_single_long_list_is_shared_in_the_end():
    dealer = Dealer(iter([runs(0, 40)]), ONE_A_BATCH)
    dealer.meet({"a": 1, "b": 1})
    deals = list(play(dealer))
    assert sorted(job.key[1] for deal in deals for job in deal.jobs) == list(range(40))
    assert {deal.worker for deal in deals} == {"a", "b"} and max(len(deal.jobs) for deal in deals) <= 2


def test_short_lists_are_joined_into_one_batch():
    dealer = Dealer((runs(start, 2) for start in range(5)), FIVE_A_BATCH)
    dealer.meet({"a": 1})
    assert [len(deal.jobs) for deal in play(dealer)] == [4, 4, 2]


def test_a_list_that_does_not_fit_its_batch_is_not_cut_in_two():
    dealer = Dealer((runs(start, 7) for start in range(3)), FIVE_A_BATCH)
    dealer.meet({"a": 1})
    starts = [{job.where.replication for job in deal.jobs} for deal in play(dealer)]
    assert starts == [{0}, {1}, {2}]


def test_no_worker_gets_more_than_it_runs_and_one_to_wait():
    dealer = Dealer(iter([runs(0, 40)]), ONE_A_BATCH)
    dealer.meet({"a": 3})
    for number, deal in enumerate(dealer.deals()):
        dealer.under_way[str(number)] = deal
    assert len(dealer.under_way) == 4 and not list(dealer.deals())


def test_the_list_of_a_worker_that_is_gone_is_dealt_out_again():
    dealer = Dealer(iter([runs(0, 6)]), ONE_A_BATCH)
    dealer.meet({"a": 1})
    first = list(dealer.deals())
    dealer.meet({"b": 1})
    deals = [*first, *play(dealer)]
    assert sorted(job.key[1] for deal in deals for job in deal.jobs) == list(range(6))
    assert {deal.worker for deal in deals[len(first) :]} == {"b"}


def test_runs_of_a_lost_batch_are_tried_one_by_one_with_nothing_beside_them():
    dealer = Dealer(iter([runs(0, 3)]), FIVE_A_BATCH)
    dealer.meet({"a": 1})
    (batch,) = dealer.deals()
    assert dealer.lost(batch) is None
    (single,) = dealer.deals()
    assert single.alone and len(single.jobs) == 1
    dealer.under_way["1"] = single
    assert not list(dealer.deals())
    del dealer.under_way["1"]
    assert dealer.lost(single) == single.jobs[0]
    assert [len(deal.jobs) for deal in dealer.deals()] == [1]


def test_batches_get_the_right_length_as_runs_turn_out_longer_or_shorter():
    pace = Pace(1.0)
    assert pace.jobs == 2
    for _ in range(50):
        pace.learn(4, 0.4)
    assert 18 <= pace.jobs <= 20
    pace.learn(0, 5.0)
    assert 18 <= pace.jobs <= 20
    assert Pace(1e-9).jobs == 2000 and Pace(100.0).jobs == 1
