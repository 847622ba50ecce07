"""The short loops: chunks, sums, fading, support, school effects, pathways."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from sim.kernel import children as child_kernel
from sim.kernel import places, sums, uptake
from sim.kernel.chunks import BLOCK, MOST_CHUNKS, chunk_start, n_chunks
from sim.kernel.pathway import course_totals
from sim.parameters import Register
from sim.schema import CW, N_POOLS, SW, C, H, S
from sim.state import Part, Table


@pytest.mark.parametrize("rows", [0, 1, 255, 256, 257, 16384, 16385, 100_000, 1_234_567])
def test_chunks_cover_every_row_once_in_whole_blocks(rows: int) -> None:
    chunks = n_chunks(rows)
    starts = [chunk_start(k, rows) for k in range(chunks + 1)]
    assert chunks <= MOST_CHUNKS
    assert starts[0] == 0
    assert starts[-1] == rows
    assert all(a < b for a, b in pairwise(starts))
    assert all(start % BLOCK == 0 for start in starts[:-1])


def test_group_sums_leave_out_what_is_not_a_number_and_no_group() -> None:
    values = np.array([[1.0, 2.0, np.nan, 4.0]])
    groups = np.array([[0, 0, 0, 0], [1, 2, 1, -1]])
    total, count = np.zeros((1, 3)), np.zeros((1, 3))
    sums.group_sums(values, groups, total, count)
    assert total.tolist() == [[7.0, 1.0, 2.0]]
    assert count.tolist() == [[3.0, 1.0, 1.0]]


def test_children_are_counted_while_they_are_there() -> None:
    children = Table("children", 4)
    children.household = [0, 0, 1, 1]
    children.first_month, children.last_month = [0, 5, -3, -9], [100, 100, 6, 5]
    out = np.zeros(2, dtype=np.int32)
    sums.count_children(5, children.whole, out)
    assert out.tolist() == [2, 1]
    sums.count_children(4, children.whole, out)
    assert out.tolist() == [1, 2]


def test_pools_keep_their_share_and_the_lasting_pool_stays() -> None:
    pools = np.ones((2 * N_POOLS, 3))
    child_kernel.fade(pools, np.array([0.5, 0.8, 0.9, 1.0]))
    assert pools[:, 0].tolist() == [0.5, 0.8, 0.9, 1.0] * 2


def test_the_highest_score_comes_first_and_keys_break_ties() -> None:
    rows, score = np.array([3, 5, 8, 9, 11]), np.array([0.5, 0.9, 0.5, 0.1, 0.5])
    keys = np.zeros(12, dtype=np.uint64)
    keys[[3, 5, 8, 9, 11]] = [70, 1, 20, 3, 40]
    assert uptake._best_first(rows, score, keys).tolist() == [5, 8, 11, 3, 9]
    assert uptake._best_first(rows[:0], score[:0], keys).tolist() == []


def test_a_part_of_a_table_reads_its_rows_and_may_hold_other_values() -> None:
    children = Table("children", 4)
    children.wellbeing, children.household = [0.0, 1.0, 2.0, 3.0], [5, 6, 7, 8]
    children.key[:] = [10, 11, 12, 13]
    part = Part(children, np.array([1, 3]))
    said = part.but(wellbeing=np.array([9.0, 9.5]))
    assert len(part) == len(said) == 2
    assert part.wellbeing.tolist() == [1.0, 3.0] and said.wellbeing.tolist() == [9.0, 9.5]
    assert part.household.tolist() == said.household.tolist() == [6, 8] and said.key.tolist() == [11, 13]
    with pytest.raises(AttributeError):
        _ = part.no_such_column


def test_a_trusted_adult_fades() -> None:
    children = Table("children", 2)
    children.support = [1.0, 0.5]
    child_kernel.relax_support(children.real, 0.1)
    assert children.support.tolist() == pytest.approx([0.9, 0.45])


def test_school_effects_reach_served_schools_only() -> None:
    pools = np.zeros((N_POOLS, 2))
    zones = np.array([1, 1], dtype=np.int32)
    shares = np.array([0.9, 0.5])
    places.add_school_effect(pools, np.array([True, False]), np.array([0.1, 0.2, 0.3, 0.4]), shares, zones)
    assert pools[:, 0].tolist() == pytest.approx([0.05, 0.1, 0.15, 0.2])
    assert pools[:, 1].tolist() == [0.0] * 4


def test_admissions_take_the_nearest_school_with_room_then_the_school_outside() -> None:
    schools = Table("schools", 4)
    schools.phase, schools.places = [1, 1, 2, 3], [1.0, 1.0, 9.0, 99.0]
    schools.x, schools.elsewhere = [1.0, 2.0, 1.0, 0.0], [0, 0, 0, 6]
    children, households = Table("children", 4), Table("households", 1)
    children.cohort, children.school, children.primary, children.secondary = -5, -2, -1, -1
    children.cohort[3] = -12
    rolls = np.zeros(4, dtype=np.int64)
    month = child_kernel.Month(0, 0, 0, 1, 0.0, 1.0)
    order = np.array([2, 0, 1, 3])
    places.admit(
        month, order, children.whole, households.real, schools.real, schools.whole, rolls, 3, np.argsort(schools.x)
    )
    # primaries of one place each: nearest first, then the other, then outside; the oldest goes to the secondary
    assert children.school.tolist() == [1, 3, 0, 2]
    assert rolls.tolist() == [1, 1, 1, 1]
    assert children.primary.tolist() == [1, 3, 0, -1]
    assert children.secondary.tolist() == [-1, -1, -1, 2]


@pytest.mark.parametrize("seed", range(5))
def test_the_nearest_school_is_that_of_a_search_of_all(seed: int) -> None:
    luck = np.random.default_rng(seed)
    schools, children, households = Table("schools", 40), Table("children", 300), Table("households", 300)
    # A grid, so that many schools are equally near.
    schools.x, schools.y = luck.integers(0, 5, 40), luck.integers(0, 5, 40)
    schools.phase, schools.places = luck.integers(1, 5, 40), luck.integers(0, 12, 40)
    schools.elsewhere[-1] = 6
    households.x, households.y = luck.integers(0, 9, 300) / 2, luck.integers(0, 9, 300) / 2
    children.household, children.cohort, children.school = np.arange(300), luck.choice([-5, -12], 300), -2
    children.send = luck.choice([0, 2], 300, p=[0.8, 0.2])
    rolls, wanted = np.zeros(40, dtype=np.int64), []
    free = schools.places.copy()
    for i in range(300):
        usual = (2, 3) if children.cohort[i] == -12 else (1, 3)
        far = (schools.x - households.x[i]) ** 2 + (schools.y - households.y[i]) ** 2
        found = 39
        for phases in ((4,), usual) if children.send[i] == 2 else (usual,):
            near = np.where(np.isin(schools.phase, phases) & (free > 0) & (schools.elsewhere == 0), far, np.inf)
            if np.isfinite(near).any():
                found = int(np.argmin(near))
                break
        wanted.append(found)
        free[wanted[-1]] -= 1
    month, across = child_kernel.Month(0, 0, 0, 1, 0.0, 1.0), np.argsort(schools.x)
    places.admit(month, np.arange(300), children.whole, households.real, schools.real, schools.whole, rolls, 39, across)
    assert children.school.tolist() == wanted
    assert 39 in wanted, "some found no room"


def test_a_child_with_a_plan_is_offered_a_special_school_first() -> None:
    schools = Table("schools", 3)
    schools.phase, schools.places, schools.x = [1, 4, 3], 9.0, [0.0, 5.0, 0.0]
    schools.elsewhere[2] = 6
    children, households = Table("children", 2), Table("households", 1)
    children.cohort, children.school, children.send = -5, -2, [1, 2]
    month = child_kernel.Month(0, 0, 0, 1, 0.0, 1.0)
    rolls = np.zeros(3, dtype=np.int64)
    places.admit(
        month,
        np.arange(2),
        children.whole,
        households.real,
        schools.real,
        schools.whole,
        rolls,
        2,
        np.argsort(schools.x),
    )
    assert children.school.tolist() == [0, 1]


def test_who_needs_a_school_this_month() -> None:
    schools = Table("schools", 3)
    schools.phase, schools.elsewhere = [1, 2, 3], [0, 0, 1]
    children = Table("children", 6)
    children.last_month, children.leaves_month, children.first_month = 500, 500, -300
    # Reception without a school; Year 3 settled; Year 7 still at primary; Year 12; a baby; a leaver
    children.cohort, children.school = [-5, -8, -12, -17, 0, -8], [-1, 0, 0, 1, -1, 0]
    children.leaves_month[5] = 0
    month = child_kernel.Month(0, 0, 0, 1, 0.0, 1.0)
    assert places.place_pupils(month, children.whole, schools.whole, 2) == 2
    assert children.school.tolist() == [-2, 0, -2, -1, -1, 2]


def test_school_sums_are_added_up_over_chunks(register: Register) -> None:
    schools = Table("schools", 2)
    schools.elsewhere[1] = 1
    schools.turnover, schools.pastoral_load[1] = register.parameters.schools.turnover_level, 1.0
    pupils = np.zeros((2, 5, 2))
    # first chunk: 30 pupils, second: 10
    pupils[0, :, 0], pupils[1, :, 0] = [30, 6.0, 3, 6, 27.0], [10, -2.0, 5, 2, 9.0]
    month = child_kernel.Month(0, 0, 0, 1, 0.0, 1.0)
    places.advance_schools(
        month, schools.real, schools.whole, schools.pools, schools.key, pupils, register.parameters.schools
    )
    assert schools.roll.tolist() == [40.0, 0.0]
    assert schools.mean_attainment[0] == pytest.approx(0.1)
    assert schools.low_share[0] == pytest.approx(0.2)
    assert schools.attendance[0] == pytest.approx(0.9)
    p = register.parameters.schools
    assert schools.pastoral_load.tolist() == pytest.approx([0.2 / p.need_share_usual, 1.0])


def test_without_increments_a_course_brings_nothing(register: Register) -> None:
    p = register.parameters
    totals = course_totals(np.zeros((9, 4)), np.ones(4), 12, 8.0, 0.0, p.children, p.families, p.evidence)
    assert totals.tolist() == [0.0] * 9


def test_what_is_put_into_a_pool_that_nothing_moves_comes_out_again(register: Register) -> None:
    p = register.parameters
    increments = np.zeros((9, 4))
    increments[4, 3] = 0.05  # destinations at 18, lasting
    increments[7, 0] = 0.02  # trust, brief, half of it kept each month
    totals = course_totals(increments, np.array([0.5, 1.0, 1.0, 1.0]), 3, 8.0, 0.0, p.children, p.families, p.evidence)
    assert totals[4] == pytest.approx(0.15)
    # 0.02 (1 + 0.5 + 0.25)
    assert totals[7] == pytest.approx(0.035)
    assert totals[[0, 1, 2, 3, 5, 6, 8]].tolist() == [0.0] * 7


def test_age_tables_hold_the_science_at_the_middle_of_each_month(register: Register) -> None:
    p = register.parameters.children._replace(
        attainment_rate_birth=0.4, attainment_rate_decline=0.0, attainment_rate_least=0.1, attainment_noise=0.5
    )
    tables = child_kernel.AgeTables(*child_kernel.age_tables(p))
    assert tables.rate.tolist() == pytest.approx([0.4] * 240)
    # 0.5 sqrt(2 * 0.4 / 12)
    assert tables.noise[0] == pytest.approx(0.5 * np.sqrt(0.8 / 12))
    assert tables.home_weight[0] == pytest.approx(p.attainment_home_early)
    assert tables.home_weight[239] == pytest.approx(p.attainment_home_later)


def test_ages_and_disadvantage_are_noted_for_residents_only() -> None:
    children, households = Table("children", 4), Table("households", 2)
    children.household, children.birth_month = [0, 0, 1, 1], [-30, -61, -100, -20]
    children.last_month, children.leaves_month, children.first_month = 500, [500, 500, 0, 500], [-30, -61, -100, 1]
    households.fsm_last = [-50, -9999]
    people = uptake.People(
        children.real, children.whole, children.pools, children.key, households.real, households.whole,
        households.pools, households.key, np.array([0, 2, 4], dtype=np.int32), np.arange(4, dtype=np.int32),
        np.zeros(2), np.zeros(4, dtype=np.int32), np.zeros(2, dtype=np.uint32), np.zeros(2, dtype=np.int8),
        np.zeros((uptake.N_NEEDS, 4)), np.zeros((uptake.N_NEEDS, 2)), np.zeros(2),
        np.zeros(2, dtype=np.int32),
    )  # fmt: skip
    uptake.look_around(0, 72.0, people)
    assert people.child_age.tolist() == [30, 61, -1, -1]
    assert people.home_ages.tolist() == [0b100100, 0]
    assert people.group.tolist() == [0, 1]


def test_tests_are_sat_in_the_right_school_year(register: Register) -> None:
    names = ("score_eyfsp", "score_phonics", "score_ks1", "score_ks2", "score_gcse", "score_18")
    children = Table("children", 8)
    children.cohort = [-5, -6, -7, -11, -16, -18, -8, -5]
    children.birth_month, children.last_month = 12 * children.cohort, 500
    children.first_month = [*[-250] * 7, 400]
    for name in names:
        getattr(children, name)[:] = np.nan
    children.attainment = 0.7
    month = child_kernel.Month(9, 9, 0, 1, 0.0, 1.0)
    p = register.parameters.children._replace(attainment_month_of_birth=0.0)
    child_kernel.test_scores(month, children.real, children.whole, children.key, 0.0, p)
    sat = {name: np.flatnonzero(getattr(children, name) == 0.7).tolist() for name in names}
    assert sat == {name: [i] for i, name in enumerate(names)}
    assert all(np.isfinite(getattr(children, name)).sum() == 1 for name in names)


def test_column_numbers_follow_the_declared_tables() -> None:
    for name, real, whole in (("children", C, CW), ("schools", S, SW)):
        table = Table(name, 3)
        table.real[:] = np.arange(len(real))[:, None]
        assert [getattr(table, column)[0] for column in real._fields] == list(range(len(real)))
        table.whole[:] = np.arange(len(whole))[:, None]
        assert [getattr(table, column)[0] for column in whole._fields] == list(range(len(whole)))
    assert H._fields[0] == "ses"
