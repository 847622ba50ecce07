"""Snapshots, measures and groups by which synthetic people are set beside published figures."""

import numpy as np
import pytest

from sim.experiments.samples import KEPT_YEARS, MONTHS, Sample, deciles_of, observe, places_of
from sim.inputs.problems import InputError
from sim.inputs.register import load_register
from sim.outcomes.groups import CHILD_GROUPS, FAMILY_GROUPS, MEMBERSHIPS, members
from sim.outcomes.measures import MEASURES
from sim.outcomes.snapshots import Snapshot
from tests.engine.worlds import neighbourhood


@pytest.fixture(scope="module")
def snapshots() -> list[Snapshot]:
    return observe(neighbourhood(150), load_register(), 3)


@pytest.fixture(scope="module")
def sample(snapshots: list[Snapshot]) -> Sample:
    return Sample("england", 3, snapshots, [0] * len(snapshots))


def of(s: Snapshot, name: str) -> np.ndarray:
    return MEASURES[name].function(s)


def test_three_augusts_are_kept(snapshots: list[Snapshot]) -> None:
    assert [s.month for s in snapshots] == [12 * year - 1 for year in KEPT_YEARS]
    assert [len(s.poor) for s in snapshots] == list(KEPT_YEARS)
    assert snapshots[-1].month == MONTHS - 1


def test_every_measure_and_group_can_be_read(sample: Sample) -> None:
    n = {"children": len(sample.ages), "households": len(sample.values("lone_parent"))}
    for name, measure in MEASURES.items():
        assert len(sample.values(name)) == n[measure.table], name
    for group in MEMBERSHIPS:
        assert len(sample.members(group)) == n["children"], group
    for group in FAMILY_GROUPS:
        assert len(sample.members(group, "households")) == n["households"], group


def test_groups_that_are_opposites_share_everybody_out(sample: Sample) -> None:
    for one, other in (
        ("disadvantaged", "other"), ("fsm", "non_fsm"), ("girls", "boys"), ("eal", "english_first_language"),
        ("lone_parent", "couple"), ("strained", "not_strained"), ("probable_disorder", "no_disorder"),
        ("send", "no_sen"),
    ):  # fmt: skip
        assert (sample.members(one) ^ sample.members(other)).all(), one
    fifths = np.sum([sample.members(f"income_fifth_{k}") for k in range(1, 6)], axis=0)
    assert (fifths == 1).all()
    income = sample.values("income")
    assert income[sample.members("income_fifth_1")].max() <= income[sample.members("income_fifth_5")].min()
    both = sample.members("fsm+girls")
    assert (both == (sample.members("fsm") & sample.members("girls"))).all()
    with pytest.raises(KeyError):
        sample.members("nobody")
    with pytest.raises(KeyError):
        members("girls", "households", sample._snapshots[0])


def test_ages_are_those_of_the_end_of_august(snapshots: list[Snapshot], sample: Sample) -> None:
    months = np.concatenate([(s.month - s.children.birth_month)[s.resident_children] for s in snapshots])
    assert (months // 12 == sample.ages).all()


def test_a_measure_of_an_indicator_is_the_indicator(snapshots: list[Snapshot]) -> None:
    s = snapshots[-1]
    passed = s.children.score_eyfsp >= s.parameters.reference.pass_eyfsp
    reception = s.grade == 5
    assert (of(s, "gld")[reception] == passed[reception]).all()
    assert np.isnan(of(s, "gld")[~reception]).all()
    assert of(s, "absence") == pytest.approx(1.0 - of(s, "attendance"), nan_ok=True)


def test_other_marks_read_the_same_people_anew(sample: Sample) -> None:
    p = next(iter(sample._snapshots)).parameters
    hard = sample.with_parameters(p._replace(reference=p.reference._replace(pass_eyfsp=9.0)))
    assert np.nanmax(hard.values("gld")) == 0.0
    assert (hard.ages == sample.ages).all()


def test_the_lowest_fifth_is_a_fifth(sample: Sample) -> None:
    assert np.nanmean(sample.values("lowest_fifth_5")) == pytest.approx(0.2, abs=0.01)
    low = sample.values("lowest_fifth_5") == 1.0
    score = sample.values("earlier_score_5")
    assert np.nanmax(score[low]) <= np.nanmin(score[~low & ~np.isnan(score)])


def with_history(s: Snapshot, poor: list[list[float]], workless: list[list[float]]) -> Snapshot:
    """A snapshot in which the first households went through these years, and the others are not told."""

    def filled(rows: list[list[float]]) -> np.ndarray:
        out = np.full((len(rows), len(s.households)), np.nan)
        out[:, : len(rows[0])] = rows
        return out

    return s._replace(poor=filled(poor), workless=filled(workless))


def test_poverty_over_four_years_by_hand(snapshots: list[Snapshot]) -> None:
    nan = float("nan")
    # five families: always poor, poor but for one year, poor twice, came late, poor now after losing work
    s = with_history(
        snapshots[-1],
        [[1, 1, 0, nan, 0], [1, 0, 1, nan, 0], [1, 1, 1, 0, 0], [1, 1, 0, 0, 1]],
        [[0, 0, 0, nan, 0], [0, 0, 0, nan, 0], [0, 0, 0, 0, 0], [0, 0, 0, 1, 1]],
    )
    first = [int(np.flatnonzero(s.home == h)[0]) for h in range(5)]
    assert of(s, "poor_3_of_4")[first] == pytest.approx([1, 1, 0, nan, 0], nan_ok=True)
    assert of(s, "left_poverty")[first] == pytest.approx([0, 0, 1, nan, nan], nan_ok=True)
    assert of(s, "entered_poverty")[first] == pytest.approx([nan, nan, nan, 0, 1], nan_ok=True)
    assert of(s, "fell_into_poverty_when_workless")[first] == pytest.approx([nan, nan, nan, 0, 1], nan_ok=True)
    short = s._replace(poor=s.poor[-2:])
    assert np.isnan(of(short, "poor_3_of_4")).all()


def test_two_parents_in_distress_by_hand(snapshots: list[Snapshot]) -> None:
    s = snapshots[-1]
    h = s.households.copy()
    h.adults[:], h.distress[:] = 2, 1.0
    h.adults[0] = 1
    p = s.parameters
    r = p.reference._replace(second_parent_correlation=0.6, second_parent_line=1.4, distress_high_line=0.9)
    s = s._replace(households=h, parameters=p._replace(reference=r))
    # Phi((0.6 * 1 - 1.4) / 0.8) = Phi(-1)
    chance = of(s, "second_parent_distress")
    lone = s.home == 0
    assert chance[~lone] == pytest.approx(0.15865525393)
    assert np.isnan(chance[lone]).all()
    assert of(s, "any_parent_distress") == pytest.approx(1.0)
    assert of(s, "both_parents_distress")[~lone] == pytest.approx(0.15865525393)


def test_income_before_housing_costs_by_hand(snapshots: list[Snapshot]) -> None:
    s, p = snapshots[-1], load_register().parameters
    f, r, h = p.families, p.reference, s.households
    row = int(np.flatnonzero((h.adults == 2) & s.resident_households)[0])
    kids = int(h.children_here[row])
    money = h.income_now[row] * (f.scale_first_adult + f.scale_other_adult + f.scale_child * kids) + h.rent[row]
    assert s.before_housing[-1][row] == pytest.approx(
        money / (r.bhc_first_adult + r.bhc_other_adult + r.bhc_child * kids)
    )


def test_absence_and_exclusions_by_hand(snapshots: list[Snapshot]) -> None:
    s = snapshots[-1]
    p = s.parameters
    s = s._replace(
        parameters=p._replace(
            reference=p.reference._replace(authorised_absence_line=0.05, exclusions_per_suspension=0.02)
        )
    )
    missed = of(s, "absence")
    known = ~np.isnan(missed)
    assert of(s, "unauthorised_absence")[known] == pytest.approx(np.clip(missed[known] - 0.05, 0.0, None))
    assert of(s, "exclusions") == pytest.approx(0.02 * of(s, "suspensions"), nan_ok=True)


def test_moves_count_families_who_came_with_a_child(snapshots: list[Snapshot]) -> None:
    s = snapshots[-1]
    moved = of(s, "moved_within_3_years") == 1.0
    assert moved.any()
    assert (s.households.first_month[moved] > s.month - 36).all()
    eldest = np.array([s.children.birth_month[s.home == row].min() for row in np.flatnonzero(moved)])
    assert (eldest < s.households.first_month[moved]).all()
    assert np.isnan(of(s._replace(month=30), "moved_within_3_years")).all()


def test_parts_of_england_are_its_own_people(snapshots: list[Snapshot]) -> None:
    whole = Sample("england", 3, snapshots, [0, 1, 1])
    part = whole.part("decile:2", [1])
    assert len(part.ages) == sum(int(s.resident_children.sum()) for s in snapshots[1:])


@pytest.mark.parametrize(
    ("key", "found"),
    [("england", range(1, 11)), ("decile:3", range(3, 4)), ("deciles:9-10", range(9, 11)), ("preset:pembury", None),
     ("decile:11", None), ("deciles:3", None), ("deciles:5-4", None), ("decile:x", None)],
)  # fmt: skip
def test_deciles_of_a_place_key(key: str, found: range | None) -> None:
    assert deciles_of(key) == found


@pytest.mark.parametrize(
    "key", ["mars", "decile:0", "la:../../etc/passwd", "preset:/etc/passwd", "region:nowhere", "la:"]
)
def test_an_unknown_place_is_refused(key: str) -> None:
    with pytest.raises(InputError):
        places_of(key)


def test_every_group_has_a_meaning() -> None:
    for group in (*CHILD_GROUPS, *FAMILY_GROUPS):
        assert MEMBERSHIPS[group]
    for measure in MEASURES.values():
        assert measure.definition and measure.name, measure.id


def test_what_a_sample_does_not_live_through_is_no_measure() -> None:
    assert not {"families_reached", "children_reached", "families_in_need_reached", "trust_mean"} & set(MEASURES)
