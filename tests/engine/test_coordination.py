"""What a zone's coordination does to strands, each mechanism on and off, followed through the engine."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engine import World, advance, create, create_start
from sim.engine.coordination import links
from sim.inputs.register import load_register
from sim.offers import Evidence, Strengths, drawn_strengths
from sim.parameters import Register
from sim.schema import TAKING_PART, S
from sim.spec import Partnership, Strand, Strategy
from tests.engine.test_dose import completers, everybody, pooled
from tests.engine.worlds import library_of, made_strand, made_strategy, neighbourhood, planned

CHURN_OFF = frozenset({"churn"})


def zone(
    register: Register, strategy: Strategy, *strands: Strand, coordination: float = 0.0, usual: float = 0.0,
    months: int = 6, stance: str = "central", children: int = 120, horizon: int = 24,
) -> World:  # fmt: skip
    """A world whose coordination is held at a level."""
    start = create_start(neighbourhood(children, 4), register, 2, horizon, CHURN_OFF)
    world = create(start, strategy, library_of(*strands), Evidence(stance))
    world.usual_coordination = usual
    for _ in range(months):
        world.zone.coordination[:] = coordination
        advance(world)
    return world


def with_(register: Register, **own: float) -> Register:
    """The register with other numbers of coordination; everybody is found, accepts and stays."""
    free = everybody(register)
    p = free.parameters
    return free._replace(parameters=p._replace(coordination=p.coordination._replace(**own)))


def course(name: str = "made", **changes: object) -> Strand:
    return made_strand(name, ages=(5, 8), fade_half_life_months="none", uptake=0.99, **changes)


def reached(world: World, strand: str = "made") -> float:
    """Mean attainment pool of those who completed a strand."""
    done = completers(world, strand)[: len(world.children)]
    return float(pooled(world, "children", "attainment")[done].mean())


# --- fidelity, duplication, referral ---------------------------------------------------------------------


@pytest.mark.parametrize(("coordination", "factor"), [(0.3, 1.0), (0.8, 1.1), (0.0, 0.94)])
def test_coordination_moves_what_a_course_brings(register: Register, coordination: float, factor: float) -> None:
    plan = made_strategy(planned(outreach=1.0))
    world = zone(with_(register), plan, course(), coordination=coordination, usual=0.3)
    assert reached(world) == pytest.approx(0.3 * factor)
    off = zone(with_(register, fidelity_slope=0.0), plan, course(), coordination=coordination, usual=0.3)
    assert reached(off) == pytest.approx(0.3)


def test_uncoordinated_strands_lose_more_where_they_overlap(register: Register) -> None:
    strands = course("a"), course("b")
    plan = made_strategy(planned("a", outreach=1.0), planned("b", outreach=1.0))
    own = {"fidelity_slope": 0.0, "duplication_slope": 0.5, "synergy": 0.0}
    discount = register.parameters.delivery.overlap_discount
    for coordination in (0.3, 0.1):
        world = zone(with_(register, **own), plan, *strands, coordination=coordination, usual=0.3)
        lost = discount + 0.5 * (0.3 - coordination)
        assert reached(world, "a") == pytest.approx(0.3 + 0.3 * (1.0 - lost))


def test_no_wrong_door_finds_families_that_were_met(register: Register) -> None:
    def found(slope: float, more: float) -> tuple[int, int]:
        p = register.parameters
        own = register._replace(
            parameters=p._replace(
                coordination=p.coordination._replace(referral_slope=slope, referral_memory_months=24),
                delivery=p.delivery._replace(recruitment_rate=1.0),
            )
        )
        start = create_start(neighbourhood(300, 4), own, 3, 24)
        world = create(start, made_strategy(planned()), library_of(made_strand(uptake=0.99)))
        world.households.last_reached[::2] = -1
        world.zone.coordination[:] = world.usual_coordination + more
        advance(world)
        s = world.plan.ids.index("made")
        started = world.taking.stage[s, : len(world.children)] == TAKING_PART
        met = world.children.household % 2 == 0
        return int(started[met].sum()), int(started[~met].sum())

    usual, well = found(0.5, 0.0), found(0.5, 0.7)
    assert well[0] > 1.3 * usual[0]
    assert well[1] == usual[1]
    assert found(0.0, 0.7) == usual


def test_as_usual_links_change_nothing(register: Register) -> None:
    world = zone(with_(register), made_strategy(planned()), course(), coordination=0.3, usual=0.3, months=1)
    assert links(world).referral[0] == 0.0
    assert links(world).sight[0] == 1.0


# --- synergy ---------------------------------------------------------------------------------------------


def test_strands_in_two_ecologies_reinforce_each_other(register: Register) -> None:
    family = made_strand("family", context="family", ages=(5, 8), effects={"health": 0.1}, uptake=0.99)
    plan = made_strategy(planned(outreach=1.0), planned("family", outreach=1.0))
    quiet = {"fidelity_slope": 0.0, "synergy_hopeful": 0.5}
    both = zone(with_(register, **quiet), plan, course(), family, coordination=0.8, stance="hopeful")
    # 1 + 2 x (0.5 x 0.8) x 1/2
    assert reached(both) == pytest.approx(0.3 * 1.4)
    one = made_strategy(planned(outreach=1.0))
    assert reached(zone(with_(register, **quiet), one, course(), coordination=0.8, stance="hopeful")) == (
        pytest.approx(0.3)
    )
    same = made_strand("family", context="child", ages=(5, 8), effects={"health": 0.1}, uptake=0.99)
    assert reached(zone(with_(register, **quiet), plan, course(), same, coordination=0.8, stance="hopeful")) == (
        pytest.approx(0.3)
    )
    apart = zone(with_(register, **quiet), plan, course(), family, coordination=0.0, stance="hopeful")
    assert reached(apart) == pytest.approx(0.3)


def test_work_on_the_school_is_an_ecology_of_its_pupils(register: Register) -> None:
    school = made_strand(
        "schools", context="school", unit="school", effect_basis="area_itt", cost_unit="school_year", ages=(5, 16),
        unit_cost_gbp=9000.0, duration_months=12, effects={"school_effectiveness": 0.3},
    )  # fmt: skip
    plan = made_strategy(planned(outreach=1.0), planned("schools"))
    quiet = {"fidelity_slope": 0.0, "synergy_hopeful": 0.5}
    world = zone(with_(register, **quiet), plan, course(), school, coordination=1.0, stance="hopeful")
    assert reached(world) == pytest.approx(0.3 * 1.5)


def test_sceptical_evidence_knows_neither_synergy_nor_sustaining_environments(register: Register) -> None:
    p = register.parameters.coordination._replace(tipping_effect=0.05)
    assert drawn_strengths(Evidence("sceptical", 3), p) == Strengths(0.0, 0.0, 0.0)
    assert drawn_strengths(Evidence("central"), p) == Strengths(p.synergy, p.sustaining, 0.05)
    assert drawn_strengths(Evidence("hopeful", 3), p) == Strengths(p.synergy_hopeful, p.sustaining_hopeful, 0.1)


def test_central_evidence_draws_them_evenly_from_nought_to_twice_their_value(register: Register) -> None:
    p = register.parameters.coordination
    drawn = np.array([drawn_strengths(Evidence("central", n), p).synergy for n in range(400)]) / p.synergy
    assert drawn.min() < 0.02
    assert drawn.max() > 1.98
    assert drawn.mean() == pytest.approx(1.0, abs=0.1)
    assert drawn.std() == pytest.approx(2.0 / np.sqrt(12.0), abs=0.06)


# --- sustaining surroundings -----------------------------------------------------------------------------


def test_good_schools_and_homes_slow_fade_out(register: Register) -> None:
    strand = made_strand(ages=(5, 8), fade_half_life_months=12.0, uptake=0.99)
    plan = made_strategy(planned(outreach=1.0, stop_month=6))

    def left(school: float, strength: float) -> float:
        own = with_(register, sustaining=strength, sustaining_school=1.0, sustaining_home=0.0)
        start = create_start(neighbourhood(120, 4), own, 2, 24, CHURN_OFF)
        world = create(start, plan, library_of(strand))
        for month in range(18):
            world.schools.real[S.effectiveness, :] = school if month >= 6 else 0.0
            advance(world)
        done = completers(world, "made")[: len(world.children)]
        return float(pooled(world, "children", "attainment")[done].mean())

    assert left(0.0, 0.4) == pytest.approx(0.15)
    assert left(1.0, 0.4) > 0.18
    assert left(-1.0, 0.4) < 0.13
    assert left(1.0, 0.0) == pytest.approx(0.15)


# --- load ------------------------------------------------------------------------------------------------


def test_staff_who_carry_too_many_deliver_less(register: Register) -> None:
    plan = made_strategy(planned(outreach=1.0))
    own = with_(register, load_loss=0.5)
    start = create_start(neighbourhood(120, 4), own, 2, 24, CHURN_OFF)
    world = create(start, plan, library_of(course()))
    advance(world)
    s = world.plan.ids.index("made")
    full = world.services.fidelity[s]
    world.plan.people_per_unit[s] *= 0.5
    advance(world)
    assert world.services.load[s] == pytest.approx(2.0, abs=0.2)
    slack = own.parameters.coordination.load_slack
    assert world.services.fidelity[s] == pytest.approx(full / (1.0 + 0.5 * (world.services.load[s] - slack)))


def test_a_service_without_staff_sends_people_away_and_hurts_trust(register: Register) -> None:
    plan = made_strategy(planned(outreach=1.0))
    start = create_start(neighbourhood(120, 4), everybody(register), 2, 24, CHURN_OFF)
    world = create(start, plan, library_of(course()))
    advance(world, 2)
    s = world.plan.ids.index("made")
    inside = np.flatnonzero(world.taking.stage[s, : len(world.children)] == TAKING_PART)
    assert len(inside) > 10
    world.shares[s] = 0.0
    advance(world)
    assert not (world.taking.stage[s] == TAKING_PART).any()
    assert (world.households.experience[world.children.household[inside]] < 0.0).all()


# --- champions and the norm ------------------------------------------------------------------------------


def test_champions_grow_in_trust_and_their_neighbours_after_them(register: Register) -> None:
    def trust(champions: float, off: tuple[str, ...] = ()) -> np.ndarray:
        zone_ = Partnership(champions_per_100_families=champions, start_month=3)
        strategy = Strategy(id="made", name="made", partnership=zone_)
        own = load_register(without=off)
        # Services of today have few places: who is keener takes another's, and both remember. Here nobody does.
        deaf = dict.fromkeys(("taking_part_gain", "waiting_loss", "drop_out_loss", "outreach_gain"), 0.0)
        p = own.parameters
        own = own._replace(parameters=p._replace(trust=p.trust._replace(**deaf)))
        start = create_start(neighbourhood(200, 4), own, 2, 24, CHURN_OFF | frozenset(off))
        world = create(start, strategy, {})
        advance(world, 3)
        early.append(world.households.trust.copy())
        advance(world, 12)
        return world.households.trust

    early: list[np.ndarray] = []
    without, with_them = trust(0.0), trust(10.0)
    assert np.array_equal(early[0], early[1])
    gained = with_them - without
    assert gained.min() >= -1e-12
    assert 0.02 < (gained > 0.04).mean() < 0.3
    assert (gained > 1e-4).mean() > 0.5
    assert np.array_equal(trust(10.0, ("champions",)), without)


def test_the_tipping_point_is_off_unless_asked_for(register: Register) -> None:
    strand = made_strand(ages=(0, 18), effects={"health": 0.01}, uptake=0.99, duration_months=12, ongoing=True)

    def world(effect: float, reach: float, share: float) -> World:
        own = with_(register, tipping_effect=effect, tipping_reach=reach, tipping_width=0.02)
        plan = made_strategy(planned(outreach=1.0, reach_share=share))
        return zone(own, plan, strand, months=24)

    assert register.parameters.coordination.tipping_effect == 0.0
    assert load_register(including=("tipping_point",)).parameters.coordination.tipping_effect > 0.0
    never, many, few = world(0.0, 0.5, 1.0), world(0.2, 0.5, 1.0), world(0.2, 0.5, 0.1)
    assert many.zone.reach[0] > 0.6 > 0.4 > few.zone.reach[0] > 0.0
    lifted = many.children.attainment_base - never.children.attainment_base
    here = (never.children.first_month <= 0) & (never.children.last_month > 24)
    # two years towards a target 0.2 SD higher, faster for the young; nobody is left out
    assert 0.02 < lifted[here].mean() < 0.2
    assert lifted[here].min() > 0.0
    untouched = world(0.0, 0.5, 0.1)
    assert np.abs(few.children.attainment_base - untouched.children.attainment_base).max() < 1e-3


def test_a_full_waiting_list_stretches_staff_and_not_the_plan(register: Register) -> None:
    strand = made_strand(ages=(0, 18), duration_months=12, ongoing=True, uptake=0.99)
    start = create_start(neighbourhood(200, 4), everybody(register), 2, 24, CHURN_OFF)
    world = create(start, made_strategy(planned(outreach=1.0, reach_share=0.1)), library_of(strand))
    s = world.plan.ids.index("made")
    loads = []
    for _ in range(24):
        advance(world)
        assert world.services.planned[s] <= np.ceil(0.1 * world.services.eligible[s]) + 2
        loads.append(world.services.load[s])
    p = register.parameters.coordination
    assert 1.0 < max(loads) <= 1.0 + p.load_stretch + 0.1
    assert world.services.waiting[s] > 0


def test_the_planned_end_of_a_strand_costs_no_trust(register: Register) -> None:
    start = create_start(neighbourhood(120, 4), everybody(register), 2, 24, CHURN_OFF)
    world = create(start, made_strategy(planned(outreach=1.0, stop_month=3)), library_of(course()))
    advance(world, 3)
    s = world.plan.ids.index("made")
    inside = np.flatnonzero(world.taking.stage[s, : len(world.children)] == TAKING_PART)
    assert len(inside) > 10
    advance(world)
    assert not (world.taking.stage[s] == TAKING_PART).any()
    assert world.households.experience[world.children.household[inside]].min() > -0.005
