"""What must hold in any world: random small places and strategies, stepped for a few years."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.engine import World, advance, create, create_start, run
from sim.experiments.ensemble import flows
from sim.inputs.register import load_register
from sim.outcomes import INDICATOR_IDS, INDICATORS
from sim.parameters import Register
from sim.schema import COMPLETED, DROPPED, EXPOSED, TAKING_PART, WAITING
from sim.spec import Place, PlannedStrand, Strand, Strategy
from tests.engine.test_care import check_books
from tests.engine.worlds import library_of, made_strand, made_strategy, neighbourhood, planned

MONTHS = 36
REGISTER = load_register()
LIBRARY = library_of(
    made_strand("course", need="several_risks", need_share=0.6),
    made_strand("families", unit="household", ages=(0, 10),
                effects={"parent_mental_health": 0.2, "home_learning": 0.2}),
    made_strand("always", ongoing=True, effects={"social_emotional": 0.1}, ages=(5, 18), trusted_adult=True),
    made_strand("near_by", unit="area", effect_basis="area_itt", cost_unit="child_in_area_year", unit_cost_gbp=50.0,
                duration_months=12, effects={"health": 0.1}),
    made_strand("schools", unit="school", effect_basis="area_itt", cost_unit="school_year", unit_cost_gbp=9000.0,
                duration_months=12, effects={"school_effectiveness": 0.2}, ages=(5, 16)),
)  # fmt: skip

plans = st.builds(
    lambda strand, start, length, ramp, reach, targeting, outreach, priority: PlannedStrand(
        strand=strand, start_month=start, stop_month=start + length, ramp_months=ramp, reach_share=reach,
        targeting=targeting, outreach=outreach, priority=priority,
    ),
    st.sampled_from(sorted(LIBRARY)), st.integers(0, 20), st.integers(1, 30), st.integers(0, 12),
    st.sampled_from([0.1, 0.5, 1.0]), st.sampled_from(["first_come", "targeted", "proportionate", "lottery"]),
    st.sampled_from([0.0, 0.5, 1.0]), st.integers(1, 99),
)  # fmt: skip
mixes = st.builds(
    lambda strands, gbp, posts: made_strategy(*strands, gbp=gbp, posts=posts),
    st.lists(plans, max_size=5, unique_by=lambda p: p.strand), st.sampled_from([0.0, 5e3, 3e4, 1e6]),
    st.sampled_from([None, 0.0, 0.5, 20.0]),
)  # fmt: skip
places = st.builds(
    lambda children, decile, poverty, moves, workless: neighbourhood(
        children, decile, child_poverty_ahc_share=poverty, annual_move_share=moves, workless_share=workless
    ),
    st.integers(60, 250), st.integers(1, 10), st.floats(0.05, 0.6), st.floats(0.0, 0.3), st.floats(0.02, 0.4),
)  # fmt: skip


def _check_month(world: World, strategy: Strategy) -> None:
    c, s, v, taking = world.children, world.schools, world.services, world.taking
    stepped = world.month - 1
    live = (c.first_month <= stepped) & (stepped < c.last_month)
    for column in ("attainment", "wellbeing", "health", "attendance", "agency", "support", "resilience"):
        values = getattr(c, column)[live]
        assert np.isfinite(values).all(), column
        if column in ("attendance", "agency", "support", "resilience"):
            assert ((values >= 0.0) & (values <= 1.0)).all(), column
    check_books(c, stepped)
    h = world.households
    home_live = (h.first_month <= stepped) & (stepped < h.last_month)
    for column in ("income", "hardship", "distress", "home_learning", "trust", "trust_base"):
        values = getattr(h, column)[home_live]
        assert np.isfinite(values).all(), column
        if column in ("hardship", "trust", "trust_base"):
            assert ((values >= 0.0) & (values <= 1.0)).all(), column
    assert ((h.workers >= 0) & (h.workers <= h.adults)).all()
    here = s.elsewhere == 0
    pupils = np.bincount(c.school[live & (c.school >= 0)], minlength=len(s))
    assert (pupils[here] <= s.places[here]).all()
    assert (s.roll[here] <= s.places[here]).all()
    for n, offer in enumerate(world.plan.ids):
        stage = taking.stage[n]
        members = taking.members[n, : taking.n_members[n]]
        inside = np.flatnonzero(np.isin(stage, (WAITING, TAKING_PART, EXPOSED)))
        assert sorted(members.tolist()) == inside.tolist(), offer
    posts = v.posts_filled[world.plan.n_today :]
    assert (v.posts_filled <= v.posts_wanted + 1e-9).all()
    assert strategy.posts is None or posts.sum() <= strategy.posts + 1e-9
    assert ((v.quality >= 0.0) & (v.quality <= 1.0)).all()
    assert (v.spent <= v.allotted + 1e-6).all()
    assert v.spent.sum() <= sum(strategy.money_gbp.values()) + 1e-6
    assert (v.capacity[v.posts_filled == 0.0] == 0.0).all()


@settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(place=places, strategy=mixes, seed=st.integers(0, 10_000))
def test_any_world_keeps_its_books(place: object, strategy: Strategy, seed: int) -> None:
    start = create_start(place, REGISTER, seed, MONTHS)  # type: ignore[arg-type]
    world = create(start, strategy, LIBRARY)
    started, ended = np.zeros(len(world.plan.ids)), np.zeros(len(world.plan.ids))
    for month in range(MONTHS):
        advance(world)
        _check_month(world, strategy)
        if month % 12 == 11:
            started += world.services.started
            ended += world.services.completed + world.services.dropped
    still = np.array([(stage == TAKING_PART).sum() for stage in world.taking.stage])
    assert (started == ended + still).all()
    for reading in world.readings:
        shares = reading.values[np.isfinite(reading.values)]
        assert np.isfinite(shares).all()
        assert (reading.counts >= 0).all()
    f = flows(world)
    assert f["children_start"] == round(world.start.place.value("children"))
    assert f["children_start"] + f["births"] + f["arrivals"] - f["leavers"] - f["aged_out"] == f["children_end"]
    c, month = world.children, world.month
    resident = (c.first_month < month) & (month <= np.minimum(c.leaves_month, c.last_month))
    assert f["children_end"] == resident.sum()


def test_reported_shares_are_shares() -> None:
    start = create_start(neighbourhood(200, 2), REGISTER, 4, MONTHS)
    world = create(start, made_strategy(planned("course"), planned("near_by")), LIBRARY)
    advance(world, MONTHS)
    units = [INDICATORS[i].unit for i in INDICATOR_IDS]
    shares = np.array([u.startswith("share") or u == "0..1" for u in units])
    for reading in world.readings:
        values = reading.values[..., shares]
        values = values[np.isfinite(values)]
        assert ((values >= 0.0) & (values <= 1.0)).all()


def _queue_register() -> Register:
    """Posts filled at once, ten waiting for every place: queues to look at."""
    p = REGISTER.parameters
    delivery = p.delivery._replace(recruitment_rate=1.0, turnover_rate=0.0, waiting_list_limit=10.0)
    return REGISTER._replace(parameters=p._replace(delivery=delivery))


def test_nobody_waits_for_a_strand_that_has_stopped() -> None:
    start = create_start(neighbourhood(200, 2), _queue_register(), 4, MONTHS)
    world = create(start, made_strategy(planned("course", places_per_term=3, stop_month=12)), LIBRARY)
    course = world.plan.ids.index("course")
    advance(world, 12)
    assert world.services.waiting[course] > 0, "the queue this test is about"
    advance(world, 1)
    assert world.services.waiting[course] == 0
    assert not (world.taking.stage[course] == WAITING).any()


def test_those_who_have_moved_away_do_not_wait() -> None:
    start = create_start(neighbourhood(200, 2, annual_move_share=0.45), _queue_register(), 4, MONTHS)
    world = create(start, made_strategy(planned("course", places_per_term=3)), LIBRARY)
    course = world.plan.ids.index("course")
    # month 8 has just enrolled; families who leave in months 8 to 11 wait for nothing here
    advance(world, 12)
    waiting = world.taking.stage[course, : len(world.children)] == WAITING
    gone = world.children.leaves_month < world.month
    assert waiting.sum() > 0, "the queue this test is about"
    assert (waiting & gone).sum() == 0


def test_a_waiting_list_is_no_longer_than_its_limit() -> None:
    start = create_start(neighbourhood(200, 2), _queue_register(), 4, MONTHS)
    world = create(start, made_strategy(planned("course", places_per_term=3)), LIBRARY)
    course = world.plan.ids.index("course")
    for _ in range(MONTHS):
        advance(world)
        assert world.services.taking_part[course] <= world.services.capacity[course] <= 3
        assert world.services.waiting[course] <= 30


def test_a_course_ends_in_completion_or_drop_out_and_is_not_repeated() -> None:
    start = create_start(neighbourhood(200, 2), REGISTER, 4, MONTHS)
    world = create(start, made_strategy(planned("course")), LIBRARY)
    course = world.plan.ids.index("course")
    ended: set[int] = set()
    for _ in range(MONTHS):
        advance(world)
        stage = world.taking.stage[course]
        assert ended <= set(np.flatnonzero((stage == COMPLETED) | (stage == DROPPED)).tolist())
        ended = set(np.flatnonzero((stage == COMPLETED) | (stage == DROPPED)).tolist())
        assert (world.taking.months[course] <= 6).all()
    assert ended


def test_a_strand_that_has_not_begun_takes_no_posts_from_the_others(
    register: Register, library: dict[str, Strand], tiny_place: Callable[..., Place]
) -> None:
    later = PlannedStrand(strand="sure_start_style_centre", start_month=60, priority=1)
    now = PlannedStrand(strand="family_keyworker", reach_share=0.5, priority=2)
    alone = Strategy(id="alone", name="Alone", money_gbp={"council": 1e7}, posts=0.3, strands=(now,))
    both = alone.model_copy(update={"id": "both", "strands": (later, now)})
    start = create_start(tiny_place(children=120), register, 1, 12)
    worlds = [run(start, s, library) for s in (alone, both)]
    posts = [float(w.services.posts_filled[w.plan.ids.index("family_keyworker")]) for w in worlds]
    assert posts[0] > 0.0
    assert posts[0] == posts[1]
