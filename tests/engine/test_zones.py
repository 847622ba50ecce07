"""A place of several zones: each with a partnership of its own, in one world."""

from __future__ import annotations

from functools import cache

import numpy as np

from sim.engine import Start, World, advance, create, create_start
from sim.engine.coordination import links
from sim.engine.partnership import lose_partner
from sim.engine.world import zone_at
from sim.inputs.register import load_register
from sim.spec import Partnership
from sim.state import Table
from tests.engine.test_dose import everybody, pooled
from tests.engine.worlds import TWIN, library_of, made_strand, made_strategy, neighbourhood, planned

LIBRARY = library_of(made_strand(ages=(5, 8), fade_half_life_months="none", uptake=0.99))
TOGETHER = made_strategy(planned(outreach=1.0)).model_copy(update={"partnership": Partnership()})


@cache
def _start(zones: int, seed: int = 2) -> Start:
    return create_start(neighbourhood(240, 4, zones=zones), everybody(load_register()), seed, 36, frozenset({"churn"}))


def _world(zones: int, months: int) -> World:
    world = create(_start(zones), TOGETHER, LIBRARY)
    advance(world, months)
    return world


def test_a_grid_of_zones_covers_the_place() -> None:
    homes = Table("households", 400)
    homes.x, homes.y = (c.ravel() for c in np.meshgrid(np.linspace(0, 3, 20), np.linspace(0, 3, 20)))
    assert set(zone_at(homes, 3.0, 1)) == {0}
    four = zone_at(homes, 3.0, 4)
    assert np.bincount(four).tolist() == [100] * 4
    assert four[0] == 0 and four[-1] == 3
    # the last cells of a grid that does not come out even are one zone
    assert sorted(set(zone_at(homes, 3.0, 5))) == [0, 1, 2, 3, 4]


def test_zones_start_alike_and_grow_apart() -> None:
    world = create(_start(4), TOGETHER, LIBRARY)
    assert len(world.zone) == 4 and len(world.partners) == 24
    assert len(set(world.partners.key.tolist())) == 24
    assert len(set(world.zone.coordination.tolist())) == 1
    advance(world, 36)
    assert len(set(world.zone.coordination.tolist())) == 4
    assert (np.bincount(world.partners.zone) == 6).all()
    assert {entry.who.rpartition(" of zone ")[2] for entry in world.log} == {"1", "2", "3", "4"}


def test_the_first_of_several_partnerships_has_the_luck_of_a_single_one() -> None:
    one, four = _world(1, 24), _world(4, 24)
    assert four.zone.real[:7, 0].tolist() == one.zone.real[:7, 0].tolist()
    assert four.partners.trust[:6].tolist() == one.partners.trust.tolist()


def test_a_child_gets_what_its_own_zone_delivers() -> None:
    world = create(_start(2), TOGETHER.model_copy(update={"partnership": None}), LIBRARY)
    world.zone.coordination[:] = world.usual_coordination, world.usual_coordination + 0.5
    advance(world, 6)
    reached = pooled(world, "children", "attainment")
    zone = world.people.zone[world.children.household]
    slope = load_register().parameters.coordination.fidelity_slope
    for z, size in ((0, 0.3), (1, 0.3 * (1.0 + 0.5 * slope))):
        whole = reached[(zone == z) & (reached > 0.2)]
        assert len(whole) > 5
        assert np.allclose(whole, size)
    assert links(world).referral[0] == 0.0 < links(world).referral[1]


def test_the_lead_of_every_zone_can_be_lost() -> None:
    world = _world(4, 3)
    lose_partner(world, "lead")
    assert (world.partners.present[world.partners.lead == 1] == 0).all()
    assert (world.zone.partners_present == 5).all()


def test_zones_without_a_partnership_change_nothing() -> None:
    one, four = (create(_start(zones), TWIN, LIBRARY) for zones in (1, 4))
    advance(one, 24)
    advance(four, 24)
    assert one.digest() == four.digest()
